"""openFDA's recalls and drug shortages, asked live: small sets, asked for whole whenever their release is new.

Flows in: a client and an ask. Flows out: the bulk download of recalls, the pages of shortages, or what is of one drug. A recall gets another class
or status, and a shortage is resolved, without a date by which a search could ask for it; and only a whole list shows what has left it.
"""

from collections.abc import Iterator

import msgspec

from theriac.errors import ExpiredCursor
from theriac.http import Client
from theriac.live.base import Ask, Finished, Item, Page
from theriac.live.openfda import OpenFDA
from theriac.live.shapes import Shape
from theriac.terms import Cadence, SyncDepth

_BLOCK = """
openfda: application_number brand_name dosage_form generic_name is_original_packager manufacturer_name nui original_packager_product_ndc package_ndc
    pharm_class_cs pharm_class_epc pharm_class_moa pharm_class_pe product_ndc product_type route rxcui spl_id spl_set_id substance_name unii upc
"""
RECALL = Shape.written(
    """
.: address_1 address_2 center_classification_date city classification code_info country distribution_pattern event_id initial_firm_notification
    more_code_info openfda postal_code product_code product_description product_quantity product_type reason_for_recall recall_initiation_date
    recall_number recalling_firm report_date state status termination_date voluntary_mandated
"""
    + _BLOCK
)
SHORTAGE = Shape.written(
    """
.: availability change_date company_name contact_info discontinued_date dosage_form generic_name initial_posting_date openfda package_ndc
    presentation proprietary_name related_info related_info_link resolved_note shortage_reason status strength therapeutic_category update_date
    update_type
"""
    + _BLOCK
)


class OpenFDARecalls(OpenFDA):
    """drug/enforcement: the FDA's enforcement reports, exported weekly."""

    name = "openfda_enforcement"
    cadence = Cadence.WEEKLY
    endpoint = "enforcement"
    table = "recalls"
    changed_field = "report_date"
    name_fields = ("openfda.generic_name", "openfda.brand_name", "openfda.substance_name", "product_description")
    shape = RECALL

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The bulk download where its export is new, else what is of a name."""
        return self._new(client, ask) if ask.depth is SyncDepth.CHANGES and ask.names is None else super().pass_over(client, ask)

    def _new(self, client: Client, ask: Ask) -> Iterator[Item]:
        if ask.since and not ask.cursor:
            exported = self._export(client).export_date
            if exported == ask.since:
                yield Finished(since=exported, release=exported, published=exported, nothing_new=True)
                return
        yield from self._parts(client, ask)

    def query(self, ask: Ask) -> dict[str, str]:
        """The names, whenever it was that the record changed."""
        return super().query(msgspec.structs.replace(ask, since=None))

    def plan(self, ask: Ask) -> list[str]:
        """The bulk download; for a name a search."""
        whole = ask.names is None and ask.depth is SyncDepth.CHANGES
        return super().plan(msgspec.structs.replace(ask, depth=SyncDepth.FULL) if whole else ask)


class OpenFDAShortageList(OpenFDA):
    """drug/shortages: the FDA's list of drug shortages, updated daily."""

    name = "openfda_shortages"
    endpoint = "shortages"
    table = "shortages"
    changed_field = "update_date"
    name_fields = ("generic_name", "proprietary_name", "openfda.generic_name", "openfda.brand_name", "openfda.substance_name")
    shape = SHORTAGE

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The pages of the whole list, which is complete where no release came in between; else what is of a name."""
        for item in self._pages(client, ask):
            if ask.names is not None:
                yield item
            elif isinstance(item, Page):
                if item.published != item.release:
                    raise ExpiredCursor(f"{self.host} has a new release of its {self.endpoint} since the pass began; it begins anew")
                yield msgspec.structs.replace(item, listing=self.table)
            elif isinstance(item, Finished):
                yield item if item.nothing_new else msgspec.structs.replace(item, complete=self.table)

    def query(self, ask: Ask) -> dict[str, str]:
        """The names, whenever it was that the record changed."""
        return super().query(msgspec.structs.replace(ask, since=None))

    def plan(self, ask: Ask) -> list[str]:
        """The pages of the list, or of a search."""
        return super().plan(msgspec.structs.replace(ask, depth=SyncDepth.CHANGES))

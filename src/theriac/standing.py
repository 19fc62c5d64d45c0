"""Fills the evidence that status and milestones read: a drug's dossier with every name in it resolved and every label's uses read.

Flows in: a dossier, a lake and the names. Flows out: `DrugEvidence`. It derives nothing: `flow.status` does.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from theriac.clinical import Uses, uses_of
from theriac.flow.condition_names import condition_candidates
from theriac.flow.dossier import ApplicationOfDrug, Dossier, LabelOfDrug, MedicineOfDrug
from theriac.flow.events import Event
from theriac.flow.evidence import (
    ApplicationEvidence,
    ChangeEvidence,
    ConditionMention,
    DrugEvidence,
    DrugMention,
    IndicationEvidence,
    LabelEvidence,
    Listings,
    MedicineEvidence,
    RecallEvidence,
    TrialEvidence,
)
from theriac.flow.names import drug_candidates
from theriac.flow.resolution import resolve_condition, resolve_mention
from theriac.gather import document_of
from theriac.labels import LabelDocument, Section
from theriac.labels.indications import read_indications
from theriac.model import Label, Mention
from theriac.sources.ctgov_study import FIELD_PATHS as V2_PATHS
from theriac.sources.ctgov_xml_study import FIELD_PATHS as XML_PATHS
from theriac.store import ledger
from theriac.store.lake import Lake, Stored
from theriac.store.registry import Names
from theriac.terms import ArmRole, EntityKind

TRIAL_PATHS = {"ctgov.v2": V2_PATHS, "ctgov.xml": XML_PATHS}


class Standing:
    """Fills evidence for one drug after another, remembering how names resolved."""

    def __init__(self, lake: Lake, names: Names, as_of: str | None) -> None:
        self.lake = lake
        self.names = names
        self.listings = Listings(
            drugs_at_fda=ledger.latest_listing(lake.home, "drugs_at_fda", "products", as_of),
            ema=ledger.latest_listing(lake.home, "ema", "medicines", as_of),
        )
        self._conditions: dict[tuple[str, tuple[str, ...]], str] = {}
        self._drugs: dict[object, tuple[str, ...]] = {}
        self._spelled: dict[str, str] = {}
        self._uses: dict[str, tuple[IndicationEvidence, ...]] = {}
        self._therapeutic: dict[str, tuple[IndicationEvidence, ...]] = {}

    def evidence(self, dossier: Dossier, changes: Sequence[ChangeEvidence] = ()) -> DrugEvidence:
        """Everything known about the drug."""
        us = [one for one in dossier.labels if one.label.jurisdiction == "US"]
        return DrugEvidence(
            drug=dossier.entity.id,
            trials=tuple(self._trial(record) for record in sorted({one.document.record for one in dossier.trials})),
            labels=tuple(self.labels(us, self._earlier(us))),
            applications=tuple(self.application(one) for one in dossier.applications),
            medicines=tuple(self.medicine(one) for one in dossier.medicines),
            recalls=tuple(RecallEvidence(record=one.document.record, seq=one.document.seq, recall=one.recall) for one in dossier.recalls),
            changes=tuple(changes),
            listings=self.listings,
            vaccine=any("vaccine" in name.text.lower() for name in dossier.entity.names),
        )

    def condition_name(self, condition: str) -> str:
        """How the condition is called: its entity's name, else the words of a document."""
        entity = self.names.entity(condition)
        return entity.name if entity else self._spelled.get(condition, condition)

    def condition(self, text: str, identifiers: tuple[str, ...] = ()) -> str:
        """The condition's entity id, or an id made of its own name where no source knows it."""
        key = (text, identifiers)
        if key not in self._conditions:
            found = resolve_condition(text, self.names, identifiers=identifiers).entity
            if found is None:
                candidates = condition_candidates(text)
                found = f"condition:name.{candidates[-1].key}" if candidates else "condition:name.unnamed"
                self._spelled.setdefault(found, text)
            self._conditions[key] = found
        return self._conditions[key]

    def _trial(self, record: str) -> TrialEvidence:
        source, _, key = record.partition(":")
        at = self.lake.current(source, key)
        if at is None:
            raise LookupError(record)
        return self.trial(at)

    def trial(self, at: Stored) -> TrialEvidence:
        """A version of a trial with every drug and condition in it resolved."""
        mentions = at.reading.mentions
        return TrialEvidence(
            record=at.curie,
            seq=at.seq,
            study=at.reading.document,  # type: ignore[arg-type]
            drugs=tuple(one for mention in mentions if mention.kind is EntityKind.DRUG for one in self._drugs_of(mention)),
            conditions=tuple(
                ConditionMention(condition=self.condition(mention.text, mention.identifiers), text=mention.text, path=mention.path)
                for mention in mentions
                if mention.kind is EntityKind.CONDITION
            ),
            paths=TRIAL_PATHS.get(at.format),
            seen=at.seen[:10],
        )

    def drugs_named(self, mention: Mention) -> tuple[str, ...]:
        """The drugs that a mention means."""
        key = (mention.text, mention.others, mention.type, mention.identifiers)
        if key not in self._drugs:
            answers = resolve_mention(drug_candidates(mention.text, mention.others), mention.type, self.names, identifiers=mention.identifiers)
            self._drugs[key] = tuple(one.entity for one in answers if one.entity)
        return self._drugs[key]

    def _drugs_of(self, mention: Mention) -> Iterator[DrugMention]:
        for drug in self.drugs_named(mention):
            yield DrugMention(drug=drug, text=mention.text, path=mention.path, arm_role=mention.arm_role or ArmRole.UNCLEAR)

    def application(self, one: ApplicationOfDrug) -> ApplicationEvidence:
        """A record about an application, with the products that hold the drug."""
        return ApplicationEvidence(
            record=one.document.record,
            seq=one.document.seq,
            application=one.application,
            products=_products(one.application, one.ingredients),
            seen=one.document.seen[:10],
        )

    def labels(self, labels: Sequence[LabelOfDrug], versions: Mapping[str, Sequence[LabelOfDrug]]) -> Iterator[LabelEvidence]:
        """Labels with their uses resolved; `versions` are those that each label has had so far, oldest first."""
        self.read([*labels, *(one for each in versions.values() for one in each)])
        for one in labels:
            uses = self._uses.get(one.document.version)
            if uses is not None:
                dated = [
                    (before.label.effective or before.document.seen[:10], frozenset(use.condition for use in told if not use.limitation))
                    for before in versions.get(one.document.record, ())
                    if (told := self._uses.get(before.document.version)) is not None
                ]
                indications = tuple(_since(use, dated) for use in uses)
                yield LabelEvidence(
                    record=one.document.record, seq=one.document.seq, label=one.label, indications=indications, seen=one.document.seen[:10]
                )

    def read(self, labels: Sequence[LabelOfDrug]) -> None:
        """Reads the uses of these labels, those that were not read before, all together."""
        missing = {one.document.version: one for one in labels if one.document.version not in self._uses}
        for version, stated in uses_of(list(missing.values()), self.lake) if missing else ():
            self._uses[version] = tuple(self._stated(stated))

    def forget_labels(self) -> None:
        """Lets go of the uses that labels were read for: whoever goes on to another drug rarely meets them again."""
        self._uses.clear()

    def _earlier(self, labels: Sequence[LabelOfDrug]) -> dict[str, list[LabelOfDrug]]:
        """Every version of each label so far, oldest first."""
        versions: dict[str, list[LabelOfDrug]] = {}
        for one in labels:
            source, _, key = one.document.record.partition(":")
            for at, _ in self.lake.through_time(source, key):
                if isinstance(at.reading.document, Label):
                    versions.setdefault(one.document.record, []).append(LabelOfDrug(document=document_of(at), label=at.reading.document))
        return versions

    def _stated(self, stated: Uses) -> Iterator[IndicationEvidence]:
        for use in stated.indications:
            yield IndicationEvidence(condition=self.condition(use.name), quote=use.quote, path=use.path or "")
        for excluded in stated.not_indicated:
            yield IndicationEvidence(condition=self.condition(excluded.name), quote=excluded.quote, path=excluded.path or "", limitation=True)

    def medicine(self, one: MedicineOfDrug) -> MedicineEvidence:
        """A row of the EMA's table with the conditions of its therapeutic indication resolved."""
        text = one.medicine.indication or ""
        if text not in self._therapeutic:
            self._therapeutic[text] = tuple(self._stated_in(text)) if text else ()
        return MedicineEvidence(
            record=one.document.record, seq=one.document.seq, medicine=one.medicine, indications=self._therapeutic[text], seen=one.document.seen[:10]
        )

    def _stated_in(self, text: str) -> Iterator[IndicationEvidence]:
        section = Section(key="indications", text=text, path="indication", span=(0, len(text)))
        indications, excluded = read_indications(LabelDocument(source_format="ema", jurisdiction="EU", sections=(section,)))
        for use in indications:
            yield IndicationEvidence(condition=self.condition(use.name), quote=use.quote, path=use.path or "indication")
        for limit in excluded:
            yield IndicationEvidence(condition=self.condition(limit.name), quote=limit.quote, path=limit.path or "indication", limitation=True)


def _since(use: IndicationEvidence, versions: Sequence[tuple[str, frozenset[str]]]) -> IndicationEvidence:
    """The use with the first date at which a version of its label is known to state it."""
    if use.limitation:
        return use
    first = min((date for date, conditions in versions if use.condition in conditions), default=None)
    without = first is not None and any(date < first for date, conditions in versions if use.condition not in conditions)
    return msgspec.structs.replace(use, first=first, earlier_without=without)


def _products(application: object, ingredients: frozenset[str]) -> frozenset[str] | None:
    products = getattr(application, "products", None)
    if not products or not any(product.ingredients for product in products):
        return None
    return frozenset(product.number for product in products if "; ".join(product.ingredients) in ingredients)


def change_evidence(event: Event) -> ChangeEvidence:
    """An event as the timeline takes it."""
    return ChangeEvidence(
        kind=event.kind,
        record=event.record,
        seq=event.to_seq or event.from_seq or 1,
        happened=event.happened or event.seen[:10],
        path=event.path,
        quote=event.quote_new or event.quote_old,
    )

"""ChEMBL, asked live: mechanisms, their targets, indications and molecules, page after page of its web service.

Flows in: a client and an ask. Flows out: pages as the service serves them. ChEMBL has a few releases a year (`status.json`): within one nothing
changes, so that a pass asks for the release and no more. Of molecules only those in clinical development are asked for. Pages are followed by
`page_meta.next`; a release that changes in the middle makes the pass begin anew.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from theriac.errors import BadAnswer, ExpiredCursor, Refused
from theriac.http import Client
from theriac.live.base import Ask, Fetcher, Finished, Item, Names, Page
from theriac.live.shapes import Shape
from theriac.terms import Cadence, SyncDepth

API = "https://www.ebi.ac.uk/chembl/api/data"
PAGE, TOGETHER = 1_000, 50
# Resource: the list in its pages, and what it is narrowed to where the whole is asked for.
RESOURCES = {
    "mechanism": ("mechanisms", {}),
    "drug_indication": ("drug_indications", {}),
    "molecule": ("molecules", {"max_phase__gt": "0"}),
}


# The members of each resource's objects as the service has them; others are told as schema drift.
MEMBERS = Shape.written(
    """
mechanisms: action_type binding_site_comment direct_interaction disease_efficacy max_phase mec_id mechanism_comment mechanism_of_action
    mechanism_refs molecular_mechanism molecule_chembl_id parent_molecule_chembl_id record_id selectivity_comment site_id target_chembl_id
    variant_sequence
drug_indications: drugind_id efo_id efo_term indication_refs max_phase_for_ind mesh_heading mesh_id molecule_chembl_id
    parent_molecule_chembl_id
targets: cross_references organism pref_name score species_group_flag target_chembl_id target_components target_type tax_id
molecules: atc_classifications availability_type biotherapeutic black_box_warning chebi_par_id chemical_probe chirality cross_references
    dosed_ingredient first_approval first_in_class helm_notation indication_class inorganic_flag max_phase molecule_chembl_id
    molecule_hierarchy molecule_properties molecule_structures molecule_synonyms molecule_type natural_product oral orphan parenteral
    polymer_flag pref_name prodrug score structure_type therapeutic_flag topical usan_stem usan_stem_definition usan_substem usan_year
    veterinary withdrawn_class withdrawn_country withdrawn_flag withdrawn_reason withdrawn_year
"""
).fields


class _Meta(msgspec.Struct):
    total_count: int
    offset: int = 0
    next: str | None = None


class _Page(msgspec.Struct):
    page_meta: _Meta
    mechanisms: list[msgspec.Raw] | None = None
    drug_indications: list[msgspec.Raw] | None = None
    molecules: list[msgspec.Raw] | None = None
    targets: list[msgspec.Raw] | None = None


class _Status(msgspec.Struct):
    chembl_db_version: str
    chembl_release_date: str = ""


class _Hierarchy(msgspec.Struct):
    parent_chembl_id: str | None = None


class _Molecule(msgspec.Struct):
    molecule_chembl_id: str
    molecule_hierarchy: _Hierarchy | None = None

    @property
    def parent(self) -> str:
        """The form without salt, under which mechanisms and indications stand."""
        return (self.molecule_hierarchy.parent_chembl_id if self.molecule_hierarchy else None) or self.molecule_chembl_id


class _Mechanism(msgspec.Struct):
    target_chembl_id: str | None = None


class _Query(msgspec.Struct, frozen=True):
    """One list that is asked for: the resource, and the filters."""

    resource: str
    filters: dict[str, str] = {}


class _Cursor(msgspec.Struct):
    """Which list, from which object on, of which release; the targets that mechanisms so far named."""

    query: int = 0
    offset: int = 0
    release: str = ""
    targets: list[str] = []


class ChEMBL(Fetcher):
    """ChEMBL's drugs."""

    name = "chembl"
    host = "www.ebi.ac.uk"
    rate = 1.0
    cadence = Cadence.WEEKLY

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """Nothing but the release where it is the one of the last pass, else every list page by page, then the targets that they name."""
        status = self.status(client)
        release, published = status.chembl_db_version, status.chembl_release_date[:10]
        if ask.depth is SyncDepth.CHANGES and ask.since == release and not ask.cursor:
            yield Finished(since=release, release=release, published=published, nothing_new=True)
            return
        at = msgspec.json.decode(ask.cursor, type=_Cursor) if ask.cursor else _Cursor(release=release)
        if at.release != release:
            raise ExpiredCursor(f"{self.host} has a new ChEMBL release ({release}) since the pass was cut; it begins anew")
        targets = dict.fromkeys(at.targets)
        queries = self.queries(client, ask)
        for number, query in enumerate(queries[at.query :], at.query):
            for page, body in self._pages(client, query, at.offset if number == at.query else 0):
                targets |= dict.fromkeys(_targets(page))
                following = page.page_meta.next
                cursor = _Cursor(number + (following is None), _offset(following) if following else 0, release, list(targets))
                yield self._page(body, page, query.resource, cursor, release, published)
        done = max(at.query - len(queries), 0)
        wanted = sorted(targets)
        for start in range(done * TOGETHER, len(wanted), TOGETHER):
            query = _Query("target", {"target_chembl_id__in": ",".join(wanted[start : start + TOGETHER])})
            for page, body in self._pages(client, query, 0):
                cursor = _Cursor(len(queries) + start // TOGETHER + 1, 0, release, wanted)
                yield self._page(body, page, "target", cursor, release, published)
        yield Finished(since=release, release=release, published=published)

    def _page(self, body: bytes, page: _Page, resource: str, cursor: _Cursor, release: str, published: str) -> Page:
        return Page(
            name=f"{resource}.json",
            cursor=msgspec.json.encode(cursor).decode(),
            payload=body,
            dated=published or None,
            release=release,
            published=published,
            records=len(_objects(page)),
        )

    def _pages(self, client: Client, query: _Query, offset: int) -> Iterator[tuple[_Page, bytes]]:
        """The pages of one list, as many objects as it counts; BadAnswer where a page comes again, is empty in the middle, or the count is wrong."""
        counted = offset
        while True:
            page, body = self._asked(client, query, offset)
            objects, following = _objects(page), page.page_meta.next
            counted += len(objects)
            if page.page_meta.offset != offset:
                raise BadAnswer(f"{self.host} leads back to a page that it gave before; the pass begins anew with the next run")
            if following and not objects:
                raise BadAnswer(f"{self.host} answers with an empty page that is not the last; nothing of it was believed, try again later")
            if not following and counted != page.page_meta.total_count:
                raise BadAnswer(
                    f"{self.host} counts {page.page_meta.total_count:,} of {query.resource} and lists {counted:,}; nothing of it was believed"
                )
            if following and _offset(following) <= offset:
                raise BadAnswer(f"{self.host} leads back to a page that it gave before; the pass begins anew with the next run")
            yield page, body
            if not following:
                return
            offset = _offset(following)

    def _asked(self, client: Client, query: _Query, offset: int) -> tuple[_Page, bytes]:
        params: dict[str, str | int] = {**query.filters, "limit": PAGE, "offset": offset}
        try:
            body = client.get(f"{API}/{query.resource}.json", params).body
        except Refused as error:
            if offset and error.status in (400, 404, 410):
                raise ExpiredCursor(f"{self.host} no longer knows the page at which the pass was cut; it begins anew") from error
            raise
        try:
            page = msgspec.json.decode(body, type=_Page)
        except msgspec.DecodeError as error:
            raise BadAnswer(f"{self.host} answers with something else than a page of {query.resource} ({error}); try a newer Theriac") from error
        return page, body

    def queries(self, client: Client, ask: Ask) -> list[_Query]:
        """The lists: whole ones, or those of the molecules that a name means."""
        if ask.names is None:
            return [_Query(resource, dict(filters)) for resource, (_, filters) in RESOURCES.items()]
        ids = sorted(self._molecules(client, ask.names))
        if not ids:
            return []
        joined = ",".join(ids)
        of_parent = dict.fromkeys(("mechanism", "drug_indication"), "parent_molecule_chembl_id__in")
        fields = {"molecule": "molecule_hierarchy__parent_chembl_id__in"} | of_parent
        return [_Query(resource, {field: joined}) for resource, field in fields.items()]

    def _molecules(self, client: Client, names: Names) -> set[str]:
        """The parent molecules that a name means: by the ids that are known, else by their preferred names, else by their synonyms."""
        known = names.of("chembl")
        fields = ("pref_name__iexact", "molecule_synonyms__molecule_synonym__iexact")
        asked = [{"molecule_chembl_id__in": ",".join(known)}] if known else [{field: names.first} for field in fields]
        for filters in asked:
            pages = [page for page, _ in self._pages(client, _Query("molecule", filters), 0)]
            if found := {msgspec.json.decode(one, type=_Molecule).parent for page in pages for one in _objects(page)}:
                return found
        return set()

    def status(self, client: Client) -> _Status:
        """The release that the service serves."""
        try:
            return msgspec.json.decode(client.get(f"{API}/status.json").body, type=_Status)
        except msgspec.DecodeError as error:
            raise BadAnswer(f"{self.host} does not say which release it serves ({error}); try again later") from error

    def unknown(self, payload: bytes) -> Mapping[str, str]:
        """Members of an object that the service did not have when this was written."""
        page = msgspec.json.decode(payload)
        found = {
            f"{listed}.{name}": value
            for listed, members in MEMBERS.items()
            for each in page.get(listed, ())
            for name, value in each.items()
            if name not in members
        }
        return {place: msgspec.json.encode(value).decode()[:80] for place, value in sorted(found.items())}

    def plan(self, ask: Ask) -> list[str]:
        """The release, and the lists that are asked for where it is new."""
        if ask.names is not None:
            lists = [f"{API}/{resource}.json for the molecules called {ask.names.first}" for resource in RESOURCES]
        else:
            lists = [f"{API}/{resource}.json?limit={PAGE}, and each next page" for resource in RESOURCES]
        return [f"{API}/status.json", *lists, f"{API}/target.json for the targets that the mechanisms name"]


def _objects(page: _Page) -> list[msgspec.Raw]:
    """The objects of a page, whatever its resource."""
    lists = (page.mechanisms, page.drug_indications, page.molecules, page.targets)
    found = next((one for one in lists if one is not None), None)
    if found is None:
        raise BadAnswer("www.ebi.ac.uk answers with a page of something else; nothing of it was believed, try a newer Theriac")
    return found


def _targets(page: _Page) -> Iterator[str]:
    """The targets that the page's mechanisms name."""
    for one in page.mechanisms or ():
        if target := msgspec.json.decode(one, type=_Mechanism).target_chembl_id:
            yield target


def _offset(address: str) -> int:
    """The offset in the address of a next page.

    >>> _offset("/chembl/api/data/mechanism.json?limit=1000&offset=2000")
    2000
    """
    text = parse_qs(urlsplit(address).query).get("offset", [""])[0]
    return int(text) if text.isdigit() else 0

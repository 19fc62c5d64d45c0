"""ChEMBL: mechanisms, targets, molecules and indications, as pages of its API and as the columns of its tables.

Flows in: `mechanism.json`, `target.json`, `molecule.json`, `drug_indication.json` (pages, or one object alone), or CSV tables of the same
members. Flows out: one record per API object (its own id); the tables carry no id of a mechanism, so they are cut by molecule or target.
What a record says is `chembl_documents`' to know.

Under a page's envelope the objects are hashed whole; `page_meta` is transport and never reaches a hash.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes, sort_lists
from theriac.sources.chembl_documents import ROW_READERS, read_indication, read_mechanism, read_molecule, read_target
from theriac.sources.delimited import Rows, content_hash, cut_rows, decode_rows, layout, recognised

LARGEST_PAGE = 256 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
# What an object of each kind is kept under, what names it, and members that only this kind has.
_KINDS = {
    "mechanism": ("mechanisms", "mec_id", frozenset({"mec_id", "mechanism_of_action"})),
    "target": ("targets", "target_chembl_id", frozenset({"target_components", "target_type"})),
    "indication": ("drug_indications", "drugind_id", frozenset({"drugind_id"})),
    "molecule": ("molecules", "molecule_chembl_id", frozenset({"molecule_hierarchy", "molecule_structures", "molecule_synonyms"})),
}
_READERS = {"mechanism": read_mechanism, "target": read_target, "indication": read_indication, "molecule": read_molecule}
_OBJECT = re.compile(rb'"(?:target_chembl_id|molecule_chembl_id)"\s*:\s*"CHEMBL\d+"')
_PAGE = re.compile(rb'"(mechanisms|targets|drug_indications|molecules)"\s*:\s*\[')
_decode: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
_raws: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


class ChemblPages(Format):
    """One object of an API page."""

    name = "chembl.api"
    source = "chembl"
    canonicaliser = "chembl.api/1"
    reader = "chembl.api/1"

    def recognises(self, head: Head) -> bool:
        first = head.first.removeprefix(_BOM).lstrip()
        if not first.startswith(b"{") or _OBJECT.search(first) is None:
            return False
        return _PAGE.search(first) is not None or any(b'"%s"' % word.encode() in first for _, _, words in _KINDS.values() for word in words)

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_PAGE + 1)
        if len(data) > LARGEST_PAGE:
            raise BadFile(f"the page is larger than {LARGEST_PAGE // 2**20} MB; the API serves at most 1,000 objects a page")
        data = data.removeprefix(_BOM)
        try:
            members = _raws.decode(data)
            lists = [(listed, _list.decode(members[listed])) for listed, _, _ in _KINDS.values() if listed in members]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadFile(f"this is not sound JSON ({error}): the page was cut off while downloading; download it again") from error
        if not lists:
            yield Raw(payload=data.strip(), place="the object")
        for listed, objects in lists:
            yield from (Raw(payload=bytes(each), place=f"{listed}[{number}]") for number, each in enumerate(objects))

    def decode(self, raw: Raw) -> dict[str, Any]:
        try:
            return _decode.decode(raw.payload)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRecord(f"the object is not sound JSON ({error})") from error

    def identify(self, raw: Raw, decoded: dict[str, Any]) -> Identity:
        kind = _kind(decoded)
        identifier = decoded.get(_KINDS[kind][1])
        if not isinstance(identifier, str | int) or not str(identifier).strip():
            raise BadRecord(f"the {kind} has no {_KINDS[kind][1]}", field=_KINDS[kind][1])
        # Hashed from a second copy: sorting works in place and readings cite places in the lists as served.
        content = hash_bytes(canonical_json(sort_lists(self.decode(raw))))
        return Identity(key=f"{kind}/{identifier}", version=content, content=content)

    def read(self, raw: Raw, decoded: dict[str, Any]) -> Reading:
        return _READERS[_kind(decoded)](decoded)


def _kind(decoded: dict[str, Any]) -> str:
    found = next((kind for kind, (_, _, words) in _KINDS.items() if words & decoded.keys()), None)
    if found is None:
        raise BadRecord("the object is no mechanism, target, molecule or indication of ChEMBL")
    return found


LAYOUTS = (
    layout("mechanisms", "action_type mechanism_of_action molecule_chembl_id target_chembl_id", "molecule_chembl_id", ","),
    layout("indications", "efo_id efo_term max_phase_for_ind molecule_chembl_id", "molecule_chembl_id", ","),
    layout("targets", "target_chembl_id target_name uniprot_acc", "target_chembl_id", ","),
    layout("approvals", "drug_id first_approval", "drug_id", ","),
)


class ChemblTables(Format):
    """The rows of one molecule or target in a CSV table of ChEMBL's own column names."""

    name = "chembl.table"
    source = "chembl"
    canonicaliser = "chembl.table/1"
    reader = "chembl.table/1"

    def recognises(self, head: Head) -> bool:
        found = recognised(head.first, LAYOUTS)
        return found is not None and b"CHEMBL" in head.first

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_rows(file.stream, LAYOUTS)

    def decode(self, raw: Raw) -> Rows:
        return decode_rows(raw, LAYOUTS)

    def identify(self, raw: Raw, decoded: Rows) -> Identity:
        column = decoded.layout.key[0]
        identifier = decoded.rows[0].get(column, "")
        if re.fullmatch(r"CHEMBL\d+", identifier) is None:
            raise BadRecord(f"{column} is {identifier!r}, no identifier of ChEMBL", field=column)
        content = content_hash(decoded)
        return Identity(key=f"{decoded.layout.name}/{identifier}", version=content, content=content, table=decoded.layout.name)

    def read(self, raw: Raw, decoded: Rows) -> Reading:
        return ROW_READERS[decoded.layout.name](decoded.rows)

"""Vocabularies and cross-reference tables that a user loads: names and identifiers of substances and diseases.

Flows in: a table of one of the layouts below, recognised by its header. Flows out: one record per entry, whose claims `reference_claims` reads.
None of these tables is shipped or required. Columns of vocabularies under a licence (ATC, DrugBank, MedDRA) are never read.

| table | columns that tell it | one record per |
|---|---|---|
| `terms` | our own, tab separated: `kind`, `name`, `identifiers` | kind and name |
| `rxnorm_unii` | `rxnorm_id`, `fdasrs_id` | RxCUI |
| `drugcentral_structures` | `InChIKey`, `ID`, `INN`, `CAS_RN` | structure |
| `everycure_drugs` | a CSV with `curie`, `curie_label`, `alternate_ids` | drug |
| `mesh_trees` | `mesh_id`, `mesh_name`, `mesh_tree_number` | descriptor |
| `mesh_terms` | `mesh_id`, `mesh_name` | descriptor |
| `doid_names` | `doid`, `name`, `type` | disease |
| `doid_xrefs` | `doid_code`, `doid_name`, `resource`, `resource_id` | disease |
| `sssom_…` | SSSOM: `subject_id`, `predicate_id`, `object_id` | subject and object |

`terms` may also have the columns `name_kind`, `synonyms`, `parents`, `ingredients` and `originator`. Several values of one cell are parted
by `|`, identifiers are CURIEs (`unii:P1QW714R7M`), `kind` is drug, condition, target or organization.
"""

import csv
import re
from collections.abc import Iterator

import msgspec

from theriac.dates import PartialDate, date_in_path
from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Raw, Reading, ReferenceTable
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.reference_claims import READERS

LARGEST_TABLE = 512 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class Layout(msgspec.Struct, frozen=True):
    """One layout: the columns that tell it, those that together name a record, and whether a file of it is always the whole table."""

    name: str
    telling: frozenset[str]
    key: tuple[str, ...]
    delimiter: str = "\t"
    only: bool = False
    complete: bool = True
    label: str = "name"


def _layout(name: str, telling: str, key: str, label: str = "", *, delimiter: str = "\t", only: bool = False, complete: bool = True) -> Layout:
    return Layout(name, frozenset(telling.split()), tuple(key.split()), delimiter, only, complete, label)


LAYOUTS = (
    _layout("terms", "kind name identifiers", "kind name", "name", complete=False),
    _layout("rxnorm_unii", "rxnorm_id fdasrs_id", "rxnorm_id"),
    _layout("drugcentral_structures", "InChIKey ID INN CAS_RN", "ID", "INN"),
    _layout("everycure_drugs", "curie curie_label alternate_ids is_combination_therapy", "curie", "curie_label", delimiter=","),
    _layout("mesh_trees", "mesh_id mesh_name mesh_tree_number", "mesh_id", "mesh_name"),
    _layout("mesh_terms", "mesh_id mesh_name", "mesh_id", "mesh_name", only=True),
    _layout("doid_names", "doid name type", "doid", "name", only=True),
    _layout("doid_xrefs", "doid_code doid_name resource resource_id", "doid_code", "doid_name"),
    _layout("sssom", "subject_id predicate_id object_id mapping_justification", "subject_id object_id", "subject_label"),
)


class Entry(msgspec.Struct, frozen=True):
    """The decoded rows of one record by column name, with the layout and the table that they belong to."""

    layout: Layout
    table: str
    rows: list[dict[str, str]]


class ReferenceTables(Format):
    """One of the layouts."""

    name = "reference.table"
    source = "reference"
    canonicaliser = "reference.table/1"
    reader = "reference.table/2"

    def table(self, head: Head) -> str | None:
        found = _recognised(head.first)
        return _table_name(found[0], found[1]) if found and found[0].complete else None

    def recognises(self, head: Head) -> bool:
        return _recognised(head.first) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_TABLE + 1)
        if len(data) > LARGEST_TABLE:
            raise BadFile(f"the table is larger than {LARGEST_TABLE // 2**20} MB")
        found = _recognised(data)
        if found is None:
            raise BadFile("the header line is not one of a known reference table")
        layout, context, body = found
        for place, lines in _by_key(layout, context, body):
            yield Raw(payload=b"\n".join(lines) + b"\n", context=context, place=f"line {place}")

    def decode(self, raw: Raw) -> Entry:
        found = _recognised(raw.context.encode() + b"\n")
        if found is None:
            raise BadRecord("the header kept with these lines is not one of a known reference table")
        layout = found[0]
        try:
            text = raw.payload.decode()
        except UnicodeDecodeError as error:
            raise BadRecord(f"the line is not UTF-8 text ({error.reason})") from error
        columns = _columns(raw.context, layout.delimiter)
        rows = [_row(columns, line, layout.delimiter) for line in _lines(text, layout.delimiter)]
        if not rows:
            raise BadRecord("the record holds no row")
        return Entry(layout, _table_name(layout, raw.context), rows)

    def identify(self, raw: Raw, decoded: Entry) -> Identity:
        key = "/".join(decoded.rows[0].get(column, "") for column in decoded.layout.key)
        if not all(decoded.rows[0].get(column) for column in decoded.layout.key):
            raise BadRecord(f"the row has no {' and no '.join(decoded.layout.key)}", field=decoded.layout.key[0])
        content = hash_bytes(*sorted({canonical_json(row) for row in decoded.rows}))
        return Identity(key=f"{decoded.table}/{key}", version=content, content=content, seen=_release(raw.context), table=decoded.table)

    def read(self, raw: Raw, decoded: Entry) -> Reading:
        claims = tuple(READERS[decoded.layout.name](decoded.rows))
        names = tuple(dict.fromkeys(name.text for claim in claims for name in claim.names))
        identifiers = tuple(dict.fromkeys(identifier for claim in claims for identifier in claim.identifiers))
        title = decoded.rows[0].get(decoded.layout.label) or " ".join(decoded.rows[0].get(column, "") for column in decoded.layout.key)
        smiles = decoded.rows[0].get("SMILES") or decoded.rows[0].get("smiles") if claims else None
        document = ReferenceTable(table=decoded.table, names=names, identifiers=identifiers, smiles=smiles)
        return Reading(document=document, title=title, claims=claims)


def _recognised(data: bytes) -> tuple[Layout, str, bytes] | None:
    """The layout, the header with the lines that describe the table, and what follows; None for any other file."""
    rest, notes = data.removeprefix(_BOM), []
    while rest.startswith(b"#"):
        line, newline, rest = rest.partition(b"\n")
        if not newline:
            return None
        if b"mapping_set" in line:
            notes.append(line.decode("utf-8", "replace").strip())
    header, newline, body = rest.partition(b"\n")
    text = header.decode("utf-8", "replace").strip("\r")
    for layout in LAYOUTS:
        columns = frozenset(_columns(text, layout.delimiter))
        if newline and layout.telling <= columns and (not layout.only or columns == layout.telling):
            return layout, "\n".join([*notes, text]), body
    return None


def _columns(context: str, delimiter: str) -> list[str]:
    return [name.strip() for name in context.rpartition("\n")[2].split(delimiter)]


def _table_name(layout: Layout, context: str) -> str:
    """The layout's name; a mapping set goes by its own, the last part of its identifier."""
    if layout.name != "sssom":
        return layout.name
    found = re.search(r"mapping_set_id:\s*(\S+)", context)
    path = re.sub(r"(?:\.sssom)?\.tsv\Z", "", found[1]) if found else ""
    parts = [part for part in path.split("/") if part not in ("", "sssom")]
    return "sssom_" + "_".join(parts[-2:] if parts and parts[-1] in ("positive", "mappings") else parts[-1:]) if parts else "sssom"


def _release(context: str) -> PartialDate | None:
    """The date of a mapping set's release, where its description carries one."""
    return date_in_path(context.rpartition("\n")[0].replace("\n", "/")) if "\n" in context else None


def _by_key(layout: Layout, context: str, body: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of each record; quoted cells of a CSV may span several lines."""
    columns = _columns(context, layout.delimiter)
    places = [columns.index(column) for column in layout.key]
    last = max(places)
    delimiter = layout.delimiter.encode()
    groups: dict[tuple[bytes, ...], tuple[int, list[bytes]]] = {}
    for number, line in _records(body, quoted=layout.delimiter == ","):
        cells = line.split(delimiter, last + 1)
        key = tuple(cells[place].strip() for place in places) if len(cells) > last else (line,)
        groups.setdefault(key, (number, []))[1].append(line)
    yield from groups.values()


def _records(body: bytes, *, quoted: bool) -> Iterator[tuple[int, bytes]]:
    pending, start = b"", 0
    for number, line in enumerate(body.split(b"\n"), start=2):
        start, pending = (start, pending + b"\n" + line) if pending else (number, line)
        if quoted and pending.count(b'"') % 2:
            continue
        if pending.strip():
            yield start, pending
        pending = b""
    if pending.strip():
        raise BadFile("the table ends inside a quoted cell: it was cut off while downloading; download it again")


def _lines(text: str, delimiter: str) -> Iterator[str]:
    return (record.decode().strip("\r") for _, record in _records(text.encode(), quoted=delimiter == ","))


def _row(columns: list[str], line: str, delimiter: str) -> dict[str, str]:
    cells = next(csv.reader([line])) if delimiter == "," else line.split(delimiter)
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise BadRecord(f"a row has {len(cells)} cells where the header has {len(columns)}", field="row")
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()}

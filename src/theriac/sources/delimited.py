"""Delimited tables whose rows stand for drugs, targets or pathways: recognised by header, cut by key, read by column name.

Flows in: a table with a header line, by tabs or commas, its cells quoted or not. Flows out: the lines of one key at a time exactly as
served, and their cells by column. It knows no table: each source lists its layouts. Order of rows and columns, repeated rows and line
ends carry no meaning and never reach a hash.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from theriac.errors import BadFile, BadRecord
from theriac.model import Raw
from theriac.sources.base import canonical_json, hash_bytes

LARGEST_TABLE = 512 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class Layout(msgspec.Struct, frozen=True):
    """One layout: its name, the columns that tell it, and the column or columns whose first filled one names a record's rows."""

    name: str
    telling: frozenset[str]
    key: tuple[str, ...]
    delimiter: str = "\t"


class Rows(msgspec.Struct, frozen=True):
    """The decoded rows of one record by column name; empty cells are left out."""

    layout: Layout
    rows: list[dict[str, str]]


def layout(name: str, telling: str, key: str, delimiter: str = "\t") -> Layout:
    """A layout from columns written as running text.

    >>> layout("t", "a b", "a").telling == {"a", "b"}
    True
    """
    return Layout(name, frozenset(telling.split()), tuple(key.split()), delimiter)


def recognised(first: bytes, layouts: Iterable[Layout]) -> tuple[Layout, str] | None:
    """The layout and the header line as text, or None where the first line is no header of these."""
    line, newline, _ = first.removeprefix(_BOM).partition(b"\n")
    if not newline:
        return None
    header = line.decode("utf-8", "replace").strip("\r")
    found = next((one for one in layouts if one.telling <= frozenset(_columns(header, one.delimiter))), None)
    return (found, header) if found else None


def _columns(header: str, delimiter: str) -> list[str]:
    """The column names; none where the line is no row of cells."""
    try:
        return [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    except csv.Error:
        return []


def cut_rows(stream: BinaryIO, layouts: Iterable[Layout]) -> Iterator[Raw]:
    """The lines of each key, in the order in which the keys first stand; BadFile where the table is cut off or empty."""
    data = stream.read(LARGEST_TABLE + 1)
    if len(data) > LARGEST_TABLE:
        raise BadFile(f"the table is larger than {LARGEST_TABLE // 2**20} MB")
    found = recognised(data, layouts)
    if found is None:
        raise BadFile("the header line is not one of a known table")
    chosen, header = found
    body = data.removeprefix(_BOM).partition(b"\n")[2]
    if not body.strip():
        raise BadFile("the table has a header and no rows; an empty table is taken for a failed download")
    for place, lines in _by_key(chosen, header, body):
        yield Raw(payload=b"\n".join(lines) + b"\n", context=header, place=f"line {place}")


def _by_key(chosen: Layout, header: str, body: bytes) -> Iterator[tuple[int, list[bytes]]]:
    columns = _columns(header, chosen.delimiter)
    places = [columns.index(column) for column in chosen.key if column in columns]
    groups: dict[tuple[str, ...], tuple[int, list[bytes]]] = {}
    for number, line in _records(body):
        try:
            cells = _cells(line.decode("utf-8", "replace"), chosen.delimiter)
            key = tuple(cells[place].strip() if place < len(cells) else "" for place in places)
        except BadRecord:
            # Left to decoding, which refuses this row alone.
            key = (str(number),)
        groups.setdefault(key, (number, []))[1].append(line)
    yield from groups.values()


def _records(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Each row with its line number; a quoted cell may span lines."""
    pending, start = b"", 0
    for number, line in enumerate(body.split(b"\n"), start=2):
        start, pending = (start, pending + b"\n" + line) if pending else (number, line)
        if pending.count(b'"') % 2:
            continue
        if pending.strip():
            yield start, pending
        pending = b""
    if pending.strip():
        raise BadFile("the table ends inside a quoted cell: it was cut off while downloading; download it again")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.strip("\r\n")], delimiter=delimiter, strict=False), [])
    except csv.Error as error:
        raise BadRecord(f"the row is not a row of this table ({error})", field="row") from error


def decode_rows(raw: Raw, layouts: Iterable[Layout]) -> Rows:
    """The rows by column name; BadRecord where a row has more cells than the header, or is no UTF-8."""
    found = recognised(raw.context.encode() + b"\n", layouts)
    if found is None:
        raise BadRecord("the header kept with these lines is not one of a known table")
    chosen, header = found
    try:
        raw.payload.decode()
    except UnicodeDecodeError as error:
        raise BadRecord(f"the line is not UTF-8 text ({error.reason})") from error
    columns = _columns(header, chosen.delimiter)
    rows = [_row(columns, _cells(line.decode(), chosen.delimiter)) for _, line in _records(raw.payload)]
    if not rows:
        raise BadRecord("the record holds no row")
    return Rows(chosen, rows)


def _row(columns: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise BadRecord(f"a row has {len(cells)} cells where the header has {len(columns)}", field="row")
    return {name: text for name, cell in zip(columns, cells, strict=False) if (text := cell.strip())}


def content_hash(decoded: Rows) -> str:
    """The hash of the rows as a set: repeated rows and their order say nothing."""
    return hash_bytes(*sorted({canonical_json(row) for row in decoded.rows}))


def split_cell(row: dict[str, str], column: str, by: str = "|") -> tuple[str, ...]:
    """The values that one cell joins, each once; () where the cell is empty.

    >>> split_cell({"GENE": "GRIN1|GRIN2A"}, "GENE")
    ('GRIN1', 'GRIN2A')
    """
    return tuple(dict.fromkeys(text for part in row.get(column, "").split(by) if (text := part.strip())))

"""Delimited tables of the FDA, whose rows belong to applications: cut by application, told apart by content, read by column name.

Flows in: a table with a header line, separated by tabs (Drugs@FDA) or tildes (Orange Book). Flows out: the lines of one application at a
time, exactly as served, and their cells by column. It knows no table: `drugs_at_fda` and `orange_book` list theirs.

What re-saved copies change carries no meaning and never reaches a hash: line ends, order of rows and columns, repeated rows, blanks
around a cell or a joining semicolon, empty cells at the end of a row, and leading zeros that a spreadsheet dropped.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Raw
from theriac.sources.base import hash_bytes

LARGEST_TABLE = 512 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_JOINED = re.compile(r"\s*;\s*")
# "LIOTRIX (T4;T3)" is one ingredient.
_BETWEEN_INGREDIENTS = re.compile(r";(?![^()]*\))")
_ADDRESS = re.compile(r"https?://\S+")


class Table(msgspec.Struct, frozen=True):
    """One table of a source: its listing's name, the columns known, and which of them mean something special.

    `application` is the column of the application number; a table without one is a code list and one single record. `telling` are columns
    that this table has and no other; `widths` the digits to which a column's numbers are padded; `joined` columns join by semicolon.
    """

    name: str
    columns: tuple[str, ...]
    telling: frozenset[str]
    application: str | None = None
    lacking: frozenset[str] = frozenset()
    widths: dict[str, int] = {}
    joined: frozenset[str] = frozenset()


class Rows(msgspec.Struct, frozen=True):
    """The decoded rows of one record, each in the order of its table's columns, and what stood in columns not known."""

    table: Table
    rows: list[tuple[str, ...]]
    extras: list[tuple[str, ...]] = []

    def dicts(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row by column name, with its number in the record, for citing."""
        for number, row in enumerate(self.rows):
            yield number, dict(zip(self.table.columns, row, strict=True))


def header_of(first: bytes, delimiter: bytes) -> tuple[str, ...]:
    """The column names of a table's first line, or nothing where there is no such line."""
    line, newline, _ = first.removeprefix(_BOM).partition(b"\n")
    if not newline or delimiter not in line:
        return ()
    return tuple(name.strip() for name in line.decode("cp1252", "replace").split(delimiter.decode()))


def table_of(columns: tuple[str, ...], tables: Iterable[Table]) -> Table | None:
    """The table whose telling columns these are."""
    names = frozenset(columns)
    return next((table for table in tables if table.telling <= names and not table.lacking & names), None)


def cut_table(stream: BinaryIO, delimiter: bytes, tables: Iterable[Table]) -> Iterator[Raw]:
    """One record per application, its lines as served; a code list as one record. BadFile where the table is cut off within a row."""
    data = stream.read(LARGEST_TABLE + 1)
    if len(data) > LARGEST_TABLE:
        raise BadFile(f"the table is larger than {LARGEST_TABLE // 2**20} MB; this is not one of the FDA's")
    columns = header_of(data, delimiter)
    table = table_of(columns, tables)
    if table is None:
        raise BadFile("the header line is not one of a known table")
    header, _, body = data.removeprefix(_BOM).partition(b"\n")
    _refuse_cut_off(body, delimiter, len(columns))
    context = header.decode("cp1252", "replace").strip("\r")
    if table.application is None:
        yield Raw(payload=body, context=context, place="line 2")
        return
    for place, lines in _by_application(body, delimiter, columns.index(table.application)):
        yield Raw(payload=b"\n".join(lines) + b"\n", context=context, place=f"line {place}")


def _refuse_cut_off(body: bytes, delimiter: bytes, width: int) -> None:
    last = body[body.rfind(b"\n") + 1 :].strip(b"\x1a")
    if last.strip() and last.count(delimiter) < width - 1:
        raise BadFile("the table ends in the middle of a row: it was cut off while downloading; download it again")
    if not body.strip():
        raise BadFile("the table has a header and no rows; an empty table is taken for a failed download")


def _by_application(body: bytes, delimiter: bytes, column: int) -> Iterator[tuple[int, list[bytes]]]:
    groups: dict[bytes, list[bytes]] = {}
    places: dict[bytes, int] = {}
    for place, line in enumerate(body.split(b"\n"), start=2):
        cells = line.split(delimiter, column + 1)
        number = cells[column].strip() if len(cells) > column else line.strip()
        if len(number) != 6:
            if not line.strip(b"\r \x1a"):
                continue
            number = number.zfill(6)
        found = groups.get(number)
        if found is None:
            groups[number] = [line]
            places[number] = place
        else:
            found.append(line)
    for number, lines in groups.items():
        yield places[number], lines


def decode_rows(raw: Raw, delimiter: str, tables: Iterable[Table]) -> Rows:
    """The rows of one record by its header; BadRecord where a row holds more cells than the header has columns."""
    columns = tuple(name.strip() for name in raw.context.split(delimiter))
    table = table_of(columns, tables)
    if table is None:
        raise BadRecord("the header kept with these lines is not one of a known table")
    width = len(columns)
    cells = [_cells(line, delimiter, width) for line in _text(raw.payload).split("\n") if line and not line.isspace()]
    extras: list[tuple[str, ...]] = []
    if columns != table.columns:
        known = [columns.index(name) if name in columns else None for name in table.columns]
        others = [index for index, name in enumerate(columns) if name and name not in table.columns]
        extras = [tuple(row[index] for index in others) for row in cells]
        cells = [["" if index is None else row[index] for index in known] for row in cells]
    for name, digits in table.widths.items():
        index = table.columns.index(name)
        for row in cells:
            if len(row[index]) < digits and row[index].isdigit():
                row[index] = row[index].zfill(digits)
    for name in table.joined:
        index = table.columns.index(name)
        for row in cells:
            if ";" in row[index]:
                row[index] = _JOINED.sub(";", row[index])
    return Rows(table=table, rows=[tuple(row) for row in cells], extras=[row for row in extras if any(row)])


def _text(payload: bytes) -> str:
    """The lines as text: the FDA writes cp1252, copies of it are often re-saved as UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def _cells(line: str, delimiter: str, width: int) -> list[str]:
    cells = [cell.strip() for cell in line.split(delimiter)]
    if len(cells) > width:
        if any(cells[width:]):
            raise BadRecord(f"a row has {len(cells)} cells where the header has {width}: {cells[width]!r} belongs to no column", field="row")
        return cells[:width]
    return cells + [""] * (width - len(cells)) if len(cells) < width else cells


def identify_rows(decoded: Rows) -> Identity:
    """The record's key (`products/020723`, or the name of a code list) and the hashes of its rows."""
    table = decoded.table
    content = hash_bytes("\n".join(sorted({"\t".join(row) for row in decoded.rows})).encode())
    version = hash_bytes(content.encode(), "\n".join(sorted("\t".join(row) for row in decoded.extras)).encode()) if decoded.extras else content
    key = table.name if table.application is None else f"{table.name}/{application_number(decoded)}"
    return Identity(key=key, version=version, content=content, table=table.name)


def application_number(decoded: Rows) -> str:
    """The six digits that all rows of the record share; BadRecord where there are none."""
    column = decoded.table.application or ""
    number = decoded.rows[0][decoded.table.columns.index(column)] if decoded.rows else ""
    if not re.fullmatch(r"\d{6}", number):
        raise BadRecord(f"the row has no application number: {number!r} is not one", field=column)
    return number


def split_ingredients(text: str) -> tuple[str, ...]:
    """The active ingredients that a cell joins by semicolon, each once.

    >>> split_ingredients("ABACAVIR SULFATE;LAMIVUDINE"), split_ingredients("LIOTRIX (T4;T3)")
    (('ABACAVIR SULFATE', 'LAMIVUDINE'), ('LIOTRIX (T4;T3)',))
    """
    parts = (" ".join(part.split()) for part in _BETWEEN_INGREDIENTS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def split_form(text: str) -> tuple[str | None, str | None]:
    """Dosage form and route of a cell like `CREAM;TOPICAL`; a cell without a semicolon is a form only.

    >>> split_form("AEROSOL, FOAM;RECTAL"), split_form("VIAL")
    (('AEROSOL, FOAM', 'RECTAL'), ('VIAL', None))
    """
    form, semicolon, route = text.rpartition(";")
    return (form.strip() or None, route.strip() or None) if semicolon else (text.strip() or None, None)


def split_strength(text: str) -> tuple[str | None, str | None]:
    """The strength, and the agency's note that it puts behind asterisks in the same cell.

    >>> split_strength("5% **Federal Register determination that …**")
    ('5%', 'Federal Register determination that …')
    """
    strength, stars, note = text.partition("**")
    return strength.strip() or None, (" ".join(note.replace("*", " ").split()) or None) if stars else None


def address_in(text: str) -> str | None:
    """The web address in a cell, without what was typed before it by mistake.

    >>> address_in("0https://www.example.org/a.pdf"), address_in("n/a")
    ('https://www.example.org/a.pdf', None)
    """
    found = _ADDRESS.search(text)
    return found[0] if found else None

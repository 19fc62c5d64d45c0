"""The table of drug shortages that the FDA's own page gives for download: the whole list, the same facts as openFDA's drug/shortages.

Flows in: the CSV file. Flows out: its entries under openFDA's member names; `openfda_shortages` knows what they mean.

The table opens with an empty line, quotes every cell, never doubles a quotation mark inside one ("1 1/2"" needles), and breaks lines inside
cells: rows are parted by the quotation marks around a line's end, cells by those around a comma.
"""

import csv
import re
from collections.abc import Iterator
from typing import Any

from theriac.dates import PartialDate
from theriac.errors import BadFile, BadRecord
from theriac.model import Raw
from theriac.sources.base import Head, OpenFile, canonical_json
from theriac.sources.openfda_shortages import Entry, OpenFDAShortages, us_date

LARGEST_TABLE = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_TELLING = frozenset({"Generic Name", "Presentation", "Type of Update"})
_MEMBER_OF = {
    "Generic Name": "generic_name",
    "Company Name": "company_name",
    "Presentation": "presentation",
    "Type of Update": "update_type",
    "Date of Update": "update_date",
    "Availability Information": "availability",
    "Related Information": "related_info",
    "Resolved Note": "resolved_note",
    "Reason for Shortage": "shortage_reason",
    "Therapeutic Category": "therapeutic_category",
    "Status": "status",
    "Change Date": "change_date",
    "Date Discontinued": "discontinued_date",
    "Initial Posting Date": "initial_posting_date",
}
_KEY = ("Presentation", "Initial Posting Date")
_BETWEEN_ROWS = re.compile(r'(?<=")\r?\n(?=")|(?<!")\r?\n(?!")(?=[^"\r\n]*,)')


class FDAShortagesTable(OpenFDAShortages):
    """The rows of one presentation in the table that the FDA's page on drug shortages gives for download."""

    name = "fda.shortages_table"

    def table(self, head: Head) -> str | None:
        return "shortages"

    def recognises(self, head: Head) -> bool:
        line = head.first.removeprefix(_BOM).lstrip().partition(b"\n")[0]
        return frozenset(_columns(line.decode("utf-8", "replace"))) >= _TELLING

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return _entries(file.stream.read(LARGEST_TABLE + 1))

    def data_date(self, raw: Raw) -> PartialDate | None:
        """None: the table does not say of which day it is."""
        return None

    def decode(self, raw: Raw) -> Entry:
        columns = _columns(raw.context)
        rows = [_row(columns, line) for line in _BETWEEN_ROWS.split(raw.payload.decode("utf-8", "replace").strip())]
        # A presentation that stands twice with one day of posting: the newer row is the entry.
        latest = max(rows, key=lambda row: (us_date(row.get("Date of Update")) or "", canonical_json(row)))
        members: dict[str, Any] = {_MEMBER_OF[column]: text for column, text in latest.items() if column in _MEMBER_OF}
        return Entry(members, {"record": {column: text for column, text in latest.items() if column not in _MEMBER_OF}})


def _columns(header: str) -> list[str]:
    return [name.strip().strip('"') for name in header.split(",")]


def _entries(data: bytes) -> Iterator[Raw]:
    """The rows of each presentation and posting day, in the order in which they first stand."""
    if len(data) > LARGEST_TABLE:
        raise BadFile(f"the table is larger than {LARGEST_TABLE // 2**20} MB; the FDA's is not")
    header, _, body = data.removeprefix(_BOM).lstrip().decode("utf-8", "replace").partition("\n")
    if not body.strip():
        raise BadFile("the table has a header and no rows; an empty table is taken for a failed download")
    if not body.endswith("\n"):
        raise BadFile("the table ends within a row: it was cut off while downloading; download it again")
    columns = _columns(header)
    groups: dict[tuple[str, ...], list[str]] = {}
    for number, line in enumerate(_BETWEEN_ROWS.split(body.strip("\r\n")), start=1):
        try:
            row = _row(columns, line)
            key = tuple(row.get(column, "") for column in _KEY)
        except BadRecord:
            # Left to decoding, which refuses this row alone.
            key = (str(number),)
        groups.setdefault(key, []).append(line)
    for place, lines in enumerate(groups.values(), start=1):
        yield Raw(payload="\r\n".join(lines).encode(), context=header.strip(), place=f"entry {place}")


def _row(columns: list[str], line: str) -> dict[str, str]:
    """The cells by column, empty ones left out; BadRecord where they are not as many as the columns."""
    quoted = line.startswith('"') and line.endswith('"')
    cells = line[1:-1].split('","') if quoted else next(csv.reader([line]), [])
    if len(cells) != len(columns):
        raise BadRecord(f"a row has {len(cells)} cells where the header has {len(columns)}", field="row")
    return {name: text for name, cell in zip(columns, cells, strict=True) if (text := " ".join(cell.split()))}

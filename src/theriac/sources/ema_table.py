"""The EMA's medicines table as it is served: a workbook of either layout, or the JSON report, cut into rows.

Flows in: a file's stream. Flows out: each row as the JSON text of its own headers and cells, with the date on which the report says it was
made. It translates nothing: what a header means is `ema`'s to know.
"""

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from theriac.dates import PartialDate, partial
from theriac.errors import BadFile
from theriac.model import Raw
from theriac.sources.base import Head

LARGEST_FILE = 256 * 1024 * 1024
LARGEST_INFLATED = 1024 * 1024 * 1024
_HEADER_WITHIN = 40
_DAY = re.compile(r"\b(\d{2})/(\d{2})/(\d{4})\b")
_STAMP = re.compile(rb'"[a-z_]*(?:timestamp|date|generated|updated)[a-z_]*"\s*:\s*"(\d{4})-(\d{2})-(\d{2})')
_CELL = re.compile(rb"<c [^>]*t=\"(?:s|inlineStr|str)\"")


def looks_like_table(head: Head) -> bool:
    """Whether this is a workbook whose first sheet opens with a wide row of headings below a narrow preamble, as far as can be seen.

    A workbook's words stand at its end, so that its first bytes show the shape of the sheet only.
    """
    first = head.first
    if not first.startswith(b"PK\x03\x04") or b"xl/" not in first:
        return False
    sheet = _start_of_sheet(first)
    if not sheet:
        return True
    rows = sheet.split(b"<row ")[1 : _HEADER_WITHIN + 1]
    return any(len(_CELL.findall(row)) >= 20 for row in rows)


def _start_of_sheet(first: bytes) -> bytes:
    found = re.search(rb"PK\x03\x04.{22}(..)(..)xl/worksheets/sheet1\.xml", first, re.DOTALL)
    if not found:
        return b""
    begin = found.end() + int.from_bytes(found[2], "little")
    try:
        return zlib.decompressobj(-15).decompress(first[begin:], 1024 * 1024)
    except zlib.error:
        return b""


def looks_like_report(head: Head) -> bool:
    """Whether this is the JSON report: an object or array whose records carry the report's own field names."""
    text = head.first.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text[:1] in (b"{", b"[") and b'"ema_product_number"' in text and b'"name_of_medicine"' in text


def _whole(stream: BinaryIO) -> bytes:
    data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise BadFile(f"the file is larger than {LARGEST_FILE // 2**20} MB; the EMA's table is not")
    return data


def rows_of_workbook(stream: BinaryIO) -> Iterator[Raw]:
    """The rows below the headings of the first sheet that has them; BadFile where none has, or the workbook is broken."""
    data = io.BytesIO(_whole(stream))
    try:
        _refuse_bomb(data)
        with warnings.catch_warnings():
            # openpyxl remarks on styles and extensions, which no row depends on.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(data, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                rows = sheet.iter_rows(values_only=True)
                if (found := _headings(rows)) is not None:
                    yield from _rows(rows, *found)
                    return
        finally:
            book.close()
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, InvalidFileException, SyntaxError, ValueError) as error:
        raise BadFile(f"the workbook cannot be read ({error}); download it again") from error
    raise BadFile("the workbook holds no table of medicines: no row of headings names a category and a product number")


def _refuse_bomb(data: io.BytesIO) -> None:
    with zipfile.ZipFile(data) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_INFLATED:
            raise BadFile(f"the workbook inflates to more than {LARGEST_INFLATED // 2**20} MB")
        for member in archive.infolist():
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    if b"<!DOCTYPE" in part.read(1024):
                        raise BadFile("the workbook declares a document type, which no genuine one does")


def _headings(rows: Iterator[tuple[object, ...]]) -> tuple[list[str], int, str] | None:
    """The headings, the number of their row, and the date that the preamble states."""
    date = ""
    for number, row in enumerate(rows, start=1):
        names = [cell.strip() if isinstance(cell, str) else "" for cell in row]
        if "Category" in names and any(name.casefold().endswith("product number") for name in names):
            return names, number, date
        date = date or next((found for name in names if (found := _stated_day(name))), "")
        if number >= _HEADER_WITHIN:
            break
    return None


def _stated_day(text: str) -> PartialDate:
    found = _DAY.search(text)
    try:
        return partial(int(found[3]), int(found[2]), int(found[1])) if found else ""
    except ValueError:
        return ""


def _rows(rows: Iterator[tuple[object, ...]], names: list[str], header: int, date: str) -> Iterator[Raw]:
    for number, row in enumerate(rows, start=header + 1):
        cells = {name: _served(cell) for name, cell in zip(names, row, strict=False) if name and cell is not None}
        if cells:
            yield Raw(payload=msgspec.json.encode(cells), context=date, place=f"row {number}")


def _served(cell: object) -> str | int | float | bool:
    """A cell as the sheet holds it; a date cell as ISO 8601."""
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return cell if isinstance(cell, str | int | float) else str(cell)


def rows_of_report(stream: BinaryIO, head: Head) -> Iterator[Raw]:
    """The records of the JSON report, byte for byte; BadFile where it is not whole or holds none."""
    data = _whole(stream).removeprefix(b"\xef\xbb\xbf")
    try:
        if data.lstrip()[:1] == b"[":
            records = msgspec.json.decode(data, type=list[msgspec.Raw])
        else:
            members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
            records = next((msgspec.json.decode(each, type=list[msgspec.Raw]) for each in members.values() if bytes(each)[:1] == b"["), [])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadFile(f"the report is not whole JSON ({error}); download it again") from error
    if not records:
        raise BadFile("the report holds no medicine; an empty table is taken for a failed download")
    date = _stated_stamp(data)
    for index, record in enumerate(records):
        yield Raw(payload=bytes(record), context=date, place=f"[{index}]")


def _stated_stamp(data: bytes) -> PartialDate:
    """The date in the envelope, before the first record."""
    found = _STAMP.search(data, 0, data.find(b"[") + 1)
    try:
        return partial(int(found[1]), int(found[2]), int(found[3])) if found else ""
    except ValueError:
        return ""

"""Rows as files that people take away: CSV, Excel, Parquet, JSON.

Flows in: rows of shapes or mappings. Flows out: bytes. What is nested becomes columns with dots; a list of words one cell; anything deeper JSON.
Cells that a spreadsheet would run as a formula are made harmless; Excel's limits (control characters, length) are kept.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from theriac.errors import UserError
from theriac.store.tables import harmless

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_000
_SHEET = 1_048_575


def file_of(rows: Sequence[Any], form: str) -> bytes:
    """The rows as one file; UserError for a form that there is not."""
    built = [msgspec.to_builtins(row) for row in rows]
    if form == "json":
        return msgspec.json.encode(built)
    writers: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}
    if form not in writers:
        raise UserError(f"there is no file of kind {form!r}; ask for csv, xlsx, parquet or json")
    return writers[form]([flat(row) for row in built])


def flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """The row with its nested parts as columns of their own.

    >>> flat({"a": {"b": 1, "c": ["x", "y"]}, "d": [{"e": 2}]})
    {'a.b': 1, 'a.c': 'x; y', 'd': '[{"e":2}]'}
    """
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value:
            found.update(flat(value, f"{before}{name}."))
        elif isinstance(value, list | tuple):
            plain = all(isinstance(one, str | int | float) for one in value)
            found[f"{before}{name}"] = "; ".join(map(str, value)) if plain else msgspec.json.encode(value).decode()
        else:
            found[f"{before}{name}"] = None if isinstance(value, dict) else value
    return found


def _columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _csv(rows: list[dict[str, Any]]) -> bytes:
    names = _columns(rows)
    columns = {harmless(name): pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names}
    out = io.BytesIO()
    pa_csv.write_csv(pa.table(columns), out, pa_csv.WriteOptions(quoting_style="all_valid"))
    return out.getvalue()


def _text(value: object) -> str:
    return "" if value is None else harmless(value) if isinstance(value, str) else str(value)


def _xlsx(rows: list[dict[str, Any]]) -> bytes:
    # Excel files are rare; their package takes a while to import.
    from openpyxl import Workbook

    if len(rows) > _SHEET:
        raise UserError(f"an Excel sheet holds {_SHEET:,} rows and these are {len(rows):,}; take csv or parquet")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Theriac")
    names = _columns(rows)
    sheet.append([_cell(name) for name in names])
    for row in rows:
        sheet.append([_cell(row.get(name)) for name in names])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: Any) -> Any:
    return harmless(_CONTROL.sub(" ", value)[:_LONGEST_CELL]) if isinstance(value, str) else value


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    table = pa.table({name: _array([row.get(name) for row in rows]) for name in _columns(rows)})
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _array(values: list[Any]) -> pa.Array:
    """The values in the narrowest type that takes all of them."""
    kinds = {type(value) for value in values if value is not None}
    for kind, arrow in ((bool, pa.bool_()), (int, pa.int64())):
        if kinds == {kind}:
            return pa.array(values, arrow)
    if kinds and kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())

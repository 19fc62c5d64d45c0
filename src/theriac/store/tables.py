"""Rows as Arrow tables, and tables as files: what pandas, polars and DuckDB take in one line.

Flows in: rows of one shape with its columns' types. Flows out: an Arrow table, or a CSV or Parquet file. Cells that a spreadsheet would run as a
formula are made harmless in CSV.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from theriac.errors import UserError

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), list: pa.list_(pa.string())}


def arrow(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, type]) -> pa.Table:
    """The rows as an Arrow table; a column that no row fills keeps its type."""
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
    return pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], schema=schema)


def write(table: pa.Table, target: Path) -> None:
    """Writes .csv or .parquet by the file's suffix; UserError for another."""
    if target.suffix == ".parquet":
        pq.write_table(table, target, compression="zstd")
    elif target.suffix == ".csv":
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(table.column_names)
            writer.writerows([[_cell(value) for value in row.values()] for row in table.to_pylist()])
    else:
        raise UserError(f"{target} has no suffix that says how to write it; name a .csv or a .parquet file")


def _cell(value: object) -> str:
    text = "" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return harmless(text)


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text

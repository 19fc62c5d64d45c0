"""The version log's segments: zstd Parquet files written aside, named by the catalog, never changed.

Flows in: rows as columns. Flows out: a file under `lake/<dataset>/` with its size and SHA-256, and Arrow tables read back. A segment is
sorted by record so that one record's rows are found by their row group's statistics. Nothing here decides what is visible: the catalog does.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import dataset

from theriac.errors import StorageFull, StoreDamaged

_RECORD = [("commit", pa.int32()), ("source", pa.string()), ("key", pa.string()), ("version", pa.string())]

DATASETS: dict[str, pa.Schema] = {
    "versions": pa.schema(
        [
            *_RECORD,
            ("content", pa.string()),
            ("format", pa.string()),
            ("canonicaliser", pa.string()),
            ("label", pa.string()),
            ("rank", pa.string()),
            ("tbl", pa.string()),
            ("partial", pa.bool_()),
            ("context", pa.string()),
            ("recorded_at", pa.string()),
            ("payload", pa.binary()),
        ]
    ),
    "sightings": pa.schema(
        [
            *_RECORD,
            ("seen", pa.string()),
            ("seen_by", pa.string()),
            ("listing", pa.string()),
            ("raw", pa.binary(16)),
            ("recorded_at", pa.string()),
        ]
    ),
    "readings": pa.schema([*_RECORD, ("reader", pa.string()), ("kind", pa.string()), ("title", pa.string()), ("body", pa.binary())]),
    "quarantine": pa.schema([("commit", pa.int32()), ("id", pa.string()), ("payload", pa.binary())]),
}
_REPEATED = ["source", "format", "canonicaliser", "tbl", "seen", "seen_by", "listing", "recorded_at", "reader", "kind", "context"]
_GROUP_BYTES = 4 * 1024 * 1024
_MOST_ROWS = 20_000


class SegmentFile(msgspec.Struct, frozen=True):
    """A written segment, not yet visible."""

    dataset: str
    path: str
    rows: int
    bytes: int
    sha256: str
    first_commit: int
    last_commit: int


class Segments:
    """The folder of segments: writes files aside, reads the ones it is told of, removes the ones nobody names."""

    def __init__(self, folder: Path, checkpoint: Callable[[str], None]) -> None:
        self.folder = folder
        self.checkpoint = checkpoint

    def write(self, dataset: str, columns: dict[str, Sequence[Any]]) -> SegmentFile:
        """Writes one segment of rows given as columns, durable on disk before it is named anywhere."""
        return self.write_table(dataset, pa.table(columns, schema=DATASETS[dataset]))

    def write_table(self, dataset: str, table: pa.Table) -> SegmentFile:
        """Writes one segment from an Arrow table of the dataset's schema; StorageFull where the disk has no room."""
        table = _sorted(dataset, table)
        commits = pc.min_max(table["commit"]).as_py()
        name = f"{dataset}/{commits['min']:08d}-{commits['max']:08d}-{secrets.token_hex(6)}.parquet"
        target = self.folder / name
        aside = target.with_suffix(".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            stated = ["commit", "source", "key", "version", "id"] if dataset != "quarantine" else ["commit", "id"]
            with pq.ParquetWriter(
                aside, table.schema, compression="zstd", compression_level=3, use_dictionary=_REPEATED, write_statistics=stated
            ) as writer:
                for rows in _groups(table):
                    writer.write_table(rows, row_group_size=max(1, rows.num_rows))
            self.checkpoint(f"segment {dataset} written")
            digest = _fsync_and_hash(aside)
            aside.rename(target)
            _fsync_folder(target.parent)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise _storage(error, self.folder) from error
        self.checkpoint(f"segment {dataset} in place")
        return SegmentFile(dataset, name, table.num_rows, target.stat().st_size, digest, commits["min"], commits["max"])

    def read(self, paths: Iterable[str], columns: list[str] | None = None, filters: Any = None) -> pa.Table | None:
        """The rows of the named segments together, or None where there are no segments."""
        tables = []
        for path in paths:
            try:
                tables.append(pq.read_table(self.folder / path, columns=columns, filters=filters))
            except (OSError, pa.ArrowInvalid) as error:
                raise StoreDamaged(f"segment {path} cannot be read ({error}); run `theriac doctor`, then `theriac restore`") from error
        return pa.concat_tables(tables) if tables else None

    def batches(self, path: str, columns: list[str] | None, filters: Any, rows: int) -> Iterator[pa.Table]:
        """The rows of one segment that the filters let through, so many at a time, without holding the segment."""
        try:
            segment = dataset.dataset(self.folder / path, format="parquet")
            wanted = pq.filters_to_expression(filters)
            for batch in segment.to_batches(columns=columns, filter=wanted, batch_size=rows, batch_readahead=2, fragment_readahead=1):
                if batch.num_rows:
                    yield pa.Table.from_batches([batch])
        except (OSError, pa.ArrowInvalid) as error:
            raise StoreDamaged(f"segment {path} cannot be read ({error}); run `theriac doctor`, then `theriac restore`") from error

    def sweep(self, named: set[str]) -> list[str]:
        """Removes files that no commit names (only the holder of the writer's lock may call this); returns their names."""
        gone = []
        for file in self.folder.glob("*/*"):
            name = file.relative_to(self.folder).as_posix()
            if name not in named:
                file.unlink(missing_ok=True)
                gone.append(name)
        return gone

    def digest(self, path: str) -> str | None:
        """The SHA-256 of a segment as it lies on disk, or None where the file is gone."""
        file = self.folder / path
        if not file.exists():
            return None
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


def _sorted(dataset: str, table: pa.Table) -> pa.Table:
    keys = [("id", "ascending")] if dataset == "quarantine" else [("source", "ascending"), ("key", "ascending"), ("version", "ascending")]
    if table.num_rows <= 1:
        return table
    # Only the sort keys are gathered for sorting; the payloads move once, by index.
    order = pc.sort_indices(table.select([name for name, _ in keys]), sort_keys=keys)
    return table.take(order)


def _groups(table: pa.Table) -> Iterator[pa.Table]:
    """The rows in groups of about as many bytes each, however unlike their documents are: reading one document reads one group."""
    if "payload" not in table.column_names:
        average = max(1, int(table.nbytes) // max(1, int(table.num_rows)))
        rows = max(64, min(_MOST_ROWS, _GROUP_BYTES // average))
        bounds = list(range(0, table.num_rows, rows))
    else:
        bounds, held = [0], 0
        for place, size in enumerate(pc.binary_length(table["payload"]).to_numpy()):
            if (held + size > _GROUP_BYTES and held) or place - bounds[-1] >= _MOST_ROWS:
                bounds.append(place)
                held = 0
            held += int(size)
    for start, end in zip(bounds or [0], [*bounds[1:], table.num_rows], strict=True):
        yield table.slice(start, end - start)


def _fsync_and_hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _storage(error: OSError, folder: Path) -> StorageFull:
    why = error.strerror or error
    return StorageFull(f"no segment could be written under {folder} ({why}); nothing committed is lost: free some space and run the command again")

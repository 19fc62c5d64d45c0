"""Brings the two caches, read index and text index, to the catalog's head from the committed segments.

Flows in: a home whose caches may be behind, because a process was killed between a commit and its caches, because another machine committed,
or because somebody deleted them. Flows out: caches stamped with the head. Doing it twice changes nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from theriac.model import Raw, Reading
from theriac.search import LeftoverInTheWay, SearchIndex
from theriac.sources import FORMATS
from theriac.stages import bare_claims, keys_of, kind_of
from theriac.store import ledger
from theriac.store.home import Home
from theriac.store.index import SightingRow, VersionRow
from theriac.store.segments import DATASETS

_reading = msgspec.msgpack.Decoder(Reading)
_SLICE = 2_000
_STRETCH = 8_000
_FEW = 500
Document = tuple[str, str, str, str, str]
Filter = tuple[str, str, Any]
_HEAVY = ("payload", "context", "canonicaliser")


def catch_up(home: Home, search: SearchIndex | None = None, *, patient: bool = False) -> None:
    """Applies every commit that the caches have not seen yet; a text index that a writer is busy with is left to it, unless `patient`."""
    head = home.head()
    if home.index.stamp < head:
        _index(home, head)
    if search is not None and search.stamp < head and (patient or not search.busy()):
        try:
            _search(home, search, head)
        except LeftoverInTheWay:
            search.start_over()
            _search(home, search, head)


def _index(home: Home, head: int) -> None:
    for after, until in _stretches(home, home.index.stamp, head):
        _index_stretch(home, after, until)


def _stretches(home: Home, after: int, head: int) -> Iterator[tuple[int, int]]:
    """Runs of commits that hold some thousands of versions together, so that memory does not follow the size of the store."""
    counts: Counter[int] = Counter()
    for table in _tables(home, "versions", after, head, ["commit"]):
        counts.update(table["commit"].to_pylist())
    size = 0
    for number in range(after + 1, head + 1):
        size += counts[number]
        if size >= _STRETCH or number == head:
            yield after, number
            after, size = number, 0


def _index_stretch(home: Home, after: int, head: int) -> None:
    versions = _rows(home, "versions", after, head, [name for name in DATASETS["versions"].names if name not in _HEAVY])
    readings = {(row["source"], row["key"], row["version"]): row for row in _rows(home, "readings", after, head, None)}
    lots: dict[int, list[VersionRow]] = {}
    for row in versions:
        reading = readings.get((row["source"], row["key"], row["version"]))
        if reading is not None:
            lots.setdefault(row.pop("commit"), []).append(_version_row(row, reading))
    seen: dict[int, list[SightingRow]] = {}
    for row in _rows(home, "sightings", after, head, [name for name in DATASETS["sightings"].names if name != "recorded_at"]):
        seen.setdefault(row.pop("commit"), []).append(SightingRow(**row))
    listings = ledger.listings_after(home, after)
    for number in range(after + 1, head + 1):
        home.index.apply(number, lots.get(number, []), seen.get(number, []), listings.get(number, []))


def _version_row(row: dict[str, Any], reading: dict[str, Any]) -> VersionRow:
    body = reading["body"]
    decoded = _reading.decode(body)
    return VersionRow(
        **row,
        reader=reading["reader"],
        kind=reading["kind"],
        title=reading["title"],
        body=body,
        keys=tuple(keys_of(decoded)),
        claims=bare_claims(decoded.claims),
    )


def _search(home: Home, search: SearchIndex, head: int) -> None:
    """Finds the words of every record that a missed commit touched; a sighting alone can bring an older version back."""
    touched: set[tuple[str, str]] = set()
    for table in _tables(home, "sightings", search.stamp, head, ["commit", "source", "key"]):
        touched.update(zip(table["source"].to_pylist(), table["key"].to_pylist(), strict=True))
    search.replace(documents(home, home.index.latest(touched)))
    search.commit(head)


def documents(home: Home, wanted: Mapping[tuple[str, str], str]) -> Iterator[Document]:
    """What the text index holds of each record's wanted version (source, key, kind, title, words), from the payloads."""
    formats = {format_.name: format_ for format_ in FORMATS}
    few = sorted(set(wanted.values())) if len(wanted) <= _FEW else None
    columns = ["source", "key", "version", "format", "context", "payload"]
    for table in _tables(home, "versions", 0, home.head(), columns, None if few is None else [("version", "in", few)]) if wanted else ():
        for row in table.to_pylist():
            if wanted.get((row["source"], row["key"])) == row["version"]:
                format_ = formats[row["format"]]
                raw = Raw(payload=row["payload"], context=row["context"])
                decoded = format_.decode(raw)
                reading = format_.read(raw, decoded)
                yield row["source"], row["key"], kind_of(reading), reading.title, format_.words(reading, decoded)


def _rows(home: Home, dataset: str, after: int, until: int, columns: list[str] | None) -> Iterator[dict[str, Any]]:
    for table in _tables(home, dataset, after, until, columns):
        yield from table.to_pylist()


def _tables(home: Home, dataset: str, after: int, until: int, columns: list[str] | None, only: list[Filter] | None = None) -> Iterator[pa.Table]:
    """The rows of the commits after one and up to another, a few thousand at a time."""
    filters = [("commit", ">", after), ("commit", "<=", until), *(only or ())]
    for path in home.segments(dataset, after):
        yield from home.lake.batches(path, columns, filters, _SLICE)

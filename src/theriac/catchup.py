"""Brings the two caches, read index and text index, to the catalog's head from the committed segments.

Flows in: a home whose caches may be behind, because a process was killed between a commit and its caches, because another machine committed,
or because somebody deleted them. Flows out: caches stamped with the head. Doing it twice changes nothing.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa

from theriac.model import Raw, Reading
from theriac.search import SearchIndex
from theriac.sources import FORMATS
from theriac.stages import bare_claims, keys_of, kind_of
from theriac.store import ledger
from theriac.store.home import Home
from theriac.store.index import SightingRow, VersionRow
from theriac.store.segments import DATASETS

_reading = msgspec.msgpack.Decoder(Reading)
_SLICE = 5_000
_HEAVY = ("payload", "context", "canonicaliser")


def catch_up(home: Home, search: SearchIndex | None = None) -> None:
    """Applies every commit that the caches have not seen yet."""
    head = home.head()
    if home.index.stamp < head:
        _index(home, head)
    if search is not None and search.stamp < head:
        _search(home, search, head)


def _index(home: Home, head: int) -> None:
    after = home.index.stamp
    versions = _rows(home, "versions", after, [name for name in DATASETS["versions"].names if name not in _HEAVY])
    readings = {(row["source"], row["key"], row["version"]): row for row in _rows(home, "readings", after, None)}
    lots: dict[int, list[VersionRow]] = {}
    for row in versions:
        reading = readings.get((row["source"], row["key"], row["version"]))
        if reading is not None:
            lots.setdefault(row.pop("commit"), []).append(_version_row(row, reading))
    seen: dict[int, list[SightingRow]] = {}
    for row in _rows(home, "sightings", after, [name for name in DATASETS["sightings"].names if name != "recorded_at"]):
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
    """Finds the words of the current versions anew, from their payloads."""
    formats = {format_.name: format_ for format_ in FORMATS}
    after = search.stamp
    for table in _tables(home, "versions", after, ["commit", "source", "key", "version", "format", "context", "payload"]):
        rows = table.to_pylist()
        current = home.index.current({(row["source"], row["key"]) for row in rows})
        found = []
        for row in rows:
            if current.get((row["source"], row["key"])) != row["version"]:
                continue
            format_ = formats[row["format"]]
            raw = Raw(payload=row["payload"], context=row["context"])
            decoded = format_.decode(raw)
            reading = format_.read(raw, decoded)
            found.append((row["source"], row["key"], kind_of(reading), reading.title, format_.words(reading, decoded)))
        search.replace(found)
    search.commit(head)


def _rows(home: Home, dataset: str, after: int, columns: list[str] | None) -> Iterator[dict[str, Any]]:
    for table in _tables(home, dataset, after, columns):
        yield from table.to_pylist()


def _tables(home: Home, dataset: str, after: int, columns: list[str] | None) -> Iterator[pa.Table]:
    """Slices of the rows of commits after the given one."""
    for path in home.segments(dataset, after):
        table = home.lake.read([path], columns, filters=[("commit", ">", after)])
        if table is not None:
            for start in range(0, table.num_rows, _SLICE):
                yield table.slice(start, _SLICE)

"""What examined documents mean for the store: which are new, changed, unchanged or from before, and the rows of the next commit.

Flows in: `Examined` lots, one after another, and what the store knows of their records. Flows out: a `Batch` and the run's counts. It never
reads files, SQL or the clock: the moment of the load and a look-up are given.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec

from theriac.sources.base import hash_bytes
from theriac.stages import Again, Bad, Examined, File, Record
from theriac.store import ledger
from theriac.store.home import Batch
from theriac.store.index import KnownVersion, SightingRow, VersionRow
from theriac.terms import SeenBy

COUNTS = ("read", "new", "changed", "annotation_only", "unchanged", "superseded", "quarantined")
UNRECOGNISED_SOURCE = "unrecognised"


class Lookup(msgspec.Struct, frozen=True):
    """How the intake asks the store."""

    known: Callable[[Iterable[tuple[str, str]]], dict[tuple[str, str], list[KnownVersion]]]
    by_raw: Callable[[Iterable[bytes]], dict[bytes, tuple[str, str, str, str]]]
    believed_before: Callable[[str, str, str], int]
    listed: Callable[[str], int | None]
    quarantined: frozenset[str] = frozenset()


class _Moment(msgspec.Struct, frozen=True, order=True):
    """A sighting's place in a record's history."""

    seen: str
    rank: str
    version: str
    content: str
    partial: bool
    listing: str


class Intake:
    """Gathers one batch at a time; `counts` runs over the whole load. `under` is the listing of many pages that records stand in, if any."""

    def __init__(self, lookup: Lookup, now: str, given: str | None, shrink_share: float) -> None:
        self.lookup = lookup
        self.now = now
        self.given = given
        self.shrink_share = shrink_share
        self.counts: dict[str, dict[str, int]] = {}
        self.bad: list[Bad] = []
        self.unrecognised: list[str] = []
        self.notices: list[str] = []
        self.batch = Batch()
        self.words: list[tuple[VersionRow, str]] = []
        self.bytes = 0
        self.newest: dict[str, str] = {}
        self.under = ""
        self._pending: dict[tuple[str, str], list[_Moment]] = {}
        self._listed: dict[str, tuple[str, str, str, int]] = {}

    def take(self, lot: Examined) -> None:
        """Adds one lot to the batch."""
        for source, count in lot.unchanged.items():
            self._count(source, "read", count)
            self._count(source, "unchanged", count)
        again = self.lookup.by_raw(item.raw for item in lot.again)
        keys = {(record.source, record.key) for record in lot.records} | {found[:2] for found in again.values()}
        self._remember(keys - self._pending.keys())
        for record in lot.records:
            self._record(record, lot.files[record.file])
        for item in lot.again:
            source, key, version, content = again[item.raw]
            self._sighted_again(item, lot.files[item.file], source, key, version, content)
        for fault in lot.bad:
            self._quarantine(fault)
        for file in lot.files:
            if file.source is None and not any(fault.path == file.path for fault in lot.bad):
                self.unrecognised.append(file.path)
            if file.whole and file.table:
                self.listed(file)
            if file.print and file.source and not self.given:
                self.batch.served.append((file.print, file.source, file.records))

    def served(self, source: str, count: int) -> None:
        """Counts a file of records that was served before, byte for byte."""
        self._count(source, "read", count)
        self._count(source, "unchanged", count)

    def flush(self) -> tuple[Batch, list[tuple[VersionRow, str]]]:
        """The batch gathered so far with the words to search its versions by; begins the next one."""
        done, words = self.batch, self.words
        self.batch, self.words, self.bytes = Batch(), [], 0
        self._pending.clear()
        return done, words

    def settle(self, numbers: Sequence[str], moment: str) -> None:
        """Marks quarantined records as read after all, in the same commit as what they said."""
        for number in numbers:
            self.batch.statements.append(partial(ledger.settle_quarantined, number=number, moment=moment))

    def _count(self, source: str, what: str, by: int = 1) -> None:
        row = self.counts.setdefault(source, dict.fromkeys(COUNTS, 0))
        row[what] += by

    def _remember(self, keys: Iterable[tuple[str, str]]) -> None:
        wanted = list(keys)
        found = self.lookup.known(wanted)
        for key in wanted:
            self._pending[key] = [
                _Moment(seen, version.rank, version.version, version.content, version.partial, listing)
                for version in found.get(key, ())
                for seen, listing in version.seen
            ]

    def _moment(self, file: File, own: str | None) -> tuple[str, str]:
        if self.given:
            return self.given, SeenBy.GIVEN
        if own:
            return own, SeenBy.SOURCE
        if file.dated:
            return file.dated, file.dated_by
        return self.now, SeenBy.LOADED

    def _listing(self, source: str, table: str | None, seen: str) -> str:
        if table is None or self.under:
            return self.under if table else ""
        number = hash_bytes(source.encode(), table.encode(), seen.encode())
        _, _, _, count = self._listed.get(number, ("", "", "", 0))
        self._listed[number] = (source, table, seen, count + 1)
        return number

    def listed(self, file: File) -> None:
        """Notes that a file which is a complete listing was read to its end; a listing that shrank too far proves nothing and says so."""
        for number, (source, table, seen, count) in list(self._listed.items()):
            if source != file.source or table != file.table:
                continue
            del self._listed[number]
            if (self.lookup.listed(number) or -1) >= count:
                continue
            before = self.lookup.believed_before(source, table, seen)
            shrunk = count < before * (1 - self.shrink_share)
            note = f"{table} of {source} names {count:,} records where {before:,} were listed before: no absence is believed" if shrunk else ""
            if note:
                self.notices.append(f"{file.path}: {note}")
            row: dict[str, object] = {"id": number, "source": source, "tbl": table, "seen": seen, "complete": True, "records": count}
            self.batch.listings.append(row | {"file": file.path, "note": note, "share": self.shrink_share})

    def _record(self, record: Record, file: File) -> None:
        seen, seen_by = self._moment(file, record.seen)
        listing = self._listing(record.source, record.listing, seen)
        history = self._pending.setdefault((record.source, record.key), [])
        moment = _Moment(seen, record.rank, record.version, record.content, record.partial, listing)
        fresh = all(before.version != record.version for before in history)
        self._count(record.source, "read")
        self._count(record.source, _outcome(moment, history, fresh=fresh))
        if fresh:
            self._version(record)
        if not (record.again and _is_known(moment, history, seen_by)):
            self._sight(record.source, record.key, moment, seen_by, record.raw, history)

    def _sighted_again(self, item: Again, file: File, source: str, key: str, version: str, content: str) -> None:
        seen, seen_by = self._moment(file, None)
        listing = self._listing(source, item.listing, seen)
        history = self._pending[source, key]
        known = next(before for before in history if before.version == version)
        moment = msgspec.structs.replace(known, seen=seen, listing=listing)
        self._count(source, "read")
        if _is_known(moment, history, seen_by):
            self._count(source, "unchanged")
            return
        self._count(source, _outcome(moment, history, fresh=False))
        self._sight(source, key, moment, seen_by, item.raw, history)

    def _sight(self, source: str, key: str, moment: _Moment, seen_by: str, raw: bytes, history: list[_Moment]) -> None:
        history.append(moment)
        row = SightingRow(source, key, moment.version, moment.seen, seen_by, moment.listing, raw)
        self.batch.sightings.append((row, self.now))
        self.newest[source] = max(self.newest.get(source, ""), moment.seen)

    def _version(self, record: Record) -> None:
        if record.payload is None:
            return
        row = VersionRow(
            source=record.source,
            key=record.key,
            version=record.version,
            content=record.content,
            format=record.format,
            label=record.label,
            rank=record.rank,
            tbl=record.table,
            partial=record.partial,
            recorded_at=self.now,
            reader=record.reader,
            kind=record.kind,
            title=record.title,
            body=record.body,
            keys=record.keys,
            claims=record.claims,
        )
        self.batch.versions.append(row)
        self.batch.payloads.append((record.canonicaliser, record.context, record.payload))
        self.words.append((row, record.words))
        self.bytes += len(record.payload) + len(record.body)

    def _quarantine(self, fault: Bad) -> None:
        self.bad.append(fault)
        self._count(fault.source or UNRECOGNISED_SOURCE, "quarantined")
        if fault.record is not None or fault.payload:
            self._count(fault.source or UNRECOGNISED_SOURCE, "read")
        number = hash_bytes(fault.path.encode(), (fault.record or "").encode(), (fault.field or "").encode(), fault.payload)
        if number in self.lookup.quarantined or any(row["id"] == number for row, _ in self.batch.quarantine):
            return
        row: dict[str, object] = {
            "id": number,
            "file": fault.path,
            "record": fault.record,
            "field": fault.field,
            "reason": fault.reason,
            "format": fault.format,
            "context": fault.context,
            "recorded_at": self.now,
        }
        self.batch.quarantine.append((row, fault.payload))


def _is_known(moment: _Moment, history: list[_Moment], seen_by: str) -> bool:
    """Whether this sighting says nothing that is not stored: the same moment, or the same day of loading with nothing seen since."""
    if any(m.seen == moment.seen and m.listing == moment.listing and m.version == moment.version for m in history):
        return True
    if seen_by != SeenBy.LOADED:
        return False
    last = max(history)
    return last.version == moment.version and last.seen[:10] == moment.seen[:10]


def _outcome(moment: _Moment, history: list[_Moment], *, fresh: bool) -> str:
    """Which count of the run report a sighting belongs to."""
    if not history:
        return "new"
    if moment.partial and not all(before.partial for before in history):
        return "unchanged"
    counted = [before for before in history if not before.partial] or history
    if any((before.seen, before.rank, before.version) > (moment.seen, moment.rank, moment.version) for before in counted):
        return "superseded" if fresh else "unchanged"
    last = max(counted)
    if last.version == moment.version:
        return "unchanged"
    return "annotation_only" if last.content == moment.content else "changed"

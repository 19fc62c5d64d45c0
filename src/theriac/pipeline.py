"""The order of the stages: files in, commits out, one batch at a time.

Flows in: paths and a home. Flows out: the run report, and a store in which each batch became visible all at once. This is the only file that
knows the order (STAGES), and, with the scheduler, the only one that asks the clock.
"""

import gc
import io
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from sqlalchemy import Connection

from theriac.archives import Piece, Trouble, walk
from theriac.catchup import catch_up, documents
from theriac.errors import BadFile, UserError
from theriac.http import Clock
from theriac.intake import COUNTS, Intake, Lookup
from theriac.model import Raw
from theriac.search import LeftoverInTheWay, SearchIndex
from theriac.settings import Settings
from theriac.sources import FORMATS
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.stages import (
    Bad,
    Cut,
    Examined,
    Examiner,
    File,
    Known,
    Task,
    fingerprint,
    not_data,
    outside_date,
    raw_hash,
    recognise,
    source_of,
)
from theriac.store import ledger, registry, upkeep
from theriac.store.home import Home, Writer
from theriac.terms import SeenBy
from theriac.worker import examine, start_worker

STAGES = ("open", "recognise", "cut", "identify", "read", "name", "file", "commit", "index", "gather names")

TASK_BYTES = 2 * 1024 * 1024
TASK_PIECES = 400
POOL_FROM_BYTES = 12 * 1024 * 1024
_PEEK = HEAD_BYTES


class Progress(msgspec.Struct):
    """How far a load has come, for whoever shows it."""

    files: int = 0
    records: int = 0
    bytes: int = 0
    commits: int = 0
    file: str = ""


class SourceReport(msgspec.Struct, kw_only=True):
    """One source's counts of a run."""

    source: str
    read: int = 0
    new: int = 0
    changed: int = 0
    annotation_only: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0


class QuarantineEntry(msgspec.Struct, kw_only=True):
    """One record (or file) that was set aside, and why."""

    file: str
    record: str | None
    field: str | None
    reason: str


class LoadReport(msgspec.Struct, kw_only=True):
    """What a load did (`load --json`)."""

    sources: list[SourceReport]
    quarantine: list[QuarantineEntry]
    unrecognised: list[str]
    notices: list[str]
    commits: int
    seconds: float

    def exceeds(self, share: float) -> bool:
        """Whether more of the records were quarantined than the set share allows."""
        read = sum(source.read for source in self.sources) or len(self.quarantine)
        return len(self.quarantine) > share * read


@contextmanager
def few_collections() -> Iterator[None]:
    """Python looks for cycles seldom meanwhile: a load makes millions of rows and hardly a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


WAIT = time.sleep


def system_clock(sleep: Callable[[float], None] = WAIT) -> Clock:
    """The clock by which live sources are asked."""
    return Clock(ticks=time.monotonic, sleep=sleep)


def now() -> str:
    """The present moment, UTC, to the microsecond."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def load(
    home: Home,
    settings: Settings,
    paths: Sequence[Path],
    *,
    seen: str | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    waiting: Callable[[str], None] | None = None,
    moment: str | None = None,
) -> LoadReport:
    """Loads files, folders and archives; every batch of them becomes visible in one commit. Raises UserError for a path that is not there."""
    for path in paths:
        if not path.exists():
            raise UserError(f"there is no file or folder {path}; check the path")
    began, started = time.perf_counter(), moment or now()
    with few_collections(), home.writer(started, waiting) as writer:
        upkeep.upgraded(home, started)
        search = SearchIndex(home.folder / "cache" / "search")
        catch_up(home, search, patient=True)
        run = Run(home, writer, settings, search, started, seen, progress)
        run.go(paths)
        report = run.report(time.perf_counter() - began)
        run.finish(report)
    return report


def retry(home: Home, settings: Settings) -> LoadReport:
    """Reads everything in quarantine again with today's readers; what can be read now is settled."""
    began, started = time.perf_counter(), now()
    with home.writer(started) as writer:
        search = SearchIndex(home.folder / "cache" / "search")
        catch_up(home, search, patient=True)
        run = Run(home, writer, settings, search, started, None, lambda _: None)
        rows = ledger.quarantined(home)
        payloads = ledger.quarantined_payloads(home, [str(row["id"]) for row in rows])
        examiner = Examiner(run.known)
        settled = []
        for row in rows:
            payload = payloads.get(str(row["id"]), b"")
            if payload:
                lot = examiner.again(str(row["file"]), str(row["format"]), str(row["context"]), payload)
                settled += [] if lot.bad else [str(row["id"])]
                run.intake.take(lot)
        run.intake.settle(settled, started)
        run.commit()
        report = run.report(time.perf_counter() - began)
        run.finish(report)
    return report


class Run:
    """One load under the writer's lock. `beside` is written in the transaction of every commit."""

    def __init__(
        self,
        home: Home,
        writer: Writer,
        settings: Settings,
        search: SearchIndex,
        started: str,
        seen: str | None,
        progress: Callable[[Progress], None],
    ) -> None:
        self.home = home
        self.writer = writer
        self.settings = settings
        self.search = search
        self.started = started
        self.tell = progress
        self.progress = Progress()
        self.claims_before = registry.stamp_wanted(home)
        waiting = frozenset(str(row["id"]) for row in ledger.quarantined(home))
        lookup = Lookup(home.index.known, home.index.by_raw, home.index.believed_before, home.index.listed, waiting)
        self.intake = Intake(lookup, started, seen, settings.shrink_share)
        self.known = _known(home, given=seen is not None)
        self.served = {} if seen else home.index.served()
        self.beside: Sequence[Callable[[Connection], object]] = ()

    def go(self, paths: Sequence[Path]) -> None:
        """Examines every file, in the pool when there is enough to do, and commits as batches fill."""
        with examining(self.known, self.settings.workers) as submit:
            waiting: deque[Future[Examined] | Examined] = deque()
            for task in self.tasks(piece for path in paths for piece in walk(path)):
                waiting.append(submit(task) if isinstance(task, Task) else task)
                while len(waiting) > 2 * self.settings.workers + 2:
                    self.take(waiting.popleft())
            while waiting:
                self.take(waiting.popleft())
        self.commit()

    def take(self, lot: "Future[Examined] | Examined") -> None:
        """Takes what was examined into the batch; commits when it is full."""
        examined = lot.result() if isinstance(lot, Future) else lot
        self.intake.take(examined)
        self.progress.files += sum(1 for file in examined.files if file.whole)
        self.progress.records += len(examined.records) + len(examined.again) + sum(examined.unchanged.values())
        if examined.files:
            self.progress.file = examined.files[-1].path
        self.tell(self.progress)
        full = self.intake.bytes >= self.settings.batch_bytes or len(self.intake.batch.sightings) >= self.settings.batch_records
        if full:
            self.commit()

    def commit(self) -> None:
        """Makes visible what was gathered so far."""
        batch, words = self.intake.flush()
        if batch.empty:
            if batch.served:
                self.home.index.note_served(batch.served)
            return
        records = {(sighting.source, sighting.key) for sighting, _ in batch.sightings}
        before = self.home.index.latest(records)
        batch.statements.extend(self.beside)
        self.writer.commit(batch, now(), run=self.started)
        latest = self.home.index.latest(records)
        self.search.add(words, latest)
        fresh = {row.version for row, _ in words}
        # A sighting alone can make an older version the latest again: its words lie in the segments.
        back = {record: version for record, version in latest.items() if version not in fresh and before.get(record) != version}
        self.search.replace(documents(self.home, back))
        self.progress.commits += 1
        self.tell(self.progress)

    def tasks(self, opened: Iterable[Piece | Trouble]) -> Iterator[Task | Examined]:
        """Small files by the lot, large files cut here, faults as they are found."""
        pieces: list[Piece] = []
        size = 0
        for piece in opened:
            if isinstance(piece, Trouble):
                yield Examined(files=[File(piece.path, None, "", None, None, whole=False)], bad=[Bad(piece.path, None, None, piece.reason)])
            elif piece.stream is not None:
                yield from self._cut(piece)
            elif self.served and piece.listing is None and (before := self.served.get(fingerprint(piece))) is not None:
                self._served_again(piece, *before)
            else:
                pieces.append(piece)
                size += len(piece.data or b"")
                self.progress.bytes += piece.size
                if size >= TASK_BYTES or len(pieces) >= TASK_PIECES:
                    yield Task(pieces=tuple(pieces))
                    pieces, size = [], 0
        if pieces:
            yield Task(pieces=tuple(pieces))

    def _served_again(self, piece: Piece, source: str, records: int) -> None:
        self.intake.served(source, records)
        self.progress.files += 1
        self.progress.records += records
        self.progress.bytes += piece.size
        self.progress.file = piece.path
        if self.progress.files % TASK_PIECES == 0:
            self.tell(self.progress)

    def _cut(self, piece: Piece) -> Iterator[Task | Examined]:
        """A large file's records in lots, then the word that it was read to its end, or the sentence that says why not."""
        dated, by = outside_date(piece.path, piece.dated)
        format_: Format | None = None
        try:
            stream = _Rewound(piece)
            head = Head(piece.path, stream.first)
            number = recognise(head)
            if number is not None:
                format_ = FORMATS[number]
                table = piece.listing or format_.table(head)
                yield from self._lots(piece, number, table, OpenFile(head, stream.whole()))
                yield Examined(files=[File(piece.path, dated, by, format_.source, table, whole=True)])
                return
            reason = not_data(head)
        except BadFile as error:
            reason = error.reason
        source = format_.source if format_ else None
        bad = [Bad(piece.path, None, None, reason, format=format_.name if format_ else None, source=source)] if reason else []
        yield Examined(files=[File(piece.path, dated, by, source, None, whole=not bad)], bad=bad)

    def _lots(self, piece: Piece, number: int, table: str | None, file: OpenFile) -> Iterator[Task | Examined]:
        """The records of a large file, those known to say nothing new left out; what was read before a fault is kept."""
        format_ = FORMATS[number]
        lot: list[tuple[Raw, bytes]] = []
        size = 0
        unchanged: dict[str, int] = {}
        fault: BadFile | None = None
        try:
            for raw in format_.cut(file):
                self.progress.bytes += len(raw.payload)
                digest = raw_hash(format_, raw)
                if table is None and digest in self.known.own:
                    source = source_of(raw, format_)
                    unchanged[source] = unchanged.get(source, 0) + 1
                    continue
                lot.append((raw, digest))
                size += len(raw.payload)
                if size >= 2 * TASK_BYTES:
                    yield _cut_task(piece, number, table, lot)
                    lot, size = [], 0
        except BadFile as error:
            fault = error
        yield _cut_task(piece, number, table, lot)
        yield Examined(unchanged=unchanged)
        if fault is not None:
            raise fault

    def report(self, seconds: float) -> LoadReport:
        """The run in numbers."""
        return LoadReport(
            sources=[
                SourceReport(source=source, **{count: row[count] for count in COUNTS})
                for source, row in sorted(self.intake.counts.items())
                if source != "unrecognised"
            ],
            quarantine=[QuarantineEntry(file=bad.path, record=bad.record, field=bad.field, reason=bad.reason) for bad in self.intake.bad],
            unrecognised=sorted(self.intake.unrecognised),
            notices=self.intake.notices,
            commits=self.progress.commits,
            seconds=round(seconds, 3),
        )

    def finish(self, report: LoadReport, *, succeeded: bool = True, more: bool = False) -> None:
        """Brings names and search along, tidies segments, and notes the run; one that was cut moves no source's last success.

        With `more` to come at once the names wait: who asks for them meanwhile brings them along."""
        try:
            self.search.commit(self.home.head())
        except LeftoverInTheWay:
            self.search.start_over()
            catch_up(self.home, self.search, patient=True)
        if not more and (registry.stamp_wanted(self.home) != self.claims_before or registry.stale(self.home)):
            registry.rebuild(self.home, now())
        moment = now()

        def note(connection: Connection) -> None:
            ledger.note_run(connection, self.started, moment, msgspec.json.encode(report).decode(), report.seconds)
            for source in report.sources:
                newest, failed = self.intake.newest.get(source.source), source.quarantined
                ledger.note_source(connection, source.source, moment, newest, failed=failed, home=self.home, succeeded=succeeded)

        upkeep.noted(self.home, note)
        upkeep.compact(self.home, moment)


def _known(home: Home, *, given: bool) -> Known:
    """What the store holds already. A moment that the user gave says nothing of where the bytes' own moment would have come from."""
    versions = home.index.versions_known()
    elsewhere = (SeenBy.PATH, SeenBy.MEMBER, SeenBy.LOADED)
    if given:
        return Known(other=home.index.raws(*SeenBy), versions=versions)
    return Known(own=home.index.raws(SeenBy.SOURCE), other=home.index.raws(*elsewhere), versions=versions)


def _cut_task(piece: Piece, number: int, table: str | None, lot: Sequence[tuple[Raw, bytes]]) -> Task:
    return Task(cuts=(Cut(piece.path, number, piece.dated, table, tuple(raw for raw, _ in lot), tuple(digest for _, digest in lot)),))


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were looked at, from its first byte on again."""

    def __init__(self, piece: Piece) -> None:
        if piece.stream is None:
            raise BadFile("this piece has no stream", file=piece.path)
        self.stream = piece.stream
        self.first = self.pending = self.stream.read(_PEEK)

    def whole(self) -> BinaryIO:
        """A buffered stream from the first byte on."""
        return cast(BinaryIO, io.BufferedReader(self, TASK_BYTES))

    def readable(self) -> bool:
        """Always: it is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fills the buffer as io.RawIOBase asks."""
        wanted = len(buffer)
        if self.pending:
            data, self.pending = self.pending[:wanted], self.pending[wanted:]
        else:
            data = self.stream.read(wanted)
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def examining(known: Known, workers: int) -> Iterator[Callable[[Task], "Future[Examined] | Examined"]]:
    """How to examine a task: here while there is little to do, by spawned workers once there is more."""
    here = Examiner(known)
    pool: ProcessPoolExecutor | None = None
    done = 0

    def submit(task: Task) -> Future[Examined] | Examined:
        nonlocal pool, done
        done += _weight(task)
        if workers < 2 or done < POOL_FROM_BYTES:
            return here.examine(task)
        if pool is None:
            pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=start_worker, initargs=(known,))
        return pool.submit(examine, task)

    try:
        yield submit
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _weight(task: Task) -> int:
    return sum(piece.size for piece in task.pieces) + sum(len(raw.payload) for cut in task.cuts for raw in cut.raws)

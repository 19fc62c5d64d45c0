"""A home: the folder (and catalog) that holds everything Theriac keeps, opened for reading or, by one process at a time, for writing.

Flows in: settings. Flows out: the committed state, and a `Writer` through which commits are made. It never asks the clock: times are given.

    HOME/format           the format number of this folder
    HOME/lake/…           the segments
    HOME/catalog.sqlite   the catalog, unless it is a shared one
    HOME/cache/…          the read index and the search index; may be deleted at any time
    HOME/write.lock       held by the writer
"""

import copy
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from theriac.errors import HomeError, StorageFull, UserError
from theriac.store.catalog import COMMIT, LISTING, QUARANTINE, SEGMENT, connect
from theriac.store.index import Index, ListingRow, SightingRow, VersionRow
from theriac.store.migrations import SCHEMA, schema_of, upgrade
from theriac.store.seal import Seal
from theriac.store.segments import SegmentFile, Segments

FORMAT = 1
ADVISORY_LOCK = 0x7468_6572  # "ther": one number for all writers of one PostgreSQL catalog
_WAIT_STEP = 0.5


def _no_checkpoint(_: str) -> None:
    """Nothing: the crash tests hand in a function that ends the process here."""


class Home:
    """An opened home. Readers never wait; `writer()` waits for the one writer's lock."""

    def __init__(self, folder: Path, url: str, *, checkpoint: Callable[[str], None] = _no_checkpoint) -> None:
        self.folder = folder
        self.checkpoint = checkpoint
        self.engine: Engine = connect(url)
        self.lake = Segments(folder / "lake", checkpoint)
        self.index = Index(folder / "cache" / "read.sqlite")
        self.seal = Seal(folder)

    def close(self) -> None:
        """Gives back every file and connection."""
        self.index.close()
        self.engine.dispose()

    @contextmanager
    def aside(self) -> Iterator["Home"]:
        """This home for a derivation of its own, of which nothing is kept: the same documents, and nothing derived from them yet."""
        other = copy.copy(self)
        other.index = self.index.aside()
        try:
            yield other
        finally:
            other.index.close()

    def head(self) -> int:
        """The last commit's number; 0 for an empty home."""
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.coalesce(func.max(COMMIT.c.id), 0))).scalar_one())

    def segments(self, dataset: str, after: int = 0) -> list[str]:
        """The visible segments of a dataset that hold rows of commits after the given one."""
        query = select(SEGMENT.c.path).where(SEGMENT.c.dataset == dataset, SEGMENT.c.replaced_at.is_(None), SEGMENT.c.last_commit > after)
        with self.engine.connect() as connection:
            return [row.path for row in connection.execute(query.order_by(SEGMENT.c.first_commit, SEGMENT.c.path))]

    @contextmanager
    def writer(self, now: str, waiting: Callable[[str], None] | None = None, patience: float = 3600.0) -> Iterator["Writer"]:
        """The one writer of this home; `waiting` is told, once, that another process holds the lock."""
        lock = FileLock(self.folder / "write.lock")
        _acquire(lock, waiting, patience, self.folder)
        try:
            with _advisory(self.engine, waiting, patience, self.folder):
                yield Writer(self, now)
        finally:
            lock.release()


class Batch(msgspec.Struct, kw_only=True):
    """What one commit makes visible together."""

    versions: list[VersionRow] = []
    payloads: list[tuple[str, str, bytes]] = []
    sightings: list[tuple[SightingRow, str]] = []
    listings: list[dict[str, object]] = []
    quarantine: list[tuple[dict[str, object], bytes]] = []
    sources: list[dict[str, object]] = []
    statements: list[Callable[[Connection], object]] = []
    served: list[tuple[bytes, str, int]] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.versions or self.sightings or self.listings or self.quarantine or self.sources or self.statements)


class Writer:
    """The holder of the writer's lock: makes commits. Opening one clears away what a crash left behind."""

    def __init__(self, home: Home, now: str) -> None:
        self.home = home
        self.now = now
        home.lake.sweep(self._named())

    def _named(self) -> set[str]:
        with self.home.engine.connect() as connection:
            return {row.path for row in connection.execute(select(SEGMENT.c.path))}

    def commit(self, batch: Batch, now: str, run: str = "") -> int:
        """Makes the batch visible, all of it or nothing, and brings the read index along; gives the commit's number."""
        if batch.empty:
            return self.home.head()
        number = self.home.head() + 1
        files = self._write_segments(batch, number, now)
        self.home.checkpoint("before the catalog commits")
        self._commit_catalog(batch, number, now, run, files)
        self.home.checkpoint("after the catalog committed")
        listings = [_listing_row(row) for row in batch.listings]
        self.home.index.apply(number, batch.versions, [sighting for sighting, _ in batch.sightings], listings, batch.served)
        self.home.checkpoint("after the index followed")
        return number

    def mark(self, now: str, run: str) -> int:
        """A commit that brings nothing but its day: dates that were crossed by then become known with it."""
        number = self.home.head() + 1
        self._commit_catalog(Batch(), number, now, run, ())
        self.home.index.apply(number, (), (), ())
        return number

    def _write_segments(self, batch: Batch, number: int, now: str) -> list[SegmentFile]:
        files = []
        if batch.versions:
            files.append(self.home.lake.write("versions", _version_columns(batch, number)))
            files.append(self.home.lake.write("readings", _reading_columns(batch.versions, number)))
        if batch.sightings:
            files.append(self.home.lake.write("sightings", _sighting_columns(batch.sightings, number)))
        if batch.quarantine:
            rows = batch.quarantine
            numbers, payloads = [row["id"] for row, _ in rows], [payload for _, payload in rows]
            files.append(self.home.lake.write("quarantine", {"commit": [number] * len(rows), "id": numbers, "payload": payloads}))
        return files

    def _commit_catalog(self, batch: Batch, number: int, now: str, run: str, files: Sequence[SegmentFile]) -> None:
        try:
            with self.home.engine.begin() as connection:
                connection.execute(insert(COMMIT).values(id=number, recorded_at=now, run=run, note=""))
                for file in files:
                    connection.execute(insert(SEGMENT).values(**msgspec.structs.asdict(file)))
                for listing in batch.listings:
                    _keep_listing(connection, listing, number)
                for row, _ in batch.quarantine:
                    _keep_quarantined(connection, row, number)
                for statement in batch.statements:
                    statement(connection)
                self.home.checkpoint("inside the catalog's transaction")
        except DBAPIError as error:
            if full := catalog_full(error, self.home.folder):
                raise full from error
            raise


def catalog_full(error: DBAPIError, folder: Path) -> StorageFull | None:
    """The sentence for a catalog that could not be written for want of room, or None where something else is wrong."""
    words = str(error.orig)
    if not any(sign in words.lower() for sign in ("full", "disk i/o", "no space")):
        return None
    return StorageFull(
        f"the catalog of {folder} could not be written ({words}); nothing committed is lost: free some space and run the command again"
    )


def _keep_listing(connection: Connection, listing: dict[str, object], number: int) -> None:
    known = connection.execute(select(LISTING.c.records).where(LISTING.c.id == listing["id"])).first()
    if known is None:
        named = {name: value for name, value in listing.items() if name != "left_out"}
        connection.execute(insert(LISTING).values(**named, left_out=_kept_out(listing), commit_id=number))
    elif known.records < int(str(listing["records"])):
        connection.execute(update(LISTING).where(LISTING.c.id == listing["id"]).values(records=listing["records"], commit_id=number))


def _kept_out(listing: dict[str, object]) -> str | None:
    keys = listing.get("left_out")
    return None if keys is None else msgspec.json.encode(keys).decode()


def _keep_quarantined(connection: Connection, row: dict[str, object], number: int) -> None:
    known = connection.execute(select(QUARANTINE.c.id).where(QUARANTINE.c.id == row["id"])).first()
    if known is None:
        connection.execute(insert(QUARANTINE).values(**row, commit_id=number))
    else:
        connection.execute(update(QUARANTINE).where(QUARANTINE.c.id == row["id"]).values(settled_at=None, reason=row["reason"]))


def _listing_row(row: dict[str, object]) -> ListingRow:
    return ListingRow(**{name: row[name] for name in ListingRow.__struct_fields__ if name in row})  # type: ignore[arg-type]


def _version_columns(batch: Batch, number: int) -> dict[str, Sequence[object]]:
    rows = batch.versions
    return {
        "commit": [number] * len(rows),
        "source": [row.source for row in rows],
        "key": [row.key for row in rows],
        "version": [row.version for row in rows],
        "content": [row.content for row in rows],
        "format": [row.format for row in rows],
        "canonicaliser": [canonicaliser for canonicaliser, _, _ in batch.payloads],
        "label": [row.label for row in rows],
        "rank": [row.rank for row in rows],
        "tbl": [row.tbl for row in rows],
        "partial": [row.partial for row in rows],
        "context": [context for _, context, _ in batch.payloads],
        "recorded_at": [row.recorded_at for row in rows],
        "payload": [payload for _, _, payload in batch.payloads],
    }


def _reading_columns(rows: Sequence[VersionRow], number: int) -> dict[str, Sequence[object]]:
    return {
        "commit": [number] * len(rows),
        "source": [row.source for row in rows],
        "key": [row.key for row in rows],
        "version": [row.version for row in rows],
        "reader": [row.reader for row in rows],
        "kind": [row.kind for row in rows],
        "title": [row.title for row in rows],
        "body": [row.body for row in rows],
    }


def _sighting_columns(rows: Sequence[tuple[SightingRow, str]], number: int) -> dict[str, Sequence[object]]:
    return {
        "commit": [number] * len(rows),
        "source": [row.source for row, _ in rows],
        "key": [row.key for row, _ in rows],
        "version": [row.version for row, _ in rows],
        "seen": [row.seen for row, _ in rows],
        "seen_by": [row.seen_by for row, _ in rows],
        "listing": [row.listing for row, _ in rows],
        "raw": [row.raw for row, _ in rows],
        "recorded_at": [recorded for _, recorded in rows],
    }


def _acquire(lock: FileLock, waiting: Callable[[str], None] | None, patience: float, folder: Path) -> None:
    try:
        lock.acquire(timeout=_WAIT_STEP)
    except Timeout:
        if waiting:
            waiting(f"another process is writing to {folder}; waiting for it to finish")
        try:
            lock.acquire(timeout=patience)
        except Timeout as error:
            raise HomeError(f"another process has been writing to {folder} for too long; stop it, or try again later") from error


@contextmanager
def _advisory(engine: Engine, waiting: Callable[[str], None] | None, patience: float, folder: Path) -> Iterator[None]:
    """On PostgreSQL, the lock that holds between machines; on SQLite the file lock is enough."""
    if engine.dialect.name != "postgresql":
        yield
        return
    # Outside any transaction: an open one would keep the database from clearing old rows for as long as a load takes.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _acquire_advisory(connection, waiting, patience, folder)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})


def _acquire_advisory(connection: Connection, waiting: Callable[[str], None] | None, patience: float, folder: Path) -> None:
    told = False
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}).scalar_one():
        if waiting and not told:
            waiting(f"another machine is writing to the home of {folder}; waiting for it to finish")
        told = True
        patience -= _WAIT_STEP
        if patience <= 0:
            raise HomeError(f"another machine has been writing to the home of {folder} for too long; stop it, or try again later")
        time.sleep(_WAIT_STEP)


def needs_upgrade(home: Home) -> bool:
    """Whether older code made this home's catalog."""
    with home.engine.connect() as connection:
        return 0 < schema_of(connection) < SCHEMA


def prepare(folder: Path, url: str, *, create: bool = True, checkpoint: Callable[[str], None] = _no_checkpoint) -> Home:
    """Opens a home, making an empty one where there is none; HomeError where it is missing (without `create`) or newer than this code.

    A home whose catalog is older is opened as it is: `store.upkeep.upgraded` upgrades it, after a backup.
    """
    marker = folder / "format"
    if not marker.exists():
        if not create:
            raise HomeError(f"there is no Theriac home at {folder}; load something first, or name another with --home")
        _make(folder, marker)
    number = marker.read_text().strip()
    if not number.isdigit() or int(number) > FORMAT:
        raise HomeError(f"the home at {folder} has format {number}, this Theriac reads up to {FORMAT}; use a newer Theriac")
    home = Home(folder, url, checkpoint=checkpoint)
    try:
        with home.engine.begin() as connection:
            if schema_of(connection) == 0:
                upgrade(connection)
            elif schema_of(connection) > SCHEMA:
                raise HomeError(f"the catalog of {folder} was made by a newer Theriac; use that one")
    except BaseException:
        home.close()
        raise
    return home


def _make(folder: Path, marker: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Written aside: a kill must not leave an empty mark, which would be taken for a home of another format.
        aside = marker.with_name(f"format.{os.getpid()}.{threading.get_ident()}.part")
        aside.write_text(f"{FORMAT}\n")
        aside.replace(marker)
    except OSError as error:
        raise UserError(f"no home can be made at {folder} ({error.strerror or error}); name another folder with --home") from error

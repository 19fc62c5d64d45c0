"""The read index: a SQLite cache over the committed segments, for questions about single records, names and entities.

Flows in: the rows of each commit. Flows out: rows by key, in well under a millisecond. It is stamped with the commit that it reflects and can
be thrown away at any time: whoever opens it brings it up to the catalog's head from the segments. It holds nothing that is not there too.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import msgspec
from filelock import FileLock

from theriac.errors import StorageFull, StoreError
from theriac.flow.hashes import Hashes
from theriac.flow.versions import Complete, Sighted, believed, spans
from theriac.store.index_tables import SCHEMA, TABLES, shadows
from theriac.terms import SeenBy

T = TypeVar("T")
_Spanned = tuple[int, int, str, str | None]
"""A span as its row: record, version, start, end."""


def _unusable(error: sqlite3.OperationalError, path: Path) -> StoreError:
    words = str(error)
    if "full" in words or "I/O" in words:
        return StorageFull(
            f"the read index {path} could not be written ({words}); nothing committed is lost: free some space and run the command again"
        )
    return StoreError(f"the read index {path} cannot be used now ({words}); try again when no other process writes to the home")


class VersionRow(msgspec.Struct, frozen=True):
    """One version with its reading, as the index keeps it."""

    source: str
    key: str
    version: str
    content: str
    format: str
    label: str | None
    rank: str
    tbl: str
    partial: bool
    recorded_at: str
    reader: str
    kind: str
    title: str
    body: bytes
    keys: tuple[tuple[int, int, int, str, float, str], ...] = ()
    claims: tuple[bytes, ...] = ()


class SightingRow(msgspec.Struct, frozen=True):
    """One sighting of a version."""

    source: str
    key: str
    version: str
    seen: str
    seen_by: str
    listing: str
    raw: bytes


class ListingRow(msgspec.Struct, frozen=True):
    """A listing that was read to its end and may prove absences, if it did not shrink by more than the share.

    A list of keys alone sights nothing: `left_out` then names the records of the table that it did not have.
    """

    id: str
    source: str
    tbl: str
    seen: str
    records: int
    share: float
    left_out: tuple[str, ...] | None = None


class KnownVersion(msgspec.Struct, frozen=True):
    """What the load stage must know of a version already stored."""

    version: str
    content: str
    rank: str
    partial: bool
    seen: tuple[tuple[str, str], ...]


class Index:
    """An open read index: one connection, one writer at a time, readers undisturbed (WAL)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = self._open()

    def _open(self) -> sqlite3.Connection:
        # One process at a time makes the file or makes it anew; an index that is merely in use stays.
        with FileLock(self.path.with_suffix(".lock")):
            try:
                return self._connect()
            except sqlite3.OperationalError as error:
                raise _unusable(error, self.path) from error
            except sqlite3.DatabaseError:
                # A cache that cannot be read is worth nothing: it is made anew from the segments.
                for suffix in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, timeout=60, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "temp_store=MEMORY", "cache_size=-131072", "mmap_size=1073741824"):
            db.execute(f"PRAGMA {pragma}")
        if db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'stamp'").fetchone()[0] == 0:
            db.executescript(f"BEGIN IMMEDIATE;{TABLES}INSERT INTO stamp (commit_id, schema) VALUES (0, '{SCHEMA}');COMMIT;")
        if db.execute("SELECT schema FROM stamp").fetchone()[0] != SCHEMA:
            db.close()
            raise sqlite3.DatabaseError("an index of another schema")
        return db

    def aside(self) -> "Index":
        """The same index on a connection of its own, on which what is derived stands empty and may be derived otherwise, for it alone."""
        found = Index(self.path)
        found.db.executescript(shadows())
        return found

    def close(self) -> None:
        """Gives the file back."""
        self.db.close()

    def discard(self) -> None:
        """Empties the index so that the next opening rebuilds it from the segments."""
        self.db.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.db = self._open()

    @property
    def stamp(self) -> int:
        """The commit up to which the index reflects the catalog."""
        return int(self.db.execute("SELECT commit_id FROM stamp").fetchone()[0])

    @property
    def claims_stamp(self) -> int:
        """The last commit that changed what is claimed, by which record, or since when."""
        return int(self.db.execute("SELECT claims FROM stamp").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield self.db
            self.db.execute("COMMIT")
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise _unusable(error, self.path) from error
            raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """One commit's state for as long as the block lasts, whatever a writer does meanwhile."""
        self.db.execute("BEGIN DEFERRED")
        try:
            yield self.db
        finally:
            self.db.execute("ROLLBACK")

    def apply(
        self,
        commit: int,
        versions: Sequence[VersionRow],
        sightings: Sequence[SightingRow],
        listings: Sequence[ListingRow],
        served: Sequence[tuple[bytes, str, int]] = (),
    ) -> None:
        """Takes in one commit's rows; doing it twice changes nothing."""
        with self.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO record (source, key, tbl) VALUES (?, ?, ?)", [(v.source, v.key, v.tbl) for v in versions])
            _insert_versions(db, commit, versions)
            _insert_sightings(db, commit, sightings)
            touched = _touched(db, sightings) | _touched(db, versions)
            for listing in listings:
                touched |= _take_listing(db, listing)
            if _respan(db, touched):
                db.execute("UPDATE stamp SET claims = max(claims, ?)", (commit,))
            db.executemany("INSERT OR IGNORE INTO served VALUES (?, ?, ?)", served)
            db.execute("UPDATE stamp SET commit_id = max(commit_id, ?)", (commit,))

    def raws(self, *seen_by: SeenBy) -> Hashes:
        """The hashes of all bytes ever served whose moment came from one of these places."""
        query = f"SELECT DISTINCT raw FROM sighting WHERE seen_by IN ({','.join('?' * len(seen_by))})"
        return Hashes(row[0] for row in self.db.execute(query, seen_by))

    def versions_known(self) -> Hashes:
        """The hashes of all versions stored."""
        return Hashes(bytes.fromhex(row[0]) for row in self.db.execute("SELECT hash FROM version"))

    def served(self) -> dict[bytes, tuple[str, int]]:
        """The fingerprints of small files that were read to their end, with the source and number of their records."""
        shared: dict[tuple[str, int], tuple[str, int]] = {}
        return {mark: shared.setdefault((source, count), (source, count)) for mark, source, count in self.db.execute("SELECT * FROM served")}

    def note_served(self, served: Sequence[tuple[bytes, str, int]]) -> None:
        """Remembers files whose records were all known already."""
        with self.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO served VALUES (?, ?, ?)", served)

    def listed(self, number: str) -> int | None:
        """How many records a listing named, None where it is not known."""
        row = self.db.execute("SELECT records FROM listing WHERE id = ?", (number,)).fetchone()
        return None if row is None else int(row[0])

    def believed_listings(self, source: str, tbl: str) -> list[Complete]:
        """The listings of a table whose absences are believed, in order of time."""
        return _listings(self.db, source, tbl)

    def believed_before(self, source: str, tbl: str, seen: str) -> int:
        """How many records the last believed listing of a table before that moment named; 0 where there was none."""
        before = [listing for listing in _listings(self.db, source, tbl) if listing.seen < seen]
        return before[-1].records if before else 0

    def latest(self, records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The version that was current last, for each record, whether or not a listing has left the record out since."""
        found = {}
        for source, chunk in _by_source(records):
            query = f"""SELECT r.key, v.hash, max(s.rowid) FROM record r JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version
                        WHERE r.source = ? AND r.key IN ({",".join("?" * len(chunk))}) GROUP BY r.id"""
            found.update({(source, key): version for key, version, _ in self.db.execute(query, [source, *chunk])})
        return found

    def current(self, records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The version that is current now, for each record that has one."""
        found = {}
        for source, keys in _by_source(records):
            query = f"""SELECT r.key, v.hash FROM record r JOIN span s ON s.record = r.id AND s.seen_to IS NULL
                        JOIN version v ON v.id = s.version WHERE r.source = ? AND r.key IN ({",".join("?" * len(keys))})"""
            found.update({(source, key): version for key, version in self.db.execute(query, (source, *keys))})
        return found

    def totals(self, source: str) -> tuple[int, int]:
        """How many records and versions a source has."""
        query = "SELECT count(DISTINCT r.id), count(v.id) FROM record r LEFT JOIN version v ON v.record = r.id WHERE r.source = ?"
        records, versions = self.db.execute(query, (source,)).fetchone()
        return int(records), int(versions)

    def kept_statements(self, versions: Sequence[str], reader: str) -> dict[str, bytes]:
        """What a reader made of these versions, as far as it is kept."""
        found = {}
        for chunk in _chunks(list(versions), 800):
            query = f"SELECT version, body FROM statements WHERE reader = ? AND version IN ({','.join('?' * len(chunk))})"
            found.update(dict(self.db.execute(query, (reader, *chunk)).fetchall()))
        return found

    def keep_statements(self, bodies: Mapping[str, bytes], reader: str) -> None:
        """Keeps what a reader made of versions."""
        if bodies:
            with self.transaction() as db:
                rows = [(version, reader, body) for version, body in bodies.items()]
                db.executemany("INSERT OR REPLACE INTO statements VALUES (?, ?, ?)", rows)

    def by_raw(self, raws: Iterable[bytes]) -> dict[bytes, tuple[str, str, str, str]]:
        """raw hash → (source, key, version, content), for bytes served before."""
        found = {}
        for chunk in _chunks(list(raws), 800):
            query = f"""SELECT DISTINCT s.raw, r.source, r.key, v.hash, v.content FROM sighting s JOIN version v ON v.id = s.version
                        JOIN record r ON r.id = v.record WHERE s.raw IN ({",".join("?" * len(chunk))})"""
            found.update({raw: (source, key, version, content) for raw, source, key, version, content in self.db.execute(query, chunk)})
        return found

    def known(self, records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[KnownVersion]]:
        """The stored versions of each record that has any, with their sightings as (seen, listing)."""
        found: dict[tuple[str, str], dict[str, KnownVersion]] = {}
        for source, keys in _by_source(records):
            query = f"""SELECT r.key, v.hash, v.content, v.rank, v.partial, s.seen, s.listing FROM record r
                        JOIN version v ON v.record = r.id JOIN sighting s ON s.version = v.id
                        WHERE r.source = ? AND r.key IN ({",".join("?" * len(keys))})"""
            for key, version, content, rank, partial, seen, listing in self.db.execute(query, (source, *keys)):
                mine = found.setdefault((source, key), {})
                before = mine.get(version)
                moments = (*(before.seen if before else ()), (seen, listing))
                mine[version] = KnownVersion(version, content, rank, bool(partial), moments)
        return {record: list(versions.values()) for record, versions in found.items()}


def _insert_versions(db: sqlite3.Connection, commit: int, versions: Sequence[VersionRow]) -> None:
    ids = _record_ids(db, versions)
    fresh: list[tuple[int, VersionRow]] = []
    for row in versions:
        done = db.execute(
            "INSERT OR IGNORE INTO version (record, hash, content, format, label, rank, partial, commit_id, recorded_at) VALUES (?,?,?,?,?,?,?,?,?)",
            (ids[row.source, row.key], row.version, row.content, row.format, row.label, row.rank, int(row.partial), commit, row.recorded_at),
        )
        if done.rowcount and done.lastrowid is not None:
            fresh.append((done.lastrowid, row))
    db.executemany("INSERT INTO reading VALUES (?,?,?,?,?)", [(number, v.reader, v.kind, v.title, v.body) for number, v in fresh])
    db.executemany("INSERT OR IGNORE INTO mention_key VALUES (?,?,?,?,?,?,?)", [(number, *key) for number, v in fresh for key in v.keys])
    _insert_claims(db, fresh)


def _insert_claims(db: sqlite3.Connection, fresh: Sequence[tuple[int, VersionRow]]) -> None:
    wanted = {(v.source, body) for _, v in fresh for body in v.claims}
    if not wanted:
        return
    db.executemany("INSERT OR IGNORE INTO claim (source, body) VALUES (?, ?)", wanted)
    links = []
    for number, v in fresh:
        for body in v.claims:
            links.append((v.source, body, number))
    db.executemany("INSERT OR IGNORE INTO claim_of SELECT id, ?3 FROM claim WHERE source = ?1 AND body = ?2", links)


def _insert_sightings(db: sqlite3.Connection, commit: int, sightings: Sequence[SightingRow]) -> None:
    db.executemany(
        """INSERT OR IGNORE INTO sighting SELECT v.id, ?4, ?5, ?6, ?7, ?8 FROM record r JOIN version v ON v.record = r.id
           WHERE r.source = ?1 AND r.key = ?2 AND v.hash = ?3""",
        [(s.source, s.key, s.version, s.seen, s.listing, s.seen_by, s.raw, commit) for s in sightings],
    )


def _record_ids(db: sqlite3.Connection, rows: Sequence[VersionRow | SightingRow]) -> Mapping[tuple[str, str], int]:
    found = {}
    for source, keys in _by_source((row.source, row.key) for row in rows):
        query = f"SELECT key, id FROM record WHERE source = ? AND key IN ({','.join('?' * len(keys))})"
        found.update({(source, key): number for key, number in db.execute(query, (source, *keys))})
    return found


def _touched(db: sqlite3.Connection, rows: Sequence[VersionRow] | Sequence[SightingRow]) -> set[int]:
    return set(_record_ids(db, list(rows)).values())


def _listings(db: sqlite3.Connection, source: str, tbl: str) -> list[Complete]:
    query = """SELECT l.id, l.seen, l.records, l.share, k.left_out FROM listing l LEFT JOIN listing_of_keys k ON k.listing = l.id
               WHERE l.source = ? AND l.tbl = ?"""
    return believed(
        Complete(number, seen, records, share, None if keys is None else frozenset(msgspec.json.decode(keys)))
        for number, seen, records, share, keys in db.execute(query, (source, tbl))
    )


def _take_listing(db: sqlite3.Connection, row: ListingRow) -> set[int]:
    """Adds a listing; gives the records that any listing of the table leaves out which is believed now and was not before, or the reverse."""
    before = set(_listings(db, row.source, row.tbl))
    db.execute(
        """INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET records = max(records, excluded.records)""",
        (row.id, row.source, row.tbl, row.seen, row.records, row.share),
    )
    if row.left_out is not None:
        db.execute("INSERT OR IGNORE INTO listing_of_keys VALUES (?, ?)", (row.id, msgspec.json.encode(row.left_out).decode()))
    changed = before ^ set(_listings(db, row.source, row.tbl))
    return {record for number in {one.id for one in changed} for record in _left_out(db, row.source, row.tbl, number)}


def _left_out(db: sqlite3.Connection, source: str, tbl: str, listing: str) -> set[int]:
    keys = db.execute("SELECT left_out FROM listing_of_keys WHERE listing = ?", (listing,)).fetchone()
    if keys is not None:
        query = "SELECT id FROM record WHERE source = ? AND tbl = ? AND key IN (SELECT value FROM json_each(?))"
        return {row[0] for row in db.execute(query, (source, tbl, keys[0]))}
    query = """SELECT id FROM record r WHERE source = ? AND tbl = ? AND NOT EXISTS (
               SELECT 1 FROM version v JOIN sighting s ON s.version = v.id WHERE v.record = r.id AND s.listing = ?)"""
    return {row[0] for row in db.execute(query, (source, tbl, listing))}


def _respan(db: sqlite3.Connection, records: set[int]) -> bool:
    """Works out the spans of the touched records anew, whose events have to be looked at again; tells whether any version's first day moved."""
    moved = False
    db.executemany("INSERT OR IGNORE INTO unchronicled VALUES (?)", [(record,) for record in records])
    changed: dict[int, str] = {}
    listings: dict[tuple[str, str], list[Complete]] = {}
    for source, tbl in db.execute("SELECT DISTINCT source, tbl FROM listing").fetchall():
        listings[source, tbl] = _listings(db, source, tbl)
    for chunk in _chunks(sorted(records), 900):
        marks = ",".join("?" * len(chunk))
        rows: dict[int, list[Sighted]] = {}
        tables: dict[int, tuple[str, ...]] = {}
        query = f"""SELECT v.record, v.id, s.seen, v.rank, v.partial, s.listing, v.hash, r.source, r.tbl, r.key FROM version v
                    JOIN sighting s ON s.version = v.id JOIN record r ON r.id = v.record WHERE v.record IN ({marks})"""
        numbers: dict[tuple[int, str], int] = {}
        for record, number, seen, rank, partial, listing, version, *table in db.execute(query, chunk):
            rows.setdefault(record, []).append(Sighted(version, seen, rank, bool(partial), listing))
            tables[record] = tuple(table)
            numbers[record, version] = number
        query = f"SELECT record, version, seen_from, seen_to FROM span WHERE record IN ({marks}) ORDER BY record, seen_from, rowid"
        old = [(record, version, start, end) for record, version, start, end in db.execute(query, chunk)]
        before: dict[int, str] = {}
        for _, number, start, _ in old:
            before.setdefault(number, start)
        db.execute(f"DELETE FROM span WHERE record IN ({marks})", chunk)
        found = [
            (record, numbers[record, span.version], span.start, span.end)
            for record, sighted in rows.items()
            for span in spans(sighted, _of_table(listings, tables[record]), tables[record][2])
        ]
        db.executemany("INSERT INTO span VALUES (?, ?, ?, ?)", found)
        first = {number: start for _, number, start, _ in reversed(found)}
        moved = moved or first != before
        changed |= _parted(old, found)
    db.executemany("INSERT INTO unstaged VALUES (?, ?) ON CONFLICT (record) DO UPDATE SET since = min(since, excluded.since)", changed.items())
    return moved


def _of_table(listings: Mapping[tuple[str, str], list[Complete]], table: tuple[str, ...]) -> Sequence[Complete]:
    return listings.get((table[0], table[1]), ()) if table[1] else ()


def _parted(old: Sequence[_Spanned], new: Sequence[_Spanned]) -> dict[int, str]:
    """For each record whose history became another one, the first moment at which it did."""
    histories: dict[int, tuple[list[_Spanned], list[_Spanned]]] = {}
    for side, rows in enumerate((old, new)):
        for row in rows:
            histories.setdefault(row[0], ([], []))[side].append(row)
    return {record: moment for record, (one, other) in histories.items() if (moment := _first_difference(one, other)) is not None}


def _first_difference(one: Sequence[_Spanned], other: Sequence[_Spanned]) -> str | None:
    for left, right in zip_longest(one, other):
        if left is None or right is None:
            return str((left or right)[2])
        if left != right:
            ends = [row[3] for row in (left, right) if row[3] is not None]
            return min(ends) if left[:3] == right[:3] else min(left[2], right[2])
    return None


def _by_source(records: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """The keys of each source, some hundreds at a time: SQLite uses its index for one source and many keys, never for pairs."""
    keys: dict[str, dict[str, None]] = {}
    for source, key in records:
        keys.setdefault(source, {})[key] = None
    for source, wanted in keys.items():
        for chunk in _chunks(list(wanted), 800):
            yield source, chunk


def _chunks(items: list[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

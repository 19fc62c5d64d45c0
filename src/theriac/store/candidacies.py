"""What the read index keeps of programmes: which versions make a drug a candidate for a condition, and which programmes are to be looked at.

Flows in: candidacies of versions as bytes, and records whose history changed. Flows out: the candidacies of one programme with the time in which
each was current. It follows the segments like everything in the index, and knows nothing of what a candidacy means.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from theriac.model import Mention, Reading
from theriac.store import registry
from theriac.store.home import Home
from theriac.terms import EntityKind

_reading = msgspec.msgpack.Decoder(Reading)
Programme = tuple[str, str]
"""A drug and a condition, by their ids."""


class Current(msgspec.Struct, frozen=True):
    """A candidacy with the span of its version; `first` is when its record was first seen."""

    record: int
    source: str
    key: str
    table: str
    version: str
    format: str
    start: str
    end: str | None
    first: str
    commit: int
    body: bytes


def unstaged(home: Home, kinds: Sequence[str]) -> dict[int, tuple[str, str]]:
    """The records of these kinds whose history changed since programmes were last looked at: from which moment on, and the kind."""
    query = f"""SELECT u.record, u.since, max(g.kind) FROM unstaged u JOIN version v ON v.record = u.record JOIN reading g ON g.version = v.id
                WHERE g.kind IN ({",".join("?" * len(kinds))}) GROUP BY u.record ORDER BY u.record"""
    return {record: (since, kind) for record, since, kind in home.index.db.execute(query, kinds).fetchall()}


def to_stage(home: Home, records: Iterable[int]) -> list[int]:
    """The versions of these records whose candidacies are not known."""
    query = """SELECT id FROM version WHERE partial = 0 AND record IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT version FROM staged)"""
    return [row[0] for row in home.index.db.execute(query, (_json(records),))]


def programmes_of(home: Home, records: Iterable[int]) -> Iterator[tuple[int, Programme]]:
    """The programmes in which any version of a record stands, by record."""
    query = """SELECT DISTINCT v.record, c.drug, c.condition FROM version v JOIN candidacy c ON c.version = v.id
               WHERE v.record IN (SELECT value FROM json_each(?))"""
    for record, drug, condition in home.index.db.execute(query, (_json(records),)).fetchall():
        yield record, (drug, condition)


def stage(home: Home, found: Mapping[int, Sequence[tuple[str, str, bytes]]]) -> None:
    """Keeps the candidacies of versions: (drug, condition, body) each, none where the version makes none."""
    with home.index.transaction() as db:
        db.executemany("DELETE FROM candidacy WHERE version = ?", [(version,) for version in found])
        rows = [(drug, condition, version, body) for version, mine in found.items() for drug, condition, body in mine]
        db.executemany("INSERT OR REPLACE INTO candidacy VALUES (?, ?, ?, ?)", rows)
        db.executemany("INSERT OR IGNORE INTO staged VALUES (?)", [(version,) for version in found])


def current(home: Home, programme: Programme) -> list[Current]:
    """The candidacies of a programme through time."""
    query = """SELECT v.record, r.source, r.key, r.tbl, v.hash, v.format, s.seen_from, s.seen_to,
                 (SELECT min(f.seen_from) FROM span f JOIN version w ON w.id = f.version WHERE f.record = v.record AND w.partial = 0),
                 v.commit_id, c.body
               FROM candidacy c JOIN version v ON v.id = c.version JOIN record r ON r.id = v.record JOIN span s ON s.version = v.id
               WHERE c.drug = ? AND c.condition = ? ORDER BY r.source, r.key, s.seen_from, s.rowid"""
    return [Current(*row) for row in home.index.db.execute(query, programme).fetchall()]


def baselines(home: Home, source: str) -> dict[str, str]:
    """When each table of a source was first seen."""
    query = "SELECT r.tbl, min(s.seen_from) FROM record r JOIN span s ON s.record = r.id WHERE r.source = ? GROUP BY r.tbl"
    return dict(home.index.db.execute(query, (source,)).fetchall())


def table_of(home: Home, source: str, key: str) -> str:
    """The table in which a record stands."""
    row = home.index.db.execute("SELECT tbl FROM record WHERE source = ? AND key = ?", (source, key)).fetchone()
    return "" if row is None else str(row[0])


def came_with(home: Home, record: str, seen: str) -> int:
    """The commit that brought the version of a record that was first seen then; 0 where there is none."""
    query = """SELECT min(v.commit_id) FROM record r JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version
               WHERE r.source = ? AND r.key = ? AND s.seen_from = ?"""
    return int(home.index.db.execute(query, (*record.split(":", 1), seen)).fetchone()[0] or 0)


def first_real(home: Home, key: str, sample: str) -> str | None:
    """When a record of that key was first seen in a source that is no sample."""
    query = "SELECT min(s.seen_from) FROM record r JOIN span s ON s.record = r.id WHERE r.key = ? AND r.source <> ?"
    row = home.index.db.execute(query, (key, sample)).fetchone()
    return None if row is None else row[0]


def due(home: Home, today: str) -> list[tuple[Programme, str]]:
    """The programmes that time alone may have moved by the day, each with the first such day."""
    rows = home.index.db.execute("SELECT drug, condition, day FROM programme_due WHERE day <= ?", (today,)).fetchall()
    return [((drug, condition), day) for drug, condition, day in rows]


def note_due(home: Home, days: Mapping[Programme, str | None]) -> None:
    """Keeps when each programme is to be looked at next."""
    with home.index.transaction() as db:
        db.executemany("DELETE FROM programme_due WHERE drug = ? AND condition = ?", list(days))
        rows = [(drug, condition, day) for (drug, condition), day in days.items() if day is not None]
        db.executemany("INSERT INTO programme_due VALUES (?, ?, ?)", rows)


def unstage(home: Home, records: Iterable[tuple[str, str]] | None) -> None:
    """Puts records on the list, all without any given."""
    chosen = "" if records is None else "WHERE source || ':' || key IN (SELECT value FROM json_each(?))"
    arguments = () if records is None else (msgspec.json.encode(sorted(f"{source}:{key}" for source, key in records)).decode(),)
    with home.index.transaction() as db:
        db.execute(f"INSERT OR REPLACE INTO unstaged SELECT id, '' FROM record {chosen}", arguments)


def state(home: Home) -> tuple[int, str]:
    """The commit and the names that the list stands on."""
    return home.index.stamp, registry.stamp(home)


def all_staged(home: Home, read: tuple[int, str]) -> None:
    """Empties the list as it was read; where a commit or other names came since, it stays, and all of it is looked at once more."""
    with home.index.transaction() as db:
        if state(home) == read:
            db.execute("DELETE FROM unstaged")


def conditions_told(home: Home, drug: str, since: str) -> set[str]:
    """The conditions for which something is told of the drug from the moment on."""
    query = "SELECT DISTINCT condition FROM event WHERE drug = ? AND drug <> '' AND seen >= ?"
    return {row[0] for row in home.index.db.execute(query, (drug, since))}


def changed(home: Home, kinds: Sequence[str]) -> list[int]:
    """The records of these kinds to which anything ever happened: not those with one version, there since their table was first seen, and still."""
    query = f"""SELECT s.record FROM span s JOIN record r ON r.id = s.record
                JOIN (SELECT q.source AS source, q.tbl AS tbl, min(p.seen_from) AS first FROM record q JOIN span p ON p.record = q.id
                      GROUP BY q.source, q.tbl) b ON b.source = r.source AND b.tbl = r.tbl
                WHERE r.id IN (SELECT v.record FROM version v JOIN reading g ON g.version = v.id WHERE g.kind IN ({",".join("?" * len(kinds))}))
                GROUP BY s.record HAVING count(*) > 1 OR max(s.seen_to) IS NOT NULL OR min(s.seen_from) > b.first"""
    return [row[0] for row in home.index.db.execute(query, kinds)]


def with_siblings(home: Home, records: Iterable[int]) -> list[int]:
    """These records, and those about the same applications."""
    query = """SELECT value FROM json_each(?1) UNION SELECT w.record FROM version v JOIN mention_key m ON m.version = v.id
                 JOIN mention_key n ON n.key = m.key AND n.key <> '' JOIN version w ON w.id = n.version
                 WHERE v.record IN (SELECT value FROM json_each(?1)) AND m.key >= 'application/' AND m.key < 'application0'"""
    return [row[0] for row in home.index.db.execute(query, (_json(records),))]


def product_mentions(home: Home, records: Iterable[int]) -> Iterator[Mention]:
    """The mentions of drugs in the versions of these records."""
    query = """SELECT g.body FROM version v JOIN reading g ON g.version = v.id WHERE v.record IN (SELECT value FROM json_each(?))"""
    for (body,) in home.index.db.execute(query, (_json(records),)):
        yield from (one for one in _reading.decode(body).mentions if one.kind is EntityKind.DRUG)


def numbers(home: Home, records: Iterable[str]) -> list[int]:
    """The numbers of records by their names."""
    query = "SELECT id FROM record WHERE source = ? AND key = ?"
    found = (home.index.db.execute(query, tuple(name.split(":", 1))).fetchone() for name in records)
    return [row[0] for row in found if row is not None]


def _json(numbers: Iterable[int]) -> str:
    return msgspec.json.encode(list(numbers)).decode()

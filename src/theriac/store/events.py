"""Events as the read index keeps them: found from the histories of records, never edited, superseded where a late version splits a step.

Flows in: records whose history changed, and the events that the steps of their histories give. Flows out: events by record, day and kind.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from theriac.flow.events import Event
from theriac.store import ledger
from theriac.store.home import Home

_decode = msgspec.msgpack.Decoder(Event)
_encode = msgspec.msgpack.Encoder()
_WITH_DATES = """SELECT v.record FROM record r JOIN version v ON v.record = r.id JOIN reading g ON g.version = v.id
    WHERE g.kind = 'application' AND r.tbl IN ('', 'patent', 'exclusivity')"""


Baselines = dict[tuple[str, str], tuple[str, int]]
"""Source and table → when the table was first seen, and by which commit."""


class Span(msgspec.Struct, frozen=True):
    """One span of a record's history, as the chronicle compares it with the next; `commit` made it known here."""

    number: int
    version: str
    content: str
    format: str
    label: str | None
    partial: bool
    start: str
    end: str | None
    commit: int


class RecordHistory(msgspec.Struct, frozen=True):
    """A record with all its spans; `baseline` is the first moment at which its table was seen at all, `first_commit` when it was loaded."""

    number: int
    source: str
    key: str
    table: str
    baseline: str
    first_commit: int
    spans: tuple[Span, ...]


def forget_baseline(home: Home) -> None:
    """Takes off the list the records that nothing can have happened to: one version, there since their table was first seen, and still.

    What lists dates that will be crossed (patents, exclusivities) stays on it.
    """
    home.index.db.execute(
        """DELETE FROM unchronicled WHERE record IN (
             SELECT s.record FROM span s JOIN record r ON r.id = s.record
             JOIN (SELECT q.source AS source, q.tbl AS tbl, min(p.seen_from) AS first FROM record q JOIN span p ON p.record = q.id
                   GROUP BY q.source, q.tbl) b ON b.source = r.source AND b.tbl = r.tbl
             GROUP BY s.record HAVING count(*) = 1 AND max(s.seen_to) IS NULL AND min(s.seen_from) <= b.first)
           AND record NOT IN (SELECT record FROM event) AND record NOT IN ("""
        + _WITH_DATES
        + ")"
    )


def with_dates(home: Home, records: Sequence[int]) -> set[int]:
    """Those of the records that may list dates to come."""
    query = f"{_WITH_DATES} AND r.id IN (SELECT value FROM json_each(?))"
    return {row[0] for row in home.index.db.execute(query, (msgspec.json.encode(records).decode(),))}


def to_chronicle(home: Home, limit: int) -> list[int]:
    """The records whose events have to be looked at, some at a time."""
    return [row[0] for row in home.index.db.execute("SELECT record FROM unchronicled ORDER BY record LIMIT ?", (limit,))]


def histories(home: Home, records: Sequence[int], baselines: Baselines | None = None) -> Iterator[RecordHistory]:
    """The histories of these records; whoever asks for many lots gives the `baselines` of tables along, each of which is a scan."""
    db = home.index.db
    baselines = {} if baselines is None else baselines
    for start in range(0, len(records), 800):
        chunk = records[start : start + 800]
        query = f"""SELECT r.id, r.source, r.key, r.tbl, v.id, v.hash, v.content, v.format, v.label, v.partial, s.seen_from, s.seen_to,
                      (SELECT min(g.commit_id) FROM sighting g WHERE g.version = v.id AND g.seen = s.seen_from)
                    FROM record r JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version
                    WHERE r.id IN ({",".join("?" * len(chunk))}) ORDER BY r.id, s.seen_from, s.rowid"""
        gathered: dict[tuple[int, str, str, str], list[Span]] = {}
        for record, source, key, table, number, version, content, format_, label, partial, seen, end, commit in db.execute(query, chunk):
            span = Span(number, version, content, format_, label, bool(partial), seen, end, commit or 0)
            gathered.setdefault((record, source, key, table), []).append(span)
        for (record, source, key, table), spans in gathered.items():
            if (source, table) not in baselines:
                baselines[source, table] = _baseline(home, source, table)
            first, commit = baselines[source, table]
            yield RecordHistory(record, source, key, table, first, commit, tuple(spans))


def _baseline(home: Home, source: str, table: str) -> tuple[str, int]:
    query = """SELECT min(s.seen_from), min(v.commit_id) FROM record r JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version
               WHERE r.source = ? AND r.tbl = ?"""
    first, commit = home.index.db.execute(query, (source, table)).fetchone()
    return first or "", commit or 0


class Told(msgspec.Struct, frozen=True):
    """An event with the commit that made it known, and whether it may alert.

    It may where the newer version came after the older one was known here and no later one was: never for a first load, nor for a version
    that was filed between two others. `commit` is 0 for a day that no commit has come after yet.
    """

    event: Event
    commit: int
    fresh: bool


def keep(home: Home, found: Iterable[tuple[int, Sequence[Told]]], read: int) -> None:
    """Puts each record's events in place; those of a step that is no longer one stay, marked with what took their place.

    `read` is the commit at which the histories were read; where another came since, the records stay on the list.
    """
    with home.index.transaction() as db:
        for record, told in found:
            events = [one.event for one in told]
            present = {event.id for event in events}
            query = "SELECT id, from_hash, to_hash, commit_id FROM event WHERE record = ? AND drug = ''"
            for old, from_hash, to_hash, commit in db.execute(query, (record,)).fetchall():
                if old not in present:
                    heirs = [one.id for one in events if one.from_hash == from_hash or one.to_hash == to_hash]
                    _leave(db, old, commit, heirs)
            put(db, [_row(record, one) for one in told])
            db.execute("DELETE FROM unchronicled WHERE record = ? AND (SELECT commit_id FROM stamp) = ?", (record, read))


def _leave(db: sqlite3.Connection, row: str, commit: int, heirs: Sequence[str]) -> None:
    """Takes an event back: one that was told stays, marked with what took its place; one whose day never came was none."""
    if commit == 0:
        db.execute("DELETE FROM event WHERE id = ?", (row,))
    else:
        db.execute("UPDATE event SET superseded_by = ? WHERE id = ?", (" ".join(heirs) or "-", row))


def put(db: sqlite3.Connection, rows: Iterable[tuple[object, ...]]) -> None:
    """Puts rows of events in place; one that is there already keeps the commit that made it known."""
    db.executemany(
        """INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,NULL,?,?,?)
           ON CONFLICT (id) DO UPDATE SET superseded_by = NULL, body = excluded.body, seen = excluded.seen""",
        rows,
    )


def settle(home: Home) -> None:
    """Gives each date that was crossed by the last commit's day the first commit that came on that day or after it."""
    days = ledger.commit_days(home)
    if not days:
        return
    query = "SELECT id, seen FROM event WHERE commit_id = 0 AND seen <= ? ORDER BY seen"
    rows = home.index.db.execute(query, (days[-1][1],)).fetchall()
    if rows:
        with home.index.transaction() as db:
            settled = [(ledger.commit_of_day(days, seen[:10]), row) for row, seen in rows]
            db.executemany("UPDATE event SET commit_id = ? WHERE id = ?", settled)


def due(home: Home, today: str) -> bool:
    """Whether a date was crossed that no commit has come after yet."""
    return home.index.db.execute("SELECT 1 FROM event WHERE commit_id = 0 AND seen <= ? LIMIT 1", (today[:10],)).fetchone() is not None


def _row(record: int, one: Told) -> tuple[object, ...]:
    event = one.event
    about = (event.id, record, event.kind.value, event.seen, event.happened, event.from_hash, event.to_hash)
    return (*about, _encode.encode(event), one.commit, int(one.fresh), "", "", "")


def programme_row(record: int, one: Told, drug: str, condition: str, told_by: str) -> tuple[object, ...]:
    """A programme's event as a row of its drug and condition; rows of one event of several conditions share its id."""
    event = one.event
    about = (f"{event.id}|{condition}", record, event.kind.value, event.seen, event.happened, event.from_hash, event.to_hash)
    return (*about, _encode.encode(event), one.commit, int(one.fresh), drug, condition, told_by)


def keep_programme(home: Home, drug: str, condition: str, told_by: str, since: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Puts a programme's events from `since` on, told by trials or by papers, in place of those that stood there."""
    present = {row[0] for row in rows}
    db = home.index.db
    query = """SELECT id, commit_id, kind, record FROM event
               WHERE drug = ? AND drug <> '' AND condition = ? AND told_by = ? AND seen >= ? AND superseded_by IS NULL"""
    for old, commit, kind, record in db.execute(query, (drug, condition, told_by, since)).fetchall():
        if old not in present:
            heirs = [str(row[0]).partition("|")[0] for row in rows if row[1] == record or row[2] == kind]
            _leave(db, old, commit, sorted(set(heirs)))
    put(db, rows)


def told_after(home: Home, commit: int) -> Iterator[Told]:
    """The events of commits after the given one, commit by commit; superseded ones stand among them as not fresh."""
    query = "SELECT body, commit_id, fresh AND superseded_by IS NULL FROM event WHERE commit_id > ? ORDER BY commit_id, id"
    told = (Told(_decode.decode(body), number, bool(fresh)) for body, number, fresh in home.index.db.execute(query, (commit,)).fetchall())
    for _, same in groupby(told, key=lambda one: (one.event.id, one.commit)):
        lot = list(same)
        fresh = [one for one in lot if one.fresh] or lot
        yield Told(joined([one.event for one in fresh]), lot[0].commit, any(one.fresh for one in lot))


def joined(same: Sequence[Event]) -> Event:
    """One event of several conditions from its rows."""
    if len(same) == 1:
        return same[0]
    conditions = {one.id: one for event in same for one in event.conditions}
    return msgspec.structs.replace(same[0], conditions=tuple(conditions[key] for key in sorted(conditions)))


def events(
    home: Home,
    *,
    since: str | None = None,
    until: str | None = None,
    records: Iterable[tuple[str, str]] | None = None,
    kinds: Sequence[str] = (),
    source: str | None = None,
    superseded: bool = False,
    drug: str | None = None,
    condition: str | None = None,
) -> list[Event]:
    """Events seen from `since` on and up to `until` (without it: up to the last commit), newest first; `kinds` may end in `.*`.

    `records` chooses the events of records, `drug` and `condition` (ids) those of programmes.
    """
    query = """SELECT e.body, e.superseded_by FROM event e JOIN record r ON r.id = e.record WHERE (?1 IS NULL OR e.seen >= ?1)
               AND (e.seen <= ?2 OR (?2 IS NULL AND e.commit_id > 0)) AND (?4 OR e.superseded_by IS NULL)
               AND (?3 IS NULL OR r.source = ?3 OR (r.source = 'source' AND r.key = ?3))"""
    arguments: list[object] = [since, until, source, superseded]
    if records is not None:
        wanted = sorted({f"{one}:{key}" for one, key in records})
        query += """ AND CASE WHEN e.drug = '' THEN r.source || ':' || r.key IN (SELECT value FROM json_each(?5))
                         ELSE (?6 IS NULL OR e.drug = ?6) AND (?7 IS NULL OR e.condition = ?7) END"""
        arguments += [msgspec.json.encode(wanted).decode(), drug, condition]
    rows = ((_decode.decode(body), heirs) for body, heirs in home.index.db.execute(query + " ORDER BY e.seen DESC, e.kind, e.id", arguments))
    wanted_kinds = ((event, heirs) for event, heirs in rows if _of_kind(event.kind.value, kinds))
    found = []
    for (_, heirs), same in groupby(wanted_kinds, key=lambda row: (row[0].id, row[1])):
        found.append(msgspec.structs.replace(joined([event for event, _ in same]), superseded_by=tuple((heirs or "").split())))
    return found


def _of_kind(kind: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(kind == one or (one.endswith(".*") and kind.startswith(one[:-1])) for one in wanted)


def page_of_events(
    home: Home,
    *,
    until: str,
    since: str | None = None,
    records: Iterable[tuple[str, str]] | None = None,
    families: Sequence[str] = (),
    source: str | None = None,
    drug: str | None = None,
    condition: str | None = None,
    most: int = 50,
    skip: int = 0,
) -> list[Event]:
    """Some of the events that stand, newest first; `families` are the first words of their kinds (`label`)."""
    where, arguments = _chosen(since, until, records, families, source, drug, condition)
    query = f"SELECT e.id, e.body FROM event e JOIN record r ON r.id = e.record WHERE {where} ORDER BY e.seen DESC, e.kind, e.id LIMIT ? OFFSET ?"
    rows = home.index.db.execute(query, (*arguments, most, skip)).fetchall()
    return [joined(_alike(home, row)) if "|" in row else _decode.decode(body) for row, body in rows]


def counts(
    home: Home,
    *,
    until: str,
    since: str | None = None,
    records: Iterable[tuple[str, str]] | None = None,
    drug: str | None = None,
    condition: str | None = None,
) -> dict[tuple[str, str], int]:
    """How many events stand, by family and source."""
    where, arguments = _chosen(since, until, records, (), None, drug, condition)
    query = f"SELECT {_FAMILY}, r.source, count(*) FROM event e JOIN record r ON r.id = e.record WHERE {where} GROUP BY 1, 2"
    return {(kind, one): number for kind, one, number in home.index.db.execute(query, arguments)}


def event_of(home: Home, number: str) -> Event | None:
    """The event of that id, with what took its place where something did; None where there is none."""
    row = home.index.db.execute("SELECT body, superseded_by FROM event WHERE id = ?", (number,)).fetchone()
    if row is not None:
        return msgspec.structs.replace(_decode.decode(row[0]), superseded_by=tuple((row[1] or "").split()))
    of_conditions = _alike(home, f"{number}|")
    return joined(of_conditions) if of_conditions else None


_FAMILY = "substr(e.kind, 1, instr(e.kind, '.') - 1)"
# An event of several conditions has a row for each; the first of them stands for all.
_FIRST = """(instr(e.id, '|') = 0 OR NOT EXISTS (SELECT 1 FROM event o WHERE o.id >= substr(e.id, 1, instr(e.id, '|')) AND o.id < e.id
            AND o.superseded_by IS NULL))"""


def _alike(home: Home, row: str) -> list[Event]:
    """The event of a row, once for each of its conditions."""
    start = row[: row.index("|") + 1]
    query = "SELECT body FROM event WHERE id >= ? AND id < ? AND superseded_by IS NULL ORDER BY id"
    return [_decode.decode(body) for (body,) in home.index.db.execute(query, (start, start[:-1] + "}"))]


def _chosen(
    since: str | None,
    until: str,
    records: Iterable[tuple[str, str]] | None,
    families: Sequence[str],
    source: str | None,
    drug: str | None,
    condition: str | None,
) -> tuple[str, tuple[object, ...]]:
    clauses: list[str] = ["e.superseded_by IS NULL", _FIRST]
    arguments: list[object] = []
    for clause, value in (("e.seen >= ?", since), ("e.seen <= ?", until), ("r.source = ?", source)):
        if value is not None:
            clauses.append(clause)
            arguments.append(value)
    if families:
        clauses.append(f"{_FAMILY} IN (SELECT value FROM json_each(?))")
        arguments.append(msgspec.json.encode(list(families)).decode())
    if records is not None:
        clauses.append(
            """CASE WHEN e.drug = '' THEN r.source || ':' || r.key IN (SELECT value FROM json_each(?))
               ELSE (? IS NULL OR e.drug = ?) AND (? IS NULL OR e.condition = ?) END"""
        )
        arguments += [msgspec.json.encode(sorted({f"{one}:{key}" for one, key in records})).decode(), drug, drug, condition, condition]
    return " AND ".join(clauses), tuple(arguments)

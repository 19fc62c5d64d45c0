"""What the catalog keeps of live sources: how far each pass has come, what is followed, every attempt, and when a commit's data was published.

Flows in: a home, or a connection inside a commit's transaction. Flows out: rows as frozen values.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from theriac.store.catalog import COMMIT
from theriac.store.home import Home
from theriac.store.live_tables import ATTEMPT, FOLLOW, PASS, PUBLICATION

S = TypeVar("S", bound=msgspec.Struct)
Note = Callable[[Connection], object]


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source is in one scope (all of it, or one followed name).

    A pass under way has `began_at`; `cursor` is that of its last committed page, `counted` the records that it has brought, `flawed` those of them
    that went into quarantine, `listing` the listing that they belong to. `since` is where the next pass of changes goes on; `apart` by how many
    records the source's total and ours differed when that was last looked into.
    """

    source: str
    scope: str = ""
    depth: str = ""
    cursor: str = ""
    began_at: str = ""
    counted: int = 0
    flawed: int = 0
    listing: str = ""
    since: str = ""
    done_at: str = ""
    full_at: str = ""
    full_release: str = ""
    total: int | None = None
    apart: int = 0
    validators: str = "{}"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at a source: `outcome` is done, nothing_new or failed."""

    source: str
    scope: str = ""
    depth: str
    began_at: str
    ended_at: str
    outcome: str
    message: str = ""
    requests: int = 0
    bytes: int = 0
    records: int = 0
    release: str = ""


class Follow(msgspec.Struct, frozen=True):
    """A name that is kept complete."""

    key: str
    name: str
    added_at: str


def pass_of(home: Home, source: str, scope: str = "") -> Pass:
    """How far the source is in the scope; an empty pass where it was never asked."""
    with home.engine.connect() as connection:
        row = connection.execute(select(PASS).where(PASS.c.source == source, PASS.c.scope == scope)).first()
    return Pass(source=source, scope=scope) if row is None else _struct(row, Pass)


def passes(home: Home) -> list[Pass]:
    """Every source and scope that was ever asked."""
    with home.engine.connect() as connection:
        rows = connection.execute(select(PASS).order_by(PASS.c.source, PASS.c.scope))
        return [_struct(row, Pass) for row in rows]


def keep_pass(state: Pass) -> Note:
    """What puts the state in place, to be run inside a commit's transaction."""

    def note(connection: Connection) -> None:
        values = msgspec.structs.asdict(state)
        mine = (PASS.c.source == state.source, PASS.c.scope == state.scope)
        if connection.execute(update(PASS).where(*mine).values(**values)).rowcount == 0:
            connection.execute(insert(PASS).values(**values))

    return note


def forget_scope(scope: str) -> Note:
    """What forgets how far all sources are in a scope."""
    return lambda connection: connection.execute(delete(PASS).where(PASS.c.scope == scope))


def keep_attempt(attempt: Attempt) -> Note:
    """What notes the attempt."""
    return lambda connection: connection.execute(insert(ATTEMPT).values(**msgspec.structs.asdict(attempt)))


def last_attempts(home: Home) -> dict[str, list[Attempt]]:
    """The attempts at each source, newest first: the last one that succeeded and everything after it."""
    found: dict[str, list[Attempt]] = {}
    done: set[str] = set()
    with home.engine.connect() as connection:
        for row in connection.execute(select(ATTEMPT).order_by(ATTEMPT.c.id.desc())):
            if row.source in done:
                continue
            attempt = _struct(row, Attempt)
            found.setdefault(attempt.source, []).append(attempt)
            if attempt.outcome != "failed":
                done.add(attempt.source)
    return found


def attempts(home: Home, source: str | None = None, limit: int = 100) -> list[Attempt]:
    """The newest attempts first."""
    query = select(ATTEMPT).order_by(ATTEMPT.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(ATTEMPT.c.source == source)
    with home.engine.connect() as connection:
        return [_struct(row, Attempt) for row in connection.execute(query)]


def follows(home: Home) -> list[Follow]:
    """What is followed, by name."""
    with home.engine.connect() as connection:
        return [Follow(row.key, row.name, row.added_at) for row in connection.execute(select(FOLLOW).order_by(FOLLOW.c.key))]


def follow(key: str, name: str, moment: str) -> Note:
    """What adds a name to those followed; one that is there stays as it is."""

    def note(connection: Connection) -> None:
        if connection.execute(select(FOLLOW.c.key).where(FOLLOW.c.key == key)).first() is None:
            connection.execute(insert(FOLLOW).values(key=key, name=name, added_at=moment))

    return note


def unfollow(key: str) -> Note:
    """What takes a name off."""
    return lambda connection: connection.execute(delete(FOLLOW).where(FOLLOW.c.key == key))


def published(source: str, moment: str, *, baseline: bool) -> Note:
    """What notes, inside a commit's transaction, when the source published what the commit brings, and whether it is the scope's first pass."""

    def note(connection: Connection) -> None:
        number = connection.execute(select(func.max(COMMIT.c.id))).scalar_one()
        connection.execute(insert(PUBLICATION).values(commit_id=number, source=source, published=moment, baseline=baseline))

    return note


def publications(home: Home) -> dict[int, tuple[str, str, str]]:
    """commit → (source, when the source published its data, when the commit was made), first passes left out."""
    query = select(PUBLICATION, COMMIT.c.recorded_at).join(COMMIT, COMMIT.c.id == PUBLICATION.c.commit_id).where(~PUBLICATION.c.baseline)
    with home.engine.connect() as connection:
        return {row.commit_id: (row.source, row.published, row.recorded_at) for row in connection.execute(query)}


def first_passes(home: Home) -> frozenset[int]:
    """The commits of first passes: what they bring was there before it was first asked for."""
    with home.engine.connect() as connection:
        return frozenset(row.commit_id for row in connection.execute(select(PUBLICATION.c.commit_id).where(PUBLICATION.c.baseline)))


def told_in(home: Home, limit: int) -> list[tuple[int, str | None]]:
    """The newest events that were news when they came: the commit that told each, and the source's own label of the version behind it."""
    query = """SELECT e.commit_id, v.label FROM event e LEFT JOIN version v ON v.record = e.record AND v.hash = e.to_hash
               WHERE e.fresh AND e.commit_id > 0 ORDER BY e.commit_id DESC LIMIT ?"""
    return [(int(commit), label) for commit, label in home.index.db.execute(query, (limit,))]


def held(home: Home, source: str, table: str) -> set[str]:
    """The keys of the records of a source's table that are current."""
    query = """SELECT DISTINCT r.key FROM record r JOIN span s ON s.record = r.id AND s.seen_to IS NULL WHERE r.source = ? AND r.tbl = ?"""
    return {row[0] for row in home.index.db.execute(query, (source, table))}


def held_count(home: Home, source: str) -> int:
    """How many records of a source are current."""
    query = "SELECT count(DISTINCT r.id) FROM record r JOIN span s ON s.record = r.id AND s.seen_to IS NULL WHERE r.source = ?"
    return int(home.index.db.execute(query, (source,)).fetchone()[0])


def _struct(row: Row[Any], kind: type[S]) -> S:
    return kind(**{str(name): value for name, value in row._mapping.items() if name in kind.__struct_fields__})


def noted(home: Home, notes: Iterable[Note]) -> None:
    """Runs notes in one small transaction of their own."""
    with home.engine.begin() as connection:
        for note in notes:
            note(connection)

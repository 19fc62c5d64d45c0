"""What the catalog keeps of people: accounts, sessions, tokens, the audit trail and flags, each change with its line in the trail.

Flows in: names, hashes, moments. Flows out: rows as structs. It hashes nothing and decides nothing (`accounts` does).
"""

from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from theriac.store.home import Home
from theriac.store.people_tables import AUDIT, FLAG, PERSON, SESSION, TOKEN
from theriac.store.upkeep import noted


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One account."""

    name: str
    role: str
    password: str
    created_at: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in browser; `id` is the hash of its secret."""

    id: str
    person: str
    created_at: str
    ends_at: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One token of a program."""

    id: str
    hash: str
    person: str
    title: str
    scope: str
    created_at: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail: who did what to whom, from which address."""

    at: str
    who: str
    what: str
    about: str
    client: str


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that a person holds to be wrong, and why."""

    id: str
    record: str
    path: str
    quote: str
    why: str
    author: str
    flagged_at: str
    withdrawn_at: str | None
    withdrawn_by: str


S = TypeVar("S", Person, Session, Token, Entry, Flag)


def people(home: Home) -> list[Person]:
    """Every account, by name."""
    with home.engine.connect() as connection:
        return [_made(row, Person) for row in connection.execute(select(PERSON).order_by(PERSON.c.name))]


def person(home: Home, name: str) -> Person | None:
    """The account of that name."""
    with home.engine.connect() as connection:
        row = connection.execute(select(PERSON).where(PERSON.c.name == name)).first()
    return None if row is None else _made(row, Person)


def count(home: Home) -> int:
    """How many accounts there are."""
    with home.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(PERSON)).scalar_one())


def keep(home: Home, one: Person, entry: Entry, *, end_sessions: bool) -> None:
    """Writes an account, new or changed; with `end_sessions` it is signed out everywhere."""

    def write(connection: Connection) -> None:
        connection.execute(delete(PERSON).where(PERSON.c.name == one.name))
        connection.execute(insert(PERSON).values(**msgspec.structs.asdict(one)))
        if end_sessions:
            connection.execute(delete(SESSION).where(SESSION.c.person == one.name))
        _enter(connection, entry)

    noted(home, write)


def remove(home: Home, name: str, entry: Entry) -> None:
    """Removes an account with its sessions and tokens."""

    def write(connection: Connection) -> None:
        connection.execute(delete(PERSON).where(PERSON.c.name == name))
        connection.execute(delete(SESSION).where(SESSION.c.person == name))
        connection.execute(delete(TOKEN).where(TOKEN.c.person == name))
        _enter(connection, entry)

    noted(home, write)


def open_session(home: Home, one: Session, entry: Entry, *, before: str | None) -> None:
    """Keeps a new session in the place of the one before; ended ones are forgotten."""

    def write(connection: Connection) -> None:
        connection.execute(delete(SESSION).where((SESSION.c.id == (before or "")) | (SESSION.c.ends_at < one.created_at)))
        connection.execute(insert(SESSION).values(**msgspec.structs.asdict(one)))
        _enter(connection, entry)

    noted(home, write)


def close_session(home: Home, number: str, entry: Entry) -> None:
    """Forgets a session."""

    def write(connection: Connection) -> None:
        connection.execute(delete(SESSION).where(SESSION.c.id == number))
        _enter(connection, entry)

    noted(home, write)


def signed_in(home: Home, number: str, now: str) -> tuple[str, str] | None:
    """The name and role of the person whose session this is, if it has not ended."""
    query = select(PERSON.c.name, PERSON.c.role).join(SESSION, SESSION.c.person == PERSON.c.name)
    query = query.where(SESSION.c.id == number, SESSION.c.ends_at > now)
    with home.engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.name, row.role)


def token_holder(home: Home, digest: str) -> tuple[str, str, str] | None:
    """The name and role of the person whose token this is, and the token's scope."""
    query = select(PERSON.c.name, PERSON.c.role, TOKEN.c.scope).join(TOKEN, TOKEN.c.person == PERSON.c.name).where(TOKEN.c.hash == digest)
    with home.engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.name, row.role, row.scope)


def keep_token(home: Home, one: Token, entry: Entry) -> None:
    """Keeps a new token."""

    def write(connection: Connection) -> None:
        connection.execute(insert(TOKEN).values(**msgspec.structs.asdict(one)))
        _enter(connection, entry)

    noted(home, write)


def tokens(home: Home, person_name: str | None = None) -> list[Token]:
    """Every token, or those of a person."""
    query = select(TOKEN).order_by(TOKEN.c.created_at)
    if person_name is not None:
        query = query.where(TOKEN.c.person == person_name)
    with home.engine.connect() as connection:
        return [_made(row, Token) for row in connection.execute(query)]


def remove_token(home: Home, number: str, entry: Entry) -> None:
    """Ends a token."""

    def write(connection: Connection) -> None:
        connection.execute(delete(TOKEN).where(TOKEN.c.id == number))
        _enter(connection, entry)

    noted(home, write)


def enter(home: Home, entry: Entry) -> None:
    """Adds a line to the audit trail."""
    noted(home, lambda connection: _enter(connection, entry))


def trail(home: Home, most: int) -> list[Entry]:
    """The audit trail, newest first."""
    with home.engine.connect() as connection:
        return [_made(row, Entry) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.id.desc()).limit(most))]


def keep_flag(home: Home, one: Flag, entry: Entry) -> None:
    """Keeps a flag."""

    def write(connection: Connection) -> None:
        connection.execute(insert(FLAG).values(**msgspec.structs.asdict(one)))
        _enter(connection, entry)

    noted(home, write)


def withdraw_flag(home: Home, number: str, now: str, entry: Entry) -> bool:
    """Marks a flag as withdrawn; whether there was one."""
    hit: list[int] = []

    def write(connection: Connection) -> None:
        query = update(FLAG).where(FLAG.c.id == number, FLAG.c.withdrawn_at.is_(None)).values(withdrawn_at=now, withdrawn_by=entry.who)
        hit.append(connection.execute(query).rowcount)
        _enter(connection, entry)

    noted(home, write)
    return bool(hit[0])


def flag_stamp(home: Home) -> str:
    """How many flags there are and were."""
    with home.engine.connect() as connection:
        row = connection.execute(select(func.count(), func.count(FLAG.c.withdrawn_at)).select_from(FLAG)).one()
    return f"{row[0]}-{row[1]}"


def flags(home: Home, record: str | None = None, *, also_withdrawn: bool = False) -> list[Flag]:
    """The flags that stand, of a record or of all, newest first."""
    query = select(FLAG).order_by(FLAG.c.flagged_at.desc(), FLAG.c.id)
    if record is not None:
        query = query.where(FLAG.c.record == record)
    if not also_withdrawn:
        query = query.where(FLAG.c.withdrawn_at.is_(None))
    with home.engine.connect() as connection:
        return [_made(row, Flag) for row in connection.execute(query)]


def _enter(connection: Connection, entry: Entry) -> None:
    connection.execute(insert(AUDIT).values(**msgspec.structs.asdict(entry)))


def _made(row: Row[tuple[object, ...]], shape: type[S]) -> S:
    return shape(**{name: row._mapping[name] for name in shape.__struct_fields__})

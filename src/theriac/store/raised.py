"""Events that no two versions of a record explain: what befell a live source (stale, recovered, other fields, a total that shrank).

Flows in: events, inside a commit's transaction. Flows out: the same events in the read index, beside those of records. They are kept in the
catalog, because nothing else could tell them again.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, insert, select

from theriac.flow.events import Event, event_id
from theriac.store.catalog import COMMIT
from theriac.store.home import Batch, Home
from theriac.store.live import Note
from theriac.store.live_tables import RAISED
from theriac.terms import EventKind

SOURCE = "source"
_encode = msgspec.msgpack.Encoder().encode


def source_event(kind: EventKind, source: str, seen: str, *, slot: str, old: str | None = None, new: str | None = None, path: str = "") -> Event:
    """An event about a source; the same kind, source and `slot` are the same event, told once."""
    record = f"{SOURCE}:{source}"
    number = event_id(record, kind, None, None, slot)
    return Event(id=number, kind=kind, record=record, old=old, new=new, seen=seen, happened=seen[:10], path=path, slot=slot)


def raising(event: Event) -> Note:
    """What keeps the event with the commit that is being made; an event that is there already stays as it is."""

    def note(connection: Connection) -> None:
        if connection.execute(select(RAISED.c.id).where(RAISED.c.id == event.id)).first() is None:
            number = connection.execute(select(func.max(COMMIT.c.id))).scalar_one()
            about = {"id": event.id, "commit_id": number, "kind": event.kind.value, "record": event.record, "seen": event.seen}
            connection.execute(insert(RAISED).values(**about, body=msgspec.json.encode(event).decode()))

    return note


def fresh(home: Home, events: Sequence[Event]) -> list[Event]:
    """Those of the events that are not kept yet."""
    if not events:
        return []
    with home.engine.connect() as connection:
        kept = {row.id for row in connection.execute(select(RAISED.c.id).where(RAISED.c.id.in_([event.id for event in events])))}
    return [event for event in events if event.id not in kept]


def newest(home: Home, source: str, *kinds: EventKind) -> Event | None:
    """The last event of these kinds about a source."""
    query = select(RAISED.c.body).where(RAISED.c.record == f"{SOURCE}:{source}", RAISED.c.kind.in_([kind.value for kind in kinds]))
    with home.engine.connect() as connection:
        row = connection.execute(query.order_by(RAISED.c.commit_id.desc(), RAISED.c.seen.desc())).first()
    return None if row is None else msgspec.json.decode(row.body, type=Event)


def tell_of(home: Home, events: Sequence[Event], moment: str, notes: Sequence[Note] = ()) -> None:
    """Makes a commit that brings these events, so that alerts hear of them."""
    with home.writer(moment) as writer:
        writer.commit(Batch(statements=[*notes, *(raising(event) for event in events)]), moment)


def unrecovered(home: Home, source: str) -> Event | None:
    """The event that told that the source is stale, where none has told since that it is well."""
    found = newest(home, source, EventKind.SOURCE_STALE, EventKind.SOURCE_RECOVERED)
    return found if found is not None and found.kind is EventKind.SOURCE_STALE else None


def take_in(home: Home) -> None:
    """Brings the read index to what the catalog holds."""
    with home.engine.connect() as connection:
        rows = connection.execute(select(RAISED).order_by(RAISED.c.commit_id)).all()
    db = home.index.db
    if db.execute("SELECT count(*) FROM event e JOIN record r ON r.id = e.record WHERE r.source = ?", (SOURCE,)).fetchone()[0] == len(rows):
        return
    with home.index.transaction() as db:
        for row in rows:
            event = msgspec.json.decode(row.body, type=Event)
            key = event.record.partition(":")[2]
            db.execute("INSERT OR IGNORE INTO record (source, key, tbl) VALUES (?, ?, '')", (SOURCE, key))
            db.execute(
                """INSERT OR IGNORE INTO event (id, record, kind, seen, happened, body, commit_id, fresh)
                   SELECT ?3, id, ?4, ?5, ?6, ?7, ?8, 1 FROM record WHERE source = ?1 AND key = ?2""",
                (SOURCE, key, event.id, event.kind.value, event.seen, event.happened, _encode(event), row.commit_id),
            )

"""What the catalog keeps of alerting, and its transactions: matches with their cursor, digests with their windows, attempts with their outcome.

Flows in: subscriptions, matched events, composed digests, outcomes. Flows out: the same, in the order that a run needs them. Each transaction may
be repeated after a crash without effect: a match is one row a subscription and event, a digest one row an id, and what is sent stays sent.
It matches, composes and delivers nothing itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Row, bindparam, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from theriac.errors import HomeError, UnknownName
from theriac.flow.occurrences import Occurrence
from theriac.flow.targets import Target, TargetKind
from theriac.flow.windows import Schedule, Window
from theriac.store.alert_tables import ALERT, ALERT_EVENT, DELIVERY, MATCH_CURSOR, OUTBOX, SUBSCRIPTION
from theriac.store.home import Home

CURSOR = "alerts"
ACTIVE, PAUSED, REMOVED = "active", "paused", "removed"
WAITING, SENT, DEAD, CANCELLED = "waiting", "sent", "dead", "cancelled"
_ADVISORY_LOCK = 0x616C_6572  # "aler": one number for everyone who runs the alerts of one PostgreSQL catalog
_SECRET_KINDS = (TargetKind.WEBHOOK, TargetKind.APPRISE)
_encode = msgspec.json.Encoder().encode
_occurrence = msgspec.json.Decoder(Occurrence)
_target = msgspec.json.Decoder(Target)
_targets = msgspec.json.Decoder(tuple[Target, ...])
_schedule = msgspec.json.Decoder(Schedule)


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Who watches what, how often, and where it goes.

    `bound` is the rule with its names resolved; events of commits up to `after_commit` are history to it; windows that ended by `closed_until`
    have been told and are not told again.
    """

    id: str
    rule: str
    bound: str
    schedule: Schedule
    targets: tuple[Target, ...]
    also_when_nothing: bool
    state: str
    owner: str
    token: str
    after_commit: int
    closed_until: str
    created_at: str
    updated_at: str


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One digest for one target, as it stands in the outbox."""

    id: str
    subscription: str
    target: Target
    window: str
    digest: str
    payload: str
    items: int
    composed_at: str
    state: str = WAITING
    attempts: int = 0
    next_attempt: str
    sent_at: str | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver one digest."""

    outbox: str
    subscription: str
    target: Target
    window: str
    items: int
    state: str
    attempt: int
    at: str
    outcome: str
    detail: str


class Waiting(msgspec.Struct, frozen=True):
    """One alert that no digest has told yet."""

    known: str
    event: Occurrence


@contextmanager
def running(home: Home, patience: float = 600.0) -> Iterator[None]:
    """Holds the lock of whoever matches, composes and delivers; a crash gives it back. HomeError where another holds it for too long."""
    lock = FileLock(home.folder / "alerts.lock")
    try:
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise HomeError(f"another process has been sending the alerts of {home.folder} for too long; stop it, or try again later") from error
    try:
        with _between_machines(home):
            yield
    finally:
        lock.release()


@contextmanager
def _between_machines(home: Home) -> Iterator[None]:
    if home.engine.dialect.name != "postgresql":
        yield
        return
    with home.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            connection.rollback()


def keep(home: Home, one: Subscription) -> None:
    """Stores a subscription, new or changed. The first one begins the match cursor at its own commit.

    How far a known one has been told is not touched: a run may have moved on since it was read.
    """
    row = {**_fields(one), "schedule": _encode(one.schedule).decode(), "targets": _encode([_sealed(home, target) for target in one.targets]).decode()}
    again = {name: value for name, value in row.items() if name not in ("id", "after_commit", "closed_until", "created_at", "token")}
    with home.engine.begin() as connection:
        changed = connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == one.id).values(**again))
        if not changed.rowcount:
            connection.execute(_insert(connection, SUBSCRIPTION), [row])
            _put(connection, MATCH_CURSOR, [{"name": CURSOR, "commit_id": one.after_commit, "matched_at": one.created_at}])


def remove(home: Home, one: Subscription, now: str) -> None:
    """Ends a subscription: what it waits for is dropped, what was sent stays on record, its secrets go."""
    ended = {"state": REMOVED, "updated_at": now, "token": "", "targets": _encode([target.bare() for target in one.targets]).decode()}
    with home.engine.begin() as connection:
        connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == one.id).values(**ended))
        connection.execute(delete(ALERT).where(ALERT.c.subscription == one.id, ALERT.c.window == ""))
        connection.execute(update(OUTBOX).where(OUTBOX.c.subscription == one.id, OUTBOX.c.state.in_((WAITING, DEAD))).values(state=CANCELLED))
        told = connection.execute(select(OUTBOX.c.id, OUTBOX.c.target).where(OUTBOX.c.subscription == one.id)).all()
        bare = [{"row": row.id, "bare": _encode(_opened(home, _target.decode(row.target)).bare()).decode()} for row in told]
        if bare:
            connection.execute(update(OUTBOX).where(OUTBOX.c.id == bindparam("row")).values(target=bindparam("bare"), payload=""), bare)


def subscriptions(home: Home, *, owner: str | None = None) -> list[Subscription]:
    """The subscriptions that were not removed, oldest first."""
    query = select(SUBSCRIPTION).where(SUBSCRIPTION.c.state != REMOVED).order_by(SUBSCRIPTION.c.created_at, SUBSCRIPTION.c.id)
    if owner is not None:
        query = query.where(SUBSCRIPTION.c.owner == owner)
    with home.engine.connect() as connection:
        return [_subscription(home, row) for row in connection.execute(query)]


def subscription(home: Home, number: str) -> Subscription:
    """One subscription by its id; UnknownName where there is none."""
    return _one(home, SUBSCRIPTION.c.id, number)


def subscription_of_token(home: Home, token: str) -> Subscription:
    """The subscription whose private name this is (in an unsubscribe link, or of a feed); UnknownName where there is none."""
    return _one(home, SUBSCRIPTION.c.token, token)


def _one(home: Home, column: Any, value: str) -> Subscription:
    with home.engine.connect() as connection:
        row = connection.execute(select(SUBSCRIPTION).where(column == value, SUBSCRIPTION.c.state != REMOVED)).first()
    if row is None:
        raise UnknownName("there is no such alert; `theriac alert list` shows all of them")
    return _subscription(home, row)


def cursor(home: Home) -> int | None:
    """The last commit whose events were matched; None where nobody has subscribed to anything yet."""
    with home.engine.connect() as connection:
        row = connection.execute(select(MATCH_CURSOR.c.commit_id).where(MATCH_CURSOR.c.name == CURSOR)).first()
    return None if row is None else int(row.commit_id)


def keep_matches(home: Home, matches: Sequence[tuple[Occurrence, Sequence[str]]], before: int, after: int, now: str) -> bool:
    """Makes alerts and cursor visible together; False where another run has moved the cursor meanwhile, and then nothing was changed."""
    events = [{"id": event.id, "body": _encode(event).decode()} for event, numbers in matches if numbers]
    alerts = [{"subscription": number, "event": event.id, "known": event.known, "window": ""} for event, numbers in matches for number in numbers]
    with home.engine.begin() as connection:
        moved = connection.execute(
            update(MATCH_CURSOR).where(MATCH_CURSOR.c.name == CURSOR, MATCH_CURSOR.c.commit_id == before).values(commit_id=after, matched_at=now)
        )
        if not moved.rowcount:
            return False
        _put(connection, ALERT_EVENT, events)
        _put(connection, ALERT, alerts)
        home.checkpoint("alerts matched, not committed")
    home.checkpoint("alerts committed")
    return True


def with_waiting(home: Home) -> set[str]:
    """The active subscriptions that have something to tell, or want to be told of nothing too."""
    waiting = select(ALERT.c.subscription).where(ALERT.c.window == "").distinct()
    quiet = select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.also_when_nothing, SUBSCRIPTION.c.state == ACTIVE)
    with home.engine.connect() as connection:
        return {row[0] for query in (waiting, quiet) for row in connection.execute(query)}


def waiting(home: Home, number: str) -> list[Waiting]:
    """The alerts of a subscription that no digest has told yet."""
    query = (
        select(ALERT.c.known, ALERT_EVENT.c.body)
        .join(ALERT_EVENT, ALERT_EVENT.c.id == ALERT.c.event)
        .where(ALERT.c.window == "", ALERT.c.subscription == number)
        .order_by(ALERT.c.known, ALERT.c.event)
    )
    with home.engine.connect() as connection:
        return [Waiting(row.known, _occurrence.decode(row.body)) for row in connection.execute(query)]


def keep_digest(home: Home, number: str, window: Window, closed_until: str, events: Iterable[str], outgoing: Sequence[Outgoing]) -> None:
    """Gives alerts their window, puts the digests into the outbox and closes the window, all together."""
    told = [{"s": number, "e": event} for event in events]
    rows = [{**_fields(one), "target": _encode(_sealed(home, one.target)).decode()} for one in outgoing]
    with home.engine.begin() as connection:
        connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == number).values(closed_until=closed_until))
        for start in range(0, len(told), 500):
            some = [one["e"] for one in told[start : start + 500]]
            connection.execute(update(ALERT).where(ALERT.c.subscription == number, ALERT.c.event.in_(some)).values(window=window.id))
        _put(connection, OUTBOX, rows)
        home.checkpoint("digest composed, not committed")
    home.checkpoint("digest committed")


def due(home: Home, now: str, most: int) -> list[Outgoing]:
    """The digests to deliver now, those that wait longest first; none of a paused subscription."""
    query = (
        select(OUTBOX)
        .join(SUBSCRIPTION, SUBSCRIPTION.c.id == OUTBOX.c.subscription)
        .where(OUTBOX.c.state == WAITING, OUTBOX.c.next_attempt <= now, SUBSCRIPTION.c.state == ACTIVE)
        .order_by(OUTBOX.c.next_attempt, OUTBOX.c.id)
        .limit(most)
    )
    with home.engine.connect() as connection:
        return [_outgoing(home, row._mapping) for row in connection.execute(query)]


def keep_attempt(home: Home, one: Outgoing, now: str, said: str, *, state: str, next_attempt: str) -> None:
    """Notes an attempt and what becomes of the digest: sent, waiting for the next attempt, or dead."""
    attempt = one.attempts + 1
    values: dict[str, object] = {"attempts": attempt, "state": state, "next_attempt": next_attempt}
    if state == SENT:
        values["sent_at"] = now
    row = {"outbox": one.id, "attempt": attempt, "at": now, "outcome": "sent" if state == SENT else "failed", "detail": said}
    with home.engine.begin() as connection:
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == one.id).values(**values))
        connection.execute(_insert(connection, DELIVERY), [row])
        home.checkpoint("marked, not committed")
    home.checkpoint("marked")


def revive(home: Home, number: str, now: str) -> int:
    """Gives dead digests (one, or all of a subscription) another round of attempts; how many there were."""
    chosen = (OUTBOX.c.id == number) | (OUTBOX.c.subscription == number)
    with home.engine.begin() as connection:
        found = connection.execute(update(OUTBOX).where(chosen, OUTBOX.c.state == DEAD).values(state=WAITING, attempts=0, next_attempt=now))
        return found.rowcount


def told(home: Home, number: str, most: int, target: Target | None = None) -> list[Outgoing]:
    """The digests of a subscription, newest first, those that were sent or wait to be."""
    query = select(OUTBOX).where(OUTBOX.c.subscription == number).order_by(OUTBOX.c.composed_at.desc(), OUTBOX.c.window.desc(), OUTBOX.c.id)
    with home.engine.connect() as connection:
        found = (_outgoing(home, row._mapping) for row in connection.execute(query))
        kept = [one for one in found if target is None or one.target == target]
    return kept[:most]


def attempts(
    home: Home, most: int, *, number: str | None = None, state: str | None = None, owner: str | None = None, standing: bool = False
) -> list[Attempt]:
    """Every attempt, newest first; of one subscription, of one owner's, of those not ended, or of digests in one state (`dead`)."""
    query = select(DELIVERY, OUTBOX).join(OUTBOX, OUTBOX.c.id == DELIVERY.c.outbox).order_by(DELIVERY.c.id.desc()).limit(most)
    if number is not None:
        query = query.where(OUTBOX.c.subscription == number)
    if state is not None:
        query = query.where(OUTBOX.c.state == state)
    if owner is not None or standing:
        query = query.join(SUBSCRIPTION, SUBSCRIPTION.c.id == OUTBOX.c.subscription).where(SUBSCRIPTION.c.state != REMOVED)
    if owner is not None:
        query = query.where(SUBSCRIPTION.c.owner == owner)
    with home.engine.connect() as connection:
        return [_attempt(home, row) for row in connection.execute(query)]


def counts(home: Home) -> dict[str, dict[str, int]]:
    """How many digests of each subscription are in each state."""
    query = select(OUTBOX.c.subscription, OUTBOX.c.state, func.count()).group_by(OUTBOX.c.subscription, OUTBOX.c.state)
    found: dict[str, dict[str, int]] = {}
    with home.engine.connect() as connection:
        for number, state, count in connection.execute(query):
            found.setdefault(number, {})[state] = count
    return found


def _fields(one: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


def _sealed(home: Home, target: Target) -> Target:
    """The target as it is kept: what would let anybody deliver in our name, or post to somebody's address, is sealed."""
    if target.kind not in _SECRET_KINDS:
        return target
    return Target(target.kind, home.seal.closed(target.address), home.seal.closed(target.secret))


def _opened(home: Home, target: Target) -> Target:
    """The target as it was given; without its address where the home lost its key."""
    if target.kind not in _SECRET_KINDS:
        return target
    return Target(target.kind, home.seal.opened(target.address), home.seal.opened(target.secret))


def _subscription(home: Home, row: Row[Any]) -> Subscription:
    fields = dict(row._mapping)
    targets = tuple(_opened(home, one) for one in _targets.decode(row.targets))
    return Subscription(**{**fields, "schedule": _schedule.decode(row.schedule), "targets": targets})


def _outgoing(home: Home, row: Mapping[Any, Any]) -> Outgoing:
    fields = {name: row[OUTBOX.c[name]] for name in Outgoing.__struct_fields__}
    return Outgoing(**{**fields, "target": _opened(home, _target.decode(fields["target"]))})


def _attempt(home: Home, row: Row[Any]) -> Attempt:
    fields = row._mapping
    return Attempt(
        outbox=fields[OUTBOX.c.id],
        subscription=fields[OUTBOX.c.subscription],
        target=_opened(home, _target.decode(fields[OUTBOX.c.target])),
        window=fields[OUTBOX.c.window],
        items=fields[OUTBOX.c["items"]],
        state=fields[OUTBOX.c.state],
        attempt=fields[DELIVERY.c.attempt],
        at=fields[DELIVERY.c.at],
        outcome=fields[DELIVERY.c.outcome],
        detail=fields[DELIVERY.c.detail],
    )


def _insert(connection: Connection, table: Any) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _put(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts what is not there yet; rows that are there stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))

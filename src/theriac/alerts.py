"""Set Alert as people use it: rules added, listed, changed, paused, removed, and tested against history.

Flows in: a home, what a person asked for, and the present moment as text. Flows out: subscriptions, backtests and deliveries as the doors show
them. It matches and sends nothing itself (`alert_run` does), asks no clock and opens no socket.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from theriac.alert_run import digest_of, watched
from theriac.errors import UserError
from theriac.flow.digests import Digest, Subject, digest
from theriac.flow.occurrences import Occurrence
from theriac.flow.rule_branches import Choice, required
from theriac.flow.rule_language import parse_rule
from theriac.flow.rules import Resolve, bound, explained, restored, satisfies, stored
from theriac.flow.targets import Target, TargetKind, read_target
from theriac.flow.webhooks import new_secret
from theriac.flow.windows import Every, Schedule, Window, moment, read_schedule, window_of, written
from theriac.store import alerts as kept
from theriac.store.alerts import Subscription
from theriac.store.home import Home
from theriac.views import View

History = Callable[[str, tuple[Choice, ...]], Iterable[Occurrence]]
"""The stored events seen since a date; the choices are what every event that can match must have, and may be used to look at fewer."""


class AlertLine(View, frozen=True):
    """One subscription as lists show it; no secret is in it."""

    id: str
    rule: str
    sentence: str
    schedule: str
    targets: list[str]
    also_when_nothing: bool
    state: str
    owner: str
    created: str
    told_until: str
    digests: dict[str, int]


class AlertAdded(View, frozen=True):
    """A new subscription, with what only its owner is shown, once: the webhooks' signing secret and the feed's private name."""

    alert: AlertLine
    signing_secrets: dict[str, str]
    feed: str | None


class Month(View, frozen=True):
    """What one month of a backtest holds."""

    month: str
    digests: int
    items: int


class Backtest(View, frozen=True):
    """What a rule would have sent over the stored history."""

    rule: str
    sentence: str
    schedule: str
    since: str
    looked_at: int
    matched: int
    months: list[Month]
    digests: list[Digest]


class DeliveryLine(View, frozen=True):
    """One attempt to deliver one digest."""

    digest: str
    alert: str
    target: str
    window: str
    items: int
    state: str
    attempt: int
    at: str
    outcome: str
    detail: str


def add(
    home: Home,
    rule: str,
    *,
    now: str,
    resolve: Resolve,
    sources: Collection[str],
    every: str = "day",
    at: str | None = None,
    on: str | None = None,
    tz: str | None = None,
    to: Sequence[str] = ("feed",),
    also_when_nothing: bool = False,
    owner: str = "",
) -> AlertAdded:
    """A new subscription, which hears of everything that becomes known from now on."""
    schedule = read_schedule(every, at=at, on=on, tz=tz)
    if also_when_nothing and schedule.every is Every.NOW:
        raise UserError("--also-when-nothing needs windows; use it with --every day, week or month")
    term = bound(parse_rule(rule), resolve, sources)
    token = secrets.token_urlsafe(24)
    one = Subscription(
        id=f"al-{secrets.token_hex(6)}",
        rule=rule.strip(),
        bound=stored(term),
        schedule=schedule,
        targets=_targets(to, token),
        also_when_nothing=also_when_nothing,
        state=kept.ACTIVE,
        owner=owner,
        token=token,
        after_commit=home.head(),
        closed_until=now,
        created_at=now,
        updated_at=now,
    )
    kept.keep(home, one)
    return _added(one)


def listed(home: Home, *, owner: str | None = None) -> list[AlertLine]:
    """All subscriptions, of one owner or of everybody."""
    counts = kept.counts(home)
    return [_line(one, counts.get(one.id, {})) for one in kept.subscriptions(home, owner=owner)]


def shown(home: Home, number: str) -> AlertLine:
    """One subscription."""
    return _line(kept.subscription(home, number), kept.counts(home).get(number, {}))


def explain(rule: str, *, resolve: Resolve, sources: Collection[str]) -> str:
    """The rule as a sentence, with its names as they are resolved today."""
    return explained(bound(parse_rule(rule), resolve, sources))


def feed_name(home: Home, number: str) -> str | None:
    """The private name under which a subscription's feed is had; None where it goes elsewhere."""
    one = kept.subscription(home, number)
    return one.token if any(target.kind is TargetKind.FEED for target in one.targets) else None


def digests_of(home: Home, number: str, most: int = 50) -> list[Digest]:
    """The digests of a subscription, newest first, each window once, without the link that only its reader has."""
    found = {one.window: one for one in kept.told(home, number, most * 4)}
    return [msgspec.structs.replace(digest_of(one), unsubscribe=None) for one in list(found.values())[:most]]


def edit(
    home: Home,
    number: str,
    *,
    now: str,
    resolve: Resolve,
    sources: Collection[str],
    rule: str | None = None,
    every: str | None = None,
    at: str | None = None,
    on: str | None = None,
    tz: str | None = None,
    to: Sequence[str] | None = None,
    also_when_nothing: bool | None = None,
) -> AlertAdded:
    """The subscription with what was given changed; what waits already is told in the new schedule's windows."""
    one = kept.subscription(home, number)
    changes: dict[str, object] = {"updated_at": now}
    if rule is not None:
        changes |= {"rule": rule.strip(), "bound": stored(bound(parse_rule(rule), resolve, sources))}
    if any(option is not None for option in (every, at, on, tz)):
        changes["schedule"] = _rescheduled(one.schedule, every, at, on, tz)
    if to is not None:
        changes["targets"] = _targets(to, one.token, one.targets)
    if also_when_nothing is not None:
        changes["also_when_nothing"] = also_when_nothing
    changed = msgspec.structs.replace(one, **changes)
    if changed.also_when_nothing and changed.schedule.every is Every.NOW:
        raise UserError("--also-when-nothing needs windows; use it with --every day, week or month")
    kept.keep(home, changed)
    return _added(changed)


def pause(home: Home, number: str, *, now: str) -> AlertLine:
    """The subscription, silent from now on; what it would tell is kept for when it goes on."""
    return _with_state(home, number, kept.PAUSED, now)


def resume(home: Home, number: str, *, now: str) -> AlertLine:
    """The subscription, going on with the windows that the pause left out."""
    return _with_state(home, number, kept.ACTIVE, now)


def remove(home: Home, number: str, *, now: str) -> None:
    """Ends a subscription; UnknownName where there is none."""
    kept.remove(home, kept.subscription(home, number), now)


def unsubscribe(home: Home, token: str, *, now: str) -> AlertLine:
    """The subscription whose private name a mail's one-click link carries, ended; UnknownName where it was ended before."""
    one = kept.subscription_of_token(home, token)
    kept.remove(home, one, now)
    return _line(msgspec.structs.replace(one, state=kept.REMOVED), kept.counts(home).get(one.id, {}))


def backtest(
    rule: str,
    history: History,
    *,
    resolve: Resolve,
    sources: Collection[str],
    since: str = "1900",
    every: str = "month",
    at: str | None = None,
    on: str | None = None,
    tz: str | None = None,
    site: str | None = None,
) -> Backtest:
    """What the rule would have sent had it stood since then: events are placed by when they were seen, in the windows of the schedule."""
    schedule = read_schedule(every, at=at, on=on, tz=tz)
    term = bound(parse_rule(rule), resolve, sources)
    looked = 0
    windows: dict[Window, list[Occurrence]] = {}
    for event in history(since, required(term)):
        looked += 1
        if event.seen >= since and satisfies(term, event):
            seen = moment(event.seen)
            windows.setdefault(window_of(seen, schedule), []).append(msgspec.structs.replace(event, known=written(seen)))
    subject = Subject(
        subscription="backtest", target="backtest", rule=rule, sentence=explained(term), schedule=schedule.said(), watched=watched(term), site=site
    )
    digests = [made for window in sorted(windows) if (made := digest(subject, window, windows[window]))]
    return Backtest(
        rule=rule,
        sentence=explained(term),
        schedule=schedule.said(),
        since=since,
        looked_at=looked,
        matched=sum(map(len, windows.values())),
        months=_months(digests),
        digests=digests,
    )


def deliveries(
    home: Home, *, alert: str | None = None, state: str | None = None, owner: str | None = None, standing: bool = False, most: int = 100
) -> list[DeliveryLine]:
    """Every attempt, newest first; with `state="dead"` the dead letters; of one owner's alerts that stand, or of all that do."""
    return [
        DeliveryLine(
            digest=one.outbox,
            alert=one.subscription,
            target=one.target.shown,
            window=one.window,
            items=one.items,
            state=one.state,
            attempt=one.attempt,
            at=one.at,
            outcome=one.outcome,
            detail=one.detail,
        )
        for one in kept.attempts(home, most, number=alert, state=state, owner=owner, standing=standing)
    ]


def revive(home: Home, number: str, *, now: str) -> int:
    """Puts dead letters, one digest's or all of an alert, back into the outbox; gives how many. UserError where there is none."""
    found = kept.revive(home, number, now)
    if not found:
        raise UserError(f"{number!r} names no digest that was given up; `theriac deliveries --state dead` lists them")
    return found


def _targets(to: Sequence[str], token: str, before: Sequence[Target] = ()) -> tuple[Target, ...]:
    """The targets as read, each once; one that was there keeps its secret."""
    if not to:
        raise UserError("an alert needs somewhere to go; give --to mailto:ADDRESS, https://…, feed or folder:NAME")
    known = {target.id: target for target in before}
    found = {}
    for text in to:
        target = read_target(text, new_secret(secrets.token_bytes(32)), token)
        found[target.id] = known.get(target.id, target)
    return tuple(found.values())


def _rescheduled(schedule: Schedule, every: str | None, at: str | None, on: str | None, tz: str | None) -> Schedule:
    same = every is None or every == schedule.every
    chosen = every or schedule.every.value
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    before_on = {Every.WEEK: days[schedule.on % 7], Every.MONTH: str(schedule.on)}.get(schedule.every) if same else None
    before_at = None if chosen == Every.NOW or schedule.every is Every.NOW else schedule.at
    return read_schedule(chosen, at=at or before_at, on=on or before_on, tz=tz or schedule.zone)


def _with_state(home: Home, number: str, state: str, now: str) -> AlertLine:
    one = msgspec.structs.replace(kept.subscription(home, number), state=state, updated_at=now)
    kept.keep(home, one)
    return shown(home, number)


def _added(one: Subscription) -> AlertAdded:
    signing = {target.shown: target.secret for target in one.targets if target.kind is TargetKind.WEBHOOK}
    has_feed = any(target.kind is TargetKind.FEED for target in one.targets)
    return AlertAdded(alert=_line(one, {}), signing_secrets=signing, feed=one.token if has_feed else None)


def _line(one: Subscription, counts: dict[str, int]) -> AlertLine:
    return AlertLine(
        id=one.id,
        rule=one.rule,
        sentence=explained(restored(one.bound)),
        schedule=one.schedule.said(),
        targets=[target.shown for target in one.targets],
        also_when_nothing=one.also_when_nothing,
        state=one.state,
        owner=one.owner,
        created=one.created_at,
        told_until=one.closed_until,
        digests=counts,
    )


def _months(digests: Sequence[Digest]) -> list[Month]:
    sent: Counter[str] = Counter(one.window_end[:7] for one in digests)
    items: Counter[str] = Counter()
    for one in digests:
        items[one.window_end[:7]] += one.items
    return [Month(month=month, digests=sent[month], items=items[month]) for month in sorted(sent)]

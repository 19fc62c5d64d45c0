"""What is due of the alerts: match, compose, deliver, in that order, each step safe to repeat after any crash.

Flows in: a home, a source of events, a carrier, and the present moment as text. Flows out: alerts and their cursor, digests and their windows,
digests marked sent once their transport said yes, and the run in numbers. It asks no clock and opens no socket itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec

from theriac.delivery import Carrier, Parcel
from theriac.flow.digest_faces import as_json
from theriac.flow.digest_feed import as_atom
from theriac.flow.digests import Digest, Freshness, Subject, digest
from theriac.flow.mail import as_mail
from theriac.flow.matching import RuleIndex
from theriac.flow.occurrences import Occurrence
from theriac.flow.rules import Is, Term, explained, leaves, present, restored
from theriac.flow.targets import Target, TargetKind
from theriac.flow.webhooks import as_webhook
from theriac.flow.windows import Window, last_closed, moment, placed, written
from theriac.store import alerts as kept
from theriac.store.alerts import Outgoing, Subscription
from theriac.store.home import Home
from theriac.views import View

# The Standard Webhooks convention's own delays; the last attempt is made a little more than three days after the first.
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
MATCHED_TOGETHER, DELIVERED_TOGETHER, IN_FEED = 5_000, 1_000, 50

Events = Callable[[int], Iterable[Occurrence]]
"""The stored events of commits after the given one, commit by commit, as alerts see them."""


class Postage(msgspec.Struct, frozen=True):
    """What every digest is sent with: the mail's sender, and where our own pages are, if anywhere."""

    sender: str = "Theriac <theriac@localhost>"
    site: str | None = None


class AlertRun(View, frozen=True):
    """What one run did."""

    commits_to: int
    events: int
    alerts: int
    digests: int
    sent: int
    failed: int
    dead: int


def run(
    home: Home,
    events: Events,
    carrier: Carrier,
    *,
    now: str,
    freshness: Sequence[Freshness] = (),
    postage: Postage | None = None,
    now_called: Callable[[str], str] = str,
) -> AlertRun:
    """Does what is due: matches new commits, composes the windows that are over, delivers what waits. Safe to repeat after any crash.

    `now_called` gives the present id of an entity, so that merged entities keep their alerts.
    """
    now = written(moment(now))
    with kept.running(home):
        commits_to, looked, alerts = _match(home, events, now, now_called)
        composed = _compose(home, now, freshness, postage or Postage())
        sent, failed, dead = _deliver(home, carrier, now, postage or Postage())
    return AlertRun(commits_to=commits_to, events=looked, alerts=alerts, digests=composed, sent=sent, failed=failed, dead=dead)


def feed(home: Home, token: str, *, site: str | None = None) -> bytes:
    """The private Atom feed of that name, as it is now; UnknownName where there is none."""
    one = kept.subscription_of_token(home, token)
    found = {item.window: item for item in kept.told(home, one.id, IN_FEED * 4)}
    here = f"{site.rstrip('/')}/feeds/alerts/{token}.atom" if site else None
    page = f"{site.rstrip('/')}/alerts/{one.id}" if site else None
    return as_atom(one.id, f"Theriac: {one.rule}", [digest_of(item) for item in list(found.values())[:IN_FEED]], here=here, page=page)


def _match(home: Home, events: Events, now: str, now_called: Callable[[str], str]) -> tuple[int, int, int]:
    """Matches the events of commits that no run has matched yet, some commits at a time."""
    before = kept.cursor(home)
    if before is None:
        return 0, 0, 0
    watching = kept.subscriptions(home)
    index = RuleIndex((number, present(restored(one.bound), now_called)) for number, one in enumerate(watching))
    looked = found = 0
    for commit, lot in _lots(events(before), before):
        fresh = [event for event in lot if event.fresh]
        matched = index.match(fresh)
        matches = [
            (event, [watching[n].id for n in matched.of(place) if event.commit > watching[n].after_commit]) for place, event in enumerate(fresh)
        ]
        if not kept.keep_matches(home, matches, before, commit, now):
            break
        before, looked, found = commit, looked + len(lot), found + sum(len(numbers) for _, numbers in matches)
    return before, looked, found


def _lots(events: Iterable[Occurrence], before: int) -> Iterator[tuple[int, list[Occurrence]]]:
    """Whole commits, several together where they are small, with the last commit of each lot."""
    lot: list[Occurrence] = []
    last = before
    for event in events:
        if event.commit <= before:
            continue
        if event.commit != last and len(lot) >= MATCHED_TOGETHER:
            yield last, lot
            lot = []
        lot.append(event)
        last = event.commit
    if lot:
        yield last, lot


def _compose(home: Home, now: str, freshness: Sequence[Freshness], postage: Postage) -> int:
    wanted = kept.with_waiting(home)
    return sum(_compose_one(home, one, now, freshness, postage) for one in kept.subscriptions(home) if one.id in wanted and one.state == kept.ACTIVE)


def _compose_one(home: Home, one: Subscription, now: str, freshness: Sequence[Freshness], postage: Postage) -> int:
    """Composes the windows of a subscription that are over: each alert in the window it became known in, or the next after what was told."""
    closed, present_moment = moment(one.closed_until), moment(now)
    windows: dict[Window, list[Occurrence]] = {}
    for alert in kept.waiting(home, one.id):
        windows.setdefault(placed(moment(alert.known), closed, one.schedule), []).append(alert.event)
    if one.also_when_nothing:
        last = last_closed(present_moment, one.schedule)
        if last.end > closed:
            windows.setdefault(last, [])
    composed = 0
    for window in sorted(windows):
        if window.end <= present_moment:
            made = _outgoing(one, window, windows[window], freshness, postage, now)
            closed = max(closed, window.end)
            kept.keep_digest(home, one.id, window, written(closed), [event.id for event in windows[window]], made)
            composed += len(made)
    return composed


def _outgoing(
    one: Subscription, window: Window, events: Sequence[Occurrence], freshness: Sequence[Freshness], postage: Postage, now: str
) -> list[Outgoing]:
    """The digest of a window for each target, in the bytes that will travel at every attempt."""
    term = restored(one.bound)
    site = postage.site.rstrip("/") if postage.site else None
    made = []
    for target in one.targets:
        subject = Subject(
            subscription=one.id,
            target=target.id,
            rule=one.rule,
            sentence=explained(term),
            schedule=one.schedule.said(),
            watched=watched(term),
            also_when_nothing=one.also_when_nothing,
            site=site,
            unsubscribe=f"{site}/unsubscribe/{one.token}" if site else None,
        )
        told = digest(subject, window, events, freshness)
        if told is not None:
            made.append(
                Outgoing(
                    id=told.id,
                    subscription=one.id,
                    target=target,
                    window=window.id,
                    digest=as_json(told),
                    payload=_payload(told, target, postage),
                    items=told.items,
                    composed_at=now,
                    next_attempt=now,
                )
            )
    return made


def _payload(told: Digest, target: Target, postage: Postage) -> str:
    if target.kind is TargetKind.MAIL:
        return as_mail(told, postage.sender, target.address)
    if target.kind is TargetKind.WEBHOOK:
        return as_webhook(told)
    return "" if target.kind is TargetKind.FEED else as_json(told)


def _deliver(home: Home, carrier: Carrier, now: str, postage: Postage) -> tuple[int, int, int]:
    """Delivers what waits, and marks each digest only after its transport has answered."""
    counts: Counter[str] = Counter()
    for one in kept.due(home, now, DELIVERED_TOGETHER):
        payload = one.payload if one.target.kind is not TargetKind.FEED else feed(home, one.target.secret, site=postage.site).decode()
        home.checkpoint("before delivery")
        outcome = carrier.deliver(Parcel(id=one.id, target=one.target, payload=payload, timestamp=int(moment(now).timestamp())))
        home.checkpoint("delivered, not marked")
        state, following = _state_after(one, now, sent=outcome.sent)
        kept.keep_attempt(home, one, now, outcome.said, state=state, next_attempt=following)
        counts[state] += 1
    return counts[kept.SENT], counts[kept.WAITING], counts[kept.DEAD]


def _state_after(one: Outgoing, now: str, *, sent: bool) -> tuple[str, str]:
    if sent:
        return kept.SENT, now
    if one.attempts >= len(RETRIES):
        return kept.DEAD, now
    return kept.WAITING, written(moment(now) + RETRIES[one.attempts])


def digest_of(one: Outgoing) -> Digest:
    """The digest that stands in the outbox."""
    return msgspec.json.decode(one.digest, type=Digest)


def watched(term: Term) -> frozenset[str]:
    """The drugs that a rule names."""
    return frozenset(value.id for leaf in leaves(term) if isinstance(leaf, Is) and leaf.field == "drug" for value in leaf.values)

"""Keeps a home current: syncs what is asked for or due, follows names, and says how fresh each source is.

Flows in: a home, settings, a clock. Flows out: passes over live sources, alerts after each, the freshness ledger. It decides when nothing is
asked: `schedule.py` does.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from theriac.errors import UserError
from theriac.flow.cadence import LastAttempt, cadences, is_stale, quantile
from theriac.flow.keys import name_key
from theriac.flow.registry import Entity
from theriac.http import Client, Clock, user_agent
from theriac.live import FETCHERS
from theriac.live.base import Names
from theriac.settings import VERSION, Settings
from theriac.store import ledger, live, raised
from theriac.store.home import Home
from theriac.store.live import Follow
from theriac.sync import FAILED, SourceRun, Sync, SyncProgress, Wanted
from theriac.terms import Cadence, EntityKind, EventKind, NameKind
from theriac.views import SourceLine

LAGS_OF = 2_000
Called = Names
_TOLD_BY = (NameKind.INN, NameKind.GENERIC, NameKind.SUBSTANCE, NameKind.BRAND, NameKind.CODE)
_NAMES_ASKED = 8


class SyncReport(msgspec.Struct, kw_only=True):
    """What a sync did (`sync --json`)."""

    sources: list[SourceRun]
    notices: list[str] = []

    @property
    def failed(self) -> bool:
        """Whether any source could not be asked."""
        return any(run.outcome == FAILED for run in self.sources)


class Planned(msgspec.Struct, frozen=True):
    """One pass as `sync --dry-run` tells it."""

    source: str
    name: str | None
    depth: str
    asks: list[str]


class Keeper:
    """What keeps one home current; `names_of` knows what a drug is called, `after` is called after each source's pass."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        clock: Clock,
        now: Callable[[], str],
        *,
        names_of: Callable[[str], Names],
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self.home = home
        self.settings = settings
        self.clock = clock
        self.now = now
        self.names_of = names_of
        self.after = after
        self.cadences = cadences(settings.cadence, {fetcher.name: fetcher.cadence for fetcher in FETCHERS})

    def client(self, tell: Callable[[str], None] = lambda _: None) -> Client:
        """A client with every live host's rate."""
        return Client(
            clock=self.clock,
            agent=user_agent(VERSION, self.settings.contact),
            mirror=self.settings.mirror,
            rates={fetcher.host: fetcher.rate for fetcher in FETCHERS},
            cap=self.settings.rate,
            tell=tell,
        )

    def sync(
        self,
        sources: Sequence[str] = (),
        *,
        drug: str | None = None,
        full: str | None = None,
        tell: Callable[[SyncProgress], None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
        client: Client | None = None,
    ) -> SyncReport:
        """Asks what is wanted, source after source; a source that fails does not stop the others. Alerts run after each."""
        report = SyncReport(sources=[], notices=[])
        with client or self.client(say) as asker:
            sync = Sync(self.home, self.settings, asker, self.now, tell=tell, waiting=say)
            wanted = self._wanted(sync, sources, drug, full)
            if not wanted:
                report.notices.append(f"{', '.join(sources) or 'nothing'}: too large to mirror unasked, and no name is followed; {_NEXT}")
            for one in wanted:
                report.sources.append(sync.run(one))
                self.after()
        return report

    def plan(self, sources: Sequence[str] = (), *, drug: str | None = None, full: str | None = None) -> list[Planned]:
        """What `sync` would ask; asks nothing."""
        with self.client() as asker:
            sync = Sync(self.home, self.settings, asker, self.now)
            wanted = self._wanted(sync, sources, drug, full)
            return [Planned(one.fetcher.name, one.names.first if one.names else None, one.depth, sync.plan(one)) for one in wanted]

    def _wanted(self, sync: Sync, sources: Sequence[str], drug: str | None, full: str | None) -> list[Wanted]:
        if full is not None:
            if sources or drug:
                raise UserError("--full takes one source and nothing beside it: theriac sync --full ctgov")
            return sync.full(full)
        if drug is not None:
            return sync.drug(self.names_of(drug), sources)
        return sync.changes([self.names_of(one.name) for one in live.follows(self.home)], sources)

    def follow(self, name: str) -> Follow:
        """Keeps a name complete from now on."""
        one = Follow(name_key(name), name.strip(), self.now())
        if not one.key:
            raise UserError("a name to follow cannot be empty")
        live.noted(self.home, [live.follow(one.key, one.name, one.added_at)])
        return next(found for found in live.follows(self.home) if found.key == one.key)

    def unfollow(self, name: str) -> None:
        """No longer keeps a name complete; what is stored stays. UserError where it is not followed."""
        key = name_key(name)
        if key not in {one.key for one in live.follows(self.home)}:
            raise UserError(f"{name!r} is not followed; `theriac follow` lists what is")
        live.noted(self.home, [live.unfollow(key), *(live.forget_scope(f"{kind.value}:{key}") for kind in (EntityKind.DRUG, EntityKind.CONDITION))])

    def follows(self) -> list[Follow]:
        """What is followed."""
        return live.follows(self.home)

    def attempts(self) -> dict[str, LastAttempt]:
        """How the last attempts at each live source went, all its names together."""
        return last_attempts(self.home)

    def look_for_stale(self) -> list[str]:
        """Tells, once, of each live source that has missed its cadence; gives them."""
        now, told = self.now(), []
        for source, last in self.attempts().items():
            cadence = self.cadences.get(source, Cadence.NEVER)
            if is_stale(_moment(now), cadence, last.succeeded) and not raised.unrecovered(self.home, source) and last.succeeded:
                since = last.succeeded.isoformat()
                event = raised.source_event(EventKind.SOURCE_STALE, source, now, slot=since, old=since, new=f"due {cadence.value}")
                if raised.fresh(self.home, [event]):
                    raised.tell_of(self.home, [event], now)
                    told.append(source)
        return told

    def freshness(self) -> list[SourceLine]:
        """The freshness ledger, one line a source."""
        return freshness(self.home, self.now(), self.cadences)


_NEXT = "`theriac follow NAME` keeps a drug complete, `theriac sync --full SOURCE` brings all of a source"


def called(name: str, entity: Entity | None) -> Called:
    """What a source is asked for: the name as given, and the names and identifiers of the drug that it means here."""
    if entity is None:
        return Called((name,))
    of_condition = entity.kind is EntityKind.CONDITION
    known = [one for one in entity.names if not one.weak]
    if not of_condition:
        known = sorted((one for one in known if one.kind in _TOLD_BY), key=lambda one: _TOLD_BY.index(one.kind))
    texts = {name_key(text): text for text in reversed([name, entity.name, *(one.text for one in known)])}
    asked = (name, *(text for key, text in reversed(texts.items()) if key != name_key(name)))[:_NAMES_ASKED]
    return Called(asked, tuple(entity.identifiers), EntityKind.CONDITION if of_condition else EntityKind.DRUG)


def last_attempts(home: Home) -> dict[str, LastAttempt]:
    """How the last attempts at each live source went: its newest one, how many in a row failed, and the last success."""
    found = {}
    for source, rows in live.last_attempts(home).items():
        failed = sum(row.outcome == FAILED for row in rows)
        success = next((_moment(row.ended_at) for row in rows if row.outcome != FAILED), None)
        found[source] = LastAttempt(_moment(rows[0].began_at), failed, success)
    return found


def freshness(home: Home, now: str, chosen: dict[str, Cadence]) -> list[SourceLine]:
    """The freshness ledger: what is loaded or was asked, how old its data is, and how long news took to get here."""
    attempts, lags = last_attempts(home), event_lags(home)
    lines = []
    for row in ledger.sources(home):
        source = str(row["source"])
        last = attempts.get(source)
        measured = lags.get(source, [])
        asked = {"cadence": chosen[source].value, "stale": is_stale(_moment(now), chosen[source], last.succeeded)} if last else {}
        told = {"lag_p50_hours": _hours(quantile(measured, 0.5)), "lag_p99_hours": _hours(quantile(measured, 0.99)), "lags": len(measured)}
        lines.append(msgspec.convert({**row, **asked, **told, "age_hours": _age(now, row["data_timestamp"])}, SourceLine))
    return lines


def event_lags(home: Home) -> dict[str, list[float]]:
    """Seconds from the source's publication to our event, for the newest events of live sources, by source.

    A record that says itself on which day it was published, earlier than the data that it came with, counts from that day.
    """
    published = live.publications(home)
    if not published:
        return {}
    found: dict[str, list[float]] = {}
    for commit, label in live.told_in(home, LAGS_OF):
        if commit in published:
            source, release, recorded = published[commit]
            found.setdefault(source, []).append(max(0.0, (_moment(recorded) - _published(release, label)).total_seconds()))
    return found


def _published(release: str, label: str | None) -> datetime:
    """The moment of publication: of the release, or the same time of day on the earlier day that the record states."""
    moment = _moment(release)
    try:
        day = datetime.fromisoformat((label or "")[:10]).replace(tzinfo=UTC)
    except ValueError:
        return moment
    return min(moment, day.replace(hour=moment.hour, minute=moment.minute, second=moment.second))


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _age(now: str, data: object) -> float | None:
    try:
        return round((_moment(now) - _moment(str(data))).total_seconds() / 3600, 1)
    except ValueError:
        return None


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 3)

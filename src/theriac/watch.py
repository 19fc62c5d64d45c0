"""Set Alert, wired: the store's events as alerts see them, names resolved for rules, and the digests' transports.

Flows in: a home, its names, settings. Flows out: what `alerts` and `alert_run` ask for. It matches, composes and sends nothing itself.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from heapq import merge
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from theriac import alert_run, alerts, chronicle, programme_chronicle
from theriac.alert_run import AlertRun, Postage
from theriac.alerts import AlertAdded, AlertLine, Backtest, DeliveryLine
from theriac.delivery import Carrier, MailServer
from theriac.errors import UnknownName, UserError
from theriac.flow.cadence import cadences, is_stale
from theriac.flow.digests import Digest, Freshness
from theriac.flow.events import Entity
from theriac.flow.keys import organisation_key
from theriac.flow.occurrences import Occurrence, occurrence
from theriac.flow.profile import phase_words
from theriac.flow.query_events import query_event, search_id
from theriac.flow.resolution import Resolution, ResolutionCandidate
from theriac.flow.rule_branches import Choice, required
from theriac.flow.rule_language import parse_rule
from theriac.flow.rules import Is, Term, bound, leaves, restored, satisfies
from theriac.flow.windows import moment
from theriac.gather import Joiner, records_about
from theriac.identifiers import link
from theriac.live import FETCHERS
from theriac.model import Application, Article, Label, Medicine, Recall, Shortage, Study
from theriac.settings import Settings
from theriac.store import alerts as kept
from theriac.store import events, ledger, live, saved_searches, upkeep
from theriac.store.events import Told
from theriac.store.home import Home
from theriac.store.lake import Lake, Stored
from theriac.store.registry import Names
from theriac.targets import Targets
from theriac.terms import Cadence, EntityKind, EventKind, ResolutionKind, Stage

OUTGOING = "outgoing"  # where, inside the home, folders and feed files of alerts are written
_FAMILIES = frozenset(kind.family for kind in EventKind)
_PHASES = {
    "early phase 1": Stage.EARLY_PHASE_1,
    "phase 1": Stage.PHASE_1,
    "phase 1/phase 2": Stage.PHASE_1_2,
    "phase 2": Stage.PHASE_2,
    "phase 2/phase 3": Stage.PHASE_2_3,
    "phase 3": Stage.PHASE_3,
}


class Alerts:
    """Set Alert of one home: rules added, tested over history, run; every method takes and gives the shapes of `alerts`."""

    def __init__(
        self,
        home: Home,
        names: Names,
        settings: Settings,
        resolve: Callable[[str, str], Resolution],
        targets: Callable[[], Targets],
        find: Callable[[str], list[str]],
        clock: Callable[[], str],
        owner: str | None = None,
        *,
        follows: bool = True,
    ) -> None:
        self.follows = follows
        self.home = home
        self.names = names
        self.settings = settings
        self.targets = targets
        self.find = find
        self.clock = clock
        self.owner = owner
        self.resolve = resolver(names, resolve)

    def _mine(self, number: str) -> str:
        """The number, if the alert is the owner's (or nobody in particular asks); UnknownName as if it were not there."""
        if self.owner is not None and kept.subscription(self.home, number).owner != self.owner:
            raise UnknownName(f"no alert has the id {number!r}; `theriac alert list` shows them")
        return number

    @property
    def _sources(self) -> list[str]:
        return only_known(ledger.sources(self.home))

    def add(self, rule: str, **options: Any) -> AlertAdded:
        """A new subscription, which hears of everything that becomes known from now on; UnknownName or AmbiguousName for a name in the rule."""
        options.setdefault("owner", self.owner or "")
        self._save_searches(bound(parse_rule(rule), self.resolve, self._sources))
        return alerts.add(self.home, rule, now=self.clock(), resolve=self.resolve, sources=self._sources, **options)

    def edit(self, number: str, **options: Any) -> AlertAdded:
        """The subscription with what was given changed."""
        if options.get("rule"):
            self._save_searches(bound(parse_rule(options["rule"]), self.resolve, self._sources))
        return alerts.edit(self.home, self._mine(number), now=self.clock(), resolve=self.resolve, sources=self._sources, **options)

    def listed(self, owner: str | None = None) -> list[AlertLine]:
        """The subscriptions of one owner, or of everybody."""
        return alerts.listed(self.home, owner=self.owner if owner is None else owner)

    def shown(self, number: str, owner: str | None = None) -> AlertLine:
        """One subscription; UnknownName where the owner given has none of that id."""
        found = alerts.shown(self.home, self._mine(number))
        if owner is not None and found.owner != owner:
            raise UnknownName("there is no such alert; `theriac alert list` shows all of them")
        return found

    def explain(self, rule: str) -> str:
        """The rule as a sentence, its names resolved; UserError, UnknownName or AmbiguousName where it cannot be."""
        return alerts.explain(rule, resolve=self.resolve, sources=self._sources)

    def feed_name(self, number: str) -> str | None:
        """The private name of a subscription's feed, None where it has none: for its owner's eyes only."""
        return alerts.feed_name(self.home, self._mine(number))

    def digests(self, number: str) -> list[Digest]:
        """What a subscription was told, newest first."""
        return alerts.digests_of(self.home, self._mine(number))

    def pause(self, number: str) -> AlertLine:
        """Silent from now on; nothing is lost meanwhile."""
        return alerts.pause(self.home, self._mine(number), now=self.clock())

    def resume(self, number: str) -> AlertLine:
        """Going on with the windows that the pause left out."""
        return alerts.resume(self.home, self._mine(number), now=self.clock())

    def remove(self, number: str) -> None:
        """Ends a subscription; its secrets and its feed's file go."""
        alerts.remove(self.home, self._mine(number), now=self.clock())
        self._tidy()

    def unsubscribe(self, token: str) -> AlertLine:
        """The subscription that a mail's one-click link names, ended; UnknownName for a link that ended it before."""
        ended = alerts.unsubscribe(self.home, token, now=self.clock())
        self._tidy()
        return ended

    def feed(self, secret: str) -> bytes:
        """The private Atom feed of that name, as it is now; UnknownName where there is none."""
        return alert_run.feed(self.home, secret, site=self.settings.site)

    def retry(self, number: str) -> int:
        """How many given-up digests (one by its id, or all of an alert) are back in the outbox; UserError where there is none."""
        return alerts.revive(self.home, number if self.owner is None else self._mine(number), now=self.clock())

    def _save_searches(self, term: Term) -> None:
        """Keeps what the rule's searches find today: from now on, what comes and goes are events."""
        wanted, head = searches_of(term), self.home.head()
        if wanted:
            with self.home.writer(self.clock()):
                upkeep.upgraded(self.home, self.clock())
        for number, words in wanted.items():
            saved_searches.save(self.home, number, words, self.find(words), head, self.clock())

    def _look(self, now: str) -> None:
        """Searches again what alerts that stand have saved, where anything was committed since the last look."""
        head = self.home.head()
        wanted = {number for one in kept.subscriptions(self.home) for number in searches_of(restored(one.bound))}
        for number in sorted(wanted):
            words = saved_searches.words_of(self.home, number)
            if words is not None and (before := saved_searches.looked_at(self.home, number)) < head:
                saved_searches.note(self.home, number, self.find(words), before, head, now)

    def _tidy(self) -> None:
        Carrier(self.home.folder / OUTGOING).withdraw({one.token for one in kept.subscriptions(self.home)})

    def test(self, rule: str, **options: Any) -> Backtest:
        """What the rule would have sent over the stored history."""
        if self.follows:  # else whoever follows does it, and no request waits for it
            programme_chronicle.catch_up(self.home, self.names, self.clock())
        watch = Watch(self.home, self.names, self.targets if asks_targets([parse_rule(rule)]) else None)
        return alerts.backtest(rule, watch.since, resolve=self.resolve, sources=self._sources, site=self.settings.site, **options)

    def matching(self, rule: str, since: str = "1900") -> set[str]:
        """The ids of the stored events, seen since that day, that the rule matches."""
        term = bound(parse_rule(rule), self.resolve, self._sources)
        watch = Watch(self.home, self.names, self.targets if asks_targets([term]) else None)
        return {one.id for one in watch.since(since, required(term)) if satisfies(term, one)}

    def run(self, now: str | None = None, *, allow_loopback: bool = False) -> AlertRun:
        """Does what is due: matches new commits, composes the windows that are over, delivers what waits. Safe to repeat after any crash."""
        now = now or self.clock()
        asked = asks_targets(restored(one.bound) for one in kept.subscriptions(self.home))
        watch = Watch(self.home, self.names, self.targets if asked else None)
        sender = self.settings.mail_sender
        carrier = Carrier(self.home.folder / OUTGOING, mail_server(self.settings.smtp, sender), allow_loopback=allow_loopback)
        postage = Postage(sender=sender, site=self.settings.site)
        head = programme_chronicle.tick(self.home, self.names, now)
        self._look(now)
        freshness = watch.freshness(now, self.settings.cadence)
        matched = partial(watch.after, head=head)
        return alert_run.run(self.home, matched, carrier, now=now, freshness=freshness, postage=postage, now_called=self._now_called)

    def _now_called(self, entity: str) -> str:
        """The present id of an entity, however often it was merged since the rule was written."""
        if entity.startswith(("target:", "class:")):
            found = self.targets().entity(entity)
            return found.id if found else self.targets().resolve(entity, entity.partition(":")[0]).entity or entity
        return self.names.by_identifier(entity) or entity

    def deliveries(self, *, alert: str | None = None, state: str | None = None, standing: bool = False) -> list[DeliveryLine]:
        """Every attempt, newest first; of the owner's alerts where one asks, and where `standing` of none that has ended."""
        if alert is not None:
            self._mine(alert)
        return alerts.deliveries(self.home, alert=alert, state=state, owner=self.owner, standing=standing)


class Watch:
    """One home's events for alerts, with the record of each looked up once; targets and classes of their drugs only where rules ask for them."""

    def __init__(self, home: Home, names: Names, targets: Callable[[], Targets] | None = None) -> None:
        self.home = home
        self.acting = targets() if targets else None
        self.names = names
        self.lake = Lake(home)
        self.joiner = Joiner(self.lake, names)
        self.times = ledger.commit_times(home)
        self._about: dict[str, dict[str, object]] = {}

    def after(self, commit: int, head: int | None = None) -> Iterator[Occurrence]:
        """The events of commits after the given one and up to `head`, up to which events of programmes are worked out too, commit by commit."""
        chronicle.catch_up(self.home)
        found = (Told(query_event(one), one.commit, True) for one in saved_searches.changes(self.home, after=commit))
        for told in merge(events.told_after(self.home, commit), found, key=lambda one: one.commit):
            if head is None or told.commit <= head:
                yield self._occurrence(told)

    def since(self, day: str, choices: tuple[Choice, ...]) -> Iterator[Occurrence]:
        """The stored events seen since a day that have what the choices ask, as far as the store tells cheaply; the rest is left to the matching."""
        chronicle.catch_up(self.home)
        wanted = dict(choices)
        kinds = [f"{one}.*" if one in _FAMILIES else one for one in wanted.get("kind", ())]
        source = wanted["source"][0] if len(wanted.get("source", ())) == 1 else None
        found = events.events(self.home, since=day, kinds=kinds, source=source, records=self._records(wanted))
        for event in found:  # up to the last commit: what alerts hear of
            yield self._occurrence(Told(event, 0, True))
        for one in saved_searches.changes(self.home, since=day):
            yield self._occurrence(Told(query_event(one), 0, True))

    def _records(self, wanted: dict[str, tuple[str, ...]]) -> set[tuple[str, str]] | None:
        """The records that are about the rarest entities that a rule names, or None where every record may be."""
        field = next((field for field in ("drug", "condition") if field in wanted), None)
        entities = [self.names.entity(one) for one in wanted.get(field or "", ())]
        if not entities or any(entity is None for entity in entities):
            return None
        about = [records_about(entity, self.lake, self.names) for entity in entities if entity is not None]
        return {record for some in about for record in some}

    def freshness(self, now: str, cadence: str) -> list[Freshness]:
        """How fresh each source is; stale is one that is asked regularly and has missed its turn."""
        usual, asked = cadences(cadence, {one.name: one.cadence for one in FETCHERS}), live.last_attempts(self.home)
        return [
            Freshness(
                source=str(row["source"]),
                data=_text(row["data_timestamp"]),
                checked=_text(row["last_success"]),
                stale=row["source"] in asked
                and row["last_success"] is not None
                and is_stale(moment(now), usual.get(str(row["source"]), Cadence.NEVER), moment(str(row["last_success"]))),
            )
            for row in ledger.sources(self.home)
        ]

    def _occurrence(self, told: Told) -> Occurrence:
        (line,) = self.joiner.lines([told.event])
        about = self._record(told.event.record)
        drugs = tuple(Entity(one.id, one.name) for one in line.drugs) or told.event.drugs
        conditions = tuple(Entity(one.id, one.name) for one in line.conditions)
        known = self.times.get(told.commit, told.event.seen)
        found = occurrence(told.event, known=known, commit=told.commit, fresh=told.fresh, **about)  # type: ignore[arg-type]
        if told.event.kind.family == "query":
            number = told.event.slot.partition("/")[0]
            found = msgspec.structs.replace(found, searches=(Entity(number, told.event.new or told.event.old or ""),))
        if self.acting is None:
            return msgspec.structs.replace(found, drugs=drugs, conditions=conditions)
        targets = [Entity(one.id, one.name) for drug in drugs for one in self.acting.targets_of(drug.id)]
        classes = [Entity(one.id, one.name) for drug in drugs for one in self.acting.classes_by_drug.get(drug.id, ())]
        return msgspec.structs.replace(
            found, drugs=drugs, conditions=conditions, targets=tuple(dict.fromkeys(targets)), classes=tuple(dict.fromkeys(classes))
        )

    def _record(self, record: str) -> dict[str, object]:
        if record not in self._about:
            source, _, key = record.partition(":")
            at = self.lake.current(source, key)
            self._about[record] = {} if at is None else _about(at)
        return self._about[record]


def _about(at: Stored) -> dict[str, object]:
    """What a rule may ask of a record beside its drugs and conditions."""
    document = at.reading.document
    named = [one for one in at.reading.mentions if one.kind is EntityKind.ORGANIZATION]
    found: dict[str, object] = {
        "title": at.reading.title,
        "organisations": tuple(Entity(f"organization:name.{organisation_key(one.text)}", one.text) for one in named),
        "link": _link(at),
    }
    match document:
        case Study():
            found |= {"countries": document.countries, "stage": _PHASES.get(phase_words(document) or "")}
        case Label():
            found |= {"countries": (document.jurisdiction,)}
        case Application():
            found |= {"countries": ("US",)}
        case Medicine():
            found |= {"countries": ("EU",)}
        case Recall() | Shortage():
            found |= {"countries": (document.jurisdiction,)}
    return found


def _link(at: Stored) -> str | None:
    match at.reading.document:
        case Study(nct_id=number):
            return link(f"nct:{number}")
        case Label(set_id=number):
            return link(f"set_id:{number}") if not number.startswith("starter") else None
        case Medicine(url=url):
            return url
        case Article(pmid=number):
            return link(f"pmid:{number}")
    return None


def resolver(names: Names, resolve: Callable[[str, str], Resolution]) -> Callable[[str, str], Resolution]:
    """How rules resolve names: organisations by the records that name them, everything else by the registries of entities."""

    def one(kind: str, name: str) -> Resolution:
        if kind == "search":
            candidate = ResolutionCandidate(entity=search_id(name), name=name, score=1.0, reason="the words as written")
            answer = ResolutionKind.RESOLVED
            return Resolution(query=name, entity=candidate.entity, kind=answer, score=1.0, reason=candidate.reason, candidates=(candidate,))
        if kind != EntityKind.ORGANIZATION:
            return resolve(name, kind)
        key = organisation_key(name)
        entity = f"{kind}:name.{key}"
        if not names.is_mentioned(f"organization/{key}"):
            return Resolution(query=name, entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason="no loaded document names it")
        candidate = ResolutionCandidate(entity=entity, name=name, score=1.0, reason="the name as written")
        return Resolution(query=name, entity=entity, kind=ResolutionKind.RESOLVED, score=1.0, reason="the name as written", candidates=(candidate,))

    return one


def searches_of(rule: Term) -> dict[str, str]:
    """The ids and words of the saved searches that a bound rule names."""
    return {value.id: value.name for leaf in leaves(rule) if isinstance(leaf, Is) and leaf.field == "search" for value in leaf.values}


def asks_targets(rules: Iterable[Term]) -> bool:
    """Whether any of the rules names a target or class: only then is it worth knowing who acts on what."""
    return any(isinstance(leaf, Is) and leaf.field in ("target", "class") for rule in rules for leaf in leaves(rule))


def mail_server(text: str | None, sender: str) -> MailServer | None:
    """The mail server of `smtp://user:password@host:port`, `smtps://…` (TLS from the first byte) or `smtp+plain://…` (none, for a local one)."""
    if not text:
        return None
    parts = urlsplit(text)
    security = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}.get(parts.scheme)
    if security is None or not parts.hostname:
        raise UserError("THERIAC_SMTP is no mail server; write smtps://user:password@host:465, or smtp://host:587")
    port = parts.port or {"tls": 465, "starttls": 587, "none": 25}[security]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host=parts.hostname, port=port, security=security, user=user, password=password, sender=sender)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def only_known(sources: Iterable[dict[str, object]]) -> list[str]:
    """The names of the sources that are loaded."""
    return [str(row["source"]) for row in sources]

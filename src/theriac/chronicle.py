"""Works out the events of records from their histories: every step from one version to the next, read with today's readers.

Flows in: histories that a commit changed. Flows out: events, the same for the same history whenever and wherever this runs. A step that only
the annotation layer or the transport changed gives none; nor does a record that was there when its table was first seen (the baseline).
"""

import datetime
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from theriac.clinical import label_document
from theriac.dates import last_day
from theriac.flow.events import Event, Step, bound
from theriac.flow.patent_events import crossed
from theriac.flow.record_events import record_events
from theriac.labels import LabelDocument
from theriac.labels.events import label_events
from theriac.model import Application, Article, Document, Label, Recall, Shortage, Study
from theriac.store import events as kept
from theriac.store import ledger, live, raised
from theriac.store.events import RecordHistory, Span, Told
from theriac.store.home import Home
from theriac.store.lake import Lake, Stored

_LOT, _STEPS = 2_000, 100
Labels = Callable[[str], LabelDocument | None]
"""A label by its version."""


class Pair(msgspec.Struct, frozen=True):
    """One step of a record's history; `new` is None where the record is no longer listed."""

    history: RecordHistory
    old: Span | None
    new: Span | None
    seen: str
    from_seq: int | None
    to_seq: int | None
    repeat: int
    commit: int
    fresh: bool


def catch_up(home: Home, tell: Callable[[int], None] = lambda _: None) -> int:
    """Brings the events to the present history; gives how many records were looked at."""
    done = 0
    removals, days, quiet = ledger.listing_commits(home), ledger.commit_days(home), live.first_passes(home)
    raised.take_in(home)
    baselines: kept.Baselines = {}
    if kept.to_chronicle(home, 1):
        kept.forget_baseline(home)
    while (read := home.index.stamp) >= 0 and (records := kept.to_chronicle(home, _LOT)):
        found: dict[int, list[Told]] = {record: [] for record in records}
        histories, lake = list(kept.histories(home, records, baselines)), Lake(home)
        pairs = [pair for history in histories for pair in steps(history, removals)]
        for start in range(0, len(pairs), _STEPS):
            for record, events in _events(lake, pairs[start : start + _STEPS], quiet):
                found[record].extend(events)
        for record, events in _crossings(lake, histories, days):
            found[record].extend(events)
        kept.keep(home, found.items(), read)
        done += len(records)
        tell(done)
    kept.settle(home)
    return done


def tick(home: Home, now: str) -> int | None:
    """Makes a commit of its own where a date was crossed since the last one, so that what is told commit by commit hears of it; gives its number."""
    catch_up(home)
    if kept.due(home, now):
        with home.writer(now) as writer:
            own = writer.mark(now, run=now)
        kept.settle(home)
        return own
    return None


def _crossings(lake: Lake, histories: Sequence[RecordHistory], days: list[tuple[int, str]]) -> Iterator[tuple[int, list[Told]]]:
    """The horizons of listed dates, past and to come, by the version that was current on the day that each was crossed."""
    dated = kept.with_dates(lake.home, [history.number for history in histories])
    stored = lake.stored(span.number for history in histories if history.number in dated for span in history.spans)
    by_number = dict(days)
    for history in histories:
        if history.number not in dated:
            continue
        told = []
        known = by_number.get(min(span.commit for span in history.spans), "")
        for span in history.spans:
            document = stored[span.number].reading.document
            if isinstance(document, Application) and not span.partial:
                told += [_crossed(event, history, span, days, known) for event in _of_span(document, history, span)]
        if told:
            yield history.number, told


def _of_span(document: Application, history: RecordHistory, span: Span) -> tuple[Event, ...]:
    order = list(dict.fromkeys(one.version for one in history.spans))
    record, seq = f"{history.source}:{history.key}", order.index(span.version) + 1
    step = Step(record=record, to_hash=span.version, seen=span.start, to_seq=seq, to_version=span.label, to_format=span.format)
    end = datetime.date.max if span.end is None else last_day(span.end[:10])
    return crossed(document, step, last_day(span.start[:10]), end)


def _crossed(event: Event, history: RecordHistory, span: Span, days: list[tuple[int, str]], known: str) -> Told:
    """A crossed date is known with the first commit that came on its day or later; it is news where the record was `known` before that day."""
    later = any(one.start > span.start and one.commit < span.commit for one in history.spans)
    return Told(event, ledger.commit_of_day(days, event.seen, span.commit), known < event.seen and not later)


def steps(history: RecordHistory, removals: Mapping[tuple[str, str, str], int]) -> Iterator[Pair]:
    """The steps that may have said something: first sightings after the baseline, changes of content, removals."""
    spans = [span for span in history.spans if not span.partial]
    ranks: dict[str, int] = {}
    repeats: dict[tuple[str | None, str | None], int] = {}
    before: Span | None = None
    for span in spans:
        known = span.version in ranks
        seq = ranks.setdefault(span.version, len(ranks) + 1)
        gap = before is not None and before.end is not None and before.end < span.start
        old = None if gap else before
        first = old is None
        if (first and not known and span.start > history.baseline) or (first and gap) or (old is not None and old.content != span.content):
            step = (old.version if old else None, span.version)
            repeats[step] = repeats.get(step, 0) + 1
            commit, fresh = known_by(history, old, span)
            yield Pair(history, old, span, span.start, ranks.get(old.version) if old else None, seq, repeats[step], commit, fresh)
        if span.end is not None and not any(other.start == span.end for other in spans):
            listed = removals.get((history.source, history.table, span.end), span.commit)
            yield Pair(history, span, None, span.end, seq, None, 1, max(listed, span.commit), listed > span.commit)
        before = span


def known_by(history: RecordHistory, old: Span | None, new: Span) -> tuple[int, bool]:
    """The commit that made a step known, and whether it was news then: see `store.events.Told`."""
    before = history.first_commit if old is None else old.commit
    later = any(span.start > new.start and span.commit < new.commit for span in history.spans)
    return max(before if old is not None else 0, new.commit), new.commit > before and not later


def _events(lake: Lake, pairs: Sequence[Pair], quiet: Container[int]) -> Iterator[tuple[int, list[Told]]]:
    numbers = {span.number for pair in pairs for span in (pair.old, pair.new) if span is not None}
    stored = lake.stored(numbers)
    labels = _label_documents(lake, pairs, stored)
    for pair in pairs:
        found = _of_pair(pair, stored, labels, first_pass=pair.commit in quiet)
        events = [Told(_repeated(event, pair.repeat), pair.commit, pair.fresh) for event in found]
        if events:
            yield pair.history.number, events


def _label_documents(lake: Lake, pairs: Sequence[Pair], stored: dict[int, Stored]) -> Labels:
    """The labels of these steps by version, each read when it is asked for: read, it is many times its bytes, and only neighbours are compared."""
    wanted = []
    for pair in pairs:
        for span in (pair.old, pair.new):
            if span is not None and isinstance(stored[span.number].reading.document, Label):
                wanted.append((pair.history.source, pair.history.key, span.version))
    payloads = lake.payloads(list(dict.fromkeys(wanted)))

    @lru_cache(maxsize=4)
    def document(version: str) -> LabelDocument | None:
        return label_document(payloads[version]) if version in payloads else None

    return document


def _of_pair(pair: Pair, stored: dict[int, Stored], labels: Labels, *, first_pass: bool) -> tuple[Event, ...]:
    old = stored[pair.old.number].reading.document if pair.old else None
    new = stored[pair.new.number].reading.document if pair.new else None
    step = _step(pair)
    # What a first pass over a source, or over one drug in it, finds was there before; only a trial says itself since when.
    if old is None and first_pass and not isinstance(new, Study):
        return ()
    if isinstance(new, Label):
        document = labels(pair.new.version) if pair.new else None
        earlier = labels(pair.old.version) if pair.old else None
        if document is None or (pair.old is not None and earlier is None):
            return ()
        return bound(step, label_events(earlier, document))
    if old is None and new is not None and posted_before(new, pair.history.baseline):
        return ()
    # The rows of one application stand in several tables: only its own row in the table of applications makes it new.
    return record_events(old, new, step, application_known=pair.history.table not in ("", "applications"))



def posted_before(document: Document, baseline: str) -> bool:
    """Whether a document that is new to this store was with its source before the source was first seen: then it is not news."""
    match document:
        case Study():
            posted = document.first_posted or document.first_submitted
        case Article():
            posted = document.entered
        case Recall():
            posted = _some_days_on(document.reported or document.initiated)
        case Shortage():
            posted = _some_days_on(document.posted)
        case _:
            return False
    return posted is None or posted <= baseline


def _some_days_on(posted: str | None) -> str | None:
    """The last day on which what was posted then may first be served: these lists are served up to two weeks after the day that they state."""
    return None if posted is None else (last_day(posted) + datetime.timedelta(days=14)).isoformat()


def _step(pair: Pair) -> Step:
    return Step(
        record=f"{pair.history.source}:{pair.history.key}",
        to_hash=pair.new.version if pair.new else None,
        seen=pair.seen,
        from_hash=pair.old.version if pair.old else None,
        from_seq=pair.from_seq,
        to_seq=pair.to_seq,
        from_version=pair.old.label if pair.old else None,
        to_version=pair.new.label if pair.new else None,
        from_format=pair.old.format if pair.old else "",
        to_format=pair.new.format if pair.new else "",
        complete=bool(pair.history.table),
    )


def _repeated(event: Event, count: int) -> Event:
    """The event with an id of its own where the very same step happened before (A → B → A → B)."""
    return event if count == 1 else msgspec.structs.replace(event, id=f"{event.id}-{count}")

"""Works out the events of records from their histories: every step from one version to the next, read with today's readers.

Flows in: histories that a commit changed. Flows out: events, the same for the same history whenever and wherever this runs. A step that only
the annotation layer or the transport changed gives none; nor does a record that was there when its table was first seen (the baseline).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from theriac.clinical import label_document
from theriac.flow.events import Event, Step, bound
from theriac.flow.record_events import record_events
from theriac.labels import LabelDocument
from theriac.labels.events import label_events
from theriac.model import Label, Study
from theriac.store import events as kept
from theriac.store import ledger
from theriac.store.events import RecordHistory, Span, Told
from theriac.store.home import Home
from theriac.store.lake import Lake, Stored

_LOT = 2_000


class _Pair(msgspec.Struct, frozen=True):
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
    removals = ledger.listing_commits(home)
    if kept.to_chronicle(home, 1):
        kept.forget_baseline(home)
    while records := kept.to_chronicle(home, _LOT):
        found: dict[int, list[Told]] = {record: [] for record in records}
        pairs = [pair for history in kept.histories(home, records) for pair in _steps(history, removals)]
        for record, events in _events(Lake(home), pairs):
            found[record].extend(events)
        kept.keep(home, found.items())
        done += len(records)
        tell(done)
    return done


def _steps(history: RecordHistory, removals: Mapping[tuple[str, str, str], int]) -> Iterator[_Pair]:
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
            commit, fresh = _known(history, old, span)
            yield _Pair(history, old, span, span.start, ranks.get(old.version) if old else None, seq, repeats[step], commit, fresh)
        if span.end is not None and not any(other.start == span.end for other in spans):
            listed = removals.get((history.source, history.table, span.end), span.commit)
            yield _Pair(history, span, None, span.end, seq, None, 1, max(listed, span.commit), listed > span.commit)
        before = span


def _known(history: RecordHistory, old: Span | None, new: Span) -> tuple[int, bool]:
    """The commit that made a step known, and whether it was news then: see `store.events.Told`."""
    before = history.first_commit if old is None else old.commit
    later = any(span.start > new.start and span.commit < new.commit for span in history.spans)
    return max(before if old is not None else 0, new.commit), new.commit > before and not later


def _events(lake: Lake, pairs: Sequence[_Pair]) -> Iterator[tuple[int, list[Told]]]:
    numbers = {span.number for pair in pairs for span in (pair.old, pair.new) if span is not None}
    stored = lake.stored(numbers)
    labels = _label_documents(lake, pairs, stored)
    for pair in pairs:
        events = [Told(_repeated(event, pair.repeat), pair.commit, pair.fresh) for event in _of_pair(pair, stored, labels)]
        if events:
            yield pair.history.number, events


def _label_documents(lake: Lake, pairs: Sequence[_Pair], stored: dict[int, Stored]) -> dict[str, LabelDocument]:
    wanted = []
    for pair in pairs:
        for span in (pair.old, pair.new):
            if span is not None and isinstance(stored[span.number].reading.document, Label):
                wanted.append((pair.history.source, pair.history.key, span.version))
    payloads = lake.payloads(list(dict.fromkeys(wanted)))
    return {version: document for version, payload in payloads.items() if (document := label_document(payload)) is not None}


def _of_pair(pair: _Pair, stored: dict[int, Stored], labels: dict[str, LabelDocument]) -> tuple[Event, ...]:
    old = stored[pair.old.number].reading.document if pair.old else None
    new = stored[pair.new.number].reading.document if pair.new else None
    step = _step(pair)
    if isinstance(new, Label):
        document = labels.get(pair.new.version if pair.new else "")
        earlier = labels.get(pair.old.version) if pair.old else None
        if document is None or (pair.old is not None and earlier is None):
            return ()
        return bound(step, label_events(earlier, document))
    if old is None and isinstance(new, Study) and _posted_before(new, pair.history.baseline):
        return ()
    # The rows of one application stand in several tables: only its own row in the table of applications makes it new.
    return record_events(old, new, step, application_known=pair.history.table not in ("", "applications"))




def _posted_before(study: Study, baseline: str) -> bool:
    """Whether a study that is new to this store was in the registry before the registry was first seen: then it is not news."""
    posted = study.first_posted or study.first_submitted
    return posted is None or posted <= baseline


def _step(pair: _Pair) -> Step:
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

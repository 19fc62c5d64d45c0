"""The events of any record, by the family of its document.

Flows in: two readings of one record. Flows out: their events, grouped for reading. A label's changes need its text and are found by
`labels.events`; code lists and vocabularies raise none.
"""

from collections.abc import Iterable

from theriac.flow.approval_events import application_events
from theriac.flow.events import Event, Step
from theriac.flow.medicine_events import medicine_events, medicine_removed
from theriac.flow.paper_events import article_events
from theriac.flow.patent_events import patent_events
from theriac.flow.safety_events import recall_events, shortage_events, shortage_removed
from theriac.flow.trial_events import trial_events, trial_removed
from theriac.model import Application, Article, Document, Medicine, Recall, Shortage, Study


def record_events(old: Document | None, new: Document | None, step: Step, *, application_known: bool = False) -> tuple[Event, ...]:
    """What happened to the record in this step: `old` is None for its first version, `new` where a complete listing no longer has it."""
    match old, new:
        case ((Study() | None), Study()):
            return trial_events(old, new, step)
        case Study(), None:
            return trial_removed(old, step)
        case ((Application() | None), Application()):
            return application_events(old, new, step, application_known=application_known) + patent_events(old, new, step)
        case Application(), None:
            return application_events(old, None, step) + patent_events(old, None, step)
        case ((Medicine() | None), Medicine()):
            return medicine_events(old, new, step)
        case Medicine(), None:
            return medicine_removed(old, step)
        case ((Recall() | None), Recall()):
            return recall_events(old, new, step)
        case ((Shortage() | None), Shortage()):
            return shortage_events(old, new, step)
        case Shortage(), None:
            return shortage_removed(old, step)
        case ((Article() | None), Article()):
            return article_events(old, new, step)
    return ()


def newest_first(events: Iterable[Event]) -> list[Event]:
    """The events by the day they were seen, latest first; those of one record and step stay together."""
    return sorted(sorted(events, key=lambda each: (each.record, each.to_hash or "", each.kind, each.slot)), key=lambda each: each.seen, reverse=True)

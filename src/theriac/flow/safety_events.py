"""What happened to a recall, or to a shortage, between two versions of its record.

Flows in: two readings of one recall report, or of one line of a shortage list. Flows out: safety events, and the announcement that a
product will be discontinued as a change of its marketing status. A firm that confirms an unchanged entry makes no event. It tells what the
agency says: a line that is no longer listed is said to be no longer listed, not to be resolved.
"""

from collections.abc import Iterator

from theriac.flow.events import Change, Event, Step, bound
from theriac.model import Recall, Shortage
from theriac.terms import EventKind

_CURRENT, _RESOLVED = "current", "resolved"


def recall_events(old: Recall | None, new: Recall, step: Step) -> tuple[Event, ...]:
    """The recall where it is new, else a new class, status or reason of it."""
    if old is None:
        words = " · ".join(part for part in (new.classification, new.status) if part)
        change = Change(
            kind=EventKind.SAFETY_RECALL,
            path="reason",
            new=words or None,
            quote_new=new.reason,
            mention=new.product,
            happened=new.initiated or new.reported,
        )
        return bound(step, [change])
    return bound(step, _recall_changes(old, new))


def _recall_changes(old: Recall, new: Recall) -> Iterator[Change]:
    dates = {"classification": new.classified, "status": new.terminated, "reason": None}
    for field, happened in dates.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after and after:
            yield Change(
                kind=EventKind.SAFETY_RECALL,
                path=field,
                slot=field,
                old=before,
                new=after,
                quote_old=before,
                quote_new=after,
                mention=new.product,
                happened=happened,
            )


def shortage_events(old: Shortage | None, new: Shortage, step: Step) -> tuple[Event, ...]:
    """A shortage that began, ended or came back, and a discontinuation announced."""
    before, after = _plain(old), _plain(new)
    if before == after:
        return ()
    if after == _CURRENT:
        return bound(step, [_change(EventKind.SAFETY_SHORTAGE_STARTED, old, new)])
    if after == _RESOLVED:
        return bound(step, [_change(EventKind.SAFETY_SHORTAGE_RESOLVED, old, new)]) if old is not None else ()
    return bound(step, [_change(EventKind.APPROVAL_MARKETING_STATUS_CHANGED, old, new)]) if "discontinued" in after else ()


def shortage_removed(old: Shortage, step: Step) -> tuple[Event, ...]:
    """A shortage that a complete list no longer holds; one that was resolved or discontinued before leaves in silence."""
    if not step.complete or _plain(old) != _CURRENT:
        return ()
    kind = EventKind.SAFETY_SHORTAGE_RESOLVED
    change = Change(kind=kind, path="number", old=old.status, new="no longer listed", quote_old=old.presentation, mention=old.name)
    return bound(step, [change])


def _plain(shortage: Shortage | None) -> str:
    return "" if shortage is None else (shortage.status or "").casefold().strip()


def _change(kind: EventKind, old: Shortage | None, new: Shortage) -> Change:
    dates = {
        EventKind.SAFETY_SHORTAGE_STARTED: new.posted if old is None else new.changed or new.updated,
        EventKind.SAFETY_SHORTAGE_RESOLVED: new.changed or new.updated,
    }
    reasons = (new.reason, new.related, new.resolved_note) if kind is not EventKind.SAFETY_SHORTAGE_RESOLVED else (new.resolved_note,)
    return Change(
        kind=kind,
        path="status",
        old=old.status if old else None,
        new=new.status,
        quote_old=old.presentation if old else None,
        quote_new=" · ".join(dict.fromkeys(part for part in (new.presentation, *reasons) if part)) or None,
        mention=new.name,
        happened=dates.get(kind, new.discontinued or new.updated),
    )

"""What happened to an EU medicine between two versions of its row in the EMA's table.

Flows in: two readings of one row, in whichever layouts. Flows out: approval events. Layouts name statuses, dates and blanks differently; such
differences are silent. Only what the row says is told: of the stages before an opinion it says nothing.
"""

import re
import unicodedata
from collections.abc import Iterator

from theriac.dates import PartialDate
from theriac.flow.events import Change, Event, Step, bound
from theriac.flow.plain_words import company, words
from theriac.flow.word_diff import changed_units, word_diff
from theriac.model import Medicine
from theriac.terms import EventKind

# The layout of 2023 says "Withdrawn" for all of them.
_ENDED = frozenset({"withdrawn", "expired", "lapsed", "revoked"})
# That layout also took "<5 years … >" for a tag and dropped it.
_MANGLED = re.compile(r"<(?=\S)[^>]*(?:>|\Z)")
_PLAIN = re.compile(r"[a-z0-9]+")
_AUTHORISED = "authorised"


def medicine_events(old: Medicine | None, new: Medicine, step: Step) -> tuple[Event, ...]:
    """What the newer row says otherwise than the older one; the application or its authorisation where there is no older one."""
    if old is None:
        return bound(step, [_first(new)])
    return bound(step, [*_status(old, new), *_holder(old, new), *_indication(old, new)])


def medicine_removed(old: Medicine, step: Step) -> tuple[Event, ...]:
    """The medicine's disappearance from the table, which only complete listings prove; nothing otherwise."""
    if not step.complete:
        return ()
    change = Change(kind=EventKind.APPROVAL_MARKETING_STATUS_CHANGED, path="number", old=old.status, quote_old=old.name, mention=old.name)
    return bound(step, [change])


def _first(new: Medicine) -> Change:
    authorised = (new.status or "").casefold() == _AUTHORISED
    return Change(
        kind=EventKind.APPROVAL_APPROVED if authorised else EventKind.APPROVAL_NEW_APPLICATION,
        path="status",
        new=new.status,
        quote_new=new.name,
        mention=new.name,
        happened=_decided(new) if authorised else new.opinion,
    )


def _status(old: Medicine, new: Medicine) -> Iterator[Change]:
    before, after = (_plain(side.status) for side in (old, new))
    if before == after or not before or not after:
        return
    yield Change(
        kind=EventKind.APPROVAL_APPROVED if after == _AUTHORISED and before != "ended" else EventKind.APPROVAL_MARKETING_STATUS_CHANGED,
        path="status",
        old=old.status,
        new=new.status,
        quote_old=old.status,
        quote_new=new.status,
        mention=new.name,
        happened=_decided(new),
    )


def _plain(status: str | None) -> str:
    plain = (status or "").casefold().strip()
    return "ended" if plain in _ENDED else plain


def _decided(medicine: Medicine) -> PartialDate | None:
    """The row's own date of its status."""
    dates = {"authorised": medicine.authorised, "refused": medicine.refused, "suspended": medicine.suspended, "ended": medicine.withdrawn}
    return dates.get(_plain(medicine.status), medicine.opinion)


def _holder(old: Medicine, new: Medicine) -> Iterator[Change]:
    if old.holder and new.holder and company(old.holder) != company(new.holder):
        yield Change(
            kind=EventKind.APPROVAL_HOLDER_CHANGED,
            path="holder",
            old=old.holder,
            new=new.holder,
            quote_old=old.holder,
            quote_new=new.holder,
            mention=new.name,
        )


def _indication(old: Medicine, new: Medicine) -> Iterator[Change]:
    """A wording that gained words; one that only lost some, or was spelled or laid out anew, is no new indication."""
    if not old.indication or not new.indication or not _gained(old.indication, new.indication, (old.name, new.name)):
        return
    passages = tuple(changed_units(old.indication, new.indication, words))
    quote_old, quote_new = max(passages, key=lambda pair: len(pair[1]), default=("", ""))
    yield Change(
        kind=EventKind.APPROVAL_NEW_INDICATION,
        path="indication",
        old=quote_old or None,
        new=quote_new or None,
        quote_old=quote_old or None,
        quote_new=quote_new or None,
        passages=passages,
        mention=new.name,
        happened=new.revised if new.revised != old.revised else None,
    )


def _gained(old: str, new: str, names: tuple[str, str]) -> bool:
    """Whether words were added that the old wording has nowhere; where it shows no `<5 years`, also beyond what the layout of 2023 drops.

    A renamed medicine's indication names it anew, which adds nothing.
    """
    mangled = _MANGLED.sub(" ", new) if not _MANGLED.search(old) else new
    return _added(old, new, names) and _added(old, mangled, names)


def _added(old: str, new: str, names: tuple[str, str]) -> bool:
    known = " ".join(map(_letters, (old, *names)))
    return any(_letters(run.text) not in known for run in word_diff(old, new) if run.kind == "added")


def _letters(text: str) -> str:
    """The plain letters and digits: the layout of 2024 writes `?` for all others, and both join and part words at random."""
    return "".join(_PLAIN.findall(unicodedata.normalize("NFD", text).casefold()))

"""What is expected and when: primary completions and completions of running trials, ends of listed patents and exclusivities; as a calendar too.

Flows in: trials and milestones as doors show them, and a day. Flows out: dated lines, soonest first, and their iCalendar text. A month stays a
month: it stands in the calendar as the whole month. Nothing is predicted; each date is one that a document states.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

import icalendar

from theriac.dates import first_day, last_day
from theriac.flow.digests import shown
from theriac.views import NOT_ADVICE, ExpectedLine, MilestoneLine, TrialLine

_OVER = frozenset({"terminated", "withdrawn", "completed"})
_ENDS = {"patent_expiry": "listed patent expires", "exclusivity_expiry": "listed exclusivity ends"}
_CAUTION = {
    "patent_expiry": "A listed patent is not a valid one, and its expiry is not generic entry.",
    "exclusivity_expiry": "The end of an exclusivity is not generic entry.",
}


def expected(trials: Iterable[TrialLine], milestones: Iterable[MilestoneLine], today: str) -> list[ExpectedLine]:
    """What the documents expect from the day on, the soonest first."""
    day = first_day(today)
    found = [*(line for trial in trials for line in _of_trial(trial)), *(_of_end(one) for one in milestones if one.kind in _ENDS)]
    return sorted((line for line in found if last_day(line.date) >= day), key=lambda line: (line.date, line.kind, line.record, line.path))


def _of_trial(trial: TrialLine) -> Iterable[ExpectedLine]:
    if (trial.status or "").lower() in _OVER:
        return
    for kind, date in (("primary_completion", trial.primary_completion), ("completion", trial.completion)):
        if date:
            said = f"{trial.trial.removeprefix('nct:')} {kind.replace('_', ' ')}: {trial.title}"
            yield ExpectedLine(
                date=date,
                kind=kind,
                title=said,
                note=" · ".join(part for part in (trial.phase, trial.status, trial.sponsor) if part) or None,
                record=trial.citation.record,
                seq=trial.citation.seq,
                path=kind,
                seen=trial.citation.seen,
            )


def _of_end(one: MilestoneLine) -> ExpectedLine:
    title = f"{_ENDS[one.kind]}: {one.detail}"
    return ExpectedLine(date=one.date, kind=one.kind, title=title, note=_CAUTION[one.kind], record=one.record, seq=one.seq, path=one.path, seen=None)


def calendar(title: str, lines: Sequence[ExpectedLine], stamp: str) -> str:
    """The dates as iCalendar text (RFC 5545), one all-day event each; the same lines and moment give the same text."""
    file = icalendar.Calendar()
    file.add("prodid", "-//Theriac//expected dates//EN")
    file.add("version", "2.0")
    file.add("x-wr-calname", shown(title))
    for line in lines:
        file.add_component(_event(line, dt.datetime.fromisoformat(stamp)))
    text: bytes = file.to_ical()
    return text.decode()


def _event(line: ExpectedLine, stamp: dt.datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{hashlib.sha256(f'{line.record} {line.path} {line.kind}'.encode()).hexdigest()[:32]}@theriac")
    event.add("dtstamp", stamp.astimezone(dt.UTC))
    event.add("dtstart", first_day(line.date))
    event.add("dtend", last_day(line.date) + dt.timedelta(days=1))
    event.add("summary", shown(line.title))
    stated = f"Stated as {line.date} in {line.record}, version {line.seq}."
    event.add("description", "\n".join(part for part in (shown(line.note or ""), stated, NOT_ADVICE) if part))
    event.add("transp", "TRANSPARENT")
    return event

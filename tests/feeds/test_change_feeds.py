"""Feeds of changes and calendars of expected dates, read by the parsers that people's programs use."""

import datetime as dt

import feedparser
import icalendar
import pytest

from theriac.flow.change_feed import change_feed
from theriac.flow.expected_dates import calendar, expected
from theriac.views import NOT_ADVICE, ChangeLine, Citation, EntityName, MilestoneLine, TrialLine

HOSTILE = '<script>alert(1)</script>\r\nX-Injected: yes \u202e "&'


def change(number: int = 1, **other: object) -> ChangeLine:
    """An event of an invented trial."""
    fields: dict[str, object] = {
        "id": f"ev-{number}",
        "kind": "trial.status_changed",
        "record": f"ctgov:NCT9000000{number}",
        "drugs": [EntityName(id="drug:name.examplol", name="examplol")],
        "conditions": [],
        "old": "RECRUITING",
        "new": "TERMINATED",
        "quote_old": "RECRUITING",
        "quote_new": "TERMINATED",
        "from_seq": 1,
        "to_seq": 2,
        "from_version": None,
        "to_version": None,
        "happened": "2024-03",
        "seen": f"2024-03-0{number}",
    }
    return ChangeLine(**(fields | other))  # type: ignore[arg-type]


def trial(**other: object) -> TrialLine:
    """A running trial."""
    cited = Citation(record="ctgov:NCT90000001", seq=1, version=None, path="", seen="2024-01-01", source="ctgov")
    fields: dict[str, object] = {
        "trial": "nct:NCT90000001",
        "title": "Examplol in warts",
        "phase": "phase 3",
        "status": "RECRUITING",
        "why_stopped": None,
        "role": "investigated",
        "intervention": "examplol",
        "score": 1.0,
        "reason": "",
        "conditions": ["Warts"],
        "sponsor": "Sample",
        "enrolment": 10,
        "start": "2023-01",
        "primary_completion": "2024-06",
        "completion": "2025",
        "first_posted": None,
        "last_update_posted": None,
        "has_results": False,
        "study_type": None,
        "countries": [],
        "partial": False,
        "citation": cited,
    }
    return TrialLine(**(fields | other))  # type: ignore[arg-type]


def end(kind: str, date: str, detail: str) -> MilestoneLine:
    """The end of a right."""
    return MilestoneLine(
        date=date, kind=kind, jurisdiction="US", detail=detail, record="orange_book:patent/900001", seq=1, path=f"patents[{detail}]", quote=None
    )


def test_a_feed_of_changes_is_read_by_a_feed_parser() -> None:
    made = change_feed(
        "urn:theriac:drug:x", "examplol", [change(1), change(2)], here="https://t.example/f.atom", page_of=lambda one: f"https://t.example/{one.id}"
    )
    read = feedparser.parse(made)
    assert not read.bozo
    assert [entry.id for entry in read.entries] == ["urn:theriac:event:ev-2", "urn:theriac:event:ev-1"]
    assert read.feed.updated == read.entries[0].updated == "2024-03-02T00:00:00Z"
    assert read.entries[0].link == "https://t.example/ev-2"
    assert read.entries[0].tags[0].term == "trial.status_changed"
    assert "RECRUITING → TERMINATED" in read.entries[0].title
    assert NOT_ADVICE in read.entries[0].summary


def test_the_same_changes_give_the_same_bytes_in_any_order() -> None:
    lines = [change(1), change(2), change(3)]
    assert change_feed("urn:x", "t", lines) == change_feed("urn:x", "t", lines[::-1])


def test_an_empty_feed_is_a_feed() -> None:
    read = feedparser.parse(change_feed("urn:x", "t", []))
    assert not read.bozo
    assert read.entries == []


def test_hostile_words_stay_words() -> None:
    made = change_feed("urn:x", HOSTILE, [change(1, old=HOSTILE, quote_new=HOSTILE, drugs=[EntityName(id="drug:x", name=HOSTILE)])])
    assert b"<script" not in made
    assert "\u202e".encode() not in made
    assert not feedparser.parse(made).bozo


def test_what_is_expected_comes_soonest_first_and_what_is_over_does_not_come() -> None:
    ends = [end("patent_expiry", "2024-09-01", "123"), end("exclusivity_expiry", "2024-02-01", "ODE"), end("approval", "2026-01-01", "no end")]
    over = trial(status="COMPLETED", primary_completion="2027-01-01")
    found = expected([trial(), over], ends, "2024-06-15")
    assert [(line.date, line.kind) for line in found] == [("2024-06", "primary_completion"), ("2024-09-01", "patent_expiry"), ("2025", "completion")]
    assert found[1].note == "A listed patent is not a valid one, and its expiry is not generic entry."


def test_a_calendar_says_no_more_than_the_source() -> None:
    text = calendar("examplol", expected([trial()], [end("patent_expiry", "2024-09-01", "123")], "2024-06-15"), "2024-06-15T10:00:00+02:00")
    read = icalendar.Calendar.from_ical(text)
    events = {str(event["summary"]): event for event in read.walk("VEVENT")}
    month = next(event for name, event in events.items() if "primary completion" in name)
    assert (month.decoded("dtstart"), month.decoded("dtend")) == (dt.date(2024, 6, 1), dt.date(2024, 7, 1))
    day = next(event for name, event in events.items() if "patent" in name)
    assert (day.decoded("dtstart"), day.decoded("dtend")) == (dt.date(2024, 9, 1), dt.date(2024, 9, 2))
    assert all(event.decoded("dtstamp") == dt.datetime(2024, 6, 15, 8, tzinfo=dt.UTC) for event in events.values())
    assert len({str(event["uid"]) for event in events.values()}) == len(events) == 3
    assert "Stated as 2024-06 in ctgov:NCT90000001" in str(month["description"])


@pytest.mark.parametrize("words", [HOSTILE, "a\nBEGIN:VEVENT\nEND:VEVENT"])
def test_a_calendar_takes_no_lines_from_titles(words: str) -> None:
    read = icalendar.Calendar.from_ical(calendar(words, expected([trial(title=words)], [], "2024-01-01"), "2024-01-01T00:00:00+00:00"))
    assert len(list(read.walk("VEVENT"))) == 2

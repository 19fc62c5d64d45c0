"""Windows follow each other without gap or overlap through every clock change of ten years, and each event falls in exactly one."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from theriac.errors import UserError
from theriac.flow.windows import Every, Schedule, last_closed, moment, placed, read_schedule, window_of, written

# Zones with half-hour shifts, skipped and repeated days, changed rules, Ramadan pauses and shifts at midnight among them.
ZONES = """
UTC Europe/Berlin Europe/London Europe/Dublin Europe/Moscow Europe/Istanbul Europe/Lisbon Africa/Casablanca Africa/Cairo Africa/Johannesburg
Africa/Windhoek America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles America/Anchorage America/St_Johns
America/Sao_Paulo America/Caracas America/Havana America/Santiago America/Asuncion America/Godthab Asia/Kolkata Asia/Kathmandu Asia/Tokyo
Asia/Shanghai Asia/Tehran Asia/Gaza Asia/Amman Asia/Pyongyang Asia/Jerusalem Australia/Lord_Howe Australia/Sydney Pacific/Auckland
Pacific/Chatham Pacific/Apia Pacific/Kiritimati Antarctica/Troll
""".split()  # noqa: SIM905
FIRST, LAST = datetime(2010, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_every_event_of_ten_years_falls_in_exactly_one_window(zone: str) -> None:
    draw = random.Random(zone)
    schedules = [
        Schedule(Every.DAY, draw.choice(("00:00", "02:30", "08:00", "23:59")), 0, zone),
        Schedule(Every.WEEK, draw.choice(("00:30", "02:15", "17:00")), draw.randrange(7), zone),
        Schedule(Every.MONTH, draw.choice(("00:00", "03:00", "12:00")), draw.choice((1, 15, 28)), zone),
    ]
    events = sorted(FIRST + timedelta(seconds=draw.randrange(int((LAST - FIRST).total_seconds()))) for _ in range(300))
    for schedule in schedules:
        chain = [window_of(FIRST, schedule)]
        while chain[-1].end < LAST:
            chain.append(window_of(chain[-1].end, schedule))
        assert all(left.end == right.start and left.start < left.end for left, right in pairwise(chain))
        assert len({window.id for window in chain}) == len(chain)
        longest = {Every.DAY: 50, Every.WEEK: 24 * 8 + 2, Every.MONTH: 24 * 32 + 2}[schedule.every]
        assert all(window.end - window.start <= timedelta(hours=longest) for window in chain)
        days = {Every.DAY: 3652, Every.WEEK: 522, Every.MONTH: 120}[schedule.every]
        assert days - 1 <= len(chain) <= days + 3
        for event in events:
            holding = [window for window in chain if window.start <= event < window.end]
            assert holding == [window_of(event, schedule)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
def test_windows_begin_at_the_hour_that_was_asked_for(zone: str) -> None:
    schedule = read_schedule("day", at="08:00", tz=zone)
    at = FIRST
    while at < FIRST + timedelta(days=900):
        window = window_of(at, schedule)
        local = window.start.astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute) == (8, 0)
        at = window.end


def test_a_skipped_day_and_a_skipped_hour_have_no_window_of_their_own() -> None:
    apia = read_schedule("day", at="08:00", tz="Pacific/Apia")  # had no 30 December 2011
    window = window_of(moment("2011-12-30T05:00:00Z"), apia)
    assert window.id == "2011-12-29T18:00:00Z/2011-12-30T18:00:00Z"
    york = read_schedule("day", at="02:30", tz="America/New_York")
    assert window_of(moment("2026-03-08T12:00:00Z"), york).start == moment("2026-03-08T07:30:00Z")


def test_what_is_known_late_goes_into_the_window_after_what_was_told() -> None:
    schedule = read_schedule("day", at="08:00", tz="UTC")
    told_until = moment("2026-03-03T08:00:00Z")
    assert placed(moment("2026-03-02T10:00:00Z"), told_until, schedule).start == told_until
    assert placed(moment("2026-03-05T10:00:00Z"), told_until, schedule).start == moment("2026-03-05T08:00:00Z")


def test_now_is_the_second_in_which_it_became_known() -> None:
    window = window_of(moment("2026-03-02T10:00:00.700000Z"), read_schedule("now"))
    assert window.id == "2026-03-02T10:00:00Z/2026-03-02T10:00:01Z"


def test_the_last_closed_window_is_over() -> None:
    schedule = read_schedule("week", on="mon", at="08:00", tz="Europe/Berlin")
    window = last_closed(moment("2026-03-31T00:00:00Z"), schedule)
    assert window.id == "2026-03-23T07:00:00Z/2026-03-30T06:00:00Z"  # the clocks changed on the 29th


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"every": "hour"}, "--every"),
        ({"every": "day", "at": "25:00"}, "--at"),
        ({"every": "day", "on": "monday"}, "--on"),
        ({"every": "week", "on": "t"}, "--on"),
        ({"every": "month", "on": "31"}, "--on"),
        ({"every": "day", "tz": "Mars/Olympus"}, "--tz"),
        ({"every": "day", "tz": "../etc/passwd"}, "--tz"),
        ({"every": "now", "at": "08:00"}, "--at"),
    ],
)
def test_what_cannot_be_scheduled_is_said(options: dict[str, str], word: str) -> None:
    with pytest.raises(UserError, match=word):
        read_schedule(**options)


def test_moments_are_read_back() -> None:
    assert written(moment("2026-03-01T09:00:00+01:00")) == "2026-03-01T08:00:00.000000Z"
    with pytest.raises(UserError):
        moment("yesterday")

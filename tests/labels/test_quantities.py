"""Amounts, frequencies and courses as tables of words → values."""

import msgspec
import pytest

from theriac.labels.quantities import amounts, number
from theriac.labels.schedules import contact_time, courses_in, durations, frequencies

NUMBERS = [("1,250", 1250), ("2½", 2.5), ("1/2", 0.5), ("1 1/2", 1.5), ("three", 3), ("0.075", 0.075), ("half", 0.5)]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


AMOUNTS = [
    ("5 mg", [(5, 5, "mg", None, None)]),
    ("2 mg to 10 mg", [(2, 10, "mg", None, None)]),
    ("between 10 and 20 mg", [(10, 20, "mg", None, None)]),
    ("45 to 55 mg/kg", [(45, 55, "mg", "kg", None)]),
    ("0.5 mg/kg/day", [(0.5, 0.5, "mg", "kg", "day")]),
    ("75 mg/m 2", [(75, 75, "mg", "m2", None)]),
    ("1.2 g/square meter body surface", [(1.2, 1.2, "g", "m2", None)]),
    ("2 million units", [(2_000_000, 2_000_000, "units", None, None)]),
    ("20 mcg/min", [(20, 20, "ug", None, "min")]),
    ("3 mg/kg or 100 mg", [(3, 3, "mg", "kg", None), (100, 100, "mg", None, None)]),
    ("two 300 mg tablets", [(2, 2, "tablet", None, None)]),
    ("one 75 mcg capsule", [(75, 75, "ug", None, None)]),
    ("1 to 2 sprays", [(1, 2, "spray", None, None)]),
    ("12 mg/50 mg", [(12, 12, "mg", None, None)]),
    ("2 packets", [(2, 2, "packet", None, None)]),
    ("50 mg/mL", [(50, 50, "mg", None, "ml")]),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amounts(text: str, expected: list[tuple[object, ...]]) -> None:
    assert [(q.low, q.high, q.unit, q.per, q.rate) for q in amounts(text, 0, len(text))] == expected


FREQUENCIES = [
    ("twice daily", {"times": 2, "period": 1, "unit": "d"}),
    ("2 to 4 times a day", {"times": 2, "times_high": 4, "period": 1, "unit": "d"}),
    ("every 8 to 12 hours", {"times": 1, "period": 8, "period_high": 12, "unit": "h"}),
    ("once every 4 months", {"times": 1, "period": 4, "unit": "mo"}),
    ("every other day", {"times": 1, "period": 2, "unit": "d"}),
    ("3 times per week", {"times": 3, "period": 1, "unit": "wk"}),
    ("each day for 5 consecutive days each week", {"times": 5, "period": 1, "unit": "wk"}),
    ("divided into four doses", {"times": 4, "period": 1, "unit": "d"}),
    ("at 14-day intervals", {"times": 1, "period": 14, "unit": "d"}),
    ("as a single dose", {"times": 1, "once": True}),
    ("at Weeks 0, 2 and 4", {"times": 1, "period": 2, "unit": "wk"}),
    ("on Day 1 of each 21-day cycle", {"times": 1, "period": 21, "unit": "d"}),
    ("t.i.d.", {"times": 3, "period": 1, "unit": "d"}),
    ("nightly", {"times": 1, "period": 1, "unit": "d"}),
]


@pytest.mark.parametrize(("text", "expected"), FREQUENCIES)
def test_frequencies(text: str, expected: dict[str, object]) -> None:
    (found,) = frequencies(text, 0, len(text))
    assert msgspec.to_builtins(found.frequency) == expected


@pytest.mark.parametrize("text", ["the daily dose", "in a single-dose vial", "at Weeks 0, 2 and 7", "5 mg"])
def test_what_is_no_frequency(text: str) -> None:
    assert not list(frequencies(text, 0, len(text)))


DURATIONS = [
    ("for 16 weeks", {"value": 16, "unit": "wk", "bound": "exact"}),
    ("for up to 5 days", {"value": 5, "unit": "d", "bound": "max"}),
    ("for at least 3 months", {"value": 3, "unit": "mo", "bound": "min"}),
    ("for 7 to 10 days", {"value": 7, "high": 10, "unit": "d", "bound": "exact"}),
    ("do not use for more than 16 weeks", {"value": 16, "unit": "wk", "bound": "max"}),
    ("for 3 doses", {"value": 3, "unit": "dose", "bound": "exact"}),
    ("a 10-day course", {"value": 10, "unit": "d", "bound": "exact"}),
    ("during the first year", {"value": 1, "unit": "a", "bound": "exact"}),
    ("for 2 weeks followed by a 1-week rest period", {"cycle_on": 2, "cycle_off": 1, "unit": "wk"}),
    ("for 21 consecutive days followed by 7 days off", {"cycle_on": 21, "cycle_off": 7, "unit": "d"}),
    ("two 2-week treatment cycles separated by a 2-week rest", {"cycle_on": 2, "cycle_off": 2, "cycles": 2, "unit": "wk"}),
]


@pytest.mark.parametrize(("text", "expected"), DURATIONS)
def test_durations(text: str, expected: dict[str, object]) -> None:
    found = list(durations(text, 0, len(text)))
    assert msgspec.to_builtins(found[0].duration) == expected


@pytest.mark.parametrize("text", ["infuse for 2 hours", "inject over 30 minutes", "store for 4 hours"])
def test_infusion_and_storage_times_are_no_courses(text: str) -> None:
    assert not list(durations(text, 0, len(text)))


def test_days_of_a_week_are_no_course() -> None:
    text = "each day for 5 consecutive days each week for 6 weeks"
    courses = courses_in(text, 0, len(text), list(frequencies(text, 0, len(text))))
    assert [msgspec.to_builtins(c.duration) for c in courses] == [{"value": 6, "unit": "wk", "bound": "exact"}]


def test_contact_time() -> None:
    found = contact_time("Leave the cream on the skin for 6 to 10 hours.")
    assert found is not None and (found[0].value, found[0].high, found[0].unit) == (6, 10, "h")
    assert contact_time("Leave the office.") is None

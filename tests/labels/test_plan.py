"""The dosing calendar: dates, wash-off times, packets and stop rules, and every refusal with its reason."""

import datetime as dt

import icalendar
import pytest

from theriac.labels.plan import FOLLOW, Offer, Plan, Refusal, calendar, make_plan
from theriac.labels.statements import Amount, Dose, Duration, Frequency, Instructions, Regimen, Step

START = dt.date(2024, 3, 25)
WEEKLY = Frequency(times=3, period=1, unit="wk")
TEN = dt.time(22)


def offer(product: str = "Examplum 5%", **changes: object) -> Offer:
    fields: dict[str, object] = {
        "quote": "Apply 3 times per week for 4 weeks.", "indication": "tinea", "route": "topical", "frequency": WEEKLY,
        "duration": Duration(value=4, unit="wk", bound="exact"), "contact_time": Amount(value=8, unit="h"),
    }  # fmt: skip
    return Offer(
        regimen=Regimen(**{**fields, **changes}), product=product, jurisdiction="EU", document_type="EU package leaflet", label="EU/1/00/000",  # type: ignore[arg-type]
        instructions=Instructions(
            missed_dose=(Step(kind="missed_dose", quote="If you miss a dose, wait."),),
            assessment=(Step(kind="assess", quote="Your doctor will assess."),),
            limits=(Step(kind="packets_per_application", quote="No more than 2 sachets.", value=2, indication="tinea"),),
        ),
    )  # fmt: skip


def planned(*offers: Offer, zone: str = "Europe/Berlin", **asked: str) -> Plan:
    made = make_plan(offers, start=START, zone=zone, apply_at=TEN, **asked)
    assert isinstance(made, Plan)
    return made


def test_applications_wash_off_last_date_packets_and_rules() -> None:
    plan = planned(offer())
    assert len(plan.applications) == 12
    assert [a.at.date() - START for a in plan.applications[:4]] == [dt.timedelta(days=n) for n in (0, 2, 4, 7)]
    assert plan.last_possible == START + dt.timedelta(days=25)
    assert plan.packets_at_most == 24
    assert any("completed as prescribed" in rule for rule in plan.stop_rules) and any("will assess" in rule for rule in plan.stop_rules)
    assert plan.missed_dose == ("If you miss a dose, wait.",)


def test_wash_off_counts_real_hours_over_a_change_of_the_clocks() -> None:
    plan = planned(offer(frequency=Frequency(times=1, period=1, unit="d")))
    night = next(a for a in plan.applications if a.at.date() == dt.date(2024, 3, 30))  # the clocks go forward on the 31st
    assert night.wash_off is not None and (night.wash_off.date(), night.wash_off.hour) == (dt.date(2024, 3, 31), 7)


def test_a_range_of_contact_times_gives_an_earliest_and_a_latest() -> None:
    first = planned(offer(contact_time=Amount(value=6, high=10, unit="h"))).applications[0]
    assert first.wash_off is not None and first.wash_off_latest is not None
    assert first.wash_off_latest - first.wash_off == dt.timedelta(hours=4)


def test_cycles_leave_the_rest_period_free() -> None:
    plan = planned(offer(frequency=Frequency(times=1, period=1, unit="d"), duration=Duration(cycle_on=2, cycle_off=2, unit="wk", cycles=2)))
    days = [(a.at.date() - START).days for a in plan.applications]
    assert days == [*range(14), *range(28, 42)]


def test_until_clear_ends_at_clearance_and_never_after_the_last_date() -> None:
    plan = planned(offer(until="the warts are gone", duration=Duration(value=16, unit="wk", bound="max")))
    assert "Ends when: the warts are gone" in plan.stop_rules[0]
    assert plan.last_possible < START + dt.timedelta(weeks=16)


REFUSED = [
    ({"phase": "initial"}, "titrated"),
    ({"dose": Dose(low=1, high=1, unit="mg", per="kg", basis="dose")}, "weight_based"),
    ({"route": "subcutaneous"}, "injected"),
    ({"route": "intravenous"}, "injected"),
    ({"frequency": None}, "no_frequency"),
    ({"frequency": Frequency(times=1, period=1, unit="d", prn=True)}, "as_needed"),
    ({"frequency": Frequency(times=2, times_high=3, period=1, unit="d")}, "not_fixed"),
    ({"dose": Dose(low=1, high=2, unit="mg", basis="dose")}, "not_fixed"),
    ({"duration": None}, "no_end"),
    ({"duration": Duration(value=4, unit="wk", bound="min")}, "no_end"),
    ({"duration": Duration(cycle_on=2, cycle_off=2, unit="wk")}, "no_end"),
    ({"duration": Duration(value=5, unit="a", bound="max")}, "too_long"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_refusals(changes: dict[str, object], reason: str) -> None:
    made = make_plan([offer(**changes)], start=START, zone="UTC", apply_at=TEN)
    assert isinstance(made, Refusal) and made.reason == reason and made.sentence.endswith(".")


def test_several_regimens_are_never_chosen_between() -> None:
    made = make_plan([offer(), offer("Examplum 3.75%")], start=START, zone="UTC", apply_at=TEN)
    assert isinstance(made, Refusal) and made.reason == "several_match" and len(made.choices) == 2
    assert isinstance(make_plan([offer(), offer("Examplum 3.75%")], start=START, zone="UTC", apply_at=TEN, product="3.75%"), Plan)
    none = make_plan([offer()], start=START, zone="UTC", apply_at=TEN, jurisdiction="US")
    assert isinstance(none, Refusal) and none.reason == "no_regimen"


def test_a_maximum_limits_packets_and_is_no_second_regimen() -> None:
    limit = offer(phase="maximum", dose=Dose(low=1, high=1, unit="sachet", basis="day"), frequency=None, duration=None)
    assert planned(offer(), limit).packets_at_most == 24


def test_the_calendar_imports_with_zones_and_stable_ids() -> None:
    plan = planned(offer())
    stamp = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    text = calendar(plan, stamp)
    assert text == calendar(plan, stamp)
    read = icalendar.Calendar.from_ical(text)
    events = list(read.walk("VEVENT"))
    assert len(events) == 24 and len({str(e["uid"]) for e in events}) == 24
    assert [str(z["tzid"]) for z in read.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert events[0].decoded("dtstart") == plan.applications[0].at
    for event in events:
        words = str(event["description"])
        assert FOLLOW in words and "If you miss a dose, wait." in words and "EU package leaflet" in words

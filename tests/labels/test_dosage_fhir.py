"""FHIR R5 Dosage: what is made validates, and says what the regimen says."""

import pytest
from fhir.resources.dosage import Dosage

from theriac.labels.dosage_fhir import dosages
from theriac.labels.statements import Amount, Dose, Duration, Frequency, Regimen

ONE_MG = Dose(low=1, high=1, unit="mg", basis="dose")
REGIMENS = [
    Regimen(quote="q", dose=ONE_MG, frequency=Frequency(times=2, period=1, unit="d"), duration=Duration(value=16, unit="wk", bound="exact")),
    Regimen(
        quote="q", dose=Dose(low=5, high=10, unit="mg", per="kg", basis="dose"), frequency=Frequency(times=1, period=8, period_high=12, unit="h")
    ),
    Regimen(quote="q", dose=Dose(low=2, high=2, unit="tablet", basis="dose"), frequency=Frequency(times=1, once=True)),
    Regimen(quote="q", phase="maximum", dose=Dose(low=40, high=40, unit="mg", basis="day")),
    Regimen(quote="q", phase="maximum", dose=Dose(low=2, high=2, unit="packet", basis="dose")),
    Regimen(quote="q", dose=Dose(low=200, high=800, unit="mg", basis="day"), frequency=Frequency(times=2, times_high=4, period=1, unit="d")),
    Regimen(
        quote="q", frequency=Frequency(times=3, period=1, unit="wk", prn=True), duration=Duration(value=16, unit="wk", bound="max"), until="clear"
    ),
    Regimen(
        quote="q",
        frequency=Frequency(times=1, period=1, unit="d"),
        duration=Duration(value=7, high=10, unit="d", bound="exact"),
        when=("at bedtime",),
    ),
    Regimen(
        quote="q",
        frequency=Frequency(times=1, period=2, unit="wk"),
        duration=Duration(value=3, unit="dose", bound="exact"),
        site="scalp",
        route="topical",
    ),
    Regimen(quote="q", frequency=Frequency(times=1, period=1, unit="d"), duration=Duration(cycle_on=3, cycle_off=1, unit="wk")),
]


@pytest.mark.parametrize("regimen", REGIMENS)
def test_every_dosage_validates_and_keeps_the_quote(regimen: Regimen) -> None:
    made = dosages(regimen)
    assert made
    for element in made:
        Dosage.model_validate(element)
        assert element["text"].startswith("q")


def test_course_is_bounds_and_contact_time_is_duration() -> None:
    regimen = Regimen(
        quote="q", frequency=Frequency(times=2, period=1, unit="wk"), duration=Duration(value=16, unit="wk", bound="exact"),
        contact_time=Amount(value=6, high=10, unit="h"),
    )  # fmt: skip
    (element,) = dosages(regimen)
    repeat = element["timing"]["repeat"]
    assert (repeat["boundsDuration"]["value"], repeat["boundsDuration"]["code"]) == (16, "wk")
    assert (repeat["duration"], repeat["durationMax"], repeat["durationUnit"]) == (6, 10, "h")
    assert (repeat["frequency"], repeat["period"], repeat["periodUnit"]) == (2, 1, "wk")
    Dosage.model_validate(element)


def test_known_cycles_become_one_dosage_each() -> None:
    course = Duration(cycle_on=2, cycle_off=2, unit="wk", cycles=2)
    made = dosages(Regimen(quote="q", frequency=Frequency(times=1, period=1, unit="d"), duration=course))
    assert [(e["sequence"], e["timing"]["repeat"]["boundsDuration"]["value"]) for e in made] == [(1, 2), (2, 2)]
    assert "2 wk on and 2 wk off" in made[0]["text"]


def test_a_longest_course_is_a_limit_not_a_length() -> None:
    (element,) = dosages(Regimen(quote="q", duration=Duration(value=4, unit="wk", bound="max")))
    assert element["timing"]["repeat"]["boundsDuration"]["comparator"] == "<="

"""Regimens and indications as tables: texts of ours → what they state."""

from pathlib import Path

import pytest

from theriac.labels.indications import read_indications
from theriac.labels.regimens import read_regimens
from theriac.labels.sections import read_openfda
from theriac.labels.statements import Dose, Duration, Frequency, Regimen

CASES = Path(__file__).with_name("regimen_cases.txt").read_text().split("\n\n")[1:]


def read(text: str, indications: str = "INDICATIONS AND USAGE EXAMPLUM is indicated for the treatment of tinea.") -> tuple[Regimen, ...]:
    document = read_openfda(
        {
            "indications_and_usage": [indications],
            "dosage_and_administration": [f"DOSAGE AND ADMINISTRATION {text}"],
            "openfda": {"brand_name": ["Examplum"], "generic_name": ["EXAMPLUMAB"]},
        }
    )
    return read_regimens(document, read_indications(document)[0])


def shown(one: Regimen) -> str:
    return " | ".join((one.phase or "-", dose(one.dose), frequency(one.frequency), duration(one.duration)))


def dose(d: Dose | None) -> str:
    if d is None:
        return "-"
    amount = f"{d.low}" if d.low == d.high else f"{d.low}-{d.high}"
    return f"{amount} {d.unit}{'/' + d.per if d.per else ''}{' day' if d.basis == 'day' else ''}"


def frequency(f: Frequency | None) -> str:
    if f is None or f.once:
        return "once" if f else "-"
    high = f"-{f.times_high}" if f.times_high else ""
    period = f"-{f.period_high}" if f.period_high else ""
    return f"{f.times}{high}/{f.period}{period}{f.unit}"


def duration(d: Duration | None) -> str:
    if d is None:
        return "-"
    if d.cycle_on:
        return f"{d.cycle_on}+{d.cycle_off} {d.unit}"
    return f"{d.value}{f'-{d.high}' if d.high else ''} {d.unit} {d.bound}"


@pytest.mark.parametrize("case", CASES, ids=[case.split("\n")[0][:60] for case in CASES])
def test_regimens(case: str) -> None:
    text, *expected = [line for line in case.strip().split("\n") if not line.startswith("#")]
    found = read(text)
    assert [shown(one) for one in found] == [line.removeprefix("= ") for line in expected]
    assert all(one.quote in f"DOSAGE AND ADMINISTRATION {text}" for one in found)


def test_context_ties_people_use_and_route() -> None:
    (one,) = read("Adults with tinea: the recommended dose is 5 mg orally once daily at bedtime until disease progression.")
    assert (one.population, one.indication, one.route, one.when, one.until) == ("Adults", "tinea", "oral", ("at bedtime",), "disease progression")


def test_a_use_stays_unstated_when_the_label_has_several() -> None:
    (one,) = read("The dose is 5 mg once daily.", "INDICATIONS AND USAGE EXAMPLUM is indicated for the treatment of tinea and acne.")
    assert one.indication is None


def test_highlights_do_not_repeat_what_the_subsections_say() -> None:
    text = "2 DOSAGE AND ADMINISTRATION • 5 mg once daily. ( 2.1 ) 2.1 Dosage The recommended dose is 5 mg once daily. 2.2 Storage Keep 5 mg away."
    document = read_openfda({"dosage_and_administration": [text], "openfda": {}})
    assert len(read_regimens(document, ())) == 1


def test_a_schedule_without_a_dose_counts_only_where_no_dose_is_stated() -> None:
    (one,) = read("Apply a thin layer twice a week. Leave on for 8 hours. Treatment should continue for 16 weeks.")
    assert (one.dose, one.contact_time and one.contact_time.value, one.duration and one.duration.value) == (None, 8, 16)
    assert one.frequency == Frequency(times=2, period=1, unit="wk")
    assert all(other.dose for other in read("Use every day. The recommended dose is 5 mg once daily."))


INDICATIONS = [
    ("X is indicated for the treatment of hypertension, to lower blood pressure.", ["hypertension"], []),
    ("X is indicated in adults for the relief of moderate to severe pain.", ["pain"], []),
    ("X is indicated for the treatment of adult patients with recurrent epithelial ovarian, fallopian tube, or primary peritoneal cancer.",
     ["recurrent epithelial ovarian cancer", "fallopian tube cancer", "primary peritoneal cancer"], []),
    ("X is indicated for the treatment of actinic or solar keratoses.", ["actinic or solar keratoses"], []),
    ("X is indicated to reduce the risk of stroke and myocardial infarction in patients with diabetes.", ["stroke", "myocardial infarction"], []),
    ("X is indicated for patients with chronic obstructive pulmonary disease (COPD). X is not indicated for COPD with asthma.",
     ["chronic obstructive pulmonary disease"], ["chronic obstructive pulmonary disease with asthma"]),
    ("X is indicated for tinea. Limitations of Use: X is not indicated for the treatment of molluscum contagiosum.", ["tinea"],
     ["molluscum contagiosum"]),
    ("X is indicated for: • Treatment of schizophrenia in adults • Adjunctive therapy to lithium for the treatment of major depressive disorder",
     ["schizophrenia", "major depressive disorder"], []),
    ("X is indicated as an adjunct to diet to improve glycemic control in adults with type 2 diabetes mellitus.", ["type 2 diabetes mellitus"], []),
    ("X is indicated for induction and maintenance of general anesthesia.", ["general anesthesia"], []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "excluded"), INDICATIONS)
def test_indications(text: str, wanted: list[str], excluded: list[str]) -> None:
    body = f"1 INDICATIONS AND USAGE {text}"
    found, ruled_out = read_indications(read_openfda({"indications_and_usage": [body]}))
    assert [one.name for one in found] == wanted
    assert [one.name for one in ruled_out] == excluded
    assert all(one.quote in body for one in (*found, *ruled_out))


def test_population_combination_and_line_are_kept_apart() -> None:
    text = "INDICATIONS AND USAGE X, in combination with platinol, is indicated for first-line treatment of adult patients with metastatic melanoma."
    (one,) = read_indications(read_openfda({"indications_and_usage": [text]}))[0]
    assert (one.name, one.combination_with, one.line) == ("metastatic melanoma", ("platinol",), "first-line")
    assert one.population == "adult patients with metastatic melanoma"


def test_a_daily_total_in_brackets_stays_a_daily_total() -> None:
    one, other = read("Give 4 mg twice a day (8 mg/day). Later give two 360 mg tablets twice daily (1,440 mg daily dose).")
    assert one.alt_dose == Dose(low=8, high=8, unit="mg", basis="day")
    assert other.alt_dose == Dose(low=1440, high=1440, unit="mg", basis="day")


@pytest.mark.parametrize(
    "text", ["The rate of infusion should not exceed 50 mg per minute.", "The rate should not exceed 2 mg PE/kg/min.", "Add 5 mg to the bag."]
)
def test_rates_and_dilutions_are_no_doses(text: str) -> None:
    assert not [one for one in read(text) if one.dose]


def test_people_who_are_not_given_it_are_not_those_who_are() -> None:
    text = "Children and adolescents: not recommended.\nApply examplol 3 mg once daily for 4 weeks."
    (regimen,) = [one for one in read(text) if one.frequency]
    assert regimen.population is None


def test_a_course_in_the_sentence_of_a_schedule_is_that_schedules_own() -> None:
    text = "First kind\nApply 5 times per week for 6 weeks.\nSecond kind\nApply 3 times per week for 4 weeks."
    found = {one.frequency.times: one.duration.value for one in read(text) if one.frequency and one.duration}
    assert found == {5: 6, 3: 4}

"""The tables behind charts: counts, rates that are never merged, facets of trials."""

from typing import Any

from theriac.flow.figures import rate_rows, rate_tables
from theriac.flow.trial_facets import chosen, facets
from theriac.views import Citation, TrialLine


def rate(term: str, arm: str, percent: float, beside: float | None = None, grade: str | None = None) -> dict[str, Any]:
    """One rate as a label's reading gives it."""
    where = {"jurisdiction": "US", "document_type": "prescription label", "product_name": "Balm", "record": "openfda_label:x", "seq": 1}
    rest = {"version": "3", "effective": "2024-01-01", "says": None, "labels": 1, "indication": None, "population": None, "setting": "trial"}
    other = {"comparator_arm": "Placebo", "comparator_percent": beside, "comparator_operator": "="}
    figures = {"percent": percent, "operator": "=", "numerator": None, "denominator": None, "quote": f"{term} {percent}", "path": "ae[0]"}
    return {**where, **rest, **figures, **other, "term": term, "arm": arm, "grade": grade}


def trial(key: str, phase: str | None, *countries: str) -> TrialLine:
    """A trial of which only phase and countries matter."""
    cited = Citation(record=f"ctgov:{key}", seq=1, version=None, path="", seen="2024-01-01", source="ctgov")
    dates = dict.fromkeys(("start", "primary_completion", "completion", "first_posted", "last_update_posted"))
    others = dict.fromkeys(("status", "why_stopped", "sponsor", "enrolment", "has_results", "study_type"))
    named = {"trial": f"nct:{key}", "title": key, "role": "investigated", "intervention": "balm", "score": 1.0, "reason": "", "conditions": []}
    return TrialLine(**named, **dates, **others, phase=phase, countries=list(countries), partial=False, citation=cited)


def test_a_term_that_comes_again_begins_another_table() -> None:
    tables = rate_tables([rate("nausea", "Balm", 10, 5), rate("rash", "Balm", 4, 1), rate("nausea", "Balm", 20, 7)])
    figures = [{term: cells["Balm"]["percent"] for term, cells in table["terms"].items()} for table in tables]
    assert figures == [{"nausea": 10, "rash": 4}, {"nausea": 20}]


def test_an_arm_that_a_table_has_not_had_begins_another_one() -> None:
    tables = rate_tables([rate("nausea", "Balm", 10), rate("rash", "Balm", 4), rate("cough", "Balm forte", 9)])
    assert [table["columns"] for table in tables] == [["Balm"], ["Balm forte"]]


def test_arms_of_one_term_stand_side_by_side_with_the_comparator_once() -> None:
    nausea = [rate("nausea", "10 mg", 10, 5), rate("nausea", "20 mg", 12, 5)]
    (table,) = rate_tables([*nausea, rate("rash", "10 mg", 1, 1), rate("rash", "20 mg", 2, 1)])
    assert table["columns"] == ["10 mg", "Placebo", "20 mg"]
    rows = [(row["arm"], row["percent"]) for row in rate_rows([table]) if row["term"] == "rash"]
    assert rows == [("10 mg", 1), ("Placebo", 1), ("20 mg", 2)]


def test_a_missing_rate_has_no_cell() -> None:
    (table,) = rate_tables([rate("nausea", "Balm", 10, None)])
    assert table["terms"] == {"nausea": {"Balm": table["terms"]["nausea"]["Balm"]}}


def test_facets_count_and_keep() -> None:
    trials = [trial("NCT1", "phase 2", "France", "Spain"), trial("NCT2", "phase 3", "France"), trial("NCT3", None)]
    assert facets(trials)["country"] == [("France", 2), ("not stated", 1), ("Spain", 1)]
    assert [one.trial for one in chosen(trials, {"country": ["France"], "phase": ["phase 3", "phase 4"]})] == ["nct:NCT2"]
    assert chosen(trials, {"phase": []}) == trials

"""The truth table of programmes, line by line, and the page of the docs that shows it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from status_table import PAGE, evidence_of, expectations, lines, page

from theriac.flow.evidence import Programme
from theriac.flow.status import derive
from theriac.flow.status_words import status_words


def said(programme: Programme, field: str) -> tuple[str, str | None]:
    """What the programme says in the table's words, with the rule."""
    place, _, what = field.partition(" ")
    if place in ("US", "EU"):
        if what == "since":
            return programme.since.get(place, ""), programme.rules.get(f"since.{place}")
        if what == "market":
            return programme.market[place].value, programme.rules[f"market.{place}"]
        return programme.authorisation[place].value, programme.rules[f"authorisation.{place}"]
    if field == "no authorisation":
        return "", programme.rules["authorisation"] if not programme.authorisation else "has one"
    if field == "word":
        return status_words(programme), None
    if field == "reason":
        return (programme.stop_reason.value if programme.stop_reason else ""), programme.rules.get("stop_reason")
    return str(getattr(programme, field).value), programme.rules[field]


@pytest.mark.parametrize(("given", "expected"), [(given, expected) for _, given, expected in lines()])
def test_line(given: str, expected: str) -> None:
    evidence, today = evidence_of(given)
    of_condition = [one for one in derive(evidence, today) if one.condition == "C" and one.organisation is None]
    if expected == "no programme":
        assert of_condition == []
        return
    (programme,) = of_condition
    told = expectations(expected)
    assert [(field, *said(programme, field)) for field, _, _ in told] == told


def test_page_shows_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/flow_status/status_table.py"

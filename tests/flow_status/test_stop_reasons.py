"""Why a trial stopped: a table of sponsors' words, and what holds for every text of the real corpus."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theriac.flow.stop_reasons import stop_reason
from theriac.terms import StopReason

TABLE = Path(__file__).with_name("stop_reasons.txt")


def rows() -> list[tuple[str, tuple[str, ...], str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    parts = [line.partition("|") for line in lines]
    return [(left.split()[0], tuple(word.lstrip("+") for word in left.split()[1:]), text.strip()) for left, _, text in parts]


@pytest.mark.parametrize(("expected", "also", "text"), rows())
def test_class_of_the_sponsors_words(expected: str, also: tuple[str, ...], text: str) -> None:
    verdict = stop_reason(text)
    assert verdict.reason.value == expected, verdict
    assert set(also) <= {reason.value for reason in verdict.also}, verdict


def test_every_class_is_in_the_table() -> None:
    assert {expected for expected, _, _ in rows()} == {reason.value for reason in StopReason}


def test_quote_is_the_sentence_that_decided() -> None:
    verdict = stop_reason("The board met in May.  Enrolment was\nfar too slow. No safety issue arose.")
    assert (verdict.reason, verdict.quote, verdict.also) == (StopReason.ENROLMENT, "Enrolment was\nfar too slow.", ())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_quote_always_stands_in_the_text(text: str) -> None:
    verdict = stop_reason(text)
    assert verdict.quote is None or verdict.quote in text
    assert (verdict.quote is None) == (not text.strip())


DENIALS_BEHIND = [". No safety concerns.", "; not due to safety.", ". Not related to efficacy."]


@given(st.sampled_from([text for _, _, text in rows() if text]), st.sampled_from(DENIALS_BEHIND))
def test_a_denial_behind_the_reason_changes_nothing(text: str, denial: str) -> None:
    assert stop_reason(text + denial).reason is stop_reason(text).reason

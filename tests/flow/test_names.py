"""Keys and candidates: tables of input → expected keys, and the laws that hold for any text."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theriac.flow.condition_names import singular
from theriac.flow.name_words import HARD, HARD_HINT, SOFT, SOFT_HINT
from theriac.flow.names import Candidate, Why, condition_candidates, drug_candidates, name_key, not_a_drug, organisation_key
from theriac.flow.salts import split_salt

HERE = Path(__file__).parent


def table(name: str) -> list[tuple[str, str]]:
    lines = [line for line in (HERE / name).read_text().splitlines() if line and not line.startswith("#")]
    return [(left.strip(), right.strip()) for left, _, right in (line.partition("=>") for line in lines)]


def written(candidate: Candidate) -> str:
    return f"{candidate.part}:{candidate.key or '-'}" if candidate.part else candidate.key or "-"


@pytest.mark.parametrize(("text", "expected"), table("names.txt"))
def test_the_keys_of_an_intervention(text: str, expected: str) -> None:
    name, _, others = text.partition(" | ")
    candidates = drug_candidates(name, tuple(filter(None, others.split("; "))))
    assert " ".join(map(written, candidates)) == expected


@pytest.mark.parametrize(("name", "expected"), table("salts.txt"))
def test_a_name_taken_apart(name: str, expected: str) -> None:
    split = split_salt(name)
    base, _, form = expected.partition("|")
    assert (split.base, split.form) == (base.strip(), form.strip())


@pytest.mark.parametrize(("text", "expected"), table("conditions.txt"))
def test_the_keys_of_a_condition(text: str, expected: str) -> None:
    assert " ".join(one.key for one in condition_candidates(text)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("5-FU", "5 FU"), ("BAY38-9456", "BAY 38-9456"), ("17β-estradiol", "17 beta estradiol"), ("Basal-Cell", "basal cell"), ("Naïve®", "naive")],
)
def test_ways_of_writing_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("Placebo", None, Why.PLACEBO),
        ("Imiquimod", "DRUG", None),
        ("Cryotherapy", "PROCEDURE", Why.PROCEDURE),
        ("Imiquimod + placebo", "DRUG", None),
        ("placebo and sham", None, Why.PLACEBO),
        ("waiting list", None, Why.NO_INTERVENTION),
        ("Mindfulness app", None, Why.BEHAVIOUR),
        ("Mediterranean diet", None, Why.FOOD),
        ("whole brain radiotherapy", None, Why.RADIATION),
    ],
)
def test_what_is_no_drug(text: str, kind: str | None, why: Why | None) -> None:
    assert not_a_drug(text, kind) == why


def test_organisations_without_their_legal_form() -> None:
    assert organisation_key("Hoffmann-La Roche Ltd.") == organisation_key("HOFFMANN-LA ROCHE") == "hoffmannlaroche"
    assert organisation_key("Group Holdings Inc") == "groupholdingsinc"


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key or not key.isascii()
    assert key == name_key(text.upper().lower()) or not text.isascii()


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_candidates_of_any_text_are_few_scored_and_repeatable(text: str, others: list[str]) -> None:
    candidates = drug_candidates(text, others)
    assert len(candidates) <= 16
    assert len({(one.key, one.part) for one in candidates}) == len(candidates)
    assert all(0 <= one.score <= 1 and bool(one.key) == (one.score > 0) for one in candidates)
    assert candidates == drug_candidates(text, others)


@given(st.sampled_from([name for name, _ in table("salts.txt")]))
def test_taking_a_name_apart_loses_no_base(name: str) -> None:
    base = split_salt(name).base
    assert base
    assert split_salt(base).base == base


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_the_first_look_misses_nothing_that_the_patterns_fit(data: st.DataObject) -> None:
    for patterns, hint in ((HARD, HARD_HINT), (SOFT, SOFT_HINT)):
        _, pattern = data.draw(st.sampled_from(patterns))
        text = data.draw(st.from_regex(pattern.pattern.replace("(?<!in )", ""), alphabet=st.characters(codec="ascii")))
        assert hint.search(text) or not pattern.search(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15))
def test_the_singular_of_a_singular_of_a_regular_plural(word: str) -> None:
    assert singular(word) == word or len(singular(word)) < len(word) or word.endswith("ses")


def test_naming_an_intervention_is_fast() -> None:
    texts = [left.partition(" | ")[0] for left, _ in table("names.txt")] * 20
    started = time.process_time()
    for text in texts:
        drug_candidates(text)
    assert (time.process_time() - started) / len(texts) < 300e-6

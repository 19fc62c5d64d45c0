"""Laws of the two differences: of words, and of JSON records."""

from itertools import pairwise

import jsonpatch
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theriac.flow.content_diff import Operation, apply, diff, json_patch
from theriac.flow.events import event_id
from theriac.flow.word_diff import changed_units, word_diff
from theriac.terms import EventKind

encode = msgspec.json.Encoder(order="sorted").encode

words = st.lists(st.sampled_from(["apply", "twice", "5", "mg.", "(2.1)", "Stop;", "\n", "the", "skin", "_", "≥"]), max_size=30).map(" ".join)


@given(words, words)
def test_kept_and_added_runs_are_the_new_text_and_kept_and_removed_the_old_words(old: str, new: str) -> None:
    runs = word_diff(old, new)
    assert "".join(run.text for run in runs if run.kind != "removed") == new
    assert "".join("".join(run.text for run in runs if run.kind != "added").split()) == "".join(old.split())
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))


@given(words)
def test_a_text_is_kept_whole_against_itself(text: str) -> None:
    assert {run.kind for run in word_diff(text, text)} <= {"kept"}
    assert list(changed_units(text, text, str.casefold)) == []


def test_a_rewritten_sentence_is_not_left_in_crumbs() -> None:
    runs = word_diff("Use the cream at night on the wart.", "Put a gel in the morning over a lesion.")
    assert len(runs) <= 4


leaf = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, -0.0, 1.0, 0.5]) | st.text("ab/~", max_size=3)
keyed = st.fixed_dictionaries({}, optional={"title": st.text("abc", min_size=1, max_size=1), "id": st.integers(0, 3), "n": leaf})
values = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=5) | st.lists(keyed, max_size=6) | st.dictionaries(st.sampled_from(["a", "b", "title", "c/d"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values, values)
def test_a_patch_leads_from_the_old_value_to_the_new_one_to_the_byte(old: object, new: object) -> None:
    before = encode(old)
    assert encode(apply(old, diff(old, new))) == encode(new)
    assert encode(old) == before
    assert diff(old, old) == []


@given(st.dictionaries(st.sampled_from("ab"), values, max_size=2), st.dictionaries(st.sampled_from("ab"), values, max_size=2))
def test_another_reader_of_json_patch_gets_the_same(old: dict[str, object], new: dict[str, object]) -> None:
    assert encode(jsonpatch.apply_patch(old, json_patch(diff(old, new)))) == encode(new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([{"nctId": "N1", "x": 1}, {"nctId": "N2", "x": 1}], [{"nctId": "N2", "x": 1}, {"nctId": "N1", "x": 2}], ["move", "replace"]),
        ([{"title": "A", "x": 1}, {"title": "B"}], [{"title": "A", "x": 2}, {"title": "B"}], ["replace"]),
        ([1, 2, 3], [1, 3], ["remove"]),
        ({"a": True}, {"a": 1}, ["replace"]),
        ({"a": 1}, {"b": 1}, ["remove", "add"]),
    ],
)
def test_members_are_compared_with_those_of_their_key(old: object, new: object, expected: list[str]) -> None:
    assert [operation.op for operation in diff(old, new)] == expected


def test_a_patch_is_written_as_the_standard_says() -> None:
    assert json_patch([Operation("add", ("a~", 0), None)]) == [{"op": "add", "path": "/a~0/0", "value": None}]


def test_an_events_id_depends_on_each_of_its_parts() -> None:
    parts = ("ctgov:NCT1", EventKind.TRIAL_STOPPED, "a", "b", "")
    others = [("ctgov:NCT2", *parts[1:]), (parts[0], EventKind.TRIAL_STATUS_CHANGED, *parts[2:]), (*parts[:2], "b", "a", ""), (*parts[:4], "x")]
    assert len({event_id(*parts), *(event_id(*other) for other in others)}) == 5  # type: ignore[arg-type]

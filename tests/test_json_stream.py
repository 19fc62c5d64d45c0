"""The cutter against json.loads: the same records whatever the window, one sentence for what is no whole file, nothing silently lost."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theriac.errors import BadFile
from theriac.sources.json_stream import records

text = st.text(alphabet=st.sampled_from(list('ab"\\{}[]:,é😀\n\t/ ')), max_size=12)
value = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
record = st.dictionaries(text.filter(lambda key: key not in ("results", "studies")), value, max_size=5)
several = st.lists(record, max_size=8)
HEAD = 60


def served(form: str, items: list[Any], indent: int | None, ascii_: bool) -> bytes:
    if form == "lines":
        return b"\n".join(json.dumps(item, ensure_ascii=ascii_).encode() for item in items)
    whole: Any = items if form == "array" else {"meta": {"results": 3}, form: items, "after": [{"no": "record"}]}
    return json.dumps(whole, indent=indent, ensure_ascii=ascii_).encode()


@given(several, st.sampled_from(["array", "results", "studies", "lines"]), st.sampled_from([None, 1]), st.booleans(), st.integers(HEAD, 300))
@settings(max_examples=400, deadline=None)
def test_any_window_gives_the_records_that_json_gives(items: list[Any], form: str, indent: int | None, ascii_: bool, window: int) -> None:
    data = served(form, items, indent, ascii_)
    if form == "lines" and len(items) == 0:
        return
    found = list(records(io.BytesIO(data), window=window))
    assert [json.loads(one) for one in found] == items
    assert all(one in data for one in found)


@given(several.filter(bool), st.sampled_from(["array", "results", "studies"]), st.data())
@settings(max_examples=300, deadline=None)
def test_a_cut_off_file_gives_its_whole_records_and_then_the_sentence(items: list[Any], form: str, data: st.DataObject) -> None:
    whole = served(form, items, None, True)
    end = whole.rindex(b"]", 0, whole.rindex(b', "after"') if form != "array" else None)
    cut = whole[: data.draw(st.integers(whole.index(b"[") + 1, end))]
    found = []
    with pytest.raises(BadFile, match="cut off while downloading; download it again"):
        for one in records(io.BytesIO(cut), window=data.draw(st.integers(HEAD, 200))):
            found.append(json.loads(one))
    assert found == items[: len(found)]


def test_the_corpus_order_of_a_file_in_memory_and_in_windows_is_the_same() -> None:
    items = [{"id": number, "text": "x" * (number % 97), "inner": [{"a": [number]}]} for number in range(3_000)]
    data = b"\xef\xbb\xbf" + json.dumps({"studies": items}).encode()
    assert list(records(io.BytesIO(data))) == list(records(io.BytesIO(data), window=1_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Too many requests</body></html>",
        b"nothing",
        '{"a": 1}'.encode("utf-16"),
        b'{"results": [{"a": 1}, {"b": ',
        b'[{"a": "unfinished',
        b'{"a": 1}\n{"b": 2}}\n{"c": 3}\n',
        b'{"a": 1}\n{"b": \n',
    ],
)
def test_what_is_no_whole_file_of_records_is_one_sentence(data: bytes) -> None:
    with pytest.raises(BadFile) as caught:
        list(records(io.BytesIO(data)))
    assert "\n" not in caught.value.reason


def test_records_before_a_stray_bracket_are_kept() -> None:
    found = []
    with pytest.raises(BadFile, match="closes after record 2"):
        for one in records(io.BytesIO(b'{"a": 1}\n{"b": 2}}\n{"c": 3}\n')):
            found.append(one)
    assert found == [b'{"a": 1}', b'{"b": 2}']


def test_a_hundred_thousand_brackets_are_no_crash() -> None:
    deep = b'{"results": [' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}"
    assert len(list(records(io.BytesIO(deep)))) == 1


def test_an_endless_record_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theriac.sources.json_stream.LARGEST_RECORD", 10_000)
    with pytest.raises(BadFile, match="record 1 is larger"):
        list(records(io.BytesIO(b'[{"a": "' + b"x" * 100_000), window=1_000))


def test_it_reads_to_the_end_so_that_an_archive_can_check_its_sum() -> None:
    class Checked(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            if not data:
                raise BadFile("the sum is wrong")
            return data

    with pytest.raises(BadFile, match="sum is wrong"):
        list(records(Checked(b'{"results": [{"a": 1}], "x": 1}' + b" " * 500), window=50))

"""A stored version as a person reads it: every word there, the quote found, two versions told apart."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import theriac
from theriac import documents
from theriac.documents import DocumentView, parts_of
from theriac.errors import UnknownName, UserError
from theriac.flow.changed_parts import changed_parts
from theriac.flow.outline import Block, Part, outline, words
from theriac.flow.quotes import find_quote, slots
from theriac.settings import Settings

STARTER = Path(theriac.__file__).parent / "starter"
_PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator["theriac.Theriac"]:
    with theriac.open(settings=Settings(home=tmp_path_factory.mktemp("home"), workers=1), create=True) as opened:
        opened.load([STARTER])
        yield opened


def text_of(view: DocumentView, *, marked: bool = False) -> str:
    """The words of a page, or only the marked ones."""
    return "".join(
        piece.text
        for part in view.parts
        for pieces in [part.title, *(cell for block in part.blocks for cell in [block.pieces, *(one for row in block.rows for one in row)])]
        for piece in pieces
        if piece.marked or not marked
    )


def quotes_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "quote" and inner:
                yield inner
            else:
                yield from quotes_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from quotes_in(inner)


def test_every_quote_of_every_starter_label_is_found(store: "theriac.Theriac") -> None:
    looked = 0
    for line in store.drug("imiquimod").labels:
        for said in store.label(line.citation.record):
            for quote in set(quotes_in(msgspec.to_builtins(said))):
                view = store.document(line.citation.record, version=str(line.citation.seq), quote=quote)
                assert view.quote_found, (line.citation.record, quote)
                assert "".join(text_of(view, marked=True).split()) == "".join(quote.split())
                looked += 1
    assert looked > 30


def test_a_citation_without_a_quote_marks_the_value_it_stands_for(store: "theriac.Theriac") -> None:
    trial = store.drug("imiquimod").trials[0]
    view = store.document(trial.citation.record, version=str(trial.citation.seq), path=trial.citation.path)
    assert view.quote_found
    assert text_of(view, marked=True) == trial.intervention


def test_a_quote_that_is_not_there_is_not_found(store: "theriac.Theriac") -> None:
    view = store.document(store.drug("imiquimod").labels[0].citation.record, quote="words that no label holds")
    assert not view.quote_found
    assert text_of(view, marked=True) == ""


def test_versions_are_chosen_by_rank_hash_and_label(store: "theriac.Theriac") -> None:
    record = next(one.record for one in store.changes() if one.from_seq and one.to_seq)
    first, *_, last = store.history(record)
    assert store.document(record).seq == last.seq
    for name in (str(first.seq), first.version, first.version[:10]):
        assert store.document(record, version=name).version == first.version
    with pytest.raises(UnknownName, match="has no version '77'"):
        store.document(record, version="77")
    with pytest.raises(UserError, match="has pages 1 to"):
        store.document(record, page=900)
    with pytest.raises(UnknownName, match="no record is called"):
        store.document("nowhere:nothing")


def test_a_difference_shows_old_and_new_words_and_counts_what_is_equal(store: "theriac.Theriac") -> None:
    line = next(one for one in store.changes() if one.from_seq and one.to_seq and one.quote_old and one.quote_new)
    view = store.difference(line.record, str(line.from_seq), str(line.to_seq))
    assert view.changes
    assert (view.older.seq, view.newer.seq) == (line.from_seq, line.to_seq)
    for kind, quote in (("added", line.quote_old), ("removed", line.quote_new)):
        left = "".join(run.text for change in view.changes for run in change.runs if run.kind != kind)
        assert "".join(quote.split()) in "".join(left.split())
    assert store.difference(line.record, "1", "1").changes == []


def test_what_was_served_is_given_back_to_the_byte(store: "theriac.Theriac") -> None:
    record = store.drug("imiquimod").labels[0].citation.record
    served = store.served(record)
    assert msgspec.json.decode(served.payload)
    assert served.media_type == "application/json"
    assert "/" not in served.name


def test_a_long_document_comes_in_pages_and_opens_on_the_quote() -> None:
    parts = [Part(title=f"Section {number}", blocks=(Block(kind="text", text=f"start{number} " + "x " * 9_000),)) for number in range(9)]
    pages = list(documents._pages(parts))
    assert [part for page in pages for part, _ in page] == list(range(9))
    assert documents._page_of(pages, find_quote(parts, "start8")) == len(pages) > 1


def test_json_xml_and_tables_become_parts() -> None:
    studied = outline(
        b'{"protocolSection": {"statusModule": {"whyStopped": "slow accrual"}, "arms": [{"label": "A", "type": "x"}], "phases": ["P1", "P2"]}}'
    )
    assert [(part.title, part.level) for part in studied] == [("Protocol", 1), ("Status", 2)]
    assert studied[0].blocks[0].header == (("Label", "Type"),)
    assert studied[0].blocks[1].rows == (("P1",), ("P2",))
    written = outline(b"<?xml version='1.0'?><study rank='3'><why_stopped>slow</why_stopped><arm><label>A</label></arm></study>")
    assert [(part.title, part.level) for part in written] == [("Study", 1), ("Arm", 2)]
    assert [(block.name, block.text) for block in written[0].blocks] == [("Rank", "3"), ("Why stopped", "slow")]
    (row,) = outline(b"020723\t001\t\tALDARA\r\n", "ApplNo\tProductNo\tForm\tDrugName")
    assert [(block.name, block.text) for block in row.blocks] == [("Appl no", "020723"), ("Product no", "001"), ("Drug name", "ALDARA")]
    (rows,) = outline(b"1~a\n2~b\n", "No~Name")
    assert (rows.blocks[0].header, rows.blocks[0].rows) == ((("No", "Name"),), (("1", "a"), ("2", "b")))
    assert outline(b"plain\nlines")[0].blocks[0].text == "plain\nlines"
    assert outline(b"") == ()


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text("ab <&\"'", max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abC_", min_size=1, max_size=5), inner, max_size=4),
    max_leaves=25,
)


@_PATIENT
@given(_json)
def test_no_word_of_a_json_document_is_lost(value: object) -> None:
    def leaves(one: object) -> Iterator[str]:
        if isinstance(one, dict):
            for inner in one.values():
                yield from leaves(inner)
        elif isinstance(one, list):
            for inner in one:
                yield from leaves(inner)
        elif isinstance(one, str):
            yield one

    shown = " ".join(text for _, text in slots(outline(msgspec.json.encode(value))))
    for text in leaves(value):
        assert text in shown


@_PATIENT
@given(st.lists(st.text("ab .\n", max_size=12), min_size=1, max_size=6), st.data())
def test_a_quote_is_found_across_parts_whatever_blanks_lie_between(texts: list[str], data: st.DataObject) -> None:
    parts = [Part(title="", blocks=(Block(kind="text", text=text),)) for text in texts]
    bare = "".join("".join(text.split()) for text in texts)
    start = data.draw(st.integers(0, len(bare)))
    end = data.draw(st.integers(start, len(bare)))
    marks = find_quote(parts, "  ".join(bare[start:end]))
    held = "".join(text[marks[slot][0] : marks[slot][1]] for slot, text in slots(parts) if slot in marks)
    assert "".join(held.split()) == bare[start:end]


@_PATIENT
@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.text("xy .", max_size=10)), max_size=5),
    st.lists(st.tuples(st.sampled_from("ABD"), st.text("xy .", max_size=10)), max_size=5),
)
def test_a_difference_of_parts_leads_from_old_to_new(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    before, after = ([Part(title=title, blocks=(Block(kind="text", text=text),)) for title, text in some] for some in (old, new))
    changes, equal = changed_parts(before, after)
    if [(a, b.split()) for a, b in old] == [(a, b.split()) for a, b in new]:
        assert (changes, equal) == ([], len(new))
    kinds = [change.kind for change in changes]
    assert len(new) - len(old) == kinds.count("added") - kinds.count("removed")
    assert changed_parts(before, before) == ([], len(before))


def test_long_shared_stretches_are_cut() -> None:
    shared = "word " * 500
    (change,), _ = changed_parts(
        [Part(title="T", blocks=(Block(kind="text", text=f"one {shared}"),))], [Part(title="T", blocks=(Block(kind="text", text=f"two {shared}"),))]
    )
    assert [run.kind for run in change.runs if run.kind != "kept"] == ["removed", "added", "cut"]
    assert sum(len(run.text) for run in change.runs) < 400


def test_keys_read_as_words() -> None:
    assert [words(key) for key in ("leadSponsor", "MOA_SOURCE_URL", "statusModule", "Active substance")] == [
        "Lead sponsor",
        "MOA SOURCE URL",
        "Status",
        "Active substance",
    ]


def test_a_label_shows_its_sections_once_and_in_order(store: "theriac.Theriac") -> None:
    record = next(one.citation.record for one in store.drug("imiquimod").labels if one.jurisdiction == "US")
    payload = store.served(record).payload
    parts = parts_of("", payload)
    titles = [part.title for part in parts]
    assert titles[0] == "About this document"
    assert len(titles) > 5
    words_of = ["".join("".join(block.text for block in part.blocks).split()) for part in parts[1:]]
    assert not any(one and one in other for place, one in enumerate(words_of) for other in words_of[:place])

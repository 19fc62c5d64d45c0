"""The laws of history: the same sightings give the same spans, whatever the order and the batches that they were loaded in."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_homes import answers, study, write

from theriac.flow.versions import Complete, Sighted, Span, believed, spans
from theriac.pipeline import load
from theriac.settings import Settings
from theriac.store.home import prepare
from theriac.store.index import Index, ListingRow, SightingRow, VersionRow

days = st.integers(1, 6).map(lambda day: f"2024-01-0{day}")
sighted = st.builds(
    Sighted, version=st.sampled_from("abcd"), seen=days, rank=st.just(""), partial=st.just(False), listing=st.sampled_from(["", "l1", "l2", "l3"])
).map(lambda one: Sighted(one.version, one.seen, f"r{one.version}", one.version == "d", one.listing))
listings = st.lists(st.builds(Complete, id=st.sampled_from(["l1", "l2", "l3"]), seen=days), max_size=3, unique_by=lambda one: one.id)


@given(st.lists(sighted, max_size=8), listings, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_spans_do_not_depend_on_order_or_repeats(some: list[Sighted], listed: list[Complete], random: Any) -> None:
    again = some + some[:2]
    random.shuffle(again)
    assert spans(again, listed) == spans(some, listed)


@given(st.lists(sighted, max_size=8), listings)
@settings(max_examples=300, deadline=None)
def test_spans_follow_one_another_without_gaps_but_for_absences(some: list[Sighted], listed: list[Complete]) -> None:
    found = spans(some, listed)
    absent = {one.seen for one in believed(listed)}
    for first, second in itertools.pairwise(found):
        assert first.end is not None
        assert first.start <= first.end <= second.start
        assert first.end == second.start or first.end in absent
        assert first.version != second.version or first.end < second.start
    assert {one.version for one in found} <= {one.version for one in some}
    full = [one for one in some if not one.partial]
    if full:
        late = min(one.seen for one in full)
        assert all(one.version != "d" or one.start < late for one in found)


def test_a_b_a_is_three_spans_of_two_versions() -> None:
    found = spans([Sighted("a", "1"), Sighted("b", "2"), Sighted("a", "3")])
    assert found == (Span("a", "1", "2"), Span("b", "2", "3"), Span("a", "3", None))


def test_a_partial_never_replaces_a_full_version() -> None:
    assert spans([Sighted("whole", "1"), Sighted("part", "2", partial=True)]) == (Span("whole", "1", None),)
    assert spans([Sighted("part", "1", partial=True), Sighted("whole", "2")]) == (Span("part", "1", "2"), Span("whole", "2", None))


def test_only_a_listing_that_leaves_it_out_ends_a_record() -> None:
    seen = [Sighted("a", "2024-01", listing="first")]
    assert spans(seen, [Complete("first", "2024-01"), Complete("second", "2024-02")]) == (Span("a", "2024-01", "2024-02"),)
    back = [*seen, Sighted("a", "2024-03", listing="third")]
    three = [Complete("first", "2024-01"), Complete("second", "2024-02"), Complete("third", "2024-03")]
    assert spans(back, three) == (Span("a", "2024-01", "2024-02"), Span("a", "2024-03", None))


def test_versions_of_one_moment_stand_in_order_of_rank() -> None:
    found = spans([Sighted("x", "1", rank="2020-02"), Sighted("a", "1", rank="2020-03")])
    assert found == (Span("x", "1", "1"), Span("a", "1", None))


def _rows(draw: Any) -> tuple[list[VersionRow], list[SightingRow], list[ListingRow]]:
    records = ["r1", "r2", "r3"]
    versions = [
        VersionRow("s", key, f"{key}{letter}", f"c{letter}", "f", None, letter, "t", letter == "p", "now", "reader", "kind", f"title {letter}", b"")
        for key in records
        for letter in "abp"
    ]
    named: dict[str, set[str]] = {}
    sightings = []
    for row in versions:
        for day in draw(st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True)):
            listing = draw(st.sampled_from(["", f"l{day}"]))
            named.setdefault(listing, set()).add(row.key)
            sightings.append(SightingRow("s", row.key, row.version, f"2024-01-0{day}", "path", listing, row.version.encode() * 8))
    listed = [
        ListingRow(f"l{day}", "s", "t", f"2024-01-0{day}", len(named.get(f"l{day}", ())), 0.4)
        for day in draw(st.lists(st.integers(1, 5), unique=True))
    ]
    return versions, sightings, listed


def _state(index: Index) -> list[Any]:
    query = """SELECT r.key, v.hash, s.seen_from, s.seen_to FROM span s JOIN record r ON r.id = s.record JOIN version v ON v.id = s.version
               ORDER BY r.key, s.seen_from, s.rowid"""
    latest = sorted(index.latest([("s", "r1"), ("s", "r2"), ("s", "r3")]).items())
    return [*index.db.execute(query).fetchall(), *latest]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_commits_in_any_order_and_cut_give_one_history(data: st.DataObject) -> None:
    versions, sightings, listed = _rows(data.draw)
    rows: list[Any] = [*sightings, *listed]
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=6)))
    of = {row.version: row for row in versions}
    with tempfile.TemporaryDirectory() as folder:
        whole, parts = Index(Path(folder) / "whole.sqlite"), Index(Path(folder) / "parts.sqlite")
        whole.apply(1, versions, sightings, listed)
        for number, (start, end) in enumerate(itertools.pairwise([0, *cuts, len(rows)]), 1):
            some = shuffled[start:end]
            seen = [row for row in some if isinstance(row, SightingRow)]
            fresh = list({row.version: of[row.version] for row in seen}.values())
            for _ in range(data.draw(st.integers(1, 2))):
                parts.apply(number, fresh, seen, [row for row in some if isinstance(row, ListingRow)])
        assert _state(parts) == _state(whole)
        whole.close()
        parts.close()


one_study = st.tuples(st.integers(1, 3), st.integers(1, 5), st.sampled_from(["One title", "Another title", "A third title"]), st.booleans())


def _file(folder: Path, number: int, some: list[tuple[int, int, str, bool]]) -> Path:
    served = []
    for key, day, title, whole in some:
        one = study(key, f"2024-01-0{day}", title)
        if not whole:
            del one["hasResults"]
        served.append(one)
    return write(folder, f"file{number}.ndjson", *served)


@given(st.lists(st.lists(one_study, min_size=1, max_size=4), min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_files_in_any_order_give_one_history(files: list[list[tuple[int, int, str, bool]]], random: Any) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        paths = [_file(folder / "in", number, some) for number, some in enumerate(files)]
        found = []
        for name, order in (("one", paths), ("two", random.sample(paths, len(paths)))):
            home = prepare(folder / name, f"sqlite:///{folder / name / 'catalog.sqlite'}")
            if name == "one":
                load(home, Settings(home=home.folder, workers=1), order)
            for path in order if name == "two" else ():
                load(home, Settings(home=home.folder, workers=1, batch_records=2), [path])
            found.append(answers(home))
            home.close()
        for what, rows in found[0].items():
            if what != "claims":
                assert rows == found[1][what], what


def test_bytes_loaded_with_a_given_day_keep_their_own_day_later(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ndjson", study(1, "2024-01-01"))
    states = []
    for name, days_given in (("one", ("2023-05-05", None)), ("two", (None, "2023-05-05"))):
        home = prepare(tmp_path / name, f"sqlite:///{tmp_path / name / 'catalog.sqlite'}")
        for day in days_given:
            load(home, Settings(home=home.folder, workers=1), [path], seen=day)
        states.append(answers(home)["spans"])
        home.close()
    assert states[0] == states[1]
    assert states[0][0][2] == "2023-05-05"


@pytest.mark.parametrize("order", list(itertools.permutations((100, 3, 98))))
def test_a_listing_that_shrank_too_far_is_not_believed_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    days_of = {100: "2024-01-01", 3: "2024-02-01", 98: "2024-03-01"}
    index = Index(tmp_path / "index.sqlite")
    for number, count in enumerate(order, 1):
        seen = days_of[count]
        rows = [VersionRow("s", f"k{key}", f"v{key}", "c", "f", None, "", "t", False, "now", "reader", "kind", "title", b"") for key in range(count)]
        sightings = [SightingRow("s", row.key, row.version, seen, "path", seen, f"{seen}{row.key}".encode()) for row in rows]
        index.apply(number, rows, sightings, [ListingRow(seen, "s", "t", seen, count, 0.5)])
    ended = index.db.execute("SELECT r.key, s.seen_to FROM span s JOIN record r ON r.id = s.record WHERE s.seen_to IS NOT NULL ORDER BY 1").fetchall()
    assert ended == [("k98", "2024-03-01"), ("k99", "2024-03-01")]
    assert index.believed_before("s", "t", "2024-03-01") == 100
    index.close()

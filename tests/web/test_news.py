"""What changed, a page at a time, tells of every change once and of nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import theriac
from theriac import api
from theriac.errors import UnknownName, UserError
from theriac.settings import Settings
from theriac.watch import Watch


@pytest.fixture(scope="module")
def store(starter_home: Path) -> Iterator["theriac.Theriac"]:
    with api.open_home(settings=Settings(home=starter_home, workers=1)) as opened:
        yield opened


def told(page: object) -> list[str]:
    """The ids of the changes that a page names, those among them that stand beside a change in the same words."""
    return [number for group in page.groups for item in group.items for number in [item.change.id, *(one.event for one in item.same)]]


def test_all_pages_together_hold_every_change_once(store: "theriac.Theriac") -> None:
    first = store.news()
    pages = [store.news(page=number) for number in range(1, first.pages + 1)]
    ids = [number for page in pages for number in told(page)]
    assert sorted(ids) == sorted(line.id for line in store.changes())
    assert len(ids) == first.total > 40
    assert first.pages > 1


def test_facets_count_what_they_lead_to(store: "theriac.Theriac") -> None:
    page = store.news()
    assert sum(one.changes for one in page.families) == sum(one.changes for one in page.sources) == page.total
    for one in page.families:
        found = store.news(family=one.value)
        assert found.total == one.changes
        assert {item.family for group in found.groups for item in group.items} == {one.value}


@pytest.mark.parametrize(
    "asked", [{"drug": "imiquimod"}, {"condition": "actinic keratosis"}, {"since": "2026-10"}, {"until": "2026-09"}, {"as_of": "2026-09-15"}]
)
def test_what_was_chosen_is_what_changes_says(store: "theriac.Theriac", asked: dict[str, str]) -> None:
    found = store.news(**asked)
    ids = [number for page in range(1, found.pages + 1) for number in told(store.news(**asked, page=page))]
    assert sorted(ids) == sorted(line.id for line in store.changes(**asked))


def test_one_change_by_its_id_and_none_by_another(store: "theriac.Theriac") -> None:
    for line in store.changes():
        assert store.change(line.id).change == line
    with pytest.raises(UnknownName, match="there is no change"):
        store.change("ev-nothing")
    with pytest.raises(UserError, match="there is no kind of change"):
        store.news(family="gossip")
    with pytest.raises(UserError, match="there are pages 1 to"):
        store.news(page=999)


def test_marked_words_lead_from_old_to_new(store: "theriac.Theriac") -> None:
    items = [store.change(line.id) for line in store.changes() if line.quote_old and line.quote_new]
    marked = [item for item in items if item.runs and not any(run.kind == "cut" or run.text.endswith("…") for run in item.runs)]
    assert marked
    for item in marked:
        for kind, quote in (("added", item.change.quote_old), ("removed", item.change.quote_new)):
            assert "".join("".join(run.text for run in item.runs if run.kind != kind).split()) == "".join(quote.split())


def test_a_narrowed_history_misses_no_event_of_a_drug_or_condition(store: "theriac.Theriac") -> None:
    watch = Watch(store.home, store.names)
    every = list(watch.since("1900", ()))
    for field in ("drug", "condition"):
        for wanted in {one.id for event in every for one in getattr(event, f"{field}s")}:
            must = {event.id for event in every if wanted in {one.id for one in getattr(event, f"{field}s")}}
            assert must <= {event.id for event in watch.since("1900", ((field, (wanted,)),))}, wanted
    assert {event.id for event in every if event.kind.family == "label"} == {event.id for event in watch.since("1900", (("kind", ("label",)),))}

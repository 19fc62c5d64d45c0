"""Saved searches: a rule saves one, and documents that come to be found or are found no more are events of its alert, each told once."""

from pathlib import Path

import pytest
from store_homes import study, write

from theriac.api import Theriac, open_home
from theriac.errors import UserError
from theriac.settings import Settings


def kinds(store: Theriac, number: str) -> list[tuple[str, str, str]]:
    """Every item that an alert has told, oldest digest first: its kind, its document and the search."""
    items = [item for one in reversed(store.alerts.digests(number)) for group in one.groups for section in group.sections for item in section.items]
    return [(item.kind.value, document.record, item.new or item.old or "") for item in items for document in item.documents]


def test_what_comes_and_goes_is_told_once(tmp_path: Path) -> None:
    with open_home(tmp_path / "home", create=True, settings=Settings(home=tmp_path / "home", workers=1)) as store:
        store.load([write(tmp_path, "a.jsonl", study(1, "s", "Warts of the hand"), study(2, "s", "Warts of the foot"))], seen="2020-01-01")
        added = store.alerts.add('search:"warts foot", kind:paper.retracted', every="now", to=["feed"])
        other = store.alerts.add("search:HAND country:FR", every="now", to=["feed"])
        number = added.alert.id
        assert "the saved search is warts foot" in added.alert.sentence
        assert store.alerts.run("2099-01-01T00:00:00Z").alerts == 0  # what it found when it was saved is no news

        left = study(1, "t", "Warts of the left hand", updated="2021-01-02")
        store.load([write(tmp_path, "b.jsonl", study(3, "s", "Foot warts again"), left)], seen="2021-01-01")
        assert store.alerts.run("2099-01-02T00:00:00Z").alerts == 1
        assert store.alerts.run("2099-01-03T00:00:00Z").alerts == 0
        assert kinds(store, number) == [("query.result_added", "ctgov:NCT00000003", "warts foot")]

        store.load([write(tmp_path, "c.jsonl", study(2, "u", "Warts of the nose", updated="2022-01-02"))], seen="2022-01-01")
        store.load([write(tmp_path, "d.jsonl", study(4, "u", "Nothing of the kind", updated="2022-01-02"))], seen="2022-01-02")
        store.alerts.run("2099-01-04T00:00:00Z")
        assert kinds(store, number)[1:] == [("query.result_removed", "ctgov:NCT00000002", "warts foot")]

        store.load([write(tmp_path, "e.jsonl", study(2, "v", "Warts of the foot", updated="2023-01-02"))], seen="2023-01-01")
        store.alerts.run("2099-01-05T00:00:00Z")
        assert kinds(store, number)[2:] == [("query.result_added", "ctgov:NCT00000002", "warts foot")]
        assert kinds(store, other.alert.id) == []  # its documents are of no such country
        tested = store.alerts.test('search:"warts foot"', every="day")
        assert tested.matched == 3


def test_a_search_for_nothing_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", workers=1)
    with open_home(tmp_path / "home", create=True, settings=settings) as store, pytest.raises(UserError, match="no letters"):
        store.alerts.add('search:"…"', to=["feed"])

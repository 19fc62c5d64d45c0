"""What a catch-up of many drugs reads and holds: only drugs of which something changed, some at a time, and each table's first day once."""

import gc
import json
from pathlib import Path
from typing import Any

import pytest

import theriac
from theriac import chronicle, decided, programme_chronicle
from theriac.api import Theriac
from theriac.pipeline import load
from theriac.settings import Settings
from theriac.store import events

NAMES = ("zorvexine", "quandrolol", "mibrasten", "felorotide")
WARTS, GOUT = "1 INDICATIONS AND USAGE It is indicated for the treatment of common warts.", "1 INDICATIONS AND USAGE It is indicated for gout flares."


def label(number: int, name: str, use: str, version: int) -> dict[str, Any]:
    """A label in openFDA's form."""
    named = {"brand_name": [name.upper()], "generic_name": [name], "substance_name": [name], "application_number": [f"NDA09900{number}"]}
    return {
        "set_id": f"00000000-0000-4000-8000-00000000000{number}",
        "id": f"00000000-0000-4000-8000-0000000{version}000{number}",
        "version": str(version),
        "effective_time": f"202{version}0115",
        "openfda": named | {"product_type": ["HUMAN PRESCRIPTION DRUG"]},
        "indications_and_usage": [use],
    }


@pytest.fixture
def store(tmp_path: Path) -> Theriac:
    """Labels of four drugs, of which one later names another use."""
    store = theriac.open(settings=Settings(home=tmp_path / "home", workers=1), create=True)
    for day, use, version in (("2023-01-01", WARTS, 1), ("2023-06-01", GOUT, 2)):
        results = [label(number, name, use if number == 0 else WARTS, version if number == 0 else 1) for number, name in enumerate(NAMES)]
        path = tmp_path / f"{day}.json"
        path.write_text(json.dumps({"meta": {"last_updated": day, "results": {"skip": 0, "limit": 4, "total": 4}}, "results": results}))
        load(store.home, store.settings, [path], seen=day)
    return store


def read_by(store: Theriac, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The drugs of which papers are read, and how many are held then."""
    read: list[tuple[str, int]] = []
    real = decided.documents_through_time

    def noted(entity: Any, *rest: Any) -> Any:
        gc.collect()
        read.append((entity.name, sum(isinstance(one, decided.DecisionsOfDrug) for one in gc.get_objects())))
        return real(entity, *rest)

    monkeypatch.setattr(decided, "documents_through_time", noted)
    programme_chronicle.catch_up(store.home, store.names, "2024-01-01")
    return read


def test_drugs_of_which_nothing_changed_are_not_read(store: Theriac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme_chronicle, "_FEW", 1)
    assert [name for name, _ in read_by(store, monkeypatch)] == ["zorvexine"]


def test_the_same_is_looked_at_from_either_side(store: Theriac, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    for few in (500, 1):
        monkeypatch.setattr(programme_chronicle, "_FEW", few)
        with store.home.aside() as other:
            programme_chronicle.kept.unstage(other, None)
            looked.append(programme_chronicle.catch_up(other, store.names, "2024-01-01"))
    assert looked == [2, 2]  # its two uses


def test_no_more_drugs_are_held_than_are_looked_at_together(store: Theriac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme_chronicle, "_DRUGS", 1)
    read = read_by(store, monkeypatch)
    assert len(read) == len(NAMES) and max(held for _, held in read) == 1


def test_the_first_day_of_a_table_is_looked_up_once(store: Theriac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chronicle, "_LOT", 1)
    asked: list[str] = []
    store.home.index.db.execute("INSERT OR IGNORE INTO unchronicled SELECT id FROM record")
    monkeypatch.setattr(events, "forget_baseline", lambda _: None)
    store.home.index.db.set_trace_callback(lambda query: asked.append(query))
    chronicle.catch_up(store.home)
    store.home.index.db.set_trace_callback(None)
    assert sum("min(s.seen_from), min(v.commit_id)" in query for query in asked) == 1

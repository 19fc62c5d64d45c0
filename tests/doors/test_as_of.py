"""What the store says as of a day is what a store says that was given the documents up to that day and no others."""

import json
from pathlib import Path

import msgspec
import pytest

import theriac
from theriac.settings import Settings

STARTER = Path(theriac.__file__).parent / "starter"
DAY = "2026-09-15"


def opened(folder: Path) -> "theriac.Theriac":
    return theriac.open(settings=Settings(home=folder), create=True)


def plain(value: object) -> object:
    built = json.loads(msgspec.json.encode(value))
    for part in built if isinstance(built, list) else [built]:
        part.pop("sources", None)
        part.pop("as_of", None)
    return built


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    then, now = tmp_path_factory.mktemp("then"), tmp_path_factory.mktemp("now")
    with opened(then) as store:
        store.load([STARTER / "2026-09-01"])
    with opened(now) as store:
        store.load([STARTER])
    return then, now


@pytest.mark.parametrize("name", ["imiquimod", "fluorouracil", "tirbanibulin", "ingenol mebutate", "resiquimod"])
def test_profile_status_and_trials(homes: tuple[Path, Path], name: str) -> None:
    with opened(homes[0]) as then, opened(homes[1]) as now:
        assert plain(now.drug(name, DAY)) == plain(then.drug(name, DAY))
        assert plain(now.status(drug=name, as_of=DAY)) == plain(then.status(drug=name, as_of=DAY))
        assert plain(now.timeline(name, DAY)) == plain(then.timeline(name, DAY))
        assert plain(now.trials(drug=name, as_of=DAY)) == plain(then.trials(drug=name, as_of=DAY))


def test_changes_and_conditions(homes: tuple[Path, Path]) -> None:
    with opened(homes[0]) as then, opened(homes[1]) as now:
        assert plain(now.changes(as_of=DAY)) == plain(then.changes(as_of=DAY))
        assert now.changes()
        assert plain(now.status(condition="actinic keratosis", as_of=DAY)) == plain(then.status(condition="actinic keratosis", as_of=DAY))


def test_the_order_of_loading_leaves_no_trace(homes: tuple[Path, Path], tmp_path: Path) -> None:
    with opened(tmp_path) as backwards, opened(homes[1]) as forwards:
        for folder in ("2026-11-01", "2026-09-01"):
            backwards.load([STARTER / folder])
        for name in ("imiquimod", "fluorouracil"):
            assert plain(backwards.drug(name)) == plain(forwards.drug(name))
            assert plain(backwards.changes(drug=name)) == plain(forwards.changes(drug=name))


def test_a_rebuild_gives_the_same_events_and_the_same_answers(homes: tuple[Path, Path]) -> None:
    with opened(homes[1]) as store:
        before = (plain(store.changes()), plain(store.drug("imiquimod")), plain(store.status(drug="imiquimod")))
        assert store.doctor(rebuild=True).faults == []
        assert (plain(store.changes()), plain(store.drug("imiquimod")), plain(store.status(drug="imiquimod"))) == before

"""Dates that are crossed: dated the day itself, whenever a run comes after it; never twice, and no news of a first load."""

import datetime
import json
from pathlib import Path

import pytest

from theriac import chronicle
from theriac.catchup import catch_up
from theriac.pipeline import load
from theriac.settings import Settings
from theriac.store import events
from theriac.store.home import Home, prepare

HEAD = (
    "Appl_Type~Appl_No~Product_No~Patent_No~Patent_Expire_Date_Text~Drug_Substance_Flag~Drug_Product_Flag~Patent_Use_Code~Delist_Flag~Submission_Date"
)


def patents(folder: Path, name: str, *rows: tuple[str, str]) -> Path:
    """A patent table of one made-up application: patent numbers and the days on which they expire."""
    path = folder / name / "patent.txt"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([HEAD, *(f"N~099001~001~{number}~{expires}~~Y~~~" for number, expires in rows)]) + "\n")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'catalog.sqlite'}")


def take(home: Home, path: Path, seen: str, moment: str) -> None:
    load(home, Settings(home=home.folder, workers=1), [path], seen=seen, moment=moment)


def crossings(home: Home, until: str) -> list[tuple[str, str, str]]:
    found = [one for one in events.events(home, until=until, kinds=["patent.*"]) if "expires" in one.kind]
    return [(one.seen, one.kind.value, one.quote_new or "") for one in reversed(found)]


def test_each_horizon_is_an_event_of_its_own_day_and_only_once_it_came(home: Home, tmp_path: Path) -> None:
    take(home, patents(tmp_path, "a", ("9000001", "Mar 1, 2029")), "2024-01-10", "2024-01-10T08:00:00Z")
    chronicle.catch_up(home)
    assert crossings(home, "2024-02-29") == []
    five, three = ("2024-03-01", "patent.expires_within_5y", "9000001"), ("2026-03-01", "patent.expires_within_3y", "9000001")
    assert crossings(home, "2026-03-01") == [five, three]
    assert len(crossings(home, "2099")) == 3


def test_what_was_crossed_before_the_first_load_is_history(home: Home, tmp_path: Path) -> None:
    take(home, patents(tmp_path, "a", ("9000001", "Mar 1, 2021")), "2020-05-01", "2024-01-10T08:00:00Z")
    chronicle.catch_up(home)
    assert [(told.event.seen, told.fresh) for told in events.told_after(home, 0)] == []
    assert crossings(home, "2024-01-10") == []


def test_a_later_expiry_takes_back_the_days_that_have_not_come(home: Home, tmp_path: Path) -> None:
    take(home, patents(tmp_path, "a", ("9000001", "Mar 1, 2029")), "2024-01-10", "2024-01-10T08:00:00Z")
    chronicle.catch_up(home)
    take(home, patents(tmp_path, "b", ("9000001", "Mar 1, 2031")), "2025-06-01", "2025-06-01T08:00:00Z")
    chronicle.catch_up(home)
    assert [day for day, _, _ in crossings(home, "2099")] == ["2024-03-01", "2026-03-01", "2028-03-01", "2030-03-01"]
    assert [day for day, kind, _ in crossings(home, "2099") if kind.endswith("5y")] == ["2024-03-01", "2026-03-01"]


def test_a_tick_tells_what_was_crossed_since_the_last_commit_once_and_a_rebuild_agrees(home: Home, tmp_path: Path) -> None:
    """Commits bear the day on which they are made, so the day that is crossed lies in the future of this test."""
    today = datetime.datetime.now(datetime.UTC).date()
    crossed = today.replace(day=1) + datetime.timedelta(days=62)
    take(home, patents(tmp_path, "a", ("9000001", f"{crossed:%b} {crossed.day}, {crossed.year + 5}")), "2024-01-10", f"{today}T08:00:00Z")
    first = home.head()
    chronicle.tick(home, f"{today}T09:00:00Z")
    assert home.head() == first
    later = crossed + datetime.timedelta(days=4)
    chronicle.tick(home, f"{later}T08:00:00Z")
    assert [(one.event.seen, one.commit, one.fresh) for one in events.told_after(home, first)] == [(crossed.isoformat(), first + 1, True)]
    chronicle.tick(home, f"{later}T20:00:00Z")
    assert home.head() == first + 1
    before = rows(home)
    home.index.discard()
    catch_up(home)
    chronicle.catch_up(home)
    assert rows(home) == before


def rows(home: Home) -> list[object]:
    return home.index.db.execute("SELECT id, kind, seen, commit_id, fresh, superseded_by FROM event ORDER BY id").fetchall()


def test_json_shape(home: Home, tmp_path: Path) -> None:
    take(home, patents(tmp_path, "a", ("9000001", "Mar 1, 2029")), "2024-01-10", "2024-01-10T08:00:00Z")
    chronicle.catch_up(home)
    (event,) = events.events(home, until="2024-03-01")
    assert json.loads(json.dumps(event.shown()))["happened"] == event.seen == "2024-03-01"

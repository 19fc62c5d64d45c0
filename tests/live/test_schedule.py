"""When sources are due, and the scheduler that asks them: staggered, caught up once, silent in a home that follows nothing."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from live_homes import World, kinds, opened, study, until

from theriac.api import scheduling
from theriac.errors import UserError
from theriac.flow.cadence import LastAttempt, cadences, due, is_stale, next_due, slot
from theriac.keeping import Keeper
from theriac.live import FETCHERS
from theriac.schedule import Scheduler, stoppable
from theriac.terms import Cadence
from theriac.watch import Watch

USUAL = {"ctgov": Cadence.DAILY, "labels": Cadence.WEEKLY, "ema": Cadence.DAILY, "off": Cadence.NEVER}
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def attempted(**ago: float) -> dict[str, LastAttempt]:
    return {source: LastAttempt(NOON - timedelta(hours=hours), 0, NOON - timedelta(hours=hours)) for source, hours in ago.items()}


def test_every_source_has_a_moment_of_its_own() -> None:
    moments = [slot(NOON, number, Cadence.DAILY) for number in range(12)]
    assert len({(one.hour, one.minute) for one in moments}) == 12
    assert all(NOON - timedelta(days=1) < one <= NOON for one in moments)


@pytest.mark.parametrize("days", range(14))
def test_a_weekly_slot_is_the_last_thursday(days: int) -> None:
    now = NOON + timedelta(days=days)
    found = slot(now, 1, Cadence.WEEKLY)
    assert found.weekday() == 3 and timedelta(0) <= now - found < timedelta(days=7)


def test_what_is_due() -> None:
    assert due(NOON, USUAL, {}) == ["ctgov", "labels", "ema"]
    assert due(NOON, USUAL, attempted(ctgov=1, labels=1, ema=1)) == []
    assert due(NOON, USUAL, attempted(ctgov=3, labels=20, ema=1)) == ["ctgov"]
    assert due(NOON, USUAL, attempted(ctgov=1, labels=24 * 7, ema=1)) == ["labels"]


def test_missed_runs_are_made_up_for_once() -> None:
    long_ago = attempted(ctgov=24 * 30, labels=1, ema=1)
    assert due(NOON, USUAL, long_ago) == ["ctgov"]
    assert due(NOON + timedelta(minutes=5), USUAL, long_ago | {"ctgov": LastAttempt(NOON, 0, NOON)}) == []


@pytest.mark.parametrize(("failed", "minutes"), [(1, 15), (2, 30), (3, 60), (9, 360)])
def test_what_failed_is_tried_again_ever_later(failed: int, minutes: int) -> None:
    last = {"ctgov": LastAttempt(NOON, failed)}
    daily = {"ctgov": Cadence.DAILY}
    assert due(NOON + timedelta(minutes=minutes - 1), daily, last) == []
    assert due(NOON + timedelta(minutes=minutes), daily, last) == ["ctgov"]
    assert next_due(NOON, daily, last) == NOON + timedelta(minutes=minutes)


def test_going_on_asks_each_source_once_a_day() -> None:
    asked: dict[str, list[datetime]] = {source: [] for source in USUAL}
    attempts: dict[str, LastAttempt] = {}
    for minute in range(0, 10 * 24 * 60, 5):
        now = NOON + timedelta(minutes=minute)
        for source in due(now, USUAL, attempts):
            asked[source].append(now)
            attempts[source] = LastAttempt(now, 0, now)
    assert {source: len(moments) for source, moments in asked.items()} == {"ctgov": 11, "labels": 3, "ema": 11, "off": 0}


def test_cadences_are_set_in_words() -> None:
    assert cadences("ctgov=weekly, ema=never", USUAL)["ctgov"] is Cadence.WEEKLY
    for wrong in ("ctgov=hourly", "nobody=daily", "ctgov"):
        with pytest.raises(UserError, match="THERIAC_CADENCE"):
            cadences(wrong, USUAL)


def test_stale_is_what_missed_its_cadence() -> None:
    assert not is_stale(NOON, Cadence.DAILY, NOON - timedelta(hours=30))
    assert is_stale(NOON, Cadence.DAILY, NOON - timedelta(hours=40))
    assert not is_stale(NOON, Cadence.WEEKLY, NOON - timedelta(days=8))
    assert not is_stale(NOON, Cadence.DAILY, None) and not is_stale(NOON, Cadence.NEVER, NOON - timedelta(days=900))


OTHERS = " ".join(f"{one.name}=never" for one in FETCHERS if one.name not in ("ctgov", "openfda_drugsfda"))
Keeping = Callable[[], AbstractContextManager[Keeper]]


def keeping(folder: Path, world: World, moment: list[datetime], cadence: str = OTHERS) -> Keeping:
    """What opens a keeper whose present is `moment[0]`."""

    @contextmanager
    def open_it() -> Iterator[Keeper]:
        with opened(folder, world, cadence=cadence) as store:
            keeper = store.keeper
            keeper.now = lambda: moment[0].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            yield keeper

    return open_it


def test_an_untouched_home_asks_nothing(tmp_path: Path, world: World) -> None:
    world.filled(3)
    scheduler = Scheduler(keeping(tmp_path, world, [NOON], ""), threading.Event(), clock=lambda: NOON)
    assert scheduler.look() == [] and world.replay.log == []


def test_a_day_in_the_life(tmp_path: Path, world: World) -> None:
    world.filled(6)
    moment, said = [NOON], list[str]()
    way = keeping(tmp_path, world, moment)
    with way() as keeper:
        keeper.follow("imiquimod")
    scheduler = Scheduler(way, threading.Event(), clock=lambda: moment[0], tell=said.append)
    assert [(run.source, run.outcome) for run in scheduler.look()] == [("ctgov", "done"), ("openfda_drugsfda", "done")]
    assert "ctgov (imiquimod): done, 4 records, 4 new, 0 changed, 0 gone" in said[0]
    assert scheduler.look() == []
    moment[0] += timedelta(days=1)
    world.advance()
    world.openfda.export("drugsfda")
    assert [(run.source, run.outcome) for run in scheduler.look()] == [("ctgov", "done"), ("openfda_drugsfda", "done")]
    moment[0] += timedelta(days=3)
    world.replay.fail("503", "clinicaltrials.gov", times=999)
    world.replay.retry_after = "7200"
    runs = scheduler.look()
    assert [(run.source, run.outcome) for run in runs] == [("ctgov", "failed"), ("openfda_drugsfda", "nothing_new")]
    with opened(tmp_path, world) as store:
        assert kinds(store, kinds=["source.*"]) == ["source.stale"]
        (line,) = [line for line in store.sources() if line.source == "ctgov"]
        assert line.message.startswith("clinicaltrials.gov answers with an error of its own (503)")
    world.replay.faults.clear()
    moment[0] += timedelta(minutes=20)
    scheduler.look()
    with opened(tmp_path, world) as store:
        assert kinds(store, kinds=["source.*"]) == ["source.recovered", "source.stale"]


def test_it_stops_when_it_is_told_to(tmp_path: Path, world: World) -> None:
    world.filled(6)
    way, stop, said = keeping(tmp_path, world, [NOON]), threading.Event(), list[str]()
    with way() as keeper:
        keeper.follow("imiquimod")
    scheduler = Scheduler(way, stop, clock=lambda: NOON, tell=said.append, look_every=0.05)
    thread = threading.Thread(target=scheduler.run)
    thread.start()
    until(lambda: len(said) >= 2)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_a_stop_ends_a_wait(tmp_path: Path) -> None:
    from theriac.errors import Stopped

    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped, match="goes on from the last committed page"):
        stoppable(stop)(3600)


def test_unknown_sources_and_names_are_said(tmp_path: Path, world: World) -> None:
    with opened(tmp_path, world) as store:
        for wrong in ({"sources": ["nobody"]}, {"full": "nobody"}, {"sources": ["ctgov"], "full": "ctgov"}):
            with pytest.raises(UserError, match=r"no live source|takes one source"):
                store.keeper.sync(**wrong)  # type: ignore[arg-type]
        with pytest.raises(UserError, match="is not followed"):
            store.keeper.unfollow("imiquimod")


def test_only_what_was_ever_asked_for_can_be_overdue(tmp_path: Path, world: World) -> None:
    world.filled(6)
    far = "2030-01-01T00:00:00Z"
    with opened(tmp_path / "home", world) as store:
        (tmp_path / "studies.json").write_text(json.dumps({"studies": [study(50)]}))
        store.load([tmp_path / "studies.json"])
        store.keeper.sync(full="openfda_drugsfda")
        told = {one.source: one.stale for one in Watch(store.home, store.names).freshness(far, "")}
        assert (told["ctgov"], told["openfda_drugsfda"]) == (False, True)
        store.keeper.sync(["ctgov"], drug="imiquimod")
        assert all(one.stale for one in Watch(store.home, store.names).freshness(far, "") if one.source in ("ctgov", "openfda_drugsfda"))


def test_the_scheduler_of_the_service_asks_what_is_followed_and_stops_with_it(tmp_path: Path, world: World) -> None:
    world.filled(6)
    others = " ".join(f"{one.name}=never" for one in FETCHERS if one.name != "ctgov")
    with opened(tmp_path / "home", world) as store:
        store.keeper.follow("imiquimod")
        settings = msgspec.structs.replace(store.settings, cadence=f"{others} ctgov=daily")
    said: list[str] = []
    with scheduling(settings, said.append):
        until(lambda: len(said) >= 1)
        assert "schedule" in {one.name for one in threading.enumerate()}
    assert said[0].startswith("ctgov (imiquimod): done, 4 records")
    assert "schedule" not in {one.name for one in threading.enumerate()}

"""Loops in threads that outlive what one turn of theirs meets: following commits, and looking for what is due."""

import io
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from web_homes import settings_of

from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.record import logger
from theriac.errors import Unreachable
from theriac.flow.cadence import LastAttempt
from theriac.keeping import SyncReport
from theriac.schedule import Scheduler
from theriac.terms import Cadence

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("database is locked"), OSError(28, "No space left on device"), Unreachable("gone")])
def test_following_goes_on_after_any_fault(starter_home: Path, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, lines = settings_of(starter_home), io.StringIO()
    app = application(lambda follows: api.open_home(settings=settings, follows=follows), settings, log=logger(lines))
    with TestClient(app, base_url="http://127.0.0.1:8017") as asked:
        real = api.Theriac.standing

        def standing(store: api.Theriac) -> Any:
            raise fault

        monkeypatch.setattr(api.Theriac, "standing", standing)
        until(lambda: asked.get("/health").status_code == 503)
        assert asked.get("/health").text.strip() == str(fault)
        time.sleep(1.5)  # more than one turn: told once all the same
        assert lines.getvalue().count('"following failed"') == 1
        monkeypatch.setattr(api.Theriac, "standing", real)
        until(lambda: asked.get("/health").status_code == 200)


class Keeping:
    """A keeper whose passes fail as they are told to."""

    def __init__(self, **faults: Exception) -> None:
        self.faults = faults
        self.asked: list[str] = []
        self.afters = 0
        self.home: Any = None
        self.cadences = {"first": Cadence.DAILY, "second": Cadence.DAILY}
        self.done: dict[str, LastAttempt] = {}

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        yield self

    def attempts(self) -> dict[str, LastAttempt]:
        return self.done

    def sync(self, sources: list[str], **_: Any) -> SyncReport:
        (source,) = sources
        self.asked.append(source)
        if source in self.faults:
            raise self.faults[source]
        self.done[source] = LastAttempt(NOON, 0, NOON)
        return SyncReport(sources=[], notices=[])

    def look_for_stale(self) -> list[str]:
        return []

    def after(self) -> None:
        self.afters += 1
        if "after" in self.faults:
            raise self.faults["after"]


@pytest.fixture
def everything_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theriac.schedule.planned", lambda keeper: keeper.cadences)


@pytest.mark.usefixtures("everything_planned")
def test_one_sources_fault_takes_nobody_elses_turn() -> None:
    keeping, said, moment = Keeping(first=sqlite3.OperationalError("database is locked")), list[str](), [NOON]
    scheduler = Scheduler(keeping, threading.Event(), clock=lambda: moment[0], tell=said.append)  # type: ignore[arg-type]
    scheduler.look()
    assert keeping.asked == ["first", "second"] and keeping.afters == 1
    assert said == ["first failed: database is locked"]
    scheduler.look()
    assert keeping.asked == ["first", "second"]  # it rests: nobody is asked every minute for a fault of ours
    moment[0] += timedelta(minutes=16)
    keeping.faults.clear()
    scheduler.look()
    assert keeping.asked == ["first", "second", "first"]


@pytest.mark.usefixtures("everything_planned")
def test_looking_goes_on_after_any_fault() -> None:
    keeping, said, stop = Keeping(after=OSError(28, "No space left on device")), list[str](), threading.Event()
    scheduler = Scheduler(keeping, stop, clock=lambda: NOON, tell=said.append, look_every=0.01)  # type: ignore[arg-type]
    thread = threading.Thread(target=scheduler.run, daemon=True)
    thread.start()
    try:
        until(lambda: keeping.afters >= 3)
    finally:
        stop.set()
        thread.join(timeout=10)
    assert "the look for what is due failed: [Errno 28] No space left on device" in said

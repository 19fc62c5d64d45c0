"""Alerts on SQLite and on PostgreSQL: the same digests, whole after a crash anywhere, sent once though two machines run."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from conftest import OPEN

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "alerts"))

from alert_homes import BEGAN, SOURCES, commits, ids, resolve, run, subscribe
from receivers import Hook, serving

from theriac import alerts
from theriac.errors import UnknownName, UserError
from theriac.store import alerts as kept
from theriac.store.home import Home, prepare

LONG_AFTER = "2026-04-20T12:00:00.000000Z"


class Crash(Exception):
    """What stands in for a killed process: nothing after it runs, and an open transaction is rolled back."""


def opened(folder: Path, url: str, kill: int = 0) -> Home:
    passed = Counter[str]()

    def checkpoint(name: str) -> None:
        passed[name] += 1
        if passed.total() == kill:
            raise Crash(name)

    home = prepare(folder, url, checkpoint=checkpoint)
    OPEN.append(home)
    return home


def received(hook: Hook) -> dict[str, set[bytes]]:
    bodies: dict[str, set[bytes]] = {}
    for head, body in hook.requests:
        bodies.setdefault(head["webhook-id"], set()).add(body)
    return bodies


def test_a_crash_at_any_checkpoint_loses_nothing(catalog: Callable[[str], str], tmp_path: Path) -> None:
    hook, events = Hook(), commits(11, 12)
    with serving(hook):
        home = opened(tmp_path / "one", catalog("one"))
        subscribe(home, hook.url)
        crashes = 0
        for kill in (*range(1, 14), 20, 29):
            try:
                run(opened(tmp_path / "one", catalog("one"), kill), events, LONG_AFTER)
            except Crash:
                crashes += 1
        run(home, events, LONG_AFTER)
        assert run(home, events, LONG_AFTER).sent == 0
    bodies = received(hook)
    told = {one.id for number in ids(home) for one in kept.told(home, number, 1000) if one.target.kind == "webhook"}
    assert set(bodies) == told and len(told) > 4 and crashes >= 11
    assert all(len(different) == 1 for different in bodies.values()) and len(hook.requests) - len(bodies) <= crashes
    assert {line.state for line in alerts.deliveries(home, most=1000)} == {"sent"}


def test_everything_that_people_do_with_alerts(catalog: Callable[[str], str], tmp_path: Path) -> None:
    home = opened(tmp_path / "one", catalog("one"))
    common = {"now": BEGAN, "resolve": resolve, "sources": SOURCES}
    added = alerts.add(home, "drug:examplol", to=("https://hooks.example/x", "feed"), **common)  # type: ignore[arg-type]
    number = added.alert.id
    edited = alerts.edit(home, number, every="week", on="friday", also_when_nothing=True, **common)  # type: ignore[arg-type]
    assert edited.alert.schedule.startswith("every week on friday") and edited.signing_secrets == added.signing_secrets
    assert alerts.pause(home, number, now=BEGAN).state == "paused"
    assert run(home, commits(3), LONG_AFTER).digests == 0
    alerts.resume(home, number, now=BEGAN)
    assert run(home, commits(3), LONG_AFTER).digests > 1
    assert alerts.listed(home)[0].digests["sent"] > 0
    failed = [line for line in alerts.deliveries(home, most=1000) if line.outcome == "failed"]
    assert failed and failed[0].target == "https://hooks.example/…"
    with pytest.raises(UserError):
        alerts.revive(home, number, now=LONG_AFTER)
    alerts.remove(home, number, now=LONG_AFTER)
    assert alerts.listed(home) == []
    with pytest.raises(UnknownName):
        alerts.unsubscribe(home, added.feed or "", now=LONG_AFTER)


def test_two_that_run_at_once_send_once(catalog: Callable[[str], str], tmp_path: Path) -> None:
    hook, events = Hook(), commits(7)
    homes = [opened(tmp_path / "one", catalog("one")) for _ in range(2)]
    with serving(hook):
        subscribe(homes[0], hook.url)
        threads = [Thread(target=run, args=(home, events, LONG_AFTER)) for home in homes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(hook.requests) == len(received(hook)) > 10

"""Runs: what matches is told once, in its window, whatever is killed, paused, changed or broken on the way."""

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from alert_homes import BEGAN, SOURCES, commits, ids, opened, resolve, run, since, subscribe
from digests_made_here import event
from lxml import etree
from receivers import Hook, Mailbox, serving

from theriac import alert_run, alerts
from theriac.delivery import Carrier, MailServer
from theriac.errors import UnknownName, UserError
from theriac.flow.digests import Digest, digest_id
from theriac.flow.occurrences import Occurrence
from theriac.flow.rules import restored, satisfies
from theriac.flow.windows import moment, window_of, written
from theriac.store import alerts as kept
from theriac.store.home import Home
from theriac.terms import EventKind

COMMON = {"now": BEGAN, "resolve": resolve, "sources": SOURCES}
LONG_AFTER = "2026-04-20T00:00:00.000000Z"
HERE = Path(__file__).parent


def expected(home: Home, events: list[Occurrence], now: str) -> dict[str, set[str]]:
    """The ids of the webhooks' digests with the events that each must tell, worked out from rules and windows alone."""
    found: dict[str, set[str]] = {}
    for one in kept.subscriptions(home):
        for each in events:
            window = window_of(moment(each.known), one.schedule)
            if satisfies(restored(one.bound), each) and window.end <= moment(now):
                for target in (target for target in one.targets if target.kind == "webhook"):
                    found.setdefault(digest_id(one.id, target.id, window.id), set()).add(each.id)
    return found


def told(body: bytes) -> tuple[str, set[str]]:
    """The id of a delivered digest and the events in it."""
    digest = msgspec.convert(json.loads(body)["data"], Digest)
    items = [item for group in digest.groups for section in group.sections for item in section.items]
    return digest.id, {document.event for item in items for document in item.documents}


def steps(seed: int, count: int = 12) -> list[str]:
    """Moments at which somebody runs the alerts, the last one long after everything."""
    draw = random.Random(seed)
    hours = sorted(draw.randrange(24 * 14) for _ in range(count))
    base = moment(BEGAN)
    return [written(base + (moment("2026-01-02") - moment("2026-01-01")) / 24 * hour) for hour in hours] + [LONG_AFTER]


def check(home: Home, hook: Hook, events: list[Occurrence], kills: int) -> None:
    received = Counter(head["webhook-id"] for head, _ in hook.requests)
    bodies: dict[str, set[bytes]] = {}
    for head, body in hook.requests:
        bodies.setdefault(head["webhook-id"], set()).add(body)
    wanted = expected(home, events, LONG_AFTER)
    assert set(received) == set(wanted) and len(wanted) > 10
    assert sum(received.values()) - len(received) <= kills
    assert all(len(different) == 1 for different in bodies.values())
    for _, body in hook.requests:
        number, inside = told(body)
        assert inside == wanted[number]


def matching(one: kept.Subscription, events: list[Occurrence]) -> set[str]:
    return {each.id for each in events if satisfies(restored(one.bound), each)}


def windows(home: Home, number: str) -> set[str]:
    return {one.window for one in kept.told(home, number, 1000)}


def test_everything_is_told_once_in_its_window(tmp_path: Path) -> None:
    hook, events = Hook(), commits(1)
    home = opened(tmp_path)
    with serving(hook):
        subscribe(home, hook.url)
        for now in steps(1):
            run(home, events, now)
    check(home, hook, events, kills=0)
    assert sum(1 for head, _ in hook.requests) == len({head["webhook-id"] for head, _ in hook.requests})
    folder = tmp_path / "digests" / "weekly"
    weekly = next(one.id for one in kept.subscriptions(home) if one.schedule.every == "week")
    assert {path.stem for path in folder.glob("*.json")} == {one.id for one in kept.told(home, weekly, 1000) if one.target.kind == "folder"}
    feed = etree.fromstring(next((tmp_path / "feeds").iterdir()).read_bytes())
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == len(windows(home, weekly))
    assert all(line.state == "sent" for line in alerts.deliveries(home, most=1000))
    home.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_kill_anywhere_loses_nothing_and_repeats_nothing_differently(seed: int, tmp_path: Path) -> None:
    """The process ends at a random checkpoint of a random run: after matching, composing, delivering or marking, inside or after the transaction."""
    draw = random.Random(seed)
    hook, events = Hook(), commits(seed)
    with serving(hook):
        home = opened(tmp_path)
        subscribe(home, hook.url)
        run(home, events, "2026-03-02T12:00:00.000000Z")
        home.close()
        kills = draw.choice((1, 2, 3))
        for _ in range(kills):
            command = [sys.executable, str(HERE / "alert_homes.py"), str(tmp_path), LONG_AFTER, str(1 + draw.randrange(30)), str(seed)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 9, done.stderr
        home = opened(tmp_path)
        run(home, events, LONG_AFTER)
        check(home, hook, events, kills)
        assert not [line for line in alerts.deliveries(home, most=1000) if line.state != "sent"]
        home.close()


def flaky(number: int, line: object) -> None:
    faults = (b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 429 no\r\nContent-Length: 0\r\n\r\n", b"HTT", b"")
    draw = random.Random(number)
    line.sendall(draw.choice(faults) if draw.random() < 0.4 else b"HTTP/1.1 204 yes\r\n\r\n")  # type: ignore[attr-defined]


def test_faults_of_the_receiver_lose_nothing(tmp_path: Path) -> None:
    hook, events = Hook(flaky), commits(3)
    home = opened(tmp_path)
    with serving(hook):
        subscribe(home, hook.url)
        now = moment(LONG_AFTER)
        for _ in range(12):
            run(home, events, written(now))
            now += alert_run.RETRIES[-1] * 1.1
    bodies: dict[str, set[bytes]] = {}
    for head, body in hook.requests:
        bodies.setdefault(head["webhook-id"], set()).add(body)
    assert set(bodies) == set(expected(home, events, LONG_AFTER)) and len(bodies) > 10
    assert all(len(different) == 1 for different in bodies.values())
    lines = alerts.deliveries(home, most=1000)
    assert {line.state for line in lines} == {"sent"} and {line.outcome for line in lines} == {"sent", "failed"}
    home.close()


def test_a_dead_receiver_becomes_a_dead_letter_after_three_days_and_can_be_revived(tmp_path: Path) -> None:
    hook = Hook(lambda _, line: line.sendall(b"HTTP/1.1 503 no\r\nContent-Length: 0\r\n\r\n"))
    home = opened(tmp_path)
    with serving(hook):
        added = alerts.add(home, "drug:examplol", every="now", to=(hook.url,), **COMMON)  # type: ignore[arg-type]
        now = first = moment("2026-03-02T00:00:00Z")
        runs = 0
        while not alerts.deliveries(home, state="dead"):
            run(home, [event(1, commit=1)], written(now))
            runs += 1
            now = min((moment(one.next_attempt) for one in kept.told(home, added.alert.id, 9)), default=now)
        assert runs == len(hook.requests) == len(alert_run.RETRIES) + 1
        assert 3 <= (now - first).total_seconds() / 86_400 < 3.5
        assert run(home, [], written(now + alert_run.RETRIES[-1])).failed == 0
        hook.answer = lambda _, line: line.sendall(b"HTTP/1.1 200 yes\r\n\r\n")
        assert alerts.revive(home, added.alert.id, now=written(now)) == 1
        assert run(home, [], written(now)).sent == 1
    assert len({head["webhook-id"] for head, _ in hook.requests}) == 1
    home.close()


def test_a_pause_is_silent_and_catches_up(tmp_path: Path) -> None:
    hook, events = Hook(), commits(4)
    home = opened(tmp_path)
    with serving(hook):
        subscribe(home, hook.url)
        for number in ids(home):
            alerts.pause(home, number, now=BEGAN)
        run(home, events, "2026-03-08T00:00:00.000000Z")
        assert hook.requests == []
        for number in ids(home):
            assert alerts.resume(home, number, now="2026-03-08T01:00:00.000000Z").state == "active"
        run(home, events, LONG_AFTER)
    check(home, hook, events, kills=0)
    home.close()


def test_a_change_of_schedule_loses_and_repeats_nothing(tmp_path: Path) -> None:
    hook, events = Hook(), commits(5)
    home = opened(tmp_path)
    draw = random.Random(5)
    with serving(hook):
        added = alerts.add(home, "drug:examplol", every="day", to=(hook.url,), **COMMON)  # type: ignore[arg-type]
        for now in steps(5, 20):
            run(home, events, now)
            change = draw.choice(({"every": "week"}, {"every": "day", "tz": "Asia/Tokyo"}, {"at": "17:30"}, {"every": "day", "at": "08:00"}))
            alerts.edit(home, added.alert.id, **{**COMMON, "now": now}, **change)  # type: ignore[arg-type]
        run(home, events, LONG_AFTER)
    inside = Counter(each for _, body in hook.requests for each in told(body)[1])
    mine = matching(kept.subscription(home, added.alert.id), events)
    assert set(inside) == mine and set(inside.values()) == {1}
    home.close()


def test_what_becomes_visible_late_goes_into_the_next_window(tmp_path: Path) -> None:
    hook = Hook()
    home = opened(tmp_path)
    with serving(hook):
        alerts.add(home, "drug:examplol", every="day", at="08:00", to=(hook.url,), **COMMON)  # type: ignore[arg-type]
        early = event(1, commit=1, known="2026-03-01T12:00:00.000000Z")
        late = event(2, commit=2, known="2026-03-02T07:59:00.000000Z", happened="2026-02-01")
        run(home, [early], "2026-03-02T08:00:01.000000Z")
        run(home, [early, late], "2026-03-02T08:05:00.000000Z")
        run(home, [early, late], "2026-03-03T09:00:00.000000Z")
    assert [told(body)[1] for _, body in hook.requests] == [{"ev-1"}, {"ev-2"}]
    second = json.loads(hook.requests[1][1])["data"]
    assert second["window_start"].startswith("2026-03-02T08:00") and second["groups"][0]["sections"][0]["items"][0]["late"]
    home.close()


def test_history_and_baselines_never_alert(tmp_path: Path) -> None:
    hook = Hook()
    home = opened(tmp_path)
    with serving(hook):
        alerts.add(home, "drug:examplol", every="now", to=(hook.url,), **COMMON)  # type: ignore[arg-type]
        assert run(home, [event(1, commit=1, fresh=False), event(2, commit=2)], LONG_AFTER).alerts == 1
        assert run(home, [event(1, commit=3), event(2, commit=3)], LONG_AFTER).sent == 1  # the same event again, in a later commit
    assert [told(body)[1] for _, body in hook.requests] == [{"ev-2"}, {"ev-1"}]
    home.close()


def test_mail_and_nothing_changed(tmp_path: Path) -> None:
    box = Mailbox()
    home = opened(tmp_path)
    with serving(box):
        server = MailServer(host="127.0.0.1", port=box.port, security="none", sender="Theriac <alerts@theriac.example>")
        alerts.add(home, "drug:examplol", every="week", to=("mailto:reader@example.org",), also_when_nothing=True, **COMMON)  # type: ignore[arg-type]
        for now in ("2026-03-10T00:00:00.000000Z", "2026-03-10T00:00:00.000000Z", "2026-03-17T00:00:00.000000Z"):
            run(home, [], now, Carrier(tmp_path, server))
    assert len(box.mails) == 2 and all("Subject: Nothing changed: drug:examplol" in text for _, _, text in box.mails)
    home.close()


def test_a_removed_alert_is_silent_and_its_link_works_once(tmp_path: Path) -> None:
    home = opened(tmp_path)
    added = alerts.add(home, "drug:examplol", every="now", to=("feed",), **COMMON)  # type: ignore[arg-type]
    assert added.feed is not None
    run(home, [event(1, commit=1)], LONG_AFTER)
    assert etree.fromstring(alert_run.feed(home, added.feed)).findall("{http://www.w3.org/2005/Atom}entry")
    alerts.unsubscribe(home, added.feed, now=LONG_AFTER)
    for ask in (lambda: alerts.unsubscribe(home, added.feed or "", now=LONG_AFTER), lambda: alerts.shown(home, added.alert.id)):
        with pytest.raises(UnknownName):
            ask()
    assert alerts.listed(home) == []
    assert run(home, [event(2, commit=2)], LONG_AFTER).alerts == 0
    home.close()


def test_lists_show_no_secret(tmp_path: Path) -> None:
    home = opened(tmp_path)
    url = "https://hooks.example/T0KEN"
    added = alerts.add(home, "drug:examplol", to=(url, "feed", "mailto:a@example.org"), **COMMON)  # type: ignore[arg-type]
    secret = added.signing_secrets["https://hooks.example/…"]
    shown = msgspec.json.encode([alerts.listed(home), alerts.shown(home, added.alert.id), alerts.deliveries(home)]).decode()
    assert secret.startswith("whsec_") and secret not in shown and "T0KEN" not in shown and (added.feed or "?") not in shown
    again = alerts.edit(home, added.alert.id, to=(url,), **COMMON)  # type: ignore[arg-type]
    assert again.signing_secrets["https://hooks.example/…"] == secret and again.feed is None
    home.close()


@pytest.mark.parametrize(
    "options", [{"every": "now", "also_when_nothing": True}, {"to": ()}, {"to": ("x://y",)}, {"every": "never"}, {"tz": "Nowhere/None"}]
)
def test_what_cannot_be_kept_is_refused_and_not_kept(options: dict[str, object], tmp_path: Path) -> None:
    home = opened(tmp_path)
    with pytest.raises(UserError):
        alerts.add(home, "drug:examplol", **COMMON, **options)  # type: ignore[arg-type]
    assert alerts.listed(home) == []
    home.close()


def test_a_merge_of_drugs_keeps_the_alert(tmp_path: Path) -> None:
    home = opened(tmp_path)
    alerts.add(home, "drug:examplol-old", every="now", to=("feed",), **COMMON)  # type: ignore[arg-type]
    merged = {"drug:name.examplol-old": "drug:name.examplol"}
    done = alert_run.run(
        home, since([event(1, commit=1)], LONG_AFTER), Carrier(tmp_path), now=LONG_AFTER, now_called=lambda old: merged.get(old, old)
    )
    assert (done.alerts, done.digests, done.sent) == (1, 1, 1)
    home.close()


def test_a_backtest_says_what_would_have_been_sent() -> None:
    history = [event(n, EventKind.TRIAL_STOPPED, seen=f"2025-{n % 12 + 1:02d}-10", commit=1, fresh=False) for n in range(24)]
    history += [event(99, EventKind.PAPER_PUBLISHED, seen="2025-05-01", commit=1)]
    asked: list[object] = []

    def stored(since: str, choices: object) -> list[Occurrence]:
        asked.append(choices)
        return history

    found = alerts.backtest("drug:examplol kind:trial.*", stored, resolve=resolve, sources=SOURCES, since="2025-03", every="month", on="1")
    assert found.matched == 20 and found.looked_at == 25 and len(found.digests) == 10
    assert [(month.month, month.digests, month.items) for month in found.months][:2] == [("2025-04", 1, 2), ("2025-05", 1, 2)]
    assert asked == [(("drug", ("drug:name.examplol",)), ("kind", ("trial",)))]
    assert found.sentence == "Any event where the drug is examplol, and it is any trial event."

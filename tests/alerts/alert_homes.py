"""A home with subscriptions and commits of ours, and the one run that crash tests end early: also a program that does that run.

    python alert_homes.py HOME NOW KILL SEED

ends its process at the KILL-th checkpoint, or does the whole run where KILL is 0.
"""

import os
import random
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
from digests_made_here import event

from theriac import alert_run, alerts
from theriac.delivery import Carrier
from theriac.flow.events import Entity
from theriac.flow.occurrences import Occurrence
from theriac.flow.resolution import Resolution, ResolutionCandidate
from theriac.flow.windows import moment, written
from theriac.store.alerts import subscriptions
from theriac.store.home import Home, prepare
from theriac.terms import EventKind, ResolutionKind

SOURCES = ("ctgov", "openfda_label")
BEGAN = "2026-03-01T00:00:00.000000Z"


def resolve(kind: str, name: str) -> Resolution:
    """Every name is the entity of that name."""
    entity = f"{kind}:name.{name.lower()}"
    found = (ResolutionCandidate(entity=entity, name=name, score=1.0, reason="exact"),)
    return Resolution(query=name, entity=entity, kind=ResolutionKind.RESOLVED, score=1.0, reason="exact", candidates=found)


def opened(folder: Path, kill: int = 0) -> Home:
    """The home, whose process ends at its `kill`-th checkpoint."""
    passed = 0

    def checkpoint(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed == kill:
            os._exit(9)

    return prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}", checkpoint=checkpoint)


def commits(seed: int, count: int = 30) -> list[Occurrence]:
    """Events of `count` commits, one commit every few hours, about two drugs."""
    draw = random.Random(seed)
    found = []
    at = moment(BEGAN)
    for commit in range(1, count + 1):
        at = moment(written(at)).replace(microsecond=0) + (moment("2026-01-01T07:00:00Z") - moment("2026-01-01T00:00:00Z"))
        for number in range(draw.randrange(4)):
            fields: dict[str, object] = {"commit": commit, "known": written(at), "seen": written(at)[:10]}
            if draw.random() < 0.4:
                fields["drugs"] = (Entity("drug:name.otherol", "otherol"),)
            found.append(event(commit * 100 + number, draw.choice(list(EventKind)), **fields))
    return found


def since(events: list[Occurrence], until: str) -> alert_run.Events:
    """The events that are known by a moment, as the store would give them."""

    def after(commit: int) -> Iterable[Occurrence]:
        return (one for one in events if one.commit > commit and one.known <= until)

    return after


def subscribe(home: Home, url: str) -> None:
    """Three alerts: daily and at once to the webhook, weekly to a folder and a feed."""
    common = {"now": BEGAN, "resolve": resolve, "sources": SOURCES}
    alerts.add(home, "drug:examplol", every="day", tz="Europe/Berlin", to=(url,), **common)  # type: ignore[arg-type]
    alerts.add(home, "drug:otherol kind:trial.*,label.*", every="now", to=(url,), **common)  # type: ignore[arg-type]
    alerts.add(home, "drug:examplol,otherol", every="week", to=("folder:weekly", "feed"), also_when_nothing=True, **common)  # type: ignore[arg-type]


def run(home: Home, events: list[Occurrence], now: str, carrier: Carrier | None = None) -> alert_run.AlertRun:
    """One run at a moment."""
    carrier = carrier or Carrier(home.folder, allow_loopback=True, seconds=5)
    return alert_run.run(home, since(events, now), carrier, now=now, postage=alert_run.Postage(site="https://theriac.example"))


def ids(home: Home) -> list[str]:
    """The subscriptions' ids, oldest first."""
    return [one.id for one in subscriptions(home)]


if __name__ == "__main__":
    folder, now, kill, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    print(msgspec.json.encode(run(opened(folder, kill), commits(seed), now)).decode())

"""Homes, studies and records for the tests of live sources; everything is written here in the sources' formats."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from replay import Ctgov, OpenFDA, Replay

from theriac.api import Theriac, open_home
from theriac.http import Client, Clock, user_agent
from theriac.live.base import Names
from theriac.settings import Settings
from theriac.store import live
from theriac.store.home import Home
from theriac.sync import SourceRun, Sync, Wanted
from theriac.terms import SyncDepth

CONTACT = "someone@example.org"


class Clockwork:
    """A clock whose sleeping takes no time, and on which each look is a second later."""

    def __init__(self, moment: str = "2026-03-02T12:00:00Z") -> None:
        self.moment = datetime.fromisoformat(moment)
        self.slept: list[float] = []
        self.ticks = 0.0

    def now(self) -> str:
        self.moment += timedelta(seconds=1)
        return self.moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ticks += seconds

    @property
    def clock(self) -> Clock:
        return Clock(ticks=lambda: self.ticks, sleep=self.sleep)


def study(number: int, day: str = "2026-02-20", status: str = "RECRUITING", drug: str = "imiquimod", title: str = "") -> dict[str, Any]:
    """A whole, small study."""
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT9{number:07d}", "briefTitle": title or f"{drug.capitalize()} against warts, {number}"},
            "statusModule": {
                "statusVerifiedDate": day[:7],
                "overallStatus": status,
                "studyFirstSubmitDate": "2020-01-05",
                "studyFirstPostDateStruct": {"date": "2020-01-10", "type": "ACTUAL"},
                "lastUpdateSubmitDate": day,
                "lastUpdatePostDateStruct": {"date": day, "type": "ACTUAL"},
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Example University", "class": "OTHER"}},
            "descriptionModule": {"briefSummary": "A cream is compared with a cream."},
            "conditionsModule": {"conditions": ["Warts"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"], "enrollmentInfo": {"count": 10 + number, "type": "ESTIMATED"}},
            "armsInterventionsModule": {
                "armGroups": [{"label": "A", "type": "EXPERIMENTAL", "interventionNames": [f"Drug: {drug}"]}],
                "interventions": [{"type": "DRUG", "name": drug, "armGroupLabels": ["A"]}],
            },
            "eligibilityModule": {"eligibilityCriteria": "Adults.", "sex": "ALL", "minimumAge": "18 Years", "stdAges": ["ADULT"]},
        },
        "derivedSection": {"miscInfoModule": {}},
        "hasResults": False,
    }


def label(number: int, effective: str = "20260220", drug: str = "IMIQUIMOD", warnings: str = "Avoid sunlight.", version: str = "1") -> dict[str, Any]:
    """A small label."""
    set_id = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "set_id": set_id,
        "id": f"11111111-0000-4000-8000-{number:08d}{int(version):04d}",
        "version": version,
        "effective_time": effective,
        "indications_and_usage": [f"1 INDICATIONS AND USAGE {drug} cream is indicated for external genital warts in adults."],
        "warnings": [f"WARNINGS {warnings}"],
        "openfda": {
            "brand_name": [f"{drug.capitalize()}a {number}"],
            "generic_name": [drug],
            "substance_name": [drug],
            "product_type": ["HUMAN PRESCRIPTION DRUG"],
            "spl_set_id": [set_id],
        },
    }


def application(number: int, day: str = "20260220", drug: str = "IMIQUIMOD", status: str = "Prescription") -> dict[str, Any]:
    """A small application."""
    return {
        "application_number": f"NDA{number:06d}",
        "sponsor_name": "EXAMPLE",
        "products": [
            {
                "product_number": "001",
                "brand_name": f"{drug}A",
                "active_ingredients": [{"name": drug, "strength": "5%"}],
                "dosage_form": "CREAM",
                "route": "TOPICAL",
                "marketing_status": status,
            }
        ],
        "submissions": [{"submission_type": "ORIG", "submission_number": "1", "submission_status": "AP", "submission_status_date": day}],
        "openfda": {"generic_name": [drug], "brand_name": [f"{drug}A"]},
    }


class World:
    """The replay server with its registries, filled by the tests."""

    def __init__(self) -> None:
        self.ctgov = Ctgov()
        self.openfda = OpenFDA()
        self.replay = Replay({"clinicaltrials.gov": self.ctgov, **self.openfda.hosts()})
        self.ctgov.replay = self.openfda.replay = self.replay
        self.clients: list[Client] = []

    def close(self) -> None:
        """Gives back the connections of every client that asked here."""
        for client in self.clients:
            client.close()

    def filled(self, count: int = 30) -> "World":
        """Some studies, labels and applications of a drug, and of another one."""
        for number in range(count):
            drug = "imiquimod" if number % 3 else "resiquimod"
            self.ctgov.put(study(number, drug=drug))
            self.openfda.put("label", label(number)["set_id"], label(number, drug=drug.upper()))
            self.openfda.put("drugsfda", f"NDA{number:06d}", application(number, drug=drug.upper()))
        self.openfda.export("label")
        self.openfda.export("drugsfda")
        return self

    def advance(self) -> str:
        """A new release of everything; gives its day."""
        self.openfda.updated = self.ctgov.advance()
        return self.openfda.updated


@contextmanager
def opened(folder: Path, world: World, **more: Any) -> Iterator[Theriac]:
    """A home whose live hosts are the world's."""
    chosen = Settings(home=folder, workers=1, mirror=world.replay.address, rate=100_000.0, contact=CONTACT, **more)
    with open_home(settings=chosen, create=True) as store:
        yield store


def asker(world: World, time: Clockwork, **more: Any) -> Client:
    """A client of the world with a clock that does not wait."""
    options = {"rate": 100_000.0} | more
    world.clients.append(Client(clock=time.clock, agent=user_agent("0", CONTACT), mirror=world.replay.address, chance=lambda: 1.0, **options))
    return world.clients[-1]


def syncing(store: Theriac, world: World, time: Clockwork, **more: Any) -> Sync:
    """Passes over the world's hosts by that clock."""
    settings = msgspec.structs.replace(store.settings, **more) if more else store.settings
    return Sync(store.home, settings, asker(world, time), time.now)


def full(sync: Sync, source: str) -> SourceRun:
    """A full pass."""
    return sync.run(sync.full(source)[0])


def increment(sync: Sync, source: str) -> SourceRun:
    """The next pass of changes."""
    (wanted,) = sync.changes([], [source])
    return sync.run(wanted)


def of_drug(sync: Sync, source: str, *names: str) -> SourceRun:
    """A pass about a drug."""
    return sync.run(Wanted(sync.fetcher(source), SyncDepth.DRUG, Names(names)))


def kinds(store: Theriac, **more: Any) -> list[str]:
    """The kinds of all events, sorted."""
    return sorted(line.kind for line in store.changes(**more))


def held(home: Home) -> dict[str, set[str]]:
    """The records that are current, by source."""
    return {
        "ctgov": live.held(home, "ctgov", "studies"),
        "openfda_label": live.held(home, "openfda_label", "labels"),
        "openfda_drugsfda": live.held(home, "openfda_drugsfda", "applications"),
    }


def payloads(home: Home, source: str) -> dict[str, bytes]:
    """The current version of every record as served."""
    from theriac.store.lake import Lake

    table = {"ctgov": "studies", "openfda_label": "labels", "openfda_drugsfda": "applications"}[source]
    current = home.index.current((source, key) for key in live.held(home, source, table))
    found = Lake(home).payloads([(source, key, version) for (_, key), version in current.items()])
    return {key: found[version] for (_, key), version in current.items()}


def until(told: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)



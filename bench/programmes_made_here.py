"""Programmes derived for a home of many studies of our own words: from nothing, and after some of them changed.

Flows in: how many studies, how many changes. Flows out: seconds of loading, of deriving everything, and of catching up after the changes.
"""

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import theriac
from theriac import programme_chronicle
from theriac.pipeline import load
from theriac.settings import Settings

_FIRST = ["zor", "vex", "mil", "tra", "bex", "lun", "dar", "pel", "qui", "sol", "nam", "fer", "gal", "hux"]
_LAST = ["amab", "inib", "etin", "olol", "ine", "idine", "umab", "avir", "ostat", "azole"]
_PHASES = (["PHASE1"], ["PHASE1", "PHASE2"], ["PHASE2"], ["PHASE2"], ["PHASE3"], ["PHASE4"])
_STATUS = ("RECRUITING", "NOT_YET_RECRUITING", "COMPLETED", "COMPLETED", "UNKNOWN", "TERMINATED", "ACTIVE_NOT_RECRUITING")
BEFORE, AFTER = "2026-01-05", "2026-01-12"


def measure(studies: int, changes: int, seed: int = 1) -> dict[str, Any]:
    """Seconds and counts; the home is made in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        made = _made(studies, seed)
        with theriac.open(settings=Settings(home=Path(folder) / "home"), create=True) as store:
            loading = _take(store, Path(folder), made, BEFORE)
            nothing, _, looked = _derive(store, BEFORE)
            changed = [_moved(one, random.Random(f"{seed}{number}")) for number, one in enumerate(random.Random(seed).sample(made, changes))]
            _take(store, Path(folder), changed, AFTER)
            after, processor, touched = _derive(store, AFTER)
            told = store.home.index.db.execute("SELECT count(*) FROM event WHERE drug <> ''").fetchone()[0]
    return {
        "studies": studies,
        "load_seconds": round(loading, 1),
        "programmes": looked,
        "from_nothing_seconds": round(nothing, 1),
        "changes": changes,
        "programmes_touched": touched,
        "after_changes_seconds": round(after, 2),
        "after_changes_processor_seconds": round(processor, 2),
        "events": told,
    }


def _take(store: theriac.Theriac, folder: Path, studies: list[dict[str, Any]], day: str) -> float:
    path = folder / f"{day}.json"
    path.write_text("\n".join(json.dumps(one) for one in studies))
    began = time.perf_counter()
    load(store.home, store.settings, [path], seen=day)
    return time.perf_counter() - began


def _derive(store: theriac.Theriac, day: str) -> tuple[float, float, int]:
    """Seconds, seconds of processor time, programmes."""
    names = store.names
    began, busy = time.perf_counter(), time.process_time()
    looked = programme_chronicle.catch_up(store.home, names, day)
    return time.perf_counter() - began, time.process_time() - busy, looked


def _made(count: int, seed: int) -> list[dict[str, Any]]:
    """Studies of some thousand drugs and conditions, a few of which most studies are about."""
    draw = random.Random(seed)
    names = [f"{a}{b}{c}" for a in _FIRST for b in _FIRST for c in _LAST]
    conditions = [f"{a}{b}osis of the {c}" for a in _FIRST for b in _FIRST for c in ("skin", "liver", "lung", "bone", "eye")]
    sponsors = [f"{name.title()} Pharma" for name in names[:400]]
    return [_study(number, draw, names, conditions, sponsors) for number in range(count)]


def _few(draw: random.Random, of: list[str], most: int) -> list[str]:
    return sorted({of[int(len(of) * draw.random() ** 2.5)] for _ in range(draw.randint(1, most))})


def _study(number: int, draw: random.Random, names: list[str], conditions: list[str], sponsors: list[str]) -> dict[str, Any]:
    drugs = _few(draw, names, 2)
    updated = f"20{draw.randint(16, 25)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
    given = [{"type": "DRUG", "name": name, "armGroupLabels": ["Treated"]} for name in drugs]
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": f"A study of {drugs[0]}"},
            "statusModule": {
                "statusVerifiedDate": updated[:7],
                "overallStatus": draw.choice(_STATUS),
                "studyFirstSubmitDate": "2015-03-02",
                "studyFirstPostDateStruct": {"date": "2015-03-04", "type": "ACTUAL"},
                "lastUpdateSubmitDate": updated,
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": draw.choice(sponsors), "class": "INDUSTRY"}},
            "descriptionModule": {"briefSummary": "Whether it works."},
            "conditionsModule": {"conditions": _few(draw, conditions, 3)},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": draw.choice(_PHASES)},
            "armsInterventionsModule": {
                "armGroups": [{"label": "Treated", "type": "EXPERIMENTAL", "interventionNames": [f"Drug: {name}" for name in drugs]}],
                "interventions": given,
            },
            "eligibilityModule": {"eligibilityCriteria": "Adults."},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-01-01"}},
        "hasResults": False,
    }


def _moved(study: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """The study a week later: another status, now and then another phase."""
    protocol = study["protocolSection"]
    told = {"overallStatus": draw.choice(_STATUS), "lastUpdateSubmitDate": AFTER[:8] + "08", "statusVerifiedDate": AFTER[:7]}
    status = protocol["statusModule"] | told
    design = protocol["designModule"] | ({"phases": draw.choice(_PHASES)} if draw.random() < 0.2 else {})
    return study | {"protocolSection": protocol | {"statusModule": status, "designModule": design}}

"""How fast a registry's zip becomes a committed, searchable store, and how fast it loads again; beside it a plain loader.

Flows in: a seeded generator (`registry.py`). Flows out: studies a second and peak memory for a first load, a byte-identical reload, a reload
whose release stamps and list orders changed and nothing else, and the peer: a plain `json` + SQLite row loader over the same zip.

    ./run bench load [--studies N] [--repeat N] [--workers N] [--growth] [--keep DIR] [--no-peer]

`--growth` also loads a fifth of the studies, to show that memory does not follow their number.
"""

import argparse
import hashlib
import json
import sqlite3
import tempfile
import time
import zipfile
from pathlib import Path

import msgspec

from measure import MB, Measured, machine, measured, median, table
from registry import Studies, write_zip

GOALS = {"first load": 1_500, "identical reload": 20_000, "new stamps, new order": 5_000}


def main() -> None:
    """Measures and prints."""
    options = _options()
    if options.phase:
        print(json.dumps(_PHASES[options.phase](Path(options.home), Path(options.zip), options.workers)))
        return
    with tempfile.TemporaryDirectory(prefix="theriac-bench-") as scratch:
        folder = Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{options.studies:,} made-up studies, seed {options.seed}, {options.workers} workers; {machine()}", flush=True)
        first, later = archives(folder, options.studies, options.seed)
        runs = [_round(Path(scratch) / f"home{number}", first, later, options) for number in range(options.repeat)]
        _show(options, runs)
        if options.growth:
            small, _ = archives(folder, options.studies // 5, options.seed)
            one = _phase("load", Path(scratch) / "small", small, options.workers)
            whole = runs[0]["first load"].peak // MB
            print(f"\npeak memory with {options.studies // 5:,} studies: {one.peak // MB} MB; with {options.studies:,}: {whole} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--keep", help="where the made zips are kept for another time")
    parser.add_argument("--no-peer", action="store_true")
    for hidden in ("--phase", "--home", "--zip"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    return parser.parse_args()


def archives(folder: Path, count: int, seed: int) -> tuple[Path, Path]:
    """The zip of a registry and the zip of the same one after a data release; made once for each folder."""
    first, later = folder / f"registry-{seed}-{count}.zip", folder / f"registry-{seed}-{count}-later.zip"
    studies = Studies(seed)
    if not first.exists():
        total = write_zip(first, studies.served(range(count)))
        print(f"made {first.name}: {total / MB:,.0f} MB of JSON, {total // count:,} bytes a study", flush=True)
    if not later.exists():
        write_zip(later, studies.restamped(range(count)))
    return first, later


def _round(home: Path, first: Path, later: Path, options: argparse.Namespace) -> dict[str, Measured]:
    found = {
        "first load": _phase("load", home, first, options.workers),
        "identical reload": _phase("load", home, first, options.workers),
        "new stamps, new order": _phase("load", home, later, options.workers),
    }
    if not options.no_peer:
        found["peer, first load"] = _phase("peer", home.with_suffix(".peer"), first, 1)
        found["peer, identical reload"] = _phase("peer", home.with_suffix(".peer"), first, 1)
    for name, run in found.items():
        print(f"  {name}: {run.answer}, whole process {run.seconds:.1f} s, peak {run.peak // MB} MB", flush=True)
    _proved(found, options.studies)
    return found


def _phase(phase: str, home: Path, archive: Path, workers: int) -> Measured:
    return measured([__file__, "--phase", phase, "--home", str(home), "--zip", str(archive), "--workers", str(workers)])


def _proved(found: dict[str, Measured], studies: int) -> None:
    """A fast wrong answer is no answer: the counts must be what the zips hold."""
    assert found["first load"].answer["new"] == studies, found["first load"].answer
    for name in ("identical reload", "new stamps, new order"):
        answer = found[name].answer
        assert (answer["new"], answer["changed"], answer["unchanged"]) == (0, 0, studies), answer
    assert found["first load"].answer["found"], "nothing was found by a word of the first study"


def _show(options: argparse.Namespace, runs: list[dict[str, Measured]]) -> None:
    rows = [("median of " + str(len(runs)), "studies/s", "goal", "best", "seconds", "peak MB")]
    for name in runs[0]:
        seconds = [run[name].answer["seconds"] for run in runs]
        goal = GOALS.get(name)
        rate = options.studies / median(seconds)
        peak = max(run[name].peak for run in runs) // MB
        rows.append(
            (name, f"{rate:,.0f}", f"{goal:,}" if goal else "", f"{options.studies / min(seconds):,.0f}", f"{median(seconds):.2f}", f"{peak:,}")
        )
    table(f"{options.studies:,} studies from zip to a committed, searchable store", rows)
    if not options.no_peer:
        for name in ("first load", "identical reload"):
            ratios = [run[f"peer, {name}"].answer["seconds"] / run[name].answer["seconds"] for run in runs]
            print(f"  {name}: {median(ratios):.1f} times the plain loader's speed (per run: {', '.join(f'{one:.1f}' for one in ratios)})")


def _load(home: Path, archive: Path, workers: int) -> dict[str, object]:
    """Loads the archive with Theriac; from opening the home to the answer of a search."""
    from theriac.pipeline import load
    from theriac.search import SearchIndex
    from theriac.settings import Settings
    from theriac.store.home import prepare

    settings = Settings(home=home, workers=workers)
    began = time.perf_counter()
    opened = prepare(home, settings.catalog_url)
    report = load(opened, settings, [archive])
    word = Studies().study(0)["protocolSection"]["conditionsModule"]["conditions"][0].split()[-1]
    found = len(SearchIndex(home / "cache" / "search").find(word))
    seconds = time.perf_counter() - began
    opened.close()
    source = report.sources[0]
    counts = {name: getattr(source, name) for name in ("new", "changed", "unchanged", "quarantined")}
    return {"seconds": round(seconds, 3), **counts, "found": found}


_PEER_TABLES = """
CREATE TABLE IF NOT EXISTS study (nct TEXT PRIMARY KEY, hash TEXT, title TEXT, status TEXT, phase TEXT, sponsor TEXT, updated TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS condition (nct TEXT, name TEXT);
CREATE TABLE IF NOT EXISTS intervention (nct TEXT, type TEXT, name TEXT);
CREATE TABLE IF NOT EXISTS outcome (nct TEXT, kind TEXT, measure TEXT, frame TEXT);
CREATE TABLE IF NOT EXISTS location (nct TEXT, facility TEXT, city TEXT, country TEXT);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (nct, title, summary);
"""


def _peer(home: Path, archive: Path, workers: int) -> dict[str, object]:
    """The loader that one would write in an hour: the standard library's zip, json and sqlite3, a hash to skip what did not change."""
    began = time.perf_counter()
    home.mkdir(exist_ok=True)
    db = sqlite3.connect(home / "peer.sqlite")
    db.executescript("PRAGMA journal_mode=WAL;" + _PEER_TABLES)
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    with zipfile.ZipFile(archive) as opened:
        for number, name in enumerate(opened.namelist(), 1):
            counts[_peer_study(db, json.loads(opened.read(name)))] += 1
            if number % 1_000 == 0:
                db.commit()
    db.commit()
    word = Studies().study(0)["protocolSection"]["conditionsModule"]["conditions"][0].split()[-1]
    found = len(db.execute("SELECT nct FROM words WHERE words MATCH ? LIMIT 20", (word,)).fetchall())
    return {"seconds": round(time.perf_counter() - began, 3), **counts, "found": found}


def _peer_study(db: sqlite3.Connection, study: dict[str, dict[str, dict[str, object]]]) -> str:
    protocol = msgspec.convert(study["protocolSection"], dict[str, dict[str, object]])
    nct = str(protocol["identificationModule"]["nctId"])
    body = json.dumps(study, sort_keys=True)
    digest = hashlib.sha256(body.encode()).hexdigest()
    before = db.execute("SELECT hash FROM study WHERE nct = ?", (nct,)).fetchone()
    if before and before[0] == digest:
        return "unchanged"
    for name in ("study", "condition", "intervention", "outcome", "location", "words") if before else ():
        db.execute(f"DELETE FROM {name} WHERE nct = ?", (nct,))
    _peer_rows(db, nct, protocol, digest, body)
    return "changed" if before else "new"


def _peer_rows(db: sqlite3.Connection, nct: str, protocol: dict[str, dict[str, object]], digest: str, body: str) -> None:
    who, status, design = protocol["identificationModule"], protocol["statusModule"], protocol["designModule"]
    lead = msgspec.convert(protocol["sponsorCollaboratorsModule"]["leadSponsor"], dict[str, str])
    row = (nct, digest, who["briefTitle"], status["overallStatus"], str(design.get("phases")), lead["name"], status["lastUpdateSubmitDate"], body)
    db.execute("INSERT INTO study VALUES (?,?,?,?,?,?,?,?)", row)
    names = msgspec.convert(protocol["conditionsModule"]["conditions"], list[str])
    db.executemany("INSERT INTO condition VALUES (?, ?)", [(nct, name) for name in names])
    for table_name, module, member, fields in (
        ("intervention", "armsInterventionsModule", "interventions", ("type", "name")),
        ("location", "contactsLocationsModule", "locations", ("facility", "city", "country")),
        ("outcome", "outcomesModule", "primaryOutcomes", ("type", "measure", "timeFrame")),
        ("outcome", "outcomesModule", "secondaryOutcomes", ("type", "measure", "timeFrame")),
    ):
        some = msgspec.convert(protocol[module].get(member, []), list[dict[str, object]])
        marks = ",".join("?" * (len(fields) + 1))
        db.executemany(f"INSERT INTO {table_name} VALUES ({marks})", [(nct, *(one.get(field) for field in fields)) for one in some])
    db.execute("INSERT INTO words VALUES (?, ?, ?)", (nct, who["briefTitle"], protocol["descriptionModule"].get("briefSummary")))


_PHASES = {"load": _load, "peer": _peer}

if __name__ == "__main__":
    main()

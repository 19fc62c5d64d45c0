"""Syncs a made-up registry from a server on this machine: a full pass through paging, then daily increments, each compared with the server's truth.

Flows in: a seed and sizes. Flows out: whether the store equalled the server after each pass, the requests and bytes that it took, and what a
client that knew beforehand what to ask would have needed. Also what `./run bench crash sync` runs: kills at random moments.

    ./run bench sync [--studies N] [--days N] [--seed N]
"""

import argparse
import importlib.util
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import machine
from registry import Studies, nct

_SERVER = Path(__file__).resolve().parent.parent / "tests" / "live" / "replay.py"
_STAMP = b"9999-99-99"
QUERIES = (
    "SELECT r.source, r.key, v.hash, v.content FROM version v JOIN record r ON r.id = v.record ORDER BY 1, 2, 3",
    """SELECT r.source, r.key, s.seen_from, s.seen_to, v.hash FROM span s JOIN version v ON v.id = s.version JOIN record r ON r.id = s.record
       ORDER BY r.source, r.key, s.seen_from, s.rowid""",
    "SELECT id, kind, name, body FROM entity ORDER BY id",
)


def main() -> None:
    """One full pass, then day after day."""
    options = _options()
    if options.child:
        _sync(Path(options.child[0]), options.child[1], small=True)
        return
    print(f"{options.studies:,} made-up studies, {options.days} days of changes, seed {options.seed}; {machine()}", flush=True)
    registry, replay = _served(options.studies, options.seed)
    different = 0
    with replay, tempfile.TemporaryDirectory(prefix="theriac-sync-") as scratch:
        home = Path(scratch)
        rng = random.Random(options.seed)
        for day in range(options.days + 1):
            changes = _day(registry, rng, options.studies + day * 1_000, options.seed) if day else None
            replay.log.clear()
            began = time.perf_counter()
            run = _sync(home, replay.address)
            seconds = time.perf_counter() - began
            same = _same(home, registry)
            different += not same
            _tell(day, changes, run, registry, replay, seconds, same=same)
    print("the store equalled the server's truth after every pass" if not different else f"{different} passes left a store that DIFFERS")
    sys.exit(1 if different else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    return parser.parse_args()


def _served(count: int, seed: int) -> tuple[Any, Any]:
    """The registry and its server, which the tests use too."""
    spec = importlib.util.spec_from_file_location("live_hosts", _SERVER)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{_SERVER} is missing")
    hosts = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hosts)
    registry = hosts.Ctgov()
    replay = hosts.Replay({"clinicaltrials.gov": registry})
    registry.replay = replay
    studies = Studies(seed)
    for number in range(count):
        registry.put(studies.study(number))
    return registry, replay


def _day(registry: Any, rng: random.Random, first_new: int, seed: int) -> tuple[int, int, int, int]:
    """A day in the registry: one in a hundred edited, one in five hundred new, one in two thousand gone; gives the counts and the edited bytes."""
    day, known, studies = registry.advance(), sorted(registry.studies), Studies(seed)
    gone = rng.sample(known, max(1, len(known) // 2_000))
    for number in gone:
        registry.remove(number)
    edited = rng.sample([number for number in known if number not in set(gone)], max(1, len(known) // 100))
    for number in edited:
        study = registry.study(number)
        status = study["protocolSection"]["statusModule"]
        status["overallStatus"] = rng.choice(("COMPLETED", "SUSPENDED", "TERMINATED", "RECRUITING"))
        status["lastUpdatePostDateStruct"] = {"date": day, "type": "ACTUAL"}
        registry.put(study)
    new = range(first_new, first_new + max(1, len(known) // 500))
    for number in new:
        study = studies.study(number)
        study["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"] = {"date": day, "type": "ACTUAL"}
        registry.put(study)
    wanted = sum(len(registry.studies[number]) for number in [*edited, *map(nct, new)])
    return len(edited), len(new), len(gone), wanted


def _sync(home: Path, mirror: str, *, small: bool = False) -> Any:
    """Everything that `theriac sync ctgov` does; a full pass where none was made."""
    from theriac.api import open_home
    from theriac.settings import Settings
    from theriac.store import live

    settings = Settings(home=home, workers=1 if small else 2, mirror=mirror, rate=100_000.0, batch_records=60 if small else 20_000)
    if small:
        print("ready", flush=True)
    with open_home(settings=settings, create=True) as store:
        first = not live.pass_of(store.home, "ctgov").full_at
        report = store.keeper.sync(() if first else ("ctgov",), full="ctgov" if first else None)
    if report.failed:
        raise SystemExit(report.sources[0].message)
    return report.sources[0]


def _same(folder: Path, registry: Any) -> bool:
    """Whether every current record of the store is, byte for byte but for the release stamp, what the server has, and no other is."""
    from theriac.store import live
    from theriac.store.home import prepare
    from theriac.store.lake import Lake

    home = prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")
    current = home.index.current(("ctgov", key) for key in live.held(home, "ctgov", "studies"))
    same = {key for _, key in current} == set(registry.studies)
    wanted = [("ctgov", key, version) for (_, key), version in current.items()]
    for start in range(0, len(wanted), 2_000):
        lot = wanted[start : start + 2_000]
        found = Lake(home).payloads(lot)
        same = same and all(_unstamped(found[version]) == registry.studies[key] for _, key, version in lot)
    home.close()
    return same


def _unstamped(payload: bytes) -> bytes:
    head, sign, rest = payload.rpartition(b'"versionHolder":"')
    return head + sign + _STAMP + rest[10:] if sign else payload


def _tell(day: int, changes: tuple[int, int, int, int] | None, run: Any, registry: Any, replay: Any, seconds: float, *, same: bool) -> None:
    pages = -(-len(registry.studies) // 1_000)
    sent = sum(one.sent for one in replay.log)
    asked = f"{len(replay.log)} requests, {sent / 1e6:,.1f} MB on the wire"
    if changes is None:
        ideal = f"{pages} pages"
        what = f"full pass: {run.records:,} studies"
    else:
        edited, new, gone, wanted = changes
        ideal = f"1 page of {edited + new:,} studies ({wanted / 1e6:,.1f} MB unpacked) and {pages} pages of ids to find {gone} that are gone"
        found = f"{run.records:,} records read, {run.changed} changed, {run.new} new, {run.removed} gone"
        what = f"day {day}: {edited} edited, {new} new, {gone} gone; {found}"
    print(f"{what}; {seconds:.1f} s; {asked}; ideal: {ideal}; store {'equals' if same else 'DIFFERS FROM'} the server", flush=True)


def crash(kills: int, studies: int, seed: int) -> int:
    """Kills a full pass at random moments, again and again, and lets it through; 0 where every finished store equals an undisturbed one."""
    registry, replay = _served(studies, seed)
    registry.largest_page = 40
    replay.slowly = 0.01
    rng, different, fell = random.Random(seed), 0, 0
    with replay, tempfile.TemporaryDirectory(prefix="theriac-crash-") as scratch:
        folder = Path(scratch)
        began = time.perf_counter()
        _finished(folder / "undisturbed", replay.address)
        whole = time.perf_counter() - began
        expected = _told(folder / "undisturbed")
        print(f"{kills} kills (SIGKILL) of a sync of {studies:,} studies, seed {seed}; undisturbed: {whole:.1f} s; {machine()}", flush=True)
        for number in range(kills):
            home = folder / f"home{number // 5}"
            process = _started(home, replay.address)
            time.sleep(rng.uniform(0.0, whole))
            fell += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if (number + 1) % 5 == 0 or number + 1 == kills:
                _finished(home, replay.address)
                different += _told(home) != expected
                print(f"  {number + 1} kills, {fell} of them into a running sync; {different} homes differ", flush=True)
    print("every finished home equals the undisturbed one" if not different else f"{different} homes DIFFER")
    return 1 if different else 0


def _started(home: Path, mirror: str) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, __file__, "--child", str(home), mirror], stdout=subprocess.PIPE)
    if process.stdout is not None:
        process.stdout.readline()
    return process


def _finished(home: Path, mirror: str) -> None:
    process = _started(home, mirror)
    process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "sync")


def _told(folder: Path) -> list[object]:
    from theriac.api import open_home
    from theriac.settings import Settings

    with open_home(settings=Settings(home=folder)) as store:
        if faults := store.doctor().faults:
            raise AssertionError(faults)
        return [store.home.index.db.execute(query).fetchall() for query in QUERIES]


if __name__ == "__main__":
    main()

"""Kills a load at random moments, again and again, and shows that nothing is lost: the finished store equals an undisturbed one.

Flows in: a seed. Flows out: how many of the kills fell into a load, and whether after each of them the home was whole (every segment as the
catalog says, no commit lost) and, once the load was let through, the same as an undisturbed run: versions, sightings, spans, entities, search.

    ./run bench crash [load|sync] [--kills N] [--studies N] [--seed N]
    ./run bench crash alerts [--kills N] [--seed N]      kills between "events committed" and "marked sent", see `crash_alerts.py`
"""

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sync
from crash_alerts import kill_alerts
from measure import machine, quantile
from registry import Studies, write_zip

QUERIES = (
    """SELECT r.source, r.key, v.hash, v.content, g.body FROM version v JOIN record r ON r.id = v.record JOIN reading g ON g.version = v.id
       ORDER BY 1, 2, 3""",
    """SELECT r.source, r.key, v.hash, s.seen, s.seen_by, s.raw FROM sighting s JOIN version v ON v.id = s.version JOIN record r ON r.id = v.record
       ORDER BY 1, 2, 3, 4, 6""",
    """SELECT r.source, r.key, s.seen_from, s.seen_to, v.hash FROM span s JOIN version v ON v.id = s.version JOIN record r ON r.id = s.record
       ORDER BY r.source, r.key, s.seen_from, s.rowid""",
    "SELECT id, kind, name, body FROM entity ORDER BY id",
    "SELECT key, entity, text FROM entity_name ORDER BY 1, 2, 3",
)
ROUND = 5


def main() -> None:
    """Kills, compares, prints."""
    options = _options()
    if options.child:
        _load(Path(options.child[0]), [Path(one) for one in options.child[1:]])
        return
    if options.what == "alerts":
        print(f"{options.kills or 2000} kills of a run of the alerts, seed {options.seed}; {machine()}", flush=True)
        sys.exit(kill_alerts(options.kills or 2000, options.seed))
    options.kills = options.kills or 200
    if options.what == "sync":
        sys.exit(sync.crash(options.kills, options.studies, options.seed))
    print(f"{options.kills} kills (SIGKILL) of a load of {options.studies:,} studies in two releases, seed {options.seed}; {machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="theriac-crash-") as scratch:
        folder = Path(scratch)
        paths = [folder / "first.zip", folder / "later.zip"]
        studies = Studies(options.seed)
        write_zip(paths[0], studies.served(range(options.studies)))
        write_zip(paths[1], studies.restamped(range(0, options.studies, 3)))
        whole = max(_finish(folder / "undisturbed", paths), 0.1)
        expected = _told(folder / "undisturbed", studies)
        print(f"undisturbed: {whole:.1f} s for both releases; state {expected[:12]}", flush=True)
        _kill_all(options, folder, paths, whole, expected, studies)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("load", "sync", "alerts"), default="load", help="what is killed")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--studies", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    return parser.parse_args()


def _kill_all(options: argparse.Namespace, folder: Path, paths: list[Path], whole: float, expected: str, studies: Studies) -> None:
    rng = random.Random(options.seed)
    fell, heads, different = 0, [], 0
    for number in range(options.kills):
        home = folder / f"home{number // ROUND}"
        fell += _kill(home, paths, rng.uniform(0.0, whole))
        heads.append(_whole(home))
        if (number + 1) % ROUND == 0 or number + 1 == options.kills:
            _finish(home, paths)
            different += _told(home, studies) != expected
            print(f"  {number + 1} kills, {fell} of them into a running load; {different} homes differ", flush=True)
    print(f"{options.kills} kills, {fell} into a running load, commits found afterwards: median {quantile(heads, 0.5):.0f}, most {max(heads)}")
    print("every home was whole after every kill and equal to the undisturbed one at the end" if not different else f"{different} homes DIFFER")
    sys.exit(1 if different else 0)


def _kill(home: Path, paths: list[Path], after: float) -> bool:
    """Starts a load and kills it; whether it was still running then."""
    process = _start(home, paths)
    time.sleep(after)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return running


def _start(home: Path, paths: list[Path]) -> "subprocess.Popen[bytes]":
    """A load in a process of its own that has got as far as beginning to work."""
    process = subprocess.Popen([sys.executable, __file__, "--child", str(home), *map(str, paths)], stdout=subprocess.PIPE)
    if process.stdout is not None:
        process.stdout.readline()
    return process


def _finish(home: Path, paths: list[Path]) -> float:
    """Lets a load through; gives its seconds."""
    process = _start(home, paths)
    began = time.perf_counter()
    process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "load")
    return time.perf_counter() - began


def _load(folder: Path, paths: list[Path]) -> None:
    from theriac import pipeline
    from theriac.settings import Settings
    from theriac.store import upkeep
    from theriac.store.home import prepare

    # Small lots, early pool, much compaction: more places to be killed at.
    upkeep.MANY_SEGMENTS = 3
    pipeline.TASK_PIECES = 40
    pipeline.POOL_FROM_BYTES = 4 * 1024 * 1024
    print("ready", flush=True)
    home = prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")
    for path in paths:
        pipeline.load(home, Settings(home=folder, workers=2, batch_records=60), [path])
    home.close()


def _whole(folder: Path) -> int:
    """How many commits a home holds right after a kill; every live segment must be as the catalog says."""
    from theriac.store import upkeep
    from theriac.store.home import prepare

    home = prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")
    wrong = [fault for fault in upkeep.doctor(home).faults if "damaged" in fault or "missing" in fault or "the last is number" in fault]
    if wrong:
        raise AssertionError(wrong)
    head = home.head()
    home.close()
    return head


def _told(folder: Path, studies: Studies) -> str:
    """A digest of everything the home answers, search hits included."""
    from theriac.search import SearchIndex
    from theriac.store.home import prepare

    home = prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")
    digest = hashlib.sha256()
    for query in QUERIES:
        for row in home.index.db.execute(query):
            digest.update(repr(row).encode())
    search = SearchIndex(folder / "cache" / "search")
    for word in studies.world.words[:60]:
        digest.update(repr(sorted(hit.record for hit in search.find(word, 10_000))).encode())
    home.close()
    return digest.hexdigest()


if __name__ == "__main__":
    main()

"""A sync that is killed at any moment goes on where it was, and gives what an undisturbed one gives."""

import random
import subprocess
import sys
import time
from pathlib import Path

from live_homes import World, opened

SCRIPT = Path(__file__).with_name("killed_sync.py")
QUERIES = (
    "SELECT r.source, r.key, v.hash, v.content FROM version v JOIN record r ON r.id = v.record ORDER BY 1, 2, 3",
    """SELECT r.source, r.key, s.seen_from, s.seen_to, v.hash FROM span s JOIN version v ON v.id = s.version JOIN record r ON r.id = s.record
       ORDER BY r.source, r.key, s.seen_from, s.rowid""",
    "SELECT id, kind, name, body FROM entity ORDER BY id",
)


def started(folder: Path, world: World) -> "subprocess.Popen[bytes]":
    """A sync of everything in a process of its own, that has begun to work."""
    process = subprocess.Popen([sys.executable, str(SCRIPT), str(folder), world.replay.address], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def finished(folder: Path, world: World) -> float:
    """Lets a sync through; its seconds."""
    process, began = started(folder, world), time.monotonic()
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - began


def told(folder: Path, world: World) -> list[object]:
    with opened(folder, world) as store:
        assert store.doctor().faults == []
        return [store.home.index.db.execute(query).fetchall() for query in QUERIES]


def test_killed_again_and_again_and_then_let_through(tmp_path: Path) -> None:
    world = World()
    world.ctgov.largest_page, world.openfda.part = 8, 12
    world.filled(24).replay.slowly = 0.01
    with world.replay:
        whole = finished(tmp_path / "undisturbed", world)
        expected = told(tmp_path / "undisturbed", world)
        rng = random.Random(6)
        for _ in range(10):
            process = started(tmp_path / "home", world)
            time.sleep(rng.uniform(0, whole * 0.8))
            process.kill()
            process.communicate()
        finished(tmp_path / "home", world)
        assert told(tmp_path / "home", world) == expected

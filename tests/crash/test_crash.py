"""A load that is interrupted anywhere leaves the last commit intact; run again, it gives what an undisturbed load gives."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_homes import answers, study, write

from theriac.pipeline import load
from theriac.search import SearchIndex
from theriac.settings import Settings
from theriac.store import upkeep
from theriac.store.home import Home, prepare

SCRIPT = Path(__file__).with_name("killed.py")
WORDS = ("wart", "second", "third")


class Interrupted(BaseException):
    """What the tests raise where a process could die."""


def opened(folder: Path) -> Home:
    return prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")


def files(folder: Path, count: int) -> list[Path]:
    """Three releases: a first one; one with changes; one in which half of the records are as at first, listed with damage beside them."""
    one = write(folder, "1.ndjson", *(study(number, "2024-01-01", f"Wart {number}") for number in range(1, count)))
    two = write(folder, "2.ndjson", *(study(number, "2024-02-01", f"Second {number}") for number in range(1, count, 2)))
    three = write(
        folder, "3.ndjson", *(study(number, "2024-03-01", f"{'Wart' if number % 4 == 1 else 'Third'} {number}") for number in range(1, count, 2))
    )
    with three.open("a") as file:
        file.write('\n{"protocolSection": {"identificationModule": {"nctId": "nothing"}}}')
    return [one, two, three]


def run(home: Home, paths: list[Path]) -> None:
    for path in paths:
        load(home, Settings(home=home.folder, workers=1, batch_records=25), [path])


def told(folder: Path) -> tuple[object, ...]:
    """Everything a home answers, the search index included, and what is in quarantine."""
    home = opened(folder)
    search = SearchIndex(folder / "cache" / "search")
    hits = [sorted(hit.record for hit in search.find(word, 1000)) for word in WORDS]
    assert upkeep.doctor(home).faults == []
    assert search.stamp == home.head()
    with home.engine.connect() as connection:
        from theriac.store.catalog import QUARANTINE

        quarantined = sorted(row.id for row in connection.execute(QUARANTINE.select()))
    found = (answers(home), hits, quarantined)
    home.close()
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Path], tuple[object, ...], list[str]]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    paths = files(folder, 70)
    names: list[str] = []
    home = prepare(folder / "home", f"sqlite:///{folder / 'home' / 'catalog.sqlite'}", checkpoint=names.append)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(upkeep, "MANY_SEGMENTS", 3)
        run(home, paths)
    home.close()
    yield paths, told(folder / "home"), names


POINTS = (
    "segment versions written",
    "segment versions in place",
    "segment readings written",
    "segment readings in place",
    "segment sightings written",
    "segment sightings in place",
    "segment quarantine written",
    "segment quarantine in place",
    "inside the catalog's transaction",
    "before the catalog commits",
    "after the catalog committed",
    "after the index followed",
    "segments merged",
)


def test_every_commit_point_is_tested(undisturbed: tuple[list[Path], tuple[object, ...], list[str]]) -> None:
    assert set(undisturbed[2]) == set(POINTS)


@pytest.mark.parametrize("which", ["first", "middle", "last"])
@pytest.mark.parametrize("point", POINTS)
def test_interrupted_at_every_commit_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: tuple[list[Path], tuple[object, ...], list[str]], point: str, which: str
) -> None:
    paths, expected, names = undisturbed
    count = names.count(point)
    wanted = {"first": 1, "middle": (count + 1) // 2, "last": count}[which]
    monkeypatch.setattr(upkeep, "MANY_SEGMENTS", 3)
    passed = 0

    def stop(name: str) -> None:
        nonlocal passed
        passed += name == point
        if name == point and passed == wanted:
            raise Interrupted(name)

    home = prepare(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'catalog.sqlite'}", checkpoint=stop)
    with pytest.raises(Interrupted):
        run(home, paths)
    home.close()
    again = opened(tmp_path / "home")
    run(again, paths)
    again.close()
    assert told(tmp_path / "home") == expected


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment(tmp_path: Path, undisturbed: tuple[list[Path], tuple[object, ...], list[str]], seed: int) -> None:
    paths, expected, _ = undisturbed
    folder = tmp_path / "home"
    kill(folder, paths, random.Random(seed).uniform(0, 1.5))
    home = opened(folder)
    head = home.head()
    home.close()
    kill(folder, paths, random.Random(seed + 1000).uniform(0, 1.0))
    home = opened(folder)
    assert home.head() >= head
    run(home, paths)
    home.close()
    assert told(folder) == expected


def kill(folder: Path, paths: list[Path], after: float) -> None:
    """Starts a load and kills it so many seconds after it began to work."""
    command = [sys.executable, str(SCRIPT), str(folder), *map(str, paths)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    process.kill()
    process.wait()
    process.stdout.close()


def test_killed_while_the_home_is_made(tmp_path: Path, undisturbed: tuple[list[Path], tuple[object, ...], list[str]]) -> None:
    paths, expected, _ = undisturbed
    folder = tmp_path / "home"
    for number in range(6):
        process = subprocess.Popen([sys.executable, str(SCRIPT), str(folder), *map(str, paths)], stdout=subprocess.DEVNULL)
        time.sleep(0.3 + 0.12 * number)
        process.kill()
        process.wait()
    home = opened(folder)
    run(home, paths)
    home.close()
    assert told(folder) == expected


def test_caches_lost_in_the_middle_of_a_load(tmp_path: Path, undisturbed: tuple[list[Path], tuple[object, ...], list[str]]) -> None:
    paths, expected, _ = undisturbed
    folder = tmp_path / "home"
    kill(folder, paths, 0.8)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    home = opened(folder)
    run(home, paths)
    home.close()
    assert told(folder) == expected

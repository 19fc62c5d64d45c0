"""No room left: one sentence, nothing committed lost, and the next run completes."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_homes import answers, study, write

from theriac.errors import StorageFull
from theriac.pipeline import load
from theriac.search import SearchIndex
from theriac.settings import Settings
from theriac.store import upkeep
from theriac.store.home import Home, prepare


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """A disk that refuses to let any file grow beyond a size, as a full one does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def opened(folder: Path) -> Home:
    return prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")


def put(home: Home, path: Path) -> None:
    load(home, Settings(home=home.folder, workers=1, batch_records=20), [path])


@pytest.mark.parametrize("size", [4_000, 20_000, 60_000, 150_000, 300_000, 450_000, 700_000])
def test_a_disk_that_fills_up_anywhere_is_one_sentence_and_loses_nothing(tmp_path: Path, size: int) -> None:
    first = write(tmp_path, "a.ndjson", *(study(number, "2024-01-01") for number in range(1, 60)))
    text = " ".join(f"word{number * 7919 % 4001}" for number in range(900))
    second = write(tmp_path, "b.ndjson", *(study(number, "2024-02-01", f"Title {number} {text}") for number in range(1, 160)))
    home, undisturbed = opened(tmp_path / "home"), opened(tmp_path / "undisturbed")
    put(home, first)
    before = home.head()
    sentence = ""
    with files_no_larger_than(size):
        try:
            put(home, second)
        except StorageFull as error:
            sentence = str(error)
    assert "free some space and run the command again" in sentence
    assert "\n" not in sentence
    assert home.head() >= before
    home.close()
    home = opened(tmp_path / "home")
    put(home, second)
    put(undisturbed, first)
    put(undisturbed, second)
    assert answers(home) == answers(undisturbed)
    assert upkeep.doctor(home).faults == []
    found = [sorted(hit.record for hit in SearchIndex(one.folder / "cache" / "search").find("word0", 500)) for one in (home, undisturbed)]
    assert found[0] == found[1]
    assert found[0]
    home.close()
    undisturbed.close()


def test_no_room_for_a_backup_leaves_no_half_of_one(tmp_path: Path) -> None:
    home = opened(tmp_path / "home")
    put(home, write(tmp_path, "a.ndjson", *(study(number, "2024-01-01") for number in range(1, 60))))
    with files_no_larger_than(10_000), pytest.raises(Exception, match="could not be written"):
        upkeep.backup(home, tmp_path / "backup.tar")
    assert not list(tmp_path.glob("backup*"))
    home.close()

"""Takes in the pages of a live source on the way of every loaded file: recognised, cut, read, named, filed, committed.

Flows in: pages and bulk files, with what is to be written in the same transaction as each commit (a cursor, a publication moment). Flows out:
commits. It asks no source and decides nothing about passes.
"""

import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import msgspec

from theriac.archives import Piece, Trouble, walk
from theriac.catchup import catch_up
from theriac.pipeline import LoadReport, Run, examining, few_collections
from theriac.search import SearchIndex
from theriac.settings import Settings
from theriac.stages import Examined, Task
from theriac.store import upkeep
from theriac.store.home import Batch, Home
from theriac.store.live import Note

_LARGE = 4 * 1024 * 1024
Submit = Callable[[Task], "Future[Examined] | Examined"]


class Reception:
    """An open way into the store, under the writer's lock, for some pages of a pass; with `more` to come, names wait for those that follow."""

    def __init__(self, run: Run, submit: Submit) -> None:
        self.run = run
        self.submit = submit
        self.succeeded = False
        self.more = False
        self._waiting: deque[Future[Examined] | Examined] = deque()

    def beside(self, notes: Sequence[Note]) -> None:
        """What is written with every commit from now on."""
        self.run.beside = notes

    def take(self, path: str, payload: bytes, *, listing: str | None = None, under: str = "") -> None:
        """A page; `listing` is the table that it is a part of a listing of, `under` that listing's number."""
        small = len(payload) < _LARGE
        piece = Piece(path, data=payload, size=len(payload)) if small else Piece(path, stream=io.BytesIO(payload), size=len(payload))
        self._take(iter([piece]), listing, under)

    def take_file(self, path: str, file: Path, *, listing: str | None = None, under: str = "") -> None:
        """A bulk file, opened as `theriac load` opens it."""
        self._take(walk(file, path), listing, under)

    def _take(self, opened: Iterator[Piece | Trouble], listing: str | None, under: str) -> None:
        if under != self.run.intake.under:
            self._drain()
            self.run.intake.under = under
        pieces = (msgspec.structs.replace(one, listing=listing) if listing and isinstance(one, Piece) else one for one in opened)
        for task in self.run.tasks(pieces):
            self._waiting.append(self.submit(task) if isinstance(task, Task) else task)
            while len(self._waiting) > 2 * self.run.settings.workers + 2:
                self._take_in(self._waiting.popleft())

    def _take_in(self, lot: "Future[Examined] | Examined") -> None:
        self.run.take(lot)

    def _drain(self) -> None:
        while self._waiting:
            self.run.take(self._waiting.popleft())

    def settle(self) -> None:
        """Waits for everything handed in."""
        self._drain()

    def commit(self, notes: Sequence[Note] = (), listings: Sequence[dict[str, object]] = ()) -> None:
        """Makes visible what was handed in, and with it the notes and the listings."""
        self._drain()
        batch: Batch = self.run.intake.batch
        batch.statements.extend(notes)
        batch.listings.extend(listings)
        self.run.commit()

    @property
    def read(self) -> int:
        """How many records were read so far."""
        self._drain()
        return sum(row["read"] for row in self.run.intake.counts.values())

    @property
    def quarantined(self) -> int:
        """How many of them could not be."""
        return len(self.run.intake.bad)

    @property
    def unrecognised(self) -> list[str]:
        """The pages that are in no format that Theriac reads."""
        return self.run.intake.unrecognised


@contextmanager
def reception(
    home: Home, settings: Settings, moment: str, waiting: Callable[[str], None] | None = None, tell: Callable[[LoadReport], None] = lambda _: None
) -> Iterator[Reception]:
    """The way in, open; when it closes, names and search are brought along and the run is noted, however it ended."""
    with few_collections(), home.writer(moment, waiting) as writer:
        upkeep.upgraded(home, moment)
        search = SearchIndex(home.folder / "cache" / "search")
        catch_up(home, search, patient=True)
        run = Run(home, writer, settings, search, moment, None, lambda _: None)
        with examining(run.known, settings.workers) as submit:
            desk = Reception(run, submit)
            yield desk
            report = run.report(0.0)
            run.finish(report, succeeded=desk.succeeded, more=desk.more)
            tell(report)

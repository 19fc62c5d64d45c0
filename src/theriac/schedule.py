"""Asks each live source on its cadence for as long as it is not stopped: one source after another, one writer at a time.

Flows in: a way to open what keeps a home current, and a stop. Flows out: passes, and a line for each. When a source is due is worked out in
`flow.cadence`. A home in which nothing was ever synced or followed is left alone: nothing is asked of anybody unasked.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

from theriac.errors import Stopped
from theriac.flow.cadence import due, next_due
from theriac.keeping import Keeper
from theriac.store import live
from theriac.sync import SourceRun
from theriac.terms import Cadence

LOOK_EVERY = 60.0
_SECONDS_TO_END = 10.0
_REST = timedelta(minutes=15)  # for a source whose pass failed in a way that its own error handling does not know, so that no look notes it


def wall_clock() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def stoppable(stop: threading.Event) -> Callable[[float], None]:
    """A way to wait that a stop ends at once."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Stopped("the service is being stopped; the next run goes on from the last committed page")

    return sleep


class Scheduler:
    """Looks every minute for what is due; `run` returns when `stop` is set."""

    def __init__(
        self,
        keeping: Callable[[], AbstractContextManager[Keeper]],
        stop: threading.Event,
        *,
        clock: Callable[[], datetime] = wall_clock,
        tell: Callable[[str], None] = lambda _: None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self.keeping = keeping
        self.stop = stop
        self.clock = clock
        self.tell = tell
        self.look_every = look_every
        self._resting: dict[str, datetime] = {}

    def run(self) -> None:
        """Looks, asks, waits, until stopped. A fault of one look is told and the next look comes."""
        while not self.stop.is_set():
            try:
                self.look()
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001 - a locked catalog or a full disk passes: a thread that ended would never look again
                self.tell(f"the look for what is due failed: {_said(error)}")
            self.stop.wait(self.look_every)

    def look(self) -> list[SourceRun]:
        """Asks what is due now, source by source; tells of sources that have gone stale; lets alerts run."""
        runs: list[SourceRun] = []
        with self.keeping() as keeper:
            sources = due(self.clock(), planned(keeper), keeper.attempts())
        sources = [one for one in sources if one not in self._resting or self._resting[one] <= self.clock()]
        for source in sources:
            if self.stop.is_set():
                break
            runs += self._pass(source)
        with self.keeping() as keeper:
            for source in keeper.look_for_stale():
                self.tell(f"{source} is stale: it has missed its cadence")
            keeper.after()
        return runs

    def _pass(self, source: str) -> list[SourceRun]:
        """The passes of one source; a fault that nobody foresaw is told, and keeps neither the other sources nor alerts from their turn."""
        try:
            # The home is opened anew for each source: a long pass of one must not hold what others have closed.
            with self.keeping() as keeper:
                runs = keeper.sync([source], say=self.tell).sources
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - the loop over sources goes on, as for files in `pipeline`
            self.tell(f"{source} failed: {_said(error)}")
            self._resting[source] = self.clock() + _REST
            return []
        for run in runs:
            self.tell(told(run))
        return runs


@contextmanager
def running(
    keeping: Callable[[Callable[[float], None]], AbstractContextManager[Keeper]], tell: Callable[[str], None], *, look_every: float = LOOK_EVERY
) -> Iterator[Scheduler]:
    """A scheduler at work in a thread of its own, until the block ends; `keeping` is given the way to wait, which a stop ends at once."""
    stop = threading.Event()
    scheduler = Scheduler(lambda: keeping(stoppable(stop)), stop, tell=tell, look_every=look_every)
    thread = threading.Thread(target=scheduler.run, name="schedule", daemon=True)
    thread.start()
    try:
        yield scheduler
    finally:
        stop.set()
        thread.join(timeout=_SECONDS_TO_END)


def planned(keeper: Keeper) -> dict[str, Cadence]:
    """The cadence of each source that is to be asked: none before anything was followed, synced or set by hand."""
    touched = live.follows(keeper.home) or live.passes(keeper.home) or keeper.settings.cadence
    return keeper.cadences if touched else {}


def upcoming(keeper: Keeper, now: datetime) -> datetime | None:
    """When the next source will be due."""
    return next_due(now, planned(keeper), keeper.attempts())


def _said(error: Exception) -> str:
    return str(error) if str(error) else type(error).__name__


def told(run: SourceRun) -> str:
    """One line about a pass."""
    name = f" ({run.name})" if run.name else ""
    if run.outcome == "failed":
        return f"{run.source}{name}: {run.message}"
    counts = f"{run.records:,} records, {run.new:,} new, {run.changed:,} changed, {run.removed:,} gone"
    return f"{run.source}{name}: {run.outcome.replace('_', ' ')}, {counts}, {run.requests} requests"

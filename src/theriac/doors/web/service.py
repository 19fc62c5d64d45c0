"""Many threads asking one home: a few opened readers, one that follows new commits, one for writing, and answers kept for as long as they hold.

Flows in: questions (methods of `Theriac`). Flows out: their answers. An opened `Theriac` serves one thread at a time, so each question borrows
one; a question asked twice on the same standing is answered once, also when both ask at the same time.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import LifoQueue
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import msgspec

from theriac.api import People, Standing, Theriac
from theriac.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")
Question = Callable[Concatenate[Theriac, P], R]
_EVERY = 1.0
_MOST_ANSWERS = 512
_MOST_BYTES = 256 * 1024 * 1024


class State(NamedTuple):
    """What an answer stands on: the home's standing, and how often this service has written since it was opened."""

    standing: Standing
    writes: int


class Answer(NamedTuple):
    """A kept answer: the value, and the same as JSON."""

    value: Any
    json: bytes


class Service:
    """One opened home, asked by many. `ask` for what may be kept, `reading` for what may not, `writing` to change something."""

    def __init__(self, opener: Callable[[bool], Theriac], settings: Settings, tell: Callable[[Exception], None] = lambda _: None) -> None:
        self.settings = settings
        self.tell = tell
        self.trouble: str | None = None
        self.boot = secrets.token_hex(6)  # answers kept by clients end with the process: it may have come back with other code
        self._follower = opener(True)
        self._writer = opener(True)
        self._writing = threading.Lock()
        self._following = threading.Lock()
        self._stop = threading.Event()
        self._idle: LifoQueue[Theriac] = LifoQueue()
        self._answers = Answers()
        self._follower.upgrade()
        self._follower.follow()
        self._state = State(self._follower.standing(), 0)
        self.has_accounts = self._follower.people().any()
        self._opened = [opener(False) for _ in range(max(1, settings.readers))]
        for reader in self._opened:
            self._idle.put(reader)
        self._thread = threading.Thread(target=self._follow, name="theriac-follower", daemon=True)
        self._thread.start()

    @property
    def state(self) -> State:
        """What answers stand on now."""
        return self._state

    def ask(self, question: Question[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer to a question: `ask(Theriac.drug, "imiquimod", as_of=None)`. Treat it as frozen: others get the same one."""
        return self.answer(question, *args, **kwargs).value  # type: ignore[no-any-return]

    def answer(self, question: Question[P, R], *args: P.args, **kwargs: P.kwargs) -> Answer:
        """The same with its JSON."""
        key = msgspec.json.encode([question.__qualname__, args, kwargs])

        def work() -> Answer:
            with self.reading() as store:
                value = question(store, *args, **kwargs)
            return Answer(value, msgspec.json.encode(value))

        return self._answers.get(self._state, key, work)

    def people(self, client: str = "") -> People:
        """Accounts and sessions; asked of the catalog alone, so that nobody waits for a reader to sign in."""
        return self._opened[0].people(client)

    @contextmanager
    def reading(self) -> Iterator[Theriac]:
        """An opened home for this thread alone; it waits while all are busy."""
        store = self._idle.get()
        try:
            yield store
        finally:
            self._idle.put(store)

    @contextmanager
    def writing(self) -> Iterator[Theriac]:
        """The opened home through which the service writes, one thread at a time; what was kept before is asked anew afterwards."""
        with self._writing:
            yield self._writer
        self.follow(written=True)

    def follow(self, *, written: bool = False) -> None:
        """Brings everything to the last commit now."""
        with self._following:
            found = self._follower.standing()
            if found != self._state.standing:
                self._follower.follow()
            self._state = State(found, self._state.writes + written)
            self.has_accounts = self.people().any()

    def _follow(self) -> None:
        while not self._stop.wait(_EVERY):
            try:
                self.follow()
                self.trouble = None
            except Exception as error:  # noqa: BLE001 - a locked catalog or a full disk passes: a thread that ended would serve old answers for good
                self._troubled(error)

    def _troubled(self, error: Exception) -> None:
        """Notes what `/health` says until following works again, and tells it once."""
        words = str(error) or type(error).__name__
        if words != self.trouble:
            self.tell(error)
        self.trouble = words

    def close(self) -> None:
        """Gives back every file and connection."""
        self._stop.set()
        self._thread.join()
        for store in (*self._opened, self._follower, self._writer):
            store.close()


class Answers:
    """Answers of one state, the oldest given up first; while one is worked out, others who ask for it wait for it."""

    def __init__(self, most: int = _MOST_ANSWERS, most_bytes: int = _MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Future[Answer]] = OrderedDict()
        self._state: State | None = None
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0

    def get(self, state: State, key: bytes, work: Callable[[], Answer]) -> Answer:
        """The kept answer, or the one that is worked out now; an error is raised and not kept."""
        with self._lock:
            if state != self._state:
                self._state, self._bytes = state, 0
                self._kept.clear()
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            else:
                mine = self._kept[key] = Future()
        if found is not None:
            return found.result()
        return self._work_out(key, mine, work)

    def _work_out(self, key: bytes, mine: "Future[Answer]", work: Callable[[], Answer]) -> Answer:
        try:
            answer = work()
        except BaseException as error:
            self._forget(key, mine)
            mine.set_exception(error)
            raise
        mine.set_result(answer)
        self._keep(key, mine, len(answer.json))
        return answer

    def _forget(self, key: bytes, mine: "Future[Answer]") -> None:
        with self._lock:
            if self._kept.get(key) is mine:
                del self._kept[key]

    def _keep(self, key: bytes, mine: "Future[Answer]", size: int) -> None:
        with self._lock:
            if self._kept.get(key) is not mine:
                return
            self._bytes += size
            while self._kept and (len(self._kept) > self._most or self._bytes > self._most_bytes):
                _, oldest = self._kept.popitem(last=False)
                if oldest.done() and oldest.exception() is None:
                    self._bytes -= len(oldest.result().json)

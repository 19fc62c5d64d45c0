"""Every error that Theriac raises on purpose, one tree.

    TheriacError                  its text is one sentence with the place and the next step
    ├── UserError                 the request cannot be carried out as asked            (exit 1)
    │   ├── UnknownName           no entity of that name; carries the nearest names
    │   ├── AmbiguousName         several entities answer to it; carries the candidates
    │   └── HomeError             the home is missing, newer than this code, or locked
    ├── SourceError               a document is not what its source should serve
    │   ├── BadRecord             one record cannot be read; it is quarantined raw, the rest goes on
    │   └── BadFile               a whole file cannot be read (truncated, bomb, error page)
    ├── LiveError                 a live source could not be asked; what was committed before stays, the next run goes on from there
    │   ├── Unreachable           no connection, or only errors of the server's, at every attempt
    │   ├── Refused               the source answers that it will not serve this; carries its status
    │   ├── BadAnswer             the answer is not what the source should serve (a web page, cut off, too large, a repeated page)
    │   ├── ExpiredCursor         the source no longer knows where we were: the pass begins anew
    │   ├── TotalShrank           the source counts far fewer records than before: yesterday's are kept
    │   └── Stopped               the service is being stopped
    └── StoreError                the store could not do its work
        ├── StorageFull           no space left; nothing committed is lost
        └── StoreDamaged          a segment or hash is not what the catalog says

    Defect                        a programmer's error; never caught to be shown nicely
"""

from collections.abc import Iterator
from contextlib import contextmanager


class TheriacError(Exception):
    """One sentence with the place and the next step."""

    exit_code = 1


class UserError(TheriacError):
    """The request cannot be carried out as asked."""


class UnknownName(UserError):
    """No entity answers to the name; `nearest` holds the closest names known."""

    def __init__(self, message: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nearest = nearest


class AmbiguousName(UserError):
    """Several entities answer to the name; `candidates` holds their ids."""

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class HomeError(UserError):
    """The home is missing, made by newer code, or held by another writer."""


class SourceError(TheriacError):
    """A document is not what its source should serve."""


class BadRecord(SourceError):
    """One record cannot be read: `field` is the place in it, `reason` the sentence shown."""

    def __init__(self, reason: str, *, field: str | None = None, record: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.record = record


class BadFile(SourceError):
    """A whole file cannot be read: `file` is its path as given, members after `!`."""

    def __init__(self, reason: str, *, file: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.file = file


class LiveError(TheriacError):
    """A live source could not be asked; what was committed before stays."""


class Unreachable(LiveError):
    """No connection, or only errors of the server's, at every attempt."""


class Refused(LiveError):
    """The source will not serve this: `status` is its HTTP status, `said` what it gave as the reason."""

    def __init__(self, message: str, *, status: int, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class BadAnswer(LiveError):
    """An answer is not what the source should serve."""


class ExpiredCursor(LiveError):
    """The source no longer knows the place at which a pass was cut."""


class TotalShrank(LiveError):
    """The source counts far fewer records than before: `before` and `now` are its totals."""

    def __init__(self, message: str, *, before: int, now: int) -> None:
        super().__init__(message)
        self.before = before
        self.now = now


class Stopped(LiveError):
    """The service is being stopped; the next run goes on from the last committed page."""


class StoreError(TheriacError):
    """The store could not do its work."""


class StorageFull(StoreError):
    """No space is left where the home lies; what was committed before is whole."""


class StoreDamaged(StoreError):
    """A segment or a hash is not what the catalog says."""


class Defect(AssertionError):
    """A programmer's error: a rule of the code itself is broken."""


@contextmanager
def in_file(path: str) -> Iterator[None]:
    """Names the file in any BadFile raised inside that does not name one yet."""
    try:
        yield
    except BadFile as error:
        error.file = error.file or path
        raise

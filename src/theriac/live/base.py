"""What every live source must offer: what to ask for, in which order, and what an answer is worth.

Flows in: a client and an `Ask` (how deep, since when, from which cursor, which names). Flows out: `Page`s in the very bytes that `theriac load`
reads, and one `Finished` at the end. A fetcher never opens the store, asks no clock, keeps no state between passes, and never takes a fault for
an empty result.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import msgspec

from theriac.http import Client, Validators
from theriac.terms import Cadence, EntityKind, SyncDepth


class Names(msgspec.Struct, frozen=True):
    """What a drug or condition is called: the name asked for first, then the names and identifiers (`unii:…`, `chembl:…`) that the store knows."""

    texts: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    kind: EntityKind = EntityKind.DRUG

    @property
    def first(self) -> str:
        """The name that was asked for."""
        return self.texts[0]

    def of(self, prefix: str) -> list[str]:
        """The identifiers under a prefix, without it."""
        return [one.partition(":")[2] for one in self.identifiers if one.startswith(f"{prefix}:")]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a pass is to bring.

    `depth`: `changes` since `since`, all of the source (`full`), all about one name (`drug`), or `keys`: nothing but which records there are.
    `names` is set for `drug`, and for `changes` of a followed name. `cursor` is that of the last committed page where an earlier pass was cut.
    `since` is what the last completed pass gave in `Finished.since`; None where none was completed. `today` is the day (UTC). `folder` is where
    bulk files are saved. `validators` are those that the last pass's pages brought, by address. `key` is the source's API key, where one is set.
    """

    depth: SyncDepth
    today: str
    since: str | None = None
    cursor: str = ""
    names: Names | None = None
    validators: Mapping[str, Validators] = {}
    folder: Path = Path()
    key: str = ""
    contact: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page, or one bulk file, in the format that `theriac load` reads. It is committed together with its `cursor`.

    `name` is what it is called in reports (`studies.json`, `products.txt`); `dated` is the day on which it was current, where its records do not
    say so themselves. `release` is the source's own mark of this state of its data, `published` the moment (or day) of that state. `total` is
    how many records the source says there are for what was asked, `records` how many the page holds, where the fetcher knows it. `validators`
    go with the last page of an address, so that a cut pass asks it again. `listing` names the table of which the whole pass is a complete
    listing, if it runs to its end.
    """

    name: str
    cursor: str
    payload: bytes = b""
    file: Path | None = None
    dated: str | None = None
    release: str = ""
    published: str = ""
    total: int | None = None
    records: int | None = None
    validators: Mapping[str, Validators] = {}
    listing: str | None = None


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the keys of all records that there are (of a pass of depth `keys`)."""

    keys: tuple[str, ...]
    total: int | None = None


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a pass that ran through.

    `complete` names the table that the pass listed from its first record to its last, with nothing moved meanwhile: only then are absences
    believed, and only where the records counted equal `total`. `since` is where the next pass of `changes` goes on.
    `nothing_new` says that the source's release is the one that the last pass had.
    """

    since: str = ""
    release: str = ""
    published: str = ""
    total: int | None = None
    complete: str | None = None
    nothing_new: bool = False
    validators: Mapping[str, Validators] = {}


Item = Page | Keys | Finished


class Fetcher(ABC):
    """One live source.

    `name` is the source as `theriac sources` shows it; `host` its host, with the requests a second that it allows in `rate`; `cadence` how often
    it is worth asking. `large`: all of it is asked for by `--full` only, and until then only followed names are kept complete. What is not
    `mirrored` is never asked for whole. `of_conditions`: it can be asked for what is about a condition, too. `format` is the
    name of the format that its records have.
    """

    name: ClassVar[str]
    host: ClassVar[str]
    rate: ClassVar[float] = 1.0
    cadence: ClassVar[Cadence] = Cadence.DAILY
    large: ClassVar[bool] = False
    mirrored: ClassVar[bool] = True
    by_name: ClassVar[bool] = True
    of_conditions: ClassVar[bool] = False

    def knows(self, names: Names) -> bool:
        """Whether it can be asked for names of that kind."""
        return self.by_name and (names.kind is not EntityKind.CONDITION or self.of_conditions)

    @abstractmethod
    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """Page after page of what is asked for, then `Finished`. Raises ExpiredCursor where the source no longer knows `ask.cursor`."""

    @abstractmethod
    def plan(self, ask: Ask) -> list[str]:
        """What would be asked, as addresses or sentences; asks nothing."""

    def total(self, client: Client, ask: Ask) -> int | None:
        """How many records the source says it has in all, where it says so cheaply."""
        return None

    def lists_keys(self) -> bool:
        """Whether a pass of depth `keys` is possible: a cheap list of all records that there are."""
        return False

    def unknown(self, payload: bytes) -> Mapping[str, str]:
        """Fields and coded values of a page that the source's documentation did not have when this was written: place → an example."""
        return {}

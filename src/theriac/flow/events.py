"""What an event is: something typed that happened to a record, with both versions behind it.

Flows in: the changes that the families' functions found between two readings, and the step they were found in. Flows out: events with ids that
depend on nothing but the record and the two versions, so that the same difference has the same id wherever and whenever it is worked out.
It resolves no names (drugs and conditions are joined when an event is shown), asks no clock and knows no store.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from theriac.dates import PartialDate
from theriac.terms import EventKind

Passages = tuple[tuple[str, str], ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Which two versions of which record are compared, and when the newer one was seen.

    `from_hash` and `to_hash` are the versions' content hashes (None: there is no such version); `from_version` and `to_version` are the
    source's own labels of them. `complete` says that both versions stand in complete listings of their table, which alone can prove a
    removal. `from_format` and `to_format` name the formats they were served in: what one of two formats may not carry is not compared.
    """

    record: str
    to_hash: str | None
    seen: str
    from_hash: str | None = None
    from_seq: int | None = None
    to_seq: int | None = None
    from_version: str | None = None
    to_version: str | None = None
    from_format: str = ""
    to_format: str = ""
    complete: bool = False

    @property
    def same_format(self) -> bool:
        """Whether both versions were served in one format, so that an absent field is an absence."""
        return self.from_format == self.to_format


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two readings, before it is bound to its versions.

    `slot` tells changes of one kind in one step apart and never depends on their order; `path` is the field of the reading, with the key of
    the list member (`products[001].marketing_status`). `old`, `new` and the quotes stand word for word in their versions; `passages` are
    all changed pieces, of which the quotes are the weightiest. `happened` is set where the change itself carries a date.
    """

    kind: EventKind
    path: str
    slot: str = ""
    old: str | None = None
    new: str | None = None
    quote_old: str | None = None
    quote_new: str | None = None
    passages: Passages = ()
    mention: str | None = None
    happened: PartialDate | None = None


class Changed(Protocol):
    """What `bound` needs of a change: `Change` here, `LabelChange` in labels/."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def path(self) -> str: ...
    @property
    def slot(self) -> str: ...
    @property
    def old(self) -> str | None: ...
    @property
    def new(self) -> str | None: ...
    @property
    def quote_old(self) -> str | None: ...
    @property
    def quote_new(self) -> str | None: ...
    @property
    def passages(self) -> Passages: ...
    @property
    def mention(self) -> str | None: ...
    @property
    def happened(self) -> PartialDate | None: ...


class Entity(msgspec.Struct, frozen=True):
    """A resolved drug or condition as an event shows it."""

    id: str
    name: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something typed that happened to a record; the first block is what every door shows, the second is kept to trace it.

    `happened` is the source's own date and None where the source does not date the change; `seen` is when the newer version was seen.
    `drugs` and `conditions` are joined on read. `superseded_by` names the events that a version filed late put in this one's place.
    """

    id: str
    kind: EventKind
    record: str
    drugs: tuple[Entity, ...] = ()
    conditions: tuple[Entity, ...] = ()
    old: str | None = None
    new: str | None = None
    quote_old: str | None = None
    quote_new: str | None = None
    from_seq: int | None = None
    to_seq: int | None = None
    from_version: str | None = None
    to_version: str | None = None
    happened: PartialDate | None = None
    seen: str

    path: str = ""
    slot: str = ""
    mention: str | None = None
    passages: Passages = ()
    from_hash: str | None = None
    to_hash: str | None = None
    superseded_by: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """The event in the keys of `changes --json`, in their order, those without a value as None."""
        whole: dict[str, Any] = msgspec.to_builtins(self)
        return {key: whole[key] for key in SHOWN}


SHOWN = (
    *("id", "kind", "record", "drugs", "conditions", "old", "new", "quote_old", "quote_new"),
    *("from_seq", "to_seq", "from_version", "to_version", "happened", "seen"),
)


def event_id(record: str, kind: EventKind, from_hash: str | None, to_hash: str | None, slot: str) -> str:
    """The id that this difference always has: 128 bits over the record, the kind, both versions and the slot.

    >>> event_id("ctgov:NCT1", EventKind.TRIAL_STOPPED, "a", "b", "") == event_id("ctgov:NCT1", EventKind.TRIAL_STOPPED, "a", "b", "")
    True
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in (record, kind.value, from_hash or "", to_hash or "", slot):
        digest.update(len(part.encode()).to_bytes(4, "big") + part.encode())
    return "ev-" + digest.hexdigest()


def bound(step: Step, changes: Iterable[Changed], happened: PartialDate | None = None) -> tuple[Event, ...]:
    """The changes as events of this step; `happened` holds for those that bring no date of their own."""
    return tuple(
        Event(
            id=event_id(step.record, change.kind, step.from_hash, step.to_hash, change.slot),
            kind=change.kind,
            record=step.record,
            old=change.old,
            new=change.new,
            quote_old=change.quote_old,
            quote_new=change.quote_new,
            from_seq=step.from_seq,
            to_seq=step.to_seq,
            from_version=step.from_version,
            to_version=step.to_version,
            happened=change.happened or happened,
            seen=step.seen,
            path=change.path,
            slot=change.slot,
            mention=change.mention,
            passages=change.passages,
            from_hash=step.from_hash,
            to_hash=step.to_hash,
        )
        for change in changes
    )

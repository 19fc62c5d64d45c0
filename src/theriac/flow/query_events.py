"""What a saved search is called, and the events of documents that come to be found by it or are found no more.

Flows in: the words of a search; what it found before and finds now. Flows out: its id, and one event a document. It searches nothing itself.
"""

import hashlib
from collections.abc import Collection

import msgspec

from theriac.errors import UserError
from theriac.flow.events import Event, event_id
from theriac.flow.occurrences import spaced
from theriac.terms import EventKind


class ResultChange(msgspec.Struct, frozen=True, kw_only=True):
    """One document that a search finds from a commit on, or finds no more; what it found when it was saved is its baseline."""

    search: str
    words: str
    record: str
    commit: int
    added: bool
    seen: str


def search_id(words: str) -> str:
    """The id of a saved search: the same for the same words, whatever their case, accents and punctuation; UserError where there are none.

    >>> search_id("Basal-cell carcinoma") == search_id("basal cell  CARCINOMA")
    True
    """
    bare = spaced(words)
    if not bare:
        raise UserError(f"search:{words!r} holds no letters or digits to look for")
    return f"search:words.{hashlib.blake2b(bare.encode(), digest_size=8).hexdigest()}"


def differences(before: Collection[str], now: Collection[str]) -> tuple[list[str], list[str]]:
    """The records that are found newly, and those that are found no more, in order.

    >>> differences({"a", "b"}, {"b", "c"})
    (['c'], ['a'])
    """
    return sorted(set(now) - set(before)), sorted(set(before) - set(now))


def query_event(change: ResultChange) -> Event:
    """The event; its `slot` names the search and its commit, so that a document that comes, goes and comes again makes three."""
    kind = EventKind.QUERY_RESULT_ADDED if change.added else EventKind.QUERY_RESULT_REMOVED
    slot = f"{change.search}/{change.commit}"
    return Event(
        id=event_id(change.record, kind, None, None, slot),
        kind=kind,
        record=change.record,
        old=None if change.added else change.words,
        new=change.words if change.added else None,
        seen=change.seen,
        slot=slot,
    )

"""When each version of a record was the current one, worked out from sightings alone.

Flows in: the sightings of one record and the complete listings of its table. Flows out: spans of time, one version each. Nothing here
depends on the order in which files were loaded: the same sightings give the same spans.
"""

from collections.abc import Iterable, Sequence

import msgspec


class Sighted(msgspec.Struct, frozen=True):
    """One sighting of a version: when, in which listing, and how it ranks among versions seen at the same moment."""

    version: str
    seen: str
    rank: str = ""
    partial: bool = False
    listing: str = ""


class Complete(msgspec.Struct, frozen=True):
    """A listing that was read to its end: how many records it named, and by what share it may shrink and still be believed.

    A list of keys alone sights no version: `left_out` holds the keys of the records that it did not have.
    """

    id: str
    seen: str
    records: int = 0
    share: float = 1.0
    left_out: frozenset[str] | None = None


class Span(msgspec.Struct, frozen=True):
    """A version was the current one from `start` until just before `end` (None: still)."""

    version: str
    start: str
    end: str | None


def believed(listings: Iterable[Complete]) -> list[Complete]:
    """The listings of one table whose absences are believed, in order of time, whatever order they were loaded in.

    One that shrank too far against the last believed one proves nothing: more likely the source served a part of it.

    >>> three = [Complete("c", "2024-03", 95, 0.5), Complete("a", "2024-01", 100, 0.5), Complete("b", "2024-02", 9, 0.5)]
    >>> [listing.id for listing in believed(three)]
    ['a', 'c']
    """
    kept: list[Complete] = []
    for listing in sorted(listings, key=lambda one: (one.seen, one.id)):
        if not kept or listing.records >= kept[-1].records * (1 - listing.share):
            kept.append(listing)
    return kept


def spans(sightings: Iterable[Sighted], listings: Sequence[Complete] = (), key: str = "") -> tuple[Span, ...]:
    """The record's history: which version was current when, in order of time.

    A partial sighting counts only while no full version has been seen: it never replaces one. A complete listing that leaves the record
    out ends its span until it is sighted again. A → B → A gives three spans of two versions. Two versions sighted at one moment stand in
    order of rank, the first with an empty span.

    >>> [(s.version, s.start, s.end) for s in spans([Sighted("b", "2024-02"), Sighted("a", "2024-01"), Sighted("a", "2024-03")])]
    [('a', '2024-01', '2024-02'), ('b', '2024-02', '2024-03'), ('a', '2024-03', None)]
    """
    ordered = sorted(sightings, key=lambda s: (s.seen, s.partial, s.rank, s.version))
    moments: list[tuple[str, int, str | None]] = [(seen, 1, version) for seen, version in _changes(ordered)]
    moments += [(seen, 0, None) for seen in _absences(ordered, listings, key)]
    found: list[Span] = []
    current: tuple[str, str] | None = None
    for seen, _, version in sorted(moments, key=lambda m: (m[0], m[1])):
        if current is not None and current[0] != version:
            found.append(Span(current[0], current[1], seen))
            current = None
        if current is None and version is not None:
            current = (version, seen)
    if current is not None:
        found.append(Span(current[0], current[1], None))
    return tuple(found)


def _changes(ordered: Sequence[Sighted]) -> list[tuple[str, str]]:
    full_seen = False
    kept = []
    for sighting in ordered:
        if sighting.partial and full_seen:
            continue
        full_seen = full_seen or not sighting.partial
        kept.append((sighting.seen, sighting.version))
    return kept


def _absences(ordered: Sequence[Sighted], listings: Sequence[Complete], key: str) -> list[str]:
    if not ordered or not listings:
        return []
    named = {sighting.listing for sighting in ordered}
    moments = {sighting.seen for sighting in ordered}
    first = ordered[0].seen
    silent = (one for one in listings if (one.id not in named if one.left_out is None else key in one.left_out))
    return [listing.seen for listing in silent if listing.seen > first and listing.seen not in moments]

"""What a person may settle, and what was done to the home: names that stay ambiguous, and the runs that brought documents.

Flows in: a home and its names. Flows out: shapes for the doors. It settles nothing.
"""

from collections.abc import Callable

import msgspec

from theriac.flow.resolution import Resolution
from theriac.store import ledger
from theriac.store.home import Home
from theriac.store.registry import Names
from theriac.store.shared_names import shared_names
from theriac.terms import ResolutionKind
from theriac.views import Candidate, View

_LOOKED_AT = 400


class AmbiguousMention(View, frozen=True):
    """A name that documents use and several entities go by; `record` is one document that uses it."""

    name: str
    kind: str
    mentions: int
    record: str
    reason: str
    candidates: list[Candidate]


class RunLine(View, frozen=True):
    """One run that brought documents in, in numbers."""

    started: str
    finished: str | None
    seconds: float | None
    sources: list[str]
    read: int
    new: int
    changed: int
    unchanged: int
    quarantined: int


class _SourceCounts(msgspec.Struct):
    source: str
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0


class _Counts(msgspec.Struct):
    sources: list[_SourceCounts] = []


def ambiguous(home: Home, names: Names, resolve: Callable[[str, str], Resolution], most: int) -> list[AmbiguousMention]:
    """The names that stay ambiguous, those that stand in most documents first; what a person settled is not among them."""
    found = []
    for kind in ("drug", "condition"):
        for one in shared_names(home, kind, _LOOKED_AT):
            answer = resolve(one.text, kind)
            if answer.kind is ResolutionKind.AMBIGUOUS and names.decided(kind, one.text, "") is None:
                candidates = [Candidate(entity=each.entity, name=each.name, score=each.score, reason=each.reason) for each in answer.candidates]
                found.append(
                    AmbiguousMention(
                        name=one.text, kind=kind, mentions=one.mentions, record=one.record, reason=answer.reason, candidates=candidates
                    )
                )
    return sorted(found, key=lambda one: (-one.mentions, one.name.casefold()))[:most]


def runs(home: Home, most: int) -> list[RunLine]:
    """The last runs, newest first."""
    return [
        RunLine(
            started=row.started,
            finished=row.finished,
            seconds=row.seconds,
            sources=[one.source for one in counts.sources],
            read=sum(one.read for one in counts.sources),
            new=sum(one.new for one in counts.sources),
            changed=sum(one.changed for one in counts.sources),
            unchanged=sum(one.unchanged for one in counts.sources),
            quarantined=sum(one.quarantined for one in counts.sources),
        )
        for row in ledger.runs(home, most)
        for counts in [msgspec.json.decode(row.report, type=_Counts)]
    ]

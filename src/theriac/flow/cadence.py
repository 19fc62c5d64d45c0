"""When a live source is due and when it is stale: pure, for any instant.

Flows in: the instant, each source's cadence, and how its last attempts went. Flows out: the sources that are due, in their order. Each source has
a time of day of its own, so that they never start together; runs that were missed are made up for once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from theriac.errors import UserError
from theriac.terms import Cadence

FIRST = timedelta(hours=10)
APART = timedelta(minutes=20)
WEEKDAY = 3  # Thursday: the weekly exports appear in the first days of a week
RETRY, LONGEST_RETRY = timedelta(minutes=15), timedelta(hours=6)
_PATIENCE = {Cadence.DAILY: timedelta(hours=36), Cadence.WEEKLY: timedelta(days=9), Cadence.NEVER: timedelta.max}


class LastAttempt(msgspec.Struct, frozen=True):
    """When a source was last asked, how often in a row that failed, and when it last succeeded."""

    at: datetime
    failed: int = 0
    succeeded: datetime | None = None


def cadences(text: str, usual: Mapping[str, Cadence]) -> dict[str, Cadence]:
    """The cadence of each source, where the setting changes it; UserError for a word that is no cadence, or a source that there is not.

    >>> cadences("ema=weekly", {"ctgov": Cadence.DAILY, "ema": Cadence.DAILY})
    {'ctgov': <Cadence.DAILY: 'daily'>, 'ema': <Cadence.WEEKLY: 'weekly'>}
    """
    found = dict(usual)
    for part in text.replace(",", " ").split():
        source, _, word = part.partition("=")
        if source not in usual or word not in [one.value for one in Cadence]:
            raise UserError(f"THERIAC_CADENCE has {part!r}; write SOURCE=daily, weekly or never, with SOURCE one of {', '.join(usual)}")
        found[source] = Cadence(word)
    return found


def slot(now: datetime, number: int, cadence: Cadence) -> datetime:
    """The last moment up to now at which the source of that number was to be asked.

    >>> slot(datetime(2026, 3, 4, 9, tzinfo=UTC), 1, Cadence.DAILY).isoformat()
    '2026-03-03T10:20:00+00:00'
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + FIRST + number * APART
    if cadence is Cadence.WEEKLY:
        moment -= timedelta(days=(moment.weekday() - WEEKDAY) % 7)
        return moment if moment <= now else moment - timedelta(days=7)
    return moment if moment <= now else moment - timedelta(days=1)


def due(now: datetime, chosen: Mapping[str, Cadence], attempts: Mapping[str, LastAttempt]) -> list[str]:
    """The sources to ask now: never asked, not asked since their last moment, or failed and rested."""
    return [source for number, (source, cadence) in enumerate(chosen.items()) if _is_due(now, number, cadence, attempts.get(source))]


def _is_due(now: datetime, number: int, cadence: Cadence, last: LastAttempt | None) -> bool:
    if cadence is Cadence.NEVER:
        return False
    if last is None:
        return True
    if last.failed:
        return now >= last.at + min(LONGEST_RETRY, RETRY * (1 << min(last.failed - 1, 10)))
    return last.at < slot(now, number, cadence)


def next_due(now: datetime, chosen: Mapping[str, Cadence], attempts: Mapping[str, LastAttempt]) -> datetime | None:
    """The next moment after now at which any source is due, as far as is known now."""
    moments = []
    for number, (source, cadence) in enumerate(chosen.items()):
        last = attempts.get(source)
        if cadence is Cadence.NEVER:
            continue
        if last is not None and last.failed:
            moments.append(last.at + min(LONGEST_RETRY, RETRY * (1 << min(last.failed - 1, 10))))
        moments.append(slot(now, number, cadence) + timedelta(days=7 if cadence is Cadence.WEEKLY else 1))
    return min((moment for moment in moments if moment > now), default=None)


def is_stale(now: datetime, cadence: Cadence, succeeded: datetime | None) -> bool:
    """Whether a source that once succeeded has missed its cadence.

    >>> is_stale(datetime(2026, 3, 4, tzinfo=UTC), Cadence.DAILY, datetime(2026, 3, 2, tzinfo=UTC))
    True
    """
    return succeeded is not None and cadence is not Cadence.NEVER and now - succeeded > _PATIENCE[cadence]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of the values does not exceed; None of none.

    >>> quantile([3, 1, 2], 0.5), quantile([1, 2, 3], 0.99)
    (2, 3)
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

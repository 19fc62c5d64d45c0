"""When a subscription is due: windows of days, weeks, months or moments in the subscriber's own time zone.

Flows in: a schedule and a moment (UTC). Flows out: the one window that holds the moment. Windows of a schedule follow each other without gap or
overlap through every change of a zone's clock: each begins where the one before ends. It asks no clock.

A boundary at a time that a clock change skips is taken as if the clock had not changed yet; one that comes twice is the first of the two.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from theriac.errors import UserError

_TIME = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d))?\Z")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_REACH = {"day": 3, "week": 16, "month": 64}  # days on either side of a moment, enough for two boundaries each way
_SHOWN = "%Y-%m-%dT%H:%M:%SZ"


class Every(StrEnum):
    """How often a subscription is told."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    NOW = "now"


class Schedule(msgspec.Struct, frozen=True):
    """How often, at which local time, on which day (0 = Monday for weeks, 1 to 28 for months), in which zone."""

    every: Every
    at: str = "08:00"
    on: int = 0
    zone: str = "UTC"

    def said(self) -> str:
        """`every week on monday at 08:00, Europe/Berlin`."""
        if self.every is Every.NOW:
            return "at once"
        on = {Every.WEEK: f" on {_DAYS[self.on % 7]}", Every.MONTH: f" on day {self.on}"}.get(self.every, "")
        return f"every {self.every}{on} at {self.at}, {self.zone}"


class Window(msgspec.Struct, frozen=True, order=True):
    """A span of time from `start` up to but without `end`, both UTC."""

    start: datetime
    end: datetime

    @property
    def id(self) -> str:
        """`2026-03-01T07:00:00Z/2026-03-02T07:00:00Z`: what names the window in a digest's id."""
        return f"{self.start.strftime(_SHOWN)}/{self.end.strftime(_SHOWN)}"


def read_schedule(every: str, *, at: str | None = None, on: str | None = None, tz: str | None = None) -> Schedule:
    """The schedule that a person asked for; UserError naming the option that cannot be read.

    >>> read_schedule("week", at="8", on="Friday", tz="Europe/Berlin").said()
    'every week on friday at 08:00, Europe/Berlin'
    """
    if every not in set(Every):
        raise UserError(f"--every {every!r} is not known; write day, week, month or now")
    chosen = Every(every)
    if chosen is Every.NOW and (at or on):
        raise UserError("--at and --on say nothing with --every now; leave them out")
    return Schedule(chosen, _time_of_day(at or "08:00"), _day(chosen, on), _zone(tz or "UTC"))


def _time_of_day(text: str) -> str:
    found = _TIME.match(text.strip())
    if found is None:
        raise UserError(f"--at {text!r} is not a time of day; write it as 08:00")
    return f"{int(found[1]):02d}:{found[2] or '00'}"


def _day(every: Every, text: str | None) -> int:
    if every is Every.WEEK:
        named = (text or "monday").strip().lower()
        found = [number for number, name in enumerate(_DAYS) if len(named) >= 2 and name.startswith(named)]
        if len(found) != 1:
            raise UserError(f"--on {text!r} is not a day of the week; write one of {', '.join(_DAYS)}")
        return found[0]
    if every is Every.MONTH:
        number = (text or "1").strip()
        if not number.isdecimal() or not 1 <= int(number) <= 28:
            raise UserError(f"--on {text!r} is not a day that every month has; write 1 to 28")
        return int(number)
    if text is not None:
        raise UserError(f"--on says nothing with --every {every}; leave it out")
    return 0


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserError(f"--tz {name!r} is no time zone; write one as Europe/Berlin or UTC") from error
    return name


def moment(text: str) -> datetime:
    """The UTC moment that a stored text says; a text without an offset is UTC, a partial date its first moment.

    >>> moment("2024-03").isoformat()
    '2024-03-01T00:00:00+00:00'
    """
    padded = text if len(text) > 10 else f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10]
    try:
        read = datetime.fromisoformat(padded)
    except ValueError as error:
        raise UserError(f"{text!r} is not a moment; write it as 2026-03-01T08:00:00Z") from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def written(at: datetime) -> str:
    """The text of a moment that sorts as the moments do and that `moment` reads back."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def window_of(at: datetime, schedule: Schedule) -> Window:
    """The one window of the schedule that holds the moment."""
    if schedule.every is Every.NOW:
        start = at.astimezone(UTC).replace(microsecond=0)
        return Window(start, start + timedelta(seconds=1))
    bounds = boundaries(at, schedule)
    place = bisect_right(bounds, at)
    return Window(bounds[place - 1], bounds[place])


def boundaries(at: datetime, schedule: Schedule) -> list[datetime]:
    """The beginnings of windows around a moment, in order, at least two on either side of it."""
    zone = ZoneInfo(schedule.zone)
    hour, minute = map(int, schedule.at.split(":"))
    local = at.astimezone(zone).date()
    return sorted({datetime.combine(day, time(hour, minute), zone).astimezone(UTC) for day in _days_around(local, schedule)})


def _days_around(middle: date, schedule: Schedule) -> Iterator[date]:
    reach = _REACH[schedule.every]
    for offset in range(-reach, reach + 1):
        day = middle + timedelta(days=offset)
        weekly = schedule.every is Every.WEEK and day.weekday() != schedule.on
        monthly = schedule.every is Every.MONTH and day.day != schedule.on
        if not (weekly or monthly):
            yield day


def last_closed(now: datetime, schedule: Schedule) -> Window:
    """The latest window that is over by the given moment."""
    current = window_of(now, schedule)
    return window_of(current.start - timedelta(microseconds=1), schedule)


def placed(known: datetime, closed_until: datetime, schedule: Schedule) -> Window:
    """The window that tells of an event: the one it became known in, or, where that one was sent already, the one that follows what was sent."""
    return window_of(max(known, closed_until), schedule)

"""Dates at the precision their source gave: 2024, 2024-03 or 2024-03-07.

Flows in: the many ways sources write a date. Flows out: ISO 8601 text cut to what was said. Never invents a day or a month.

A partial date is plain text, so that it sorts, stores and prints as itself: `"2018-07" < "2018-07-15"`.
"""

import calendar
import datetime
import re

from theriac.errors import BadRecord

PartialDate = str

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})?(\d{2})?\Z")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
_WORDS = re.compile(r"(?P<month>[A-Za-z]{3,9})\.?\s+(?:(?P<day>\d{1,2}),?\s+)?(?P<year>\d{4})\Z")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}


def partial(year: int, month: int | None = None, day: int | None = None) -> PartialDate:
    """The ISO text of a date known to the year, month or day; ValueError for a day that does not exist.

    >>> partial(2024, 3)
    '2024-03'
    """
    if month is None:
        if not 1000 <= year <= 9999:
            raise ValueError(f"year {year} is out of range")
        return f"{year:04d}"
    datetime.date(year, month, day or 1)
    return f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"


def read_date(text: str, *, field: str | None = None) -> PartialDate:
    """The partial date that a source's text says, whichever of its usual ways it is written in.

    Reads ISO (`2024-03`), compact (`20240307`), words (`June 2007`, `Aug 24, 2026`), day-first (`07/03/2024`, the EMA's way),
    and drops a time of day. Raises BadRecord naming `field` for anything else.

    >>> read_date("June 2007"), read_date("20240307"), read_date("07/03/2024"), read_date("2019-07-02 00:00:00")
    ('2007-06', '2024-03-07', '2024-03-07', '2019-07-02')
    """
    bare = text.strip()
    day_part = re.split(r"[T ]\d{2}:\d{2}", bare, maxsplit=1)[0]
    try:
        if found := _ISO.match(day_part) or _COMPACT.match(day_part):
            year, month, day = (int(part) if part else None for part in found.groups())
            return partial(year or 0, month, day)
        if found := _DAY_FIRST.match(day_part):
            return partial(int(found[3]), int(found[2]), int(found[1]))
        if (found := _WORDS.match(day_part)) and found["month"].lower() in _MONTHS:
            return partial(int(found["year"]), _MONTHS[found["month"].lower()], int(found["day"]) if found["day"] else None)
    except ValueError as error:
        raise BadRecord(f"{bare!r} is not a date ({error})", field=field) from error
    raise BadRecord(f"{bare!r} is not a date", field=field)


def read_date_or_none(text: str | None) -> PartialDate | None:
    """The partial date, or None where the source left it empty or wrote something that is no date."""
    if text is None or not text.strip():
        return None
    try:
        return read_date(text)
    except BadRecord:
        return None


def first_day(date: PartialDate) -> datetime.date:
    """The first day that the partial date may mean.

    >>> first_day("2024-02")
    datetime.date(2024, 2, 1)
    """
    parts = [int(part) for part in date[:10].split("-")]
    return datetime.date(*[*parts, 1, 1][:3])


def last_day(date: PartialDate) -> datetime.date:
    """The last day that the partial date may mean.

    >>> last_day("2024-02"), last_day("2023")
    (datetime.date(2024, 2, 29), datetime.date(2023, 12, 31))
    """
    parts = [int(part) for part in date[:10].split("-")]
    if len(parts) == 3:
        return datetime.date(*parts)
    month = parts[1] if len(parts) == 2 else 12
    return datetime.date(parts[0], month, calendar.monthrange(parts[0], month)[1])


def until(date: PartialDate) -> str:
    """The text that sorts after every moment within the partial date: the upper bound of an `--as-of` question.

    >>> "2024-03-07T09:00:00Z" <= until("2024-03-07") and "2024-04-01" > until("2024-03")
    True
    """
    return last_day(date).isoformat() + "~" if len(date) <= 10 else date


_PATH_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_](0[1-9]|1[0-2])(?:[-_](0[1-9]|[12]\d|3[01]))?(?!\d)")
_PATH_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")


def date_in_path(path: str) -> PartialDate | None:
    """The date written in a file's path, the innermost and fullest first, or None.

    >>> date_in_path("NDA020723/2019-12-02_e52717f.json"), date_in_path("snap_2018-07/Products.txt"), date_in_path("a/b.json")
    ('2019-12-02', '2018-07', None)
    """
    for name in reversed(path.replace("!", "/").split("/")):
        found = [match for pattern in (_PATH_DATE, _PATH_COMPACT) for match in pattern.finditer(name)]
        for match in sorted(found, key=lambda m: (m[3] is None, m.start())):
            try:
                return partial(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
            except ValueError:
                continue
    return None

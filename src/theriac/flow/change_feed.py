"""Events as an Atom feed: one entry a change, with what stood before and after and the words of both documents.

Flows in: change lines. Flows out: the feed's bytes. An entry's time is when the change was seen; when it happened stands in its text.
"""

from collections.abc import Callable, Sequence

from theriac.dates import first_day
from theriac.flow.atom import Entry, feed
from theriac.views import NOT_ADVICE, ChangeLine

Page = Callable[[ChangeLine], str | None]
_MOST_WORDS = 600


def change_feed(
    name: str, title: str, changes: Sequence[ChangeLine], *, page_of: Page = lambda _: None, here: str | None = None, page: str | None = None
) -> bytes:
    """The feed of these changes, the newest first."""
    return feed(name, title, [_entry(one, page_of(one)) for one in changes], here=here, page=page)


def _entry(one: ChangeLine, page: str | None) -> Entry:
    names = ", ".join(drug.name for drug in one.drugs)
    about = f"{names} ({one.record.rpartition('/')[2].rpartition(':')[2]})" if names else one.record
    return Entry(
        id=f"urn:theriac:event:{one.id}",
        title=f"{about}: {one.kind.replace('.', ' ').replace('_', ' ')}{_arrow(one)}",
        updated=_moment(one.seen),
        summary="\n".join(_lines(one)),
        page=page,
        categories=(one.kind,),
    )


def _arrow(one: ChangeLine) -> str:
    return f": {_cut(one.old or 'nothing', 80)} → {_cut(one.new or 'nothing', 80)}" if one.old or one.new else ""


def _lines(one: ChangeLine) -> list[str]:
    versions = f"versions {one.from_version or one.from_seq or 'none'} → {one.to_version or one.to_seq or 'none'}"
    told = [
        f"Happened {one.happened}" if one.happened else "When it happened is not stated",
        f"Conditions: {', '.join(condition.name for condition in one.conditions)}" if one.conditions else "",
        f"Before: “{_cut(one.quote_old, _MOST_WORDS)}”" if one.quote_old else "",
        f"After: “{_cut(one.quote_new, _MOST_WORDS)}”" if one.quote_new else "",
        f"Document: {one.record}, {versions}",
        NOT_ADVICE,
    ]
    return [line for line in told if line]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _moment(seen: str) -> str:
    """The moment as RFC 3339; a day, month or year is its first moment.

    >>> _moment("2024-03"), _moment("2024-03-07T10:11:12.345678+00:00")
    ('2024-03-01T00:00:00Z', '2024-03-07T10:11:12Z')
    """
    return f"{seen[:19]}Z" if "T" in seen else f"{first_day(seen).isoformat()}T00:00:00Z"

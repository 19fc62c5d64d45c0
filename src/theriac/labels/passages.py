"""Label text flows in; its sentences, list items and headings flow out as spans, whole also where a leaflet's lines are wrapped.

A line break ends a passage only after a short line, after a stop or before a bullet; a reference like "( 5.1 )" before a capital does too. Nothing is dropped but white space.
"""

import re
from collections.abc import Iterator

import msgspec

_BREAK = re.compile(
    r"(?<=[.!?])[\"”’)\]]?\s+(?=[A-Z“\"(\[•*\d])|\]\s*\.?\s+(?=[A-Z•])|\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*\)\s*\.?\s+(?=[A-Z•])|\s*[•●▪■]\s*|\n\s*\n\s*|\n(?=[^a-z\s])"
)
_SHORT_FORM = re.compile(r"\b(?:e\.g|i\.e|vs|Dr|St|No|approx|cf|U\.S|[A-Z])\.$")
_WRAPPED = 58  # a line at least this long that ends without a stop goes on in the next one
_LEADING = re.compile(r"[\s•*▪■●.;:–-]+")


class Passage(msgspec.Struct, frozen=True, gc=False):
    """One sentence, list item or heading of a text."""

    start: int
    end: int
    text: str
    item: bool  # introduced by a bullet


def passages(text: str, start: int = 0, end: int | None = None) -> list[Passage]:
    """The passages between `start` and `end`, in order.

    >>> [p.text for p in passages("Do not use\\n• if allergic to it\\n• in pregnancy. Stop it if a\\nrash appears.")]
    ['Do not use', 'if allergic to it', 'in pregnancy.', 'Stop it if a\\nrash appears.']
    """
    return list(_passages(text, start, len(text) if end is None else end))


def _passages(text: str, start: int, end: int) -> Iterator[Passage]:
    at, item = start, False
    for match in _BREAK.finditer(text, start, end):
        if not _ends(text, at, match):
            continue
        stop = match.start() + (1 if text[match.start()] in "])\"”’" else 0)
        if text[match.start()] == "(":
            stop = text.find(")", match.start()) + 1
        yield from _one(text, at, stop, item)
        at, item = match.end(), any(mark in match[0] for mark in "•●▪■")
    yield from _one(text, at, end, item)


def _ends(text: str, at: int, match: re.Match[str]) -> bool:
    """Whether the break is real: no abbreviation, no wrapped line."""
    if match[0] == "\n":
        line = text.rfind("\n", 0, match.start()) + 1
        return match.start() - line < _WRAPPED or text[match.start() - 1 : match.start()] in ".:;!?)"
    return not _SHORT_FORM.search(text, max(at, match.start() - 8), match.start())


def _one(text: str, start: int, end: int, item: bool) -> Iterator[Passage]:
    lead = _LEADING.match(text, start, end)
    start = lead.end() if lead else start
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start > 2:
        yield Passage(start, end, text[start:end], item)

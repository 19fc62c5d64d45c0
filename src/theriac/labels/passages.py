"""Label text flows in; its sentences, list items and headings flow out as spans, whole also where a leaflet's lines are wrapped.

A line break ends a passage only after a short line, after a stop or before a bullet; a reference like "( 5.1 )" before a capital does
too. Nothing is dropped but white space.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from theriac.labels.document import Section

_MARK = re.compile(r"[.!?\])•●▪■\n][\"”’)\]]?\s*\.?\s*")  # one class in front: the engine skips to it
_SHORT_FORM = re.compile(r"\b(?:e\.g|i\.e|vs|Dr|St|No|approx|cf|U\.S|[A-Z])\.?$")
_REFERENCE = re.compile(r"\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*\)?$")
_BULLETS = "•●▪■"
_OPENS = '“"([*' + _BULLETS
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
    return list(_cut(text, start, len(text) if end is None else end))


@lru_cache(maxsize=64)
def _cut(text: str, start: int, end: int) -> tuple[Passage, ...]:
    """The same, remembered for as long as the readers of one label take turns on its parts."""
    return tuple(_passages(text, start, end))


def body_start(section: Section) -> int:
    """Where the section's statements begin, behind its number and title.

    In run-on text a title may have swallowed the first word of the sentence ("Liver Injury Hepatic | failure occurred"): that word is
    given back.
    """
    if not section.title:
        return 0
    start = section.text.find(section.title, 0, len(section.title) + 24)
    if start < 0:
        return 0
    end = start + len(section.title)
    following = section.text[end:].lstrip()[:1]
    return section.text.rfind(" ", 0, end) + 1 if following.islower() and " " in section.title else end


def _passages(text: str, start: int, end: int) -> Iterator[Passage]:
    at, item = start, False
    for match in _MARK.finditer(text, start, end):
        first, last = match.span()
        mark = text[first]
        if not _ends(text, at, first, last, mark):
            continue
        stop = first if mark in _BULLETS or mark == "\n" else last
        if stop > at:
            yield from _one(text, at, stop, item)
        at, item = last, mark in _BULLETS
    yield from _one(text, at, end, item)


def _ends(text: str, at: int, first: int, last: int, mark: str) -> bool:
    """Whether the mark ends a passage: no abbreviation, no wrapped line, no bracket in the middle of a sentence."""
    if mark in _BULLETS:
        return True
    following = text[last : last + 1]
    opens = following.isupper() or following.isdigit() or following in _OPENS
    if mark == "\n":
        return opens and _line_ends(text, first, last)
    if not opens or not text[last - 1].isspace():
        return False
    if mark in ")]" and "." in text[first:last]:
        return True
    if mark == ")":
        bracket = text.rfind("(", max(at, first - 40), first)
        return bracket >= 0 and following.isupper() and bool(_REFERENCE.match(text, bracket, first + 1))
    if mark == "]":
        return following.isupper()
    return mark != "." or not _SHORT_FORM.search(text, max(at, first - 8), first)


def _line_ends(text: str, first: int, last: int) -> bool:
    """Whether the line before the break is short, ends in a stop or is followed by an empty one."""
    line = text.rfind("\n", 0, first) + 1
    return first - line < _WRAPPED or text[first - 1 : first] in ".:;!?)" or text.count("\n", first, last) > 1


def _one(text: str, start: int, end: int, item: bool) -> Iterator[Passage]:
    lead = _LEADING.match(text, start, end)
    start = lead.end() if lead else start
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start > 2:
        yield Passage(start, end, text[start:end], item)

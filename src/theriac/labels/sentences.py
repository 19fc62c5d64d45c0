"""Run-on label text cut into sentences and list items, each as an exact span.

In flows a text; out flow (start, end) pairs that never overlap and drop nothing but white space and bullets. It decides on punctuation
only; what a sentence means is for the readers of statements.
"""

import re
from functools import lru_cache

Span = tuple[int, int]

BULLETS = "•●▪◦∙■□➢"
# Every branch opens with a literal character, so that the scanner skips all others without trying.
_AFTER = r"(?=[A-Z0-9“\"‘(\[•≥≤<>½¼®])"
_BOUNDARY = re.compile(
    rf"\.[\"”’)]?\s+{_AFTER}|!\s+{_AFTER}|\?\s+{_AFTER}|;\s+{_AFTER}"  # an ended sentence
    r"|\.(?=[A-Z][a-z])"  # … whose blank was lost
    r"|\)\s+(?=[A-Z][a-z]+ (?:[a-z]|[A-Z]))|\]\s+(?=[A-Z][a-z]+ (?:[a-z]|[A-Z]))"  # after a reference in brackets; checked below
    r"|–\s?(?=[A-Z][a-z]+ )|-\s?(?=[A-Z][a-z]+ )"  # a dashed list item; checked below
    r"|•\s*|●\s*|▪\s*|◦\s*|∙\s*|■\s*|□\s*|➢\s*|\n+"  # a list item, a line
)
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|vs|Dr|St|No|approx|etc|cf|Fig|incl|resp|ca|U\.S|[A-Z])\.)\s*$", re.IGNORECASE)
_REFERENCE_END = re.compile(r"(?:\(\s*\d{1,2}(?:\.\d{1,2})?[\d\s.,;and-]*\)|\[[^\]]*\])\s*\.?$")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The spans of the sentences and list items between `start` and `end`."""
    return list(_cut(text, start, len(text) if end is None else end))


@lru_cache(maxsize=64)
def _cut(text: str, start: int, stop: int) -> tuple[Span, ...]:
    """The same, remembered for as long as the readers of one label take turns on its parts."""
    spans: list[Span] = []
    at = start
    for cut in _BOUNDARY.finditer(text, start, stop):
        mark = cut.group()
        left = cut.start() if mark[0] in _ITEM_MARKS else cut.start() + len(mark.rstrip())
        if left < at or not _real(text, mark, cut.start(), left, at):
            continue
        _add(text, at, left, spans)
        at = cut.end()
    _add(text, at, stop, spans)
    return tuple(spans)


_ITEM_MARKS = BULLETS + "\n–-"


def _real(text: str, mark: str, start: int, left: int, at: int) -> bool:
    if mark[0] in BULLETS or mark[0] == "\n" or "\n" in mark:
        return True
    if mark[0] in "–-":
        return start > 0 and text[start - 1].isspace()
    before = text[max(at, left - 160) : left]
    if mark[0] == ";":
        return before.count("(") <= before.count(")")
    if mark[0] == ".":
        return _ended(text, mark, before, left)
    if mark[0] in ")]":
        return bool(_REFERENCE_END.search(before))
    return True


def _ended(text: str, mark: str, before: str, left: int) -> bool:
    """Whether a full stop ends a sentence and not an abbreviation."""
    if mark == ".":
        return len(before) > 1 and (before[-2].islower() or before[-2] in "])%")
    if not before.endswith(".") or not _ABBREVIATED.search(before[-8:]):
        return True
    return before.endswith("etc.") and text[left:].lstrip()[:1].isupper()


def _add(text: str, start: int, end: int, spans: list[Span]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start > 1:
        spans.append((start, end))


def is_item(text: str, span: Span) -> bool:
    """Whether the span was introduced by a bullet or stands on a bulleted line."""
    before = text[max(0, span[0] - 3) : span[0]].rstrip()
    return before[-1:] in BULLETS if before else False

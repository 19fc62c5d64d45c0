"""Run-on label text cut into sentences and list items, each as an exact span.

In flows a text; out flow (start, end) pairs that never overlap and drop nothing but white space and bullets. It decides on punctuation
only; what a sentence means is for the readers of statements.
"""

import re

Span = tuple[int, int]

BULLETS = "•●▪◦∙■□➢"
_BOUNDARY = re.compile(
    r"(?<=[.!?;])[\"”’)]?\s+(?=[A-Z0-9“\"‘(\[•≥≤<>½¼®])"  # an ended sentence
    r"|(?<=[a-z\])%]\.)\s?(?=[A-Z][a-z])"  # … whose blank was lost
    r"|\s*[•●▪◦∙■□➢]\s*"  # a list item
    r"|\s[–-]\s?(?=[A-Z][a-z]+ )"  # a dashed list item
    r"|(?<=[)\]])\s+(?=[A-Z][a-z]+ (?:[a-z]|[A-Z]))"  # after a reference in brackets; checked below
    r"|\n+"
)
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|vs|Dr|St|No|approx|etc|cf|Fig|incl|resp|ca|U\.S|[A-Z])\.)\s*$", re.IGNORECASE)
_REFERENCE_END = re.compile(r"(?:\(\s*\d{1,2}(?:\.\d{1,2})?[\d\s.,;and-]*\)|\[[^\]]*\])\s*\.?$")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The spans of the sentences and list items between `start` and `end`."""
    stop = len(text) if end is None else end
    spans: list[Span] = []
    at = start
    for cut in _BOUNDARY.finditer(text, start, stop):
        if cut.start() < at or not _real(text, cut, at):
            continue
        _add(text, at, cut.start(), spans)
        at = cut.end()
    _add(text, at, stop, spans)
    return spans


def _real(text: str, cut: "re.Match[str]", at: int) -> bool:
    if "\n" in cut.group():
        return True
    before = text[max(at, cut.start() - 160) : cut.start()]
    if before.endswith(";") and before.count("(") > before.count(")"):
        return False
    if before.endswith("."):
        if not _ABBREVIATED.search(before[-8:]):
            return True
        return bool(re.search(r"\betc\.$", before)) and text[cut.end() : cut.end() + 1].isupper()
    if before[-1:] in ")]" and not cut.group().strip():
        return bool(_REFERENCE_END.search(before))
    return True


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

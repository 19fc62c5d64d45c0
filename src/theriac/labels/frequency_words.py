"""Label text flows in; the stretches in which a frequency, a setting or an indication holds flow out.

"Common side effects include …", "(≥ 20%)", "Infrequent:", "Postmarketing experience", "If you are being treated for …" each govern what
follows, up to a stop. Numbers are read
only where they are written as digits with "%"; a missing rate stays missing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from theriac.labels.reaction_phrases import outside

_WORDS = r"(?:(?:very|most)\s+)?(?:common|frequent|rare)(?:ly)?|uncommon(?:ly)?|infrequent(?:ly)?|frequency not known"
# Only literal beginnings: the engine then skips to the few characters that can begin one.
_HINT = re.compile(r"ommon|requen|Rare|rare|RARE|known|<|>|≤|≥|least|than|up to|% or|% to|%-|%–|% -|% –")
_WORD_BAND = re.compile(
    rf"\b(?P<word>{_WORDS})\b"
    r"(?:(?<=only)|(?<=arely)|(?<=requently)|(?<=known)|(?=\s*(?:\(|:|side\s+effects|(?:\w+\s+){0,3}?(?:adverse|undesirable|reactions?|effects?|events?)\b|reported|observed|include|some\s+(?:patients|individuals)|the\s+treated|\))))"
    r"(?!\s+(?:used|associated\s+with\s+the\s+use|prescribed|known|fatal|than))",
    re.IGNORECASE,
)
_NUMBER_BAND = re.compile(
    r"(?P<op>[<>≤≥]=?|at\s+least|more\s+than|less\s+than|greater\s+than(?:\s+or\s+equal\s+to)?|fewer\s+than|up\s+to)\s*(?P<low>\d{1,3}(?:\.\d+)?)\s*%(?:\s*(?:to|and|-|–)\s*(?P<op2>[<≤])?\s*(?P<high>\d{1,3}(?:\.\d+)?)\s*%)?"
    r"|\((?P<most>\d{1,3}(?:\.\d+)?)\s*%\s+or\s+(?P<way>less|more)\)"
    r"|(?P<from>\d{1,3}(?:\.\d+)?)\s*%?\s*(?:to|-|–)\s*(?P<lt><)?\s*(?P<till>\d{1,3}(?:\.\d+)?)\s*%",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\s*(?:greater|higher|more|above|lower|less|difference|increase|decrease|reduction|of\s+(?:baseline|the\s+dose))", re.IGNORECASE
)
_INCIDENCE = re.compile(
    r"incidence|reactions?\b|events?\b|abnormalit|frequen|common|reported|occurr|observed|\brates?\b|effects?\b|experience", re.IGNORECASE
)
_OF_PATIENTS = re.compile(
    r"\s*(?:of|in)\s+(?:the\s+|all\s+)?(?:[\w-]+\s+){0,4}?(?:patients|subjects|adults|women|men|children|recipients)", re.IGNORECASE
)
_SCOPE_END = re.compile(
    r"[.!?]\s+(?=[A-Z•\[])|\.\n|\n(?=[A-Z][a-z]+ (?:some|the|and|skin|of)\b)|\n\s*\n|[;•]\s+(?=(?:Very\s+)?(?:Rare|Infrequent"
    r"|Frequent|Common|Uncommon))"
)
_HEADING_END = re.compile(r"\s*(?:\w+\s+)?(?:side\s+effects|effects|reactions|events)?\s*(?:\([^)]{0,160}\))?\s*:?\s*\n", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:\([^)]{0,60}\)|\[[^\]]{0,60}\])?\s*(?::|–|-)\s*")
_OPERATORS = {
    ">=": "≥",
    "<=": "≤",
    "at least": "≥",
    "more than": ">",
    "greater than": ">",
    "less than": "<",
    "fewer than": "<",
    "up to": "≤",
    "greater than or equal to": "≥",
}
_SETTING = re.compile(
    r"(?P<post>[Pp](?:ost-?\s?[Mm]arketing|OST-?\s?MARKETING|ost-?\s?[Aa]pproval)|[Ss]pontaneous(?:ly)?\s+[Rr]eport|[Vv]oluntar\w+\s+[Rr]eport|clinical\s+practice)"
    r"|(?P<trial>[Cc]linical\s+(?:[Tt]rials?|[Ss]tud(?:y|ies))|CLINICAL (?:TRIALS|STUDIES)"
    r"|[Cc]ontrolled\s+(?:\w+\s+)?(?:[Tt]rials?|[Ss]tud(?:y|ies))|(?:Trial|Study)\s+\d)"
)
_SETTING_HINT = re.compile(r"arketing|ARKETING|pproval|aneous|oluntar|linical|LINICAL|ontrolled|Trial |Study ")
_TREATED_FOR = re.compile(
    r"(?:^|\n)\s*(?:•\s*)?If\s+you\s+are\s+being\s+treated\s+for\s+(?P<name>[^:.]{3,80}?)(?=\s*:|\s+follow\b|\n(?:Many|Like|[A-Z])|\.)", re.IGNORECASE
)
_REPORTING = re.compile(r"\n\s*(?:Reporting of side effects|Reporting of suspected)", re.IGNORECASE)
_CATEGORIES = re.compile(r"classified as follows|defined as|conventions?|categor(?:y|ies)|likely to occur", re.IGNORECASE)


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A stretch of text with the frequency that holds in it."""

    start: int
    end: int
    band: str
    percent: float | None = None
    operator: str | None = None


class Bands:
    """The frequency stretches of one text, asked by position; the nearest one that still holds answers."""

    def __init__(self, text: str, without: Sequence[tuple[int, int]] = ()) -> None:
        markers = (match for start, end in outside(without, len(text)) for match in _markers(text, start, end))
        found = [stretch for stretch in (_stretch(text, match) for match in markers) if stretch is not None]
        self._found = _cut(found)
        self._starts = [stretch.start for stretch in self._found]

    def in_words(self) -> list[Stretch]:
        """The stretches that a word like "common" governs."""
        return [stretch for stretch in self._found if stretch.percent is None and stretch.band[:1].isalpha()]

    def at(self, position: int) -> Stretch | None:
        """The stretch that governs the position, numbers before words: "common (≥ 10%)" is ≥ 10%."""
        index = bisect_right(self._starts, position) - 1
        best: Stretch | None = None
        for back in range(3):
            if index - back < 0:
                break
            stretch = self._found[index - back]
            if stretch.start <= position < stretch.end:
                best = stretch if best is None else _both(best, stretch)
        return best


def _markers(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The frequency markers in order; the expensive patterns are tried only where a cheap one hints at them."""
    at = start
    for hint in _HINT.finditer(text, start, end):
        if hint.start() < at:
            continue
        letters = hint[0] in ("ommon", "requen", "Rare", "rare", "RARE", "known")
        low = max(at, hint.start() - 16)
        match = _WORD_BAND.search(text, low, hint.end() + 70) if letters else _NUMBER_BAND.search(text, low, hint.end() + 24)
        if match is not None and match.start() >= at:
            at = match.end()
            yield match


def _both(inner: Stretch, outer: Stretch) -> Stretch:
    """A word and a number that hold together: "common" and "(4% or less)"."""
    if (inner.percent is None) == (outer.percent is None):
        return inner
    word, number = (inner, outer) if inner.percent is None else (outer, inner)
    return msgspec.structs.replace(number, band=f"{word.band} ({number.band})")


def _stretch(text: str, match: re.Match[str]) -> Stretch | None:
    """Where the marker's frequency holds: to the end of its sentence, or below it when it is a heading line."""
    line = text.rfind("\n", 0, match.start()) + 1
    if not _word(match) and not _counts_reactions(text, match):
        return None
    if _word(match) and _CATEGORIES.search(text, match.end(), match.end() + 60):
        return None
    heading = _HEADING_END.match(text, match.end()) if _word(match) and not text[line : match.start()].strip(" •*-") else None
    if heading is not None:
        stop = _REPORTING.search(text, heading.end(), heading.end() + 4000)
        return Stretch(match.end(), stop.start() if stop else min(len(text), heading.end() + 3000), _band(match))
    end = _SCOPE_END.search(text, match.end(), match.end() + 3000)
    limit = end.start() if end else min(len(text), match.end() + 3000)
    percent, operator = _bound(match)
    return Stretch(match.end(), limit, _band(match), percent, operator)


def _counts_reactions(text: str, match: re.Match[str]) -> bool:
    """Whether the percentage says how often reactions occur; a weight loss of > 5 % or "2% greater than placebo" does not."""
    after = text[match.end() : match.end() + 40]
    if _COMPARES.match(after):
        return False
    begin = max(0, match.start() - 70, text.rfind(". ", 0, match.start()))
    return bool(_INCIDENCE.search(text, begin, match.start()) or _OF_PATIENTS.match(after))


def _cut(found: list[Stretch]) -> list[Stretch]:
    """The stretches with each word's ended where the next word's begins."""
    cut: list[Stretch] = []
    following: int | None = None
    for stretch in reversed(found):
        end = min(stretch.end, following) if following is not None and following > stretch.start else stretch.end
        cut.append(msgspec.structs.replace(stretch, end=end))
        if stretch.percent is None:
            following = stretch.start - len(stretch.band)
    return cut[::-1]


def _band(match: re.Match[str]) -> str:
    text = " ".join(match[0].split()).lower().strip("()")
    return re.sub(r"ly$", "", text) if _word(match) else text


def _word(match: re.Match[str]) -> bool:
    return match.re is _WORD_BAND


def _bound(match: re.Match[str]) -> tuple[float | None, str | None]:
    if _word(match):
        return None, None
    if match["op"] and not match["high"]:
        word = " ".join(match["op"].lower().split())
        return float(match["low"]), _OPERATORS.get(word, word)
    if match["most"]:
        return float(match["most"]), "≤" if match["way"].lower() == "less" else "≥"
    return None, None


class Places:
    """Setting and indication by position: what the last heading or mention before it says."""

    def __init__(self, text: str, title: str, *, parts: bool = True) -> None:
        self._titled = _setting_of(title)
        self._text = text
        self._sentence: tuple[int, re.Match[str] | None] = (-1, None)
        running = parts and self._titled is None
        self._settings = list(_settings_in(text)) if running else None
        self._treated = [(m.start(), " ".join(m["name"].split())) for m in _TREATED_FOR.finditer(text)] if parts and "being treated" in text else []
        end = _REPORTING.search(text) if self._treated else None
        self._end = end.start() if end else len(text)

    def setting(self, first: int, position: int) -> str | None:
        """trial, postmarketing, or None where nothing names either: a title decides for its part, a heading for what follows, elsewhere the
        sentence (from `first`)."""
        if self._titled is not None:
            return self._titled
        if self._settings is None:
            if first != self._sentence[0]:
                self._sentence = (first, next(_settings_matched(self._text, first, first + 400), None))
            match = self._sentence[1]
            return None if match is None or match.end() > position else "postmarketing" if match["post"] else "trial"
        index = bisect_right(self._settings, (position, "~")) - 1
        return self._settings[index][1] if index >= 0 else None

    def indication(self, position: int) -> str | None:
        """The indication of the leaflet's part in which the position stands."""
        index = bisect_right(self._treated, (position, "~")) - 1
        return self._treated[index][1] if index >= 0 and position < self._end else None


def _settings_in(text: str) -> Iterator[tuple[int, str]]:
    """Every place that names a setting; the expensive pattern is tried only around a cheap hint."""
    for match in _settings_matched(text, 0, len(text)):
        yield match.start(), "postmarketing" if match["post"] else "trial"


def _settings_matched(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    at = start
    for hint in _SETTING_HINT.finditer(text, start, end):
        match = _SETTING.search(text, max(at, hint.start() - 14), min(hint.end() + 30, end))
        if match is not None:
            at = match.end()
            yield match


def _setting_of(title: str) -> str | None:
    match = _SETTING.search(title)
    return None if match is None else "postmarketing" if match["post"] else "trial"

"""The words around a reaction flow in; how severe it is, whether it is local, whether it goes away on stopping, and the sentence to
quote flow out.

Each is None unless the words say it. The sentence is an exact piece of the text.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from theriac.labels.reaction_phrases import Words

_SEVERE = frozenset(("severe", "serious", "life-threatening", "fatal", "mild", "moderate"))
_BETWEEN = frozenset(("and", "or", "to", "sometimes", "even", "cases", "of", "acute", "local", "systemic", "skin", "cutaneous"))
_SEVERE_GRADE = re.compile(r"\b(?:grades?\s*(?:[≥>]\s*)?[345]|≥\s*grade\s*3|severe|serious)\b", re.IGNORECASE)
_ANY_GRADE = re.compile(r"\b(?:all|any)[- ]grades?\b|\ball\b", re.IGNORECASE)
_LOCAL = re.compile(r"\bsite\b|\blocal(?:ised|ized)?\b|\bapplication\b|\binstillation\b", re.IGNORECASE)
_LOCAL_SENTENCE = re.compile(
    r"\blocal\s+(?:skin\s+|inflammatory\s+|cutaneous\s+)?(?:adverse\s+)?(?:reactions?|effects?|action)|\b(?:application"
    r"|injection|infusion|treatment)[- ]site\b|\btreated\s+(?:skin|area)\b|\bat\s+the\s+site\b",
    re.IGNORECASE,
)
_SYSTEMIC_SENTENCE = re.compile(r"\bsystemic\s+(?:adverse\s+)?(?:reactions?|effects?|symptoms?|signs?|events?)", re.IGNORECASE)
_RESOLVES = re.compile(
    r"\b(?:resolv|revers|disappear|subsid|abate|improv|return(?:ed|s)?\s+to\s+(?:normal|baseline)|recover)\w*\b[^.]{0,80}\b(?:discontinu|stopp|cessation|withdraw|interrupt|removal|treatment\s+is\s+stopped|after\s+(?:treatment|therapy))"
    r"|\b(?:discontinu\w+|stopp\w+|cessation|withdrawal|interruption)\b[^.]{0,60}\b(?:resolv|revers|disappear|subsid|abate|improv|recover)\w*"
    r"|\bwill\s+return\s+to\s+normal\b|\breversible\b",
    re.IGNORECASE,
)
_GOING = ("esolv", "evers", "isappear", "ubsid", "bate", "mprov", "return", "ecover", "ermanent")
_PERMANENT = re.compile(r"\b(?:irreversible|permanent|not\s+(?:be\s+)?reversible|may\s+not\s+(?:resolve|reverse))\b", re.IGNORECASE)
_LONGEST = 260


def severity_before(words: Words, first: int) -> str | None:
    """The label's own words for how severe, standing right before the name: "severe", "mild to moderate"."""
    at = first - 1
    while at >= max(0, first - 3) and words.words[at] not in _SEVERE and words.words[at] in _BETWEEN:
        at -= 1
    if at < 0 or words.words[at] not in _SEVERE or not words.text[words.ends[at] : words.starts[at + 1]].isspace():
        return None
    begin = at - 2 if at >= 2 and words.words[at - 1] in ("to", "or", "and") and words.words[at - 2] in _SEVERE else at
    return words.between(begin, at)


@lru_cache(maxsize=2_000)
def severity_of_grade(grade: str) -> str | None:
    """severe for a header or caption that counts grade 3 and above or severe cases only."""
    if not grade or _ANY_GRADE.search(grade):
        return None
    match = _SEVERE_GRADE.search(grade)
    return None if match is None else "serious" if match[0].lower() == "serious" else "severe"


def is_local(term: str, sentence: str) -> bool | None:
    """True for a reaction at the place of use, False for one called systemic, None where the words say neither; `sentence` is what
    stands before the name."""
    if ("site" in term or "local" in term or "application" in term or "instillation" in term) and _LOCAL.search(term):
        return True
    if not sentence or not ("ocal" in sentence or "site" in sentence or "ystemic" in sentence or "treated" in sentence):
        return None
    systemic = _SYSTEMIC_SENTENCE.search(sentence) if sentence else None
    local = list(_LOCAL_SENTENCE.finditer(sentence)) if sentence else []
    if local:
        listed = sentence[local[-1].end() :]
        return None if systemic or (")" in listed and listed.find("(") < listed.find(")")) else True
    return False if systemic else None


class Stays:
    """Where a text says that something goes away on stopping, or that it may stay."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._last: tuple[int, int, bool | None] = (-1, -1, None)

    def resolves(self, first: int, last: int) -> bool | None:
        """True where the sentence says that it goes away on stopping, False where it says that it may stay, else None."""
        if self._last[:2] != (first, last):  # several reactions in a row share their sentence
            self._last = (first, last, _resolves(self._text[first:last]))
        return self._last[2]


def _resolves(sentence: str) -> bool | None:
    for stem in _GOING:
        if stem in sentence:
            break
    else:
        return None
    if _PERMANENT.search(sentence):
        return False
    return True if _RESOLVES.search(sentence) else None


def quote_around(text: str, openings: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The sentence or list item around a span, cut at word borders when it is long."""
    at = bisect_right(openings, start)
    first = openings[at - 1]
    after = bisect_right(openings, end)
    last = openings[after] if after < len(openings) else len(text)
    if last - first > _LONGEST:
        first, last = _shortened(text, start, end, first, last)
    while first < start and text[first].isspace():
        first += 1
    while last > end and (text[last - 1].isspace() or text[last - 1] in "•*"):
        last -= 1
    return first, last


def _shortened(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """The span with up to 100 characters before and 60 behind, whole words only."""
    if start - first > 120:
        space = text.find(" ", start - 100, start)
        first = space + 1 if space >= 0 else start
    if last - end > 80:
        space = text.rfind(" ", end, end + 60)
        last = space if space >= 0 else end
    return first, last

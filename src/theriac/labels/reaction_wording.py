"""The words around a reaction flow in; how severe it is, whether it is local, whether it goes away on stopping, and the sentence to quote flow out.

Each is None unless the words say it. The sentence is an exact piece of the text.
"""

import re

_SEVERE = re.compile(
    r"\b(?P<word>severe|serious|life-threatening|fatal|mild\s+to\s+moderate|mild|moderate(?:\s+to\s+severe)?|grade\s*[≥>]?\s*[1-5](?:\s*(?:[-–/]|or|to|and)\s*[1-5])?)\s+(?:(?:and|or|to|,|sometimes|even)\s*(?:\w+-?\w*\s+)?)?(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
_SEVERE_GRADE = re.compile(r"\b(?:grades?\s*(?:[≥>]\s*)?[345]|≥\s*grade\s*3|severe|serious)\b", re.IGNORECASE)
_ANY_GRADE = re.compile(r"\b(?:all|any)[- ]grades?\b|\ball\b", re.IGNORECASE)
_LOCAL = re.compile(r"\bsite\b|\blocal(?:ised|ized)?\b|\bapplication\b|\binstillation\b", re.IGNORECASE)
_LOCAL_SENTENCE = re.compile(r"\blocal\s+(?:skin\s+|inflammatory\s+|cutaneous\s+)?(?:adverse\s+)?(?:reactions?|effects?|action)|\b(?:application|injection|infusion|treatment)[- ]site\b|\btreated\s+(?:skin|area)\b|\bat\s+the\s+site\b", re.IGNORECASE)
_SYSTEMIC_SENTENCE = re.compile(r"\bsystemic\s+(?:adverse\s+)?(?:reactions?|effects?|symptoms?|signs?|events?)", re.IGNORECASE)
_RESOLVES = re.compile(
    r"\b(?:resolv|revers|disappear|subsid|abate|improv|return(?:ed|s)?\s+to\s+(?:normal|baseline)|recover)\w*\b[^.]{0,80}\b(?:discontinu|stopp|cessation|withdraw|interrupt|removal|treatment\s+is\s+stopped|after\s+(?:treatment|therapy))"
    r"|\b(?:discontinu\w+|stopp\w+|cessation|withdrawal|interruption)\b[^.]{0,60}\b(?:resolv|revers|disappear|subsid|abate|improv|recover)\w*"
    r"|\bwill\s+return\s+to\s+normal\b|\breversible\b",
    re.IGNORECASE,
)
_PERMANENT = re.compile(r"\b(?:irreversible|permanent|not\s+(?:be\s+)?reversible|may\s+not\s+(?:resolve|reverse))\b", re.IGNORECASE)
_STOP = re.compile(r"[.;!?]\s+(?=[A-Z•*\[])|\n\s*\n|\s[•*]\s|\n(?=[A-Z•*])")
_LONGEST = 260


def severity_before(text: str, start: int) -> str | None:
    """The label's own word for how severe, standing right before the name: severe, serious, life-threatening, grade 3 …"""
    match = _SEVERE.search(text[max(0, start - 46) : start])
    return " ".join(match["word"].lower().split()) if match else None


def severity_of_grade(grade: str) -> str | None:
    """severe for a header or caption that counts grade 3 and above or severe cases only."""
    if not grade or _ANY_GRADE.search(grade):
        return None
    match = _SEVERE_GRADE.search(grade)
    return None if match is None else "serious" if match[0].lower() == "serious" else "severe"


def is_local(term: str, sentence: str) -> bool | None:
    """True for a reaction at the place of use, False for one called systemic, None where the words say neither; `sentence` is what stands before the name."""
    if _LOCAL.search(term):
        return True
    systemic = _SYSTEMIC_SENTENCE.search(sentence) if sentence else None
    local = list(_LOCAL_SENTENCE.finditer(sentence)) if sentence else []
    if local:
        listed = sentence[local[-1].end() :]
        return None if systemic or (")" in listed and listed.find("(") < listed.find(")")) else True
    return False if systemic else None


def resolves(sentence: str) -> bool | None:
    """True where the sentence says that it goes away on stopping, False where it says that it may stay, else None."""
    if _PERMANENT.search(sentence):
        return False
    return True if _RESOLVES.search(sentence) else None


def quote_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence or list item around a span, cut at word borders when it is long."""
    low = max(0, start - _LONGEST)
    first = low
    for match in _STOP.finditer(text, low, start):
        first = match.end()
    stop = _STOP.search(text, end, end + _LONGEST)
    last = stop.start() + 1 if stop else min(len(text), end + _LONGEST)
    if last - first > _LONGEST:
        first, last = _shortened(text, start, end, first, last)
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
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

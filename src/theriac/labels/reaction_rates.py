"""A reaction's place in the text flows in; the rate written beside it flows out: numerator, denominator, percent, comparator.

Only what is written right beside the name is taken ("nausea (12% vs 5%)", "headache, 8%", "rash occurred in 3 of 120 patients (2.5%)").
Nothing is computed: a rate that the label
does not give is None, never 0.
"""

import re

import msgspec

_NUMBER = r"\d{1,3}(?:\.\d+)?"
_OPERATOR = r"(?P<op>[<>≤≥]|>=|<=)?\s*"
_BRACKET = re.compile(r"(?:\s+(?!and\b|or\b)[\w'-]+){0,8}?\s*[(\[](?P<inner>[^()\[\]]{1,90}(?:\([^()]{0,30}\)[^()\[\]]{0,40})?)[)\]]")
_PERCENT = re.compile(rf"{_OPERATOR}(?P<value>{_NUMBER})\s*%")
_COUNT = re.compile(r"(?P<n>\d{1,6})\s*(?:/|(?:out\s+)?of(?:\s+the)?)\s*(?P<total>\d[\d,]{0,6})")
_VERSUS = re.compile(
    rf"(?:\b(?:vs\.?|versus|compared\s+(?:to|with)|and)|,(?=[^,]{{0,20}}(?:placebo|vehicle|control)))\s*(?:\w+\s+){{0,4}}?(?P<op>[<>≤≥])?\s*(?P<value>{_NUMBER})\s*%",
    re.IGNORECASE,
)
_PLAIN = re.compile(rf"\s*[,:–-]?\s+{_OPERATOR}(?P<value>{_NUMBER})\s*%(?!\s*(?:or\s+more|of\s+the\s+dose|confidence|CI)|\s+[<≤(]?\s?\d)")
_OCCURRED = re.compile(
    r"\s+(?:\([^)]{1,20}\)\s+)?(?:(?:was|were|has\s+been|have\s+been)\s+)?(?:reported|observed|occurred|seen|noted|developed|experienced|occurring)\s+(?:in|by|with|at\s+a\s+rate\s+of)\s+(?:approximately\s+|about\s+)?"
    rf"(?:(?P<n>\d{{1,5}})\s*(?:/|of|out\s+of)\s*(?P<total>\d[\d,]*)\s*(?:\w+\s+){{0,4}}?\(?\s*)?(?P<op>[<>≤≥]|less\s+than|up\s+to)?\s*(?P<value>{_NUMBER})\s*%",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"(?P<op>[<>≤≥]|less\s+than|up\s+to)?\s*(?P<value>{_NUMBER})\s*%\s+(?:\((?P<n>\d{{1,5}})/(?P<total>\d[\d,]*)\)\s+)?of\s+(?:[\w-]+\s+){{1,5}}?(?:had|experienced|reported|developed|with)\s+(?:an?\s+)?(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"\b(?:placebo|vehicle|sham|control)\b", re.IGNORECASE)
_NAMED = {"less than": "<", "up to": "≤", ">=": "≥", "<=": "≤"}


class Rate(msgspec.Struct, frozen=True, gc=False):
    """A rate as written; `end` is where it ends in the text."""

    end: int
    percent: float | None = None
    operator: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    comparator: float | None = None
    comparator_operator: str | None = None


def rate_beside(text: str, start: int, end: int) -> Rate | None:
    """The rate written right behind the name, else right before it ("12% of patients had …"), else None."""
    following = text[end : end + 1]
    if not following or following not in " (,:[-–\n":
        return None
    window = text[end : end + 130]
    if "%" not in window and "%" not in text[max(0, start - 90) : start]:
        return None
    bracket = _BRACKET.match(window)
    if bracket is not None:
        rate = _in_bracket(bracket["inner"], window[: bracket.start("inner")], end + bracket.end())
        if rate is not None:
            return rate
    return _plain(window, end) or _leading(text, start, end)


def _in_bracket(inner: str, lead: str, end: int) -> Rate | None:
    """The rate in "(12%)", "(5/215, 2%)", "(29% vs 14%)", "[placebo 2%, drug 5%]"; dose levels and limits are none."""
    if re.search(r"\b(?:CI|confidence|dose|mg|baseline|ULN)\b", inner):
        return None
    rates = [(match, _of_comparator(inner, match)) for match in _PERCENT.finditer(inner)]
    own = next((match for match, other in rates if not other), None)
    if own is None:
        return None
    count = _COUNT.search(inner) or _COUNT.search(lead)
    versus = next((match for match, other in rates if other), None) or _VERSUS.search(inner, own.end())
    return Rate(
        end,
        float(own["value"]),
        _operator(own["op"]),
        int(count["n"]) if count else None,
        int(count["total"].replace(",", "")) if count else None,
        float(versus["value"]) if versus else None,
        _operator(versus["op"]) if versus else None,
    )


def _of_comparator(inner: str, match: re.Match[str]) -> bool:
    """Whether the words of the percentage's part of the bracket name placebo, vehicle or control."""
    before = re.split(r"%|[,;]|\b(?:and|vs\.?|versus)\b", inner[: match.start()])[-1]
    after = re.split(r"[,;]|\b(?:and|vs\.?|versus)\b", inner[match.end() :])[0]
    return bool(_CONTROL.search(before) or _CONTROL.search(after))


def _plain(window: str, end: int) -> Rate | None:
    match = _PLAIN.match(window) or _OCCURRED.match(window)
    if match is None:
        return None
    groups = match.groupdict()
    versus = _VERSUS.match(window[match.end() :].lstrip(" ,(")) if "n" in groups else None
    return Rate(
        end + match.end(),
        float(match["value"]),
        _operator(match["op"]),
        int(groups["n"]) if groups.get("n") else None,
        int(groups["total"].replace(",", "")) if groups.get("total") else None,
        float(versus["value"]) if versus else None,
        _operator(versus["op"]) if versus else None,
    )


def _leading(text: str, start: int, end: int) -> Rate | None:
    before = text[max(0, start - 110) : start]
    if "%" not in before or " of " not in before:
        return None
    match = _LEADING.search(before, max(0, before.rfind("%") - 40))
    if match is None:
        return None
    n, total = match["n"], match["total"]
    return Rate(end, float(match["value"]), _operator(match["op"]), int(n) if n else None, int(total.replace(",", "")) if total else None)


def _operator(written: str | None) -> str:
    if not written:
        return "="
    word = " ".join(written.lower().split())
    return _NAMED.get(word, word)

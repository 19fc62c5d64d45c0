"""How often and how long: frequencies, courses, cycles, times of day and contact times in label text.

In flows text; out flow tokens with exact spans. Infusion times and rates are not courses; "daily dose" is not a frequency; nothing is
computed ("Days 25 through 28" stays words).
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from theriac.labels.lower_case import small, small_pattern
from theriac.labels.quantities import DIGITS, TO, WORD, number
from theriac.labels.statements import Amount, Duration, Frequency, Number

_N = rf"(?:{DIGITS}|{WORD}\b)(?:\s*\(\s*\d+\s*\))?"
_RANGE = rf"(?P<{{0}}>{_N})(?:{TO}(?P<{{0}}2>{_N}))?"
_UNIT = r"(?:minutes?|min|hours?|hrs?|h|days?|weeks?|wks?|months?|years?|nights?)\b"
_UNITS = {
    "min": "min",
    "h": "h",
    "hr": "h",
    "hour": "h",
    "day": "d",
    "d": "d",
    "week": "wk",
    "wk": "wk",
    "month": "mo",
    "year": "a",
    "night": "d",
    "dose": "dose",
    "minute": "min",
}
_ADVERB = {
    "daily": (1, "d"),
    "nightly": (1, "d"),
    "weekly": (1, "wk"),
    "monthly": (1, "mo"),
    "yearly": (1, "a"),
    "annually": (1, "a"),
    "quarterly": (3, "mo"),
    "hourly": (1, "h"),
}
_LATIN = {"qd": 1, "od": 1, "bid": 2, "tid": 3, "qid": 4}


def _r(name: str) -> str:
    return _RANGE.replace("{0}", name)


FREQUENCY = small_pattern(
    r"(?<!\w)(?=[\d.½¼¾⅓⅔abdefghimnopqstwy])(?:"
    rf"(?P<perweek>(?:(?:once (?:a day|daily|per day)|each day|every day|daily),?\s*(?:for"
    rf"|on)?\s*)?(?P<w>{_N})\s+(?:consecutive\s+|alternate\s+)?(?:days|nights|evenings|times)\s+(?:each|per|a|every|in each"
    rf"|of each|of the|during the)\s+week)"
    rf"|(?P<divided>(?:(?:given|administered|taken|divided|split)?\s*(?:in|into|as)\s+)?(?:equally\s+)?(?P<k>{_N})(?:{TO}(?P<k2>{_N}))?"
    rf"\s+(?:equal(?:ly)?[\s-]*)?(?:sub-?)?(?:divided\s+(?:daily\s+)?doses|divided)\b"
    rf"|divided (?:in|into|as)\s+(?:equal\s+)?(?P<j>{_N})(?:{TO}(?P<j2>{_N}))?\s+(?:equal\s+)?(?:daily\s+)?doses)"
    r"|(?P<undivided>(?:(?:given|administered|taken)\s+)?(?:in|into|as)\s+(?:equally\s+)?(?:two or more\s+|several\s+"
    r"|equal(?:ly)?\s+|smaller\s+)?divided doses\b)"
    rf"|(?P<interval>(?:at|with|in)\s+(?:intervals of\s+)?{_r('i')}[\s-]*(?P<iunit>minute|hour|day|week|month)s?(?:\s+intervals?"
    rf"| apart)|(?:at|with) intervals of\s+(?:at least\s+)?{_r('v')}[\s-]*(?P<vunit>{_UNIT})|{_r('a')}\s+(?P<aunit>hours|days"
    rf"|weeks|months)\s+apart)"
    r"|(?P<other>(?:once\s+)?(?:every|each)[\s-](?:other|second|alternate)[\s-](?P<ounit>day|night|week|month|morning|evening)"
    r"|(?:on )?alternate (?P<ounit2>days|weeks)|every-other-day)"
    rf"|(?P<times>(?P<t>once|twice|thrice|{_N}(?:{TO}{_N})?\s*(?:times|x|time)|(?:one|a|1) dose|(?:one"
    rf"|a) (?:single )?(?:injection|infusion|application|inhalation))(?:\s*\([^)]{{1,25}}\))?"
    rf"[\s-]*(?:(?P<adverb>daily|weekly|monthly|yearly|annually|nightly|quarterly|hourly)|(?:(?:a|an|per|each|every|in|in a"
    rf"|in each|during the first|within|in any|in the first"
    rf"|over)[\s-]+){{1,2}}(?:(?P<p>{_N})(?:{TO}(?P<p2>{_N}))?[\s-]*)?(?P<punit>day|week|month|year|hours?|24[\s-]hour period"
    rf"|days|weeks|months|years|night|morning|evening)\b))"
    rf"|(?P<every>(?:every|each|q)\s?(?:(?P<e>{_N})(?:{TO}(?P<e2>{_N}))?[\s-]*)?(?P<eunit>{_UNIT}|h\b|w\b|morning\b|evening\b"
    rf"|bedtime\b)(?!\s*(?:of|cycle|period)))"
    r"|(?P<latin>\b(?:q\.?\s?i\.?\s?d|t\.?\s?i\.?\s?d|b\.?\s?i\.?\s?d|q\.\s?d|QD|QID|TID|BID)\b\.?)"
    rf"|(?P<cycleday>(?:on|beginning on)\s+days?\s+(?P<days>\d+(?:\s*(?:,|and|or"
    rf"|,\s*and)\s*\d+)*)\s+(?:and [a-z]+ )?of\s+(?:each|every|a|an|the)?\s*(?:(?:subsequent|repeated"
    rf"|treatment)\s+)?(?P<c>{_N})[\s-]*(?P<cunit>day|week)(?:[\s-]\w+)?\s+cycles?)"
    r"|(?P<weeks>(?:at|on|in)\s+(?P<wunit>weeks?|days?|months?)\s+(?P<wlist>\d+(?:\s*,\s*(?:and\s+)?(?:(?:week|day"
    r"|month)\s+)?\d+|\s+and\s+(?:(?:week|day|month)\s+)?\d+)+)\b(?!\s+of\b|\s*(?:weeks?|days?)))"
    rf"|(?P<second>(?:followed\s+(?:by\s+(?:a|another) (?:second )?(?:\w+ )?(?:dose\s+)?)?(?P<gap>{_N})[\s-]*(?P<gapunit>days?"
    rf"|weeks?|months?) later|(?:separated by|given|administered) (?P<gap2>{_N})[\s-]*(?P<gapunit2>days?|weeks?|months?) apart))"
    r"|(?P<single>(?:as\s+)?(?:a\s+|one\s+)?(?<!recommended )single,?\s+(?:(?!daily|vial|use)[a-z]+[\s-]){0,3}?(?:dose"
    r"|injection|infusion|administration|application|treatment|instillation)\b(?![\s-](?:vial|container|pre|syringe|pen|ampul"
    r"|packet))|one[\s-]time(?:\s+dose)?|(?:given|administered|taken|injected|used) (?:only )?once\b(?!\s*(?:daily|a|every|per"
    r"|each|weekly|monthly|in|-))|once only)"
    r"|(?P<singledaily>single daily dose|(?:one|1) (?:daily dose|dose daily|dose per day|dose a day))"
    r"|(?P<bare>\b(?:daily|weekly|monthly|nightly|annually|quarterly)\b(?!\s+(?:dose|dosage|dosing|maximum|total|intake|limit"
    r"|basis|recommended|requirement|amount|insulin|maintenance|use|oral dose|activit|living|value|schedule|regimen"
    r"|administration of))|(?<!dose )(?<!dosage )\bper day\b|\ba day\b|\beach day\b|\bper week\b|\ba week\b)"
    r")"
)
_SPAN = (
    rf"{_r('n')}[\s-]*(?:(?:consecutive|additional|more|full|initial|treatment|calendar|total|continuous|successive)\s+)*"
    r"(?P<unit>days?|weeks?|months?|years?|doses|hours?|infusions|injections|nights?)\b"
)
DURATION = small_pattern(
    r"(?<!\w)(?:"
    r"(?P<cycle>(?P<cycles>"
    + _N
    + r")\s+(?P<con>"
    + _N
    + r")[\s-](?P<conunit>day|week)[\s-](?:treatment\s+)?(?:cycles?|periods?)[^.;]{0,40}?separated by an? (?P<coff>"
    + _N
    + r")[\s-](?:day|week)"
    rf"|for\s+(?:the first\s+)?(?P<on>{_N})[\s-]*(?:consecutive\s+)?(?P<onunit>days?|weeks?"
    rf"|months?)\b[^.;]{{0,60}}?(?:followed by|then)\s+(?=[^.;]{{0,60}}?\b(?:rest|break|off|free|without"
    rf"|no treatment)\b)(?:an?\s+)?(?:(?:rest|break|drug[\s-]free|treatment[\s-]free|off)[^.;]{{0,50}}?\s)?(?:of\s+"
    rf"|for\s+)?(?P<off>{_N})[\s-]*(?P<offunit>days?|weeks?|months?)?"
    rf"\s*(?:of rest|rest|off|without|(?:drug|treatment)[\s-](?:free|off)|no treatment|break)?|(?P<on2>{_N})\s*(?P<on2unit>days?"
    rf"|weeks?) on[\s,/]+(?:and\s+)?(?P<off2>{_N})\s*(?:days?|weeks?) off)"
    rf"|(?:\b(?:for|x|×|during|over|lasting|continued? for|after)\s+)(?P<how>up to|more than|longer than|a maximum of|a maximum"
    rf"|not more than|no longer than|no more than|at most|at least|a minimum of|not less than|a minimum|approximately|about"
    rf"|a total of|the first|the full|a full|an additional|another|the next|a period of|a further|only|exactly|the initial"
    rf"|the entire|a)?\s*(?:period of\s+|full\s+)?{_SPAN}(?P<plus>\s+or (?:more|longer)|\s+at most)?"
    rf"|(?:for|during) the first (?P<firstunit>day|week|month|year)\b"
    rf"|(?P<limit>\b(?:up to|maximum of|maximum duration of|not (?:to )?exceed|no longer than|not (?:be )?(?:used |given "
    rf"|continued )?(?:for )?(?:more|longer) than|limited to|maximum treatment duration of|no more than))\s+(?:a (?:period|total"
    rf"|maximum) of\s+)?{_SPAN.replace('<n>', '<m>').replace('<n2>', '<m2>').replace('<unit>', '<munit>')}(?!\s*(?:of age|old"
    rf"|before|prior|after|per|a day|daily|apart))"
    rf"|(?P<q>{_N})(?:{TO}(?P<q2>{_N}))?[\s-]+(?P<qunit>day|week|month|year|dose)s?[\s-](?:course|treatment course|course of"
    rf"|regimen|series|treatment period|duration|treatment\b)(?!\s*cycles?)"
    rf"|duration of (?:treatment|therapy)(?: with [\w ]+)?\s+(?:is|should be|was)\s+(?:approximately\s+|usually\s+"
    rf"|generally\s+)?(?P<s>{_N})(?:{TO}(?P<s2>{_N}))?\s+(?P<sunit>days?|weeks?|months?|years?)"
    r")"
)
UNTIL = re.compile(r"\buntil\s+([^.;:\[(]{3,140}?)(?=[.;:\[(]|,\s|\s(?:then|followed by|at which)\b|$)", re.IGNORECASE)
WHEN = re.compile(
    r"\b(?:(?:just\s+|immediately\s+|\d+ (?:minutes|hours?) )?(?:at|before|prior to) (?:bedtime|normal sleeping hours"
    r"|going to bed|sleep)|(?:in|each|every) the (?:morning|evening)|(?:each|every) (?:morning|evening|night)|in the (?:morning"
    r"|evening)"
    r"|with or without (?:food|meals?)|without regard to (?:food|meals?)|on an empty stomach|with (?:a |the )?(?:(?:light"
    r"|low-fat|high-fat|evening|morning|fatty|first) )?(?:meals?|food|breakfast|dinner|water)"
    r"|(?:(?:at least )?\w+ (?:minutes|hours?|hour) )?(?:before|after|following|prior to) (?:a |the |each |eating "
    r"|any )?(?:(?:evening|morning|first|main) )?(?:meals?|food|breakfast|dinner|lunch|procedure|surgery|dialysis|hemodialysis)"
    r"|at the same time (?:each|every|of the|of) day|at (?:about|approximately) the same time (?:each|every) day"
    r"|(?:on )?days? \d+ (?:through|to|and) \d+|on days? \d+(?:, \d+)*(?:,? and \d+)?)\b",
    re.IGNORECASE,
)
PRN = re.compile(r"\b(?:as needed|as necessary|as required|if needed|if necessary|when needed|p\.?r\.?n\.?)\b", re.IGNORECASE)
_CONTACT = re.compile(
    rf"\b(?:leave|left|leaving|remain(?:s|ed)?|keep|kept)\b[^.;]{{0,70}}?\bfor\s+(?:(?:about|approximately|at least|up to"
    rf"|a period of|a minimum of)\s+)*{_r('n')}[\s-]*(?P<unit>hours?|minutes?)\b",
    re.IGNORECASE,
)
_AREA = re.compile(
    rf"(?P<n>{DIGITS})\s*(?P<unit>cm|mm|m)\s?(?:2|²|\^2)(?![\d.])|(?P<k>{DIGITS})\s*square\s+(?P<kunit>cm|centimet(?:er|re)s?"
    rf"|inch(?:es)?)",
    re.IGNORECASE,
)


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """A frequency or a duration at its place; `kind` says how a frequency was written (divided, single, bare …)."""

    start: int
    end: int
    kind: str
    frequency: Frequency | None = None
    duration: Duration | None = None


_HINT = re.compile(r"dai|day|week|month|year|hour|time|once|twice|every|each|single|divided|interval|id|i\.d|q\.|ly|night|morning")


def frequencies(text: str, start: int, end: int) -> Iterator[Timed]:
    """The frequencies between two places."""
    plain = small(text[start:end])
    if not _HINT.search(plain):
        return
    for match in FREQUENCY.finditer(plain):
        kind = next(name for name in _KINDS if match.group(name) is not None)
        value = _KINDS[kind](match)
        if value is not None:
            yield Timed(start=start + match.start(), end=start + match.end(), kind=kind, frequency=value, duration=_series(match, kind))


def _series(m: "re.Match[str]", kind: str) -> Duration | None:
    """How many doses a fixed short series has."""
    if kind == "weeks":
        return Duration(value=len(re.findall(r"\d+", m.group("wlist"))), unit="dose", bound="exact")
    return Duration(value=2, unit="dose", bound="exact") if kind == "second" else None


def _value(text: str | None) -> Number | None:
    return number(re.sub(r"\s*\(.*", "", text)) if text else None


def _unit(text: str) -> str:
    plain = text.lower().strip()
    return _UNITS.get(plain) or _UNITS.get(plain.rstrip("s"), "d")


def _per_week(m: "re.Match[str]") -> Frequency:
    return Frequency(times=_value(m.group("w")) or 1, period=1, unit="wk")


def _divided(m: "re.Match[str]") -> Frequency:
    low, high = _value(m.group("k") or m.group("j")), _value(m.group("k2") or m.group("j2"))
    return Frequency(times=low or 1, times_high=high, period=1, unit="d")


def _undivided(m: "re.Match[str]") -> Frequency:
    return Frequency(times=0)


def _interval(m: "re.Match[str]") -> Frequency:
    name = next(n for n in ("i", "v", "a") if m.group(n))
    return Frequency(times=1, period=_value(m.group(name)), period_high=_value(m.group(name + "2")), unit=_unit(m.group(name + "unit")))


def _other(m: "re.Match[str]") -> Frequency:
    named = m.group("ounit") or m.group("ounit2") or "day"
    return Frequency(times=1, period=2, unit={"morning": "d", "evening": "d"}.get(named.lower()) or _unit(named))


def _times(m: "re.Match[str]") -> Frequency:
    written = m.group("t").lower()
    counts = re.findall(rf"{DIGITS}|\b{WORD}\b|once|twice|thrice", re.sub(r"\(\s*\d+\s*\)", "", written))
    low: Number = 1 if written.startswith("a ") or not counts else number(counts[0])
    high = number(counts[1]) if len(counts) > 1 else None
    adverb = m.group("adverb")
    if adverb:
        period, named = _ADVERB[adverb.lower()]
        return Frequency(times=low, times_high=high, period=period, unit=named)
    punit = m.group("punit").lower()
    if punit.startswith("24"):
        return Frequency(times=low, times_high=high, period=1, unit="d")
    named_unit = "d" if punit in ("night", "morning", "evening") else _unit(punit)
    return Frequency(times=low, times_high=high, period=_value(m.group("p")) or 1, period_high=_value(m.group("p2")), unit=named_unit)


def _every(m: "re.Match[str]") -> Frequency | None:
    named = m.group("eunit").lower()
    if named in ("h", "w") and not m.group("e"):
        return None
    unit = {"morning": "d", "evening": "d", "bedtime": "d", "w": "wk"}.get(named) or _unit(named)
    return Frequency(times=1, period=_value(m.group("e")) or 1, period_high=_value(m.group("e2")), unit=unit)


def _latin(m: "re.Match[str]") -> Frequency:
    return Frequency(times=_LATIN.get(re.sub(r"[^a-z]", "", m.group().lower()), 1), period=1, unit="d")


def _cycle_day(m: "re.Match[str]") -> Frequency:
    days = re.findall(r"\d+", m.group("days"))
    return Frequency(times=len(days), period=_value(m.group("c")), unit=_unit(m.group("cunit")))


def _weeks(m: "re.Match[str]") -> Frequency | None:
    """A fixed short series at equal distances ("Weeks 0, 1 and 2"): its interval; unequal ones stay words."""
    places = [int(n) for n in re.findall(r"\d+", m.group("wlist"))]
    steps = {b - a for a, b in pairwise(places)}
    if len(steps) != 1 or min(steps) <= 0:
        return None
    return Frequency(times=1, period=steps.pop(), unit=_unit(m.group("wunit")))


def _second(m: "re.Match[str]") -> Frequency:
    name = "gap" if m.group("gap") else "gap2"
    return Frequency(times=1, period=_value(m.group(name)), unit=_unit(m.group("gapunit" if name == "gap" else "gapunit2")))


def _once(m: "re.Match[str]") -> Frequency:
    return Frequency(times=1, once=True)


def _single_daily(m: "re.Match[str]") -> Frequency:
    return Frequency(times=1, period=1, unit="d")


def _bare(m: "re.Match[str]") -> Frequency:
    plain = m.group("bare").lower()
    if plain in _ADVERB:
        period, named = _ADVERB[plain]
        return Frequency(times=1, period=period, unit=named)
    return Frequency(times=1, period=1, unit="wk" if "week" in plain else "d")


_KINDS = {
    "perweek": _per_week, "divided": _divided, "undivided": _undivided, "interval": _interval, "other": _other, "times": _times, "every": _every,
    "latin": _latin, "cycleday": _cycle_day, "weeks": _weeks, "second": _second, "single": _once, "singledaily": _single_daily, "bare": _bare,
}  # fmt: skip
_MOST = ("up to", "a maximum of", "a maximum", "not more than", "no longer than", "no more than", "at most")
_LEAST = ("at least", "a minimum of", "not less than", "a minimum")
_INFUSED = re.compile(
    r"\b(?:infus\w*|inject\w*|intravenous\w*|\bIV\b|push|bolus|over|stable|stored?|refrigerat\w*|room temperature|observe"
    r"|monitor\w*|fast\w*|remain upright)\b[^.;]{0,60}$",
    re.IGNORECASE,
)


_SPANNED = re.compile("day|week|month|year|dose|hour|infusion|injection|night")


def durations(text: str, start: int, end: int) -> Iterator[Timed]:
    """The courses and cycles between two places."""
    plain = small(text[start:end])
    if not _SPANNED.search(plain):
        return
    for match in DURATION.finditer(plain):
        value = _duration(match, plain[max(0, match.start() - 70) : match.start()])
        if value is not None:
            yield Timed(start=start + match.start(), end=start + match.end(), kind=_duration_kind(match), duration=value)


def _duration_kind(m: "re.Match[str]") -> str:
    if m.group("cycle"):
        return "cycle"
    return "after" if m.group().lower().startswith("after") else "course"


def _duration(m: "re.Match[str]", before: str) -> Duration | None:
    if m.group("cycle"):
        return _cycle(m)
    if m.group("firstunit"):
        return Duration(value=1, unit=_unit(m.group("firstunit")), bound="exact")
    name = next((n for n in ("n", "m", "q", "s") if m.group(n)), None)
    if name is None:
        return None
    unit = _unit({"n": m.group("unit"), "m": m.group("munit"), "q": m.group("qunit"), "s": m.group("sunit")}[name] or "")
    if (m.group("unit") or m.group("munit") or "").lower().startswith(("infusion", "injection")):
        unit = "dose"
    word = m.group().split()[0].lower()
    how = (m.group("how") or "").lower()
    if how in ("more than", "longer than"):
        return (
            Duration(value=_value(m.group(name)), unit=unit, bound="max")
            if re.search(r"\b(?:not|never|no)\b[^.;]{0,60}$", before, re.IGNORECASE)
            else None
        )
    if unit in ("h", "min") and (_INFUSED.search(before) or word in ("over", "after") or (word == "for" and not how and unit == "min")):
        return None
    if word == "over" and unit != "dose":
        return None
    bound = "max" if how in _MOST or m.group("limit") else "min" if how in _LEAST or (m.group("plus") or "").strip().startswith("or") else "exact"
    return Duration(value=_value(m.group(name)), high=_value(m.group(name + "2")), unit=unit, bound=bound)


def _cycle(m: "re.Match[str]") -> Duration | None:
    if m.group("on2"):
        return Duration(cycle_on=_value(m.group("on2")), cycle_off=_value(m.group("off2")), unit=_unit(m.group("on2unit")))
    if not m.group("on"):
        return Duration(
            cycle_on=_value(m.group("con")), cycle_off=_value(m.group("coff")), unit=_unit(m.group("conunit")), cycles=_value(m.group("cycles"))
        )
    whole = m.group().lower()
    if not re.search(r"rest|break|free|\boff\b|without|no treatment", whole):
        return None
    on_unit, off_unit = _unit(m.group("onunit")), _unit(m.group("offunit") or m.group("onunit"))
    on, off = _value(m.group("on")) or 0, _value(m.group("off")) or 0
    if on_unit != off_unit:
        scale = {"d": 1, "wk": 7}
        if on_unit not in scale or off_unit not in scale:
            return None
        on, off, on_unit = on * scale[on_unit], off * scale[off_unit], "d"
    again = re.match(r"[^.;]{0,90}\b(?:again|another|a second)\b", m.string[m.end() : m.end() + 120], re.IGNORECASE)
    return Duration(cycle_on=on, cycle_off=off, unit=on_unit, cycles=2 if again else None)


def courses_in(text: str, start: int, end: int, timed: list[Timed]) -> list[Timed]:
    """The courses that are not part of a frequency ("5 consecutive days each week" is no course of 5 days)."""
    return [c for c in durations(text, start, end) if not any(t.kind == "perweek" and t.start <= c.start and c.end <= t.end for t in timed)]


def contact_time(text: str) -> tuple[Amount, int, int] | None:
    """How long a product is left on ("leave on the skin for about 8 hours"), with its place."""
    found = _CONTACT.search(text)
    if not found:
        return None
    low, high = _value(found.group("n")), _value(found.group("n2"))
    return Amount(value=low or 0, high=high, unit=_unit(found.group("unit"))), found.start(), found.end()


def areas(text: str) -> Iterator[tuple[Amount, int, int]]:
    """The areas in a text, in cm², mm², m² or square inches."""
    for found in _AREA.finditer(text):
        value = number(found.group("n") or found.group("k"))
        named = (found.group("unit") or "").lower()
        yield (
            Amount(value=value, unit=f"{named}2" if named else "cm2" if found.group("kunit").lower().startswith("c") else "[sin_i]"),
            found.start(),
            found.end(),
        )

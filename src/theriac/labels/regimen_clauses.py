"""One sentence of a dosage section as candidate regimens: each dose with the frequency, course and phase that its clause gives it.

In flows a sentence's span; out flow `Candidate`s in reading order. A clause ends where the next dose begins; a figure in brackets behind a
dose is the same dose in another unit. Strengths, increments, rates and other drugs' doses do not become candidates.
"""

import re

import msgspec

from theriac.labels.quantities import Quantity, amounts
from theriac.labels.regimen_words import is_not_a_dose, of_another_drug, phase_of
from theriac.labels.schedules import PRN, UNTIL, WHEN, Timed, courses_in, frequencies
from theriac.labels.sentences import Span
from theriac.labels.statements import Dose, Duration, Frequency

_RATES = frozenset({"min", "h", "second", "mL", "ml", "dl", "l", "vial", "actuation", "g", "mg", "tablet", "capsule"})
_DAILY = re.compile(
    r"\b(?:(?:total|maximum|maximal|recommended|usual|average|single|adult|starting|initial"
    r"|maintenance)\s+)*(?:total )?daily (?:oral |maintenance |intravenous )?(?:dos(?:e|age)s?|amount|total)\b|\bdos(?:e"
    r"|age) per day\b|\bin a day\b|\bdos(?:e|age) (?:in|for) (?:any )?24[- ]hours?(?: period)?\b|\btotal daily\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"[\s,;()]*(?:or|and|to|,|and/or)?[\s,;()]*")
_CHANGE = re.compile(r"\b(?:increas|titrat|adjust|interval|re-?evaluat|monitor|assess|chang|escalat|decreas|reduc|increment|taper)\w*", re.IGNORECASE)
_GIVEN = re.compile(
    r"\b(?:dos(?:e|es|age|ages|ing|ed)|recommended|administ\w+|given?|giv(?:e|ing)|tak(?:e|en|ing)|appl(?:y|ied)|inject\w*"
    r"|instill\w*|inhal\w*|infus\w*|start\w*|initiat\w+|maxim\w+|adequate|suggested|usual|use[ds]?|exceed|sufficient)\b",
    re.IGNORECASE,
)
_ONCE = re.compile(r"\b(?:an?|one|single)\s+(?:\w+\s+){0,2}(?:(?:dose|injection|infusion)s? of\s*)?$", re.IGNORECASE)
_ONE_GIVEN = r"\s*(?:\([^)]*\)\s*)?(?:(?:intramuscular|intravenous|subcutaneous|oral|intravitreal)\s+)?(?:injection|infusion)\b"
_COURSE = re.compile(r"\bper course\b|\bcumulative\b", re.IGNORECASE)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A possible regimen with the span that supports it; `lead` is where its clause begins."""

    lead: int
    start: int
    end: int
    sentence: Span
    figure: Span = (0, 0)
    dose: Dose | None = None
    alt_dose: Dose | None = None
    frequency: Frequency | None = None
    duration: Duration | None = None
    phase: str | None = None
    until: str | None = None
    when: tuple[str, ...] | None = None
    strength: str = ""


def candidates(text: str, span: Span, own: frozenset[str]) -> list[Candidate]:
    """The candidate regimens of one sentence."""
    doses, alternatives = _doses(text, span, own)
    if not doses:
        return []
    timed = list(frequencies(text, *span))
    courses = courses_in(text, *span, timed)
    brackets = [_bracket(text, doses[place - 1].end, dose) if place else None for place, dose in enumerate(doses)]
    found = [_candidate(text, span, place, doses, alternatives, timed, courses, brackets) for place in range(len(doses))]
    return _phased(text, _shared(text, [one for one in _without_soup(found) if one.frequency or _said(text, one)]))


def _said(text: str, one: Candidate) -> bool:
    """Whether words of dosing stand near an amount that has no frequency."""
    if one.dose and (one.dose.per or one.dose.basis == "day" or one.alt_dose):
        return True
    if one.dose and re.search(r"\bkg\b[\s–-]*$", text[max(one.lead, one.start - 30) : one.start]):
        return True  # a row of a table by weight
    return bool(_GIVEN.search(text, max(one.lead, one.start - 90), min(one.sentence[1], one.end + 50)))


def _without_soup(found: list[Candidate]) -> list[Candidate]:
    """A run of many bare amounts is a table that lost its lines: only what carries its own schedule can be trusted."""
    bare = [one for one in found if one.frequency is None]
    return [one for one in found if one.frequency is not None] if len(bare) > 4 else found


def _bracket(text: str, start: int, dose: Quantity) -> Span | None:
    """The brackets around a limit that stands inside another dose's clause ("1.25 mg/kg (up to a maximum of 125 mg) weekly")."""
    opened = text.rfind("(", start, dose.start)
    if (
        opened < 0
        or text.find(")", opened, dose.start) >= 0
        or not re.search(r"max|not to exceed|up to|no more than", text[opened : dose.start], re.IGNORECASE)
    ):
        return None
    closed = text.find(")", dose.end, dose.end + 160)
    return (opened, closed) if closed > 0 else None


def _doses(text: str, span: Span, own: frozenset[str]) -> tuple[list[Quantity], dict[int, Quantity]]:
    """The amounts that are doses, and for some of them the same dose in another unit (by the start of the dose)."""
    doses: list[Quantity] = []
    alternatives: dict[int, Quantity] = {}
    seen: Quantity | None = None
    for quantity in amounts(text, *span):
        before, after = text[span[0] : quantity.start], text[quantity.end : span[1]]
        if seen is not None and _restated(text[seen.end : quantity.start], quantity, seen):
            if doses and doses[-1] is seen:
                alternatives.setdefault(seen.start, quantity)
            continue
        if re.search(r"\btotal dose equals\s*$", before):
            continue
        if (
            doses
            and re.search(
                r"\b(?:for|i\.e\.,?|resulting in|giving|to a) (?:a |an )?(?:total|cumulative)(?: daily)?(?: dose| dosage)?(?: of)?\s*$"
                r"|(?<!maximum )\btotal (?:daily )?(?:dose|dosage)\s*(?:of|=|:|equals)\s*$",
                before,
            )
            and not re.search(r"[.:]", text[doses[-1].end : quantity.start])
        ):
            continue  # the sum of what was just said
        seen = quantity
        if (
            quantity.rate in _RATES
            or quantity.unit == "ng"
            or is_not_a_dose(before, after, quantity.counted, quantity.low != quantity.high)
            or of_another_drug(before, after, own)
        ):
            continue
        doses.append(quantity)
    return [_weighed(dose, alternatives) for dose in doses], alternatives


def _weighed(dose: Quantity, alternatives: dict[int, Quantity]) -> Quantity:
    """A volume whose mass stands beside it gives way to the mass ("5 mL (12.5 mg)" is a dose of 12.5 mg)."""
    other = alternatives.get(dose.start)
    if dose.unit != "mL" or other is None or other.unit not in ("mg", "ug", "g", "units", "[iU]", "meq"):
        return dose
    alternatives[dose.start] = msgspec.structs.replace(dose, start=other.start, end=other.end)
    return msgspec.structs.replace(other, start=dose.start)


def _restated(between: str, quantity: Quantity, seen: Quantity) -> bool:
    """Whether the amount says the one before it again: in brackets or after "i.e.", in another unit and on the same basis."""
    if re.fullmatch(r"\s*(?:of\s+)?[A-Za-z-]+(?:\s+[A-Za-z-]+)?\s+and\s+", between) and " of " in between:
        return True  # the other part of a combination
    if seen.per and quantity.per is None and re.fullmatch(r"\s*\(\s*(?:approximately |about |i\.e\.,? )?", between):
        return True  # the same dose for a body of usual weight
    if quantity.per != seen.per or (quantity.unit == seen.unit and not quantity.counted and not seen.counted and "(" not in between):
        return False
    opened = re.fullmatch(r"[^().;]{0,40}\((?![^)]*(?:max|not to exceed|up to))[^()]{0,80}", between, re.IGNORECASE)
    if quantity.unit != seen.unit and "mL" in (quantity.unit, seen.unit) and re.fullmatch(r"\s+", between):
        return True
    return bool(opened) or bool(re.fullmatch(r"[\s,]*(?:i\.e\.,?|=|equivalent to|which is)\s*", between, re.IGNORECASE))


def _candidate(
    text: str,
    span: Span,
    place: int,
    doses: list[Quantity],
    alternatives: dict[int, Quantity],
    timed: list[Timed],
    courses: list[Timed],
    brackets: list[Span | None],
) -> Candidate:
    quantity = doses[place]
    alternative = alternatives.get(quantity.start)
    lead = doses[place - 1].end if place else span[0]
    lead = max([lead, *(t.end for t in (*timed, *courses) if t.end <= quantity.start and place and t.start >= lead)])
    stop = doses[place + 1].start if place + 1 < len(doses) else span[1]
    stop = _before_lead_in(text, quantity.end, stop) if place + 1 < len(doses) else stop
    mine, inner = brackets[place], brackets[place + 1] if place + 1 < len(doses) else None
    if mine:
        lead, stop = max(lead, mine[0]), min(stop, mine[1])
    elif inner:  # the words behind the brackets still belong to this dose
        after_next = doses[place + 2].start if place + 2 < len(doses) else span[1]
        stop = after_next if place + 2 >= len(doses) else _before_lead_in(text, inner[1], after_next)
        timed = [t for t in timed if not (inner[0] <= t.start < inner[1])]
        courses = [c for c in courses if not (inner[0] <= c.start < inner[1])]
    before, after = text[lead : quantity.start], text[quantity.end : stop]
    phase = phase_of(before, after if not inner else text[quantity.end : inner[0]])
    frequency = _frequency(text, quantity, lead, stop, timed, phase)
    course = _course(text, quantity, lead, stop, courses)
    basis = _basis(text[span[0] if place == 0 else lead : quantity.start], after, quantity, frequency, phase)
    shown = frequency.frequency if frequency and frequency.frequency and frequency.frequency.times else None
    if frequency and frequency.kind == "bare" and basis == "day":
        shown = None
    if shown and shown.once and (quantity.rate == "day" or basis == "day"):
        shown = Frequency(times=1, period=1, unit="d")
    if shown is None and quantity.rate == "week":
        shown = Frequency(times=1, period=1, unit="wk")
    if shown and shown.once and phase is None:
        phase = "single"
    if shown is None and _given_once(before, after, phase):
        shown, phase = Frequency(times=1, once=True), phase or "single"
    end = max([quantity.end, *(t.end for t in (frequency, course) if t), *((alternative.end,) if alternative else ())])
    until = UNTIL.search(text, quantity.end, stop) if text.find("ntil", quantity.end, stop) >= 0 else None
    lasting = course.duration if course else frequency.duration if frequency else None
    if shown and PRN.search(text, quantity.end, stop):
        shown = msgspec.structs.replace(shown, prn=True)
    return Candidate(
        lead=lead, start=min([quantity.start, *(t.start for t in (frequency, course) if t)]), end=end, sentence=span,
        figure=(quantity.start, alternative.end if alternative else quantity.end), dose=quantity.dose(basis),
        alt_dose=_other_way(text, alternative, basis) if alternative else _item(quantity, basis), frequency=shown, duration=lasting, phase=phase,
        until=until.group(1).strip() if until else None, when=_when(text, quantity.end, stop), strength=quantity.strength,
    )  # fmt: skip


def _given_once(before: str, after: str, phase: str | None) -> bool:
    """Whether the words say one administration: "one 675 mg injection", "a 180 mg loading dose", "an injection of … initially"."""
    lone = bool(_ONCE.search(before[-60:]))
    if lone and (phase == "loading" or re.match(_ONE_GIVEN, after, re.IGNORECASE)):
        return True
    opened = re.search(r"\b(?:an?|one) (?:\w+ )?(?:injection|infusion|dose) of\s*$", before, re.IGNORECASE)
    return phase == "initial" and bool(opened) and bool(re.search(r"\binitially\b", after))


def _other_way(text: str, alternative: Quantity, basis: str) -> Dose:
    """The dose said another way; what the brackets call a daily total stays one ("4 mg twice a day (8 mg/day)")."""
    daily = alternative.rate == "day" or re.match(r"\s*(?:/\s*day|daily|per day|total|a day)", text[alternative.end : alternative.end + 12])
    return alternative.dose("day" if daily else basis)


def _item(quantity: Quantity, basis: str) -> Dose | None:
    """One counted item, for a dose that is the strength of one ("one 75 mcg capsule")."""
    return Dose(low=1, high=1, unit=quantity.item, basis=basis) if quantity.item else None


def _before_lead_in(text: str, start: int, stop: int) -> int:
    """Where the words that introduce the next dose begin ("…, followed by 500 mg"): they say nothing about this one."""
    lead_in = re.search(
        r"(?:,|;|\band\b|\bor\b)?\s*(?:followed(?: by|,)|then|thereafter|increas\w+|reduc\w+|up to|to a maximum|with a maximum"
        r"|not to exceed|maximum|(?:may|can|should) be (?:increas|reduc|titrat|adjust|followed))\w*[^.]*$",
        text[start:stop],
        re.IGNORECASE,
    )
    return start + lead_in.start() if lead_in and not re.match(r"\W*thereafter", lead_in.group(), re.IGNORECASE) else stop


def _frequency(text: str, quantity: Quantity, lead: int, stop: int, timed: list[Timed], phase: str | None) -> Timed | None:
    around = next((t for t in timed if t.start <= quantity.start and quantity.end <= t.end), None)
    if around:
        return around
    behind = [t for t in timed if quantity.end <= t.start < stop and not _CHANGE.search(text[quantity.end : t.start])]
    divided = next((t for t in behind if t.kind in ("divided", "undivided")), None)
    if divided:
        return divided
    if behind:
        return behind[0]
    if phase in ("maximum", "titration"):
        return None
    ahead = [t for t in timed if lead <= t.start and t.end <= quantity.start and t.kind not in ("interval", "undivided")]
    for t in reversed(ahead):
        between = text[t.end : quantity.start]
        if _CHANGE.search(text[max(lead, t.start - 60) : t.start]):
            continue
        if (len(between) < 60 or t.kind == "single") and not _CHANGE.search(between) and not re.search(r"[.;]|\bmaximum\b", between):
            return t
    return None


def _course(text: str, quantity: Quantity, lead: int, stop: int, courses: list[Timed]) -> Timed | None:
    behind = [c for c in courses if quantity.end <= c.start < stop and c.kind != "after" and not _CHANGE.search(text[quantity.end : c.start])]
    if behind:
        return behind[0]
    ahead = [c for c in courses if lead <= c.start and c.end <= quantity.start and c.kind != "after" and quantity.start - c.end < 50]
    return (
        ahead[-1]
        if ahead
        and not re.search(r"followed by|\bthen\b|;", text[ahead[-1].end : quantity.start])
        and re.match(r"(?:for|during)\b", text[ahead[-1].start :], re.IGNORECASE)
        else None
    )


def _basis(before: str, after: str, quantity: Quantity, frequency: Timed | None, phase: str | None) -> str:
    """ "day" only where the label gives a daily total."""
    kind = frequency.kind if frequency else ""
    if _COURSE.search(before[-60:]):
        return "course"
    if kind in ("divided", "undivided"):
        return "day"
    if quantity.rate == "day" or (kind == "bare" and phase == "maximum"):
        return "day"
    if _DAILY.search(before[-90:]) and kind not in ("times", "every", "latin", "singledaily"):
        return "day"
    if re.match(r"\s*(?:total )?(?:daily )?in (?:equally )?divided", after) or re.match(r"\s*(?:as (?:a|the) )?total daily dose", after):
        return "day"
    return "dose"


def _when(text: str, start: int, stop: int) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(m.group().lower() for m in WHEN.finditer(text, start, stop)))
    return found or None


def _shared(text: str, found: list[Candidate]) -> list[Candidate]:
    """Doses joined only by "or" or a comma share the schedule that stands behind the last ("5, 10 or 20 mg once daily")."""
    out = list(found)
    for place in range(len(out) - 2, -1, -1):
        one, other = out[place], out[place + 1]
        if (
            one.frequency is None
            and other.frequency is not None
            and one.dose
            and other.dose
            and _LINK.fullmatch(text[one.figure[1] : other.figure[0]])
        ):
            basis = other.dose.basis
            out[place] = msgspec.structs.replace(
                one,
                frequency=other.frequency,
                duration=one.duration or other.duration,
                dose=msgspec.structs.replace(one.dose, basis=basis),
                end=other.end,
            )
        if one.phase and other.phase is None and _LINK.fullmatch(text[one.figure[1] : other.figure[0]]):
            out[place + 1] = msgspec.structs.replace(other, phase=one.phase)
    return out


def _phased(text: str, found: list[Candidate]) -> list[Candidate]:
    """A dose that another "follows" is the initial one, although the sentence does not call it so."""
    out = list(found)
    for place in range(len(out) - 1):
        one, other = out[place], out[place + 1]
        if (
            one.phase is None
            and other.phase == "maintenance"
            and re.search(r"\b(?:followed by|then|reduc\w+ to|thereafter|decreas\w+ to)\b", text[one.end : other.end + 30], re.IGNORECASE)
        ):
            out[place] = msgspec.structs.replace(one, phase="initial")
    return out

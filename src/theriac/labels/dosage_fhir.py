"""Regimens as FHIR R5 `Dosage` elements.

In flows a `Regimen`; out flow plain dicts that validate as R5 Dosage. The course becomes `boundsDuration`, the contact time `duration`, a
cycle one element per treated period. What FHIR cannot say (until clear, rest periods) stays in `text`, which always holds the quote.
"""

from typing import Any

from theriac.labels.statements import Dose, Duration, Frequency, Number, Regimen

UCUM = "http://unitsofmeasure.org"
_TIME = {"min": "min", "h": "h", "d": "d", "wk": "wk", "mo": "mo", "a": "a", "s": "s"}
_NAMES = {"min": "min", "h": "hours", "d": "days", "wk": "weeks", "mo": "months", "a": "years", "s": "s"}
_MEASURED = frozenset({"mg", "ug", "g", "ng", "mL", "[iU]", "[USP'U]", "meq", "mmol", "mCi", "MBq", "GBq", "%"})
_WHEN = (
    ("bedtime", "HS"), ("sleep", "HS"), ("going to bed", "HS"), ("before meal", "AC"), ("before breakfast", "ACM"), ("before dinner", "ACV"),
    ("after meal", "PC"), ("with breakfast", "CM"), ("with dinner", "CV"), ("with a meal", "C"), ("with meal", "C"), ("with food", "C"),
    ("morning", "MORN"), ("evening", "EVE"), ("night", "NIGHT"),
)  # fmt: skip


def dosages(regimen: Regimen) -> tuple[dict[str, Any], ...]:
    """The regimen as one Dosage, or as one per treated period when it runs in a known number of cycles."""
    course = regimen.duration
    if course and course.cycle_on and course.cycles:
        return tuple(
            _dosage(regimen, place, Duration(value=course.cycle_on, unit=course.unit, bound="exact")) for place in range(1, int(course.cycles) + 1)
        )
    return (_dosage(regimen, 1, course),)


def _dosage(regimen: Regimen, sequence: int, course: Duration | None) -> dict[str, Any]:
    element: dict[str, Any] = {"sequence": sequence, "text": _text(regimen)}
    repeat = {**_bounds(course), **_repeat(regimen)}
    if repeat:
        element["timing"] = {"repeat": repeat}
    if regimen.frequency and regimen.frequency.prn:
        element["asNeeded"] = True
    if regimen.site:
        element["site"] = {"text": regimen.site}
    if regimen.route:
        element["route"] = {"text": regimen.route}
    element.update(_amount(regimen))
    return element


def _text(regimen: Regimen) -> str:
    """The label's own words, with what the coded part leaves out."""
    notes = [f"until {regimen.until}"] if regimen.until else []
    course = regimen.duration
    if course and course.cycle_on:
        notes.append(f"cycles of {course.cycle_on} {course.unit} on and {course.cycle_off} {course.unit} off")
    return regimen.quote + (f" [{'; '.join(notes)}]" if notes else "")


def _bounds(course: Duration | None) -> dict[str, Any]:
    if course is None:
        return {}
    if course.cycle_on:
        return {"boundsDuration": _time(course.cycle_on, course.unit or "d")}
    if course.value is None or course.unit is None:
        return {}
    if course.unit == "dose":
        return {"count": int(course.value), **({"countMax": int(course.high)} if course.high else {})}
    if course.unit not in _TIME:
        return {}
    if course.high is not None:
        return {"boundsRange": {"low": _time(course.value, course.unit), "high": _time(course.high, course.unit)}}
    comparator = {"max": "<=", "min": ">="}.get(course.bound or "")
    return {"boundsDuration": {**_time(course.value, course.unit), **({"comparator": comparator} if comparator else {})}}


def _time(value: Number, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": _NAMES[unit], "system": UCUM, "code": _TIME[unit]}


def _repeat(regimen: Regimen) -> dict[str, Any]:
    repeat = _frequency(regimen.frequency) if regimen.frequency else {}
    contact = regimen.contact_time
    if contact and contact.unit in _TIME:
        repeat |= {"duration": contact.value, "durationUnit": _TIME[contact.unit]}
        if contact.high is not None:
            repeat["durationMax"] = contact.high
    codes = [code for phrase in regimen.when or () for words, code in _WHEN if words in phrase and "without" not in phrase]
    if codes:
        repeat["when"] = list(dict.fromkeys(codes))
    return repeat


def _frequency(frequency: Frequency) -> dict[str, Any]:
    if frequency.once:
        return {"count": 1}
    repeat: dict[str, Any] = {"frequency": int(frequency.times)}
    if frequency.times_high:
        repeat["frequencyMax"] = int(frequency.times_high)
    if frequency.period is not None and frequency.unit in _TIME:
        repeat |= {"period": frequency.period, "periodUnit": _TIME[frequency.unit]}
        if frequency.period_high is not None:
            repeat["periodMax"] = frequency.period_high
    return repeat


def _amount(regimen: Regimen) -> dict[str, Any]:
    """The dose as a quantity or range; a maximum as the limit it is; a daily total as a rate per day."""
    dose = regimen.dose
    if dose is None:
        return {}
    if regimen.phase == "maximum" and dose.per is None:
        top = _quantity(dose.high, dose)
        return {"maxDosePerPeriod": [{"numerator": top, "denominator": _time(1, "d")}]} if dose.basis == "day" else {"maxDosePerAdministration": top}
    if dose.basis == "day":
        ratio = {"rateRatio": {"numerator": _quantity(dose.high, dose), "denominator": _time(1, "d")}}
        low = {"rateRange": {"low": _quantity(dose.low, dose, "/d"), "high": _quantity(dose.high, dose, "/d")}}
        return {"doseAndRate": [ratio if dose.low == dose.high else low]}
    if dose.low == dose.high:
        return {"doseAndRate": [{"doseQuantity": _quantity(dose.low, dose)}]}
    return {"doseAndRate": [{"doseRange": {"low": _quantity(dose.low, dose), "high": _quantity(dose.high, dose)}}]}


def _quantity(value: Number, dose: Dose, rate: str = "") -> dict[str, Any]:
    code = dose.unit if dose.unit in _MEASURED else "{" + dose.unit.replace(" ", "_") + "}"
    per = f"/{dose.per}" if dose.per in ("kg", "m2") else ""
    return {"value": value, "unit": f"{dose.unit}{per}{rate}", "system": UCUM, "code": f"{code}{per}{rate}"}

"""A dosing calendar from one fixed, quoted regimen, or a refusal that says why.

In flow the regimens that labels offer for a condition and a start date; out flows a `Plan` of dated applications with wash-off times, the
last possible date, packets and stop rules, and its iCalendar text. It never chooses between regimens, never plans titrated, weight-based,
injected or as-needed dosing, and repeats nothing: the clock, the time of day and the zone are given, never read.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import icalendar
import msgspec

from theriac.labels.statements import Instructions, Number, Regimen, Step

FOLLOW = "Follow your prescriber; this calendar restates the label and is not medical advice."
_INJECTED = re.compile(r"intravenous|subcutaneous|intramuscular|intrathecal|intravitreal|infusion|inject|subarachnoid|epidural", re.IGNORECASE)
_DAYS = {"d": 1, "wk": 7, "mo": 30, "a": 365}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 400  # days; a calendar further ahead than this is refused


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One regimen with the label it stands in."""

    regimen: Regimen
    product: str
    jurisdiction: str
    document_type: str
    label: str
    instructions: Instructions = Instructions()


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """One application: its local time, and when to wash it off (between two times when the label gives a range)."""

    number: int
    at: dt.datetime
    wash_off: dt.datetime | None = None
    wash_off_latest: dt.datetime | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The dated applications of one regimen, with everything that ends or limits them, each in the label's words."""

    offer: Offer
    applications: tuple[Application, ...]
    last_possible: dt.date
    zone: str
    packets_at_most: Number | None
    stop_rules: tuple[str, ...]
    missed_dose: tuple[str, ...]
    notes: tuple[str, ...]
    follow: str = FOLLOW


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why no calendar is made; `choices` are the regimens between which a person has to choose."""

    reason: str
    sentence: str
    choices: tuple[Offer, ...] = ()


def make_plan(
    offers: Sequence[Offer], *, start: dt.date, zone: str, apply_at: dt.time, product: str | None = None, jurisdiction: str | None = None
) -> Plan | Refusal:
    """The calendar, when exactly one fixed regimen is left for the product and jurisdiction asked for; otherwise the refusal."""
    fitting = [o for o in offers if (not product or product.lower() in _named(o)) and (not jurisdiction or o.jurisdiction == jurisdiction)]
    usable = [o for o in fitting if o.regimen.phase != "maximum"]
    if not usable:
        return Refusal(reason="no_regimen", sentence="No loaded label states a regimen for this condition, product and jurisdiction.")
    if len(usable) > 1:
        places = "; ".join(sorted({f"{o.product} ({o.jurisdiction}, {o.regimen.population or 'population not stated'})" for o in usable}))
        return Refusal(
            reason="several_match", choices=tuple(usable),
            sentence=f"{len(usable)} regimens match and none is chosen for you: {places}. Name the product, jurisdiction or population.",
        )  # fmt: skip
    offer = usable[0]
    reason = refusal_of(offer.regimen)
    if reason:
        return Refusal(reason=reason[0], sentence=reason[1], choices=(offer,))
    return _plan(offer, [o for o in fitting if o is not offer], start, zone, apply_at)


def _named(offer: Offer) -> str:
    return " ".join(filter(None, (offer.product, offer.regimen.product))).lower()


def refusal_of(regimen: Regimen) -> tuple[str, str] | None:
    """The reason why a regimen cannot be dated, as (key, sentence); None when it is fixed."""
    dose, frequency, course = regimen.dose, regimen.frequency, regimen.duration
    tests = (
        (regimen.phase in ("titration", "initial", "loading", "maintenance"), "titrated", "The dose changes in steps; a prescriber sets them."),
        (bool(dose and dose.per), "weight_based", "The dose depends on body weight or surface."),
        (bool(regimen.route and _INJECTED.search(regimen.route)), "injected", "The product is injected or infused by or under a professional."),
        (frequency is None, "no_frequency", "The label states no frequency for this regimen."),
        (bool(frequency and frequency.prn), "as_needed", "The product is used as needed, not on fixed days."),
        (bool(frequency and (frequency.times_high or frequency.period_high)), "not_fixed", "The label gives a range of frequencies."),
        (bool(dose and dose.low != dose.high), "not_fixed", "The label gives a range of doses."),
        (course is None and not (frequency and frequency.once), "no_end", "The label states no length of treatment, so no last date can be given."),
        (bool(course and course.bound == "min"), "no_end", "The label states only the least length of treatment."),
        (bool(course and course.cycle_on and not course.cycles), "no_end", "The label states cycles but not how many."),
        (bool(course and course.unit not in _DAYS), "no_end", "The length of treatment is not stated in days, weeks, months or years."),
    )
    return next(((key, sentence) for holds, key, sentence in tests if holds), None)


def _plan(offer: Offer, limits: Sequence[Offer], start: dt.date, zone: str, apply_at: dt.time) -> Plan | Refusal:
    regimen = offer.regimen
    days = _treated_days(regimen)
    if not days or days[-1] > _LONGEST:
        return Refusal(
            reason="too_long", sentence=f"The course is longer than {_LONGEST} days; plan it in parts with the prescriber.", choices=(offer,)
        )
    local = ZoneInfo(zone)
    times = [dt.datetime.combine(start + dt.timedelta(days=day), apply_at, local) for day in days]
    applications = tuple(_application(number, at, regimen) for number, at in enumerate(times, 1))
    return Plan(
        offer=offer, applications=applications, last_possible=times[-1].date(), zone=zone, packets_at_most=_packets(offer, limits, len(applications)),
        stop_rules=_stop_rules(offer), missed_dose=tuple(step.quote for step in offer.instructions.missed_dose), notes=_notes(regimen),
    )  # fmt: skip


def _treated_days(regimen: Regimen) -> list[int]:
    """The days of the course on which the product is applied, counted from the start (0)."""
    course, frequency = regimen.duration, regimen.frequency
    assert frequency is not None
    if course is None:
        return [0]
    if course.cycle_on:
        on, off = (int(n * _DAYS[course.unit or "d"]) for n in (course.cycle_on, course.cycle_off or 0))
        return [cycle * (on + off) + day for cycle in range(int(course.cycles or 1)) for day in _days_within(on, regimen)]
    length = int((course.high or course.value or 0) * _DAYS[course.unit or "d"])
    return _days_within(length, regimen)


def _days_within(length: int, regimen: Regimen) -> list[int]:
    frequency = regimen.frequency
    assert frequency is not None
    unit, times, period = frequency.unit or "d", int(frequency.times), frequency.period or 1
    if unit == "wk" and period == 1 and times > 1:
        offsets = _week_pattern(times)
        return [week * 7 + offset for week in range((length + 6) // 7) for offset in offsets if week * 7 + offset < length]
    step = max(1, round(_DAYS.get(unit, 1) * period))
    return [day for day in range(0, length, step) for _ in range(times if unit == "d" else 1)]


def _week_pattern(times: int) -> tuple[int, ...]:
    """Days of a week counted from the start: five or more in a row, fewer with rest between."""
    return tuple(range(times)) if times >= 5 else {1: (0,), 2: (0, 3), 3: (0, 2, 4), 4: (0, 2, 4, 6)}[times]


def _application(number: int, at: dt.datetime, regimen: Regimen) -> Application:
    contact = regimen.contact_time
    if contact is None or contact.unit not in ("h", "min"):
        return Application(number=number, at=at)
    scale = dt.timedelta(hours=1) if contact.unit == "h" else dt.timedelta(minutes=1)
    return Application(
        number=number, at=at, wash_off=_later(at, contact.value * scale), wash_off_latest=_later(at, contact.high * scale) if contact.high else None
    )


def _later(at: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """The local time that much later in real hours, also over a change of the clocks."""
    return (at.astimezone(dt.UTC) + by).astimezone(at.tzinfo)


def _packets(offer: Offer, limits: Sequence[Offer], applications: int) -> Number | None:
    """The most packets that the course can take, when the label states how many one application may take."""
    stated = [
        r.dose.high for r in (offer.regimen, *(o.regimen for o in limits if o.label == offer.label)) if r.dose and r.dose.unit in ("packet", "sachet")
    ]
    stated += [s.value for s in offer.instructions.limits if s.kind == "packets_per_application" and s.value and _same_use(s, offer.regimen)]
    return max(stated) * applications if stated else None


def _same_use(step: Step, regimen: Regimen) -> bool:
    return step.indication is None or regimen.indication is None or step.indication == regimen.indication


def _stop_rules(offer: Offer) -> tuple[str, ...]:
    """When to end: at clearance if the label says so, else with the course; nothing is repeated before the assessment."""
    regimen = offer.regimen
    rules = [f"Ends when: {regimen.until} (label: “{regimen.quote}”), at the latest on the last date shown."] if regimen.until else []
    if not regimen.until:
        rules.append("The label states a fixed course: it is completed as prescribed and not repeated before the assessment that the label asks for.")
    rules += [f"Label: “{s.quote}”" for s in offer.instructions.assessment if _same_use(s, regimen)]
    rules += [f"Label: “{s.quote}”" for s in offer.instructions.limits if s.kind in ("rest_period", "not_extended") and _same_use(s, regimen)]
    return tuple(dict.fromkeys(rules))


def _notes(regimen: Regimen) -> tuple[str, ...]:
    notes = ["The time of day is the one you gave; the label's own words are in the quote."]
    frequency = regimen.frequency
    if frequency and frequency.unit == "wk" and frequency.times > 1:
        named = [day for day in _WEEKDAYS if re.search(rf"\b{day}", regimen.quote, re.IGNORECASE)]
        notes.append("Days within the week are spread from the start date." + (" The label names weekdays as an example." if named else ""))
    return tuple(notes)


def calendar(plan: Plan, stamp: dt.datetime) -> str:
    """The plan as iCalendar text: one event per application, one per wash-off; the same plan and stamp give the same text."""
    file = icalendar.Calendar()
    file.add("prodid", "-//Theriac//dosing calendar//EN")
    file.add("version", "2.0")
    for application in plan.applications:
        file.add_component(
            _event(
                plan, application, application.at, f"Apply {plan.offer.product} ({application.number} of {len(plan.applications)})", "apply", stamp
            )
        )
        if application.wash_off:
            latest = f", by {application.wash_off_latest:%H:%M} at the latest" if application.wash_off_latest else ""
            file.add_component(_event(plan, application, application.wash_off, f"Wash off {plan.offer.product}{latest}", "wash", stamp))
    file.add_missing_timezones()
    text: bytes = file.to_ical()
    return text.decode()


def _event(plan: Plan, application: Application, at: dt.datetime, summary: str, kind: str, stamp: dt.datetime) -> icalendar.Event:
    offer = plan.offer
    seed = f"{offer.label}|{offer.regimen.quote}|{at.isoformat()}|{kind}|{application.number}"
    event = icalendar.Event()
    event.add("uid", f"{hashlib.sha256(seed.encode()).hexdigest()[:32]}@theriac")
    event.add("dtstamp", stamp)
    event.add("dtstart", at)
    event.add("dtend", at + dt.timedelta(minutes=15))
    event.add("summary", summary)
    source = f"{offer.document_type}, {offer.jurisdiction}, {offer.label}: “{offer.regimen.quote}”"
    missed = "".join(f"\nMissed: “{rule}”" for rule in plan.missed_dose)
    event.add("description", f"{plan.follow}\n{source}\nLast possible date: {plan.last_possible.isoformat()}{missed}")
    return event

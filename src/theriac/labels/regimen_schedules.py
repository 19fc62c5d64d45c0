"""Schedules of use that come without a dose: how often to apply a cream, for how long, how long to leave it on.

In flows a part of the dosage section; out flow regimens block by block, a block being the sentences that speak of one use. What the block
says about the course, the contact time and the end belongs to its schedule; missed-dose rules and prohibitions do not make schedules.
"""

import re

import msgspec

from theriac.labels.document import Section
from theriac.labels.quantities import amounts
from theriac.labels.regimen_context import Place, Uses, body_start, people_in, route_in, site_in, use_in
from theriac.labels.regimen_words import is_aside
from theriac.labels.schedules import PRN, UNTIL, WHEN, areas, contact_time, courses_in, frequencies
from theriac.labels.sentences import Span, sentences
from theriac.labels.statements import Amount, Duration, Frequency, Regimen

GIVEN = re.compile(
    r"\b(?:administ\w+|given|giv(?:e|ing)|tak(?:e|en|ing)|appl(?:y|ied|ication)\w*|inject\w*|us(?:e|ed)|instill\w*|inhal\w*"
    r"|dos(?:e|es|ed|age|ing)|infus\w*|spray\w*|repeat\w*|irrigat\w*|moisten\w*|rub\w*|insert\w*)\b",
    re.IGNORECASE,
)
_NOT_A_SCHEDULE = re.compile(
    r"\b(?:do not|should not|must not|never|miss(?:ed)?|forg[eo]t\w*|for example|more than once|less than once|discontinu\w*"
    r"|if (?:irritation|reaction)\w*|too much|pull|increas\w*|decreas\w*|titrat\w*|adjust\w*|reduc\w*"
    r"|wash(?:ed)? (?:daily|each day|once)|shak\w+|stor\w+)\b",
    re.IGNORECASE,
)
_COURSE = re.compile(r"\b(?:appl\w+|us(?:e|ed)|continu\w+|treat\w*|therapy|course|cycles?|duration)\b", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"\b(?:after finishing|may be necessary|further|assess\w*|half (?:of )?the|some patients|rest period|generally resolved"
    r"|results? in)\b",
    re.IGNORECASE,
)


class _Block(msgspec.Struct, kw_only=True):
    """What the sentences about one use have said so far."""

    use: str | None
    people: str | None
    schedules: list[tuple[Frequency, Span]]
    courses: list[tuple[Duration, Span]]
    contact: Amount | None = None
    until: str | None = None
    site: str | None = None
    area: Amount | None = None
    when: tuple[str, ...] | None = None


def read_schedules(place: Place, uses: Uses) -> list[Regimen]:
    """The schedules of one part, each with what its block says of course, contact time, site and end."""
    text = place.leaf.text
    blocks: list[_Block] = []
    for span in sentences(text, body_start(place.leaf)):
        place.move(text[span[0] : span[1]], uses)
        use = place.use or place.sole_use
        if not blocks or blocks[-1].use != use:
            blocks.append(_Block(use=use, people=place.people, schedules=[], courses=[]))
        _read(blocks[-1], text, span)
    return [one for block in blocks for one in _regimens(block, place.leaf, text, place.route)]


def contacts(leaf: Section, place: Place, uses: Uses) -> dict[str | None, Amount]:
    """The contact times of a part by the use they stand under."""
    found: dict[str | None, Amount] = {}
    if not contact_time(leaf.text):
        return found
    for span in sentences(leaf.text, body_start(leaf)):
        sentence = leaf.text[span[0] : span[1]]
        place.move(sentence, uses)
        contact = contact_time(sentence) if "hour" in sentence or "minute" in sentence else None
        if contact:
            found.setdefault(use_in(sentence, uses) or place.use, contact[0])
    return found


def _read(block: _Block, text: str, span: Span) -> None:
    sentence = text[span[0] : span[1]]
    contact = contact_time(sentence)
    if contact:
        block.contact = block.contact or contact[0]
        return
    if block.area is None and (found := next(areas(sentence), None)):
        block.area = found[0]
    until = UNTIL.search(sentence)
    if (
        until
        and block.until is None
        and not re.search(r"\b(?:do not|wait|miss)\b", sentence, re.IGNORECASE)
        and re.search(r"\b(?:continu\w+|treat\w*|therapy)\b", sentence, re.IGNORECASE)
    ):
        block.until = until.group(1).strip()
    tokens = list(frequencies(text, *span))
    courses = [c.duration for c in courses_in(text, *span, tokens) if c.kind != "after" and c.duration and c.duration.unit != "h"]
    if courses and _COURSE.search(sentence) and not _FOLLOW_UP.search(sentence):
        block.courses.append((courses[0], span))
    timed = [t.frequency for t in tokens if t.frequency and t.frequency.times]
    dosed = any(not q.counted for q in amounts(text, *span))
    if timed and not dosed and GIVEN.search(sentence) and not _NOT_A_SCHEDULE.search(sentence) and not is_aside(sentence):
        frequency = msgspec.structs.replace(timed[0], prn=True) if PRN.search(sentence) else timed[0]
        block.schedules.append((frequency, span))
        block.site = block.site or site_in(sentence)
        block.when = block.when or tuple(dict.fromkeys(m.group().lower() for m in WHEN.finditer(sentence))) or None


def _regimens(block: _Block, leaf: Section, text: str, route: str | None) -> list[Regimen]:
    distinct: dict[Frequency, Span] = {}
    for frequency, span in block.schedules:
        distinct.setdefault(frequency, span)
    # A course in the very sentence of a schedule is that schedule's own.
    own = {span: [one for one in block.courses if one[1] == span] for span in distinct.values()}
    return [
        Regimen(
            quote=_quote(text, span, course[1] if course else span), indication=block.use,
            population=people_in(text[span[0] : span[1]]) or block.people,
            route=route_in(text[span[0] : span[1]]) or route, frequency=frequency, duration=course[0] if course else None, until=block.until,
            when=block.when, site=block.site, area=block.area, contact_time=block.contact, path=leaf.path,
        )
        for frequency, span in distinct.items()
        for course in [_course(own[span] or block.courses)]
    ]  # fmt: skip


def _course(courses: list[tuple[Duration, Span]]) -> tuple[Duration, Span] | None:
    """The course of a block: cycles before a plain length, a length before an upper limit."""
    for wanted in ("cycle", "exact", "max", "min"):
        for one, span in courses:
            if (wanted == "cycle" and one.cycle_on) or one.bound == wanted:
                return one, span
    return None


def _quote(text: str, schedule: Span, course: Span) -> str:
    """The sentence of the schedule, with the course when it stands near enough to quote both in one piece."""
    start, end = min(schedule[0], course[0]), max(schedule[1], course[1])
    return text[start:end] if end - start <= 600 else text[schedule[0] : schedule[1]]

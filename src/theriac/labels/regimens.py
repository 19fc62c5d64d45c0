"""The regimens that a label's dosage section states.

In flows a `LabelDocument` (and its indications); out flow `Regimen`s with exact quotes, one for each distinct way to give the product. A
field that the label does not state stays out; schedules without a dose count only where the label gives no dose at all.
"""

import re
from itertools import pairwise

import msgspec

from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.dosing_tables import Row, table_rows
from theriac.labels.lower_case import small, small_pattern
from theriac.labels.quantities import amounts, number
from theriac.labels.regimen_clauses import Candidate, candidates
from theriac.labels.regimen_context import Place, Uses, bands_in, body_start, only_route, own_names, people_in, product_in, route_in, use_in
from theriac.labels.regimen_schedules import GIVEN, contacts, read_schedules
from theriac.labels.regimen_words import MAXIMUM_FREQUENCY, SKIPPED_TITLE, is_aside, phase_of
from theriac.labels.schedules import UNTIL, courses_in, durations, frequencies
from theriac.labels.sentences import Span, is_item, sentences
from theriac.labels.statements import Amount, Frequency, Indication, Regimen

_DIGIT = re.compile(r"\d")
_NUMERIC = small_pattern(r"\b(?:one|two|three|four|once|twice|daily|weekly|monthly|every|single)\b")
_COPY = re.compile(r"\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*\)\s*\.?$")
_COPY_AHEAD = re.compile(r"\s*\(\s*\d{1,2}(?:\.\d{1,2})?\s*\)")
_COLUMNS = {
    "loading": "loading",
    "initial": "initial",
    "starting": "initial",
    "maintenance": "maintenance",
    "follow": "maintenance",
    "maximum": "maximum",
}
_COLUMN = re.compile(r"\b(?:loading|initial|starting|maintenance|maximum|follow-up)(?: \w+)? (?:dos(?:es|e|age|ing))\b", re.IGNORECASE)
_CONTINUED = re.compile(
    r"^(?!.*\b(?:benefit|response|effects?|improve\w*|symptoms|levels?)\b).*\b(?:continu\w+|treat(?:ed)?|treatment (?:should|is|may"
    r"|for)|therapy (?:should|is|may)|duration of|course)\b",
    re.IGNORECASE | re.DOTALL,
)


def read_regimens(document: LabelDocument, indications: tuple[Indication, ...]) -> tuple[Regimen, ...]:
    """The regimens of the dosage section in reading order."""
    own, uses = own_names(document), Uses.of(indications)
    parts, route = dosing_parts(document), only_route(document)
    found = [one for leaf in parts for one in _read_part(_place(leaf, uses, route), uses, own)]
    if not any(one.dose and one.phase != "maximum" for one in found):
        found.extend(one for leaf in parts for one in read_schedules(_place(leaf, uses, route), uses))
    for leaf in parts:
        left_on = contacts(leaf, _place(leaf, uses, route), uses)
        found = [_left_on(one, leaf, left_on) for one in found]
    return _distinct(found)


def _place(leaf: Section, uses: Uses, route: str | None) -> Place:
    people = people_in(leaf.title)
    return Place(leaf=leaf, people=people, use=use_in(leaf.title, uses), sole_use=uses.sole, route=route, titled=people)


def _left_on(one: Regimen, leaf: Section, left_on: dict[str | None, Amount]) -> Regimen:
    """The regimen with the contact time that its own part gives for its use."""
    if one.contact_time or one.phase == "maximum" or not left_on or one.quote not in leaf.text:
        return one
    contact = left_on.get(one.indication) or (next(iter(left_on.values())) if len(left_on) == 1 else None)
    return msgspec.structs.replace(one, contact_time=contact) if contact else one


def dosing_parts(document: LabelDocument) -> list[Section]:
    """The parts of the dosage section that state doses in full; the highlights only where nothing else does."""
    parts = [leaf for section in sections_of(document, "dosage") for leaf in leaves(section) if not SKIPPED_TITLE.search(leaf.title)]
    full = [leaf for leaf in parts if not leaf.highlights]
    return full if any(_is_numeric(leaf.text[body_start(leaf) :]) and GIVEN.search(leaf.text) for leaf in full) else parts


def _is_numeric(text: str) -> bool:
    """Whether the text holds a number, in digits or words, or a word that counts."""
    return bool(_DIGIT.search(text) or _NUMERIC.search(small(text)))


def _read_part(place: Place, uses: Uses, own: frozenset[str]) -> list[Regimen]:
    text = place.leaf.text
    rows = table_rows(place.leaf, own)
    tabled = [_tabled(place, row, uses) for row in rows]
    found: list[tuple[Candidate, str | None, str | None]] = []
    schedule: Frequency | None = None
    lead_phase: str | None = None
    before: Span = (0, 0)
    for span in _without_copies(place.leaf, sentences(text, body_start(place.leaf)), own):
        sentence = text[span[0] : span[1]]
        place.move(sentence, uses)
        if not _is_numeric(sentence) or is_aside(sentence):
            continue
        mine = [] if MAXIMUM_FREQUENCY.search(sentence) else _rows(text, span, candidates(text, span, own))
        lead_phase = _led(text, span, lead_phase, before)
        before = (0, 0) if mine and sentence.rstrip().endswith(":") else span
        if lead_phase:
            mine = [(msgspec.structs.replace(one, phase=lead_phase) if one.phase is None else one, rows) for one, rows in mine]
        schedule = _lone_schedule(text, span) if not mine else schedule
        if mine:
            if mine[0][0].frequency is None and mine[0][0].phase != "maximum" and schedule:
                mine = [
                    (msgspec.structs.replace(one, frequency=schedule) if one.frequency is None and one.phase != "maximum" else one, rows)
                    for one, rows in mine
                ]
            elif any(one.frequency for one, _ in mine):
                schedule = None
            _leave_step(found, text, span)
            found.extend(
                (
                    one,
                    rows or people_in(text[one.lead : one.end]) or people_in(sentence) or place.people,
                    use_in(text[one.lead : one.end], uses) or use_in(sentence, uses) or place.use,
                )
                for one, rows in mine
            )
        elif limits := list(MAXIMUM_FREQUENCY.finditer(sentence)):
            found.extend((_capped(text, limit, span), people_in(sentence) or place.people, place.use) for limit in limits)
        elif found:
            _leave_step(found, text, span)
            found[-1] = (_extended(found[-1][0], text, span), *found[-1][1:])
    grids = _stretches(rows)
    outside = [item for item in found if not any(a <= item[0].figure[0] < b or a <= item[0].start < b for a, b in grids)]
    return [*(_regimen(place, text, one, people, use) for one, people, use in _loaded(outside)), *tabled]


def _stretches(rows: list[Row]) -> list[Span]:
    """Where the tables stand in the running text: what their rows say is not read from the text once more."""
    found: list[Span] = []
    for start, end in sorted((row.begin, row.end) for row in rows):
        if found and start - found[-1][1] < 160:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _tabled(place: Place, row: Row, uses: Uses) -> Regimen:
    """The regimen of one cell of a dosing table."""
    text = place.leaf.text
    banded = re.search(r"\bkg\b|\bage\b|years|months", row.who)  # a part on adults may hold the children's table too
    people = row.who if banded else ", ".join(filter(None, (place.titled, row.who))) or None
    named = use_in(row.use, uses) or row.use.lower() if row.use else use_in(row.who, uses)
    return Regimen(
        quote=text[row.start : row.end], indication=named or place.use or place.sole_use, population=people, phase=row.phase,
        product=product_in(place.leaf.title), route=place.route or route_in(text[row.start : row.end]), dose=row.dose, frequency=row.frequency,
        duration=row.duration, until=row.until, table=True, path=place.leaf.path,
    )  # fmt: skip


def _led(text: str, span: Span, lead_phase: str | None, before: Span) -> str | None:
    """The phase that an open list ("The recommended starting dosage is:") or a clause before a semicolon hands on."""
    previous = text[before[0] : before[1]].rstrip()
    if previous.endswith(":"):
        return phase_of(previous, "")
    if previous.endswith(";") and "maximum" in previous.lower():
        return "maximum"
    return lead_phase if is_item(text, span) else None


def _capped(text: str, limit: "re.Match[str]", span: Span) -> Candidate:
    """The most often that the product may be used ("not more than one time every 24 hours")."""
    times = number({"once": "one", "twice": "two"}.get((limit.group("n") or "once").lower(), limit.group("n") or "one"))
    unit = {"h": "h", "d": "d", "w": "wk", "m": "mo", "y": "a"}[(limit.group("unit") or limit.group("daily"))[0].lower()]
    period = number(limit.group("p")) if limit.group("p") else 1
    start, end = span[0] + limit.start(), span[0] + limit.end()
    dose = next((q.dose("dose") for q in amounts(text, start, end) if q.counted or q.unit in ("mg", "ug", "g")), None)
    return Candidate(
        lead=span[0], start=start, end=end, sentence=span, dose=dose, frequency=Frequency(times=times, period=period, unit=unit), phase="maximum"
    )


def _loaded(found: list[tuple[Candidate, str | None, str | None]]) -> list[tuple[Candidate, str | None, str | None]]:
    """The first plain dose after a loading dose is the maintenance dose, although its sentence does not call it so."""
    out = list(found)
    for place in range(1, len(out)):
        before, one = out[place - 1][0], out[place][0]
        if (
            before.phase == "loading"
            and one.phase is None
            and one.frequency
            and not one.frequency.once
            and one.sentence[0] - before.sentence[1] < 260
        ):
            out[place] = (msgspec.structs.replace(one, phase="maintenance"), *out[place][1:])
    return out


def _lone_schedule(text: str, span: Span) -> Frequency | None:
    """The schedule of a sentence that gives how often but not how much ("should be taken once daily in the morning")."""
    sentence = text[span[0] : span[1]]
    timed = [t for t in frequencies(text, *span) if t.kind in ("times", "every", "latin", "bare", "singledaily") and t.frequency]
    if not timed or not re.search(
        r"\b(?:should be|must be|is|are) (?:administered|given|taken|applied|injected)|^(?:administer|take|give|apply)\b"
        r"|following (?:single )?daily dose",
        sentence,
        re.IGNORECASE,
    ):
        return None
    return timed[0].frequency if timed and not re.search(r"increas|titrat|adjust|monitor|if |until", sentence, re.IGNORECASE) else None


def _leave_step(found: list[tuple[Candidate, str | None, str | None]], text: str, span: Span) -> None:
    """ "Increase after a minimum of 4 weeks" says how long the step that is being left lasts."""
    if not found or found[-1][0].duration is not None or found[-1][0].phase == "maximum":
        return
    if not re.search(r"\b(?:increas|titrat|escalat|rais)\w*|higher dose", text[span[0] : span[1]], re.IGNORECASE):
        return
    waits = [c for c in durations(text, *span) if c.kind == "after" and c.duration and c.duration.unit in ("d", "wk", "mo")]
    if waits:
        found[-1] = (msgspec.structs.replace(found[-1][0], duration=waits[0].duration), *found[-1][1:])


def _without_copies(leaf: Section, spans: list[Span], own: frozenset[str]) -> list[Span]:
    """The sentences without the short copies that end in a section number ("( 2.1 )"), where other sentences give doses in full."""
    copies = [bool(_COPY.search(leaf.text[a:b]) or _COPY_AHEAD.match(leaf.text[b : b + 14])) for a, b in spans]
    if not any(copies):
        return spans
    rest = [span for span, copy in zip(spans, copies, strict=True) if not copy]
    return rest if any(candidates(leaf.text, span, own) for span in rest if _is_numeric(leaf.text[slice(*span)])) else spans


def _rows(text: str, span: Span, mine: list[Candidate]) -> list[tuple[Candidate, str | None]]:
    """The candidates with the weight band of their table row, and the phase and course that the lost table's columns give them."""
    bands = bands_in(text[span[0] : span[1]])
    heads = _heads(text, span[0], mine[0].figure[0]) if mine else []
    if len(mine) < 2 or (len(bands) < 2 and not _is_grid(mine, heads)):
        return [(one, None) for one in mine]
    rows: list[tuple[Candidate, str | None]] = []
    column, last = -1, -1
    for one in mine:
        row = max((i for i, (at, _) in enumerate(bands) if span[0] + at < one.start), default=-1)
        column = (column + 1) % max(1, len(heads)) if row == last else 0
        last = row
        if len(heads) > 1:
            one = _in_column(text, one, heads, column)
        rows.append((one, bands[row][1] if row >= 0 and len(bands) > 1 else None))
    return rows


def _heads(text: str, start: int, stop: int) -> list["re.Match[str]"]:
    """The headings of the columns: those that stand together right before the rows (a caption further up is none)."""
    found = list(_COLUMN.finditer(text, start, stop))
    while len(found) > 1 and any(b.start() - a.end() > 40 for a, b in pairwise(found)):
        found = found[1:]
    return found


def _is_grid(mine: list[Candidate], heads: list["re.Match[str]"]) -> bool:
    """Whether bare doses stand in rows under two or more headed columns."""
    return len(heads) > 1 and len(mine) >= 2 * len(heads) and len(mine) % len(heads) == 0


def _in_column(text: str, one: Candidate, heads: list["re.Match[str]"], column: int) -> Candidate:
    """The dose with the phase of its column's heading, and the course that the heading states."""
    head = heads[column]
    stop = heads[column + 1].start() if column + 1 < len(heads) else min(one.figure[0], head.end() + 40)
    course = next((c.duration for c in durations(text, head.start(), stop)), None)
    return msgspec.structs.replace(one, phase=_COLUMNS[head.group().lower().split()[0].split("-")[0]], duration=course or one.duration)


def _extended(one: Candidate, text: str, span: Span) -> Candidate:
    """The candidate with the schedule or course that the next sentence gives it, when that sentence speaks of nothing else."""
    if span[0] - one.sentence[1] > 3 or one.phase == "maximum":
        return one
    sentence = text[span[0] : span[1]]
    timed = [t for t in frequencies(text, *span) if t.kind != "undivided"]
    courses = [c for c in courses_in(text, *span, timed) if c.kind != "after"]
    out = one
    if (
        one.frequency is None
        and timed
        and GIVEN.search(sentence)
        and timed[0].frequency
        and not re.search(r"increas|titrat|adjust|monitor|interval|escalat|\brate\b|increment|infus", sentence, re.IGNORECASE)
    ):
        out = msgspec.structs.replace(out, frequency=timed[0].frequency, end=timed[0].end, sentence=span)
    if one.duration is None and courses and _CONTINUED.search(sentence):
        out = msgspec.structs.replace(out, duration=courses[0].duration, end=max(out.end, courses[0].end), sentence=span)
    until = UNTIL.search(sentence)
    if one.until is None and until and _CONTINUED.search(sentence):
        out = msgspec.structs.replace(out, until=until.group(1).strip())
    return out


def _regimen(place: Place, text: str, one: Candidate, people: str | None, use: str | None) -> Regimen:
    start = one.lead if 0 <= one.start - one.lead <= 160 else one.start
    while start < one.start and not (text[start].isalnum() or text[start] in "(≥<>"):
        start += 1
    around = text[one.sentence[0] : one.sentence[1]]
    return Regimen(
        quote=text[start : one.end], indication=use or place.sole_use, population=people, phase=one.phase,
        product=one.strength or product_in(place.leaf.title),
        route=route_in(text[one.lead : one.end]) or place.route or route_in(around), dose=one.dose, alt_dose=one.alt_dose, frequency=one.frequency,
        duration=one.duration, until=one.until, when=one.when, path=place.leaf.path,
    )  # fmt: skip


def _distinct(found: list[Regimen]) -> tuple[Regimen, ...]:
    """Each regimen once: repetitions for the same people, and steps that land on a dose already entered, are left out."""
    kept: list[Regimen] = []
    for one in found:
        if any(_repeats(one, other) for other in kept):
            continue
        kept.append(one)
    return tuple(kept)


def _repeats(one: Regimen, other: Regimen) -> bool:
    if one.dose != other.dose or (one.population or "") != (other.population or "") or (one.indication or "") != (other.indication or ""):
        return False
    if one.phase == "titration" and one.dose and (one.frequency is None or one.frequency == other.frequency):
        return True
    return one.frequency == other.frequency and one.duration == other.duration and one.phase == other.phase

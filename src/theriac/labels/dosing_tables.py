"""The dosing tables of a label: one regimen per row and dose column, each quoted from the running text.

In flows a part of the dosage section with its tables, or with a table by weight or age whose lines were lost in the running text; out flow
`Row`s: who, how much, how often, how long. Tables on toxicity, preparation, volumes and missed doses are passed over, and so is every cell
whose unit or meaning its row and headings do not state.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from theriac.labels.document import Section, Table
from theriac.labels.quantities import amounts, form, number, unit
from theriac.labels.regimen_clauses import Candidate, candidates
from theriac.labels.regimen_words import is_drug_name, phase_of
from theriac.labels.schedules import durations, frequencies
from theriac.labels.statements import Dose, Duration, Frequency

_OTHER_MATTERS = re.compile(
    r"toxicit|adverse|severity|grade|reduction|restart|re-?initiat|missed|\bdelay(?!ed[- ]release)|needle|volume (?:of|to)"
    r"|infusion rate|vials? |prepar|dilut"
    r"|reconstitut|conversion|convert|withh|neutrophil|platelet|hemoglobin|withdraw|flow rate|mL/h|calculat|storage|supplied|strengths?\b"
    r"|trough|target concentration|half-life|titration schedule for other|dose levels?\b",
    re.IGNORECASE,
)
_MODIFIED = re.compile(r"modif", re.IGNORECASE)
_STANDING = re.compile(r"interact|concomitant|co-?administ|renal|hepatic|creatinine|CYP|inhibitor|inducer", re.IGNORECASE)
_DOSE_HEAD = re.compile(
    r"\bdos(?:e|es|age|ages|ing)\b|\bregimen\b|\brecommend|\bmg\b|\bmcg\b|\btablets?\b|\bcapsules?\b|\bunits?\b|\bdaily\b|\bloading\b"
    r"|\bmaintenance\b|\binitial\b|\bstarting\b|\bmaximum\b|\btarget\b|\bAdministration\b",
    re.IGNORECASE,
)
_UNIT_HEAD = re.compile(
    r"[(\[]\s*(?:in )?(?P<u>mg|mcg|µg|μg|g|mL|units?|IU|tablets?|capsules?|packets?|sprays?|patches)(?P<day>\s*/\s*day)?\s*[)\]]"
    r"|\b(?:number of|no\. of) (?:\w+ )?(?P<n>tablets?|capsules?|packets?|patches|sprays?|puffs?)\b|^(?P<bare>mg|mcg|mL)(?:/dose)?\b",
    re.IGNORECASE,
)
_NUMBER = r"(?:(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d))"
_VALUE = re.compile(rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|to)\s*(?P<high>{_NUMBER}))?")
_LENGTH_HEAD = re.compile(r"duration|length of|\bdays of\b", re.IGNORECASE)
_OFTEN_HEAD = re.compile(r"frequenc|interval|schedule|how often", re.IGNORECASE)
_USE_HEAD = re.compile(r"indication|infection|disease|condition|diagnosis|\buse\b|type of", re.IGNORECASE)
_MASSES = frozenset({"mg", "ug", "g", "units", "[iU]", "meq", "mmol"})
_GAP = 14  # characters that may stand between two cells of a row in the running text


_T = TypeVar("_T")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a dosing table with all that its row, its heading and the caption say of it."""

    begin: int  # where its table begins in the running text, with caption and headings
    start: int
    end: int
    who: str
    use: str = ""
    dose: Dose
    frequency: Frequency | None = None
    duration: Duration | None = None
    phase: str | None = None
    until: str | None = None


class _Column(msgspec.Struct, frozen=True):
    index: int
    head: str
    unit: str
    kind: str  # key | dose | duration | frequency | other


def table_rows(leaf: Section, own: frozenset[str]) -> list[Row]:
    """The rows of all dosing tables of a part, by the grids where it has them, else by tables found in its running text."""
    found: list[Row] = []
    at = 0
    for table in leaf.tables:
        rows = list(_of_table(leaf.text, table, own, at))
        if rows:
            at = min(row.start for row in rows)
            begin = _beginning(leaf.text, table, at)
            rows = [msgspec.structs.replace(row, begin=begin if row.start == at else row.start) for row in rows]
        found.extend(rows)
    return found or list(run_on_rows(leaf.text))


def _beginning(text: str, table: Table, at: int) -> int:
    """Where the table's caption, or else its first heading, stands before its first row."""
    head = next((cell for row in table.header for cell in row if cell), "")
    for words in (table.caption[:40].strip(), head):
        found = text.rfind(words, max(0, at - 900), at) if len(words) > 3 else -1
        if found >= 0:
            return found
    return at


def _of_table(text: str, table: Table, own: frozenset[str], at: int) -> Iterator[Row]:
    top, body = _parted(table)
    columns = _columns(top, body)
    doses = [column for column in columns if column.kind == "dose"]
    told = " ".join((table.caption, *(column.head for column in columns if column.kind in ("key", "dose"))))
    levels = any(re.search(r"dose levels?\b", column.head, re.IGNORECASE) for column in columns)
    if not doses or not body or levels or _OTHER_MATTERS.search(told) or (_MODIFIED.search(told) and not _STANDING.search(told)):
        return
    group = ""
    head = {column.index: column.head for column in columns if column.head}
    for row in body:
        if len({cell for cell in row if cell}) <= 1 or any(cell == head.get(index) for index, cell in enumerate(row) if index and cell):
            group = next((cell for cell in row if cell), "")
            continue
        for column in doses:
            cell = row[column.index] if column.index < len(row) else ""
            place = _place(text, row[: column.index + 1], at) if cell else None
            if place is None:
                continue
            last = max((c.index for c in columns if c.kind in ("duration", "frequency")), default=-1)
            wider = _place(text, row[: last + 1], at) if last > column.index else None
            place = wider if wider and wider[0] == place[0] else place
            about = _who(row, columns, column.index, group)
            if not _another_drug(row[0], columns, own):
                yield from _of_cell(cell, column, row, columns, place, about, (own, table.caption))


def _parted(table: Table) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The heading rows and the rows of data; without marked headings those at the top that hold no amount are headings."""
    rows = [row for row in table.rows if any(row)]
    if table.header:
        return list(table.header), rows
    first = 0
    while first < min(3, len(rows)) and _is_head(rows[first]):
        first += 1
    return rows[:first], rows[first:]


def _is_head(row: Sequence[str]) -> bool:
    cells = [cell for cell in row[1:] if cell and cell != row[0]]
    return bool(cells) and not any(_is_data(cell) for cell in cells)


def _is_data(cell: str) -> bool:
    """Whether a cell holds an amount or bare numbers; the strength of a mixture ("25 mg/5 mL") is a heading."""
    if re.fullmatch(r"[\d.,\s–-]+", cell):
        return True
    return any(q.rate != "mL" and cell[q.end : q.end + 3].strip()[:1] != "/" for q in amounts(cell, 0, len(cell)))


def _columns(head: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> list[_Column]:
    width = max((len(row) for row in (*head, *body)), default=0)
    columns: list[_Column] = []
    for index in range(width):
        words = " ".join(dict.fromkeys(row[index] for row in head if index < len(row) and row[index]))
        named = _UNIT_HEAD.search(words)
        columns.append(_Column(index, words, _unit_of(named), _kind(index, words, named, body, columns)))
    if any(c.kind == "dose" and _mass(c, body) for c in columns):
        columns = [_Column(c.index, c.head, c.unit, "other") if c.kind == "dose" and not _mass(c, body) else c for c in columns]
    return columns


def _unit_of(named: "re.Match[str] | None") -> str:
    if named is None:
        return ""
    counted = named.group("n")
    written = counted or named.group("u") or named.group("bare")
    return form(written) if counted or written.lower().startswith(("tab", "cap", "pack", "spray", "patch")) else unit(written)


def _kind(index: int, words: str, named: "re.Match[str] | None", body: Sequence[Sequence[str]], before: list[_Column]) -> str:
    if index == 0:
        return "key" if not re.match(r"\s*(?:recommended )?(?:dose|dosage|strength)\s*$", words, re.IGNORECASE) else "dose"
    if _LENGTH_HEAD.search(words) and not named:
        return "duration"
    cells = [row[index] for row in body if index < len(row) and row[index]]
    dosed = sum(1 for cell in cells if next(amounts(cell, 0, len(cell)), None) or (named and _VALUE.fullmatch(cell.strip(" *†‡a"))))
    if dosed and dosed * 2 >= len(cells) and _DOSE_HEAD.search(words):
        return "dose"
    if _OFTEN_HEAD.search(words):
        return "frequency"
    return "other" if any(column.kind == "dose" for column in before) else "key"


def _mass(column: _Column, body: Sequence[Sequence[str]]) -> bool:
    """Whether the column gives masses; volumes beside masses say the same dose again."""
    if column.unit:
        return column.unit in _MASSES or column.unit not in ("mL", "vial")
    cells = [row[column.index] for row in body if column.index < len(row)]
    return any(q.unit in _MASSES or q.counted for cell in cells for q in amounts(cell, 0, len(cell)))


def _place(text: str, cells: Sequence[str], at: int) -> tuple[int, int] | None:
    """Where the row's cells stand side by side in the running text, up to the last of them."""
    wanted = [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]
    start = text.find(wanted[0], at)
    for _ in range(12):
        if start < 0:
            break
        end = _run(text, start, wanted)
        if end is not None:
            return start, end
        start = text.find(wanted[0], start + 1)
    return _place(text, cells, 0) if at else _place(text, cells[1:], 0) if len(wanted) > 2 else None


def _run(text: str, start: int, wanted: Sequence[str]) -> int | None:
    end = start + len(wanted[0])
    for cell in wanted[1:]:
        following = text.find(cell, end, end + len(cell) + _GAP)
        if following < 0:
            return None
        end = following + len(cell)
    return end


def _another_drug(key: str, columns: Sequence[_Column], own: frozenset[str]) -> bool:
    """Whether the row doses a drug that is not the product; in a table on interactions the drugs named are what it is given with."""
    if any(column.kind == "key" and _STANDING.search(column.head) for column in columns) or not own:
        return False
    words = key.lower().split()
    return bool(words) and len(words) <= 3 and any(is_drug_name(word) and word not in own for word in words) and not own.intersection(words)


def _who(row: Sequence[str], columns: Sequence[_Column], index: int, group: str) -> tuple[str, str]:
    """The people (or the use) that the key cells and the group above the row name."""
    people: list[str] = []
    uses: list[str] = []
    for column in columns[:index]:
        cell = row[column.index] if column.index < len(row) else ""
        if column.kind != "key" or not cell:
            continue
        (uses if _USE_HEAD.search(column.head) else people).append(_worded(cell, column.head))
    return ", ".join(dict.fromkeys(filter(None, (group, *people)))), ", ".join(uses)


def _worded(cell: str, head: str) -> str:
    """A bare band with what it counts: "7.5 to 12.4" under "Body Weight (kg)" is a weight in kg."""
    plain, lowered = cell.lower(), head.lower()
    if ("weight" in lowered or "kg" in lowered) and re.search(r"\d", cell):
        return f"weight {cell}" if "kg" in plain else f"weight (kg) {cell}"
    if re.search(r"\bage\b", lowered) and re.search(r"\d", cell) and not re.search(r"year|month|week|day", plain):
        named = re.search(r"\b(years?|months?|weeks?)\b", lowered)
        return f"age {cell} {named.group(1) if named else 'years'}"
    if "creatinine" in lowered and "creatinine" not in plain:
        return f"creatinine clearance {cell}"
    return cell


def _of_cell(
    cell: str,
    column: _Column,
    row: Sequence[str],
    columns: Sequence[_Column],
    place: tuple[int, int],
    about: tuple[str, str],
    around: tuple[frozenset[str], str],
) -> Iterator[Row]:
    own, caption = around
    often = _beside("frequency", row, columns, _first) or _first(column.head) or _first(caption)
    long = _beside("duration", row, columns, _length) or _length(column.head)
    phase = phase_of(column.head, "") or phase_of(about[0], "")
    for one in _doses(cell, column, own):
        if one.dose is None:
            continue
        daily = one.dose.basis == "day"
        yield Row(
            begin=place[0], start=place[0], end=place[1], who=about[0], use=about[1], dose=one.dose, phase=one.phase or phase, until=one.until,
            frequency=one.frequency or (None if daily else often), duration=one.duration or long,
        )  # fmt: skip


def _beside(kind: str, row: Sequence[str], columns: Sequence[_Column], read: Callable[[str], _T | None]) -> _T | None:
    """What the row's cell under a heading of that kind says."""
    return next((read(row[column.index]) for column in columns if column.kind == kind and column.index < len(row)), None)


def _doses(cell: str, column: _Column, own: frozenset[str]) -> list[Candidate]:
    """The doses in one cell: as a clause of its own, as a bare amount, or as a number whose unit the heading gives."""
    span = (0, len(cell))
    found = [one for one in candidates(cell, span, own) if one.frequency or len(cell) <= 40]
    if found:
        return found
    first = next((q for q in amounts(cell, *span) if q.rate not in ("h", "min", "mL")), None)
    if first is not None and re.match(r"\W*(?:approximately |about )?$", cell[: first.start]):
        basis = "day" if first.rate == "day" else _basis(column)
        bare = Candidate(lead=0, start=0, end=len(cell), sentence=span, dose=first.dose(basis), frequency=_first(cell))
        return [bare] if len(cell) <= 60 else []
    value = _VALUE.fullmatch(cell.strip(" *†‡")) if column.unit else None
    if value is None:
        return []
    low = number(value.group("low"))
    high = number(value.group("high")) if value.group("high") else low
    return [Candidate(lead=0, start=0, end=len(cell), sentence=span, dose=Dose(low=low, high=high, unit=column.unit, basis=_basis(column)))]


def _basis(column: _Column) -> str:
    """A "daily dose" without a number of times is a daily total."""
    total = re.search(r"\b(?:total daily|daily (?:dose|dosage))|/\s*day\b", column.head, re.IGNORECASE)
    return "day" if total and _first(column.head) is None else "dose"


def _first(text: str) -> Frequency | None:
    return next((t.frequency for t in frequencies(text, 0, len(text)) if t.frequency and t.frequency.times), None)


def _length(text: str) -> Duration | None:
    said = text if re.search(r"\b(?:for|during|up to)\b", text, re.IGNORECASE) else f"for {text}"
    return next((t.duration for t in durations(said, 0, len(said)) if t.kind != "after"), None)


_BAND = (
    rf"(?:(?:less than|greater than|more than|up to|at least|over|under|≥|≤|<|>)\s*{_NUMBER}(?:\s*(?:kg|years?|months?))?"
    rf"(?:\s*(?:to|-|–)\s*(?:less than\s*|<\s*|≤\s*)?{_NUMBER}(?:\s*(?:kg|years?|months?))?)?"
    rf"|{_NUMBER}(?:\s*(?:kg|years?|months?))?\s*(?:to|through|-|–)\s*(?:less than\s*|<\s*|≤\s*)?{_NUMBER}(?:\s*(?:kg|years?|months?))?"
    rf"|{_NUMBER}(?:\s*(?:kg|years?|months?))?\s*(?:(?:and|or)\s*(?:below|above|over|greater|more|less|lower|older|heavier)|\+))"
)
_CELL = rf"(?:{_NUMBER}(?:\s*(?:-|–)\s*{_NUMBER})?(?!\s*(?:kg|to|through|-|–|and|or|years?|months?)\b|\s*[-–+%]))"
_LOST_ROWS = re.compile(rf"(?<![\w.,])(?:{_BAND}(?:\s+{_CELL}){{1,3}}\s*){{3,}}", re.IGNORECASE)
_LOST_ROW = re.compile(rf"(?P<band>{_BAND})(?P<cells>(?:\s+{_CELL}){{1,3}}?)(?=\s*(?:{_BAND}|$))", re.IGNORECASE)
_HEADING_REACH = 260
_FEWEST = 3


def run_on_rows(text: str) -> Iterator[Row]:
    """The rows of tables by weight or age that stand in the running text without their lines: "7.5 to 12.4 400 12.5 to 17.4 600 …"."""
    if "kg" not in text and "Kg" not in text and "ge (" not in text and " age" not in text:
        return
    for found in _LOST_ROWS.finditer(text):
        head = text[max(0, found.start() - _HEADING_REACH) : found.start()].rsplit(". ", 1)[-1]
        keyed = re.search(r"weight|\bkg\b|\bage\b", head, re.IGNORECASE)
        if not keyed or _OTHER_MATTERS.search(head[keyed.start() :]):
            continue
        yield from _lost_rows(found, head)


def _lost_rows(found: "re.Match[str]", head: str) -> Iterator[Row]:
    every = [(row, re.findall(rf"{_NUMBER}(?:\s*[-–]\s*{_NUMBER})?", row.group("cells"))) for row in _LOST_ROW.finditer(found.group())]
    width = len(every[0][1])
    rows = [(row, cells) for row, cells in every if len(cells) == width]
    units = [_unit_of(named) for named in _UNIT_HEAD.finditer(head) if named.group("u") or named.group("n")]
    units = units[len(units) % width :]
    if not units or len(rows) < _FEWEST or len(rows) * 3 < len(every) * 2:
        return
    often = list(dict.fromkeys(t.frequency for t in frequencies(head, 0, len(head)) if t.frequency and t.frequency.times))
    weight = re.search(r"weight|\bkg\b", head, re.IGNORECASE)
    for row, cells in rows:
        for index, cell in enumerate(cells):
            value = _VALUE.fullmatch(cell)
            if value is None or (units[index] == "mL" and set(units[:width]) & _MASSES):
                continue
            low = number(value.group("low"))
            dose = Dose(low=low, high=number(value.group("high")) if value.group("high") else low, unit=units[index], basis="dose")
            who = _worded(row.group("band").strip(), "weight" if weight else "age")
            said = often[index] if len(often) == width else often[0] if len(often) == 1 else None
            yield Row(
                begin=found.start() - len(head), start=found.start() + row.start(), end=found.start() + row.end(), who=who, dose=dose, frequency=said
            )

"""A table's header flows in; what each column holds flows out: the arm, its size, the grade, whether it is the comparator.

It judges by the header's words only (N=, %, "Placebo", "Grade 3-4", the product's own names). A column it cannot name keeps its
header's text.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from theriac.labels.document import Table

_NUMBER = r"\d{1,3}(?:\.\d+)?"
_VALUE = re.compile(
    rf"\s*(?:(?P<n>\d[\d,]*)\s*/\s*(?P<total>\d[\d,]*)\s*[(\[]\s*(?P<op1>[<>≤≥])?\s*(?P<p1>{_NUMBER})\s*%?\s*[)\]]"
    rf"|(?P<p2>{_NUMBER})\s*%\s*[(\[]\s*(?P<n2>\d[\d,]*)\s*(?:/\s*(?P<total2>\d[\d,]*))?\s*[)\]]"
    rf"|(?P<n3>\d[\d,]*)\s*[(\[]\s*(?P<op3>[<>≤≥])?\s*(?P<p3>{_NUMBER})\s*%?\s*[)\]]"
    rf"|(?P<n4>\d[\d,]*)\s*/\s*(?P<total4>\d[\d,]*)"
    rf"|(?P<op5>[<>≤≥]|less than)?\s*(?P<p5>\d{{1,4}}(?:\.\d+)?)\s*(?P<sign>%)?(?:\s*[(\[]\s*(?P<p6>{_NUMBER})\s*%?\s*[)\]])?)\s*[*†‡§¶#a-f]?\s*",
)
_SIZE = re.compile(r"[(\[]?\s*\b[Nn]\s*=\s*(?P<total>\d[\d,]*)\s*[)\]]?")
_GRADE = re.compile(
    r"\(?\b(?:All[- ]?Grades?|Any[- ]Grades?|Grades?\s*(?:[≥>]\s*)?\d(?:\s*(?:[-–/,]|to|and|or)\s*\d)*|[≥>]\s*Grade\s*\d"
    r"|CTC(?:AE)? Grades?\s*[\d≥ /–-]+|Severe|Serious|Mild|Moderate|Any severity|All severit\w+)\)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\bn\s*\(\s*%\s*\)|%\s*\(\s*n\s*\)|\(\s*%\s*\)|(?<!\d)%|\bpercent(?:age)?(?: of)?(?: patients| subjects)?|\bn\b(?=\s*$)"
    r"|(?:number|no\.?) (?:\(%\) )?of (?:patients|subjects)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"\b(?:placebo|vehicle|sham|control|comparator|no treatment|observation|untreated)\b", re.IGNORECASE)
_LABEL_HEAD = re.compile(
    r"(?:body system|system organ class|adverse|preferred term|reaction|event|term|parameter|side effect|laboratory|abnormalit|symptom)",
    re.IGNORECASE,
)
_REACTION_WORDS = re.compile(
    r"\b(?:all\s+)?(?:treatment[- ]emergent\s+)?adverse\s+(?:drug\s+)?(?:reactions?|events?|experiences?)\s?[a-h0-9]?(?=\W|$)", re.IGNORECASE
)
GROUP = re.compile(
    r".*\b(?:disorders?|investigations?|infestations|conditions?|complications|body as a whole|systems?|general|chemistry"
    r"|hematology|haematology|procedures)\W*(?:\([^)]*\))?\W*",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\d[\d.,]*\s*(?:mg|mcg|µg|g|%|units?|mL|IU)(?:\s*/\s*(?:kg|m2|day|mL|week|d|h))*(?:\s+(?:once|twice|three times|every"
    r"|daily|weekly|per)\b[\w\s]{0,20})?",
    re.IGNORECASE,
)


_NO_RATE = re.compile(
    r"p[- ]?value|\bhazard|\bratio\b|\bdifference\b|person|patient[- ]years?|per\s+1,?0+|confidence|\bCI\b|relative|\bodds\b"
    r"|\bmean\b|\bmedian\b|\brange\b|number\s+of\s+events",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:of|by|in)\s+)?(?:(?:patients|subjects)\s+)?(?:(?:reporting|experiencing|with)\s+)?(?:(?:reactions?|events?)\s+)?(?=\S)",
    re.IGNORECASE,
)


class Column(msgspec.Struct, frozen=True):
    """One column of numbers."""

    index: int
    arm: str
    grade: str | None
    total: int | None
    unit: str  # percent | count | "" when the header does not say
    comparator: bool
    own: bool
    exposure: str | None


class Grid(msgspec.Struct, frozen=True):
    """A table cut into its caption, its columns of numbers and its rows of data."""

    caption: str
    columns: tuple[Column, ...]
    label: int
    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=20_000)
def value_in(cell: str) -> re.Match[str] | None:
    """The cell as a value (a count, a percentage, both), or None."""
    return _VALUE.fullmatch(cell)


def grid_of(table: Table, names: Sequence[str]) -> Grid | None:
    """The table's grid, or None when it has no column of numbers beside a column of words."""
    lines = [*table.header, *table.rows]
    first = next((index for index, row in enumerate(lines) if index >= len(table.header) and _has_values(row)), None)
    if first is None:
        return None
    body = tuple(tuple(row) for row in lines[first:])
    numbered = _numbered(body)
    if not numbered or numbered[0] == 0:
        return None
    heads = lines[:first]
    caption = " ".join([table.caption, *(row[0] for row in heads if row and len(set(row)) == 1 and not GROUP.fullmatch(row[0]))]).strip()
    split = [row for row in heads if len({cell for cell in row if cell}) > 1]
    columns = _columns(numbered, split, caption, names)
    return Grid(caption, columns, numbered[0] - 1, body)


def _has_values(row: Sequence[str]) -> bool:
    """Whether the row has a label in words and at least one cell that is a value."""
    if len(row) < 2 or len(set(row)) == 1 or not re.search("[A-Za-z]{3}", row[0] + row[1]):
        return False
    return any(cell and value_in(cell) for cell in row[1:]) and not re.match(r"\s*(?:[Nn]\s*=|\d+\s*$)", row[0])


def _numbered(body: Sequence[Sequence[str]]) -> list[int]:
    """The columns of which at least a third of the filled cells are values."""
    width = max(len(row) for row in body)
    telling = [row for row in body if len(set(row)) > 1]
    found = []
    for index in range(width):
        cells = [row[index] for row in telling if index < len(row) and row[index].strip()]
        values = sum(1 for cell in cells if value_in(cell))
        if values and values * 3 >= len(cells):
            found.append(index)
    return found


def _columns(numbered: Sequence[int], heads: Sequence[Sequence[str]], caption: str, names: Sequence[str]) -> tuple[Column, ...]:
    words = {index: _head_words(heads, index) for index in numbered}
    columns = [_column(index, head, caption, names) for index, head in words.items() if not _NO_RATE.search(" ".join(head))]
    if any(column.own for column in columns):
        columns = [msgspec.structs.replace(c, comparator=c.comparator or (not c.own and bool(c.arm) and not c.exposure)) for c in columns]
    return tuple(columns)


def _head_words(heads: Sequence[Sequence[str]], index: int) -> list[str]:
    return list(dict.fromkeys(row[index].strip() for row in heads if index < len(row) and row[index].strip()))


def _column(index: int, words: list[str], caption: str, names: Sequence[str]) -> Column:
    text = " ".join(words)
    size, grade, unit = _SIZE.search(text), _GRADE.search(text), _UNIT.search(text)
    arm = _clean(_UNIT.sub(" ", _GRADE.sub(" ", _SIZE.sub(" ", text))))
    lowered = arm.lower()
    own = any(name in lowered for name in names)
    dose = _DOSE.search(arm)
    return Column(
        index=index,
        arm=arm,
        grade=grade[0].strip("() ") if grade else None,
        total=int(size["total"].replace(",", "")) if size else None,
        unit=_unit(unit[0] if unit else "", text, caption),
        comparator=bool(_CONTROL.search(arm)) and not own,
        own=own,
        exposure=dose[0].strip() if dose else None,
    )


def _unit(written: str, text: str, caption: str) -> str:
    """percent where the header or the caption counts in percent, count where the header counts patients."""
    if "%" in written or "percent" in written.lower() or "%" in text:
        return "percent"
    if written:
        return "count"
    return "percent" if re.search(r"%|\bpercent|\bincidence|\brate", caption, re.IGNORECASE) else ""


def _clean(text: str) -> str:
    """The arm's name without what the header says about units and reactions."""
    text = _REACTION_WORDS.sub(" ", text)
    text = _LABEL_HEAD.sub("", text) if re.fullmatch(r"(?:\W|all|most|common|drug|adverse|reactions?|events?)*", text, re.IGNORECASE) else text
    text = _LEAD.sub("", text.strip())
    return " ".join(re.sub(r"[()\[\]]\s*[()\[\]]", " ", text).split()).strip(" ,;:-–()†‡*").removesuffix(" a").removesuffix(" b").removesuffix(" c")


def comparator_for(column: Column, columns: Iterable[Column]) -> Column | None:
    """The comparator column of the same grade: the only one, or the one on placebo or vehicle; None when it is not clear."""
    same = [c for c in columns if c.comparator and c.grade == column.grade and c.index != column.index]
    if len(same) > 1:
        control = [c for c in same if _CONTROL.search(c.arm)]
        nearest = [c for c in control if c.index > column.index] or control
        return nearest[0] if len(control) == 1 or (nearest and _alternating(columns)) else None
    return same[0] if same else None


def _alternating(columns: Iterable[Column]) -> bool:
    """Whether arms and comparators take turns, one pair per trial."""
    flags = [c.comparator for c in columns]
    return len(flags) % 2 == 0 and all(first != second for first, second in zip(flags[::2], flags[1::2], strict=True))

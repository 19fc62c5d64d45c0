"""Tables of adverse reactions flow in; one row per reaction and arm flows out, with numerator, denominator, percent and the
comparator's percent.

Group headings, totals and rows about patients are left out. Nothing is computed from other cells: a cell that gives only a percentage
has no numerator.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from theriac.labels.document import Table
from theriac.labels.reaction_columns import GROUP, Column, Grid, comparator_for, grid_of, value_in
from theriac.labels.reaction_phrases import Phrase, phrases_of, words_of
from theriac.labels.reaction_words import BODY, CHANGE, HEAD, MEASURE, REACTION, lexicon

_TOTAL = re.compile(
    r"(?:any|all|events?|total|overall|patients?|subjects|number|percent\w*|at least|discontinu\w*|mean|median|baseline|no\b|none|n\b"
    r"|one or more|age|sex|male|female|treatment|duration|with|without|"
    r"adverse (?:reactions?|events?)|serious adverse|preferred|body system|system organ)\b.*",
    re.IGNORECASE,
)
_N_OF = re.compile(r"\b[Nn]\s*=\s*(\d[\d,]*)")
NAMING = REACTION | HEAD | CHANGE | BODY | MEASURE
_WORD = re.compile(r"[a-z][a-z'-]+")
_NOTE = re.compile(r"(?:[*†‡§¶#@$%^+~]|\s[a-h](?:,\s?[a-h])+|\s\(?[a-h1-9]\)?|[\u00b9\u00b2\u00b3\u2070-\u2079]|(?<=[a-z])\d(?:,\d)*|,)+\s*$")
_INCLUDES = re.compile(r"\s*(?:includes?\b|including\b|\bIncludes|[(\[](?:includ|e\.g|primarily|see|defined|all|any)).*", re.IGNORECASE)
_DISEASE = re.compile(
    r"\b(?:patients|subjects|adults|women|men|children|adolescents|trials?|stud(?:y|ies)|treatment)\s+(?:\w+\s+)?(?:with|for|in|of)\s+(?:the\s+treatment\s+of\s+)?(?P<name>[A-Za-z][^,.;:()\[\]\n]{1,70}?)"
    r"(?=\s+(?:in|who|treated|receiving|and\s+(?:at|occurring|with|more|higher|greater)|at|during|from|\(|on|with|reported|study|trial|stud|by|for|than|was|were|arm|group|patients|compared)\b|[,.;:()\[\]]|\s+[–-]\s|$)",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\b(?:for|in)\s+(?:the\s+treatment\s+of\s+)?(?P<name>[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+){0,5}(?:\s+\((?:Adults|Pediatric)[^)]*\))?)\s*(?:\(|$|[,.;])"
)
_BEFORE_TRIALS = re.compile(r"\bin\s+(?:the\s+)?(?P<name>[a-z][a-z -]{3,50}?)\s+(?:clinical\s+)?(?:trials?|stud(?:y|ies))\b")
_NO_DISEASE = re.compile(
    r"^(?:the|a|an|at|any|each|least|placebo|clinical|controlled|greater|more|adverse|table|trials?|study|studies|patients|combination|all|active|open|double|adult|pediatric)\b"
    r"|treated\b|\bpatients\b|\b(?:stud(?:y|ies)|trials?|arms?|groups?|previously|uncontrolled|monotherapy|women|men|children|receiving|parameters)\b|^[A-Z]{3,}[A-Z0-9+-]*-\d+|\+|^[A-Z]+-[A-Z]+$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\b(?:(?:adult|pa?ediatric|geriatric|elderly|adolescent|postmenopausal|healthy|female|male)\s+(?:and\s+(?:adult|pa?ediatric|adolescent)\s+)?(?:patients|subjects|women|men|females|males|volunteers)(?:\s+\(?(?:aged?\s+)?\d[\w\s<>≥-]{0,24}(?:years|months)(?:\s+of\s+age)?)?|children|adolescents|adults)\b",
    re.IGNORECASE,
)


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One value as read."""

    numerator: int | None = None
    denominator: int | None = None
    percent: float | None = None
    operator: str | None = None


class TableReaction(msgspec.Struct, frozen=True):
    """One reaction in one arm of one table."""

    term: str
    row: tuple[str, ...]
    arm: str | None
    grade: str | None
    exposure: str | None
    cell: Cell
    comparator: Cell | None
    comparator_arm: str | None
    population: str | None


def table_reactions(table: Table, names: Sequence[str]) -> tuple[str, list[TableReaction]]:
    """The caption and the reactions of a table; no reactions when the table is about something else."""
    grid = grid_of(table, names)
    if grid is None:
        return table.caption, []
    labelled = [(row, _label(row, grid)) for row in grid.rows]
    if not _about_reactions(grid, [label for _, label in labelled if label]):
        return grid.caption, []
    return grid.caption, list(_rows(grid, labelled))


def disease_of(caption: str, names: Sequence[str] = ()) -> str | None:
    """The disease that a caption or a title says the trial was in; never the product, a study's name or a group of patients."""
    match = _DISEASE.search(caption) or _FOR.search(caption)
    name = " ".join(match["name"].split()) if match else ""
    if match is None or len(name) < 2 or _NO_DISEASE.search(name) or any(own in name.lower() for own in names):
        return _disease_before_trials(caption)
    return name if "with" in match[0].lower().split() or not name.isupper() else None


def _disease_before_trials(caption: str) -> str | None:
    """The disease in "in the actinic keratosis trials", when its words are those of a disease."""
    match, known = _BEFORE_TRIALS.search(caption), lexicon()
    if match is None or not any(known[word] & (REACTION | HEAD) for word in match["name"].split()):
        return None
    return match["name"]


def people_of(caption: str) -> str | None:
    """The population that a caption names ("pediatric patients 2 to 17 years")."""
    match = _PEOPLE.search(caption)
    return " ".join(match[0].split()).lower() if match else None


def table_start(text: str, caption: str) -> int:
    """Where the table begins in the running text, by the beginning of its caption; 0 when that is not found."""
    found = text.find(caption[:40]) if len(caption) > 8 else -1
    return max(found, 0)


def row_span(text: str, row: Sequence[str], at: int) -> tuple[int, int]:
    """Where the row stands in the running text, searched from `at`: its label and the cells that follow close behind; an empty span when
    it stands nowhere."""
    label = next((cell for cell in row if cell), "")
    start = text.find(label, at)
    if start < 0:
        label = cleaned(label)
        start = text.find(label, at)
    if start < 0 or not label:
        start = text.find(label) if label else -1
        if start < 0:
            return 0, 0
        return start, start + len(label)
    end = start + len(label)
    for cell in row[1:]:
        following = text.find(cell, end, end + len(cell) + 12) if cell else -1
        if following >= 0:
            end = following + len(cell)
    return start, end


def _label(row: Sequence[str], grid: Grid) -> str:
    """The reaction's name in the row, cleaned of footnote marks; empty for headings, totals and rows without a name."""
    if len(set(row)) == 1:
        return ""
    raw = next((row[index] for index in range(min(grid.label, len(row) - 1), -1, -1) if row[index].strip()), "")
    text = cleaned(raw)
    return "" if not text or _TOTAL.fullmatch(text) or (GROUP.fullmatch(text) and not _one_reaction(text)) else text


def _one_reaction(text: str) -> bool:
    """Whether a label that looks like a group's heading is a reaction after all ("sleep disorder")."""
    return len(text.split()) <= 3 and not text.lower().endswith(
        ("disorders", "investigations", "conditions", "systems", "system", "general", "chemistry", "hematology", "complications")
    )


def cleaned(raw: str) -> str:
    """The label without footnote marks, and without the letter of one stuck to its last word ("Fatiguea")."""
    text = (_INCLUDES.sub("", raw) if "nclud" in raw or "NCLUD" in raw or "(" in raw or "[" in raw else raw).strip(" \t-–•*,:;")
    if not text[-2:].isalpha():  # a footnote's mark never ends in two letters
        text = _NOTE.sub("", text).strip(" -–•*,:;")
    words = text.split()
    if not words:
        return ""
    last, known = words[-1].lower(), lexicon()
    if len(last) > 4 and last[-1] in "abcdefghijklm" and not known[last] & NAMING and known[last[:-1]] & NAMING:
        words[-1] = words[-1][:-1]
    return " ".join(words)


def _about_reactions(grid: Grid, labels: Sequence[str]) -> bool:
    """Whether at least half of the rows name reactions."""
    if not labels:
        return False
    known = lexicon()
    named = sum(1 for label in labels if any(known[word] & (REACTION | HEAD | CHANGE) for word in _WORD.findall(label.lower())))
    return named * 2 >= len(labels)


def _rows(grid: Grid, labelled: Sequence[tuple[tuple[str, ...], str]]) -> Iterator[TableReaction]:
    totals: dict[int, int] = {}
    population: str | None = None
    for row, label in labelled:
        if not label:
            found = _sizes(row)
            totals.update(found)
            population = _group_of_people(row) or population
            continue
        for term, cells in _terms(row, label, grid):
            yield from _arms(term, row, cells, grid.columns, totals, population)


def _sizes(row: Sequence[str]) -> dict[int, int]:
    """Arm sizes that a row inside the table gives anew ("(N=737)")."""
    found = {}
    for index, cell in enumerate(row):
        match = _N_OF.search(cell) if "=" in cell else None
        if match:
            found[index] = int(match[1].replace(",", ""))
    return found


def _group_of_people(row: Sequence[str]) -> str | None:
    cells = {cell.strip() for cell in row if cell.strip()}
    only = next(iter(cells)) if len(cells) == 1 else ""
    return only.lower() if re.search(r"\b(?:fe)?males?\b|\bwomen\b|\bmen\b|\bchildren\b|\badults\b|\bpediatric\b", only, re.IGNORECASE) else None


def _terms(row: Sequence[str], label: str, grid: Grid) -> Iterator[tuple[str, dict[int, str]]]:
    """The label with its cells; a cell that holds several reactions and as many numbers is taken apart."""
    cells = {column.index: row[column.index].strip() for column in grid.columns if column.index < len(row)}
    if all(not cell or value_in(cell) for cell in cells.values()):
        yield _term(label), cells
        return
    phrases: list[Phrase] = phrases_of(words_of(label))
    split = {index: re.findall(r"[<>≤≥]?\s?\d+(?:\.\d+)?(?:\s?%)?(?:\s?\([<\d.% ]+\))?", cell) for index, cell in cells.items()}
    if len(phrases) > 1 and all(len(values) == len(phrases) for values in split.values()):
        for position, phrase in enumerate(phrases):
            yield phrase.name, {index: values[position].strip() for index, values in split.items()}
    elif any(value_in(cell) for cell in cells.values()):
        yield _term(label), cells


def _term(label: str) -> str:
    """The label in lower case, or the phrase in it where words around it are not part of the name."""
    return " ".join(label.split()).lower()


def _arms(
    term: str, row: tuple[str, ...], cells: dict[int, str], columns: Sequence[Column], totals: dict[int, int], population: str | None
) -> Iterator[TableReaction]:
    read = {column.index: _cell(cells.get(column.index, ""), column, totals.get(column.index, column.total)) for column in columns}
    for column in columns:
        cell = read[column.index]
        if cell is None or column.comparator:
            continue
        against = comparator_for(column, columns)
        yield TableReaction(
            term,
            row,
            column.arm or None,
            column.grade,
            column.exposure,
            cell,
            read[against.index] if against else None,
            against.arm if against else None,
            population,
        )


def _cell(text: str, column: Column, total: int | None) -> Cell | None:
    """The value in a cell; a bare number is a percentage only where the header or caption counts in percent."""
    match = value_in(text) if text else None
    if match is None:
        return None
    if match["n"] or match["n4"]:
        numerator, of = match["n"] or match["n4"], match["total"] or match["total4"]
        if int(numerator.replace(",", "")) > int(of.replace(",", "")):
            return None  # events per patients, no rate
        return Cell(_whole(numerator), _whole(of), _decimal(match["p1"]), _sign(match["op1"], match["p1"]))
    if match["p2"]:
        return Cell(_whole(match["n2"]), _whole(match["total2"]) or total, _decimal(match["p2"]), "=")
    if match["n3"]:
        return _count_and_percent(match, column, total)
    return _bare(match, column, total)


def _count_and_percent(match: re.Match[str], column: Column, total: int | None) -> Cell | None:
    """ "29 (6.5)" is 29 patients and 6.5 % when the numbers agree with the arm's size, else only the percentage is sure."""
    count, percent = _whole(match["n3"]), _decimal(match["p3"])
    if count is None or percent is None:
        return None
    if total and not match["op3"]:
        if abs(count * 100 / total - percent) <= max(1.5, percent * 0.15):
            return Cell(count, total, percent, "=")
        if abs(percent * 100 / total - count) <= 1.5 and percent.is_integer():
            return Cell(int(percent), total, float(count), "=")
        return Cell(None, total, percent, "=") if column.unit == "percent" and count > 100 else None
    if column.unit or match["op3"] or count > 100:
        return Cell(count, total, percent, _sign(match["op3"], match["p3"]))
    return None


def _bare(match: re.Match[str], column: Column, total: int | None) -> Cell | None:
    value = _decimal(match["p5"])
    if value is None:
        return None
    if (match["sign"] or column.unit == "percent" or match["op5"]) and value <= 100:
        return Cell(None, total, value, _sign(match["op5"], match["p5"]))
    if column.unit == "count" and value.is_integer() and (total is None or value <= total):
        return Cell(int(value), total)
    return None


def _whole(text: str | None) -> int | None:
    return int(text.replace(",", "")) if text else None


def _decimal(text: str | None) -> float | None:
    return float(text) if text else None


def _sign(operator: str | None, value: str | None) -> str | None:
    if value is None:
        return None
    return "<" if operator == "less than" else operator or "="

"""A label flows in, its adverse reactions flow out: name, rate by arm, frequency words, severity, setting, each with an exact quote and its section.

Reads boxed warnings, warnings and precautions, and the section on adverse reactions: tables by row and arm, sentences and lists by the grammar of `reaction_phrases`. It never adds a
reaction from outside knowledge, never computes a rate, never pools trials.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.findings import NOT_READ, SECTION_ABSENT, Absence, Reaction
from theriac.labels.frequency_words import Bands, Places
from theriac.labels.reaction_context import claimed
from theriac.labels.reaction_names import normal_name
from theriac.labels.reaction_phrases import Phrase, phrases_of, words_of
from theriac.labels.reaction_rates import Rate, rate_beside
from theriac.labels.reaction_tables import TableReaction, disease_of, people_of, table_reactions
from theriac.labels.reaction_wording import is_local, quote_around, resolves, severity_before, severity_of_grade

READ = ("boxed_warning", "warnings_and_precautions", "warnings", "precautions", "adverse_reactions")


def read_reactions(document: LabelDocument) -> tuple[Reaction, ...]:
    """The reactions the label states, in its order, tables first within a section; repeated bare mentions are given once."""
    product = next(iter(document.brand_names or document.generic_names), None)
    names = tuple(sorted({name.lower() for name in (*document.brand_names, *document.generic_names, *document.substances) if len(name) > 3}))
    found: list[Reaction] = []
    for key in ("adverse_reactions", "boxed_warning", "warnings_and_precautions", "warnings", "precautions"):
        for section in sections_of(document, key):
            for leaf in leaves(section):
                found.extend(_of_leaf(leaf, product, names, section))
    return tuple(_once(found))


def reactions_absent(document: LabelDocument) -> Absence | None:
    """Why the label has no reactions to show, if it has none: no section, or a section that could not be read."""
    sections = sections_of(document, "adverse_reactions")
    if not sections:
        return Absence(what="adverse_reactions", kind=SECTION_ABSENT)
    if any(section.text.strip() or section.tables for section in sections):
        return None
    return Absence(what="adverse_reactions", kind=NOT_READ, path=sections[0].path)


def _of_leaf(leaf: Section, product: str | None, names: Sequence[str], section: Section) -> Iterator[Reaction]:
    """The reactions of one part that holds each sentence once."""
    boxed = section.key == "boxed_warning"
    place = " ".join(part for part in (leaf.number or section.number, leaf.title or section.title) if part)
    tables = leaf.tables or (section.tables if leaf is section else ())
    spans: list[tuple[int, int]] = []
    if section.key == "adverse_reactions":
        for table in tables:
            caption, rows = table_reactions(table, names)
            yield from _of_table(leaf, caption, rows, product, place, spans)
    yield from _of_text(leaf, product, place, boxed, spans)


def _of_table(leaf: Section, caption: str, rows: Iterable[TableReaction], product: str | None, place: str, spans: list[tuple[int, int]]) -> Iterator[Reaction]:
    indication = disease_of(caption) or disease_of(leaf.title)
    people = people_of(caption) or people_of(leaf.title)
    severe = severity_of_grade(caption)
    at, quoted, quote = 0, (), ""
    for row in rows:
        if row.row != quoted:
            quoted = row.row
            start, quote = _row_quote(leaf.text, row.row, at)
            if start >= 0:
                at = start
                spans.append((start, start + len(quote)))
        cell, against = row.cell, row.comparator
        yield Reaction(
            term=row.term,
            quote=quote,
            product=product,
            indication=indication,
            population=row.population or people,
            arm=row.arm,
            exposure=row.exposure,
            grade=row.grade,
            setting="trial",
            numerator=cell.numerator,
            denominator=cell.denominator,
            percent=cell.percent,
            operator=cell.operator,
            comparator_percent=against.percent if against else None,
            comparator_arm=row.comparator_arm,
            comparator_operator=against.operator if against and against.operator != "=" else None,
            normalised=normal_name(row.term),
            severity=severity_of_grade(row.grade or "") or (severe if row.grade is None else None),
            local=is_local(row.term, ""),
            section=place,
            path=leaf.path,
        )


def _row_quote(text: str, row: Sequence[str], at: int) -> tuple[int, str]:
    """The row as it stands in the running text: all cells, else its label; else the label alone, found nowhere."""
    cells = [cell for index, cell in enumerate(row) if cell and (index == 0 or cell != row[index - 1] or cell[0].isdigit() or cell[0] in "<≤(")]
    for glue in (" ", " | "):
        line = glue.join(cells)
        start = text.find(line, at)
        if start < 0:
            start = text.find(line)
        if start >= 0:
            return start, line
    label = next((cell for cell in row if cell), "")
    start = text.find(label, at)
    return start, label


def _of_text(leaf: Section, product: str | None, place: str, boxed: bool, spans: list[tuple[int, int]]) -> Iterator[Reaction]:
    text = leaf.text
    words = words_of(text)
    phrases = claimed(words, phrases_of(words))
    if not phrases:
        return
    bands, places = Bands(text), Places(text, leaf.title, parts=leaf.key == "adverse_reactions")
    begin = _after_title(leaf)
    taken = sorted(spans)
    at = 0
    for phrase in phrases:
        while at < len(taken) and taken[at][1] <= phrase.start:
            at += 1
        if phrase.start < begin or (at < len(taken) and taken[at][0] <= phrase.start):
            continue
        yield _mention(leaf, phrase, bands, places, product, place, boxed)


def _after_title(leaf: Section) -> int:
    """Where the text goes on after its number and title: a heading states nothing."""
    if not leaf.title:
        return 0
    start = leaf.text.find(leaf.title, 0, len(leaf.title) + 24)
    return start + len(leaf.title) if start >= 0 else 0


def _mention(leaf: Section, phrase: Phrase, bands: Bands, places: Places, product: str | None, place: str, boxed: bool) -> Reaction:
    text = leaf.text
    rate = rate_beside(text, phrase.start, phrase.end)
    stretch = bands.at(phrase.start)
    first, last = quote_around(text, phrase.start, max(phrase.end, rate.end if rate else 0))
    sentence = text[first:last]
    shown = rate or Rate(phrase.end)
    if rate is None and stretch is not None and stretch.percent is not None:
        shown = Rate(phrase.end, stretch.percent, stretch.operator)
    return Reaction(
        term=phrase.name,
        quote=sentence,
        product=product,
        indication=places.indication(phrase.start) or disease_of(leaf.title),
        population=people_of(leaf.title),
        setting=places.setting(phrase.start),
        numerator=shown.numerator,
        denominator=shown.denominator,
        percent=shown.percent,
        operator=shown.operator,
        band=stretch.band if stretch is not None else None,
        comparator_percent=shown.comparator,
        comparator_operator=shown.comparator_operator if shown.comparator_operator != "=" else None,
        normalised=normal_name(phrase.name),
        severity=severity_before(text, phrase.start),
        local=is_local(phrase.name, text[first : phrase.start]),
        boxed=boxed,
        resolves_on_stopping=resolves(sentence),
        section=place,
        path=leaf.path,
    )


def _once(found: Iterable[Reaction]) -> Iterator[Reaction]:
    """The reactions without repetitions: a bare mention (no rate, no frequency) once per setting, everything else once per place."""
    seen: set[tuple[object, ...]] = set()
    for r in found:
        bare = r.percent is None and r.numerator is None and r.band is None
        key: tuple[object, ...] = (r.term, r.setting, r.severity, r.boxed)
        if not bare:
            key = (*key, r.arm, r.grade, r.numerator, r.denominator, r.percent, r.operator, r.band, r.indication, r.population, r.exposure)
        if key not in seen:
            seen.add(key)
            yield r

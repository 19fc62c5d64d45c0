"""A label flows in, its adverse reactions flow out: name, rate by arm, frequency words, severity, setting, each with an exact quote and
its section.

Reads boxed warnings, warnings and precautions, and the section on adverse reactions: tables by row and arm, sentences and lists by the
grammar of `reaction_phrases`. It never adds a
reaction from outside knowledge, never computes a rate, never pools trials.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.findings import NOT_READ, SECTION_ABSENT, Absence, Reaction
from theriac.labels.frequency_words import Bands, Places
from theriac.labels.passages import body_start
from theriac.labels.reaction_context import claimed, sentence_starts
from theriac.labels.reaction_lists import listed_items
from theriac.labels.reaction_names import normal_name
from theriac.labels.reaction_phrases import Phrase, Words, phrases_of, words_of
from theriac.labels.reaction_rates import Rate, rate_beside
from theriac.labels.reaction_tables import TableReaction, disease_of, people_of, row_span, table_reactions, table_start
from theriac.labels.reaction_wording import Stays, is_local, quote_around, severity_before, severity_of_grade

READ = ("boxed_warning", "warnings_and_precautions", "warnings", "precautions", "adverse_reactions")


class About(msgspec.Struct, frozen=True):
    """What holds for all of a part of a label."""

    product: str | None
    indication: str | None
    population: str | None
    place: str
    path: str
    boxed: bool = False
    names: tuple[str, ...] = ()
    lay: bool = False  # a leaflet's own list of side effects


class Trial(msgspec.Struct, frozen=True):
    """What a table's caption says for all its rows."""

    indication: str | None
    population: str | None
    severity: str | None


class Reading(msgspec.Struct, frozen=True):
    """A text with everything that is found once for all of it."""

    text: str
    words: Words
    openings: list[int]
    bands: Bands
    places: Places
    stays: Stays


def read_reactions(document: LabelDocument) -> tuple[Reaction, ...]:
    """The reactions the label states, in its order, tables first within a section; repeated bare mentions are given once."""
    product = next(iter(document.brand_names or document.generic_names), None)
    names = tuple(sorted({name.lower() for name in (*document.brand_names, *document.generic_names, *document.substances) if len(name) > 3}))
    found: list[Reaction] = []
    seen: set[tuple[object, ...]] = set()
    lay = "leaflet" in document.document_type.lower()
    for key in ("adverse_reactions", "boxed_warning", "warnings_and_precautions", "warnings", "precautions"):
        for section in sections_of(document, key):
            for leaf in leaves(section):
                if leaf.highlights and key != "adverse_reactions":
                    continue  # they only repeat what the subsections say
                found.extend(_of_leaf(leaf, product, names, section, seen, lay))
    return tuple(found)


def reactions_absent(document: LabelDocument) -> Absence | None:
    """Why the label has no reactions to show, if it has none: no section, or a section that could not be read."""
    sections = sections_of(document, "adverse_reactions")
    if not sections:
        return Absence(what="adverse_reactions", kind=SECTION_ABSENT)
    if any(section.text.strip() or section.tables for section in sections):
        return None
    return Absence(what="adverse_reactions", kind=NOT_READ, path=sections[0].path)


def _of_leaf(
    leaf: Section, product: str | None, names: tuple[str, ...], section: Section, seen: set[tuple[object, ...]], lay: bool
) -> Iterator[Reaction]:
    """The reactions of one part that holds each sentence once."""
    place = " ".join(part for part in (leaf.number or section.number, leaf.title or section.title) if part)
    own = section.key == "adverse_reactions"
    about = About(product, disease_of(leaf.title, names), people_of(leaf.title), place, leaf.path, section.key == "boxed_warning", names, lay and own)
    spans: list[tuple[int, int]] = []
    if own:
        for table in leaf.tables:
            caption, rows = table_reactions(table, names)
            yield from _of_table(leaf.text, table.path, caption, rows, about, spans)
    yield from _of_text(leaf, about, spans, seen)


def _of_table(text: str, path: str, caption: str, rows: Iterable[TableReaction], about: About, spans: list[tuple[int, int]]) -> Iterator[Reaction]:
    """The rows of one table; the stretch of running text that repeats the table is added to `spans`.

    A row that the running text does not hold is quoted by its name in the table itself, with the table's path.
    """
    trial = Trial(disease_of(caption, about.names) or about.indication, people_of(caption) or about.population, severity_of_grade(caption))
    quoted: tuple[str, ...] = ()
    at, quote = table_start(text, caption), ""
    own: list[tuple[int, int]] = []
    for row in rows:
        if row.row != quoted:
            quoted = row.row
            start, end = row_span(text, row.row, at)
            quote = text[start:end]
            if end > start >= at:
                at = end
                own.append((start, end))
        if quote:
            yield _of_row(row, quote, about.path, about, trial)
        else:
            yield _of_row(row, next(cell for cell in row.row if cell), path, about, trial)
    if own:
        spans.append((min(own)[0], max(end for _, end in own)))


def _of_row(row: TableReaction, quote: str, path: str, about: About, trial: Trial) -> Reaction:
    """One row in one arm; the comparator's rate stands beside it, never subtracted."""
    cell, against = row.cell, row.comparator
    return Reaction(
        term=row.term,
        quote=quote,
        product=about.product,
        indication=trial.indication,
        population=row.population or trial.population,
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
        severity=severity_of_grade(row.grade or "") or (trial.severity if row.grade is None else None),
        local=is_local(row.term, ""),
        section=about.place,
        path=path,
    )


def _of_text(leaf: Section, about: About, spans: list[tuple[int, int]], seen: set[tuple[object, ...]]) -> Iterator[Reaction]:
    """The reactions that sentences and lists state."""
    text = leaf.text
    tables = sorted(spans)
    words = words_of(text, tables)
    openings = sentence_starts(text, tables)
    phrases = claimed(words, phrases_of(words, body_start(leaf)), openings)
    if not phrases:
        return
    bands = Bands(text if leaf.key == "adverse_reactions" else "", tables)
    if about.lay:
        phrases = sorted([*phrases, *listed_items(words, bands.in_words(), phrases)], key=lambda phrase: phrase.start)
    reading = Reading(text, words, openings, bands, Places(text, leaf.title, parts=leaf.key == "adverse_reactions"), Stays(text))
    for phrase in phrases:
        reaction = _mention(reading, phrase, about, seen)
        if reaction is not None:
            yield reaction


def _mention(reading: Reading, phrase: Phrase, about: About, seen: set[tuple[object, ...]]) -> Reaction | None:
    """The reaction a phrase states, or None when the same was stated before with no less."""
    text = reading.text
    rate = rate_beside(text, phrase.start, phrase.end)
    stretch = reading.bands.at(phrase.start)
    shown = rate or Rate(phrase.end)
    if rate is None and stretch is not None and stretch.percent is not None:
        shown = Rate(phrase.end, stretch.percent, stretch.operator)
    setting, severity = (
        reading.places.setting(reading.openings[bisect_right(reading.openings, phrase.start) - 1], phrase.start),
        severity_before(reading.words, phrase.first),
    )
    indication, band = reading.places.indication(phrase.start) or about.indication, stretch.band if stretch is not None else None
    key = (
        phrase.name,
        setting,
        severity,
        about.boxed,
        shown.percent,
        shown.operator,
        shown.numerator,
        band,
        None if shown.percent is None and band is None else indication,
    )
    if key in seen:
        return None
    seen.add(key)
    first, last = quote_around(text, reading.openings, phrase.start, max(phrase.end, rate.end if rate else 0))
    return Reaction(
        term=phrase.name,
        quote=text[first:last],
        product=about.product,
        indication=indication,
        population=about.population,
        setting=setting,
        numerator=shown.numerator,
        denominator=shown.denominator,
        percent=shown.percent,
        operator=shown.operator,
        band=band,
        comparator_percent=shown.comparator,
        comparator_operator=shown.comparator_operator if shown.comparator_operator != "=" else None,
        normalised=normal_name(phrase.name),
        severity=severity,
        local=is_local(phrase.name, text[first : phrase.start]),
        boxed=about.boxed,
        resolves_on_stopping=reading.stays.resolves(first, last),
        section=about.place,
        path=about.path,
    )

"""One label as a tree of sections, the same for every format it may come in.

In flows what the format readers (`openfda`, `spl`, `epi`) understood; out flow frozen `LabelDocument`s that every reader of
statements takes. Text is kept as the file has it, so that a quote is an exact substring; nothing is corrected, translated or
guessed here.
"""

from collections.abc import Iterator

import msgspec


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its spans expanded: every row has one cell per column, a spanned cell is repeated."""

    caption: str = ""
    header: tuple[tuple[str, ...], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    footnotes: tuple[str, ...] = ()
    path: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a label: `text` is verbatim and holds the text of the children too, each at its `span` of the text at `path`.

    `highlights` marks the short list at the head of a US section ("… ( 2.1 )"), which repeats what the subsections say in full.
    """

    key: str
    code: str = ""
    number: str = ""
    title: str = ""
    text: str = ""
    path: str = ""
    span: tuple[int, int] = (0, 0)
    highlights: bool = False
    tables: tuple[Table, ...] = ()
    children: "tuple[Section, ...]" = ()


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One product of the label, in the document's own words."""

    name: str = ""
    generic_name: str = ""
    strength: str = ""
    form: str = ""
    routes: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    code: str = ""


class LabelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one label; `document_type` is what the document says it is, never more."""

    source_format: str
    set_id: str = ""
    version: str = ""
    id: str = ""
    effective_time: str = ""
    document_type: str = ""
    jurisdiction: str = ""
    title: str = ""
    brand_names: tuple[str, ...] = ()
    generic_names: tuple[str, ...] = ()
    application_numbers: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    products: tuple[Product, ...] = ()
    sections: tuple[Section, ...] = ()


def walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    """Every section and subsection, in reading order, parents before their children."""
    for section in sections:
        yield section
        yield from walk(section.children)


def sections_of(document: LabelDocument, *keys: str) -> tuple[Section, ...]:
    """The sections of those kinds: the label's own top sections, else subsections of others (7 → top, 8.1 → inside 8)."""
    top = tuple(section for section in document.sections if section.key in keys)
    return top or tuple(section for section in walk(document.sections) if section.key in keys)


def own_text(section: Section) -> str:
    """The section's text before its first subsection: heading, introduction, highlights."""
    if not section.children:
        return section.text
    return section.text[: section.children[0].span[0] - section.span[0]]


def leaves(section: Section) -> Iterator[Section]:
    """The parts that hold each sentence once: the text before the first child (as a section of its own), then every leaf below."""
    if not section.children:
        yield section
        return
    head = own_text(section)
    if head.strip():
        yield msgspec.structs.replace(section, text=head, span=(section.span[0], section.span[0] + len(head)), children=())
    for child in section.children:
        yield from leaves(child)


def all_tables(section: Section) -> Iterator[Table]:
    """The tables of a section and of everything below it, each once."""
    for part in walk((section,)):
        yield from part.tables

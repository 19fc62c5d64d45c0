"""Any version of any record as a person reads it, a quote found in it, and the difference of two versions.

Flows in: a record, a version and a quote or path. Flows out: `DocumentView` (one page of a long document, its contents and its versions) and
`DifferenceView`. The words are the document's own; what is no part of them is marked as ours.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from theriac.clinical import label_document
from theriac.errors import UnknownName, UserError
from theriac.flow.changed_parts import PartChange, changed_parts
from theriac.flow.outline import Block, Part, Rows, outline, table
from theriac.flow.quotes import Slot, Span, find_quote
from theriac.identifiers import link
from theriac.labels import LabelDocument
from theriac.labels.document import Section, own_text
from theriac.model import Application, Label, Medicine, Pathway, Reading, RecordKey, Study
from theriac.store.lake import Lake, VersionLine
from theriac.views import SUMMARY_MARK, View

_PAGE = 48_000
_LONG, _ENOUGH = 700, 420
_PRODUCT = ("Name", "Generic name", "Strength", "Form", "Route", "Code")
_NAMING = ("name", "text", "label", "code", "number", "date")
_MEDIA = {(b"{", b"["): ("json", "application/json"), (b"<",): ("xml", "application/xml")}
_BULLET = re.compile(r"\s+(?=[•●▪◦·]\s)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\[“])")


class Piece(View, frozen=True):
    """A stretch of text, inside the quote or outside it."""

    text: str
    marked: bool


class ShownBlock(View, frozen=True):
    """One paragraph (text), named value (field), list or table; every cell is a list of pieces."""

    kind: str
    name: str
    pieces: list[Piece]
    header: list[list[str]]
    rows: list[list[list[Piece]]]


class ShownPart(View, frozen=True):
    """One heading with what stands under it."""

    anchor: str
    title: list[Piece]
    path: str
    level: int
    blocks: list[ShownBlock]


class ContentsLine(View, frozen=True):
    """One heading of the whole document, with the page on which it stands."""

    anchor: str
    title: str
    level: int
    page: int


class DocumentView(View, frozen=True):
    """One page of one version of a record."""

    record: str
    source: str
    key: str
    kind: str
    title: str
    says: str | None
    seq: int
    version: str
    version_label: str | None
    format: str
    seen_from: str
    seen_to: str | None
    current: bool
    partial: bool
    link: str | None
    versions: list[VersionLine]
    contents: list[ContentsLine]
    page: int
    pages: int
    parts: list[ShownPart]
    quote: str | None
    quote_found: bool


class DifferenceView(View, frozen=True):
    """What differs between two versions of a record, part by part; equal parts are only counted."""

    record: str
    source: str
    key: str
    title: str
    says: str | None
    link: str | None
    older: VersionLine
    newer: VersionLine
    versions: list[VersionLine]
    changes: list[PartChange]
    equal_parts: int


class Served(View, frozen=True):
    """The bytes of one version, with the name and media type under which a person may keep them."""

    record: str
    version: str
    name: str
    media_type: str
    payload: bytes


def document(
    lake: Lake, record: str, *, version: str | None = None, quote: str | None = None, path: str = "", page: int | None = None
) -> DocumentView:
    """One version of a record, on the page that holds the quote (else the value at the path); UnknownName where there is no such version."""
    key = record_key(lake, record)
    versions = lake.history(key.source, key.key)
    chosen = _chosen(key, versions, version)
    reading = lake.reading(key.source, key.key, chosen.version)
    parts = parts_of(*lake.payload(key.source, key.key, chosen.version)[1:])
    wanted = quote or (_value_at(reading, path) if path else None)
    marks = find_quote(parts, wanted, path) if wanted else {}
    pages = list(_pages(parts))
    at = page or _page_of(pages, marks)
    if not 1 <= at <= len(pages):
        raise UserError(f"{key.curie} has pages 1 to {len(pages)}, not {at}; leave the page out to begin at the first")
    return DocumentView(
        record=key.curie,
        source=key.source,
        key=key.key,
        kind=_kind(reading),
        title=reading.title,
        says=_says(key),
        seq=chosen.seq,
        version=chosen.version,
        version_label=chosen.label,
        format=chosen.format,
        seen_from=chosen.seen_from,
        seen_to=chosen.seen_to,
        current=chosen.seq == versions[-1].seq and versions[-1].seen_to is None,
        partial=chosen.partial,
        link=original(reading),
        versions=versions,
        contents=_contents(parts, pages),
        page=at,
        pages=len(pages),
        parts=[_shown(parts[number], number, places, marks) for number, places in pages[at - 1]],
        quote=quote,
        quote_found=bool(marks),
    )


def difference(lake: Lake, record: str, older: str, newer: str) -> DifferenceView:
    """Two versions of a record part by part, words marked; UnknownName where one of them is not there."""
    key = record_key(lake, record)
    versions = lake.history(key.source, key.key)
    first, second = _chosen(key, versions, older), _chosen(key, versions, newer)
    reading = lake.reading(key.source, key.key, second.version)
    before, after = (parts_of(*lake.payload(key.source, key.key, one.version)[1:]) for one in (first, second))
    changes, equal = changed_parts(before, after)
    return DifferenceView(
        record=key.curie,
        source=key.source,
        key=key.key,
        title=reading.title,
        says=_says(key),
        link=original(reading),
        older=first,
        newer=second,
        versions=versions,
        changes=changes,
        equal_parts=equal,
    )


def served(lake: Lake, record: str, version: str | None = None) -> Served:
    """The bytes of one version exactly as its source served them; UnknownName where there is no such version."""
    key = record_key(lake, record)
    chosen = _chosen(key, lake.history(key.source, key.key), version)
    payload = lake.payload(key.source, key.key, chosen.version)[2]
    ending, media = next((kind for start, kind in _MEDIA.items() if payload.lstrip()[:1] in start), ("txt", "text/plain"))
    name = re.sub(r"[^\w.-]+", "_", f"{key.source}_{key.key}_{chosen.seq}.{ending}", flags=re.ASCII)
    return Served(record=key.curie, version=chosen.version, name=name, media_type=media, payload=payload)


def record_key(lake: Lake, record: str) -> RecordKey:
    """The record of that name; UnknownName where no source has it."""
    key = lake.find_record(record)
    if key is None:
        raise UnknownName(f"no record is called {record!r}; name one as source:key, as `theriac search` prints them")
    return key


def _chosen(key: RecordKey, versions: Sequence[VersionLine], wanted: str | None) -> VersionLine:
    """The version by its rank, its hash, the first letters of it or the source's own label; the last one without a wish."""
    if wanted is None and versions:
        return versions[-1]
    text = wanted or ""
    for line in reversed(versions):
        if text in (str(line.seq), line.version, line.content, line.label) or (len(text) >= 8 and line.version.startswith(text)):
            return line
    raise UnknownName(f"{key.curie} has no version {text!r}; it has {len({line.seq for line in versions})}, numbered from 1")


def parts_of(context: str, payload: bytes) -> tuple[Part, ...]:
    """The document's parts: a label's own sections, anything else by the outline of its format."""
    label = label_document(payload)
    return tuple(_label_parts(label)) if label is not None and label.sections else outline(payload, context)


def original(reading: Reading) -> str | None:
    """The document's page at its source."""
    match reading.document:
        case Study(nct_id=number):
            return link(f"nct:{number}")
        case Label(set_id=number, jurisdiction="US") if not number.startswith("starter"):
            return link(f"set_id:{number}")
        case Application(number=number, type=kind):
            return link(f"application:{kind or 'NDA'}{number}")
        case Medicine(url=url):
            return url if url and url.startswith("https://") else None
        case Pathway(id=number) if number.startswith("WP"):
            return link(f"wikipathways:{number}")
    return None


def _kind(reading: Reading) -> str:
    tag = reading.document.__struct_config__.tag
    return str(tag)


def _says(key: RecordKey) -> str | None:
    return SUMMARY_MARK if key.source == "starter" else None


def _value_at(reading: Reading, path: str) -> str | None:
    """The text at a path of the reading (`products[0].marketing_status`); of a whole member its first name."""
    value: object = reading.document
    for name, number in re.findall(r"([a-z_]+)|\[(\d+)\]", path):
        value = _member(value, int(number)) if number else getattr(value, name, None)
    if isinstance(value, msgspec.Struct):
        value = next((one for one in (getattr(value, field, None) for field in _NAMING) if one), None)
    return value if isinstance(value, str) else None


def _member(value: object, number: int) -> object:
    return value[number] if isinstance(value, tuple) and number < len(value) else None


def _label_parts(label: LabelDocument) -> Iterator[Part]:
    """The label's head, then its sections in order; a section that repeats one before it word for word stands once."""
    yield Part(title="About this document", path="", level=1, blocks=tuple(_head(label)))
    said = ""
    for section in label.sections:
        squeezed = "".join(section.text.split())
        if squeezed and squeezed in said and not section.tables:
            continue
        said += squeezed + "\n"
        yield from _section(section, 1)


def _head(label: LabelDocument) -> Iterator[Block]:
    single = (
        ("Document type", label.document_type),
        ("Jurisdiction", label.jurisdiction),
        ("Title", label.title),
        ("Version", label.version),
        ("Effective", label.effective_time),
        ("Set id", label.set_id),
        ("Document id", label.id),
    )
    yield from (Block(kind="field", name=name, text=text) for name, text in single if text)
    several = (
        ("Brand names", label.brand_names),
        ("Generic names", label.generic_names),
        ("Substances", label.substances),
        ("Routes", label.routes),
        ("Applications", label.application_numbers),
    )
    yield from (Block(kind="field", name=name, text="; ".join(dict.fromkeys(texts))) for name, texts in several if texts)
    rows = [(one.name, one.generic_name, one.strength, one.form, "; ".join(one.routes), one.code) for one in label.products]
    if any(any(row[2:]) for row in rows):
        filled = [place for place in range(len(_PRODUCT)) if any(row[place] for row in rows)]
        yield from table("Products", (tuple(_PRODUCT[place] for place in filled),), tuple(tuple(row[place] for place in filled) for row in rows))


def _section(section: Section, level: int) -> Iterator[Part]:
    heading, text = _headed(section)
    blocks = [Block(kind="text", text=one) for one in paragraphs(text)]
    for one in section.tables:
        blocks += table(one.caption, one.header, one.rows or _no_rows)
        blocks += [Block(kind="text", text=note) for note in one.footnotes]
    yield Part(title=heading, path=section.path, level=level, blocks=tuple(blocks))
    for child in section.children:
        yield from _section(child, level + 1)


_no_rows: Rows = ()


def _headed(section: Section) -> tuple[str, str]:
    """The section's heading as it is written, and its text behind that."""
    text = own_text(section)
    number, title = re.escape(section.number), r"\s+".join(re.escape(word) for word in section.title.split())
    found = re.match(rf"\s*{number}\.?\s*{title}" if number else rf"\s*{title}", text) if title else None
    if found:
        return " ".join(found[0].split()), text[found.end() :]
    if section.highlights:
        return "Highlights", text
    if text.strip() and "".join(f"{section.number} {section.title}".split()).startswith("".join(text.split())):
        return " ".join(text.split()), ""
    return f"{section.number} {section.title}".strip(), text


def paragraphs(text: str) -> Iterator[str]:
    """The text cut where a line or a bullet begins, and a very long stretch between sentences; nothing is lost but white space.

    >>> list(paragraphs("Apply: • thinly • at night"))
    ['Apply:', '• thinly', '• at night']
    """
    for line in text.splitlines():
        for piece in _BULLET.split(line):
            yield from _shorter(piece.strip())


def _shorter(text: str) -> Iterator[str]:
    if len(text) <= _LONG:
        if text:
            yield text
        return
    gathered = ""
    for sentence in _SENTENCE_END.split(text):
        gathered = f"{gathered} {sentence}".strip()
        if len(gathered) >= _ENOUGH:
            yield gathered
            gathered = ""
    if gathered:
        yield gathered


Places = list[int]


def _pages(parts: Sequence[Part]) -> Iterator[list[tuple[int, Places]]]:
    """The parts with their blocks, cut into pages of bounded size, between blocks."""
    page: list[tuple[int, Places]] = []
    size = 0
    for number, part in enumerate(parts):
        page.append((number, []))
        for place, block in enumerate(part.blocks):
            weight = len(block.text) + sum(len(cell) + 20 for row in block.rows for cell in row) + 40
            if size and size + weight > _PAGE:
                yield page if page[-1][1] else page[:-1]  # a heading goes with what stands under it
                page, size = [(number, [])], 0
            page[-1][1].append(place)
            size += weight
    if page or not parts:
        yield page


def _page_of(pages: Sequence[list[tuple[int, Places]]], marks: dict[Slot, Span]) -> int:
    if not marks:
        return 1
    part, block, *_ = min(marks)
    for number, page in enumerate(pages, 1):
        if any(at == part and (block < 0 or block in places) for at, places in page):
            return number
    return 1


def _contents(parts: Sequence[Part], pages: Sequence[list[tuple[int, Places]]]) -> list[ContentsLine]:
    first: dict[int, int] = {}
    for number, page in enumerate(pages, 1):
        for part, _ in page:
            first.setdefault(part, number)
    return [
        ContentsLine(anchor=f"part-{number}", title=part.title, level=part.level, page=first.get(number, 1))
        for number, part in enumerate(parts)
        if part.title and part.level <= 2
    ]


def _shown(part: Part, number: int, places: Places, marks: dict[Slot, Span]) -> ShownPart:
    blocks = [_shown_block(part.blocks[place], (number, place), marks) for place in places]
    title = _pieces(part.title, marks.get((number, -1, -1, -1)))
    return ShownPart(anchor=f"part-{number}", title=title, path=part.path, level=part.level, blocks=blocks)


def _shown_block(block: Block, at: tuple[int, int], marks: dict[Slot, Span]) -> ShownBlock:
    rows = [[_pieces(text, marks.get((*at, row, cell))) for cell, text in enumerate(cells)] for row, cells in enumerate(block.rows)]
    pieces = _pieces(block.text, marks.get((*at, -1, -1)))
    return ShownBlock(kind=block.kind, name=block.name, pieces=pieces, header=[list(row) for row in block.header], rows=rows)


def _pieces(text: str, span: Span | None) -> list[Piece]:
    if span is None:
        return [Piece(text=text, marked=False)] if text else []
    start, end = span
    cut = ((text[:start], False), (text[start:end], True), (text[end:], False))
    return [Piece(text=one, marked=marked) for one, marked in cut if one]

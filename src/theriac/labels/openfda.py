"""One openFDA drug/label result as a `LabelDocument`.

In flows the result object; out flows the section tree. openFDA's plain sections are run-on text: the numbered subsections are found
again by their numbers, with exact character spans; the `*_table` strings are SPL markup and become tables of the part they stand in.
No character of a section is changed.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from theriac.labels.document import LabelDocument, Product, Section, Table
from theriac.labels.tables import tables_of_markup
from theriac.labels.vocabulary import CODE_OF_FIELD, KEY_OF_FIELD, key_below

_TYPES = {"HUMAN PRESCRIPTION DRUG": "prescription label", "HUMAN OTC DRUG": "OTC label"}
_LOUD = re.compile(r"(?:[A-Z][A-Z,&/()\-]+\s+){2,}(?=[A-Z][a-z]|[•·])")
_NUMBERED = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2}){0,2})\.?\s+(?=\S)")
_REFERENCE = re.compile(r"\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*[,;]\s*\d{1,2}(?:\.\d{1,2})?|\s*(?:and|to|-|–)\s*\d{1,2}\.\d{1,2})*\s*\)")
_SUBSECTION = re.compile(r"(\d{1,2})\.(\d{1,2})\.?\s+(?!(?:[Tt]ablets?|[Cc]apsules?|[Mm]illi\w+|Units?|IU|MBq|GBq|L)\b)(?=[A-Z“\"‘'\[(]|\d+[- ]\w)")
_MENTIONED = re.compile(r"(?:[\w.(\[,/–-]|see |and |or |to |ection |Table |Figure )$")  # a reference to a section, or a decimal
_WORDS = re.compile(r"\S+")
_TITLE_WORD = re.compile(r"[A-Z0-9“\"'‘(\[®™*†+<>≥≤&/–—-]")
_SMALL_WORD = re.compile(
    r"(?:an?|and|as|at|be|but|by|for|from|in|into|is|of|on|or|not|per|the|than|to|under|up|versus|via|vs|who|with|without|during|after"
    r"|before|between|among|within|following|due|including|used|using),?",
    re.IGNORECASE,
)
_SENTENCE_OPENER = re.compile(
    r"(?:The|This|These|There|If|In|For|Of|To|It|When|No|All|As|Because|Patients|Use|Avoid|Do|Based|Administer|Safety|Although|At)"
)
_SUBHEADINGS = re.compile(r"\s+(?:Risk Summary|Pregnancy Exposure Registry|Pregnancy Testing|Contraception|Infertility|Data)\b.*", re.DOTALL)

# Leaflets, pack shots and change lists use tables for layout only; their words stand in the section's text.
_LAYOUT_TABLES = frozenset({"patient_information", "instructions_for_use", "package_label", "recent_changes", "product_data"})


def read_openfda(result: Mapping[str, Any], prefix: str = "") -> LabelDocument:
    """The label in one openFDA result; `prefix` is where the result stands in its file ("results[0].")."""
    block = result.get("openfda")
    about: Mapping[str, Any] = block if isinstance(block, Mapping) else {}
    sections = tuple(_sections(result, prefix))
    return LabelDocument(
        source_format="openfda",
        set_id=_text(result.get("set_id")),
        version=_text(result.get("version")),
        id=_text(result.get("id")),
        effective_time=_text(result.get("effective_time")),
        document_type=_document_type(result, about),
        jurisdiction=_text(result.get("jurisdiction")) or "US",
        title=_text(result.get("title")),
        brand_names=_list(about.get("brand_name")),
        generic_names=_list(about.get("generic_name")),
        application_numbers=_list(about.get("application_number")),
        routes=tuple(route.lower() for route in _list(about.get("route"))),
        substances=_list(about.get("substance_name")),
        products=_products(about),
        sections=sections,
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _document_type(result: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """What the document says of itself; without any statement, only what its sections prove."""
    stated = _text(result.get("document_type"))
    kinds = _list(about.get("product_type"))
    if stated or kinds:
        return stated or _TYPES.get(kinds[0], kinds[0].lower())
    if "active_ingredient" in result and "purpose" in result:
        return "OTC label"
    return "label (type not stated)"


def _products(about: Mapping[str, Any]) -> tuple[Product, ...]:
    routes = tuple(route.lower() for route in _list(about.get("route")))
    generic = "; ".join(_list(about.get("generic_name")))
    names = _list(about.get("brand_name")) or _list(about.get("generic_name"))
    return tuple(Product(name=name, generic_name=generic, routes=routes, ingredients=_list(about.get("substance_name"))) for name in names)


def _sections(result: Mapping[str, Any], prefix: str) -> Iterable[Section]:
    parsed: dict[str, tuple[Table, ...]] = {}  # subsections repeat their parent's tables: each markup is read once
    known = [field for field in KEY_OF_FIELD if field in result]
    others = sorted(f for f, v in result.items() if f not in KEY_OF_FIELD and isinstance(v, list) and not f.endswith("_table"))
    for field in (*known, *others):
        texts = _list(result.get(field))
        tables = _tables(result, field, prefix, parsed)
        for index, text in enumerate(texts):
            mine = [t for t in tables if len(texts) == 1 or _place(t, text) is not None or (index == 0 and _nowhere(t, texts))]
            yield _section(field, text, f"{prefix}{field}[{index}]", mine)


def _tables(result: Mapping[str, Any], field: str, prefix: str, parsed: dict[str, tuple[Table, ...]]) -> tuple[Table, ...]:
    if KEY_OF_FIELD.get(field) in _LAYOUT_TABLES:
        return ()
    found: list[Table] = []
    for index, markup in enumerate(_list(result.get(field + "_table"))):
        path = f"{prefix}{field}_table[{index}]"
        if markup not in parsed:
            parsed[markup] = tables_of_markup(markup, path)
        found.extend(table if table.path == path else msgspec.structs.replace(table, path=path) for table in parsed[markup])
    return tuple(found)


def _nowhere(table: Table, texts: tuple[str, ...]) -> bool:
    return all(_place(table, text) is None for text in texts)


def _section(field: str, text: str, path: str, tables: list[Table]) -> Section:
    key = KEY_OF_FIELD.get(field, "other")
    numbered = _NUMBERED.match(text)
    number = numbered.group(1) if numbered else ""
    head = numbered.end() if numbered else 0
    title_end = _heading_end(field, text, head)
    children = _children(text, number, title_end, key, path)
    placed, rest = _attach(children, tables, text)
    return Section(
        key=key, code=CODE_OF_FIELD.get(field, ""), number=number, title=text[head:title_end].strip(" .:"), text=text, path=path,
        span=(0, len(text)), tables=rest, children=placed,
    )  # fmt: skip


def _title_end(text: str, start: int) -> int:
    """Where the heading at `start` ends: run-on text has no mark, but a heading is capitalised and a sentence is not."""
    window = text[start : start + 240]
    end = last = 0
    for word in _WORDS.finditer(window):
        token = word.group()
        if token in ("•", "·", "–", "-", "o") or (end and window[end - 1] in ".:") or (end and _SENTENCE_OPENER.fullmatch(token)):
            return start + end
        if _TITLE_WORD.match(token):
            last, end = end, word.end()
        elif not _SMALL_WORD.fullmatch(token):
            return start + (last if last else end)
    return start + (end if len(window) < 240 else 0)


def _heading_end(field: str, text: str, start: int) -> int:
    """Where a top section's heading ends: after its own name where it opens the text, else as in `_title_end`."""
    name = re.escape(field.replace("_", " ")).replace("\\ and\\ ", r"\ (?:and|&)\ ").replace("\\ ", r"\s+")
    named = re.compile(name + r"\b[:.]?", re.IGNORECASE).match(text, start)
    if named:
        return named.end()
    loud = _LOUD.match(text, start)
    return loud.end() if loud else _title_end(text, start)


def _children(text: str, number: str, title_end: int, key: str, path: str) -> tuple[Section, ...]:
    """The numbered subsections, in their order, and the highlights before them."""
    if not number or "." in number:
        return ()
    starts = _chain(_numbered(text, number))
    if not starts:
        return ()
    ends = [m.start() for m in starts[1:]] + [len(text)]
    head = _preamble(text, title_end, starts[0].start(), key, path)
    return (*head, *(_subsection(text, m, end, key, path) for m, end in zip(starts, ends, strict=True)))


def _numbered(text: str, number: str) -> list["re.Match[str]"]:
    """The places that read like the start of subsection "2.n", in order."""
    found: list[re.Match[str]] = []
    at = text.find(f"{number}.", 1)
    while at >= 0:
        match = _SUBSECTION.match(text, at)
        if match and match.group(1) == number and not _MENTIONED.search(text[max(0, at - 8) : at]):
            found.append(match)
        at = text.find(f"{number}.", at + 1)
    return found


def _chain(candidates: list["re.Match[str]"]) -> list["re.Match[str]"]:
    """The matches that count up 1, 2, 3 …; a number may be missing only if it never comes."""
    chain: list[re.Match[str]] = []
    expected = 1
    for place, match in enumerate(candidates):
        minor = int(match.group(2))
        skipped = expected < minor <= expected + 2 and not any(int(m.group(2)) == expected for m in candidates[place + 1 :])
        if minor == expected or skipped:
            chain.append(match)
            expected = minor + 1
    return chain


def _preamble(text: str, start: int, end: int, key: str, path: str) -> tuple[Section, ...]:
    marks = [m.end() for m in _REFERENCE.finditer(text, start, end)]
    if not marks:
        return ()
    cut = marks[-1]
    head = Section(key=key, text=text[start:cut], path=path, span=(start, cut), highlights=True)
    if len(text[cut:end].strip(" .•")) < 12:
        return (msgspec.structs.replace(head, text=text[start:end], span=(start, end)),)
    return (head, Section(key=key, text=text[cut:end], path=path, span=(cut, end)))


def _subsection(text: str, match: "re.Match[str]", end: int, parent: str, path: str) -> Section:
    title_end = min(_title_end(text, match.end()), end)
    title = _SUBHEADINGS.sub("", text[match.end() : title_end]).strip(" .:")
    return Section(
        key=key_below(parent, title), number=f"{match.group(1)}.{match.group(2)}", title=title,
        text=text[match.start() : end], path=path, span=(match.start(), end),
    )  # fmt: skip


def _attach(children: tuple[Section, ...], tables: list[Table], text: str) -> tuple[tuple[Section, ...], tuple[Table, ...]]:
    """The children with the tables that stand in their text, and the tables that were not found in any."""
    held: dict[int, list[Table]] = {}
    rest: list[Table] = []
    for table in tables:
        place = _place(table, text)
        index = next((i for i, c in enumerate(children) if place is not None and c.span[0] <= place < c.span[1]), None)
        (rest if index is None else held.setdefault(index, [])).append(table)
    placed = (msgspec.structs.replace(c, tables=tuple(held[i])) if i in held else c for i, c in enumerate(children))
    return tuple(placed), tuple(rest)


def _place(table: Table, text: str) -> int | None:
    """Where the table's words stand in the run-on text, by its caption or else its first telling cells."""
    for probe in _probes(table):
        found = text.find(probe)
        if found >= 0:
            return found
    return None


def _probes(table: Table) -> Iterable[str]:
    if len(table.caption) > 8:
        yield table.caption[:60].strip()
        yield table.caption[:24].strip()
    for row in (*table.header[:2], *table.rows[:4]):
        joined = " ".join(dict.fromkeys(cell for cell in row if cell))
        if len(joined) > 10:
            yield joined[:60].strip()
        yield from (cell[:50] for cell in row if len(cell) > 14)

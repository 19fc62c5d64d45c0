"""Tables of label markup (SPL narrative, the HTML of ePI, openFDA's `*_table` strings) as expanded grids.

In flows an element or a string of markup; out flow `Table`s and the plain text of narrative elements, in which stacked and slashed
fractions keep their division, powers stay powers and footnotes stay apart from numbers. Never fetches, never expands entities.
"""

import re

from lxml import etree

from theriac.labels.document import Table

_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_LONGEST = 4_000_000  # characters of one table string; the largest real one seen has 60,000
_MOST_SPAN = 200  # columns or rows that one cell may claim
_BLOCKS = frozenset({"paragraph", "p", "item", "li", "tr", "caption", "div", "title", "table", "list", "ul", "ol", "h1", "h2", "h3", "h4"})
_SILENT = frozenset({"footnote", "footnoteRef", "renderMultiMedia", "img", "col", "colgroup", "style", "script"})


def parser() -> etree.XMLParser:
    """A parser that resolves nothing, fetches nothing and refuses documents made to be huge."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)


def forgiving_parser() -> etree.XMLParser:
    """The same for fragments that are not well formed by themselves (openFDA cuts some tables)."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)


def local(element: etree._Element) -> str:
    """The element's name without its namespace; comments and instructions have none."""
    tag: object = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2] if tag[0] == "{" else tag


def squeeze(text: str) -> str:
    """The text with runs of white space as one space."""
    return _SPACE.sub(" ", text).strip() if "  " in text or "\n" in text or "\t" in text or "\r" in text else text.strip()


def narrative(element: etree._Element) -> str:
    """The plain text of an element as it reads: one line per paragraph or list item, divisions and powers kept."""
    parts: list[str] = []
    _render(element, parts)
    lines = (squeeze(line) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line).replace("•\n", "• ")


def _render(element: etree._Element, parts: list[str]) -> None:
    name = local(element)
    if name in _SILENT or not name:
        return
    if name == "br":
        parts.append("\n")
    elif name in ("sup", "sub"):
        _render_shifted(element, parts, name)
    elif _is_numerator(element):
        _render_children(element, parts)
        parts.append(" / ")
    else:
        if name in _BLOCKS:
            parts.append("\n")
        if name in ("item", "li"):
            parts.append("• ")
        _render_children(element, parts)
        parts.append(" | " if name in ("td", "th") else "\n" if name in _BLOCKS else "")


def _render_children(element: etree._Element, parts: list[str]) -> None:
    parts.append(_flowing(element.text))
    skip = False
    for child in element:
        if skip and local(child) == "br":  # the line break under a numerator is the fraction bar, already written
            skip = False
            parts.append(_flowing(child.tail))
            continue
        _render(child, parts)
        parts.append(_flowing(child.tail))
        skip = _is_numerator(child)


def _flowing(text: str | None) -> str:
    """Text as markup means it: a line break inside a paragraph is a blank."""
    return text.replace("\n", " ").replace("\r", " ") if text else ""


def _is_numerator(element: etree._Element) -> bool:
    """Whether this is underlined text directly above a line break and more text: a fraction drawn with an underline."""
    if local(element) != "content" or "underline" not in (element.get("styleCode") or "").lower() or (element.tail or "").strip():
        return False
    below = element.getnext()
    if below is None or local(below) != "br":
        return False
    under = (below.tail or "").strip() or (squeeze("".join(_texts(below.getnext()))) if below.getnext() is not None else "")
    above = squeeze("".join(_texts(element)))
    return bool(under) and _quantity_like(above) and _quantity_like(under)


def _quantity_like(text: str) -> bool:
    """Whether a line could be one side of a formula: short, with a number, a unit or a bracket, and not a sentence."""
    if len(text) > 90 or text.endswith((".", ":")):
        return False
    return bool(re.search(r"\d|\(|\b(?:mg|mL|kg|dose|weight|creatinine|volume|concentration|age|height)\b", text, re.IGNORECASE))


def _render_shifted(element: etree._Element, parts: list[str], name: str) -> None:
    inner = squeeze("".join(_texts(element)))
    before = "".join(parts[-3:])
    if name == "sup" and _slash_follows(element) and re.fullmatch(r"\d+", inner):
        parts.append((" " if before[-1:].isdigit() else "") + inner)  # 1 <sup>1</sup>⁄<sub>2</sub> must not read 11/2
    elif name == "sup" and re.search(r"(?:\b10|[x×*] ?10|\bE)$", before) and re.fullmatch(r"[-–−+]?\d+", inner):
        parts.append("^" + inner)
    else:
        parts.append(inner)


def _slash_follows(element: etree._Element) -> bool:
    after = element.getnext()
    return (element.tail or "").strip() in ("/", "⁄", "∕") and after is not None and local(after) == "sub"


def _texts(element: etree._Element | None) -> list[str]:
    """The text pieces under an element without footnotes (their marks must not stick to numbers)."""
    if element is None or local(element) in _SILENT or not local(element):
        return []
    pieces = [element.text or ""]
    for child in element:
        pieces.extend(_texts(child))
        pieces.append(child.tail or "")
    return pieces


def cell_text(element: etree._Element) -> str:
    """A cell's text on one line."""
    if len(element) == 0:
        return squeeze(element.text or "")
    if len(element) == 1 and (plain := _wrapped(element)) is not None:
        return plain
    parts: list[str] = []
    _render_children(element, parts)
    return squeeze("".join(parts).replace("\n", " "))


def _wrapped(element: etree._Element) -> str | None:
    """The text of a cell that holds one paragraph or content and nothing else (most do); None for any other cell."""
    before, behind = element.text or "", ""
    while len(element) == 1:
        (element,) = element
        name = local(element)
        if name not in ("paragraph", "content"):
            return None
        gap = " " if name == "paragraph" else ""
        before += gap + (element.text or "")
        behind = gap + (element.tail or "") + behind
    return squeeze(before + behind) if len(element) == 0 else None


def read_table(element: etree._Element, path: str = "") -> Table:
    """The table as a grid; header rows are those of `thead`, or the leading rows made of `th` only."""
    header: list[tuple[etree._Element, ...]] = []
    body: list[tuple[etree._Element, ...]] = []
    for row in element.iter("{*}tr"):
        cells = tuple(row.iterchildren("{*}td", "{*}th"))
        parent = row.getparent()
        place = local(parent) if parent is not None else ""
        leading = not body and cells and all(local(c) == "th" for c in cells)
        if place != "tfoot":
            (header if place == "thead" or leading else body).append(cells)
    caption = next((narrative(e).replace("\n", " ") for e in element if local(e) == "caption"), "")
    return Table(caption=caption, header=_expand(header), rows=_expand(body), footnotes=_footnotes(element), path=path)


def _footnotes(element: etree._Element) -> tuple[str, ...]:
    notes = [squeeze("".join(_texts_all(e))) for e in element.iter("{*}footnote")]
    for row in element.iter("{*}tfoot"):
        notes.extend(cell_text(c) for c in row.iter("{*}td"))
    return tuple(dict.fromkeys(note for note in notes if note))


def _texts_all(element: etree._Element) -> list[str]:
    return [str(text) for text in element.itertext()]


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name)
    if value is None:
        return 1
    return min(max(int(value), 1), _MOST_SPAN) if value.isdigit() else 1


def _expand(rows: list[tuple[etree._Element, ...]]) -> tuple[tuple[str, ...], ...]:
    """The rows with spanned cells repeated into every place they cover."""
    held: dict[int, tuple[int, str]] = {}  # column → rows still to fill, text
    grid: list[tuple[str, ...]] = []
    for cells in rows:
        line, held = _expand_row(cells, held)
        grid.append(tuple(line))
    return tuple(grid)


def _expand_row(cells: tuple[etree._Element, ...], held: dict[int, tuple[int, str]]) -> tuple[list[str], dict[int, tuple[int, str]]]:
    line: list[str] = []
    below: dict[int, tuple[int, str]] = {}
    queue = list(cells)
    last = max(held, default=-1)
    while queue or len(line) <= last:
        if len(line) in held:
            left, text = held[len(line)]
            _fill(line, below, text, left - 1)
        elif queue:
            cell = queue.pop(0)
            text, down, across = cell_text(cell), _span(cell, "rowspan"), _span(cell, "colspan")
            if across == down == 1:
                line.append(text)
                continue
            for _ in range(across):
                _fill(line, below, text, down - 1)
        else:
            line.append("")
    return line, below


def _fill(line: list[str], below: dict[int, tuple[int, str]], text: str, more: int) -> None:
    """One cell written; `more` rows below it are held for the same text."""
    if more > 0:
        below[len(line)] = (more, text)
    line.append(text)


def tables_of_markup(markup: str, path: str) -> tuple[Table, ...]:
    """The tables in one string of SPL markup (openFDA's `*_table` fields); an unreadable string has none."""
    if "<" not in markup or len(markup) > _LONGEST:
        return ()
    try:
        root = etree.fromstring(f"<x>{markup}</x>".encode(), parser())
    except etree.XMLSyntaxError:
        root = etree.fromstring(f"<x>{markup}</x>".encode(), forgiving_parser())
    if root is None:
        return ()
    return tuple(read_table(e, path) for e in root.iter("{*}table"))

"""A stored document as parts that a person can read: headings, fields, lists, tables, whatever format it was served in.

Flows in: a payload with its context. Flows out: `Part`s in the payload's own order, its words untouched. It knows formats (JSON, XML, delimited
rows, plain lines), never a source, and leaves nothing out but markup and what is empty.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from lxml import etree

Rows = tuple[tuple[str, ...], ...]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_|(?<=[A-Z])(?=[A-Z][a-z])")
_WRAPPING = re.compile(r" (?:module|struct|section)\Z")
_DELIMITERS = "\t~|,"
_COLUMNS = 9
_TOGETHER = 60
_BARE = (["date"], ["count"], ["value"], ["name"])
_QUALIFIERS = (["type"], ["class"], ["unit"])
_NAMING = ("name", "title", "label", "measure", "term", "code", "id")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a part: a paragraph, a named value, a list, or a table."""

    kind: Literal["text", "field", "list", "table"]
    name: str = ""
    text: str = ""
    header: Rows = ()
    rows: Rows = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with what stands under it before the next one; `level` is its depth, from 1."""

    title: str
    path: str = ""
    level: int = 1
    blocks: tuple[Block, ...] = ()


def outline(payload: bytes, context: str = "") -> tuple[Part, ...]:
    """The parts of a payload whose format nobody reads further.

    >>> [(part.title, [(block.name, block.text) for block in part.blocks]) for part in outline(b'{"whyStopped": "slow", "arms": {"label": "A"}}')]
    [('', [('Why stopped', 'slow')]), ('Arms', [('Label', 'A')])]
    """
    try:
        return tuple(_kept(_json(msgspec.json.decode(payload), "", "", 1)))
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    if payload.lstrip()[:1] == b"<":
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
            return tuple(_kept(_xml(etree.fromstring(payload, parser), "", 1)))
        except etree.XMLSyntaxError:
            pass
    text = payload.decode("utf-8", "replace")
    return tuple(_kept([Part(title="", blocks=tuple(_lines(text, context)))]))


def words(key: str) -> str:
    """A key as a person would write it.

    >>> words("whyStopped"), words("marketing_status"), words("Active substance"), words("startDateStruct"), words("NCTId")
    ('Why stopped', 'Marketing status', 'Active substance', 'Start date', 'NCT id')
    """
    parts = [one for piece in key.split() for one in _CAMEL.split(piece) if one]
    said = " ".join(one if one.isupper() and len(one) > 1 else one.lower() for one in parts)
    said = _WRAPPING.sub("", said) or said
    return said[:1].upper() + said[1:]


def _kept(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts that say something, or have others below them."""
    found = list(parts)
    for place, part in enumerate(found):
        below = found[place + 1].level > part.level if place + 1 < len(found) else False
        if part.blocks or (below and part.title):
            yield part


def _json(value: Any, title: str, path: str, level: int) -> Iterator[Part]:
    if not isinstance(value, dict):
        value = {"": value}
    blocks = [block for key, inner in value.items() for block in _flat(key, inner)]
    yield Part(title=title, path=path, level=level, blocks=tuple(blocks))
    below = level + 1 if title else level
    for key, inner in value.items():
        here = f"{path}.{key}".strip(".")
        if isinstance(inner, dict) and not _qualified(inner):
            yield from _json(inner, words(key) or title, here, below)
        elif isinstance(inner, list) and not _is_flat(inner):
            yield from _members(inner, key, here, below)


def _members(members: Sequence[Any], key: str, path: str, level: int) -> Iterator[Part]:
    """A list of things too deep for a table: one part each, under the name that it gives itself."""
    yield Part(title=words(key), path=path, level=level)
    for number, member in enumerate(members):
        yield from _json(member, _called(member) or f"{words(key)} {number + 1}", f"{path}[{number}]", level + 1)


def _called(member: Any) -> str:
    if not isinstance(member, dict):
        return ""
    texts = {key: inner for key, inner in member.items() if isinstance(inner, str) and inner and len(inner) < 160}
    return next((texts[key] for wanted in _NAMING for key in texts if key.lower().endswith(wanted)), "")


def _flat(key: str, value: Any) -> Iterator[Block]:
    """The blocks of a value that needs no heading of its own."""
    if value is None or value == "" or isinstance(value, dict):
        if isinstance(value, dict) and (text := _qualified(value)):
            yield Block(kind="field", name=words(key), text=text)
    elif not isinstance(value, list):
        yield Block(kind="field", name=words(key), text=_text(value)) if key else Block(kind="text", text=_text(value))
    elif all(_is_scalar(one) for one in value):
        if len(value) == 1:
            yield Block(kind="field", name=words(key), text=_text(value[0]))
        elif value:
            yield Block(kind="list", name=words(key), rows=tuple((_text(one),) for one in value))
    elif _is_flat(value):
        yield from _table(value, words(key))


def _qualified(value: Mapping[str, Any]) -> str:
    """A value with the word that its source puts beside it, as one text; empty where the object is more than that.

    >>> _qualified({"date": "2032-10", "type": "ESTIMATED"}), _qualified({"count": 30}), _qualified({"a": 1})
    ('2032-10 (ESTIMATED)', '30', '')
    """
    filled = {key: _text(inner) for key, inner in value.items() if inner not in (None, "")}
    if not filled or not all(_is_scalar(inner) for inner in value.values()):
        return ""
    first, *others = filled.values()
    if not others:
        return first if [*filled] in _BARE else ""
    return f"{first} ({others[0]})" if list(filled)[1:] in _QUALIFIERS else ""


def _is_flat(members: Sequence[Any]) -> bool:
    """Whether the list is of scalars, or of objects that make a table of few columns."""
    if all(_is_scalar(one) for one in members):
        return True
    if not all(isinstance(one, dict) and all(_is_short(inner) for inner in one.values()) for one in members):
        return False
    return len({key for one in members for key in one}) <= _COLUMNS


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _is_short(value: Any) -> bool:
    return _is_scalar(value) or (isinstance(value, list) and all(_is_scalar(one) for one in value))


def _table(members: Sequence[Mapping[str, Any]], name: str) -> Iterator[Block]:
    columns = list(dict.fromkeys(key for one in members for key in one))
    rows = tuple(tuple(_cell(one.get(column)) for column in columns) for one in members)
    yield from table(name, (tuple(words(column) for column in columns),), rows)


def table(name: str, header: Rows, rows: Rows) -> Iterator[Block]:
    """A table, a long one as several that repeat the header."""
    for start in range(0, len(rows), _TOGETHER):
        yield Block(kind="table", name=name if not start else "", header=header, rows=rows[start : start + _TOGETHER])


def _cell(value: Any) -> str:
    return "; ".join(_text(one) for one in value) if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _xml(element: etree._Element, path: str, level: int) -> Iterator[Part]:
    name = _tag(element)
    here = f"{path}/{name}".strip("/")
    blocks = [Block(kind="field", name=words(_bare(str(key))), text=str(value)) for key, value in element.attrib.items() if str(value).strip()]
    texts = (element.text, *(child.tail for child in element))
    blocks += [Block(kind="text", text=text) for text in texts if text and text.strip()]
    simple = [child for child in element if not len(child) and not child.attrib]
    for tag in dict.fromkeys(_tag(child) for child in simple):
        values = [child.text or "" for child in simple if _tag(child) == tag and (child.text or "").strip()]
        blocks += _flat(tag, values)
    yield Part(title=words(name), path=here, level=level, blocks=tuple(blocks))
    for child in element:
        if len(child) or child.attrib:
            yield from _xml(child, here, level + 1)


def _tag(element: etree._Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _lines(text: str, context: str) -> Iterator[Block]:
    """Delimited rows under the columns that the context names, else the lines as they are."""
    heading = context.rstrip("\r\n").rpartition("\n")[2]
    delimiter = max(_DELIMITERS, key=heading.count)
    if heading.count(delimiter):
        columns = [one.strip() for one in next(csv.reader([heading], delimiter=delimiter))]
        cut = csv.reader(text.splitlines(), delimiter=delimiter)
        yield from _delimited(columns, [tuple(cell.strip() for cell in row) for row in cut if any(row)])
        return
    rows = [line for line in text.splitlines() if line.strip()]
    if rows and all(line.count("\t") > 1 for line in rows):
        yield from (Block(kind="list", rows=tuple((cell,) for cell in line.split("\t") if cell.strip())) for line in rows)
    elif rows:
        yield Block(kind="text", text="\n".join(rows))


def _delimited(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterator[Block]:
    filled = [place for place in range(len(columns)) if any(place < len(row) and row[place] for row in rows)]
    if len(rows) == 1:
        yield from (Block(kind="field", name=words(columns[place]), text=rows[0][place]) for place in filled)
        return
    header = (tuple(words(columns[place]) for place in filled),)
    yield from table("", header, tuple(tuple(row[place] if place < len(row) else "" for place in filled) for row in rows))

r"""The plain part of YAML in which curated records are written: nested mappings, lists and scalars, and nothing that can run or refer.

Flows in: the text of one document. Flows out: dicts, lists, strings, booleans. Anchors, aliases, tags, flow collections, block scalars and
several documents are refused with the line: nothing is guessed, nothing expands, no object is ever built. Scalars stay strings as written
except `true`, `false` and `null`; a scalar that goes on over several lines is folded into one.
"""

import re
from typing import Any, NamedTuple

import msgspec

from theriac.errors import BadRecord

_DEEPEST = 20
_KEY = re.compile(r"""(?P<key>[A-Za-z_@][^:#"'{}\[\],&*!|>%`]*?)\s*:(?:\s+(?P<value>\S.*))?\Z""")
_REFUSED = ("&", "*", "!", "|", ">", "{", "[", "%", "`", "?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Line(NamedTuple):
    number: int
    indent: int
    text: str


def parse(text: str) -> Any:
    r"""The document as Python data; BadRecord with the line where it is more than plain YAML.

    >>> parse('graph:\n  drug: a name\n    that goes on\nlinks:\n- key: b\n  n: true\n')
    {'graph': {'drug': 'a name that goes on'}, 'links': [{'key': 'b', 'n': True}]}
    """
    lines = _folded(_lines(text))
    if not lines:
        return None
    value, rest = _block(lines, 0, lines[0].indent, 0)
    if rest < len(lines):
        raise _refused(lines[rest], "the indentation does not fit what stands above")
    return value


def _refused(line: _Line, why: str) -> BadRecord:
    return BadRecord(f"line {line.number}: {why}", field=f"line {line.number}")


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        bare = line.strip(" ")
        if not bare or bare.startswith("#"):
            continue
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise BadRecord(f"line {number}: a tab stands in the indentation", field=f"line {number}")
        if bare in ("---", "..."):
            if found and bare == "---":
                raise BadRecord(f"line {number}: a second document begins", field=f"line {number}")
            continue
        found.append(_Line(number, len(line) - len(line.lstrip(" ")), bare))
    return found


def _folded(lines: list[_Line]) -> list[_Line]:
    """Lines that only carry on the scalar above are joined to it; a list item inside a mapping becomes lines of its own."""
    found: list[_Line] = []
    for line in lines:
        previous = found[-1] if found else None
        if previous is not None and _carries_on(previous, line):
            found[-1] = previous._replace(text=_joined(previous.text, line.text))
        else:
            found.append(line)
    return found


def _carries_on(previous: _Line, line: _Line) -> bool:
    """Whether a line belongs to the scalar above: that one is still in quotes, or is plain and this one stands below it with neither key nor dash."""
    value = _value_of(previous.text)
    if not value:
        return False
    if value[0] in "\"'":
        return not _quote_closed(value)
    # A folded line may hold a colon ("Note: …"); below the first key of a list item, a line with a key at that key's own place is the next key.
    if line.indent <= previous.indent or _is_item(line.text):
        return False
    return _KEY.match(line.text) is None or not _opens_mapping(previous.text) or line.indent > previous.indent + 2


def _opens_mapping(text: str) -> bool:
    """Whether a list item's text is itself the first key of a mapping, so that keys may follow below it."""
    return text.startswith("- ") and _KEY.match(text[2:].strip()) is not None


def _value_of(text: str) -> str:
    bare = text[2:].strip() if text.startswith("- ") else text
    found = _KEY.match(bare)
    return (found["value"] or "") if found else bare.removeprefix("-").strip()


def _quote_closed(value: str) -> bool:
    if value[0] == "'":
        return len(value) > 1 and re.fullmatch(r"'(?:[^']|'')*'", value) is not None
    return re.fullmatch(r'"(?:[^"\\]|\\.)*"', value) is not None


def _joined(first: str, second: str) -> str:
    """A backslash at the end of a line inside double quotes joins without a blank (YAML 1.2 §7.3.1)."""
    return first[:-1] + second.removeprefix("\\") if first.endswith("\\") else f"{first} {second}"


def _block(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise _refused(lines[at], "the document is nested too deeply")
    return _list(lines, at, indent, depth) if lines[at].text.startswith("-") and _is_item(lines[at].text) else _mapping(lines, at, indent, depth)


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _list(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at < len(lines) and lines[at].indent == indent and _is_item(lines[at].text):
        line = lines[at]
        inner = line.text[1:].lstrip()
        if not inner:
            raise _refused(line, "a list item is empty")
        if _KEY.match(inner) is None:
            found.append(_scalar(inner, line))
            at += 1
            continue
        shifted = line._replace(indent=line.indent + len(line.text) - len(inner), text=inner)
        lines[at] = shifted
        value, at = _mapping(lines, at, shifted.indent, depth + 1)
        found.append(value)
    return found, at


def _mapping(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at].indent == indent and not _is_item(lines[at].text):
        line = lines[at]
        match = _KEY.match(line.text)
        if match is None:
            raise _refused(line, "neither a key nor a list item")
        if match["key"] in found:
            raise _refused(line, f"the key {match['key']!r} stands twice")
        at += 1
        if match["value"] is not None:
            found[match["key"]] = _scalar(match["value"], line)
        elif at < len(lines) and (lines[at].indent > indent or (lines[at].indent == indent and _is_item(lines[at].text))):
            found[match["key"]], at = _block(lines, at, lines[at].indent, depth + 1)
        else:
            found[match["key"]] = None
    return found, at


def _scalar(text: str, line: _Line) -> Any:
    if text[0] in "\"'":
        if not _quote_closed(text):
            raise _refused(line, "a quoted text does not end")
        return _unquoted(text, line)
    if text.startswith(_REFUSED):
        raise _refused(line, f"{text[0]!r} begins something that is not read here")
    plain = text.partition(" #")[0].strip()
    return _WORDS.get(plain, plain)


def _unquoted(text: str, line: _Line) -> str:
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    try:
        return msgspec.json.decode(text.encode(), type=str)
    except msgspec.DecodeError as error:
        raise _refused(line, f"a quoted text is not sound ({error})") from error

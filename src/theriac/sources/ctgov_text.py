"""Turns the registry's two ways of writing prose and identifiers into one, so that a change of format alone reads the same.

Flows in: text of the v2 JSON (markdown with backslash escapes) or of the legacy XML (indented, hard-wrapped blocks). Flows out: plain text
with lists marked the way v2 marks them, and MeSH ids as the MeSH itself writes them. It never drops or adds a word.
"""

import datetime
import html
import re
from collections.abc import Iterator

from theriac.dates import PartialDate, read_date

_ESCAPED = re.compile(r"\\([^\w\s])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])\Z")
_MARKER = re.compile(r"(-|\*|•|\d{1,3}\.)\s+")
_FIRST_LONG_DESCRIPTOR = 66_400
_FIRST_LONG_SUPPLEMENT = 588_200


def shown(text: str | None) -> str | None:
    r"""The text as a person reads it: markdown escapes and HTML entities resolved; None where it is absent or blank.

    >>> shown("Age \\> 18 \\[years\\], CD4 &lt; 200 ")
    'Age > 18 [years], CD4 < 200'
    """
    if text is None:
        return None
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text.strip() or None


def registry_date(text: str | None, field: str) -> PartialDate | None:
    """The date at the registry's own precision, None where it is absent; BadRecord naming `field` where it is no date.

    >>> registry_date("2007-06", "start"), registry_date("June 15, 2007", "start"), registry_date(None, "start")
    ('2007-06', '2007-06-15', None)
    """
    if not text:
        return None
    if len(text) == 10:
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            return read_date(text, field=field)
    return text if _MONTH.match(text) else read_date(text, field=field)


def mesh_curie(identifier: str) -> str:
    """`mesh:` and the id as the MeSH writes it; the registry padded the short ids to nine digits until 2024.

    The MeSH went from six to nine digits after D066331 and after C588191, so a padded number below those is a short id.

    >>> mesh_curie("D000009447"), mesh_curie("D009447"), mesh_curie("D000086382"), mesh_curie("C000606551")
    ('mesh:D009447', 'mesh:D009447', 'mesh:D000086382', 'mesh:C000606551')
    """
    if len(identifier) == 10 and identifier[1:].isdigit():
        number = int(identifier[1:])
        if number < (_FIRST_LONG_DESCRIPTOR if identifier[0] == "D" else _FIRST_LONG_SUPPLEMENT):
            return f"mesh:{identifier[0]}{number:06d}"
    return f"mesh:{identifier}"


def unwrapped(block: str | None) -> str | None:
    r"""A legacy text block as v2 writes it: lines joined to paragraphs, list items marked `* ` or `1. `, inner lists indented.

    >>> unwrapped("\n  Inclusion:\n\n    -  able to\n       walk\n\n         1. far\n\n    -  adult\n\n  Exclusion:\n")
    'Inclusion:\n\n* able to walk\n\n  1. far\n* adult\n\nExclusion:'
    """
    if block is None or not block.strip():
        return None
    out = ""
    open_items: list[tuple[int, int]] = []
    item_depth: int | None = None
    for indent, text in _paragraphs(block):
        while open_items and indent <= open_items[-1][0]:
            open_items.pop()
        prefix, depth = " " * sum(width for _, width in open_items), len(open_items)
        marker = _MARKER.match(text)
        follows_item = marker is not None and item_depth is not None and depth <= item_depth
        out += ("\n" if follows_item else "\n\n") if out else ""
        item_depth = None
        if marker is not None:
            sign = marker[1] if marker[1][0].isdigit() else "*"
            text = f"{sign} {text[marker.end() :]}"
            open_items.append((indent, len(sign) + 1))
            item_depth = depth
        out += prefix + text
    return out


def _paragraphs(block: str) -> Iterator[tuple[int, str]]:
    """Each stretch between blank lines, joined to one line, with the indentation of its first line."""
    lines: list[str] = []
    for line in [*block.expandtabs().splitlines(), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            yield len(lines[0]) - len(lines[0].lstrip()), " ".join(" ".join(lines).split())
            lines = []

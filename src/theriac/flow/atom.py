"""Atom feeds (RFC 4287) as bytes: the same entries give the same bytes, and the feed's time is its newest entry's, never the clock's.

Flows in: entries of plain text. Flows out: the feed. Control, direction and invisible characters are taken out of everything.
"""

from collections.abc import Iterable, Sequence

from lxml import etree

from theriac.flow.digests import shown
from theriac.model import Struct

_ATOM = "http://www.w3.org/2005/Atom"
NOTHING_YET = "1970-01-01T00:00:00Z"


class Entry(Struct, frozen=True):
    """One entry: `updated` is a moment of RFC 3339, `summary` plain text, `content` HTML that is safe as it stands."""

    id: str
    title: str
    updated: str
    summary: str
    content: str | None = None
    page: str | None = None
    categories: tuple[str, ...] = ()


def feed(name: str, title: str, entries: Sequence[Entry], *, here: str | None = None, page: str | None = None) -> bytes:
    """The feed of that id, the newest entry first; `here` is its own address, `page` the page that it follows."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]  # the stubs know no default namespace
    newest = sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)
    _put(root, "id", name)
    _put(root, "title", shown(title))
    _put(root, "updated", newest[0].updated if newest else NOTHING_YET)
    _put(_put(root, "author"), "name", "Theriac")
    _links(root, (("self", here), ("alternate", page)))
    for entry in newest:
        _entry(root, entry)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(root: etree._Element, entry: Entry) -> None:
    made = _put(root, "entry")
    _put(made, "id", entry.id)
    _put(made, "title", shown(entry.title))
    _put(made, "updated", entry.updated)
    for category in entry.categories:
        _put(made, "category", term=category)
    _put(made, "summary", "\n".join(shown(line) for line in entry.summary.splitlines()), type="text")
    if entry.content is not None:
        _put(made, "content", entry.content, type="html")
    _links(made, (("alternate", entry.page),))


def _links(parent: etree._Element, links: Iterable[tuple[str, str | None]]) -> None:
    for relation, address in links:
        if address:
            _put(parent, "link", rel=relation, href=address)


def _put(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = text
    return made

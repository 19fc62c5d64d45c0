"""The digests of one alert as an Atom feed (RFC 4287), newest first.

Flows in: digests. Flows out: the feed's bytes, the same for the same digests; its time is that of the newest window, never the clock's.
"""

from collections.abc import Sequence

from lxml import etree

from theriac.flow.digest_faces import as_html, as_text
from theriac.flow.digests import Digest, shown

_ATOM = "http://www.w3.org/2005/Atom"
_NO_DIGEST_YET = "1970-01-01T00:00:00Z"


def as_atom(subscription: str, title: str, digests: Sequence[Digest], *, here: str | None = None, page: str | None = None) -> bytes:
    """The feed; `here` is its own address, `page` the alert's page."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]  # the stubs know no default namespace
    newest = sorted(digests, key=lambda digest: (digest.window_end, digest.id), reverse=True)
    _put(feed, "id", f"urn:theriac:alert:{subscription}")
    _put(feed, "title", shown(title))
    _put(feed, "updated", _second(newest[0].window_end) if newest else _NO_DIGEST_YET)
    _put(_put(feed, "author"), "name", "Theriac")
    for relation, address in (("self", here), ("alternate", page)):
        if address:
            _put(feed, "link", rel=relation, href=address)
    for digest in newest:
        _entry(feed, digest)
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8")


def _entry(feed: etree._Element, digest: Digest) -> None:
    entry = _put(feed, "entry")
    _put(entry, "id", f"urn:theriac:digest:{digest.id}")
    _put(entry, "title", digest.title)
    _put(entry, "updated", _second(digest.window_end))
    _put(entry, "summary", as_text(digest), type="text")
    _put(entry, "content", as_html(digest), type="html")
    if digest.page:
        _put(entry, "link", rel="alternate", href=digest.page)


def _put(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = text
    return made


def _second(moment: str) -> str:
    return f"{moment[:19]}Z"

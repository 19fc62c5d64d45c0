"""The digests of one alert as an Atom feed, newest first.

Flows in: digests. Flows out: the feed's bytes, the same for the same digests; its time is that of the newest window, never the clock's.
"""

from collections.abc import Sequence

from theriac.flow.atom import Entry, feed
from theriac.flow.digest_faces import as_text
from theriac.flow.digest_html import as_html
from theriac.flow.digests import Digest


def as_atom(subscription: str, title: str, digests: Sequence[Digest], *, here: str | None = None, page: str | None = None) -> bytes:
    """The feed; `here` is its own address, `page` the alert's page."""
    return feed(f"urn:theriac:alert:{subscription}", title, [_entry(digest) for digest in digests], here=here, page=page)


def _entry(digest: Digest) -> Entry:
    return Entry(
        id=f"urn:theriac:digest:{digest.id}",
        title=digest.title,
        updated=f"{digest.window_end[:19]}Z",
        summary=as_text(digest),
        content=as_html(digest),
        page=digest.page,
    )

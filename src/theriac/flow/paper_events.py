"""What happened to an article between two versions of its bibliographic record.

Flows in: two readings of one record. Flows out: that it was published, that it was retracted. An erratum, a comment, new indexing or another
date of publication is no event. A notice of retraction is an article of its own; the event is told of the article that it retracts.
"""

import re

from theriac.dates import PartialDate, read_date_or_none
from theriac.flow.events import Change, Event, Step, bound
from theriac.model import Article, ArticleLink
from theriac.terms import EventKind

_RETRACTED = "retracted publication"
_BY = ("RetractionIn", "RetractedandRepublishedIn", "PartialRetractionIn")
_ISSUE = re.compile(r"\b((?:1[89]|20)\d{2})(?:\s+([A-Z][a-z]{2}))?(?:\s+(\d{1,2}))?\s*(?:;|\Z|\.)")


def article_events(old: Article | None, new: Article, step: Step) -> tuple[Event, ...]:
    """The article where it is new, and its retraction where it was not retracted before."""
    changes = []
    if old is None:
        words = ", ".join(new.types) or None
        published = EventKind.PAPER_PUBLISHED
        changes.append(Change(kind=published, path="title", new=words, quote_new=new.title, mention=new.title, happened=new.published or new.entered))
    if is_retracted(new) and (old is None or not is_retracted(old)):
        changes.append(_retraction(old, new))
    return bound(step, changes)


def is_retracted(article: Article) -> bool:
    """Whether the record says that the article was retracted, by its type or by a tie to the notice."""
    return any(kind.casefold() == _RETRACTED for kind in article.types) or any(link.type in _BY for link in article.links)


def retraction(article: Article) -> ArticleLink | None:
    """The tie to the notice that retracts the article, or None."""
    return next((link for kind in _BY for link in article.links if link.type == kind), None)


def _retraction(old: Article | None, new: Article) -> Change:
    notice = retraction(new)
    cited = notice.cited if notice else None
    return Change(
        kind=EventKind.PAPER_RETRACTED,
        path="links" if notice else "types",
        old=", ".join(old.types) or None if old else None,
        new=", ".join(new.types) or None,
        quote_old=old.title if old else None,
        quote_new=cited or new.title,
        mention=new.title,
        happened=cited_date(cited),
    )


def cited_date(cited: str | None) -> PartialDate | None:
    """The date in the way that PubMed cites an article, as exact as it stands there.

    >>> cited_date("Sample J. 2026 Nov 3;12(4):5"), cited_date("Sample J. 2026 Nov;12(4):5"), cited_date("Sample J. In press")
    ('2026-11-03', '2026-11', None)
    """
    found = _ISSUE.search(cited or "")
    if found is None:
        return None
    year, month, day = found.groups()
    return read_date_or_none(" ".join(part for part in (month, day, year) if part) if month else year) or year

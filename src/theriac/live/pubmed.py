"""PubMed, asked live through the E-utilities: articles on followed names that came or changed since, or all on one drug.

Flows in: a client and an ask. Flows out: pages of some articles each, as efetch serves them. PubMed is never mirrored: without a name nothing
is asked. A search lists at most 10,000 numbers, so that a longer one is parted by days until each part is short enough. What changed is told
by the day of modification, which is how a retraction of an old article is heard; what came, by the day of entry.
"""

import datetime
import re
from collections.abc import Iterator, Mapping

import msgspec

from theriac.errors import BadAnswer, UserError
from theriac.http import Client
from theriac.live.base import Ask, Fetcher, Finished, Item, Names, Page
from theriac.live.shapes import Shape
from theriac.terms import EntityKind, SyncDepth

API = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
MOST_LISTED, TOGETHER, MOST_NAMES = 9_999, 200, 20
OVERLAP = datetime.timedelta(days=2)
BEGAN = datetime.date(1800, 1, 1)
TOOL = "theriac"
_SHORTEST_NAME = 4
_FETCHED = re.compile(rb"<PMID(?:\s[^>]*)?>(\d+)</PMID>")
_TIE = re.compile(rb'<CommentsCorrections RefType="([^"]*)"')
_TIES = Shape.written(
    """
.: AssociatedDataset AssociatedPublication Cites CommentIn CommentOn CorrectedandRepublishedFrom CorrectedandRepublishedIn ErratumFor ErratumIn
    ExpressionOfConcernFor ExpressionOfConcernIn OriginalReportIn PartialRetractionIn PartialRetractionOf ReprintIn ReprintOf RepublishedFrom
    RepublishedIn RetractedandRepublishedFrom RetractedandRepublishedIn RetractionIn RetractionOf SummaryForPatientsIn UpdateIn UpdateOf
"""
).fields[""]
_ARTICLE = re.compile(rb"<(?:MedlineCitation|BookDocument)[\s>]")


class _Found(msgspec.Struct):
    count: str = ""
    idlist: list[str] = []
    error: str = msgspec.field(default="", name="ERROR")


class _Search(msgspec.Struct):
    esearchresult: _Found


class _Cursor(msgspec.Struct):
    """The last article that is done; numbers are asked for in their order."""

    after: int = 0
    until: str = ""


class PubMed(Fetcher):
    """PubMed's articles."""

    name = "pubmed"
    host = "eutils.ncbi.nlm.nih.gov"
    rate = 3.0
    large = True
    mirrored = False
    of_conditions = True

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The articles' numbers, then the articles, some at a time; a cut pass goes on behind the last that was committed."""
        if ask.names is None:
            raise UserError("PubMed is too large to mirror; run `theriac follow NAME` for the drugs and conditions whose articles are wanted")
        at = msgspec.json.decode(ask.cursor, type=_Cursor) if ask.cursor else _Cursor(until=ask.today)
        numbers = sorted(self._numbers(client, ask, at.until))
        left = [number for number in numbers if number > at.after]
        for start in range(0, len(left), TOGETHER):
            some = left[start : start + TOGETHER]
            for payload, records, cursor in self._batch(client, ask, some, at):
                yield Page(
                    name="articles.xml",
                    cursor=cursor,
                    payload=payload,
                    dated=ask.today,
                    release=at.until,
                    published=at.until,
                    total=len(numbers),
                    records=records,
                )
        yield Finished(since=at.until, release=at.until, published=at.until)

    def _numbers(self, client: Client, ask: Ask, until: str) -> set[int]:
        """The numbers of all articles that are asked for."""
        term = self.term(ask.names) if ask.names else ""
        end = datetime.date.fromisoformat(until)
        if ask.depth is SyncDepth.CHANGES and ask.since:
            start = datetime.date.fromisoformat(ask.since[:10]) - OVERLAP
            return {number for kind in ("mdat", "edat") for number in self._search(client, ask, term, kind, start, end)}
        return set(self._search(client, ask, term, "edat", BEGAN, end))

    def _search(self, client: Client, ask: Ask, term: str, kind: str, start: datetime.date, end: datetime.date) -> Iterator[int]:
        """The numbers of a search within some days, parted in halves where it lists more than one answer may hold."""
        found = self._searched(client, ask, term, kind, start, end)
        count = int(found.count)
        if count <= MOST_LISTED:
            if len(set(found.idlist)) != count:
                raise BadAnswer(f"{self.host} counts {count:,} articles and lists {len(set(found.idlist)):,}; nothing was believed, try again later")
            yield from map(int, found.idlist)
            return
        if start >= end:
            raise BadAnswer(f"{self.host} counts {count:,} articles of one day; follow narrower names")
        # Most articles are of the last years: halves of the days would be parted again and again.
        middle = end - max((end - start) // 2, datetime.timedelta(days=1)) if (end - start).days < 8_000 else end - datetime.timedelta(days=3_650)
        yield from self._search(client, ask, term, kind, start, middle)
        yield from self._search(client, ask, term, kind, middle + datetime.timedelta(days=1), end)

    def _searched(self, client: Client, ask: Ask, term: str, kind: str, start: datetime.date, end: datetime.date) -> _Found:
        days = {"datetype": kind, "mindate": start.strftime("%Y/%m/%d"), "maxdate": end.strftime("%Y/%m/%d")}
        params: dict[str, str | int] = {"db": "pubmed", "term": term, "retmode": "json", "retmax": MOST_LISTED, **days, **self._manners(ask)}
        body = client.get(f"{API}/esearch.fcgi", params).body
        try:
            found = msgspec.json.decode(body, type=_Search).esearchresult
        except msgspec.DecodeError as error:
            raise BadAnswer(f"{self.host} answers with something else than a search ({error}); try a newer Theriac") from error
        if found.error or not found.count.isdigit():
            raise BadAnswer(f"{self.host} did not search ({found.error or 'it gives no count'}); nothing was believed, try again later")
        return found

    def _batch(self, client: Client, ask: Ask, numbers: list[int], at: _Cursor) -> Iterator[tuple[bytes, int, str]]:
        """The articles of these numbers with the cursor behind them; what an answer left out is asked for once more before it is given up."""
        before = msgspec.json.encode(_Cursor(after=max(at.after, numbers[0] - 1), until=at.until)).decode()
        behind = msgspec.json.encode(_Cursor(after=numbers[-1], until=at.until)).decode()
        body, found = self._articles(client, ask, numbers)
        left_out = sorted(set(numbers) - found)
        yield body, len(found), before if left_out else behind
        if left_out:
            body, more = self._articles(client, ask, left_out, few=True)
            yield body, len(more), behind

    def _articles(self, client: Client, ask: Ask, numbers: list[int], *, few: bool = False) -> tuple[bytes, set[int]]:
        """The articles of these numbers, and which are there; BadAnswer where most are missing, but for those that were missing before."""
        params: dict[str, str | int] = {"db": "pubmed", "id": ",".join(map(str, numbers)), "retmode": "xml", **self._manners(ask)}
        body = client.get(f"{API}/efetch.fcgi", params, json=False, sound=_sound).body
        found = {int(number) for number in _own_numbers(body)}
        if strange := found - set(numbers):
            raise BadAnswer(f"{self.host} answers with article {min(strange)}, which was not asked for; nothing was believed, try again later")
        if len(found) * 2 < len(numbers) and not few:
            raise BadAnswer(f"{self.host} answers with {len(found)} of {len(numbers)} articles; nothing was believed, try again later")
        return body, found

    @staticmethod
    def term(names: Names) -> str:
        """The search for articles on the names: in title, abstract, substances and headings; of a condition, reports of clinical trials only."""
        texts = [text.replace('"', " ") for text in names.texts if len(text) >= _SHORTEST_NAME or text == names.first]
        texts = list(dict.fromkeys(text.casefold() for text in texts))[:MOST_NAMES]
        either = " OR ".join(f'"{text}"[{field}]' for text in texts for field in ("tiab", "nm", "mh"))
        only_trials = names.kind is EntityKind.CONDITION
        return f'({either}) AND ("clinical trial"[pt] OR "retracted publication"[pt])' if only_trials else f"({either})"

    @staticmethod
    def _manners(ask: Ask) -> dict[str, str]:
        """Who asks, which the E-utilities want to know of every request."""
        return {"tool": TOOL} | ({"email": ask.contact} if "@" in ask.contact else {}) | ({"api_key": ask.key} if ask.key else {})

    def unknown(self, payload: bytes) -> Mapping[str, str]:
        """Kinds of ties between articles that PubMed's document type did not have: a new one may be a kind of retraction."""
        found = {kind.decode("utf-8", "replace") for kind in _TIE.findall(payload)}
        return {f"RefType={kind}": kind for kind in sorted(found - _TIES)}

    def plan(self, ask: Ask) -> list[str]:
        """The search, and what follows from it."""
        if ask.names is None:
            return ["nothing: PubMed is asked for followed drugs and conditions only"]
        return [f"{API}/esearch.fcgi?db=pubmed&term={self.term(ask.names)}, by days", f"{API}/efetch.fcgi for {TOGETHER} articles at a time"]


def _own_numbers(body: bytes) -> list[bytes]:
    """The number of each article itself: the first PMID in each citation."""
    starts = [found.start() for found in _ARTICLE.finditer(body)]
    firsts = (_FETCHED.search(body, start, start + 2_000) for start in starts)
    return [found[1] for found in firsts if found]


def _sound(body: bytes) -> str | None:
    """What is wrong with an answer that should be a set of articles, or None."""
    if b"<PubmedArticleSet" not in body[:4096]:
        return "answers with something else than articles (an error page, most likely)"
    return None if body.rstrip().endswith((b"</PubmedArticleSet>", b"<PubmedArticleSet/>")) else "answers with articles that are cut off"

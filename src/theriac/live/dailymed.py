"""DailyMed, asked live: which labels changed, by the service's list of published labels and the feed of the last days; then each label's XML.

Flows in: a client and an ask. Flows out: a page for each label, its very XML. The whole of DailyMed comes as the parts
of its bulk release, whose number grows: the page that lists them is read. The labels are loaded in the evening of Washington's day; the
service says when (`db_published_date`), and that day is when they were current. A label that has gone between list and XML is left out; the
service serves the present version only, so that versions between two passes are missed and their numbers show it.
"""

import datetime
import re
import zipfile
from collections.abc import Iterator

import msgspec

from theriac.dates import read_date_or_none
from theriac.errors import BadAnswer, ExpiredCursor
from theriac.http import Client
from theriac.live.base import Ask, Fetcher, Finished, Item, Page
from theriac.terms import SyncDepth

SITE = "https://dailymed.nlm.nih.gov/dailymed"
API = f"{SITE}/services/v2"
FEED = f"{SITE}/rss.cfm"
RELEASES = f"{SITE}/spl-resources-all-drug-labels.cfm"
LISTED = 100
OVERLAP = datetime.timedelta(days=1)
FEED_REACHES = datetime.timedelta(days=6)
_GONE = 404
_SET_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ITEM = re.compile(r"<item[ >].*?</item>", re.DOTALL | re.IGNORECASE)
_PART = re.compile(r"https://[a-z0-9.-]+\.nlm\.nih\.gov/[^\s\"'<>]*dm_spl_release_human_(?:rx|otc)_part\d+\.zip", re.IGNORECASE)
_STAMP = re.compile(r"([A-Z][a-z]{2} \d{1,2}, \d{4})")


class _Listed(msgspec.Struct):
    setid: str


class _Metadata(msgspec.Struct):
    total_elements: int | str
    total_pages: int | str
    current_page: int | str
    db_published_date: str = ""


class _List(msgspec.Struct):
    data: list[_Listed]
    metadata: _Metadata


class _Cursor(msgspec.Struct):
    """The last label (or the number of bulk parts) that is done, and of which release."""

    after: str = ""
    done: int = 0
    release: str = ""


class DailyMed(Fetcher):
    """DailyMed's labels."""

    name = "dailymed"
    host = "dailymed.nlm.nih.gov"
    rate = 2.0
    large = True

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The parts of the bulk release for the whole, else the labels that changed or are of the drug."""
        at = msgspec.json.decode(ask.cursor, type=_Cursor) if ask.cursor else _Cursor()
        return self._parts(client, ask, at) if ask.depth is SyncDepth.FULL else self._labels(client, ask, at)

    def _labels(self, client: Client, ask: Ask, at: _Cursor) -> Iterator[Item]:
        release = self.release(client)
        if ask.depth is SyncDepth.CHANGES and ask.since == release and not ask.cursor:
            yield Finished(since=release, release=release, published=release, nothing_new=True)
            return
        wanted = sorted(self._changed(client, ask))
        left = [set_id for set_id in wanted if set_id > at.after]
        # What was published behind the cursor after the pass was cut is left to the next one: it goes on from where this one began.
        first = at.release or release
        gone = 0
        for set_id in left:
            answer = client.get(f"{API}/spls/{set_id}.xml", json=False, missing=True, sound=_sound_label)
            if answer.status == _GONE:
                gone += 1
                continue
            cursor = msgspec.json.encode(_Cursor(after=set_id, release=first)).decode()
            yield Page(
                name="spl.xml", cursor=cursor, payload=answer.body, dated=release, release=release, published=release, total=len(wanted), records=1
            )
        if gone > 1 and gone == len(left):
            raise BadAnswer(f"{self.host} lists {gone} labels and serves none of them; nothing was believed, try again later")
        yield Finished(since=first, release=first, published=first)

    def _changed(self, client: Client, ask: Ask) -> set[str]:
        """The set ids of what is asked for: by the service's list for each name, and by the feed for what changed of everything."""
        found: set[str] = set()
        for query in self.queries(ask):
            found.update(self._listed(client, query))
        since = _day(ask.since) if ask.depth is SyncDepth.CHANGES and ask.since else None
        if since is not None and ask.names is None and datetime.date.fromisoformat(ask.today) - since <= FEED_REACHES:
            found.update(self._fed(client, since - OVERLAP))
        return found

    @staticmethod
    def queries(ask: Ask) -> list[dict[str, str]]:
        """The lists that are asked for: one for each substance code and name, of labels published since."""
        dated = {}
        if ask.depth is SyncDepth.CHANGES and ask.since and (day := _day(ask.since)):
            dated = {"published_date": (day - OVERLAP).isoformat(), "published_date_comparison": "gte"}
        if ask.names is None:
            return [dated]
        return [{"drug_name": ask.names.first, **dated}, *({"unii_code": unii, **dated} for unii in ask.names.of("unii"))]

    def _listed(self, client: Client, query: dict[str, str]) -> Iterator[str]:
        """The set ids of a list, page after page, as many as it says that it has."""
        number, seen, total = 1, set[str](), 0
        while True:
            page = self._list(client, query, number)
            ids = {one.setid.lower() for one in page.data}
            total = int(page.metadata.total_elements)
            if ids and ids <= seen:
                raise BadAnswer(f"{self.host} leads back to a page that it gave before; the pass begins anew with the next run")
            yield from ids - seen
            seen |= ids
            if number >= int(page.metadata.total_pages) or not ids:
                break
            number += 1
        if len(seen) != total:
            raise BadAnswer(f"{self.host} says that there are {total:,} labels and lists {len(seen):,}; the list moved, try again later")

    def _list(self, client: Client, query: dict[str, str], number: int) -> _List:
        body = client.get(f"{API}/spls.json", {**query, "pagesize": LISTED, "page": number}).body
        try:
            return msgspec.json.decode(body, type=_List)
        except msgspec.DecodeError as error:
            raise BadAnswer(f"{self.host} answers with something else than a list of labels ({error}); try a newer Theriac") from error

    def _fed(self, client: Client, start: datetime.date) -> Iterator[str]:
        """The set ids of the feed's items from a day on; all of them where an item states no day."""
        text = client.get(FEED, json=False, sound=_sound_feed).body.decode("utf-8", "replace")
        for item in _ITEM.findall(text):
            found, stated = _SET_ID.search(item), re.search(r"<pubDate>\s*(?:\w{3},\s*)?(\d{1,2}) (\w{3}) (\d{4})", item)
            day = read_date_or_none(f"{stated[2]} {stated[1]}, {stated[3]}") if stated else None
            if found and (day is None or day >= start.isoformat()):
                yield found[0].lower()

    def _parts(self, client: Client, ask: Ask, at: _Cursor) -> Iterator[Item]:
        """The parts of the bulk release one after another; a new release meanwhile makes the pass begin anew."""
        release = self.release(client)
        if at.release and at.release != release:
            raise ExpiredCursor(f"{self.host} has a new release since the pass was cut; it begins anew")
        page = client.get(RELEASES, json=False).body.decode("utf-8", "replace")
        parts = sorted(dict.fromkeys(_PART.findall(page)))
        if not parts:
            raise BadAnswer(f"{RELEASES} names no part of the bulk release; nothing was asked, try a newer Theriac")
        for number, address in enumerate(parts[at.done :], at.done + 1):
            target = ask.folder / address.rpartition("/")[2]
            client.save(address, target)
            if not zipfile.is_zipfile(target):
                target.unlink(missing_ok=True)
                raise BadAnswer(f"{address} is not a whole zip; nothing of it was believed, try again later")
            cursor = "" if number == len(parts) else msgspec.json.encode(_Cursor(done=number, release=release)).decode()
            yield Page(name=target.name, cursor=cursor, file=target, dated=release, release=release, published=release)
            target.unlink(missing_ok=True)
        yield Finished(since=release, release=release, published=release)

    def release(self, client: Client) -> str:
        """The day on which DailyMed's data was loaded last, as the service says."""
        found = _STAMP.search(self._list(client, {}, 1).metadata.db_published_date)
        day = read_date_or_none(found[1]) if found else None
        if day is None:
            raise BadAnswer(f"{self.host} does not say of when its data is; try again later")
        return day

    def plan(self, ask: Ask) -> list[str]:
        """The lists, the feed, and what follows from them."""
        if ask.depth is SyncDepth.FULL:
            return [RELEASES, "every part of the bulk release that it names (human prescription and OTC labels)"]
        lists = ["&".join(f"{name}={value}" for name, value in query.items()) for query in self.queries(ask)]
        feed = [FEED] if ask.names is None and ask.since else []
        pages = [f"{API}/spls.json?{query}&pagesize={LISTED}, and each next page" for query in lists]
        return [*pages, *feed, f"{API}/spls/SET-ID.xml for each label"]


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text[:10]) if text else None


def _sound_label(body: bytes) -> str | None:
    """What is wrong with an answer that should be a label's XML, or None."""
    if b"<document" not in body[:4096]:
        return "answers with a web page in place of a label (an error page, most likely)"
    return None if body.rstrip().endswith(b"</document>") else "answers with a label that is cut off"


def _sound_feed(body: bytes) -> str | None:
    """What is wrong with an answer that should be the feed, or None."""
    if b"<rss" not in body[:1024]:
        return "answers with a web page in place of its feed (an error page, most likely)"
    return None if body.rstrip().endswith(b"</rss>") else "answers with a feed that is cut off"


"""ClinicalTrials.gov, API v2, asked live: whole registry, what was updated since, one drug's trials, or nothing but the list of ids.

Flows in: a client and an ask. Flows out: pages of studies as the registry serves them. Updated daily; robots.txt asks for a second between
requests. A page's token leads to the next page; it is good for a while only. The registry's release (`dataTimestamp`) is asked first, and where
absences are to be believed once more at the end: a list that moved meanwhile proves nothing.
"""

import datetime
from collections.abc import Iterator, Mapping

import msgspec

from theriac.errors import BadAnswer, ExpiredCursor, Refused
from theriac.http import Client
from theriac.live.base import Ask, Fetcher, Finished, Item, Keys, Page
from theriac.live.ctgov_fields import SHAPE
from theriac.terms import EntityKind, SyncDepth

API = "https://clinicaltrials.gov/api/v2"
TABLE = "studies"
PAGE = 1_000
OVERLAP = datetime.timedelta(days=3)
_EXPIRED = (400, 404, 410)


class _Version(msgspec.Struct, rename="camel"):
    data_timestamp: str
    api_version: str = ""


class _Size(msgspec.Struct, rename="camel"):
    total_studies: int


class _Page(msgspec.Struct, rename="camel"):
    studies: list[msgspec.Raw]
    next_page_token: str | None = None
    total_count: int | None = None


class _Cursor(msgspec.Struct):
    """Where the next page is, of which release, and how many studies the registry said there are."""

    token: str
    release: str
    total: int | None = None


class _Identified(msgspec.Struct, rename="camel"):
    nct_id: str


class _Protocol(msgspec.Struct, rename="camel"):
    identification_module: _Identified


class _Named(msgspec.Struct, rename="camel"):
    protocol_section: _Protocol


class Ctgov(Fetcher):
    """ClinicalTrials.gov."""

    name = "ctgov"
    host = "clinicaltrials.gov"
    rate = 1.0
    large = True
    of_conditions = True

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """Page after page, each with the token of the next as its cursor."""
        began = msgspec.json.decode(ask.cursor, type=_Cursor) if ask.cursor else None
        release = self.release(client)
        if ask.depth is SyncDepth.CHANGES and ask.since == release and began is None:
            yield Finished(since=release, release=release, published=release, nothing_new=True)
            return
        first = began.release if began else release
        total = began.total if began else None
        for page in self._pages(client, ask, began.token if began else ""):
            total = page.total_count if page.total_count is not None else total
            yield self._item(ask, page, first, total)
        whole = ask.depth in (SyncDepth.FULL, SyncDepth.KEYS) and self.release(client) == release == first
        yield Finished(since=first, release=first, published=first, total=total, complete=TABLE if whole else None)

    def _item(self, ask: Ask, page: _Page, release: str, total: int | None) -> Item:
        if ask.depth is SyncDepth.KEYS:
            named = (msgspec.json.decode(study, type=_Named) for study in page.studies)
            return Keys(keys=tuple(one.protocol_section.identification_module.nct_id for one in named), total=total)
        token = page.next_page_token or ""
        return Page(
            name="studies.json",
            cursor=msgspec.json.encode(_Cursor(token, release, total)).decode() if token else "",
            payload=b'{"studies":[%s]}' % b",".join(map(bytes, page.studies)),
            release=release,
            published=release,
            total=total,
            records=len(page.studies),
            listing=TABLE if ask.depth is SyncDepth.FULL else None,
        )

    def _pages(self, client: Client, ask: Ask, token: str) -> Iterator[_Page]:
        seen: set[str] = set()
        while True:
            page = self._page(client, ask, token)
            following = page.next_page_token
            if not page.studies and following:
                raise BadAnswer("clinicaltrials.gov answers with an empty page that is not the last; nothing of it was believed, try again later")
            if following and following in seen | {token}:
                raise BadAnswer("clinicaltrials.gov leads back to a page that it gave before; the pass begins anew with the next run")
            if not page.studies and not token and ask.depth is not SyncDepth.CHANGES and ask.names is None:
                raise BadAnswer("clinicaltrials.gov answers that it has no studies at all; nothing was believed, try again later")
            yield page
            if not following:
                return
            seen.add(token)
            token = following

    def _page(self, client: Client, ask: Ask, token: str) -> _Page:
        params: dict[str, str | int] = {**self.query(ask), "pageSize": PAGE}
        params |= {"pageToken": token} if token else {"countTotal": "true"}
        try:
            body = client.get(f"{API}/studies", params).body
        except Refused as error:
            if token and error.status in _EXPIRED:
                raise ExpiredCursor("clinicaltrials.gov no longer knows the page at which the pass was cut; it begins anew") from error
            raise
        try:
            return msgspec.json.decode(body, type=_Page)
        except msgspec.DecodeError as error:
            raise BadAnswer(f"clinicaltrials.gov answers with something else than a page of studies ({error}); try a newer Theriac") from error

    @staticmethod
    def query(ask: Ask) -> dict[str, str]:
        """The parameters that say which studies are meant."""
        found = {"format": "json"}
        if ask.names is not None:
            place = "query.cond" if ask.names.kind is EntityKind.CONDITION else "query.intr"
            found[place] = " OR ".join(f'"{text.replace(chr(34), " ")}"' for text in ask.names.texts)
        if ask.depth is SyncDepth.CHANGES and ask.since:
            start = datetime.date.fromisoformat(ask.since[:10]) - OVERLAP
            found["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{start.isoformat()},MAX]"
        if ask.depth is SyncDepth.KEYS:
            found["fields"] = "NCTId"
        return found

    @staticmethod
    def release(client: Client) -> str:
        """The registry's release: the moment of its data, as it writes it."""
        try:
            return msgspec.json.decode(client.get(f"{API}/version").body, type=_Version).data_timestamp
        except msgspec.DecodeError as error:
            raise BadAnswer(f"clinicaltrials.gov does not say of when its data is ({error}); try again later") from error

    def total(self, client: Client, ask: Ask) -> int | None:
        """How many studies the registry has."""
        try:
            return msgspec.json.decode(client.get(f"{API}/stats/size").body, type=_Size).total_studies
        except msgspec.DecodeError as error:
            raise BadAnswer(f"clinicaltrials.gov does not say how many studies it has ({error}); try again later") from error

    def lists_keys(self) -> bool:
        """It does: `fields=NCTId`."""
        return True

    def plan(self, ask: Ask) -> list[str]:
        """The addresses, each page but the first by its token."""
        query = "&".join(f"{name}={value}" for name, value in self.query(ask).items())
        return [f"{API}/version", f"{API}/studies?{query}&pageSize={PAGE}&countTotal=true, and each next page by its token"]

    def unknown(self, payload: bytes) -> Mapping[str, str]:
        """Fields and codes that the registry's documentation did not name."""
        return SHAPE.unknown(msgspec.json.decode(payload)["studies"])

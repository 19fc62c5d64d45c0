"""openFDA, asked live: changes and single drugs through the API page by page, whole data sets as the parts of the bulk download.

Flows in: a client and an ask. Flows out: API answers and zip parts as openFDA serves them. What every endpoint shares stands here; a subclass
names its endpoint, the date field that says what is new, and the fields that hold names.

Traps: 404 with the code NOT_FOUND means zero results, 429 means wait; `skip` ends at 25,000 and, sent along, silently drops the cursor, so that
pages are followed by the Link header's `search_after` alone. The API and the bulk files carry the same `last_updated`.
"""

import datetime
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from theriac.errors import BadAnswer, ExpiredCursor, Refused
from theriac.http import Answer, Client
from theriac.live.base import Ask, Fetcher, Finished, Item, Page
from theriac.live.openfda_fields import APPLICATION, LABEL
from theriac.live.shapes import Shape
from theriac.terms import Cadence, SyncDepth

API = "https://api.fda.gov"
_FOREVER = "2099-12-31"


class _Counted(msgspec.Struct):
    total: int


class _Meta(msgspec.Struct):
    results: _Counted
    last_updated: str = ""


class _Answer(msgspec.Struct):
    meta: _Meta
    results: list[msgspec.Raw]


class _Fault(msgspec.Struct, frozen=True):
    code: str = ""


class _Faulty(msgspec.Struct):
    error: _Fault = _Fault()


class _Part(msgspec.Struct):
    file: str
    records: int = 0
    display_name: str = ""


class _DataSet(msgspec.Struct):
    export_date: str
    partitions: list[_Part]
    total_records: int | None = None


class _Cursor(msgspec.Struct):
    """The `search_after` of the next page, or how many parts of which export are done."""

    after: str = ""
    done: int = 0
    release: str = ""
    total: int | None = None


class OpenFDA(Fetcher):
    """One endpoint of openFDA's drug data."""

    host = "api.fda.gov"
    rate = 4.0
    endpoint: ClassVar[str]
    table: ClassVar[str]
    page: ClassVar[int] = 1_000
    changed_field: ClassVar[str]
    overlap: ClassVar[int] = 14
    name_fields: ClassVar[tuple[str, ...]] = ("openfda.generic_name", "openfda.brand_name", "openfda.substance_name")
    unii_field: ClassVar[str] = "openfda.unii"
    shape: ClassVar[Shape]

    @property
    def address(self) -> str:
        """The endpoint's address."""
        return f"{API}/drug/{self.endpoint}.json"

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The parts of the bulk download for the whole set, else the pages of a search."""
        return self._parts(client, ask) if ask.depth is SyncDepth.FULL else self._pages(client, ask)

    def _pages(self, client: Client, ask: Ask) -> Iterator[Item]:
        at = msgspec.json.decode(ask.cursor, type=_Cursor) if ask.cursor else _Cursor()
        seen: set[str] = set()
        release, total = at.release, at.total
        while True:
            answer = self._asked(client, ask, at.after)
            found = self._read(answer)
            if found is None:
                yield Finished(since=release or ask.since or ask.today, release=release, published=release, total=total or 0)
                return
            updated = found.meta.last_updated
            if ask.depth is SyncDepth.CHANGES and not at.after and updated and updated == ask.since:
                yield Finished(since=updated, release=updated, published=updated, nothing_new=True)
                return
            release, total = release or updated, found.meta.results.total
            following = self._after(answer)
            if following and (following in seen or not found.results):
                raise BadAnswer(f"{self.host} leads back to a page that it gave before; the pass begins anew with the next run")
            seen.add(following)
            at = _Cursor(after=following, release=release, total=total)
            yield Page(
                name=f"{self.endpoint}.json",
                cursor=msgspec.json.encode(at).decode() if following else "",
                payload=answer.body,
                release=release,
                published=updated,
                total=total,
                records=len(found.results),
            )
            if not following:
                yield Finished(since=release, release=release, published=updated, total=total)
                return

    def _asked(self, client: Client, ask: Ask, after: str) -> Answer:
        params: dict[str, str | int] = {"limit": self.page, **self.query(ask)}
        params |= {"search_after": after} if after else {}
        params |= {"api_key": ask.key} if ask.key else {}
        try:
            return client.get(self.address, params, missing=True)
        except Refused as error:
            if after and error.status in (400, 410):
                raise ExpiredCursor(f"{self.host} no longer knows the page at which the pass was cut; it begins anew") from error
            raise

    def _read(self, answer: Answer) -> _Answer | None:
        """The answer's page; None where it says that nothing was found, and in no other way."""
        try:
            if answer.missing:
                if msgspec.json.decode(answer.body, type=_Faulty).error.code == "NOT_FOUND":
                    return None
                raise BadAnswer(f"{self.host} has no {self.endpoint} any more (404); try a newer Theriac")
            return msgspec.json.decode(answer.body, type=_Answer)
        except msgspec.DecodeError as error:
            raise BadAnswer(f"{self.host} answers with something else than {self.endpoint} records ({error}); try a newer Theriac") from error

    @staticmethod
    def _after(answer: Answer) -> str:
        """The `search_after` of the next page, or nothing."""
        link = answer.next_link
        return parse_qs(urlsplit(link).query).get("search_after", [""])[0] if link else ""

    def query(self, ask: Ask) -> dict[str, str]:
        """The search that says which records are meant."""
        terms = []
        if ask.names is not None:
            quoted = [text.replace('"', " ") for text in ask.names.texts]
            either = [f'{field}:"{text}"' for text in quoted for field in self.name_fields]
            either += [f'{self.unii_field}:"{unii}"' for unii in ask.names.of("unii")]
            terms.append(f"({' OR '.join(either)})")
        if ask.depth is SyncDepth.CHANGES and ask.since:
            start = datetime.date.fromisoformat(ask.since[:10]) - datetime.timedelta(days=self.overlap)
            terms.append(f"{self.changed_field}:[{start.isoformat()} TO {_FOREVER}]")
        return {"search": " AND ".join(terms)} if terms else {}

    def _parts(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The zip parts of the bulk download, one after another; a new export meanwhile makes the pass begin anew."""
        exported = self._export(client)
        at = msgspec.json.decode(ask.cursor, type=_Cursor) if ask.cursor else _Cursor(release=exported.export_date)
        if at.release != exported.export_date:
            raise ExpiredCursor(f"{self.host} has a new export of {exported.export_date}; the pass begins anew")
        for number, part in enumerate(exported.partitions[at.done :], at.done + 1):
            target = ask.folder / f"{self.endpoint}-{exported.export_date}-{part.file.rpartition('/')[2]}"
            if not target.exists():
                client.save(part.file, target)
            if not zipfile.is_zipfile(target):
                target.unlink(missing_ok=True)
                raise BadAnswer(f"{part.file} is not a whole zip; nothing of it was believed, try again later")
            last = number == len(exported.partitions)
            yield Page(
                name=target.name,
                cursor="" if last else msgspec.json.encode(_Cursor(done=number, release=at.release)).decode(),
                file=target,
                release=at.release,
                published=at.release,
                total=exported.total_records,
                records=part.records,
                listing=self.table,
            )
            target.unlink(missing_ok=True)
        whole = exported.total_records is not None
        yield Finished(
            since=at.release, release=at.release, published=at.release, total=exported.total_records, complete=self.table if whole else None
        )

    def _export(self, client: Client) -> _DataSet:
        try:
            listed: Any = msgspec.json.decode(client.get(f"{API}/download.json").body)
            exported = msgspec.convert(listed["results"]["drug"][self.endpoint], _DataSet)
        except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
            raise BadAnswer(f"{self.host} lists no bulk files of {self.endpoint} ({error}); try a newer Theriac") from error
        if not exported.partitions:
            raise BadAnswer(f"{self.host} lists no part of {self.endpoint}; nothing was believed, try again later")
        return exported

    def total(self, client: Client, ask: Ask) -> int | None:
        """How many records the endpoint has in all."""
        params: dict[str, str | int] = {"limit": 1} | ({"api_key": ask.key} if ask.key else {})
        found = self._read(client.get(self.address, params, missing=True))
        return 0 if found is None else found.meta.results.total

    def plan(self, ask: Ask) -> list[str]:
        """The addresses, each page but the first by its Link header."""
        if ask.depth is SyncDepth.FULL:
            return [f"{API}/download.json", f"every part that it lists under results.drug.{self.endpoint}"]
        search = "".join(f"&{name}={value}" for name, value in self.query(ask).items())
        return [f"{self.address}?limit={self.page}{search}, and each next page by its Link header"]

    def unknown(self, payload: bytes) -> Mapping[str, str]:
        """Fields that openFDA's reference did not name."""
        return self.shape.unknown(msgspec.json.decode(payload)["results"])


class OpenFDALabels(OpenFDA):
    """drug/label: exported weekly. A label's `effective_time` may lie well before the day on which it is first served, hence the overlap."""

    name = "openfda_label"
    cadence = Cadence.WEEKLY
    large = True
    endpoint = "label"
    table = "labels"
    page = 100
    changed_field = "effective_time"
    overlap = 60
    name_fields = ("openfda.generic_name", "openfda.brand_name", "openfda.substance_name", "spl_product_data_elements")
    shape = LABEL


class OpenFDAApplications(OpenFDA):
    """drug/drugsfda: daily from Monday to Friday."""

    name = "openfda_drugsfda"
    endpoint = "drugsfda"
    table = "applications"
    changed_field = "submissions.submission_status_date"
    overlap = 30
    name_fields = ("openfda.generic_name", "openfda.brand_name", "openfda.substance_name", "products.brand_name", "products.active_ingredients.name")
    shape = APPLICATION

"""Sources that publish everything in one file: asked conditionally, checked to be whole, handed on as served.

Flows in: a client and an ask. Flows out: one page that is the file, or the word that it has not changed since. For one name, too, the whole
file is asked for, where it is small. What stands in the file, and which tables it lists completely, the formats know; here stand only
addresses and what a whole file must have.
"""

import zipfile
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from theriac.errors import BadAnswer, Refused
from theriac.http import Answer, Client, Validators
from theriac.live.base import Ask, Fetcher, Finished, Item, Page
from theriac.terms import SyncDepth

_REFUSED = 403


class WholeFile(Fetcher):
    """A source that is one file at one address; `by_hand` is the page from which a person can download it."""

    url: ClassVar[str]
    file_name: ClassVar[str]
    by_hand: ClassVar[str]

    def pass_over(self, client: Client, ask: Ask) -> Iterator[Item]:
        """The file, unless the server says that it is as it was."""
        known = None if ask.depth is SyncDepth.FULL else ask.validators.get(self.url)
        try:
            answer = self.fetched(client, ask, known)
        except Refused as error:
            if error.status != _REFUSED:
                raise
            message = f"{self.host} refuses {self.url} to programs ({_REFUSED}); download it from {self.by_hand} and run `theriac load FILE`"
            raise Refused(message, status=error.status, said=error.said) from error
        if answer.not_modified:
            since = ask.since or ask.today
            kept = {self.url: known} if known else {}
            yield Finished(since=since, release=since, published=since, nothing_new=True, validators=kept)
            return
        published = last_modified(answer) or ask.today
        validators = {self.url: answer.validators}
        yield self.page(answer, published, validators)
        if answer.file is not None:
            answer.file.unlink(missing_ok=True)
        yield Finished(since=published, release=published, published=published, validators=validators)

    @abstractmethod
    def fetched(self, client: Client, ask: Ask, known: Validators | None) -> Answer:
        """The whole file, or the server's word that it has not changed."""

    @abstractmethod
    def page(self, answer: Answer, published: str, validators: dict[str, Validators]) -> Page:
        """The file as a page; BadAnswer where it is not what the source publishes."""

    def plan(self, ask: Ask) -> list[str]:
        """The one address."""
        return [f"{self.url}, if it has changed"]


class ZippedTables(WholeFile):
    """A zip of text tables; `members` are those that it cannot be without."""

    members: ClassVar[tuple[str, ...]]

    def fetched(self, client: Client, ask: Ask, known: Validators | None) -> Answer:
        """The zip in the ask's folder."""
        return client.save(self.url, ask.folder / self.file_name, known=known)

    def page(self, answer: Answer, published: str, validators: dict[str, Validators]) -> Page:
        """The zip, its directory and its tables looked at."""
        if answer.file is None:
            raise BadAnswer(f"{self.host} sent no file; try again later")
        lacking = _lacking(answer.file, self.members, self.host)
        if lacking:
            answer.file.unlink(missing_ok=True)
            raise BadAnswer(f"{self.file_name} of {self.host} is without {', '.join(lacking)}; nothing of it was believed, see {self.by_hand}")
        return Page(
            name=self.file_name, cursor="", file=answer.file, dated=published[:10], release=published, published=published, validators=validators
        )


def _lacking(path: Path, members: tuple[str, ...], host: str) -> list[str]:
    """The tables that the zip should have and has not, or has without a row; BadAnswer where it is no whole zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            filled = {member.filename.rpartition("/")[2].casefold() for member in archive.infolist() if member.file_size}
    except zipfile.BadZipFile as error:
        path.unlink(missing_ok=True)
        raise BadAnswer(f"{host} answers with a zip that is not whole ({error}); yesterday's tables stay, try again later") from error
    return [name for name in members if name.casefold() not in filled]


def last_modified(answer: Answer) -> str:
    """The moment of the Last-Modified header in ISO 8601 (UTC), or nothing.

    >>> last_modified(Answer(url="", status=200, headers={"last-modified": "Fri, 20 Nov 2026 21:05:00 GMT"}))
    '2026-11-20T21:05:00Z'
    """
    try:
        return parsedate_to_datetime(answer.headers.get("last-modified", "")).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError):
        return ""


class DrugsAtFDALive(ZippedTables):
    """Drugs@FDA's tables: replaced from Monday to Friday."""

    name = "drugs_at_fda"
    by_name = False  # openFDA has the same applications by name
    host = "www.fda.gov"
    rate = 0.5
    url = "https://www.fda.gov/media/89850/download"
    file_name = "drugsatfda.zip"
    by_hand = "https://www.fda.gov/drugs/drug-approvals-and-databases/drugsfda-data-files"
    members = ("Applications.txt", "Products.txt", "Submissions.txt")


class OrangeBookLive(ZippedTables):
    """The Orange Book's tables: products monthly, patents daily."""

    name = "orange_book"
    host = "www.fda.gov"
    rate = 0.5
    url = "https://www.fda.gov/media/76860/download"
    file_name = "orangebook.zip"
    by_hand = "https://www.fda.gov/drugs/drug-approvals-and-databases/orange-book-data-files"
    members = ("products.txt", "patent.txt", "exclusivity.txt")


class EMALive(WholeFile):
    """The EMA's report of medicines as JSON: made twice a day."""

    name = "ema"
    host = "www.ema.europa.eu"
    rate = 0.5
    url = "https://www.ema.europa.eu/en/documents/report/medicines-output-medicines_json-report_en.json"
    file_name = "medicines.json"
    by_hand = "https://www.ema.europa.eu/en/medicines/download-medicine-data"

    def fetched(self, client: Client, ask: Ask, known: Validators | None) -> Answer:
        """The report."""
        return client.get(self.url, known=known)

    def page(self, answer: Answer, published: str, validators: dict[str, Validators]) -> Page:
        """The report, its own count of records checked."""
        total, records, stamp = _counted(answer.body)
        if not records:
            raise BadAnswer(f"{self.host} answers with a report of no medicine; nothing of it was believed, try again later")
        if total is not None and total != records:
            raise BadAnswer(f"{self.host} says that its report holds {total:,} medicines and it holds {records:,}; nothing of it was believed")
        return Page(
            name=self.file_name,
            cursor="",
            payload=answer.body,
            dated=published[:10],
            release=stamp or published,
            published=stamp or published,
            total=total,
            records=records,
            validators=validators,
        )

    def unknown(self, payload: bytes) -> Mapping[str, str]:
        """Words for a medicine's status or category that the report did not use before."""
        report: Any = msgspec.json.decode(payload.removeprefix(b"\xef\xbb\xbf"))
        rows = report if isinstance(report, list) else next((value for value in report.values() if isinstance(value, list)), [])
        said = {(field, row.get(field)) for row in rows for field in _EMA_WORDS}
        return {f"{field}={word}": word for field, word in sorted(said, key=str) if isinstance(word, str) and word not in _EMA_WORDS[field]}


# A status or category that is none of these is told as schema drift; the record loads with it as it stands.
_EMA_WORDS = {
    "category": frozenset({"Human", "Veterinary"}),
    "medicine_status": frozenset(
        {
            *("Authorised", "Refused", "Withdrawn", "Suspended", "Opinion", "Lapsed", "Expired", "Revoked", "Not authorised", ""),
            *("Application withdrawn", "Opinion under re-examination", "Withdrawn from rolling review"),
        }
    ),
}


def _counted(body: bytes) -> tuple[int | None, int, str]:
    """What the report says of its length, how long it is, and when it says that it was made."""
    try:
        report: Any = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadAnswer(f"the EMA's report is not whole JSON ({error}); nothing of it was believed, try again later") from error
    if isinstance(report, list):
        return None, len(report), ""
    lists = [value for value in report.values() if isinstance(value, list)] if isinstance(report, dict) else []
    meta = report.get("meta") if isinstance(report, dict) else None
    said: dict[str, Any] = meta if isinstance(meta, dict) else {}
    total, stamp = said.get("total_records"), said.get("timestamp")
    return total if isinstance(total, int) else None, len(lists[0]) if lists else 0, stamp if isinstance(stamp, str) else ""

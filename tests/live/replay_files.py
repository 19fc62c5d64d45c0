"""More live hosts for the replay server: the FDA's and the EMA's files, DailyMed, the E-utilities, ChEMBL; their shapes, limits and faults.

Everything that they serve is of our own words. Each answers as its live host does: what it refuses, how it counts, how it leads on.
"""

import datetime
import io
import json
import re
import zipfile
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any, ClassVar

from replay import Asked, Replay, Reply

from theriac.dates import first_day


class Files:
    """A host of files at fixed paths, each with its ETag and day; knows conditional requests and ranges."""

    def __init__(self, replay: Replay | None = None) -> None:
        self.replay = replay
        self.files: dict[str, tuple[bytes, str]] = {}

    def put(self, path: str, data: bytes, day: str) -> None:
        """A new state of a file."""
        self.files[path] = (data, day)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path not in self.files:
            return Reply(b"not here", 404)
        if self.replay and self.replay.fault(asked, "403"):
            return Reply(b"Access denied", 403, pack=False)
        data, day = self.files[asked.path]
        if self.replay and self.replay.fault(asked, "half"):
            data = data[: len(data) // 2]
        if self.replay and self.replay.fault(asked, "total"):
            data = data.replace(b'"total_records": ', b'"total_records": 9')
        if self.replay and self.replay.fault(asked, "drift"):
            data = data.replace(b'"medicine_status": "Authorised"', b'"medicine_status": "Pondered"', 1)
        etag = f'"{day}-{len(data)}"'
        modified = format_datetime(datetime.datetime.fromisoformat(f"{day}T06:00:00+00:00"), usegmt=True)
        headers = {"ETag": etag, "Last-Modified": modified, "Accept-Ranges": "bytes"}
        if asked.headers.get("if-none-match") == etag:
            return Reply(b"", 304, headers, pack=False)
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if wanted and asked.headers.get("if-range") == etag:
            start = int(wanted[1])
            return Reply(data[start:], 206, headers | {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}, pack=False)
        return Reply(data, 200, headers, pack=data[:2] != b"PK")


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return held.getvalue()


class DailyMed:
    """dailymed.nlm.nih.gov: the list of labels, the feed, each label's XML, the page of the bulk release."""

    def __init__(self, replay: Replay | None = None, loaded: str = "2026-03-02") -> None:
        self.replay = replay
        self.loaded = loaded
        self.labels: dict[str, tuple[bytes, str, str]] = {}
        self.parts: dict[str, bytes] = {}
        self.unlisted: set[str] = set()

    def put(self, set_id: str, xml: bytes, published: str, names: str = "") -> None:
        """A label, or another version of it, published on a day, found by these names."""
        self.labels[set_id] = (xml, published, names.casefold())

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/dailymed")
        if path == "/services/v2/spls.json":
            return self._list(asked)
        if path == "/rss.cfm":
            return Reply(self._feed().encode())
        if path == "/spl-resources-all-drug-labels.cfm":
            links = "".join(f'<a href="https://dailymed-data.nlm.nih.gov/public-release-files/{name}">zip</a>' for name in self.parts)
            return Reply(f"<html><body>{links}</body></html>".encode())
        if (found := re.fullmatch(r"/services/v2/spls/([0-9a-f-]+)\.xml", path)) and found[1] in self.labels:
            xml = self.labels[found[1]][0]
            return Reply(xml[: len(xml) // 2] if self.replay and self.replay.fault(asked, "half") else xml)
        return Reply(b"Not found", 404)

    def download(self, asked: Asked) -> Reply:
        """A part of the bulk release."""
        data = self.parts[asked.path.rpartition("/")[2]]
        return Reply(data, 200, {"ETag": '"1"'}, pack=False)

    def _list(self, asked: Asked) -> Reply:
        query = asked.query
        size = min(int(query.get("pagesize", 100)), 100)
        number = int(query.get("page", 1))
        if self.replay and number > 1 and self.replay.fault(asked, "repeated"):
            number = 1
        found = sorted(set_id for set_id in self.labels if set_id not in self.unlisted and self._is(set_id, query))
        total = len(found) + (7 if self.replay and "published_date" in query and self.replay.fault(asked, "total") else 0)
        pages = max(1, -(-len(found) // size))
        shown = found[(number - 1) * size : number * size]
        rows = [{"spl_version": 1, "published_date": self._written(self.labels[one][1]), "title": "A label", "setid": one} for one in shown]
        about: dict[str, Any] = {"db_published_date": f"{self._written(self.loaded)} 07:40:57PM EST", "elements_per_page": size}
        about |= {"current_page": number}
        about |= {"total_elements": total, "total_pages": pages, "next_page": number + 1 if number < pages else "null"}
        return Reply(json.dumps({"data": rows, "metadata": about}).encode())

    def _is(self, set_id: str, query: Mapping[str, str]) -> bool:
        _, published, names = self.labels[set_id]
        wanted = [query[name].casefold() for name in ("drug_name", "unii_code") if name in query]
        return published >= query.get("published_date", "") and all(one in names for one in wanted)

    @staticmethod
    def _written(day: str) -> str:
        return first_day(day).strftime("%b %d, %Y")

    def _feed(self) -> str:
        items = []
        for set_id, (_, published, _) in sorted(self.labels.items()):
            link = f"https://dailymed.nlm.nih.gov/dailymed/lookup.cfm?setid={set_id}"
            day = first_day(published).strftime("%a, %d %b %Y 00:00:00 EST")
            items.append(f"<item><title>A label</title><link>{link}</link><pubDate>{day}</pubDate></item>")
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'


class EUtils:
    """eutils.ncbi.nlm.nih.gov over articles with their days of entry and modification."""

    def __init__(self, replay: Replay | None = None, most: int = 9_999) -> None:
        self.replay = replay
        self.most = most
        self.articles: dict[int, tuple[bytes, str, str]] = {}
        self.gone: set[int] = set()

    def put(self, number: int, xml: bytes, entered: str, modified: str) -> None:
        """An article, or another version of it."""
        self.articles[number] = (xml, entered, modified)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/esearch.fcgi"):
            return self._search(asked)
        if asked.path.endswith("/efetch.fcgi"):
            return self._fetch(asked)
        return Reply(b"Not found", 404)

    def _search(self, asked: Asked) -> Reply:
        query = asked.query
        place = 2 if query["datetype"] == "mdat" else 1
        first, last = (query[name].replace("/", "-") for name in ("mindate", "maxdate"))
        wanted = [text.casefold() for text in re.findall(r'"([^"]+)"\[tiab\]', query["term"])]
        found = [
            number
            for number, held in sorted(self.articles.items(), reverse=True)
            if first <= held[place] <= last and any(text.encode() in held[0].lower() for text in wanted)
        ]
        listed = found[: min(int(query.get("retmax", 20)), self.most)]
        if self.replay and self.replay.fault(asked, "error"):
            return Reply(b'{"esearchresult": {"ERROR": "Search Backend failed"}}')
        count = len(found) + (7 if self.replay and self.replay.fault(asked, "total") else 0)
        found_here = {"count": str(count), "retmax": str(len(listed)), "idlist": [str(one) for one in listed]}
        return Reply(json.dumps({"esearchresult": found_here}).encode())

    def _fetch(self, asked: Asked) -> Reply:
        numbers = [int(one) for one in asked.query["id"].split(",")]
        if len(numbers) > 200:
            return Reply(b"<eFetchResult><ERROR>too many</ERROR></eFetchResult>", 400)
        if self.replay and self.replay.fault(asked, "repeated"):
            numbers = [min(self.articles)]
        if self.replay and self.replay.fault(asked, "few"):
            numbers = numbers[:1]
        body = b"\n".join(self.articles[number][0] for number in numbers if number not in self.gone)
        if self.replay and self.replay.fault(asked, "drift"):
            body = body.replace(b'RefType="CommentIn"', b'RefType="DisownedIn"', 1)
        whole = b'<?xml version="1.0" ?>\n<PubmedArticleSet>\n' + body + b"\n</PubmedArticleSet>\n"
        return Reply(whole[:-40] if self.replay and self.replay.fault(asked, "half") else whole)


class Chembl:
    """www.ebi.ac.uk/chembl/api/data over lists of objects; pages as large as it likes."""

    LISTS: ClassVar = {"mechanism": "mechanisms", "drug_indication": "drug_indications", "molecule": "molecules", "target": "targets"}

    def __init__(self, replay: Replay | None = None, version: str = "ChEMBL_35", page: int = 1_000) -> None:
        self.replay = replay
        self.released = "2026-02-01"
        self.version = version
        self.page = page
        self.objects: dict[str, list[dict[str, Any]]] = {name: [] for name in self.LISTS}

    def __call__(self, asked: Asked) -> Reply:
        resource = asked.path.removeprefix("/chembl/api/data/").removesuffix(".json")
        if resource == "status":
            return Reply(json.dumps({"chembl_db_version": self.version, "chembl_release_date": self.released, "status": "UP"}).encode())
        if resource not in self.LISTS:
            return Reply(b"Not found", 404)
        return self._page(asked, resource)

    def _page(self, asked: Asked, resource: str) -> Reply:
        limit, offset = min(int(asked.query.get("limit", 20)), self.page), int(asked.query.get("offset", 0))
        if self.replay and offset and self.replay.fault(asked, "expired"):
            return Reply(b'{"error": "offset out of range"}', 400)
        filters = {name: value for name, value in asked.query.items() if name not in ("limit", "offset")}
        found = [one for one in self.objects[resource] if all(self._is(one, name, value) for name, value in filters.items())]
        if self.replay and offset and self.replay.fault(asked, "repeated"):
            offset = 0
        shown = found[offset : offset + limit]
        more = offset + limit < len(found)
        address = "&".join([f"{name}={value}" for name, value in filters.items()] + [f"limit={limit}", f"offset={offset + limit}"])
        total = len(found) + (7 if self.replay and self.replay.fault(asked, "total") else 0)
        meta = {"limit": limit, "offset": offset, "previous": None, "total_count": total, "next": f"{asked.path}?{address}" if more else None}
        if self.replay and self.replay.fault(asked, "drift"):
            shown = [shown[0] | {"mood": "hopeful"}, *shown[1:]]
        return Reply(json.dumps({self.LISTS[resource]: shown, "page_meta": meta}).encode())

    @staticmethod
    def _is(one: Mapping[str, Any], name: str, value: str) -> bool:
        *places, how = name.split("__")
        if how not in ("in", "iexact", "gt"):
            places, how = [*places, how], "exact"
        held: Any = one
        for place in places:
            held = [inner.get(place) for inner in held] if isinstance(held, list) else (held or {}).get(place)
        values = [str(each) for each in (held if isinstance(held, list) else [held])]
        if how == "in":
            return any(each in value.split(",") for each in values)
        if how == "gt":
            return any(each not in ("None", "") and float(each) > float(value) for each in values)
        return any(each.casefold() == value.casefold() for each in values)

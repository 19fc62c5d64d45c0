"""A server on this machine that answers as the live hosts do: pages, tokens, limits, counts, links, bulk files, and their faults on demand.

It is real HTTP on loopback in a thread; `https://HOST/path` is asked as `http://127.0.0.1:PORT/HOST/path`. Every request is kept in `log` with its
headers and moment. Another live host is one `Host` class (see `Ctgov`, `OpenFDA`) in `Replay.hosts`.
"""

import base64
import datetime
import gzip
import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

STAMP = "9999-99-99"


@dataclass
class Asked:
    """One request as it came."""

    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float
    port: int
    status: int = 0
    sent: int = 0
    fault: str = ""

    @property
    def address(self) -> str:
        """Host and path."""
        return self.host + self.path


@dataclass
class Reply:
    """What a host answers."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pack: bool = True


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose address matches, after `after` of them."""

    kind: str
    address: str = ""
    times: int = 1
    after: int = 0


Host = Callable[[Asked], Reply]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that are killed leave broken connections."""


class Replay:
    """The server; use it as a context manager."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.hosts = dict(hosts)
        self.log: list[Asked] = []
        self.faults: list[Fault] = []
        self.retry_after = "0"
        self.slowly = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None: ...

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> "Replay":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        """What THERIAC_MIRROR has to be."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def fail(self, kind: str, address: str = "", times: int = 1, after: int = 0) -> None:
        """Lets the next requests of an address go wrong: 429, 500, 503, html, gzip, cut, or a host's own fault."""
        self.faults.append(Fault(kind, address, times, after))

    def fault(self, asked: Asked, *kinds: str) -> bool:
        """Whether one of these faults is due for this request."""
        for one in self.faults:
            if one.kind in kinds and one.address in asked.address and one.times > 0:
                if one.after > 0:
                    one.after -= 1
                    continue
                one.times -= 1
                asked.fault = one.kind
                return True
        return False

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request, logged, perhaps spoilt."""
        split = urlsplit(handler.path)
        host, _, path = split.path.lstrip("/").partition("/")
        query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(host, f"/{path}", query, headers, time.monotonic(), handler.client_address[1])
        self.log.append(asked)
        if self.slowly:
            time.sleep(self.slowly)
        self._send(handler, asked, self._reply(asked))

    def _reply(self, asked: Asked) -> Reply:
        for status in ("429", "500", "503"):
            if self.fault(asked, status):
                return Reply(b"busy", int(status), {"Retry-After": self.retry_after}, pack=False)
        if self.fault(asked, "html"):
            return Reply(b"<!DOCTYPE html><html><body>We will be back</body></html>", pack=False)
        found = self.hosts.get(asked.host)
        return found(asked) if found else Reply(b"not here", 404)

    def _send(self, handler: BaseHTTPRequestHandler, asked: Asked, reply: Reply) -> None:
        body, headers = reply.body, dict(reply.headers)
        if reply.pack and len(body) > 500 and "gzip" in asked.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        if self.fault(asked, "gzip"):
            body = gzip.compress(reply.body, 1)[:-30]
            headers["Content-Encoding"] = "gzip"
        cut = self.fault(asked, "cut")
        asked.status, asked.sent = reply.status, len(body)
        try:
            handler.send_response(reply.status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body[: len(body) // 2] if cut else body)
            handler.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            pass
        if cut:
            handler.close_connection = True


class Ctgov:
    """ClinicalTrials.gov's API v2 over a dictionary of studies."""

    def __init__(self, replay: Replay | None = None, release: str = "2026-03-02T09:00:05") -> None:
        self.replay = replay
        self.release = release
        self.studies: dict[str, bytes] = {}
        self.updated: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.largest_page = 1_000
        self.epoch = 0

    def put(self, study: dict[str, Any]) -> str:
        """Adds a study or puts another version in its place."""
        protocol = study["protocolSection"]
        number = str(protocol["identificationModule"]["nctId"])
        study.setdefault("derivedSection", {}).setdefault("miscInfoModule", {})["versionHolder"] = STAMP
        self.studies[number] = json.dumps(study, separators=(",", ":")).encode()
        self.updated[number] = protocol.get("statusModule", {}).get("lastUpdatePostDateStruct", {}).get("date", "2000-01-01")
        given = protocol.get("armsInterventionsModule", {}).get("interventions", [])
        texts = [protocol["identificationModule"].get("briefTitle", ""), *(one.get("name", "") for one in given)]
        self.names[number] = " ".join(texts).casefold()
        return number

    def study(self, number: str) -> dict[str, Any]:
        """The study as it is now."""
        return json.loads(self.studies[number])  # type: ignore[no-any-return]

    def served(self, number: str) -> bytes:
        """The study in the bytes that are served today."""
        return self.studies[number].replace(STAMP.encode(), self.release[:10].encode())

    def remove(self, number: str) -> None:
        """Takes a study out of the registry."""
        del self.studies[number], self.updated[number], self.names[number]

    def advance(self, days: int = 1) -> str:
        """A new release of the registry; gives its day."""
        moment = datetime.datetime.fromisoformat(self.release) + datetime.timedelta(days=days)
        self.release = moment.isoformat()
        return self.release[:10]

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/api/v2/version":
            return Reply(json.dumps({"apiVersion": "2.0.5", "dataTimestamp": self.release}).encode())
        if asked.path == "/api/v2/stats/size":
            return Reply(json.dumps({"totalStudies": self._total(asked, len(self.studies)), "averageSizeBytes": 17_000}).encode())
        if asked.path == "/api/v2/studies":
            return self._search(asked)
        return Reply(b"Not found", 404)

    def _total(self, asked: Asked, count: int) -> int:
        if self.replay and self.replay.fault(asked, "shrunk"):
            return count // 10
        return count

    def _search(self, asked: Asked) -> Reply:
        query = {name: value for name, value in asked.query.items() if name not in ("pageToken", "countTotal")}
        found = self._found(query)
        size = min(int(query.get("pageSize", 10)), self.largest_page)
        start = 0
        if token := asked.query.get("pageToken"):
            place = json.loads(base64.urlsafe_b64decode(token))
            if place[:2] != [self.epoch, sorted(query.items())] and place[:2] != [self.epoch, [list(one) for one in sorted(query.items())]]:
                return Reply(b"The page token is invalid or has expired", 400)
            start = place[2]
        if self.replay and token and self.replay.fault(asked, "expired"):
            return Reply(b"The page token is invalid or has expired", 400)
        page: dict[str, Any] = {}
        if asked.query.get("countTotal") == "true" and not token:
            page["totalCount"] = len(found) + (7 if self.replay and self.replay.fault(asked, "total") else 0)
            page["totalCount"] = self._total(asked, page["totalCount"])
        following = start + size
        if following < len(found):
            again = start if self.replay and token and self.replay.fault(asked, "repeated") else following
            page["nextPageToken"] = self._token(query, again)
        head = json.dumps(page)[1:-1]
        only_ids = query.get("fields") == "NCTId"
        bodies = (self._id(number) if only_ids else self.served(number) for number in found[start:following])
        body = b'{"studies":[' + b",".join(bodies) + b"]" + (b"," + head.encode() if head else b"") + b"}"
        if self.replay and self.replay.fault(asked, "drift"):
            body = body.replace(b'"statusModule":{', b'"statusModule":{"overallMood":"HOPEFUL",', 1).replace(b'"PHASE2"', b'"PHASE2_5"', 1)
        return Reply(body)

    def _token(self, query: dict[str, str], start: int) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.epoch, sorted(query.items()), start]).encode()).decode()

    @staticmethod
    def _id(number: str) -> bytes:
        return b'{"protocolSection":{"identificationModule":{"nctId":"%s"}}}' % number.encode()

    def _found(self, query: Mapping[str, str]) -> list[str]:
        found = sorted(self.studies)
        if window := query.get("filter.advanced"):
            first, last = re.fullmatch(r"AREA\[LastUpdatePostDate\]RANGE\[(.*),(.*)\]", window).groups()  # type: ignore[union-attr]
            found = [number for number in found if first <= self.updated[number] <= ("9999" if last == "MAX" else last)]
        if wanted := query.get("query.intr"):
            names = [name.strip('" ').casefold() for name in wanted.split(" OR ")]
            found = [number for number in found if any(name in self.names[number] for name in names)]
        return found


class OpenFDA:
    """api.fda.gov and its download host over lists of records."""

    def __init__(self, replay: Replay | None = None, updated: str = "2026-03-02") -> None:
        self.replay = replay
        self.updated = updated
        self.records: dict[str, dict[str, dict[str, Any]]] = {"label": {}, "drugsfda": {}}
        self.largest_page = 1_000
        self.part = 400
        self.exports: dict[str, tuple[str, list[bytes], int]] = {}

    def hosts(self) -> dict[str, Host]:
        """Both hosts."""
        return {"api.fda.gov": self, "download.open.fda.gov": self.download}

    def put(self, endpoint: str, key: str, record: dict[str, Any]) -> None:
        """Adds a record or puts another version in its place."""
        self.records[endpoint][key] = record

    def export(self, endpoint: str) -> None:
        """Writes the bulk files anew, as openFDA does weekly or daily."""
        records = [self.records[endpoint][key] for key in sorted(self.records[endpoint])]
        parts = []
        for start in range(0, len(records), self.part):
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"drug-{endpoint}.json", json.dumps(self._page(records[start : start + self.part], len(records))))
            parts.append(held.getvalue())
        self.exports[endpoint] = (self.updated, parts, len(records))

    def _page(self, records: Iterable[Any], total: int) -> dict[str, Any]:
        meta = {"disclaimer": "…", "terms": "https://open.fda.gov/terms/", "license": "https://open.fda.gov/license/", "last_updated": self.updated}
        return {"meta": meta | {"results": {"skip": 0, "limit": 1000, "total": total}}, "results": list(records)}

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/download.json":
            return Reply(json.dumps({"results": {"drug": {name: self._listed(asked, name) for name in self.exports}}}).encode())
        endpoint = asked.path.removeprefix("/drug/").removesuffix(".json")
        if endpoint not in self.records:
            return Reply(b'{"error": {"code": "NOT_FOUND", "message": "Not found"}}', 404)
        return self._search(asked, endpoint)

    def _listed(self, asked: Asked, endpoint: str) -> dict[str, Any]:
        date, parts, total = self.exports[endpoint]
        if self.replay and self.replay.fault(asked, "total"):
            total += 7
        if self.replay and self.replay.fault(asked, "shrunk"):
            total //= 10
        host = f"https://download.open.fda.gov/drug/{endpoint}"
        files = [{"file": f"{host}/drug-{endpoint}-{n:04d}-of-{len(parts):04d}.json.zip", "records": 0} for n in range(1, len(parts) + 1)]
        return {"export_date": date, "total_records": total, "partitions": files}

    def download(self, asked: Asked) -> Reply:
        """A part of the bulk download; knows ranges and ETags."""
        endpoint, number = re.search(r"drug-(\w+)-(\d+)-of", asked.path).groups()  # type: ignore[union-attr]
        date, parts, _ = self.exports[endpoint]
        data, etag = parts[int(number) - 1], f'"{date}-{number}"'
        headers = {"ETag": etag, "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if wanted and asked.headers.get("if-range") == etag:
            start = int(wanted[1])
            return Reply(data[start:], 206, headers | {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}, pack=False)
        return Reply(data, 200, headers, pack=False)

    def _search(self, asked: Asked, endpoint: str) -> Reply:
        limit = int(asked.query.get("limit", 1))
        if limit > self.largest_page or int(asked.query.get("skip", 0)) > 25_000:
            return Reply(b'{"error": {"code": "BAD_REQUEST", "message": "limit or skip too large"}}', 400)
        found = [key for key in sorted(self.records[endpoint]) if matches(self.records[endpoint][key], asked.query.get("search", ""))]
        after = asked.query.get("search_after", "") if "skip" not in asked.query else ""
        if after and self.replay and self.replay.fault(asked, "expired"):
            return Reply(b'{"error": {"code": "BAD_REQUEST", "message": "search_after is invalid"}}', 400)
        rest = [key for key in found if key > after.removeprefix("0=")]
        if not found:
            return Reply(b'{"error": {"code": "NOT_FOUND", "message": "No matches found!"}}', 404)
        page, total = rest[:limit], len(found)
        if self.replay and limit > 1 and self.replay.fault(asked, "total"):
            total += 7
        if self.replay and limit == 1 and self.replay.fault(asked, "shrunk"):
            total //= 10
        body = json.dumps(self._page([self.records[endpoint][key] for key in page], total)).encode()
        if self.replay and self.replay.fault(asked, "drift"):
            body = body.replace(b'"results": [{', b'"results": [{"mood_of_the_maker": ["hopeful"], ', 1)
        headers = {}
        if len(rest) > limit:
            last = after if self.replay and after and self.replay.fault(asked, "repeated") else f"0={page[-1]}"
            again = urlencode({name: value for name, value in asked.query.items() if name != "search_after"} | {"search_after": last})
            headers["Link"] = f'<https://api.fda.gov{asked.path}?{again}>; rel="next"'
        return Reply(body, 200, headers)


def matches(record: Mapping[str, Any], search: str) -> bool:
    """Whether a record is what an openFDA search of ours means: groups joined by AND, alternatives by OR, phrases and date ranges."""
    return all(any(_one(record, term) for term in group.strip("()").split(" OR ")) for group in search.split(" AND ")) if search else True


def _one(record: Mapping[str, Any], term: str) -> bool:
    place, _, wanted = term.partition(":")
    texts = [str(one) for one in _values(record, place.split("."))]
    if wanted.startswith("["):
        first, last = wanted.strip("[]").replace("-", "").split(" TO ")
        return any(first <= text.replace("-", "") <= last for text in texts)
    return any(wanted.strip('"').casefold() in text.casefold() for text in texts)


def _values(value: Any, names: list[str]) -> Iterable[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _values(inner, names)
    elif not names:
        yield value
    elif isinstance(value, Mapping) and names[0] in value:
        yield from _values(value[names[0]], names[1:])

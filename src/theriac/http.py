"""The only HTTP client of the live sources: polite, patient, and sure that what it hands on is whole.

Flows in: an address, and what is known of it from last time. Flows out: an `Answer` whose body is complete (its length, its gzip trailer and, where
JSON was asked for, its JSON were checked), or a `LiveError`. One connection per host, requests no closer together than the host's rate, waits
as long as `Retry-After` says, else ever longer with chance. It follows no source's paging, keeps nothing between runs, reads no environment
and asks no clock: clock, sleep, chance and transport are handed in.
"""

import random
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import msgspec

from theriac.errors import BadAnswer, LiveError, Refused, Unreachable

ATTEMPTS = 6
LONGEST_WAIT = 120.0
LONGEST_ASKED_WAIT = 3_600.0
LARGEST = 256 * 1024 * 1024
LARGEST_FILE = 8 * 1024**3
_REDIRECTS = 4
_MOST_SAID = 16 * 1024
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})
_MOVED = frozenset({301, 302, 303, 307, 308})
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Clock(msgspec.Struct, frozen=True):
    """A clock that never goes back, and how to wait."""

    ticks: Callable[[], float]
    sleep: Callable[[float], None]


class Validators(msgspec.Struct, frozen=True):
    """What a server gave with an answer so that it can say "not modified" the next time."""

    etag: str = ""
    modified: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer; `file` in the place of `body` where it was saved. A 304 has neither."""

    url: str
    status: int
    body: bytes = b""
    file: Path | None = None
    headers: Mapping[str, str] = {}
    validators: Validators = Validators()

    @property
    def not_modified(self) -> bool:
        """Whether the server says that it is as it was."""
        return self.status == httpx.codes.NOT_MODIFIED

    @property
    def missing(self) -> bool:
        """Whether the server says that there is nothing at the address (404)."""
        return self.status == httpx.codes.NOT_FOUND

    @property
    def next_link(self) -> str | None:
        """The address under `rel="next"` of the Link header."""
        found = httpx.Response(200, headers={"link": self.headers.get("link", "")}).links.get("next")
        return found.get("url") if found else None


class Traffic(msgspec.Struct):
    """What a client has asked and got so far: requests, bytes as they travelled, seconds waited for manners' sake."""

    requests: int = 0
    bytes: int = 0
    waited: float = 0.0


class _PassingFault(Exception):
    """This attempt failed in a way that may pass; `wait` is what the server asked for."""

    def __init__(self, error: LiveError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class Client:
    """Asks live sources. Use it as a context manager, or call `close`.

    `rates` gives the requests a second that a host allows (else `rate`); `cap` lowers all of them. With a `mirror`, `https://HOST/path` is asked
    as `MIRROR/HOST/path`, which is how tests and offline copies stand in for the live hosts.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        agent: str,
        chance: Callable[[], float] = random.random,
        transport: httpx.BaseTransport | None = None,
        mirror: str = "",
        rates: Mapping[str, float] | None = None,
        rate: float = 1.0,
        cap: float = 0.0,
        attempts: int = ATTEMPTS,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.clock = clock
        self.agent = agent
        self.chance = chance
        self.mirror = mirror.rstrip("/")
        self.rates = dict(rates or {})
        self.rate = rate
        self.cap = cap
        self.attempts = attempts
        self.tell = tell
        self.traffic = Traffic()
        self._transport = transport
        self._clients: dict[str, httpx.Client] = {}
        self._free_at: dict[str, float] = {}

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives every connection back."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        json: bool = True,
        largest: int = LARGEST,
        known: Validators | None = None,
        missing: bool = False,
        sound: Callable[[bytes], str | None] = lambda _: None,
    ) -> Answer:
        """The whole answer, checked; with `known`, perhaps a 304. With `missing` a 404 is an answer too, else every 4xx raises Refused.

        `sound` says what is wrong with a body that is no JSON ("answers with a web page …"), which is then asked for again.
        """
        address = str(httpx.URL(url).copy_merge_params(dict(params))) if params else url

        def once() -> Answer:
            with self._sent(address, _conditional(known) | {"Accept-Encoding": "gzip"}) as response:
                _check_status(response, address, missing=missing)
                body = self._body(response, address, largest)
            if json and response.status_code != httpx.codes.NOT_MODIFIED and not (missing and response.status_code == httpx.codes.NOT_FOUND):
                _check_json(body, address)
            if response.is_success and (fault := sound(body)) is not None:
                raise _PassingFault(BadAnswer(f"{httpx.URL(address).host} {fault}"))
            return _answer(response, address, body=body)

        return self._patiently(once)

    def save(self, url: str, target: Path, *, largest: int = LARGEST_FILE, known: Validators | None = None) -> Answer:
        """The answer in a file, which appears under its name when it is whole; what an earlier, cut attempt got is gone on with."""
        target.parent.mkdir(parents=True, exist_ok=True)
        return self._patiently(lambda: self._save_once(url, target, largest, known))

    def _patiently(self, once: Callable[[], Answer]) -> Answer:
        """The first attempt that succeeds, with waits between that grow and never fall together with other clients'."""
        for attempt in range(1, self.attempts + 1):
            try:
                return once()
            except _PassingFault as fault:
                if attempt == self.attempts or (fault.wait or 0) > LONGEST_ASKED_WAIT:
                    raise fault.error from fault
                wait = fault.wait if fault.wait is not None else min(LONGEST_WAIT, 2.0**attempt) * (0.5 + self.chance() / 2)
                self.tell(f"{fault.error}; trying again in {wait:.0f} s")
                self._wait(wait)
        raise Unreachable("no attempt was allowed")

    @contextmanager
    def _sent(self, address: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The response's head, redirects followed, its body still on the wire; foreign errors as ours."""
        for _ in range(_REDIRECTS):
            url = _url(address)
            self._turn(url.host)
            self.traffic.requests += 1
            request = self._client(url.host).build_request("GET", self._mirrored(url), headers={**headers, "User-Agent": self.agent})
            try:
                response = self._client(url.host).send(request, stream=True)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # the last two of a Location that is no address
                raise _PassingFault(Unreachable(f"{url.host} could not be reached ({_words(error)})")) from error
            try:
                if response.status_code in _MOVED and (location := response.headers.get("location")):
                    address = _redirected(url, location)
                    continue
                yield response
                return
            except httpx.HTTPError as error:
                raise _PassingFault(BadAnswer(f"the answer of {url.host} was cut off ({_words(error)})")) from error
            finally:
                response.close()
        raise BadAnswer(f"{_place(address)} leads from one address to the next; try again later")

    def _turn(self, host: str) -> None:
        """Waits until this host may be asked again."""
        allowed = self.rates.get(host, self.rate)
        pace = self.cap if self.cap and (self.cap < allowed or self._on_loopback) else allowed
        now = self.clock.ticks()
        free = self._free_at.get(host, now)
        if free > now:
            self._wait(free - now)
        self._free_at[host] = max(free, now) + 1.0 / pace

    @property
    def _on_loopback(self) -> bool:
        return bool(self.mirror) and httpx.URL(self.mirror).host in _LOOPBACK

    def _wait(self, seconds: float) -> None:
        self.traffic.waited += seconds
        self.clock.sleep(seconds)

    def _client(self, host: str) -> httpx.Client:
        if host not in self._clients:
            self._clients[host] = httpx.Client(
                transport=self._transport,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0),
                timeout=httpx.Timeout(60.0, connect=20.0),
                trust_env=not self.mirror,
            )
        return self._clients[host]

    def _mirrored(self, url: httpx.URL) -> httpx.URL:
        return httpx.URL(f"{self.mirror}/{url.host}{url.raw_path.decode('ascii')}") if self.mirror else url

    def _body(self, response: httpx.Response, address: str, largest: int) -> bytes:
        """The body, inflated and whole; raises where it is larger than the source's answers can be."""
        packed = response.headers.get("content-encoding", "").lower()
        inflater = zlib.decompressobj(wbits=31) if packed in ("gzip", "x-gzip") else None
        if inflater is None and packed not in ("", "identity"):
            raise BadAnswer(f"{_place(address)} answers in an encoding that was not asked for ({packed})")
        parts, size = [], 0
        for chunk in response.iter_raw():
            self.traffic.bytes += len(chunk)
            plain = _inflated(inflater, chunk, address, largest - size + 1) if inflater else chunk
            size += len(plain)
            if size > largest:
                raise BadAnswer(f"{_place(address)} answers with more than {largest:,} bytes, which is no answer of this source; nothing was kept")
            parts.append(plain)
        if inflater is not None and size and not inflater.eof:
            raise _PassingFault(BadAnswer(f"the answer of {response.url.host} was cut off inside its compression"))
        return b"".join(parts)

    def _save_once(self, url: str, target: Path, largest: int, known: Validators | None) -> Answer:
        part, mark = target.with_name(target.name + ".part"), target.with_name(target.name + ".part.json")
        before = _mark_of(part, mark)
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": before.etag or before.modified} if before else _conditional(known)
        with self._sent(url, headers) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
                raise _PassingFault(BadAnswer(f"{url} no longer has the part that is missing"), 0.0)
            _check_status(response, url)
            answer = _answer(response, url, file=target)
            if answer.not_modified:
                return msgspec.structs.replace(answer, file=None)
            resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
            if resumed and not answer.headers.get("content-range", "").startswith(f"bytes {part.stat().st_size if before else -1}-"):
                part.unlink(missing_ok=True)
                raise _PassingFault(BadAnswer(f"{url} answers with another part than was asked for"), 0.0)
            mark.write_bytes(msgspec.json.encode(answer.validators))
            self._write(response, part, url, largest, resumed=resumed)
        if _is_page(part) and not target.name.lower().endswith((".html", ".htm", ".xml", ".rss")):
            part.unlink()
            raise _PassingFault(BadAnswer(f"{url} answers with a web page in place of the file"))
        part.replace(target)
        mark.unlink(missing_ok=True)
        return answer

    def _write(self, response: httpx.Response, part: Path, url: str, largest: int, *, resumed: bool) -> None:
        size = part.stat().st_size if resumed else 0
        whole = _whole_size(response, size)
        with part.open("ab" if resumed else "wb") as file:
            for chunk in response.iter_raw():
                self.traffic.bytes += len(chunk)
                size += len(chunk)
                if size > largest:
                    raise BadAnswer(f"{url} is larger than {largest:,} bytes; nothing of it was kept")
                file.write(chunk)
        if whole is not None and size != whole:
            raise _PassingFault(BadAnswer(f"the answer of {response.url.host} was cut off after {size:,} of {whole:,} bytes"))


def user_agent(version: str, contact: str) -> str:
    """What every request says of itself.

    >>> user_agent("0.1", "me@example.org")
    'Theriac/0.1 (open drug-intelligence database; contact: me@example.org)'
    """
    return f"Theriac/{version} (open drug-intelligence database; contact: {contact or 'not set'})".encode("ascii", "replace").decode()


def _conditional(known: Validators | None) -> dict[str, str]:
    found = {"If-None-Match": known.etag, "If-Modified-Since": known.modified} if known else {}
    return {name: value for name, value in found.items() if value}


def _answer(response: httpx.Response, url: str, *, body: bytes = b"", file: Path | None = None) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    validators = Validators(headers.get("etag", ""), headers.get("last-modified", ""))
    return Answer(url=url, status=response.status_code, body=body, file=file, headers=headers, validators=validators)


def _check_status(response: httpx.Response, url: str, *, missing: bool = False) -> None:
    """Raises what the status means, unless it is a success, "not modified", or a 404 that is an answer here."""
    status, host, place = response.status_code, httpx.URL(url).host, _place(url)
    if response.is_success or status == httpx.codes.NOT_MODIFIED or (missing and status == httpx.codes.NOT_FOUND):
        return
    if status == httpx.codes.TOO_MANY_REQUESTS:
        error: LiveError = Unreachable(f"{host} says that it was asked too often (429)")
    elif status in _PASSING:
        error = Unreachable(f"{host} answers with an error of its own ({status})")
    else:
        raise Refused(f"{host} refuses {place} ({status}); see its documentation, or try a newer Theriac", status=status, said=_said(response))
    raise _PassingFault(error, _asked_wait(response))


def _said(response: httpx.Response) -> str:
    """The beginning of what a refusal says, as far as it can be read: a refusal stays one, however its reason is packed."""
    raw = bytearray()
    with suppress(httpx.HTTPError):
        for chunk in response.iter_raw():
            raw += chunk
            if len(raw) >= _MOST_SAID:
                break
    plain = bytes(raw)
    if response.headers.get("content-encoding", "").lower() in ("gzip", "x-gzip"):
        plain = b""
        with suppress(zlib.error):
            plain = zlib.decompressobj(wbits=31).decompress(bytes(raw), _MOST_SAID)
    return plain.decode("utf-8", "replace")[:300]


def _asked_wait(response: httpx.Response) -> float | None:
    """The seconds of `Retry-After`, which is a number or a date (RFC 9110 §10.2.3); the server's own clock tells how far off that date is."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until, now = parsedate_to_datetime(text), parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _check_json(body: bytes, url: str) -> None:
    """Raises where the body is a web page, or JSON that ends too early."""
    host = httpx.URL(url).host
    if body.lstrip()[:1] == b"<":
        raise _PassingFault(BadAnswer(f"{host} answers with a web page in place of JSON (an error page, most likely)"))
    try:
        msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=msgspec.Raw)
    except msgspec.DecodeError as error:
        raise _PassingFault(BadAnswer(f"{host} answers with JSON that is not whole ({error})")) from error


def _inflated(inflater: "zlib._Decompress", chunk: bytes, url: str, room: int) -> bytes:
    try:
        return inflater.decompress(chunk, max(room, 1))
    except zlib.error as error:
        raise _PassingFault(BadAnswer(f"the compression of {_place(url)} is damaged ({error})")) from error


def _mark_of(part: Path, mark: Path) -> Validators | None:
    """What a cut download was a part of, or None where nothing usable of it is left."""
    if not (part.exists() and mark.exists() and part.stat().st_size):
        return None
    try:
        found = msgspec.json.decode(mark.read_bytes(), type=Validators)
    except msgspec.DecodeError:
        return None
    # A weak validator (`W/"…"`) does not promise the same bytes (RFC 9110 §13.1.5).
    strong = found if not found.etag.startswith("W/") else Validators("", found.modified)
    return strong if strong.etag or strong.modified else None


def _whole_size(response: httpx.Response, before: int) -> int | None:
    total = response.headers.get("content-range", "").rpartition("/")[2]
    length = response.headers.get("content-length", "")
    if total.isdigit():
        return int(total)
    return before + int(length) if length.isdigit() else None


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(200).lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _redirected(url: httpx.URL, location: str) -> str:
    """Where a redirect leads: a host of the same owner, over https where we came by https."""
    try:
        to = url.join(location)
        same = to.host.split(".")[-2:] == url.host.split(".")[-2:]
    except (httpx.InvalidURL, ValueError) as error:
        raise BadAnswer(f"{url.host} leads to something that is no address ({error}); try again later") from error
    if not same or to.scheme not in ("https", url.scheme):
        raise BadAnswer(f"{url.host} leads to another owner's address ({to.host}); nothing was asked there")
    return str(to)


def _url(address: str) -> httpx.URL:
    """The address, read; BadAnswer where a source names something that is none."""
    try:
        return httpx.URL(address)
    except httpx.InvalidURL as error:
        raise BadAnswer(f"{address[:100]!r} is no address that can be asked ({error}); nothing was asked there") from error


def _place(url: str) -> str:
    """The address without its query, which may hold a key."""
    return str(httpx.URL(url).copy_with(query=None))


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__

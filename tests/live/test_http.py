"""The HTTP client: what it sends, how long it waits, and that it hands on nothing that is not whole."""

import gzip
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from theriac.errors import BadAnswer, LiveError, Refused, Unreachable
from theriac.http import Answer, Client, Clock, Validators, user_agent

URL = "https://api.example.org/drug/label.json"
Handler = Callable[[httpx.Request], httpx.Response]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(ticks=lambda: self.now, sleep=self.sleep)


def client(handler: Handler, time: Time | None = None, **options: object) -> Client:
    chosen = {"chance": lambda: 1.0, "rate": 1000.0, "agent": user_agent("0", "me@example.org")} | options
    transport = httpx.MockTransport(lambda request: unread(handler(request)))
    return Client(clock=(time or Time()).clock, transport=transport, **chosen)  # type: ignore[arg-type]


def unread(response: httpx.Response) -> httpx.Response:
    """The response as it comes from the wire: nothing of its body read yet."""
    if not response.is_stream_consumed:
        return response
    return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(b"".join(response.stream)))  # type: ignore[arg-type]


def answers(*given: httpx.Response) -> tuple[Handler, list[httpx.Request]]:
    """A server that gives these answers one after another, and what it was asked."""
    waiting, asked = list(given), []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return waiting.pop(0)

    return handle, asked


class Cut(httpx.SyncByteStream):
    """A body whose connection breaks."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self):  # type: ignore[no-untyped-def]
        yield self.data
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


OK = b'{"results": []}'


def test_every_request_says_who_asks_and_accepts_gzip() -> None:
    handle, asked = answers(httpx.Response(200, content=gzip.compress(OK), headers={"content-encoding": "gzip", "etag": '"a"'}))
    answer = client(handle).get(URL, {"limit": 5})
    assert answer.body == OK and answer.validators == Validators('"a"', "")
    assert str(asked[0].url) == f"{URL}?limit=5"
    assert asked[0].headers["user-agent"] == "Theriac/0 (open drug-intelligence database; contact: me@example.org)"
    assert asked[0].headers["accept-encoding"] == "gzip"


def test_parameters_do_not_wipe_out_those_of_the_address() -> None:
    handle, asked = answers(httpx.Response(200, content=OK))
    client(handle).get(f"{URL}?search_after=a%3Bb", {"limit": 5})
    assert dict(asked[0].url.params) == {"search_after": "a;b", "limit": "5"}


def test_requests_to_one_host_keep_their_distance_and_hosts_do_not_wait_for_each_other() -> None:
    time = Time()
    asker = client(lambda _: httpx.Response(200, content=OK), time, rates={"slow.example.org": 0.5}, rate=4.0)
    at = []
    for url in ("https://slow.example.org/1", "https://slow.example.org/2", "https://fast.example.org/1", "https://fast.example.org/2"):
        asker.get(url)
        at.append(time.now)
    assert at == [0.0, 2.0, 2.0, 2.25]


@pytest.mark.parametrize(
    ("cap", "mirror", "distance"),
    [(0.0, "", 1.0), (0.1, "", 10.0), (100.0, "", 1.0), (100.0, "http://127.0.0.1:9", 0.01), (100.0, "https://copy.example.org", 1.0)],
)
def test_only_a_mirror_on_this_machine_may_be_asked_faster_than_the_source_allows(cap: float, mirror: str, distance: float) -> None:
    time = Time()
    asker = client(lambda _: httpx.Response(200, content=OK), time, rate=1.0, cap=cap, mirror=mirror)
    asker.get(URL)
    asker.get(URL)
    assert time.now == pytest.approx(distance)


def test_a_mirror_is_asked_in_place_of_the_host() -> None:
    handle, asked = answers(httpx.Response(200, content=OK))
    answer = client(handle, mirror="http://127.0.0.1:9/").get(URL, {"a": "b c"})
    assert str(asked[0].url) == "http://127.0.0.1:9/api.example.org/drug/label.json?a=b+c"
    assert answer.url.startswith(URL)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_waited_out(status: int) -> None:
    time = Time()
    handle, _ = answers(httpx.Response(status, headers={"retry-after": "30"}), httpx.Response(status), httpx.Response(200, content=OK))
    assert client(handle, time).get(URL).body == OK
    assert time.sleeps == [30.0, 4.0]


def test_waits_grow_and_hold_chance() -> None:
    time = Time()
    with pytest.raises(Unreachable, match=r"api.example.org answers with an error of its own \(500\)"):
        client(lambda _: httpx.Response(500), time, chance=lambda: 0.0).get(URL)
    assert time.sleeps == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_retry_after_may_be_a_date() -> None:
    time = Time()
    headers = {"date": "Mon, 02 Mar 2026 10:00:00 GMT", "retry-after": "Mon, 02 Mar 2026 10:01:30 GMT"}
    handle, _ = answers(httpx.Response(503, headers=headers), httpx.Response(200, content=OK))
    client(handle, time).get(URL)
    assert time.sleeps == [90.0]


def test_too_long_a_wait_is_not_waited() -> None:
    time = Time()
    handle, _ = answers(httpx.Response(429, headers={"retry-after": "86400"}))
    with pytest.raises(Unreachable, match="asked too often"):
        client(handle, time).get(URL)
    assert time.sleeps == []


def test_429_is_never_an_empty_answer() -> None:
    with pytest.raises(Unreachable, match="429"):
        client(lambda _: httpx.Response(429, content=b'{"results": []}')).get(URL, missing=True)


def test_404_is_an_answer_only_where_it_may_be_one() -> None:
    said = b'{"error": {"code": "NOT_FOUND"}}'
    assert client(lambda _: httpx.Response(404, content=said)).get(URL, missing=True).status == 404
    with pytest.raises(Refused) as caught:
        client(lambda _: httpx.Response(404, content=said)).get(URL)
    assert caught.value.status == 404 and "NOT_FOUND" in caught.value.said


def test_no_message_holds_a_key() -> None:
    for response in (httpx.Response(403), httpx.Response(200, content=b" " * 200)):
        with pytest.raises(LiveError) as caught:
            client(lambda _, given=response: given).get(URL, {"api_key": "SECRET"}, largest=100)  # type: ignore[misc]
        assert "SECRET" not in str(caught.value) and "label.json" in str(caught.value)


WHOLE = gzip.compress(OK * 1000)
BROKEN = [
    pytest.param(httpx.Response(200, content=b"<html>maintenance</html>"), "web page in place of JSON", id="page"),
    pytest.param(httpx.Response(200, content=b'{"results": [{"a": 1'), "JSON that is not whole", id="half"),
    pytest.param(httpx.Response(200, content=b""), "JSON that is not whole", id="nothing"),
    pytest.param(httpx.Response(200, stream=Cut(b'{"results"')), "was cut off", id="cut"),
    pytest.param(
        httpx.Response(200, stream=httpx.ByteStream(WHOLE[:-20]), headers={"content-encoding": "gzip"}), "inside its compression", id="gzip"
    ),
    pytest.param(httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers={"content-encoding": "gzip"}), "damaged", id="damage"),
]


@pytest.mark.parametrize(("broken", "words"), BROKEN)
def test_what_is_not_whole_is_asked_for_again(broken: httpx.Response, words: str) -> None:
    told: list[str] = []
    handle, asked = answers(broken, httpx.Response(200, content=OK))
    assert client(handle, tell=told.append).get(URL).body == OK
    assert len(asked) == 2 and words in told[0]


@pytest.mark.parametrize(("broken", "words"), BROKEN[:3])
def test_what_stays_broken_is_said(broken: httpx.Response, words: str) -> None:
    with pytest.raises(BadAnswer, match=words):
        client(lambda _: httpx.Response(200, content=broken.content)).get(URL)


def test_a_lost_connection_is_told() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    with pytest.raises(Unreachable, match=r"api.example.org could not be reached \(Connection refused\)"):
        client(refuse).get(URL)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_large_is_refused(packed: bool) -> None:
    body = b"[" + b" " * 5_000_000 + b"]"
    response = httpx.Response(200, content=gzip.compress(body) if packed else body, headers={"content-encoding": "gzip"} if packed else {})
    handle, asked = answers(response)
    with pytest.raises(BadAnswer, match="more than 1,000,000 bytes"):
        client(handle).get(URL, largest=1_000_000)
    assert len(asked) == 1


def test_what_is_known_is_asked_for_conditionally() -> None:
    handle, asked = answers(httpx.Response(304))
    assert client(handle).get(URL, known=Validators('"a"', "Mon, 02 Mar 2026 10:00:00 GMT")).not_modified
    assert asked[0].headers["if-none-match"] == '"a"'
    assert asked[0].headers["if-modified-since"] == "Mon, 02 Mar 2026 10:00:00 GMT"


def test_links_to_the_next_page_are_read() -> None:
    link = {"link": '<https://api.example.org/drug/label.json?limit=1&search_after=0%3Dx>; rel="next"'}
    handle, _ = answers(httpx.Response(200, content=OK, headers=link))
    assert client(handle).get(URL).next_link == "https://api.example.org/drug/label.json?limit=1&search_after=0%3Dx"


def test_redirects_stay_with_their_owner() -> None:
    handle, asked = answers(httpx.Response(302, headers={"location": "https://download.example.org/x"}), httpx.Response(200, content=OK))
    assert client(handle).get(URL).body == OK
    assert asked[1].url.host == "download.example.org"
    handle, asked = answers(httpx.Response(302, headers={"location": "https://10.0.0.1/x"}))
    with pytest.raises(BadAnswer, match="another owner"):
        client(handle).get(URL)
    assert len(asked) == 1


DATA = bytes(range(256)) * 100


def served(request: httpx.Request, cut_at: int | None = None, etag: str = '"v1"') -> httpx.Response:
    """A file server that knows ranges."""
    start = 0
    wanted = request.headers.get("range")
    if wanted and request.headers.get("if-range") == etag:
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    part = DATA[start:]
    headers = {"etag": etag, "content-length": str(len(part))}
    if start:
        headers["content-range"] = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
    stream = Cut(part[:cut_at]) if cut_at is not None else httpx.ByteStream(part)
    return httpx.Response(206 if start else 200, headers=headers, stream=stream)


def test_a_download_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return served(request, cut_at=9_000 if len(asked) < 3 else None)

    asker = client(handle)
    answer = asker.save("https://files.example.org/part.zip", tmp_path / "part.zip")
    assert answer.file == tmp_path / "part.zip" and answer.file.read_bytes() == DATA
    assert [request.headers.get("range") for request in asked] == [None, "bytes=9000-", "bytes=18000-"]
    assert asker.traffic.bytes == len(DATA)
    assert [path.name for path in tmp_path.iterdir()] == ["part.zip"]


def test_another_process_goes_on_with_a_cut_download(tmp_path: Path) -> None:
    with pytest.raises(LiveError):
        client(lambda request: served(request, cut_at=100), attempts=1).save("https://files.example.org/p.zip", tmp_path / "p.zip")
    assert not (tmp_path / "p.zip").exists()
    answer = client(served).save("https://files.example.org/p.zip", tmp_path / "p.zip")
    assert isinstance(answer, Answer) and (tmp_path / "p.zip").read_bytes() == DATA


def test_a_download_that_changed_meanwhile_begins_anew(tmp_path: Path) -> None:
    with pytest.raises(LiveError):
        client(lambda request: served(request, cut_at=100), attempts=1).save("https://files.example.org/p.zip", tmp_path / "p.zip")
    client(lambda request: served(request, etag='"v2"')).save("https://files.example.org/p.zip", tmp_path / "p.zip")
    assert (tmp_path / "p.zip").read_bytes() == DATA


def test_a_page_in_place_of_a_file_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="web page in place of the file"):
        client(lambda _: httpx.Response(200, content=b"<!DOCTYPE html><html>")).save("https://files.example.org/p.zip", tmp_path / "p.zip")
    assert not (tmp_path / "p.zip").exists()


def test_a_file_that_is_as_it_was_is_not_sent(tmp_path: Path) -> None:
    handle, asked = answers(httpx.Response(304))
    answer = client(handle).save("https://files.example.org/p.zip", tmp_path / "p.zip", known=Validators('"v1"'))
    assert answer.not_modified and answer.file is None and asked[0].headers["if-none-match"] == '"v1"'


@pytest.mark.parametrize("content", [b"no gzip", WHOLE[:40], gzip.compress(b"no" * 50_000_000)], ids=["damaged", "half", "bomb"])
def test_a_refusal_stays_one_however_its_reason_is_packed(content: bytes) -> None:
    handle, asked = answers(httpx.Response(403, stream=httpx.ByteStream(content), headers={"content-encoding": "gzip"}))
    with pytest.raises(Refused) as caught:
        client(handle).get(URL)
    assert caught.value.status == 403 and len(caught.value.said) <= 300 and len(asked) == 1


def test_only_the_beginning_of_a_refusal_is_read() -> None:
    sent: list[int] = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]
            while len(sent) < 1_000:
                sent.append(1)
                yield b"no " * 4_000

    transport = httpx.MockTransport(lambda _: httpx.Response(403, stream=Endless()))
    with pytest.raises(Refused, match="refuses"), Client(clock=Time().clock, agent="a", transport=transport) as asker:
        asker.get(URL)
    assert len(sent) < 10


@pytest.mark.parametrize("location", ["https://api.example.org:port/", "https://api.example.org/\x7f", "https://xn--.example.org/"])
def test_a_redirect_to_what_is_no_address_is_a_fault_of_the_source(location: str) -> None:
    with pytest.raises(LiveError):
        client(lambda _: httpx.Response(302, headers={"location": location})).get(URL)


def test_a_link_that_is_no_address_is_a_fault_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="is no address"):
        client(lambda _: httpx.Response(200, content=OK)).save("https://api.example.org:port/", tmp_path / "part.zip")

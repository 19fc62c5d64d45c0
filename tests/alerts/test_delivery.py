"""Deliveries: real servers on loopback get what was composed; faults are outcomes; no hostile URL reaches an address that is not public."""

import ipaddress
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from digests_made_here import a_digest
from receivers import Hook, Mailbox, serving

from theriac import delivery
from theriac.delivery import Carrier, MailServer, Outcome, Parcel
from theriac.errors import UserError
from theriac.flow.addresses import endpoint, is_public
from theriac.flow.digest_faces import as_json, as_text
from theriac.flow.mail import as_mail
from theriac.flow.targets import Target, TargetKind, read_target
from theriac.flow.webhooks import as_webhook, new_secret, verified

SECRET = new_secret(bytes(32))
SENDER = "Theriac <alerts@theriac.example>"


def to_hook(url: str) -> Parcel:
    return Parcel(id="dg-1", target=Target(TargetKind.WEBHOOK, url, SECRET), payload=as_webhook(a_digest()), timestamp=1_700_000_000)


def to_mailbox() -> Parcel:
    target = Target(TargetKind.MAIL, "reader@example.org")
    return Parcel(id="dg-1", target=target, payload=as_mail(a_digest(), SENDER, target.address), timestamp=1_700_000_000)


def posted(tmp_path: Path, hook: Hook, seconds: float = 5.0) -> Outcome:
    with serving(hook):
        return Carrier(tmp_path, allow_loopback=True, seconds=seconds).deliver(to_hook(hook.url))


def test_a_webhook_arrives_signed_and_whole(tmp_path: Path) -> None:
    hook = Hook()
    assert posted(tmp_path, hook) == Outcome(True, "answered 204")
    headers, body = hook.requests[0]
    assert body == as_webhook(a_digest()).encode()
    assert verified(headers, body, SECRET, 1_700_000_000)
    assert headers["webhook-id"] == "dg-1" and headers["content-type"] == "application/json"


def drip(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        line.sendall(b"x-slow: 1\r\n")
        time.sleep(0.05)


FAULTS: dict[str, tuple[Callable[[int, socket.socket], None], bool]] = {
    "400": (lambda _, line: line.sendall(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"), False),
    "500": (lambda _, line: line.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\nsecret"), False),
    "redirect": (lambda _, line: line.sendall(b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), False),
    "nothing": (lambda _, line: line.shutdown(socket.SHUT_RDWR), False),
    "half a head": (lambda _, line: line.sendall(b"HTTP/1.1 20"), False),
    "not http": (lambda _, line: line.sendall(b"\x00\x01\x02garbage\r\n\r\n"), False),
    "half a body": (lambda _, line: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal"), True),
    "huge body": (lambda _, line: line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000), True),
    "endless head": (lambda _, line: drip(line), False),
    "silence": (lambda _, line: time.sleep(3), False),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_receiver_is_an_outcome(name: str, tmp_path: Path) -> None:
    answer, taken = FAULTS[name]
    hook = Hook(answer)
    began = time.monotonic()
    outcome = posted(tmp_path, hook, seconds=1.0)
    assert outcome.sent is taken
    assert time.monotonic() - began < 4.5
    assert "secret" not in outcome.said and "garbage" not in outcome.said
    assert hook.connections == 1


def test_a_refused_connection_is_an_outcome(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = Carrier(tmp_path, allow_loopback=True, seconds=1).deliver(to_hook(f"http://127.0.0.1:{port}/"))
    assert outcome == Outcome(False, "the webhook's host could not be reached (connection refused)")


PRIVATE = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "172.31.255.1"),
    *("192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1"),
    *("2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1"),
    *("fc00::1", "fd00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff05::2", "::ffff:0:127.0.0.1", "fd00:ec2::254"),
)


def packed(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def disguised(address: str) -> list[str]:
    """Every other way of writing a v4 address that some library takes."""
    number = packed(address)
    parts = [int(part) for part in address.split(".")]
    return [
        *(str(number), hex(number), f"0{number:o}", f"0X{number:X}", str(number + 2**32)),
        *(f"{parts[0]}.{number % 2**24}", f"{parts[0]}.{parts[1]}.{number % 2**16}"),
        *(".".join(f"0{part:o}" for part in parts), ".".join(hex(part) for part in parts), ".".join(f"{part:03d}" for part in parts)),
        *(f"{address}.", "。".join(map(str, parts)), "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in address)),
        *(f"[::ffff:{address}]", f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]", f"[64:ff9b::{address}]", f"[::{address}]"),
        f"[0:0:0:0:0:ffff:{address}]",
    ]


NAMES = {f"name{number}.example": [address] for number, address in enumerate(PRIVATE)} | {
    "both.example": ["93.184.216.34", "10.0.0.1"],
    "mixed6.example": ["2606:2800:220:1::1", "::1"],
    "scoped.example": ["fe80::1%eth0"],
    "nothing.example": [],
    "words.example": ["not an address"],
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "localtest.me": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
}
ODD = (
    *("http://user:pw@93.184.216.34/", "http://93.184.216.34@127.0.0.1/", "http://127.0.0.1#@93.184.216.34/", "http://93.184.216.34\\@127.0.0.1/"),
    *("http://127.0.0.1:80\\@example.org/", "http://example.org:80@127.0.0.1", "http://[::1%25lo]/", "http://[fe80::1%25eth0]/", "http://[::1/"),
    *("file:///etc/passwd", "gopher://127.0.0.1:25/x", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "ldap://127.0.0.1", "jar:http://127.0.0.1!/"),
    *("http:///x", "http://", "http:127.0.0.1", "//127.0.0.1/", "http://127.0.0.1\r\nHost: x/", "http://127.0.0.1\t/", "http://127.0.0.1%00.example.org/"),
    *("http://%31%32%37.0.0.1/", "http://127.0.0.1%2f@example.org/", "http://ⓛocalhost/", "http://①②⑦.⓪.⓪.①/", "http://exa mple.org/", "http://a..b/"),
    *("http://-a.example/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://127.0.0.1:-1/", "http://127.0.0.1:80:80/", "http://[v1.x]/"),
    *("http://0/", "http://0x/", "http://0x7f.1/", "http://127.1/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://1.1.1/", "http://example.0x7f/"),
    *(f"http://{'a' * 300}.example/", f"http://example.org/{'a' * 3000}", "http://[::]:80/", "https://[0:0:0:0:0:0:0:1]/", "data:text/plain,x"),
)
HOSTILE = [
    *(f"http://{f'[{address}]' if ':' in address else address}/hook" for address in PRIVATE),
    *(f"https://{host}/" for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1") for host in disguised(address)),
    *(f"https://{name}/hook" for name in NAMES),
    *ODD,
]


def resolved(host: str, port: int) -> list[str]:
    """What a hostile name server answers; literal addresses as the system reads them, old forms included."""
    if host in NAMES:
        return NAMES[host]
    flags = socket.AI_NUMERICHOST
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)]


def test_no_hostile_url_makes_a_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(set(HOSTILE)) >= 200
    opened: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: opened.append(address))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _, address: opened.append(address))
    carrier = Carrier(tmp_path, resolver=resolved, seconds=2)
    for url in HOSTILE:
        assert not carrier.deliver(to_hook(url)).sent, url
    assert opened == []


def test_the_public_internet_is_reached_and_only_where_it_was_resolved_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to a public address first and to this machine later is connected to where it led first, and asked for once."""
    opened: list[tuple[str, int]] = []
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        opened.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(delivery.socket, "create_connection", connect)
    carrier = Carrier(tmp_path, resolver=rebinding)
    assert not carrier.deliver(to_hook("https://rebinding.example/")).sent
    assert opened == [("93.184.216.34", 443)] and asked == ["rebinding.example"]
    assert not carrier.deliver(to_hook("https://rebinding.example/")).sent
    assert len(opened) == 1


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    second = Hook()
    with serving(second):
        answer = f"HTTP/1.1 307 Go\r\nLocation: {second.url}\r\nContent-Length: 0\r\n\r\n".encode()
        outcome = posted(tmp_path, Hook(lambda _, line: line.sendall(answer)))
    assert outcome == Outcome(False, "answered 307; redirects are not followed") and second.connections == 0


def test_a_resolver_that_hangs_is_left_behind(tmp_path: Path) -> None:
    done = threading.Event()
    carrier = Carrier(tmp_path, resolver=lambda host, port: ["8.8.8.8"] * done.wait(20), seconds=0.2)
    outcome = carrier.deliver(to_hook("https://slow.example/"))
    done.set()
    assert "cannot be resolved" in outcome.said


PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001:80b::200e", "2001:4860:4860::8888")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_mail_arrives_as_composed(tmp_path: Path) -> None:
    box = Mailbox(login=True)
    with serving(box):
        server = MailServer(host="127.0.0.1", port=box.port, security="none", user="u", password="hidden", sender=SENDER)
        assert Carrier(tmp_path, server).deliver(to_mailbox()) == Outcome(True, "taken by the mail server")
    sender, recipients, text = box.mails[0]
    assert (sender.split()[0:2], recipients) == (["mail", "FROM:<alerts@theriac.example>"], ["rcpt TO:<reader@example.org>"])
    assert text == to_mailbox().payload
    assert box.logins and "hidden" not in repr(server) and "hidden" not in str(server)


MAIL_FAULTS: dict[str, tuple[dict[str, bytes | None], bool]] = {
    "no greeting": ({"HELLO": None}, False),
    "busy": ({"HELLO": b"421 busy\r\n"}, False),
    "sender refused": ({"MAIL": b"550 no\r\n"}, False),
    "recipient refused": ({"RCPT": b"550 no such user\r\n"}, False),
    "greylisted": ({"RCPT": b"450 later\r\n"}, False),
    "data refused": ({"DATA": b"554 no\r\n"}, False),
    "full": ({"END": b"452 full\r\n"}, False),
    "half a reply": ({"END": b"25"}, False),
    "cut before the reply": ({"END": None}, False),
    "no goodbye": ({"QUIT": None}, True),
    "strange goodbye": ({"QUIT": b"500 what\r\n"}, True),
}


@pytest.mark.parametrize("name", MAIL_FAULTS)
def test_a_fault_of_the_mail_server_is_an_outcome(name: str, tmp_path: Path) -> None:
    fault, taken = MAIL_FAULTS[name]
    box = Mailbox(fault)
    with serving(box):
        server = MailServer(host="127.0.0.1", port=box.port, security="none", sender=SENDER)
        outcome = Carrier(tmp_path, server, seconds=2).deliver(to_mailbox())
    assert outcome.sent is taken
    assert "no such user" not in outcome.said


def test_starttls_is_insisted_on(tmp_path: Path) -> None:
    box = Mailbox(login=True)
    with serving(box):
        server = MailServer(host="127.0.0.1", port=box.port, security="starttls", user="u", password="hidden", sender=SENDER)
        assert not Carrier(tmp_path, server).deliver(to_mailbox()).sent
    assert box.mails == [] and box.logins == []


def test_without_a_mail_server_the_next_step_is_said(tmp_path: Path) -> None:
    assert "THERIAC_SMTP" in Carrier(tmp_path).deliver(to_mailbox()).said


def test_a_folder_gets_all_faces_once(tmp_path: Path) -> None:
    parcel = Parcel(id="dg-1", target=read_target("folder:weekly", "", ""), payload=as_json(a_digest()), timestamp=0)
    for _ in range(2):
        assert Carrier(tmp_path).deliver(parcel).sent
    assert sorted(path.name for path in (tmp_path / "digests" / "weekly").iterdir()) == ["dg-1.html", "dg-1.json", "dg-1.txt"]


@pytest.mark.parametrize(
    "text",
    [
        *("folder:../x", "folder:/etc", "folder:", "folder:a/b", "mailto:", "mailto:a@b.example,c@d.example", "mailto:a@b.example?bcc=c@d.example"),
        *("mailto:a@b.example\r\nBcc: c@d.example", "mailto:a b@c.example", "mailto:a@-x.example"),
        *(f"mailto:{'a' * 260}@b.example", "mailto:a@" + "a." * 120),
        *("xml://127.0.0.1", "syslog://", "dbus://", "windows://", "slack", "smtp://x", "javascript:alert(1)", "", "feed:x"),
    ],
)
def test_targets_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        read_target(text, "", "")


def through_apprise(folder: Path, address: str, *, allow_loopback: bool, seconds: float = 5.0) -> Outcome:
    parcel = Parcel(id="dg-1", target=read_target(address, "", ""), payload=as_json(a_digest()), timestamp=0)
    return Carrier(folder, allow_loopback=allow_loopback, seconds=seconds).deliver(parcel)


def test_apprise_hands_over_the_digest_in_words(tmp_path: Path) -> None:
    hook = Hook(lambda _, line: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    with serving(hook):
        assert through_apprise(tmp_path, f"json://127.0.0.1:{hook.server_address[1]}/in", allow_loopback=True) == Outcome(True, "taken by Apprise")
    ((_, body),) = hook.requests
    told = json.loads(body)
    assert told["title"] == a_digest().title and as_text(a_digest()).strip() in told["message"] and "dg-1" in told["message"]


def test_apprise_reaches_no_local_address_by_any_way(tmp_path: Path) -> None:
    """By address, by name, and by a redirect, which Apprise follows; the last from an address that may be reached."""
    inner = Hook()
    with serving(inner):
        port = inner.server_address[1]
        to_localhost = f"HTTP/1.1 307 Go\r\nLocation: http://10.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n".encode()
        outer = Hook(lambda _, line: line.sendall(to_localhost))
        with serving(outer):
            for address in (f"json://127.0.0.1:{port}/", f"gotify://localhost:{port}/AbcdEfghijklmnop", f"ntfy://[::1]:{port}/topic"):
                assert "not public" in through_apprise(tmp_path, address, allow_loopback=False).said
            said = through_apprise(tmp_path, f"json://127.0.0.1:{outer.server_address[1]}/", allow_loopback=True)
            assert not said.sent and "not public" in said.said
    assert inner.connections == 0 and len(outer.requests) == 1


def test_an_address_that_apprise_does_not_know_is_an_outcome(tmp_path: Path) -> None:
    assert through_apprise(tmp_path, "slack://x", allow_loopback=False) == Outcome(False, "Apprise does not know this address")


def test_no_target_shows_its_secret() -> None:
    hook = read_target("https://example.org/hooks/T0KEN?key=K3Y", SECRET, "t")
    service = read_target("tgram://bottoken/chat", SECRET, "t")
    feed = read_target("feed", SECRET, "F33D")
    for target in (hook, service, feed):
        for secret in ("T0KEN", "K3Y", SECRET, "bottoken", "F33D"):
            assert secret not in target.shown and secret not in target.id
    assert endpoint("HTTPS://Example.org:443/x").named == "example.org"

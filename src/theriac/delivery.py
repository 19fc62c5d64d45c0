"""Digests on their way out: mail, webhook, folder, feed file, Apprise. Beside `http.py` the only file that opens sockets.

Flows in: a composed payload and its target. Flows out: `Outcome`: whether the transport said yes, and one sentence without any secret or body.
It never decides when to try again, marks nothing and asks no clock.

A webhook's host is resolved once; every address it has must be public; the connection goes to that address and nowhere else; no redirect is
followed, no proxy used, and the whole exchange has ten seconds and 64 KiB.
"""

import http.client
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread, Timer
from typing import Any

import msgspec

from theriac import messenger
from theriac.errors import UserError
from theriac.flow.addresses import Endpoint, endpoint, is_loopback, is_public
from theriac.flow.digest_faces import as_text
from theriac.flow.digest_html import as_html
from theriac.flow.digests import Digest
from theriac.flow.targets import Target, TargetKind
from theriac.flow.webhooks import signed

SECONDS, LARGEST_ANSWER = 10.0, 64 * 1024
MAIL_PATIENCE = 6  # a mail server may take this many times as long, all its answers together
APPRISE_PATIENCE = 6  # so may Apprise, which sends long digests in several messages
_APPRISE_SAID = {
    messenger.TAKEN: "taken by Apprise",
    messenger.UNKNOWN_ADDRESS: "Apprise does not know this address",
    messenger.NOT_PUBLIC: "the address leads to one that is not public; a message must go to the public Internet",
}
_HTTP_FAULTS = (OSError, http.client.HTTPException, ValueError)
Resolver = Callable[[str, int], Sequence[str]]


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """The server that takes our mail: `security` is tls (from the first byte), starttls (insisted on) or none."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""
    sender: str = "Theriac <theriac@localhost>"

    def __repr__(self) -> str:
        """The server without its password."""
        return f"MailServer({self.host}:{self.port}, {self.security})"


class Outcome(msgspec.Struct, frozen=True):
    """Whether the transport took the digest, and what it said in one sentence of ours."""

    sent: bool
    said: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One digest ready to go: its id, its target and the bytes that travel."""

    id: str
    target: Target
    payload: str
    timestamp: int


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Every address that the system's resolver gives a host, in its order."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class Carrier:
    """The transports of one home."""

    def __init__(
        self,
        folder: Path,
        mail: MailServer | None = None,
        *,
        allow_loopback: bool = False,
        resolver: Resolver = system_resolver,
        seconds: float = SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.folder = folder
        self.mail = mail
        self.allow_loopback = allow_loopback
        self.resolver = resolver
        self.seconds = seconds
        self.trust = trust

    def deliver(self, parcel: Parcel) -> Outcome:
        """Hands the parcel to its transport; a fault of the other side is an outcome, never an error."""
        if not parcel.target.address:
            return Outcome(False, "the address is sealed with a key that is not here; put secrets.key back into the home, or give --to again")
        ways = {
            TargetKind.MAIL: self._mail,
            TargetKind.WEBHOOK: self._webhook,
            TargetKind.FOLDER: self._folder,
            TargetKind.FEED: self._feed,
            TargetKind.APPRISE: self._apprise,
        }
        return ways[parcel.target.kind](parcel)

    def _mail(self, parcel: Parcel) -> Outcome:
        if self.mail is None:
            return Outcome(False, "no mail server is set; set THERIAC_SMTP")
        server = self.mail
        try:
            with self._connected(server) as smtp:
                refused = smtp.sendmail(_address(server.sender), [parcel.target.address], parcel.payload.encode("ascii"))
        except smtplib.SMTPResponseException as error:
            return Outcome(False, f"the mail server answered {error.smtp_code}")
        except smtplib.SMTPRecipientsRefused as error:
            return Outcome(False, f"the mail server refused the recipient ({next(iter(error.recipients.values()))[0]})")
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Outcome(False, f"the mail server could not be used ({_fault(error)})")
        return Outcome(not refused, "taken by the mail server" if not refused else "the mail server refused the recipient")

    @contextmanager
    def _connected(self, server: MailServer) -> Iterator[smtplib.SMTP]:
        """A conversation with the mail server, ended by QUIT where all went well; whether QUIT is answered does not matter."""
        context = self.trust or ssl.create_default_context()
        ours = _address(server.sender).rpartition("@")[2]
        smtp: smtplib.SMTP
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(server.host, server.port, ours, timeout=self.seconds, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, ours, timeout=self.seconds)
        try:
            with _ending(lambda: smtp.sock, MAIL_PATIENCE * self.seconds):
                if server.security == "starttls":
                    smtp.starttls(context=context)
                if server.user:
                    smtp.login(server.user, server.password)
                yield smtp
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
        finally:
            smtp.close()

    def _webhook(self, parcel: Parcel) -> Outcome:
        body = parcel.payload.encode()
        try:
            where = endpoint(parcel.target.address)
            address = self.checked(where)
        except UserError as error:
            return Outcome(False, str(error))
        headers = {
            "Host": where.named,
            "Content-Type": "application/json",
            "User-Agent": "Theriac",
            "Connection": "close",
            **signed(parcel.id, parcel.timestamp, body, parcel.target.secret),
        }
        try:
            status = self._posted(where, address, body, headers)
        except _HTTP_FAULTS as error:
            return Outcome(False, f"the webhook's host could not be reached ({_fault(error)})")
        if 200 <= status < 300:
            return Outcome(True, f"answered {status}")
        return Outcome(False, f"answered {status}" + ("; redirects are not followed" if 300 <= status < 400 else ""))

    def checked(self, where: Endpoint) -> str:
        """The one address to connect to; UserError where the host has none, or any that is not public."""
        found = self._resolved(where)
        if not found:
            raise UserError(f"the host {where.host} has no address; check the webhook's URL")
        unfit = [one for one in found if not (is_public(one) or (self.allow_loopback and is_loopback(one)))]
        if unfit:
            raise UserError(f"the host {where.host} leads to an address that is not public; a webhook must be on the public Internet")
        return found[0]

    def _resolved(self, where: Endpoint) -> Sequence[str]:
        """The host's addresses, waited for no longer than everything else; a resolver that hangs is left behind."""
        found: list[Sequence[str]] = []

        def look() -> None:
            with suppress(OSError, UnicodeError):
                found.append(self.resolver(where.host, where.port))

        looking = Thread(target=look, daemon=True)
        looking.start()
        looking.join(self.seconds)
        if not found:
            raise UserError(f"the host {where.host} cannot be resolved; check the webhook's URL")
        return found[0]

    def _posted(self, where: Endpoint, address: str, body: bytes, headers: dict[str, str]) -> int:
        with _Line(where, address, self.seconds, self.trust) as line:
            line.request("POST", where.path, body, headers)
            answer = line.getresponse()
            if line.over:  # a head that was cut off is no answer, though it may begin like one
                raise TimeoutError
            with suppress(*_HTTP_FAULTS):
                answer.read(LARGEST_ANSWER)  # what lies beyond is never read, and nothing of it is shown
            return answer.status

    def _folder(self, parcel: Parcel) -> Outcome:
        folder = self.folder / "digests" / parcel.target.address
        digest = msgspec.json.decode(parcel.payload, type=Digest)
        faces = {".json": parcel.payload, ".txt": as_text(digest), ".html": as_html(digest)}
        return _written({folder / f"{parcel.id}{ending}": text.encode() for ending, text in faces.items()})

    def _feed(self, parcel: Parcel) -> Outcome:
        return _written({self.folder / "feeds" / f"{parcel.target.secret}.atom": parcel.payload.encode()})

    def withdraw(self, kept: Collection[str]) -> None:
        """Takes away the files of feeds whose private name is none of those."""
        for path in (self.folder / "feeds").glob("*.atom"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)

    def _apprise(self, parcel: Parcel) -> Outcome:
        """Sends through Apprise in a process of its own, whose every connection is held to public addresses, and which ends when its time is over."""
        digest = msgspec.json.decode(parcel.payload, type=Digest)
        body = f"{as_text(digest)}\n{parcel.id}"
        message = messenger.Message(address=parcel.target.address, title=digest.title, body=body, allow_loopback=self.allow_loopback)
        command = [sys.executable, "-P", "-m", messenger.__name__]
        try:
            done = subprocess.run(  # noqa: S603 (our own module; what a person wrote travels on standard input)
                command, input=msgspec.json.encode(message), capture_output=True, timeout=APPRISE_PATIENCE * self.seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return Outcome(False, "Apprise took too long")
        return Outcome(done.returncode == messenger.TAKEN, _APPRISE_SAID.get(done.returncode, "Apprise could not deliver it"))


class _Line(http.client.HTTPConnection):
    """A connection to one address, speaking for one host, that ends when its time is over."""

    def __init__(self, where: Endpoint, address: str, seconds: float, trust: ssl.SSLContext | None) -> None:
        super().__init__(where.host, where.port, timeout=seconds)
        self._where, self._address, self._seconds, self._trust = where, address, seconds, trust
        self._raw: socket.socket | None = None
        self.over = False
        self._alarm = Timer(seconds, self._end)
        self._alarm.daemon = True

    def __enter__(self) -> "_Line":
        self._alarm.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._alarm.cancel()
        self.close()
        if self._raw is not None:
            self._raw.close()

    def connect(self) -> None:
        """Opens the connection to the address that was checked, whatever the name resolves to by now."""
        self.sock = self._raw = socket.create_connection((self._address, self._where.port), self._seconds)
        if self._where.secure:
            context = self._trust or ssl.create_default_context()
            tunnel = context.wrap_socket(self._raw, server_hostname=self._where.host, do_handshake_on_connect=False)
            self.sock = self._raw = tunnel
            tunnel.do_handshake()
        if self.over:
            raise TimeoutError

    def _end(self) -> None:
        self.over = True
        _cut(self._raw)


@contextmanager
def _ending(of: Callable[[], Any], seconds: float) -> Iterator[None]:
    """Cuts a conversation that takes too long altogether, however lively it is."""
    alarm = Timer(seconds, lambda: _cut(of()))
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _cut(line: socket.socket | None) -> None:
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def _written(files: dict[Path, bytes]) -> Outcome:
    """Writes each file aside and puts it in place, so that no reader sees half of one."""
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(path.name + ".part")
            aside.write_bytes(data)
            aside.replace(path)
    except OSError as error:
        return Outcome(False, f"the file could not be written ({error.strerror})")
    return Outcome(True, "written")


def _address(sender: str) -> str:
    """The bare address of `Theriac <alerts@example.org>`."""
    return sender.rpartition("<")[2].rstrip("> ")


def _fault(error: BaseException) -> str:
    """The kind of fault, without anything that the other side said."""
    kinds = ((ssl.SSLError, "TLS failed"), (TimeoutError, "too slow"), (ConnectionRefusedError, "connection refused"), (OSError, "connection broken"))
    return next((said for kind, said in kinds if isinstance(error, kind)), type(error).__name__)

"""What every request passes before anything else: which host is asked, how large it is, where it comes from; and what every response carries.

Flows in: ASGI scopes. Flows out: the same with limits and headers, or a short refusal. Against: DNS rebinding (Host), cross-site writing (Origin,
Sec-Fetch-Site), oversized input, framing, sniffing, inline script.
"""

import asyncio
import ipaddress
import math
import re
from collections import OrderedDict
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from theriac.doors.web.faults import refusal
from theriac.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_BODY = 1024 * 1024
MOST_ADDRESS = 8 * 1024
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{1,5})?")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_https(settings: Settings) -> bool:
    """Whether the service's own address is one of https."""
    return (settings.site or "").startswith("https://")


def is_alone(settings: Settings, host: str) -> bool:
    """Whether only this machine's own user can ask: bound to loopback, and known under no other name (as behind a proxy)."""
    return is_loopback(host) and all(is_loopback(name) for name in (*settings.hosts, *_host_of(settings.site)))


class Gate:
    """The outermost layer of the service."""

    def __init__(self, app: ASGIApp, *, settings: Settings, host: str) -> None:
        self.app = app
        self.cors = frozenset(settings.cors)
        self.names = LOOPBACK_NAMES | {host, *settings.hosts, *_host_of(settings.site)}
        self.numeric = not is_loopback(host)
        self.rates = Rates(settings.client_rate)
        self.secure = is_https(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request in, or answers with the refusal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        dressed = self._dressed(send, origin)
        refused = self._refusal(scope, headers) or self._too_many(scope)
        if refused is not None:
            await refused(scope, receive, dressed)
        elif scope["method"] == "OPTIONS" and origin in self.cors and "access-control-request-method" in headers:
            await Response(status_code=204)(scope, receive, dressed)
        else:
            await self.app(scope, Limited(receive), dressed)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        if not self._knows(headers.get("host", "")):
            return refusal(path, 421, "This service is not asked under that name; set THERIAC_HOSTS to the names that it has.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MOST_ADDRESS:
            return refusal(path, 414, "The address is too long.")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return refusal(path, 413, f"A request may hold {MOST_BODY // 1024} KiB.")
        if scope["method"] not in _SAFE and self._is_foreign(headers):
            return refusal(path, 403, "Only this service's own pages may send that.")
        return None

    def _too_many(self, scope: Scope) -> Response | None:
        client = (scope.get("client") or ("", 0))[0]
        wait = self.rates.wait(client, asyncio.get_running_loop().time())
        return refusal(scope["path"], 429, "You ask more than you may; wait a little.", {"Retry-After": str(wait)}) if wait else None

    def _knows(self, host: str) -> bool:
        name = _bare(host)
        return name in self.names or (self.numeric and _is_address(name))

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a browser sends this for a page of another site; programs send neither header."""
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host") and origin not in self.cors:
            return True
        return headers.get("sec-fetch-site") not in (None, "same-origin", "none") and origin not in self.cors

    def _dressed(self, send: Send, origin: str | None) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self.secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                if origin in self.cors:
                    _allow(headers, str(origin))
            await send(message)

        return dressed


class Rates:
    """How much each client may still ask: a minute's worth at once, refilled as time goes by."""

    def __init__(self, a_minute: int, most_clients: int = 10_000) -> None:
        self.a_minute = a_minute
        self._most = most_clients
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> int:
        """0 where the client may ask, else the seconds to wait. Whoever has been silent longest is forgotten first."""
        if self.a_minute <= 0:
            return 0
        left, since = self._left.pop(client, (float(self.a_minute), now))
        left = min(self.a_minute, left + (now - since) * self.a_minute / 60)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) * 60 / self.a_minute)


class Limited:
    """A request's body, broken off where it holds more than it may."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.got = 0

    async def __call__(self) -> Message:
        """The next part; a body that goes on for too long is as if the client had gone."""
        message = await self.receive()
        self.got += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.got > MOST_BODY else message


def _allow(headers: MutableHeaders, origin: str) -> None:
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE"
    headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    headers.add_vary_header("Origin")


def _host_of(site: str | None) -> Iterable[str]:
    name = urlsplit(site or "").hostname
    return () if name is None else (name,)


def _bare(host: str) -> str:
    found = _HOST.fullmatch(host)
    return (found["six"] or found["name"]).lower() if found else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

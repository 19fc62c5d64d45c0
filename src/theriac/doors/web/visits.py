"""Who asks: this machine's one user, a person who signed in, or a program with a token; and the proof that a form came from our own page.

Flows in: cookies, the Authorization header. Flows out: `request.state.visit`. While nobody has an account and only this machine can ask, whoever
asks is its user. A form's proof is made of its visitor's own secret cookie, which no other site can read; so nothing is kept for it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from theriac.doors.web.faults import Denied
from theriac.doors.web.service import Service

_ROLES = ("reader", "editor", "admin")
_MARK_LENGTH = 43


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `name` is empty for the one user of this machine; `owner` is whose alerts they see, None for everybody's."""

    name: str = ""
    role: str = "admin"

    @property
    def owner(self) -> str | None:
        """Whose alerts they see and change."""
        return self.name or None

    @property
    def author(self) -> str:
        """The name that stands under what they flag and decide."""
        return self.name or "local"

    def may(self, role: str) -> bool:
        """Whether the visitor may do what the role may."""
        return _ROLES.index(self.role) >= _ROLES.index(role)


class Visit(NamedTuple):
    """One request's visitor (None: nobody known), what a form of theirs must carry, where they ask from, and whether a token says who they are."""

    visitor: Visitor | None
    csrf: str
    client: str
    by_token: bool = False


class Visits:
    """Recognises the visitor of each request."""

    def __init__(self, app: ASGIApp, *, service: Callable[[], Service], secure: bool, alone: bool) -> None:
        self.app = app
        self.service = service
        self.secure = secure
        self.alone = alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its visit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        known = request.cookies.get(visit_cookie(self.secure), "")
        mark = known if len(known) == _MARK_LENGTH else secrets.token_urlsafe(32)
        session = request.cookies.get(session_cookie(self.secure), "")
        token = _token_of(request)
        visitor = await self._visitor(token, session)
        client = request.client.host if request.client else ""
        scope.setdefault("state", {})["visit"] = Visit(visitor, proof(session or mark), client, bool(token))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start" and mark != known:
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", cookie(visit_cookie(self.secure), mark, secure=self.secure))
            await send(message)

        await self.app(scope, receive, marked)

    async def _visitor(self, token: str, session: str) -> Visitor | None:
        service = self.service()
        if token:
            return await run_in_threadpool(_by_token, service, token)
        if self.alone and not service.has_accounts:
            return Visitor()
        return await run_in_threadpool(_by_session, service, session) if session else None


def _token_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _by_token(service: Service, token: str) -> Visitor | None:
    found = service.people().by_token(token)
    return Visitor(name=found.name, role=found.role) if found else None


def _by_session(service: Service, session: str) -> Visitor | None:
    found = service.people().by_session(session)
    return Visitor(name=found.name, role=found.role) if found else None


def session_cookie(secure: bool) -> str:
    """The session cookie's name; where there is https, one that no other host or path can set."""
    return "__Host-theriac_session" if secure else "theriac_session"


def visit_cookie(secure: bool) -> str:
    """The name of the cookie of somebody who has not signed in."""
    return "__Host-theriac_visit" if secure else "theriac_visit"


def proof(secret: str) -> str:
    """What a form must carry to show that it was made for the holder of this cookie."""
    return hashlib.sha256(b"theriac form\0" + secret.encode()).hexdigest()


def cookie(name: str, value: str, *, secure: bool, seconds: int | None = None) -> str:
    """A Set-Cookie header's value."""
    lasting = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{lasting}{'; Secure' if secure else ''}"


def visit_of(request: Request) -> Visit:
    """The visit that the request belongs to."""
    visit: Visit = request.state.visit
    return visit


def needing(role: str) -> Any:
    """A dependency that gives the visitor, or refuses one who may not do what the role may."""

    def who(request: Request) -> Visitor:
        visitor = visit_of(request).visitor
        if visitor is None:
            raise Denied("Sign in first, or send a token: Authorization: Bearer theriac_…", 401)
        if not visitor.may(role):
            raise Denied(f"This needs the role {role}; yours is {visitor.role}.")
        return visitor

    return who


def in_person(request: Request) -> None:
    """Denied to a program with a token: the proof of a form is made of a browser's cookie, and would prove nothing of a program."""
    if visit_of(request).by_token:
        raise Denied("A token is for /api/v1 and /mcp; forms and accounts are for somebody who signs in with a browser.")


async def checked_form(request: Request) -> FormData:
    """The form, if it was made by our own page for this visitor; Denied otherwise."""
    in_person(request)
    form = await request.form(max_files=0, max_fields=200, max_part_size=256 * 1024)
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visit_of(request).csrf.encode()):
        raise Denied("This form has gone stale; load the page again and send it from there.")
    return form


Reader = Annotated[Visitor, Depends(needing("reader"))]
Editor = Annotated[Visitor, Depends(needing("editor"))]
Admin = Annotated[Visitor, Depends(needing("admin"))]
Form = Annotated[FormData, Depends(checked_form)]

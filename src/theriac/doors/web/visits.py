"""Who asks: this machine's one user, a person who signed in, or a program with a token; and the proof that a form came from our own page.

Flows in: cookies, the Authorization header. Flows out: `request.state.visit`. A form's proof is made of its visitor's own secret cookie, which no
other site can read; so nothing is kept for it.
"""

import hashlib
import hmac
import secrets
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import Depends
from starlette.datastructures import FormData, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from theriac.doors.web.faults import Denied

VISIT_COOKIE = "theriac_visit"
_ROLES = ("reader", "editor", "admin")


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `name` is empty for the one user of this machine."""

    name: str = ""
    role: str = "admin"

    def may(self, role: str) -> bool:
        """Whether the visitor may do what the role may."""
        return _ROLES.index(self.role) >= _ROLES.index(role)


class Visit(NamedTuple):
    """One request's visitor, and what a form of theirs must carry."""

    visitor: Visitor | None
    csrf: str


class Visits:
    """Recognises the visitor of each request."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its visit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = Request(scope).cookies.get(VISIT_COOKIE, "")
        mark = known if len(known) == 43 else secrets.token_urlsafe(32)
        scope.setdefault("state", {})["visit"] = Visit(Visitor(), proof(mark))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start" and mark != known:
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", cookie(VISIT_COOKIE, mark, secure=self.secure))
            await send(message)

        await self.app(scope, receive, marked)


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


def _who(role: str) -> Any:
    def who(request: Request) -> Visitor:
        visitor = visit_of(request).visitor
        if visitor is None:
            raise Denied("Sign in first.", 401)
        if not visitor.may(role):
            raise Denied(f"This needs the role {role}; yours is {visitor.role}.")
        return visitor

    return who


async def checked_form(request: Request) -> FormData:
    """The form, if it was made by our own page for this visitor; Denied otherwise."""
    form = await request.form(max_files=0, max_fields=200, max_part_size=256 * 1024)
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visit_of(request).csrf.encode()):
        raise Denied("This form has gone stale; load the page again and send it from there.")
    return form


Reader = Annotated[Visitor, Depends(_who("reader"))]
Editor = Annotated[Visitor, Depends(_who("editor"))]
Admin = Annotated[Visitor, Depends(_who("admin"))]
Form = Annotated[FormData, Depends(checked_form)]

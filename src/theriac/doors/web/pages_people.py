"""Signing in and out, one's own password and tokens, and for admins the accounts and the audit trail.

Flows in: forms, each with its proof. Flows out: pages, and the session's cookie. Wrong passwords are slowed down by name and by client, and only
two passwords are hashed at a time (64 MiB each). Nothing here is done for a token.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Annotated, ParamSpec, TypeVar

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from theriac.doors.web.faults import Denied
from theriac.doors.web.pages import page, service_of
from theriac.doors.web.visits import Admin, Form, Reader, Visitor, cookie, in_person, needing, session_cookie, visit_of
from theriac.errors import UserError

sign_in_router = APIRouter(include_in_schema=False)
router = APIRouter(include_in_schema=False, dependencies=[Depends(in_person)])
_SESSION_SECONDS = 14 * 24 * 3600
_WINDOW = 15 * 60.0
_MOST = {"name": 5, "client": 20}
_HASHED_AT_ONCE = 2
Next = Annotated[str, Query(max_length=2000)]
P = ParamSpec("P")
R = TypeVar("R")


class Tries:
    """Passwords tried in the last quarter of an hour, by name and by client, without those that were right.

    A try counts before it is looked at: a hundred sent at once are a hundred, not none.
    """

    def __init__(self, most_kept: int = 10_000) -> None:
        self.hashing = anyio.CapacityLimiter(_HASHED_AT_ONCE)
        self._wrong: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._most_kept = most_kept

    def too_many(self, name: str, client: str, now: float) -> bool:
        """Whether this name or this client has to wait."""
        return any(len(self._recent(kind, value, now)) >= _MOST[kind] for kind, value in (("name", name), ("client", client)))

    def begun(self, name: str, client: str, now: float) -> None:
        """One try more."""
        for kind, value in (("name", name), ("client", client)):
            self._wrong[kind, value] = [*self._recent(kind, value, now), now]
            self._wrong.move_to_end((kind, value))
        while len(self._wrong) > self._most_kept:
            self._wrong.popitem(last=False)

    def right(self, name: str, client: str, began: float) -> None:
        """The try that began then had the right password: it does not count."""
        for kept in (self._wrong.get(("name", name)), self._wrong.get(("client", client))):
            if kept and began in kept:
                kept.remove(began)

    async def hashed(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the work gives that hashes a password; a few at a time, the others wait without holding a thread."""
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self.hashing)

    def _recent(self, kind: str, value: str, now: float) -> list[float]:
        return [moment for moment in self._wrong.get((kind, value), ()) if now - moment < _WINDOW]


@sign_in_router.get("/login")
def login_page(request: Request, next: Next = "/") -> Response:  # noqa: A002 - the address's own word
    """The form to sign in."""
    return page(request, "login.html", next=local(next), fault=None)


@sign_in_router.post("/login")
async def login(request: Request, form: Form) -> Response:
    """Signs in: a new session takes the place of whatever the browser had."""
    name, password, after = (str(form.get(field, "")) for field in ("name", "password", "next"))
    tries: Tries = request.app.state.tries
    now, client = asyncio.get_running_loop().time(), visit_of(request).client
    if tries.too_many(name, client, now):
        return page(request, "login.html", 429, next=local(after), fault="Too many wrong passwords; wait a quarter of an hour.")
    tries.begun(name, client, now)
    secure: bool = request.app.state.secure
    before = request.cookies.get(session_cookie(secure))
    secret = await tries.hashed(service_of(request).people(client).sign_in, name, password, before=before)
    if secret is None:
        return page(request, "login.html", 401, next=local(after), fault="Name or password is wrong.")
    tries.right(name, client, now)
    done = RedirectResponse(local(after), 303)
    done.headers.append("Set-Cookie", cookie(session_cookie(secure), secret, secure=secure, seconds=_SESSION_SECONDS))
    return done


@sign_in_router.post("/logout")
async def logout(request: Request, form: Form) -> Response:
    """Signs out."""
    secure: bool = request.app.state.secure
    secret = request.cookies.get(session_cookie(secure), "")
    await run_in_threadpool(service_of(request).people(visit_of(request).client).sign_out, secret)
    done = RedirectResponse("/login", 303)
    done.headers.append("Set-Cookie", cookie(session_cookie(secure), "", secure=secure, seconds=0))
    return done


@router.get("/account")
def account(request: Request, visitor: Reader) -> Response:
    """One's own tokens and password; for admins everybody's accounts."""
    return _account(request, visitor)


@router.post("/account/password")
async def change_password(request: Request, visitor: Reader, form: Form) -> Response:
    """A new password, by somebody who knows the old one; signs out everywhere."""
    tries: Tries = request.app.state.tries
    name, client, now = _named(visitor), visit_of(request).client, asyncio.get_running_loop().time()
    people = service_of(request).people(client)
    if tries.too_many(name, client, now):
        raise UserError("too many wrong passwords; wait a quarter of an hour")
    tries.begun(name, client, now)
    if await tries.hashed(people.sign_in, name, str(form.get("before", ""))) is None:
        raise UserError("the present password is another one")
    tries.right(name, client, now)
    await tries.hashed(people.change_password, name, str(form.get("password", "")), by=name)
    return RedirectResponse("/login", 303)


@router.post("/account/tokens")
async def add_token(request: Request, visitor: Reader, form: Form) -> Response:
    """A new token, shown once."""
    people = service_of(request).people(visit_of(request).client)
    title, scope = str(form.get("title", "")), str(form.get("scope", "read"))
    _, secret = await run_in_threadpool(people.add_token, _named(visitor), title, scope, by=visitor.name, within=visitor.role)
    return await run_in_threadpool(_account, request, visitor, secret)


@router.post("/account/tokens/remove")
async def remove_token(request: Request, visitor: Reader, form: Form) -> Response:
    """Ends one of one's own tokens."""
    people = service_of(request).people(visit_of(request).client)
    await run_in_threadpool(people.remove_token, str(form.get("id", "")), by=visitor.name, only_of=_named(visitor))
    return RedirectResponse("/account", 303)


@router.get("/account/trail", dependencies=[Depends(needing("admin"))])
def trail(request: Request) -> Response:
    """The audit trail."""
    return page(request, "trail.html", trail=service_of(request).people().trail())


@router.post("/account/people")
async def add_person(request: Request, visitor: Admin, form: Form) -> Response:
    """A new account, by an admin."""
    people = service_of(request).people(visit_of(request).client)
    name, password, role = (str(form.get(field, "")) for field in ("name", "password", "role"))
    tries: Tries = request.app.state.tries
    await tries.hashed(people.add, name, password, role, by=visitor.author)
    return RedirectResponse("/account", 303)


@router.post("/account/people/remove")
async def remove_person(request: Request, visitor: Admin, form: Form) -> Response:
    """Ends an account, by an admin."""
    people = service_of(request).people(visit_of(request).client)
    await run_in_threadpool(people.remove, str(form.get("name", "")), by=visitor.author)
    return RedirectResponse("/account", 303)


def local(target: str) -> str:
    """The address if it is one of ours, else the first page: nobody is sent elsewhere after signing in.

    >>> local("/drug/x?y=1"), local("//evil.example"), local("https://evil.example"), local("/\\\\evil.example"), local("/\\tx")
    ('/drug/x?y=1', '/', '/', '/', '/')
    """
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if safe else "/"


def _account(request: Request, visitor: Visitor, secret: str | None = None) -> Response:
    people = service_of(request).people()
    tokens = people.tokens(visitor.name) if visitor.name else []
    accounts = people.listed() if visitor.may("admin") else []
    return page(request, "account.html", person=visitor, tokens=tokens, scopes=people.scopes_within(visitor.role), accounts=accounts, secret=secret)


def _named(visitor: Visitor) -> str:
    if not visitor.name:
        raise Denied("Only somebody with an account can do that; `theriac user add` makes one.")
    return visitor.name

"""Errors as people and programs are told them: problem+json (RFC 9457) under `/api`, a page elsewhere; one sentence with the next step, no trace.

Flows in: our errors, the framework's, and what nobody expected. Flows out: responses with the right status.
"""

from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from theriac.errors import AmbiguousName, HomeError, StorageFull, StoreError, TheriacError, UnknownName

PROBLEM = "application/problem+json"
TITLES = {
    400: "Not understood",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not done here",
    409: "Ambiguous",
    413: "Too large",
    414: "Address too long",
    415: "Not this kind of content",
    421: "Not this service",
    422: "Not understood",
    429: "Too many requests",
    500: "Our fault",
    503: "Not now",
    507: "No space left",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with a request (RFC 9457): `detail` is one sentence with the next step, `nearest` what may have been meant."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    nearest: list[str] = []


class Denied(TheriacError):
    """The request is refused before it is asked; `status` 401 where signing in would help, 403, or 415 and 422 for what is not understood."""

    def __init__(self, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.status = status


def status_of(error: TheriacError) -> int:
    """The HTTP status that says what one of our errors says."""
    match error:
        case Denied(status=status):
            return status
        case AmbiguousName():
            return 409
        case UnknownName():
            return 404
        case StorageFull():
            return 507
        case HomeError() | StoreError():
            return 503
        case _:
            return 400


def problem(status: int, detail: str, nearest: tuple[str, ...] = (), headers: dict[str, str] | None = None) -> Response:
    """A problem as JSON."""
    body = Problem(title=TITLES.get(status, "Not done"), status=status, detail=detail, nearest=list(nearest))
    return Response(msgspec.json.encode(body), status, media_type=PROBLEM, headers=headers)


def refusal(path: str, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A refusal before any page is made."""
    if path.startswith("/api"):
        return problem(status, detail, headers=headers)
    return Response(f"{detail}\n", status, media_type="text/plain; charset=utf-8", headers=headers)


def told(request: Request, status: int, detail: str, nearest: tuple[str, ...] = (), headers: dict[str, str] | None = None) -> Response:
    """What went wrong, as JSON or as a page."""
    if request.url.path.startswith("/api"):
        return problem(status, detail, nearest, headers)
    pages: Any = request.app.state.pages
    page: Response = pages.render(request, "fault.html", status, title=TITLES.get(status, "Not done"), detail=detail, nearest=nearest, status=status)
    page.headers.update(headers or {})
    return page


def install(app: FastAPI) -> None:
    """Has the app tell every error so."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, TheriacError)
        nearest = error.nearest if isinstance(error, UnknownName) else error.candidates if isinstance(error, AmbiguousName) else ()
        status = status_of(error)
        if status == 401 and request.method == "GET" and not request.url.path.startswith("/api"):
            return RedirectResponse(f"/login?{urlencode({'next': _here(request)})}", 303)
        headers = {"WWW-Authenticate": 'Bearer realm="theriac"'} if status == 401 and request.url.path.startswith("/api") else {}
        return told(request, status, str(error), nearest, headers)

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return told(request, error.status_code, _said(request, error), (), dict(error.headers or {}))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return told(request, 422, "; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in error.errors()) or "The request is not understood.")

    async def unexpected(request: Request, error: Exception) -> Response:
        # Whatever the error says may hold what is not for the client; the log has it.
        return told(request, 500, "Something went wrong that should not have; the service's log says what.")

    app.add_exception_handler(TheriacError, ours)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


def _here(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _said(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"There is nothing at {request.url.path}."
    if error.status_code == 405:
        return f"{request.method} is not done here."
    return str(error.detail)


def _place(where: tuple[Any, ...] | list[Any]) -> str:
    return ".".join(str(part) for part in where if part not in ("query", "path", "body")) or "request"

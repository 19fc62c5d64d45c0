"""How the REST API answers: JSON as `--json` prints it, 304 where nothing changed, lists in pages with a cursor.

Flows in: a question, its arguments, the request. Flows out: a response. An ETag names the commit and the question, so that "nothing changed" costs
no question. A cursor names the last line that was shown, so that a list that grew meanwhile goes on in its place.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.doors.web.faults import Denied
from theriac.doors.web.pages import service_of
from theriac.doors.web.service import P, Question, R, Service
from theriac.doors.web.visits import Reader, Visitor, visit_of
from theriac.errors import UserError
from theriac.settings import VERSION

JSON = "application/json"
MOST = 500
T = TypeVar("T")


class Reply:
    """Answers one request."""

    def __init__(self, request: Request, visitor: Visitor) -> None:
        self.request = request
        self.visitor = visitor
        self.service: Service = service_of(request)

    @property
    def client(self) -> str:
        """The address that asks, for the audit trail."""
        return visit_of(self.request).client

    def one(self, question: Question[P, R], *args: P.args, **kwargs: P.kwargs) -> Response:
        """The answer whole."""
        headers = self._headers()
        if self._is_known(headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(self.service.answer(question, *args, **kwargs).json, media_type=JSON, headers=headers)

    def many(self, page: "Page", question: Question[P, Sequence[Any]], *args: P.args, **kwargs: P.kwargs) -> Response:
        """One page of a list: its items, the cursor of the next page, how many there are in all."""
        headers = self._headers()
        if self._is_known(headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(page_of(self.service.ask(question, *args, **kwargs), page), media_type=JSON, headers=headers)

    def _headers(self) -> dict[str, str]:
        state = self.service.state
        asked = hashlib.sha256(f"{VERSION}\0{self.service.boot}\0{state.standing}\0{state.writes}\0{self.request.url}".encode()).hexdigest()[:20]
        headers = {"ETag": f'W/"{state.standing.commit}-{asked}"', "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
        if state.standing.made:
            headers["Last-Modified"] = format_datetime(datetime.fromisoformat(state.standing.made), usegmt=True)
        return headers

    def _is_known(self, mark: str) -> bool:
        known = self.request.headers.get("if-none-match", "")
        return mark in known.replace(" ", "").split(",")


class Page(msgspec.Struct, frozen=True):
    """Which part of a list is asked for."""

    cursor: str | None
    limit: int


def page_asked(
    cursor: Annotated[str | None, Query(max_length=100, description="Where the page before ended: its `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many lines at most.")] = 50,
) -> Page:
    """The part of the list that the request asks for."""
    return Page(cursor, limit)


def page_of(lines: Sequence[Any], page: Page) -> bytes:
    """The page as JSON; UserError where the cursor is none of this list's."""
    start = _start(lines, page.cursor)
    end = min(start + page.limit, len(lines))
    following = None if end >= len(lines) else _cursor(end, lines[end - 1])
    return msgspec.json.encode({"items": lines[start:end], "next": following, "total": len(lines)})


def _start(lines: Sequence[Any], cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        number, _, mark = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        place = int(number)
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise UserError("the cursor is not one of ours; begin again without it") from error
    if 0 < place <= len(lines) and _mark(lines[place - 1]) == mark:
        return place
    # The list has changed since: go on after the line that was shown last, wherever it stands now.
    found = next((at for at, line in enumerate(lines, 1) if _mark(line) == mark), None)
    if found is None:
        raise UserError("the list has changed and the line that the cursor names is gone; begin again without it")
    return found


def _cursor(place: int, line: Any) -> str:
    return base64.urlsafe_b64encode(f"{place}:{_mark(line)}".encode()).decode()


def _mark(line: Any) -> str:
    return hashlib.blake2b(msgspec.json.encode(line), digest_size=9).hexdigest()


def reply_of(request: Request, visitor: Reader) -> Reply:
    """What answers the request."""
    return Reply(request, visitor)


async def body_of(request: Request) -> bytes:
    """The body of a request that sends JSON and says so: another site's form cannot."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise Denied("Send application/json.", 415)
    return await request.body()


def read(body: bytes, shape: type[T]) -> T:
    """The body in its shape; Denied where it is not."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Denied(f"The body is not understood: {error}.", 422) from error


def made(value: object, status: int = 201) -> Response:
    """Something new or changed, never kept by anybody."""
    return Response(msgspec.json.encode(value), status, media_type=JSON, headers={"Cache-Control": "no-store"})


def gone() -> Response:
    """It is done and there is nothing more to say."""
    return Response(status_code=204)


Replies = Annotated[Reply, Depends(reply_of)]
Paged = Annotated[Page, Depends(page_asked)]
Body = Annotated[bytes, Depends(body_of)]

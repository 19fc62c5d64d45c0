"""Search: what goes by the words, and which records hold them; suggestions while typing.

Flows in: words. Flows out: pages and fragments. A name that means one thing alone leads straight to it.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, AsOf, page

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]
Kind = Annotated[Literal["", "drug", "condition", "target", "organization"], Query()]
_MOST_SUGGESTED = 8
_MOST_FOUND = 24
_MOST_RECORDS = 25


@router.get("/search")
def search(request: Request, asked: Asked, q: Words = "", kind: Kind = "", as_of: AsOf = None) -> Response:
    """Entities that go by the words, what was nearly meant, and the records that hold them."""
    words = q.strip()
    if not words:
        return page(request, "search.html", q="", kind=kind, meant=None, found=[], records=[])
    meant = None if kind == "organization" else asked.ask(Theriac.resolve, words, kind or None)
    found = asked.ask(Theriac.find, words, limit=_MOST_FOUND, kind=kind or None, as_of=as_of)
    records = asked.ask(Theriac.search, words, _MOST_RECORDS)
    return page(request, "search.html", q=words, kind=kind, meant=meant, found=found, records=records)


@router.get("/suggest")
def suggest(
    request: Request,
    asked: Asked,
    q: Words = "",
    drug: Words = "",
    kind: Kind = "",
    box: Annotated[str, Query(pattern="^[a-z0-9-]{1,40}$")] = "top",
    name: Annotated[str, Query(pattern="^[a-z_]{1,20}$")] = "q",
    as_of: AsOf = None,
) -> Response:
    """The options under a search box; a box that is no plain search fills in the name instead of leading on."""
    words = (q or drug).strip()
    found = asked.ask(Theriac.find, words, limit=_MOST_SUGGESTED, kind=kind or None, as_of=as_of) if words else []
    return page(request, "suggestions.html", found=found, box=box, fills=name != "q")

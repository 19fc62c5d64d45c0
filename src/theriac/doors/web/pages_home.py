"""The first page. Flows in: nothing. Flows out: where to begin."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, AsOf, page

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, asked: Asked, as_of: AsOf = None) -> Response:
    """Where to search, and what changed lately."""
    return page(request, "home.html", sources=asked.ask(Theriac.sources), news=asked.ask(Theriac.news, as_of=as_of))

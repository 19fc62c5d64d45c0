"""The first page. Flows in: nothing. Flows out: where to begin."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, page

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, asked: Asked) -> Response:
    """Which sources are loaded."""
    return page(request, "home.html", sources=asked.ask(Theriac.sources))

"""How a page is made: Jinja templates that escape everything, what every template may ask for, and what routes of pages need.

Flows in: a request, a template's name, and shapes of `views`. Flows out: HTML. A file of pages (`pages_drug.py` …) holds a `router`:

    router = APIRouter()

    @router.get("/drug/{name:path}")
    def drug(request: Request, asked: Asked, name: str, as_of: AsOf = None) -> Response:
        return page(request, "drug.html", profile=asked.ask(Theriac.drug, name, as_of))

Templates have `static('theriac.css')`, `csrf_field()` (inside every form that posts), `visitor`, `path`, `notice`, and the filter `safe_url`.
"""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import jinja2
from fastapi import Depends, Query
from markupsafe import Markup
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from theriac.doors.web import page_words
from theriac.doors.web.service import Service
from theriac.doors.web.static_files import StaticFiles
from theriac.views import NOT_ADVICE

TEMPLATES = Path(__file__).parent / "templates"
_SCHEMES = frozenset({"http", "https", "mailto"})


class Pages:
    """The templates, with what each of them may ask for."""

    def __init__(self, files: StaticFiles, templates: Path = TEMPLATES) -> None:
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.environment.globals |= {"static": files.href, "notice": NOT_ADVICE}
        self.environment.filters["safe_url"] = safe_url
        page_words.install(self.environment)

    def render(self, request: Request, template: str, status_code: int = 200, /, **context: Any) -> HTMLResponse:
        """The template filled."""
        visit = getattr(request.state, "visit", None)
        shared = {
            "request": request,
            "path": request.url.path,
            "query": request.url.query,
            "visitor": visit.visitor if visit else None,
            "csrf_field": lambda: _csrf_field(visit.csrf if visit else ""),
        }
        text = self.environment.get_template(template).render({**shared, **context})
        return HTMLResponse(text, status_code, headers={"Cache-Control": "private, no-cache"})


def page(request: Request, template: str, status_code: int = 200, /, **context: Any) -> Response:
    """The template filled, as a response."""
    pages: Pages = request.app.state.pages
    return pages.render(request, template, status_code, **context)


def service_of(request: Request) -> Service:
    """The service that the request came to."""
    service: Service = request.app.state.service
    return service


def safe_url(text: str | None) -> str:
    """The address where it is one that may be followed, else "#": a document's `javascript:` is not."""
    address = (text or "").strip()
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return "#"
    return address if scheme in _SCHEMES or (not scheme and address.startswith(("/", "#", "?")) and not address.startswith("//")) else "#"


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)


Asked = Annotated[Service, Depends(service_of)]
AsOf = Annotated[
    str | None,
    Query(description="Answer with the documents seen by this day (2024, 2024-03 or 2024-03-07).", max_length=10),
    AfterValidator(lambda given: given or None),
]

"""The pictures of charts and of mechanisms. Flows in: which figure, of what, for which theme and width. Flows out: SVG with its hash as ETag."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac, drawn
from theriac.doors.web import charts
from theriac.doors.web.pages import Asked, AsOf
from theriac.errors import UnknownName

router = APIRouter(include_in_schema=False)
Name = Annotated[str | None, Query(max_length=200)]


@router.get("/chart/{name}.svg")
def chart(
    request: Request,
    asked: Asked,
    name: str,
    drug: Name = None,
    condition: Name = None,
    target: Name = None,
    org: Name = None,
    table: Annotated[int | None, Query(ge=1, le=9_999)] = None,
    theme: Literal["light", "dark"] = "light",
    width: Literal["wide", "narrow"] = "wide",
    as_of: AsOf = None,
) -> Response:
    """A chart, drawn for a theme and a width; `table` chooses one table of rates."""
    if name not in charts.names():
        raise UnknownName(f"no chart is called {name!r}; there are {', '.join(charts.names())}", ())
    rows = asked.ask(Theriac.figure, name, drug=drug, condition=condition, target=target, org=org, as_of=as_of)
    shown = [row for row in rows if table is None or row.get("table") == table]
    drawer: charts.Charts = request.app.state.charts
    drawing = drawer.draw(charts.specification(name, shown, dark=theme == "dark", narrow=width == "narrow"))
    return _picture(request, drawing.svg, drawing.mark)


@router.get("/pathway/{drug}.svg")
def pathway(request: Request, asked: Asked, drug: str, as_of: AsOf = None) -> Response:
    """How the drug works, drawn."""
    svg = drawn(asked.ask(Theriac.mechanism, drug, as_of=as_of))
    return _picture(request, svg, hashlib.sha256(svg.encode()).hexdigest()[:24])


def _picture(request: Request, svg: str, mark: str) -> Response:
    headers = {"ETag": f'"{mark}"', "Cache-Control": "private, no-cache"}
    if f'"{mark}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(svg, media_type="image/svg+xml", headers=headers)

"""Conditions, targets, classes and organisations: who is how far there.

Flows in: an id or a name. Flows out: pages with the landscape, the drugs, the trials and what changed.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from theriac.api import Theriac
from theriac.doors.web import charts
from theriac.doors.web.addresses import meant, moved
from theriac.doors.web.page_words import address
from theriac.doors.web.pages import Asked, AsOf, page
from theriac.errors import UnknownName

router = APIRouter(include_in_schema=False)
FEW = 30
Rows = Annotated[str, Query(pattern="^(few|all)$")]


@router.get("/condition/{name}")
def condition(
    request: Request, asked: Asked, name: str, rows: Rows = "few", called: Annotated[str, Query(max_length=300)] = "", as_of: AsOf = None
) -> Response:
    """The drugs tried in a condition, the furthest first; a name that is known from indications alone leads to search."""
    try:
        entity = asked.ask(Theriac.entity, meant("condition", name), "condition", as_of)
    except UnknownName:
        if not called:
            raise
        return RedirectResponse(address("/search", {"q": called, "as_of": as_of}), 302)
    elsewhere = moved(request, entity.id)
    if elsewhere is not None:
        return elsewhere
    matrix = asked.ask(Theriac.figure, "stages", condition=entity.id, as_of=as_of)
    landscape = asked.ask(Theriac.figure, "landscape", condition=entity.id, as_of=as_of)
    starts = asked.ask(Theriac.figure, "trial_starts", condition=entity.id, as_of=as_of)
    return page(
        request,
        "condition.html",
        entity=entity,
        matrix=matrix if rows == "all" else matrix[:FEW],
        matrix_total=len(matrix),
        landscape=landscape,
        starts=starts,
        sizes={"landscape": charts.size("landscape", landscape), "trial_starts": charts.size("trial_starts", starts)},
        trials=asked.ask(Theriac.trials, condition=entity.id, as_of=as_of),
        news=asked.ask(Theriac.news, condition=entity.id, as_of=as_of),
        few=FEW,
        all_rows=rows == "all",
    )


@router.get("/target/{name}")
def target(request: Request, asked: Asked, name: str, as_of: AsOf = None) -> Response:
    """The drugs that act on a target."""
    found = asked.ask(Theriac.target, meant("target", name), as_of=as_of)
    elsewhere = moved(request, found.id)
    if elsewhere is not None:
        return elsewhere
    landscape = asked.ask(Theriac.figure, "landscape", target=found.id, as_of=as_of)
    return page(request, "target.html", target=found, landscape=landscape, size=charts.size("landscape", landscape), few=FEW)


@router.get("/class/{name}")
def drug_class(request: Request, asked: Asked, name: str, as_of: AsOf = None) -> Response:
    """The drugs of a class, by whose word."""
    found = asked.ask(Theriac.drug_class, meant("class", name), as_of=as_of)
    return moved(request, found.id) or page(request, "class.html", found=found)


@router.get("/organisation/{name}")
def organisation(request: Request, asked: Asked, name: str, rows: Rows = "few", as_of: AsOf = None) -> Response:
    """The programmes of an organisation; it has no identifier, so it goes by its name in any spelling of the legal form."""
    org = name.removeprefix("name.")
    lines = asked.ask(Theriac.status, org=org, as_of=as_of)
    landscape = asked.ask(Theriac.figure, "landscape", org=org, as_of=as_of)
    called = sorted({line.organisation for line in lines if line.organisation})
    return page(
        request,
        "organisation.html",
        org=org,
        called=called,
        lines=lines if rows == "all" else lines[:FEW],
        total=len(lines),
        landscape=landscape,
        size=charts.size("landscape", landscape),
    )

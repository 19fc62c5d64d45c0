"""The drug's profile: the short page in the order people ask, and each part whole.

Flows in: a drug's id or name, the part, the day. Flows out: pages.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac, rate_tables
from theriac.doors.web import charts, drug_parts
from theriac.doors.web.addresses import EACH_PAGE, meant, moved
from theriac.doors.web.pages import Asked, AsOf, page
from theriac.errors import UnknownName
from theriac.views import DrugProfile

router = APIRouter(include_in_schema=False)
PageNumber = Annotated[int, Query(alias="page", ge=1, le=9_999)]


@router.get("/drug/{name}")
def profile(request: Request, asked: Asked, name: str, as_of: AsOf = None) -> Response:
    """At a glance · how it works · how it is used · side effects · cautions and interactions · development · what changed · documents."""
    found = asked.ask(Theriac.drug, meant("drug", name), as_of)
    elsewhere = moved(request, found.id)
    if elsewhere is not None:
        return elsewhere
    lines = asked.ask(Theriac.status, drug=found.id, rolled_up=True, as_of=as_of)
    tables = rate_tables(found)
    return page(
        request,
        "drug.html",
        profile=found,
        overall=next((line for line in lines if line.condition is None), None),
        programmes=[line for line in lines if line.condition is not None],
        mechanism=asked.ask(Theriac.mechanism, found.id, as_of=as_of),
        names=drug_parts.names_by_kind(found.names),
        uses=drug_parts.uses(found.clinical["indications"]),
        regimens=drug_parts.regimens(found.clinical["regimens"]),
        cautions=drug_parts.by_kind(found.clinical["cautions"]),
        absences=drug_parts.absences(found.clinical["absences"]),
        tables=tables,
        rates_size=_rates_size(tables),
        others=drug_parts.without_rates(found.clinical["reactions"]),
        news=asked.ask(Theriac.news, drug=found.id, as_of=as_of),
    )


@router.get("/drug/{name}/{part}")
def part(request: Request, asked: Asked, name: str, part: str, as_of: AsOf = None, number: PageNumber = 1) -> Response:
    """One part of the profile, whole."""
    if part not in drug_parts.PARTS:
        raise UnknownName(f"a drug has no part {part!r}; there are {', '.join(drug_parts.PARTS)}", ())
    found = asked.ask(Theriac.drug, meant("drug", name), as_of)
    elsewhere = moved(request, found.id, f"/{part}")
    if elsewhere is not None:
        return elsewhere
    whole = _whole(found, part)
    pages = max(1, -(-len(whole) // EACH_PAGE))
    here = whole[(number - 1) * EACH_PAGE : number * EACH_PAGE]
    about = {"profile": found, "part": part, "title": drug_parts.PARTS[part]}
    return page(request, "drug_part.html", **about, rows=here, total=len(whole), number=number, pages=pages)


def _whole(found: DrugProfile, part: str) -> list[object]:
    if part == "rates":
        return [(place, table) for place, table in enumerate(rate_tables(found), start=1)]
    if part in found.clinical:
        return list(found.clinical[part])
    return list(getattr(found, part))


def _rates_size(tables: list[dict[str, object]]) -> object:
    return charts.size("rates", drug_parts.rows_of(tables[0])) if tables else None

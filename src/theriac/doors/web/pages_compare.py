"""Up to four drugs side by side: status, regimens, rates. Flows in: names. Flows out: a page. Nothing is ranked, nothing pooled."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac, rate_tables
from theriac.doors.web import drug_parts
from theriac.doors.web.addresses import meant
from theriac.doors.web.pages import Asked, AsOf, page
from theriac.doors.web.service import Service
from theriac.errors import AmbiguousName, UnknownName
from theriac.views import DrugProfile, StatusLine

router = APIRouter(include_in_schema=False)
MOST = 4


class Column(NamedTuple):
    """What stands under one drug."""

    profile: DrugProfile
    overall: StatusLine | None
    programmes: list[StatusLine]
    regimens: list[tuple[tuple[str, str, str | None], list[drug_parts.Statement]]]
    cautions: dict[str, list[drug_parts.Statement]]
    tables: list[dict[str, Any]]


@router.get("/compare")
def compare(request: Request, asked: Asked, drug: Annotated[list[str], Query(max_length=12)] = [], as_of: AsOf = None) -> Response:  # noqa: B006
    """The drugs in the order in which they were named."""
    columns: list[Column] = []
    troubles: list[str] = []
    for name in [one.strip() for one in drug if one.strip()][:MOST]:
        try:
            profile = asked.ask(Theriac.drug, meant("drug", name), as_of)
        except (UnknownName, AmbiguousName) as error:
            troubles.append(str(error))
            continue
        if any(column.profile.id == profile.id for column in columns):
            continue
        columns.append(_column(asked, profile, as_of))
    return page(request, "compare.html", columns=columns, troubles=troubles, most=MOST, shared=_shared([column.programmes for column in columns]))


def _column(asked: Service, profile: DrugProfile, as_of: str | None) -> Column:
    lines = asked.ask(Theriac.status, drug=profile.id, rolled_up=True, as_of=as_of)
    return Column(
        profile=profile,
        overall=next((line for line in lines if line.condition is None), None),
        programmes=[line for line in lines if line.condition is not None],
        regimens=drug_parts.regimens(profile.clinical["regimens"]),
        cautions=drug_parts.by_kind(profile.clinical["cautions"]),
        tables=rate_tables(profile),
    )


def _shared(programmes: list[list[StatusLine]]) -> list[tuple[str, str, list[StatusLine | None]]]:
    """The conditions in which at least one of the drugs is, those of several first, with the line of each drug."""
    by_condition: dict[str, tuple[str, dict[int, StatusLine]]] = {}
    for place, lines in enumerate(programmes):
        for line in lines:
            by_condition.setdefault(line.condition or "", (line.condition_name or "", {}))[1].setdefault(place, line)
    rows = [(condition, name, [found.get(place) for place in range(len(programmes))]) for condition, (name, found) in by_condition.items()]
    return sorted(rows, key=lambda row: (sum(line is None for line in row[2]), row[1].casefold()))

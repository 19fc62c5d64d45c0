"""What changed: a feed with facets and dates, and one change by itself.

Flows in: what the reader chose. Flows out: pages of changes, grouped by drug.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, AsOf, page

router = APIRouter(include_in_schema=False)
Name = Annotated[str | None, Query(max_length=200)]
Day = Annotated[str | None, Query(max_length=10)]


@router.get("/changes")
def changes(
    request: Request,
    asked: Asked,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    source: Annotated[str | None, Query(max_length=60)] = None,
    drug: Name = None,
    condition: Name = None,
    since: Day = None,
    until: Day = None,
    page_number: Annotated[int, Query(alias="page", ge=1, le=99_999)] = 1,
    as_of: AsOf = None,
) -> Response:
    """One page of what changed."""
    chosen = {"kind": kind, "source": source, "drug": drug, "condition": condition, "since": since, "until": until}
    chosen = {name: value.strip() if value and value.strip() else None for name, value in chosen.items()}
    found = asked.ask(
        Theriac.news,
        since=chosen["since"],
        until=chosen["until"],
        drug=chosen["drug"],
        condition=chosen["condition"],
        family=chosen["kind"],
        source=chosen["source"],
        page=page_number,
        as_of=as_of,
    )
    return page(request, "changes.html", news=found, chosen=chosen, rule=rule_of(chosen))


@router.get("/events/{number}")
def change(request: Request, asked: Asked, number: str) -> Response:
    """One change."""
    return page(request, "change.html", item=asked.ask(Theriac.change, number))


def rule_of(chosen: dict[str, str | None]) -> str:
    """The rule of an alert that watches for what was chosen."""
    named = [f'{name}:"{chosen[name]}"' for name in ("drug", "condition") if chosen[name]]
    kinds = [f"kind:{chosen['kind']}.*"] if chosen["kind"] else []
    return " ".join([*named, *kinds, *([f"source:{chosen['source']}"] if chosen["source"] else [])]).replace('\\"', "")

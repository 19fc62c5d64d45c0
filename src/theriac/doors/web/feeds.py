"""Feeds that any reader or calendar program follows: changes as Atom per drug, condition and rule; expected dates as iCalendar.

Flows in: a name or a rule. Flows out: Atom (RFC 4287) and iCalendar (RFC 5545). The feed of an alert has an address of its own elsewhere.
"""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac import api
from theriac.api import Theriac
from theriac.doors.web.pages import Asked
from theriac.views import ChangeLine

router = APIRouter(include_in_schema=False)
Since = Annotated[str | None, Query(description="From which day on; all that is kept, if left out.", max_length=10)]
_MOST = 100
_ATOM = "application/atom+xml; charset=utf-8"
_CALENDAR = "text/calendar; charset=utf-8"


@router.get("/feeds/drug/{name:path}.atom")
def drug_changes(request: Request, asked: Asked, name: str, since: Since = None) -> Response:
    """What changed about a drug."""
    return _atom(request, asked.ask(Theriac.changes, drug=name, since=since), f"{name}: what changed", f"/drug/{quote(name)}")


@router.get("/feeds/condition/{name:path}.atom")
def condition_changes(request: Request, asked: Asked, name: str, since: Since = None) -> Response:
    """What changed about a condition."""
    return _atom(request, asked.ask(Theriac.changes, condition=name, since=since), f"{name}: what changed", f"/condition/{quote(name)}")


@router.get("/feeds/rule.atom")
def rule_changes(request: Request, asked: Asked, rule: Annotated[str, Query(max_length=2000)], since: Since = None) -> Response:
    """What changed that a rule matches."""
    return _atom(request, asked.ask(Theriac.changes, rule=rule, since=since), rule, f"/changes?{urlencode({'rule': rule})}")


@router.get("/feeds/drug/{name:path}.ics")
def drug_dates(asked: Asked, name: str) -> Response:
    """Which dates documents expect about a drug."""
    return Response(api.expected_calendar(f"{name}: expected dates", asked.ask(Theriac.expected, drug=name)), media_type=_CALENDAR)


@router.get("/feeds/condition/{name:path}.ics")
def condition_dates(asked: Asked, name: str) -> Response:
    """Which dates documents expect about a condition."""
    return Response(api.expected_calendar(f"{name}: expected dates", asked.ask(Theriac.expected, condition=name)), media_type=_CALENDAR)


def _atom(request: Request, changes: list[ChangeLine], title: str, page: str) -> Response:
    base = f"{request.url.scheme}://{request.url.netloc}"

    def page_of(one: ChangeLine) -> str:
        source, _, key = one.record.partition(":")
        return f"{base}/document/{source}/{quote(key)}?{urlencode({'version': one.to_seq or 1, 'quote': one.quote_new or ''})}"

    made = api.feed_of(f"{base}{request.url.path}?{request.url.query}".rstrip("?"), title, changes[:_MOST], page_of=page_of, page=f"{base}{page}")
    return Response(made, media_type=_ATOM)

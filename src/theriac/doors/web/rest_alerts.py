"""REST: alerts of the one who asks, what a rule would have told, deliveries; accounts and the audit trail for admins.

Flows in: rules and schedules. Flows out: the shapes of `theriac alert … --json`. Everybody sees their own alerts, this machine's one user all.
"""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from theriac.api import Alerts, People
from theriac.doors.web.rest_drugs import shapes
from theriac.doors.web.rest_reply import Body, Paged, Replies, gone, made, page_of, read
from theriac.doors.web.visits import Editor, needing

router = APIRouter(prefix="/api/v1")
Number = Annotated[str, Path(max_length=40, examples=["al-0123456789ab"])]
_admin = [Depends(needing("admin"))]


class NewAlert(msgspec.Struct, forbid_unknown_fields=True):
    """A rule to watch, how often to tell, and where."""

    rule: str
    every: str = "day"
    at: str | None = None
    on: str | None = None
    tz: str | None = None
    to: tuple[str, ...] = ("feed",)
    also_when_nothing: bool = False


class AlertChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different about an alert; what is left out stays."""

    rule: str | None = None
    every: str | None = None
    at: str | None = None
    on: str | None = None
    tz: str | None = None
    to: list[str] | None = None
    also_when_nothing: bool | None = None
    state: Literal["active", "paused"] | None = None


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """A rule to try over the stored history."""

    rule: str
    since: str = "1900"
    every: str = "month"
    tz: str | None = None


_RULE = {"rule": "drug:imiquimod kind:label.*", "every": "week", "to": ["feed"]}


@router.get("/alerts", tags=["alerts"], **shapes.many(Alerts.listed, also=()))
def alerts(reply: Replies, page: Paged) -> Response:
    """One's alerts."""
    with reply.service.reading() as store:
        return made_page(store.alerts_of(reply.visitor.owner).listed(), page)


@router.post("/alerts", tags=["alerts"], **shapes.one(Alerts.add, also=(404, 409, 415), status=201), **shapes.body(NewAlert, _RULE))
def add(reply: Replies, editor: Editor, body: Body) -> Response:
    """Watches a rule from now on (role editor)."""
    asked = msgspec.structs.asdict(read(body, NewAlert))
    with reply.service.writing() as store:
        return made(store.alerts_of(editor.owner).add(**asked))


@router.post("/alerts/test", tags=["alerts"], **shapes.one(Alerts.test, also=(404, 409, 415)), **shapes.body(Draft, {"rule": "drug:imiquimod"}))
def backtest(reply: Replies, body: Body) -> Response:
    """What a rule would have told over the stored history."""
    asked = msgspec.structs.asdict(read(body, Draft))
    with reply.service.reading() as store:
        return made(store.alerts_of(reply.visitor.owner).test(**asked), 200)


@router.get("/alerts/{number}", tags=["alerts"], **shapes.one(Alerts.shown, also=(404,)))
def alert(reply: Replies, number: Number) -> Response:
    """One alert."""
    with reply.service.reading() as store:
        return made(store.alerts_of(reply.visitor.owner).shown(number), 200)


@router.get("/alerts/{number}/digests", tags=["alerts"], **shapes.many(Alerts.digests, also=(404,)))
def digests(reply: Replies, page: Paged, number: Number) -> Response:
    """What an alert has told, newest first."""
    with reply.service.reading() as store:
        mine = store.alerts_of(reply.visitor.owner)
        return made_page(mine.digests(mine.shown(number).id), page)


@router.patch("/alerts/{number}", tags=["alerts"], **shapes.one(Alerts.edit, also=(404, 409, 415)), **shapes.body(AlertChange, {"every": "month"}))
def edit(reply: Replies, editor: Editor, number: Number, body: Body) -> Response:
    """Changes, pauses or resumes an alert (role editor)."""
    asked: dict[str, Any] = msgspec.structs.asdict(read(body, AlertChange))
    state = asked.pop("state")
    with reply.service.writing() as store:
        mine = store.alerts_of(editor.owner)
        changed = mine.edit(number, **asked)
        if state is not None:
            line = (mine.pause if state == "paused" else mine.resume)(number)
            changed = msgspec.structs.replace(changed, alert=line)
        return made(changed, 200)


@router.delete("/alerts/{number}", tags=["alerts"], **shapes.done())
def remove(reply: Replies, editor: Editor, number: Number) -> Response:
    """Ends an alert (role editor)."""
    with reply.service.writing() as store:
        store.alerts_of(editor.owner).remove(number)
    return gone()


@router.get("/deliveries", tags=["alerts"], **shapes.many(Alerts.deliveries, also=(404,)))
def deliveries(
    reply: Replies,
    page: Paged,
    alert: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[Literal["waiting", "sent", "dead"] | None, Query()] = None,
) -> Response:
    """Every attempt to deliver a digest of one's alerts, newest first."""
    with reply.service.reading() as store:
        return made_page(store.alerts_of(reply.visitor.owner).deliveries(alert=alert, state=state), page)


@router.get("/people", tags=["people"], dependencies=_admin, **shapes.many(People.listed, also=()))
def people(reply: Replies, page: Paged) -> Response:
    """The accounts (role admin)."""
    return made_page(reply.service.people().listed(), page)


@router.get("/audit", tags=["people"], dependencies=_admin, **shapes.many(People.trail, also=()))
def audit(reply: Replies, page: Paged) -> Response:
    """The audit trail, newest first (role admin)."""
    return made_page(reply.service.people().trail(), page)


def made_page(lines: list[Any], page: Any) -> Response:
    """A page of what is one person's own: never kept."""
    return Response(page_of(lines, page), media_type="application/json", headers={"Cache-Control": "no-store"})

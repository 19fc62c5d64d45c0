"""REST: what changed, records with their versions, freshness, quarantine, flags and decisions.

Flows in: records, filters, an as-of day; from editors, flags and decisions. Flows out: the shapes of `--json`, and documents as served.
"""

from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import AsOf
from theriac.doors.web.rest_drugs import Condition, Drug, Org, shapes
from theriac.doors.web.rest_reply import Body, Paged, Replies, gone, made, read
from theriac.doors.web.visits import Editor, needing

router = APIRouter(prefix="/api/v1")
Record = Annotated[str, Path(max_length=300, description="A record as citations name it (source:key).", examples=["starter:ctgov/NCT00189241"])]
Day = Annotated[str | None, Query(max_length=10, description="2024, 2024-03 or 2024-03-07.")]
Version = Annotated[str | None, Query(max_length=100, description="A version by rank, hash or the source's own label.")]


class NewFlag(msgspec.Struct, forbid_unknown_fields=True):
    """A statement that is wrong: `RECORD` or `RECORD#PATH`, and why."""

    statement: str
    why: str
    quote: str = ""


class NewDecision(msgspec.Struct, forbid_unknown_fields=True):
    """What an ambiguous name means, in one record or everywhere."""

    mention: str
    entity: str
    why: str = ""
    record: str = ""
    kind: str = "drug"


@router.get("/changes", tags=["changes"], **shapes.many(Theriac.changes))
def changes(
    reply: Replies,
    page: Paged,
    since: Day = None,
    until: Day = None,
    drug: Drug = None,
    condition: Condition = None,
    org: Org = None,
    kind: Annotated[list[str] | None, Query(max_length=50, description="trial.stopped, label.* …")] = None,
    source: Annotated[str | None, Query(max_length=60)] = None,
    rule: Annotated[str | None, Query(max_length=2000, description="Any rule of alerts.", examples=["drug:imiquimod kind:label.*"])] = None,
    as_of: AsOf = None,
) -> Response:
    """What changed, newest first: typed events with old, new, quotes and both versions."""
    about = {"drug": drug, "condition": condition, "org": org, "source": source, "rule": rule}
    return reply.many(page, Theriac.changes, since=since, until=until, kinds=kind or [], as_of=as_of, **about)


@router.get("/records/{record:path}/versions", tags=["records"], **shapes.many(Theriac.history))
def versions(reply: Replies, page: Paged, record: Record, as_of: AsOf = None) -> Response:
    """A record's versions in order of time."""
    return reply.many(page, Theriac.history, record, as_of)


@router.get("/records/{record:path}/comparison", tags=["records"], **shapes.one(Theriac.compare))
def comparison(
    reply: Replies, record: Record, older: Annotated[int, Query(ge=1, le=1_000_000)], newer: Annotated[int, Query(ge=1, le=1_000_000)]
) -> Response:
    """Two versions word by word."""
    return reply.one(Theriac.compare, record, older, newer)


@router.get("/records/{record:path}/difference", tags=["records"], **shapes.one(Theriac.difference))
def difference(
    reply: Replies, record: Record, older: Annotated[str, Query(max_length=100)], newer: Annotated[str, Query(max_length=100)]
) -> Response:
    """Two versions part by part, words marked."""
    return reply.one(Theriac.difference, record, older, newer)


@router.get(
    "/records/{record:path}/payload",
    tags=["records"],
    **{
        **shapes.one(Theriac.document),
        "responses": {
            **shapes.one(Theriac.document)["responses"],
            200: {"description": "The bytes", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        },
    },
)
def payload(reply: Replies, record: Record, version: Version = None) -> Response:
    """One version exactly as its source served it."""
    with reply.service.reading() as store:
        served = store.served(record, version)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(served.name)}", "X-Media-Type": served.media_type}
    return Response(served.payload, media_type="application/octet-stream", headers=headers)


@router.get("/records/{record:path}", tags=["records"], **shapes.one(Theriac.document))
def document(
    reply: Replies,
    record: Record,
    version: Version = None,
    quoted: Annotated[str | None, Query(alias="quote", max_length=4000)] = None,
    path: Annotated[str, Query(max_length=500)] = "",
    page: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    as_of: AsOf = None,
) -> Response:
    """One version of a record in readable form, on the page that holds the quote."""
    return reply.one(Theriac.document, record, version=version, quote=quoted, path=path, page=page, as_of=as_of)


@router.get("/sources", tags=["home"], **shapes.many(Theriac.sources, also=()))
def sources(reply: Replies, page: Paged) -> Response:
    """The freshness ledger."""
    return reply.many(page, Theriac.sources)


@router.get("/quarantine", tags=["home"], dependencies=[Depends(needing("editor"))], **shapes.many(Theriac.quarantine, also=()))
def quarantine(reply: Replies, page: Paged) -> Response:
    """What was set aside and not read since, with file, record and reason."""
    return reply.many(page, Theriac.quarantine)


@router.get("/flags", tags=["people"], **shapes.many(Theriac.flags))
def flags(reply: Replies, page: Paged, record: Annotated[str | None, Query(max_length=300)] = None) -> Response:
    """The statements that somebody holds to be wrong, newest first."""
    return reply.many(page, Theriac.flags, record)


_FLAG = {"statement": "starter:ctgov/NCT00189241#status", "why": "the registry says something else"}
_DECISION = {"mention": "IMQ", "entity": "drug:unii.P1QW714R7M", "why": "the sponsor's own short form"}


@router.post("/flags", tags=["people"], **shapes.one(Theriac.flag, also=(404, 415), status=201), **shapes.body(NewFlag, _FLAG))
def flag(reply: Replies, editor: Editor, body: Body) -> Response:
    """Flags a statement as wrong (role editor)."""
    asked = read(body, NewFlag)
    with reply.service.writing() as store:
        line = store.flag(asked.statement, asked.why, author=editor.author, quote=asked.quote, client=reply.client)
    return made(line)


@router.delete("/flags/{number}", tags=["people"], **shapes.done())
def withdraw(reply: Replies, editor: Editor, number: Annotated[str, Path(max_length=40)]) -> Response:
    """Takes a flag back (role editor); it stays in the audit trail."""
    with reply.service.writing() as store:
        store.people(reply.client).withdraw_flag(number, by=editor.author)
    return gone()


@router.get("/decisions", tags=["people"], **shapes.many(Theriac.decisions, also=()))
def decisions(reply: Replies, page: Paged) -> Response:
    """What people settled, newest first."""
    return reply.many(page, Theriac.decisions)


@router.post("/decisions", tags=["people"], **shapes.one(Theriac.decided, also=(404, 409, 415), status=201), **shapes.body(NewDecision, _DECISION))
def decide(reply: Replies, editor: Editor, body: Body) -> Response:
    """Settles what an ambiguous name means (role editor)."""
    asked = read(body, NewDecision)
    with reply.service.writing() as store:
        store.decide(asked.mention, asked.entity, author=editor.author, why=asked.why, record=asked.record, kind=asked.kind)
        store.people(reply.client).note(editor.author, "decided", f"{asked.mention} means {asked.entity}")
        return made(store.decided(asked.mention))

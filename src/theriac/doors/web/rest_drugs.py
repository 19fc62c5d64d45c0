"""REST: names, drugs and what documents say of them, development, mechanism, check and plan.

Flows in: names, filters, an as-of day. Flows out: the shapes of `--json`.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import AsOf
from theriac.doors.web.rest_reply import Paged, Replies
from theriac.doors.web.rest_shapes import Shapes
from theriac.errors import UserError

router = APIRouter(prefix="/api/v1")
shapes = Shapes()

Words = Annotated[str, Query(min_length=1, max_length=300, examples=["imiquimod"])]
Name = Annotated[str, Path(max_length=300, description="A name, brand, code or identifier.", examples=["imiquimod", "drug:unii.P1QW714R7M"])]
Drug = Annotated[str | None, Query(max_length=300, description="A drug by any name.", examples=["imiquimod"])]
Condition = Annotated[str | None, Query(max_length=300, description="A condition by any name.", examples=["actinic keratosis"])]
Org = Annotated[str | None, Query(max_length=300, description="A sponsor or holder.")]
Many = Annotated[list[str] | None, Query(max_length=20)]
Section = Literal["indications", "not_indicated", "regimens", "instructions", "cautions", "reactions", "interactions", "mechanism", "absences"]


@router.get("/resolve", tags=["names"], **shapes.one(Theriac.resolve))
def resolve(reply: Replies, name: Words, kind: Annotated[str | None, Query(max_length=20)] = None) -> Response:
    """What a name means: the entity, the score and why, or the candidates."""
    return reply.one(Theriac.resolve, name, kind)


@router.get("/suggest", tags=["names"], **shapes.many(Theriac.find))
def suggest(
    reply: Replies,
    page: Paged,
    q: Words,
    kind: Annotated[Literal["drug", "condition", "target", "organization"] | None, Query()] = None,
    as_of: AsOf = None,
) -> Response:
    """What goes by the words, whole or begun, best first; for search as one types."""
    return reply.many(page, Theriac.find, q, kind=kind, as_of=as_of)


@router.get("/search", tags=["names"], **shapes.many(Theriac.search))
def search(reply: Replies, page: Paged, q: Words, kind: Annotated[str | None, Query(max_length=40)] = None) -> Response:
    """The records whose title or text hold the words, best first (200 at most)."""
    return reply.many(page, Theriac.search, q, 200, kind)


@router.get("/entities/{kind}/{name:path}", tags=["names"], **shapes.one(Theriac.entity))
def entity(reply: Replies, kind: Literal["drug", "condition"], name: Name, as_of: AsOf = None) -> Response:
    """The one entity that a name means, with its names and identifiers."""
    return reply.one(Theriac.entity, name, kind, as_of)


@router.get("/drugs/{name}/statements/{section}", tags=["drugs"], **shapes.many(Theriac.statements))
def statements(reply: Replies, page: Paged, name: Name, section: Section, as_of: AsOf = None) -> Response:
    """What the drug's labels state, statement by statement, each with its label, version and quote."""
    return reply.many(page, Theriac.statements, name, section, as_of)


@router.get("/drugs/{name}/timeline", tags=["drugs"], **shapes.many(Theriac.timeline))
def timeline(reply: Replies, page: Paged, name: Name, as_of: AsOf = None) -> Response:
    """The drug's milestones, oldest first."""
    return reply.many(page, Theriac.timeline, name, as_of)


@router.get("/drugs/{name}/mechanism", tags=["drugs"], **shapes.one(Theriac.mechanism))
def mechanism(reply: Replies, name: Name, to: Annotated[str | None, Query(max_length=300)] = None, as_of: AsOf = None) -> Response:
    """How the drug works: targets, chains of steps each with its source, off-targets kept apart."""
    return reply.one(Theriac.mechanism, name, to, as_of)


@router.get("/drugs/{name}/plan", tags=["drugs"], **shapes.one(Theriac.plan))
def plan(
    reply: Replies,
    name: Name,
    condition: Annotated[str, Query(alias="for", min_length=1, max_length=300, examples=["actinic keratosis"])],
    start: Annotated[str, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-23"])],
    product: Annotated[str | None, Query(max_length=300)] = None,
    jurisdiction: Annotated[Literal["US", "EU"] | None, Query()] = None,
    tz: Annotated[str, Query(max_length=60)] = "UTC",
    at: Annotated[str, Query(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "21:00",
) -> Response:
    """A dosing calendar from exactly one fixed, quoted regimen, or the reason why none is made."""
    return reply.one(Theriac.plan, name, condition=condition, start=start, product=product, jurisdiction=jurisdiction, zone=tz, at=at)


@router.get("/drugs/{name:path}", tags=["drugs"], **shapes.one(Theriac.drug))
def drug(reply: Replies, name: Name, as_of: AsOf = None) -> Response:
    """The drug's profile: what the loaded documents say, each statement with its document."""
    return reply.one(Theriac.drug, name, as_of)


@router.get("/labels/{set_id:path}", tags=["drugs"], **shapes.one(Theriac.label))
def label(reply: Replies, set_id: Annotated[str, Path(max_length=200)]) -> Response:
    """What one stored label says: indications, regimens, cautions, reactions, interactions."""
    return reply.one(Theriac.label, set_id)


@router.get("/check", tags=["drugs"], **shapes.one(Theriac.check))
def check(
    reply: Replies,
    drug: Annotated[str, Query(min_length=1, max_length=300, examples=["imiquimod"])],
    with_: Annotated[list[str] | None, Query(alias="with", max_length=20)] = None,
    condition: Many = None,
    pregnant: bool = False,
    lactating: bool = False,
    immunosuppressed: bool = False,
    age: Annotated[float | None, Query(ge=0, le=130)] = None,
    as_of: AsOf = None,
) -> Response:
    """What the loaded labels of all drugs named state for a situation; never a verdict."""
    situation: dict[str, Any] = {"pregnant": pregnant, "lactating": lactating, "immunosuppressed": immunosuppressed, "age": age}
    return reply.one(Theriac.check, drug, with_drugs=with_ or [], conditions=condition or [], as_of=as_of, **situation)


@router.get("/trials", tags=["development"], **shapes.many(Theriac.trials))
def trials(
    reply: Replies,
    page: Paged,
    drug: Drug = None,
    condition: Condition = None,
    status: Many = None,
    phase: Many = None,
    role: Many = None,
    as_of: AsOf = None,
) -> Response:
    """The trials of a drug, a condition or both, newest update first."""
    kept = {"status": status or [], "phase": phase or [], "role": role or []}
    return reply.many(page, Theriac.trials, drug=drug, condition=condition, as_of=as_of, **kept)


@router.get("/status", tags=["development"], **shapes.many(Theriac.status))
def status(
    reply: Replies, page: Paged, drug: Drug = None, condition: Condition = None, org: Org = None, rolled_up: bool = False, as_of: AsOf = None
) -> Response:
    """How far development has got and whether it still moves, per condition and organisation, by which rule, on which facts."""
    return reply.many(page, Theriac.status, drug=drug, condition=condition, org=org, rolled_up=rolled_up, as_of=as_of)


@router.get("/landscape", tags=["development"], **shapes.many(Theriac.landscape_rows))
def landscape(reply: Replies, page: Paged, drug: Many = None, matrix: bool = False, as_of: AsOf = None) -> Response:
    """The programmes of some drugs (20 at most), or target × condition × stage over them; `theriac landscape` writes those of all drugs."""
    if not drug:
        raise UserError("name the drugs: ?drug=NAME&drug=NAME; for all drugs use `theriac landscape FILE`")
    return reply.many(page, Theriac.landscape_rows, drug, matrix=matrix, as_of=as_of)


@router.get("/expected", tags=["development"], **shapes.many(Theriac.expected))
def expected(reply: Replies, page: Paged, drug: Drug = None, condition: Condition = None, as_of: AsOf = None) -> Response:
    """The dates that documents expect from now on, soonest first."""
    return reply.many(page, Theriac.expected, drug=drug, condition=condition, as_of=as_of)


@router.get("/targets/{name:path}", tags=["development"], **shapes.one(Theriac.target))
def target(reply: Replies, name: Name, stages: bool = True, as_of: AsOf = None) -> Response:
    """A target with the drugs that act on it, action, evidence and furthest stage."""
    return reply.one(Theriac.target, name, reach=stages, as_of=as_of)


@router.get("/classes/{name:path}", tags=["development"], **shapes.one(Theriac.drug_class))
def drug_class(reply: Replies, name: Name, stages: bool = True, as_of: AsOf = None) -> Response:
    """A class with the drugs that a label, an agency or a mechanism table puts into it."""
    return reply.one(Theriac.drug_class, name, reach=stages, as_of=as_of)

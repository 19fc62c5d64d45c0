"""How fresh every source is, what was set aside, which runs there were; what a person may settle or flag; and the first steps.

Flows in: what an editor settles or flags. Flows out: pages.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, page
from theriac.doors.web.visits import Editor, Form, Reader
from theriac.errors import UserError

router = APIRouter(include_in_schema=False)
_TOGETHER = 100


@router.get("/sources")
def sources(request: Request, asked: Asked, visitor: Reader) -> Response:
    """The freshness ledger, with what was set aside and the last runs."""
    with asked.reading() as store:
        runs, aside = store.runs(), store.quarantine()
    return page(request, "sources.html", sources=asked.ask(Theriac.sources), runs=runs, aside=len(aside))


@router.get("/sources/quarantine")
def quarantine(request: Request, asked: Asked, visitor: Reader, page_number: Annotated[int, Query(alias="page", ge=1, le=9_999)] = 1) -> Response:
    """What was set aside, and why."""
    with asked.reading() as store:
        aside = store.quarantine()
    pages = max(1, -(-len(aside) // _TOGETHER))
    shown = aside[_TOGETHER * (page_number - 1) : _TOGETHER * page_number]
    return page(request, "quarantine.html", aside=shown, total=len(aside), at=page_number, pages=pages)


@router.get("/ambiguous")
def ambiguous(request: Request, asked: Asked, visitor: Reader, done: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The names that only a person can settle."""
    return page(request, "ambiguous.html", names=asked.ask(Theriac.ambiguous), may_settle=visitor.may("editor"), done=done)


@router.post("/ambiguous")
def settle(request: Request, asked: Asked, visitor: Editor, form: Form) -> Response:
    """A name settled, everywhere or in one record."""
    name, entity, why, record, kind = (str(form.get(one, "")).strip() for one in ("name", "entity", "why", "record", "kind"))
    if not name or not entity:
        raise UserError("choose which one the name means")
    with asked.writing() as store:
        store.decide(name, entity, author=visitor.author, why=why, record=record, kind=kind or "drug")
    return RedirectResponse("/ambiguous?done=settled", 303)


@router.get("/flags")
def flags(request: Request, asked: Asked, visitor: Reader, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """What people hold to be wrong."""
    with asked.reading() as store:
        found = store.flags()
    return page(request, "flags.html", flags=found, may_flag=visitor.may("editor"), done=done)


@router.get("/flag")
def flag_form(
    request: Request,
    visitor: Editor,
    record: Annotated[str, Query(max_length=300)],
    path: Annotated[str, Query(max_length=300)] = "",
    quote: Annotated[str, Query(max_length=4_000)] = "",
) -> Response:
    """The form that says what is wrong with a statement."""
    return page(request, "flag.html", record=record, flagged_path=path, quote=quote)


@router.post("/flag")
def flag(asked: Asked, visitor: Editor, form: Form) -> Response:
    """Keeps that a statement is held to be wrong, with the reason and who says so."""
    record, path, quote, why = (str(form.get(one, "")).strip() for one in ("record", "path", "quote", "why"))
    with asked.writing() as store:
        store.flag(f"{record}#{path}" if path else record, why, author=visitor.author, quote=quote)
    return RedirectResponse("/flags?done=flagged", 303)


@router.post("/flags/{number}/withdraw")
def withdraw(asked: Asked, visitor: Editor, number: str, form: Form) -> Response:
    """Takes a flag back; it stays on record as withdrawn."""
    with asked.writing() as store:
        store.people().withdraw_flag(number, by=visitor.author)
    return RedirectResponse("/flags?done=withdrawn", 303)


@router.get("/first-steps")
def first_steps(request: Request, asked: Asked, visitor: Reader) -> Response:
    """What is there, and what to do next."""
    found = asked.ask(Theriac.sources)
    return page(request, "first_steps.html", sources=found, only_sample={one.source for one in found} <= {"starter"}, home=str(asked.settings.home))

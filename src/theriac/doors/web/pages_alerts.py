"""Alerts: a rule explained, tested over history, set; what it told; paused, changed, ended. And its feed and its mails' way out, by private name.

Flows in: forms and private names. Flows out: pages, an Atom feed. People see their own alerts, an admin everybody's;
setting and changing needs the role editor, as in REST.
"""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, page
from theriac.doors.web.service import Service
from theriac.doors.web.visits import Editor, Form, Reader, Visitor
from theriac.errors import UserError

router = APIRouter(include_in_schema=False)
by_secret_router = APIRouter(include_in_schema=False)  # who knows the secret name needs no account: feed readers, mails' links
Short = Annotated[str, Query(max_length=80)]
EXAMPLES = (
    ("drug:imiquimod kind:label.*", "label changes of one drug"),
    ('condition:"basal cell carcinoma" kind:trial.stopped', "stopped trials in a condition"),
    ("kind:label.boxed_warning_added,label.boxed_warning_changed", "boxed warnings of any drug"),
    ("stage>=phase_3 kind:trial.*", "late trials"),
)


@router.get("/alerts")
def alerts(request: Request, asked: Asked, visitor: Reader) -> Response:
    """The visitor's alerts."""
    with asked.reading() as store:
        found = store.alerts.listed(_owner(visitor))
    return page(request, "alerts.html", alerts=found, examples=EXAMPLES)


@router.get("/alerts/new")
def new(
    request: Request,
    asked: Asked,
    visitor: Reader,
    rule: Annotated[str, Query(max_length=4_000)] = "",
    every: Short = "week",
    at: Short = "08:00",
    on: Short = "",
    tz: Short = "UTC",
    since: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A rule in the making: its sentence, and what it would have told."""
    return _drafted(request, asked, {"rule": rule.strip(), "every": every, "at": at, "on": on, "tz": tz, "since": since})


@router.post("/alerts")
def add(request: Request, asked: Asked, visitor: Editor, form: Form) -> Response:
    """A new alert; what is shown only once is shown now."""
    draft = {name: _text(form, name) for name in ("rule", "every", "at", "on", "tz", "since")}
    targets = _lines(form, "to") or ["feed"]
    try:
        with asked.writing() as store:
            made = store.alerts.add(draft["rule"], **_schedule(draft), to=targets, also_when_nothing="also_when_nothing" in form, owner=visitor.name)
    except UserError as error:
        return _drafted(request, asked, draft, wrong=str(error), to="\n".join(targets))
    if made.signing_secrets:
        return page(request, "alert_set.html", 201, made=made)
    return _to(f"/alerts/{made.alert.id}?done=set")


@router.get("/alerts/deliveries")
def deliveries(request: Request, asked: Asked, visitor: Reader, state: Annotated[str | None, Query(max_length=20)] = None) -> Response:
    """Every attempt to deliver."""
    with asked.reading() as store:
        found = store.alerts_of(_owner(visitor)).deliveries(state=state or None, standing=True)
    return page(request, "deliveries.html", deliveries=found, state=state)


@router.get("/alerts/{number}")
def alert(request: Request, asked: Asked, visitor: Reader, number: str, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """One alert with what it told."""
    with asked.reading() as store:
        found = store.alerts.shown(number, _owner(visitor))
        digests, tried = store.alerts.digests(number), store.alerts.deliveries(alert=number)
        name = store.alerts.feed_name(number)
    return page(request, "alert.html", alert=found, digests=digests, deliveries=tried, feed=_feed_address(request, asked, name), done=done)


@router.get("/alerts/{number}/edit")
def edit_form(request: Request, asked: Asked, visitor: Editor, number: str) -> Response:
    """The form that changes an alert."""
    with asked.reading() as store:
        found = store.alerts.shown(number, _owner(visitor))
    return page(request, "alert_edit.html", alert=found, rule=found.rule, to="", wrong=None)


@router.post("/alerts/{number}/edit")
def edit(request: Request, asked: Asked, visitor: Editor, number: str, form: Form) -> Response:
    """The alert with what was given changed; what was left empty stays."""
    given: dict[str, Any] = {name: _text(form, name) or None for name in ("rule", "every", "at", "on", "tz")}
    nothing = {"yes": True, "no": False}.get(_text(form, "also_when_nothing"))
    with asked.reading() as store:
        before = store.alerts.shown(number, _owner(visitor))
    try:
        with asked.writing() as store:
            made = store.alerts.edit(number, **given, to=_lines(form, "to") or None, also_when_nothing=nothing)
    except UserError as error:
        shown = {"rule": given["rule"] or before.rule, "to": _text(form, "to"), "wrong": str(error)}
        return page(request, "alert_edit.html", 400, alert=before, **shown)
    if made.signing_secrets and _lines(form, "to"):
        return page(request, "alert_set.html", made=made)
    return _to(f"/alerts/{number}?done=changed")


@router.post("/alerts/{number}/{act}")
def act(request: Request, asked: Asked, visitor: Editor, number: str, act: str, form: Form) -> Response:
    """Pauses, resumes, ends or retries."""
    with asked.writing() as store:
        store.alerts.shown(number, _owner(visitor))
        acts = {"pause": store.alerts.pause, "resume": store.alerts.resume, "remove": store.alerts.remove, "retry": store.alerts.retry}
        if act not in acts:
            raise UserError(f"an alert can be paused, resumed, removed or retried, not {act!r}")
        acts[act](number)
    return _to("/alerts" if act == "remove" else f"/alerts/{number}?done={act}")


@by_secret_router.get("/feeds/alerts/{secret}.atom")
def feed(asked: Asked, secret: str) -> Response:
    """The private feed of one alert."""
    with asked.reading() as store:
        return Response(store.alerts.feed(secret), media_type="application/atom+xml", headers={"Cache-Control": "private, max-age=300"})


@by_secret_router.get("/unsubscribe/{secret}")
def unsubscribe_form(request: Request, secret: str) -> Response:
    """Asks whether to end the alert: a program that looks at links must not end it."""
    return page(request, "unsubscribe.html", ended=None)


@by_secret_router.post("/unsubscribe/{secret}")
def unsubscribe(request: Request, asked: Asked, secret: str) -> Response:
    """Ends the alert whose mails carry this link (RFC 8058: one POST is enough; the private name is the proof)."""
    with asked.writing() as store:
        ended = store.alerts.unsubscribe(secret)
    return page(request, "unsubscribe.html", ended=ended)


def _drafted(request: Request, asked: Service, draft: dict[str, str], wrong: str | None = None, to: str = "feed") -> Response:
    found = sentence = None
    if draft["rule"]:
        try:
            with asked.reading() as store:
                sentence = store.alerts.explain(draft["rule"])
            asks = {name: value for name, value in _schedule(draft).items() if value}
            found = asked.ask(_tested, draft["rule"], draft["since"] or "1900", asks)
        except UserError as error:
            wrong = wrong or str(error)
    shown = {"draft": draft, "sentence": sentence, "backtest": found, "wrong": wrong, "to": to, "examples": EXAMPLES}
    return page(request, "alert_new.html", 400 if wrong else 200, **shown)


def _tested(store: Theriac, rule: str, since: str, schedule: dict[str, str]) -> Any:
    return store.alerts.test(rule, since=since, **{**schedule, "every": "day" if schedule.get("every") == "now" else schedule.get("every", "week")})


def _schedule(draft: dict[str, str]) -> dict[str, str | None]:
    now = draft["every"] == "now"
    windows = draft["every"] in ("week", "month")
    return {
        "every": draft["every"] or "week",
        "at": None if now else draft["at"] or None,
        "on": draft["on"] or None if windows else None,
        "tz": draft["tz"] or None,
    }


def _owner(visitor: Visitor) -> str | None:
    return None if visitor.may("admin") else visitor.name


def _feed_address(request: Request, asked: Service, name: str | None) -> str | None:
    if name is None:
        return None
    site = (asked.settings.site or str(request.base_url)).rstrip("/")
    return f"{site}/feeds/alerts/{quote(name)}.atom"


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _lines(form: FormData, name: str) -> list[str]:
    return [line.strip() for line in _text(form, name).splitlines() if line.strip()]


def _to(path: str) -> Response:
    return RedirectResponse(path, 303)

"""The OpenAPI description: every shape taken from what the questions themselves return, so that REST and `--json` cannot differ.

Flows in: questions (methods with their types). Flows out: what FastAPI needs to describe a route, and the whole document.
"""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import Response

from theriac.doors.web.faults import PROBLEM, TITLES, Problem
from theriac.settings import VERSION

ABOUT = """What the command line knows, to programs: every answer has the shape of `--json`. Lists come in pages (`limit`, `cursor`).
`as_of` answers with the documents seen by that day. Information from public documents, not medical advice."""
_ALWAYS = (400, 401, 403, 413, 414, 421, 422, 429, 500, 503)
_REF = "#/components/schemas/{name}"


class Shapes:
    """Collects the shapes of an API's answers and bodies."""

    def __init__(self) -> None:
        self.types: dict[str, Any] = {"Problem": Problem}

    def one(self, question: Callable[..., Any], *, also: Iterable[int] = (404, 409), status: int = 200) -> dict[str, Any]:
        """How a route is described that gives a question's answer whole."""
        return self._route(self._schema(returned(question)), also, status)

    def many(self, question: Callable[..., Any], *, also: Iterable[int] = (404, 409)) -> dict[str, Any]:
        """How a route is described that gives a list in pages."""
        (item,) = get_args(returned(question))
        properties = {"items": {"type": "array", "items": self._schema(item)}, "next": {"type": ["string", "null"]}, "total": {"type": "integer"}}
        return self._route({"type": "object", "properties": properties, "required": ["items", "next", "total"]}, also, 200)

    def body(self, shape: type[msgspec.Struct], example: dict[str, Any]) -> dict[str, Any]:
        """How a route's request body is described."""
        content = {"application/json": {"schema": self._schema(shape), "example": example}}
        return {"openapi_extra": {"requestBody": {"required": True, "content": content}}}

    def done(self, also: Iterable[int] = (404,)) -> dict[str, Any]:
        """How a route is described that has nothing to say but that it is done."""
        return {"status_code": 204, "response_class": Response, "responses": {204: {"description": "Done"}, **_problems((*_ALWAYS, *also))}}

    def _route(self, schema: dict[str, Any], also: Iterable[int], status: int) -> dict[str, Any]:
        said: dict[int | str, Any] = {status: {"description": "The answer", "content": {"application/json": {"schema": schema}}}}
        if status == 200:
            said[304] = {"description": "Nothing changed since the ETag that you sent"}
        return {"status_code": status, "response_class": Response, "responses": {**said, **_problems((*_ALWAYS, *also))}}

    def _schema(self, kind: Any) -> dict[str, Any]:
        if get_origin(kind) in (Union, UnionType):
            return {"anyOf": [self._schema(one) for one in get_args(kind)]}
        if kind is NoneType:
            return {"type": "null"}
        if get_origin(kind) in (list, tuple, Sequence):
            return {"type": "array", "items": self._schema(get_args(kind)[0])}
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            self.types[kind.__name__] = kind
            return {"$ref": _REF.format(name=kind.__name__)}
        return {"type": "object"}

    def components(self) -> dict[str, Any]:
        """The JSON Schema of every shape, by its name."""
        _, parts = msgspec.json.schema_components(list(self.types.values()), ref_template=_REF)
        return parts


def returned(question: Callable[..., Any]) -> Any:
    """The type of a question's answer."""
    return get_type_hints(question)["return"]


def document(routers: Iterable[APIRouter], shapes: Shapes) -> dict[str, Any]:
    """The OpenAPI document of the routers."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    made = get_openapi(title="Theriac", version=VERSION, openapi_version="3.1.0", description=ABOUT, routes=routes)
    components = made.setdefault("components", {})
    components["schemas"] = shapes.components()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": "`theriac token add` makes one."}}
    made["security"] = [{}, {"token": []}]
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"].update({str(status): said for status, said in _problems((422,)).items()})
    return made


def _problems(statuses: Iterable[int]) -> dict[int | str, Any]:
    content = {PROBLEM: {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {status: {"description": TITLES[status], "content": content} for status in sorted(set(statuses))}

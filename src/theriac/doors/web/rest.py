"""The REST API put together, with its OpenAPI description at `/api/v1/openapi.json`.

Flows in: nothing. Flows out: routers.
"""

from functools import cached_property
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from theriac.doors.web import rest_alerts, rest_drugs, rest_records
from theriac.doors.web.rest_shapes import document

ROUTERS: tuple[APIRouter, ...] = (rest_drugs.router, rest_records.router, rest_alerts.router)
about = APIRouter(include_in_schema=False)


class Description:
    """The OpenAPI document, made once an app when first asked for."""

    @cached_property
    def whole(self) -> dict[str, Any]:
        """The document."""
        return openapi()


def openapi() -> dict[str, Any]:
    """The OpenAPI document; parameters and bodies have examples, answers their schema."""
    return document(ROUTERS, rest_drugs.shapes)


@about.get("/api/v1/openapi.json")
def description(request: Request) -> Response:
    """The OpenAPI document."""
    kept: Description = request.app.state.description
    return JSONResponse(kept.whole, headers={"Cache-Control": "no-cache"})

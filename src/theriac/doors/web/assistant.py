"""The MCP server inside the service, at `/mcp`: the tools of `theriac mcp` over streamable HTTP, for whoever may use the service.

Flows in: HTTP requests that have passed the gate. Flows out: the protocol's answers. Each call is whole in itself: no session is kept, so any
number of assistants may come and go.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from theriac.doors.mcp_server import Question, make_server
from theriac.doors.web.faults import refusal
from theriac.doors.web.service import Service
from theriac.doors.web.visits import visit_of
from theriac.views import View

PATH = "/mcp"


class Assistant:
    """The endpoint; `running` must be held while it answers."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        # Host and Origin have been looked at by the gate, with the names that the settings allow.
        checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self.sessions = StreamableHTTPSessionManager(
            app=make_server(self._ask, _may_change, _owner), json_response=True, stateless=True, security_settings=checked
        )
        app.router.routes.append(Route(PATH, endpoint=self))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The time in which requests are answered."""
        async with self.sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if visit_of(Request(scope)).visitor is None:
            await refusal("/api", 401, "Send an API token: Authorization: Bearer …")(scope, receive, send)
        else:
            await self.sessions.handle_request(scope, receive, send)

    async def _ask(self, question: Question, changes: bool) -> View:
        service: Service = self.app.state.service

        def put() -> View:
            with service.writing() if changes else service.reading() as store:
                return question(store)

        return await anyio.to_thread.run_sync(put)


def _may_change(request: Any) -> bool:
    visitor = visit_of(request).visitor
    return visitor is not None and visitor.may("editor")


def _owner(request: Any) -> str | None:
    visitor = visit_of(request).visitor
    return visitor.owner if visitor else ""

"""The service put together: the layers that every request passes, and the areas that answer.

Flows in: how to open a home, the settings, and the address that is bound. Flows out: an ASGI application. Each area is a file with a `router`,
named in `AREAS`; it asks `Service` and shows what it gets.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from theriac.api import Theriac
from theriac.doors.web import (
    downloads,
    faults,
    feeds,
    pages_alerts,
    pages_changes,
    pages_charts,
    pages_compare,
    pages_development,
    pages_document,
    pages_drug,
    pages_home,
    pages_landscape,
    pages_people,
    pages_search,
    pages_sources,
    rest,
)
from theriac.doors.web.assistant import Assistant
from theriac.doors.web.charts import Charts
from theriac.doors.web.gate import Gate, is_alone, is_https
from theriac.doors.web.pages import Pages, service_of
from theriac.doors.web.pages_people import Tries
from theriac.doors.web.record import Log, Metrics, Recorder, logger
from theriac.doors.web.service import Service
from theriac.doors.web.static_files import StaticFiles
from theriac.doors.web.visits import Visits, needing
from theriac.settings import VERSION, Settings

# Areas for whoever may read. The first that knows an address answers.
AREAS: tuple[APIRouter, ...] = (
    feeds.router,
    pages_home.router,
    pages_document.router,
    pages_changes.router,
    pages_alerts.router,
    pages_search.router,
    pages_charts.router,
    pages_development.router,
    pages_drug.router,
    pages_compare.router,
    pages_landscape.router,
    pages_sources.router,
    pages_people.router,
    downloads.router,
    rest.about,
    *rest.ROUTERS,
)
# Areas that anybody may ask, who see to it themselves: signing in, private feeds by their secret name.
OPEN_AREAS: tuple[APIRouter, ...] = (pages_people.sign_in_router, pages_alerts.by_secret_router)


def application(opener: Callable[[bool], Theriac], settings: Settings, *, host: str = "127.0.0.1", log: Log | None = None) -> FastAPI:
    """The service of one home; `opener(follows)` opens it once more."""
    metrics, log = Metrics(), log or logger()
    app: FastAPI = FastAPI(
        title="Theriac",
        version=VERSION,
        lifespan=_lifespan(opener, settings, lambda error: log.error("following failed", exc_info=error)),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(Recorder, metrics=metrics, log=log, private=_patterns(pages_alerts.by_secret_router)),
            Middleware(Gate, settings=settings, host=host),
            Middleware(Visits, service=lambda: app.state.service, secure=is_https(settings), alone=is_alone(settings, host)),
        ],
    )
    app.state.secure = is_https(settings)
    app.state.tries = Tries()
    app.state.description = rest.Description()
    files = StaticFiles()
    app.state.pages = Pages(files)
    app.state.files = files
    app.state.charts = Charts()
    app.state.metrics = metrics
    faults.install(app)
    app.include_router(_own())
    for router in OPEN_AREAS:
        app.include_router(router)
    for router in AREAS:
        app.include_router(router, dependencies=[Depends(needing("reader"))])
    app.state.assistant = Assistant(app)
    return app


def _lifespan(
    opener: Callable[[bool], Theriac], settings: Settings, tell: Callable[[Exception], None]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(opener, settings, tell)
        app.state.service = service
        try:
            async with app.state.assistant.running():
                yield
        finally:
            service.close()

    return lifespan


def _patterns(router: APIRouter) -> tuple[str, ...]:
    """The patterns of a router's addresses."""
    return tuple(dict.fromkeys(route.path for route in router.routes if isinstance(route, APIRoute)))


def _own() -> APIRouter:
    """What the service says of itself."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health")
    def health(request: Request) -> Response:
        service = service_of(request)
        if service.trouble:
            return PlainTextResponse(f"{service.trouble}\n", 503)
        return PlainTextResponse(f"ok, commit {service.state.standing.commit}\n")

    @router.get("/metrics", dependencies=[Depends(needing("reader"))])
    def metrics(request: Request) -> Response:
        text = request.app.state.metrics.text(service_of(request))
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    @router.get("/static/{name:path}")
    def static(request: Request, name: str) -> Response:
        files: StaticFiles = request.app.state.files
        return files.respond(request, name)

    return router

"""What the service says of itself: one structured log line a request, and counts and times for Prometheus.

Flows in: requests as they end. Flows out: JSON lines on stderr, and the text of `/metrics`. No secret: no query, cookie, body or private name.
"""

import asyncio
import sys
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from theriac.doors.web.service import Service

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Log = structlog.typing.WrappedLogger


def logger(stream: object | None = None) -> Log:
    """A logger that writes JSON lines, to stderr unless told otherwise."""
    writer = structlog.PrintLogger(stream or sys.stderr)  # type: ignore[arg-type]
    timed = structlog.processors.TimeStamper(fmt="iso", utc=True)
    first: list[structlog.typing.Processor] = [structlog.processors.add_log_level, timed, structlog.processors.format_exc_info]
    return structlog.wrap_logger(writer, processors=[*first, structlog.processors.JSONRenderer()], wrapper_class=structlog.BoundLogger)


class Metrics:
    """Counts of requests by route and status, and how long they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.buckets: Counter[tuple[str, int]] = Counter()
        self.seconds: dict[str, float] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request more."""
        with self._lock:
            self.requests[method, route, status] += 1
            self.buckets[route, bisect_left(_BOUNDS, seconds)] += 1
            self.seconds[route] = self.seconds.get(route, 0.0) + seconds

    def text(self, service: Service) -> str:
        """Prometheus's text format."""
        return "\n".join([*self._lines(), *_home_lines(service)]) + "\n"

    def _lines(self) -> Iterator[str]:
        with self._lock:
            requests, buckets, seconds = dict(self.requests), Counter(self.buckets), dict(self.seconds)
        yield "# HELP theriac_requests_total Requests answered.\n# TYPE theriac_requests_total counter"
        for (method, route, status), number in sorted(requests.items()):
            yield f'theriac_requests_total{{method="{method}",route="{_label(route)}",status="{status}"}} {number}'
        yield "# HELP theriac_request_seconds Time taken by requests.\n# TYPE theriac_request_seconds histogram"
        for route in sorted(seconds):
            total = 0
            for place, bound in enumerate((*_BOUNDS, "+Inf")):
                total += buckets[route, place]
                yield f'theriac_request_seconds_bucket{{route="{_label(route)}",le="{bound}"}} {total}'
            yield f'theriac_request_seconds_sum{{route="{_label(route)}"}} {seconds[route]:.6f}'
            yield f'theriac_request_seconds_count{{route="{_label(route)}"}} {total}'


def _home_lines(service: Service) -> Iterator[str]:
    yield "# HELP theriac_commit The last commit that answers reflect.\n# TYPE theriac_commit gauge"
    yield f"theriac_commit {service.state.standing.commit}"
    yield "# HELP theriac_records Records by source.\n# TYPE theriac_records gauge"
    with service.reading() as store:
        lines = store.sources()
    for line in lines:
        yield f'theriac_records{{source="{_label(line.source)}"}} {line.records}'
    yield "# HELP theriac_source_failures_total Failures by source.\n# TYPE theriac_source_failures_total counter"
    for line in lines:
        yield f'theriac_source_failures_total{{source="{_label(line.source)}"}} {line.failures}'


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Recorder:
    """Counts and logs each request as it ends."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, log: Log, private: tuple[str, ...] = ()) -> None:
        self.app = app
        self.private = private
        self.metrics = metrics
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        clock = asyncio.get_running_loop().time
        began, status = clock(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            self.log.exception("failed", method=scope["method"], path=self._told(scope["path"]))
            raise
        finally:
            self._note(scope, status, clock() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # A route's pattern, never the address: metrics must not grow with what strangers ask for.
        route = getattr(scope.get("route"), "path", "(none)")
        self.metrics.count(scope["method"], route, status, seconds)
        client = (scope.get("client") or ("", 0))[0]
        self.log.info("request", method=scope["method"], path=self._told(scope["path"]), status=status, ms=round(seconds * 1000, 1), client=client)

    def _told(self, path: str) -> str:
        """The path, or of one that holds a private name only the pattern: also where the request was refused before any route was found."""
        return next((pattern for pattern in self.private if path.startswith(pattern.partition("{")[0])), path)

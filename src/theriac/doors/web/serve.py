"""The service on a port: uvicorn with our limits, until it is told to stop.

Flows in: settings and an address. Flows out: the address where it answers, told once. An address that others can reach is refused until an
account exists. A stop lets requests that are being answered end.
"""

from collections.abc import Callable
from contextlib import suppress

import uvicorn

from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.gate import is_alone
from theriac.doors.web.record import logger
from theriac.errors import UserError
from theriac.settings import Settings

_SECONDS_TO_END = 8


class Serving(uvicorn.Server):
    """A server that tells its address once it answers."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[str], None]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list | None = None) -> None:  # type: ignore[type-arg]
        """Starts, then tells where."""
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1] if self.servers and self.servers[0].sockets else self.config.port
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            self._tell(f"http://{host}:{port}/")


def refuse_strangers(settings: Settings, host: str) -> None:
    """UserError where others could reach the service and nobody has an account yet."""
    with api.open_home(settings=settings) as store:
        if not is_alone(settings, host) and not store.people().any():
            raise UserError(f"others could reach {host} and nobody has an account yet; add one with `theriac user add NAME --role admin`")


def serve(settings: Settings, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Answers until stopped; UserError where the address may not or cannot be taken."""
    refuse_strangers(settings, host)
    app = application(lambda follows: api.open_home(settings=settings, follows=follows), settings, host=host)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_SECONDS_TO_END,
        h11_max_incomplete_event_size=32 * 1024,
    )
    try:
        log = logger()
        with suppress(KeyboardInterrupt), api.scheduling(settings, lambda words: log.info("sync", said=words)):
            Serving(config, tell).run()
    except SystemExit as stopped:
        if stopped.code:
            raise UserError(f"the service could not start at {host}:{port}; is the port taken? name another with --port") from stopped

"""The service over a home as a client in this process: what the tests of the service share."""

import io
from pathlib import Path

from fastapi.testclient import TestClient

import theriac
from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.record import logger
from theriac.settings import Settings

STARTER = Path(theriac.__file__).parent / "starter"


def settings_of(home: Path, **more: object) -> Settings:
    """Settings for a test: no limit on requests."""
    return Settings(**{"home": home, "workers": 1, "readers": 2, "client_rate": 0, **more})


def client_of(settings: Settings, host: str = "127.0.0.1", base: str | None = None) -> TestClient:
    """A client of a service over a home; use it in a `with`."""
    app = application(lambda follows: api.open_home(settings=settings, follows=follows), settings, host=host, log=logger(io.StringIO()))
    return TestClient(app, base_url=base or f"http://{host}:8017", raise_server_exceptions=False)

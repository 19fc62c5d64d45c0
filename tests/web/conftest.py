"""A home with the starter dossier, and the service over it."""

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from web_homes import STARTER, client_of, settings_of

from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.record import logger


@pytest.fixture(scope="session")
def starter_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web") / "home"
    with api.open_home(settings=settings_of(folder), create=True) as store:
        store.load([STARTER])
    return folder


@pytest.fixture(scope="session")
def client(starter_home: Path) -> Iterator[TestClient]:
    """Reads only: tests that write make a home of their own."""
    with client_of(settings_of(starter_home)) as client:
        yield client


@pytest.fixture(scope="session")
def address(starter_home: Path) -> Iterator[str]:
    """A service on a port of this machine."""
    settings = settings_of(starter_home)
    app = application(lambda follows: api.open_home(settings=settings, follows=follows), settings, log=logger(io.StringIO()))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)

"""The service over a home loaded from real files, and the system's Chromium to look at it; both are missed visibly where they are not there."""

import io
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from browser_windows import Watched
from playwright.sync_api import Browser, BrowserContext, sync_playwright

import theriac
from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.record import logger
from theriac.settings import Settings

STARTER = Path(theriac.__file__).parent / "starter"
LOADED = ("imiquimod", "orange_book/2024-06", "ctgov_xml_legacy", "spl_xml")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome is installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, corpus: Path, chromium: Browser) -> Iterator[str]:
    """The address of a service over the starter dossier and a few folders of real files."""
    home = tmp_path_factory.mktemp("browser") / "home"
    settings = Settings(home=home, workers=1, readers=2, client_rate=0)
    with api.open_home(settings=settings, create=True) as store:
        store.load([STARTER, *(corpus / name for name in LOADED)])
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


def _watched(context: BrowserContext, address: str) -> Iterator[Watched]:
    context.set_default_timeout(30_000)
    yield Watched(context.new_page(), address)
    context.close()


@pytest.fixture
def desk(chromium: Browser, service: str) -> Iterator[Watched]:
    """A desktop's window."""
    yield from _watched(chromium.new_context(viewport={"width": 1280, "height": 900}), service)


@pytest.fixture
def phone_at_night(chromium: Browser, service: str) -> Iterator[Watched]:
    """A phone whose owner likes it dark."""
    yield from _watched(chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True), service)


@pytest.fixture
def without_script(chromium: Browser, service: str) -> Iterator[Watched]:
    """A window that runs no JavaScript."""
    yield from _watched(chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False), service)

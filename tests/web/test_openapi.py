"""Every route of the described API, asked with what its description allows: no server error, no status and no content that is not described."""

import io
import threading
import time
from collections.abc import Iterator

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from web_homes import STARTER, settings_of

from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.record import logger
from theriac.doors.web.rest import openapi

CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]
EXAMPLES = 6
schema = schemathesis.openapi.from_dict(openapi())


@pytest.fixture(scope="module")
def written_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that may be written to, on a port of this machine."""
    chosen = settings_of(tmp_path_factory.mktemp("openapi") / "home")
    with api.open_home(settings=chosen, create=True) as store:
        store.load([STARTER])
    app = application(lambda follows: api.open_home(settings=chosen, follows=follows), chosen, log=logger(io.StringIO()))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_route_answers_as_described(case: schemathesis.Case, written_address: str) -> None:
    case.call_and_validate(base_url=written_address, checks=CHECKS)


def test_every_route_has_a_summary_and_an_answer() -> None:
    described = openapi()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), f"{method} {path}"
            assert {"400", "401", "403", "429", "500"} <= operation["responses"].keys()
    assert len(described["paths"]) >= 30

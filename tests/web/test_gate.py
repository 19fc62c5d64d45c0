"""What every request passes: the host that is asked, sizes, where it comes from; and what every response carries."""

import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from web_homes import settings_of

from theriac import api
from theriac.doors.web.app import application
from theriac.doors.web.record import logger


def test_every_response_forbids_inline_script_sniffing_and_framing(client: TestClient) -> None:
    for path in ("/", "/health", "/nope", "/api/nope", "/static/theriac.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7", "", "[", "a@127.0.0.1:x"])
def test_another_name_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8017", "127.0.0.1:1", "[::1]:8017", "LOCALHOST"])
def test_this_machine_is_known_by_its_names(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


def test_oversized_input_is_refused(client: TestClient) -> None:
    assert client.get("/?" + "a" * 9000).status_code == 414
    assert client.post("/api/v1/alerts", content=b"x" * (2 * 1024 * 1024)).status_code == 413
    assert client.post("/api/v1/alerts", headers={"content-length": "-1"}).status_code in (400, 413)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
def test_other_sites_cannot_write(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/v1/alerts", headers=headers, json={}).status_code == 403


def test_errors_are_problems_for_programs_and_pages_for_people(client: TestClient) -> None:
    problem = client.get("/api/nope")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 404
    page = client.get("/nope/<script>alert(1)</script>")
    assert page.status_code == 404
    assert "<script>" not in page.text and "&lt;script&gt;" in page.text


def test_files_keep_for_ever_under_their_hash_and_are_asked_again_under_their_name(client: TestClient) -> None:
    plain = client.get("/static/theriac.css")
    assert plain.headers["cache-control"] == "no-cache"
    assert client.get("/static/theriac.css", headers={"if-none-match": plain.headers["etag"]}).status_code == 304
    address = next(part for part in client.get("/").text.split('"') if part.startswith("/static/theriac.") and part.endswith(".css"))
    hashed = client.get(address)
    assert "immutable" in hashed.headers["cache-control"] and hashed.content == plain.content


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "....//app.py", "theriac.css%00"])
def test_no_path_leads_out_of_the_folder(client: TestClient, name: str) -> None:
    found = client.get(f"/static/{name}")
    assert found.status_code == 404
    assert "import" not in found.text


def test_metrics_are_read_by_route(client: TestClient) -> None:
    client.get("/nope/1")
    text = client.get("/metrics").text
    assert 'theriac_records{source="starter"}' in text
    assert 'route="(none)"' in text and "/nope" not in text


def test_private_names_are_not_logged(starter_home: Path) -> None:
    settings, lines = settings_of(starter_home), io.StringIO()
    app = application(lambda follows: api.open_home(settings=settings, follows=follows), settings, log=logger(lines))
    with TestClient(app, base_url="http://127.0.0.1:8017", raise_server_exceptions=False) as asked:
        for host in ("127.0.0.1", "evil.example"):
            for path in ("/feeds/alerts/hidden-name.atom", "/feeds/alerts/hidden-name", "/unsubscribe/hidden-name", "/unsubscribe/hidden-name/x"):
                asked.get(path, headers={"host": host})
                asked.post(path, headers={"host": host})
        asked.get("/drug/imiquimod")
    told = lines.getvalue()
    assert "hidden-name" not in told
    assert told.count('"/unsubscribe/{secret}"') == 8 and told.count('"/feeds/alerts/{secret}.atom"') == 8 and '"/drug/imiquimod"' in told

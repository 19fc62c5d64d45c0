"""REST says what the command line says, in the same shapes; pages by cursor; answers that nothing changed; errors as problems."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from web_homes import STARTER, client_of, settings_of

from theriac import api
from theriac.doors.cli import app

V = "/api/v1"
RECORD = "starter:ctgov/NCT03760250"


def told(home: Path, *words: str) -> list[object]:
    done = CliRunner().invoke(app, [*words, "--home", str(home), "--json"])
    return [json.loads(line) for line in done.stdout.splitlines()]


def whole(client: TestClient, path: str, **params: object) -> list[object]:
    """Every page of a list, each of a few lines."""
    found: list[object] = []
    cursor = None
    while True:
        answer = client.get(V + path, params={**params, "limit": 7, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            assert answer.json()["total"] == len(found)
            return found


ONE: list[tuple[tuple[str, ...], str, dict[str, object]]] = [
    (("drug", "imiquimod"), "/drugs/imiquimod", {}),
    (("drug", "imiquimod", "--as-of", "2026-11-01"), "/drugs/imiquimod", {"as_of": "2026-11-01"}),
    (("resolve", "Aldara"), "/resolve", {"name": "Aldara"}),
    (("mechanism", "imiquimod"), "/drugs/imiquimod/mechanism", {}),
    (("check", "imiquimod", "--pregnant"), "/check", {"drug": "imiquimod", "pregnant": "true"}),
    (
        ("plan", "imiquimod", "--for", "actinic keratosis", "--start", "2026-11-23"),
        "/drugs/imiquimod/plan",
        {"for": "actinic keratosis", "start": "2026-11-23"},
    ),
    (("history", RECORD, "--compare", "1", "2"), f"/records/{RECORD}/comparison", {"older": 1, "newer": 2}),
]
MANY: list[tuple[tuple[str, ...], str, dict[str, object]]] = [
    (("trials", "--drug", "imiquimod"), "/trials", {"drug": "imiquimod"}),
    (("trials", "--drug", "imiquimod", "--phase", "phase 3"), "/trials", {"drug": "imiquimod", "phase": "phase 3"}),
    (("status", "--drug", "imiquimod"), "/status", {"drug": "imiquimod"}),
    (("timeline", "imiquimod"), "/drugs/imiquimod/timeline", {}),
    (("expected", "--drug", "imiquimod"), "/expected", {"drug": "imiquimod"}),
    (("changes",), "/changes", {}),
    (("changes", "--kind", "label.*", "--since", "2010"), "/changes", {"kind": "label.*", "since": "2010"}),
    (("changes", "--rule", "drug:imiquimod kind:trial.*"), "/changes", {"rule": "drug:imiquimod kind:trial.*"}),
    (("history", RECORD), f"/records/{RECORD}/versions", {}),
    (("sources",), "/sources", {}),
    (("search", "actinic", "--limit", "200"), "/search", {"q": "actinic"}),
    (("flags",), "/flags", {}),
    (("quarantine",), "/quarantine", {}),
]


@pytest.mark.parametrize(("words", "path", "params"), ONE, ids=lambda one: " ".join(one) if isinstance(one, tuple) else None)
def test_an_answer_is_the_command_lines(client: TestClient, starter_home: Path, words: tuple[str, ...], path: str, params: dict[str, object]) -> None:
    answer = client.get(V + path, params=params)
    assert answer.status_code == 200, answer.text
    assert [answer.json()] == told(starter_home, *words)


@pytest.mark.parametrize(("words", "path", "params"), MANY, ids=lambda one: " ".join(one) if isinstance(one, tuple) else None)
def test_a_list_is_the_command_lines(client: TestClient, starter_home: Path, words: tuple[str, ...], path: str, params: dict[str, object]) -> None:
    assert whole(client, path, **params) == told(starter_home, *words)


def test_every_answer_is_of_its_described_shape(client: TestClient) -> None:
    described = client.get(f"{V}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    answers = {"/drugs/{name}": "/drugs/imiquimod", "/check": "/check?drug=imiquimod", "/changes": "/changes", "/trials": "/trials?drug=imiquimod"}
    for path, asked in answers.items():
        schema = described["paths"][V + path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(client.get(V + asked).json(), {**schema, "components": described["components"]})


def test_nothing_changed_is_told_without_an_answer(client: TestClient) -> None:
    first = client.get(f"{V}/drugs/imiquimod")
    assert first.headers["last-modified"].endswith("GMT")
    again = client.get(f"{V}/drugs/imiquimod", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{V}/drugs/imiquimod?as_of=2026-11-01", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_answers_follow_what_another_process_commits(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    with api.open_home(settings=settings, create=True):
        pass
    with client_of(settings) as client:
        assert client.get(f"{V}/drugs/imiquimod").status_code == 404
        before = client.get(f"{V}/sources").headers["etag"]
        with api.open_home(settings=settings) as store:
            store.load([STARTER])
        client.app.state.service.follow()
        assert client.get(f"{V}/drugs/imiquimod").status_code == 200
        assert client.get(f"{V}/sources", headers={"if-none-match": before}).json()["total"] == 1


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[TestClient]:
    settings = settings_of(tmp_path / "home")
    with api.open_home(settings=settings, create=True) as store:
        store.load([STARTER])
        store.people().add("eve", "a few unrelated words", "editor")
        store.people().add("rob", "a few unrelated words", "reader")
        tokens = {name: store.people().add_token(name, "", "admin")[1] for name in ("eve", "rob")}
    with client_of(settings) as client:
        client.headers["authorization"] = f"Bearer {tokens['eve']}"
        client.extra_tokens = tokens  # type: ignore[attr-defined]
        yield client


def as_rob(client: TestClient) -> dict[str, str]:
    return {"authorization": f"Bearer {client.extra_tokens['rob']}"}  # type: ignore[attr-defined]


def test_an_alert_is_made_changed_and_ended_by_its_owner(writing: TestClient) -> None:
    made = writing.post(f"{V}/alerts", json={"rule": "drug:imiquimod kind:label.*", "every": "week", "to": ["feed"]})
    assert made.status_code == 201, made.text
    assert made.json()["alert"]["owner"] == "eve"
    number = made.json()["alert"]["id"]
    assert writing.get(f"{V}/alerts", headers=as_rob(writing)).json()["items"] == []
    assert writing.get(f"{V}/alerts/{number}", headers=as_rob(writing)).status_code == 404
    assert writing.post(f"{V}/alerts", json={"rule": "kind:label.*"}, headers=as_rob(writing)).status_code == 403
    changed = writing.patch(f"{V}/alerts/{number}", json={"every": "month", "state": "paused"}).json()
    assert changed["alert"]["state"] == "paused" and "month" in changed["alert"]["schedule"]
    assert writing.delete(f"{V}/alerts/{number}").status_code == 204
    assert writing.get(f"{V}/alerts").json()["total"] == 0


def test_an_assistants_alert_belongs_to_the_person_of_its_token(writing: TestClient) -> None:
    def created(**more: str) -> dict[str, Any]:
        params = {"name": "alert_create", "arguments": {"rule": "drug:imiquimod kind:label.*", **more}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        told = writing.post("/mcp", json=call, headers={"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"})
        return dict(told.json()["result"]["structuredContent"])

    made = created(confirmation=created()["confirmation"])["created"]
    assert made["owner"] == "eve"
    assert [one["id"] for one in writing.get(f"{V}/alerts").json()["items"]] == [made["id"]]


def test_what_a_rule_would_have_told(writing: TestClient) -> None:
    found = writing.post(f"{V}/alerts/test", json={"rule": "drug:imiquimod", "every": "month"}).json()
    assert found["matched"] > 0 and sum(month["items"] for month in found["months"]) > 0


def test_flags_and_decisions_need_an_editor_and_show_at_once(writing: TestClient) -> None:
    flagged = {"statement": f"{RECORD}#status", "why": "<script>alert(1)</script>"}
    assert writing.post(f"{V}/flags", json=flagged, headers=as_rob(writing)).status_code == 403
    before = writing.get(f"{V}/drugs/imiquimod")
    line = writing.post(f"{V}/flags", json=flagged).json()
    assert (line["author"], line["record"], line["path"]) == ("eve", RECORD, "status")
    after = writing.get(f"{V}/drugs/imiquimod", headers={"if-none-match": before.headers["etag"]})
    assert after.json()["flags"] == [line]
    assert writing.delete(f"{V}/flags/{line['id']}").status_code == 204
    assert writing.get(f"{V}/drugs/imiquimod").json()["flags"] == []
    decided = writing.post(f"{V}/decisions", json={"mention": "zorblax", "entity": "drug:unii.P1QW714R7M", "why": "ours"})
    assert decided.status_code == 201 and decided.json()["author"] == "eve"
    assert writing.get(f"{V}/resolve?name=zorblax").json()["entity"] == "drug:unii.P1QW714R7M"
    assert writing.get(f"{V}/audit").status_code == 403


def test_a_body_that_does_not_say_it_is_json_is_not_read(writing: TestClient) -> None:
    text = json.dumps({"rule": "kind:label.*"})
    assert writing.post(f"{V}/alerts", content=text, headers={"content-type": "text/plain"}).status_code == 415
    for bad in ("{", "[]", '{"rule": 1}', '{"rule": "x", "owner": "ada"}', "\ud800".encode("utf-8", "surrogatepass")):
        done = writing.post(f"{V}/alerts", content=bad, headers={"content-type": "application/json"})
        assert done.status_code == 422 and done.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/drugs/nobodysdrug", 404),
        ("/drugs/imiquimod?as_of=yesterday", 400),
        ("/drugs/imiquimod?as_of=" + "1" * 50, 422),
        ("/trials", 400),
        ("/trials?drug=imiquimod&limit=0", 422),
        ("/trials?drug=imiquimod&cursor=nonsense", 400),
        ("/records/no:such", 404),
        ("/changes?rule=-kind:label.*", 400),
        ("/changes?since=yesterday", 400),
        ("/drugs/imiquimod/statements/poetry", 422),
    ],
)
def test_errors_are_problems_with_one_sentence(client: TestClient, path: str, status: int) -> None:
    found = client.get(V + path)
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["status"] == status and found.json()["detail"]


def test_no_origin_may_read_unless_it_is_set(client: TestClient, starter_home: Path) -> None:
    page = {"origin": "https://tool.example"}
    assert "access-control-allow-origin" not in client.get(f"{V}/sources", headers=page).headers
    with client_of(settings_of(starter_home, cors=("https://tool.example",))) as open_client:
        assert open_client.get(f"{V}/sources", headers=page).headers["access-control-allow-origin"] == "https://tool.example"
        asked = {**page, "access-control-request-method": "GET"}
        assert open_client.options(f"{V}/sources", headers=asked).status_code == 204
        assert "access-control-allow-origin" not in open_client.get(f"{V}/sources", headers={"origin": "https://evil.example"}).headers


def test_documents_are_served_as_files_and_never_as_pages(client: TestClient) -> None:
    found = client.get(f"{V}/records/{RECORD}/payload")
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.content


@pytest.mark.parametrize("name", ["a+b", "vitamin c + zinc", "+", "a:b+c+", "drug:x+y", ":", "%00", "a" * 300])
def test_no_name_is_too_odd_to_be_looked_up(client: TestClient, name: str) -> None:
    assert client.get(f"{V}/resolve", params={"name": name}).json()["entity"] is None
    assert client.get(f"{V}/drugs/x", params={"name": name}).status_code == 404

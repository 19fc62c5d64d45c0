"""Setting, changing and ending alerts in the browser's way: forms with their proof, private names, one-click unsubscribe."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from fastapi.testclient import TestClient
from tests.web.conftest import client_of, settings_of

from theriac import api


@pytest.fixture
def home(starter_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(starter_home, tmp_path / "home"))


@pytest.fixture
def writer(home: Path) -> Iterator[TestClient]:
    with client_of(settings_of(home)) as client:
        yield client


def proof_in(text: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', text)
    assert found, "the page has no form with a proof"
    return found[1]


def send(client: TestClient, path: str, page: str, **fields: str) -> "object":
    return client.post(path, data={"csrf": proof_in(client.get(page).text), **fields}, follow_redirects=False)


def set_one(client: TestClient, rule: str = "drug:imiquimod", to: str = "feed") -> str:
    answer = send(client, "/alerts", f"/alerts/new?rule={rule}", rule=rule, every="week", at="08:00", tz="UTC", to=to)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_rule_is_explained_and_shown_over_history_before_it_is_set(writer: TestClient) -> None:
    text = writer.get("/alerts/new", params={"rule": "drug:aldara kind:trial.*"}).text
    assert "the drug is imiquimod" in text
    assert re.search(r"<strong>[\d,]+ changes</strong> in <strong>\d+ digests?</strong>", text)
    assert 'class="digest"' in text
    assert writer.get("/alerts").text.count("/alerts/al-") == 0


@pytest.mark.parametrize(
    ("rule", "said"),
    [("drug:imiqimod", "imiquimod"), ("kind:nothing.at", "kind"), ('"><script>alert(1)</script>', "&gt;"), ("-drug:imiquimod", "leave out")],
)
def test_a_rule_that_cannot_be_is_refused_with_the_reason(writer: TestClient, rule: str, said: str) -> None:
    answer = writer.get("/alerts/new", params={"rule": rule})
    assert answer.status_code in (200, 400)
    assert "<script>alert" not in answer.text
    assert said in answer.text
    if answer.status_code == 400:
        assert 'role="alert"' in answer.text


def test_an_alert_lives_from_setting_to_its_end(writer: TestClient) -> None:
    there = set_one(writer)
    text = writer.get(there).text
    assert "the drug is imiquimod" in text
    feed = re.search(r'href="http://127\.0\.0\.1:8017(/feeds/alerts/[^"]+\.atom)"', text)
    assert feed
    parsed = feedparser.parse(writer.get(feed[1]).content)
    assert not parsed.bozo
    assert parsed.feed.title == "Theriac: drug:imiquimod"
    assert "Paused" in writer.get(send(writer, f"{there}/pause", there).headers["location"]).text
    assert ">Resume<" in writer.get(there).text
    send(writer, f"{there}/resume", there)
    changed = send(writer, f"{there}/edit", f"{there}/edit", rule="drug:imiquimod kind:label.*", every="month", on="3")
    assert changed.status_code == 303
    assert "every month on day 3" in writer.get(there).text
    assert send(writer, f"{there}/edit", f"{there}/edit", rule="drug:", every="").status_code == 400
    assert send(writer, f"{there}/explode", there).status_code == 400
    send(writer, f"{there}/remove", there)
    assert writer.get(there).status_code == 404
    assert writer.get(feed[1]).status_code == 404


def test_a_webhooks_secret_is_shown_once(writer: TestClient) -> None:
    answer = send(writer, "/alerts", "/alerts/new?rule=drug:imiquimod", rule="drug:imiquimod", every="now", to="https://hooks.example.org/t")
    assert answer.status_code == 201
    secret = re.search(r"whsec_[\w+/=]+", answer.text)
    assert secret
    there = re.search(r"/alerts/al-[0-9a-f]+", answer.text)
    assert there
    assert secret[0] not in writer.get(there[0]).text
    assert "hooks.example.org/t" not in writer.get("/alerts").text


def test_a_form_without_its_proof_does_nothing(writer: TestClient) -> None:
    writer.get("/alerts/new")
    assert writer.post("/alerts", data={"rule": "drug:imiquimod"}).status_code == 403
    assert writer.post("/alerts", data={"rule": "drug:imiquimod", "csrf": "0" * 64}).status_code == 403
    assert "No alert is set" in writer.get("/alerts").text


def test_unsubscribing_asks_a_person_and_obeys_one_post(writer: TestClient, home: Path) -> None:
    there = set_one(writer)
    with api.open_home(settings=settings_of(home)) as store:
        secret = store.alerts.feed_name(there.rpartition("/")[2])
    assert "Stop this alert?" in writer.get(f"/unsubscribe/{secret}").text
    assert writer.get(there).status_code == 200
    assert "has ended" in writer.post(f"/unsubscribe/{secret}", data={"List-Unsubscribe": "One-Click"}).text
    assert writer.get(there).status_code == 404
    assert writer.post(f"/unsubscribe/{secret}").status_code == 404


def test_deliveries_show_every_attempt(writer: TestClient, home: Path) -> None:
    there = set_one(writer, to="folder:told")
    assert "No attempt yet" in writer.get("/alerts/deliveries").text
    with api.open_home(settings=settings_of(home)) as store:
        store.alerts.edit(there.rpartition("/")[2], also_when_nothing=True)
        store.alerts.run("2099-01-08T09:00:00Z")
    text = writer.get("/alerts/deliveries").text
    assert there in text
    assert "sent" in text
    assert "Nothing changed" in writer.get(there).text

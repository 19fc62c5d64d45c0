"""The pages of documents, differences and what changed, over the service as browsers ask it."""

import re

import pytest
from fastapi.testclient import TestClient

from theriac import api
from theriac.settings import Settings

LABEL = "/document/starter/openfda_label/starter-imiquimod-us-5"
QUOTE = "The cream is applied 5 times per week\n for 6 weeks to the tumor"


def page_of(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[-600:]
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def test_a_quote_is_marked_once_and_has_the_anchor(client: TestClient) -> None:
    text = page_of(client, str(client.build_request("GET", LABEL, params={"version": 1, "quote": QUOTE}).url))
    assert re.findall(r'<mark id="quote" tabindex="-1">([^<]*)</mark>', text) == ["The cream is applied 5 times per week for 6 weeks to the tumor"]
    assert text.count("<mark") == 1
    assert "Theriac summary, not label text" in text


def test_a_quote_that_is_not_there_is_said_to_be_missing_and_is_escaped(client: TestClient) -> None:
    text = page_of(client, str(client.build_request("GET", LABEL, params={"quote": '<script>alert("x")</script>'}).url))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(" in text
    assert "These words are not in this version" in text


def test_versions_can_be_looked_at_and_compared(client: TestClient, starter_home: object) -> None:
    with api.open_home(settings=Settings(home=starter_home)) as store:
        line = next(one for one in store.changes() if one.from_seq and one.to_seq and one.quote_old and one.quote_new)
    where = line.record.replace(":", "/", 1)
    text = page_of(client, f"/document/{where}?version={line.from_seq}")
    assert "Earlier version" in text
    for shown in ("inline", "beside"):
        text = page_of(client, f"/difference/{where}?from={line.from_seq}&to={line.to_seq}&shown={shown}")
        assert "<del>" in text
        assert "<ins>" in text


def test_what_is_not_there_is_told_with_the_next_step(client: TestClient) -> None:
    assert "no record is called" in page_of(client, "/document/ctgov/NCT99999999", 404)
    assert "has no version" in page_of(client, f"{LABEL}?version=99", 404)
    assert "has pages 1 to" in page_of(client, f"{LABEL}?page=99", 400)
    assert "there is no change" in page_of(client, "/events/ev-0", 404)


def test_bytes_as_served_are_kept_not_shown(client: TestClient) -> None:
    answer = client.get(LABEL.replace("/document/", "/payload/"))
    assert answer.status_code == 200
    assert answer.json()["set_id"] == "starter-imiquimod-us-5"
    assert answer.headers["content-disposition"].startswith('attachment; filename="starter_openfda_label_')
    assert answer.headers["content-type"] == "application/octet-stream"


def test_changes_are_grouped_linked_and_narrowed(client: TestClient) -> None:
    text = page_of(client, "/changes?drug=imiquimod&kind=trial")
    assert "/alerts/new?rule=drug%3A%22imiquimod%22+kind%3Atrial.%2A" in text
    for event in set(re.findall(r'href="(/events/ev-[0-9a-f]+)', text)):
        assert "seen " in page_of(client, event)
    for link in list(dict.fromkeys(re.findall(r'href="(/document/[^"]+)"', text)))[:12]:
        page_of(client, link.replace("&amp;", "&"))
    assert "No change that fits" in page_of(client, "/changes?since=2099")
    assert "is not a date" in page_of(client, "/changes?since=soon", 400)


@pytest.mark.parametrize("name", ["drug", "condition", "since", "until", "kind", "source"])
def test_what_is_typed_is_escaped(client: TestClient, name: str) -> None:
    answer = client.get("/changes", params={name: '"><img src=x onerror=alert(1)>'})
    assert "<img" not in answer.text
    assert answer.status_code < 500

"""Freshness, what was set aside, runs, and names that a person settles."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.web.conftest import client_of, settings_of

from theriac import api


@pytest.fixture
def writer(starter_home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A service over a home in which one brand name stands for two drugs, and one record cannot be read."""
    home = Path(shutil.copytree(starter_home, tmp_path / "home"))
    table = "Ingredient~DF;Route~Trade_Name~Applicant~Strength~Appl_Type~Appl_No~Product_No~TE_Code~Approval_Date~RLD~RS~Type~Applicant_Full_Name"
    rows = [
        "ALPHAMINE~CREAM;TOPICAL~TWONAME~ACME~5%~N~900001~001~~Jan 2, 2001~Yes~Yes~RX~ACME CO",
        "BETAMINE~CREAM;TOPICAL~TWONAME~ACME~1%~N~900002~001~~Jan 2, 2002~Yes~Yes~RX~ACME CO",
    ]
    (tmp_path / "products.txt").write_text("\n".join([table, *rows]) + "\n")
    (tmp_path / "page.json").write_text("<!DOCTYPE html><html><body>503</body></html>")
    with api.open_home(settings=settings_of(home)) as store:
        store.load([tmp_path / "products.txt", tmp_path / "page.json"])
    with client_of(settings_of(home)) as client:
        yield client


def test_sources_runs_and_what_was_set_aside(writer: TestClient) -> None:
    text = writer.get("/sources").text
    assert "sample of ours" in text
    assert "orange_book" in text
    assert text.count("<tr>") > 4
    aside = writer.get("/sources/quarantine")
    assert aside.status_code == 200
    assert "page.json" in aside.text


def test_an_ambiguous_name_is_listed_until_an_editor_settles_it(writer: TestClient) -> None:
    text = writer.get("/ambiguous").text
    assert "TWONAME" in text.upper()
    chosen = re.search(r'name="entity" value="([^"]*alphamine[^"]*)"', text)
    name = re.search(r'name="name" value="(twoname)"', text, re.IGNORECASE)
    proof = re.search(r'name="csrf" value="([0-9a-f]{64})"', text)
    assert chosen
    assert name
    assert proof
    fields = {"csrf": proof[1], "name": name[1], "kind": "drug", "why": "the label says so"}
    assert writer.post("/ambiguous", data=fields).status_code == 400
    done = writer.post("/ambiguous", data={**fields, "entity": chosen[1]}, follow_redirects=False)
    assert done.status_code == 303
    assert "TWONAME" not in writer.get("/ambiguous").text.upper()
    assert writer.post("/ambiguous", data={**fields, "entity": "drug:name.nobody"}).status_code == 404


def test_first_steps_tell_what_is_there(writer: TestClient, client: TestClient) -> None:
    assert "Only the small sample dossier is loaded" in client.get("/first-steps").text
    assert "sources loaded" in writer.get("/first-steps").text


def test_a_statement_is_flagged_with_a_reason_shown_beside_it_and_taken_back(writer: TestClient) -> None:
    document = "/document/starter/openfda_label/starter-imiquimod-us-5"
    link = re.search(r'href="(/flag\?record=[^"]*quote=[^"]*)"', writer.get(document, params={"quote": "5 times per week"}).text)
    assert link
    text = writer.get(link[1].replace("&amp;", "&")).text
    proof = re.search(r'name="csrf" value="([0-9a-f]{64})"', text)
    assert proof
    fields = {"csrf": proof[1], "record": "starter:openfda_label/starter-imiquimod-us-5", "quote": "5 times per week"}
    assert writer.post("/flag", data={**fields, "why": " "}).status_code == 400
    assert writer.post("/flag", data={**fields, "why": "<b>seven</b>"}, follow_redirects=False).status_code == 303
    listed = writer.get("/flags").text
    assert "&lt;b&gt;seven&lt;/b&gt;" in listed
    assert "Flagged as wrong" in writer.get(document).text
    back = re.search(r'action="(/flags/[^"]+/withdraw)"', listed)
    assert back
    writer.post(back[1], data={"csrf": proof[1]})
    assert "Nothing is flagged" in writer.get("/flags").text

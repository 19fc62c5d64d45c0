"""The starter dossier: marked everywhere, shaped like its sources, and true to the public documents it names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from starter_reading import APPLICATIONS, DATES, LABELS, MARKER, MEDICINES, STARTER, STUDIES, body, files, records_of

SAYS = "Theriac summary, not label text"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
EMA_DATE = re.compile(r"(\d{2}/\d{2}/\d{4})?")
STATUSES = {"RECRUITING", "NOT_YET_RECRUITING", "ACTIVE_NOT_RECRUITING", "COMPLETED", "TERMINATED", "UNKNOWN"}
PHASES = {"EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4", "NA"}
ALL = [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in files()]


def test_both_dates_are_there() -> None:
    assert {path.parent.name for path in files()} == set(DATES)


@pytest.mark.parametrize("path", ALL)
def test_every_record_says_what_it_is_and_names_its_documents(path: Path) -> None:
    records = records_of(path)
    assert records
    for record in records:
        marker = record[MARKER]
        assert marker["says"] == SAYS
        assert marker["documents"]
        assert all(len(name) > 10 for name in marker["documents"])
        assert len(set(marker["documents"])) == len(marker["documents"])


@pytest.mark.parametrize("path", ALL)
def test_documents_are_public_names_not_places_of_a_machine(path: Path) -> None:
    for record in records_of(path):
        for name in record[MARKER]["documents"]:
            assert not re.search(r"corpus|(?:^|\s)/\w|\.tsv|\.csv|\.xlsx|\.jsonl|localhost", name), name


@pytest.mark.parametrize("path", ALL)
def test_no_identifier_looks_like_a_real_set_id(path: Path) -> None:
    for record in records_of(path):
        own = {key: value for key, value in record.items() if key != MARKER}
        assert not UUID.search(json.dumps(own))
        for key in ("set_id", "id"):
            assert str(record.get(key, "starter-")).startswith("starter-")


@pytest.mark.parametrize("date", DATES)
def test_studies_have_the_registry_shape(date: str) -> None:
    studies = body(date, STUDIES)
    ids = [study["protocolSection"]["identificationModule"]["nctId"] for study in studies]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"NCT\d{8}", nct) for nct in ids)
    for study in studies:
        _check_study(study)


def _check_study(study: dict[str, Any]) -> None:
    protocol = study["protocolSection"]
    status = protocol.get("statusModule", {})
    assert protocol["descriptionModule"]["briefSummary"].startswith(SAYS + ".")
    assert status.get("overallStatus", "UNKNOWN") in STATUSES
    assert set(protocol.get("designModule", {}).get("phases", ())) <= PHASES
    assert protocol["armsInterventionsModule"]["interventions"]
    assert status.get("overallStatus") == "TERMINATED" or "whyStopped" not in status
    for name, value in status.items():
        if name.endswith("Struct"):
            assert ISO.fullmatch(value["date"])
            assert value.get("type", "ACTUAL") in {"ACTUAL", "ESTIMATED"}


@pytest.mark.parametrize("date", DATES)
def test_labels_have_the_openfda_shape(date: str) -> None:
    whole = body(date, LABELS)
    assert whole["meta"]["last_updated"] == date
    assert whole["meta"]["results"]["total"] == len(whole["results"])
    for label in whole["results"]:
        assert label["indications_and_usage"][0].split(SAYS, 1)[0].rstrip().endswith("INDICATIONS AND USAGE")
        assert SAYS in label["description"][0]
        assert label["effective_time"] == date.replace("-", "")
        assert {"application_number", "brand_name", "generic_name", "substance_name", "unii", "route"} <= set(label["openfda"])
        plain = {"set_id", "id", "version", "effective_time", "document_type", "openfda", MARKER}
        assert all(isinstance(label[key], list) and all(isinstance(part, str) for part in label[key]) for key in set(label) - plain)


@pytest.mark.parametrize("date", DATES)
def test_reaction_tables_are_markup_and_stand_in_the_text(date: str) -> None:
    for label in body(date, LABELS)["results"]:
        for markup in label["adverse_reactions_table"]:
            root = etree.fromstring(markup)
            cells = [cell.text for cell in root.iter("td", "th")]
            assert cells
            assert len(cells) % len(root.findall("thead/tr/th")) == 0
            assert all(cell in label["adverse_reactions"][0] for cell in cells)


@pytest.mark.parametrize("date", DATES)
def test_applications_have_the_openfda_shape(date: str) -> None:
    whole = body(date, APPLICATIONS)
    assert whole["meta"]["results"]["total"] == len(whole["results"])
    for application in whole["results"]:
        assert re.fullmatch(r"(NDA|ANDA)\d{6}", application["application_number"])
        assert application["sponsor_name"]
        for product in application.get("products", ()):
            assert re.fullmatch(r"\d{3}", product["product_number"])
            assert product["marketing_status"] in {"Prescription", "Over-the-counter", "Discontinued"}
            assert product["reference_drug"] in {"Yes", "No"}
        for submission in application["submissions"]:
            assert re.fullmatch(r"\d{8}", submission["submission_status_date"])
            assert submission["submission_status"] in {"AP", "TA"}


@pytest.mark.parametrize("date", DATES)
def test_medicines_have_the_ema_shape(date: str) -> None:
    whole = body(date, MEDICINES)
    assert whole["meta"]["timestamp"].startswith(date)
    assert whole["meta"]["total_records"] == len(whole["data"])
    for row in whole["data"]:
        assert re.fullmatch(r"EMEA/H/C/\d{6}", row["ema_product_number"])
        assert all(isinstance(value, str) for key, value in row.items() if key != MARKER)
        assert all(EMA_DATE.fullmatch(value) for key, value in row.items() if key.endswith("_date"))
        assert not [key for key in row if key.startswith(("atc", "pharmacotherapeutic"))]


def test_leaflets_have_the_product_information_shape() -> None:
    leaflets = sorted(STARTER.glob("*/eu_leaflet_*.json"))
    assert leaflets
    for path in leaflets:
        leaflet = json.loads(path.read_text(encoding="utf-8"))
        assert re.fullmatch(r"EU/1/\d{2}/\d{3}/\d{3}-\d{3}", leaflet["eu_number"])
        assert "leaflet" in leaflet["document_type"]
        assert "not" in leaflet["document_type"]
        assert [section["title"][0] for section in leaflet["sections"]] == list("123456")
        assert leaflet["sections"][0]["text"].startswith(SAYS + ".")
        for section in leaflet["sections"]:
            text = " ".join(etree.fromstring(f"<div>{section['html']}</div>").itertext())
            assert text.split() == section["text"].split()


def test_the_later_date_changes_records_and_adds_new_ones() -> None:
    changed, new = [], []
    for name, key in ((STUDIES, _nct), (LABELS, lambda r: r["set_id"]), (APPLICATIONS, lambda r: r["application_number"])):
        before = {key(r): _unmarked(r) for r in records_of(STARTER / DATES[0] / name)}
        for record in records_of(STARTER / DATES[1] / name):
            (changed if key(record) in before else new).append(key(record))
            assert before.get(key(record)) != _unmarked(record), "a record that did not change is not repeated"
    assert {"NCT05212246", "NDA020723", "ANDA201994", "ANDA205971", "starter-imiquimod-us-375"} <= set(changed)
    assert new == ["NDA213189"]


def _nct(study: dict[str, Any]) -> str:
    return str(study["protocolSection"]["identificationModule"]["nctId"])


def _unmarked(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != MARKER}

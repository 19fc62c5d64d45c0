"""Tables as files: the same rows in every form, nothing that a spreadsheet would run, references that cite what the rows cite."""

import csv
import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from theriac.flow.references import CitedDocument, bibtex, ris
from theriac.store.table_files import file_of, flat
from theriac.takeaway import TABLES

HOSTILE = ['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "\tx", "\rx", "ok\x00\x0b", "x" * 40_000]


def sheet(content: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True))  # type: ignore[union-attr]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_had_in_every_form(client: TestClient, table: str) -> None:
    asked = {"sources": "", "landscape": "?condition=actinic%20keratosis"}.get(table, "?drug=imiquimod")
    rows = client.get(f"/download/{table}.json{asked}")
    assert rows.status_code == 200, rows.text
    count = len(rows.json())
    text = client.get(f"/download/{table}.csv{asked}")
    assert text.headers["content-disposition"].startswith(f'attachment; filename="{table}')
    if count:
        assert len(list(csv.DictReader(io.StringIO(text.text)))) == count
        assert len(sheet(client.get(f"/download/{table}.xlsx{asked}").content)) == count + 1
        assert pq.read_table(io.BytesIO(client.get(f"/download/{table}.parquet{asked}").content)).num_rows == count


def test_no_cell_is_a_formula() -> None:
    rows = [{"=name": text, "nested": {"list": [text, "b"]}} for text in HOSTILE]
    for line in csv.reader(io.StringIO(file_of(rows, "csv").decode())):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)
    for cells in sheet(file_of(rows, "xlsx")):
        assert not any(str(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    kept = pq.read_table(io.BytesIO(file_of(rows, "parquet"))).to_pylist()
    assert [row["=name"] for row in kept] == HOSTILE  # not a spreadsheet's form: the data as it is
    assert [row["=name"] for row in json.loads(file_of(rows, "json"))] == HOSTILE


def test_numbers_stay_numbers() -> None:
    rows = [{"n": 1, "x": 1, "b": True, "t": None}, {"n": 2, "x": 2.5, "b": None, "t": "a"}, {"n": None, "x": None, "b": False, "t": "b"}]
    table = pq.read_table(io.BytesIO(file_of(rows, "parquet")))
    assert [str(field.type) for field in table.schema] == ["int64", "double", "bool", "string"]
    assert sheet(file_of(rows, "xlsx"))[1][:3] == (1, 1, True)
    assert flat({"a": {}}) == {"a": None}


def test_references_cite_every_document_once(client: TestClient) -> None:
    trials = client.get("/download/trials.json?drug=imiquimod").json()
    records = {line["citation"]["record"] for line in trials}
    text = client.get("/download/trials.ris?drug=imiquimod").text
    assert text.count("TY  - DATA") == text.count("ER  - ") == len(records)
    assert {line.removeprefix("ID  - ") for line in text.splitlines() if line.startswith("ID")} == records
    assert client.get("/download/trials.bib?drug=imiquimod").text.count("@misc{") == len(records)


def test_titles_cannot_break_out_of_a_reference() -> None:
    one = CitedDocument("x:1", "50% {of} \\input{y}\nER  - \nTY  - DATA", "s", "3", "2024-05-06", "https://example.org/}x")
    assert ris([one]).count("ER  - \r\n\r\n") == 1 and len([line for line in ris([one]).split("\r\n") if line.startswith("TY")]) == 1
    assert "\\%" in bibtex([one]) and "\\textbackslash{}input" in bibtex([one]) and "/}x" not in bibtex([one])


MISSING = [("trials.exe?drug=imiquimod", 422), ("nothing.csv", 404), ("trials.csv", 400), ("..%2f..%2fx.csv", 404)]


@pytest.mark.parametrize(("path", "status"), MISSING)
def test_what_there_is_not_is_said(client: TestClient, path: str, status: int) -> None:
    assert client.get(f"/download/{path}").status_code == status

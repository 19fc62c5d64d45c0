"""Recalls, shortages and articles of our own words about imiquimod, as files that a home loads."""

import json
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).resolve().parent.parent / "sources"
ARTICLES = (SOURCES / "pubmed" / "articles.xml").read_bytes()


def recall(number: str, reported: str, **members: Any) -> dict[str, Any]:
    """One recall report as openFDA serves it."""
    first: dict[str, Any] = json.loads((SOURCES / "openfda_enforcement" / "response.json").read_text())["results"][0]
    return first | {"recall_number": number, "report_date": reported} | members


def shortage(ndc: str, posted: str, **members: Any) -> dict[str, Any]:
    """One entry of the shortage list as openFDA serves it."""
    first: dict[str, Any] = json.loads((SOURCES / "openfda_shortages" / "response.json").read_text())["results"][0]
    return first | {"package_ndc": ndc, "initial_posting_date": posted} | members


def answer(folder: Path, day: str, *records: dict[str, Any]) -> Path:
    """An openFDA answer of that day."""
    meta = {"terms": "https://open.fda.gov/terms/", "last_updated": day, "results": {"skip": 0, "limit": 100, "total": len(records)}}
    path = folder / f"answer_{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps({"meta": meta, "results": list(records)}))
    return path


def table(folder: Path, day: str, *rows: tuple[str, str, str]) -> Path:
    """The FDA's whole table of shortages of a day: (package code, status, change date)."""
    columns = (SOURCES / "openfda_shortages" / "table.csv").read_text().split("\n")[1].strip()
    lines = [columns, *(_row(columns, *row) for row in rows)]
    path = folder / f"shortages_{day}.csv"
    path.write_bytes(("\r\n" + "\r\n".join(lines) + "\r\n").encode())
    return path


def _row(columns: str, ndc: str, status: str, changed: str) -> str:
    said = {
        "Generic Name": "Imiquimod Cream",
        "Company Name": "Sample Works",
        "Presentation": f"Samplara, Cream, 5% (NDC {ndc})",
        "Type of Update": "Revised",
        "Date of Update": changed,
        "Status": status,
        "Change Date": changed,
        "Initial Posting Date": "11/03/2025",
        "Resolved Note": "Available" if status == "Resolved" else "",
    }
    return ",".join(f'"{said.get(name.strip(), "")}"' for name in columns.split(","))


def articles(folder: Path, day: str, *changes: tuple[bytes, bytes]) -> Path:
    """The set of articles as PubMed served it on a day, with pieces of it changed."""
    data = ARTICLES
    for old, new in changes:
        assert old in data, old
        data = data.replace(old, new)
    path = folder / day / f"articles_{len(list(folder.rglob('*')))}.xml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path

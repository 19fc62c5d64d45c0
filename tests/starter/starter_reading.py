"""What the starter tests read: our sample records, and the facts of the public documents behind them.

In flow the files of `src/theriac/starter` and of the corpus; out flow plain dictionaries. Nothing here is drug-specific.
"""

import csv
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

STARTER = Path(__file__).resolve().parents[2] / "src" / "theriac" / "starter"
MARKER = "_theriac_starter"
DATES = ("2026-09-01", "2026-11-01")
STUDIES, LABELS, APPLICATIONS, MEDICINES = (
    "clinicaltrials_studies.json",
    "openfda_labels.json",
    "openfda_drugsfda.json",
    "ema_medicines.json",
)
_LIST_KEY = {LABELS: "results", APPLICATIONS: "results", MEDICINES: "data"}


def body(date: str, name: str) -> Any:
    """One file of the starter dossier, decoded."""
    return json.loads((STARTER / date / name).read_text(encoding="utf-8"))


def records_of(path: Path) -> list[dict[str, Any]]:
    """The records in one file of the dossier: of the array, of the response, of the report, or the one document."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(whole, list):
        return whole
    key = _LIST_KEY.get(path.name)
    return whole[key] if key else [whole]


def files() -> list[Path]:
    """Every JSON file of the dossier."""
    return sorted(STARTER.glob("*/*.json"))


def tab_table(text: str) -> list[dict[str, str]]:
    """The rows of one Drugs@FDA table; quotes are literal, keys are stripped of their padding."""
    rows = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [{key: (value or "").strip() for key, value in row.items() if isinstance(key, str)} for row in rows]


def drugs_at_fda(corpus: Path, table: str) -> list[dict[str, str]]:
    """One table of the Drugs@FDA download of 2019-07-02."""
    with zipfile.ZipFile(corpus / "drugs_at_fda/openfda_repo_zip/drugsatfda.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith(f"{table}.txt"))
        return tab_table(archive.read(name).decode("cp1252"))


def orange_book(corpus: Path) -> list[dict[str, str]]:
    """The Orange Book products of 2024-08."""
    lines = (corpus / "orange_book/2024-08-products/products.txt").read_text(encoding="utf-8").splitlines()
    header = lines[0].split("~")
    return [dict(zip(header, line.split("~"), strict=False)) for line in lines[1:]]


def ema_table(corpus: Path, name: str) -> dict[str, dict[str, str]]:
    """One EMA medicines table by product number; dates of both layouts as dd/mm/yyyy."""
    book = openpyxl.load_workbook(corpus / "ema" / name, read_only=True)
    header: list[str] = []
    found: dict[str, dict[str, str]] = {}
    for row in book.worksheets[0].iter_rows(values_only=True):
        if row and row[0] == "Category":
            header = [str(cell or "") for cell in row]
        elif header and row and row[0] == "Human":
            named = {key: _cell(value) for key, value in zip(header, row, strict=False) if key}
            found[named.get("Product number") or named.get("EMA product number", "")] = named
    book.close()
    return found


def _cell(value: object) -> str:
    return value.strftime("%d/%m/%Y") if isinstance(value, datetime) else str("" if value is None else value).strip()


def trials(corpus: Path) -> dict[str, dict[str, Any]]:
    """The studies of the answer key by NCT id."""
    lines = (corpus / "imiquimod/trials.jsonl").read_text(encoding="utf-8").splitlines()
    return {study["protocolSection"]["identificationModule"]["nctId"]: study for study in map(json.loads, lines)}


def trial_states(corpus: Path) -> dict[str, list[dict[str, Any]]]:
    """The documented states of the trials seen at several dates, by NCT id; the date of a page is its last update."""
    found: dict[str, list[dict[str, Any]]] = {}
    for state in json.loads((corpus / "imiquimod/trial_versions.json").read_text(encoding="utf-8"))["versions"]:
        updated = re.search(r"last update\w*(?: posted)? (\d{4}-\d\d-\d\d)", state["seen"])
        fields = {"lastUpdatePost": updated.group(1)} if updated else {}
        found.setdefault(state["nctId"], []).append({**fields, **state["fields"]})
    return found


def strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value except those of the marker, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != MARKER:
                yield from strings(item)


def words(text: str) -> list[str]:
    """The words of a text in lower case, without markup, numbers and punctuation."""
    return re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", text).lower())


def real_label_texts(corpus: Path, applications: set[str], substances: set[str]) -> Iterator[str]:
    """The texts of the real labels and leaflets at hand about the same applications or substances."""
    for leaflet in sorted((corpus / "imiquimod/eu_leaflets").glob("*.json")):
        yield from strings(json.loads(leaflet.read_text(encoding="utf-8")))
    with tarfile.open(corpus / "openfda_label/label_versions.tar.xz") as archive:
        for member in archive:
            if member.isfile() and set(Path(member.name).parts) & applications:
                yield from strings(json.load(archive.extractfile(member)))  # type: ignore[arg-type]
    for path in sorted((corpus / "gold/labels").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        if any(f'"{name}"' in text for name in substances):
            yield from strings(json.loads(text))
    for name in ("EPAR_table_4_everycure.xlsx", "medicines_output_medicines_en_yumi.xlsx"):
        for row in ema_table(corpus, name).values():
            if any(s.lower() in " ".join(row.values()).lower() for s in substances):
                yield row.get("Therapeutic indication") or row.get("Condition / indication") or ""
    for annotated in json.loads((corpus / "tac2017/train-labels.json").read_text(encoding="utf-8")):
        if any(s.lower() in annotated["section_text"].lower() for s in substances):
            yield annotated["section_text"]

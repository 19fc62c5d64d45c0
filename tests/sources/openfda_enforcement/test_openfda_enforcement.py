"""openFDA's drug/enforcement: recall reports, of products with and without an `openfda` block."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from theriac.errors import BadRecord
from theriac.model import Identity, Raw, Recall
from theriac.sources import FORMATS
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.openfda_enforcement import OpenFDAEnforcement

HERE = Path(__file__).parent
RECALLS = OpenFDAEnforcement()


def records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / "response.json").read_text())["results"]
    return found


def identity(record: dict[str, Any]) -> Identity:
    raw = Raw(payload=json.dumps(record).encode())
    return RECALLS.identify(raw, RECALLS.decode(raw))


def read(record: dict[str, Any]) -> tuple[Recall, list[tuple[str, str, str, tuple[str, ...], tuple[str, ...]]]]:
    raw = Raw(payload=json.dumps(record).encode())
    reading = RECALLS.read(raw, RECALLS.decode(raw))
    assert isinstance(reading.document, Recall)
    return reading.document, [(one.kind.value, one.role, one.text, one.others, one.identifiers) for one in reading.mentions]


def test_no_other_format_takes_a_recall_for_its_own() -> None:
    data = (HERE / "response.json").read_bytes()
    for first in (data, json.dumps(records()).encode(), json.dumps(records()[1]).encode()):
        assert [one.name for one in FORMATS if one.recognises(Head("x", first[:HEAD_BYTES]))] == ["openfda.enforcement"]


def test_a_recall_is_read_whole() -> None:
    data = (HERE / "response.json").read_bytes()
    first, _ = RECALLS.cut(OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data)))
    who = RECALLS.identify(first, RECALLS.decode(first))
    assert (who.key, who.seen, who.table) == ("D-0001-2026", "2026-03-04", "recalls")
    recall, mentions = read(records()[0])
    assert (recall.classification, recall.status, recall.event, recall.firm) == ("Class II", "Ongoing", "90001", "Sample Works")
    assert (recall.initiated, recall.classified, recall.reported, recall.terminated) == ("2026-02-01", "2026-02-15", "2026-02-25", None)
    assert recall.reason == "Subpotent drug: a made-up assay was low."
    assert (recall.quantity, recall.lots, recall.application_numbers) == (None, "Lot A1", ("NDA020723",))
    assert mentions == [
        ("drug", "product", "IMIQUIMOD", ("SAMPLARA",), ("unii:P1QW714R7M",)),
        ("organization", "firm", "Sample Works", (), ()),
    ]


def test_without_a_block_the_head_of_the_description_names_the_product() -> None:
    recall, mentions = read(records()[1])
    assert mentions[0][:3] == ("drug", "product", "Exemplamod Hydrochloride Tablets")
    assert recall.terminated == "2026-03-01"


@pytest.mark.parametrize(
    ("description", "head"),
    [
        ("Samplara (exemplamod) Cream, 5%, 24 packets", "Samplara (exemplamod) Cream"),
        ("Exemplamod Injection, 10 mg/4 mL (2.5 mg/mL), 4mL vial, For Subcutaneous Use, Rx Only", "Exemplamod Injection"),
        ("2) Exemplamod and Betalol Tablets, USP, 5 mg/10 mg", "Exemplamod and Betalol Tablets"),
        ("Exemplamod 0.9% Injection", "Exemplamod"),
        ("", None),
    ],
)
def test_the_head_of_a_description(description: str, head: str | None) -> None:
    _, mentions = read(records()[1] | {"product_description": description})
    assert next((text for kind, _, text, _, _ in mentions if kind == "drug"), None) == head


def test_the_block_is_annotation_and_fillers_say_nothing() -> None:
    record = records()[0]
    base = identity(record)
    shuffled = json.loads(json.dumps(record))
    shuffled["openfda"]["package_ndc"].reverse()
    assert identity(shuffled) == base
    without = identity(record | {"openfda": {}})
    assert (without.content == base.content, without.version == base.version) == (True, False)
    assert identity(record | {"address_2": "", "product_quantity": "N/A", "city": " Exampleton  "}) == base
    assert identity(record | {"classification": "Class I"}).content != base.content


def test_a_block_of_several_products_names_each_and_joins_no_code() -> None:
    block = {"generic_name": ["EXEMPLAMOD", "BETALOL"], "substance_name": ["BETALOL", "EXEMPLAMOD"], "unii": ["P1QW714R7M", "A0Z3NAU9DP"]}
    _, mentions = read(records()[0] | {"openfda": block})
    assert [(text, identifiers) for kind, _, text, _, identifiers in mentions if kind == "drug"] == [("EXEMPLAMOD", ()), ("BETALOL", ())]


def test_a_record_without_a_number_is_refused() -> None:
    with pytest.raises(BadRecord, match="no recall number") as raised:
        identity(records()[0] | {"recall_number": "N/A"})
    assert raised.value.field == "recall_number"

"""openFDA's drugsfda: whole applications as JSON."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from theriac.errors import BadRecord
from theriac.model import Application, Identity, Raw
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.openfda_drugsfda import OpenFDADrugsFDA
from theriac.sources.openfda_label import OpenFDALabel

HERE = Path(__file__).parent
DRUGSFDA = OpenFDADrugsFDA()


def raws(data: bytes) -> list[Raw]:
    file = OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))
    assert DRUGSFDA.recognises(file.head)
    assert not OpenFDALabel().recognises(file.head)
    return list(DRUGSFDA.cut(file))


def identity(record: dict[str, Any]) -> Identity:
    raw = Raw(payload=json.dumps(record).encode())
    return DRUGSFDA.identify(raw, DRUGSFDA.decode(raw))


@pytest.fixture
def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "response.json").read_text())["results"][0]
    return found


def test_an_application_is_read_whole(record: dict[str, Any]) -> None:
    (raw,) = raws((HERE / "response.json").read_bytes())
    decoded = DRUGSFDA.decode(raw)
    who, reading = DRUGSFDA.identify(raw, decoded), DRUGSFDA.read(raw, decoded)
    document = reading.document
    assert isinstance(document, Application) and document.products and document.submissions and document.documents
    assert (who.key, who.seen, who.partial) == ("NDA090001", "2024-03-05", False)
    assert (document.number, document.type, document.sponsor) == ("090001", "NDA", "SAMPLE WORKS")
    product = document.products[0]
    assert (product.ingredients, product.strength) == (("EXEMPLAMOD", "BETA"), "5%; 1%")
    assert (product.reference_drug, product.reference_standard, product.marketing_status) == ("Yes", "No", "Discontinued")
    assert [(s.type, s.number, s.date, s.properties) for s in document.submissions] == [
        ("ORIG", "1", "1997-02-27", ("Orphan",)),
        ("SUPPL", "10", None, ()),
    ]
    assert (document.documents[0].title, document.documents[0].url) == (None, "https://www.example.org/label.pdf")
    assert reading.claims[-1].ingredients == ("EXEMPLAMOD", "BETA")
    assert [(m.role, m.text) for m in reading.mentions] == [
        ("product", "EXEMPLAMOD; BETA"),
        ("substance", "EXEMPLAMOD"),
        ("substance", "BETA"),
        ("sponsor", "SAMPLE WORKS"),
    ]


def test_order_means_nothing_and_the_block_is_annotation(record: dict[str, Any]) -> None:
    base = identity(record)
    shuffled = json.loads(json.dumps(record))
    shuffled["submissions"].reverse()
    shuffled["products"][0]["active_ingredients"].reverse()
    shuffled["openfda"]["unii"].reverse()
    assert identity(shuffled) == base
    annotated = record | {"openfda": {}}
    assert (identity(annotated).content == base.content, identity(annotated).version == base.version) == (True, False)
    assert identity(record | {"sponsor_name": "OTHER"}).content != base.content


def test_the_number_must_be_one(record: dict[str, Any]) -> None:
    del record["application_number"]
    with pytest.raises(BadRecord) as raised:
        identity(record)
    assert raised.value.field == "application_number"
    assert identity(record | {"openfda": {"application_number": ["ANDA090002"]}}).key == "ANDA090002"


def test_a_shape_that_is_not_the_source_s_is_quarantined(record: dict[str, Any]) -> None:
    raw = Raw(payload=json.dumps(record | {"products": "none"}).encode())
    with pytest.raises(BadRecord) as raised:
        DRUGSFDA.read(raw, DRUGSFDA.decode(raw))
    assert raised.value.field == "products"


@pytest.mark.parametrize("name", ["drugsfda_imatinib.json", "drugsfda_imatinib_20260811.json"])
def test_real_answers(corpus: Path, name: str) -> None:
    (raw,) = raws((corpus / "openfda_misc" / "biomcp_20260811" / name).read_bytes())
    decoded = DRUGSFDA.decode(raw)
    reading = DRUGSFDA.read(raw, decoded)
    assert DRUGSFDA.identify(raw, decoded).key == "NDA021588"
    assert reading.title == "GLEEVEC (imatinib mesylate)"
    assert [claim.names[0].text for claim in reading.claims] == ["IMATINIB MESYLATE", "GLEEVEC"]

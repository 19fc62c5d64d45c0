"""Drug shortages: openFDA's drug/shortages and the FDA's own table give the same records."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Raw, Shortage
from theriac.sources import FORMATS
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.fda_shortages_table import FDAShortagesTable
from theriac.sources.openfda_shortages import OpenFDAShortages

HERE = Path(__file__).parent
API, TABLE = OpenFDAShortages(), FDAShortagesTable()


def raws(format_: Format, data: bytes) -> list[Raw]:
    assert [one.name for one in FORMATS if one.recognises(Head("x", data[:HEAD_BYTES]))] == [format_.name]
    return list(format_.cut(OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))))


def document(format_: Format, raw: Raw) -> Shortage:
    found = format_.read(raw, format_.decode(raw)).document
    assert isinstance(found, Shortage)
    return found


def identity(record: dict[str, Any]) -> Identity:
    raw = Raw(payload=json.dumps(record).encode())
    return API.identify(raw, API.decode(raw))


@pytest.fixture
def records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / "response.json").read_text())["results"]
    return found


def test_an_entry_is_read_whole() -> None:
    first, second = raws(API, (HERE / "response.json").read_bytes())
    who, shortage = API.identify(first, API.decode(first)), document(API, first)
    assert (who.key, who.seen, who.table) == ("00000-001-24/2025-11-03", "2026-03-04", "shortages")
    assert (shortage.status, shortage.availability, shortage.reason) == ("Current", "Unavailable", "Demand increase for the drug")
    assert (shortage.posted, shortage.updated, shortage.brand) == ("2025-11-03", "2026-03-02", "Samplara")
    assert shortage.categories == ("Dermatology", "Pediatric")
    mentions = API.read(first, API.decode(first)).mentions
    assert [(one.role, one.text, one.identifiers) for one in mentions] == [
        ("product", "IMIQUIMOD", ("unii:P1QW714R7M",)),
        ("company", "Sample Works, Inc.", ()),
    ]
    assert (document(API, second).status, document(API, second).discontinued) == ("To Be Discontinued", "2026-02-01")
    assert API.read(second, API.decode(second)).mentions[0].text == "Exemplamod Hydrochloride Tablet"


def test_both_layouts_give_one_record_of_one_content() -> None:
    (api, _), (table, *_) = raws(API, (HERE / "response.json").read_bytes()), raws(TABLE, (HERE / "table.csv").read_bytes())
    one, other = API.identify(api, API.decode(api)), TABLE.identify(table, TABLE.decode(table))
    assert (one.key, one.content) == (other.key, other.content)
    assert other.seen is None


def test_the_table_s_quotation_marks_line_breaks_and_repeats() -> None:
    _, second, third = raws(TABLE, (HERE / "table.csv").read_bytes())
    assert second.payload.count(b"Other Works") == 2
    assert document(TABLE, second).presentation == 'Exemplamod, Injection, 1 mg (20 G x 1 1/2") (NDC 00000-003-34)'
    assert (document(TABLE, second).updated, document(TABLE, second).availability) == ("2026-03-01", "Limited Availability")
    assert (document(TABLE, third).status, document(TABLE, third).changed) == ("Resolved", "2026-02-24")
    assert TABLE.table(Head("x", b"")) == "shortages"


@pytest.mark.parametrize("day", ["11/03/2025", "20251103", "2025-11-03"])
def test_dates_are_month_first_or_compact(day: str, records: list[dict[str, Any]]) -> None:
    assert identity(records[0] | {"initial_posting_date": day}) == identity(records[0])


def test_a_firm_that_confirms_an_entry_says_nothing_new(records: list[dict[str, Any]]) -> None:
    base = identity(records[0])
    confirmed = identity(records[0] | {"update_date": "03/16/2026", "update_type": "Reverified"})
    assert (confirmed.content == base.content, confirmed.version == base.version) == (True, False)
    assert identity(records[0] | {"availability": "Available"}).content != base.content
    assert identity(records[0] | {"openfda": {}}).content == base.content


@pytest.mark.parametrize("member", ["generic_name", "initial_posting_date"])
def test_an_entry_that_names_nothing_is_refused(member: str, records: list[dict[str, Any]]) -> None:
    raw = Raw(payload=json.dumps(records[1] | {member: " "}).encode())
    with pytest.raises(BadRecord) as raised:
        API.identify(raw, API.decode(raw))
        API.read(raw, API.decode(raw))
    assert raised.value.field == member


@pytest.mark.parametrize("cut", [-3, -40])
def test_a_table_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(BadFile, match="cut off"):
        raws(TABLE, (HERE / "table.csv").read_bytes()[:cut])


def test_a_row_with_other_cells_is_refused_alone() -> None:
    data = (HERE / "table.csv").read_bytes() + b'"one","two"\r\n'
    *good, bad = raws(TABLE, data)
    assert len(good) == 3
    with pytest.raises(BadRecord, match="2 cells where the header has 22"):
        TABLE.decode(bad)


def test_the_real_table(corpus: Path) -> None:
    data = (corpus / "openfda_misc" / "drugshortages_2026-05.csv").read_bytes()
    found = [document(TABLE, raw) for raw in raws(TABLE, data)]
    assert Counter(one.status for one in found) == {"Current": 1155, "To Be Discontinued": 502, "Resolved": 29}
    # One package code stands at two strengths: the FDA's slip, and the one key that two entries share.
    assert len({one.number for one in found}) == len(found) - 1

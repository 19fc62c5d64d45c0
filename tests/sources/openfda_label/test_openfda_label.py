"""openFDA labels: recognised by content, told apart in three layers, and read without pairing lists that do not belong together."""

import collections
import io
import itertools
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Label, Raw, Reading
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.openfda_label import OpenFDALabel
from theriac.terms import NameKind

HERE = Path(__file__).parent
LABEL = OpenFDALabel()


def opened(data: bytes, name: str = "file.bin") -> OpenFile:
    return OpenFile(Head(name, data[:HEAD_BYTES]), io.BytesIO(data))


def raws(data: bytes) -> list[Raw]:
    file = opened(data)
    assert LABEL.recognises(file.head)
    return list(LABEL.cut(file))


def identity(record: dict[str, Any], context: str = "") -> Identity:
    raw = Raw(payload=json.dumps(record).encode(), context=context)
    return LABEL.identify(raw, LABEL.decode(raw))


def reading(record: dict[str, Any]) -> Reading:
    raw = Raw(payload=json.dumps(record).encode())
    return LABEL.read(raw, LABEL.decode(raw))


@pytest.fixture
def response() -> bytes:
    return (HERE / "response.json").read_bytes()


@pytest.fixture
def record(response: bytes) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(response)["results"][0]
    return result


def test_every_shape_of_file_gives_the_same_records(response: bytes) -> None:
    results = json.loads(response)["results"]
    lines = "\n".join(json.dumps(result) for result in results).encode()
    shapes = [
        response,
        b"\xef\xbb\xbf" + response,
        json.dumps(results).encode(),
        lines,
        json.dumps({"results": results, "meta": {}}).encode(),
    ]
    versions = [[LABEL.identify(raw, LABEL.decode(raw)).version for raw in raws(shape)] for shape in shapes]
    assert all(found == versions[0] for found in versions)
    assert len(versions[0]) == 2
    assert [r.payload for r in raws(json.dumps(results[0]).encode())] == [json.dumps(results[0]).encode()]


def test_payload_is_the_bytes_as_served_and_the_data_date_stands_beside_it(response: bytes) -> None:
    first, second = raws(response)
    assert first.payload in response and first.payload[:1] == b"{" and first.payload[-1:] == b"}"
    assert (first.context, second.context) == ("2024-02-03", "2024-02-03")
    assert LABEL.identify(first, LABEL.decode(first)).seen == "2024-02-03"


def test_a_date_inside_a_record_is_not_the_date_of_the_data(record: dict[str, Any]) -> None:
    record["description"] = ['see "last_updated": "1999-01-01"']
    record["last_updated"] = "1999-01-01"
    assert [raw.context for raw in raws(json.dumps(record).encode())] == [""]


@pytest.mark.parametrize(
    "data",
    [
        b'{"meta": {"license": "https://open.fda.gov/license/"}, "results": [{"safetyreportid": "1", "patient": {}}]}',
        b'{"meta": {}, "results": [{"application_number": "NDA000001", "products": [], "description": [""], "warnings": [""]}]}',
        b'{"meta": {}, "results": [{"product_id": "1", "product_ndc": "2", "openfda": {"spl_set_id": ["x"]}}]}',
        b'{"error": {"code": "NOT_FOUND"}}',
        b"<html><body>set_id</body></html>",
        b'{"studies": [{"protocolSection": {"set_id": 1}}]}',
        b"",
    ],
)
def test_other_content_is_left_alone(data: bytes) -> None:
    assert not LABEL.recognises(Head("label.json", data))


def test_a_label_is_recognised_by_its_first_section_alone_where_that_fills_the_window() -> None:
    start = b'{"meta": {"license": "https://open.fda.gov/license/"}, "results": [{"adverse_reactions_table": ["' + b"x" * HEAD_BYTES
    assert LABEL.recognises(Head("a", start[:HEAD_BYTES]))


def test_a_cut_off_download_is_a_broken_file(response: bytes) -> None:
    with pytest.raises(BadFile, match="middle"):
        raws(response[: len(response) // 2])


@pytest.mark.parametrize("payload", [b'{"set_id": "a\xff"}', b'{"set_id": ', b'["set_id"]', b"{" + b'"a":[' * 50_000])
def test_what_is_no_record_is_named_and_not_fatal(payload: bytes) -> None:
    with pytest.raises(BadRecord):
        LABEL.decode(Raw(payload=payload))


def test_order_of_members_and_serialisation_make_no_version(record: dict[str, Any]) -> None:
    again = json.loads(json.dumps(dict(reversed(record.items())), ensure_ascii=True, indent=4))
    assert identity(again) == identity(record)


def test_only_the_openfda_block_is_annotation(record: dict[str, Any]) -> None:
    base = identity(record)
    record["openfda"]["rxcui"].append("44")
    changed = identity(record)
    assert changed.content == base.content
    assert changed.version != base.version


def test_order_inside_the_openfda_block_is_no_change_at_all(record: dict[str, Any]) -> None:
    base = identity(record)
    record["openfda"]["rxcui"].reverse()
    assert identity(record) == base


@pytest.mark.parametrize(("field", "value"), [("id", "other"), ("version", "8"), ("indications_and_usage", ["other text"])])
def test_document_id_version_and_text_are_content(record: dict[str, Any], field: str, value: object) -> None:
    base = identity(record)
    assert identity(record | {field: value}).content != base.content


def test_versions_order_by_number_and_only_then_by_date(record: dict[str, Any]) -> None:
    ninth = identity(record | {"version": "9", "effective_time": "20240201"}).rank
    tenth = identity(record | {"version": "10", "effective_time": "20230101"}).rank
    assert ninth < tenth < identity(record | {"version": "10", "effective_time": "20230102"}).rank


def test_set_id_is_taken_from_the_block_only_where_it_gives_exactly_one(record: dict[str, Any]) -> None:
    del record["set_id"]
    assert identity(record).key == "aaaaaaaa-0000-4000-8000-000000000001"
    label = reading(record).document
    assert isinstance(label, Label) and "openfda.spl_set_id" in (label.note or "")
    record["openfda"]["spl_set_id"].append("another")
    with pytest.raises(BadRecord) as raised:
        identity(record)
    assert raised.value.field == "set_id"


def test_a_record_without_any_section_is_a_projection(record: dict[str, Any]) -> None:
    assert identity({key: record[key] for key in ("set_id", "openfda")}).partial
    assert not identity(record).partial


def test_what_a_label_says_of_itself(record: dict[str, Any]) -> None:
    result = reading(record)
    label = result.document
    assert isinstance(label, Label)
    assert (label.effective, label.version, label.document_type) == ("2024-01-15", "7", "prescription label")
    assert label.classes == ("Example Response Modifier",)
    assert "indications_and_usage" in label.sections and "openfda" not in label.sections
    assert result.title == "Exemplix, Exemplamod Cream (exemplamod)"
    assert "made-up" in LABEL.words(result, record)


def test_one_substance_and_one_code_belong_together_and_a_description_is_no_brand(record: dict[str, Any]) -> None:
    substance, product = reading(record).claims
    assert substance.identifiers == ("unii:ABCDE12345",)
    assert [name.text for name in product.names] == ["Exemplix"]
    assert product.names[0].kind is NameKind.BRAND
    assert product.ingredients == ("EXEMPLAMOD",)
    assert not any("rxcui" in identifier for claim in reading(record).claims for identifier in claim.identifiers)


def test_several_substances_are_never_paired_with_codes(response: bytes) -> None:
    result = reading(json.loads(response)["results"][1])
    assert all(not claim.identifiers for claim in result.claims)
    assert all(not mention.identifiers for mention in result.mentions)
    assert result.claims[-1].ingredients == ("BETA SALT", "ALPHA")
    assert isinstance(result.document, Label) and result.document.document_type == "OTC label"


def test_several_products_of_several_substances_make_no_product_claim(response: bytes) -> None:
    second = json.loads(response)["results"][1]
    second["openfda"]["brand_name"] = ["Duo", "Solo"]
    assert all(not claim.ingredients for claim in reading(second).claims)


@pytest.mark.parametrize(
    ("data", "substance"),
    [
        ("Exemplix exemplamod citrate EXEMPLAMOD CITRATE EXEMPLAMOD WATER TALC", "exemplamod citrate"),
        ("Duo alpha and beta ALPHA ALPHA ALPHA BETA BETA BETA", None),
        ("BRAND BRAND ALPHA WATER", None),
        ("Solo alpha ALPHA ALPHA WATER Other beta BETA BETA TALC", None),
        ("ExemplixexemplamodEXEMPLAMODWATER", None),
    ],
)
def test_without_the_block_a_substance_is_told_only_where_nothing_is_in_doubt(data: str, substance: str | None) -> None:
    result = reading({"set_id": "s", "version": "1", "spl_product_data_elements": [data]})
    assert [mention.text for mention in result.mentions] == ([substance] if substance else [])
    assert result.title


def test_a_date_that_is_none_is_said_and_does_not_cost_the_label(record: dict[str, Any]) -> None:
    label = reading(record | {"effective_time": "20249901"}).document
    assert isinstance(label, Label)
    assert label.effective is None and "20249901" in (label.note or "")


@pytest.fixture(scope="module")
def versions(corpus: Path) -> list[tuple[str, dict[str, Any], Raw]]:
    found = []
    with tarfile.open(corpus / "openfda_label" / "label_versions.tar.xz") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".json"):
                stream = archive.extractfile(member)
                assert stream is not None
                (raw,) = raws(stream.read())
                found.append((Path(member.name).name[:10], LABEL.decode(raw), raw))
    return found


def test_real_versions_fall_into_three_layers(versions: list[tuple[str, dict[str, Any], Raw]]) -> None:
    """1,351 contents; 1,397 versions: 1,401 if the order inside the block counted, which separates four steps only by re-sorted rxcui."""
    by_set: dict[str, list[tuple[str, Identity, str]]] = collections.defaultdict(list)
    as_served = set()
    for date, decoded, raw in versions:
        who = LABEL.identify(raw, decoded)
        by_set[who.key].append((date, who, decoded["id"]))
        as_served.add((who.key, who.content, json.dumps(decoded["openfda"], sort_keys=True)))
    steps = [(old, new) for seen in by_set.values() for old, new in itertools.pairwise(sorted(seen, key=lambda row: row[0]))]
    everyone = [who for seen in by_set.values() for _, who, _ in seen]
    assert (len(versions), len(by_set)) == (2004, 336)
    assert len({(who.key, who.content) for who in everyone}) == 1351
    assert (len({(who.key, who.version) for who in everyone}), len(as_served)) == (1397, 1401)
    assert sum(old.version == new.version for (_, old, _), (_, new, _) in steps) == 607
    assert sum(old.content == new.content and old.version != new.version for (_, old, _), (_, new, _) in steps) == 46
    assert sum(old.content != new.content and first == second for (_, old, first), (_, new, second) in steps) == 5
    assert not any(old.rank > new.rank for (_, old, _), (_, new, _) in steps)


def test_real_labels_read_and_their_substance_is_found_without_the_block(versions: list[tuple[str, dict[str, Any], Raw]]) -> None:
    last = {decoded["set_id"]: decoded for _, decoded, _ in sorted(versions, key=lambda row: row[0])}
    right = wrong = 0
    for decoded in last.values():
        full = reading(decoded)
        assert isinstance(full.document, Label) and full.document.effective and full.title
        stated = {name.lower() for name in full.document.substances}
        bare = reading({key: value for key, value in decoded.items() if key != "openfda"})
        if bare.mentions and stated:
            found = bare.mentions[0].text
            right += stated == {found}
            wrong += stated != {found} and not (len(stated) == 1 and next(iter(stated)).startswith(found))
    assert right >= 200 and wrong == 0

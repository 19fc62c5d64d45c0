"""Drugs@FDA: each table alone, one record per application, and every trap that the real tables set."""

import io
import itertools
import zipfile
from pathlib import Path

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import Application, Lookup, Raw, Reading
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.drugs_at_fda import DrugsAtFDA
from theriac.sources.fda_codes import DOCUMENT_TYPES, MARKETING_STATUS, SUBMISSION_CLASSES

HERE = Path(__file__).parent
FDA = DrugsAtFDA()


def raws(data: bytes, name: str = "any name.dat") -> list[Raw]:
    file = OpenFile(Head(name, data[:HEAD_BYTES]), io.BytesIO(data))
    assert FDA.recognises(file.head)
    return list(FDA.cut(file))


def contents(data: bytes) -> dict[str, str]:
    found = [FDA.identify(raw, FDA.decode(raw)) for raw in raws(data)]
    assert len({who.key for who in found}) == len(found)
    return {who.key: who.content for who in found}


def readings(name: str) -> dict[str, Reading]:
    found = {}
    for raw in raws((HERE / name).read_bytes()):
        decoded = FDA.decode(raw)
        found[FDA.identify(raw, decoded).key] = FDA.read(raw, decoded)
    return found


def application(name: str, key: str) -> Application:
    document = readings(name)[key].document
    assert isinstance(document, Application)
    return document


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("Applications.txt", "applications"),
        ("Products.txt", "products"),
        ("Submissions.txt", "submissions"),
        ("docs.tsv", "application_docs"),
        ("properties.txt", "submission_property_types"),
        ("MarketingStatus.txt", "marketing_status"),
        ("TE.txt", "te"),
        ("MarketingStatus_Lookup.txt", "marketing_status_lookup"),
    ],
)
def test_a_table_is_known_by_its_header_and_is_a_complete_listing(name: str, table: str) -> None:
    head = Head("renamed", (HERE / name).read_bytes())
    assert FDA.recognises(head)
    assert FDA.table(head) == table


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ApplNo\tProductNo",
        b"ApplNo\tSponsor\r\n1\t2\r\n",
        b"<html>ApplNo\tApplType\tSponsorName\n",
        b"Appl_Type~Appl_No~Product_No\r\n",
    ],
)
def test_other_tables_are_left_alone(data: bytes) -> None:
    assert not FDA.recognises(Head("Products.txt", data))


def test_one_record_per_application_with_its_lines_as_served() -> None:
    data = (HERE / "docs.tsv").read_bytes()
    first, second = raws(data)
    lines = data.splitlines(keepends=True)
    assert first.payload == lines[1] + lines[3]
    assert second.payload == lines[2]
    assert first.context == lines[0].decode().rstrip("\r\n")
    assert (first.place, second.place) == ("line 2", "line 3")


def test_what_copying_changes_is_no_change_of_content() -> None:
    data = (HERE / "Products.txt").read_bytes()
    header, *lines = data.splitlines()
    columns = [header.split(b"\t"), *(line.split(b"\t")[:8] for line in lines)]
    unpadded = [columns[0], *([row[0].lstrip(b"0"), row[1].lstrip(b"0"), *row[2:]] for row in columns[1:])]
    copies = [
        b"\n".join([header, *lines]),
        b"\xef\xbb\xbf" + data.decode("cp1252").encode(),
        b"\n".join([header, *reversed(lines)]),
        b"\r\n".join(b"\t".join(cell + b"  " for cell in row) for row in columns),
        b"\r\n".join(b"\t".join(row) for row in unpadded) + b"\r\n",
        b"\r\n".join(b"\t".join(row[::-1]) for row in columns) + b"\r\n",
        data.replace(b"CREAM; TOPICAL", b"CREAM;TOPICAL").replace(b"SODIUM; BETA", b"SODIUM;BETA"),
    ]
    assert [contents(copy) == contents(data) for copy in copies] == [True] * len(copies)


def test_a_copy_in_utf8_is_the_same_content() -> None:
    data = (HERE / "Submissions.txt").read_bytes()
    assert b"\xfc" in data and contents(data.decode("cp1252").encode()) == contents(data)


def test_a_changed_cell_changes_its_application_only() -> None:
    data = (HERE / "Products.txt").read_bytes()
    old, new = contents(data), contents(data.replace(b"3.75%", b"2.5%"))
    assert {key for key in old if old[key] != new[key]} == {"products/090001"}


def test_a_column_that_the_source_adds_is_annotation() -> None:
    header, *lines = (HERE / "TE.txt").read_bytes().splitlines()
    wider = b"\n".join([header + b"\tNewColumn", *(line + b"\tx" for line in lines)])
    raw = raws(wider)[0]
    who, before = FDA.identify(raw, FDA.decode(raw)), contents((HERE / "TE.txt").read_bytes())
    assert who.content == before[who.key]
    assert who.version != who.content


def test_products_and_their_ingredients() -> None:
    result = readings("Products.txt")
    document = result["products/090001"].document
    assert isinstance(document, Application) and document.products is not None
    first, second = document.products
    assert (first.form, first.route, first.strength) == ("CREAM", "TOPICAL", "5%")
    assert document.note == "Product 001: Federal Register determination of a made-up kind"
    assert (first.reference_drug, first.reference_standard) == ("Yes", "No")
    assert (second.form, second.route, second.reference_drug, second.reference_standard) == ("CREAM", "TOPICAL", "TBD", None)
    assert result["products/090001"].title == "EXEMPLIX (exemplamod)"
    brand = result["products/090001"].claims[-1]
    assert (brand.names[0].text, brand.ingredients, brand.path) == ("EXEMPLIX", ("EXEMPLAMOD",), "[0].ActiveIngredient")


def test_a_combination_is_one_product_of_several_substances_and_its_generic_name_no_brand() -> None:
    result = readings("Products.txt")["products/090002"]
    assert [(m.role, m.text) for m in result.mentions] == [
        ("product", "ALPHA SODIUM; BETA"),
        ("substance", "ALPHA SODIUM"),
        ("substance", "BETA"),
    ]
    assert all(not claim.ingredients for claim in result.claims)


def test_a_row_with_a_ninth_empty_cell_is_read_and_one_with_a_filled_one_is_not() -> None:
    document = application("Products.txt", "products/090003")
    assert document.products is not None and document.products[0].reference_standard is None
    data = (HERE / "Products.txt").read_bytes().replace(b"GAMMASTATIN CALCIUM\t\t", b"GAMMASTATIN CALCIUM\t\tsurplus")
    bad = next(raw for raw in raws(data) if raw.payload.startswith(b"090003"))
    with pytest.raises(BadRecord, match="surplus"):
        FDA.decode(bad)


def test_semicolons_inside_brackets_join_nothing() -> None:
    document = application("Products.txt", "products/099998")
    assert document.products is not None
    assert document.products[0].ingredients == ("MIXTRIX (T4;T3)",)
    assert (document.products[0].form, document.products[0].route) == ("VIAL", None)


def test_an_application_known_from_one_table_only_is_a_record_like_any_other() -> None:
    document = application("Submissions.txt", "submissions/091111")
    assert document.submissions is not None
    assert (document.submissions[0].status, document.submissions[0].submission_class) == ("TA", "code 99")
    assert (document.type, document.products) == (None, None)


def test_padded_types_quotes_and_dates_that_mean_nothing() -> None:
    documents = [*(application("docs.tsv", "application_docs/090001").documents or ())]
    other = (application("docs.tsv", "application_docs/090002").documents or ())[0]
    assert [document.submission_type for document in documents] == ["SUPPL", "ORIG"]
    assert [document.title for document in documents] == [None, "Review – parts 1–3"]
    assert documents[0].url == "https://www.example.org/letter.pdf"
    assert (other.title, other.date, other.type) == ('A "quoted title', None, "Label")
    submissions = application("Submissions.txt", "submissions/090001").submissions or ()
    assert [(s.date, s.submission_class, s.review_priority) for s in submissions] == [
        ("1997-02-27", "TYPE 1", "STANDARD"),
        (None, "LABELING", None),
    ]
    assert submissions[0].notes == "Firma Müller “quoted"


def test_the_literal_word_null_is_nothing() -> None:
    submissions = application("properties.txt", "submission_property_types/090001").submissions
    assert submissions is not None
    assert [(s.type, s.number, s.properties) for s in submissions] == [("ORIG", "1", ("Orphan",))]
    assert application("Applications.txt", "applications/090002").note is None


def test_holder_status_and_equivalence() -> None:
    applications = readings("Applications.txt")["applications/090001"]
    assert [(m.kind, m.text, m.role) for m in applications.mentions] == [("organization", "SAMPLE WORKS", "sponsor")]
    products = application("MarketingStatus.txt", "marketing_status/090001").products or ()
    assert [(p.number, p.marketing_status) for p in products] == [("001", "Prescription"), ("002", "code 9")]
    assert (application("TE.txt", "te/090001").products or ())[0].te_code == "AB"


def test_a_code_list_is_one_record() -> None:
    (reading,) = readings("MarketingStatus_Lookup.txt").values()
    assert isinstance(reading.document, Lookup)
    assert reading.document.words == {"1": "Prescription", "9": "Sold on Tuesdays"}


def test_a_line_without_an_application_number_is_quarantined_alone() -> None:
    data = (HERE / "TE.txt").read_bytes() + b"continued text of a broken row\r\n090002\t001\t1\tAB\r\n"
    keys, bad = [], []
    for raw in raws(data):
        try:
            keys.append(FDA.identify(raw, FDA.decode(raw)).key)
        except BadRecord as error:
            bad.append((error.field, raw.place))
    assert (keys, bad) == (["te/090001", "te/090002"], [("ApplNo", "line 3")])


def test_a_table_cut_off_in_a_row_or_empty_is_a_broken_file() -> None:
    data = (HERE / "Submissions.txt").read_bytes()
    with pytest.raises(BadFile, match="cut off"):
        raws(data[:-30])
    with pytest.raises(BadFile, match="no rows"):
        raws(data[: data.index(b"\n") + 1])


@pytest.fixture(scope="module")
def tables(corpus: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(corpus / "drugs_at_fda" / "openfda_repo_zip" / "drugsatfda.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_real_tables_read_whole(tables: dict[str, bytes]) -> None:
    counts = {}
    for data in tables.values():
        found = raws(data)
        for raw in found:
            decoded = FDA.decode(raw)
            assert FDA.identify(raw, decoded).content
            assert FDA.read(raw, decoded).title
        counts[FDA.table(Head("x", data[:HEAD_BYTES]))] = len(found)
    assert counts == {
        "applications": 23267,
        "products": 23056,
        "submissions": 21617,
        "application_docs": 7763,
        "submission_property_types": 18066,
        "marketing_status": 23252,
        "te": 9561,
        "marketing_status_lookup": 1,
        "submission_class_lookup": 1,
        "application_docs_type_lookup": 1,
        "action_types_lookup": 1,
    }


def test_our_code_lists_are_those_of_the_source(tables: dict[str, bytes]) -> None:
    def column(name: str, index: int) -> dict[str, str]:
        (raw,) = raws(tables[name])
        return {row[0]: row[index] for row in FDA.decode(raw).rows}

    assert column("MarketingStatus_Lookup.txt", 1) == MARKETING_STATUS
    assert column("SubmissionClass_Lookup.txt", 1) == SUBMISSION_CLASSES
    assert column("ApplicationsDocsType_Lookup.txt", 1) == DOCUMENT_TYPES


def test_the_story_of_one_reference_standard(corpus: Path, tables: dict[str, bytes]) -> None:
    """020723 was the reference standard in 2018 and 2019 and no longer in 2023; the generic 201994 took its place."""
    folder = corpus / "drugs_at_fda"
    history = [
        (folder / "snap_2018-07_dudleylab" / "Products.txt").read_bytes(),
        tables["Products.txt"],
        (folder / "snap_2023-05_luis" / "products_FDA.txt").read_bytes(),
    ]
    found: dict[str, list[str | None]] = {"products/020723": [], "products/201994": []}
    hashes = []
    for data in history:
        hashes.append(contents(data))
        for raw in raws(data):
            decoded = FDA.decode(raw)
            key = FDA.identify(raw, decoded).key
            if key in found:
                document = FDA.read(raw, decoded).document
                assert isinstance(document, Application) and document.products
                found[key].append(document.products[0].reference_standard)
    assert found == {"products/020723": ["Yes", "Yes", "No"], "products/201994": ["No", "No", "Yes"]}
    for old, new in itertools.pairwise(hashes):
        assert sum(old[key] == new.get(key) for key in old) / len(old) > 0.6

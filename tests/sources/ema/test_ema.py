"""The EMA's medicines: three layouts of one table give one record, and only facts make a change of content."""

import datetime
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Medicine, Raw, Reading
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.ema import EMAMedicinesReport, EMAMedicinesTable
from theriac.terms import EntityKind, NameKind

HERE = Path(__file__).parent
TABLE, REPORT = EMAMedicinesTable(), EMAMedicinesReport()


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime.datetime:
    """A date cell: a workbook knows no time zones."""
    return datetime.datetime(year, month, day, hour, minute)  # noqa: DTZ001


OLD_HEADINGS = [
    *("Category", "Medicine name", "Therapeutic area", "International non-proprietary name (INN) / common name", "Active substance"),
    *("Product number", "Patient safety", "Authorisation status", "ATC code", "Additional monitoring", "Generic", "Biosimilar"),
    *("Conditional approval", "Exceptional circumstances", "Accelerated assessment", "Orphan medicine", "Marketing authorisation date"),
    *("Date of refusal of marketing authorisation", "Marketing authorisation holder/company name", "Human pharmacotherapeutic group"),
    *("Vet pharmacotherapeutic group", "Date of opinion", "Decision date", "Revision number", "Condition / indication", "Species"),
    *("ATCvet code", "First published", "Revision date", "URL"),
]
OLD_ROW: dict[str, Any] = {
    "Category": "Human",
    "Medicine name": "Exemplix (previously Sampelix)",
    "Therapeutic area": "Made-up Keratosis;  Made-up Warts",
    "International non-proprietary name (INN) / common name": "exemplamod",
    "Active substance": "exemplamod citrate",
    "Product number": "EMEA/H/C/009001            ",
    "Patient safety": "no",
    "Authorisation status": "Authorised",
    "ATC code": "X00XX00",
    "Generic": "no",
    "Biosimilar": "no",
    "Orphan medicine": "yes",
    "Marketing authorisation date": moment(2020, 4, 3, 1, 0),
    "Marketing authorisation holder/company name": "Sample Works Europe B.V.",
    "Human pharmacotherapeutic group": "Made-up agents",
    "Date of opinion": moment(2020, 1, 30, 1, 0),
    "Decision date": moment(2024, 6, 27),
    "Revision number": 8,
    "Condition / indication": "Exemplix is indicated for:made-up warts in adults.",
    "First published": moment(2020, 5, 27, 14, 14),
    "Revision date": moment(2024, 1, 2, 3, 4),
    "URL": "https://www.example.org/exemplix-old",
}
NEW_HEADINGS = {
    "category": "Category",
    "name_of_medicine": "Name of medicine",
    "ema_product_number": "EMA product number",
    "medicine_status": "Medicine status",
    "opinion_status": "Opinion status",
    "latest_procedure_affecting_product_information": "Latest procedure affecting product information",
    "international_non_proprietary_name_common_name": "International non-proprietary name (INN) / common name",
    "active_substance": "Active substance",
    "therapeutic_area_mesh": "Therapeutic area (MeSH)",
    "species": "Species\n(veterinary)",
    "atc_code_human": "ATC code (human)",
    "pharmacotherapeutic_group_human": "Pharmacotherapeutic group\n(human)",
    "therapeutic_indication": "Therapeutic indication",
    "generic": "Generic or hybrid",
    "biosimilar": "Biosimilar",
    "orphan_medicine": "Orphan medicine",
    "prime_priority_medicine": "PRIME: priority medicine",
    "marketing_authorisation_developer_applicant_holder": "Marketing authorisation developer / applicant / holder",
    "european_commission_decision_date": "European Commission decision date",
    "opinion_adopted_date": "Opinion adopted date",
    "withdrawal_of_application_date": "Withdrawal of application date",
    "marketing_authorisation_date": "Marketing authorisation date",
    "revision_number": "Revision number",
    "first_published_date": "First published date",
    "last_updated_date": "Last updated date",
    "medicine_url": "Medicine URL",
}


def workbook(headings: Sequence[str], rows: Sequence[dict[str, Any]], made: str, phantoms: int = 0) -> bytes:
    """A workbook as the agency makes them: eight rows of preamble, headings in the ninth, columns that hold nothing behind."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Content type:", "Medicine", "Output generated at:", made])
    for _ in range(7):
        sheet.append([None])
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    if phantoms:
        sheet.cell(row=9, column=len(headings) + phantoms).value = ""
    sheet.append([None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / "report.json").read_text())["data"]
    return found


def old_table(**changes: Any) -> bytes:
    return workbook(OLD_HEADINGS, [OLD_ROW | changes], "Tue, 05/12/2023 - 01:46")


def new_table() -> bytes:
    rows = [
        {NEW_HEADINGS[key]: ";".join(value) if isinstance(value, list) else value or None for key, value in record.items()} for record in records()
    ]
    return workbook(list(NEW_HEADINGS.values()), rows, "22/08/2024 - 15:06", phantoms=900)


def raws(form: Format, data: bytes) -> list[Raw]:
    file = OpenFile(Head("download", data[:HEAD_BYTES]), io.BytesIO(data))
    assert form.recognises(file.head)
    return list(form.cut(file))


def first(form: Format, data: bytes) -> tuple[Identity, Medicine, Reading]:
    raw = raws(form, data)[0]
    decoded = form.decode(raw)
    reading = form.read(raw, decoded)
    assert isinstance(reading.document, Medicine)
    return form.identify(raw, decoded), reading.document, reading


def report() -> bytes:
    return (HERE / "report.json").read_bytes()


def test_the_same_facts_in_three_layouts_are_one_content() -> None:
    old, new, json_report = (first(form, data)[0] for form, data in ((TABLE, old_table()), (TABLE, new_table()), (REPORT, report())))
    assert old.key == new.key == json_report.key == "EMEA/H/C/009001"
    assert old.content == new.content == json_report.content
    assert (old.seen, new.seen, json_report.seen) == ("2023-12-05", "2024-08-22", "2025-06-02")


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("Authorisation status", "Withdrawn"),
        ("Condition / indication", "Exemplix is indicated for: made-up warts in children."),
        ("Orphan medicine", "no"),
        ("Marketing authorisation holder/company name", "Other Works"),
        ("Decision date", moment(2024, 6, 28)),
        ("Therapeutic area", "Made-up Warts"),
    ],
)
def test_a_fact_that_changed_is_content(heading: str, value: object) -> None:
    assert first(TABLE, old_table(**{heading: value}))[0].content != first(TABLE, old_table())[0].content


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("URL", "https://www.example.org/elsewhere"),
        ("Revision date", moment(2025, 1, 1)),
        ("ATC code", "X00XX01"),
        ("Human pharmacotherapeutic group", "Other made-up agents"),
    ],
)
def test_what_only_one_layout_carries_is_annotation(heading: str, value: object) -> None:
    base, changed = first(TABLE, old_table())[0], first(TABLE, old_table(**{heading: value}))[0]
    assert base.content == changed.content
    if heading != "ATC code":
        assert base.version != changed.version


def test_the_one_word_for_an_ended_authorisation_is_no_change_when_it_becomes_exact() -> None:
    words = ["Withdrawn", "Lapsed", "Expired", "Revoked"]
    assert len({first(TABLE, old_table(**{"Authorisation status": word}))[0].content for word in words}) == 1
    assert first(TABLE, old_table(**{"Authorisation status": "Lapsed"}))[1].status == "Lapsed"


def test_what_a_row_says() -> None:
    _, medicine, reading = first(REPORT, report())
    assert (medicine.status, medicine.category, medicine.flags) == ("Authorised", "Human", ("orphan",))
    assert (medicine.authorised, medicine.opinion, medicine.revised) == ("2020-04-03", "2020-01-30", "2024-08-22")
    assert medicine.therapeutic_area == ("Made-up Warts", "Made-up Keratosis")
    assert medicine.indication == "Exemplix is indicated for:  made-up warts in adults."
    assert medicine.class_text is None
    assert [(m.role, m.text, m.others) for m in reading.mentions if m.kind is EntityKind.DRUG] == [
        ("product", "exemplamod", ("Exemplix", "Sampelix")),
        ("substance", "exemplamod", ()),
        ("substance", "exemplamod citrate", ()),
    ]
    assert first(TABLE, old_table())[1].class_text == "Made-up agents"


def test_names_salt_and_brands_are_claimed() -> None:
    inn, salt, brand = first(REPORT, report())[2].claims
    assert (inn.names[0].text, inn.names[0].kind) == ("exemplamod", NameKind.INN)
    assert (salt.names[0].text, salt.parents) == ("exemplamod citrate", ("exemplamod",))
    assert ([name.text for name in brand.names], brand.ingredients) == (["Exemplix", "Sampelix"], ("exemplamod",))


def test_veterinary_medicines_are_kept_as_such() -> None:
    raw = raws(REPORT, report())[1]
    medicine = REPORT.read(raw, REPORT.decode(raw)).document
    assert isinstance(medicine, Medicine)
    assert (medicine.category, medicine.inns, medicine.withdrawn) == ("Veterinary", ("alpha", "beta"), "2023-02-01")


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("sitagliptin, metformin", ("sitagliptin", "metformin")),
        ("abacavir (as sulfate) / lamivudine", ("abacavir (as sulfate)", "lamivudine")),
        ("cholera vaccine, oral, live", ("cholera vaccine, oral, live",)),
        ("papilloma vaccine [types 6, 11] (recombinant, adsorbed)", ("papilloma vaccine [types 6, 11] (recombinant, adsorbed)",)),
        ("dantrolene sodium, hemiheptahydrate", ("dantrolene sodium, hemiheptahydrate",)),
        ("aclidinium, formoterol fumarate dihydrate", ("aclidinium", "formoterol fumarate dihydrate")),
    ],
)
def test_names_in_one_cell(cell: str, names: tuple[str, ...]) -> None:
    heading = "International non-proprietary name (INN) / common name"
    assert first(TABLE, old_table(**{heading: cell}))[1].inns == names


def test_variants_under_one_number_are_no_combination() -> None:
    record = records()[0] | {"international_non_proprietary_name_common_name": "mRNA vaccine;alphameran;betameran and alphameran"}
    raw = Raw(payload=json.dumps(record).encode())
    reading = REPORT.read(raw, REPORT.decode(raw))
    assert not any(claim.ingredients for claim in reading.claims)
    assert not any(mention.role == "product" for mention in reading.mentions)


@pytest.mark.parametrize(("number", "key"), [("H/C/009001", "EMEA/H/C/009001"), ("H/C/009001/N/0049", "EMEA/H/C/009001"), ("R/0023", "R/0023")])
def test_a_product_number_is_made_whole_where_it_can_be(number: str, key: str) -> None:
    who, medicine, _ = first(TABLE, old_table(**{"Product number": number}))
    assert who.key == medicine.number == key
    assert ("usual form" in (medicine.note or "")) == (key == "R/0023")


def test_a_row_without_number_is_quarantined() -> None:
    raw = raws(TABLE, old_table(**{"Product number": None}))[0]
    with pytest.raises(BadRecord) as raised:
        TABLE.identify(raw, TABLE.decode(raw))
    assert raised.value.field == "product number"


def test_the_payload_is_the_row_as_the_sheet_holds_it() -> None:
    payload = json.loads(raws(TABLE, old_table())[0].payload)
    assert payload["Product number"] == OLD_ROW["Product number"]
    assert payload["Marketing authorisation date"] == "2020-04-03T01:00:00"
    assert raws(REPORT, report())[0].payload in report()
    assert len(raws(TABLE, new_table())) == 2


def test_other_workbooks_and_reports_are_told_apart() -> None:
    other = openpyxl.Workbook()
    assert other.active is not None
    other.active.append(["Name", "Amount"])
    out = io.BytesIO()
    other.save(out)
    assert not TABLE.recognises(Head("medicines_output.xlsx", out.getvalue()))
    assert not TABLE.recognises(Head("a.zip", b"PK\x03\x04 no workbook"))
    assert not REPORT.recognises(Head("a.json", b'[{"category": "Human", "name_of_medicine": "x"}]'))


def test_broken_files_are_named() -> None:
    wide = workbook([f"Column {n}" for n in range(30)], [], "-")
    for form, data in ((TABLE, wide), (TABLE, old_table()[:-500]), (REPORT, report()[:-50]), (REPORT, b'{"data": [], "a": {}}')):
        with pytest.raises(BadFile):
            list(form.cut(OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))))


def test_a_workbook_with_a_document_type_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(old_table())) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.namelist():
            data = source.read(member)
            target.writestr(member, b'<!DOCTYPE x [<!ENTITY a "b">]>' + data if member.endswith("sheet1.xml") else data)
    with pytest.raises(BadFile, match="document type"):
        list(TABLE.cut(OpenFile(Head("x", b""), io.BytesIO(out.getvalue()))))


def test_the_real_tables(corpus: Path) -> None:
    """Of 2,036 medicines in both, 1,027 are unchanged in content over eight months, and 733 more but for decision date and revision."""
    found = {}
    for name, seen in (("EPAR_table_4_everycure.xlsx", "2023-12-05"), ("medicines_output_medicines_en_yumi.xlsx", "2024-08-22")):
        rows = {}
        for raw in raws(TABLE, (corpus / "ema" / name).read_bytes()):
            decoded = TABLE.decode(raw)
            who = TABLE.identify(raw, decoded)
            assert who.seen == seen and TABLE.read(raw, decoded).title
            rows[who.key] = who.content
        found[seen] = rows
    old, new = found["2023-12-05"], found["2024-08-22"]
    both = old.keys() & new.keys()
    assert (len(old), len(new), len(both)) == (2041, 2433, 2036)
    assert sum(old[key] == new[key] for key in both) == 1027

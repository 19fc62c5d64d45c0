"""Sections: run-on text split with exact spans, real tables, SPL that keeps its meaning, ePI that stays what it says it is."""

import pytest

from theriac.errors import BadRecord
from theriac.labels.document import all_tables, leaves, own_text, sections_of, walk
from theriac.labels.sections import read_epi, read_label, read_openfda, read_spl

RUN_ON = (
    "2 DOSAGE AND ADMINISTRATION • Adults: 5 mg once daily. ( 2.1 ) • Do not exceed 10 mg. ( 2.2 ) "
    "2.1 Recommended Dosage in Adults The recommended dose is 5 mg once daily [see Use in Specific Populations (8.6)] . "
    "See Section 2.2 for limits. 2.2 Renal Impairment In patients on dialysis give 2.5 Tablets weekly. "
    "Table 1 Dose by weight Weight Dose Under 10 kg 1 mg 10 kg and over 2 mg"
)
TABLE = (
    '<table><caption>Table 1 Dose by weight</caption><thead><tr><th rowspan="2">Weight</th><th colspan="2">Dose</th></tr>'
    "<tr><th>Morning</th><th>Night<footnote>with water</footnote></th></tr></thead>"
    '<tbody><tr><td>Under 10 kg</td><td colspan="2">1 mg</td></tr>'
    '<tr><td rowspan="2">10 kg and over</td><td>2 mg</td><td>3 mg/m<sup>2</sup></td></tr>'
    "<tr><td>4 mg</td><td/></tr></tbody></table>"
)


def label(**fields: object) -> dict[str, object]:
    return {"set_id": "s", "version": "3", "openfda": {"product_type": ["HUMAN PRESCRIPTION DRUG"], "route": ["ORAL"]}, **fields}


def test_run_on_text_is_split_at_its_numbers_and_every_span_is_exact() -> None:
    document = read_openfda(label(dosage_and_administration=[RUN_ON], dosage_and_administration_table=[TABLE]), "results[0].")
    (section,) = sections_of(document, "dosage")
    assert [(c.number, c.title, c.highlights) for c in section.children] == [
        ("", "", True), ("2.1", "Recommended Dosage in Adults", False), ("2.2", "Renal Impairment", False),
    ]  # fmt: skip
    assert section.title == "DOSAGE AND ADMINISTRATION" and section.text == RUN_ON
    assert all(section.text[c.span[0] : c.span[1]] == c.text for c in walk((section,)))
    assert section.path == "results[0].dosage_and_administration[0]"
    assert own_text(section) + "".join(c.text for c in section.children) == RUN_ON
    assert "".join(leaf.text for leaf in leaves(section)).replace(" ", "") == RUN_ON.replace(" ", "")


def test_a_table_stands_in_the_subsection_that_holds_its_words_with_spans_expanded() -> None:
    document = read_openfda(label(dosage_and_administration=[RUN_ON], dosage_and_administration_table=[TABLE]))
    (section,) = document.sections
    assert [len(c.tables) for c in section.children] == [0, 0, 1]
    (table,) = all_tables(section)
    assert table.header == (("Weight", "Dose", "Dose"), ("Weight", "Morning", "Night"))
    assert table.rows == (("Under 10 kg", "1 mg", "1 mg"), ("10 kg and over", "2 mg", "3 mg/m2"), ("10 kg and over", "4 mg", ""))
    assert table.footnotes == ("with water",)
    assert table.path == "dosage_and_administration_table[0]"


def test_decimals_and_references_do_not_start_subsections() -> None:
    text = "2 DOSAGE AND ADMINISTRATION Give 2.1 Tablets? No: see 2.1 Dosing and Table 2.1 Doses. 2.1 Dosing Give one."
    (section,) = read_openfda(label(dosage_and_administration=[text])).sections
    assert [c.number for c in section.children] == ["2.1"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"openfda": {"product_type": ["HUMAN OTC DRUG"]}}, "OTC label"),
        ({"document_type": "Theriac summary, not label text"}, "Theriac summary, not label text"),
        ({"openfda": {}}, "label (type not stated)"),
    ],
)
def test_the_document_type_is_what_the_document_says(fields: dict[str, object], expected: str) -> None:
    assert read_openfda({**label(), **fields}).document_type == expected


SPL = """<document xmlns="urn:hl7-org:v3"><id root="i"/><code code="34391-3" displayName="HUMAN PRESCRIPTION DRUG LABEL"/>
<setId root="set-1"/><versionNumber value="7"/><effectiveTime value="20240102"/><component><structuredBody>
<component><section><code code="34068-7"/><title>2 DOSAGE</title><text><paragraph>General.</paragraph></text>
<component><section><code code="42229-5"/><title>2.1 How</title><text>{body}</text></section></component></section></component>
</structuredBody></component></document>"""


def spl_text(body: str) -> str:
    (section,) = read_spl(SPL.format(body=body).encode()).sections
    return section.children[0].text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # A fraction drawn with an underline: losing the bar would multiply where the label divides.
        (
            '<paragraph>Volume = <content styleCode="underline">Dose (mg)</content><br/>100 (mg/mL)</paragraph>',
            "Volume = Dose (mg) / 100 (mg/mL)",
        ),
        ("<paragraph>give 1 <sup>1</sup>⁄<sub>2</sub> tablets</paragraph>", "give 1 1⁄2 tablets"),
        ("<paragraph>give 5<sup>1</sup>/<sub>2</sub> tablets</paragraph>", "give 5 1/2 tablets"),
        ("<paragraph>below 1 x 10<sup>9</sup>/L</paragraph>", "below 1 x 10^9/L"),
        ("<paragraph>75 mg/m<sup>2</sup> daily</paragraph>", "75 mg/m2 daily"),
        ("<paragraph>take 10<footnote>2 in the elderly</footnote> mg</paragraph>", "take 10 mg"),
        ("<list><item>one<list><item>inner</item></list></item><item>two</item></list>", "• one\n• inner\n• two"),
        ("<paragraph>first\nline</paragraph><paragraph>second</paragraph>", "first line\nsecond"),
    ],
)
def test_spl_narrative_keeps_its_meaning(body: str, expected: str) -> None:
    assert spl_text(body).removeprefix("2.1 How\n") == expected


def test_underlined_words_above_a_line_break_are_no_fraction() -> None:
    body = '<paragraph><content styleCode="underline">Important.</content><br/>Take with food.</paragraph>'
    assert "/" not in spl_text(body)


def test_spl_names_its_sections_by_code_and_inherits_the_parents_kind() -> None:
    document = read_spl(SPL.format(body="<paragraph>Take one.</paragraph>").encode())
    assert (document.set_id, document.version, document.document_type) == ("set-1", "7", "prescription label")
    (section,) = document.sections
    assert (section.key, section.number, section.children[0].key, section.children[0].number) == ("dosage", "2", "dosage", "2.1")
    child = section.children[0]
    assert section.text[child.span[0] : child.span[1]] == child.text


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + SPL.format(body="<paragraph>x&b;y</paragraph>")
    text = read_spl(bomb.encode()).sections[0].text
    assert "aaaa" not in text


EPI = {
    "document_type": "package leaflet (Annex IIIB), not the SmPC", "brand_name": "Examplum", "eu_number": "EU/1/00/000",
    "sections": [
        {"title": "1. What examplum is", "html": "<p>Examplum 5% cream is used for the treatment of tinea.</p>"},
        {"title": "3. How to use examplum", "html": "<ol><li><p>Wash hands.</p></li><li>Apply\nonce a day.</li></ol>"},
    ],
}  # fmt: skip


def test_a_leaflet_is_never_called_an_smpc() -> None:
    document = read_epi(EPI)
    assert document.document_type == "EU package leaflet" and document.jurisdiction == "EU"
    assert [(s.key, s.number) for s in document.sections] == [("indications", "1"), ("dosage", "3")]
    assert document.sections[1].text == "• Wash hands.\n• Apply once a day."
    assert document.products[0].strength == "5%"


def test_smpc_sections_are_known_by_number() -> None:
    smpc = {
        "resourceType": "Composition", "title": "Summary of product characteristics",
        "section": [{"title": "4. Clinical particulars", "section": [{"title": "4.2 Posology", "text": {"div": "<div><p>One daily.</p></div>"}}]}],
    }  # fmt: skip
    document = read_epi(smpc)
    assert document.document_type == "EU SmPC"
    assert sections_of(document, "dosage")[0].text == "One daily."


@pytest.mark.parametrize("data", [b"", b"hello", b"[]", b'{"a": 1}', b'{"results": []}', b"<document", b"<html/>"])
def test_what_holds_no_label_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(BadRecord, match=r"\w"):
        read_label(data)

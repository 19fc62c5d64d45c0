"""Cautions, and the three names of absence."""

from labels_made_here import leaflet, openfda_label, stands_in

from theriac.labels import read_statements
from theriac.labels.cautions import absences, contraindications_absent, read_cautions
from theriac.labels.passages import passages
from theriac.labels.sections import read_epi


def test_boxed_warning_contraindication_and_titled_warnings() -> None:
    found = read_cautions(openfda_label())
    box = next(c for c in found if c.kind == "boxed_warning")
    assert box.title == "LIVER INJURY"
    assert "monitor" in box.actions
    contra = next(c for c in found if c.kind == "contraindication")
    assert contra.conditions == ("severe hepatic impairment",)
    assert contra.populations == ("hepatic",)
    titles = {c.title: c.actions for c in found if c.kind == "warning"}
    assert set(titles) == {"Liver Injury", "Infections"}
    assert {"monitor", "discontinue"} <= set(titles["Liver Injury"])
    assert "interrupt" in titles["Infections"]


def test_populations_of_their_own_section_and_named_in_passing() -> None:
    named = {population for c in read_cautions(openfda_label()) if c.kind == "population" for population in c.populations}
    assert {"pregnancy", "lactation", "paediatric", "immunosuppressed"} <= named


def test_quotes_and_advice_are_exact() -> None:
    for document in (openfda_label(), leaflet()):
        for caution in read_cautions(document):
            assert stands_in(document, caution.quote)
            assert all(stands_in(document, sentence) for sentence in caution.advice)


def test_none_absent_and_unread_are_three_things() -> None:
    assert contraindications_absent(openfda_label()) is None
    none = contraindications_absent(openfda_label(contraindications=["4 CONTRAINDICATIONS None."]))
    assert none is not None
    assert (none.kind, none.quote) == ("states_none", "None.")
    gone = contraindications_absent(openfda_label(contraindications=None))
    assert gone is not None
    assert gone.kind == "section_absent"
    unread = contraindications_absent(openfda_label(contraindications=["4 CONTRAINDICATIONS"]))
    assert unread is not None
    assert unread.kind == "not_read"
    assert not [c for c in read_cautions(openfda_label(contraindications=["4 CONTRAINDICATIONS None."])) if c.kind == "contraindication"]


def test_a_leaflets_headings_say_what_kind_of_caution_follows() -> None:
    found = read_cautions(leaflet())
    contra = [c for c in found if c.kind == "contraindication"]
    assert [c.populations for c in contra] == [("hypersensitivity",)]
    assert contra[0].conditions == ("allergic to zorvexib or any of the other ingredients of this medicine",)
    by_population = {population: c for c in found for population in c.populations}
    assert by_population["autoimmune"].kind == "warning"
    assert {"immunosuppressed", "transplant", "barrier_contraceptives", "pregnancy", "lactation", "paediatric"} <= set(by_population)
    assert contraindications_absent(leaflet()) is None
    assert "pregnancy" not in {a.what for a in absences(leaflet())}


def test_an_smpc_keeps_pregnancy_and_lactation_apart() -> None:
    smpc = read_epi({
        "jurisdiction": "EU",
        "document_type": "Summary of Product Characteristics",
        "brand_name": "Zorvex",
        "sections": [
            {"title": "4.3 Contraindications", "html": "<p>Hypersensitivity to the active substance or to any of the excipients.</p>"},
            {
                "title": "4.6 Fertility, pregnancy and lactation",
                "html": "<p>Caution should be exercised when prescribing to pregnant women.</p>"
                "<p>It is unknown whether it passes into human milk.</p>",
            },
        ],
    })  # fmt: skip
    found = read_cautions(smpc)
    assert [c.populations for c in found if c.kind == "contraindication"] == [("hypersensitivity",)]
    assert {c.populations: c.quote for c in found if c.kind == "population"} == {
        ("pregnancy",): "Caution should be exercised when prescribing to pregnant women.",
        ("lactation",): "It is unknown whether it passes into human milk.",
    }
    assert smpc.document_type == "EU SmPC"


def test_passages_keep_wrapped_lines_and_end_behind_brackets() -> None:
    text = (
        "• if you are allergic to anything in this medicine (listed in section\n6).\nWarnings and"
        " precautions\nTalk to your doctor (see 4.2) first. Then stop, e.g. at once. Next"
    )
    assert [p.text for p in passages(text)] == [
        "if you are allergic to anything in this medicine (listed in section\n6).",
        "Warnings and precautions",
        "Talk to your doctor (see 4.2) first.",
        "Then stop, e.g. at once.",
        "Next",
    ]


def test_statements_name_what_is_absent_and_why() -> None:
    def told(**changes: object) -> dict[str, tuple[str, str | None]]:
        return {a.what: (a.kind, a.quote) for a in read_statements(openfda_label(**changes)).absences}

    assert not {"contraindications", "boxed_warning", "interactions", "adverse_reactions"} & set(told())
    assert told(contraindications=["4 CONTRAINDICATIONS None."])["contraindications"] == ("states_none", "None.")
    gone = told(boxed_warning=None, contraindications=None, drug_interactions=None)
    assert {gone[what] for what in ("boxed_warning", "contraindications", "interactions")} == {("section_absent", None)}
    unread = told(drug_interactions=["7 DRUG INTERACTIONS No formal studies have been conducted."])
    assert unread["interactions"] == ("not_read", "No formal studies have been conducted.")

"""Two versions of a label, and a situation held against labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labels_made_here import leaflet, openfda_label, openfda_result, stands_in

from theriac.labels.check import check
from theriac.labels.differences import label_differences
from theriac.terms import EventKind


def kinds(**changes: object) -> set[tuple[str | None, str]]:
    return {(d.kind, d.change) for d in label_differences(openfda_label(), openfda_label(**changes))}


def test_equal_texts_differ_in_nothing() -> None:
    assert label_differences(openfda_label(), openfda_label()) == ()
    assert label_differences(leaflet(), leaflet()) == ()


@given(st.sampled_from(["  ", "\u00a0", " \u00ad", "\n"]))
def test_white_space_and_typography_are_no_change(blank: str) -> None:
    warnings = openfda_result()["warnings_and_cautions"][0].replace(". ", "." + blank).replace("Zorvex", "Zorvex®")
    assert label_differences(openfda_label(), openfda_label(warnings_and_cautions=[warnings])) == ()


def test_renumbering_and_references_are_no_change() -> None:
    text = openfda_result()["pregnancy"][0].replace("fetal harm.", "fetal harm [see Warnings and Precautions (5.1)].")
    assert label_differences(openfda_label(), openfda_label(pregnancy=[text])) == ()


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"boxed_warning": None}, (EventKind.LABEL_BOXED_WARNING_REMOVED, "removed")),
        (
            {"boxed_warning": ["WARNING: LIVER INJURY Zorvex can cause severe hepatotoxicity, sometimes fatal. Monitor liver tests weekly."]},
            (EventKind.LABEL_BOXED_WARNING_CHANGED, "changed"),
        ),
        (
            {"dosage_and_administration": ["2 DOSAGE AND ADMINISTRATION The recommended dose is 40 mg once daily."]},
            (EventKind.LABEL_DOSING_CHANGED, "changed"),
        ),
        ({"contraindications": ["4 CONTRAINDICATIONS None."]}, (EventKind.LABEL_CONTRAINDICATION_CHANGED, "removed")),
        (
            {
                "indications_and_usage": [
                    "1 INDICATIONS AND USAGE Zorvex is indicated for the treatment of plaque psoriasis in adults. Zorvex is"
                    " indicated for the treatment of atopic dermatitis in adults."
                ]
            },
            (EventKind.LABEL_INDICATION_ADDED, "added"),
        ),
    ],
)
def test_each_family_of_change_has_its_event(changes: dict[str, object], wanted: tuple[EventKind, str]) -> None:
    assert wanted in kinds(**changes)


def test_a_changed_dose_shows_both_quotes() -> None:
    new = openfda_label(dosage_and_administration=["2 DOSAGE AND ADMINISTRATION The recommended dose is 40 mg once daily."])
    (difference,) = [d for d in label_differences(openfda_label(), new) if d.section == "dosage"]
    assert difference.old is not None
    assert difference.new is not None
    assert "20 mg" in difference.old
    assert "40 mg" in difference.new
    assert stands_in(openfda_label(), difference.old)
    assert stands_in(new, difference.new)


def test_a_new_box_is_one_difference() -> None:
    found = label_differences(openfda_label(boxed_warning=None), openfda_label())
    assert [(d.kind, d.change) for d in found] == [(EventKind.LABEL_BOXED_WARNING_ADDED, "added")]


def test_the_check_gives_statements_with_quote_and_label() -> None:
    answer = check(
        [openfda_label(), leaflet()],
        with_drugs=["ketoconazole"],
        conditions=["autoimmune disease"],
        pregnant=True,
        lactating=True,
        immunosuppressed=True,
        age=9,
    )
    asked = {s.asked for s in answer.statements}
    assert asked == {"with ketoconazole", "condition autoimmune disease", "pregnant", "lactating", "immunosuppressed", "age 9"}
    named = next(s for s in answer.statements if s.asked == "with ketoconazole")
    assert named.matched == "Strong CYP3A4 inhibitors (e.g. ketoconazole)"
    assert named.label == "Zorvex (prescription label, US, version 3, 20240115)"
    assert {s.document_type for s in answer.statements if s.asked == "condition autoimmune disease"} == {"EU package leaflet"}
    assert len(answer.looked_at) == 2


def test_nothing_found_is_said_of_the_loaded_labels_only() -> None:
    answer = check([openfda_label()], with_drugs=["prednisone"])
    assert answer.statements == ()
    assert answer.not_found == ("with prednisone",)
    assert answer.notice.startswith("No statement in 1 loaded label (20240115) for: with prednisone; classes not expanded: Strong CYP3A4 inhibitors")
    assert answer.notice.endswith("Not evidence of safety.")


def test_a_class_covers_a_drug_only_through_class_data() -> None:
    assert check([openfda_label()], with_drugs=["clarithromycin"]).statements == ()
    answer = check([openfda_label()], with_drugs=["clarithromycin"], classes={"strong CYP3A4 inhibitors": ["Clarithromycin"]})
    assert {s.matched for s in answer.statements} == {"Strong CYP3A4 inhibitors (class data)"}
    assert "Strong CYP3A4 inhibitors" not in answer.classes_not_expanded


def test_ages_between_child_and_elder_ask_nothing_of_populations() -> None:
    assert check([openfda_label()], age=40).statements == ()
    assert {s.matched for s in check([openfda_label()], age=3).statements} == {"paediatric"}

"""Events of labels: each kind by one pair, and everything that must stay silent."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theriac.flow.events import Step, bound
from theriac.labels.changed_text import changed_passages, core, key_of
from theriac.labels.document import LabelDocument
from theriac.labels.events import LAYOUT, LabelChange, label_events
from theriac.labels.openfda import read_openfda
from theriac.terms import EventKind as K

RESULT = {
    "id": "d1", "set_id": "s", "version": "1", "effective_time": "20200102",
    "boxed_warning": ["WARNING: BURNS Wartol cream may burn the skin [see Warnings and Precautions (5.1)]. Stop when it blisters."],
    "indications_and_usage": ["1 INDICATIONS AND USAGE Wartol cream is indicated for the treatment of external genital warts in adults."],
    "dosage_and_administration": ["2 DOSAGE AND ADMINISTRATION 2.1 Warts Apply 3 times per week until clear (2.1). Use for up to 16 weeks."],
    "contraindications": ["4 CONTRAINDICATIONS None."],
    "warnings_and_cautions": ["5 WARNINGS AND PRECAUTIONS 5.1 Burns Burns occurred in 4% of patients. See Table 2."],
    "adverse_reactions": ["6 ADVERSE REACTIONS Itching was reported in ≥ 10% of patients."],
    "drug_interactions": ["7 DRUG INTERACTIONS None were studied."],
    "use_in_specific_populations": ["8 USE IN SPECIFIC POPULATIONS 8.1 Pregnancy There are no data in pregnant women."],
    "how_supplied": ["16 HOW SUPPLIED Box of 12 packets."],
}  # fmt: skip
OLD = read_openfda(RESULT)


def changed(**sections: object) -> LabelDocument:
    return read_openfda(RESULT | {"id": "d2", "version": "2", "effective_time": "20210304"} | sections)


def news(new: LabelDocument) -> list[LabelChange]:
    """The events beside that of the new version."""
    version, *rest = label_events(OLD, new)
    assert version.kind is K.LABEL_NEW_VERSION
    return [one for one in rest if one.slot != LAYOUT]


@pytest.mark.parametrize(
    ("field", "old", "new", "kind"),
    [
        ("boxed_warning", "may burn", "may severely burn", K.LABEL_BOXED_WARNING_CHANGED),
        ("indications_and_usage", "in adults", "in patients 12 years and older", K.LABEL_INDICATION_CHANGED),
        ("dosage_and_administration", "16 weeks", "8 weeks", K.LABEL_DOSING_CHANGED),
        ("contraindications", "None.", "Open wounds.", K.LABEL_CONTRAINDICATION_CHANGED),
        ("warnings_and_cautions", "in 4%", "in 7%", K.LABEL_WARNING_CHANGED),
        ("adverse_reactions", "≥ 10%", "≥ 20%", K.LABEL_ADVERSE_REACTIONS_CHANGED),
        ("drug_interactions", "None were", "Warfarin was", K.LABEL_INTERACTION_CHANGED),
        ("use_in_specific_populations", "no data", "few data", K.LABEL_POPULATION_CHANGED),
    ],
)
def test_a_changed_sentence_is_one_event_of_its_section(field: str, old: str, new: str, kind: K) -> None:
    text = str(RESULT[field][0]).replace(old, new)
    (event,) = news(changed(**{field: [text]}))
    assert event.kind is kind
    assert (event.old or "") in RESULT[field][0] and event.new is not None and event.new in text
    assert event.quote_old is not None and event.quote_old in RESULT[field][0] and old in event.quote_old
    assert event.quote_new is not None and event.quote_new in text and new in event.quote_new
    assert event.happened == "2021-03-04"


def test_a_box_comes_and_goes() -> None:
    without = read_openfda({key: value for key, value in RESULT.items() if key != "boxed_warning"})
    (added,) = label_events(without, OLD)
    assert (added.kind, added.quote_new) == (K.LABEL_BOXED_WARNING_ADDED, RESULT["boxed_warning"][0])
    (removed,) = label_events(OLD, without)
    assert (removed.kind, removed.quote_old) == (K.LABEL_BOXED_WARNING_REMOVED, RESULT["boxed_warning"][0])


def test_a_new_disease_is_an_added_indication_and_its_loss_a_removed_one() -> None:
    more = f"{RESULT['indications_and_usage'][0]} Wartol cream is indicated for the treatment of actinic keratosis on the face."
    (event,) = news(changed(indications_and_usage=[more]))
    assert event.kind is K.LABEL_INDICATION_ADDED
    assert event.new is not None and "actinic keratosis" in event.new
    assert event.quote_new is not None and event.quote_new in more
    back = label_events(changed(indications_and_usage=[more]), OLD)
    assert [change.kind for change in back if change.kind is not K.LABEL_NEW_VERSION] == [K.LABEL_INDICATION_REMOVED]


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"how_supplied": ["16 HOW SUPPLIED Box of 24 packets."]},
        {"openfda": {"brand_name": ["WARTEX"]}},
        {
            "boxed_warning": [
                "WARNING: BURNS  Wartol\u00ad cream may burn the\u200b skin [ see Warnings and Precautions ( 5.2 ) ] . Stop when it blisters."
            ]
        },
        {"boxed_warning": ["Warning: Burns Stop when it blisters. Wartol cream may burn the skin."]},
        {"dosage_and_administration": ["2 DOSAGE AND ADMINISTRATION2.2 Warts Apply 3 times per week until clear ( 2.3 ). • Use for up to 16 weeks"]},
        {"warnings_and_cautions": ["5 WARNINGS AND PRECAUTIONS 5.3 Burns Burns occurred in 4% of patients. See Table 7."]},
        {"adverse_reactions": ["6 ADVERSE REACTIONS Itching was reported in >= 10% of patients."]},
    ],
)
def test_what_only_the_setting_changed_is_a_new_version_and_nothing_else(sections: dict[str, object]) -> None:
    assert news(changed(**sections)) == []


def test_the_annotation_alone_is_nothing() -> None:
    assert label_events(OLD, read_openfda(RESULT | {"openfda": {"rxcui": ["1"]}})) == ()


def test_a_new_document_id_alone_is_a_new_version() -> None:
    (event,) = label_events(OLD, read_openfda(RESULT | {"id": "d9"}))
    assert (event.kind, event.old, event.new) == (K.LABEL_NEW_VERSION, "d1", "d9")


def test_the_first_version_is_a_new_label() -> None:
    (event,) = label_events(None, OLD)
    assert (event.kind, event.happened) == (K.LABEL_NEW_LABEL, "2020-01-02")


def test_a_paragraph_that_old_labels_repeat_is_told_once() -> None:
    old = msgspec.structs.replace(
        OLD, sections=read_openfda({"precautions": ["Be careful. Do not use in pregnancy."], "pregnancy": ["Do not use in pregnancy."]}).sections
    )
    new = msgspec.structs.replace(
        OLD, sections=read_openfda({"precautions": ["Be careful. Avoid in pregnancy."], "pregnancy": ["Avoid in pregnancy."]}).sections
    )
    assert [change.kind for change in label_events(old, new)] == [K.LABEL_POPULATION_CHANGED]


def test_changes_are_bound_to_their_step_as_other_events_are() -> None:
    step = Step(record="openfda_label:s", from_hash="a", to_hash="b", from_version="1", to_version="2", seen="2021-03-08")
    events = bound(step, label_events(OLD, changed(contraindications=["4 CONTRAINDICATIONS Wounds."])))
    assert [event.kind.value for event in events] == ["label.new_version", "label.contraindication_changed"]
    shown = events[1].shown()
    assert (shown["from_version"], shown["to_version"], shown["happened"], shown["seen"]) == ("1", "2", "2021-03-04", "2021-03-08")
    assert list(shown)[:5] == ["id", "kind", "record", "drugs", "conditions"]


sentences = st.sampled_from(
    [
        "Apply twice daily.",
        "Apply thrice daily.",
        "Avoid the eyes (5.1).",
        "Age ≥ 12 years.",
        "• Stop at 10 mg",
        "2.1 Adults",
        "See Table 3.",
        "Burns; itching:",
        "1",
    ]
)
bodies = st.lists(sentences, max_size=7).map(" ".join)


@given(bodies)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert changed_passages([text], [text.replace(" ", "\n")]) == ()


@given(st.lists(bodies, min_size=1, max_size=3), st.lists(bodies, min_size=1, max_size=3))
def test_changed_passages_stand_in_their_texts(old: list[str], new: list[str]) -> None:
    for passage in changed_passages(old, new):
        assert passage.old or passage.new
        assert any(passage.old in text for text in old) and any(passage.new in text for text in new)
        one, other = core(passage.old, passage.new)
        assert (one or "") in passage.old and (other or "") in passage.new


@given(bodies, st.sampled_from(["Never on open wounds.", "Age ≥ 18 years.", "Dose 5.5 mg."]), st.booleans())
def test_a_sentence_of_its_own_is_always_found(text: str, sentence: str, place: bool) -> None:
    new = f"{text} {sentence}" if place else f"{sentence} {text}"
    assert any(key_of(sentence) in "".join(passage.keys_new) for passage in changed_passages([text], [new]))


def test_spacing_of_a_boxed_warning_or_an_indication_is_told_as_layout_with_the_words_around_it() -> None:
    text = str(RESULT["indications_and_usage"][0]).replace(" in adults", "in adults")
    (event,) = [one for one in label_events(OLD, changed(indications_and_usage=[text])) if one.slot == LAYOUT]
    assert event.kind is K.LABEL_INDICATION_CHANGED
    assert event.quote_old in RESULT["indications_and_usage"][0] and event.quote_new in text and event.quote_old != event.quote_new
    runs_of_blanks = str(RESULT["indications_and_usage"][0]).replace(" ", "  ")
    assert not [one for one in label_events(OLD, changed(indications_and_usage=[runs_of_blanks])) if one.slot == LAYOUT]
    dosing = str(RESULT["dosage_and_administration"][0]).replace(" weeks", "weeks")
    assert not [one for one in label_events(OLD, changed(dosage_and_administration=[dosing])) if one.slot == LAYOUT]

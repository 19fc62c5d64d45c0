"""Interactions with partner, effect, direction and advice; mechanism with the label's own certainty."""

import pytest
from labels_made_here import leaflet, openfda_label, stands_in

from theriac.labels.interaction_partners import partners_in
from theriac.labels.interactions import interactions_absent, read_interactions
from theriac.labels.mechanism import certainty_of, read_mechanism


def test_partner_effect_direction_and_advice() -> None:
    found = {i.name: i for i in reversed(read_interactions(openfda_label()))}
    strong = found["Strong CYP3A4 inhibitors"]
    assert (strong.kind, strong.examples, strong.effect, strong.direction) == ("class", ("ketoconazole", "ritonavir"), "increase", "on_product")
    assert "avoid" in strong.actions
    assert strong.mechanism == ("CYP3A4",)
    assert (found["Rifampin"].effect, found["Rifampin"].direction) == ("decrease", "on_product")
    assert "increase_dose" in found["Rifampin"].actions
    assert (found["digoxin"].effect, found["digoxin"].direction) == ("increase", "on_other")
    assert "monitor" in found["digoxin"].actions


def test_the_products_own_name_is_no_partner() -> None:
    assert not {i.name.lower() for i in read_interactions(openfda_label())} & {"zorvex", "zorvexib"}


def test_interaction_quotes_are_exact_and_absence_is_named() -> None:
    for document in (openfda_label(), leaflet()):
        assert all(stands_in(document, i.quote) for i in read_interactions(document))
    gone = interactions_absent(openfda_label(drug_interactions=None))
    assert gone is not None
    assert gone.kind == "section_absent"
    assert interactions_absent(openfda_label()) is None


def test_a_leaflet_that_knows_of_none_says_none() -> None:
    assert [i.effect for i in read_interactions(leaflet())] == ["none"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Avoid grapefruit juice and antacids.", ["antacids", "grapefruit juice"]),
        ("Use with oral anticoagulants (e.g., warfarin) needs care.", ["oral anticoagulants"]),
        ("Coadministration with cimetidine is safe.", ["cimetidine"]),
        ("moderate or strong CYP2C9 inducers", ["moderate or strong CYP2C9 inducers"]),
        ("There is no other information.", []),
    ],
)
def test_partners_are_named_in_the_labels_words(text: str, names: list[str]) -> None:
    assert [p.name for p in partners_in(text, frozenset())] == names


@pytest.mark.parametrize(
    ("sentence", "certainty"),
    [
        ("The mechanism of action in treating warts is unknown.", "unknown"),
        ("The precise mode of action is not fully understood.", "unknown"),
        ("It works by an unknown mechanism.", "unknown"),
        ("The drug is thought to act by blocking receptors.", "thought"),
        ("The drug may act on the immune system.", "thought"),
        ("The drug inhibits the kinase.", "stated"),
        ("Psoriasis is a disease of the skin.", None),
    ],
)
def test_certainty_is_the_labels_own(sentence: str, certainty: str | None) -> None:
    assert certainty_of(sentence) == certainty


def test_a_label_that_calls_it_unknown_stays_unknown() -> None:
    mechanism = read_mechanism(openfda_label())
    assert mechanism.certainty == "unknown"
    assert [s.certainty for s in mechanism.statements] == ["unknown", "stated"]
    assert mechanism.statements[0].indication == "plaque psoriasis"
    gone = read_mechanism(openfda_label(mechanism_of_action=None))
    assert gone.absence is not None
    assert gone.absence.kind == "section_absent"

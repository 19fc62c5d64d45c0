"""Reactions of whole labels: tables by arm, frequency words, severity, setting; and quotes that stand in the text."""

import pytest
from labels_made_here import leaflet, openfda_label, stands_in

from theriac.labels.document import Table
from theriac.labels.findings import Reaction
from theriac.labels.reaction_tables import disease_of, table_reactions
from theriac.labels.reactions import reactions_absent, read_reactions


def one(found: tuple[Reaction, ...], term: str, **where: object) -> Reaction:
    chosen = [r for r in found if r.term == term and all(getattr(r, name) == value for name, value in where.items())]
    assert len(chosen) == 1, (term, where, chosen)
    return chosen[0]


def test_a_table_gives_numerator_denominator_percent_and_comparator() -> None:
    nausea = one(read_reactions(openfda_label()), "nausea", arm="Zorvex")
    assert (nausea.numerator, nausea.denominator, nausea.percent, nausea.operator) == (29, 200, 14.5, "=")
    assert (nausea.comparator_percent, nausea.comparator_arm) == (5.0, "Placebo")
    assert (nausea.indication, nausea.population, nausea.setting) == ("Plaque Psoriasis", "adults", "trial")
    assert nausea.quote == "Nausea 29 (14.5) 10 (5.0)"


def test_footnote_letters_totals_and_group_headings_are_no_reactions() -> None:
    terms = {r.term for r in read_reactions(openfda_label()) if r.arm}
    assert terms == {"nausea", "dry mouth", "fatigue"}


def test_less_than_one_percent_keeps_its_operator() -> None:
    dry = one(read_reactions(openfda_label()), "dry mouth", arm="Zorvex")
    assert (dry.comparator_percent, dry.comparator_operator) == (1.0, "<")


def test_the_running_text_of_a_table_is_not_read_again() -> None:
    assert not [r for r in read_reactions(openfda_label()) if r.term == "dry mouth" and r.arm is None]


def test_bounds_settings_severity_and_resolution_come_from_the_words() -> None:
    found = read_reactions(openfda_label())
    assert (one(found, "rash").percent, one(found, "rash").operator) == (5.0, "≥")
    assert (one(found, "angioedema").severity, one(found, "angioedema").setting) == ("severe", "postmarketing")
    assert one(found, "headache").resolves_on_stopping is True
    assert one(found, "hepatotoxicity").boxed
    failure = one(found, "hepatic failure")
    assert (failure.numerator, failure.denominator, failure.percent) == (3, 400, 0.8)
    assert {"elevations in ast", "elevations in alt"} <= {r.term for r in found}
    assert "pancreatitis" not in {r.term for r in found}


def test_a_row_that_the_running_text_lacks_is_quoted_from_the_table() -> None:
    document = openfda_label(adverse_reactions=["6 ADVERSE REACTIONS 6.1 Clinical Trials Experience Table 1 is not repeated here."])
    nausea = one(read_reactions(document), "nausea", arm="Zorvex")
    assert (nausea.quote, nausea.path) == ("Nausea", "adverse_reactions_table[0]")


def test_the_placebo_rate_in_a_bracket_is_not_the_drugs() -> None:
    text = "6 ADVERSE REACTIONS Lethargy [placebo 2%, Zorvex 5%] and rash (1% placebo, 3% Zorvex) and flushing (7% vs 4%) were reported."
    found = read_reactions(openfda_label(adverse_reactions=[text], adverse_reactions_table=None))
    assert {(r.term, r.percent, r.comparator_percent) for r in found if r.path == "adverse_reactions[0]"} == {
        ("lethargy", 5.0, 2.0),
        ("rash", 3.0, 1.0),
        ("flushing", 7.0, 4.0),
    }


def test_columns_that_hold_no_rate_are_left_out() -> None:
    rows = table(("Reaction", "Zorvex N=200", "Placebo N=200", "P-value"), ("Nausea", "14", "5", "0.02"), ("Rash", "3", "1", "0.4"))
    assert [(term, arm) for term, arm, *_ in rows] == [("nausea", "Zorvex"), ("rash", "Zorvex")]


def test_a_weight_loss_of_more_than_five_percent_is_no_frequency() -> None:
    text = "6 ADVERSE REACTIONS Some felt tired. Weight loss (>5%) was followed by dizziness in one patient."
    found = read_reactions(openfda_label(adverse_reactions=[text], adverse_reactions_table=None))
    assert [r.percent for r in found if r.term == "dizziness"] == [None]


def test_a_rate_that_the_label_does_not_give_is_missing_not_zero() -> None:
    angioedema = one(read_reactions(openfda_label()), "angioedema")
    assert (angioedema.percent, angioedema.numerator, angioedema.denominator, angioedema.operator) == (None, None, None, None)


@pytest.mark.parametrize("document", [openfda_label(), leaflet()], ids=["label", "leaflet"])
def test_every_quote_is_an_exact_piece_of_the_text(document) -> None:
    found = read_reactions(document)
    assert found
    assert [r.quote for r in found if not stands_in(document, r.quote)] == []
    assert all(r.path for r in found)


def test_a_leaflet_gives_bands_by_indication() -> None:
    found = read_reactions(leaflet())
    redness = one(found, "redness", indication="hand warts")
    assert (redness.band, redness.percent) == ("very common", 60.0)
    assert one(found, "wearing away of the skin").percent == 30.0
    assert (one(found, "headache").operator, one(found, "headache").percent) == ("≤", 4.0)
    assert (one(found, "fever").band, one(found, "fever").percent) == ("uncommon", None)
    assert one(found, "pins and needles").band == "uncommon"
    assert one(found, "pain", indication="flat patches").band == "common"


def test_absence_has_its_name() -> None:
    assert reactions_absent(openfda_label()) is None
    gone = reactions_absent(openfda_label(adverse_reactions=None, adverse_reactions_table=None))
    assert gone is not None
    assert gone.kind == "section_absent"


def table(*rows: tuple[str, ...], caption: str = "Adverse reactions (%)") -> list[tuple[str, str | None, int | None, float | None, float | None]]:
    found = table_reactions(Table(caption=caption, rows=rows), ("zorvex",))[1]
    return [(r.term, r.arm, r.cell.numerator, r.cell.percent, r.comparator.percent if r.comparator else None) for r in found]


def test_grades_are_compared_with_the_same_grade() -> None:
    rows = table(
        ("Reaction", "Zorvex plus base N=64", "Zorvex plus base N=64", "Base N=65", "Base N=65"),
        ("Reaction", "All Grades (%)", "Grade 3-4 (%)", "All Grades (%)", "Grade 3-4 (%)"),
        ("Nausea", "73", "2", "52", "3"),
        ("Rash", "20", "1", "10", "0"),
    )
    assert rows[:2] == [("nausea", "Zorvex plus base", None, 73.0, 52.0), ("nausea", "Zorvex plus base", None, 2.0, 3.0)]


def test_counts_that_disagree_with_the_arm_are_not_guessed() -> None:
    assert table(("Reaction", "Zorvex N=200", "Placebo N=200"), ("Nausea", "29 (88)", "10 (5)"), ("Rash", "20 (10)", "2 (1)"))[0][:1] != ("nausea",)


def test_percent_before_count_is_told_by_the_arm_size() -> None:
    assert table(("Reaction", "Zorvex N=200", "Placebo N=200"), ("Nausea", "10 (20)", "5 (10)"), ("Rash", "5 (10)", "1 (2)"))[0] == (
        "nausea",
        "Zorvex",
        20,
        10.0,
        5.0,
    )


@pytest.mark.parametrize(
    ("caption", "disease"),
    [
        ("Reactions in the actinic keratosis trials of a 3.75% cream", "actinic keratosis"),
        ("Adverse Reactions in Patients with Plaque Psoriasis Treated for 12 Weeks", "Plaque Psoriasis"),
        ("Adverse reactions in placebo-controlled clinical trials", None),
        ("Adverse Reactions in Patients in COMET", None),
    ],
)
def test_a_caption_names_the_disease_of_the_trial(caption: str, disease: str | None) -> None:
    assert disease_of(caption) == disease


def test_strengths_stay_in_the_arm() -> None:
    rows = table_reactions(
        Table(caption="Reactions", rows=(("Reaction", "Cream 3.75% (N=160)", "Vehicle (N=159)"), ("Headache", "6%", "3%"), ("Fatigue", "4%", "0%"))),
        (),
    )[1]
    assert [(r.arm, r.exposure, r.cell.denominator, r.cell.percent) for r in rows[:1]] == [("Cream 3.75%", "3.75%", 160, 6.0)]


def test_a_table_about_something_else_gives_nothing() -> None:
    assert table(("Parameter", "Zorvex", "Placebo"), ("Cmax", "12", "11"), ("AUC", "30", "29"), caption="Exposure") == []

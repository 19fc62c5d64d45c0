"""Arm roles: tables of arms and interventions, and what each intervention is there."""

import pytest

from theriac.model import Arm, Intervention, Study
from theriac.sources.ctgov_arms import arm_roles, is_placebo

E, A, P, S, N, O = "EXPERIMENTAL", "ACTIVE_COMPARATOR", "PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION", "OTHER"  # noqa: E741


def roles(arms: dict[str, str | None], given: dict[str, str], title: str = "A Trial", types: dict[str, str] | None = None) -> dict[str, str]:
    """The role of each intervention, given the arms' types and the arms ("1 2") that receive it."""
    study = Study(
        nct_id="NCT90000001",
        title=title,
        arms=tuple(Arm(label=label, type=kind) for label, kind in arms.items()),
        interventions=tuple(
            Intervention(name=name, type=(types or {}).get(name, "DRUG"), arms=tuple(where.split())) for name, where in given.items()
        ),
    )
    return dict(zip(given, map(str, arm_roles(study)), strict=True))


@pytest.mark.parametrize(
    ("arms", "given", "expected"),
    [
        ({"1": E}, {"Drugamab": "1"}, "investigated"),
        ({"1": E}, {"Drugamab": "1", "Otherol": "1"}, "investigated investigated"),
        ({"1": E, "2": A}, {"Drugamab": "1", "Otherol": "2"}, "investigated comparator"),
        ({"1": E, "2": P}, {"Drugamab": "1", "Drugamab placebo": "2"}, "investigated placebo"),
        ({"1": E, "2": P}, {"Drugamab": "1", "Normal saline": "2"}, "investigated placebo"),
        ({"1": E, "2": P}, {"Drugamab": "1", "Placebo": "2", "Otherol": "2"}, "investigated placebo comparator"),
        ({"1": E, "2": P}, {"Drugamab": "1", "Placebo + metformin": "2"}, "investigated comparator"),
        ({"1": E, "2": A}, {"Drugamab": "1", "Otherol": "1 2"}, "investigated background"),
        ({"1": E, "2": A, "3": N}, {"Drugamab": "1", "Otherol": "1 2"}, "investigated background"),
        ({"1": E, "2": A, "3": A}, {"Drugamab": "1 2", "Otherol": "1 3"}, "investigated investigated"),
        ({"1": E, "2": E}, {"Drugamab": "1 2", "Otherol": "1 2"}, "investigated investigated"),
        ({"1": E, "2": E, "3": E}, {"Drugamab": "1 2 3", "Otherol": "2", "Thirdine": "3"}, "investigated investigated investigated"),
        ({"1": A, "2": A}, {"Drugamab": "1", "Otherol": "2"}, "investigated investigated"),
        ({"1": A, "2": P}, {"Drugamab": "1", "Saline": "2"}, "investigated placebo"),
        ({"1": P, "2": P}, {"Drugamab": "1 2", "Placebo": "1 2"}, "investigated placebo"),
        ({"1": E, "2": O}, {"Drugamab": "1", "Otherol": "2"}, "investigated unclear"),
        ({"1": E, "2": S}, {"Drugamab": "1", "Sham injection": "2"}, "investigated placebo"),
        ({"1": E, "2": N}, {"Drugamab": "1"}, "investigated"),
        ({"1": E, "2": A}, {"Drugamab": "1", "Rescue medication": "1 2", "Standard of care": "2"}, "investigated background comparator"),
        ({"1": None, "2": None}, {"Drugamab": "1", "Otherol": "2"}, "investigated investigated"),
    ],
)
def test_roles_by_arms(arms, given, expected):
    assert list(roles(arms, given).values()) == expected.split()


def test_an_adjuvant_before_a_vaccine_is_investigated_and_the_vaccine_is_background():
    found = roles({"1": E, "2": P}, {"Imiquimod": "1", "Aqueous cream": "2", "Influenza vaccine": "1 2"})
    assert found == {"Imiquimod": "investigated", "Aqueous cream": "placebo", "Influenza vaccine": "background"}


def test_a_device_tells_arms_apart_and_a_measurement_does_not():
    arms, given = {"1": E, "2": A}, {"Drugamab": "1 2", "The other thing": "1"}
    assert roles(arms, given, types={"The other thing": "DEVICE"})["Drugamab"] == "background"
    assert roles(arms, given, types={"The other thing": "DIAGNOSTIC_TEST"})["Drugamab"] == "investigated"


def test_one_drug_in_several_strengths_is_no_background_of_itself():
    assert set(roles({"1": E, "2": E}, {"Drugamab 5 mg": "1 2", "Drugamab 10 mg": "2"}).values()) == {"investigated"}


def test_the_same_name_entered_once_for_each_arm_is_one_intervention():
    arms = (Arm(label="a", type=E), Arm(label="b", type=A))
    twice = (
        Intervention(name="Otherol", type="DRUG", arms=("a",)),
        Intervention(name="otherol", type="DRUG", arms=("b",)),
        Intervention(name="Drugamab", type="DRUG", arms=("a",)),
    )
    study = Study(nct_id="NCT90000001", title="", arms=arms, interventions=twice)
    assert [str(role) for role in arm_roles(study)] == ["background", "background", "investigated"]


def test_links_that_stand_at_the_arm_only_are_used():
    arms = (Arm(label="a", type=E, interventions=("Drug: Drugamab",)), Arm(label="b", type=A, interventions=("Drug: Otherol: long acting",)))
    both = (Intervention(name="Drugamab", type="DRUG"), Intervention(name="Otherol: long acting", type="DRUG"))
    assert [str(role) for role in arm_roles(Study(nct_id="NCT90000001", title="", arms=arms, interventions=both))] == ["investigated", "comparator"]


def test_unlinked_arms_are_read_by_their_words():
    arms = (Arm(label="Drugamab group", type=E), Arm(label="Control", type=A, description="Otherol twice a day"))
    both = (Intervention(name="Drugamab tablets", type="DRUG"), Intervention(name="Otherol", type="DRUG"))
    assert [str(role) for role in arm_roles(Study(nct_id="NCT90000001", title="", arms=arms, interventions=both))] == ["investigated", "comparator"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Drugamab Versus Otherol in Acne", "investigated comparator"),
        ("Drugamab Compared With Otherol", "investigated comparator"),
        ("Drugamab and Otherol in Acne", "investigated investigated"),
        ("Drugamab in Acne", "investigated unclear"),
        ("A Study in Acne", "investigated investigated"),
    ],
)
def test_without_any_arm_the_title_tells(title, expected):
    assert list(roles({}, {"Drugamab": "", "Otherol": ""}, title).values()) == expected.split()


def test_without_any_arm_a_lone_drug_is_investigated_and_a_placebo_a_placebo():
    assert roles({}, {"Drugamab": "", "Placebo": ""}) == {"Drugamab": "investigated", "Placebo": "placebo"}


def test_a_study_without_interventions_has_no_roles():
    assert arm_roles(Study(nct_id="NCT90000001", title="")) == ()


@pytest.mark.parametrize(
    ("name", "placebo"),
    [
        ("Placebo", True),
        ("Placebo (normal saline)", True),
        ("Vehicle Cream 0.5%", True),
        ("sildenafil matching placebo", True),
        ("Placebo tablets and capsules", True),
        ("Sham acupuncture", True),
        ("Sugar pill", True),
        ("Alprostadil in vehicle 0.5%", False),
        ("Placebo + metformin", False),
        ("Drugamab or placebo", False),
        ("Imiquimod", False),
        ("Vehicular therapy", False),
    ],
)
def test_a_placebo_by_its_name(name, placebo):
    assert is_placebo(name) is placebo

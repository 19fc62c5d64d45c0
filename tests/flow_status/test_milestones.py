"""The timeline of a drug: what makes a milestone, what is told once, and what is never made more exact than it was said."""

import random

import msgspec
import pytest

from theriac.flow.evidence import (
    ApplicationEvidence,
    ChangeEvidence,
    DrugEvidence,
    DrugMention,
    MedicineEvidence,
    TrialEvidence,
)
from theriac.flow.milestones import Milestone, MilestoneKind, milestones
from theriac.model import Application, DatedValue, Exclusivity, Medicine, Patent, Product, Study, Submission
from theriac.terms import ArmRole, EventKind

TODAY = "2026-06-01"


def trial(number: int, phases: tuple[str, ...], start: str | None, status: str = "COMPLETED", role: ArmRole = ArmRole.INVESTIGATED) -> TrialEvidence:
    study = Study(
        nct_id=f"NCT{number:08d}",
        title="A study",
        phases=phases,
        status=status,
        start=DatedValue(date=start) if start else None,
        results_first_posted="2012-05-04" if number == 3 else None,
    )
    mention = DrugMention(drug="X", text="X", path="interventions[0]", arm_role=role)
    return TrialEvidence(record=f"ctgov:{study.nct_id}", seq=1, study=study, drugs=(mention,))


TRIALS = (
    trial(1, ("PHASE2",), "2008-03"),
    trial(2, ("PHASE1",), "2007"),
    trial(3, ("PHASE2",), "2009-01-15"),
    trial(4, ("PHASE3",), "2006-01", status="WITHDRAWN"),
    trial(5, ("PHASE3",), "2005-01", role=ArmRole.COMPARATOR),
    trial(6, ("NA",), "2010-01"),
    trial(7, ("PHASE3",), "2030-01", status="RECRUITING"),
)
SUBMISSIONS = (
    Submission(type="ORIG", number="1", status="AP", date="2010-03-25", submission_class="TYPE 5"),
    Submission(type="SUPPL", number="1", status="AP", date="2011-03-24", submission_class="EFFICACY"),
    Submission(type="SUPPL     ", number="2", status="AP", date="2012-01-05", submission_class="EFFICACY"),
    Submission(type="SUPPL", number="3", status="AP", date="2012-02-05", submission_class="LABELING"),
    Submission(type="SUPPL", number="4", status="TA", date="2012-03-05", submission_class="EFFICACY"),
)
APART = (Submission(type="ORIG", number="1", status="AP", date="2011-03-24", submission_class="TYPE 9"),)
PATENTS = (
    Patent(product="001", number="7000001", expires="2029-12-11"),
    Patent(product="002", number="7000001", expires="2029-12-11"),
    Patent(product="001", number="7000002", expires="2024-04-01", delisted=True),
)
PRODUCTS = (Product(number="001", approved="2010-03-25"), Product(number="002", approved="2011-07-15", strength="2.5%"))
HUMAN = Medicine(number="1", name="Xal", category="Human", authorised="1998-09-18", withdrawn="2002-06-11", opinion="1998-05")
ANIMAL = Medicine(number="2", name="Xalvet", category="Veterinary", authorised="2001-01-01")


def changed(kind: EventKind, seq: int, happened: str, condition: str | None = None) -> ChangeEvidence:
    return ChangeEvidence(kind=kind, record="openfda_label:s", seq=seq, happened=happened, path="text", quote="Xal.", condition=condition)


CHANGES = (
    changed(EventKind.LABEL_BOXED_WARNING_ADDED, 4, "2015-02"),
    changed(EventKind.LABEL_NEW_VERSION, 5, "2016-02"),
    changed(EventKind.LABEL_INDICATION_ADDED, 6, "2017", "C"),
)


def application(record: str, number: str, **parts: object) -> ApplicationEvidence:
    return ApplicationEvidence(record=record, seq=2, application=Application(number=number, **parts))  # type: ignore[arg-type]


EVIDENCE = DrugEvidence(
    drug="X",
    trials=TRIALS,
    applications=(
        application("drugs_at_fda:submissions/022000", "022000", submissions=SUBMISSIONS),
        application("drugs_at_fda:submissions/201000", "201000", submissions=APART),
        application("orange_book:products/022000", "022000", type="NDA", products=PRODUCTS),
        application("orange_book:products/078000", "078000", type="ANDA", products=(Product(number="001", approved="2012-03-06"),)),
        application("orange_book:patent/022000", "022000", patents=PATENTS),
        application("orange_book:exclusivity/022000", "022000", exclusivities=(Exclusivity(product="001", code="M-14", expires="2027-01"),)),
    ),
    medicines=(MedicineEvidence(record="ema:1", seq=1, medicine=HUMAN), MedicineEvidence(record="ema:2", seq=1, medicine=ANIMAL)),
    changes=CHANGES,
)
EXPECTED = """
1998-05 opinion Xal
1998-09-18 approval Xal
2002-06-11 withdrawal Xal
2007 first_in_phase PHASE1
2007 first_trial
2008-03 first_in_phase PHASE2
2010-03-25 approval NDA022000
2011-03-24 new_indication
2011-07-15 new_product NDA022000 product 002
2012-01-05 efficacy_supplement NDA022000
2012-03-06 generic_approval ANDA078000
2012-05-04 results_posted NCT00000003
2015-02 label_safety_change label.boxed_warning_added
2017 new_indication label.indication_added
2027-01 exclusivity_expiry M-14
2029-12-11 patent_expiry 7000001
"""


def shown(one: Milestone) -> str:
    return f"{one.date} {one.kind} {one.detail}".strip()


def test_timeline() -> None:
    assert [shown(one) for one in milestones(EVIDENCE, TODAY)] == EXPECTED.strip().splitlines()


def test_one_approval_under_two_numbers_stands_once_with_both_records() -> None:
    (one,) = [found for found in milestones(EVIDENCE, TODAY) if found.date == "2011-03-24"]
    assert one.kind is MilestoneKind.NEW_INDICATION
    assert {one.cited.record, *(cited.record for cited in one.also)} == {"drugs_at_fda:submissions/022000", "drugs_at_fda:submissions/201000"}


def test_ends_to_come_are_marked() -> None:
    assert {one.detail for one in milestones(EVIDENCE, TODAY) if one.future} == {"7000001", "M-14"}
    assert not any(one.future for one in milestones(EVIDENCE, "2031-01-01"))


@pytest.mark.parametrize("seed", range(5))
def test_order_of_evidence_does_not_matter(seed: int) -> None:
    chance = random.Random(seed)
    names = ("trials", "applications", "medicines", "changes")
    mixed = {name: tuple(chance.sample(getattr(EVIDENCE, name), len(getattr(EVIDENCE, name)))) for name in names}
    assert milestones(msgspec.structs.replace(EVIDENCE, **mixed), TODAY) == milestones(EVIDENCE, TODAY)

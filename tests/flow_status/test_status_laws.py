"""What holds for every drug: the order of evidence says nothing, what is not investigated says nothing, an authorised use is never silent."""

import random
import re
import sys
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from status_table import PAGE, ROOT, TODAY

from theriac.flow.authorisations import IN_FORCE
from theriac.flow.evidence import (
    ConditionMention,
    DrugEvidence,
    DrugMention,
    IndicationEvidence,
    LabelEvidence,
    MedicineEvidence,
    Programme,
    TrialEvidence,
)
from theriac.flow.landscape import matrix_rows, pipeline_rows, programme_rows
from theriac.flow.status import derive, derive_all
from theriac.flow.status_words import status_words
from theriac.model import DatedValue, Label, Medicine, Organisation, Study
from theriac.terms import Activity, ArmRole

STATUSES = ["RECRUITING", "NOT_YET_RECRUITING", "COMPLETED", "TERMINATED", "WITHDRAWN", "SUSPENDED", "UNKNOWN", "ACTIVE_NOT_RECRUITING", None]
PHASES = [(), ("NA",), ("EARLY_PHASE1",), ("PHASE1",), ("PHASE1", "PHASE2"), ("PHASE2",), ("PHASE2", "PHASE3"), ("PHASE3",), ("PHASE4",)]
DATES = st.sampled_from([None, "2015", "2019-05", "2023-11-30", "2026-03"])
CONDITIONS = st.sampled_from(["C", "D"])
QUIET_ROLES = [ArmRole.COMPARATOR, ArmRole.PLACEBO, ArmRole.BACKGROUND]


@st.composite
def trials(draw: st.DrawFn, role: ArmRole | None = None, drug: str = "X") -> TrialEvidence:
    number = draw(st.integers(1, 10**8 - 1))
    ended = draw(DATES)
    study = Study(
        nct_id=f"NCT{number:08d}",
        title="A study",
        study_type="INTERVENTIONAL",
        phases=draw(st.sampled_from(PHASES)),
        status=draw(st.sampled_from(STATUSES)),
        why_stopped=draw(st.sampled_from([None, "Slow accrual", "Futility", "The study was terminated"])),
        last_update_posted=draw(DATES),
        completion=DatedValue(date=ended) if ended else None,
        sponsor=Organisation(name=draw(st.sampled_from(["Alpha, Inc.", "ALPHA", "Beta GmbH"]))),
        enrolment=draw(st.sampled_from([None, 0, 30])),
    )
    mention = DrugMention(drug=drug, text=drug, path="interventions[0]", arm_role=role or draw(st.sampled_from(list(ArmRole))))
    conditions = tuple(ConditionMention(condition=one, text=one, path="conditions") for one in draw(st.sets(CONDITIONS)))
    return TrialEvidence(record=f"ctgov:{study.nct_id}", seq=draw(st.integers(1, 3)), study=study, drugs=(mention,), conditions=conditions)


@st.composite
def labels(draw: st.DrawFn, *, limitation: bool | None = None) -> LabelEvidence:
    number = draw(st.integers(1, 999999))
    numbers = draw(st.sampled_from([(f"NDA{number:06d}",), (f"ANDA{number:06d}",), ("part341",), ()]))
    excluded = draw(st.booleans()) if limitation is None else limitation
    first, new = draw(DATES), draw(st.booleans())
    stated = IndicationEvidence(condition=draw(CONDITIONS), quote="q", path="p", limitation=excluded, first=first, earlier_without=new)
    label = Label(set_id=str(number), application_numbers=numbers, effective=draw(DATES), manufacturers=draw(st.sampled_from([(), ("Alpha Inc",)])))
    return LabelEvidence(record=f"openfda_label:{number}", seq=1, label=label, indications=(stated,))


@st.composite
def medicines(draw: st.DrawFn) -> MedicineEvidence:
    number = f"H/C/{draw(st.integers(1, 999999)):06d}"
    status = draw(st.sampled_from(["Authorised", "Withdrawn", "Refused", "Application withdrawn", "Opinion", "Lapsed"]))
    stated = IndicationEvidence(condition=draw(CONDITIONS), quote="q", path="indication")
    medicine = Medicine(number=number, name="Xal", category="Human", status=status, holder="Gamma", revised=draw(DATES))
    return MedicineEvidence(record=f"ema:{number}", seq=1, medicine=medicine, indications=(stated,))


drugs = st.builds(
    lambda found, said, known: DrugEvidence(drug="X", trials=tuple(found), labels=tuple(said), medicines=tuple(known)),
    st.lists(trials(), max_size=6, unique_by=lambda one: one.record),
    st.lists(labels(), max_size=3, unique_by=lambda one: one.record),
    st.lists(medicines(), max_size=2, unique_by=lambda one: one.record),
)


def by_key(programmes: tuple[Programme, ...]) -> dict[tuple[str | None, str | None, str], Programme]:
    kinds = {"monotherapy": "treatment", "combination": "treatment"}
    return {(one.condition, one.organisation, kinds.get(one.role.value, one.role.value)): one for one in programmes}


@given(drugs, st.randoms())
def test_order_of_evidence_does_not_matter(evidence: DrugEvidence, chance: random.Random) -> None:
    def mixed(things: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(things, len(things)))

    fields = {name: mixed(getattr(evidence, name)) for name in ("trials", "labels", "medicines")}
    assert derive(msgspec.structs.replace(evidence, **fields), TODAY) == derive(evidence, TODAY)


@given(drugs, st.sampled_from(QUIET_ROLES).flatmap(lambda role: trials(role=role)))
def test_what_is_not_investigated_changes_nothing(evidence: DrugEvidence, trial: TrialEvidence) -> None:
    if trial.record not in {one.record for one in evidence.trials}:
        more = msgspec.structs.replace(evidence, trials=(*evidence.trials, trial))
        assert derive(more, TODAY) == derive(evidence, TODAY)


@given(drugs, trials(drug="X+Y"))
def test_a_combination_tells_nothing_about_its_part(evidence: DrugEvidence, trial: TrialEvidence) -> None:
    if trial.record not in {one.record for one in evidence.trials}:
        assert derive(msgspec.structs.replace(evidence, trials=(*evidence.trials, trial)), TODAY) == derive(evidence, TODAY)


@given(drugs, labels(limitation=True))
def test_a_limitation_of_use_changes_nothing(evidence: DrugEvidence, label: LabelEvidence) -> None:
    assert derive(msgspec.structs.replace(evidence, labels=(*evidence.labels, label)), TODAY) == derive(evidence, TODAY)


@given(drugs, trials(role=ArmRole.INVESTIGATED))
def test_another_trial_never_lowers_a_stage(evidence: DrugEvidence, trial: TrialEvidence) -> None:
    if trial.record not in {one.record for one in evidence.trials}:
        before, after = by_key(derive(evidence, TODAY)), by_key(derive(msgspec.structs.replace(evidence, trials=(*evidence.trials, trial)), TODAY))
        for key, programme in before.items():
            if key[1] is None:
                assert after[key].stage.rank >= programme.stage.rank


@given(drugs)
def test_an_authorised_use_is_never_silent_and_phase_four_never_an_approval(evidence: DrugEvidence) -> None:
    for programme in derive(evidence, TODAY):
        if set(programme.authorisation.values()) & IN_FORCE:
            assert programme.activity is not Activity.NO_DEVELOPMENT_REPORTED
            assert programme.stage.value == "approved"
        if programme.stage.value in ("approved", "filed"):
            assert programme.authorisation, "no trial proves an approval"


@given(drugs)
def test_the_roll_up_is_the_furthest_of_its_organisations(evidence: DrugEvidence) -> None:
    programmes = derive(evidence, TODAY)
    for key, programme in by_key(programmes).items():
        if key[0] is not None and key[1] is None:
            parts = [one for other, one in by_key(programmes).items() if (other[0], other[2]) == (key[0], key[2]) and other[1]]
            assert max((one.stage.rank for one in parts), default=programme.stage.rank) <= programme.stage.rank
        assert (programme.stop_reason is not None) == (programme.activity is Activity.STOPPED)


@given(drugs)
def test_every_programme_names_its_rules_and_facts(evidence: DrugEvidence) -> None:
    records = {one.record for one in (*evidence.trials, *evidence.labels, *evidence.medicines)}
    for programme in derive(evidence, TODAY):
        assert {"role", "stage", "activity"} <= programme.rules.keys()
        assert {f"authorisation.{place}" for place in programme.authorisation} <= programme.rules.keys()
        assert programme.evidence and {cited.record for cited in programme.evidence} <= records
        assert status_words(programme)
        assert msgspec.json.decode(msgspec.json.encode(programme), type=Programme) == programme


@given(drugs)
def test_of_two_versions_the_later_counts(evidence: DrugEvidence) -> None:
    older = tuple(msgspec.structs.replace(one, seq=0, study=msgspec.structs.replace(one.study, status="RECRUITING")) for one in evidence.trials)
    assert derive(msgspec.structs.replace(evidence, trials=(*older, *evidence.trials)), TODAY) == derive(evidence, TODAY)


@given(st.lists(drugs, max_size=3))
def test_landscape_counts_every_programme_once(found: list[DrugEvidence]) -> None:
    named = [msgspec.structs.replace(one, drug=f"X{number}", trials=()) for number, one in enumerate(found)]
    programmes = derive_all(named, TODAY)
    rows = programme_rows(programmes)
    assert len(rows) == len(programmes)
    rolled_up = [one for one in programmes if one.condition is not None and one.organisation is None]
    targets = {one.drug: ["target:tlr7"] for one in programmes}
    assert sum(row["drugs"] for row in matrix_rows(programmes, targets)) == len({(one.drug, one.condition, one.role) for one in rolled_up})
    assert {row["organisation_key"] for row in pipeline_rows(programmes)} == {row["organisation_key"] for row in rows if row["organisation"]}


def test_every_rule_is_in_the_docs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = re.compile(r'"((?:stage|role|activity|us|eu|since|authorisation)\.[a-z_0-9]+)"')
    names = ("status", "activities", "authorisations", "applications", "programme_roles")
    rules = {rule for name in names for rule in named.findall((ROOT / "src/theriac/flow" / f"{name}.py").read_text(encoding="utf-8"))}
    assert len(rules) > 40
    assert {rule for rule in rules if f"`{rule}`" not in page} == set()

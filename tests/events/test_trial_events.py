"""Events of studies: each kind by one pair, and everything that must stay silent."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theriac.flow.events import Event, Step
from theriac.flow.trial_events import trial_events, trial_removed
from theriac.model import Arm, DatedValue, Intervention, Organisation, Outcome, Study
from theriac.terms import EventKind as K

STEP = Step(record="ctgov:NCT00000001", from_hash="a", to_hash="b", seen="2024-02-01", from_format="ctgov.v2", to_format="ctgov.v2")
STUDY = Study(
    nct_id="NCT00000001",
    title="A cream for warts",
    phases=("PHASE2",),
    status="RECRUITING",
    start=DatedValue(date="2022-01", type="ACTUAL"),
    primary_completion=DatedValue(date="2024-06", type="ESTIMATED"),
    completion=DatedValue(date="2024-09", type="ESTIMATED"),
    first_posted="2021-12-01",
    last_update_submitted="2023-01-03",
    last_update_posted="2023-01-05",
    has_results=False,
    enrolment=100,
    enrolment_type="ESTIMATED",
    sponsor=Organisation(name="Wart Research, Inc.", type="INDUSTRY"),
    arms=(Arm(label="Cream", type="EXPERIMENTAL", description="5 % cream, thrice weekly"), Arm(label="Vehicle", type="PLACEBO_COMPARATOR")),
    interventions=(Intervention(name="Cream", type="DRUG", arms=("Cream",)), Intervention(name="Vehicle", type="DRUG", arms=("Vehicle",))),
    primary_outcomes=(Outcome(measure="Clearance", time_frame="16 weeks"), Outcome(measure="Safety")),
    eligibility="Inclusion Criteria:\n\n* Age ≥ 18 years\n* External warts\n\nExclusion Criteria:\n\n1. Pregnancy",
    sex="ALL",
    minimum_age="18 Years",
    countries=("Germany", "Turkey"),
)


def changed(**fields: object) -> Study:
    return msgspec.structs.replace(STUDY, last_update_submitted="2024-01-18", last_update_posted="2024-01-20", **fields)


def kinds(events: tuple[Event, ...]) -> list[str]:
    return sorted(event.kind.value for event in events)


@pytest.mark.parametrize(
    ("fields", "kind", "old", "new"),
    [
        ({"status": "COMPLETED"}, K.TRIAL_STATUS_CHANGED, "RECRUITING", "COMPLETED"),
        ({"phases": ("PHASE2", "PHASE3")}, K.TRIAL_PHASE_CHANGED, "PHASE2", "PHASE2/PHASE3"),
        ({"enrolment": 160}, K.TRIAL_ENROLMENT_CHANGED, "100", "160"),
        ({"start": DatedValue(date="2022-03")}, K.TRIAL_START_MOVED, "2022-01", "2022-03"),
        ({"primary_completion": DatedValue(date="2025-06")}, K.TRIAL_PRIMARY_COMPLETION_MOVED, "2024-06", "2025-06"),
        ({"completion": None}, K.TRIAL_COMPLETION_MOVED, "2024-09", None),
        ({"arms": STUDY.arms[:1]}, K.TRIAL_ARMS_CHANGED, "Cream; Vehicle", "Cream"),
        ({"primary_outcomes": STUDY.primary_outcomes[1:]}, K.TRIAL_PRIMARY_OUTCOME_CHANGED, "Clearance; Safety", "Safety"),
        ({"minimum_age": "12 Years"}, K.TRIAL_ELIGIBILITY_CHANGED, "18 Years", "12 Years"),
        ({"sponsor": Organisation(name="Skin GmbH")}, K.TRIAL_SPONSOR_CHANGED, "Wart Research, Inc.", "Skin GmbH"),
        ({"collaborators": (Organisation(name="NIH"),)}, K.TRIAL_SPONSOR_CHANGED, None, "NIH"),
        ({"countries": ("Germany", "Turkey", "Poland")}, K.TRIAL_COUNTRIES_CHANGED, None, "Poland"),
        ({"has_results": True, "results_first_posted": "2024-01-19"}, K.TRIAL_RESULTS_POSTED, None, "2024-01-19"),
    ],
)
def test_each_change_is_one_event_of_its_kind(fields: dict[str, object], kind: K, old: str | None, new: str | None) -> None:
    (event,) = trial_events(STUDY, changed(**fields), STEP)
    assert (event.kind, event.old, event.new) == (kind, old, new)
    assert event.happened == ("2024-01-19" if kind is K.TRIAL_RESULTS_POSTED else "2024-01-20")


def test_a_stop_is_a_change_of_status_and_a_stop_with_the_sponsors_words() -> None:
    events = trial_events(STUDY, changed(status="TERMINATED", why_stopped="Slow accrual"), STEP)
    assert kinds(events) == ["trial.status_changed", "trial.stopped"]
    assert {event.quote_new for event in events} == {"Slow accrual"}


def test_a_suspension_is_no_stop_and_a_reason_given_later_is_one() -> None:
    assert kinds(trial_events(STUDY, changed(status="SUSPENDED", why_stopped="Drug supply"), STEP)) == ["trial.status_changed"]
    stopped = changed(status="TERMINATED")
    (event,) = trial_events(stopped, msgspec.structs.replace(stopped, why_stopped="Sponsor decision"), STEP)
    assert (event.kind, event.quote_new) == (K.TRIAL_STOPPED, "Sponsor decision")


def test_the_first_version_is_first_posted_and_nothing_else() -> None:
    (event,) = trial_events(None, STUDY, msgspec.structs.replace(STEP, from_hash=None))
    assert (event.kind, event.happened) == (K.TRIAL_FIRST_POSTED, "2021-12-01")


def test_only_complete_listings_prove_that_a_study_left() -> None:
    assert trial_removed(STUDY, STEP) == ()
    (event,) = trial_removed(STUDY, msgspec.structs.replace(STEP, complete=True, to_hash=None))
    assert event.kind is K.TRIAL_WITHDRAWN_FROM_REGISTRY


def test_a_changed_criterion_is_quoted_from_both_versions() -> None:
    assert STUDY.eligibility is not None
    new = changed(eligibility=STUDY.eligibility.replace("Age ≥ 18 years", "Age ≥ 12 years"))
    (event,) = trial_events(STUDY, new, STEP)
    assert (event.quote_old, event.quote_new) == ("* Age ≥ 18 years", "* Age ≥ 12 years")


@pytest.mark.parametrize(
    "fields",
    [
        {"arms": STUDY.arms[::-1], "interventions": STUDY.interventions[::-1], "primary_outcomes": STUDY.primary_outcomes[::-1]},
        {"countries": ("Turkey (Türkiye)", "Germany")},
        {"eligibility": "Inclusion Criteria:\n  -  Age >= 18 years\n  -  External  warts\nExclusion Criteria:\n  -  pregnancy"},
        {"sponsor": Organisation(name="Wart Research Inc", type="OTHER")},
        {"start": DatedValue(date="2022-01-15", type="ACTUAL")},
        {"completion": DatedValue(date="2024-09", type="ACTUAL"), "enrolment_type": "ACTUAL"},
        {"site_count": 4, "verified": "2024-01", "brief_summary": "x"},
    ],
)
def test_what_only_the_writing_changed_is_silent(fields: dict[str, object]) -> None:
    assert trial_events(STUDY, changed(**fields), STEP) == ()


def test_what_the_other_format_does_not_carry_is_not_compared() -> None:
    legacy = msgspec.structs.replace(STUDY, phases=(), enrolment=None, arms=(), primary_completion=None, eligibility=None, minimum_age=None)
    between = msgspec.structs.replace(STEP, from_format="ctgov.xml")
    assert trial_events(legacy, STUDY, between) == ()
    assert len(trial_events(legacy, STUDY, STEP)) == 6


def test_a_study_without_a_phase_has_none_in_both_spellings() -> None:
    assert trial_events(changed(phases=()), changed(phases=("NA",)), STEP) == ()


def test_a_disclosed_study_changes_its_status_only() -> None:
    hidden = Study(nct_id="NCT00000001", title="[Trial of device that is not approved]", status="WITHHELD", sponsor=Organisation(name="[Redacted]"))
    assert kinds(trial_events(hidden, STUDY, STEP)) == ["trial.status_changed"]


def test_a_change_that_the_registry_does_not_date_has_no_date() -> None:
    (event,) = trial_events(STUDY, msgspec.structs.replace(STUDY, status="UNKNOWN"), STEP)
    assert event.happened is None


texts = st.sampled_from([None, "Age ≥ 18", "Age >= 18", "No surgery\nAdults", "Adults"])
dates = st.none() | st.builds(DatedValue, date=st.sampled_from(["2020", "2020-01", "2020-01-05", "2021-02"]))
studies = st.builds(
    Study,
    nct_id=st.just("NCT00000001"),
    title=st.just("A study"),
    status=st.sampled_from([None, "RECRUITING", "TERMINATED", "WITHHELD"]),
    why_stopped=st.sampled_from([None, "Futility", "Slow accrual"]),
    phases=st.sampled_from([(), ("NA",), ("PHASE1",), ("PHASE1", "PHASE2")]),
    start=dates,
    completion=dates,
    enrolment=st.none() | st.integers(0, 3),
    eligibility=texts,
    countries=st.lists(st.sampled_from(["Germany", "Turkey", "Türkiye"]), max_size=3).map(tuple),
    arms=st.lists(st.builds(Arm, label=st.sampled_from(["A", "B"]), description=texts), max_size=3).map(tuple),
    primary_outcomes=st.lists(st.builds(Outcome, measure=st.sampled_from(["Pain", "Death"]), time_frame=texts), max_size=3).map(tuple),
)


@given(studies)
def test_a_study_does_not_differ_from_itself(study: Study) -> None:
    assert trial_events(study, study, STEP) == ()


@given(studies, studies)
def test_old_and_new_stand_in_their_versions(old: Study, new: Study) -> None:
    events = trial_events(old, new, STEP)
    assert len({event.id for event in events}) == len(events)
    for event in events:
        assert all(stands(text, old) for text in (event.old, event.quote_old, *(one for one, _ in event.passages)))
        assert all(stands(text, new) for text in (event.new, event.quote_new, *(one for _, one in event.passages)))


def stands(text: str | None, study: Study) -> bool:
    """Whether each part of the text is a piece of some value of the study."""
    values = [str(value) for value in leaves(msgspec.to_builtins(study))] + ["/".join(sorted(study.phases))]
    return text is None or all(any(part in value for value in values) for part in text.split("; "))


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list | tuple):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]

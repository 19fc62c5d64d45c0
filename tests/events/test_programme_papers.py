"""Events of programmes that authorities' papers tell: a use authorised, an authorisation that ended; and what proves neither."""

from theriac.flow.authorisations import Use
from theriac.flow.evidence import Cited
from theriac.flow.programme_events import decided_moves
from theriac.terms import Authorisation, Stage

HERE = frozenset({"ema:EMEA/H/C/099001"})


def use(place: str, value: Authorisation, record: str = "ema:EMEA/H/C/099001") -> Use:
    cited = Cited(record=record, seq=1, path="indication", quote="treatment of warts")
    return Use(jurisdiction=place, condition="condition:name.warts", authorisation=value, rule="made.up", cited=cited)


def told(before: list[Use], after: list[Use], by_trials: Stage = Stage.PHASE_3) -> list[tuple[str, str, str]]:
    return [(one.kind.value.partition(".")[2], one.old, one.new) for one in decided_moves(before, after, "2024-01-01", by_trials, HERE)]


def test_an_opinion_files_and_a_decision_authorises() -> None:
    assert told([], [use("EU", Authorisation.SUBMITTED)]) == [("stage_advanced", "phase_3", "filed")]
    assert told([use("EU", Authorisation.SUBMITTED)], [use("EU", Authorisation.APPROVED)]) == [
        ("authorised", "EU submitted", "EU approved"),
        ("stage_advanced", "filed", "approved"),
    ]


def test_a_second_place_authorises_and_advances_nothing() -> None:
    us = use("US", Authorisation.APPROVED, "openfda_label:made-up")
    assert told([us], [us, use("EU", Authorisation.APPROVED)]) == [("authorised", "EU unknown", "EU approved")]


def test_another_product_of_an_authorised_use_is_no_news() -> None:
    one, other = use("EU", Authorisation.APPROVED), use("EU", Authorisation.APPROVED, "ema:EMEA/H/C/099002")
    assert told([one], [one, other]) == []


def test_what_ended_is_withdrawn_and_the_stage_stays_reached() -> None:
    assert told([use("EU", Authorisation.APPROVED)], [use("EU", Authorisation.WITHDRAWN)]) == [("withdrawn", "EU approved", "EU withdrawn")]
    assert told([use("EU", Authorisation.APPROVED)], [use("EU", Authorisation.SUSPENDED)]) == []
    assert told([use("EU", Authorisation.APPROVED)], []) == []

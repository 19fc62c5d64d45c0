"""The status words that users know from other products, as a view of a programme.

Flows in: a programme. Flows out: one word and nothing new: the fields behind it stay apart. "Discovery" is never said, because no public
document tells it.
"""

from theriac.flow.evidence import Programme
from theriac.terms import Activity, Authorisation, Market, Role, Stage

STAGE_WORDS = {
    Stage.UNKNOWN: "Stage not stated",
    Stage.PRECLINICAL: "Preclinical",
    Stage.IND: "IND filed",
    Stage.EARLY_PHASE_1: "Early Phase 1",
    Stage.PHASE_1: "Phase 1",
    Stage.PHASE_1_2: "Phase 1/2",
    Stage.PHASE_2: "Phase 2",
    Stage.PHASE_2_3: "Phase 2/3",
    Stage.PHASE_3: "Phase 3",
    Stage.FILED: "Pre-registration",
    Stage.APPROVED: "Approved",
}
_ACTIVITY_WORDS = {
    Activity.STOPPED: "Discontinued",
    Activity.SUSPENDED: "Suspended",
    Activity.NO_DEVELOPMENT_REPORTED: "No development reported",
}
_IN_FORCE = (Authorisation.APPROVED, Authorisation.CONDITIONAL)


def status_words(programme: Programme) -> str:
    """One word for the programme, as other products would say it.

    An authorisation in force anywhere is "Approved"; one that has ended everywhere, or a product taken off every market for safety, is
    "Withdrawn"; otherwise a programme that no longer moves is named by that, and one that moves by its stage.
    """
    word = _word(programme)
    return f"{word} (vaccine adjuvant)" if programme.role is Role.ADJUVANT else word


def _word(programme: Programme) -> str:
    decided = programme.authorisation.values()
    in_force = [place for place, one in programme.authorisation.items() if one in _IN_FORCE]
    if in_force:
        withdrawn = all(programme.market.get(place) is Market.WITHDRAWN for place in in_force)
        return "Withdrawn" if withdrawn else "Approved"
    if Authorisation.SUSPENDED in decided:
        return "Suspended"
    if programme.stage is Stage.APPROVED:
        return "Withdrawn"
    if programme.activity is Activity.ACTIVE and programme.rules["stage"] == "stage.no_trial_begun":
        return "Planned"
    return _ACTIVITY_WORDS.get(programme.activity, STAGE_WORDS[programme.stage])

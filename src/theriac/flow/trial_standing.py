"""How one trial stands on a day: how far it has got, whether it still runs, when it was last heard of, and why it stopped.

Flows in: a trial's version and a day. Flows out: one `TrialStanding`. A trial that never began raises no stage; a trial that the registry
calls live is live only while somebody vouches for it: two years after its last word and past its end it is silent.
"""

import datetime

from theriac.dates import PartialDate, last_day
from theriac.flow.evidence import Cited, TrialEvidence
from theriac.flow.stop_reasons import StopVerdict, stop_reason
from theriac.model import Struct, Study
from theriac.terms import Stage

LIVE = frozenset({"RECRUITING", "ACTIVE_NOT_RECRUITING", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING"})
ENDED = frozenset({"COMPLETED", "TERMINATED", "WITHDRAWN"})
NEVER_BEGUN = frozenset({"WITHDRAWN", "NOT_YET_RECRUITING"})
SILENCE_YEARS = 2
_STAGES = {
    ("EARLY_PHASE1",): Stage.EARLY_PHASE_1,
    ("PHASE1",): Stage.PHASE_1,
    ("PHASE1", "PHASE2"): Stage.PHASE_1_2,
    ("PHASE2",): Stage.PHASE_2,
    ("PHASE2", "PHASE3"): Stage.PHASE_2_3,
    ("PHASE3",): Stage.PHASE_3,
}
_RANKS = {stage: rank for rank, stage in enumerate(Stage)}


class TrialStanding(Struct, frozen=True):
    """A trial on a day. `stage` is what it raises a programme to, `design` the rank of what it was planned as; `news` is its last word."""

    stage: Stage
    rank: int
    design: int
    begun: bool
    live: bool
    suspended: bool
    completed: bool
    stopped: bool
    news: PartialDate | None
    silent: bool


def standing(trial: TrialEvidence, today: PartialDate) -> TrialStanding:
    """How the trial stands on the day, by its status, its dates and its phase."""
    study = trial.study
    begun = has_begun(study)
    designed = _STAGES.get(tuple(sorted(study.phases)), Stage.UNKNOWN)
    rank = _RANKS[designed]
    news = last_news(study, today)
    silent = is_silent(news, today)
    live = study.status in LIVE and not _is_abandoned(study, news, today)
    return TrialStanding(
        stage=designed if begun else Stage.UNKNOWN,
        rank=rank if begun else 0,
        design=rank,
        begun=begun,
        live=live,
        suspended=study.status == "SUSPENDED" and not silent,
        completed=study.status == "COMPLETED",
        stopped=study.status in ("TERMINATED", "WITHDRAWN"),
        news=news,
        silent=silent,
    )


def has_begun(study: Study) -> bool:
    """Whether anybody was ever treated, as far as the record tells: neither withdrawn, nor planned, nor ended with nobody enrolled."""
    if study.status in NEVER_BEGUN:
        return False
    if study.status == "UNKNOWN" and study.last_known_status in NEVER_BEGUN:
        return False
    return not (study.enrolment == 0 and study.status in ENDED and study.enrolment_type in (None, "ACTUAL"))


def last_news(study: Study, today: PartialDate) -> PartialDate | None:
    """The latest date up to the day on which the record says that something was done or said."""
    ended = [one.date for one in (study.primary_completion, study.completion) if one and one.type != "ESTIMATED" and study.status == "COMPLETED"]
    started = [study.start.date] if study.start and study.start.type != "ESTIMATED" and has_begun(study) else []
    posted = (study.first_posted, study.results_first_posted, study.last_update_posted)
    said = (*posted, study.first_submitted, study.last_update_submitted, study.verified)
    horizon = last_day(today).isoformat()
    return max((date for date in (*said, *ended, *started) if date and date <= horizon), default=None)


def end_of(study: Study) -> PartialDate | None:
    """The day on which an ended trial ended, where the record gives one that is no estimate."""
    return next((one.date for one in (study.completion, study.primary_completion) if one and one.type != "ESTIMATED"), None)


def is_silent(news: PartialDate | None, today: PartialDate) -> bool:
    """Whether the last word is known and older than two years."""
    return news is not None and last_day(news) < years_before(today, SILENCE_YEARS)


def years_before(date: PartialDate, years: int) -> datetime.date:
    """The same day some years earlier (29 February gives the 28th).

    >>> years_before("2024-02-29", 2).isoformat()
    '2022-02-28'
    """
    day = last_day(date)
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def why_stopped(trial: TrialEvidence) -> StopVerdict:
    """The class of the sponsor's words, unstated where there are none."""
    return stop_reason(trial.study.why_stopped)


def cite(trial: TrialEvidence, field: str, quote: str | None) -> Cited:
    """A field of the trial as the place of a fact."""
    path = trial.paths.get(field, field) if trial.paths else field
    return Cited(record=trial.record, seq=trial.seq, path=path, quote=quote)


def _is_abandoned(study: Study, news: PartialDate | None, today: PartialDate) -> bool:
    """Whether nobody vouches for a live status any more: its end has passed, or is not known, and no word came for two years, or none at all."""
    end = study.completion or study.primary_completion
    if end is None:
        return is_silent(news, today)
    return last_day(end.date) < last_day(today) and (news is None or is_silent(news, today))

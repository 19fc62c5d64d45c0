"""Whether a programme still moves, told from all its trials together.

Flows in: the trials of a programme as they stand on a day, and whether the use is authorised. Flows out: the activity, its rule, the reason
of a stop and the facts that decided. Live trials prevail; one terminated trial stops no programme while another of its stage went on; an
authorised use is never "no development reported".
"""

from collections.abc import Sequence

from theriac.flow.evidence import Cited, TrialEvidence
from theriac.flow.programme_roles import Part
from theriac.flow.stop_reasons import StopVerdict
from theriac.flow.trial_standing import TrialStanding, cite, end_of, why_stopped
from theriac.model import Struct
from theriac.terms import Activity, StopReason


class Member(Struct, frozen=True):
    """A trial of a programme: what the drug does in it, how it stands, its conditions and its sponsor."""

    trial: TrialEvidence
    part: Part
    standing: TrialStanding
    conditions: frozenset[str]
    organisation: str | None


class ActivityVerdict(Struct, frozen=True):
    """The activity with its rule, the verdict on a stop, and the facts that decided."""

    activity: Activity
    rule: str
    verdict: StopVerdict | None = None
    cited: tuple[Cited, ...] = ()


def activity_of(members: Sequence[Member], *, authorised: bool) -> ActivityVerdict:
    """Active, suspended, stopped, completed or silent, in the order in which one excludes the next."""
    if any(member.standing.live for member in members):
        return ActivityVerdict(activity=Activity.ACTIVE, rule="activity.a_trial_is_live")
    if any(member.standing.suspended for member in members):
        return ActivityVerdict(activity=Activity.SUSPENDED, rule="activity.a_trial_is_suspended")
    if authorised:
        return ActivityVerdict(activity=Activity.COMPLETED, rule="activity.authorised_use")
    if not members:
        return ActivityVerdict(activity=Activity.UNKNOWN, rule="activity.no_trial_known")
    last = _furthest_ended(members)
    if last and all(member.standing.stopped for member in last) and not _went_on(members, last):
        return _stopped(last)
    if all(member.standing.silent for member in members):
        return ActivityVerdict(activity=Activity.NO_DEVELOPMENT_REPORTED, rule="activity.nothing_new_for_two_years")
    if last:
        return ActivityVerdict(activity=Activity.COMPLETED, rule="activity.furthest_trials_completed")
    return ActivityVerdict(activity=Activity.UNKNOWN, rule="activity.no_trial_tells")


def deciding(members: Sequence[Member]) -> list[Member]:
    """The trials that decide stage and activity: the furthest begun, the live and suspended ones, and those that ended last."""
    top = max((member.standing.rank for member in members), default=0)
    last = {member.trial.record for member in _furthest_ended(members)}
    moving = [member for member in members if member.standing.live or member.standing.suspended or member.trial.record in last]
    return [*moving, *(member for member in members if top and member.standing.rank == top)]


def _furthest_ended(members: Sequence[Member]) -> list[Member]:
    """The ended trials of the furthest stage; those that never began only where none did."""
    ended = [member for member in members if member.standing.completed or member.standing.stopped]
    begun = [member for member in ended if member.standing.begun] or ended
    top = max((member.standing.design for member in begun), default=0)
    return [member for member in begun if member.standing.design == top]


def _went_on(members: Sequence[Member], stopped: Sequence[Member]) -> bool:
    """Whether another trial was completed after the stop: then the stop was one trial's and not the programme's."""
    stop = max((end for member in stopped if (end := end_of(member.trial.study))), default=None)
    completed = [end for member in members if member.standing.completed and (end := end_of(member.trial.study))]
    return stop is not None and any(end > stop for end in completed)


def _stopped(last: Sequence[Member]) -> ActivityVerdict:
    """The stop with the reason of the trial that was heard of last, a stated one before an unstated one."""
    newest = sorted(last, key=lambda member: (member.standing.news or "", member.trial.record), reverse=True)
    member, verdict = newest[0], why_stopped(newest[0].trial)
    for other in newest[1:]:
        if verdict.reason is not StopReason.UNSTATED:
            break
        if (told := why_stopped(other.trial)).reason is not StopReason.UNSTATED:
            member, verdict = other, told
    cited = (cite(member.trial, "why_stopped", verdict.quote),) if verdict.quote else ()
    return ActivityVerdict(activity=Activity.STOPPED, rule="activity.furthest_trials_stopped", verdict=verdict, cited=cited)

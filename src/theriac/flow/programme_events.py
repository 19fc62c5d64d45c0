"""What happened to the programmes of a drug for a condition: how derived state changed along seen time, and when silence grew too long.

Flows in: the trials that make the programme, each version with the time in which it was the current one, and what authorities had decided about
the use. Flows out: moves, by the moment. State before and after a moment is derived on the same day with the same rules as status, so that
time alone moves nothing then; what time alone moves is dated the day it was crossed. A record that was there before anybody looked moves
nothing when it comes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from theriac.dates import PartialDate, last_day
from theriac.flow.activities import ActivityVerdict, Member, activity_of
from theriac.flow.authorisations import IN_FORCE, Use, stage_of, verdict
from theriac.flow.evidence import Cited, TrialEvidence
from theriac.flow.keys import organisation_key
from theriac.flow.programme_roles import Part, part_in_trial
from theriac.flow.status import KINDS, stage_reached
from theriac.flow.trial_standing import SILENCE_YEARS, cite, has_begun, standing
from theriac.model import Organisation, Struct, Study
from theriac.terms import Activity, Authorisation, EventKind, Stage

_ENDED = frozenset({Authorisation.WITHDRAWN, Authorisation.LAPSED})
_MOVED = frozenset({Activity.STOPPED, Activity.SUSPENDED, Activity.NO_DEVELOPMENT_REPORTED})


class Candidacy(Struct, frozen=True):
    """One version of a trial in which a drug is investigated, cut to what status reads of it, and what the drug does there."""

    trial: TrialEvidence
    part: Part

    @property
    def kind(self) -> str:
        """Which of the drug's programmes for the condition it belongs to: treatment, adjuvant or supportive."""
        return KINDS[self.part.role]

    @property
    def organisation(self) -> str | None:
        """The sponsor."""
        return self.trial.study.sponsor.name if self.trial.study.sponsor else None


class Spell(Struct, frozen=True):
    """A candidacy while its version was the current one, from `start` until just before `end`.

    It comes silently where the record was there before anybody looked, and leaves silently where a real document takes a sample's place.
    """

    candidacy: Candidacy
    start: str
    end: str | None
    comes_silently: bool = False
    leaves_silently: bool = False


class Move(Struct, frozen=True):
    """One change of a programme: of one organisation's, or (None) of all organisations' together; `turned` names
    the records that changed, `day` is set where a date was crossed."""

    kind: EventKind
    organisation: str | None
    old: str
    new: str
    seen: str
    cited: Cited
    role: str
    turned: frozenset[str] = frozenset()
    day: str | None = None
    happened: PartialDate | None = None


Decided = Callable[[str], Sequence[Use]]
"""What authorities had decided about the use at a moment."""


class _Position(Struct, frozen=True):
    members: tuple[Member, ...]
    stage: Stage
    activity: ActivityVerdict


def candidacies(trial: TrialEvidence) -> dict[str, Candidacy]:
    """For each drug that the trial investigates, its candidacy; a comparator, a placebo and a background have none."""
    slim = TrialEvidence(record=trial.record, seq=0, study=_slim(trial.study), conditions=trial.conditions)
    found = {}
    for drug in dict.fromkeys(one.drug for one in trial.drugs):
        part = part_in_trial(trial, drug)
        if part is not None:
            found[drug] = Candidacy(trial=slim, part=part)
    return found


def _slim(study: Study) -> Study:
    """What status reads of a study and nothing else."""
    return Study(
        nct_id=study.nct_id,
        title="",
        study_type=study.study_type,
        phases=study.phases,
        status=study.status,
        last_known_status=study.last_known_status,
        why_stopped=study.why_stopped,
        verified=study.verified,
        start=study.start,
        primary_completion=study.primary_completion,
        completion=study.completion,
        first_submitted=study.first_submitted,
        first_posted=study.first_posted,
        results_first_posted=study.results_first_posted,
        last_update_submitted=study.last_update_submitted,
        last_update_posted=study.last_update_posted,
        enrolment=study.enrolment,
        enrolment_type=study.enrolment_type,
        sponsor=Organisation(name=study.sponsor.name) if study.sponsor else None,
    )


def moves(spells: Sequence[Spell], since: str, today: str, decided: Decided) -> Iterator[Move]:
    """What moved from the moment `since` on and up to the day `today`, oldest first."""
    for kind in sorted({one.candidacy.kind for one in spells}):
        mine = [one for one in spells if one.candidacy.kind == kind]
        moments = sorted({moment for one in mine for moment in (one.start, one.end) if moment is not None})
        for number, moment in enumerate(moments):
            following = moments[number + 1] if number + 1 < len(moments) else None
            if moment >= since:
                yield from _steps(mine, moment, kind, decided if kind == "treatment" else _undecided)
            if following is None or following >= since:
                yield from _crossings(mine, moment, following, since, today, kind, decided if kind == "treatment" else _undecided)


def next_crossing(spells: Sequence[Spell], today: str) -> str | None:
    """The first day after `today` on which time alone may move a programme of these trials, if nothing else does."""
    now = [one for one in spells if one.end is None]
    days = [day for kind in {one.candidacy.kind for one in now} for day in _days_to_look(_group(now, kind), today)]
    return min((day for day in days if day > today), default=None)


def stage_by_trials(spells: Sequence[Spell], moment: str) -> Stage:
    """How far trials alone had brought the treatment at the moment."""
    return _position([one for one in _group(spells, "treatment") if _is(one, moment)], moment, ()).stage


def decided_moves(before: Sequence[Use], after: Sequence[Use], moment: str, by_trials: Stage, turned: frozenset[str]) -> Iterator[Move]:
    """What authorities' papers moved for one condition at a moment; whoever calls leaves out what is not known to be new."""
    for place in sorted({one.jurisdiction for one in (*before, *after)}):
        sides = [[one for one in uses if one.jurisdiction == place and not one.biosimilar] for uses in (before, after)]
        old, new = (verdict(side).authorisation if side else Authorisation.UNKNOWN for side in sides)
        if new in IN_FORCE and old not in IN_FORCE:
            use = _decider(sides[1], new, turned)
            words = (f"{place} {old.value}", f"{place} {new.value}")
            yield Move(EventKind.PROGRAMME_AUTHORISED, None, *words, moment, use.cited, "treatment", turned, happened=use.exact)
        elif new in _ENDED and old in IN_FORCE:
            use = _decider(sides[1], new, turned)
            words = (f"{place} {old.value}", f"{place} {new.value}")
            yield Move(EventKind.PROGRAMME_WITHDRAWN, None, *words, moment, use.cited, "treatment", turned, happened=use.exact)
    stages = [max((stage_of(uses) or (Stage.UNKNOWN, ""))[0].rank, by_trials.rank) for uses in (before, after)]
    if stages[1] > stages[0]:
        proven = [one for one in after if (stage_of([one]) or (Stage.UNKNOWN, ""))[0].rank == stages[1]]
        cited = min(proven, key=lambda one: (one.cited.record not in turned, one.cited.record)).cited
        furthest = [list(Stage)[rank].value for rank in stages]
        yield Move(EventKind.PROGRAMME_STAGE_ADVANCED, None, furthest[0], furthest[1], moment, cited, "treatment", turned)


def _decider(uses: Sequence[Use], value: Authorisation, turned: frozenset[str]) -> Use:
    same = [one for one in uses if one.authorisation is value]
    return min(same, key=lambda one: (one.cited.record not in turned, one.cited.record, one.cited.path))


def _is(spell: Spell, moment: str) -> bool:
    """Whether the version was the current one from the moment on."""
    return spell.start <= moment and (spell.end is None or spell.end > moment)


def _group(spells: Iterable[Spell], kind: str) -> list[Spell]:
    return [one for one in spells if one.candidacy.kind == kind]


def _undecided(_: str) -> Sequence[Use]:
    return ()


def _steps(spells: Sequence[Spell], moment: str, kind: str, decided: Decided) -> Iterator[Move]:
    """What the versions that came or went at the moment moved."""
    before = [one for one in spells if _was(one, moment)]
    after = [one for one in spells if _is(one, moment)]
    stayed = {id(one) for one in before} & {id(one) for one in after}
    turned = [one for one in (*before, *after) if id(one) not in stayed]
    if not turned:
        return
    told: set[EventKind] = set()
    for organisation in (None, *_organisations(turned)):
        sides = [_position(_of(side, organisation), moment, ()) for side in (before, after)]
        if sides[0].stage is sides[1].stage and sides[0].activity.activity is sides[1].activity.activity:
            continue
        uses = _held(decided(moment), organisation)
        sides = [_position(_of(side, organisation), moment, uses) for side in (before, after)]
        records = frozenset(one.candidacy.trial.record for one in turned)
        for move in _between(sides[0], sides[1], organisation, moment, kind, records):
            if organisation is None or move.kind not in told:
                told.add(move.kind)
                yield move


def _was(spell: Spell, moment: str) -> bool:
    """Whether the version counts as there before the moment: it was, or it comes silently now; one that leaves silently is gone already."""
    if spell.start == moment and spell.end != moment:
        return spell.comes_silently
    return spell.start < moment and (spell.end is None or spell.end > moment or (spell.end == moment and not spell.leaves_silently))


def _organisations(spells: Iterable[Spell]) -> list[str]:
    names = {organisation_key(name): name for one in spells if (name := one.candidacy.organisation)}
    return [names[key] for key in sorted(names)]


def _of(spells: Iterable[Spell], organisation: str | None) -> list[Spell]:
    if organisation is None:
        return list(spells)
    key = organisation_key(organisation)
    return [one for one in spells if one.candidacy.organisation and organisation_key(one.candidacy.organisation) == key]


def _held(uses: Sequence[Use], organisation: str | None) -> list[Use]:
    """The uses that count: all but a biosimilar's, or those of the organisation's own products."""
    if organisation is None:
        return [one for one in uses if not one.biosimilar]
    return [one for one in uses if one.organisation and organisation_key(one.organisation) == organisation_key(organisation)]


def _position(spells: Sequence[Spell], day: str, uses: Sequence[Use]) -> _Position:
    members = tuple(
        Member(
            trial=one.candidacy.trial,
            part=one.candidacy.part,
            standing=standing(one.candidacy.trial, day[:10]),
            conditions=frozenset(),
            organisation=one.candidacy.organisation,
        )
        for one in spells
    )
    activity = activity_of(members, authorised=any(one.authorisation in IN_FORCE for one in uses))
    return _Position(members=members, stage=stage_reached(members, uses)[0], activity=activity)


def _between(before: _Position, after: _Position, organisation: str | None, moment: str, kind: str, turned: frozenset[str]) -> Iterator[Move]:
    """The moves that two positions differ by; each cites the trial that decided it, one that changed at the moment before others."""
    if after.stage.rank > before.stage.rank:
        top = [one for one in after.members if one.standing.stage is after.stage]
        if top:
            member = _first(top, turned)
            cited = cite(member.trial, "phases", "/".join(member.trial.study.phases))
            yield Move(EventKind.PROGRAMME_STAGE_ADVANCED, organisation, before.stage.value, after.stage.value, moment, cited, kind, turned)
    old, new = before.activity.activity, after.activity.activity
    if old is new or not before.members or not after.members:
        return
    if new is Activity.STOPPED:
        stopped = [one for one in after.members if one.standing.stopped]
        member = next((one for one in stopped for each in after.activity.cited if one.trial.record == each.record), None) or _first(stopped, turned)
        reason = after.activity.verdict.reason.value if after.activity.verdict else "unstated"
        field = "why_stopped" if member.trial.study.why_stopped else "status"
        cited = cite(member.trial, field, getattr(member.trial.study, field))
        yield Move(EventKind.PROGRAMME_STOPPED, organisation, old.value, f"stopped ({reason})", moment, cited, kind, turned)
    elif new is Activity.ACTIVE and old in _MOVED:
        member = _first([one for one in after.members if one.standing.live], turned)
        cited = cite(member.trial, "status", member.trial.study.status)
        yield Move(EventKind.PROGRAMME_RESUMED, organisation, old.value, new.value, moment, cited, kind, turned)
    elif new is Activity.NO_DEVELOPMENT_REPORTED:
        member = max(after.members, key=lambda one: (one.standing.news or "", one.trial.record))
        cited = _last_word(member)
        yield Move(EventKind.PROGRAMME_NO_DEVELOPMENT_REPORTED, organisation, old.value, new.value, moment, cited, kind, turned)


def _first(members: Sequence[Member], turned: frozenset[str]) -> Member:
    return min(members, key=lambda one: (one.trial.record not in turned, one.trial.record))


def _last_word(member: Member) -> Cited:
    """The field that holds the last date on which anything was heard of the trial."""
    study, news = member.trial.study, member.standing.news
    fields = ("last_update_posted", "results_first_posted", "last_update_submitted", "verified", "first_posted", "first_submitted")
    field = next((name for name in fields if getattr(study, name) == news), "status")
    return cite(member.trial, field, news)


def _crossings(
    spells: Sequence[Spell], moment: str, following: str | None, since: str, today: str, kind: str, decided: Decided
) -> Iterator[Move]:
    """What time alone moved after the moment, until the next one or today."""
    now = [one for one in spells if _is(one, moment)]
    last = min(following or today, today)[:10]
    told: set[tuple[EventKind, str]] = set()
    for organisation in (None, *_organisations(now)):
        mine = _of(now, organisation)
        for day in _days_to_look(mine, moment):
            if not (moment[:10] < day <= last and day >= since[:10]):
                continue
            eve = (last_day(day) - timedelta(days=1)).isoformat()
            uses = _held(decided(moment), organisation)
            for move in _between(_position(mine, eve, uses), _position(mine, day, uses), organisation, day, kind, frozenset()):
                if organisation is None or (move.kind, day) not in told:
                    told.add((move.kind, day))
                    yield _dated(move, day)


def _dated(move: Move, day: str) -> Move:
    return Move(move.kind, move.organisation, move.old, move.new, day, move.cited, move.role, day=day, happened=day)


def _days_to_look(spells: Sequence[Spell], moment: str) -> list[str]:
    """The days on which all of the trials may have grown silent, and on which the last live or suspended one may have."""
    silent = {id(one): _silent_from(one.candidacy.trial.study) for one in spells}
    days = []
    if spells and all(silent.values()):
        days.append(max(day for day in silent.values() if day))
    states = [(one, standing(one.candidacy.trial, moment[:10])) for one in spells]
    for left in ([one for one, stands in states if stands.live], [one for one, stands in states if stands.suspended]):
        ends = [_unvouched_from(one.candidacy.trial.study, silent[id(one)]) for one in left]
        if ends and all(ends):
            days.append(max(day for day in ends if day))
    return sorted(set(days))


def _silent_from(study: Study) -> str | None:
    """The first day on which the record's last word is older than two years; None where it has no date."""
    dates = [one.date for one in (study.primary_completion, study.completion) if one and one.type != "ESTIMATED" and study.status == "COMPLETED"]
    dates += [study.start.date] if study.start and study.start.type != "ESTIMATED" and has_begun(study) else []
    posted = (study.first_posted, study.results_first_posted, study.last_update_posted)
    said = [date for date in (*posted, study.first_submitted, study.last_update_submitted, study.verified) if date]
    if not said and not dates:
        return None
    last = last_day(max(*said, *dates, ""))
    try:
        over = last.replace(year=last.year + SILENCE_YEARS)
    except ValueError:
        over = last.replace(year=last.year + SILENCE_YEARS, day=28)
    return (over + timedelta(days=1)).isoformat()


def _unvouched_from(study: Study, silent: str | None) -> str | None:
    """The first day on which nobody vouches for a live status any more: silent, and past its end."""
    end = study.completion or study.primary_completion
    if silent is None or end is None:
        return silent
    return max(silent, (last_day(end.date) + timedelta(days=1)).isoformat())

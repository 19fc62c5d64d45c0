"""The status of a drug: its programmes by condition and organisation, and their roll-ups, each value with its rule and its facts.

Flows in: everything known about one drug, and a day. Flows out: programmes. It reads no other drug's evidence, so that a change derives
anew only the drugs it touches, and never lets one word decide several fields: stage, activity, authorisation and market stand apart, because
stopping is news and status is no ladder.

The rules stand, one a line with an example, in `docs/status.md`; the same lines are executed as a test.
"""

from collections.abc import Iterable, Sequence

from theriac.dates import PartialDate
from theriac.flow.activities import Member, activity_of, deciding
from theriac.flow.applications import ApplicationFile, application_files, market_of
from theriac.flow.authorisations import EU, IN_FORCE, US, Use, Verdict, stage_of, unstated, uses, verdict
from theriac.flow.evidence import Cited, DrugEvidence, Programme, TrialEvidence
from theriac.flow.keys import organisation_key
from theriac.flow.programme_roles import part_in_trial
from theriac.flow.trial_standing import cite, standing
from theriac.model import Struct
from theriac.terms import Authorisation, Market, Role, Stage

# A programme of one of these never mixes with one of another: an adjuvant's trial is no treatment of the disease.
KINDS = {Role.MONOTHERAPY: "treatment", Role.COMBINATION: "treatment", Role.ADJUVANT: "adjuvant", Role.SUPPORTIVE: "supportive"}
_ENDED_IN_EU = frozenset({Authorisation.WITHDRAWN, Authorisation.LAPSED, Authorisation.SUSPENDED})


class _Case(Struct, frozen=True):
    """What every programme of the drug shares: its evidence, application files, uses, and the verdicts where no document states a use."""

    evidence: DrugEvidence
    files: dict[str, ApplicationFile]
    uses: tuple[Use, ...]
    unstated: dict[str, Verdict]


def derive(evidence: DrugEvidence, today: PartialDate) -> tuple[Programme, ...]:
    """Every programme of the drug on the day: per condition and organisation, per condition, and over all conditions.

    A null organisation is the roll-up over all sponsors, a null condition the one over all conditions. The order of the evidence does not
    matter; of two versions of one record the later counts.
    """
    members = _members(evidence, today)
    files = application_files(evidence.applications)
    found = uses(evidence, files)
    case = _Case(evidence=evidence, files=files, uses=found, unstated={place: unstated(place, evidence, files) for place in (US, EU)})
    programmes = [_programme(case, None, kind, None, members, found) for kind in _kinds(members, found)]
    by_condition: dict[str, list[Member]] = {use.condition: [] for use in found}
    for member in members:
        for condition in member.conditions:
            by_condition.setdefault(condition, []).append(member)
    for condition, mine in sorted(by_condition.items()):
        stated = [use for use in found if use.condition == condition]
        for kind in _kinds(mine, stated):
            programmes.append(_programme(case, condition, kind, None, mine, stated))
            programmes.extend(_by_organisation(case, condition, kind, mine, stated))
    return tuple(programmes)


def derive_all(evidence: Iterable[DrugEvidence], today: PartialDate) -> tuple[Programme, ...]:
    """The programmes of several drugs, by drug."""
    return tuple(one for drug in sorted(evidence, key=lambda each: each.drug) for one in derive(drug, today))


def _members(evidence: DrugEvidence, today: PartialDate) -> list[Member]:
    latest: dict[str, TrialEvidence] = {}
    for trial in evidence.trials:
        kept = latest.get(trial.record)
        if kept is None or kept.seq < trial.seq:
            latest[trial.record] = trial
    found = []
    for record in sorted(latest):
        trial = latest[record]
        part = part_in_trial(trial, evidence.drug)
        if part is not None:
            sponsor = trial.study.sponsor
            found.append(
                Member(
                    trial=trial,
                    part=part,
                    standing=standing(trial, today),
                    conditions=frozenset(one.condition for one in trial.conditions),
                    organisation=sponsor.name if sponsor else None,
                )
            )
    return found


def _kinds(members: Sequence[Member], found: Sequence[Use]) -> list[str]:
    kinds = {KINDS[member.part.role] for member in members} | ({"treatment"} if found else set())
    return [kind for kind in ("treatment", "adjuvant", "supportive") if kind in kinds]


def _by_organisation(case: _Case, condition: str, kind: str, members: Sequence[Member], found: Sequence[Use]) -> list[Programme]:
    """One programme for each sponsor and each holder; spellings of one organisation are one, shown as most records write it."""
    sponsored: dict[str, list[Member]] = {}
    held: dict[str, list[Use]] = {}
    spelled: dict[str, list[str]] = {}
    for member in members:
        if KINDS[member.part.role] == kind and member.organisation:
            key = organisation_key(member.organisation)
            sponsored.setdefault(key, []).append(member)
            spelled.setdefault(key, []).append(member.organisation)
    for use in found if kind == "treatment" else ():
        if use.organisation:
            key = organisation_key(use.organisation)
            held.setdefault(key, []).append(use)
            spelled.setdefault(key, []).append(use.organisation)
    return [
        _programme(case, condition, kind, _shown(names), sponsored.get(key, []), held.get(key, [])) for key, names in sorted(spelled.items())
    ]


def _shown(names: list[str]) -> str:
    return min(set(names), key=lambda name: (-names.count(name), name))


def _programme(
    case: _Case, condition: str | None, kind: str, organisation: str | None, members: Sequence[Member], found: Sequence[Use]
) -> Programme:
    mine = [member for member in members if KINDS[member.part.role] == kind]
    stated = list(found) if kind == "treatment" else []
    if organisation is None:
        stated = [use for use in stated if not use.biosimilar]
    role, role_rule = _role(kind, mine)
    stage, stage_rule = stage_reached(mine, stated)
    activity = activity_of(mine, authorised=any(use.authorisation in IN_FORCE for use in stated))
    decided = _authorisations(case, stated, organisation, kind)
    market, market_rules, market_cites = _markets(case, condition, stated, decided)
    rules = {"role": role_rule, "stage": stage_rule, "activity": activity.rule}
    if activity.verdict is not None:
        rules["stop_reason"] = f"stop_reason.{activity.verdict.rule}"
    for place, one in decided.items():
        rules[f"authorisation.{place}"] = one.rule
        if one.since_rule:
            rules[f"since.{place}"] = one.since_rule
    if kind != "treatment":
        rules["authorisation"] = f"authorisation.{kind}_role_is_no_indication"
    return Programme(
        drug=case.evidence.drug,
        condition=condition,
        organisation=organisation,
        role=role,
        stage=stage,
        activity=activity.activity,
        stop_reason=activity.verdict.reason if activity.verdict else None,
        authorisation={place: one.authorisation for place, one in decided.items()},
        market=market,
        since={place: one.since for place, one in decided.items() if one.since},
        rules=rules | market_rules,
        evidence=_evidence(mine, stated, [*activity.cited, *market_cites]),
    )


def _role(kind: str, mine: Sequence[Member]) -> tuple[Role, str]:
    """Monotherapy where any trial gives the drug alone; what only a label states is told by no arm."""
    if kind != "treatment":
        return Role(kind), min(member.part.rule for member in mine)
    parts = sorted({(member.part.role is not Role.MONOTHERAPY, member.part.role, member.part.rule) for member in mine})
    return (parts[0][1], parts[0][2]) if parts else (Role.MONOTHERAPY, "role.stated_by_label_only")


def stage_reached(mine: Sequence[Member], stated: Sequence[Use]) -> tuple[Stage, str]:
    """The furthest of trials and authorisations, with the rule that says why nothing was reached."""
    furthest = max(((member.standing.rank, member.standing.stage) for member in mine), default=(0, Stage.UNKNOWN))[1]
    proven = stage_of(stated)
    if proven is not None and proven[0].rank > furthest.rank:
        return proven
    if furthest is not Stage.UNKNOWN:
        return furthest, "stage.furthest_trial_begun"
    if any("PHASE4" in member.trial.study.phases for member in mine):
        return furthest, "stage.phase_4_is_no_approval"
    if any(not member.standing.begun for member in mine):
        return furthest, "stage.no_trial_begun"
    return furthest, "stage.no_phase_stated"


def _authorisations(case: _Case, stated: Sequence[Use], organisation: str | None, kind: str) -> dict[str, Verdict]:
    """The verdict of each jurisdiction; an organisation's own programme shows only what it holds itself."""
    found = {}
    for place in (US, EU):
        mine = [use for use in stated if use.jurisdiction == place]
        if mine:
            found[place] = verdict(mine)
        elif organisation is None and kind == "treatment":
            found[place] = case.unstated[place]
    return found


def _markets(
    case: _Case, condition: str | None, stated: Sequence[Use], decided: dict[str, Verdict]
) -> tuple[dict[str, Market], dict[str, str], list[Cited]]:
    """US: by the marketing status of the applications whose labels state the use; EU: the table tells only what has ended."""
    markets, rules, cites = {}, {}, []
    if US in decided and decided[US].authorisation is not Authorisation.NONE:
        numbers = {number for use in stated for number in use.applications}
        if condition is None:
            numbers |= {number for number, file in case.files.items() if not file.biosimilar}
        value, rule, cited = market_of([case.files[number] for number in sorted(numbers) if number in case.files])
        markets[US], rules[f"market.{US}"] = value, rule
        cites += [cited] if cited else []
    if EU in decided and decided[EU].authorisation is not Authorisation.NONE:
        ended = decided[EU].authorisation in _ENDED_IN_EU
        markets[EU] = Market.WITHDRAWN if ended else Market.UNKNOWN
        rules[f"market.{EU}"] = "eu.authorisation_has_ended" if ended else "eu.table_does_not_tell_sales"
    return markets, rules, cites


def _evidence(mine: Sequence[Member], stated: Sequence[Use], cites: Sequence[Cited]) -> tuple[Cited, ...]:
    """The facts behind the programme, each once, by record and place."""
    found = {use.cited for use in stated} | set(cites)
    for member in mine:
        trial, mention = member.trial, member.part.mention
        found.add(Cited(record=trial.record, seq=trial.seq, path=mention.path, quote=mention.text))
    for member in deciding(mine):
        found.add(cite(member.trial, "phases", "/".join(member.trial.study.phases) or None))
        found.add(cite(member.trial, "status", member.trial.study.status))
    return tuple(sorted(found, key=lambda one: (one.record, one.seq, one.path, one.quote or "")))

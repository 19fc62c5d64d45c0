"""What happened to a clinical study between two versions of its registry entry.

Flows in: the readings of two whole versions, in whichever formats. Flows out: events, none for what only the writing changed: white space,
escapes, case, list marks, order of lists, names that the registry gave countries anew, and fields that one of two formats does not carry.
It never looks at a projection of a study (the caller keeps those away), and judges no event's weight.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from theriac.dates import PartialDate
from theriac.flow.country_names import country
from theriac.flow.events import Change, Event, Passages, Step, bound
from theriac.flow.plain_words import company, words
from theriac.flow.word_diff import changed_units
from theriac.model import Arm, DatedValue, Intervention, Outcome, Study
from theriac.terms import EventKind

T = TypeVar("T")

STOPPED = frozenset({"TERMINATED", "WITHDRAWN"})
_HALTED = STOPPED | {"SUSPENDED"}
_WITHHELD_NAME = "[Redacted]"
_NO_PHASE = frozenset({"NA"})
_ELIGIBLE = ("sex", "minimum_age", "maximum_age", "healthy_volunteers")


def trial_events(old: Study | None, new: Study, step: Step) -> tuple[Event, ...]:
    """What the newer version of a study says otherwise than the older one; `first_posted` alone where there is no older one.

    What a withheld study (a device not yet cleared) does not show is hidden, not absent, so that its disclosure is one change of status.
    """
    if old is None:
        first = new.first_posted or new.first_submitted
        return bound(step, [Change(kind=EventKind.TRIAL_FIRST_POSTED, path="first_posted", new=first, quote_new=new.title, happened=first)])
    alike = step.same_format and "WITHHELD" not in (old.status, new.status)
    changes = (change for rule in _RULES for change in rule(old, new, alike))
    return bound(step, changes, update_date(old, new))


def trial_removed(old: Study, step: Step) -> tuple[Event, ...]:
    """The study's withdrawal from the registry, which only complete listings prove; nothing otherwise."""
    if not step.complete:
        return ()
    return bound(step, [Change(kind=EventKind.TRIAL_WITHDRAWN_FROM_REGISTRY, path="nct_id", old=old.nct_id, quote_old=old.title)])


def update_date(old: Study, new: Study) -> PartialDate | None:
    """The day on which the registry posted (else was sent) the newer version; None where it is the old version's day too.

    The registry changes some fields by itself, without a new update date: an overdue study's status becomes UNKNOWN. It dates no such act.
    """
    if new.last_update_posted and old.last_update_posted:
        return new.last_update_posted if new.last_update_posted != old.last_update_posted else None
    if new.last_update_submitted == old.last_update_submitted:
        return None
    return new.last_update_posted or new.last_update_submitted


def _status(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    changed = bool(old.status and new.status) and old.status != new.status
    if changed:
        yield Change(
            kind=EventKind.TRIAL_STATUS_CHANGED,
            path="status",
            old=old.status,
            new=new.status,
            quote_old=old.why_stopped,
            quote_new=new.why_stopped if new.status in _HALTED else None,
        )
    if new.status not in STOPPED:
        return
    reason_changed = old.status in STOPPED and bool(new.why_stopped) and words(old.why_stopped) != words(new.why_stopped)
    if (changed and old.status not in STOPPED) or reason_changed:
        yield Change(
            kind=EventKind.TRIAL_STOPPED,
            path="why_stopped",
            old=old.status,
            new=new.status,
            quote_old=old.why_stopped,
            quote_new=new.why_stopped,
        )


def _phase(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    before, after = (frozenset(study.phases) - _NO_PHASE for study in (old, new))
    if before != after and (alike or (old.phases and new.phases)):
        yield Change(
            kind=EventKind.TRIAL_PHASE_CHANGED, path="phases", old="/".join(sorted(old.phases)) or None, new="/".join(sorted(new.phases)) or None
        )


def _enrolment(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    if old.enrolment != new.enrolment and _comparable(old.enrolment, new.enrolment, alike):
        yield Change(kind=EventKind.TRIAL_ENROLMENT_CHANGED, path="enrolment", old=_number(old.enrolment), new=_number(new.enrolment))


def _dates(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    kinds = {
        "primary_completion": EventKind.TRIAL_PRIMARY_COMPLETION_MOVED,
        "completion": EventKind.TRIAL_COMPLETION_MOVED,
        "start": EventKind.TRIAL_START_MOVED,
    }
    for field, kind in kinds.items():
        before, after = getattr(old, field), getattr(new, field)
        if _comparable(before, after, alike) and moved(before, after):
            yield Change(kind=kind, path=field, old=before and before.date, new=after and after.date)


def moved(old: DatedValue | None, new: DatedValue | None) -> bool:
    """Whether the date became another one: 2017-01 and 2017-01-15 do not contradict each other, and that a date came true moves nothing.

    >>> moved(DatedValue(date="2017-01"), DatedValue(date="2017-01-15")), moved(DatedValue(date="2017-01"), DatedValue(date="2017-03"))
    (False, True)
    """
    if old is None or new is None:
        return old is not new
    return not (old.date.startswith(new.date) or new.date.startswith(old.date))


def _arms(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    passages: Passages = ()
    if _comparable(old.arms, new.arms, alike):
        passages += _differing(old.arms, new.arms, lambda arm: words(arm.label), _arm_key, _arm_text)
    if _comparable(old.interventions, new.interventions, alike):
        passages += _differing(
            old.interventions, new.interventions, lambda one: (words(one.name), frozenset(map(words, one.arms))), _intervention_key, _given_text
        )
    if passages:
        labels_old, labels_new = (tuple(arm.label for arm in study.arms) for study in (old, new))
        yield _listed(EventKind.TRIAL_ARMS_CHANGED, "arms", labels_old, labels_new, passages)


def _arm_key(arm: Arm) -> Hashable:
    return words(arm.label), (arm.type or "").casefold(), words(arm.description), frozenset(map(words, arm.interventions))


def _arm_text(arm: Arm) -> tuple[str, ...]:
    return arm.label, arm.description or "", arm.type or "", *sorted(arm.interventions)


def _intervention_key(one: Intervention) -> Hashable:
    others, arms = (frozenset(map(words, names)) for names in (one.other_names, one.arms))
    return words(one.name), (one.type or "").casefold(), words(one.description), others, arms


def _given_text(one: Intervention) -> tuple[str, ...]:
    return one.name, one.description or "", one.type or "", *sorted(one.other_names), *sorted(one.arms)


def _outcomes(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    if not _comparable(old.primary_outcomes, new.primary_outcomes, alike):
        return
    passages = _differing(old.primary_outcomes, new.primary_outcomes, lambda one: words(one.measure), _outcome_key, _outcome_text)
    if passages:
        measures_old, measures_new = (tuple(one.measure for one in study.primary_outcomes) for study in (old, new))
        yield _listed(EventKind.TRIAL_PRIMARY_OUTCOME_CHANGED, "primary_outcomes", measures_old, measures_new, passages)


def _outcome_key(outcome: Outcome) -> Hashable:
    return words(outcome.measure), words(outcome.time_frame), words(outcome.description)


def _outcome_text(outcome: Outcome) -> tuple[str, ...]:
    return outcome.measure, outcome.time_frame or "", outcome.description or ""


def _eligibility(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    if _comparable(old.eligibility, new.eligibility, alike) and words(old.eligibility) != words(new.eligibility):
        passages = tuple(changed_units(old.eligibility or "", new.eligibility or "", words))
        quote_old, quote_new = _weightiest(passages)
        yield Change(
            kind=EventKind.TRIAL_ELIGIBILITY_CHANGED,
            path="eligibility",
            slot="eligibility",
            old=_short(quote_old),
            new=_short(quote_new),
            quote_old=quote_old,
            quote_new=quote_new,
            passages=passages,
        )
    for field in _ELIGIBLE:
        before, after = getattr(old, field), getattr(new, field)
        if _comparable(before, after, alike) and words(_said(before)) != words(_said(after)):
            yield Change(kind=EventKind.TRIAL_ELIGIBILITY_CHANGED, path=field, slot=field, old=_said(before), new=_said(after))


def _sponsor(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    before, after = (_lead(study) for study in (old, new))
    if _comparable(before, after, alike) and company(before) != company(after):
        yield Change(kind=EventKind.TRIAL_SPONSOR_CHANGED, path="sponsor", slot="sponsor", old=before, new=after, quote_old=before, quote_new=after)
    names_old, names_new = (tuple(one.name for one in study.collaborators) for study in (old, new))
    gone, come = _only(names_old, names_new, company)
    if (gone or come) and _comparable(names_old, names_new, alike):
        yield _listed(EventKind.TRIAL_SPONSOR_CHANGED, "collaborators", gone, come, ())


def _lead(study: Study) -> str | None:
    """The lead sponsor; None while the registry withholds who it is."""
    name = study.sponsor.name if study.sponsor else None
    return None if name == _WITHHELD_NAME else name


def _countries(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    if _comparable(old.countries, new.countries, alike):
        gone, come = _only(old.countries, new.countries, country)
        if gone or come:
            yield _listed(EventKind.TRIAL_COUNTRIES_CHANGED, "countries", gone, come, ())


def _results(old: Study, new: Study, alike: bool) -> Iterator[Change]:
    first = bool(new.has_results) and not old.has_results and old.results_first_posted is None
    if first or (new.results_first_posted and not old.results_first_posted and not old.has_results):
        yield Change(
            kind=EventKind.TRIAL_RESULTS_POSTED,
            path="results_first_posted",
            new=new.results_first_posted,
            happened=new.results_first_posted,
        )


_RULES: tuple[Callable[[Study, Study, bool], Iterator[Change]], ...] = (
    *(_status, _phase, _enrolment, _dates, _arms, _outcomes, _eligibility, _sponsor, _countries, _results),
)


def _comparable(old: object, new: object, alike: bool) -> bool:
    """Whether they differ at all and both say something, or an absence is one because both are of one format."""
    return old != new and (alike or not (old is None or new is None or old == () or new == ()))


def _only(old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """What stands on one side only, whatever the order."""
    olds, news = Counter(map(key, old)), Counter(map(key, new))
    return tuple(one for one in old if olds[key(one)] > news[key(one)]), tuple(one for one in new if news[key(one)] > olds[key(one)])


def _differing(
    old: Sequence[T],
    new: Sequence[T],
    same: Callable[[T], Hashable],
    whole: Callable[[T], Hashable],
    texts: Callable[[T], tuple[str, ...]],
) -> Passages:
    """The changed pieces of the members that stand on one side only, those of one name beside each other."""
    gone, come = (list(side) for side in _only(old, new, whole))
    passages: list[tuple[str, str]] = []
    for one in list(gone):
        twin = next((other for other in come if same(other) == same(one)), None)
        if twin is not None:
            gone.remove(one)
            come.remove(twin)
            passages += _pieces(texts(one), texts(twin))
    passages += [(texts(one)[0], "") for one in gone]
    passages += [("", texts(one)[0]) for one in come]
    return tuple(passages)


def _pieces(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    gone, come = _only(old, new, words)
    for place in range(max(len(gone), len(come))):
        yield gone[place] if place < len(gone) else "", come[place] if place < len(come) else ""


def _listed(kind: EventKind, path: str, old: tuple[str, ...], new: tuple[str, ...], passages: Passages) -> Change:
    """A change within a list: its members before and after, and the weightiest changed piece as the quotes."""
    quote_old, quote_new = _weightiest(passages)
    return Change(
        kind=kind,
        path=path,
        slot=path,
        old="; ".join(old) or None,
        new="; ".join(new) or None,
        quote_old=quote_old,
        quote_new=quote_new,
        passages=passages,
    )


def _weightiest(passages: Passages) -> tuple[str | None, str | None]:
    old, new = max(passages, key=lambda pair: len(pair[0]) + len(pair[1]), default=("", ""))
    return old or None, new or None


def _short(quote: str | None) -> str | None:
    """The beginning of a quote, cut at a word."""
    if quote is None or len(quote) <= 160:
        return quote
    return quote[:160].rpartition(" ")[0] or quote[:160]


def _number(count: int | None) -> str | None:
    return None if count is None else str(count)


def _said(value: str | bool | None) -> str | None:
    return value if value is None or isinstance(value, str) else ("yes" if value else "no")

"""One dated timeline of a drug: trials, approvals, new uses, safety changes of labels, ends of patents, withdrawals.

Flows in: everything known about one drug, and a day. Flows out: milestones in the order of their dates, each with its record, version and
place, the date as exact as the source gave it. One event that several records tell stands once. It infers no use from a supplement: an
efficacy supplement is called that, a new indication only what a document says to be one.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec.structs import replace

from theriac.dates import PartialDate, last_day
from theriac.flow.evidence import ApplicationEvidence, ChangeEvidence, Cited, DrugEvidence, MedicineEvidence, RecallEvidence
from theriac.flow.programme_roles import part_in_trial
from theriac.flow.trial_standing import cite, standing
from theriac.model import Struct, Submission
from theriac.terms import EventKind


class MilestoneKind(StrEnum):
    """What a milestone marks."""

    FIRST_TRIAL = "first_trial"
    FIRST_IN_PHASE = "first_in_phase"
    RESULTS_POSTED = "results_posted"
    OPINION = "opinion"
    APPROVAL = "approval"
    GENERIC_APPROVAL = "generic_approval"
    TENTATIVE_APPROVAL = "tentative_approval"
    NEW_PRODUCT = "new_product"
    NEW_INDICATION = "new_indication"
    INDICATION_REMOVED = "indication_removed"
    EFFICACY_SUPPLEMENT = "efficacy_supplement"
    LABEL_SAFETY_CHANGE = "label_safety_change"
    MARKETING_STATUS_CHANGE = "marketing_status_change"
    PATENT_EXPIRY = "patent_expiry"
    EXCLUSIVITY_EXPIRY = "exclusivity_expiry"
    REFUSAL = "refusal"
    SUSPENSION = "suspension"
    WITHDRAWAL = "withdrawal"
    RECALL = "recall"


class Milestone(Struct, frozen=True):
    """One event of the timeline; `detail` is what it is about (a phase, a patent's number), `also` the other records that tell it.

    `organisation` is the sponsor or holder that the record names, which for an old approval may be a later one.
    """

    kind: MilestoneKind
    date: PartialDate
    cited: Cited
    detail: str = ""
    jurisdiction: str | None = None
    organisation: str | None = None
    condition: str | None = None
    future: bool = False
    also: tuple[Cited, ...] = ()


_OF_CHANGE = {
    EventKind.LABEL_INDICATION_ADDED: MilestoneKind.NEW_INDICATION,
    EventKind.APPROVAL_NEW_INDICATION: MilestoneKind.NEW_INDICATION,
    EventKind.LABEL_INDICATION_REMOVED: MilestoneKind.INDICATION_REMOVED,
    EventKind.LABEL_BOXED_WARNING_ADDED: MilestoneKind.LABEL_SAFETY_CHANGE,
    EventKind.LABEL_BOXED_WARNING_CHANGED: MilestoneKind.LABEL_SAFETY_CHANGE,
    EventKind.LABEL_BOXED_WARNING_REMOVED: MilestoneKind.LABEL_SAFETY_CHANGE,
    EventKind.LABEL_CONTRAINDICATION_CHANGED: MilestoneKind.LABEL_SAFETY_CHANGE,
    EventKind.LABEL_WARNING_CHANGED: MilestoneKind.LABEL_SAFETY_CHANGE,
    EventKind.APPROVAL_MARKETING_STATUS_CHANGED: MilestoneKind.MARKETING_STATUS_CHANGE,
}
_NEW_USE_CLASS = "TYPE 9"


def milestones(evidence: DrugEvidence, today: PartialDate) -> tuple[Milestone, ...]:
    """The drug's timeline, oldest first; what lies behind the day is marked as future."""
    authorities = (*_of_applications(evidence), *_of_medicines(evidence.medicines), *_of_recalls(evidence.recalls))
    found = (*_of_trials(evidence, today), *authorities, *_of_changes(evidence.changes))
    once = _once(_named_once(tuple(found)))
    horizon = last_day(today)
    marked = (replace(one, future=True) if last_day(one.date) > horizon else one for one in once)
    return tuple(sorted(marked, key=lambda one: (one.date, one.kind, one.detail, one.cited.record, one.cited.path)))


def _named_once(found: tuple[Milestone, ...]) -> Iterator[Milestone]:
    """A use filed under a number of its own is the efficacy supplement of the same day: one approval, told twice."""
    days = {one.date for one in found if one.kind is MilestoneKind.NEW_INDICATION and not one.detail}
    for one in found:
        same = one.kind is MilestoneKind.EFFICACY_SUPPLEMENT and one.date in days
        yield replace(one, kind=MilestoneKind.NEW_INDICATION, detail="") if same else one


def _once(found: Iterable[Milestone]) -> list[Milestone]:
    """Each event once: the same kind, date, detail, place, holder and condition; the first record by name stands for it."""
    grouped: dict[tuple[str, ...], list[Milestone]] = {}
    for one in found:
        key = (one.kind.value, one.date, one.detail, one.jurisdiction or "", one.condition or "")
        grouped.setdefault(key, []).append(one)
    merged = []
    for same in grouped.values():
        first, *rest = sorted(same, key=lambda one: (one.cited.record, one.cited.seq, one.cited.path))
        others = tuple(dict.fromkeys(one.cited for one in rest if one.cited != first.cited))
        merged.append(replace(first, also=others) if others else first)
    return merged


def _of_trials(evidence: DrugEvidence, today: PartialDate) -> Iterator[Milestone]:
    """The first trial begun, the first of each phase, and every posting of results, of trials in which the drug is investigated."""
    begun: list[tuple[PartialDate, Milestone, str]] = []
    for trial in sorted(evidence.trials, key=lambda one: (one.record, one.seq)):
        if part_in_trial(trial, evidence.drug) is None:
            continue
        study = trial.study
        sponsor = study.sponsor.name if study.sponsor else None
        started = study.start.date if study.start else None
        if started and standing(trial, today).begun and started <= last_day(today).isoformat():
            phase = "/".join(study.phases)
            first = Milestone(kind=MilestoneKind.FIRST_TRIAL, date=started, cited=cite(trial, "start", started), organisation=sponsor)
            begun.append((started, first, phase))
        if study.results_first_posted:
            cited = cite(trial, "results_first_posted", study.results_first_posted)
            kind = MilestoneKind.RESULTS_POSTED
            yield Milestone(kind=kind, date=study.results_first_posted, cited=cited, detail=study.nct_id, organisation=sponsor)
    begun.sort(key=lambda one: (one[0], one[1].cited.record))
    if begun:
        yield begun[0][1]
    phases: dict[str, Milestone] = {}
    for _, first, phase in begun:
        if phase not in ("", "NA"):
            phases.setdefault(phase, first)
    for phase, first in phases.items():
        kind = MilestoneKind.FIRST_IN_PHASE
        yield Milestone(kind=kind, date=first.date, cited=first.cited, detail=phase, organisation=first.organisation)


def _of_applications(evidence: DrugEvidence) -> Iterator[Milestone]:
    types = {one.application.number: one.application.type for one in evidence.applications if one.application.type}
    originals = _originals(evidence.applications)
    for one in evidence.applications:
        number = one.application.number
        yield from _of_submissions(one, types.get(number))
        yield from _of_products(one, types.get(number), originals.get(number))
        yield from _of_patents(one)


def _originals(records: Iterable[ApplicationEvidence]) -> dict[str, PartialDate]:
    """The first approval of each application whose submissions are known."""
    found: dict[str, PartialDate] = {}
    for one in records:
        for sub in one.application.submissions or ():
            if _is(sub, "ORIG", "AP") and sub.date:
                found[one.application.number] = min(sub.date, found.get(one.application.number, sub.date))
    return found


def _is(sub: Submission, kind: str, status: str) -> bool:
    return sub.type.strip().upper() == kind and (sub.status or "").upper() == status


def _of_submissions(one: ApplicationEvidence, kind: str | None) -> Iterator[Milestone]:
    """Original approvals and efficacy supplements; an original of type 9 is a new use filed apart, often the same day as its supplement."""
    for sub in one.application.submissions or ():
        if not sub.date:
            continue
        classed = (sub.submission_class or "").upper()
        if _is(sub, "ORIG", "TA"):
            found = MilestoneKind.TENTATIVE_APPROVAL
        elif _is(sub, "ORIG", "AP"):
            found = _approval(kind, new_use=classed.startswith(_NEW_USE_CLASS))
        elif _is(sub, "SUPPL", "AP") and classed.startswith("EFFICACY"):
            found = MilestoneKind.EFFICACY_SUPPLEMENT
        else:
            continue
        detail = "" if found is MilestoneKind.NEW_INDICATION else _named(kind, one.application.number)
        place = f"submissions[{sub.type.strip()}-{sub.number}]"
        yield _us(one, found, sub.date, place, sub.submission_class, detail)


def _approval(kind: str | None, *, new_use: bool) -> MilestoneKind:
    if new_use:
        return MilestoneKind.NEW_INDICATION
    return MilestoneKind.GENERIC_APPROVAL if kind == "ANDA" else MilestoneKind.APPROVAL


def _named(kind: str | None, number: str) -> str:
    return f"{kind or 'application '}{number}"


def _of_products(one: ApplicationEvidence, kind: str | None, original: PartialDate | None) -> Iterator[Milestone]:
    """The approval dates of products: the application's own where no submissions are known, later ones are new products."""
    products = [product for product in one.application.products or () if product.approved]
    first = original or min((product.approved for product in products if product.approved), default=None)
    for product in products:
        if one.products is not None and product.number not in one.products:
            continue
        if product.approved is not None and first is not None and product.approved > first:
            detail = f"{_named(kind, one.application.number)} product {product.number}"
            yield _us(one, MilestoneKind.NEW_PRODUCT, product.approved, f"products[{product.number}].approved", product.strength, detail)
        elif product.approved is not None and original is None:
            detail = _named(kind, one.application.number)
            yield _us(one, _approval(kind, new_use=False), product.approved, f"products[{product.number}].approved", None, detail)


def _of_patents(one: ApplicationEvidence) -> Iterator[Milestone]:
    """The ends of listed patents and exclusivities; a listed patent is not a valid one, and its end is no entry of generics."""
    for patent in one.application.patents or ():
        if patent.expires and not patent.delisted and (one.products is None or patent.product in one.products):
            place = f"patents[{patent.product}/{patent.number}].expires"
            yield _us(one, MilestoneKind.PATENT_EXPIRY, patent.expires, place, None, patent.number)
    for right in one.application.exclusivities or ():
        if right.expires and (one.products is None or right.product in one.products):
            place = f"exclusivities[{right.product}/{right.code}].expires"
            yield _us(one, MilestoneKind.EXCLUSIVITY_EXPIRY, right.expires, place, None, right.code)


def _us(one: ApplicationEvidence, kind: MilestoneKind, date: PartialDate, path: str, quote: str | None, detail: str) -> Milestone:
    cited = Cited(record=one.record, seq=one.seq, path=path, quote=quote)
    return Milestone(kind=kind, date=date, cited=cited, detail=detail, jurisdiction="US", organisation=one.application.sponsor)


def _of_medicines(medicines: Iterable[MedicineEvidence]) -> Iterator[Milestone]:
    for one in medicines:
        medicine = one.medicine
        if (medicine.category or "").casefold() == "veterinary":
            continue
        generic = {"generic", "biosimilar"} & set(medicine.flags)
        dated = (
            (MilestoneKind.OPINION, "opinion", medicine.opinion),
            (MilestoneKind.GENERIC_APPROVAL if generic else MilestoneKind.APPROVAL, "authorised", medicine.authorised),
            (MilestoneKind.REFUSAL, "refused", medicine.refused),
            (MilestoneKind.SUSPENSION, "suspended", medicine.suspended),
            (MilestoneKind.WITHDRAWAL, "withdrawn", medicine.withdrawn),
        )
        for kind, path, date in dated:
            if date:
                cited = Cited(record=one.record, seq=one.seq, path=path, quote=None)
                yield Milestone(kind=kind, date=date, cited=cited, detail=medicine.name, jurisdiction="EU", organisation=medicine.holder)


def _of_recalls(recalls: Iterable[RecallEvidence]) -> Iterator[Milestone]:
    """The day on which a firm began a recall; the reports of one action, a product each, are one milestone."""
    for one in recalls:
        date = one.recall.initiated or one.recall.reported
        if date:
            action = f"event {one.recall.event}" if one.recall.event else one.recall.number
            detail = ", ".join(part for part in (one.recall.classification, action) if part)
            cited = Cited(record=one.record, seq=one.seq, path="reason", quote=one.recall.reason)
            kind = MilestoneKind.RECALL
            yield Milestone(kind=kind, date=date, cited=cited, detail=detail, jurisdiction=one.recall.jurisdiction, organisation=one.recall.firm)


def _of_changes(changes: Iterable[ChangeEvidence]) -> Iterator[Milestone]:
    for one in changes:
        kind = _OF_CHANGE.get(one.kind)
        if kind is not None:
            cited = Cited(record=one.record, seq=one.seq, path=one.path, quote=one.quote)
            yield Milestone(kind=kind, date=one.happened, cited=cited, detail=one.kind.value, condition=one.condition)

"""What the US and the EU have decided about each use of a drug, by which rule, since when, and on which document.

Flows in: the labels, applications and medicines of one drug. Flows out: uses (jurisdiction × condition × holder), the verdict over several
uses, and the verdict where no document states a use. It inherits nothing through a disease tree, takes no limitation for an indication, and
says `none` only where a complete listing was read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from theriac.dates import PartialDate
from theriac.flow.applications import ApplicationFile, label_numbers
from theriac.flow.evidence import Cited, DrugEvidence, IndicationEvidence, LabelEvidence, MedicineEvidence
from theriac.model import Medicine, Struct
from theriac.terms import Authorisation, Stage

US, EU = "US", "EU"
_NO_APPROVAL = re.compile(r"unapproved|emergency|monograph|bulk|veterinary|animal|cosmetic|dietary|homeopathic|export", re.IGNORECASE)
# The best of several products decides: any authorised product prevails.
_RANK = [
    Authorisation.APPROVED,
    Authorisation.CONDITIONAL,
    Authorisation.TENTATIVE,
    Authorisation.SUSPENDED,
    Authorisation.SUBMITTED,
    Authorisation.WITHDRAWN,
    Authorisation.LAPSED,
    Authorisation.REFUSED,
]
IN_FORCE = frozenset({Authorisation.APPROVED, Authorisation.CONDITIONAL})
ONCE_GRANTED = frozenset({Authorisation.SUSPENDED, Authorisation.WITHDRAWN, Authorisation.LAPSED})
_EU_STATUS = {
    "authorised": Authorisation.APPROVED,
    "opinion": Authorisation.SUBMITTED,
    "opinion under re-examination": Authorisation.SUBMITTED,
    "refused": Authorisation.REFUSED,
    "suspended": Authorisation.SUSPENDED,
    "withdrawn": Authorisation.WITHDRAWN,
    "revoked": Authorisation.WITHDRAWN,
    "lapsed": Authorisation.LAPSED,
    "expired": Authorisation.LAPSED,
}


class Use(Struct, frozen=True):
    """One document's word about one use: what was decided, since when (`exact`, or only `by` a date), and for whose product."""

    jurisdiction: str
    condition: str
    authorisation: Authorisation
    rule: str
    cited: Cited
    organisation: str | None = None
    exact: PartialDate | None = None
    by: PartialDate | None = None
    since_rule: str = "since.oldest_document_at_hand"
    applications: tuple[str, ...] = ()
    biosimilar: bool = False


class Verdict(Struct, frozen=True):
    """What a jurisdiction has decided about a use: the value, its rule, and since when in words."""

    authorisation: Authorisation
    rule: str
    since: str | None = None
    since_rule: str | None = None


def uses(evidence: DrugEvidence, files: dict[str, ApplicationFile]) -> tuple[Use, ...]:
    """Every use that an approved US label or an EMA record states."""
    return (*_us_uses(evidence, files), *_eu_uses(evidence))


def verdict(found: Sequence[Use]) -> Verdict:
    """The best authorisation among uses of one jurisdiction, and the earliest date at which a document of it stands."""
    best = min(found, key=lambda use: (_RANK.index(use.authorisation), use.rule)).authorisation
    same = [use for use in found if use.authorisation is best]
    rule = min(use.rule for use in same)
    exact = min((use for use in same if use.exact), key=lambda use: (use.exact or "", use.since_rule), default=None)
    by = min((use.by for use in same if use.by), default=None)
    if exact is not None and exact.exact is not None and (by is None or exact.exact <= by):
        return Verdict(authorisation=best, rule=rule, since=exact.exact, since_rule=exact.since_rule)
    if by is None:
        return Verdict(authorisation=best, rule=rule)
    return Verdict(authorisation=best, rule=rule, since=f"by {by} at the latest", since_rule="since.oldest_document_at_hand")


def unstated(jurisdiction: str, evidence: DrugEvidence, files: dict[str, ApplicationFile]) -> Verdict:
    """The verdict about a use that no document states: none where a complete listing shows it, unknown otherwise."""
    return _unstated_us(evidence, files) if jurisdiction == US else _unstated_eu(evidence)


def stage_of(found: Iterable[Use]) -> tuple[Stage, str] | None:
    """The stage that authorisations prove: approved also where it was given and has ended, filed where it was asked for."""
    values = {use.authorisation for use in found}
    if values & IN_FORCE:
        return Stage.APPROVED, "stage.authorised"
    if values & ONCE_GRANTED:
        return Stage.APPROVED, "stage.was_authorised"
    if values & {Authorisation.SUBMITTED, Authorisation.TENTATIVE, Authorisation.REFUSED}:
        return Stage.FILED, "stage.application_decided_or_pending"
    return None


def _us_uses(evidence: DrugEvidence, files: dict[str, ApplicationFile]) -> Iterator[Use]:
    labelled = {number for one in evidence.labels for number in label_numbers(one.label)}
    for one in evidence.labels:
        numbers = label_numbers(one.label)
        if not numbers or _NO_APPROVAL.search(one.label.document_type or ""):
            continue
        mine = [files[number] for number in numbers if number in files]
        tentative = bool(mine) and all(file.tentative for file in mine)
        for indication in one.indications:
            if not indication.limitation:
                yield _us_use(one, indication, numbers, mine, _earlier_unread(files, labelled, mine), tentative=tentative)


def _us_use(
    one: LabelEvidence,
    indication: IndicationEvidence,
    numbers: tuple[str, ...],
    files: list[ApplicationFile],
    unread: PartialDate | None,
    *,
    tentative: bool,
) -> Use:
    exact, by, since_rule = _us_since(one, indication, files, unread)
    holders = sorted({file.sponsor for file in files if file.sponsor}) or list(one.label.manufacturers[:1])
    return Use(
        jurisdiction=US,
        condition=indication.condition,
        authorisation=Authorisation.TENTATIVE if tentative else Authorisation.APPROVED,
        rule="us.application_tentatively_approved" if tentative else "us.label_of_approved_application",
        cited=Cited(record=one.record, seq=one.seq, path=indication.path, quote=indication.quote),
        organisation=holders[0] if holders else None,
        exact=exact,
        by=by,
        since_rule=since_rule,
        applications=numbers,
        biosimilar=one.biosimilar,
    )


def _us_since(
    one: LabelEvidence, indication: IndicationEvidence, files: list[ApplicationFile], unread: PartialDate | None
) -> tuple[PartialDate | None, PartialDate | None, str]:
    """The exact day where the use's own document is known, else the oldest paper that states it.

    A supplement's approval is never taken for the use's: only an original approval that no efficacy supplement followed is. Where an older
    application of the drug has no label at hand, the use may be older, and the day is only an upper bound.
    """
    own = indication.first or one.label.effective
    exact: PartialDate | None
    if indication.earlier_without and indication.first:
        exact, rule = indication.first, "since.label_version_that_added_it"
    else:
        originals = sorted(file.original for file in files if file.original and file.is_new and not file.efficacy_supplement)
        exact, rule = (originals[0] if originals else None), "since.original_approval"
    if exact is not None and (unread is None or exact <= unread):
        return exact, None, rule
    return None, min((date for date in (exact, own, one.seen) if date), default=None), "since.oldest_document_at_hand"


def _earlier_unread(files: dict[str, ApplicationFile], labelled: set[str], mine: list[ApplicationFile]) -> PartialDate | None:
    """The first approval of another application of the drug whose label is not at hand."""
    own = {file.number for file in mine}
    return min((file.original for number, file in files.items() if file.original and number not in labelled | own and file.is_new), default=None)


def _eu_uses(evidence: DrugEvidence) -> Iterator[Use]:
    for one in evidence.medicines:
        decided = _eu_decision(one.medicine)
        if decided is None:
            continue
        authorisation, rule = decided
        for indication in one.indications:
            if not indication.limitation:
                exact, by, since_rule = _eu_since(one, indication, authorisation)
                yield Use(
                    jurisdiction=EU,
                    condition=indication.condition,
                    authorisation=authorisation,
                    rule=rule,
                    cited=Cited(record=one.record, seq=one.seq, path=indication.path, quote=indication.quote),
                    organisation=one.medicine.holder,
                    exact=exact,
                    by=by,
                    since_rule=since_rule,
                    biosimilar="biosimilar" in one.medicine.flags,
                )


def _eu_decision(medicine: Medicine) -> tuple[Authorisation, str] | None:
    """What the EMA's word for the medicine means; a withdrawn application was never decided, an animal's medicine is none of ours."""
    if (medicine.category or "").casefold() == "veterinary":
        return None
    authorisation = _EU_STATUS.get((medicine.status or "").casefold())
    if authorisation is None:
        return None
    if authorisation is Authorisation.APPROVED and "conditional_approval" in medicine.flags:
        return Authorisation.CONDITIONAL, "eu.conditional_authorisation"
    return authorisation, f"eu.medicine_{authorisation.value}"


def _eu_since(
    one: MedicineEvidence, indication: IndicationEvidence, authorisation: Authorisation
) -> tuple[PartialDate | None, PartialDate | None, str]:
    medicine = one.medicine
    decided = {
        Authorisation.SUBMITTED: medicine.opinion,
        Authorisation.REFUSED: medicine.refused,
        Authorisation.SUSPENDED: medicine.suspended,
        Authorisation.WITHDRAWN: medicine.withdrawn,
        Authorisation.LAPSED: medicine.withdrawn,
    }.get(authorisation)
    if decided:
        return decided, None, "since.decision"
    if authorisation in IN_FORCE and indication.earlier_without and indication.first:
        return indication.first, None, "since.record_version_that_added_it"
    return None, indication.first or medicine.revised or one.seen, "since.oldest_document_at_hand"


def _unstated_us(evidence: DrugEvidence, files: dict[str, ApplicationFile]) -> Verdict:
    labelled = {number for one in evidence.labels for number in label_numbers(one.label)}
    if any(one.unresolved and label_numbers(one.label) for one in evidence.labels):
        return Verdict(authorisation=Authorisation.UNKNOWN, rule="us.label_states_a_use_that_is_not_resolved")
    if any(file.approved and number not in labelled for number, file in files.items()):
        return Verdict(authorisation=Authorisation.UNKNOWN, rule="us.approved_application_without_label")
    if evidence.listings.labels is not None:
        return Verdict(authorisation=Authorisation.NONE, rule="us.no_label_states_it_in_complete_listing")
    if evidence.listings.drugs_at_fda is not None and not files and not labelled and not evidence.vaccine:
        return Verdict(authorisation=Authorisation.NONE, rule="us.no_application_in_complete_listing")
    return Verdict(authorisation=Authorisation.UNKNOWN, rule="us.no_complete_listing")


def _unstated_eu(evidence: DrugEvidence) -> Verdict:
    decided = [one for one in evidence.medicines if _eu_decision(one.medicine) is not None]
    if any(one.unresolved for one in decided):
        return Verdict(authorisation=Authorisation.UNKNOWN, rule="eu.medicine_states_a_use_that_is_not_resolved")
    if evidence.listings.ema is not None:
        return Verdict(authorisation=Authorisation.NONE, rule="eu.no_medicine_in_complete_listing_of_centralised_procedures")
    return Verdict(authorisation=Authorisation.UNKNOWN, rule="eu.no_complete_listing")

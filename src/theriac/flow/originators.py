"""Who brought a drug first, as far as public documents tell: each answer with the rule that gives it.

Flows in: a dossier. Flows out: stated values, none where no document at hand tells. No source names originators: the holder of the first
approval, and the company that sponsored the first trial, are what documents say, and they are called that. A holder is the one that the record
names in the version at hand, who may have taken over from another.
"""

from collections.abc import Iterator

from theriac.flow.dossier import ApplicationOfDrug, Dossier, MedicineOfDrug, TrialOfDrug
from theriac.flow.profile import cite
from theriac.terms import ArmRole
from theriac.views import Stated

_NEW = ("NDA", "BLA")
_FOLLOWERS = frozenset({"generic", "biosimilar", "hybrid"})


def originators(dossier: Dossier) -> list[Stated]:
    """The holder of the first new application in the US, of the first medicine in the EU, and the company of the first trial."""
    return [*_us(dossier), *_eu(dossier), *_by_trial(dossier)]


def _us(dossier: Dossier) -> Iterator[Stated]:
    approved: dict[str, str] = {}
    for one in dossier.applications:
        for day in _approvals(one):
            number = one.application.number
            approved[number] = min(day, approved.get(number, day))
    types = {one.application.number: one.application.type for one in dossier.applications if one.application.type}
    new = {number: day for number, day in approved.items() if types.get(number) in _NEW}
    if not new:
        return
    number, day = min(new.items(), key=lambda item: (item[1], item[0]))
    holder = next((one for one in dossier.applications if one.application.number == number and one.application.sponsor), None)
    if holder is not None:
        said = f"{holder.application.sponsor} (holds the first approved new application, {types[number]}{number} of {day})"
        yield Stated(value=said, citation=cite(holder.document, "sponsor"))


def _approvals(one: ApplicationOfDrug) -> Iterator[str]:
    for submission in one.application.submissions or ():
        if submission.type.strip().upper() == "ORIG" and (submission.status or "").upper() == "AP" and submission.date:
            yield submission.date
    for product in one.application.products or ():
        if product.approved:
            yield product.approved


def _eu(dossier: Dossier) -> Iterator[Stated]:
    first: MedicineOfDrug | None = None
    for one in dossier.medicines:
        medicine = one.medicine
        if (medicine.category or "human").casefold() != "human" or not (medicine.authorised and medicine.holder) or _FOLLOWERS & {*medicine.flags}:
            continue
        if first is None or (medicine.authorised, medicine.number) < (first.medicine.authorised or "", first.medicine.number):
            first = one
    if first is not None:
        said = f"{first.medicine.holder} (holds the first central authorisation, {first.medicine.name} of {first.medicine.authorised})"
        yield Stated(value=said, citation=cite(first.document, "holder"))


def _by_trial(dossier: Dossier) -> Iterator[Stated]:
    tried = [one for one in dossier.trials if one.arm_role == ArmRole.INVESTIGATED and _company(one) and one.study.first_submitted]
    first = min(tried, key=lambda one: (one.study.first_submitted or "", one.study.nct_id), default=None)
    if first is not None and first.study.sponsor is not None:
        said = f"{first.study.sponsor.name} (sponsors the first registered trial of a company, {first.study.nct_id} of {first.study.first_submitted})"
        yield Stated(value=said, citation=cite(first.document, "sponsor"))


def _company(one: TrialOfDrug) -> bool:
    return one.study.sponsor is not None and one.study.sponsor.type == "INDUSTRY"

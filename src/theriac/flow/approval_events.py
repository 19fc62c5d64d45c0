"""What happened to a US application or an EU medicine between two versions of its record.

Flows in: two readings of one record: an application's, whole or one table's part of it, or a medicine's. Flows out: approval events. A part that a
record does not carry (None) is not compared; spelling, case, order and layout are no events; a removal is one only where the step's
listings are complete. It knows nothing of safety: a product that left the market is `Discontinued` because its source says that word.

A reference standard or reference drug that moves from one product to another is a `marketing_status_changed` of both, its path naming the
flag: it is the closest of the kinds, for the flag says whether other products are compared with this one on the market.
"""

from collections.abc import Iterator

from theriac.dates import PartialDate
from theriac.flow.events import Change, Event, Step, bound
from theriac.flow.plain_words import company, words
from theriac.model import Application, Product, Submission
from theriac.terms import EventKind

NEW_INDICATION_CLASSES = frozenset({"EFFICACY", "TYPE 6", "TYPE 9", "TYPE 9- BLA", "TYPE 10"})
_FLAGS = ("marketing_status", "reference_standard", "reference_drug")


def application_events(old: Application | None, new: Application | None, step: Step, *, application_known: bool = False) -> tuple[Event, ...]:
    """What the newer version of an application's record says otherwise than the older one, patents and exclusivities apart.

    `old` is None for a record seen for the first time, `new` for one that is no longer listed. `application_known` says that another record
    of the same source has told of this application already (its `applications` row, when this is its `products` rows): then a first
    sighting is no new application.
    """
    if new is None:
        return bound(step, _gone(old, step))
    changes = [*_application(old, new, application_known), *_products(old, new, step), *_submissions(old, new), *_holder(old, new)]
    return bound(step, changes)


def _application(old: Application | None, new: Application, known: bool) -> Iterator[Change]:
    if old is None and not known and (new.products or (new.sponsor and new.patents is None and new.exclusivities is None)):
        yield Change(
            kind=EventKind.APPROVAL_NEW_APPLICATION,
            path="number",
            new=f"{new.type} {new.number}" if new.type else new.number,
            quote_new=new.sponsor or next((each.name for each in new.products or ()), None),
            mention=next((each.name for each in new.products or () if each.name), None),
            happened=_first_approval(new),
        )


def _first_approval(application: Application) -> PartialDate | None:
    dates = [each.date for each in application.submissions or () if _is_original(each) and each.status == "AP" and each.date]
    return min((*dates, *(each.approved for each in application.products or () if each.approved)), default=None)


def _products(old: Application | None, new: Application, step: Step) -> Iterator[Change]:
    if new.products is None or (old is not None and old.products is None):
        return
    before, after = ({each.number: each for each in reversed(side.products or ())} if side else {} for side in (old, new))
    for number, product in sorted(after.items()):
        if number in before:
            yield from _flags(before[number], product)
        elif product.name or product.ingredients:
            yield _new_product(product)
    if step.complete:
        yield from (_delisted(product) for number, product in sorted(before.items()) if number not in after)


def _new_product(product: Product) -> Change:
    return Change(
        kind=EventKind.APPROVAL_NEW_PRODUCT,
        path=f"products[{product.number}]",
        slot=product.number,
        new=_described(product),
        quote_new=product.name or product.ingredients[0],
        mention=product.name or "; ".join(product.ingredients),
        happened=product.approved,
    )


def _described(product: Product) -> str:
    """The product's own cells: name, strength, form, route."""
    return "; ".join(filter(None, (product.name, product.strength, product.form, product.route))) or "; ".join(product.ingredients)


def _flags(old: Product, new: Product) -> Iterator[Change]:
    for flag in _FLAGS:
        before, after = getattr(old, flag), getattr(new, flag)
        if before is not None and after is not None and words(before) != words(after):
            yield Change(
                kind=EventKind.APPROVAL_MARKETING_STATUS_CHANGED,
                path=f"products[{new.number}].{flag}",
                slot=f"{new.number}.{flag}",
                old=_flag_said(flag, before),
                new=_flag_said(flag, after),
                quote_old=before,
                quote_new=after,
                mention=new.name or old.name,
            )


def _flag_said(flag: str, value: str) -> str:
    """The status as it stands; of a flag its name too, for `Yes` alone says nothing."""
    return value if flag == "marketing_status" else f"{flag.replace('_', ' ')}: {value}"


def _delisted(product: Product) -> Change:
    """A product that the complete newer listing no longer has."""
    return Change(
        kind=EventKind.APPROVAL_MARKETING_STATUS_CHANGED,
        path=f"products[{product.number}]",
        slot=f"{product.number}.listed",
        old=product.marketing_status or _described(product),
        quote_old=product.name,
        mention=product.name,
    )


def _gone(old: Application | None, step: Step) -> Iterator[Change]:
    if old is not None and step.complete:
        yield from (_delisted(product) for product in old.products or () if product.name or product.ingredients)


def _submissions(old: Application | None, new: Application) -> Iterator[Change]:
    if new.submissions is None or (old is not None and old.submissions is None):
        return
    before = {_submission_key(each): each for each in (old.submissions if old else None) or ()}
    for submission in sorted(new.submissions, key=_submission_key):
        earlier = before.get(_submission_key(submission))
        if submission.status is None and submission.date is None:
            continue
        if earlier is None or (earlier.status or "").upper() != (submission.status or "").upper():
            kind = submission_kind(submission)
            if earlier is None or kind is not EventKind.APPROVAL_NEW_SUBMISSION:
                yield _filed(kind, earlier, submission)


def submission_kind(submission: Submission) -> EventKind:
    """What a submission is news of: an approval, a tentative one, a new indication, or only itself.

    The FDA's class "efficacy" covers new indications, populations and dosings; the tables do not tell them apart.
    """
    status = (submission.status or "").upper()
    if status == "AP" and (submission.submission_class or "").upper() in NEW_INDICATION_CLASSES:
        return EventKind.APPROVAL_NEW_INDICATION
    if _is_original(submission) and status in ("AP", "TA"):
        return EventKind.APPROVAL_APPROVED if status == "AP" else EventKind.APPROVAL_TENTATIVE
    return EventKind.APPROVAL_NEW_SUBMISSION


def _filed(kind: EventKind, old: Submission | None, new: Submission) -> Change:
    name = f"{new.type.strip()} {new.number.strip()}"
    return Change(
        kind=kind,
        path=f"submissions[{name}]",
        slot=name,
        old=old.status if old else None,
        new=" ".join(filter(None, (name, new.status))),
        quote_new=new.notes or new.submission_class,
        happened=new.date,
    )


def _is_original(submission: Submission) -> bool:
    return submission.type.strip().upper() == "ORIG"


def _submission_key(submission: Submission) -> tuple[str, str]:
    return submission.type.strip().upper(), submission.number.strip().lstrip("0")


def _holder(old: Application | None, new: Application) -> Iterator[Change]:
    if old is not None and old.sponsor and new.sponsor and company(old.sponsor) != company(new.sponsor):
        yield Change(
            kind=EventKind.APPROVAL_HOLDER_CHANGED,
            path="sponsor",
            old=old.sponsor,
            new=new.sponsor,
            quote_old=old.sponsor,
            quote_new=new.sponsor,
        )

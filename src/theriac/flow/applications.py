"""A US application as one file, put together from the several records that speak of it, and how its products stand on the market.

Flows in: records about applications (products, submissions, marketing status, Orange Book). Flows out: one `ApplicationFile` a number, and
the market verdict over several. "Discontinued" is no safety withdrawal: only the agency's own determination makes one.
"""

import re
from collections.abc import Iterable, Sequence

from theriac.dates import PartialDate
from theriac.flow.evidence import ApplicationEvidence, Cited
from theriac.model import Label, Struct, Submission
from theriac.terms import Market

_NUMBER = re.compile(r"\s*(?P<type>NDA|ANDA|BLA)\s*0*(?P<number>\d{1,6})\s*\Z", re.IGNORECASE)
_FOR_SAFETY = re.compile(r"\bwithdrawn\b[^.]*\bfor\b[^.]*\b(?:safety|effectiveness|efficacy)\b", re.IGNORECASE)
_NOT_FOR_SAFETY = re.compile(r"\bnot\b[^.]*\b(?:withdrawn|discontinued)\b", re.IGNORECASE)
_SOLD = frozenset({"prescription", "over-the-counter"})


class ApplicationFile(Struct, frozen=True):
    """What all records together say about one application: its approval, its supplements, its holder, its products' market."""

    number: str
    type: str | None = None
    sponsor: str | None = None
    original: PartialDate | None = None
    approved: bool = False
    tentative: bool = False
    efficacy_supplement: bool = True
    market: Market = Market.UNKNOWN
    market_rule: str = "us.no_marketing_status_read"
    market_cited: Cited | None = None
    biosimilar: bool = False

    @property
    def is_new(self) -> bool:
        """Whether it is an application for a new product (NDA, BLA), and no generic's."""
        return self.type in ("NDA", "BLA")


def label_numbers(label: Label) -> tuple[str, ...]:
    """The six-digit numbers of the approved applications that a label names; monographs, unapproved and emergency ones have none.

    >>> label_numbers(Label(set_id="x", application_numbers=("NDA020723", "ANDA78548", "part341", "EUA090")))
    ('020723', '078548')
    """
    found = [match for number in label.application_numbers if (match := _NUMBER.match(number))]
    return tuple(dict.fromkeys(match["number"].zfill(6) for match in found))


def application_files(records: Iterable[ApplicationEvidence]) -> dict[str, ApplicationFile]:
    """One file for each application number, the same whatever the order of its records."""
    grouped: dict[str, list[ApplicationEvidence]] = {}
    for one in records:
        grouped.setdefault(one.application.number.zfill(6), []).append(one)
    ranked = {number: sorted(mine, key=lambda one: (one.seen or "", one.record, one.seq)) for number, mine in grouped.items()}
    return {number: _file(number, ranked[number]) for number in sorted(ranked)}


def market_of(files: Sequence[ApplicationFile]) -> tuple[Market, str, Cited | None]:
    """The market over several applications: sold where one is, withdrawn for safety before discontinued, unknown where none is told."""
    order = [Market.MARKETED, Market.WITHDRAWN, Market.DISCONTINUED, Market.UNKNOWN]
    if not files:
        return Market.UNKNOWN, "us.no_marketing_status_read", None
    best = min(files, key=lambda file: (order.index(file.market), file.number))
    return best.market, best.market_rule, best.market_cited


def _file(number: str, records: list[ApplicationEvidence]) -> ApplicationFile:
    submissions = [one for record in records for one in record.application.submissions or ()]
    originals = [one for one in submissions if one.type.strip().upper() == "ORIG"]
    granted = [one for one in originals if (one.status or "").upper() == "AP"]
    by_products = [product.approved for record in records for product in record.application.products or () if product.approved]
    dates = [one.date for one in granted if one.date] or by_products
    market, rule, cited = _market(records)
    tentative = not granted and (any((one.status or "").upper() == "TA" for one in originals) or rule == "us.tentative_approval_only")
    return ApplicationFile(
        number=number,
        type=next((one.application.type for one in reversed(records) if one.application.type), None),
        sponsor=next((one.application.sponsor for one in reversed(records) if one.application.sponsor), None),
        original=min(dates, default=None),
        approved=bool(granted or by_products or market in (Market.MARKETED, Market.DISCONTINUED, Market.WITHDRAWN)),
        tentative=tentative,
        efficacy_supplement=not submissions or any(map(_may_add_a_use, submissions)),
        market=market,
        market_rule=rule,
        market_cited=cited,
        biosimilar=any(one.biosimilar for one in records),
    )


def _may_add_a_use(one: Submission) -> bool:
    """Whether a submission may have added a use: an approved supplement that is not plainly about labelling, manufacture or bioequivalence."""
    if one.type.strip().upper() != "SUPPL" or (one.status or "").upper() != "AP":
        return False
    return not (one.submission_class or "").upper().startswith(("LABELING", "MANUF", "BIOEQUIV", "REMS"))


def _market(records: list[ApplicationEvidence]) -> tuple[Market, str, Cited | None]:
    """The market by the newest record that gives a marketing status."""
    for record in reversed(records):
        products = [one for one in record.application.products or () if record.products is None or one.number in record.products]
        words = {one.marketing_status.casefold(): one.marketing_status for one in products if one.marketing_status}
        if not words:
            continue
        sold = next((word for key, word in sorted(words.items()) if key in _SOLD), None)
        if sold:
            return Market.MARKETED, "us.product_is_sold", _cite(record, sold)
        if "discontinued" in words:
            return _ended(records, record)
        return Market.UNKNOWN, "us.tentative_approval_only", _cite(record, next(iter(sorted(words.values()))))
    return Market.UNKNOWN, "us.no_marketing_status_read", None


def _ended(records: list[ApplicationEvidence], record: ApplicationEvidence) -> tuple[Market, str, Cited]:
    for one in reversed(records):
        for note in (one.application.note or "").splitlines():
            if _FOR_SAFETY.search(note) and not _NOT_FOR_SAFETY.search(note):
                return Market.WITHDRAWN, "us.withdrawn_for_safety_or_effectiveness", _cite(one, note)
            if _NOT_FOR_SAFETY.search(note):
                return Market.DISCONTINUED, "us.discontinued_not_for_safety", _cite(one, note)
    return Market.DISCONTINUED, "us.all_products_discontinued", _cite(record, "Discontinued")


def _cite(record: ApplicationEvidence, quote: str) -> Cited:
    return Cited(record=record.record, seq=record.seq, path="products.marketing_status", quote=quote)

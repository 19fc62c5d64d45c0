"""What each document itself says of how a drug works, beside the chain that other sources make.

Flows in: the mechanism statements that were read from labels, each with its document. Flows out: one line a statement with jurisdiction, type,
version, the document's own certainty and its quote, the same words of many labels once. A chain never changes what a document says: where one
calls the mechanism unknown, that is said together with the steps that are only inferred.
"""

from collections.abc import Iterable, Sequence

from theriac.model import Struct


class DocumentSays(Struct, frozen=True, omit_defaults=False):
    """One statement of one document on how the product works, in its words; `certainty` is stated, thought or unknown.

    `absence` says instead why there is none: `section_absent` or `not_read`. `labels` counts the documents with the very same words; `says`
    marks a sample that is no document.
    """

    jurisdiction: str
    document_type: str | None
    product: str | None
    record: str
    seq: int
    version: str | None
    effective: str | None
    certainty: str | None = None
    indication: str | None = None
    quote: str | None = None
    path: str | None = None
    absence: str | None = None
    labels: int = 1
    says: str | None = None


def once_each(said: Iterable[DocumentSays]) -> tuple[DocumentSays, ...]:
    """The statements, the same words of one jurisdiction once with the count of documents, the newest document first."""
    ordered = sorted(said, key=lambda one: (one.jurisdiction, one.effective or "", one.record), reverse=True)
    found: dict[tuple[str, str | None, str | None], list[DocumentSays]] = {}
    for one in ordered:
        quote = " ".join(one.quote.casefold().split()) if one.quote else None
        if one.absence is None or one.says is None:  # a sample's silence says nothing about the document
            product = one.product if one.absence else None
            found.setdefault((one.jurisdiction, quote or product, one.absence), []).append(one)
    counted = [_counted(alike) for alike in found.values()]
    # Documents that say nothing come last: nobody reads them first.
    return tuple(sorted(counted, key=lambda one: one.absence is not None))


def _counted(alike: Sequence[DocumentSays]) -> DocumentSays:
    first = alike[0]
    fields = {name: getattr(first, name) for name in first.__struct_fields__}
    return DocumentSays(**fields | {"labels": len({one.record for one in alike})})


def caution_of(documents: Sequence[DocumentSays], inferred: int) -> str | None:
    """The sentence that stands above a chain where a document calls the mechanism unknown, or where steps are only inferred; else None.

    >>> caution_of((), 2)
    '2 steps below are inferred, each with the reason; no loaded document states them for this drug.'
    """
    unknown = [one for one in documents if one.certainty == "unknown"]
    said = []
    if unknown:
        about = "; ".join(dict.fromkeys(filter(None, (one.indication for one in unknown))))
        where = ", ".join(dict.fromkeys(f"{one.jurisdiction} {one.document_type or 'document'}" for one in unknown))
        said.append(f"Called unknown{f' for {about}' if about else ''} by: {where}. What follows is stated by other sources.")
    if inferred:
        steps = "1 step below is" if inferred == 1 else f"{inferred} steps below are"
        said.append(f"{steps} inferred, each with the reason; no loaded document states {'it' if inferred == 1 else 'them'} for this drug.")
    return " ".join(said) or None

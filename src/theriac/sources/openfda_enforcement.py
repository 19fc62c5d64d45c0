"""openFDA drug/enforcement: one recall report of the FDA's weekly enforcement reports a record.

Flows in: an API response, the bulk download, a bare result, an array or lines of them. Flows out: one record per recall number. What was
recalled is told by the `openfda` block, which openFDA adds where the product's number is known, else by the head of the product's
description; a compounded product has no block.

`meta` is transport, the `openfda` block annotation, all else content. Blanks around a text and the filler "N/A" say nothing.
"""

import re
from collections.abc import Iterator
from typing import Any

from theriac.dates import PartialDate, read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Identity, Mention, Raw, Reading, Recall
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.openfda import block_of, cut_records, decode_object, first_record_keys, product_mentions_of, text_or_none, texts, unordered
from theriac.terms import EntityKind

_TELLING = frozenset({"recall_number", "reason_for_recall"})
_MARK = re.compile(r"^\s*(?:[a-z0-9]{1,2}[).]|#\s*\d+[:.)]?)\s*", re.IGNORECASE)
# Where the name ends and the package begins: a strength, a compendium, a package, a firm, a number.
_PACKAGE = re.compile(
    r",?\s*(?:\(?\d[\d.,]*\s*(?:%|mg|mcg|µg|g\b|ml|units?|iu\b|meq|count|ct\b|oz|fl)|\bU\.?S\.?P\b|\bN\.?F\b|\brx\b|\bnet\b|\bpackage[ds]?\b|"
    r"\bndc\b|\bupc\b|\bmanufactured\b|\bmfd\b|\bmfg\b|\bdistributed\b|\bmade\b|\bfor (?:oral|intra\w+|subcutaneous|topical|external)\b)",
    re.IGNORECASE,
)
_LONGEST_HEAD = 160


class OpenFDAEnforcement(Format):
    """One result of openFDA's drug/enforcement endpoint."""

    name = "openfda.enforcement"
    source = "openfda_enforcement"
    canonicaliser = "openfda.enforcement/1"
    reader = "openfda.enforcement/1"

    def recognises(self, head: Head) -> bool:
        return first_record_keys(head) >= _TELLING

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_records(file)

    def decode(self, raw: Raw) -> dict[str, Any]:
        return decode_object(raw)

    def identify(self, raw: Raw, decoded: dict[str, Any]) -> Identity:
        content = {key: text for key, value in decoded.items() if key != "openfda" and (text := _said(value))}
        content_hash = hash_bytes(canonical_json(content))
        return Identity(
            key=_number(decoded),
            version=hash_bytes(content_hash.encode(), canonical_json(unordered(decoded.get("openfda")))),
            content=content_hash,
            rank=text_or_none(decoded.get("termination_date")) or text_or_none(decoded.get("center_classification_date")) or "",
            seen=raw.context or None,
            table="recalls",
            partial=not decoded.keys() >= _TELLING,
        )

    def read(self, raw: Raw, decoded: dict[str, Any]) -> Reading:
        about = block_of(decoded)
        recall = _recall(decoded, about)
        return Reading(document=recall, title=_title(recall), mentions=tuple(_mentions(recall, about)))

    def words(self, reading: Reading, decoded: dict[str, Any]) -> str:
        return "\n".join(text for key in ("product_description", "reason_for_recall") if (text := _said(decoded.get(key))))


def _number(decoded: dict[str, Any]) -> str:
    number = _said(decoded.get("recall_number"))
    if not isinstance(number, str):
        raise BadRecord("the record has no recall number", field="recall_number")
    return number.upper()


def _said(value: object) -> Any:
    """The member without what says nothing: text stripped of blanks, None for the empty and for N/A."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    return None if text.upper() in ("", "N/A", "NA") else text


def _recall(decoded: dict[str, Any], about: dict[str, Any]) -> Recall:
    def text(member: str) -> str | None:
        return text_or_none(_said(decoded.get(member)))

    def date(member: str) -> PartialDate | None:
        return read_date_or_none(text(member))

    return Recall(
        number=_number(decoded),
        event=text("event_id"),
        status=text("status"),
        classification=text("classification"),
        product=text("product_description"),
        reason=text("reason_for_recall"),
        firm=text("recalling_firm"),
        initiated=date("recall_initiation_date"),
        classified=date("center_classification_date"),
        reported=date("report_date"),
        terminated=date("termination_date"),
        initiative=text("voluntary_mandated"),
        distribution=text("distribution_pattern"),
        quantity=text("product_quantity"),
        lots=" ".join(part for part in (text("code_info"), text("more_code_info")) if part) or None,
        application_numbers=texts(about.get("application_number")),
        product_ndcs=texts(about.get("product_ndc")),
    )


def _title(recall: Recall) -> str:
    head = _head(recall.product or "") or recall.number
    return f"Recall of {head}" + (f" by {recall.firm}" if recall.firm else "")


def _mentions(recall: Recall, about: dict[str, Any]) -> Iterator[Mention]:
    found = list(product_mentions_of(about))
    yield from found
    if not found and (head := _head(recall.product or "")):
        yield Mention(kind=EntityKind.DRUG, text=head, role="product", path="product_description")
    if recall.firm:
        yield Mention(kind=EntityKind.ORGANIZATION, text=recall.firm, role="firm", path="recalling_firm")


def _head(description: str) -> str:
    """The name at the head of a product's description, without strength, package, maker and the mark of a list.

    >>> _head("a) Exemplamod Cream, 5%, 24 packets, Rx only, Mfd by: Sample Works, NDC: 00000-000-24")
    'Exemplamod Cream'
    """
    text = _MARK.sub("", " ".join(description.split()))
    found = _PACKAGE.search(text)
    head = text[: found.start()] if found else text
    return head[:_LONGEST_HEAD].strip(" ,;:-")

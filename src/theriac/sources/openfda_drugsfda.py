"""openFDA drug/drugsfda: Drugs@FDA's applications as JSON, a week or so behind its tables.

Flows in: an API response, the bulk download, a bare result, an array or lines of them. Flows out: one record per application. It describes
the same applications as the Drugs@FDA tables and is kept as a source of its own: documents that disagree are shown side by side.

`meta` is transport, the `openfda` block annotation, all else content; none of its lists has an order that means anything.
"""

import re
from collections.abc import Iterator
from typing import Any

from theriac.dates import PartialDate, read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Application, ApplicationDocument, Identity, Product, Raw, Reading, Submission
from theriac.sources.applications import product_claims, product_mentions, products_title, sponsor_mention
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes, sort_lists
from theriac.sources.fda_codes import YES_NO, word
from theriac.sources.fda_tables import address_in
from theriac.sources.openfda import cut_records, decode_object, first_record_keys, text_or_none, texts

_NUMBER = re.compile(r"([A-Z]{1,4})(\d{6})\Z")
_TELLING = frozenset({"products", "submissions", "sponsor_name"})


class OpenFDADrugsFDA(Format):
    """One result of openFDA's drug/drugsfda endpoint."""

    name = "openfda.drugsfda"
    source = "openfda_drugsfda"
    canonicaliser = "openfda.drugsfda/1"
    reader = "openfda.drugsfda/1"

    def recognises(self, head: Head) -> bool:
        keys = first_record_keys(head)
        return bool(keys & _TELLING) and "set_id" not in keys and ("application_number" in keys or {"products", "submissions"} <= keys)

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_records(file)

    def decode(self, raw: Raw) -> dict[str, Any]:
        return decode_object(raw)

    def identify(self, raw: Raw, decoded: dict[str, Any]) -> Identity:
        kind, number = _application(decoded)
        # Hashed from a second copy: sorting works in place and readings cite places in the lists as served.
        again = sort_lists(decode_object(raw))
        content = hash_bytes(canonical_json({key: value for key, value in again.items() if key != "openfda"}))
        return Identity(
            key=kind + number,
            version=hash_bytes(content.encode(), canonical_json(again.get("openfda"))),
            content=content,
            seen=raw.context or None,
            partial=not {"products", "submissions"} & decoded.keys(),
            table="applications",
        )

    def read(self, raw: Raw, decoded: dict[str, Any]) -> Reading:
        kind, number = _application(decoded)
        products = None if "products" not in decoded else tuple(_product(each) for each in _objects(decoded, "products"))
        submissions = _objects(decoded, "submissions")
        paths = [f"products[{index}].active_ingredients" for index in range(len(products or ()))]
        sponsor = text_or_none(decoded.get("sponsor_name"))
        document = Application(
            number=number,
            type=kind,
            sponsor=sponsor,
            products=products,
            submissions=None if "submissions" not in decoded else tuple(_submission(each) for each in submissions),
            documents=None if "submissions" not in decoded else tuple(_documents(submissions)),
        )
        return Reading(
            document=document,
            title=products_title(products or (), kind + number),
            mentions=(*product_mentions(products or (), paths), *sponsor_mention(sponsor, "sponsor_name")),
            claims=product_claims(products or (), paths),
        )


def _application(decoded: dict[str, Any]) -> tuple[str, str]:
    """Type and number of the application; BadRecord where the record names none or, in its block only, several."""
    stated = text_or_none(decoded.get("application_number"))
    block = decoded.get("openfda")
    if stated is None and isinstance(block, dict) and len(given := texts(block.get("application_number"))) == 1:
        stated = given[0]
    found = _NUMBER.match((stated or "").strip().upper())
    if found is None:
        raise BadRecord(f"the record names no application: {stated!r} is not the number of one", field="application_number")
    return found[1], found[2]


def _objects(holder: dict[str, Any], member: str) -> list[dict[str, Any]]:
    value = holder.get(member)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadRecord(f"{member} is not a list of objects", field=member)
    return value


def _product(product: dict[str, Any]) -> Product:
    ingredients = _objects(product, "active_ingredients")
    strengths = [text for each in ingredients if (text := text_or_none(each.get("strength")))]
    names = (text_or_none(each.get("name")) for each in ingredients)
    return Product(
        number=(text_or_none(product.get("product_number")) or "").zfill(3) if product.get("product_number") else "",
        name=text_or_none(product.get("brand_name")),
        form=text_or_none(product.get("dosage_form")),
        route=text_or_none(product.get("route")),
        strength="; ".join(strengths) or None,
        ingredients=tuple(dict.fromkeys(name for name in names if name)),
        marketing_status=text_or_none(product.get("marketing_status")),
        reference_drug=word(YES_NO, text_or_none(product.get("reference_drug")) or ""),
        reference_standard=word(YES_NO, text_or_none(product.get("reference_standard")) or ""),
        te_code=text_or_none(product.get("te_code")),
    )


def _submission(submission: dict[str, Any]) -> Submission:
    properties = (text_or_none(each.get("code")) for each in _objects(submission, "submission_property_type"))
    return Submission(
        type=text_or_none(submission.get("submission_type")) or "",
        number=text_or_none(submission.get("submission_number")) or "",
        status=text_or_none(submission.get("submission_status")),
        date=_date(submission.get("submission_status_date")),
        submission_class=text_or_none(submission.get("submission_class_code")),
        review_priority=text_or_none(submission.get("review_priority")),
        notes=text_or_none(submission.get("submission_public_notes")),
        properties=tuple(code for code in properties if code and code != "Null"),
    )


def _documents(submissions: list[dict[str, Any]]) -> Iterator[ApplicationDocument]:
    for submission in submissions:
        for document in _objects(submission, "application_docs"):
            title = text_or_none(document.get("title"))
            yield ApplicationDocument(
                submission_type=text_or_none(submission.get("submission_type")) or "",
                submission_number=text_or_none(submission.get("submission_number")) or "",
                type=text_or_none(document.get("type")),
                date=_date(document.get("date")),
                title=None if title == "0" else title,
                url=address_in(text_or_none(document.get("url")) or ""),
            )


def _date(value: object) -> PartialDate | None:
    """The date; 1900-01-01 is how the agency says that it is not known."""
    date = read_date_or_none(text_or_none(value))
    return None if date == "1900-01-01" else date

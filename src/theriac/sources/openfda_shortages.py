"""Drug shortages of the FDA as openFDA's drug/shortages serves them: one presentation of a product a record.

Flows in: an API response or the bulk download; the FDA's own table comes in by `fda_shortages_table`. Flows out: one record per presentation
and day of its first posting, whichever of the two served it: a presentation that runs short again is posted again. The list also announces
discontinuations.

The hash is taken over the facts that both layouts carry, spelled one way; what only one of them has is annotation. The day on which a
firm last confirmed an unchanged entry ("Reverified") is annotation too: it is confirmed twice a month and says nothing new.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from theriac.dates import PartialDate, partial, read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Identity, Mention, Raw, Reading, Shortage
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.openfda import block_of, cut_records, decode_object, first_record_keys, product_mentions_of, texts, unordered
from theriac.terms import EntityKind

_TELLING = (frozenset({"presentation", "initial_posting_date"}), frozenset({"presentation", "update_type"}))
_MEMBERS = (
    *("generic_name", "company_name", "presentation", "update_type", "update_date", "availability", "related_info"),
    *("resolved_note", "shortage_reason", "therapeutic_category", "status", "change_date", "discontinued_date", "initial_posting_date"),
)
_TEXTS = ("generic_name", "company_name", "presentation", "availability", "related_info", "resolved_note", "shortage_reason", "status")
_DATES = ("initial_posting_date", "change_date", "discontinued_date")
_NDC = re.compile(r"\bNDC\s*:?\s*(\d{4,5}-\d{3,4}-\d{1,2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")


class Entry(msgspec.Struct, frozen=True):
    """One decoded entry under openFDA's member names, whichever layout it came in; `others` is what this layout alone carries."""

    members: dict[str, Any]
    others: Any = None
    about: dict[str, Any] = {}


class OpenFDAShortages(Format):
    """One result of openFDA's drug/shortages endpoint."""

    name = "openfda.shortages"
    source = "openfda_shortages"
    canonicaliser = "openfda.shortages/1"
    reader = "openfda.shortages/1"

    def recognises(self, head: Head) -> bool:
        keys = first_record_keys(head)
        return any(telling <= keys for telling in _TELLING)

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_records(file)

    def decode(self, raw: Raw) -> Entry:
        decoded = decode_object(raw)
        members = {member: decoded[member] for member in _MEMBERS if member in decoded}
        others = {key: value for key, value in decoded.items() if key not in members and key != "openfda"}
        return Entry(members, {"record": others, "openfda": unordered(decoded.get("openfda"))}, block_of(decoded))

    def identify(self, raw: Raw, decoded: Entry) -> Identity:
        members = decoded.members
        content = {member: _text(members.get(member)).casefold() for member in _TEXTS} | {day: us_date(members.get(day)) for day in _DATES}
        content["categories"] = "; ".join(sorted(_categories(members)))
        said = hash_bytes(canonical_json({name: value for name, value in content.items() if value}))
        updated = us_date(members.get("update_date")) or ""
        return Identity(
            key=_number(decoded),
            version=hash_bytes(said.encode(), canonical_json([updated, _text(members.get("update_type")), decoded.others])),
            content=said,
            rank=updated,
            seen=self.data_date(raw),
            table="shortages",
        )

    def data_date(self, raw: Raw) -> PartialDate | None:
        """The date of the data as the answer states it; the table states none."""
        return raw.context or None

    def read(self, raw: Raw, decoded: Entry) -> Reading:
        shortage = _shortage(decoded)
        return Reading(document=shortage, title=_title(shortage), mentions=tuple(_mentions(shortage, decoded)))

    def words(self, reading: Reading, decoded: Entry) -> str:
        return "\n".join(text for member in ("presentation", "shortage_reason", "related_info") if (text := _text(decoded.members.get(member))))


def _number(decoded: Entry) -> str:
    """`00000-000-24/2026-11-03`: the package's code and the day of its first posting; the presentation itself where it has no code."""
    presentation = _text(decoded.members.get("presentation"))
    own = decoded.others.get("record", {}).get("package_ndc") if isinstance(decoded.others, dict) else None
    found = _NDC.search(presentation)
    code = _text(own) or (found[1] if found else "") or presentation.casefold()
    posted = us_date(decoded.members.get("initial_posting_date"))
    if not code or not posted:
        field = "presentation" if posted else "initial_posting_date"
        raise BadRecord("the entry names no presentation, or no day on which it was first posted", field=field)
    return f"{code}/{posted}"


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def us_date(value: object) -> PartialDate | None:
    """The day, which the FDA writes month first (`11/03/2025`) or compact."""
    found = _MONTH_FIRST.match(_text(value))
    if found is None:
        return read_date_or_none(_text(value))
    try:
        return partial(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        return None


def _categories(members: dict[str, Any]) -> tuple[str, ...]:
    value = members.get("therapeutic_category")
    listed = value.split(";") if isinstance(value, str) else texts(value)
    return tuple(dict.fromkeys(text for one in listed if (text := one.strip())))


def _shortage(decoded: Entry) -> Shortage:
    members = decoded.members
    said = {member: _text(members.get(member)) or None for member in _TEXTS}
    days = {member: us_date(members.get(member)) for member in (*_DATES, "update_date")}
    name = said["generic_name"]
    if name is None:
        raise BadRecord("the entry names no drug", field="generic_name")
    own = decoded.others.get("record", {}) if isinstance(decoded.others, dict) else {}
    return Shortage(
        number=_number(decoded),
        name=name,
        presentation=said["presentation"],
        brand=_text(own.get("proprietary_name")) or None,
        company=said["company_name"],
        status=said["status"],
        availability=said["availability"],
        reason=said["shortage_reason"],
        related=said["related_info"],
        resolved_note=said["resolved_note"],
        categories=_categories(members),
        posted=days["initial_posting_date"],
        updated=days["update_date"],
        changed=days["change_date"],
        discontinued=days["discontinued_date"],
        application_numbers=texts(decoded.about.get("application_number")),
    )


def _title(shortage: Shortage) -> str:
    return f"{shortage.status or 'Listed'}: {shortage.presentation or shortage.name}" + (f" ({shortage.company})" if shortage.company else "")


def _mentions(shortage: Shortage, decoded: Entry) -> Iterator[Mention]:
    found = list(product_mentions_of(decoded.about))
    yield from found
    if not found:
        others = (shortage.brand,) if shortage.brand else ()
        yield Mention(kind=EntityKind.DRUG, text=shortage.name, role="product", path="generic_name", others=others)
    if shortage.company:
        yield Mention(kind=EntityKind.ORGANIZATION, text=shortage.company, role="company", path="company_name")

"""The EMA's table of medicines: every centrally authorised, refused, withdrawn or applied-for medicine, human and veterinary.

Flows in: the workbook of 2023, that of 2024, or the JSON report. Flows out: one record per product number, whichever of them served it.

The hash is taken over our own names of the fields, so that a new layout alone changes nothing: content are the facts that every layout
carries, spelled one way (dates ISO, yes or no, names without their separators, texts without their blanks, one word for an authorisation
that has ended). Fields that only one layout carries, that count page views rather than facts, or that layouts fill differently are annotation.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from theriac.dates import PartialDate, read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Claim, Identity, Medicine, Mention, Name, Raw, Reading
from theriac.sources.applications import is_own_name
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.ema_table import looks_like_report, looks_like_table, rows_of_report, rows_of_workbook
from theriac.terms import EntityKind, NameKind

# Our field: the headings that mean it, as letters and underscores.
_HEADINGS = {
    "category": "category",
    "name": "medicine_name name_of_medicine",
    "number": "product_number ema_product_number",
    "status": "authorisation_status medicine_status",
    "inn": "international_non_proprietary_name_inn_common_name international_non_proprietary_name_common_name",
    "substance": "active_substance",
    "area": "therapeutic_area therapeutic_area_mesh",
    "indication": "condition_indication therapeutic_indication",
    "holder": "marketing_authorisation_holder_company_name marketing_authorisation_developer_applicant_holder",
    "authorised": "marketing_authorisation_date",
    "refused": "date_of_refusal_of_marketing_authorisation refusal_of_marketing_authorisation_date",
    "opinion": "date_of_opinion opinion_adopted_date",
    "decision": "decision_date european_commission_decision_date",
    "revision": "revision_number",
    "generic": "generic generic_or_hybrid",
    "biosimilar": "biosimilar",
    "conditional_approval": "conditional_approval",
    "exceptional_circumstances": "exceptional_circumstances",
    "accelerated_assessment": "accelerated_assessment",
    "orphan": "orphan_medicine",
    "additional_monitoring": "additional_monitoring",
    "patient_safety": "patient_safety",
    "advanced_therapy": "advanced_therapy",
    "prime": "prime_priority_medicine",
    "withdrawn": "withdrawal_expiry_revocation_lapse_of_marketing_authorisation_date",
    "application_withdrawn": "withdrawal_of_application_date",
    "suspended": "suspension_of_marketing_authorisation_date",
    "opinion_status": "opinion_status",
    "procedure": "latest_procedure_affecting_product_information",
    "group_human": "human_pharmacotherapeutic_group pharmacotherapeutic_group_human",
    "group_veterinary": "vet_pharmacotherapeutic_group pharmacotherapeutic_group_veterinary",
    "species": "species species_veterinary",
    "first_published": "first_published first_published_date",
    "revised": "revision_date last_updated_date",
    "url": "url medicine_url",
}
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_DATES = frozenset({"authorised", "refused", "opinion", "decision"})
_FLAGS = (
    *("generic", "biosimilar", "conditional_approval", "exceptional_circumstances", "accelerated_assessment", "orphan"),
    *("additional_monitoring", "patient_safety", "advanced_therapy", "prime"),
)
_CONTENT_FLAGS = frozenset(_FLAGS[:8])
_NAMES = frozenset({"inn", "substance", "area"})
_TEXTS = frozenset({"category", "name", "indication", "holder"})
_CONTENT = (*_DATES, *_CONTENT_FLAGS, *_NAMES, *_TEXTS, "status", "revision")
# The layout of 2023 says "Withdrawn" for all of them.
_ENDED = frozenset({"withdrawn", "expired", "lapsed", "revoked"})
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_ONE_NAME = re.compile(
    r"vaccin|virus|strain|antigen|adjuvant|recombinant|\bcells?\b|\blive\b|toxoid|serotype|extract|,\s*\w*hydrate\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?:EMEA/)?([HV]/[A-Z]/\d{6})(?!\d)")
_FORMERLY = re.compile(r"(?P<now>.+?)\s*\((?:previously|formerly)\s+(?:known as\s+|authorised as\s+)?(?P<then>[^()]+)\)\s*\Z", re.IGNORECASE)
_WORDED = re.compile(r"[a-z]{4}")
_WORDS = re.compile(r"\w+")


class Row(msgspec.Struct, frozen=True):
    """One decoded row: the cells under our field names, the headings they stood under, and the cells of unknown headings."""

    cells: dict[str, str]
    headings: dict[str, str]
    others: dict[str, str]


class EMAMedicinesTable(Format):
    """A row of the workbook."""

    name = "ema.medicines_table"
    source = "ema"
    canonicaliser = "ema.medicine/1"
    reader = "ema.medicine/1"

    def table(self, head: Head) -> str | None:
        return "medicines"

    def recognises(self, head: Head) -> bool:
        return looks_like_table(head)

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return rows_of_workbook(file.stream)

    def decode(self, raw: Raw) -> Row:
        return _decoded(raw)

    def identify(self, raw: Raw, decoded: Row) -> Identity:
        return _identity(raw, decoded)

    def read(self, raw: Raw, decoded: Row) -> Reading:
        return _reading(decoded)

    def words(self, reading: Reading, decoded: Row) -> str:
        return "\n".join(decoded.cells.get(field, "") for field in ("indication", "area"))


class EMAMedicinesReport(EMAMedicinesTable):
    """A record of the JSON report: the same facts under the same rules."""

    name = "ema.medicines_report"

    def recognises(self, head: Head) -> bool:
        return looks_like_report(head)

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return rows_of_report(file.stream, file.head)


def _decoded(raw: Raw) -> Row:
    try:
        served = msgspec.json.decode(raw.payload, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadRecord(f"the row is not a JSON object ({error})") from error
    cells, headings, others = {}, {}, {}
    for heading, value in served.items():
        text = _text(value)
        if not text:
            continue
        field = _FIELD_OF.get(re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_"))
        if field is None:
            others[heading] = text
        else:
            cells[field], headings[field] = text, heading
    return Row(cells, headings, others)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ";".join(_text(item) for item in value)
    text = html.unescape(str(value)).replace("\xa0", " ").strip() if value is not None else ""
    return "" if text == "-" else text


def _identity(raw: Raw, row: Row) -> Identity:
    content = canonical_json({field: said for field in _CONTENT if (said := _canonical(field, row.cells.get(field, "")))})
    kept = {field: text for field, text in row.cells.items() if field not in _CONTENT or field == "status"}
    content_hash = hash_bytes(content)
    return Identity(
        key=_number(row),
        version=hash_bytes(content_hash.encode(), canonical_json([kept, row.others])),
        content=content_hash,
        label=row.cells.get("revision"),
        rank=row.cells.get("revision", "").zfill(4),
        seen=raw.context or None,
        table="medicines",
    )


def _number(row: Row) -> str:
    number = row.cells.get("number", "").upper()
    if not number:
        raise BadRecord("the row has no product number", field="product number")
    found = _NUMBER.match(number)
    return f"EMEA/{found[1]}" if found else number


def _canonical(field: str, text: str) -> str:
    """A fact in the one spelling that all layouts share; nothing where the cell is empty or says no."""
    if field in _DATES:
        return read_date_or_none(text) or ""
    if field in _CONTENT_FLAGS:
        return "yes" if _yes(text) else ""
    if field in _NAMES:
        return " ".join(sorted(_WORDS.findall(text.casefold())))
    if field in _TEXTS:
        return "".join(_WORDS.findall(text.casefold()))
    if field == "status":
        return "ended" if text.casefold() in _ENDED else text.casefold()
    return text


def _yes(text: str) -> bool:
    return text.casefold() in ("yes", "true", "1")


def _reading(row: Row) -> Reading:
    cells = row.cells
    name = cells.get("name")
    if not name:
        raise BadRecord("the row has no name of the medicine", field="name")
    new_layout = not row.headings["name"].casefold().startswith("medicine")
    inns, substances = (_split(cells.get(field, ""), commas=not new_layout) for field in ("inn", "substance"))
    medicine = Medicine(
        number=_number(row),
        name=name,
        category=cells.get("category"),
        status=cells.get("status"),
        inns=inns,
        substances=substances,
        holder=cells.get("holder"),
        therapeutic_area=tuple(area.strip() for area in cells.get("area", "").split(";") if area.strip()),
        indication=cells.get("indication"),
        class_text=_class_text(cells),
        flags=tuple(flag for flag in _FLAGS if _yes(cells.get(flag, ""))),
        authorised=_date(cells, "authorised"),
        opinion=_date(cells, "opinion"),
        refused=_date(cells, "refused"),
        withdrawn=_date(cells, "withdrawn") or _date(cells, "application_withdrawn"),
        suspended=_date(cells, "suspended"),
        first_published=_date(cells, "first_published"),
        revised=_date(cells, "revised"),
        url=cells.get("url"),
        note=_note(cells),
    )
    title = f"{name} ({cells['inn']})" if "inn" in cells else name
    return Reading(document=medicine, title=title, mentions=tuple(_mentions(medicine, row)), claims=tuple(_claims(medicine, row)))


def _date(cells: dict[str, str], field: str) -> PartialDate | None:
    return read_date_or_none(cells.get(field))


def _class_text(cells: dict[str, str]) -> str | None:
    """The pharmacotherapeutic group in words; the layout of 2024 gives a code in its place, which is not read."""
    text = cells.get("group_human") or cells.get("group_veterinary")
    return text.rstrip(", ") if text and _WORDED.search(text) else None


def _note(cells: dict[str, str]) -> str | None:
    said = [
        f"{label}: {cells[field]}."
        for field, label in (("opinion_status", "Opinion"), ("procedure", "Latest procedure affecting product information"))
        if field in cells
    ]
    if cells.get("species"):
        said.append(f"Species: {cells['species']}.")
    if not _NUMBER.match(cells.get("number", "").upper()):
        said.append(f"The product number {cells.get('number')!r} is not of the usual form.")
    return " ".join(said) or None


def _split(text: str, *, commas: bool) -> tuple[str, ...]:
    """The names in a cell. Semicolons and spaced slashes part names in every layout, commas only in that of 2023, where a vaccine's or a
    hydrate's name may hold them too and is then kept whole.

    >>> _split("sitagliptin, metformin", commas=True), _split("cholera vaccine, oral, live", commas=True)
    (('sitagliptin', 'metformin'), ('cholera vaccine, oral, live',))
    """
    masked = _BRACKETS.sub(lambda bracket: "\0" * len(bracket[0]), text)
    marks = [match.span() for match in re.finditer(r"\s*;\s*", masked)]
    if not _ONE_NAME.search(text):
        marks += [match.span() for match in re.finditer(r"\s+/\s+|\s*,\s+" if commas else r"\s+/\s+", masked)]
    parts, start = [], 0
    for begin, end in [*sorted(marks), (len(text), len(text))]:
        parts.append(" ".join(text[start:begin].split()))
        start = end
    return tuple(dict.fromkeys(part for part in parts if part))


def _brands(name: str) -> tuple[str, ...]:
    """The medicine's name now and before.

    >>> _brands("Prevenar 20 (previously Apexxnar)")
    ('Prevenar 20', 'Apexxnar')
    """
    found = _FORMERLY.match(name)
    return (found["now"].strip(), found["then"].strip()) if found else (name,)


def _ingredients(medicine: Medicine) -> tuple[str, ...]:
    """What the medicine consists of: its INNs, else its one active substance.

    None where the several names are variants under one number (`tozinameran; riltozinameran and tozinameran`), not parts of one product.
    """
    names = medicine.inns or (medicine.substances if len(medicine.substances) == 1 else ())
    if len(names) > 1 and any(re.search(r"\band\b|/|vaccin", name, re.IGNORECASE) for name in names):
        return ()
    return names


def _mentions(medicine: Medicine, row: Row) -> Iterator[Mention]:
    ingredients = _ingredients(medicine)
    path = row.headings.get("inn" if medicine.inns else "substance", "")
    if ingredients:
        brands = tuple(brand for brand in _brands(medicine.name) if is_own_name(brand, ingredients))
        yield Mention(kind=EntityKind.DRUG, text="; ".join(ingredients), role="product", path=path, others=brands)
    for name in medicine.inns:
        yield Mention(kind=EntityKind.DRUG, text=name, role="substance", path=path)
    said = {name.casefold() for name in medicine.inns}
    for name in medicine.substances:
        if name.casefold() not in said:
            yield Mention(kind=EntityKind.DRUG, text=name, role="substance", path=row.headings["substance"])
    if medicine.holder:
        yield Mention(kind=EntityKind.ORGANIZATION, text=medicine.holder, role="holder", path=row.headings["holder"])
    for area in medicine.therapeutic_area:
        yield Mention(kind=EntityKind.CONDITION, text=area, role="therapeutic_area", path=row.headings["area"], type="MeSH")


def _claims(medicine: Medicine, row: Row) -> Iterator[Claim]:
    for inn in medicine.inns:
        yield Claim(kind=EntityKind.DRUG, names=(Name(text=inn, kind=NameKind.INN),), path=row.headings["inn"])
    said = {name.casefold() for name in medicine.inns}
    for substance in medicine.substances:
        if substance.casefold() not in said:
            yield Claim(
                kind=EntityKind.DRUG,
                names=(Name(text=substance, kind=NameKind.SUBSTANCE),),
                parents=_parents(substance, medicine),
                path=row.headings["substance"],
            )
    ingredients = _ingredients(medicine)
    brands = tuple(brand for brand in _brands(medicine.name) if is_own_name(brand, ingredients))
    if ingredients and brands:
        names = tuple(Name(text=brand, kind=NameKind.BRAND) for brand in brands)
        yield Claim(kind=EntityKind.DRUG, names=names, ingredients=ingredients, path=row.headings["name"])


def _parents(substance: str, medicine: Medicine) -> tuple[str, ...]:
    """The INN of which the one active substance is a salt, ester or hydrate: `osimertinib mesilate` of `osimertinib`."""
    one_of_each = len(medicine.inns) == len(medicine.substances) == 1
    return medicine.inns if one_of_each and substance.casefold().startswith(medicine.inns[0].casefold() + " ") else ()

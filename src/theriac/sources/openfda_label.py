"""openFDA drug/label: US drug labels as JSON.

Flows in: an API response, a part of the bulk download, a bare result object, an array or lines of them. Flows out: one record per label,
keyed by SPL set id. What the label says about the drug is read by `labels/`; here only what it says about itself, and whose names it holds.

Three layers: `meta` is transport and never hashed; the `openfda` block, added by openFDA and re-sorted by it at will, is annotation; all
else, document id and version with it, is content.
"""

import re
from collections.abc import Iterator
from typing import Any

from theriac.dates import read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Claim, Identity, Label, Mention, Name, Raw, Reading
from theriac.sources.applications import is_own_name
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.openfda import cut_records, decode_object, first_record_keys, is_answer, single_unii, text_or_none, texts, unordered
from theriac.terms import EntityKind, NameKind

# Two of these make a label, or one in openFDA's own envelope, where a long first section may fill all that is looked at.
# fmt: off
_MEMBERS = frozenset({
    "openfda", "set_id", "spl_product_data_elements", "spl_unclassified_section",
    "abuse", "active_ingredient", "adverse_reactions", "ask_doctor", "ask_doctor_or_pharmacist", "boxed_warning",
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility", "clinical_pharmacology", "clinical_studies", "contraindications",
    "controlled_substance", "dependence", "description", "do_not_use", "dosage_and_administration", "dosage_forms_and_strengths",
    "drug_abuse_and_dependence", "drug_interactions", "effective_time", "general_precautions", "geriatric_use", "how_supplied",
    "inactive_ingredient", "indications_and_usage", "information_for_patients", "instructions_for_use", "keep_out_of_reach_of_children",
    "laboratory_tests", "mechanism_of_action", "microbiology", "nonclinical_toxicology", "nursing_mothers", "overdosage",
    "package_label_principal_display_panel", "patient_medication_information", "pediatric_use", "pharmacodynamics", "pharmacokinetics",
    "precautions", "pregnancy", "pregnancy_or_breast_feeding", "purpose", "questions", "recent_major_changes", "references",
    "spl_medguide", "spl_patient_package_insert", "stop_use", "storage_and_handling", "use_in_specific_populations", "warnings",
    "warnings_and_cautions", "when_using",
})
# fmt: on
_FOREIGN = frozenset({"safetyreportid", "recall_number", "product_id", "products", "submissions"})
_SEARCHED = ("boxed_warning", "indications_and_usage", "purpose", "contraindications", "mechanism_of_action")
_DOCUMENT_TYPES = {"HUMAN PRESCRIPTION DRUG": "prescription label", "HUMAN OTC DRUG": "OTC label"}
_COMBINED = re.compile(r",|/|;|\+|\band\b|\bwith\b", re.IGNORECASE)
# "<brand> <generic name> <ingredient> <moiety>": the same name twice and its moiety once more, at the start of the product data.
_REPEATED = re.compile(r"(?<!\S)((\S+(?: \S+){0,2}?)(?: \S+){0,3}?) \1 \2(?!\S)")


class OpenFDALabel(Format):
    """One result of openFDA's drug/label endpoint."""

    name = "openfda.label"
    source = "openfda_label"
    canonicaliser = "openfda.label/1"
    reader = "openfda.label/2"

    def recognises(self, head: Head) -> bool:
        keys = first_record_keys(head)
        if keys & _FOREIGN:
            return False
        own = {key.removesuffix("_table") for key in keys} & _MEMBERS
        return len(own) >= 2 or (is_answer(head) and bool(own - {"openfda"}))

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_records(file)

    def decode(self, raw: Raw) -> dict[str, Any]:
        return decode_object(raw)

    def identify(self, raw: Raw, decoded: dict[str, Any]) -> Identity:
        set_id, _ = _set_id(decoded)
        block = decoded.get("openfda")
        content = canonical_json({key: value for key, value in decoded.items() if key != "openfda"})
        annotation = canonical_json(unordered(block))
        content_hash = hash_bytes(content)
        version = text_or_none(decoded.get("version"))
        return Identity(
            key=set_id,
            version=hash_bytes(content_hash.encode(), annotation),
            content=content_hash,
            label=version,
            rank=_rank(version, text_or_none(decoded.get("effective_time"))),
            seen=raw.context or None,
            partial=not _sections(decoded),
            table="labels",
        )

    def read(self, raw: Raw, decoded: dict[str, Any]) -> Reading:
        set_id, note = _set_id(decoded)
        block = decoded.get("openfda")
        about: dict[str, Any] = block if isinstance(block, dict) else {}
        label = _label(set_id, note, decoded, about)
        stated = _stated_substance(decoded) if not about else None
        return Reading(
            document=label,
            title=_title(label, stated, decoded),
            mentions=tuple(_mentions(label, about, stated)),
            claims=tuple(_claims(label, stated)),
        )

    def words(self, reading: Reading, decoded: dict[str, Any]) -> str:
        return "\n".join(text for key in _SEARCHED for text in texts(decoded.get(key)))


def _set_id(decoded: dict[str, Any]) -> tuple[str, str | None]:
    """The set id, with a note where only the `openfda` block gives it; BadRecord where nothing or more than one does."""
    own = text_or_none(decoded.get("set_id"))
    if own:
        return own.lower(), None
    block = decoded.get("openfda")
    given = texts(block.get("spl_set_id")) if isinstance(block, dict) else ()
    if len(given) == 1 and given[0].strip():
        return given[0].strip().lower(), "The set id is that of the openfda block (openfda.spl_set_id): the record itself carries none."
    raise BadRecord("the label has no set_id, and its openfda block does not give exactly one", field="set_id")


def _rank(version: str | None, effective: str | None) -> str:
    # The version number never went back within a set id; effective_time did, so that it only settles what the number leaves open.
    return f"{version.zfill(6) if version else '':6}{effective or ''}".rstrip()


def _sections(decoded: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(key for key, value in decoded.items() if isinstance(value, list)))


def _label(set_id: str, note: str | None, decoded: dict[str, Any], about: dict[str, Any]) -> Label:
    effective = text_or_none(decoded.get("effective_time"))
    date = read_date_or_none(effective)
    if effective and date is None:
        note = " ".join(filter(None, (note, f"effective_time {effective!r} is not a date.")))
    return Label(
        set_id=set_id,
        document_id=text_or_none(decoded.get("id")),
        version=text_or_none(decoded.get("version")),
        effective=date,
        document_type=_document_type(decoded, about),
        brand_names=texts(about.get("brand_name")),
        generic_names=texts(about.get("generic_name")),
        substances=texts(about.get("substance_name")),
        manufacturers=texts(about.get("manufacturer_name")),
        application_numbers=texts(about.get("application_number")),
        product_ndcs=texts(about.get("product_ndc")),
        routes=texts(about.get("route")),
        uniis=texts(about.get("unii")),
        rxcuis=texts(about.get("rxcui")),
        classes=tuple(name.removesuffix(" [EPC]") for name in texts(about.get("pharm_class_epc"))),
        action_classes=tuple(name.removesuffix(" [MoA]") for name in texts(about.get("pharm_class_moa"))),
        sections=_sections(decoded),
        indications_text="\n".join(texts(decoded.get("indications_and_usage"))) or None,
        note=note,
    )


def _document_type(decoded: dict[str, Any], about: dict[str, Any]) -> str | None:
    """What the record says of itself; without a word of its own, only what its sections prove."""
    kinds = texts(about.get("product_type"))
    if kinds:
        return _DOCUMENT_TYPES.get(kinds[0], kinds[0].lower())
    return "OTC label" if "active_ingredient" in decoded and "purpose" in decoded else None


def _stated_substance(decoded: dict[str, Any]) -> str | None:
    """The one substance of a label without an `openfda` block, where its product data leave no doubt, else None.

    The product data are run-on text: brand, generic name, ingredient, moiety, then whatever else the product contains. Only a name that
    stands there twice with its moiety once more is taken, and only where nothing before or in it speaks of a combination. On 319 set ids
    whose block names the substance, 220 are found so, all of them right but two that lack the word "trihydrate".
    """
    data = texts(decoded.get("spl_product_data_elements"))
    text = " ".join(data[0].lower().split()) if len(data) == 1 else ""
    found = list(_REPEATED.finditer(text))
    if not found or len({match[1] for match in found}) != 1 or len(found[0][1]) < 4:
        return None
    return None if _COMBINED.search(text[: found[0].end()]) else found[0][1]


def _title(label: Label, stated: str | None, decoded: dict[str, Any]) -> str:
    brands, generics = ", ".join(label.brand_names), ", ".join(label.generic_names)
    if brands and generics and brands.casefold() != generics.casefold():
        return f"{brands} ({generics.lower()})"
    if brands or generics or stated:
        return brands or generics or (stated or "")
    data = " ".join(texts(decoded.get("spl_product_data_elements")))
    return (data[:80].rpartition(" ")[0] or data[:80]) + " …" if data else f"US label {label.set_id}"


def _mentions(label: Label, about: dict[str, Any], stated: str | None) -> Iterator[Mention]:
    """The product as a whole, each of its substances, and who makes it.

    The product data codes in `openfda.rxcui` name products, never ingredients, so that no mention carries them.
    """
    single = single_unii(label.substances, label.uniis)
    if label.generic_names and len(label.generic_names) == 1:
        yield Mention(
            kind=EntityKind.DRUG,
            text=label.generic_names[0],
            role="product",
            path="openfda.generic_name[0]",
            others=_brands(label),
            identifiers=single,
        )
    for index, name in enumerate(label.substances):
        yield Mention(kind=EntityKind.DRUG, text=name, role="substance", path=f"openfda.substance_name[{index}]", identifiers=single)
    if stated:
        yield Mention(kind=EntityKind.DRUG, text=stated, role="product", path="spl_product_data_elements[0]")
    for index, name in enumerate(label.manufacturers):
        yield Mention(kind=EntityKind.ORGANIZATION, text=name, role="manufacturer", path=f"openfda.manufacturer_name[{index}]")


def _brands(label: Label) -> tuple[str, ...]:
    """The brand names that are names of their own."""
    plain = (*label.generic_names, *label.substances)
    return tuple(name for name in label.brand_names if is_own_name(name, plain))


def _claims(label: Label, stated: str | None) -> Iterator[Claim]:
    identifiers = single_unii(label.substances, label.uniis)
    for index, name in enumerate(label.substances):
        yield Claim(
            kind=EntityKind.DRUG,
            names=(Name(text=name, kind=NameKind.SUBSTANCE),),
            identifiers=identifiers,
            path=f"openfda.substance_name[{index}]",
        )
    if stated:
        yield Claim(kind=EntityKind.DRUG, names=(Name(text=stated, kind=NameKind.SUBSTANCE),), path="spl_product_data_elements[0]")
    ingredients = _ingredients(label)
    if not ingredients:
        return
    brands = _brands(label)
    generics = [Name(text=name, kind=NameKind.GENERIC) for name in label.generic_names if name.casefold() != ingredients[0].casefold()]
    names = (*(Name(text=name, kind=NameKind.BRAND) for name in brands), *generics)
    if names:
        path = "openfda.brand_name[0]" if brands else "openfda.generic_name[0]"
        yield Claim(kind=EntityKind.DRUG, names=names, ingredients=ingredients, path=path)


def _ingredients(label: Label) -> tuple[str, ...]:
    """The ingredients of the label's product; none where several products share the label and cannot be told apart."""
    if len(label.substances) > 1 and (len(label.brand_names) > 1 or len(label.generic_names) > 1):
        return ()
    if label.substances:
        return label.substances
    # Kits carry no substance_name; their one plain generic name says what is in them.
    plain = len(label.generic_names) == 1 and not _COMBINED.search(label.generic_names[0])
    return label.generic_names if plain else ()

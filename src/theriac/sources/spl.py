"""DailyMed's Structured Product Labels (HL7 SPL XML): who a label is, of what, and by whom.

Flows in: one SPL document. Flows out: its identity by set id and version number, its products with their UNIIs as claims. What the label says
of the drug is read by `labels/` from the same bytes; this reader opens no entity, no network address and no DTD.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from lxml import etree

from theriac.dates import read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Claim, Identity, Label, Mention, Name, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, hash_bytes
from theriac.terms import EntityKind, NameKind

_V3 = "{urn:hl7-org:v3}"
_UNII = "2.16.840.1.113883.4.9"
_ACTIVE = ("ACTIB", "ACTIM", "ACTIR")
_LARGEST = 64 * 1024 * 1024


class SPL(Format):
    """One SPL document."""

    name: ClassVar[str] = "dailymed.spl"
    source: ClassVar[str] = "dailymed"
    canonicaliser: ClassVar[str] = "dailymed.spl/1"
    reader: ClassVar[str] = "dailymed.spl/1"

    def recognises(self, head: Head) -> bool:
        """Whether an HL7 v3 document with a set id begins here."""
        text = head.text
        return "urn:hl7-org:v3" in text and "<document" in text and "<setId" in text

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        """The document, whole."""
        yield Raw(payload=file.stream.read(_LARGEST), place="document")

    def decode(self, raw: Raw) -> Any:
        """The document's root; BadRecord where the XML is ill-formed."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
        try:
            return etree.fromstring(raw.payload, parser)
        except etree.XMLSyntaxError as error:
            raise BadRecord(f"the XML is not well-formed ({error.msg}); download the label again", field=f"line {error.lineno}") from error

    def identify(self, raw: Raw, decoded: Any) -> Identity:
        """The set id, and the hash of the document's canonical XML."""
        set_id = _attribute(decoded, "setId", "root")
        if not set_id:
            raise BadRecord("the label has no set id", field="setId")
        version = _attribute(decoded, "versionNumber", "value")
        content = hash_bytes(etree.tostring(decoded, method="c14n", exclusive=True))
        rank = (version or "").zfill(6)
        return Identity(key=set_id.lower(), version=content, content=content, label=version, rank=rank)

    def read(self, raw: Raw, decoded: Any) -> Reading:
        """Who the label is and which substances its products hold."""
        products = [node for node in decoded.iter(f"{_V3}manufacturedProduct") if node.find(f"{_V3}ingredient") is not None]
        lists = {tuple(dict.fromkeys(_substances(product))): _text(product, f"{_V3}name") for product in reversed(products)}
        substances = dict.fromkeys(found for found_list in reversed(lists) for found in found_list)
        brands = dict.fromkeys(text for product in products if (text := _text(product, f"{_V3}name")))
        generics = dict.fromkeys(text for node in decoded.iter(f"{_V3}genericMedicine") if (text := _text(node, f"{_V3}name")))
        title = " ".join("".join(_all_text(decoded.find(f"{_V3}title"))).split())
        label = Label(
            set_id=(_attribute(decoded, "setId", "root") or "").lower(),
            document_id=_attribute(decoded, "id", "root"),
            version=_attribute(decoded, "versionNumber", "value"),
            effective=read_date_or_none((_attribute(decoded, "effectiveTime", "value") or "")[:8]),
            document_type="prescription label" if "prescription" in (_attribute(decoded, "code", "displayName") or "").lower() else None,
            title=title or None,
            brand_names=tuple(brands),
            generic_names=tuple(generics),
            substances=tuple(name for name, _ in substances),
            uniis=tuple(unii for _, unii in substances if unii),
            manufacturers=tuple(dict.fromkeys(_organisations(decoded))),
            application_numbers=tuple(dict.fromkeys(_applications(decoded))),
        )
        made = [(tuple(name for name, _ in found), brand) for found, brand in reversed(lists.items()) if found]
        return Reading(document=label, title=_title(label), mentions=tuple(_mentions(label, made)), claims=tuple(_claims(made, list(substances))))


def _title(label: Label) -> str:
    names = ", ".join(label.brand_names or label.generic_names)
    return names or label.title or label.set_id


def _attribute(node: Any, child: str, attribute: str) -> str | None:
    found = node.find(f"{_V3}{child}")
    return None if found is None else found.get(attribute)


def _text(node: Any, path: str) -> str:
    found = node.find(path)
    return "" if found is None else " ".join("".join(_all_text(found)).split())


def _all_text(node: Any) -> Iterator[str]:
    if node is not None:
        yield from (str(text) for text in node.itertext())


def _substances(product: Any) -> Iterator[tuple[str, str]]:
    for ingredient in product.iter(f"{_V3}ingredient"):
        if ingredient.get("classCode") in _ACTIVE:
            code = ingredient.find(f"{_V3}ingredientSubstance/{_V3}code")
            unii = code.get("code", "") if code is not None and code.get("codeSystem") == _UNII else ""
            name = _text(ingredient, f"{_V3}ingredientSubstance/{_V3}name")
            if name:
                yield name, unii


def _organisations(root: Any) -> Iterator[str]:
    for node in root.iter(f"{_V3}representedOrganization"):
        if name := _text(node, f"{_V3}name"):
            yield name
            return


def _applications(root: Any) -> Iterator[str]:
    for approval in root.iter(f"{_V3}approval"):
        identifier = approval.find(f"{_V3}id")
        if identifier is not None and identifier.get("extension"):
            yield identifier.get("extension")


def _mentions(label: Label, made: list[tuple[tuple[str, ...], str]]) -> Iterator[Mention]:
    for ingredients, brand in made:
        others = (brand,) if brand else ()
        yield Mention(kind=EntityKind.DRUG, text="; ".join(ingredients), role="product", path="manufacturedProduct", others=others)
    for name in label.substances:
        yield Mention(kind=EntityKind.DRUG, text=name, role="substance", path="ingredientSubstance")
    for name in label.manufacturers:
        yield Mention(kind=EntityKind.ORGANIZATION, text=name, role="manufacturer", path="author")


def _claims(made: list[tuple[tuple[str, ...], str]], substances: list[tuple[str, str]]) -> Iterator[Claim]:
    for name, unii in substances:
        yield Claim(kind=EntityKind.DRUG, names=(Name(text=name, kind=NameKind.SUBSTANCE),), identifiers=(f"unii:{unii}",) if unii else ())
    for ingredients, brand in made:
        if brand and brand.casefold() not in {name.casefold() for name in ingredients}:
            yield Claim(kind=EntityKind.DRUG, names=(Name(text=brand, kind=NameKind.BRAND),), ingredients=ingredients)

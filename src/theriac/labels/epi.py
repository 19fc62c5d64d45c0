"""EU product information (ePI) as a `LabelDocument`: the flat JSON of leaflets or SmPCs, and FHIR `Composition` resources.

In flows the parsed JSON; out flows the section tree. The document's type is what it says of itself: a package leaflet never becomes an
SmPC. Text is the markup's own words, one line per paragraph and list item.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lxml import etree
from msgspec.structs import replace

from theriac.labels.document import LabelDocument, Product, Section, Table
from theriac.labels.tables import forgiving_parser, narrative, read_table
from theriac.labels.vocabulary import KEY_OF_LEAFLET, KEY_OF_SMPC, key_of_heading

_NUMBERED = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2})?)\.?\s+(\S.*)", re.DOTALL)
_STRENGTH = re.compile(r"\d+(?:\.\d+)?\s?%|\b\d+(?:\.\d+)?\s?mg(?:/\w+)?")
_ROUTES = {
    "topical": r"\bcream|ointment|\bgel\b|on the skin|cutaneous",
    "oral": r"\btablets?\b|capsules?\b|by mouth",
    "subcutaneous": r"under the skin|subcutaneous",
}


def read_epi(leaflet: Mapping[str, Any], prefix: str = "") -> LabelDocument:
    """The document in one ePI JSON: the flat shape (`sections` of title, html, text) or a FHIR Composition (`section`, text.div)."""
    stated = _stated_type(leaflet)
    raw = leaflet.get("sections") or leaflet.get("section") or ()
    name = "sections" if leaflet.get("sections") else "section"
    sections = tuple(_sections(raw, f"{prefix}{name}", "leaflet" in stated.lower()))
    brand = str(leaflet.get("brand_name") or leaflet.get("title") or "")
    return LabelDocument(
        source_format="epi",
        set_id=str(leaflet.get("eu_number") or _identifier(leaflet)),
        version=str(leaflet.get("version") or ""),
        id=str(leaflet.get("id") or ""),
        effective_time=str(leaflet.get("date") or leaflet.get("composition_date_in_source") or "")[:10],
        document_type=stated,
        jurisdiction=str(leaflet.get("jurisdiction") or "EU"),
        title=str(leaflet.get("title") or brand),
        brand_names=(brand,) if brand else (),
        application_numbers=(str(leaflet["eu_number"]),) if leaflet.get("eu_number") else (),
        routes=_routes(sections),
        products=_products(brand, sections),
        sections=sections,
    )


def _stated_type(leaflet: Mapping[str, Any]) -> str:
    """ "EU package leaflet" or "EU SmPC" as the document says; "EU product information" (or another country's) when it says neither."""
    kind = leaflet.get("type")
    words = str(leaflet.get("document_type") or (kind.get("text") if isinstance(kind, Mapping) else "") or leaflet.get("title") or "")
    named = re.sub(r"\bnot (?:the|a|an) [\w ]+", "", words.lower())
    if "leaflet" in named:
        return "EU package leaflet"
    if "smpc" in named or "summary of product characteristics" in named:
        return "EU SmPC"
    return f"{leaflet.get('jurisdiction') or 'EU'} product information"


def _identifier(leaflet: Mapping[str, Any]) -> str:
    identifier = leaflet.get("identifier")
    first = identifier[0] if isinstance(identifier, Sequence) and identifier and not isinstance(identifier, str) else identifier
    return str(first.get("value", "")) if isinstance(first, Mapping) else ""


def _sections(raw: Iterable[Any], path: str, leaflet: bool) -> Iterable[Section]:
    for index, item in enumerate(raw):
        if isinstance(item, Mapping):
            section = _section(item, f"{path}[{index}]", leaflet)
            if section.text or section.children:
                yield section


def _section(item: Mapping[str, Any], path: str, leaflet: bool) -> Section:
    block = item.get("text")
    markup = item.get("html") or (block.get("div") if isinstance(block, Mapping) else "") or ""
    root = _parsed(str(markup)) if "<" in str(markup) else None
    own = narrative(root) if root is not None else (block if isinstance(block, str) and block != "unavailable" else "")
    children = _joined(own, tuple(_sections(item.get("section") or (), f"{path}.section", leaflet)))
    numbered = _NUMBERED.match(str(item.get("title") or ""))
    number, title = (numbered.group(1), numbered.group(2)) if numbered else ("", str(item.get("title") or ""))
    text = "\n".join(part for part in (own, *(c.text for c in children)) if part)
    return Section(
        key=_key(number, title, leaflet), number=number, title=title.strip(), text=text, path=path, span=(0, len(text)),
        code=number, tables=_tables(root, path), children=children,
    )  # fmt: skip


def _joined(own: str, children: tuple[Section, ...]) -> tuple[Section, ...]:
    """The children with their spans in the parent's joined text."""
    at = len(own) + 1 if own else 0
    placed = []
    for child in children:
        placed.append(_shifted(child, at))
        at += len(child.text) + 1
    return tuple(placed)


def _shifted(section: Section, by: int) -> Section:
    moved = tuple(_shifted(child, by) for child in section.children)
    return replace(section, span=(section.span[0] + by, section.span[1] + by), children=moved)


def _key(number: str, title: str, leaflet: bool) -> str:
    table = KEY_OF_LEAFLET if leaflet else KEY_OF_SMPC
    return table.get(number) or key_of_heading(title) or "other"


def _parsed(markup: str) -> etree._Element | None:
    return etree.fromstring(f"<div>{markup}</div>".encode(), forgiving_parser())


def _tables(root: etree._Element | None, path: str) -> tuple[Table, ...]:
    return tuple(read_table(e, path) for e in root.iter("{*}table")) if root is not None else ()


def _routes(sections: tuple[Section, ...]) -> tuple[str, ...]:
    """The one route whose words the dosage section uses, if it is only one."""
    text = " ".join(section.text for section in sections if section.key == "dosage").lower()
    found = tuple(route for route, words in _ROUTES.items() if re.search(words, text))
    return found if len(found) == 1 else ()


def _products(brand: str, sections: tuple[Section, ...]) -> tuple[Product, ...]:
    """The product with the strengths that its own name carries in the text ("Aldara 5% cream")."""
    if not brand:
        return ()
    text = "\n".join(section.text for section in sections)
    found = re.search(re.escape(brand) + r"\s+(" + _STRENGTH.pattern + r")\s*([a-z]+)?", text)
    return (Product(name=brand, strength=found.group(1) if found else "", form=(found.group(2) or "") if found else ""),)

"""EU electronic product information as JSON: a leaflet or SmPC with its brand, EU number and sections.

Flows in: one document. Flows out: its identity by EU number (or its own id), the brand as a mention. What it says of the drug is read by
`labels/`; a leaflet is never called an SmPC.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from theriac.dates import read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Identity, Label, Mention, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.terms import EntityKind

_LARGEST = 64 * 1024 * 1024
_SUBSTANCE = re.compile(r"active substance is ([a-z][a-z -]{2,60}?)(?:[.,;(]|\s+(?:\d|each|in)\b)", re.IGNORECASE)


class EPI(Format):
    """One leaflet or SmPC of the EU product information."""

    name: ClassVar[str] = "eu.epi"
    source: ClassVar[str] = "eu_epi"
    canonicaliser: ClassVar[str] = "eu.epi/1"
    reader: ClassVar[str] = "eu.epi/1"

    def recognises(self, head: Head) -> bool:
        """Whether a JSON document with a brand, a document type and sections of product information begins here."""
        text = head.text.lstrip()
        return text.startswith("{") and '"document_type"' in text and '"brand_name"' in text and '"sections"' in text and '"jurisdiction"' in text

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        """The document, whole."""
        yield Raw(payload=file.stream.read(_LARGEST), place="document")

    def decode(self, raw: Raw) -> Any:
        """The document as Python data."""
        try:
            decoded = msgspec.json.decode(raw.payload.removeprefix(b"\xef\xbb\xbf"))
        except msgspec.DecodeError as error:
            raise BadRecord(f"the JSON cannot be read ({error}); download the document again") from error
        if not isinstance(decoded, dict) or not isinstance(decoded.get("sections"), list):
            raise BadRecord("this is no product information: it has no list of sections", field="sections")
        return decoded

    def identify(self, raw: Raw, decoded: Any) -> Identity:
        """The document's own id, else its EU number with type and language; the date that it gives itself orders its versions."""
        number = decoded.get("id") or f"{decoded.get('eu_number', '')}/{_short(decoded)}/{decoded.get('language', 'en')}"
        if not decoded.get("id") and not decoded.get("eu_number"):
            raise BadRecord("the document has neither an id nor an EU number", field="eu_number")
        content = hash_bytes(canonical_json({key: value for key, value in decoded.items() if not key.startswith("_")}))
        stated = str(decoded.get("composition_date_in_source") or decoded.get("date") or "")
        return Identity(key=str(number), version=content, content=content, label=stated[:10] or None, rank=stated)

    def read(self, raw: Raw, decoded: Any) -> Reading:
        """Who the document is, and its product as a mention."""
        brand = str(decoded.get("brand_name") or "")
        stated = str(decoded.get("composition_date_in_source") or decoded.get("date") or "")
        label = Label(
            set_id=str(decoded.get("id") or decoded.get("eu_number") or ""),
            version=stated[:10] or None,
            effective=read_date_or_none(stated[:10]),
            document_type=str(decoded.get("document_type") or "") or None,
            jurisdiction=str(decoded.get("jurisdiction") or "EU"),
            title=brand or None,
            brand_names=(brand,) if brand else (),
            substances=tuple(_active(decoded)),
            sections=tuple(str(section.get("title", "")) for section in decoded["sections"] if isinstance(section, dict)),
        )
        mentions = (Mention(kind=EntityKind.DRUG, text=brand, role="product", path="brand_name", others=label.substances),) if brand else ()
        return Reading(document=label, title=brand or label.set_id, mentions=mentions)


def _short(decoded: dict[str, Any]) -> str:
    return "smpc" if "smpc" in str(decoded.get("document_type", "")).lower().replace("not the smpc", "") else "leaflet"


def _active(decoded: dict[str, Any]) -> list[str]:
    """The substance that the document itself calls the active one, where it names exactly one."""
    texts = [str(section.get("text", "")) for section in decoded["sections"] if isinstance(section, dict)]
    found = {match[1].strip().lower() for text in texts for match in _SUBSTANCE.finditer(text)}
    return sorted(found) if len(found) == 1 else []

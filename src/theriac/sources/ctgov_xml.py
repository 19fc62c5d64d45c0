"""ClinicalTrials.gov, the legacy XML that the registry served until 2024: the history before API v2.

Flows in: one `<clinical_study>` a file. Flows out: its bytes, its identity and its reading. It opens no network, resolves no entity and
loads no DTD; it shares source and key with the v2 format, so that both are versions of one record.

Of the three layers, transport is `required_header` (link and download date), the search rank and all whitespace and order; annotation is
`condition_browse` and `intervention_browse`; content is the rest. The file does not tell references that the registry derived from those
that the sponsor gave, so they are content here. The rows of results keep their order, like in v2.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from lxml import etree

from theriac.dates import read_date_or_none
from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, hash_bytes
from theriac.sources.ctgov import rank
from theriac.sources.ctgov_mentions import reading, search_words
from theriac.sources.ctgov_xml_study import FIELD_PATHS, Element, study
from theriac.sources.json_stream import LARGEST_RECORD

ORDERED = frozenset({"period_list", "milestone_list", "class_list", "category_list"})
ANNOTATION = frozenset({"condition_browse", "intervention_browse"})
TRANSPORT = frozenset({"required_header"})
_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<clinical_study[\s>]", re.DOTALL)
_KEY = re.compile(r"NCT\d{8}\Z")
_NCT = re.compile(rb"<nct_id>\s*(NCT\d{8})\s*</nct_id>")
_PROCESSED = re.compile(r"processed this data on (.+)")


class CtgovXml(Format):
    """ClinicalTrials.gov legacy XML."""

    name: ClassVar[str] = "ctgov.xml"
    source: ClassVar[str] = "ctgov"
    canonicaliser: ClassVar[str] = "ctgov.xml/1"
    reader: ClassVar[str] = "ctgov.xml/1"

    def recognises(self, head: Head) -> bool:
        """Whether the root element is a clinical study."""
        return _ROOT.match(head.text) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        """The whole file, which is one study."""
        payload = file.stream.read(LARGEST_RECORD + 1)
        if len(payload) > LARGEST_RECORD:
            raise BadFile(f"the study is larger than {LARGEST_RECORD >> 20} MiB")
        found = _NCT.search(payload)
        yield Raw(payload=payload, place=found[1].decode() if found else "")

    def decode(self, raw: Raw) -> Element:
        """The parsed study; BadRecord in one sentence where it is not well-formed or brings entities of its own."""
        if b"<!ENTITY" in raw.payload:
            raise BadRecord("the XML declares entities of its own, which no study of the registry does")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(raw.payload, parser)
        except etree.XMLSyntaxError as error:
            raise BadRecord(f"the XML is not well-formed: {error.msg}", field=f"line {error.lineno}") from error
        if root.tag != "clinical_study":
            raise BadRecord(f"the root element is {root.tag}, not clinical_study")
        return root

    def identify(self, raw: Raw, decoded: Element) -> Identity:
        """The NCT id, and the hashes of the canonical form with its annotations and without."""
        key = (decoded.findtext("id_info/nct_id") or "").strip()
        if not _KEY.match(key):
            raise BadRecord(f"the study has no NCT id ({key!r})", field=FIELD_PATHS["nct_id"])
        own = [child for child in decoded if child.tag not in ANNOTATION | TRANSPORT]
        content = hash_bytes(*sorted(map(_canonical, own)))
        annotation = sorted(_canonical(child) for child in decoded if child.tag in ANNOTATION)
        submitted = _date(decoded, "last_update_submitted") or _date(decoded, "lastchanged_date")
        posted = _date(decoded, "last_update_posted")
        processed = _PROCESSED.search(decoded.findtext("required_header/download_date") or "")
        return Identity(
            key=key,
            version=hash_bytes(content.encode(), *annotation),
            content=content,
            label=posted or submitted,
            rank=rank(submitted, posted, _date(decoded, "verification_date")),
            seen=read_date_or_none(processed[1]) if processed else None,
            table="studies",
        )

    def read(self, raw: Raw, decoded: Element) -> Reading:
        """What the study says; every statement's place is `FIELD_PATHS[field]`."""
        return reading(study(decoded), FIELD_PATHS)

    def words(self, reading: Reading, decoded: Element) -> str:
        """Official title, acronym, own ids, keywords and the brief summary."""
        return search_words(reading)


def _date(root: Element, path: str) -> str | None:
    return read_date_or_none(root.findtext(path))


def _canonical(element: Element) -> bytes:
    """The element's bytes without blanks, attributes and children in a fixed order."""
    name, text = str(element.tag), element.text
    words = " ".join(text.split()) if text else ""
    attributes = element.items()
    if attributes:
        name = "\x1f".join((name, *(f"{key!s}={value!s}" for key, value in sorted(attributes))))
    if not len(element):
        return f"<{name}\x1e{words}>".encode()
    inner = []
    for child in element:
        inner.append(_canonical(child))
        if child.tail and not child.tail.isspace():
            words += " " + " ".join(child.tail.split())
    if element.tag not in ORDERED:
        inner.sort()
    return f"<{name}\x1e{words}".encode() + b"".join(inner) + b">"

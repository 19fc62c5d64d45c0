"""ClinicalTrials.gov, API v2: one study, an array of studies, a search page, or a study a line.

Flows in: such a file. Flows out: each study's exact bytes, its identity and its reading. It never diffs, never resolves a name, and never
takes a projection (`fields=`) for the whole study.

Three layers of a study are told apart:

* transport, in no hash: the data-release stamp `miscInfoModule.versionHolder`, keys that others wrapped around the study, the order of
  keys and of lists. Four lists keep their order: a participant flow's `periods` follow one another in time, as do the `milestones` in
  one; the `classes` and `categories` of a result are the rows of a table whose rows need not have titles of their own.
* annotation, in the version's hash only: what the registry's machines add: the browse modules (MeSH terms, ancestors, leaves), model
  predictions, and references of type DERIVED.
* content, in both: all the rest; of `derivedSection` the `removedCountries` and the `submissionTracking` too, because the sponsor's own
  acts move them and the legacy XML has them among the sponsor's statements.
"""

import datetime
import re
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from theriac.dates import PartialDate
from theriac.errors import BadRecord
from theriac.model import Identity, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.ctgov_mentions import reading, search_words
from theriac.sources.ctgov_shape import Derived, Protocol
from theriac.sources.ctgov_study import FIELD_PATHS, study
from theriac.sources.json_stream import records

ORDERED = frozenset({"periods", "milestones", "classes", "categories"})
_LISTS = r"conditions|keywords|phases|stdAges|collaborators|secondaryIdInfos|armGroups|interventions|primaryOutcomes|locations"
_NCT = re.compile(rb'"nctId"\s*:\s*"(NCT\d{8})"')
_STUDY = re.compile(r'"nctId"\s*:\s*"NCT\d{8}"')
_RESHAPED = re.compile(rf'"(?:{_LISTS})"\s*:\s*[^\s\[]')
_EMPTY_PAGE = re.compile(r'\s*\{\s*(?:"totalCount"\s*:\s*\d+\s*,\s*)?"studies"\s*:\s*\[\s*\]')
_KEY = re.compile(r"NCT\d{8}\Z")
_MODULES_OF_ALL = ("identificationModule", "statusModule", "sponsorCollaboratorsModule")
_MODULES_UNLESS_WITHHELD = ("descriptionModule", "conditionsModule", "designModule", "eligibilityModule")
_STATUS_OF_ALL = ("overallStatus", "statusVerifiedDate", "studyFirstSubmitDate", "lastUpdateSubmitDate")
_CONTENT_OF_MISC = ("removedCountries", "submissionTracking")

_sections = msgspec.json.Decoder(dict[str, msgspec.Raw])
_anything = msgspec.json.Decoder()
_protocol = msgspec.json.Decoder(Protocol)
_derived = msgspec.json.Decoder(Derived)
_flag = msgspec.json.Decoder(bool)

Sections = dict[str, msgspec.Raw]


class CtgovV2(Format):
    """ClinicalTrials.gov API v2 (JSON)."""

    name: ClassVar[str] = "ctgov.v2"
    source: ClassVar[str] = "ctgov"
    canonicaliser: ClassVar[str] = "ctgov.v2/1"
    reader: ClassVar[str] = "ctgov.v2/1"

    def recognises(self, head: Head) -> bool:
        """Whether studies are here as the registry writes them; copies with their lists unboxed (`"conditions": "Acne"`) are not."""
        text = head.text
        if text.lstrip()[:1] not in ("{", "["):
            return False
        if '"protocolSection"' in text:
            return _STUDY.search(text) is not None and _RESHAPED.search(text) is None
        return _EMPTY_PAGE.match(text) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        """Each study's exact bytes, placed by its NCT id or else its number in the file."""
        for number, payload in enumerate(records(file.stream), 1):
            found = _NCT.search(payload)
            yield Raw(payload=payload, place=found[1].decode() if found else f"study {number}")

    def decode(self, raw: Raw) -> Sections:
        """The study's sections, each still unread."""
        with _bad_json():
            sections = _sections.decode(raw.payload)
        if "protocolSection" not in sections:
            raise BadRecord("this is not a study: it has no protocolSection", field="protocolSection")
        return sections

    def identify(self, raw: Raw, decoded: Sections) -> Identity:
        """The NCT id, and the hashes of the canonical form with its annotations and without."""
        with _bad_json():
            parts = {name: _anything.decode(value) for name, value in decoded.items() if name.endswith("Section") or name == "hasResults"}
        protocol = parts["protocolSection"]
        key = _at(protocol, "identificationModule", "nctId")
        if not isinstance(key, str) or not _KEY.match(key):
            raise BadRecord(f"the study has no NCT id ({key!r})", field=FIELD_PATHS["nct_id"])
        status = _at(protocol, "statusModule") or {}
        posted, submitted = _at(status, "lastUpdatePostDateStruct", "date"), _at(status, "lastUpdateSubmitDate")
        partial = is_partial(parts)
        seen = _day(_at(parts, "derivedSection", "miscInfoModule", "versionHolder"))
        annotation = _split_annotation(parts)
        content = hash_bytes(_canonical(parts))
        return Identity(
            key=key,
            version=hash_bytes(content.encode(), _canonical(annotation)),
            content=content,
            label=posted or submitted,
            rank=rank(submitted, posted, _at(status, "statusVerifiedDate")),
            seen=seen,
            partial=partial,
            table="studies",
        )

    def read(self, raw: Raw, decoded: Sections) -> Reading:
        """What the study says; every statement's place is `FIELD_PATHS[field]`."""
        flag = decoded.get("hasResults")
        derived = decoded.get("derivedSection")
        with _bad_json():
            found = study(
                _protocol.decode(decoded["protocolSection"]),
                _derived.decode(derived) if derived is not None else Derived(),
                _flag.decode(flag) if flag is not None else None,
            )
        return reading(found, FIELD_PATHS)

    def words(self, reading: Reading, decoded: Sections) -> str:
        """Official title, acronym, own ids, keywords and the brief summary."""
        return search_words(reading)


def rank(submitted: str | None, posted: str | None, verified: str | None) -> str:
    """What orders versions seen on one day: when the sponsor sent it, when it was posted, what month was verified.

    The day of sending comes first because both formats have always had it.

    >>> rank("2024-01-03", None, "2024-01") < rank("2024-01-03", "2024-01-05", "2023-11")
    True
    """
    return f"{submitted or '-'}|{posted or '-'}|{verified or '-'}"


def is_partial(parts: dict[str, Any]) -> bool:
    """Whether something is missing that every whole study has, so that the rest may have been left out too.

    All 838 whole studies at hand have `hasResults`, `derivedSection`, seven modules and four status fields; those with results have the
    section. A withheld study (a device not yet cleared) shows nothing but who, when and that.
    """
    protocol = parts["protocolSection"]
    status = _at(protocol, "statusModule") or {}
    if "hasResults" not in parts or "derivedSection" not in parts or (parts["hasResults"] and "resultsSection" not in parts):
        return True
    modules = _MODULES_OF_ALL if status.get("overallStatus") == "WITHHELD" else _MODULES_OF_ALL + _MODULES_UNLESS_WITHHELD
    return not (all(name in protocol for name in modules) and all(name in status for name in _STATUS_OF_ALL))


def _at(value: Any, *names: str) -> Any:
    """What stands at the path, or None where a step of it is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _day(text: Any) -> PartialDate | None:
    """The data-release stamp when it is the day it should be; anything else is no clock."""
    try:
        return datetime.date.fromisoformat(text[:10]).isoformat() if isinstance(text, str) else None
    except ValueError:
        return None


def _split_annotation(parts: dict[str, Any]) -> dict[str, Any]:
    """Takes the annotation layer and the release stamp out of the decoded study, in place; returns the annotation.

    An emptied reference list goes too, so that a first DERIVED reference is no change of content.
    """
    annotation: dict[str, Any] = {}
    derived = parts.pop("derivedSection", None) or {}
    misc = derived.get("miscInfoModule") or {}
    misc.pop("versionHolder", None)
    tracked = {name: misc.pop(name) for name in _CONTENT_OF_MISC if name in misc}
    if tracked:
        parts["derivedSection"] = tracked
    annotation["derivedSection"] = {name: module for name, module in derived.items() if module}
    module = _at(parts["protocolSection"], "referencesModule")
    if references := _at(module, "references"):
        own = [one for one in references if _at(one, "type") != "DERIVED"]
        annotation["references"] = [one for one in references if _at(one, "type") == "DERIVED"]
        module["references"] = own
        if not own:
            del module["references"]
        if not module:
            del parts["protocolSection"]["referencesModule"]
    return annotation


def _canonical(value: dict[str, Any]) -> bytes:
    """The canonical bytes of a decoded study, which is used up: its lists are replaced by their own canonical bytes."""
    _settle(value)
    return canonical_json(value)


def _settle(node: dict[str, Any]) -> None:
    """Replaces each list below by its sorted canonical form, so that no part of it is encoded twice."""
    for key, inner in node.items():
        kind = type(inner)
        if kind is list:
            if inner:
                node[key] = _settled(key, inner)
        elif kind is dict:
            _settle(inner)


def _settled(key: str, items: list[Any]) -> Any:
    kinds = set(map(type, items))
    if kinds == {str}:
        return items if key in ORDERED else sorted(items)
    for item in items:
        if type(item) is dict:
            _settle(item)
    encoded = [canonical_json(_settled(key, item) if type(item) is list and item else item) for item in items]
    if key not in ORDERED:
        encoded.sort()
    return msgspec.Raw(b"[" + b",".join(encoded) + b"]")


class _bad_json:  # noqa: N801 - reads as the `with` clause that it is
    """Turns msgspec's errors into BadRecord with the place in the study."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, msgspec.ValidationError):
            reason, _, place = str(error).partition(" - at ")
            raise BadRecord(f"the study is not in its usual shape: {reason}", field=place.strip("`").removeprefix("$.") or None) from error
        if isinstance(error, msgspec.DecodeError | UnicodeDecodeError):
            raise BadRecord(f"the study is not well-formed JSON: {error}") from error

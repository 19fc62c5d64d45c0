"""What the labels of a drug say: statements read from stored label versions, kept in the read index once read.

Flows in: labels of a dossier and the lake that holds their payloads. Flows out: label documents and their statements. The statements are a
pure function of the version and the reader; the index keeps them only so that no label is read twice.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from theriac.errors import BadRecord
from theriac.flow.dossier import Document, LabelOfDrug
from theriac.flow.mechanism_documents import DocumentSays, once_each
from theriac.labels import LabelDocument, Statements, read_label, read_statements
from theriac.labels.indications import read_indications
from theriac.labels.statements import Indication, NotIndicated
from theriac.model import Label
from theriac.store.lake import Lake

READER = "labels/5"
READER_OF_USES = f"{READER}/uses"
_TOGETHER = 64
_decode = msgspec.msgpack.Decoder(Statements)
_encode = msgspec.msgpack.Encoder()


class Read(msgspec.Struct, frozen=True):
    """The statements of one label, with the document that makes them."""

    document: Document
    label: Label
    statements: Statements


def statements_of(labels: Sequence[LabelOfDrug], lake: Lake) -> list[Read]:
    """The statements of each label; those that the index does not hold yet are read from their payloads and kept."""
    kept = lake.home.index.kept_statements([one.document.version for one in labels], READER)
    missing = [one for one in labels if one.document.version not in kept]
    fresh: dict[str, bytes] = {}
    found = documents_of([one.document for one in missing], lake)
    for one in missing:
        document = found.get(one.document.version)
        if document is not None:
            fresh[one.document.version] = _encode.encode(read_statements(document, app=one.label.set_id, file=one.document.record))
    lake.home.index.keep_statements(fresh, READER)
    have = kept | fresh
    return [
        Read(one.document, one.label, _decode.decode(have[one.document.version])) for one in labels if one.document.version in have
    ]


class Uses(msgspec.Struct, frozen=True):
    """The uses that one label states, and those that it excludes."""

    indications: tuple[Indication, ...]
    not_indicated: tuple[NotIndicated, ...]


_decode_uses = msgspec.msgpack.Decoder(Uses)


def uses_of(labels: Sequence[LabelOfDrug], lake: Lake) -> Iterator[tuple[str, Uses]]:
    """The uses of each label by its version: what status needs of labels, at a fraction of the cost of all their statements."""
    index, wanted = lake.home.index, [one.document.version for one in labels]
    whole = index.kept_statements(wanted, READER)
    yield from ((version, Uses(read.indications, read.not_indicated)) for version, body in whole.items() for read in [_decode.decode(body)])
    kept = index.kept_statements([version for version in wanted if version not in whole], READER_OF_USES)
    yield from ((version, _decode_uses.decode(body)) for version, body in kept.items())
    missing = [one.document for one in labels if one.document.version not in whole and one.document.version not in kept]
    for start in range(0, len(missing), _TOGETHER):
        fresh = {version: Uses(*read_indications(document)) for version, document in documents_of(missing[start : start + _TOGETHER], lake).items()}
        index.keep_statements({version: _encode.encode(uses) for version, uses in fresh.items()}, READER_OF_USES)
        yield from fresh.items()


def documents_of(documents: Iterable[Document], lake: Lake) -> dict[str, LabelDocument]:
    """The label documents of these versions, read from the bytes as served; a payload that holds no label is left out."""
    wanted = list(documents)
    payloads = lake.payloads([(*_record(one.record), one.version) for one in wanted])
    found = {}
    for one in wanted:
        payload = payloads.get(one.version)
        if payload is not None and (document := label_document(payload)) is not None:
            found[one.version] = document
    return found


def label_document(payload: bytes) -> LabelDocument | None:
    """The one label in a stored payload, or None where it holds none."""
    try:
        return read_label(payload)[0]
    except BadRecord:
        return None


def _record(curie: str) -> tuple[str, str]:
    source, _, key = curie.partition(":")
    return source, key


def clinical_sections(labels: Sequence[Read]) -> dict[str, list[dict[str, object]]]:
    """The clinical sections of a profile: what each label says, label by label, never averaged; one statement in many labels of one name stands once.

    Each entry carries its jurisdiction, document type, label, version and date beside the statement and its quote.
    """
    sections: dict[str, list[dict[str, object]]] = {name: [] for name in _SECTIONS}
    said: dict[tuple[str, bytes], dict[str, object]] = {}
    for one in sorted(labels, key=lambda read: (read.statements.jurisdiction, read.label.effective or ""), reverse=True):
        about = _about(one)
        for name in _SECTIONS:
            for statement in _as_list(getattr(one.statements, name)):
                words = {k: v for k, v in statement.items() if k != "path"}
                key = (name, msgspec.json.encode([about["jurisdiction"], str(about["product_name"]).casefold(), words]))
                before = said.get(key)
                if before is not None:
                    before["labels"] = int(str(before["labels"])) + 1
                    continue
                said[key] = {**about, "labels": 1, **statement}
                sections[name].append(said[key])
    return sections


def mechanism_said(labels: Sequence[Read]) -> tuple[DocumentSays, ...]:
    """What each label says of how the product works, in its own words and certainty, or that it says nothing."""
    return once_each(one for label in labels for one in _mechanism_of(label))


def _mechanism_of(one: Read) -> Iterator[DocumentSays]:
    about = {name: value for name, value in _about(one).items() if name != "product_name"}
    head = {**about, "product": _product(one.label)}
    found = one.statements.mechanism
    for each in found.statements:
        words = {"certainty": each.certainty, "indication": each.indication, "quote": each.quote, "path": each.path}
        yield msgspec.convert({**head, **words}, DocumentSays)
    if not found.statements:
        yield msgspec.convert({**head, "absence": str(found.absence.kind) if found.absence else "not_read"}, DocumentSays)


def _product(label: Label) -> str | None:
    return ", ".join(label.brand_names or label.generic_names) or label.title


_SECTIONS = ("indications", "not_indicated", "regimens", "instructions", "cautions", "reactions", "interactions", "mechanism", "absences")


def _as_list(value: object) -> list[dict[str, object]]:
    built = msgspec.to_builtins(value)
    if isinstance(built, dict):
        return [built] if any(built.values()) else []
    return list(built)


def _about(one: Read) -> dict[str, object]:
    says = "Theriac summary, not label text" if one.document.source == "starter" else None
    return {
        "jurisdiction": one.statements.jurisdiction,
        "document_type": one.statements.document_type,
        "product_name": _product(one.label),
        "record": one.document.record,
        "seq": one.document.seq,
        "version": one.label.version,
        "effective": one.label.effective,
        "says": says,
    }

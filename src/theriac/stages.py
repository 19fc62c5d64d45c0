"""The pure stages as one worker runs them: recognise → cut → identify → read → name.

Flows in: small files or already cut records, and which bytes and versions are known. Flows out: one `Examined` for the lot. Nothing here
opens the store, asks the clock or raises for a bad document: what cannot be read comes out as `Bad`, raw, with its reason.
"""

import hashlib
import io
import re
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache

import msgspec

from theriac.archives import Piece
from theriac.dates import PartialDate, date_in_path
from theriac.errors import BadFile, BadRecord
from theriac.flow.condition_names import condition_candidates
from theriac.flow.keys import organisation_key
from theriac.flow.names import drug_candidates, not_a_drug
from theriac.model import Application, Article, Claim, Document, Identity, Label, Medicine, Mention, Raw, Reading, Recall, Shortage, Study
from theriac.sources import FORMATS
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile, hash_bytes
from theriac.terms import EntityKind, SeenBy

STARTER = "starter"
STARTER_MARK = b'"_theriac_starter"'
_APPLICATION = re.compile(r"\d{5,6}\b")
_HTML = (b"<!doctype html", b"<html")
_ENCODER = msgspec.msgpack.Encoder()
_NAMES_KEPT = 20_000
_MAY_BE_DATE = re.compile(r"(?:19|20)\d\d[-_]?[01]\d")
_folder_date = lru_cache(maxsize=1_000)(date_in_path)


class Known(msgspec.Struct, frozen=True):
    """What the store already holds: bytes whose moment they state themselves, other bytes, and versions."""

    own: Container[bytes] = frozenset()
    other: Container[bytes] = frozenset()
    versions: Container[bytes] = frozenset()


class Cut(msgspec.Struct, frozen=True):
    """Records already cut from a large file, which `format` recognised."""

    path: str
    format: int
    dated: str | None
    table: str | None
    raws: tuple[Raw, ...]
    hashes: tuple[bytes, ...]


class Task(msgspec.Struct, frozen=True):
    """What one worker takes at a time."""

    pieces: tuple[Piece, ...] = ()
    cuts: tuple[Cut, ...] = ()


class Record(msgspec.Struct, frozen=True):
    """One record that was identified; `payload`, `body` and what follows only where its version was not known before."""

    file: int
    source: str
    key: str
    version: str
    content: str
    format: str
    label: str | None
    rank: str
    table: str
    listing: str | None
    partial: bool
    seen: PartialDate | None
    raw: bytes
    again: bool = False
    canonicaliser: str = ""
    context: str = ""
    payload: bytes | None = None
    reader: str = ""
    kind: str = ""
    title: str = ""
    body: bytes = b""
    keys: tuple[tuple[int, int, int, str, float, str], ...] = ()
    claims: tuple[bytes, ...] = ()
    words: str = ""


class Again(msgspec.Struct, frozen=True):
    """Bytes that were served before, whose moment comes from outside them."""

    file: int
    listing: str | None
    raw: bytes


class Bad(msgspec.Struct, frozen=True):
    """A record (or, with no record, a file) that could not be read."""

    path: str
    record: str | None
    field: str | None
    reason: str
    format: str | None = None
    source: str | None = None
    context: str = ""
    payload: bytes = b""


class File(msgspec.Struct, frozen=True):
    """One file of a task: its date from outside, its format (None: nobody's) and whether it was cut to its end here.

    `print` is the fingerprint of a small file of `records` sound records whose moments cannot change: served again, it says nothing new.
    """

    path: str
    dated: str | None
    dated_by: str
    source: str | None
    table: str | None
    whole: bool
    print: bytes | None = None
    records: int = 0


class Examined(msgspec.Struct):
    """Everything that came of one task."""

    files: list[File] = []
    records: list[Record] = []
    again: list[Again] = []
    unchanged: dict[str, int] = {}
    bad: list[Bad] = []


def recognise(head: Head) -> int | None:
    """The number in FORMATS of the format whose content this is, or None."""
    for number, format_ in enumerate(FORMATS):
        if format_.recognises(head):
            return number
    return None


def not_data(head: Head) -> str | None:
    """Why a file that no format recognises is a fault and not merely somebody else's, or None."""
    start = head.first.lstrip()[:200].lower()
    if start.startswith(_HTML) and not head.name.lower().endswith((".html", ".htm")):
        return "this is a web page (an error page, most likely), not data; download the file again"
    if not head.first.strip() and head.name.lower().endswith((".json", ".xml", ".ndjson", ".jsonl", ".zip", ".txt", ".xlsx")):
        return "the file is empty; download it again"
    if head.first[:2] in (b"\xff\xfe", b"\xfe\xff") and head.name.lower().endswith((".json", ".ndjson", ".jsonl", ".txt")):
        return "the file is written in UTF-16, which no source uses; save it again as UTF-8"
    return None


def outside_date(path: str, dated: str | None) -> tuple[str | None, str]:
    """The date that the path or else the archive member gives a file, and which of the two it was."""
    folder, sign, name = path.rpartition("!" if "!" in path else "/")
    if found := (date_in_path(name) if _MAY_BE_DATE.search(name) else None) or _folder_date(folder + sign):
        return found, SeenBy.PATH
    return (dated, SeenBy.MEMBER) if dated else (None, SeenBy.LOADED)


class Examiner:
    """One worker's eyes: holds what is known, examines tasks. Pure but for a memory of the last format that fitted."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.last: int | None = None

    def examine(self, task: Task) -> Examined:
        """Everything that comes of the task, file by file, record by record, in order."""
        out = Examined()
        for piece in task.pieces:
            self._piece(piece, out)
        for cut in task.cuts:
            format_ = FORMATS[cut.format]
            dated, by = outside_date(cut.path, cut.dated)
            out.files.append(File(cut.path, dated, by, format_.source, cut.table, whole=False))
            for raw, digest in zip(cut.raws, cut.hashes, strict=True):
                self._record(raw, digest, format_, cut.table, out)
        return out

    def again(self, path: str, format_name: str, context: str, payload: bytes) -> Examined:
        """What comes of one quarantined record, read once more."""
        out = Examined()
        format_ = next((one for one in FORMATS if one.name == format_name), None)
        dated, by = outside_date(path, None)
        out.files.append(File(path, dated, by, format_.source if format_ else None, None, whole=False))
        if format_ is not None:
            raw = Raw(payload=payload, context=context)
            self._record(raw, raw_hash(format_, raw), format_, None, out)
        return out

    def _piece(self, piece: Piece, out: Examined) -> None:
        dated, by = outside_date(piece.path, piece.dated)
        try:
            data = piece.bytes()
        except BadFile as error:
            out.files.append(File(piece.path, dated, by, None, None, whole=False))
            out.bad.append(Bad(piece.path, None, None, error.reason))
            return
        head = Head(piece.path, data[:HEAD_BYTES])
        format_ = self._format(head)
        if format_ is None:
            reason = not_data(head)
            out.files.append(File(piece.path, dated, by, None, None, whole=True))
            if reason:
                out.bad.append(Bad(piece.path, None, None, reason))
            return
        faults, before, again = len(out.bad), len(out.records), len(out.again)
        count = 0
        table = piece.listing or format_.table(head)
        number = len(out.files)
        out.files.append(File(piece.path, dated, by, format_.source, table, whole=True))
        try:
            for raw in format_.cut(OpenFile(head, io.BytesIO(data))):
                self._record(raw, raw_hash(format_, raw), format_, table, out)
                count += 1
        except BadFile as error:
            out.bad.append(Bad(piece.path, None, None, error.reason, format=format_.name, source=format_.source))
        if len(out.bad) > faults:
            out.files[number] = msgspec.structs.replace(out.files[number], whole=False)
        elif count and table is None and STARTER_MARK not in data and (dated or _all_date_themselves(out, before, again)):
            out.files[number] = msgspec.structs.replace(out.files[number], print=fingerprint(piece), records=count)

    def _format(self, head: Head) -> Format | None:
        if self.last is None or not FORMATS[self.last].recognises(head):
            self.last = recognise(head)
        return None if self.last is None else FORMATS[self.last]

    def _record(self, raw: Raw, digest: bytes, format_: Format, table: str | None, out: Examined) -> None:
        number = len(out.files) - 1
        # A record of a complete listing is looked at again: that it was named counts even where it says nothing new.
        again = digest in self.known.own
        if again and table is None:
            source = source_of(raw, format_)
            out.unchanged[source] = out.unchanged.get(source, 0) + 1
            return
        if digest in self.known.other:
            out.again.append(Again(number, table, digest))
            return
        place = raw.place or None
        try:
            decoded = format_.decode(raw)
            identity = format_.identify(raw, decoded)
            place = identity.key
            out.records.append(self._identified(raw, format_, decoded, identity, number, table, digest, again=again))
        except BadRecord as error:
            path = out.files[number].path
            out.bad.append(Bad(path, error.record or place, error.field, error.reason, format_.name, format_.source, raw.context, raw.payload))

    def _identified(
        self, raw: Raw, format_: Format, decoded: object, identity: Identity, file: int, table: str | None, digest: bytes, *, again: bool
    ) -> Record:
        source = source_of(raw, format_)
        starter = source == STARTER
        key = f"{format_.source}/{identity.key}" if starter else identity.key
        # The record is part of a version's identity: two records of one content are still two versions.
        version = hash_bytes(source.encode(), key.encode(), identity.version.encode())
        head = Record(
            file=file,
            source=source,
            key=key,
            version=version,
            content=identity.content,
            format=format_.name,
            label=identity.label,
            rank=identity.rank,
            table="" if starter else (identity.table or table or ""),
            listing=None if starter else table,
            partial=identity.partial and not starter,
            seen=identity.seen,
            raw=digest,
            again=again,
        )
        if bytes.fromhex(version) in self.known.versions:
            return head
        reading = format_.read(raw, decoded)
        return msgspec.structs.replace(
            head,
            canonicaliser=format_.canonicaliser,
            context=raw.context,
            payload=raw.payload,
            reader=format_.reader,
            kind=kind_of(reading),
            title=reading.title,
            body=_ENCODER.encode(reading),
            keys=tuple(keys_of(reading)),
            claims=bare_claims(reading.claims),
            words=format_.words(reading, decoded),
        )


def _all_date_themselves(out: Examined, before: int, again: int) -> bool:
    """Whether every record since these counts states its own moment."""
    return len(out.again) == again and all(record.seen for record in out.records[before:])


def kind_of(reading: Reading) -> str:
    """The word for a document: study, label, application, medicine …"""
    return str(type(reading.document).__struct_config__.tag)


def bare_claims(claims: Iterable[Claim]) -> tuple[bytes, ...]:
    """The claims without their places and repeats, encoded, so that the same claim in many records is stored once."""
    return tuple(dict.fromkeys(_ENCODER.encode(msgspec.structs.replace(claim, path="")) for claim in claims))


def source_of(raw: Raw, format_: Format) -> str:
    """The source that a record counts under: its format's, or the starter dossier."""
    return STARTER if STARTER_MARK in raw.payload else format_.source


def fingerprint(piece: Piece) -> bytes:
    """What two small files share when one says nothing that the other did not: bytes (packed or not), name, size and outside date."""
    dated, by = outside_date(piece.path, piece.dated)
    name = piece.path.rpartition("!")[2].rpartition("/")[2]
    digest = hashlib.blake2b(f"{name}\0{piece.size}\0{piece.deflated}\0{dated}\0{by}\0".encode(), digest_size=16)
    digest.update(piece.data or b"")
    return digest.digest()


def raw_hash(format_: Format, raw: Raw) -> bytes:
    """The 128-bit BLAKE2b of the bytes as served, with the format and the context that they stood in."""
    digest = hashlib.blake2b(f"{format_.name}\0{raw.context}\0".encode(), digest_size=16)
    digest.update(raw.payload)
    return digest.digest()


def keys_of(reading: Reading) -> Iterable[tuple[int, int, int, str, float, str]]:
    """The keys under which a record is found: those of its mentions, and (mention −1) the registry numbers that it is about or points to."""
    own, tied = list(own_numbers(reading.document)), tied_numbers(reading.document)
    yield from ((-1, place, 0, key, 1.0, "the document's own number") for place, key in enumerate(own))
    yield from ((-1, place, 0, f"tied/{key}", 1.0, "a number that the document points to") for place, key in enumerate(tied, len(own)))
    yield from mention_keys(reading.mentions)


def own_numbers(document: Document) -> Iterable[str]:
    """`trial/NCT00189241`, `application/020723`, `medicine/EMEA/H/C/000179`: what joins records of several sources about one thing."""
    match document:
        case Study(nct_id=number, aliases=aliases):
            return [f"trial/{one}" for one in dict.fromkeys((number, *aliases))]
        case Application(number=number):
            return [f"application/{number}"]
        case Label(application_numbers=numbers):
            return [f"application/{digits}" for digits in dict.fromkeys(_digits(number) for number in numbers) if digits]
        case Medicine(number=number):
            return [f"medicine/{number}"]
        case Article(pmid=number):
            return [f"article/{number}"]
    return []


def tied_numbers(document: Document) -> Iterable[str]:
    """The registry numbers that a record points to without being about that record: a trial that an article reports, a recalled application."""
    match document:
        case Article(trials=numbers):
            return [f"trial/{one}" for one in numbers]
        case Recall(application_numbers=numbers) | Shortage(application_numbers=numbers):
            return [f"application/{digits}" for digits in dict.fromkeys(_digits(number) for number in numbers) if digits]
    return []


def _digits(number: str) -> str:
    """The six digits of an application number, or nothing for what is not one (a monograph)."""
    found = _APPLICATION.search(number)
    return found[0].zfill(6) if found else ""


def mention_keys(mentions: Sequence[Mention]) -> Iterable[tuple[int, int, int, str, float, str]]:
    """For each mention its candidate keys as (number of the mention, place, part, key, score, reason): what resolution later joins on.

    A key carries its kind in front (`drug/imiquimod`), so that a disease and a drug of one name never meet. A mention that names no drug has
    one row of score 0 whose reason says why.
    """
    for number, mention in enumerate(mentions):
        yield from ((number, place, *key) for place, key in enumerate(_keys(mention)))


def _keys(mention: Mention) -> Iterable[tuple[int, str, float, str]]:
    if mention.kind is EntityKind.DRUG:
        yield from _drug_keys(mention.text, mention.type, mention.others)
    elif mention.kind is EntityKind.CONDITION:
        yield from _condition_keys(mention.text)
        for curie in mention.identifiers:
            yield 0, curie, 1.0, "the identifier that the registry assigned"
    else:
        yield 0, f"{mention.kind.value}/{_organisation_key(mention.text)}", 1.0, "the name as written"


# The same names come again and again ("Placebo", a sponsor, a common disease): each is read once a process.
@lru_cache(maxsize=_NAMES_KEPT)
def _drug_keys(text: str, type_: str | None, others: tuple[str, ...]) -> tuple[tuple[int, str, float, str], ...]:
    refused = not_a_drug(text, type_)
    if refused is not None:
        return ((0, "", 0.0, refused.value),)
    found = drug_candidates(text, others)
    return tuple((one.part, f"drug/{one.key}" if one.key else "", one.score, one.reason.value) for one in found)


@lru_cache(maxsize=_NAMES_KEPT)
def _condition_keys(text: str) -> tuple[tuple[int, str, float, str], ...]:
    return tuple((one.part, f"condition/{one.key}", one.score, one.reason.value) for one in condition_candidates(text))


_organisation_key = lru_cache(maxsize=_NAMES_KEPT)(organisation_key)

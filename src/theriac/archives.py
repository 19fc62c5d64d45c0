"""Opens what a user hands over, folders, archives in archives, compressed files, down to the plain files inside.

Flows in: paths. Flows out: `Piece`s: one plain file each, its bytes either at hand (small, perhaps still deflated, so that a worker can
inflate them) or as a stream (large). It looks at content, never at names. Refuses what could harm: `..`, absolute names, links, too many
entries, too much inflation, too deep nesting.
"""

import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import msgspec
from isal import igzip, isal_zlib

from theriac.errors import BadFile

SMALL = 4 * 1024 * 1024
MAX_ENTRIES = 3_000_000
MAX_INFLATED = 256 * 1024**3
MAX_RATIO = 200
RATIO_FREE = 64 * 1024 * 1024
MAX_NESTING = 4
_ZIP_EPOCH = (1980, 1, 1)
_ISAL_ERROR = cast("type[Exception]", isal_zlib.error)
# NotImplementedError: a compression or a zip version that zipfile does not know; ValueError, OverflowError: sizes and dates that cannot be.
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    struct.error,
    NotImplementedError,
    ValueError,
    OverflowError,
    _ISAL_ERROR,
)


class Piece(msgspec.Struct, frozen=True):
    """One plain file, wherever it lay.

    `path` is shown to people: members of archives stand after `!`. Either `data` holds its bytes (deflated where `deflated` says so, with
    their CRC) or `stream` gives them. `dated` is the day that the archive gives its member, where that is a real one.
    """

    path: str
    data: bytes | None = None
    stream: BinaryIO | None = None
    deflated: bool = False
    size: int = 0
    crc: int | None = None
    dated: str | None = None

    def bytes(self) -> bytes:
        """The file's bytes, inflated and checked; BadFile where they are not what the archive promised."""
        if self.data is None:
            raise BadFile("this piece is a stream", file=self.path)
        if not self.deflated:
            return self.data
        try:
            # One byte more than promised shows a member that lies about its size, without inflating what it hides.
            plain = isal_zlib.decompressobj(wbits=-15).decompress(self.data, self.size + 1)
        except _ISAL_ERROR as error:
            raise BadFile(f"the archive is damaged here ({error}); download it again", file=self.path) from error
        if len(plain) != self.size or (self.crc is not None and isal_zlib.crc32(plain) != self.crc):
            raise BadFile("the archive is damaged here (its checksum does not match); download it again", file=self.path)
        return plain


class Trouble(msgspec.Struct, frozen=True):
    """A file that could not be opened, with the sentence that says why and what to do."""

    path: str
    reason: str


def walk(path: Path, shown: str | None = None) -> Iterator[Piece | Trouble]:
    """Every plain file under a path, in a stable order; what cannot be opened comes as Trouble and stops nothing else."""
    name = shown or path.as_posix()
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if not child.name.startswith("."):
                yield from walk(child, f"{name.rstrip('/')}/{child.name}")
        return
    try:
        with path.open("rb") as file:
            yield from opened(file, name, path.stat().st_size)
    except BadFile as error:
        yield Trouble(error.file or name, error.reason)
    except OSError as error:
        yield Trouble(name, f"it cannot be read ({error.strerror or error}); check that it exists and may be read")


def opened(file: BinaryIO, path: str, size: int, dated: str | None = None, nesting: int = 0) -> Iterator[Piece | Trouble]:
    """The plain files in an opened, seekable file, which may itself be an archive."""
    magic = file.read(512)
    file.seek(0)
    kind = container_kind(magic)
    if kind is None:
        yield _plain(file, path, size, dated)
        return
    if nesting >= MAX_NESTING:
        yield Trouble(path, f"archives are nested more than {MAX_NESTING} deep here; unpack the outer ones first")
        return
    opener = {"zip": _zip, "gz": _gz, "xz": _xz, "tar": _tar}[kind]
    try:
        yield from opener(file, path, size, dated, nesting)
    except _DAMAGE as error:
        words = str(error) or "it ends too early"
        yield Trouble(path, f"this {kind} archive is damaged ({words}); download it again")


def container_kind(first: bytes) -> str | None:
    """zip, gz, xz or tar by the first bytes, or None for a plain file (a spreadsheet is plain, though it is a zip inside).

    >>> container_kind(b"\\x1f\\x8b\\x08"), container_kind(b"{}"), container_kind(b"PK\\x03\\x04" + b"." * 26 + b"[Content_Types].xml")
    ('gz', None, None)
    """
    if first[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        office = any(mark in first for mark in (b"[Content_Types].xml", b"_rels/", b"xl/", b"mimetypeapplication/vnd.oasis", b"docProps/"))
        return None if office else "zip"
    if first[:2] == b"\x1f\x8b":
        return "gz"
    if first[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if first[257:262] == b"ustar":
        return "tar"
    return None


def _plain(file: BinaryIO, path: str, size: int, dated: str | None) -> Piece:
    if size <= SMALL:
        return Piece(path, data=file.read(), size=size, dated=dated)
    return Piece(path, stream=file, size=size, dated=dated)


def _zip(file: BinaryIO, path: str, size: int, dated: str | None, nesting: int) -> Iterator[Piece | Trouble]:
    archive = zipfile.ZipFile(file)
    entries = archive.infolist()
    guard = _Guard(path, size)
    guard.entries(len(entries))
    for entry in entries:
        if entry.is_dir():
            continue
        inner = f"{path}!{entry.filename}"
        if trouble := _unsafe(entry.filename, inner, link=(entry.external_attr >> 28) == 0xA):
            yield trouble
            continue
        if entry.flag_bits & 0x1:
            yield Trouble(inner, "this member is encrypted; unpack the archive with its password first")
            continue
        guard.promised(entry.file_size, entry.compress_size, inner)
        day = None if entry.date_time[:3] == _ZIP_EPOCH else _day(datetime(*entry.date_time))  # noqa: DTZ001 (a zip member has no zone)
        if entry.file_size <= SMALL and entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield from _small_member(file, entry, inner, day, nesting)
        else:
            with archive.open(entry) as member:
                yield from _stream_member(cast(BinaryIO, member), inner, entry.file_size, day, nesting, guard)


def _small_member(file: BinaryIO, entry: zipfile.ZipInfo, path: str, day: str | None, nesting: int) -> Iterator[Piece | Trouble]:
    """A small member with its bytes still deflated; the sizes and the checksum of the central directory are what counts."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"no member stands where {entry.filename} should")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), io.SEEK_CUR)
    data = file.read(entry.compress_size)
    piece = Piece(path, data=data, deflated=entry.compress_type == zipfile.ZIP_DEFLATED, size=entry.file_size, crc=entry.CRC, dated=day)
    if container_kind(_first_bytes(piece)) is None:
        yield piece
    else:
        plain = piece.bytes()
        yield from opened(io.BytesIO(plain), path, len(plain), day, nesting + 1)


def _first_bytes(piece: Piece) -> bytes:
    data = piece.data or b""
    if not piece.deflated:
        return data[:512]
    try:
        return isal_zlib.decompressobj(wbits=-15).decompress(data[:2048], 512)
    except _ISAL_ERROR:
        return b""


def _stream_member(member: BinaryIO, path: str, size: int, day: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    """A large member as a stream, or, where it is an archive itself, unpacked to a temporary file because archives need seeking."""
    first = member.read(512)
    stream = _Counted(member, guard, path, first)
    if container_kind(first) is None:
        yield Piece(path, stream=cast(BinaryIO, io.BufferedReader(stream, 1024 * 1024)), size=size, dated=day)
        return
    with tempfile.TemporaryFile() as copy:
        while chunk := stream.read(1024 * 1024):
            copy.write(chunk)
        length = copy.tell()
        copy.seek(0)
        yield from opened(cast(BinaryIO, copy), path, length, day, nesting + 1)


def _gz(file: BinaryIO, path: str, size: int, dated: str | None, nesting: int) -> Iterator[Piece | Trouble]:
    with igzip.open(file, "rb") as plain:  # type: ignore[no-untyped-call]
        yield from _single(cast(BinaryIO, plain), _without_suffix(path), size, dated, nesting)


def _xz(file: BinaryIO, path: str, size: int, dated: str | None, nesting: int) -> Iterator[Piece | Trouble]:
    with lzma.open(file, "rb") as plain:
        yield from _single(cast(BinaryIO, plain), _without_suffix(path), size, dated, nesting)


def _single(plain: BinaryIO, path: str, size: int, dated: str | None, nesting: int) -> Iterator[Piece | Trouble]:
    """The one file inside a .gz or .xz; a tar in it is read as it streams by."""
    guard = _Guard(path, size)
    first = plain.read(SMALL)
    if container_kind(first[:512]) == "tar":
        stream = io.BufferedReader(_Counted(plain, guard, path, first), 1024 * 1024)
        yield from _tar(cast(BinaryIO, stream), path, size, dated, nesting + 1)
    elif container_kind(first[:512]) is None and len(first) < SMALL:
        guard.inflated(len(first), path)
        yield Piece(path, data=first, size=len(first), dated=dated)
    else:
        yield from _stream_member(io.BufferedReader(_Counted(plain, guard, path, first)), path, 0, dated, nesting, guard)


def _tar(file: BinaryIO, path: str, size: int, dated: str | None, nesting: int) -> Iterator[Piece | Trouble]:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for count, entry in enumerate(archive):
            if count >= MAX_ENTRIES:
                raise BadFile(f"the archive has more than {MAX_ENTRIES:,} entries; load a part of it at a time", file=path)
            inner = f"{path}!{entry.name}"
            if entry.isdir():
                continue
            if trouble := _unsafe(entry.name, inner, link=not entry.isreg()):
                yield trouble
                continue
            member = archive.extractfile(entry)
            if member is None:
                continue
            day = _day(datetime.fromtimestamp(entry.mtime)) if entry.mtime else None  # noqa: DTZ006 (only the day is kept)
            if entry.size <= SMALL:
                data = member.read()
                if len(data) < entry.size:
                    raise tarfile.ReadError(f"{entry.name} is cut off")
                if container_kind(data[:512]) is None:
                    yield Piece(inner, data=data, size=len(data), dated=day)
                else:
                    yield from opened(io.BytesIO(data), inner, len(data), day, nesting + 1)
            else:
                yield from _stream_member(cast(BinaryIO, member), inner, entry.size, day, nesting, _Guard(inner, entry.size))


def _unsafe(name: str, shown: str, *, link: bool) -> Trouble | None:
    """Why a member must not be opened, or None. Nothing is written under a member's name, but a hostile archive is not to be trusted."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if link:
        return Trouble(shown, "this member is a link or a device, not a file; it was left out")
    if parts.is_absolute() or ".." in parts.parts or name[1:2] == ":":
        return Trouble(shown, "this member's name points outside the archive; it was left out")
    return None


def _day(moment: datetime) -> str | None:
    return moment.date().isoformat() if moment.year >= 1990 else None


def _without_suffix(path: str) -> str:
    return path + "!" + PurePosixPath(path.rpartition("!")[2]).stem


class _Guard:
    """Counts what an archive inflates to and refuses a bomb before it is inflated."""

    def __init__(self, path: str, packed: int) -> None:
        self.path = path
        self.packed = max(packed, 1)
        self.total = 0

    def entries(self, count: int) -> None:
        """Refuses an archive of more entries than any source has."""
        if count > MAX_ENTRIES:
            raise BadFile(f"the archive has {count:,} entries, more than {MAX_ENTRIES:,}; load a part of it at a time", file=self.path)

    def promised(self, size: int, packed: int, path: str) -> None:
        """Refuses a member by what the archive's directory says of it."""
        if size > RATIO_FREE and size > MAX_RATIO * max(packed, 1):
            raise BadFile(_bomb(size, packed), file=path)
        self.inflated(0, path, promised=size)

    def inflated(self, count: int, path: str, promised: int = 0) -> None:
        """Adds bytes that came out and refuses to go on when they are too many."""
        self.total += count
        if self.total > RATIO_FREE and self.total > MAX_RATIO * self.packed:
            raise BadFile(_bomb(self.total, self.packed), file=path)
        if self.total + promised > MAX_INFLATED:
            raise BadFile(f"the archive inflates to more than {MAX_INFLATED // 1024**3} GB; load a part of it at a time", file=path)


def _bomb(size: int, packed: int) -> str:
    return f"it inflates {size // max(packed, 1)}-fold to over {size // 2**20} MB, as no real source does; it was not opened"


class _Counted(io.RawIOBase):
    """A stream that hands its bytes on and counts them against a guard; `first` was read from it before."""

    def __init__(self, inner: BinaryIO, guard: _Guard, path: str, first: bytes = b"") -> None:
        self.inner = inner
        self.guard = guard
        self.path = path
        self.first = first

    def readable(self) -> bool:
        """Always: it is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fills the buffer as io.RawIOBase asks."""
        wanted = len(buffer)
        if self.first:
            data, self.first = self.first[:wanted], self.first[wanted:]
        else:
            data = self.inner.read(wanted)
        self.guard.inflated(len(data), self.path)
        buffer[: len(data)] = data
        return len(data)

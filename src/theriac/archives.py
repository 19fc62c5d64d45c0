"""Opens what a user hands over, folders, archives in archives, compressed files, down to the plain files inside.

Flows in: paths. Flows out: `Piece`s: one plain file each, its bytes either at hand (small, perhaps still deflated, so that a worker can
inflate them) or as a stream (large). It looks at content, never at names. Refuses what could harm: `..`, absolute names, links, too many
entries, too much inflation, too deep nesting.
"""

import errno
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
_FAR_FUTURE = 4_102_444_800  # the year 2100
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
    their CRC) or `stream` gives them. `dated` is the day that the archive gives its member, where that is a real one. `listing` names the
    table of a listing that this is a part of, where who opened it knows.
    """

    path: str
    data: bytes | None = None
    stream: BinaryIO | None = None
    deflated: bool = False
    size: int = 0
    crc: int | None = None
    dated: str | None = None
    listing: str | None = None

    def bytes(self) -> bytes:
        """The file's bytes, inflated and checked; BadFile where they are not what the archive promised."""
        if self.data is None:
            raise BadFile("this piece is a stream", file=self.path)
        try:
            # One byte more than promised shows a member that lies about its size, without inflating what it hides.
            plain = isal_zlib.decompressobj(wbits=-15).decompress(self.data, self.size + 1) if self.deflated else self.data
        except _ISAL_ERROR as error:
            raise BadFile(f"the archive is damaged here ({error}); download it again", file=self.path) from error
        if len(plain) != self.size or (self.crc is not None and isal_zlib.crc32(plain) != self.crc):
            raise BadFile("the archive is damaged here (its checksum does not match); download it again", file=self.path)
        return plain


class Trouble(msgspec.Struct, frozen=True):
    """A file that could not be opened, with the sentence that says why and what to do."""

    path: str
    reason: str


def walk(path: Path, shown: str | None = None, _above: frozenset[Path] = frozenset()) -> Iterator[Piece | Trouble]:
    """Every plain file under a path, in a stable order; what cannot be opened comes as Trouble and stops nothing else."""
    name = _printable(shown or path.as_posix())
    try:
        if path.is_dir():
            real = path.resolve()
            if real in _above:
                yield Trouble(name, "this link leads back to a folder above it; it was left out")
                return
            for child in sorted(path.iterdir()):
                if not child.name.startswith("."):
                    yield from walk(child, f"{name.rstrip('/')}/{child.name}", _above | {real})
        elif path.exists() and not path.is_file():
            yield Trouble(name, "this is neither a file nor a folder; name one of those")
        else:
            with path.open("rb") as file:
                yield from opened(file, name, path.stat().st_size)
    except OSError as error:
        yield Trouble(name, _unreadable(error))


def _unreadable(error: OSError) -> str:
    why = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"it could not be unpacked ({why}): free some space in {tempfile.gettempdir()}, or set TMPDIR to a roomier folder"
    return f"it cannot be read ({why}); check that it exists and may be read"


def opened(
    file: BinaryIO, path: str, size: int, dated: str | None = None, nesting: int = 0, outer: "_Guard | None" = None
) -> Iterator[Piece | Trouble]:
    """The plain files in an opened, seekable file, which may itself be an archive; `outer` counts for the archive around it."""
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
    guard = _Guard(path, size, outer)
    try:
        yield from opener(file, path, dated, nesting, guard)
    except _TooMuch as error:
        if error.guard is not guard:
            raise
        yield Trouble(error.file or path, error.reason)
    except BadFile as error:
        yield Trouble(error.file or path, error.reason)
    except _DAMAGE as error:
        yield Trouble(path, _damaged(f"this {kind} archive", error))


def _damaged(what: str, error: Exception) -> str:
    if isinstance(error, NotImplementedError):
        return f"{what} is packed in a way that is not supported ({error}); unpack it with another program first"
    return f"{what} is damaged ({str(error).rstrip('.') or 'it ends too early'}); download it again"


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


def _zip(file: BinaryIO, path: str, dated: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    archive = zipfile.ZipFile(file)
    entries = archive.infolist()
    guard.entries(len(entries))
    for entry in entries:
        if entry.is_dir():
            continue
        inner = f"{path}!{_printable(entry.filename)}"
        if trouble := _unsafe(entry.filename, inner, link=(entry.external_attr >> 28) == 0xA) or _locked(entry, inner):
            yield trouble
            continue
        try:
            yield from _zip_member(archive, file, entry, inner, nesting, guard)
        except _TooMuch:
            raise
        except BadFile as error:
            yield Trouble(error.file or inner, error.reason)
        except _DAMAGE as error:
            yield Trouble(inner, _damaged("this member", error))


def _locked(entry: zipfile.ZipInfo, path: str) -> Trouble | None:
    if not entry.flag_bits & 0x1:
        return None
    return Trouble(path, "this member is encrypted; unpack the archive with its password first")


def _zip_member(
    archive: zipfile.ZipFile, file: BinaryIO, entry: zipfile.ZipInfo, path: str, nesting: int, guard: "_Guard"
) -> Iterator[Piece | Trouble]:
    guard.promised(entry.file_size, entry.compress_size, path)
    day = _zip_day(entry)
    small = entry.file_size <= SMALL and entry.compress_size <= 2 * SMALL
    if small and entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        guard.inflated(entry.file_size, path)
        yield from _small_member(file, entry, path, day, nesting, guard)
    else:
        with archive.open(entry) as member:
            yield from _stream_member(cast(BinaryIO, member), path, entry.file_size, day, nesting, guard)


def _zip_day(entry: zipfile.ZipInfo) -> str | None:
    """The day a zip gives its member, None for the epoch and for days that cannot be (month 0 is common)."""
    try:
        return None if entry.date_time[:3] == _ZIP_EPOCH else _day(datetime(*entry.date_time))  # noqa: DTZ001 (a zip member has no zone)
    except ValueError:
        return None


def _small_member(file: BinaryIO, entry: zipfile.ZipInfo, path: str, day: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
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
        yield from opened(io.BytesIO(plain), path, len(plain), day, nesting + 1, guard)


def _first_bytes(piece: Piece) -> bytes:
    data = piece.data or b""
    if not piece.deflated:
        return data[:512]
    try:
        return isal_zlib.decompressobj(wbits=-15).decompress(data[:2048], 512)
    except _ISAL_ERROR:
        return b""


def _stream_member(
    member: BinaryIO, path: str, size: int, day: str | None, nesting: int, guard: "_Guard", first: bytes = b""
) -> Iterator[Piece | Trouble]:
    """A large member as a stream, or, where it is an archive itself, unpacked to a temporary file because archives need seeking."""
    first = first or member.read(512)
    stream = _Counted(member, guard, path, first)
    if container_kind(first[:512]) is None:
        yield Piece(path, stream=cast(BinaryIO, io.BufferedReader(stream, 1024 * 1024)), size=size, dated=day)
        return
    with tempfile.TemporaryFile() as copy:
        while chunk := stream.read(1024 * 1024):
            copy.write(chunk)
        length = copy.tell()
        copy.seek(0)
        yield from opened(cast(BinaryIO, copy), path, length, day, nesting + 1, guard)


def _gz(file: BinaryIO, path: str, dated: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    with igzip.open(file, "rb") as plain:  # type: ignore[no-untyped-call]
        yield from _single(cast(BinaryIO, plain), _without_suffix(path), dated, nesting, guard)


def _xz(file: BinaryIO, path: str, dated: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    with lzma.open(file, "rb") as plain:
        yield from _single(cast(BinaryIO, plain), _without_suffix(path), dated, nesting, guard)


def _single(plain: BinaryIO, path: str, dated: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    """The one file inside a .gz or .xz; a tar in it is read as it streams by."""
    first = plain.read(SMALL)
    kind = container_kind(first[:512])
    if kind == "tar":
        stream = io.BufferedReader(_Counted(plain, guard, path, first), 1024 * 1024)
        yield from _tar(cast(BinaryIO, stream), path, dated, nesting + 1, guard)
    elif kind is None and len(first) < SMALL:
        guard.inflated(len(first), path)
        yield Piece(path, data=first, size=len(first), dated=dated)
    else:
        yield from _stream_member(plain, path, 0, dated, nesting, guard, first)


def _tar(file: BinaryIO, path: str, dated: str | None, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    with tarfile.open(fileobj=file, mode="r|", tarinfo=_StrictEntry) as archive:
        for count, entry in enumerate(archive):
            if count >= MAX_ENTRIES:
                raise BadFile(f"the archive has more than {MAX_ENTRIES:,} entries; load a part of it at a time", file=path)
            if not entry.isdir():
                yield from _tar_member(archive, entry, f"{path}!{_printable(entry.name)}", nesting, guard)


def _tar_member(archive: tarfile.TarFile, entry: tarfile.TarInfo, path: str, nesting: int, guard: "_Guard") -> Iterator[Piece | Trouble]:
    member = None if entry.issparse() else archive.extractfile(entry) if entry.isreg() else None
    if trouble := _unsafe(entry.name, path, link=member is None):
        yield trouble
        return
    if member is None:
        return
    day = _day(datetime.fromtimestamp(entry.mtime)) if 0 < entry.mtime < _FAR_FUTURE else None  # noqa: DTZ006 (only the day is kept)
    if entry.size > SMALL:
        yield from _stream_member(cast(BinaryIO, member), path, entry.size, day, nesting, _Guard(path, entry.size, None))
        return
    data = member.read()
    if len(data) < entry.size:
        raise tarfile.ReadError(f"{entry.name} is cut off")
    if container_kind(data[:512]) is None:
        yield Piece(path, data=data, size=len(data), dated=day)
    else:
        yield from opened(io.BytesIO(data), path, len(data), day, nesting + 1, guard)


class _StrictEntry(tarfile.TarInfo):
    """An entry that refuses what tarfile passes over in silence: an archive that ends, or turns to rubbish, between two members."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_StrictEntry":
        """The entry of a header; ReadError where there is none before the archive's own end mark."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if buf and not bytes(buf).strip(b"\0"):
                raise
            raise tarfile.ReadError("it ends too early" if len(buf) < tarfile.BLOCKSIZE else f"no member where one should be: {error}") from error


def _unsafe(name: str, shown: str, *, link: bool) -> Trouble | None:
    """Why a member must not be opened, or None. Nothing is written under a member's name, but a hostile archive is not to be trusted."""
    if link:
        return Trouble(shown, "this member is a link or a device, not a file; it was left out")
    if name[:1].isalnum() and not any(sign in name for sign in ("..", ":", "\\")):
        return None
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or name[1:2] == ":":
        return Trouble(shown, "this member's name points outside the archive; it was left out")
    return None


def _day(moment: datetime) -> str | None:
    return moment.date().isoformat() if moment.year >= 1990 else None


def _printable(name: str) -> str:
    """A file's name with the bytes that are no text written out, so that it can be shown and stored.

    >>> _printable("ä.json")
    'ä.json'
    """
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


def _without_suffix(path: str) -> str:
    return path + "!" + PurePosixPath(path.rpartition("!")[2]).stem


class _Guard:
    """Counts what an archive inflates to, nested archives included, and refuses a bomb before it is inflated."""

    def __init__(self, path: str, packed: int, outer: "_Guard | None") -> None:
        self.path = path
        self.packed = max(packed, 1)
        self.outer = outer
        self.total = 0

    def entries(self, count: int) -> None:
        """Refuses an archive of more entries than any source has."""
        if count > MAX_ENTRIES:
            raise BadFile(f"the archive has {count:,} entries, more than {MAX_ENTRIES:,}; load a part of it at a time", file=self.path)

    def promised(self, size: int, packed: int, path: str) -> None:
        """Refuses a member by what the archive's directory says of it."""
        if size > RATIO_FREE and size > MAX_RATIO * max(packed, 1):
            raise BadFile(_bomb(size, packed), file=path)
        if self.total + size > MAX_INFLATED:
            raise _TooMuch(_too_large(), self)

    def inflated(self, count: int, path: str) -> None:
        """Adds bytes that came out and refuses to go on when they are too many."""
        self.total += count
        if self.total > RATIO_FREE and self.total > MAX_RATIO * self.packed:
            raise _TooMuch(_bomb(self.total, self.packed), self)
        if self.total > MAX_INFLATED:
            raise _TooMuch(_too_large(), self)
        if self.outer is not None:
            self.outer.inflated(count, path)


class _TooMuch(BadFile):
    """A whole archive inflates too far; it is given up at the level whose guard said so."""

    def __init__(self, reason: str, guard: _Guard) -> None:
        super().__init__(reason, file=guard.path)
        self.guard = guard


def _too_large() -> str:
    return f"the archive inflates to more than {MAX_INFLATED // 1024**3} GB; load a part of it at a time"


def _bomb(size: int, packed: int) -> str:
    return f"it inflates {size // max(packed, 1)}-fold to over {size // 2**20} MB, as no real source does, and was not opened: check where it is from"


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
            try:
                data = self.inner.read(wanted)
            except _DAMAGE as error:
                raise BadFile(_damaged("the archive around this file", error), file=self.path) from error
        self.guard.inflated(len(data), self.path)
        buffer[: len(data)] = data
        return len(data)

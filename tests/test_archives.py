"""What archives do wrong, and the sentence that each of them gets: it names the file and ends with the next step."""

import gzip
import io
import lzma
import os
import resource
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from theriac import archives
from theriac.archives import Piece, Trouble, walk

STUDY = b'{"a": 1, "text": "' + b"word " * 50 + b'"}'


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(*members: tuple[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mtime = 1_700_000_000
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def read(path: Path) -> tuple[dict[str, bytes], list[Trouble]]:
    """Everything that comes of a path: the plain files that could be read to their end, and the troubles."""
    found: dict[str, bytes] = {}
    troubles = []
    for piece in walk(path):
        if isinstance(piece, Trouble):
            troubles.append(piece)
            continue
        try:
            data = piece.bytes() if piece.data is not None else piece.stream.read()  # type: ignore[union-attr]
            found[piece.path.removeprefix(path.as_posix())] = data
        except archives.BadFile as error:
            troubles.append(Trouble(error.file or piece.path, error.reason))
    return found, troubles


def one_sentence(troubles: list[Trouble], name: str) -> str:
    assert len(troubles) == 1, troubles
    assert name in troubles[0].path
    reason = troubles[0].reason
    assert "\n" not in reason and "Traceback" not in reason and reason[0].islower()
    return reason


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "zip": lambda data: zipped(("inner.json", data)),
    "gz": lambda data: gzip.compress(data, 1),
    "xz": lambda data: lzma.compress(data, preset=0),
    "tar": lambda data: tarred(("inner.json", data)),
    "tar.gz": lambda data: gzip.compress(tarred(("inner.json", data)), 1),
    "tar.xz": lambda data: lzma.compress(tarred(("inner.json", data)), preset=0),
}


@pytest.mark.parametrize("outer", PACKERS)
@pytest.mark.parametrize("inner", PACKERS)
@pytest.mark.parametrize("size", [1, 20_000])
def test_archives_in_archives_give_the_same_bytes(tmp_path: Path, outer: str, inner: str, size: int) -> None:
    data = b"[" + b",".join([STUDY + os.urandom(8).hex().encode()] * size) + b"]"
    path = tmp_path / "any-name"
    path.write_bytes(PACKERS[outer](PACKERS[inner](data)))
    found, troubles = read(path)
    assert not troubles
    assert list(found.values()) == [data]


def test_members_keep_their_order_and_their_day(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("b.json", (2024, 3, 7, 1, 2, 4)), b"{}")
        archive.writestr(zipfile.ZipInfo("a.json"), b"[]")
    pieces = [piece for piece in walk(path) if isinstance(piece, Piece)]
    assert [(piece.path.rpartition("!")[2], piece.dated) for piece in pieces] == [("b.json", "2024-03-07"), ("a.json", None)]


def test_a_month_zero_in_a_zip_is_no_date_and_no_crash(tmp_path: Path) -> None:
    data = bytearray(zipped(("a.json", b"{}")))
    for signature, offset in ((b"PK\x03\x04", 12), (b"PK\x01\x02", 14)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", (44 << 9) | (0 << 5) | 0)
    path = tmp_path / "odd.zip"
    path.write_bytes(data)
    (piece,) = walk(path)
    assert isinstance(piece, Piece)
    assert piece.dated is None


def test_a_three_gigabyte_bomb_is_refused_without_inflating_it(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(16 * 1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = bytearray(zipped(("first.json", STUDY), ("bomb.json", block * 192 + packer.flush()), ("last.json", STUDY), method=zipfile.ZIP_STORED))
    for signature, name_at, method_at, size_at in ((b"PK\x03\x04", 30, 8, 22), (b"PK\x01\x02", 46, 10, 24)):
        at = data.index(b"bomb.json", data.index(signature)) - name_at
        assert data[at : at + 4] == signature
        data[at + method_at : at + method_at + 2] = struct.pack("<H", zipfile.ZIP_DEFLATED)
        data[at + size_at : at + size_at + 4] = struct.pack("<I", 3 * 1024**3)
    path.write_bytes(data)
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, troubles = read(path)
    assert time.process_time() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    assert "3072 MB" in one_sentence(troubles, "bomb.zip!bomb.json")
    assert sorted(found) == ["!first.json", "!last.json"]


@pytest.mark.parametrize("pack", [gzip.open, lzma.open])
def test_a_bomb_of_one_stream_is_given_up_early(tmp_path: Path, pack: Callable[..., io.BufferedIOBase]) -> None:
    path = tmp_path / "bomb.json.packed"
    with pack(path, "wb") as file:
        for _ in range(12):
            file.write(b" " * (16 * 1024 * 1024))
    began = time.process_time()
    found, troubles = read(path)
    assert time.process_time() - began < 5
    assert not found
    assert "as no real source does" in one_sentence(troubles, "bomb.json.packed")


def test_a_bomb_of_many_small_members_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_FREE", 1_000_000)
    path = tmp_path / "many.zip"
    path.write_bytes(zipped(*((f"{number}.json", bytes(900_000)) for number in range(30))))
    found, troubles = read(path)
    assert len(found) < 10
    one_sentence(troubles, "many.zip")


def test_a_bomb_of_archives_in_an_archive_is_counted_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_FREE", 1_000_000)
    inner = zipped(*((f"{number}.json", bytes(90_000)) for number in range(10)))
    path = tmp_path / "nest.zip"
    path.write_bytes(zipped(*((f"{number}.zip", inner) for number in range(50))))
    found, troubles = read(path)
    assert len(found) < 500
    assert all("as no real source does" in trouble.reason for trouble in troubles)


def test_a_member_that_lies_about_its_size_is_refused_unread(tmp_path: Path) -> None:
    data = bytearray(zipped(("liar.json", bytes(50 * 1024 * 1024)), ("good.json", STUDY)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    path = tmp_path / "liar.zip"
    path.write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, troubles = read(path)
    assert "checksum" in one_sentence(troubles, "liar.zip!liar.json")
    assert list(found) == ["!good.json"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


def test_too_deep_nesting_is_refused(tmp_path: Path) -> None:
    data = STUDY
    for number in range(archives.MAX_NESTING + 1):
        data = zipped((f"{number}.zip", data))
    path = tmp_path / "deep.zip"
    path.write_bytes(data)
    found, troubles = read(path)
    assert not found
    assert "nested more than 4 deep" in one_sentence(troubles, "deep.zip")


@pytest.mark.parametrize("name", ["../up.json", "a/../../up.json", "/etc/passwd.json", "C:\\windows.json", "..\\up.json"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_point_outside_are_left_out_and_the_rest_is_read(tmp_path: Path, name: str, pack: Callable[..., bytes]) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(pack((name, STUDY), ("good.json", STUDY)))
    found, troubles = read(path)
    assert list(found) == ["!good.json"]
    assert "points outside the archive" in one_sentence(troubles, "hostile!")


def test_links_are_left_out(tmp_path: Path) -> None:
    as_tar, as_zip = tmp_path / "a.tar", tmp_path / "a.zip"
    with tarfile.open(as_tar, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"link{kind!r}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    with zipfile.ZipFile(as_zip, "w") as archive_of_links:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0xA1FF << 16
        archive_of_links.writestr(info, "/etc/passwd")
    for path, count in ((as_tar, 3), (as_zip, 1)):
        found, troubles = read(path)
        assert not found
        assert [("link or a device" in trouble.reason) for trouble in troubles] == [True] * count


def test_a_sparse_member_of_a_terabyte_is_left_out(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("sparse.json")
    entry.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"00000000001\0"[:12]
    header[483] = 0x80
    header[484:495] = (1024**4).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "sparse.tar"
    path.write_bytes(bytes(header) + bytes(1024))
    found, troubles = read(path)
    assert not found
    one_sentence(troubles, "sparse.tar!sparse.json")


def test_an_encrypted_member_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = bytearray(zipped(("secret.json", STUDY), ("good.json", STUDY)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(data)
    found, troubles = read(path)
    assert "password" in one_sentence(troubles, "locked.zip!secret.json")
    assert list(found) == ["!good.json"]


def test_an_unknown_compression_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = bytearray(zipped(("odd.json", STUDY), ("good.json", STUDY)))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", 9)
    path = tmp_path / "deflate64.zip"
    path.write_bytes(data)
    found, troubles = read(path)
    assert "not supported" in one_sentence(troubles, "deflate64.zip!odd.json")
    assert list(found) == ["!good.json"]


@pytest.mark.parametrize("size", [1_000, 5_000_000])
@pytest.mark.parametrize("packer", PACKERS)
def test_a_truncated_archive_is_one_sentence(tmp_path: Path, packer: str, size: int) -> None:
    whole = PACKERS[packer](os.urandom(size))
    if packer == "tar":
        whole = whole[:-9_000]
    path = tmp_path / f"cut.{packer}"
    for share in (0.3, 0.7):
        path.write_bytes(whole[: max(600 if packer == "tar" else 40, int(len(whole) * share))])
        found, troubles = read(path)
        assert not found
        assert "download it again" in troubles[0].reason
        assert all("cut." in trouble.path and "\n" not in trouble.reason for trouble in troubles)


def test_a_tar_cut_between_two_members_is_no_whole_tar(tmp_path: Path) -> None:
    whole = tarred(("a.json", b"{}"), ("b.json", b"[]"))
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[:1024])
    found, troubles = read(path)
    assert list(found) == ["!a.json"]
    assert "ends too early" in one_sentence(troubles, "cut.tar")


def test_rubbish_between_two_members_of_a_tar_is_said(tmp_path: Path) -> None:
    whole = bytearray(tarred(("a.json", b"{}"), ("b.json", b"[]")))
    whole[1024:1100] = os.urandom(76)
    path = tmp_path / "rubbish.tar"
    path.write_bytes(whole)
    found, troubles = read(path)
    assert list(found) == ["!a.json"]
    assert "damaged" in one_sentence(troubles, "rubbish.tar")


@pytest.mark.parametrize("size", [1_000, 9_000_000])
def test_a_wrong_checksum_is_one_sentence_and_the_other_members_are_read(tmp_path: Path, size: int) -> None:
    data = bytearray(zipped(("bad.json", os.urandom(size)), ("good.json", STUDY), method=zipfile.ZIP_STORED))
    data[200] ^= 0xFF
    path = tmp_path / "wrong.zip"
    path.write_bytes(data)
    found, troubles = read(path)
    assert "damaged" in one_sentence(troubles, "wrong.zip!bad.json")
    assert list(found) == ["!good.json"]


@pytest.mark.parametrize("position", [0.2, 0.5, 0.99])
@pytest.mark.parametrize("packer", ["gz", "xz", "tar.gz", "tar.xz"])
def test_a_flipped_bit_never_passes_for_data(tmp_path: Path, packer: str, position: float) -> None:
    data = os.urandom(100_000).hex().encode()
    packed = bytearray(PACKERS[packer](data))
    packed[int(len(packed) * position)] ^= 0x10
    path = tmp_path / "flipped"
    path.write_bytes(packed)
    found, troubles = read(path)
    assert troubles or list(found.values()) == [data]


def test_a_file_that_may_not_be_read_a_pipe_and_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_bytes(STUDY)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    found, troubles = read(tmp_path)
    assert list(found) == ["/good.json"]
    assert sorted(Path(trouble.path).name for trouble in troubles) == ["gone", "loop", "pipe"]


def test_a_name_that_is_no_text_can_be_shown(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.json")
    with open(path, "wb") as file:
        file.write(STUDY)
    (piece,) = walk(tmp_path)
    assert piece.path.encode().endswith(b".json")


def test_no_room_for_unpacking_names_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    inner = zipped(("a.json", os.urandom(5_000_000)), method=zipfile.ZIP_STORED)
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped(("inner.zip", inner), method=zipfile.ZIP_STORED))
    monkeypatch.setattr(archives.tempfile, "TemporaryFile", full)
    _, troubles = read(path)
    assert "TMPDIR" in one_sentence(troubles, "outer.zip")

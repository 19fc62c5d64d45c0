"""Cuts a JSON file of many records into the records, holding no more than a window and one record of it.

Flows in: a binary stream that holds one record, an array of records, an object with such an array (`results`, `studies`), or one record a
line. Flows out: the exact bytes of each record. It decodes nothing inside a record; it finds where records begin and end by counting
brackets outside strings, a window at a time.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt

from theriac.errors import BadFile

WINDOW = 8 * 1024 * 1024
LARGEST_RECORD = 256 * 1024 * 1024
ARRAY_MEMBERS = (b"results", b"studies")
_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_COLON_BRACKET = re.compile(rb"\s*:\s*\[")


def records(stream: BinaryIO, window: int = WINDOW) -> Iterator[bytes]:
    """The exact bytes of each record of a JSON file, in order; raises BadFile where the file ends inside one.

    >>> import io
    >>> list(records(io.BytesIO(b'{"meta": {}, "results": [{"a": 1}, {"b": "}"}]}')))
    [b'{"a": 1}', b'{"b": "}"}']
    """
    first = stream.read(window).removeprefix(_BOM)
    if len(first) < window - len(_BOM) and (whole := _whole(first)) is not None:
        yield from whole
        return
    start = array_start(first)
    if start is None and not first.lstrip()[:1] == b"{":
        raise BadFile("this is not a JSON file of records: it begins with neither an object nor an array")
    cutter = _Cutter(level=0 if start is None else 1, closes=start is not None)
    yield from cutter.feed(first[start or 0 :])
    while chunk := stream.read(window):
        # Read on after the array has closed: only at its end does an archive say whether its checksum was right.
        if not cutter.finished:
            yield from cutter.feed(chunk)
    cutter.close()


class _Page(msgspec.Struct):
    results: list[msgspec.Raw] | None = None
    studies: list[msgspec.Raw] | None = None


_page = msgspec.json.Decoder(_Page)
_array = msgspec.json.Decoder(list[msgspec.Raw])


def _whole(text: bytes) -> list[bytes] | None:
    """The records of a file that lies in memory and is one sound JSON value; None where it must be cut with care."""
    try:
        if text.lstrip()[:1] == b"[":
            return [data for record in _array.decode(text) if (data := bytes(record)).startswith(b"{")]
        page = _page.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    listed = page.results if page.results is not None else page.studies
    return [text.strip()] if listed is None else [data for record in listed if (data := bytes(record)).startswith(b"{")]


def array_start(first: bytes) -> int | None:
    """Where the array of records opens, or None where the file is one record or one record a line.

    >>> array_start(b' [{}]'), array_start(b'{"totalCount": 2, "studies": [{}]}'), array_start(b'{"protocolSection": {"studies": []}}')
    (1, 29, None)
    """
    if not any(b'"%s"' % member in first for member in ARRAY_MEMBERS) and first.lstrip()[:1] != b"[":
        return None
    blank = len(first) - len(first.lstrip())
    if first[blank : blank + 1] == b"[":
        return blank
    depth = 0
    for token in _TOKEN.finditer(first):
        text = token[0]
        if text in b"{[":
            depth += 1
        elif text in b"}]":
            depth -= 1
            if depth <= 0:
                return None
        elif depth == 1 and text[1:-1] in ARRAY_MEMBERS and (found := _COLON_BRACKET.match(first, token.end())):
            return found.end() - 1
    return None


class _Cutter:
    """Bracket depth, string and escape state carried from window to window."""

    def __init__(self, *, level: int, closes: bool) -> None:
        self.level = level
        self.closes = closes
        self.depth = 0
        self.in_string = 0
        self.escaped = False
        self.pending = b""
        self.open_at: int | None = None
        self.finished = False
        self.count = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The records that end inside this chunk."""
        kept = len(self.pending)
        buffer = self.pending + chunk if kept else chunk
        positions, rises, curly = self._structure(chunk)
        if len(positions) == 0:
            self._keep(buffer, self.open_at)
            return
        depths = np.cumsum(rises, dtype=np.int64) + self.depth
        self.depth = int(depths[-1])
        starts = positions[(rises == 1) & (depths == self.level + 1) & curly] + kept
        ends = positions[(rises == -1) & (depths == self.level) & curly] + kept
        if self.closes and bool((depths <= 0).any()):
            self.finished = True
            last = int(positions[np.argmax(depths <= 0)]) + kept
            starts, ends = starts[starts < last], ends[ends < last]
        opened = [] if self.open_at is None else [self.open_at]
        begins = opened + starts.tolist()
        for begin, end in zip(begins, ends.tolist(), strict=False):
            self.count += 1
            yield buffer[begin : end + 1]
        if not self.closes and bool((depths < 0).any()):
            raise BadFile(f"a bracket closes after record {self.count} that never opened; download the file again")
        self._keep(buffer, begins[len(ends)] if len(begins) > len(ends) else None)

    def _keep(self, buffer: bytes, begin: int | None) -> None:
        self.pending = b"" if begin is None else buffer[begin:]
        self.open_at = None if begin is None else 0
        if len(self.pending) > LARGEST_RECORD:
            raise BadFile(f"record {self.count + 1} is larger than {LARGEST_RECORD // 2**20} MB; this is not a file of records")

    def _structure(self, chunk: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Positions of the brackets outside strings, +1 or -1 for each, and whether it is a curly one."""
        data = np.frombuffer(chunk, dtype=np.uint8)
        quotes = data == 0x22
        self._drop_escaped(data, quotes)
        inside = (np.cumsum(quotes, dtype=np.uint8) + np.uint8(self.in_string)) & 1
        self.in_string = int(inside[-1]) if len(inside) else self.in_string
        # { } [ ] differ from one another in bits 1, 2 and 5 only: 0x7B 0x7D 0x5B 0x5D.
        lowered = data | 0x20
        brackets = np.flatnonzero(((lowered == 0x7B) | (lowered == 0x7D)) & (inside == 0))
        kinds = data[brackets]
        rises = np.where((kinds | 0x20) == 0x7B, 1, -1).astype(np.int64)
        return brackets, rises, (kinds & 0x20) != 0

    def _drop_escaped(self, data: npt.NDArray[np.uint8], quotes: npt.NDArray[np.bool_]) -> None:
        slashes = np.flatnonzero(data == 0x5C)
        carried, self.escaped = self.escaped, False
        if carried and len(data):
            quotes[0] = False
        if len(slashes) == 0:
            return
        new_run = np.ones(len(slashes), dtype=bool)
        new_run[1:] = np.diff(slashes) != 1
        run_start = np.maximum.accumulate(np.where(new_run, slashes, 0))
        odd = (slashes - run_start) % 2 == 0
        if carried and slashes[0] == 0:
            first_run = run_start == 0
            odd[first_run] = ~odd[first_run]
        escapes = slashes[odd] + 1
        if len(escapes) and escapes[-1] == len(data):
            self.escaped = True
            escapes = escapes[:-1]
        quotes[escapes] = False

    def close(self) -> None:
        """Raises BadFile where the file ended inside a record, a string or the array itself."""
        # What follows the array may end a window inside a string: it is not looked at.
        if not self.finished and (self.closes or self.open_at is not None or self.in_string):
            raise BadFile(f"the file ends in the middle of record {self.count + 1}: it was cut off while downloading; download it again")

"""What every source file must offer, and the hashing that gives versions their identity.

Flows in: an opened file and its first bytes. Flows out: raw records, their identities, their readings. A format is pure: it never opens
files, never asks the clock and never knows what the store holds.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, ClassVar

import msgspec

from theriac.model import Identity, Raw, Reading

HEAD_BYTES = 65_536
_SORTED = msgspec.json.Encoder(order="sorted")


class Head(msgspec.Struct, frozen=True):
    """The first bytes of a file and the path it was found at: all that recognition may look at."""

    path: str
    first: bytes

    @property
    def name(self) -> str:
        """The file's own name, without folders and archives."""
        return PurePosixPath(self.path.replace("!", "/")).name

    @property
    def text(self) -> str:
        """The first bytes as text, whatever their encoding: for looking, not for reading."""
        return self.first.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


class OpenFile(msgspec.Struct, frozen=True):
    """A file opened for one pass: its head, and a binary stream from its first byte on (not always seekable)."""

    head: Head
    stream: BinaryIO


class Format(ABC):
    """One way in which a source writes its records.

    `name` is stored with every version ("ctgov.v2"); `canonicaliser` names the rule that makes its hash; `reader` names the code that makes
    its readings, and is raised when that code reads differently. `table` names the listing that one whole file is, where a file of this
    format is always the complete table (Drugs@FDA, Orange Book, EMA): only then can an absence be believed.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    canonicaliser: ClassVar[str]
    reader: ClassVar[str]

    def table(self, head: Head) -> str | None:
        """The name of the table that this file is a complete listing of, or None."""
        return None

    @abstractmethod
    def recognises(self, head: Head) -> bool:
        """Whether the content, not the name, is of this format."""

    @abstractmethod
    def cut(self, file: OpenFile) -> Iterator[Raw]:
        """The records of the file one after another, as served; raises BadFile where the file itself is broken."""

    @abstractmethod
    def decode(self, raw: Raw) -> Any:
        """The record as Python data; raises BadRecord where it is not what this format should be."""

    @abstractmethod
    def identify(self, raw: Raw, decoded: Any) -> Identity:
        """Who the record is and which content this is; raises BadRecord where it has no key."""

    @abstractmethod
    def read(self, raw: Raw, decoded: Any) -> Reading:
        """What the record says; raises BadRecord naming the field that cannot be read."""

    def words(self, reading: Reading, decoded: Any) -> str:
        """The text, beyond title and names, by which a person would search for this record."""
        return ""


def hash_bytes(*parts: bytes) -> str:
    """The 128-bit BLAKE2b of the parts, each with its length, as 32 hex digits."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no blanks: equal data gives equal bytes, however it was serialised."""
    return _SORTED.encode(value)


def sort_lists(value: Any, ordered: Callable[[str], bool] = lambda key: False) -> Any:
    """Sorts, in place, every list inside a decoded JSON value by its elements' canonical form; returns the value.

    Lists under a key for which `ordered(key)` holds keep their order because it carries meaning.
    """
    if type(value) is dict:
        for key, inner in value.items():
            kind = type(inner)
            if kind is dict:
                sort_lists(inner, ordered)
            elif kind is list:
                _sort_list(inner, ordered, keep=ordered(key))
    elif type(value) is list:
        _sort_list(value, ordered, keep=False)
    return value


def _sort_list(items: list[Any], ordered: Callable[[str], bool], *, keep: bool) -> None:
    if not items:
        return
    kinds = set(map(type, items))
    if dict in kinds or list in kinds:
        for item in items:
            sort_lists(item, ordered)
    if keep or len(items) == 1:
        return
    if kinds == {str}:
        items.sort()
    else:
        items.sort(key=_SORTED.encode)

"""What every openFDA answer has in common: its envelope, its data date and the way its records are cut out.

Flows in: a file's first bytes and its stream. Flows out: the keys of its first record, the `meta.last_updated` date, its records, and what
an `openfda` block says. It knows no endpoint: `openfda_label`, `openfda_drugsfda`, `openfda_enforcement` and `openfda_shortages` do.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from theriac.errors import BadRecord
from theriac.model import Mention, Raw
from theriac.sources.applications import is_own_name
from theriac.sources.base import Head, OpenFile, sort_lists
from theriac.sources.json_stream import array_start, records
from theriac.terms import EntityKind

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:"]', re.DOTALL)
_LAST_UPDATED = re.compile(rb'"last_updated"\s*:\s*"(\d{4}-\d{2}-\d{2})"')
_BOM = b"\xef\xbb\xbf"
_UNII = re.compile(r"[A-Z0-9]{10}\Z")


def first_record_keys(head: Head) -> frozenset[str]:
    """The member names of the first record, as far as the first bytes reach; empty where the file holds no JSON object.

    >>> sorted(first_record_keys(Head("x", b'{"meta": {"a": 1}, "results": [{"set_id": "s", "openfda": {"unii": ["u"]}}]}')))
    ['openfda', 'set_id']
    """
    first = head.first.removeprefix(_BOM)
    opening = _opening_of_first_record(first)
    if opening is None:
        return frozenset()
    depth, previous, keys = 0, b"", set()
    for token in _TOKEN.finditer(first, opening):
        text = token[0]
        if text == b'"':
            break
        if text in b"{[":
            depth += 1
        elif text in b"}]":
            depth -= 1
            if depth == 0:
                break
        elif text == b":" and depth == 1:
            keys.add(previous.strip(b'"').decode("utf-8", "replace"))
        previous = text
    return frozenset(keys)


def _opening_of_first_record(first: bytes) -> int | None:
    start = array_start(first) if first.lstrip()[:1] in (b"{", b"[") else None
    if start is not None:
        after = first[start + 1 :]
        blank = len(after) - len(after.lstrip())
        return start + 1 + blank if after[blank : blank + 1] == b"{" else None
    blank = len(first) - len(first.lstrip())
    return blank if first[blank : blank + 1] == b"{" else None


def last_updated(head: Head) -> str:
    """The date of the data as the envelope states it, or nothing; what stands inside a record is never taken for it."""
    first = head.first.removeprefix(_BOM)
    start = array_start(first) if first.lstrip()[:1] == b"{" else None
    found = _LAST_UPDATED.search(first, 0, start) if start is not None else None
    return found[1].decode() if found else ""


def is_answer(head: Head) -> bool:
    """Whether the file opens with openFDA's own envelope, which carries its terms of use."""
    first = head.first.removeprefix(_BOM)
    start = array_start(first) if first.lstrip()[:1] == b"{" else None
    return start is not None and b"open.fda.gov" in first[:start]


def cut_records(file: OpenFile) -> Iterator[Raw]:
    """The records of an openFDA file, each with the file's data date as its context."""
    date = last_updated(file.head)
    for index, payload in enumerate(records(file.stream)):
        yield Raw(payload=payload, context=date, place=f"results[{index}]")


def decode_object(raw: Raw) -> dict[str, Any]:
    """The record as Python data; BadRecord where it is not one JSON object in UTF-8."""
    try:
        value = msgspec.json.decode(raw.payload)
    except UnicodeDecodeError as error:
        raise BadRecord(f"the record is not UTF-8 text ({error.reason})") from error
    except msgspec.DecodeError as error:
        raise BadRecord(f"the record is not valid JSON ({error})") from error
    except RecursionError as error:
        raise BadRecord("the record is nested too deeply to be one of openFDA's") from error
    if not isinstance(value, dict):
        raise BadRecord("the record is not a JSON object")
    return value


def texts(value: object) -> tuple[str, ...]:
    """The strings of an openFDA list, in its order; a lone string is a list of one, anything else is none."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def text_or_none(value: object) -> str | None:
    """The member as text, or None where it is absent or empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def block_of(decoded: dict[str, Any]) -> dict[str, Any]:
    """The record's `openfda` block; an empty one where there is none."""
    block = decoded.get("openfda")
    return block if isinstance(block, dict) else {}


def unordered(block: object) -> object:
    """The block with the order of its lists, which openFDA changes without meaning, taken out."""
    if not isinstance(block, dict):
        return block
    return sort_lists({key: list(value) if isinstance(value, list) else value for key, value in block.items()})


def single_unii(substances: tuple[str, ...], uniis: tuple[str, ...]) -> tuple[str, ...]:
    """The UNII as a CURIE where there is one substance and one code; otherwise none.

    Lists of several are sorted independently of one another and anew with each release: the same codes stand against
    olanzapine, fluoxetine in one and fluoxetine, olanzapine in the next.
    """
    if len(substances) == len(uniis) == 1 and _UNII.match(uniis[0].strip().upper()):
        return (f"unii:{uniis[0].strip().upper()}",)
    return ()


def product_mentions_of(about: dict[str, Any]) -> Iterator[Mention]:
    """The products that an `openfda` block names: each generic name with the brands that are names of their own, else its substances."""
    substances, generics = texts(about.get("substance_name")), texts(about.get("generic_name"))
    single = single_unii(substances, texts(about.get("unii")))
    brands = tuple(name for name in texts(about.get("brand_name")) if is_own_name(name, (*generics, *substances)))
    for index, name in enumerate(generics):
        others = brands if len(generics) == 1 else ()
        yield Mention(kind=EntityKind.DRUG, text=name, role="product", path=f"openfda.generic_name[{index}]", others=others, identifiers=single)
    if not generics and substances:
        yield Mention(kind=EntityKind.DRUG, text="; ".join(substances), role="product", path="openfda.substance_name", identifiers=single)

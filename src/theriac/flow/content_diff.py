"""Two decoded JSON records compared by structure, and the difference applied again.

Flows in: two values of dicts, lists, texts, numbers, booleans and None. Flows out: the operations that lead from one to the other, as JSON Patch
(RFC 6902) means them, and a value with them applied. Members of a list that carry a key (an NCT id, a title, a name) are compared with
the member of the same key wherever it stands, so that what was only moved is a `move` and what changed inside is told inside. It knows no
field's meaning; what a change says is for the events.

`apply(a, diff(a, b)) == b`, exactly: True is not 1, 1 is not 1.0 and 0.0 is not -0.0.
"""

import operator
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

Key = str | int
Path = tuple[Key, ...]

# What names a member of a list, the surest first; a list is aligned by the first one that all its members carry, each a different value.
KEYS = ("nctId", "id", "pmid", "title", "label", "name", "measure", "term", "groupId", "facility", "url", "definition", "type")

_encode = msgspec.json.Encoder(order="sorted").encode
_SCALARS = frozenset((str, int, float, bool, type(None)))


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step: `add`, `replace`, `remove` at a path, or `move` from `source` to it."""

    op: Literal["add", "replace", "remove", "move"]
    path: Path
    value: Any = msgspec.UNSET
    source: Path | None = None


def diff(old: Any, new: Any) -> list[Operation]:
    """The operations that make the new value of the old one; none where they are the same.

    >>> diff({"a": [{"id": 1, "n": 2}]}, {"a": [{"id": 1, "n": 3}]})
    [Operation(op='replace', path=('a', 0, 'n'), value=3)]
    """
    operations: list[Operation] = []
    _compare(old, new, (), operations)
    return operations


def apply(value: Any, operations: Sequence[Operation]) -> Any:
    """The value after the operations; the one given stays as it is, and shares with the result what no operation touched."""
    copied: set[int] = set()
    holder = {"": value}
    keep: list[Any] = []
    for operation in operations:
        _step(holder, operation, copied, keep)
    return holder[""]


def json_patch(operations: Sequence[Operation]) -> list[dict[str, Any]]:
    """The operations as an RFC 6902 document.

    >>> json_patch([Operation("move", ("a/b", 0), source=("a/b", 2))])
    [{'op': 'move', 'path': '/a~1b/0', 'from': '/a~1b/2'}]
    """
    return [
        {"op": each.op, "path": _pointer(each.path)}
        | ({"value": each.value} if each.value is not msgspec.UNSET else {})
        | ({"from": _pointer(each.source)} if each.source is not None else {})
        for each in operations
    ]


def _pointer(path: Path) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _same(old: Any, new: Any) -> bool:
    """Whether both are the same JSON; Python's equality first, which knows soonest what differs but takes True for 1."""
    kind = type(old)
    if kind is not type(new) or old != new:
        return False
    return (kind in _SCALARS and kind is not float) or _encode(old) == _encode(new)


def _compare(old: Any, new: Any, path: Path, found: list[Operation]) -> None:
    kind = type(old)
    if kind is type(new):
        if kind is dict:
            _compare_members(old, new, path, found)
            return
        if kind is list:
            if not _same(old, new):
                _compare_items(old, new, path, found)
            return
        if old == new and (kind is not float or str(old) == str(new)):
            return
    found.append(Operation("replace", path, new))


def _compare_members(old: dict[str, Any], new: dict[str, Any], path: Path, found: list[Operation]) -> None:
    if _same(old, new):
        return
    for key in old.keys() - new.keys():
        found.append(Operation("remove", (*path, key)))
    for key, value in new.items():
        if key not in old:
            found.append(Operation("add", (*path, key), value))
        elif old[key] is not value:
            _compare(old[key], value, (*path, key), found)


def _compare_items(old: list[Any], new: list[Any], path: Path, found: list[Operation]) -> None:
    """The list's operations: what left, what moved and came, then what changed inside members that stayed."""
    lead = _lead(old, new)
    tail = _lead(old[lead:][::-1], new[lead:][::-1])
    olds, news = old[lead : len(old) - tail], new[lead : len(new) - tail]
    twins = _twins(olds, news)
    stayed = set(twins.values())
    for place in range(len(olds) - 1, -1, -1):
        if place not in stayed:
            found.append(Operation("remove", (*path, lead + place)))
    order = [place for place in range(len(olds)) if place in stayed]
    for place, value in enumerate(news):
        twin = twins.get(place)
        if twin is None:
            found.append(Operation("add", (*path, lead + place), value))
            order.insert(place, -1)
        elif order[place] != twin:
            at = order.index(twin, place)
            found.append(Operation("move", (*path, lead + place), source=(*path, lead + at)))
            order.insert(place, order.pop(at))
    for place, twin in sorted(twins.items()):
        _compare(olds[twin], news[place], (*path, lead + place), found)


def _lead(old: list[Any], new: list[Any]) -> int:
    """How many members both lists begin with."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if not _same(one, other):
            break
        count += 1
    return count


def _twins(old: list[Any], new: list[Any]) -> dict[int, int]:
    """Which place of the old list each place of the new one is compared with."""
    if not old or not new:
        return {}
    key = _key(old, new)
    if key is not None:
        read = operator.itemgetter(key)
        places = {(type(read(one)), read(one)): place for place, one in enumerate(old)}
        return {place: places[name] for place, one in enumerate(new) if (name := (type(read(one)), read(one))) in places}
    twins = dict(_equal(old, new))
    if all(type(one) is dict for one in (*old, *new)):
        taken = set(twins.values())
        rest = (place for place in range(len(old)) if place not in taken)
        twins |= dict(zip((place for place in range(len(new)) if place not in twins), rest, strict=False))
    return twins


def _key(old: list[Any], new: list[Any]) -> str | None:
    """The member that names the elements of both lists, each once."""
    if not all(type(one) is dict for one in (*old, *new)):
        return None
    return next((key for key in KEYS if _names(old, key) and _names(new, key)), None)


def _names(items: list[dict[str, Any]], key: str) -> bool:
    values = {value for one in items if type(value := one.get(key)) in (str, int)}
    return len(values) == len(items)


def _equal(old: list[Any], new: list[Any]) -> Iterator[tuple[int, int]]:
    """New and old places of members that are the same, in their common order."""
    olds, news = [_encode(one) for one in old], [_encode(one) for one in new]
    if set(olds).isdisjoint(news):
        return
    for block in SequenceMatcher(None, olds, news, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            yield block.b + step, block.a + step


def _step(holder: dict[str, Any], operation: Operation, copied: set[int], keep: list[Any]) -> None:
    if operation.op == "move" and operation.source is not None:
        value = _take(holder, operation.source, copied, keep)
    elif operation.op == "remove":
        _take(holder, operation.path, copied, keep)
        return
    else:
        value = operation.value
    parent, last = _parent(holder, operation.path, copied, keep)
    if type(parent) is list and operation.op != "replace":
        parent.insert(last, value)
    else:
        parent[last] = value


def _take(holder: dict[str, Any], path: Path, copied: set[int], keep: list[Any]) -> Any:
    parent, last = _parent(holder, path, copied, keep)
    return parent.pop(last)


def _parent(holder: dict[str, Any], path: Path, copied: set[int], keep: list[Any]) -> tuple[Any, Any]:
    """The container that the path ends in, all containers on the way being copies of our own, and the last step."""
    steps: Path = ("", *path)
    at: Any = holder
    for step in steps[:-1]:
        inner = at[step]
        if id(inner) not in copied:
            inner = inner.copy()
            at[step] = inner
            copied.add(id(inner))
            keep.append(inner)
        at = inner
    return at, steps[-1]

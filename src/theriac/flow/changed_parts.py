"""Two versions of a document compared part by part, and word by word where a part differs.

Flows in: the parts of an old and a new version. Flows out: the parts that were added, removed or changed, each with its runs of words; long
stretches that both share are cut to a few words on either side, and said to be. White space is never a difference.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec

from theriac.flow.outline import Block, Part
from theriac.flow.word_diff import word_diff

_CONTEXT = 160
_LONGEST = 60_000


class ChangedRun(msgspec.Struct, frozen=True):
    """Some words that were kept, removed or added; `cut` stands for kept words that are not shown."""

    kind: str
    text: str


class PartChange(msgspec.Struct, frozen=True):
    """One part that differs: `added`, `removed` or `changed`, under its heading."""

    title: str
    path: str
    kind: str
    runs: list[ChangedRun]


def changed_parts(old: Sequence[Part], new: Sequence[Part]) -> tuple[list[PartChange], int]:
    """The parts that differ, in the new version's order, and how many are equal."""
    equal = 0
    changes: list[PartChange] = []
    for one, other in _paired(old, new):
        older, newer = _sides(old, new, one, other)
        if one is not None and other is not None and older.split() == newer.split():
            equal += 1
        elif made := _change(old[one] if one is not None else None, new[other] if other is not None else None, older, newer):
            changes.append(made)
    return changes, equal


def _paired(old: Sequence[Part], new: Sequence[Part]) -> Iterator[tuple[int | None, int | None]]:
    """Which old part is which new one: the same heading at the same place in the order, else the same place between parts that agree."""
    matcher = SequenceMatcher(None, [_key(part) for part in old], [_key(part) for part in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            yield from _nearest(old, new, range(i1, i2), range(j1, j2))


def _nearest(old: Sequence[Part], new: Sequence[Part], ones: range, others: range) -> Iterator[tuple[int | None, int | None]]:
    """Parts whose headings differ, paired where path and level agree, the rest as removed or added."""
    free = list(ones)
    for other in others:
        same = next((one for one in free if (old[one].path, old[one].level) == (new[other].path, new[other].level) and new[other].path), None)
        if same is not None:
            yield from ((one, None) for one in free[: free.index(same)])
            free = free[free.index(same) + 1 :]
        yield same, other
    yield from ((one, None) for one in free)


def _key(part: Part) -> tuple[str, int]:
    return part.title.casefold(), part.level


def _sides(old: Sequence[Part], new: Sequence[Part], one: int | None, other: int | None) -> tuple[str, str]:
    """What to compare of two parts: the heading only where it is not the same."""
    before, after = old[one] if one is not None else None, new[other] if other is not None else None
    headed = before is not None and after is not None and before.title.split() != after.title.split()
    return tuple("" if part is None else _whole(part, headed=headed) for part in (before, after))  # type: ignore[return-value]


def _whole(part: Part, *, headed: bool) -> str:
    return "\n".join([*([part.title] if headed else []), *(_said(block) for block in part.blocks)]).strip()


def _said(block: Block) -> str:
    """The block as text: a named value behind its name, a row of a table on one line."""
    lines = [" · ".join(cell for cell in row if cell) for row in (*block.header, *block.rows)]
    text = "\n".join([block.text, *lines] if block.text else lines)
    return f"{block.name}: {text}" if block.name else text


def _change(old: Part | None, new: Part | None, older: str, newer: str) -> PartChange | None:
    part = new or old
    if part is None or not (older.strip() or newer.strip() or part.title):
        return None
    kind = "added" if old is None else "removed" if new is None else "changed"
    runs = [ChangedRun(run.kind, run.text) for run in word_diff(older, newer)]
    return PartChange(part.title, part.path, kind, list(shortened(runs)))


def shortened(runs: Sequence[ChangedRun]) -> Iterator[ChangedRun]:
    """The runs with long kept ones cut to the words beside a change."""
    for place, run in enumerate(runs):
        if run.kind == "removed" and place + 1 < len(runs) and runs[place + 1].kind == "added":
            yield ChangedRun(run.kind, run.text[:_LONGEST].rstrip())
            continue
        if run.kind != "kept" or len(run.text) <= 2 * _CONTEXT + 40:
            yield ChangedRun(run.kind, run.text[:_LONGEST])
            continue
        head = run.text[:_CONTEXT].rpartition(" ")[0] if place else ""
        tail = run.text[-_CONTEXT:].partition(" ")[2] if place + 1 < len(runs) else ""
        yield from (ChangedRun("kept", head),) if head else ()
        yield ChangedRun("cut", " … ")
        yield from (ChangedRun("kept", tail),) if tail else ()

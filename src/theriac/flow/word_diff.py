"""Two texts compared word by word.

Flows in: an old and a new text. Flows out: runs of words that were kept, removed or added, and the passages (lines, sentences) that differ.
White space is never a difference; nothing else is forgiven here.

Equal sentences are set aside first, so that only what differs is aligned by words, and a label of a hundred pages compares in milliseconds.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

import msgspec
from rapidfuzz.distance import Indel

Kind = Literal["kept", "removed", "added"]
Span = tuple[int, int]
Block = tuple[int, int, int, int]

_TOKEN = re.compile(r"(?:\d+(?:[.,:/-]\d+)+|[^\W_]+|[^\w\s]|_)\s*")
_ENDS = frozenset(".;:!?•")
_LARGEST = 200_000_000
_FEW_WORDS = 2


class Run(msgspec.Struct, frozen=True):
    """Some words in a row, with the blanks behind them."""

    kind: Kind
    text: str


def word_diff(old: str, new: str) -> tuple[Run, ...]:
    """The runs that lead from old to new: kept and added ones make the new text as it is, kept and removed ones the old text's words.

    >>> [(run.kind, run.text) for run in word_diff("Apply twice weekly.", "Apply three times weekly.")]
    [('kept', 'Apply '), ('removed', 'twice '), ('added', 'three times '), ('kept', 'weekly.')]
    """
    if old == new:
        return (Run("kept", new),) if new else ()
    lead = len(new) - len(new.lstrip())
    before, after = _tokens(old), _tokens(new)
    runs = list(_runs(before, after, _aligned(before, after)))
    if lead:
        runs.insert(0, Run("kept" if old[:1].isspace() else "added", new[:lead]))
    return tuple(_joined(runs))


def changed_units(old: str, new: str, compared: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """The stretches of old and new lines that differ in what is compared of them, exactly as they stand; one side may be empty.

    >>> list(changed_units("Adults\\nNo surgery", "Adults\\nNo recent surgery", str.split))
    [('No surgery', 'No recent surgery')]
    """
    olds, news = _lines(old, compared), _lines(new, compared)
    matcher = SequenceMatcher(None, [key for _, key in olds], [key for _, key in news], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield _stretch(old, olds[i1:i2]), _stretch(new, news[j1:j2])


def _lines(text: str, compared: Callable[[str], object]) -> list[tuple[Span, object]]:
    """The lines that say something, by what is compared of them."""
    found = ((match.span(), compared(match[0])) for match in re.finditer(r"[^\n]*\S[^\n]*", text))
    return [(span, key) for span, key in found if key]


def _stretch(text: str, lines: Sequence[tuple[Span, object]]) -> str:
    return text[lines[0][0][0] : lines[-1][0][1]].strip() if lines else ""


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _aligned(old: list[str], new: list[str]) -> list[Block]:
    """The blocks (old from, old to, new from, new to) that differ, in order."""
    before, after = [token.rstrip() for token in old], [token.rstrip() for token in new]
    units, others = _units(before), _units(after)
    matcher = SequenceMatcher(None, [tuple(before[a:b]) for a, b in units], [tuple(after[a:b]) for a, b in others], autojunk=False)
    blocks: list[Block] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        a1, a2 = _reach(units, i1, i2, len(before))
        b1, b2 = _reach(others, j1, j2, len(after))
        blocks += _by_words(before, after, (a1, a2, b1, b2))
    return _without_crumbs(blocks)


def _reach(units: list[Span], first: int, last: int, end: int) -> Span:
    start = units[first][0] if first < len(units) else end
    return start, units[last - 1][1] if last > first else start


def _units(tokens: list[str]) -> list[Span]:
    """The tokens cut behind every mark that may end a sentence."""
    cuts = [0, *(place for place, word in enumerate(tokens, 1) if word in _ENDS), len(tokens)]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _by_words(old: list[str], new: list[str], block: Block) -> list[Block]:
    a1, a2, b1, b2 = block
    if a1 == a2 or b1 == b2 or (a2 - a1) * (b2 - b1) > _LARGEST:
        return [block]
    found = Indel.opcodes(old[a1:a2], new[b1:b2])
    return [(a1 + op.src_start, a1 + op.src_end, b1 + op.dest_start, b1 + op.dest_end) for op in found if op.tag != "equal"]


def _without_crumbs(blocks: list[Block]) -> list[Block]:
    """Blocks that only a word or two keep apart, joined: `the` alone in the middle of a rewritten sentence was not kept."""
    joined: list[Block] = []
    for block in blocks:
        if joined and _crumb(joined[-1], block):
            block = (joined[-1][0], block[1], joined[-1][2], block[3])
            joined.pop()
        joined.append(block)
    return joined


def _crumb(one: Block, other: Block) -> bool:
    between = other[0] - one[1]
    size = min(max(block[1] - block[0], block[3] - block[2]) for block in (one, other))
    return between == 0 or (between <= _FEW_WORDS and size > between)


def _runs(old: list[str], new: list[str], blocks: list[Block]) -> Iterator[Run]:
    at = 0
    for a1, a2, b1, b2 in blocks:
        yield Run("kept", "".join(new[at:b1]))
        yield Run("removed", "".join(old[a1:a2]))
        yield Run("added", "".join(new[b1:b2]))
        at = b2
    yield Run("kept", "".join(new[at:]))


def _joined(runs: list[Run]) -> Iterator[Run]:
    """The runs that hold words, those of one kind in a row as one."""
    last: Run | None = None
    for run in runs:
        if not run.text:
            continue
        if last is not None and last.kind == run.kind:
            last = Run(run.kind, last.text + run.text)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last

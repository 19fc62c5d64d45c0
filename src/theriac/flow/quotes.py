"""Where a quote stands in a document's parts, whatever white space lies between its words.

Flows in: parts and a quote. Flows out: for each piece of text the stretches of it that the quote covers. It forgives white space and nothing else: a
quote that is not there is not found.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from theriac.flow.outline import Block, Part

Span = tuple[int, int]
Slot = tuple[int, int, int, int]
"""Part, block (-1: the heading), row and cell (-1: none) of one piece of text."""


def slots(parts: Sequence[Part]) -> Iterator[tuple[Slot, str]]:
    """Every piece of text of the parts in reading order, with its place."""
    for number, part in enumerate(parts):
        yield (number, -1, -1, -1), part.title
        for place, block in enumerate(part.blocks):
            yield from (((number, place, row, cell), text) for row, cell, text in _texts(block))


def _texts(block: Block) -> Iterator[tuple[int, int, str]]:
    if block.kind in ("text", "field"):
        yield -1, -1, block.text
    for row, cells in enumerate(block.rows):
        yield from ((row, cell, text) for cell, text in enumerate(cells))


def find_quote(parts: Sequence[Part], quote: str, path: str = "") -> dict[Slot, Span]:
    """The stretch of each piece of text that the quote covers, in the part at `path` or else wherever it stands first; empty where it is nowhere.

    >>> find_quote([Part(title="2.1 Use", blocks=(Block(kind="text", text="Apply  5 times\\nper week."),))], "5 times per week")
    {(0, 0, -1, -1): (7, 23)}
    """
    wanted = "".join(quote.split())
    if not wanted:
        return {}
    pieces = list(slots(parts))
    squeezed = ["".join(text.split()) for _, text in pieces]
    starts = [0, *accumulate(len(text) for text in squeezed)]
    whole = "".join(squeezed)
    at = _first(whole, wanted, [(starts[n], starts[n + 1]) for n, (slot, _) in enumerate(pieces) if path and parts[slot[0]].path == path])
    if at < 0:
        return {}
    found: dict[Slot, Span] = {}
    for number in range(bisect_right(starts, at) - 1, len(pieces)):
        if starts[number] >= at + len(wanted):
            break
        first, last = max(at - starts[number], 0), min(at + len(wanted) - starts[number], len(squeezed[number]))
        if last > first:
            found[pieces[number][0]] = _raw(pieces[number][1], first, last)
    return found


def _first(whole: str, wanted: str, preferred: Sequence[Span]) -> int:
    """The place of the first hit, one that begins in a preferred stretch before all others."""
    for start, end in preferred:
        at = whole.find(wanted, start, end + len(wanted))
        if start <= at < end:
            return at
    return whole.find(wanted)


def _raw(text: str, first: int, last: int) -> Span:
    """The stretch of the text that holds its characters number `first` to `last`, white space not counted."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    return places[first], places[last - 1] + 1

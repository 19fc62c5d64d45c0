"""A set of 16-byte hashes held in little more than their own bytes, so that each worker can know every version of a large store.

Flows in: hashes. Flows out: whether one is among them. It never grows: it is what the store held when a load began.
"""

from collections.abc import Iterable
from itertools import groupby

SIZE = 16


class Hashes:
    """Hashes sorted and joined by their first bytes; asking costs a look-up and a search in a few hundred bytes.

    >>> bytes(16) in Hashes([bytes(16)]), b"x" * 16 in Hashes([bytes(16)])
    (True, False)
    """

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        ordered = sorted(hashes)
        self.prefix = 1 if len(ordered) < 20_000 else 2
        self.runs = {first: b"".join(run) for first, run in groupby(ordered, key=lambda one: one[: self.prefix])}

    def __contains__(self, wanted: object) -> bool:
        if not isinstance(wanted, bytes):
            return False
        run = self.runs.get(wanted[: self.prefix])
        if run is None:
            return False
        at = run.find(wanted)
        while at >= 0 and at % SIZE:
            at = run.find(wanted, at + 1)
        return at >= 0

    def __len__(self) -> int:
        return sum(map(len, self.runs.values())) // SIZE

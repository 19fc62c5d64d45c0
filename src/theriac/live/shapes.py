"""What fields and coded values a source is known to have, and which of a page it is not known to have.

Flows in: decoded records and a `Shape`. Flows out: the unknown places, each with an example. It judges names only: a known field that holds
something else is the reader's affair, which quarantines what it cannot read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_EXAMPLE = 80


class Shape(msgspec.Struct, frozen=True):
    """The members of each place, and the values of each coded field; places are dotted, lists count as their elements."""

    fields: Mapping[str, frozenset[str]]
    values: Mapping[str, frozenset[str]] = {}
    twins: tuple[str, ...] = ()

    @classmethod
    def written(cls, fields: str, values: str = "", twins: tuple[str, ...] = ()) -> "Shape":
        """The shape of `place: member member …` lines; a line that begins with a blank goes on with the one before.

        >>> sorted(Shape.written(".: a b\\n    c").fields[""])
        ['a', 'b', 'c']
        """
        return cls(_lines(fields), _lines(values), twins)

    def unknown(self, records: Iterable[Any]) -> dict[str, str]:
        """The places that the records have and the shape has not (`statusModule.mood`, `overallStatus=DORMANT`), each with an example.

        >>> Shape.written(".: phase", "phase: ONE TWO").unknown([{"phase": "THREE", "mood": {"a": 1}}])
        {'phase=THREE': 'THREE', 'mood': '{"a":1}'}
        """
        found: dict[str, str] = {}
        for record in records:
            self._walk(record, "", found)
        return found

    def _walk(self, value: Any, place: str, found: dict[str, str]) -> None:
        if type(value) is dict:
            known = self.fields.get(place, frozenset())
            for name, inner in value.items():
                below = f"{place}.{name}" if place else name
                if name in known or any(name.removesuffix(twin) in known for twin in self.twins):
                    if type(inner) in (dict, list) or below in self.values:
                        self._walk(inner, below, found)
                elif below not in found:
                    found[below] = msgspec.json.encode(inner).decode()[:_EXAMPLE]
        elif type(value) is list:
            for inner in value:
                if type(inner) in (dict, list, str):
                    self._walk(inner, place, found)
        elif type(value) is str and place in self.values and value not in self.values[place]:
            found[f"{place}={value[:_EXAMPLE]}"] = value[:_EXAMPLE]


def _lines(text: str) -> dict[str, frozenset[str]]:
    joined = text.replace("\n ", " ")
    rows = (line.partition(":") for line in joined.splitlines() if line.strip())
    return {place.strip(" ."): frozenset(names.split()) for place, _, names in rows}

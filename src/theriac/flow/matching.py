"""Which of very many rules each event of a lot satisfies: events meet rules as two tables are joined, column by column.

Flows in: rules under numbers, then lots of events. Flows out: for each event the numbers of the rules it satisfies, the same that
`rules.satisfies` gives one by one. It stores nothing and orders nothing but the numbers.

Every branch of a rule is filed at a place, reached by at most three of its entities or words, rarest first. Rules at one place that allow the same
kinds and stages and ask the same of an event are one group, settled once. A lot of events is turned into columns of numbers; the places that it
reaches, their groups and the rules of these are found by whole columns, and only what asks for more than an event's kind, stage, entities
and single words is asked event by event. Kept in arrays, because lists and dicts would lead through memory one rule at a time.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theriac.flow.events import Entity
from theriac.flow.occurrences import Occurrence
from theriac.flow.rule_branches import LONGEST_KEY, RARITY, filings
from theriac.flow.rules import ENTITY_FIELDS, Every, Says, Term, satisfies
from theriac.terms import EventKind, Stage

Numbers = NDArray[np.int64]
LOT, FEW_WORDS = 4_000, 12
_KINDS, _STAGES = list(EventKind), [None, *Stage]
_KIND_PLACE = {kind: place for place, kind in enumerate(_KINDS)}
_STAGE_PLACE = {stage: place for place, stage in enumerate(_STAGES)}
_KIND_PROBES = [Occurrence(id="", kind=kind, record="", seen="") for kind in _KINDS]
_STAGE_PROBES = [Occurrence(id="", kind=_KINDS[0], record="", seen="", stage=stage) for stage in _STAGES]
_ROOT, _LOW = 0, 0xFFFF_FFFF

_ENTITIES: dict[str, Callable[[Occurrence], Collection[Entity]]] = {field: attrgetter(held) for field, held in ENTITY_FIELDS.items()}
_HELD: dict[str, Callable[[Occurrence], Collection[str]]] = {
    "kind": lambda event: (event.kind,),
    "stage": lambda event: () if event.stage is None else (event.stage,),
    "source": lambda event: (event.source,),
    "country": lambda event: event.country_keys,
}


class Matched(NamedTuple):
    """The rules of each event of a lot: those of the n-th lie in `rules` from `starts[n]` up to `starts[n + 1]`, each once, in order."""

    starts: Numbers
    rules: Numbers

    def of(self, number: int) -> list[int]:
        """The rules that one event satisfies."""
        found: list[int] = self.rules[self.starts[number] : self.starts[number + 1]].tolist()
        return found


class _Column(NamedTuple):
    """The values of one field, event by event: those of the n-th lie from `starts[n]` up to `starts[n + 1]`."""

    starts: Numbers
    values: Numbers


class _Packed(NamedTuple):
    """The rules in arrays: place → groups → rules, the ways from place to place, and what each group allows and asks."""

    ways: dict[str, tuple[Numbers, Numbers, NDArray[np.bool_]]]  # field → sorted (place, value), where it leads, which places have such ways
    groups: Numbers
    rules_from: Numbers
    rules: Numbers
    kinds: Numbers
    stages: Numbers
    guards: Numbers
    allowed_kinds: NDArray[np.bool_]
    allowed_stages: NDArray[np.bool_]
    filed_twice: NDArray[np.bool_]


class RuleIndex:
    """Many rules, ready to be asked about events."""

    def __init__(self, rules: Iterable[tuple[int, Term]] = ()) -> None:
        self._values: dict[str, dict[str, int]] = {field: {} for field in RARITY}
        self._ways: dict[str, dict[tuple[int, int], int]] = {field: {} for field in RARITY}
        self._places = 1
        self._kinds: dict[tuple[Term, ...], int] = {}
        self._stages: dict[tuple[Term, ...], int] = {}
        self._guards: dict[tuple[Term, ...], int] = {(): 0}
        self._asked: list[Callable[[Occurrence], bool]] = [lambda _: True]
        self._demands: dict[tuple[int, int, int], int] = {}
        self._filed = array("q"), array("q"), array("q")  # place, demand and rule of every filing
        self._packed: _Packed | None = None
        for number, rule in rules:
            self.add(number, rule)

    def add(self, number: int, rule: Term) -> None:
        """Takes a rule in under a number."""
        self._packed = None
        places, demands, rules = self._filed
        for filing in filings(rule):
            guard = self._guards.setdefault(filing.guards, len(self._guards))
            if guard == len(self._asked):
                self._asked.append(_question(filing.guards))
            kind = self._kinds.setdefault(filing.kinds, len(self._kinds))
            stage = self._stages.setdefault(filing.stages, len(self._stages))
            demand = self._demands.setdefault((kind, stage, guard), len(self._demands))
            for key in filing.keys:
                places.append(self._place(filing.fields, key))
                demands.append(demand)
                rules.append(number)

    def _place(self, fields: tuple[str, ...], key: tuple[str, ...]) -> int:
        """The place that these values lead to."""
        place = _ROOT
        for field, value in zip(fields, key, strict=True):
            values = self._values[field]
            way = (place, values.setdefault(value, len(values)))
            place = self._ways[field].setdefault(way, self._places)
            self._places += place == self._places
        return place

    def matches(self, event: Occurrence) -> set[int]:
        """The numbers of the rules that one event satisfies; for more than a few events `match` is very much faster."""
        return set(self.match([event]).of(0))

    def match(self, events: Sequence[Occurrence]) -> Matched:
        """The rules that each of the events satisfies."""
        packed = self._packed = self._packed or self._pack()
        found = [self._matched(packed, lot) for lot in _lots(events)]
        counts = np.concatenate([np.zeros(1, np.int64), *(counts for counts, _ in found)])
        return Matched(np.cumsum(counts), np.concatenate([np.empty(0, np.int64), *(rules for _, rules in found)]))

    def _matched(self, packed: _Packed, events: Sequence[Occurrence]) -> tuple[Numbers, Numbers]:
        """How many rules each event satisfies, and which, event after event."""
        at, groups = self._reached(packed, _Lot(events, self._values))
        at, groups = self._allowed(packed, events, at, groups)
        which, rules = _spread(packed.rules_from, groups)
        at, rules = at[which], packed.rules[rules]
        twice = packed.filed_twice[rules]
        if twice.any():
            once = _distinct(at[twice] << 32 | rules[twice])
            at, rules = np.concatenate([at[~twice], once >> 32]), np.concatenate([rules[~twice], once & _LOW])
        order = np.lexsort((rules, at)) if len(events) == 1 else np.argsort(at.astype(np.uint16), kind="stable")
        return np.bincount(at, minlength=len(events)), rules[order]

    def _reached(self, packed: _Packed, lot: "_Lot") -> tuple[Numbers, Numbers]:
        """Every (event, group) whose place the event reaches."""
        at, places = np.arange(len(lot.events)), np.full(len(lot.events), _ROOT)
        reached = [(at, places)]
        for _ in range(LONGEST_KEY):
            steps = [
                _stepped(ways, lot.column(field, at, places, ways[2]), len(self._values[field]), at, places)
                for field, ways in packed.ways.items()
                if ways[2][places].any()
            ]
            at, places = (np.concatenate(side) for side in zip(*steps, strict=True)) if steps else (at[:0], places[:0])
            if not len(at):
                break
            reached.append((at, places))
        at, places = (np.concatenate(side) for side in zip(*reached, strict=True))
        which, groups = _spread(packed.groups, places)
        return at[which], groups

    def _allowed(self, packed: _Packed, events: Sequence[Occurrence], at: Numbers, groups: Numbers) -> tuple[Numbers, Numbers]:
        """Those whose group allows the event's kind and stage and whose questions the event answers."""
        kinds = np.array([_KIND_PLACE[event.kind] for event in events])
        stages = np.array([_STAGE_PLACE[event.stage] for event in events])
        fits = packed.allowed_kinds[packed.kinds[groups], kinds[at]] & packed.allowed_stages[packed.stages[groups], stages[at]]
        at, groups = at[fits], groups[fits]
        guards = packed.guards[groups]
        holds = guards == 0
        asked = np.flatnonzero(guards)
        if len(asked):
            questions, which = np.unique(at[asked] << 32 | guards[asked], return_inverse=True)
            answers = [self._asked[pair & _LOW](events[pair >> 32]) for pair in questions.tolist()]
            holds[asked] = np.array(answers, bool)[which]
        return at[holds], groups[holds]

    def _pack(self) -> _Packed:
        """The rules in arrays."""
        places, demands, rules = (np.frombuffer(column, np.int64) if column else np.empty(0, np.int64) for column in self._filed)
        order = np.lexsort((rules, demands, places))
        places, demands, rules = places[order], demands[order], rules[order]
        fresh = np.flatnonzero(np.diff(places, prepend=-1).astype(bool) | np.diff(demands, prepend=-1).astype(bool))
        wanted = np.array(list(self._demands), np.int64).reshape(-1, 3)[demands[fresh]]
        seen, times = np.unique(rules, return_counts=True)
        twice = np.zeros(int(seen[-1]) + 1 if len(seen) else 0, bool)
        twice[seen[times > 1]] = True
        return _Packed(
            ways={field: self._packed_ways(field) for field in RARITY if self._ways[field]},
            groups=np.searchsorted(places[fresh], np.arange(self._places + 1)),
            rules_from=np.append(fresh, len(rules)),
            rules=rules,
            kinds=wanted[:, 0],
            stages=wanted[:, 1],
            guards=wanted[:, 2],
            allowed_kinds=_allowances(self._kinds, _KIND_PROBES),
            allowed_stages=_allowances(self._stages, _STAGE_PROBES),
            filed_twice=twice,
        )

    def _packed_ways(self, field: str) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
        ways = np.array(list(self._ways[field]), np.int64)
        keys = ways[:, 0] * len(self._values[field]) + ways[:, 1]
        order = np.argsort(keys)
        leads_on = np.zeros(self._places, bool)
        leads_on[ways[:, 0]] = True
        return keys[order], np.fromiter(self._ways[field].values(), np.int64)[order], leads_on


class _Lot:
    """Some events as columns of numbers, each column made when first asked for."""

    def __init__(self, events: Sequence[Occurrence], values: dict[str, dict[str, int]]) -> None:
        self.events = events
        self._values = values
        self._columns: dict[str, _Column] = {}
        self._words: dict[int, list[int]] = {}

    def column(self, field: str, at: Numbers, places: Numbers, leads_on: NDArray[np.bool_]) -> _Column:
        """The values of a field; words only of events that stand where a word leads on."""
        if field == "word":
            return self._spoken(set(at[leads_on[places]].tolist()))
        if field not in self._columns:
            self._columns[field] = _column(self._held(field), len(self.events))
        return self._columns[field]

    def _held(self, field: str) -> list[int]:
        """Every event with every value it has of a field, packed into one number."""
        known, events = self._values[field], enumerate(self.events)
        if field in _ENTITIES:
            entities = _ENTITIES[field]
            return [at << 32 | known[one.id] for at, event in events for one in entities(event) if one.id in known]
        held = _HELD[field]
        return [at << 32 | known[one] for at, event in events for one in held(event) if one in known]

    def _spoken(self, wanted: set[int]) -> _Column:
        known = self._values["word"]
        for number in wanted - self._words.keys():
            words = self.events[number].words
            said = [word for word in known if f" {word} " in words] if len(known) < FEW_WORDS else known.keys() & set(words.split(" "))
            self._words[number] = [known[word] for word in said]
        return _column([number << 32 | word for number in wanted for word in self._words[number]], len(self.events))


def _lots(events: Sequence[Occurrence]) -> Iterator[list[Occurrence]]:
    left = iter(events)
    while lot := list(islice(left, LOT)):
        yield lot


def _column(held: list[int], count: int) -> _Column:
    """The values as a column; one that an event has twice stands once."""
    once = _distinct(np.array(held, np.int64))
    return _Column(np.searchsorted(once >> 32, np.arange(count + 1)), once & _LOW)


def _distinct(numbers: Numbers) -> Numbers:
    """The numbers in order, each once; sorting beats the table of hashes behind `np.unique`."""
    numbers.sort()
    return numbers[np.append(True, numbers[1:] != numbers[:-1])] if len(numbers) else numbers


def _stepped(ways: tuple[Numbers, Numbers, NDArray[np.bool_]], column: _Column, count: int, at: Numbers, places: Numbers) -> tuple[Numbers, Numbers]:
    """Where the values of one field lead on, from every (event, place)."""
    keys, leads_to, leads_on = ways
    onward = leads_on[places]
    at, places = at[onward], places[onward]
    which, values = _spread(column.starts, at)
    sought = places[which] * count + column.values[values]
    found = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
    hit = keys[found] == sought
    return at[which][hit], leads_to[found[hit]]


def _spread(starts: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
    """For every wanted row all its positions, and beside each which of the wanted it belongs to."""
    low = starts[wanted]
    counts = starts[wanted + 1] - low
    which = np.repeat(np.arange(len(wanted)), counts)
    return which, np.arange(len(which)) + (low - (np.cumsum(counts) - counts))[which]


def _question(guards: tuple[Term, ...]) -> Callable[[Occurrence], bool]:
    if len(guards) == 1 and isinstance(guards[0], Says):
        sought = f" {guards[0].words} "
        return lambda event: sought in event.words
    return partial(satisfies, Every(guards))


def _allowances(demands: Iterable[tuple[Term, ...]], probes: Sequence[Occurrence]) -> NDArray[np.bool_]:
    """Which probes satisfy each demand: a row a demand."""
    rows: Any = [[satisfies(Every(terms), probe) for probe in probes] for terms in demands]
    return np.array(rows, bool).reshape(-1, len(probes))

"""Which of very many rules an event satisfies: rules are filed under what they require, so that an event only meets rules that it can satisfy.

Flows in: rules under numbers, then events. Flows out: for each event the numbers of the rules it satisfies, the same that `rules.satisfies`
gives one by one. It stores nothing and orders nothing but the numbers.

A rule is cut into branches (its alternatives), a branch into required choices (one of these drugs, one of these kinds, this word) and guards
(everything else, asked only once the choices hold). The rarest three choices, rarest first, are the way to the place where the rule is filed; an
event walks the few ways that its own drugs, conditions and kind open. Rules with equal guards in one place are asked once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from sys import intern

from theriac.flow.occurrences import Occurrence
from theriac.flow.rules import Either, Every, Is, KindIs, Not, Says, StageIs, Term, leaves
from theriac.terms import EventKind

MOST_KEYS, LONGEST_KEY, FEW_WORDS = 48, 3, 12
_RARITY = ("drug", "target", "org", "condition", "class", "word", "kind", "stage", "source", "country")
_WORD = _RARITY.index("word")
_FAMILIES = {family: frozenset(kind for kind in EventKind if kind.family == family) for family in {kind.family for kind in EventKind}}
_FAMILY_OF = {kind: kind.family for kind in EventKind}

Choice = tuple[str, tuple[str, ...]]  # a field, and the values of which the event must have one
Key = tuple[str, ...]
Values = Sequence[Collection[str]]  # what an event has of each field, in the order of _RARITY
Holds = Callable[[Values, Occurrence], bool]
Unwanted = tuple[int, frozenset[str]]
_Filing = tuple[tuple[int, ...], Key, tuple[Term, ...]]


class _Place:
    """Where rules are filed: those that ask nothing more, those behind an exclusion or a question, and the ways on, by field."""

    __slots__ = ("asked", "on", "rules", "without")

    def __init__(self, rules: array[int]) -> None:
        self.rules = rules
        self.on: list[tuple[int, dict[str, _Place | array[int]]]] = []  # an array is a place with nothing but rules
        self.without: dict[Unwanted, array[int]] = {}
        self.asked: dict[Holds, array[int]] = {}


class RuleIndex:
    """Many rules, ready to be asked about events."""

    def __init__(self, rules: Iterable[tuple[int, Term]] = ()) -> None:
        self._start = _Place(_none())
        self._asks_countries = False
        self._questions: dict[tuple[Term, ...], Holds] = {}
        # Filed beginning by beginning, so that what an event meets together lies together in memory: half the time goes to waiting for memory.
        together: dict[object, list[tuple[_Filing, int]]] = {}
        for number, rule in rules:
            for filing in self._filings(rule):
                together.setdefault((filing[0][:1], filing[1][:1]), []).append((filing, number))
        for some in together.values():
            for filing, number in some:
                self._filed(*filing).append(number)

    def add(self, number: int, rule: Term) -> None:
        """Takes a rule in under a number."""
        for filing in self._filings(rule):
            self._filed(*filing).append(number)

    def _filings(self, rule: Term) -> Iterator[_Filing]:
        """The places of a rule: fields, values and guards."""
        self._asks_countries = self._asks_countries or any(isinstance(leaf, Is) and leaf.field == "country" for leaf in leaves(rule))
        for branch in _branches(rule):
            taken, guards = _split(branch)
            fields = tuple(_RARITY.index(field) for field, _ in taken)
            for key in product(*(values for _, values in taken)):
                yield fields, key, guards

    def matches(self, event: Occurrence) -> set[int]:
        """The numbers of the rules that the event satisfies."""
        values = self._values_of(event)
        found: list[int] = []
        waiting = [self._start]
        while waiting:
            place = waiting.pop()
            if place.rules:
                found += place.rules
            for field, ways in place.on:
                for value in values[field] if field != _WORD else _spoken(ways, event):
                    following = ways.get(value)
                    if following is None:
                        continue
                    if following.__class__ is array:
                        found += following
                    else:
                        waiting.append(following)  # type: ignore[arg-type]
            for (field, unwanted), rules in place.without.items():
                if unwanted.isdisjoint(values[field]):
                    found += rules
            for holds, rules in place.asked.items():
                if holds(values, event):
                    found += rules
        return set(found)

    def _values_of(self, event: Occurrence) -> Values:
        """What the event has of each field; countries only where a rule asks for them."""
        kind = event.kind
        return (
            [entity.id for entity in event.drugs],
            [entity.id for entity in event.targets],
            [entity.id for entity in event.organisations],
            [entity.id for entity in event.conditions],
            [entity.id for entity in event.classes],
            (),  # words are looked for where a rule asks for them
            (kind, _FAMILY_OF[kind]),
            (event.stage,) if event.stage is not None else (),
            (event.source,),
            event.country_keys if self._asks_countries else (),
        )

    def _filed(self, fields: Sequence[int], key: Key, guards: tuple[Term, ...]) -> array[int]:
        """The list of rules at the end of a way and behind its guards."""
        place = self._start
        last = len(key) - 1
        for number, (field, value) in enumerate(zip(fields, key, strict=True)):
            ways = _ways(place, field)
            following = ways.get(value)
            if number == last and not guards and not isinstance(following, _Place):
                return ways.setdefault(intern(str(value)), _none())  # type: ignore[return-value]
            if not isinstance(following, _Place):
                following = ways[intern(str(value))] = _Place(_none() if following is None else following)
            place = following
        if not guards:
            return place.rules
        unwanted = _excluded(guards)
        return place.asked.setdefault(self._question(guards), _none()) if unwanted is None else place.without.setdefault(unwanted, _none())

    def _question(self, guards: tuple[Term, ...]) -> Holds:
        holds = self._questions.get(guards)
        if holds is None:
            holds = self._questions[guards] = _asked(Every(guards) if len(guards) > 1 else guards[0])
        return holds


def _spoken(ways: Mapping[str, object], event: Occurrence) -> Collection[str]:
    """The words that lead on and that the event says."""
    return [word for word in ways if f" {word} " in event.words] if len(ways) < FEW_WORDS else ways.keys() & event.word_set


def _none() -> array[int]:
    """No numbers yet; packed, because a list would lead to as many places in memory as it has numbers."""
    return array("I")


def _ways(place: _Place, field: int) -> dict[str, _Place | array[int]]:
    for known, ways in place.on:
        if known == field:
            return ways
    place.on.append((field, {}))
    return place.on[-1][1]


def _asked(term: Term) -> Holds:
    """The term as a question to an event's values."""
    match term:
        case Not(part):
            inner = _asked(part)
            return lambda values, event: not inner(values, event)
        case Every(parts):
            every = tuple(map(_asked, parts))
            return lambda values, event: all(one(values, event) for one in every)
        case Either(parts):
            either = tuple(map(_asked, parts))
            return lambda values, event: any(one(values, event) for one in either)
        case Says(_, words):
            sought = f" {words} "
            return lambda values, event: sought in event.words
        case _:
            field, accepted = _choice(term)
            number, wanted = _RARITY.index(field), frozenset(accepted)
            return lambda values, event: not wanted.isdisjoint(values[number])


def _excluded(guards: tuple[Term, ...]) -> Unwanted | None:
    """The values of one field that an event must not have, where the guards are that and nothing else."""
    if len(guards) == 1 and isinstance(guards[0], Not) and isinstance(guards[0].part, Is | KindIs | StageIs):
        field, values = _choice(guards[0].part)
        return _RARITY.index(field), frozenset(values)
    return None


def required(rule: Term) -> tuple[Choice, ...]:
    """What every event that satisfies the rule must have, the rarest field first: for a store to narrow down where to look.

    Empty where the rule has alternatives that share no requirement; then everything must be looked at.
    """
    branches = _branches(rule)
    if len(branches) == 1:
        return tuple(_choices(branches[0]))
    firsts = [next(iter(_choices(branch)), None) for branch in branches]
    fields = {first[0] for first in firsts if first}
    if None in firsts or len(fields) != 1:
        return ()
    return ((fields.pop(), tuple(sorted({value for first in firsts if first for value in first[1]}))),)


def _branches(term: Term) -> list[tuple[Term, ...]]:
    """The alternatives of a rule, each a conjunction; an alternative that would make too many stays whole."""
    match term:
        case Either(parts):
            found = [branch for part in parts for branch in _branches(part)]
        case Every(parts):
            found = [()]
            for part in parts:
                inner = _branches(part)
                inner = inner if len(found) * len(inner) <= MOST_KEYS else [(part,)]
                found = [(*left, *right) for left in found for right in inner]
        case _:
            found = [(term,)]
    return found if len(found) <= MOST_KEYS else [(term,)]


def _choices(branch: Iterable[Term]) -> list[Choice]:
    found = [_choice(term) for term in branch if isinstance(term, Is | KindIs | StageIs)]
    return sorted(found, key=_rarity)


def _split(branch: tuple[Term, ...]) -> tuple[list[Choice], tuple[Term, ...]]:
    """The choices that lead to where a branch is filed, rarest first and not too many, and the terms that guard it there."""
    guards: list[Term] = [term for term in branch if not isinstance(term, Is | KindIs | StageIs | Says)]
    taken: list[Choice] = []
    size = 1
    for term in sorted((term for term in branch if isinstance(term, Is | KindIs | StageIs | Says)), key=lambda one: _rarity(_choice(one))):
        choice = _choice(term)
        fits = len(taken) < LONGEST_KEY and (not taken or size * len(choice[1]) <= MOST_KEYS)
        if fits:
            taken.append(choice)
            size *= len(choice[1])
        if not fits or (isinstance(term, Says) and " " in term.words):
            guards.append(term)
    return taken, tuple(guards)


def _rarity(choice: Choice) -> tuple[int, int]:
    return _RARITY.index(choice[0]), len(choice[1])


def _choice(term: Term) -> Choice:
    """The field and the values of which an event must have one; a whole family of kinds is one value."""
    match term:
        case KindIs(_, kinds):
            return "kind", _kinds(kinds)
        case StageIs(_, stages):
            return "stage", tuple(stage.value for stage in stages)
        case Says(_, words):
            return "word", (max(words.split(" "), key=len),)
        case Is(field, values):
            return field, tuple(sorted({value.id for value in values}))
        case _:
            raise TypeError(f"{type(term).__name__} names no values")


@lru_cache(maxsize=4096)
def _kinds(kinds: tuple[EventKind, ...]) -> tuple[str, ...]:
    """The kinds, those of a whole family as the family's name."""
    whole = {family for family, members in _FAMILIES.items() if members <= set(kinds)}
    return tuple(sorted({*whole, *(kind.value for kind in kinds if _FAMILY_OF[kind] not in whole)}))

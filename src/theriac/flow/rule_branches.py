"""A rule cut into branches: its alternatives, each with what an event must have to satisfy it and what is left to ask.

Flows in: one bound rule. Flows out: for a store, the choices that narrow down where to look; for `matching`, the keys under which each branch is
filed, the kinds and stages it allows, and the terms that only a look at the event can settle. It sees no event and keeps no state.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from theriac.flow.rules import Either, Every, Is, KindIs, Not, Says, StageIs, Term, leaves
from theriac.terms import EventKind

MOST_KEYS, LONGEST_KEY = 48, 3
RARITY = ("search", "drug", "target", "org", "condition", "class", "word", "kind", "stage", "source", "country")
_FAMILIES = {family: frozenset(kind for kind in EventKind if kind.family == family) for family in {kind.family for kind in EventKind}}

Choice = tuple[str, tuple[str, ...]]  # a field, and the values of which the event must have one


class Filing(NamedTuple):
    """One branch of a rule as it is filed: the fields of its keys, the keys, and the terms that remain, those of kinds and of stages apart.

    An event satisfies the branch where it has all values of at least one of the keys and every remaining term holds.
    """

    fields: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    kinds: tuple[Term, ...]
    stages: tuple[Term, ...]
    guards: tuple[Term, ...]


def filings(rule: Term) -> Iterator[Filing]:
    """Where a rule is filed, branch by branch: under its rarest entities and words, else its kinds, else its stages, else under nothing."""
    for branch in _branches(rule):
        kinds, stages, named, guards = _sorted_out(branch)
        taken, left = _taken(named)
        if not taken:
            for terms in (kinds, stages):
                if plain := next((term for term in terms if isinstance(term, KindIs | StageIs)), None):
                    field = "kind" if isinstance(plain, KindIs) else "stage"
                    values = plain.kinds if isinstance(plain, KindIs) else plain.stages
                    taken = [(field, tuple(value.value for value in values))]
                    terms.remove(plain)
                    break
        keys = tuple(product(*(values for _, values in taken)))
        yield Filing(tuple(field for field, _ in taken), keys, tuple(kinds), tuple(stages), tuple(guards + left))


def _sorted_out(branch: tuple[Term, ...]) -> tuple[list[Term], list[Term], list[Term], list[Term]]:
    """The terms of kinds only, those of stages only, those that name an entity or word, and the rest."""
    kinds: list[Term] = []
    stages: list[Term] = []
    named: list[Term] = []
    rest: list[Term] = []
    for term in branch:
        asked = {type(leaf) for leaf in leaves(term)}
        place = kinds if asked == {KindIs} else stages if asked == {StageIs} else named if isinstance(term, Is | Says) else rest
        place.append(term)
    return kinds, stages, named, rest


def _taken(named: list[Term]) -> tuple[list[Choice], list[Term]]:
    """The choices that make the keys, rarest first and not too many, and the terms that they do not settle."""
    taken: list[Choice] = []
    left: list[Term] = []
    size = 1
    for term in sorted(named, key=lambda one: _rarity(_choice(one))):
        choice = _choice(term)
        fits = len(taken) < LONGEST_KEY and (not taken or size * len(choice[1]) <= MOST_KEYS)
        if fits:
            taken.append(choice)
            size *= len(choice[1])
        if not fits or (isinstance(term, Says) and " " in term.words):
            left.append(term)
    return taken, left


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
    return sorted((_choice(term) for term in branch if isinstance(term, Is | KindIs | StageIs)), key=_rarity)


def _rarity(choice: Choice) -> tuple[int, int]:
    return RARITY.index(choice[0]), len(choice[1])


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
        case Not() | Every() | Either():
            raise TypeError(f"{type(term).__name__} names no values")


@lru_cache(maxsize=4096)
def _kinds(kinds: tuple[EventKind, ...]) -> tuple[str, ...]:
    """The kinds, those of a whole family as the family's name."""
    whole = {family for family, members in _FAMILIES.items() if members <= set(kinds)}
    return tuple(sorted({*whole, *(kind.value for kind in kinds if kind.family not in whole)}))

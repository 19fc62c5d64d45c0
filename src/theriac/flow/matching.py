"""Which of very many rules an event satisfies: rules share a tree of their required terms, so that an event only meets rules that it can satisfy.

Flows in: rules under numbers, then events. Flows out: for each event the numbers of the rules it satisfies, the same that `rules.satisfies`
gives one by one. It stores nothing and orders nothing but the numbers.

A rule is cut into branches (its alternatives), a branch into required choices (one of these drugs, one of these kinds) and guards (everything
else, asked only once the choices hold). The choices, rarest field first, are a path in the tree; an event walks the paths that its own drugs,
conditions and kind open. Rules with equal guards on one path are asked once.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product

from theriac.flow.occurrences import Occurrence
from theriac.flow.rules import ENTITY_FIELDS, Either, Every, Is, KindIs, Not, Says, StageIs, Term
from theriac.terms import EventKind

MOST_PATHS = 48
_RARITY = ("drug", "target", "org", "condition", "class", "word", "kind", "stage", "source", "country")
_FAMILIES = {family: frozenset(kind for kind in EventKind if kind.family == family) for family in {kind.family for kind in EventKind}}
_FAMILY_OF = {kind: kind.family for kind in EventKind}

Choice = tuple[str, tuple[str, ...]]  # a field, and the values of which the event must have one
Codes = set[int]
Holds = Callable[[Codes, Occurrence], bool]


class _Node:
    """One place in the tree: the rules that end here, where further terms lead, and what is asked before rules behind an exclusion or a question."""

    __slots__ = ("asked", "children", "rules", "without")

    def __init__(self) -> None:
        self.rules: list[int] = []
        self.children: dict[int, _Node | list[int]] | None = None  # a list is a place where rules end and nothing goes on
        self.without: dict[frozenset[int], list[int]] | None = None
        self.asked: dict[Holds, list[int]] | None = None


class RuleIndex:
    """Many rules, ready to be asked about events."""

    def __init__(self, rules: Iterable[tuple[int, Term]] = ()) -> None:
        self._root = _Node()
        self._codes: dict[str, dict[str, int]] = {field: {} for field in _RARITY}
        self._entities = tuple((attribute, self._codes[field]) for field, attribute in ENTITY_FIELDS.items())
        self._next = 0
        self._questions: dict[tuple[Term, ...], Holds] = {}
        for number, rule in rules:
            self.add(number, rule)

    def add(self, number: int, rule: Term) -> None:
        """Takes a rule in under a number."""
        for branch in _branches(rule):
            taken, guards = _split(branch)
            for path in product(*([self._code(field, value) for value in values] for field, values in taken)):
                self._place(path, guards).append(number)

    def matches(self, event: Occurrence) -> list[int]:
        """The numbers of the rules that the event satisfies, each once."""
        codes = self._codes_of(event)
        found: list[int] = []
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if node.rules:
                found += node.rules
            if (children := node.children) is not None:
                for code in children.keys() & codes:
                    child = children[code]
                    if type(child) is list:
                        found += child
                    else:
                        waiting.append(child)  # type: ignore[arg-type]
            if node.without is not None:
                for unwanted, rules in node.without.items():
                    if unwanted.isdisjoint(codes):
                        found += rules
            if node.asked is not None:
                for holds, rules in node.asked.items():
                    if holds(codes, event):
                        found += rules
        return list(set(found)) if len(found) > 1 else found

    def _codes_of(self, event: Occurrence) -> Codes:
        """The codes of all that the event has and any rule names."""
        known = self._codes
        kind = event.kind
        codes = {known["kind"].get(kind), known["kind"].get(_FAMILY_OF[kind]), known["source"].get(event.source)}
        for attribute, values in self._entities:
            if values:
                for entity in getattr(event, attribute):
                    codes.add(values.get(entity.id))
        if known["stage"] and event.stage is not None:
            codes.add(known["stage"].get(event.stage))
        if known["country"] and event.countries:
            codes.update(map(known["country"].get, event.country_keys))
        if known["word"]:
            codes.update(map(known["word"].get, event.words.split(" ")))
        codes.discard(None)
        return codes  # type: ignore[return-value]

    def _code(self, field: str, value: str) -> int:
        values = self._codes[field]
        if value not in values:
            values[value] = self._next
            self._next += 1
        return values[value]

    def _place(self, path: Sequence[int], guards: tuple[Term, ...]) -> list[int]:
        """The list of rules at the end of a path and behind its guards."""
        node = self._root
        for code in path[:-1]:
            node = self._child(node, code)
        if not guards and path:
            if node.children is None:
                node.children = {}
            end = node.children.setdefault(path[-1], [])
            return end if isinstance(end, list) else end.rules
        node = self._child(node, path[-1]) if path else node
        if not guards:
            return node.rules
        unwanted = self._excluded(guards)
        if unwanted is not None:
            node.without = {} if node.without is None else node.without
            return node.without.setdefault(unwanted, [])
        node.asked = {} if node.asked is None else node.asked
        return node.asked.setdefault(self._question(guards), [])

    def _child(self, node: _Node, code: int) -> _Node:
        """The node behind a term, made where there was none or only a list."""
        if node.children is None:
            node.children = {}
        found = node.children.get(code)
        if isinstance(found, _Node):
            return found
        made = node.children[code] = _Node()
        made.rules = found or []
        return made

    def _excluded(self, guards: tuple[Term, ...]) -> frozenset[int] | None:
        """The codes that an event must not have, where the guards are exclusions of values and nothing else."""
        parts = [guard.part for guard in guards if isinstance(guard, Not) and isinstance(guard.part, Is | KindIs | StageIs)]
        if len(parts) < len(guards):
            return None
        return frozenset(self._code(field, value) for field, values in map(_choice, parts) for value in values)

    def _question(self, guards: tuple[Term, ...]) -> Holds:
        holds = self._questions.get(guards)
        if holds is None:
            holds = self._questions[guards] = self._asked(Every(guards) if len(guards) > 1 else guards[0])
        return holds

    def _asked(self, term: Term) -> Holds:
        """The term as a question to an event's codes."""
        match term:
            case Not(part):
                inner = self._asked(part)
                return lambda codes, event: not inner(codes, event)
            case Every(parts):
                every = tuple(map(self._asked, parts))
                return lambda codes, event: all(one(codes, event) for one in every)
            case Either(parts):
                either = tuple(map(self._asked, parts))
                return lambda codes, event: any(one(codes, event) for one in either)
            case Says(_, words):
                sought = f" {words} "
                return lambda codes, event: sought in event.words
            case _:
                field, values = _choice(term)
                wanted = frozenset(self._code(field, value) for value in values)
                return lambda codes, event: not wanted.isdisjoint(codes)


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
                inner = inner if len(found) * len(inner) <= MOST_PATHS else [(part,)]
                found = [(*left, *right) for left in found for right in inner]
        case _:
            found = [(term,)]
    return found if len(found) <= MOST_PATHS else [(term,)]


def _choices(branch: Iterable[Term]) -> list[Choice]:
    found = [_choice(term) for term in branch if isinstance(term, Is | KindIs | StageIs)]
    return sorted(found, key=lambda choice: (_RARITY.index(choice[0]), len(choice[1])))


def _split(branch: tuple[Term, ...]) -> tuple[list[Choice], tuple[Term, ...]]:
    """The choices that make the paths, rarest first and not too many, and the terms that guard their ends."""
    plain = [term for term in branch if isinstance(term, Is | KindIs | StageIs)]
    guards: list[Term] = [term for term in branch if not isinstance(term, Is | KindIs | StageIs)]
    taken: list[Choice] = []
    size = 1
    for term in sorted(plain, key=lambda one: (_RARITY.index(_choice(one)[0]), len(_choice(one)[1]))):
        choice = _choice(term)
        if taken and size * len(choice[1]) > MOST_PATHS:
            guards.append(term)
        else:
            taken.append(choice)
            size *= len(choice[1])
    if not taken:
        taken += [("word", (max(term.words.split(" "), key=len),)) for term in guards if isinstance(term, Says)][:1]
    return taken, tuple(guards)


def _choice(term: Term) -> Choice:
    """The field and the values of which an event must have one; a whole family of kinds is one value."""
    match term:
        case KindIs(_, kinds):
            return "kind", _kinds(kinds)
        case StageIs(_, stages):
            return "stage", tuple(stage.value for stage in stages)
        case Is(field, values):
            return field, tuple(sorted({value.id for value in values}))
        case _:
            raise TypeError(f"{type(term).__name__} names no values")


@lru_cache(maxsize=4096)
def _kinds(kinds: tuple[EventKind, ...]) -> tuple[str, ...]:
    """The kinds, those of a whole family as the family's name."""
    whole = {family for family, members in _FAMILIES.items() if members <= set(kinds)}
    return tuple(sorted({*whole, *(kind.value for kind in kinds if _FAMILY_OF[kind] not in whole)}))

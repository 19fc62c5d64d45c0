"""What an alert rule is: a tree of terms that an event satisfies or not, that says in a sentence what it watches, and that knows entities by id.

Flows in: a tree that `rule_language` read, and the answers of an injected resolver. Flows out: the same tree bound to entities, its sentence,
and its verdict on one event. It looks nothing up itself and keeps no state; `matching` gives the same verdicts for many rules at once.
"""

import difflib
from collections.abc import Callable, Collection, Iterator

import msgspec

from theriac.errors import AmbiguousName, UnknownName
from theriac.flow.country_codes import COUNTRIES, country_key
from theriac.flow.occurrences import Occurrence
from theriac.flow.resolution import Resolution
from theriac.terms import EventKind, ResolutionKind, Stage

ENTITY_FIELDS = {"drug": "drugs", "condition": "conditions", "target": "targets", "org": "organisations", "class": "classes", "search": "searches"}
RESOLVED_KINDS = {"drug": "drug", "condition": "condition", "target": "target", "org": "organization", "class": "class", "search": "search"}
FIELDS = (*ENTITY_FIELDS, "country", "kind", "stage", "source", "text")


class Named(msgspec.Struct, frozen=True):
    """A value of a rule: the name as typed, and, once bound, the id that it means."""

    name: str
    id: str = ""


class Is(msgspec.Struct, frozen=True, tag="is"):
    """The event has any of these drugs, conditions, targets, organisations, classes, countries, or comes from any of these sources."""

    field: str
    values: tuple[Named, ...]


class KindIs(msgspec.Struct, frozen=True, tag="kind"):
    """The event is of any of these kinds; `patterns` is how they were written (`label.*`)."""

    patterns: tuple[str, ...]
    kinds: tuple[EventKind, ...]


class StageIs(msgspec.Struct, frozen=True, tag="stage"):
    """The event tells of any of these stages; `written` is how the bound was given (`>=phase_2`)."""

    written: str
    stages: tuple[Stage, ...]


class Says(msgspec.Struct, frozen=True, tag="says"):
    """Title, value, reason or quote hold these words in this order, whatever their case and accents; `words` is the spaced form."""

    text: str
    words: str


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The event does not satisfy the part."""

    part: "Term"


class Every(msgspec.Struct, frozen=True, tag="every"):
    """The event satisfies all parts."""

    parts: "tuple[Term, ...]"


class Either(msgspec.Struct, frozen=True, tag="either"):
    """The event satisfies at least one part."""

    parts: "tuple[Term, ...]"


Leaf = Is | KindIs | StageIs | Says
Term = Is | KindIs | StageIs | Says | Not | Every | Either
Resolve = Callable[[str, str], Resolution]

_decode = msgspec.json.Decoder(Term)


def stored(rule: Term) -> str:
    """The rule as text that `restored` reads back."""
    return msgspec.json.encode(rule).decode()


def restored(text: str) -> Term:
    """The rule that `stored` wrote."""
    return _decode.decode(text)  # type: ignore[no-any-return]


def satisfies(rule: Term, event: Occurrence) -> bool:
    """Whether the event satisfies the rule: the meaning of every term, one event at a time."""
    match rule:
        case Not(part):
            return not satisfies(part, event)
        case Every(parts):
            return all(satisfies(part, event) for part in parts)
        case Either(parts):
            return any(satisfies(part, event) for part in parts)
        case KindIs(_, kinds):
            return event.kind in kinds
        case StageIs(_, stages):
            return event.stage in stages
        case Says(_, words):
            return f" {words} " in event.words
        case Is(field, values):
            return any(value.id in _ids(event, field) for value in values)


def _ids(event: Occurrence, field: str) -> frozenset[str] | tuple[str, ...]:
    if field == "source":
        return (event.source,)
    if field == "country":
        return event.country_keys
    return tuple(entity.id for entity in getattr(event, ENTITY_FIELDS[field]))


def leaves(rule: Term) -> Iterator[Leaf]:
    """Every term of the rule that asks something of the event itself."""
    match rule:
        case Not(part):
            yield from leaves(part)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield rule


def bound(rule: Term, resolve: Resolve, sources: Collection[str]) -> Term:
    """The rule with every name resolved; UnknownName with the nearest names, AmbiguousName with the candidates to choose from.

    `resolve(kind, name)` answers for drug, condition, target, organization and class; `sources` are the names of the sources there are.
    """

    def one(field: str, value: Named) -> Named:
        if field == "source":
            return _source(value.name, sources)
        return _country(value.name) if field == "country" else _entity(field, value, resolve)

    return _replaced(rule, lambda leaf: msgspec.structs.replace(leaf, values=tuple(one(leaf.field, value) for value in leaf.values)))


def present(rule: Term, now_called: Callable[[str], str]) -> Term:
    """The rule with the ids that its entities have today, so that a merge of two entities silences no alert."""

    def renamed(leaf: Is) -> Is:
        if leaf.field not in ENTITY_FIELDS:
            return leaf
        return msgspec.structs.replace(leaf, values=tuple(msgspec.structs.replace(value, id=now_called(value.id)) for value in leaf.values))

    return _replaced(rule, renamed)


def _replaced(rule: Term, change: Callable[[Is], Is]) -> Term:
    match rule:
        case Not(part):
            return Not(_replaced(part, change))
        case Every(parts):
            return Every(tuple(_replaced(part, change) for part in parts))
        case Either(parts):
            return Either(tuple(_replaced(part, change) for part in parts))
        case Is():
            return change(rule)
        case _:
            return rule


def _source(name: str, sources: Collection[str]) -> Named:
    if name.lower() in sources:
        return Named(name, name.lower())
    near = tuple(difflib.get_close_matches(name.lower(), sources, 3, 0.5))
    raise UnknownName(f"no source is called {name!r}; sources are {', '.join(near or sorted(sources))}", near)


def _country(name: str) -> Named:
    """The country; a code that is none, or a name one slip away from another, is refused; a rarer name stands as written."""
    key = country_key(name)
    near = () if key in COUNTRIES else tuple(difflib.get_close_matches(key, COUNTRIES, 3, 0.8))
    if near or (len(key) < 4 and key not in COUNTRIES):
        raise UnknownName(f"no country is called {name!r}; " + (f"near names are {', '.join(near)}" if near else "write its name"), near)
    return Named(name, key)


def _entity(field: str, value: Named, resolve: Resolve) -> Named:
    found = resolve(RESOLVED_KINDS[field], value.name)
    if found.entity is not None:
        called = next((one.name for one in found.candidates if one.entity == found.entity), value.name)
        return Named(value.name if called == found.entity else called, found.entity)
    options = tuple(one.entity for one in found.candidates)
    if found.kind is ResolutionKind.AMBIGUOUS:
        listed = "; ".join(f"{one.name} ({one.entity})" for one in found.candidates[:6])
        raise AmbiguousName(f"{field}:{value.name!r} may mean {listed}; write the id of the one you mean, as {field}:{options[0]}", options)
    names = tuple(one.name for one in found.candidates)
    near = f"near names are {', '.join(names[:6])}" if names else "check the spelling, or load its documents first"
    raise UnknownName(f"no {field} is called {value.name!r}; {near}", names)


def explained(rule: Term) -> str:
    """The sentence that says what the rule watches.

    >>> explained(Every((Is("drug", (Named("imiquimod", "drug:x"),)), Not(Is("source", (Named("ema", "ema"),))))))
    'Any event where the drug is imiquimod, and not: the source is ema.'
    """
    return f"Any event where {_clause(rule, top=True)}."


def _clause(rule: Term, *, top: bool = False) -> str:
    match rule:
        case Not(part):
            return f"not: {_clause(part)}"
        case Every(parts):
            joined = ", and ".join(_clause(part) for part in parts)
            return joined if top else f"({joined})"
        case Either(parts):
            return "either " + " or ".join(_clause(part) for part in parts)
        case KindIs(patterns, _):
            return "it is " + _or([f"any {pattern[:-2]} event" if pattern.endswith(".*") else pattern for pattern in patterns])
        case StageIs(written, stages):
            return f"the stage is {_or([stage.value.replace('_', ' ') for stage in stages])}" if stages else f"the stage is {written}, which none is"
        case Says(text, _):
            return f'title, reason or quote say "{text}"'
        case Is(field, values):
            return f"the {_SAID.get(field, field)} is {_or([value.name for value in values])}"


_SAID = {"org": "organisation", "search": "saved search"}


def _or(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def watches_something(rule: Term) -> bool:
    """Whether the rule names something to watch: a rule of exclusions alone would tell of everything.

    >>> watches_something(Not(Is("drug", (Named("imiquimod"),))))
    False
    """
    match rule:
        case Not():
            return False
        case Every(parts):
            return any(watches_something(part) for part in parts)
        case Either(parts):
            return all(watches_something(part) for part in parts)
        case _:
            return True

"""From a name or a mention to the entity it means, with score and reason, or to the candidates between which only a person can decide.

Flows in: a question or stored candidates, and a lookup of the registry's keys. Flows out: resolutions. Never guesses: two entities that fit
equally well make the answer ambiguous, a text that says placebo or sham resolves to nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from theriac.flow.keys import Candidate, Why, name_key
from theriac.flow.name_words import TYPES
from theriac.flow.names import HARD_REASONS, condition_candidates, drug_candidates
from theriac.flow.registry import SUBSTANCE_KINDS, NameRow
from theriac.identifiers import parse_reference
from theriac.model import Struct
from theriac.terms import EntityKind, ResolutionKind

_WEAK_FACTOR, _CERTAIN, _NEAR_SCORE = 0.9, 0.9, 0.5
_JOINED = (Why.FIXED_PART,)


class Lookup(Protocol):
    """What resolution asks of a store: rows by key, entities by identifier, and the nearest names of an unknown one."""

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, Sequence[NameRow]]:
        """The rows of each key that is known."""
        ...

    def by_identifier(self, curie: str) -> str | None:
        """The entity that an identifier or a former entity id leads to."""
        ...

    def near(self, key: str, limit: int) -> Sequence[NameRow]:
        """The rows whose keys are most like this one."""
        ...


class ResolutionCandidate(Struct, frozen=True):
    """One entity that the name may mean."""

    entity: str
    name: str
    score: float
    reason: str


class Resolution(Struct, frozen=True, omit_defaults=False):
    """What a name means: the entity, or null with the reason and the candidates."""

    query: str
    entity: str | None
    kind: ResolutionKind
    score: float
    reason: str
    candidates: tuple[ResolutionCandidate, ...] = ()


def resolve(query: str, lookup: Lookup, kind: EntityKind | None = None) -> Resolution:
    """What a person's words mean: an identifier, a name of a drug or, where no drug has it, of a condition."""
    wanted = query.strip()
    reference = parse_reference(wanted)
    entity = lookup.by_identifier(str(reference) if reference else wanted)
    if entity is not None:
        return _resolved(wanted, entity, entity, 1.0, "identifier")
    answers = []
    if kind in (None, EntityKind.DRUG):
        candidates = drug_candidates(wanted)
        parts = resolve_mention(candidates, None, lookup)
        answers.append(parts[0] if len(parts) == 1 else _together(wanted, parts, lookup))
    if kind in (None, EntityKind.CONDITION) and not (answers and answers[0].entity):
        answers.append(resolve_condition(wanted, lookup))
    best = next((one for one in answers if one.entity), None) or next((one for one in answers if one.candidates), answers[0])
    return _asked(best, wanted) if best.entity or best.candidates else _did_you_mean(wanted, best.reason, lookup)


def resolve_mention(
    candidates: Sequence[Candidate],
    type: str | None,  # noqa: A002 - the registry's own word
    lookup: Lookup,
    *,
    identifiers: Sequence[str] = (),
    decision: str | None = None,
) -> tuple[Resolution, ...]:
    """One resolution for each part of a combination; one for the whole where it is one drug or a known fixed combination.

    `identifiers` are those that the record itself assigns; `decision` is the entity that a person settled on, which wins.
    """
    if decision is not None:
        return (_resolved("", lookup.by_identifier(decision) or decision, decision, 1.0, "settled by a person"),)
    rows = lookup.by_keys(sorted({one.key for one in candidates if one.key}))
    numbers = sorted({one.part for one in candidates})
    whole = _resolve_part([one for one in candidates if one.part == 0], type, rows)
    if len(numbers) < 2 or whole.kind is not ResolutionKind.UNKNOWN:
        return (whole if whole.entity else _by_identifiers(whole, identifiers, lookup),)
    parts = {number: [one for one in candidates if one.part == number] for number in numbers if number}
    answers = {number: _resolve_part(mine, type, rows) for number, mine in parts.items()}
    fixed = any(one.reason is Why.FIXED_PART for mine in parts.values() for one in mine)
    if fixed:
        combination = _combination(list(answers.values()), lookup)
        if combination is not None:
            return (combination,)
    if all(_is_half(mine) for mine in parts.values()) and not all(one.entity for one in answers.values()):
        return (_by_identifiers(whole, identifiers, lookup),)
    return _kept(parts, answers)


def resolve_condition(text: str, lookup: Lookup, *, identifiers: Sequence[str] = ()) -> Resolution:
    """The condition that a text means; a term that the registry itself assigned to it prevails."""
    for identifier in identifiers:
        entity = lookup.by_identifier(identifier)
        if entity is not None:
            return _resolved(text, entity, entity, 1.0, "assigned by the registry")
    candidates = condition_candidates(text)
    rows = lookup.by_keys([one.key for one in candidates])
    only = {key: [row for row in found if row.entity.startswith("condition:")] for key, found in rows.items()}
    return _asked(_first(candidates, only), text)


def _resolve_part(candidates: Sequence[Candidate], type: str | None, rows: Mapping[str, Sequence[NameRow]]) -> Resolution:  # noqa: A002
    drugs = {key: [row for row in found if row.entity.startswith("drug:")] for key, found in rows.items()}
    nothing = next((one.reason for one in candidates if one.score == 0), None)
    if nothing in HARD_REASONS:
        return _not_a_drug(nothing)
    typed = TYPES.get((type or "").upper())
    reason = nothing or typed
    if reason is not None:
        sure = [one for one in candidates if one.score >= _CERTAIN]
        if sum(one.reason is Why.IN_BRACKETS for one in candidates) > 1:
            sure = [one for one in sure if one.reason is not Why.IN_BRACKETS]
        drugs = {key: [row for row in found if not row.weak and row.kind in SUBSTANCE_KINDS] for key, found in drugs.items()}
        found = _first(sure, drugs)
        return found if found.entity else _not_a_drug(reason)
    return _first(candidates, drugs)


def _first(candidates: Sequence[Candidate], rows: Mapping[str, Sequence[NameRow]]) -> Resolution:
    """The best candidate that the registry knows; names that only trials give count after all others."""
    hits = [(one, [row for row in rows.get(one.key, ()) if not row.weak]) for one in candidates]
    strong = [(one, found) for one, found in hits if found]
    if strong:
        return _decide(strong, 1.0)
    weak = [(one, list(rows[one.key])) for one in candidates if rows.get(one.key)]
    if weak:
        return _decide(weak, _WEAK_FACTOR)
    return Resolution(query="", entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason="no source that is loaded gives this name")


def _decide(hits: list[tuple[Candidate, list[NameRow]]], factor: float) -> Resolution:
    best, found = hits[0]
    options = _options(best, found, factor)
    inside = [row for one, rows in hits[1:] if one.reason is Why.IN_BRACKETS and factor == 1 for row in rows]
    rival = next((row for row in inside if not _agree(row, found)), None)
    if len(options) == 1 and (rival is None or best.reason is Why.EXACT):
        return _resolved("", options[0].entity, options[0].name, options[0].score, options[0].reason)
    if len(options) == 1 and rival is not None:
        options = (*options, ResolutionCandidate(entity=rival.entity, name=rival.name, score=options[0].score, reason=Why.IN_BRACKETS))
        reason = "the name and the name in brackets mean different drugs"
    else:
        reason = f"{len(options)} drugs have this name ({best.reason})"
    return Resolution(query="", entity=None, kind=ResolutionKind.AMBIGUOUS, score=options[0].score, reason=reason, candidates=options)


def _options(best: Candidate, found: list[NameRow], factor: float) -> tuple[ResolutionCandidate, ...]:
    named = {row.entity: row for row in sorted(found, key=lambda row: (row.records, row.entity))}
    score = round(best.score * factor, 2)
    return tuple(
        ResolutionCandidate(entity=row.entity, name=row.name, score=score, reason=f"{best.reason} ({row.text}, {row.kind})")
        for row in sorted(named.values(), key=lambda row: (-row.records, row.entity))
    )


def _agree(row: NameRow, found: list[NameRow]) -> bool:
    """Whether a row means the same drug as one found, or a combination and its part."""
    return any(row.entity == one.entity or row.entity in one.parts or one.entity in row.parts for one in found)


def _is_half(candidates: Sequence[Candidate]) -> bool:
    """Whether a part is only the half of a hyphened word."""
    return all(one.reason is Why.FIXED_PART and one.score < 1 for one in candidates)


def _kept(parts: Mapping[int, Sequence[Candidate]], answers: Mapping[int, Resolution]) -> tuple[Resolution, ...]:
    """The answers of the parts, each entity once; what a list only describes goes where another part of it is a drug."""
    found: dict[str, Resolution] = {}
    some = any(one.entity for one in answers.values())
    for number, answer in answers.items():
        listed = any(one.reason is Why.LISTED for one in parts[number])
        if answer.entity is None and some and (listed or answer.reason.startswith("no drug")):
            continue
        found.setdefault(answer.entity or f"part {number}", answer)
    return tuple(found.values())


def _combination(answers: Sequence[Resolution], lookup: Lookup) -> Resolution | None:
    """The known combination of these drugs, where all of them are known."""
    entities = sorted({one.entity for one in answers if one.entity})
    if len(entities) < 2 or len(entities) < len(answers):
        return None
    entity = lookup.by_identifier("drug:" + "+".join(one.partition(":")[2] for one in entities))
    if entity is None:
        return None
    name = " and ".join(sorted({one.candidates[0].name for one in answers}))
    return _resolved("", entity, name, min(one.score for one in answers), "the combination of its parts")


def _together(query: str, parts: Sequence[Resolution], lookup: Lookup) -> Resolution:
    combination = _combination(parts, lookup)
    if combination is not None:
        return combination
    options = tuple(ResolutionCandidate(entity=one.entity, name=one.entity, score=one.score, reason=one.reason) for one in parts if one.entity)
    kind = ResolutionKind.AMBIGUOUS if options else ResolutionKind.UNKNOWN
    reason = "several drugs are named" if options else "no source that is loaded gives this name"
    return Resolution(query=query, entity=None, kind=kind, score=0.0, reason=reason, candidates=options)


def _by_identifiers(answer: Resolution, identifiers: Sequence[str], lookup: Lookup) -> Resolution:
    """The entity of the identifiers that the record assigns, where they lead to exactly one."""
    if answer.reason.startswith("no drug"):
        return answer
    found = sorted({entity for one in identifiers if (entity := lookup.by_identifier(one))})
    return _resolved("", found[0], found[0], _CERTAIN, "assigned by the registry") if len(found) == 1 else answer


def _resolved(query: str, entity: str, name: str, score: float, reason: str) -> Resolution:
    option = ResolutionCandidate(entity=entity, name=name, score=score, reason=reason)
    return Resolution(query=query, entity=entity, kind=ResolutionKind.RESOLVED, score=score, reason=reason, candidates=(option,))


def _not_a_drug(why: Why) -> Resolution:
    return Resolution(query="", entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason=f"no drug: {why}")


def _asked(answer: Resolution, query: str) -> Resolution:
    return Resolution(query=query, entity=answer.entity, kind=answer.kind, score=answer.score, reason=answer.reason, candidates=answer.candidates)


def _did_you_mean(query: str, reason: str, lookup: Lookup) -> Resolution:
    near = {row.entity: row for row in reversed(lookup.near(name_key(query), 5))}
    options = tuple(
        ResolutionCandidate(entity=row.entity, name=row.name, score=_NEAR_SCORE, reason=f"spelled like {row.text}") for row in reversed(near.values())
    )
    return Resolution(query=query, entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason=reason, candidates=options)

"""The registry of entities: which drugs and conditions there are, what they are called, and under which former ids they can be asked for.

Flows in: claims of sources, in any order, and the decisions of people. Flows out: one `Registry`, the same for the same set of claims on any
machine. Statements of weak sources (names that a trial gives) never join what authoritative ones keep apart.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from theriac.flow.conditions import condition_entities
from theriac.flow.drugs import drug_entities
from theriac.flow.keys import Candidate, name_key
from theriac.flow.names import drug_candidates
from theriac.flow.registry import Decision, Entity, EntityName, Form, NameRow, Registry, SourcedClaim, gather
from theriac.terms import EntityKind, NameKind

__all__ = ["Decision", "Entity", "EntityName", "Form", "NameRow", "Registry", "SourcedClaim", "build", "name_rows", "present_id"]


def build(
    claims: Iterable[SourcedClaim],
    decisions: Iterable[Decision] = (),
    candidates_of: Callable[[str], Sequence[Candidate]] = drug_candidates,
) -> Registry:
    """The registry that the claims make; every id that an entity could have had redirects to the one it has.

    `candidates_of` may answer from candidates that are stored already; it must answer as `drug_candidates` does.
    """
    gathered = gather(claims)
    conditions = condition_entities([claim for claim in gathered if claim.kind is EntityKind.CONDITION])
    taken = frozenset(name.key for entity in conditions for name in entity.names)
    drugs = drug_entities([claim for claim in gathered if claim.kind is EntityKind.DRUG], taken, candidates_of)
    entities = tuple(sorted((*conditions, *drugs), key=lambda entity: entity.id))
    return Registry(
        entities=entities,
        redirects=_redirects(entities),
        decisions=tuple(sorted(set(decisions), key=lambda one: (one.decided, one.kind, one.name, one.entity, one.author, one.record or ""))),
    )


def _redirects(entities: tuple[Entity, ...]) -> dict[str, str]:
    """Every other id that leads to exactly one entity, sorted."""
    present = {entity.id for entity in entities}
    claimed: dict[str, set[str]] = {}
    for entity in entities:
        for former in _possible_ids(entity):
            claimed.setdefault(former, set()).add(entity.id)
    return {former: next(iter(owners)) for former, owners in sorted(claimed.items()) if len(owners) == 1 and former not in present}


def _possible_ids(entity: Entity) -> Iterator[str]:
    kind = entity.kind.value
    for name in entity.names:
        yield f"{kind}:name.{name.key}"
    for identifier in (*entity.identifiers, *(one for form in entity.forms for one in form.identifiers)):
        yield f"{kind}:{identifier.replace(':', '.', 1)}"


def present_id(entity_id: str, registry: Registry) -> str:
    """The id by which an entity is known today; a combination's former id is followed part by part.

    >>> present_id("drug:name.nothing", Registry(entities=(), redirects={}))
    'drug:name.nothing'
    """
    found = registry.redirects.get(entity_id)
    if found is not None or "+" not in entity_id:
        return found or entity_id
    kind, _, parts = entity_id.partition(":")
    today = sorted(registry.redirects.get(f"{kind}:{part}", f"{kind}:{part}").partition(":")[2] for part in parts.split("+"))
    return f"{kind}:{'+'.join(dict.fromkeys(today))}"


def name_rows(registry: Registry) -> Iterator[NameRow]:
    """Every key with the entity that answers to it; a key with two entities is ambiguous until a person settles it."""
    settled = _settled(registry)
    for entity in registry.entities:
        for name in entity.names:
            if settled.get((entity.kind, name.key), entity.id) == entity.id:
                yield _row(entity, name)
    by_id = {entity.id: entity for entity in registry.entities}
    for (_, key), entity_id in sorted(settled.items()):
        chosen = by_id.get(entity_id)
        if chosen is not None and all(name.key != key for name in chosen.names):
            yield _row(chosen, EntityName(text=chosen.name, key=key, kind=NameKind.SYNONYM))


def _settled(registry: Registry) -> dict[tuple[EntityKind, str], str]:
    """The entity that people settled each name on, everywhere; the last decision holds."""
    decisions = [one for one in registry.decisions if one.record is None]
    return {(one.kind, name_key(one.name)): present_id(one.entity, registry) for one in decisions}


def _row(entity: Entity, name: EntityName) -> NameRow:
    return NameRow(
        key=name.key,
        entity=entity.id,
        name=entity.name,
        text=name.text,
        kind=name.kind,
        weak=name.weak,
        records=len(name.records),
        parts=entity.parts,
    )

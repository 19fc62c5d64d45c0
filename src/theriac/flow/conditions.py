"""Conditions: the entities that registries' assigned terms and loaded vocabularies make.

Flows in: gathered claims about conditions. Flows out: entities, one for each MeSH (or other vocabulary) term, with the names that lead to it.
The words that a trial uses for a condition become a name only where every trial that has them was assigned the same term.
"""

from collections.abc import Sequence

from theriac.flow.condition_names import condition_candidates
from theriac.flow.graph import Links, groups
from theriac.flow.keys import Why, name_key
from theriac.flow.registry import IDENTIFIER_RANK, Claimed, Entity, NameBook, best_id, shown
from theriac.terms import EntityKind, NameKind

Atom = tuple[str, str]
_TURNS = (Why.EXACT, Why.INVERTED, Why.SINGULAR)


def condition_entities(claims: Sequence[Claimed]) -> list[Entity]:
    """The entities of all claims about conditions."""
    links: Links[Atom] = Links()
    for claim in claims:
        names = [("name", key) for name in claim.names if name.kind is not NameKind.TRIAL and (key := name_key(name.text))]
        atoms = [*(("id", one) for one in claim.identifiers), *names]
        if atoms:
            links.add(atoms[0], *atoms[1:])
    anchors = _anchor_prefix(links)
    books: list[tuple[list[Atom], NameBook]] = []
    owners: dict[Atom, list[int]] = {}
    for own, shared in groups(links, lambda atom: atom[1] if atom[0] == "id" and atom[1].startswith(anchors) else None):
        for atom in (*own, *shared):
            owners.setdefault(atom, []).append(len(books))
        books.append((own, NameBook()))
    counts = [0] * len(books)
    for claim in claims:
        _spread(claim, owners, books, counts)
    _add_words_of_trials(claims, owners, books)
    return [_entity(own, book, count) for (own, book), count in zip(books, counts, strict=True)]


def _anchor_prefix(links: Links[Atom]) -> str:
    """The vocabulary whose terms are kept apart: the best one that occurs at all."""
    prefixes = {atom[1].partition(":")[0] for atom in links if atom[0] == "id"}
    order = ("mesh", *IDENTIFIER_RANK)
    return next((f"{prefix}:" for prefix in order if prefix in prefixes), "mesh:")


def _spread(claim: Claimed, owners: dict[Atom, list[int]], books: list[tuple[list[Atom], NameBook]], counts: list[int]) -> None:
    for name in claim.names:
        if name.kind is NameKind.TRIAL:
            continue
        for number in owners.get(("name", name_key(name.text)), ()):
            counts[number] += len(claim.records)
            for candidate in condition_candidates(name.text):
                if candidate.reason in _TURNS:
                    books[number][1].add(name.text, name.kind, claim.records, key=candidate.key)


def _add_words_of_trials(claims: Sequence[Claimed], owners: dict[Atom, list[int]], books: list[tuple[list[Atom], NameBook]]) -> None:
    meant: dict[str, set[int]] = {}
    said: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for claim in claims:
        targets = {number for one in claim.identifiers for number in owners.get(("id", one), ())}
        for name in claim.names:
            if name.kind is NameKind.TRIAL and targets and (key := name_key(name.text)):
                meant.setdefault(key, set()).update(targets)
                said.setdefault(key, []).append((name.text, claim.records))
    known = {name.key for _, book in books for name in book.names()}
    for key, targets in sorted(meant.items()):
        if len(targets) == 1 and key not in known:
            for text, records in said[key]:
                books[next(iter(targets))][1].add(text, NameKind.TRIAL, records, weak=True)


def _entity(own: list[Atom], book: NameBook, count: int) -> Entity:
    identifiers = tuple(sorted(one for kind, one in own if kind == "id"))
    names = book.names()
    preferred = max(names, key=lambda name: (name.kind is not NameKind.TRIAL, len(name.records), -len(name.text), name.text), default=None)
    mesh = sorted(one for one in identifiers if one.startswith("mesh:"))
    key = preferred.key if preferred else (identifiers[0] if identifiers else "unnamed")
    return Entity(
        id=f"condition:{mesh[0].replace(':', '.', 1)}" if mesh else best_id(EntityKind.CONDITION, identifiers, key),
        kind=EntityKind.CONDITION,
        name=shown(preferred.text) if preferred else identifiers[0],
        names=names,
        identifiers=identifiers,
        claims=count,
    )

"""The shapes of the registry: claims with their source, entities, names, and claims gathered so that each statement stands once.

Flows in: claims as read. Flows out: the same statements once each, with all records that make them. Nothing is decided here.
"""

from collections.abc import Iterable

from theriac.flow.keys import TRADEMARKS, name_key
from theriac.model import Claim, Name, Struct
from theriac.terms import EntityKind, NameKind


class SourcedClaim(Struct, frozen=True):
    """A claim with the record (CURIE) that makes it, and whether its source is an authority on names."""

    claim: Claim
    record: str
    authoritative: bool
    first_seen: str = ""


class Decision(Struct, frozen=True):
    """A person's word that a name means an entity, everywhere or in one record."""

    name: str
    entity: str
    author: str
    decided: str
    kind: EntityKind = EntityKind.DRUG
    record: str | None = None


class EntityName(Struct, frozen=True):
    """One name of an entity, its key, and the records that give it; `weak` where only trials do."""

    text: str
    key: str
    kind: NameKind
    records: tuple[str, ...] = ()
    weak: bool = False


class Form(Struct, frozen=True):
    """A salt, ester, hydrate or suffixed product of a drug, with the identifiers that are the form's own."""

    name: str
    key: str
    form: str
    identifiers: tuple[str, ...] = ()
    suffix: bool = False


class Entity(Struct, frozen=True):
    """A drug (an active moiety, or a combination of several) or a condition."""

    id: str
    kind: EntityKind
    name: str
    names: tuple[EntityName, ...] = ()
    identifiers: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    parts: tuple[str, ...] = ()
    claims: int = 0
    weak: bool = False
    first_seen: str = ""


class Registry(Struct, frozen=True):
    """All entities, sorted by id; `redirects` leads every other possible id to the present one."""

    entities: tuple[Entity, ...]
    redirects: dict[str, str]
    decisions: tuple[Decision, ...] = ()


class NameRow(Struct, frozen=True):
    """One row of the index of names: this key is a name of this entity."""

    key: str
    entity: str
    name: str
    text: str
    kind: NameKind
    weak: bool = False
    records: int = 0
    parts: tuple[str, ...] = ()


class Claimed(Struct, frozen=True):
    """One statement with every record that makes it."""

    kind: EntityKind
    names: tuple[Name, ...]
    identifiers: tuple[str, ...]
    ingredients: tuple[str, ...]
    parents: tuple[str, ...]
    authoritative: bool
    records: tuple[str, ...]
    first_seen: str = ""


def gather(claims: Iterable[SourcedClaim]) -> list[Claimed]:
    """Each statement once, in an order that depends on the statements only."""
    found: dict[tuple[object, ...], tuple[Claim, set[str], list[str]]] = {}
    for one in claims:
        claim = one.claim
        names = tuple((name.text, name.kind.value) for name in claim.names)
        statement = (claim.kind.value, names, claim.identifiers, claim.ingredients, claim.parents, one.authoritative)
        kept = found.get(statement)
        if kept is None:
            found[statement] = (claim, {one.record}, [one.first_seen])
        else:
            kept[1].add(one.record)
            kept[2].append(one.first_seen)
    return [
        Claimed(
            kind=claim.kind,
            names=claim.names,
            identifiers=claim.identifiers,
            ingredients=claim.ingredients,
            parents=claim.parents,
            authoritative=bool(statement[5]),
            records=tuple(sorted(records)),
            first_seen=min(filter(None, seen), default=""),
        )
        for statement, (claim, records, seen) in sorted(found.items())
    ]


# The most trusted first: an entity's id is made of the first kind of identifier that it has itself.
IDENTIFIER_RANK = ("unii", "chembl", "inchikey", "rxcui", "cas", "drugcentral", "mesh", "mondo", "doid", "umls")
# Names of these kinds name a substance itself: equal names mean the same substance. A brand or a synonym does not.
SUBSTANCE_KINDS = (NameKind.INN, NameKind.SUBSTANCE, NameKind.GENERIC)


def best_id(kind: EntityKind, identifiers: Iterable[str], key: str) -> str:
    """The id of an entity with these identifiers of its own, else one made of its name's key.

    >>> best_id(EntityKind.DRUG, ("cas:99011-02-6", "unii:P1QW714R7M"), "imiquimod")
    'drug:unii.P1QW714R7M'
    """
    ranked = sorted((IDENTIFIER_RANK.index(prefix), one) for one in identifiers if (prefix := one.partition(":")[0]) in IDENTIFIER_RANK)
    return f"{kind.value}:{ranked[0][1].replace(':', '.', 1)}" if ranked else f"{kind.value}:name.{key}"


def shown(text: str) -> str:
    """A name as it is shown: a source's capitals made small, short ones (BCG) left.

    >>> shown("IMIQUIMOD"), shown("BCG"), shown("TPN171H")
    ('imiquimod', 'BCG', 'TPN171H')
    """
    text = text.translate(TRADEMARKS).strip(" \"'/,;:")
    capitals = text.isupper() and len(text) > 4 and not any(map(str.isdigit, text))
    return " ".join((text.lower() if capitals else text).split())


class NameBook:
    """Names of one entity being collected: for each key the most used text, its most telling kind and all records."""

    def __init__(self) -> None:
        self._found: dict[str, dict[tuple[str, NameKind, bool], set[str]]] = {}

    def add(self, text: str, kind: NameKind, records: Iterable[str], *, weak: bool = False, key: str | None = None) -> None:
        """Notes that these records give the name."""
        key = name_key(text) if key is None else key
        if key:
            self._found.setdefault(key, {}).setdefault((text, kind, weak), set()).update(records)

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def names(self) -> tuple[EntityName, ...]:
        """All names, one for each key, by key."""
        return tuple(self._name(key) for key in sorted(self._found))

    def _name(self, key: str) -> EntityName:
        uses = self._found[key]
        kinds = list(NameKind)
        text, kind, _ = min(uses, key=lambda use: (use[2], kinds.index(use[1]), -len(uses[use]), use[0]))
        records = tuple(sorted(set().union(*uses.values())))
        return EntityName(text=shown(text), key=key, kind=kind, records=records, weak=all(use[2] for use in uses))

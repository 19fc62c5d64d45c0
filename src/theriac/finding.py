"""Finding by any name: what goes by the words that somebody types, whole or in part.

Flows in: words, and the names of a moment. Flows out: entities with the name that matched, best first: the exact name, then names that begin so,
then names that hold the words. Organisations and targets have no registry of their own; they go by the names that records write.
"""

from collections.abc import Callable, Iterable, Iterator

from theriac.flow.keys import name_key, organisation_key
from theriac.flow.registry import NameRow, shown
from theriac.store.registry import Names
from theriac.terms import EntityKind
from theriac.views import Found

SHORTEST = 2
_REGISTERED = (EntityKind.DRUG.value, EntityKind.CONDITION.value)
_ALL = (*_REGISTERED, EntityKind.TARGET.value, EntityKind.ORGANIZATION.value)


def find(words: str, names: Names, limit: int = 12, kind: str | None = None) -> list[Found]:
    """What goes by the words; with `kind` only drugs, conditions, targets or organisations. Fewer than two letters find nothing."""
    key = name_key(words)
    if len(key) < SHORTEST:
        return []
    kinds = _ALL if kind is None else (kind,)
    found: dict[str, Found] = {}
    for look in _looks(words, key, names, kinds, limit):
        for one in look():
            if one.kind in kinds:
                found.setdefault(one.id, one)
        if len(found) >= 3 * limit:
            break
    ranked = sorted(enumerate(found.values()), key=lambda pair: (name_key(pair[1].matched) != key, pair[0]))
    return [one for _, one in ranked[:limit]]


def _looks(words: str, key: str, names: Names, kinds: tuple[str, ...], limit: int) -> Iterator[Callable[[], Iterable[Found]]]:
    if set(kinds) & set(_REGISTERED):
        yield lambda: _by_identifier(words, names)
        yield lambda: map(_of_row, names.beginning(key, limit))
    if EntityKind.TARGET.value in kinds:
        yield lambda: _mentioned(EntityKind.TARGET, key, names, limit // 2)
    if EntityKind.ORGANIZATION.value in kinds:
        yield lambda: _mentioned(EntityKind.ORGANIZATION, organisation_key(words) or key, names, limit // 2)
    if EntityKind.CONDITION.value in kinds:
        yield lambda: _unlisted_conditions(key, names, limit // 2)
    if set(kinds) & set(_REGISTERED):
        yield lambda: map(_of_row, names.holding(words.strip(), limit))


def _by_identifier(words: str, names: Names) -> Iterator[Found]:
    """The entities of an identifier, written with its prefix (`unii:P1QW714R7M`), without it, or as an entity's id."""
    text = words.strip()
    if not any(map(str.isdigit, text)):
        return
    known = [names.by_identifier(text)] if ":" in text else names.by_bare_identifier(text)
    for one in known:
        entity = names.entity(one) if one else None
        if entity is not None:
            yield Found(id=entity.id, name=entity.name, kind=entity.kind.value, matched=text, name_kind="identifier", records=0)


def _of_row(row: NameRow) -> Found:
    kind = row.entity.partition(":")[0]
    return Found(id=row.entity, name=row.name, kind=kind, matched=row.text, name_kind=row.kind.value, records=row.records)


def _mentioned(kind: EntityKind, key: str, names: Names, limit: int) -> Iterator[Found]:
    for found, text, count in names.mentioned(kind.value, key, limit):
        yield Found(id=f"{kind.value}:name.{found}", name=shown(text), kind=kind.value, matched=text, name_kind=None, records=count)


def _unlisted_conditions(key: str, names: Names, limit: int) -> Iterator[Found]:
    """Conditions that documents name and no vocabulary lists."""
    for found, text, count in names.mentioned(EntityKind.CONDITION.value, key, limit):
        if not names.by_keys([found])[found]:
            yield Found(id=f"condition:name.{found}", name=text, kind="condition", matched=text, name_kind="trial", records=count)

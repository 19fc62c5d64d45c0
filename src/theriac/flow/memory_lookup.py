"""A lookup over a registry held in memory, for small registries, tests and measurements.

Flows in: a registry. Flows out: the answers that `resolution` asks for. A store answers the same questions from its own tables.
"""

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from theriac.flow.entities import name_rows, present_id
from theriac.flow.registry import NameRow, Registry


class MemoryLookup:
    """Rows by key, entities by identifier, nearest names."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._rows: dict[str, list[NameRow]] = {}
        for row in name_rows(registry):
            self._rows.setdefault(row.key, []).append(row)
        self.weak = frozenset(entity.id for entity in registry.entities if entity.weak)
        self._present = {entity.id for entity in registry.entities}

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, Sequence[NameRow]]:
        """The rows of each key that is known."""
        return {key: self._rows[key] for key in keys if key in self._rows}

    def by_identifier(self, curie: str) -> str | None:
        """The entity that an identifier or a former entity id leads to."""
        for kind in ("", "drug:", "condition:"):
            asked = curie if not kind else kind + curie.replace(":", ".", 1)
            found = present_id(asked, self._registry)
            if found in self._present:
                return found
        return None

    def near(self, key: str, limit: int) -> Sequence[NameRow]:
        """The rows whose keys are most like this one."""
        found = process.extract(key, list(self._rows), scorer=JaroWinkler.similarity, limit=limit, score_cutoff=0.85)
        return [self._rows[name][0] for name, _, _ in found]

"""Structures of loaded molecules: what each source gives for a drug, and the drugs whose structure is alike or holds a part.

Flows in: a lake, the names of its moment, an entity, a SMILES or a pattern. Flows out: structures and hits, each with its record. A molecule
without another's salt counts as that molecule: similarity is measured between parents. What a source states (SMILES, InChIKey) needs no RDKit;
what is computed does. Two sources that give one drug different structures stand side by side. Alike in structure says nothing of alike in action.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from theriac import chem
from theriac.attribution import Attribution, attributions
from theriac.errors import UserError
from theriac.flow.registry import Entity
from theriac.model import Molecule, ReferenceTable, Struct
from theriac.store.lake import Lake
from theriac.store.registry import Names
from theriac.views import NOT_ADVICE, EntityName, View

_TABLES = {"drugcentral_structures": "drugcentral"}  # whose data a reference table is, where it asks to be named


class Structure(Struct, frozen=True):
    """One molecule as one record gives it; `drug` is the entity that the record's identifiers mean, if any."""

    record: str
    name: str
    smiles: str
    source: str
    inchikey: str | None = None
    drug: str | None = None
    parent: str | None = None


class StructureLine(View, frozen=True, kw_only=True):
    """What one record gives: SMILES as written, and the InChIKey that it states."""

    record: str
    name: str
    smiles: str
    inchikey: str | None
    parent: str | None


class StructureView(View, frozen=True, kw_only=True):
    """The structures that sources give for a drug; `disagreement` says where they are of different molecules."""

    drug: EntityName
    structures: list[StructureLine]
    disagreement: str | None
    absence: str | None
    attributions: list[Attribution]
    notice: str = NOT_ADVICE


class StructureHit(View, frozen=True, kw_only=True):
    """One drug whose structure was found; `score` is the Tanimoto similarity of Morgan fingerprints, 1 where a substructure is contained."""

    drug: EntityName
    score: float
    smiles: str
    record: str
    source: str


class Structures:
    """All structures of one moment; the library of fingerprints is made when something is searched for."""

    def __init__(self, lake: Lake, names: Names) -> None:
        self.names = names
        self.all = tuple(_structures(lake, names))

    def of(self, entity: Entity) -> StructureView:
        """The structures of a drug, the same molecule of several records each time."""
        found = [one for one in self.all if one.drug == entity.id]
        keys = sorted({one.inchikey for one in found if one.inchikey})
        skeletons = {key.partition("-")[0] for key in keys}
        said = f"the sources give {len(keys)} structures ({', '.join(keys)}): forms of one drug, or one of them is wrong"
        differ = said if len(skeletons) > 1 else None
        absence = None if found else f"no loaded source gives a structure of {entity.name}; a biologic has none"
        return StructureView(
            drug=EntityName(id=entity.id, name=entity.name),
            structures=[
                StructureLine(record=one.record, name=one.name, smiles=one.smiles, inchikey=one.inchikey, parent=one.parent) for one in found
            ],
            disagreement=differ,
            absence=absence,
            attributions=list(attributions(one.source for one in found)),
        )

    @cached_property
    def library(self) -> chem.Library:
        """The parents of all structures with their fingerprints, by their place in `all`."""
        return chem.Library.of((str(number), chem.bare_parent(one.smiles)) for number, one in enumerate(self.all))

    def similar(self, smiles: str, *, least: float, limit: int) -> list[StructureHit]:
        """The drugs whose structure is at least so similar, the most similar first."""
        return self._hits(chem.similar(self.library, chem.bare_parent(smiles), least=least, limit=4 * limit), limit)

    def containing(self, pattern: str, *, limit: int) -> list[StructureHit]:
        """The drugs whose structure holds the pattern (SMARTS), by name."""
        hits = self._hits(chem.containing(self.library, pattern, limit=len(self.all)), len(self.all))
        return sorted(hits, key=lambda one: one.drug.name.casefold())[:limit]

    def _hits(self, hits: Iterable[chem.Hit], limit: int) -> list[StructureHit]:
        """Each drug once, by its best structure."""
        found: dict[str, StructureHit] = {}
        for hit in hits:
            one = self.all[int(hit.id)]
            entity = self.names.entity(one.drug) if one.drug else None
            drug = EntityName(id=entity.id, name=entity.name) if entity else EntityName(id=one.record, name=one.name)
            found.setdefault(drug.id, StructureHit(drug=drug, score=hit.score, smiles=one.smiles, record=one.record, source=one.source))
        return list(found.values())[:limit]

    def smiles_of(self, entity: Entity) -> str:
        """The first SMILES of a drug; UserError where no source gives one."""
        found = self.of(entity)
        if not found.structures:
            raise UserError(f"{found.absence}; load ChEMBL molecules or DrugCentral structures, or write a SMILES")
        return found.structures[0].smiles


def _structures(lake: Lake, names: Names) -> Iterator[Structure]:
    numbers = [number for kind in ("molecule", "reference") for number in lake.records(kind=kind)]
    for at in lake.stored(numbers).values():
        document = at.reading.document
        if isinstance(document, Molecule | ReferenceTable) and document.smiles:
            table = document.table if isinstance(document, ReferenceTable) else ""
            yield Structure(
                record=at.curie,
                name=at.reading.title,
                smiles=document.smiles,
                source=_TABLES.get(table, at.record.source),
                inchikey=next((one.partition(":")[2] for one in document.identifiers if one.startswith("inchikey:")), None),
                drug=next((found for one in document.identifiers if (found := names.by_identifier(one))), None),
                parent=document.parent if isinstance(document, Molecule) else None,
            )

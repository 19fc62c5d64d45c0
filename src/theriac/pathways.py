"""How a drug works, asked of a store: every stored statement about targets, paths and pathways, gathered once a commit.

Flows in: a lake and an entity. Flows out: the mechanism's view. What a chain is and how it ranks is `flow.mechanism`.
"""

from theriac.flow.drug_targets import Sourced, TargetIndex, evidence_of
from theriac.flow.mechanism import Drug, MechanismView, mechanism_of
from theriac.flow.mechanism_graph import MechanismGraph, build_graph
from theriac.flow.neighbours import neighbourhood
from theriac.flow.registry import Entity
from theriac.flow.target_index import target_index
from theriac.store.lake import Lake

KINDS = ("drug_targets", "target", "molecule", "mechanism_path", "pathway", "gene_set")


class Pathways:
    """The documents of one moment, with the index of targets and the graph that they make."""

    def __init__(self, lake: Lake) -> None:
        numbers = [number for kind in KINDS for number in lake.records(kind=kind)]
        self.documents = tuple(Sourced(record=at.curie, document=at.reading.document) for at in lake.stored(numbers).values())
        self.index: TargetIndex = target_index(self.documents)
        self.graph: MechanismGraph = build_graph(self.documents, self.index)
        self.around = neighbourhood(self.documents, self.index)

    def of(self, entity: Entity, to: str | None = None) -> MechanismView:
        """How the drug works; with `to`, the chains to that effect."""
        names = tuple(dict.fromkeys(name.text for name in entity.names))
        identifiers = (*entity.identifiers, *(one for form in entity.forms for one in form.identifiers))
        drug = Drug(name=entity.name, names=names, identifiers=identifiers)
        evidence = evidence_of((entity.name, *names), identifiers, self.documents)
        return mechanism_of(drug, evidence, self.index, self.graph, to, around=self.around)

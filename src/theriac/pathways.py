"""How a drug works, asked of a store: every stored statement about targets, paths and pathways, gathered once a commit.

Flows in: a lake, the targets of its moment and an entity. Flows out: the mechanism's view. What a chain is and how it ranks is
`flow.mechanism`.
"""

from collections.abc import Iterable

from theriac.clinical import mechanism_said, statements_of
from theriac.flow.drug_targets import Sourced
from theriac.flow.mechanism import Drug, MechanismView, mechanism_of
from theriac.flow.mechanism_graph import MechanismGraph, build_graph
from theriac.flow.registry import Entity
from theriac.flow.target_page import ActingDrug
from theriac.gather import dossier
from theriac.store.lake import Lake
from theriac.targets import Targets

KINDS = ("mechanism_path", "gene_set")


class Pathways:
    """The documents of one moment, with the graph that they make of the known targets."""

    def __init__(self, lake: Lake, targets: Targets) -> None:
        self.targets = targets
        numbers = [number for kind in KINDS for number in lake.records(kind=kind)]
        paths = [Sourced(record=at.curie, document=at.reading.document) for at in lake.stored(numbers).values()]
        self.graph: MechanismGraph = build_graph((*targets.documents, *paths), targets.index)

    def of(self, entity: Entity, to: str | None = None) -> MechanismView:
        """How the drug works; with `to`, the chains to that effect."""
        names = tuple(dict.fromkeys(name.text for name in entity.names))
        identifiers = (*entity.identifiers, *(one for form in entity.forms for one in form.identifiers))
        drug = Drug(name=entity.name, names=names, identifiers=identifiers)
        evidence = self.targets.statements_of.get(entity.id, ())
        labels = dossier(entity, self.targets.lake, self.targets.registry).labels
        said = mechanism_said(statements_of(labels, self.targets.lake))
        return mechanism_of(drug, evidence, self.targets.index, self.graph, to, around=self.targets.around, documents=said)


def doing(drugs: Iterable[ActingDrug], action: str | None) -> list[ActingDrug]:
    """Of these drugs those that do this to the target, by our word for it (inhibits) or a source's (blocker)."""
    wanted = (action or "").casefold()
    return [one for one in drugs if not wanted or wanted in (one.action, *((each.action or "").casefold() for each in one.evidence))]

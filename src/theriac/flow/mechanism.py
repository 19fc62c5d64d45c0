"""How a drug works: its targets, the chain from target to effect with the evidence of every step, and what the sources dispute.

Flows in: who the drug is, the target statements about it, the index of targets and the graph of what acts on what. Flows out: one view.
No step stands in it without a record; a step is `curated` where a source states it for this drug or in general, and `inferred` where it was
stated for another drug or for a group, with the reason. Off-targets (bindings without the mechanism flag) stand apart and start no chain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from theriac.attribution import Attribution, attributions
from theriac.flow.drug_targets import DrugTarget, Evidence, Sourced, TargetIndex, drug_targets
from theriac.flow.gene_names import symbols_meant
from theriac.flow.keys import name_key
from theriac.flow.mechanism_documents import DocumentSays, caution_of
from theriac.flow.mechanism_graph import Edge, MechanismGraph, Membership, Node, Statement, bare_key
from theriac.flow.mechanism_search import Leg, Route, Weights, branches, routes
from theriac.flow.mechanism_words import Basis, StepKind
from theriac.flow.neighbours import Neighbour, neighbours_of
from theriac.flow.target_conflicts import Conflict, conflicts
from theriac.model import Struct

_MOST_GOALS = 60
_SPARE_ROUTES = 24
_MOST_WITNESSES = 12
_SHORTEST_FAMILY = 12
_COMPARED = ("chembl", "drugcentral")


class Drug(Struct, frozen=True):
    """Who the drug is: the name to show, all names and all identifiers by which sources may speak of it."""

    name: str
    names: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()


class Step(Struct, frozen=True):
    """One step of a chain: what acts on what, in which sense, by whose word.

    `evidence` holds the record that the chain follows first, then whoever contradicts it, then others; `more` counts those left out.
    """

    source: Node
    target: Node
    kind: StepKind
    sign: int | None
    basis: Basis
    evidence: tuple[Evidence, ...]
    why: str | None = None
    more: int = 0


class Chain(Struct, frozen=True):
    """A chain from the drug to an effect.

    `also` are further ends that the very same last step reaches (the other interferon genes). `sign` is what the steps make together, None
    where one of them states no direction. A chain is curated only where one record states all of it for this drug.
    """

    steps: tuple[Step, ...]
    also: tuple[Node, ...]
    sign: int | None
    basis: Basis
    cost: float

    @property
    def end(self) -> Node:
        """What the chain leads to."""
        return self.steps[-1].target

    @property
    def records(self) -> tuple[str, ...]:
        """The records that the chain follows, in order, each once."""
        return tuple(dict.fromkeys(step.evidence[0].record for step in self.steps))


class Contradiction(Struct, frozen=True):
    """Two things between which sources state opposite directions, with everything they say."""

    source: str
    target: str
    evidence: tuple[Evidence, ...]


class MechanismView(Struct, frozen=True):
    """All that the loaded sources say about how a drug works; `absence` says in a sentence what was looked for and not found.

    `neighbours` are the other drugs that act on one of the targets in the same direction; `documents` what labels say themselves,
    `inferred` the steps of the chains that no source states as they stand, `conflicts` where the two tables of mechanisms differ, by kind.
    """

    drug: str
    targets: tuple[DrugTarget, ...]
    off_targets: tuple[DrugTarget, ...]
    chains: tuple[Chain, ...]
    contradictions: tuple[Contradiction, ...]
    pathways: tuple[Membership, ...]
    cells: tuple[tuple[str, str], ...]
    goals: tuple[Node, ...]
    absence: str | None
    attributions: tuple[Attribution, ...]
    neighbours: tuple[Neighbour, ...] = ()
    documents: tuple[DocumentSays, ...] = ()
    inferred: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    caution: str | None = None


def mechanism_of(
    drug: Drug,
    evidence: Iterable[Sourced],
    index: TargetIndex,
    graph: MechanismGraph,
    to: str | None = None,
    *,
    around: Mapping[str, Sequence[Neighbour]] | None = None,
    documents: tuple[DocumentSays, ...] = (),
    limit: int = 16,
    weights: Weights | None = None,
) -> MechanismView:
    """The view of one drug; with `to`, the chains to that effect (a gene, a process, a disease), else to all that its own sources name.

    `around` (`neighbours.neighbourhood`) lets chains start where the curated path of a drug with the same target and direction starts.
    """
    known = tuple(evidence)
    stated = drug_targets(known, index)
    mechanisms = tuple(one for one in stated if one.mechanism)
    own = own_paths(drug, graph)
    direct = first_steps(drug, mechanisms, own, graph)
    alike = steps_of_namesakes(drug, mechanisms, graph)
    starts = {**steps_of_neighbours(drug, mechanisms, around or {}, graph), **alike, **direct}
    named = _named_after(mechanisms, graph)
    asked = (goals_of(to, graph),) if to is not None else _usual_goals(starts, own, named, graph)
    goals = tuple(goal for some in asked for goal in some)
    chains = tuple(
        chain
        for some in asked
        for chain in _chains(_Search(starts, frozenset(direct), frozenset(alike), own, named, graph, weights or Weights()), some, limit // len(asked))
    )
    inferred = tuple(dict.fromkeys(step for chain in chains for step in chain.steps if step.basis is Basis.INFERRED))
    return MechanismView(
        drug=drug.name,
        targets=mechanisms,
        off_targets=tuple(one for one in stated if not one.mechanism),
        chains=chains,
        contradictions=tuple(_contradictions(drug, stated, chains)),
        pathways=_pathways(mechanisms, graph),
        cells=tuple((record, cell) for record in sorted({one for chain in chains for one in chain.records}) for cell in graph.cells.get(record, ())),
        goals=tuple(graph.nodes[goal] for goal in goals),
        absence=_absence(drug, to, goals, starts, chains),
        attributions=attributions(_records(stated, chains)),
        neighbours=neighbours_of(drug.name, mechanisms, around or {}),
        documents=documents,
        inferred=inferred,
        conflicts=conflicts(drug.name, known, index, _COMPARED),
        caution=caution_of(documents, len(inferred)),
    )


def own_paths(drug: Drug, graph: MechanismGraph) -> frozenset[str]:
    """The curated paths about this very drug, by its names and identifiers."""
    keys = (*map(name_key, (drug.name, *drug.names)), *drug.identifiers)
    return frozenset(record for key in keys for record in graph.paths_of.get(key, ()))


def goals_of(text: str, graph: MechanismGraph) -> tuple[str, ...]:
    """The nodes that a person means: by identifier, gene (or family of genes), name, else every node whose name holds all the words."""
    prefix, colon, rest = text.strip().partition(":")
    curie = f"{prefix.lower()}:{rest}" if colon else ""
    found = [curie] if curie in graph.nodes else []
    found += [node for symbol in symbols_meant(text, graph.by_symbol.keys()) for node in graph.by_symbol[symbol]]
    found += graph.by_name.get(name_key(text), ())
    if not found:
        words = [name_key(word) for word in text.split() if name_key(word)]
        found = sorted(node for key, nodes in graph.by_name.items() if words and all(word in key for word in words) for node in nodes)[:_MOST_GOALS]
    return tuple(dict.fromkeys(found))


def _usual_goals(starts: dict[str, Step], own: frozenset[str], named: frozenset[str], graph: MechanismGraph) -> tuple[tuple[str, ...], ...]:
    """Where nobody asks for an effect: the diseases of the drug's own paths, and the genes that pathways named after its target switch on."""
    ends = tuple(dict.fromkeys(end for record in sorted(own) for end in graph.ends.get(record, ())))
    products = {product for record in named for product in graph.products.get(record, ()) if product not in starts}
    return tuple(some for some in (ends, tuple(sorted(products))) if some) or ((),)


def _named_after(mechanisms: Sequence[DrugTarget], graph: MechanismGraph) -> frozenset[str]:
    """The pathways whose title names a target: its symbol as a word, or its name without the number at its end."""
    keys = {key for one in mechanisms if len(key := name_key(one.target.name.rstrip("0123456789 -"))) > 7}
    symbols = {gene.casefold() for one in mechanisms for gene in one.target.genes}
    titles = graph.title_keys.items()
    return frozenset(record for record, (title, words) in titles if symbols & words or any(key in title for key in keys))


def first_steps(drug: Drug, mechanisms: Sequence[DrugTarget], own: frozenset[str], graph: MechanismGraph) -> dict[str, Step]:
    """For each node on which the drug acts, the step from the drug to it; parts of a complex or family are inferred from the whole."""
    found: dict[str, Step] = {}
    subject = Node(id="drug", name=drug.name, kind="drug")
    for one in mechanisms:
        flagged = one.evidence
        whole = Node(id=one.target.id, name=one.target.name, kind=one.target.type or "protein", symbol=next(iter(one.target.genes), None))
        found.setdefault(whole.id, Step(source=subject, target=whole, kind=one.kind, sign=one.sign, basis=Basis.CURATED, evidence=flagged))
        for part in one.target.parts:
            if part in graph.nodes:
                why = f"stated for {one.target.name}, of which this is one part"
                node = graph.nodes[part]
                step = Step(source=subject, target=node, kind=one.kind, sign=one.sign, basis=Basis.INFERRED, evidence=flagged, why=why)
                found.setdefault(part, step)
    for edge in (edge for record in sorted(own) for edge in graph.first_steps.get(record, ())):
        found[edge.target] = _with_own(found.get(edge.target), edge, subject, graph)
    return found


def steps_of_neighbours(
    drug: Drug, mechanisms: Sequence[DrugTarget], around: Mapping[str, Sequence[Neighbour]], graph: MechanismGraph
) -> dict[str, Step]:
    """Where the curated paths of drugs with the same target and direction begin: inferred first steps, with both records as evidence."""
    found: dict[str, Step] = {}
    subject = Node(id="drug", name=drug.name, kind="drug")
    stated = {one.target.id: one for one in mechanisms}
    for other in neighbours_of(drug.name, mechanisms, around):
        for edge in (edge for record in graph.paths_of.get(name_key(other.drug), ()) for edge in graph.first_steps.get(record, ())):
            one = edge.statements[0]
            evidence = (one.evidence, *stated[other.target.id].evidence)
            why = f"{other.drug} acts on {other.target.name} in the same direction, and its path begins here"
            node, basis = graph.nodes[edge.target], Basis.INFERRED
            step = Step(source=subject, target=node, kind=one.kind, sign=one.sign, basis=basis, evidence=evidence, why=why)
            found.setdefault(edge.target, step)
    return found


def steps_of_namesakes(drug: Drug, mechanisms: Sequence[DrugTarget], graph: MechanismGraph) -> dict[str, Step]:
    """Where a target's protein stands in paths under another identifier: that of another organism, or of the family that its name begins with.

    Inferred first steps, each with the reason: what is told of a namesake may be different for the target itself.
    """
    found: dict[str, Step] = {}
    subject = Node(id="drug", name=drug.name, kind="drug")
    for one in mechanisms:
        for node in namesakes(one.target.name, graph):
            why = f"stated for {one.target.name}; {node.name} ({node.id}) is its namesake or its family by name"
            step = Step(source=subject, target=node, kind=one.kind, sign=one.sign, basis=Basis.INFERRED, evidence=one.evidence, why=why)
            found.setdefault(node.id, step)
    return found


def namesakes(name: str, graph: MechanismGraph) -> tuple[Node, ...]:
    """The proteins and families of the graph whose name is this name or the beginning of it."""
    key = bare_key(name)
    families = (key[:end] for end in range(_SHORTEST_FAMILY, len(key)))
    found = [*graph.proteins_named.get(key, ()), *(node for part in families for node in graph.families_named.get(part, ()))]
    return tuple(graph.nodes[node] for node in found)


def _with_own(known: Step | None, edge: Edge, subject: Node, graph: MechanismGraph) -> Step:
    """The first step with what the drug's own curated path says of it."""
    statement = edge.statements[0]
    if known is None:
        node = graph.nodes[edge.target]
        alone = (statement.evidence,)
        return Step(source=subject, target=node, kind=statement.kind, sign=statement.sign, basis=Basis.CURATED, evidence=alone)
    evidence = tuple(dict.fromkeys((*known.evidence, statement.evidence)))
    return Step(source=subject, target=known.target, kind=known.kind, sign=known.sign, basis=Basis.CURATED, evidence=evidence)


class _Search(NamedTuple):
    """What stays the same while one drug's chains are looked for."""

    starts: dict[str, Step]
    direct: frozenset[str]
    alike: frozenset[str]
    own: frozenset[str]
    named: frozenset[str]
    graph: MechanismGraph
    weights: Weights


def _chains(search: _Search, goals: Sequence[str], limit: int) -> tuple[Chain, ...]:
    """The best chains to the goals; those that differ only in what the last step reaches stand as one."""
    starts, own, graph = search.starts, search.own, search.graph
    weights = search.weights
    costs = {start: 0.0 if start in search.direct else weights.namesake if start in search.alike else weights.neighbour for start in starts}
    found = routes(graph, costs, goals, own, search.named, search.weights, limit=_SPARE_ROUTES + len(goals))
    spread = (way for route in found for way in (branches(graph, route) if _one_path(route) else (route,)))
    grouped: dict[tuple[object, ...], list[Route]] = {}
    for route in spread:
        last = route.legs[-1].statement
        alike = grouped.setdefault((route.nodes[:-1], last.evidence.record, last.kind), [])
        if not any(one.nodes == route.nodes for one in alike):
            alike.append(route)
    direct = (Chain(steps=(starts[goal],), also=(), sign=starts[goal].sign, basis=starts[goal].basis, cost=0.0) for goal in goals if goal in starts)
    return (*direct, *(_chain(alike, starts, own, graph) for alike in _in_turn(grouped.values())[:limit]))


def _in_turn(grouped: Iterable[list[Route]]) -> list[list[Route]]:
    """The best chain to each end first, then the second best to each, so that one well-known end does not crowd out the others."""
    told: dict[str, int] = {}
    ranked: list[tuple[int, int, list[Route]]] = []
    for alike in grouped:
        ends = {route.nodes[-1] for route in alike}
        ranked.append((min(told.get(end, 0) for end in ends), len(ranked), alike))
        told.update({end: told.get(end, 0) + 1 for end in ends})
    return [alike for _, _, alike in sorted(ranked, key=lambda one: one[:2])]


def _one_path(route: Route) -> bool:
    """Whether the route follows one curated path: then what this path draws in parallel belongs to it."""
    records = {(leg.statement.evidence.record, leg.statement.evidence.about) for leg in route.legs}
    return len(records) == 1 and all(about is not None for _, about in records)


def _chain(alike: Sequence[Route], starts: dict[str, Step], own: frozenset[str], graph: MechanismGraph) -> Chain:
    route = alike[0]
    first = starts[route.start]
    steps = (first, *(_step(leg, own, graph) for leg in route.legs))
    records = {leg.statement.evidence.record for leg in route.legs}
    whole = len(records) == 1 and records <= own and all(step.basis is Basis.CURATED for step in steps)
    also = tuple(graph.nodes[other.nodes[-1]] for other in alike[1:] if other.nodes[-1] != route.nodes[-1])
    return Chain(steps=steps, also=also, sign=net_sign(steps), basis=Basis.CURATED if whole else Basis.INFERRED, cost=route.cost)


def _step(leg: Leg, own: frozenset[str], graph: MechanismGraph) -> Step:
    statement = leg.statement
    record, sign = statement.evidence.record, statement.sign
    others = [one.evidence for one in leg.edge.statements if one.evidence.record != record]
    others.sort(key=lambda one: one.sign is None or one.sign == sign)
    why = statement.why or _other_drug(statement, own)
    return Step(
        source=graph.nodes[leg.edge.source],
        target=graph.nodes[leg.edge.target],
        kind=statement.kind,
        sign=statement.sign,
        basis=Basis.INFERRED if why else statement.basis,
        evidence=(statement.evidence, *others[:_MOST_WITNESSES]),
        why=why,
        more=max(len(others) - _MOST_WITNESSES, 0),
    )


def _other_drug(statement: Statement, own: frozenset[str]) -> str | None:
    about = statement.evidence.about
    return f"stated in a path of {about}" if about is not None and statement.evidence.record not in own else None


def net_sign(steps: Iterable[Step]) -> int | None:
    """What the steps make together: more (+1) or less (−1) of the end; None where one of them states no direction."""
    product = 1
    for step in steps:
        if step.sign is None:
            return None
        product *= step.sign
    return product


def _contradictions(drug: Drug, stated: Sequence[DrugTarget], chains: Sequence[Chain]) -> Iterator[Contradiction]:
    for one in stated:
        if one.disputed:
            yield Contradiction(source=drug.name, target=one.target.name, evidence=one.evidence)
    disputed = {
        (step.source.name, step.target.name): step.evidence
        for chain in chains
        for step in chain.steps[1:]
        if {1, -1} <= {one.sign for one in step.evidence}
    }
    for (source, target), evidence in disputed.items():
        yield Contradiction(source=source, target=target, evidence=evidence)


def _pathways(mechanisms: Sequence[DrugTarget], graph: MechanismGraph) -> tuple[Membership, ...]:
    """The gene sets that the targets take part in, the most specific first."""
    genes = {gene for one in mechanisms for gene in one.target.genes}
    found = {membership for gene in genes for membership in graph.memberships.get(gene, ())}
    return tuple(sorted(found, key=lambda one: (one.genes, one.name, one.record)))


def _absence(drug: Drug, to: str | None, goals: Sequence[str], starts: dict[str, Step], chains: Sequence[Chain]) -> str | None:
    if not starts:
        return f"no loaded source states a mechanism target of {drug.name}; a binding without the mechanism flag starts no chain"
    if to is not None and not goals:
        return f"nothing called {to!r} stands in the loaded pathways and paths"
    if not chains:
        wanted = to or "an effect"
        return f"no chain from the targets of {drug.name} to {wanted} was found in the loaded pathways and paths; that is no evidence against one"
    return None


def _records(stated: Sequence[DrugTarget], chains: Sequence[Chain]) -> Iterator[str]:
    yield from (each.record for one in stated for each in one.evidence)
    yield from (each.record for chain in chains for step in chain.steps for each in step.evidence)

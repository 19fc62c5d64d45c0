"""Everything that sources state about who acts on whom, as one directed graph in which every arrow keeps its statements.

Flows in: curated paths, pathways and gene sets, each with its record, and the index of targets that says which nodes are one protein. Flows
out: nodes, edges with the records that state them, and what a curated path says of its own drug. Arrows drawn to or from a group count for
its members and are marked as inferred; lines without a direction make no edge; a drug is never a station on the way of another drug.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from theriac.flow.drug_targets import Evidence, Sourced, Target, TargetIndex
from theriac.flow.gene_names import symbol_key
from theriac.flow.keys import name_key
from theriac.flow.mechanism_words import REVERSED, UNDIRECTED, Basis, StepKind, meaning_of_relation
from theriac.flow.target_index import GENE_NODES
from theriac.model import GeneSet, MechanismPath, Pathway, PathwayEdge, PathwayNode, Struct

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)
GROUPS = frozenset({"Group", "Complex"})
_KINDS = {
    "Protein": "protein", "GeneProduct": "protein", "Rna": "protein", "RNA": "protein", "GeneFamily": "family", "MacromolecularComplex": "complex",
    "BiologicalProcess": "process", "MolecularActivity": "process", "Pathway": "pathway", "PhenotypicFeature": "phenotype", "Disease": "disease",
    "ChemicalSubstance": "chemical", "Drug": "chemical", "Metabolite": "chemical", "Cell": "cell", "CellularComponent": "cell part",
    "GrossAnatomicalStructure": "anatomy", "OrganismTaxon": "organism", "Label": "process", "Reaction": "process",
}  # fmt: skip


class Node(Struct, frozen=True):
    """One thing in the graph: its id, its name and its kind (protein, process, disease …); `symbol` where it is a gene's product."""

    id: str
    name: str
    kind: str
    symbol: str | None = None


class Statement(Struct, frozen=True):
    """One record's statement of one step, with what was concluded to apply it, where something was."""

    evidence: Evidence
    kind: StepKind
    sign: int | None
    basis: Basis
    why: str | None = None


class Edge(Struct, frozen=True):
    """A step from one node to another with every statement of it.

    `crowd` is log₂(1 + arrows at its end), `support` log₂ of the pathways and drugs' paths that state it: what a search asks at every step.
    """

    source: str
    target: str
    statements: tuple[Statement, ...]
    crowd: float = 0.0
    support: float = 0.0


class Membership(Struct, frozen=True):
    """A gene set that a gene belongs to."""

    record: str
    id: str
    name: str
    genes: int


class MechanismGraph(Struct, frozen=True):
    """The graph, and the ways into it: names of nodes, curated paths by their drug, gene sets by gene, cells by pathway.

    `within` holds a node's arrows by record, `into` the nodes that act on a node, `products` what a pathway's arrows switch on.
    """

    nodes: Mapping[str, Node]
    out: Mapping[str, tuple[Edge, ...]]
    within: Mapping[tuple[str, str], tuple[tuple[Edge, Statement], ...]]
    into: Mapping[str, tuple[str, ...]]
    by_name: Mapping[str, tuple[str, ...]]
    by_symbol: Mapping[str, tuple[str, ...]]
    first_steps: Mapping[str, tuple[Edge, ...]]
    paths_of: Mapping[str, tuple[str, ...]]
    ends: Mapping[str, tuple[str, ...]]
    memberships: Mapping[str, tuple[Membership, ...]]
    cells: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    title_keys: Mapping[str, tuple[str, frozenset[str]]]
    products: Mapping[str, tuple[str, ...]]
    proteins_named: Mapping[str, tuple[str, ...]]
    families_named: Mapping[str, tuple[str, ...]]


def bare_key(name: str) -> str:
    """The key of a protein's or family's name without organism, word for the group, or plural.

    >>> bare_key("Sample synthase (Genus species)") == bare_key("sample synthases family")
    True
    """
    bare = re.sub(r"\s*\([^()]*\)\s*\Z|,?\s+(?:super)?family\b.*", "", name, flags=re.IGNORECASE)
    return name_key(re.sub(r"(?<=[a-z]{3})(?<!s)s\Z", "", bare))


class _Builder:
    """The parts of the graph while they are collected."""

    def __init__(self, index: TargetIndex) -> None:
        self.index = index
        self.nodes: dict[str, Node] = {}
        self.statements: dict[tuple[str, str], list[Statement]] = {}
        self.first_steps: dict[str, list[Edge]] = {}
        self.paths_of: dict[str, list[str]] = {}
        self.ends: dict[str, tuple[str, ...]] = {}
        self.memberships: dict[str, list[Membership]] = {}
        self.gene_sets: list[tuple[str, GeneSet]] = []
        self.cells: dict[str, tuple[str, ...]] = {}
        self.titles: dict[str, str] = {}
        self.title_keys: dict[str, tuple[str, frozenset[str]]] = {}

    def graph(self) -> MechanismGraph:
        """The finished graph; the order of everything in it depends on the statements only."""
        for protein, pathway, statement in list(_members(self.gene_sets, self.index, {source for source, _ in self.statements})):
            self.nodes.setdefault(protein.id, protein)
            self.statements.setdefault((protein.id, pathway), []).append(statement)
        edges = self._edges()
        out: dict[str, list[Edge]] = {}
        into: dict[str, list[str]] = {}
        within: dict[tuple[str, str], list[tuple[Edge, Statement]]] = {}
        products: dict[str, list[str]] = {}
        for edge in edges:
            out.setdefault(edge.source, []).append(edge)
            into.setdefault(edge.target, []).append(edge.source)
            for one in edge.statements:
                within.setdefault((edge.source, one.evidence.record), []).append((edge, one))
                if one.kind is StepKind.PRODUCES and one.evidence.record in self.title_keys:
                    products.setdefault(one.evidence.record, []).append(edge.target)
        named, symbols = self._names()
        proteins, families = self._groups(out)
        return MechanismGraph(
            nodes=self.nodes,
            out=_tuples(out),
            within=_tuples(within),
            into=_tuples(into),
            by_name=named,
            by_symbol=symbols,
            first_steps=_tuples(self.first_steps),
            paths_of=_tuples(self.paths_of),
            ends=self.ends,
            memberships=_tuples(self.memberships),
            cells=self.cells,
            titles=self.titles,
            title_keys=self.title_keys,
            products=_tuples(products),
            proteins_named=_tuples(proteins),
            families_named=_tuples(families),
        )

    def _groups(self, out: Mapping[str, list[Edge]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Proteins and families that something goes on from, by the bare key of their name."""
        proteins: dict[str, list[str]] = {}
        families: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.id in out and node.kind in ("protein", "family", "complex"):
                key = bare_key(node.name)
                proteins.setdefault(key, []).append(node.id)
                if node.kind != "protein":
                    families.setdefault(key, []).append(node.id)
        return proteins, families

    def _edges(self) -> list[Edge]:
        degree = Counter(end for ends in self.statements for end in ends)
        found = []
        for (source, target), statements in sorted(self.statements.items(), key=lambda item: item[0]):
            ordered = tuple(sorted(statements, key=lambda one: (one.basis, one.evidence.record, one.evidence.path)))
            crowd, support = math.log2(1 + degree[target]), math.log2(_witnesses(ordered))
            found.append(Edge(source=source, target=target, statements=ordered, crowd=crowd, support=support))
        return found

    def _names(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        named: dict[str, list[str]] = {}
        symbols: dict[str, list[str]] = {}
        for node in self.nodes.values():
            named.setdefault(name_key(node.name), []).append(node.id)
            if node.symbol:
                symbols.setdefault(symbol_key(node.symbol), []).append(node.id)
        return _tuples(named), _tuples(symbols)

    def node(self, node: PathwayNode) -> str:
        """The id of the node in the graph, which it joins if it is new."""
        found = _node(node, self.index)
        kept = self.nodes.setdefault(found.id, found)
        if kept.kind == "chemical" and found.kind not in ("chemical", kept.kind):
            self.nodes[found.id] = found
        return found.id


def _tuples(lists: Mapping[_K, list[_T]]) -> dict[_K, tuple[_T, ...]]:
    return {key: tuple(value) for key, value in lists.items()}


def build_graph(documents: Iterable[Sourced], index: TargetIndex) -> MechanismGraph:
    """The graph of all curated paths, pathways and gene sets among the documents; others are passed over."""
    builder = _Builder(index)
    for one in sorted(documents, key=lambda one: one.record):
        match one.document:
            case MechanismPath() as path:
                _add_path(builder, one.record, path)
            case Pathway() as pathway:
                _add_pathway(builder, one.record, pathway)
            case GeneSet() as genes:
                _add_genes(builder, one.record, genes)
    return builder.graph()


def _node(node: PathwayNode, index: TargetIndex) -> Node:
    kind = _KINDS.get(node.type or "", "other")
    target = index.of_identifiers(node.identifiers)
    if target is None and node.type in GENE_NODES and not any(one.startswith("uniprot:") for one in node.identifiers):
        target = index.of_gene(node.name)
    if target is not None:
        return _protein(target)
    if node.identifiers:
        own = node.identifiers[0]
        identifier = f"target:{own.replace(':', '.', 1)}" if own.startswith("uniprot:") else own
        return Node(id=identifier, name=node.name, kind=kind)
    prefix, colon, rest = node.id.partition(":")
    local = node.type in (*GENE_NODES, "Label", "Metabolite", "Pathway", "Shape") or not colon
    return Node(id=f"name:{name_key(node.name)}" if local else f"{prefix.lower()}:{rest}", name=node.name, kind=kind)


_LARGEST_SET = 150


def _members(sets: Iterable[tuple[str, GeneSet]], index: TargetIndex, acting: Collection[str]) -> Iterator[tuple[Node, str, Statement]]:
    """From a gene's protein to the pathway that it takes part in, where a path goes on from that pathway; a set of everything tells nothing."""
    for record, genes in sets:
        if genes.id in acting and len(genes.genes) <= _LARGEST_SET:
            evidence = Evidence(record=record, path="genes", word="participates in", origin=genes.id)
            statement = Statement(evidence=evidence, kind=StepKind.PARTICIPATES, sign=None, basis=Basis.CURATED)
            for target in filter(None, map(index.of_gene, genes.genes)):
                yield _protein(target), genes.id, statement


def _protein(target: Target) -> Node:
    return Node(id=target.id, name=target.name, kind="protein", symbol=target.genes[0] if target.genes else None)


def _evidence(record: str, edge: PathwayEdge, references: tuple[str, ...], *, about: str | None = None, origin: str | None = None) -> Evidence:
    """`origin` is the pathway, `about` the drug: several files of one pathway or paths of one drug are one witness."""
    sign = meaning_of_relation(edge.relation).sign
    word, cited = edge.relation, edge.references or references
    return Evidence(record=record, path=edge.path, word=word, references=cited, about=about, origin=origin, sign=sign)


def _witnesses(statements: Iterable[Statement]) -> int:
    """How many pathways and drugs' paths state an edge, independently of one another as far as their records tell."""
    return len({one.evidence.origin or one.evidence.about or one.evidence.record for one in statements})


def _directed(edges: Iterable[PathwayEdge]) -> Iterator[PathwayEdge]:
    """The edges that run from cause to effect: backward words turned round, lines without direction left out."""
    for edge in edges:
        if edge.relation in REVERSED:
            yield PathwayEdge(source=edge.target, target=edge.source, relation=REVERSED[edge.relation], references=edge.references, path=edge.path)
        elif edge.relation not in UNDIRECTED:
            yield edge


def _add_path(builder: _Builder, record: str, path: MechanismPath) -> None:
    """A path's steps; those of its drug itself are kept apart, because they speak of that drug only."""
    nodes = {node.id: node for node in path.nodes}
    drug = nodes[path.drug_node]
    ids = {node.id: builder.node(node) for node in path.nodes if node.id != path.drug_node}
    first = []
    for edge in _directed(path.edges):
        statement = _stated(_evidence(record, edge, path.references, about=path.drug), edge, Basis.CURATED, None)
        if edge.source == path.drug_node and edge.target in ids:
            first.append(Edge(source=path.drug, target=ids[edge.target], statements=(statement,)))
        elif edge.source in ids and edge.target in ids and ids[edge.source] != ids[edge.target]:
            builder.statements.setdefault((ids[edge.source], ids[edge.target]), []).append(statement)
    if path.disease_node in ids:
        builder.ends[record] = (ids[path.disease_node],)
    builder.first_steps[record] = first
    builder.titles[record] = f"{path.drug} → {path.disease}"
    for key in dict.fromkeys((name_key(path.drug), name_key(drug.name), *drug.identifiers)):
        builder.paths_of.setdefault(key, []).append(record)


def _stated(evidence: Evidence, edge: PathwayEdge, basis: Basis, why: str | None) -> Statement:
    meaning = meaning_of_relation(edge.relation)
    return Statement(evidence=evidence, kind=meaning.kind, sign=meaning.sign, basis=basis, why=why)


def _add_pathway(builder: _Builder, record: str, pathway: Pathway) -> None:
    nodes = {node.id: node for node in pathway.nodes}
    builder.titles[record] = f"{pathway.name} ({pathway.id})"
    builder.title_keys[record] = (name_key(pathway.name), frozenset(pathway.name.casefold().replace("/", " ").split()))
    if pathway.cells:
        builder.cells[record] = pathway.cells
    for edge in _directed(pathway.edges):
        sources, targets = _ends(nodes.get(edge.source), nodes), _ends(nodes.get(edge.target), nodes)
        # The pathway's own bibliography is no citation of one arrow: only papers at the arrow itself are.
        evidence = _evidence(record, edge, (), origin=pathway.id)
        why = _group_reason(nodes.get(edge.source), nodes.get(edge.target))
        statement = _stated(evidence, edge, Basis.INFERRED if why else Basis.CURATED, why)
        for source in sources:
            for target in targets:
                ends = builder.node(source), builder.node(target)
                if ends[0] != ends[1]:
                    builder.statements.setdefault(ends, []).append(statement)


def _ends(node: PathwayNode | None, nodes: Mapping[str, PathwayNode]) -> list[PathwayNode]:
    """The node itself, or the members of a group; a node without a name says nothing."""
    if node is None:
        return []
    members = [nodes[member] for member in node.members if member in nodes] if node.type in GROUPS else [node]
    return [member for member in members if name_key(member.name)]


def _group_reason(source: PathwayNode | None, target: PathwayNode | None) -> str | None:
    groups = [f"{node.type.lower()} {node.name}" for node in (source, target) if node is not None and node.type in GROUPS and node.type]
    return f"drawn for the {' and the '.join(groups)}; taken here for a member" if groups else None


def _add_genes(builder: _Builder, record: str, genes: GeneSet) -> None:
    builder.titles[record] = genes.name
    builder.gene_sets.append((record, genes))
    membership = Membership(record=record, id=genes.id, name=genes.name, genes=len(genes.genes))
    for gene in genes.genes:
        builder.memberships.setdefault(symbol_key(gene), []).append(membership)

"""DrugMechDB: curated paths from a drug through its targets and processes to a disease.

Flows in: a YAML file of one path, or the whole list. Flows out: one record per path with its nodes and typed links, the disease and the
drug as the curators named them. A path speaks of its own drug and disease only; that a step of it holds for another drug is a conclusion
that is drawn elsewhere, and marked. The identifiers that the paths take from DrugBank are never read as identifiers.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from theriac.errors import BadFile, BadRecord
from theriac.identifiers import SCHEMES
from theriac.model import Identity, MechanismPath, Mention, PathwayEdge, PathwayNode, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes, sort_lists
from theriac.sources.plain_yaml import parse
from theriac.terms import EntityKind

LARGEST_FILE = 256 * 1024 * 1024
_TELLING = (
    re.compile(rb"^\s*(?:- )?graph:\s*$", re.MULTILINE),
    re.compile(rb"^\s+_id:\s*\S", re.MULTILINE),
    re.compile(rb"^\s+disease:", re.MULTILINE),
)
_ITEM = re.compile(rb"^- ", re.MULTILINE)
_PREFIXES = {
    "uniprot": "uniprot", "mesh": "mesh", "go": "go", "hp": "hp", "cl": "cl", "chebi": "chebi", "react": "reactome", "reactome": "reactome",
}  # fmt: skip
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u00a0"), None)
_PUBMED = re.compile(r"https?://pubmed\.ncbi\.nlm\.nih\.gov/(\d{1,8})/?\Z")


class DrugMechDBPaths(Format):
    """One path."""

    name = "drugmechdb.path"
    source = "drugmechdb"
    canonicaliser = "drugmechdb.path/1"
    reader = "drugmechdb.path/1"

    def recognises(self, head: Head) -> bool:
        first = head.first
        return not first.lstrip().startswith((b"{", b"<")) and all(pattern.search(first) for pattern in _TELLING) and b"links:" in first

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise BadFile(f"the file is larger than {LARGEST_FILE // 2**20} MB; this is no list of paths")
        if not data.lstrip().startswith(b"- "):
            yield Raw(payload=data, place="the path")
            return
        starts = [*(found.start() for found in _ITEM.finditer(data)), len(data)]
        for number, (start, end) in enumerate(pairwise(starts)):
            yield Raw(payload=data[start:end], place=f"[{number}]")

    def decode(self, raw: Raw) -> dict[str, Any]:
        try:
            decoded = parse(raw.payload.decode())
        except UnicodeDecodeError as error:
            raise BadRecord(f"the path is not UTF-8 text ({error.reason})") from error
        if isinstance(decoded, list) and len(decoded) == 1:
            decoded = decoded[0]
        if not isinstance(decoded, dict):
            raise BadRecord("the path is no mapping of members")
        return decoded

    def identify(self, raw: Raw, decoded: dict[str, Any]) -> Identity:
        # Hashed from a second copy: sorting works in place and readings cite places in the lists as served.
        content = hash_bytes(canonical_json(sort_lists(self.decode(raw))))
        return Identity(key=_member(_graph(decoded), "graph", "_id"), version=content, content=content)

    def read(self, raw: Raw, decoded: dict[str, Any]) -> Reading:
        graph = _graph(decoded)
        nodes = tuple(_node(each, number) for number, each in enumerate(_objects(decoded, "nodes")))
        edges = tuple(_edge(each, number) for number, each in enumerate(_objects(decoded, "links")))
        _refuse_dangling(nodes, edges)
        drug, disease = _member(graph, "graph", "drug"), _member(graph, "graph", "disease")
        document = MechanismPath(
            id=_member(graph, "graph", "_id"),
            drug=drug,
            disease=disease,
            drug_node=_end(graph, nodes, ("drug_mesh", "drugbank"), drug, "Drug"),
            disease_node=_end(graph, nodes, ("disease_mesh",), disease, "Disease"),
            nodes=nodes,
            edges=edges,
            references=tuple(dict.fromkeys(_reference(text) for text in decoded.get("references") or () if isinstance(text, str))),
            comment=decoded.get("comment") if isinstance(decoded.get("comment"), str) else None,
        )
        return Reading(document=document, title=f"{drug} → {disease}", mentions=tuple(_mentions(document)))


def _graph(decoded: dict[str, Any]) -> dict[str, Any]:
    graph = decoded.get("graph")
    if not isinstance(graph, dict):
        raise BadRecord("the path has no graph", field="graph")
    return graph


def _member(holder: dict[str, Any], path: str, name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(f"{path} has no {name}", field=f"{path}.{name}")
    return value.translate(_INVISIBLE).strip()


def _objects(decoded: dict[str, Any], member: str) -> list[dict[str, Any]]:
    value = decoded.get(member)
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        raise BadRecord(f"{member} is not a list of objects", field=member)
    return value


def _node(each: dict[str, Any], number: int) -> PathwayNode:
    path = f"nodes[{number}]"
    identifier = _member(each, path, "id")
    others = each.get("alt_ids")
    listed = [identifier, *(other for other in (others if isinstance(others, list) else ()) if isinstance(other, str))]
    return PathwayNode(
        id=identifier,
        name=_member(each, path, "name"),
        type=_member(each, path, "label"),
        identifiers=tuple(dict.fromkeys(curie for one in listed if (curie := curie_of(one)))),
    )


def curie_of(identifier: str) -> str | None:
    """The node's identifier in Theriac's spelling, or None for a kind that has no scheme here.

    >>> curie_of("UniProt:Q9NYK1"), curie_of("DB:DB00724")
    ('uniprot:Q9NYK1', None)
    """
    prefix, _, local = identifier.partition(":")
    known = _PREFIXES.get(prefix.casefold())
    return f"{known}:{local}" if known and SCHEMES[known].pattern.match(local) else None


def _edge(each: dict[str, Any], number: int) -> PathwayEdge:
    path = f"links[{number}]"
    return PathwayEdge(source=_member(each, path, "source"), target=_member(each, path, "target"), relation=_member(each, path, "key"), path=path)


def _refuse_dangling(nodes: tuple[PathwayNode, ...], edges: tuple[PathwayEdge, ...]) -> None:
    known = {node.id for node in nodes}
    for edge in edges:
        if missing := {edge.source, edge.target} - known:
            raise BadRecord(f"{edge.path} leads to {sorted(missing)[0]}, which is none of the nodes", field=edge.path)


def _end(graph: dict[str, Any], nodes: tuple[PathwayNode, ...], members: tuple[str, ...], name: str, label: str) -> str:
    """The node that the graph names as its drug or disease: by identifier, else by name, else the only one of its label."""
    stated = {str(graph[member]) for member in members if member in graph}
    by_id = [node.id for node in nodes if node.id in stated]
    by_name = [node.id for node in nodes if node.name.casefold() == name.casefold()]
    by_label = [node.id for node in nodes if node.type == label]
    for found in (by_id, by_name, by_label if len(by_label) == 1 else []):
        if found:
            return found[0]
    raise BadRecord(f"none of the nodes is the {label.lower()} {name!r}", field="nodes")


def _reference(text: str) -> str:
    found = _PUBMED.match(text)
    return f"pmid:{found[1]}" if found else text


def _mentions(document: MechanismPath) -> Iterator[Mention]:
    nodes = {node.id: node for node in document.nodes}
    drug, disease = nodes[document.drug_node], nodes[document.disease_node]
    yield Mention(
        kind=EntityKind.DRUG, text=document.drug, role="drug", path="graph.drug", others=_other(drug, document.drug), identifiers=drug.identifiers
    )
    yield Mention(
        kind=EntityKind.CONDITION,
        text=document.disease,
        role="disease",
        path="graph.disease",
        others=_other(disease, document.disease),
        identifiers=disease.identifiers,
    )


def _other(node: PathwayNode, name: str) -> tuple[str, ...]:
    return (node.name,) if node.name.casefold() != name.casefold() else ()

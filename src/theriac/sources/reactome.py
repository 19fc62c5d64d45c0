"""Reactome: its gene sets, and the events of its content service.

Flows in: `ReactomePathways.gmt` (a pathway a line with its genes), or the JSON of `data/query/…`: a pathway with the events in it, or a
reaction with inputs, outputs, catalyst and regulators. Flows out: one record per pathway or event by its stable id. A gene set says which
genes take part and nothing of who acts on whom.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from theriac.errors import BadFile, BadRecord
from theriac.identifiers import SCHEMES
from theriac.model import GeneSet, Identity, Pathway, PathwayEdge, PathwayNode, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes, sort_lists

LARGEST_FILE = 256 * 1024 * 1024
_LINE = re.compile(rb"[^\t\n]+\tR-[A-Z]{3}-\d+\t[^\t\n]+")
_SPECIES = {"HSA": "Homo sapiens", "MMU": "Mus musculus", "RNO": "Rattus norvegicus"}
_PATHWAYS = frozenset({"Pathway", "TopLevelPathway"})
_REACTIONS = frozenset({"Reaction", "BlackBoxEvent", "Polymerisation", "Depolymerisation", "FailedReaction"})
_EVENTS = _PATHWAYS | _REACTIONS


class ReactomeGeneSets(Format):
    """One line of the GMT file."""

    name = "reactome.gmt"
    source = "reactome"
    canonicaliser = "reactome.gmt/1"
    reader = "reactome.gmt/1"

    def recognises(self, head: Head) -> bool:
        return _LINE.match(head.first) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise BadFile(f"the file is larger than {LARGEST_FILE // 2**20} MB; this is no file of gene sets")
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                yield Raw(payload=line, place=f"line {number}")

    def decode(self, raw: Raw) -> list[str]:
        try:
            cells = [cell.strip() for cell in raw.payload.decode().strip("\r\n").split("\t")]
        except UnicodeDecodeError as error:
            raise BadRecord(f"the line is not UTF-8 text ({error.reason})") from error
        if len(cells) < 3 or not SCHEMES["reactome"].pattern.match(cells[1]):
            raise BadRecord("the line is not a name, a stable id and genes", field="line")
        return cells

    def identify(self, raw: Raw, decoded: list[str]) -> Identity:
        content = hash_bytes(canonical_json([decoded[0], sorted(set(decoded[2:]))]))
        return Identity(key=f"genes/{decoded[1]}", version=content, content=content)

    def read(self, raw: Raw, decoded: list[str]) -> Reading:
        genes = tuple(dict.fromkeys(gene for gene in decoded[2:] if gene))
        document = GeneSet(id=f"reactome:{decoded[1]}", name=decoded[0], genes=genes, organism=_SPECIES.get(decoded[1][2:5]))
        return Reading(document=document, title=decoded[0])


class ReactomeEvents(Format):
    """One event of the content service."""

    name = "reactome.event"
    source = "reactome"
    canonicaliser = "reactome.event/1"
    reader = "reactome.event/1"

    def recognises(self, head: Head) -> bool:
        first = head.first.lstrip()
        return first.startswith((b"{", b"[")) and b'"stId"' in first and b'"schemaClass"' in first and b'"dbId"' in first

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise BadFile(f"the file is larger than {LARGEST_FILE // 2**20} MB; the content service serves no such answer")
        try:
            if not data.lstrip().startswith(b"["):
                msgspec.json.decode(data, type=dict[str, msgspec.Raw])
                yield Raw(payload=data.strip(), place="the event")
                return
            listed = msgspec.json.decode(data, type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadFile(f"this is not sound JSON ({error}): the answer was cut off while downloading; download it again") from error
        yield from (Raw(payload=bytes(each), place=f"[{number}]") for number, each in enumerate(listed))

    def decode(self, raw: Raw) -> dict[str, Any]:
        try:
            return msgspec.json.decode(raw.payload, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRecord(f"the event is not sound JSON ({error})") from error

    def identify(self, raw: Raw, decoded: dict[str, Any]) -> Identity:
        content = hash_bytes(canonical_json(sort_lists(self.decode(raw), lambda key: key == "hasEvent")))
        label = decoded.get("stIdVersion")
        return Identity(key=_stable(decoded), version=content, content=content, label=label if isinstance(label, str) else None)

    def read(self, raw: Raw, decoded: dict[str, Any]) -> Reading:
        identifier, kind = _stable(decoded), decoded.get("schemaClass")
        if kind not in _EVENTS:
            raise BadRecord(f"schemaClass is {kind!r}, neither a pathway nor a reaction", field="schemaClass")
        nodes, edges = _pathway(decoded, identifier) if kind in _PATHWAYS else _reaction(decoded, identifier)
        species = decoded.get("speciesName")
        document = Pathway(
            id=identifier,
            name=_name(decoded),
            organism=species if isinstance(species, str) else None,
            nodes=nodes,
            edges=edges,
            references=tuple(
                dict.fromkeys(f"pmid:{each['pubMedIdentifier']}" for each in _objects(decoded, "literatureReference") if each.get("pubMedIdentifier"))
            ),
        )
        return Reading(document=document, title=document.name)


def _stable(decoded: dict[str, Any]) -> str:
    identifier = decoded.get("stId")
    if not isinstance(identifier, str) or not SCHEMES["reactome"].pattern.match(identifier):
        raise BadRecord(f"stId is {identifier!r}, no stable id", field="stId")
    return identifier


def _name(holder: dict[str, Any]) -> str:
    name = holder.get("displayName")
    return name if isinstance(name, str) else ""


def _objects(holder: dict[str, Any], member: str) -> list[dict[str, Any]]:
    """The objects of a member; numbers, with which the service refers to objects already given, are left."""
    value = holder.get(member)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _entity(each: dict[str, Any]) -> PathwayNode:
    reference = each.get("referenceEntity")
    curie = None
    if isinstance(reference, dict) and reference.get("databaseName") == "UniProt" and isinstance(reference.get("identifier"), str):
        curie = f"uniprot:{reference['identifier']}"
    own = each.get("stId") or each.get("dbId")
    kind = each.get("schemaClass")
    return PathwayNode(id=str(own), name=_name(each), type=kind if isinstance(kind, str) else None, identifiers=(curie,) if curie else ())


def _pathway(decoded: dict[str, Any], identifier: str) -> tuple[tuple[PathwayNode, ...], tuple[PathwayEdge, ...]]:
    """The events that are part of the pathway."""
    whole = PathwayNode(id=identifier, name=_name(decoded), type="Pathway", identifiers=(f"reactome:{identifier}",))
    events = [_entity(each) for each in _objects(decoded, "hasEvent")]
    edges = (PathwayEdge(source=event.id, target=identifier, relation="part of", path=f"hasEvent[{number}]") for number, event in enumerate(events))
    return (whole, *events), tuple(edges)


def _reaction(decoded: dict[str, Any], identifier: str) -> tuple[tuple[PathwayNode, ...], tuple[PathwayEdge, ...]]:
    """Inputs go into the reaction, outputs come out of it, catalyst and regulators act on it."""
    whole = PathwayNode(id=identifier, name=_name(decoded), type="Reaction", identifiers=(f"reactome:{identifier}",))
    nodes, edges = {identifier: whole}, []
    for entity, relation, path in _participants(decoded):
        nodes.setdefault(entity.id, entity)
        ends = (identifier, entity.id) if relation == "output" else (entity.id, identifier)
        edges.append(PathwayEdge(source=ends[0], target=ends[1], relation=relation, path=path))
    return tuple(nodes.values()), tuple(edges)


def _participants(decoded: dict[str, Any]) -> Iterator[tuple[PathwayNode, str, str]]:
    for relation in ("input", "output"):
        for number, each in enumerate(_objects(decoded, relation)):
            yield _entity(each), relation, f"{relation}[{number}]"
    for number, each in enumerate(_objects(decoded, "catalystActivity")):
        for entity in _objects(each, "physicalEntity"):
            yield _entity(entity), "catalyses", f"catalystActivity[{number}]"
    for number, each in enumerate(_objects(decoded, "regulatedBy")):
        relation = "negatively regulates" if str(each.get("schemaClass", "")).startswith("Negative") else "positively regulates"
        for entity in _objects(each, "regulator"):
            yield _entity(entity), relation, f"regulatedBy[{number}]"

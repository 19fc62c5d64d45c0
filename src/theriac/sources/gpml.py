"""GPML, the drawing format of WikiPathways, read as nodes and arrows.

Flows in: the parsed XML of either dialect (2013a, 2021). Flows out: nodes, groups with their members, and one edge for each arrow whose two
ends hang on something. A line that ends on another line (an anchor) acts on what that line leads to. A line that hangs in the air on
either side says nothing certain and is left out. Positions and colours are never read.
"""

import re
from collections.abc import Iterator

from lxml import etree

from theriac.identifiers import SCHEMES
from theriac.model import PathwayEdge, PathwayNode

Element = etree._Element
_NODES = {"DataNode", "Label", "Shape"}
_IDENTIFIER = ("GraphId", "elementId")
_DATABASES = {
    "Entrez Gene": "ncbigene", "NCBI Gene": "ncbigene", "Ensembl": "ensembl", "Uniprot-TrEMBL": "uniprot", "UniProt": "uniprot",
    "Uniprot-SwissProt": "uniprot", "ChEBI": "chebi", "HGNC": "gene", "HGNC Accession number": "hgnc", "Reactome": "reactome",
    "WikiPathways": "wikipathways", "GeneOntology": "go", "Gene Ontology": "go", "PubMed": "pmid",
}  # fmt: skip
_KEGG_LABEL = re.compile(r"(?:hsa:\d+\s*)+\Z")
_SHOWN_MEMBERS = 6


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def attribute(element: Element, *names: str) -> str | None:
    """The first of these attributes that is there and not empty; the dialects name them differently."""
    return next((value for name in names if (value := (element.get(name) or "").strip())), None)


def curie_of(database: str, identifier: str) -> str | None:
    """An identifier as the source's database name and number give it; None for a database without a scheme here.

    >>> curie_of("Entrez Gene", "51284"), curie_of("ChEBI", "CHEBI:37671"), curie_of("Wikidata", "Q1")
    ('ncbigene:51284', 'chebi:37671', None)
    """
    prefix = _DATABASES.get(database)
    number = identifier.strip().removeprefix("CHEBI:").removeprefix("HGNC:").removeprefix("GO:")
    return f"{prefix}:{number}" if prefix and SCHEMES[prefix].pattern.match(number) else None


def nodes_of(root: Element) -> tuple[PathwayNode, ...]:
    """Every node that has an id, and every group with the ids of its members."""
    drawn = [element for element in root.iter(etree.Element) if local(element) in _NODES and attribute(element, *_IDENTIFIER)]
    nodes = [_node(element) for element in drawn]
    names = {node.id: node.name for node in nodes}
    members: dict[str, list[str]] = {}
    for element in drawn:
        if group := attribute(element, "GroupRef", "groupRef"):
            members.setdefault(group, []).append(attribute(element, *_IDENTIFIER) or "")
    groups = (element for element in root.iter(etree.Element) if local(element) == "Group")
    return (*nodes, *(node for element in groups if (node := _group(element, members, names))))


def _node(element: Element) -> PathwayNode:
    cross = next((child for child in element if local(child) == "Xref"), None)
    curie = curie_of(attribute(cross, "Database", "dataSource") or "", attribute(cross, "ID", "identifier") or "") if cross is not None else None
    name = " ".join((attribute(element, "TextLabel", "textLabel") or "").split())
    kind = attribute(element, "Type", "type") if local(element) == "DataNode" else local(element)
    return PathwayNode(id=attribute(element, *_IDENTIFIER) or "", name=name, type=kind, identifiers=(curie,) if curie else ())


def _group(element: Element, members: dict[str, list[str]], names: dict[str, str]) -> PathwayNode | None:
    """A group that arrows can reach; one without a name of its own goes by its members'."""
    own = attribute(element, "GroupId", "elementId") or ""
    inside = tuple(members.get(own, ()))
    identifier = attribute(element, *_IDENTIFIER)
    if identifier is None or not inside:
        return None
    label = attribute(element, "TextLabel", "textLabel")
    if label is None or _KEGG_LABEL.match(label):
        listed = [names[member] for member in inside if names.get(member)]
        label = "/".join(listed[:_SHOWN_MEMBERS]) + ("/…" if len(listed) > _SHOWN_MEMBERS else "")
    style = attribute(element, "Style", "type") or "Group"
    return PathwayNode(id=identifier, name=label, type="Complex" if style == "Complex" else "Group", members=inside)


def edges_of(root: Element, known: frozenset[str]) -> Iterator[PathwayEdge]:
    """The arrows between known nodes, a state standing for the node that it sits on, an anchor for what its line leads to."""
    states = {attribute(e, *_IDENTIFIER) or "": attribute(e, "GraphRef", "elementRef") or "" for e in root.iter(etree.Element) if local(e) == "State"}
    lines = [element for element in root.iter(etree.Element) if local(element) in ("Interaction", "GraphicalLine")]
    anchored = {
        anchor: line for line in lines for child in line.iter(etree.Element) if local(child) == "Anchor" if (anchor := attribute(child, *_IDENTIFIER))
    }
    for line in lines:
        for source, target, head in _ends(line):
            source = states.get(source, source)
            target = states.get(target, target)
            if target in anchored:
                target = next((states.get(end, end) for _, end, _ in _ends(anchored[target])), "")
            if source in known and target in known and source != target:
                identifier = attribute(line, *_IDENTIFIER) or ""
                yield PathwayEdge(source=source, target=target, relation=head, references=_cited(line, root), path=f"Interaction[{identifier}]")


def _ends(line: Element) -> Iterator[tuple[str, str, str]]:
    """(from, to, arrow head) of a line, twice for one with heads on both ends; without any head it only connects."""
    points = [element for element in line.iter(etree.Element) if local(element) == "Point"]
    if len(points) < 2:
        return
    first, last = points[0], points[-1]
    ends = [attribute(point, "GraphRef", "elementRef") or "" for point in (first, last)]
    heads = [attribute(point, "ArrowHead", "arrowHead") for point in (first, last)]
    if heads[1] or not heads[0]:
        yield ends[0], ends[1], heads[1] or "Line"
    if heads[0]:
        yield ends[1], ends[0], heads[0]


def _cited(line: Element, root: Element) -> tuple[str, ...]:
    """The papers cited at this very arrow."""
    wanted = {(child.text or "").strip() or attribute(child, "elementRef") for child in line if local(child) in ("BiopaxRef", "CitationRef")}
    return tuple(curie for key, curie in citations(root) if key in wanted) if wanted else ()


def citations(root: Element) -> Iterator[tuple[str, str]]:
    """(key, pmid CURIE) of every paper that the pathway lists."""
    for element in root.iter(etree.Element):
        if local(element) == "PublicationXref":
            fields = {local(child): (child.text or "").strip() for child in element}
            key = next((value for name, value in element.attrib.items() if str(name).endswith("}id")), "")
            if fields.get("DB") == "PubMed" and (curie := curie_of("PubMed", fields.get("ID", ""))):
                yield str(key), curie
        elif local(element) == "Citation":
            cross = next((child for child in element if local(child) == "Xref"), None)
            curie = curie_of(attribute(cross, "dataSource") or "", attribute(cross, "identifier") or "") if cross is not None else None
            if curie and curie.startswith("pmid:"):
                yield attribute(element, "elementId") or "", curie


def cells_of(root: Element) -> tuple[str, ...]:
    """The kinds of cell with which the curators tagged the pathway."""
    found = []
    for element in root.iter(etree.Element):
        if local(element) == "openControlledVocabulary":
            fields = {local(child): (child.text or "").strip() for child in element}
            if fields.get("Ontology") == "Cell Type":
                found.append(fields.get("TERM", ""))
        elif local(element) == "Annotation" and (attribute(element, "type") or "").startswith("Cell"):
            found.append(attribute(element, "value") or "")
    return tuple(dict.fromkeys(cell for cell in found if cell))

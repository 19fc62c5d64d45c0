"""WikiPathways: a pathway as its GPML drawing, as rows of an edge table, or as its table of data nodes.

Flows in: GPML (2013a or 2021), a table of edges by pathway, a table of data nodes with their identifiers. Flows out: one record per pathway
for drawings and edges, one per node for data nodes. `gpml` knows the drawing; here it is recognised, keyed by its WP number and dated by its
own last change. Who acts on whom is taken from the arrow alone: an arrow without a stated sense is kept as "Arrow".
"""

import re
from collections.abc import Iterator

from lxml import etree

from theriac.dates import PartialDate, read_date
from theriac.errors import BadFile, BadRecord
from theriac.identifiers import SCHEMES
from theriac.model import Identity, Mention, Pathway, PathwayEdge, PathwayNode, Raw, Reading, TargetEntry
from theriac.sources.base import Format, Head, OpenFile, hash_bytes
from theriac.sources.delimited import Rows, content_hash, cut_rows, decode_rows, layout, recognised
from theriac.sources.gpml import attribute, cells_of, citations, curie_of, edges_of, local, nodes_of
from theriac.terms import EntityKind

Element = etree._Element
LARGEST_PATHWAY = 64 * 1024 * 1024
_NUMBER = re.compile(r"WP\d{1,5}(?!\d)")
_REVISION = re.compile(r"_r?(\d+)\Z")
_STAMP = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_EDITED = frozenset({"Last-Modified", "Version", "version", "Author", "Email", "Maintainer"})


class WikiPathwaysGpml(Format):
    """One pathway as drawn."""

    name = "wikipathways.gpml"
    source = "wikipathways"
    canonicaliser = "wikipathways.gpml/1"
    reader = "wikipathways.gpml/1"

    def recognises(self, head: Head) -> bool:
        return b"<Pathway" in head.first and b"pathvisio.org/GPML" in head.first.replace(b"genmapp.org/GPML", b"pathvisio.org/GPML")

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_PATHWAY + 1)
        if len(data) > LARGEST_PATHWAY:
            raise BadFile(f"the pathway is larger than {LARGEST_PATHWAY // 2**20} MB")
        found = _NUMBER.search(file.head.name)
        yield Raw(payload=data, context=found[0] if found else "", place="Pathway")

    def decode(self, raw: Raw) -> Element:
        if b"<!ENTITY" in raw.payload or b"<!DOCTYPE" in raw.payload:
            raise BadRecord("the XML declares a document type or entities of its own, which no pathway does")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(raw.payload, parser)
        except etree.XMLSyntaxError as error:
            raise BadRecord(f"the XML is not well-formed: {error.msg}", field=f"line {error.lineno}") from error
        if local(root) != "Pathway":
            raise BadRecord(f"the root element is {local(root)}, not Pathway")
        return root

    def identify(self, raw: Raw, decoded: Element) -> Identity:
        version = attribute(decoded, "Version", "version") or ""
        stamp = _STAMP.match(attribute(decoded, "Last-Modified", "lastModified") or "")
        revision = _REVISION.search(version)
        content = hash_bytes(etree.tostring(_without_edits(decoded), method="c14n"))
        return Identity(
            key=_number(raw, decoded),
            version=content,
            content=content,
            label=version or None,
            rank=revision[1].zfill(12) if revision else "",
            seen=_day(stamp),
        )

    def read(self, raw: Raw, decoded: Element) -> Reading:
        nodes = nodes_of(decoded)
        document = Pathway(
            id=_number(raw, decoded),
            name=attribute(decoded, "Name", "title") or "",
            organism=attribute(decoded, "Organism", "organism"),
            nodes=nodes,
            edges=tuple(edges_of(decoded, frozenset(node.id for node in nodes))),
            cells=cells_of(decoded),
            references=tuple(dict.fromkeys(curie for _, curie in citations(decoded))),
        )
        return Reading(document=document, title=f"{document.name} ({document.organism or 'organism not stated'})")


def _day(stamp: re.Match[str] | None) -> PartialDate | None:
    return read_date(f"{stamp[1]}-{stamp[2]}-{stamp[3]}", field="Last-Modified") if stamp else None


def _number(raw: Raw, root: Element) -> str:
    """The pathway's WP number: of its version, of its description, else of the file's name."""
    found = _NUMBER.search(attribute(root, "Version", "version") or "") or _NUMBER.search(raw.context)
    if found is None:
        raise BadRecord("neither the pathway nor its file's name gives a WP number", field="Version")
    return found[0]


def _without_edits(root: Element) -> Element:
    """A copy without who edited it when: a pathway that is only saved again is the same one."""
    copy = etree.fromstring(etree.tostring(root), etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True))
    for name in _EDITED & {str(key) for key in copy.attrib}:
        del copy.attrib[name]
    return copy


LAYOUTS = (
    layout("edges", "wp name source source_xref relation target target_xref", "wp"),
    layout("datanodes", "Label Type Identifier Ensembl HGNC UniProt", "Label Identifier"),
)


class WikiPathwaysTables(Format):
    """The rows of one pathway in an edge table, or one data node."""

    name = "wikipathways.table"
    source = "wikipathways"
    canonicaliser = "wikipathways.table/1"
    reader = "wikipathways.table/1"

    def recognises(self, head: Head) -> bool:
        return recognised(head.first, LAYOUTS) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_rows(file.stream, LAYOUTS)

    def decode(self, raw: Raw) -> Rows:
        return decode_rows(raw, LAYOUTS)

    def identify(self, raw: Raw, decoded: Rows) -> Identity:
        row = decoded.rows[0]
        parts = [row[column] for column in decoded.layout.key if column in row]
        if not parts:
            raise BadRecord(f"the row has no {decoded.layout.key[0]}", field=decoded.layout.key[0])
        content = content_hash(decoded)
        return Identity(key="/".join([decoded.layout.name, *parts]), version=content, content=content, table=decoded.layout.name)

    def read(self, raw: Raw, decoded: Rows) -> Reading:
        return _edges(decoded.rows) if decoded.layout.name == "edges" else _datanode(decoded.rows)


def _edges(rows: list[dict[str, str]]) -> Reading:
    nodes: dict[str, PathwayNode] = {}
    edges = []
    for number, row in enumerate(rows):
        ends = [_end(row, side) for side in ("source", "target")]
        if None in ends:
            continue
        source, target = (node for node in ends if node)
        nodes.setdefault(source.id, source)
        nodes.setdefault(target.id, target)
        edges.append(PathwayEdge(source=source.id, target=target.id, relation=row.get("relation", "Line"), path=f"[{number}]"))
    document = Pathway(id=rows[0].get("wp", ""), name=rows[0].get("name", ""), nodes=tuple(nodes.values()), edges=tuple(edges))
    return Reading(document=document, title=document.name or document.id)


def _end(row: dict[str, str], side: str) -> PathwayNode | None:
    """One end of a row; an anchor (a place on another arrow) is none."""
    name, kind, cross = row.get(side), row.get(f"{side}_type"), row.get(f"{side}_xref", "")
    if name is None or kind == "Anchor":
        return None
    database, _, number = cross.partition(":")
    curie = curie_of(database, number)
    return PathwayNode(id=cross or name, name=name, type=kind, identifiers=(curie,) if curie else ())


def _datanode(rows: list[dict[str, str]]) -> Reading:
    """One data node with the identifiers that WikiPathways maps it to."""
    row = rows[0]
    label = row.get("Label")
    if label is None:
        raise BadRecord("the row has no Label", field="Label")
    listed = [value for column in ("Ensembl", "NCBI gene", "UniProt", "ChEBI") for value in row.get(column, "").split(";") if value]
    genes = tuple(value.partition(":")[2] for value in row.get("HGNC", "").split(";") if value.startswith("hgnc.symbol:"))
    identifiers = tuple(dict.fromkeys(value for value in listed if _sound(value)))
    entry = TargetEntry(name=label, identifiers=identifiers, genes=genes, type=row.get("Type"))
    mention = Mention(kind=EntityKind.TARGET, text=label, role="target", path="Label", others=genes, identifiers=identifiers)
    return Reading(document=entry, title=label, mentions=(mention,) if genes else ())


def _sound(curie: str) -> bool:
    prefix, _, number = curie.partition(":")
    return prefix in SCHEMES and SCHEMES[prefix].pattern.match(number) is not None

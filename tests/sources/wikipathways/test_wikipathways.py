"""WikiPathways: drawings of both dialects, edge tables, data nodes."""

import io
from pathlib import Path

import pytest

from theriac.errors import BadRecord
from theriac.model import Identity, Pathway, Raw, Reading, TargetEntry
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.wikipathways import WikiPathwaysGpml, WikiPathwaysTables

HERE = Path(__file__).parent
GPML, TABLES = WikiPathwaysGpml(), WikiPathwaysTables()


def read(format_: Format, data: bytes, name: str = "x") -> dict[str, tuple[Identity, Reading]]:
    file = OpenFile(Head(name, data[:HEAD_BYTES]), io.BytesIO(data))
    assert format_.recognises(file.head)
    found = {}
    for raw in format_.cut(file):
        decoded = format_.decode(raw)
        who = format_.identify(raw, decoded)
        found[who.key] = (who, format_.read(raw, decoded))
    return found


def pathway(name: str) -> tuple[Identity, Pathway]:
    who, reading = read(GPML, (HERE / name).read_bytes())["WP9001"]
    assert isinstance(reading.document, Pathway)
    return who, reading.document


def test_arrows_hang_on_nodes_groups_states_and_other_arrows() -> None:
    who, document = pathway("pathway.gpml")
    assert (who.label, who.seen, who.rank) == ("WP9001_r100200", "2025-01-02", "000000100200")
    assert [(edge.source, edge.relation, edge.target, edge.references) for edge in document.edges] == [
        ("g1", "mim-stimulation", "n3", ("pmid:14751757",)),
        ("n3", "mim-transcription-translation", "n4", ()),
        ("n5", "TBar", "n4", ()),
        ("n1", "Line", "n2", ()),
    ]
    group = next(node for node in document.nodes if node.id == "g1")
    assert (group.name, group.members, group.type) == ("SMR7/SMR8", ("n1", "n2"), "Group")
    assert [node.identifiers for node in document.nodes[:5]] == [
        ("ncbigene:9007",), ("ncbigene:9008",), ("ensembl:ENSG00000000009",), ("uniprot:P0AAA4",), (),
    ]  # fmt: skip
    assert (document.cells, document.references) == (("sample cell",), ("pmid:14751757",))


def test_the_dialect_of_2021_says_the_same() -> None:
    _, document = pathway("pathway_2021.gpml")
    assert [(edge.source, edge.relation, edge.target, edge.references) for edge in document.edges] == [
        ("g1", "Stimulation", "n3", ("pmid:14751757",))
    ]
    assert document.nodes[-1].members == ("n1", "n2")
    assert (document.name, document.cells) == ("Sample receptor signaling", ("sample cell",))


def test_saving_again_makes_no_version_and_a_new_arrow_does() -> None:
    data = (HERE / "pathway.gpml").read_bytes()
    kept = read(GPML, data)["WP9001"][0].version
    again = data.replace(b"20250102074354", b"20250301000000").replace(b"_r100200", b"_r100201").replace(b"  <DataNode", b"\n      <DataNode")
    assert read(GPML, again)["WP9001"][0].version == kept
    assert read(GPML, data.replace(b"TBar", b"Arrow"))["WP9001"][0].version != kept


def test_the_number_comes_from_the_file_where_the_pathway_gives_none() -> None:
    data = (HERE / "pathway.gpml").read_bytes().replace(b'"WP9001_r100200"', b'"20250102"')
    assert list(read(GPML, data, "Hs_Sample_WP9001_100200.gpml")) == ["WP9001"]
    with pytest.raises(BadRecord, match="WP number"):
        read(GPML, data, "pathway.gpml")


def test_entities_and_document_types_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><Pathway xmlns="http://pathvisio.org/GPML/2013a"/>'
    with pytest.raises(BadRecord, match="document type"):
        GPML.decode(Raw(payload=bomb))
    with pytest.raises(BadRecord, match="not well-formed"):
        GPML.decode(Raw(payload=b"<Pathway><DataNode></Pathway>"))


EDGES = (
    "wp\tname\tsource\tsource_type\tsource_xref\trelation\ttarget\ttarget_type\ttarget_xref\n"
    "WP9002\tSecond\tSMR7\tGeneProduct\tEntrez Gene:9007\tArrow\tADPT\tGeneProduct\tEnsembl:ENSG00000000009\n"
    "WP9002\tSecond\tADPT\tGeneProduct\tEnsembl:ENSG00000000009\tTBar\tanchor:a1\tAnchor\t\n"
    "WP9003\tThird\tADPT\tGeneProduct\t\t\tCYT1\tProtein\tUniprot-TrEMBL:P0AAA4\n"
)


def test_an_edge_table_gives_one_record_per_pathway_and_leaves_ends_on_other_arrows() -> None:
    found = read(TABLES, EDGES.encode())
    assert list(found) == ["edges/WP9002", "edges/WP9003"]
    second, third = (reading.document for _, reading in found.values())
    assert isinstance(second, Pathway) and isinstance(third, Pathway)
    assert [(edge.source, edge.relation, edge.target) for edge in second.edges] == [("Entrez Gene:9007", "Arrow", "Ensembl:ENSG00000000009")]
    assert [(edge.source, edge.relation, edge.target) for edge in third.edges] == [("ADPT", "Line", "Uniprot-TrEMBL:P0AAA4")]


def test_a_data_node_carries_its_identifiers() -> None:
    header = "Label\tType\tIdentifier\tComment\tEnsembl\tNCBI gene\tHGNC\tUniProt\tWikidata\tChEBI"
    row = "SMR7\tGeneProduct\tncbigene:9007\t\tensembl:ENSG00000000007\tncbigene:9007\thgnc.symbol:SMR7\tuniprot:Q9AAA7;uniprot:A0A024AXB9\t\t"
    document = read(TABLES, f"{header}\n{row}\n".encode())["datanodes/SMR7/ncbigene:9007"][1].document
    assert isinstance(document, TargetEntry)
    assert document.genes == ("SMR7",)
    assert document.identifiers == ("ensembl:ENSG00000000007", "ncbigene:9007", "uniprot:Q9AAA7", "uniprot:A0A024AXB9")


def test_the_real_drawing_reaches_the_cytokines(corpus: Path) -> None:
    document = read(GPML, (corpus / "wikipathways" / "WP75" / "WP75.gpml").read_bytes())["WP75"][1].document
    assert isinstance(document, Pathway)
    names = {node.id: node.name for node in document.nodes}
    arrows = {(names[edge.source], names[edge.target]) for edge in document.edges}
    assert {("TLR7/TLR8", "MYD88"), ("IRAK1", "IRF7"), ("TRAF6", "IRF7"), ("FOS/JUN", "IL12B/IL12A")} <= arrows
    assert document.cells == ("macrophage", "mast cell", "dendritic cell")
    assert len(read(TABLES, (corpus / "wikipathways" / "tlr7_pathway_edges.tsv").read_bytes())) == 20

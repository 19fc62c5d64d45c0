"""Reactome: gene sets say who takes part, events say what goes in and comes out."""

import io
from pathlib import Path

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import GeneSet, Identity, Pathway, Raw, Reading
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.reactome import ReactomeEvents, ReactomeGeneSets

HERE = Path(__file__).parent
SETS, EVENTS = ReactomeGeneSets(), ReactomeEvents()


def read(format_: Format, data: bytes) -> dict[str, tuple[Identity, Reading]]:
    file = OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))
    assert format_.recognises(file.head)
    found = {}
    for raw in format_.cut(file):
        decoded = format_.decode(raw)
        who = format_.identify(raw, decoded)
        found[who.key] = (who, format_.read(raw, decoded))
    return found


def test_a_line_is_a_gene_set_and_the_order_of_genes_means_nothing() -> None:
    data = (HERE / "sets.gmt").read_bytes()
    found = read(SETS, data)
    who, reading = found["genes/R-HSA-900001"]
    assert isinstance(reading.document, GeneSet)
    assert (reading.document.id, reading.document.genes, reading.document.organism) == (
        "reactome:R-HSA-900001",
        ("SMR7", "ADPT", "CYT1"),
        "Homo sapiens",
    )
    turned = b"Sample receptor cascade\tR-HSA-900001\tCYT1\tADPT\tSMR7\n"
    assert read(SETS, turned)["genes/R-HSA-900001"][0].version == who.version


def test_a_line_that_is_no_gene_set_is_refused() -> None:
    with pytest.raises(BadRecord, match="stable id"):
        SETS.decode(Raw(payload=b"name\tnot-an-id\tGENE"))


def test_a_pathway_has_parts() -> None:
    who, reading = read(EVENTS, (HERE / "pathway.json").read_bytes())["R-HSA-900001"]
    document = reading.document
    assert isinstance(document, Pathway)
    assert (who.label, document.references) == ("R-HSA-900001.5", ("pmid:14751757",))
    assert [(edge.source, edge.relation, edge.target) for edge in document.edges] == [("R-HSA-900010", "part of", "R-HSA-900001")]


def test_a_reaction_has_inputs_outputs_and_regulators() -> None:
    document = read(EVENTS, (HERE / "reaction.json").read_bytes())["R-HSA-900010"][1].document
    assert isinstance(document, Pathway)
    assert [(edge.source, edge.relation, edge.target) for edge in document.edges] == [
        ("R-HSA-900020", "input", "R-HSA-900010"),
        ("R-HSA-900010", "output", "R-HSA-900021"),
        ("R-HSA-900022", "negatively regulates", "R-HSA-900010"),
    ]
    assert document.nodes[1].identifiers == ("uniprot:Q9AAA7",)


def test_a_cut_off_answer_is_refused() -> None:
    data = (HERE / "pathway.json").read_bytes()[:-40]
    with pytest.raises(BadFile, match="cut off"):
        read(EVENTS, data)


def test_every_real_gene_set_is_read(corpus: Path) -> None:
    found = read(SETS, (corpus / "reactome" / "ReactomePathways.gmt").read_bytes())
    sets = [reading.document for _, reading in found.values() if isinstance(reading.document, GeneSet)]
    assert len(sets) == 2_546
    cascade = next(one for one in sets if one.id == "reactome:R-HSA-168181")
    assert {"TLR7", "MYD88", "IRF7", "NFKB1", "RELA"} <= set(cascade.genes)

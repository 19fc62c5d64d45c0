"""The flagship's chain, step by step, over the real files; and that its ChEMBL number is nobody else's."""

import csv
import gzip
import io
from pathlib import Path

import pytest

from theriac.archives import Trouble, walk
from theriac.flow.drug_targets import Sourced, TargetIndex, evidence_of
from theriac.flow.mechanism import Chain, Drug, MechanismView, mechanism_of
from theriac.flow.mechanism_graph import MechanismGraph, build_graph
from theriac.flow.mechanism_words import Basis, StepKind
from theriac.flow.target_index import target_index
from theriac.model import DrugTargets
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.chembl import ChemblTables
from theriac.sources.drugcentral import DrugCentralInteractions
from theriac.sources.drugmechdb import DrugMechDBPaths
from theriac.sources.reactome import ReactomeGeneSets
from theriac.sources.wikipathways import WikiPathwaysGpml, WikiPathwaysTables

FORMATS: tuple[Format, ...] = (
    ChemblTables(),
    DrugCentralInteractions(),
    DrugMechDBPaths(),
    WikiPathwaysGpml(),
    WikiPathwaysTables(),
    ReactomeGeneSets(),
)
FILES = (
    "chembl33/chembl_mechanisms.csv",
    "chembl33/chembl_targets.csv",
    "drugcentral/drug.target.interaction.tsv.gz",
    "drugmechdb_paths.tar.xz",
    "wikipathways",
    "reactome/ReactomePathways.gmt",
)
IMIQUIMOD = Drug(name="imiquimod", identifiers=("drugcentral:1429", "chembl:CHEMBL1282", "inchikey:DOUYETYNHWVLEO-UHFFFAOYSA-N"))
Known = tuple[list[Sourced], TargetIndex, MechanismGraph]


@pytest.fixture(scope="module")
def known(corpus: Path) -> Known:
    documents = [one for name in FILES for one in _read(corpus / name)]
    index = target_index(documents)
    return documents, index, build_graph(documents, index)


def _read(path: Path) -> list[Sourced]:
    found = []
    for piece in walk(path):
        assert not isinstance(piece, Trouble)
        data = piece.stream.read() if piece.stream is not None else piece.bytes()
        head = Head(piece.path, data[:HEAD_BYTES])
        format_ = next((one for one in FORMATS if one.recognises(head)), None)
        if format_ is not None:
            for raw in format_.cut(OpenFile(head, io.BytesIO(data))):
                decoded = format_.decode(raw)
                record = f"{format_.source}:{format_.identify(raw, decoded).key}"
                found.append(Sourced(record=record, document=format_.read(raw, decoded).document))
    return found


def ask(known: Known, to: str | None) -> MechanismView:
    documents, index, graph = known
    return mechanism_of(IMIQUIMOD, evidence_of((IMIQUIMOD.name,), IMIQUIMOD.identifiers, documents), index, graph, to)


def told(chain: Chain) -> list[tuple[str, StepKind, str, str, Basis]]:
    """Each step as (from, kind, to, record that it follows, basis), genes by their symbol."""
    return [
        (one.source.symbol or one.source.name, one.kind, one.target.symbol or one.target.name, one.evidence[0].record, one.basis)
        for one in chain.steps
    ]


START = ("imiquimod", StepKind.ACTIVATES, "TLR7", "chembl:mechanisms/CHEMBL1282", Basis.CURATED)
WP1449 = "wikipathways:edges/WP1449"


def test_the_target_is_toll_like_receptor_7_by_two_sources_and_bindings_stay_apart(known: Known) -> None:
    found = ask(known, None)
    (target,) = found.targets
    assert (target.target.id, target.kind, target.sign, target.target.genes[0]) == ("target:uniprot.Q9NYK1", StepKind.ACTIVATES, 1, "TLR7")
    assert {"chembl_target:CHEMBL5936", "ensembl:ENSG00000196664", "ncbigene:51284"} <= set(target.target.identifiers)
    assert {one.record for one in target.evidence} == {"drugcentral:interaction/1429/Q9NYK1", "chembl:mechanisms/CHEMBL1282"}
    assert {one.target.genes[0] for one in found.off_targets} == {"ADORA2A", "HRH2", "ADRA1D"}
    assert all(not one.mechanism and one.kind is StepKind.BINDS for one in found.off_targets)
    assert not {node.symbol for chain in found.chains for step in chain.steps for node in (step.source, step.target)} & {"ADORA2A", "HRH2", "ADRA1D"}


@pytest.mark.parametrize(
    ("to", "steps"),
    [
        (
            "IFN-α",
            [
                START,
                ("TLR7", StepKind.AFFECTS, "MYD88", WP1449, Basis.CURATED),
                ("MYD88", StepKind.AFFECTS, "IRAK1", WP1449, Basis.CURATED),
                ("IRAK1", StepKind.AFFECTS, "IRF7", WP1449, Basis.CURATED),
                ("IRF7", StepKind.PRODUCES, "IFNA10", WP1449, Basis.CURATED),
            ],
        ),
        (
            "TNF-α",
            [
                START,
                ("TLR7", StepKind.AFFECTS, "NFKB1", "wikipathways:edges/WP4559", Basis.CURATED),
                ("NFKB1", StepKind.PRODUCES, "TNF", WP1449, Basis.CURATED),
            ],
        ),
        (
            "IL-6",
            [
                START,
                ("TLR7", StepKind.AFFECTS, "NFKB1", "wikipathways:edges/WP4559", Basis.CURATED),
                ("NFKB1", StepKind.PRODUCES, "IL6", WP1449, Basis.CURATED),
            ],
        ),
        (
            "IL-12",
            [
                START,
                ("TLR7", StepKind.AFFECTS, "MYD88", WP1449, Basis.CURATED),
                ("MYD88", StepKind.AFFECTS, "IRAK4", WP1449, Basis.CURATED),
                ("IRAK4", StepKind.AFFECTS, "TRAF6", WP1449, Basis.CURATED),
                ("TRAF6", StepKind.AFFECTS, "MAP3K7", WP1449, Basis.CURATED),
                ("MAP3K7", StepKind.AFFECTS, "MAP2K7", WP1449, Basis.CURATED),
                ("MAP2K7", StepKind.AFFECTS, "MAPK8", WP1449, Basis.CURATED),
                ("MAPK8", StepKind.AFFECTS, "FOS", WP1449, Basis.CURATED),
                ("FOS", StepKind.PRODUCES, "IL12B", WP1449, Basis.CURATED),
            ],
        ),
        (
            "mesh:D003218",
            [
                START,
                ("TLR7", StepKind.ACTIVATES, "type I interferon production", "drugmechdb:DB00724_MESH_D003218_1", Basis.CURATED),
                (
                    "type I interferon production",
                    StepKind.PARTICIPATES,
                    "defense response to virus",
                    "drugmechdb:DB00724_MESH_D003218_1",
                    Basis.CURATED,
                ),
                ("defense response to virus", StepKind.REDUCES, "Human papillomavirus", "drugmechdb:DB00724_MESH_D003218_1", Basis.CURATED),
                ("Human papillomavirus", StepKind.CAUSES, "Condyloma acuminatum", "drugmechdb:DB00724_MESH_D003218_1", Basis.CURATED),
            ],
        ),
    ],
)
def test_the_chain_step_by_step(known: Known, to: str, steps: list[tuple[str, StepKind, str, str, Basis]]) -> None:
    assert told(ask(known, to).chains[0]) == steps


@pytest.mark.parametrize(("to", "through"), [("TNF-α", "MYD88"), ("IL-6", "MYD88"), ("IL-12", "NFKB1"), ("NF-κB", "MYD88"), ("IRF7", "MYD88")])
def test_myd88_and_nf_kappa_b_stand_among_the_ways(known: Known, to: str, through: str) -> None:
    found = ask(known, to)
    assert any(through in {step.target.symbol for step in chain.steps} for chain in found.chains)


def test_all_interferon_alpha_genes_end_the_same_step_and_disputes_are_shown(known: Known) -> None:
    chain = ask(known, "IFN-α").chains[0]
    assert {one.symbol for one in (chain.end, *chain.also)} >= {"IFNA1", "IFNA2", "IFNA4", "IFNA21"}
    found = ask(known, "TNF-α")
    assert {("wikipathways:WP75", "macrophage"), ("wikipathways:WP75", "dendritic cell")} <= set(found.cells)
    assert all({1, -1} <= {one.sign for one in each.evidence} for each in found.contradictions)
    assert any("TLR7/8" in one.name for one in found.pathways)


def test_the_chembl_number_is_imiquimods_alone(known: Known, corpus: Path) -> None:
    documents, _, _ = known
    wearers = {
        one.document.drug
        for one in documents
        if isinstance(one.document, DrugTargets) and "chembl:CHEMBL1282" in (*one.document.identifiers, *one.document.linked)
    }
    assert wearers == {"imiquimod", "CHEMBL1282"}
    with (corpus / "drugcentral" / "structures.smiles.tsv").open() as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["InChIKey"] == "DOUYETYNHWVLEO-UHFFFAOYSA-N"]
    assert [(row["ID"], row["INN"]) for row in rows] == [("1429", "imiquimod")]
    raw = gzip.decompress((corpus / "drugcentral" / "drug.target.interaction.tsv.gz").read_bytes()).decode()
    citing = {row["STRUCT_ID"] for row in csv.DictReader(raw.splitlines(), delimiter="\t") if row["MOA_SOURCE_URL"].endswith("/CHEMBL1282")}
    assert citing == {"1429"}

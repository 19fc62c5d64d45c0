"""Small made-up documents: a receptor SMR7 that two drugs act on, a pathway behind it, curated paths of either drug."""

from theriac.flow.drug_targets import Sourced
from theriac.model import (
    DrugTargets,
    GeneSet,
    Interaction,
    MechanismPath,
    Pathway,
    PathwayEdge,
    PathwayNode,
    TargetEntry,
)


def acts(record: str, drug: str, target: str, action: str | None, *, mechanism: bool = True, ids: tuple[str, ...] = (), gene: str = "") -> Sourced:
    """A record of one drug on one target."""
    one = Interaction(
        target=target,
        targets=ids,
        genes=(gene,) if gene else (),
        organism="Homo sapiens",
        action=action,
        mechanism=mechanism,
        measured=None if mechanism else "-log Ki = 5.5",
    )
    return Sourced(record=record, document=DrugTargets(drug=drug, identifiers=(f"drugcentral:{len(drug)}",), interactions=(one,)))


SMR7 = ("uniprot:Q9AAA7",)
TARGETS = (
    acts("drugcentral:interaction/10/Q9AAA7", "exemplamod", "Sample receptor 7", "AGONIST", ids=SMR7, gene="SMR7"),
    acts("chembl:mechanisms/CHEMBL900000", "exemplamod", "Sample receptor 7", "AGONIST", ids=("chembl_target:CHEMBL910007",)),
    acts("drugcentral:interaction/10/P0AAA3", "exemplamod", "Side receptor", None, mechanism=False, ids=("uniprot:P0AAA3",), gene="SIDE"),
    acts("drugcentral:interaction/9/Q9AAA7", "betablock", "Sample receptor 7", "ANTAGONIST", ids=SMR7, gene="SMR7"),
    acts("drugcentral:interaction/11/Q9AAA7", "gammastirin", "Sample receptor 7", "AGONIST", ids=SMR7, gene="SMR7"),
    Sourced(
        record="chembl:targets/CHEMBL910007",
        document=TargetEntry(name="Sample receptor 7", identifiers=("chembl_target:CHEMBL910007", "uniprot:Q9AAA7", "ensembl:ENSG00000000007")),
    ),
)


def gene(identifier: str, name: str, *identifiers: str) -> PathwayNode:
    return PathwayNode(id=identifier, name=name, type="GeneProduct", identifiers=identifiers)


PATHWAY = Sourced(
    record="wikipathways:WP9001",
    document=Pathway(
        id="WP9001",
        name="Sample receptor signaling",
        organism="Homo sapiens",
        nodes=(
            gene("n1", "SMR7", "ensembl:ENSG00000000007"),
            gene("n2", "SMR8", "ncbigene:9008"),
            gene("n3", "ADPT", "ncbigene:9009"),
            gene("n4", "CYT1", "ncbigene:9010"),
            gene("n5", "CYT2", "ncbigene:9011"),
            PathwayNode(id="g1", name="SMR7/SMR8", type="Group", members=("n1", "n2")),
        ),
        edges=(
            PathwayEdge(source="g1", target="n3", relation="mim-stimulation", path="Interaction[i1]"),
            PathwayEdge(source="n3", target="n4", relation="mim-transcription-translation", path="Interaction[i2]"),
            PathwayEdge(source="n3", target="n5", relation="mim-transcription-translation", path="Interaction[i3]"),
            PathwayEdge(source="n4", target="n5", relation="Line", path="Interaction[i4]"),
        ),
        cells=("sample cell",),
    ),
)
OTHER_PATHWAY = Sourced(
    record="wikipathways:edges/WP9002",
    document=Pathway(
        id="WP9002",
        name="Brakes",
        nodes=(gene("Entrez Gene:9009", "ADPT", "ncbigene:9009"), gene("Entrez Gene:9010", "CYT1", "ncbigene:9010")),
        edges=(PathwayEdge(source="Entrez Gene:9009", target="Entrez Gene:9010", relation="TBar", path="[0]"),),
    ),
)
GENES = Sourced(
    record="reactome:genes/R-HSA-900001", document=GeneSet(id="reactome:R-HSA-900001", name="Sample receptor cascade", genes=("SMR7", "ADPT"))
)


def curated(number: int, drug: str, *, disease: str = "Sample warts", mesh: str = "mesh:D000001", action: str = "increases activity of") -> Sourced:
    """A curated path drug → SMR7 → a process → the disease."""
    nodes = (
        PathwayNode(id="drug", name=drug, type="Drug"),
        PathwayNode(id="UniProt:Q9AAA7", name="Sample receptor 7", type="Protein", identifiers=("uniprot:Q9AAA7",)),
        PathwayNode(id="GO:0000001", name="sample process", type="BiologicalProcess", identifiers=("go:0000001",)),
        PathwayNode(id="D", name=disease, type="Disease", identifiers=(mesh,)),
    )
    edges = (
        PathwayEdge(source="drug", target="UniProt:Q9AAA7", relation=action, path="links[0]"),
        PathwayEdge(source="UniProt:Q9AAA7", target="GO:0000001", relation="positively regulates", path="links[1]"),
        PathwayEdge(source="GO:0000001", target="D", relation="negatively correlated with", path="links[2]"),
    )
    document = MechanismPath(
        id=f"P{number}", drug=drug, disease=disease, drug_node="drug", disease_node="D", nodes=nodes, edges=edges, references=("pmid:1",)
    )
    return Sourced(record=f"drugmechdb:P{number}", document=document)


ALL = (*TARGETS, PATHWAY, OTHER_PATHWAY, GENES, curated(1, "exemplamod"))

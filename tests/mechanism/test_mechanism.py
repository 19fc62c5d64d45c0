"""Chains from target to effect: every step has its record, what is concluded says so, and nothing is made up."""

import xml.etree.ElementTree as ET

import msgspec
from mechanism_statements import ALL, GENES, OTHER_PATHWAY, PATHWAY, TARGETS, acts, curated

from theriac.flow.drug_targets import Sourced, evidence_of
from theriac.flow.mechanism import Drug, MechanismView, goals_of, mechanism_of
from theriac.flow.mechanism_graph import build_graph
from theriac.flow.mechanism_words import Basis, StepKind
from theriac.flow.neighbours import neighbourhood
from theriac.flow.pathway_drawing import draw
from theriac.flow.target_index import target_index
from theriac.model import GeneSet, MechanismPath, PathwayNode

DRUG = Drug(name="exemplamod", identifiers=("drugcentral:10", "chembl:CHEMBL900000"))


def view(drug: Drug = DRUG, to: str | None = None, documents: tuple[Sourced, ...] = ALL, *, around: bool = False) -> MechanismView:
    index = target_index(documents)
    near = neighbourhood(documents, index) if around else None
    known = evidence_of((drug.name, *drug.names), drug.identifiers, documents)
    return mechanism_of(drug, known, index, build_graph(documents, index), to, around=near)


def steps(found: MechanismView, number: int = 0) -> list[tuple[str, str, str, int | None, str]]:
    return [(one.source.name, one.kind.value, one.target.name, one.sign, one.basis.value) for one in found.chains[number].steps]


def test_the_own_path_of_a_drug_is_curated_as_a_whole() -> None:
    found = view(to="sample warts")
    assert steps(found) == [
        ("exemplamod", "activates", "Sample receptor 7", 1, "curated"),
        ("Sample receptor 7", "activates", "sample process", 1, "curated"),
        ("sample process", "affects", "Sample warts", -1, "curated"),
    ]
    assert (found.chains[0].basis, found.chains[0].sign) == (Basis.CURATED, -1)
    assert {one.record for one in found.chains[0].steps[0].evidence} == {
        "drugcentral:interaction/10/Q9AAA7",
        "chembl:mechanisms/CHEMBL900000",
        "drugmechdb:P1",
    }
    assert found.chains[0].steps[1].evidence[0].references == ("pmid:1",)


def test_an_arrow_from_a_group_is_inferred_for_its_member_and_says_why() -> None:
    found = view(to="CYT2")
    assert steps(found) == [
        ("exemplamod", "activates", "Sample receptor 7", 1, "curated"),
        ("Sample receptor 7", "activates", "ADPT", 1, "inferred"),
        ("ADPT", "produces", "CYT2", 1, "curated"),
    ]
    assert found.chains[0].steps[1].why == "drawn for the group SMR7/SMR8; taken here for a member"
    assert found.chains[0].basis is Basis.INFERRED
    assert found.cells == (("wikipathways:WP9001", "sample cell"),)


def test_a_path_of_another_drug_is_inferred_and_names_that_drug() -> None:
    documents = (*TARGETS, curated(2, "gammastirin"))
    found = view(to="mesh:D000001", documents=documents)
    assert [one.basis for one in found.chains[0].steps] == [Basis.CURATED, Basis.INFERRED, Basis.INFERRED]
    assert found.chains[0].steps[1].why == "stated in a path of gammastirin"


def test_no_step_stands_without_a_record() -> None:
    for to in (None, "CYT1", "CYT2", "sample warts", "sample process"):
        found = view(to=to)
        assert found.chains
        for chain in found.chains:
            assert chain.steps[0].source.kind == "drug"
            assert all(one.target.id == two.source.id for one, two in zip(chain.steps, chain.steps[1:], strict=False))
            assert all(step.evidence and all(each.record for each in step.evidence) for step in chain.steps)
            assert all(step.why for step in chain.steps if step.basis is Basis.INFERRED)


def test_ends_of_one_last_step_stand_together_when_nobody_asks_for_one() -> None:
    found = view()
    ends = {chain.end.name: [one.name for one in chain.also] for chain in found.chains}
    assert ends == {"Sample warts": [], "CYT1": ["CYT2"]}
    assert [one.name for one in found.pathways] == ["Sample receptor cascade"]


def test_opposite_statements_are_shown() -> None:
    found = view(to="CYT1")
    (one,) = [each for each in found.contradictions if each.target == "CYT1"]
    assert {(each.record, each.sign) for each in one.evidence} == {("wikipathways:WP9001", 1), ("wikipathways:edges/WP9002", -1)}
    disputed = (*ALL, acts("chembl:mechanisms/CHEMBL1", "exemplamod", "Sample receptor 7", "ANTAGONIST", ids=("uniprot:Q9AAA7",)))
    found = view(documents=disputed)
    assert next((each.source, each.target) for each in found.contradictions) == ("exemplamod", "Sample receptor 7")
    assert found.targets[0].sign is None and found.chains[0].sign is None


def test_an_off_target_starts_no_chain() -> None:
    only = tuple(one for one in ALL if one.record != "drugmechdb:P1" and "Q9AAA7" not in one.record and "CHEMBL900000" not in one.record)
    found = view(to="CYT1", documents=only)
    assert (found.targets, found.chains, [one.target.name for one in found.off_targets]) == ((), (), ["Side receptor"])
    assert found.absence is not None and "starts no chain" in found.absence


def test_absence_says_what_was_looked_for() -> None:
    assert view(to="nothing of the kind").absence == "nothing called 'nothing of the kind' stands in the loaded pathways and paths"
    lonely = (*TARGETS, OTHER_PATHWAY)
    assert "no evidence against one" in (view(to="CYT1", documents=lonely).absence or "")
    assert view(to="CYT1").absence is None


def test_a_line_without_direction_is_no_step() -> None:
    index = target_index(ALL)
    graph = build_graph(ALL, index)
    first, second = (graph.by_symbol[symbol][0] for symbol in ("CYT1", "CYT2"))
    assert all(edge.target != second for edge in graph.out.get(first, ()))


def test_a_drug_with_the_same_target_and_direction_lends_its_path() -> None:
    whole = ("chembl_target:CHEMBL55",)
    documents = (
        acts("chembl:mechanisms/CHEMBL1", "exemplamod", "Bacterial sample family", "INHIBITOR", ids=whole),
        acts("chembl:mechanisms/CHEMBL2", "gammastirin", "Bacterial sample family", "INHIBITOR", ids=whole),
        acts("chembl:mechanisms/CHEMBL3", "betablock", "Bacterial sample family", "ACTIVATOR", ids=whole),
        curated(2, "gammastirin", action="decreases activity of"),
        curated(3, "betablock", disease="Other disease", mesh="mesh:D000009"),
    )
    drug = Drug(name="exemplamod")
    assert not view(drug, "sample warts", documents).chains
    found = view(drug, "sample warts", documents, around=True)
    first = found.chains[0].steps[0]
    assert (first.basis, first.why) == (Basis.INFERRED, "gammastirin acts on Bacterial sample family in the same direction, and its path begins here")
    assert {one.record for one in first.evidence} == {"drugmechdb:P2", "chembl:mechanisms/CHEMBL1"}


def test_attribution_names_every_source_that_asks_for_it() -> None:
    assert [one.notice for one in view().attributions] == [
        "ChEMBL (EMBL-EBI), CC BY-SA 3.0",
        "DrugCentral, CC BY-SA 4.0",
        "DrugMechDB, CC0 1.0",
        "WikiPathways, CC0 1.0",
    ]


def test_the_view_does_not_depend_on_the_order_of_documents() -> None:
    assert msgspec.json.encode(view(documents=tuple(reversed(ALL)))) == msgspec.json.encode(view())


def test_goals_by_identifier_gene_name_and_words() -> None:
    graph = build_graph(ALL, target_index(ALL))
    assert goals_of("MESH:D000001", graph) == ("mesh:D000001",)
    assert goals_of("cyt-1", graph) == ("target:gene.CYT1",)
    assert goals_of("process", graph) == ("go:0000001",)
    assert goals_of("", graph) == ()


def test_the_drawing_is_sound_offline_and_escaped() -> None:
    nasty = Drug(name="<script>alert('x')</script> & co", identifiers=DRUG.identifiers)
    for found in (view(), view(nasty), view(to="nothing <b>of</b> it"), view(Drug(name="unknown"), documents=(PATHWAY, GENES))):
        text = draw(found)
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not [one for one in root.iter() if one.tag.rpartition("}")[2] in ("script", "image", "use", "foreignObject", "a")]
        assert not [name for one in root.iter() for name in one.attrib if name.lower().startswith("on") or name.endswith("href")]
        assert "not medical advice" in text


def test_the_drawing_tells_inferred_from_curated_and_names_the_records() -> None:
    text = draw(view(to="CYT2"))
    assert text.count("stroke-dasharray") == 1
    assert "ADPT produces CYT2: curated; wikipathways:WP9001" in text
    assert "Source: WikiPathways, CC0 1.0" in text
    assert StepKind.PRODUCES.value in text


def test_the_protein_of_another_organism_and_the_family_stand_in_as_inferred_with_the_reason() -> None:
    bacterial = acts("drugcentral:interaction/30/Q9BBB1", "zetacillin", "Sample ligase", "INHIBITOR", ids=("uniprot:Q9BBB1",))
    member = acts("drugcentral:interaction/31/Q9BBB2", "etapine", "Sample wide receptor M4", "ANTAGONIST", ids=("uniprot:Q9BBB2",))
    for drug, name, node in (
        (Drug(name="zetacillin"), "Sample ligase (Genus species)", "UniProt:Q9CCC1"),
        (Drug(name="etapine"), "Sample wide receptors", "InterPro:IPR900001"),
    ):
        kind = "Protein" if node.startswith("UniProt") else "GeneFamily"
        found = view(drug, "mesh:D000001", (bacterial, member, _path_through(name, node, kind)))
        assert steps(found)[0][:3] == (drug.name, "inhibits", name)
        assert found.chains[0].steps[0].basis is Basis.INFERRED
        assert "namesake or its family by name" in str(found.chains[0].steps[0].why)
    other = acts("drugcentral:interaction/32/Q9BBB3", "thetamine", "Sampleligases of all kinds", "INHIBITOR", ids=("uniprot:Q9BBB3",))
    assert view(Drug(name="thetamine"), "mesh:D000001", (other, _path_through("Sample ligase", "UniProt:Q9CCC1", "Protein"))).chains == ()


def _path_through(name: str, node: str, kind: str) -> Sourced:
    """A curated path of another drug that begins at the node."""
    path = curated(7, "otherdrug").document
    assert isinstance(path, MechanismPath)
    replaced = PathwayNode(id=node, name=name, type=kind, identifiers=(f"{node.partition(':')[0].lower()}:{node.partition(':')[2]}",))
    nodes = tuple(replaced if one.id == "UniProt:Q9AAA7" else one for one in path.nodes)
    ends = {"UniProt:Q9AAA7": node}
    edges = tuple(
        msgspec.structs.replace(one, source=ends.get(one.source, one.source), target=ends.get(one.target, one.target)) for one in path.edges
    )
    return Sourced(record="drugmechdb:P7", document=msgspec.structs.replace(path, nodes=nodes, edges=edges))


def test_a_gene_set_leads_from_its_protein_to_the_pathway_that_a_path_goes_on_from() -> None:
    genes = Sourced(record="reactome:genes/R-HSA-900009", document=GeneSet(id="reactome:R-HSA-900009", name="Sample cascade", genes=("SMR7",)))
    found = view(to="mesh:D000001", documents=(*TARGETS, genes, _path_through("Sample cascade", "reactome:R-HSA-900009", "Pathway")))
    assert [(one.kind, one.target.name, one.evidence[0].record) for one in found.chains[0].steps[:2]] == [
        (StepKind.ACTIVATES, "Sample receptor 7", "chembl:mechanisms/CHEMBL900000"),
        (StepKind.PARTICIPATES, "Sample cascade", "reactome:genes/R-HSA-900009"),
    ]

"""Targets as entities, what drugs do to them, where sources disagree, and neighbours."""

import random

import pytest
from mechanism_statements import ALL, SMR7, TARGETS, acts

from theriac.flow.drug_targets import Sourced, drug_targets, evidence_of
from theriac.flow.gene_names import symbols_meant
from theriac.flow.mechanism_words import StepKind, meaning_of_action
from theriac.flow.neighbours import landscape, neighbourhood, neighbours_of
from theriac.flow.target_conflicts import ConflictKind, conflicts
from theriac.flow.target_index import target_index
from theriac.model import DrugTargets, Interaction, TargetEntry

INDEX = target_index(ALL)


def test_a_protein_is_one_target_under_all_its_identifiers() -> None:
    found = INDEX.of_gene("SMR-7")
    assert found is not None
    assert (found.id, found.name, found.genes, found.organism) == ("target:uniprot.Q9AAA7", "Sample receptor 7", ("SMR7",), "Homo sapiens")
    for identifier in ("uniprot:Q9AAA7", "chembl_target:CHEMBL910007", "ensembl:ENSG00000000007"):
        assert INDEX.of_identifiers((identifier,)) == found


def test_a_gene_without_an_accession_is_known_by_its_symbol() -> None:
    found = INDEX.of_identifiers(("ncbigene:9009",))
    assert found is not None and found.id == "target:gene.ADPT"


def test_the_order_of_documents_means_nothing() -> None:
    turned = list(ALL)
    random.Random(3).shuffle(turned)
    assert target_index(turned) == INDEX


def test_one_slip_of_the_pen_moves_nothing() -> None:
    slip = Sourced(record="chembl:targets/CHEMBL2", document=TargetEntry(name="Wrong", identifiers=("chembl_target:CHEMBL910007", "uniprot:P0AAA9")))
    more = [acts(f"chembl:{number}", "x", "Sample receptor 7", None, ids=("uniprot:Q9AAA7", "chembl_target:CHEMBL910007")) for number in range(2)]
    found = target_index([*ALL, slip, *more]).of_identifiers(("chembl_target:CHEMBL910007",))
    assert found is not None and found.id == "target:uniprot.Q9AAA7"


def test_a_complex_is_made_of_its_parts_and_a_nameless_table_borrows_them() -> None:
    parts = ("uniprot:P0AAA1", "uniprot:P0AAA2")
    listed = acts("drugcentral:1", "x", "Sample channel", "BLOCKER", ids=parts)
    bare = acts("chembl:1", "x", "Sample channel", "BLOCKER", ids=("chembl_target:CHEMBL910009",))
    index = target_index([listed, bare])
    (one,) = drug_targets([listed, bare], index)
    assert one.target.id == "target:uniprot.P0AAA1+uniprot.P0AAA2"
    assert one.target.parts == ("target:uniprot.P0AAA1", "target:uniprot.P0AAA2")
    assert len(one.evidence) == 2


def test_a_binding_without_the_flag_is_no_mechanism() -> None:
    main, side = drug_targets(evidence_of(["exemplamod"], ["drugcentral:10", "chembl:CHEMBL900000"], TARGETS), INDEX)
    assert (main.target.name, main.kind, main.sign, main.mechanism) == ("Sample receptor 7", StepKind.ACTIVATES, 1, True)
    assert {one.record.partition(":")[0] for one in main.evidence} == {"drugcentral", "chembl"}
    assert (side.target.name, side.kind, side.sign, side.mechanism) == ("Side receptor", StepKind.BINDS, None, False)


def test_a_record_of_another_drug_is_never_taken_for_one_that_it_cites() -> None:
    other = Sourced(record="drugcentral:x", document=DrugTargets(drug="another", identifiers=("drugcentral:77",), linked=("chembl:CHEMBL900000",)))
    assert other not in evidence_of(["exemplamod"], ["drugcentral:10", "chembl:CHEMBL900000"], [*TARGETS, other])
    same_name = Sourced(record="drugcentral:y", document=DrugTargets(drug="exemplamod", identifiers=("drugcentral:78",)))
    assert same_name not in evidence_of(["exemplamod"], ["drugcentral:10"], [same_name])
    assert same_name in evidence_of(["exemplamod"], ["chembl:CHEMBL900000"], [same_name])


@pytest.mark.parametrize(
    ("action", "kind", "sign"),
    [
        ("AGONIST", StepKind.ACTIVATES, 1),
        ("partial agonist", StepKind.ACTIVATES, 1),
        ("INVERSE AGONIST", StepKind.INHIBITS, -1),
        ("NEGATIVE ALLOSTERIC MODULATOR", StepKind.INHIBITS, -1),
        ("BINDING AGENT", StepKind.BINDS, None),
        ("MODULATOR", StepKind.MODULATES, None),
        ("A WORD NOBODY KNOWS", StepKind.MODULATES, None),
        (None, StepKind.BINDS, None),
    ],
)
def test_actions(action: str | None, kind: StepKind, sign: int | None) -> None:
    assert meaning_of_action(action) == (kind, sign)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("IFN-α", ("IFNA1", "IFNA21")),
        ("interferon alpha", ("IFNA1", "IFNA21")),
        ("TNF-alpha", ("TNF",)),
        ("tumour necrosis factor", ("TNF",)),
        ("IL-12", ("IL12A", "IL12B")),
        ("IL-6", ("IL6",)),
        ("NF-κB", ("NFKB1",)),
        ("CD4", ("CD4",)),
        ("IL-1", ()),
        ("", ()),
    ],
)
def test_common_names_of_genes(name: str, meant: tuple[str, ...]) -> None:
    known = {"IFNA1", "IFNA21", "IFNB1", "IFNAR1", "TNF", "TNFAIP3", "IL6", "IL6R", "IL12A", "IL12B", "IL12RB1", "NFKB1", "NFKBIA", "CD4", "CD40"}
    assert symbols_meant(name, known) == meant


def _kinds(left: tuple[Sourced, ...], right: tuple[Sourced, ...]) -> list[ConflictKind]:
    both = (*left, *right)
    return [one.kind for one in conflicts("x", both, target_index([*TARGETS, *both]), ("chembl", "drugcentral"))]


A = ("uniprot:P0AAA1",)


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (acts("chembl:1", "x", "T", "AGONIST", ids=A), acts("drugcentral:1", "x", "T", "ANTAGONIST", ids=A), ConflictKind.OPPOSITE),
        (acts("chembl:1", "x", "T", "AGONIST", ids=A), acts("drugcentral:1", "x", "T", "PARTIAL AGONIST", ids=A), ConflictKind.GRADE),
        (acts("chembl:1", "x", "T", "MODULATOR", ids=A), acts("drugcentral:1", "x", "T", "AGONIST", ids=A), ConflictKind.UNSPECIFIC),
        (acts("chembl:1", "x", "T", "INHIBITOR", ids=A), acts("drugcentral:1", "x", "S", "INHIBITOR", ids=SMR7), ConflictKind.OTHER_TARGET),
        (
            acts("chembl:1", "x", "W", "INHIBITOR", ids=(*A, "uniprot:P0AAA2")),
            acts("drugcentral:1", "x", "T", "INHIBITOR", ids=A),
            ConflictKind.GRAIN,
        ),
        (
            acts("chembl:1", "x", "W", "INHIBITOR", ids=("chembl_target:CHEMBL1",)),
            acts("drugcentral:1", "x", "T", "INHIBITOR", ids=A),
            ConflictKind.UNKNOWN_GRAIN,
        ),
    ],
)
def test_conflicts_by_kind(left: Sourced, right: Sourced, kind: ConflictKind) -> None:
    assert _kinds((left,), (right,)) == [kind]


def test_what_only_one_source_flags_is_told_as_measured_or_as_missing() -> None:
    same = [acts(f"{source}:1", "x", "T", "AGONIST", ids=A) for source in ("chembl", "drugcentral")]
    extra = acts("chembl:2", "x", "Sample receptor 7", "AGONIST", ids=SMR7)
    bound = acts("drugcentral:2", "x", "Sample receptor 7", None, mechanism=False, ids=SMR7)
    assert _kinds((same[0], extra), (same[1],)) == [ConflictKind.MISSING]
    assert _kinds((same[0], extra), (same[1], bound)) == [ConflictKind.NOT_FLAGGED]
    assert _kinds((same[0],), (same[1],)) == []
    assert _kinds((same[0],), (bound,)) == []


def test_neighbours_share_target_and_direction() -> None:
    around = neighbourhood(TARGETS, INDEX)
    targets = drug_targets(evidence_of(["exemplamod"], ["drugcentral:10"], TARGETS), INDEX)
    assert [one.drug for one in neighbours_of("exemplamod", targets, around)] == ["gammastirin"]
    assert "target:uniprot.P0AAA3" not in around
    cells = landscape(around, {"gammastirin": (("Sample warts", "phase_2"),)}, "target:uniprot.Q9AAA7")
    assert [(one.drug, one.condition, one.stage) for one in cells] == [
        ("betablock", "", ""),
        ("exemplamod", "", ""),
        ("gammastirin", "Sample warts", "phase_2"),
    ]


def test_disputed_actions_leave_no_direction() -> None:
    both = [acts("chembl:1", "x", "T", "AGONIST", ids=A), acts("drugcentral:1", "x", "T", "ANTAGONIST", ids=A)]
    (one,) = drug_targets(both, target_index(both))
    assert (one.kind, one.sign, one.disputed) == (StepKind.MODULATES, None, True)
    assert [interaction for interaction in (Interaction(target="T"),) if interaction.mechanism] == []


def test_what_has_no_parts_is_the_same_by_its_name() -> None:
    left = acts("chembl:1", "x", "DNA", "INHIBITOR", ids=("chembl_target:CHEMBL910020",))
    right = acts("drugcentral:1", "x", "DNA", "OTHER")
    (found,) = conflicts("x", [left, right], target_index([left, right]), ("chembl", "drugcentral"))
    assert (found.kind, found.left, found.right) == (ConflictKind.UNSPECIFIC, "DNA (inhibitor)", "DNA (other)")

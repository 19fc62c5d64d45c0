"""Reference tables that a user loads: what each states is claimed, what it only suggests is not."""

import io
from pathlib import Path

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import Claim, Raw, ReferenceTable
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.reference_tables import ReferenceTables
from theriac.terms import EntityKind, NameKind

HERE = Path(__file__).parent
TABLES = ReferenceTables()


def raws(data: bytes) -> list[Raw]:
    file = OpenFile(Head("anything", data[:HEAD_BYTES]), io.BytesIO(data))
    assert TABLES.recognises(file.head)
    return list(TABLES.cut(file))


def claims(data: bytes) -> dict[str, tuple[Claim, ...]]:
    found = {}
    for raw in raws(data):
        decoded = TABLES.decode(raw)
        found[TABLES.identify(raw, decoded).key] = TABLES.read(raw, decoded).claims
    return found


def table(*lines: str) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def test_our_own_layout_says_all_that_a_claim_can_hold() -> None:
    found = claims((HERE / "terms.tsv").read_bytes())
    (base,) = found["terms/drug/exemplamod"]
    assert [(name.text, name.kind) for name in base.names] == [
        ("exemplamod", NameKind.INN),
        ("EX-123", NameKind.SYNONYM),
        ("exemplamodum", NameKind.SYNONYM),
    ]
    assert base.identifiers == ("unii:ABCDE12345", "chembl:CHEMBL1")
    assert base.originator == "Sample Works"
    assert found["terms/drug/exemplamod citrate"][0].parents == ("exemplamod",)
    assert found["terms/drug/Exemplix Duo"][0].ingredients == ("exemplamod", "beta")
    assert found["terms/condition/made-up warts"][0].kind is EntityKind.CONDITION
    assert TABLES.table(Head("x", (HERE / "terms.tsv").read_bytes())) is None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("spell\tx\tunii:ABCDE12345\t", "kind"),
        ("drug\tx\tunii:short\t", "identifiers"),
        ("drug\tx\twhat:1\t", "identifiers"),
        ("drug\tx\t\tnickname", "name_kind"),
    ],
)
def test_a_word_or_identifier_that_is_none_is_named(row: str, field: str) -> None:
    (raw,) = raws(table("kind\tname\tidentifiers\tname_kind", row))
    with pytest.raises(BadRecord) as raised:
        TABLES.read(raw, TABLES.decode(raw))
    assert raised.value.field == field


def test_a_row_without_its_key_and_one_too_wide_are_quarantined() -> None:
    nameless, wide = raws(table("kind\tname\tidentifiers", "drug\t\tunii:ABCDE12345", "drug\tx\tunii:ABCDE12345\tmore"))
    with pytest.raises(BadRecord):
        TABLES.identify(nameless, TABLES.decode(nameless))
    with pytest.raises(BadRecord, match="4 cells"):
        TABLES.decode(wide)


def test_a_concept_with_several_uniis_claims_no_identity() -> None:
    found = claims(table("rxnorm_id\tfdasrs_id", "44\tABCDE12345", "74\tABCDE12346", "74\tABCDE12347"))
    assert [claim.identifiers for claim in found["rxnorm_unii/44"]] == [("rxcui:44", "unii:ABCDE12345")]
    assert found["rxnorm_unii/74"] == ()


def test_structures_give_name_and_identifiers() -> None:
    header = "SMILES\tInChI\tInChIKey\tID\tINN\tCAS_RN"
    (found,) = claims(table(header, "C\tInChI=1S/CH4/h1H4\tVNWKTOKETHGBQD-UHFFFAOYSA-N\t9\texemplamod\t74-82-8"))["drugcentral_structures/9"]
    assert found.identifiers == ("drugcentral:9", "cas:74-82-8", "inchikey:VNWKTOKETHGBQD-UHFFFAOYSA-N")


def test_lumped_identifiers_are_taken_only_where_there_is_one_and_licensed_ones_never() -> None:
    header = "curie,curie_label,is_combination_therapy,alternate_ids,atc_codes"
    ids = "\"['UNII:ABCDE12345', 'CHEMBL.COMPOUND:CHEMBL1', 'CHEMBL.COMPOUND:CHEMBL2', 'DRUGBANK:DB00001', 'RXCUI:1', 'CAS:74-82-8']\""
    found = claims(table(header, f"X:1,Exemplamod,FALSE,{ids},A00", f"X:2,Duo,TRUE,{ids},A00"))
    assert [claim.identifiers for claim in found["everycure_drugs/X:1"]] == [("unii:ABCDE12345",)]
    assert found["everycure_drugs/X:2"] == ()


def test_quoted_cells_may_span_lines_and_must_end() -> None:
    header = "curie,curie_label,is_combination_therapy,alternate_ids"
    data = table(header, 'X:1,"Exemplamod', 'cream",FALSE,', "X:2,Beta,FALSE,")
    assert list(claims(data)) == ["everycure_drugs/X:1", "everycure_drugs/X:2"]
    with pytest.raises(BadFile, match="quoted"):
        raws(table(header, 'X:1,"Exemplamod'))


def test_diseases_of_mesh_are_told_by_their_tree() -> None:
    header = "mesh_id\tmesh_name\tmesh_tree_number"
    found = claims(table(header, "D999901\tMade-up Pain\tC23.1", "D999901\tMade-up Pain\tG11.5", "D999902\tExemplamod\tD03.1", "D999903\tSad\tF03.1"))
    assert {key: [claim.identifiers for claim in each] for key, each in found.items()} == {
        "mesh_trees/D999901": [("mesh:D999901",)],
        "mesh_trees/D999902": [],
        "mesh_trees/D999903": [("mesh:D999903",)],
    }
    assert claims(table("mesh_id\tmesh_name", "D999901\tMade-up Pain")) == {"mesh_terms/D999901": ()}


def test_disease_names_and_cross_references() -> None:
    names = claims(table("doid\tname\ttype", "DOID:1\twarts\tname", "DOID:1\tverrucae\texact-synonym", "DOID:1\tskin thing\trelated-synonym"))
    assert [name.text for name in names["doid_names/DOID:1"][0].names] == ["warts", "verrucae"]
    xrefs = claims(
        table(
            "doid_code\tdoid_name\tresource\tresource_id",
            "DOID:1\twarts\tMSH\tD014860",
            "DOID:1\twarts\tUMLS\tC0000001",
            "DOID:1\twarts\tUMLS\tC0000002",
            "DOID:2\tother\tNCI\tC1",
        )
    )
    assert xrefs["doid_xrefs/DOID:1"][0].identifiers == ("doid:1", "mesh:D014860")
    assert xrefs["doid_xrefs/DOID:2"] == ()


def test_mapping_sets_give_exact_matches_of_diseases_and_their_release() -> None:
    data = table(
        "# curie_map:",
        "# mapping_set_id: http://example.org/mappings/sample_mesh.sssom.tsv",
        "# mapping_set_version: http://example.org/releases/2026-08-04/mappings/sample_mesh.sssom.tsv",
        "subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification",
        "MONDO:0000001\twarts\tskos:exactMatch\tmesh:D014860\tx",
        "MONDO:0000002\tother\tskos:broadMatch\tmesh:D014861\tx",
        "CHEBI:1\texemplamod\tskos:exactMatch\tmesh:C000001\tx",
    )
    found = claims(data)
    assert [claim.identifiers for claim in found["sssom_sample_mesh/MONDO:0000001/mesh:D014860"]] == [("mondo:0000001", "mesh:D014860")]
    assert sum(len(each) for each in found.values()) == 1
    assert TABLES.identify(raws(data)[0], TABLES.decode(raws(data)[0])).seen == "2026-08-04"
    assert TABLES.table(Head("x", data)) == "sssom_sample_mesh"


def test_line_ends_and_order_change_nothing() -> None:
    data = table("doid\tname\ttype", "DOID:1\twarts\tname", "DOID:1\tverrucae\texact-synonym")
    header, first, second = data.splitlines()
    other = b"\r\n".join([header, second, first, b""])
    assert [TABLES.identify(raw, TABLES.decode(raw)) for raw in raws(other)] == [TABLES.identify(raw, TABLES.decode(raw)) for raw in raws(data)]


@pytest.mark.parametrize("data", [b"", b"name,kind\nx,y\n", b"# only a note\n", b"mesh_id\tmesh_name\tin_hsdn\nD1\tx\t1\n", b"# cut off"])
def test_other_tables_are_left_alone(data: bytes) -> None:
    assert not TABLES.recognises(Head("terms.tsv", data))


@pytest.mark.parametrize(
    ("file", "name", "records", "claimed", "bad"),
    [
        ("rxnorm/rxcui-unii-map.tsv", "rxnorm_unii", 9563, 9471, 0),
        ("everycure/drug_list_stringent.csv", "everycure_drugs", 2836, 2393, 0),
        ("drugcentral/structures.smiles.tsv", "drugcentral_structures", 3949, 3949, 0),
        ("mesh/tree-numbers.tsv", "mesh_trees", 27453, None, 0),
        ("doid/term-names.tsv", "doid_names", 6574, 6573, 1),
        ("doid/xrefs.tsv", "doid_xrefs", 6112, 5644, 0),
        ("mondo/mondo_exactmatch_mesh.sssom.tsv", "sssom_mondo_exactmatch_mesh", 8181, 8181, 0),
        ("biomappings/positive.sssom.tsv", "sssom_biomappings_positive", 11719, 2019, 0),
    ],
)
def test_real_tables(corpus: Path, file: str, name: str, records: int, claimed: int | None, bad: int) -> None:
    data = (corpus / file).read_bytes()
    found: list[Claim] = []
    refused = 0
    for raw in raws(data):
        try:
            decoded = TABLES.decode(raw)
            reading = TABLES.read(raw, decoded)
        except BadRecord:
            refused += 1
            continue
        assert isinstance(reading.document, ReferenceTable) and reading.document.table == name and reading.title
        found += reading.claims
    assert refused == bad
    assert len(raws(data)) == records
    assert claimed is None or len(found) == claimed
    assert not any("drugbank" in identifier or "atc" in identifier for claim in found for identifier in claim.identifiers)

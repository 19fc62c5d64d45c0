"""ChEMBL's pages and tables: one record per object or molecule, what it says and nothing beside."""

import io
from pathlib import Path

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import DrugTargets, DrugUses, Identity, Molecule, Raw, Reading, TargetEntry
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.chembl import ChemblPages, ChemblTables
from theriac.terms import NameKind

HERE = Path(__file__).parent
PAGES, TABLES = ChemblPages(), ChemblTables()


def read(format_: Format, data: bytes) -> dict[str, tuple[Identity, Reading]]:
    file = OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))
    assert format_.recognises(file.head)
    found = {}
    for raw in format_.cut(file):
        decoded = format_.decode(raw)
        who = format_.identify(raw, decoded)
        found[who.key] = (who, format_.read(raw, decoded))
    return found


def page(name: str) -> dict[str, tuple[Identity, Reading]]:
    return read(PAGES, (HERE / f"{name}.json").read_bytes())


def test_a_mechanism_tells_target_action_papers_and_whether_the_effect_comes_from_there() -> None:
    found = page("mechanism")
    assert list(found) == ["mechanism/901", "mechanism/902"]
    main = found["mechanism/901"][1].document
    side = found["mechanism/902"][1].document
    assert isinstance(main, DrugTargets) and isinstance(side, DrugTargets)
    assert main.identifiers == ("chembl:CHEMBL900001", "chembl:CHEMBL900000")
    (one,) = main.interactions
    assert (one.target, one.targets, one.action, one.mechanism) == ("Sample receptor 7", ("chembl_target:CHEMBL910007",), "AGONIST", True)
    assert one.references == ("pmid:11298484", "http://www.example.org/label")
    assert not side.interactions[0].mechanism


def test_a_target_is_a_protein_with_its_names_or_a_complex_with_its_parts() -> None:
    found = page("target")
    protein, whole = (reading.document for _, reading in found.values())
    assert isinstance(protein, TargetEntry) and isinstance(whole, TargetEntry)
    assert protein.identifiers == ("chembl_target:CHEMBL910007", "uniprot:Q9AAA7", "ensembl:ENSG00000000007", "hgnc:77")
    assert (protein.genes, protein.synonyms, protein.organism, protein.parts) == (("SMR7",), ("SR-7",), "Homo sapiens", ())
    assert (whole.identifiers, whole.parts) == (("chembl_target:CHEMBL910009",), ("uniprot:P0AAA1", "uniprot:P0AAA2"))


def test_a_molecule_claims_its_names_and_identifiers_and_names_its_parent() -> None:
    (_, reading) = page("molecule")["molecule/CHEMBL900001"]
    document = reading.document
    assert isinstance(document, Molecule)
    assert (document.smiles, document.parent, document.max_phase, document.first_approval) == ("CCO.Cl", "chembl:CHEMBL900000", "4.0", "1997")
    (claim,) = reading.claims
    assert claim.identifiers == ("chembl:CHEMBL900001", "inchikey:AAAAAAAAAAAAAA-UHFFFAOYSA-N")
    assert [(name.text, name.kind) for name in claim.names] == [
        ("EXEMPLAMOD HYDROCHLORIDE", NameKind.GENERIC),
        ("Exemplamod", NameKind.INN),
        ("EX-123", NameKind.CODE),
    ]
    assert "X00XX00" not in repr(reading)


def test_an_indication_keeps_the_phase_as_the_source_writes_it() -> None:
    (_, reading) = page("drug_indication")["indication/31"]
    assert isinstance(reading.document, DrugUses)
    (use,) = reading.document.uses
    assert (use.condition, use.max_phase, use.identifiers) == ("sample carcinoma", "3.0", ("mondo:0005341", "mesh:D002280"))


def test_one_object_alone_is_the_same_record_as_in_its_page_in_whatever_order() -> None:
    data = (HERE / "mechanism.json").read_bytes()
    start, end = data.index(b'{"action_type"'), data.index(b"},\n {") + 1
    alone = data[start:end]
    turned = alone.replace(
        b'{"ref_id": "11298484", "ref_type": "PubMed", "ref_url": "http://europepmc.org/abstract/MED/11298484"},\n  {"ref_id": "setid=1", '
        b'"ref_type": "DailyMed", "ref_url": "http://www.example.org/label"}',
        b'{"ref_id": "setid=1", "ref_type": "DailyMed", "ref_url": "http://www.example.org/label"}, {"ref_id": "11298484", "ref_type": "PubMed", '
        b'"ref_url": "http://europepmc.org/abstract/MED/11298484"}',
    )
    assert turned != alone
    kept = page("mechanism")["mechanism/901"][0]
    assert read(PAGES, alone)["mechanism/901"][0].version == kept.version == read(PAGES, turned)["mechanism/901"][0].version
    changed = alone.replace(b"AGONIST", b"ANTAGONIST")
    assert read(PAGES, changed)["mechanism/901"][0].version != kept.version


def test_a_page_that_was_cut_off_is_refused() -> None:
    data = (HERE / "target.json").read_bytes()[:-200]
    with pytest.raises(BadFile, match="cut off"):
        list(PAGES.cut(OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))))


@pytest.mark.parametrize("data", [b'{"results": [{"set_id": "s"}]}', b'{"studies": []}', b"<xml/>", b"a,b\n1,2\n"])
def test_other_files_are_left_to_others(data: bytes) -> None:
    assert not PAGES.recognises(Head("x", data))
    assert not TABLES.recognises(Head("x", data))


MECHANISMS = (
    b"action_type,mechanism_of_action,molecule_chembl_id,target_chembl_id\n"
    b"AGONIST,Sample receptor 7 agonist,CHEMBL900001,CHEMBL910007\n"
    b"AGONIST,Sample receptor 7 agonist,CHEMBL900001,CHEMBL910007\n"
    b'BLOCKER,"Sample channel, alpha blocker",CHEMBL900001,CHEMBL910009\n'
    b"INHIBITOR,Other kinase inhibitor,CHEMBL900002,CHEMBL910008\n"
)


def test_a_table_gives_one_record_per_molecule_and_repeated_rows_say_nothing_new() -> None:
    found = read(TABLES, MECHANISMS)
    assert list(found) == ["mechanisms/CHEMBL900001", "mechanisms/CHEMBL900002"]
    who, reading = found["mechanisms/CHEMBL900001"]
    assert isinstance(reading.document, DrugTargets)
    assert [(one.target, one.action, one.mechanism) for one in reading.document.interactions] == [
        ("Sample receptor 7", "AGONIST", True),
        ("Sample channel, alpha", "BLOCKER", True),
    ]
    lines = MECHANISMS.split(b"\n")
    turned = b"\n".join([lines[0], lines[3], lines[1], lines[4], b""]).replace(b"\n", b"\r\n")
    assert read(TABLES, turned)["mechanisms/CHEMBL900001"][0].version == who.version


def test_indications_keep_the_furthest_phase_of_repeated_rows() -> None:
    header = "efo_id,efo_term,max_phase_for_ind,molecule_chembl_id"
    rows = "\n".join([header, *(f"EFO:0000001,sample,{phase},CHEMBL9" for phase in ("2.0", "4.0", "-1.0"))]) + "\n"
    document = read(TABLES, rows.encode())["indications/CHEMBL9"][1].document
    assert isinstance(document, DrugUses)
    assert [(use.condition, use.max_phase) for use in document.uses] == [("sample", "4.0")]


def test_a_row_without_a_molecule_is_refused() -> None:
    raw = Raw(payload=b"AGONIST,x agonist,,CHEMBL1\n", context="action_type,mechanism_of_action,molecule_chembl_id,target_chembl_id")
    with pytest.raises(BadRecord, match="no identifier of ChEMBL"):
        TABLES.identify(raw, TABLES.decode(raw))


def test_every_mechanism_of_the_real_table_is_loaded(corpus: Path) -> None:
    data = (corpus / "chembl33" / "chembl_mechanisms.csv").read_bytes()
    found = read(TABLES, data)
    rows = [line for line in data.split(b"\n")[1:] if line.strip()]
    assert len(rows) == 6_990
    stated = [one for _, reading in found.values() if isinstance(reading.document, DrugTargets) for one in reading.document.interactions]
    assert len(stated) == len({line.strip() for line in rows}) == 6_954

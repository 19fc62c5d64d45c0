"""Structures at the doors: what sources give, pictures, similarity, and that one molecule's number is no other's."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from theriac import chem
from theriac import open as open_home
from theriac.doors.cli import app
from theriac.errors import UnknownName, UserError

IMIQUIMOD = "CC(C)CN1C=NC2=C(N)N=C3C=CC=CC3=C12"
KEY = "DOUYETYNHWVLEO-UHFFFAOYSA-N"
STRUCTURES = (
    "SMILES\tInChI\tInChIKey\tID\tINN\tCAS_RN",
    f"{IMIQUIMOD}\t\t{KEY}\t1429\timiquimod\t99011-02-6",
    "CCO\t\tLFQSCWFLJHTTHZ-UHFFFAOYSA-N\t9001\texemplanol\t64-17-5",
    "CCN\t\tQUSNBJAOOMFDIB-UHFFFAOYSA-N\t9002\texemplamine\t75-04-7",
    "CCN.Cl\t\tXWBDWHCCBGMXKG-UHFFFAOYSA-N\t9003\texemplamine hydrochloride\t557-66-4",
)
# A page that puts imiquimod's number on another molecule, as one public file does.
WRONG = {
    "molecule_chembl_id": "CHEMBL1282",
    "pref_name": "EXEMPLANOL",
    "molecule_structures": {"canonical_smiles": "CCO", "standard_inchi_key": "LFQSCWFLJHTTHZ-UHFFFAOYSA-N"},
    "molecule_synonyms": [],
    "molecule_hierarchy": {"molecule_chembl_id": "CHEMBL1282", "parent_chembl_id": "CHEMBL1282"},
}
RIGHT = {
    **WRONG,
    "pref_name": "IMIQUIMOD",
    "molecule_structures": {"canonical_smiles": IMIQUIMOD, "standard_inchi_key": KEY},
    "molecule_synonyms": [
        {"molecule_synonym": "R-837", "syn_type": "RESEARCH_CODE"},
        {"molecule_synonym": "Sample brandname", "syn_type": "TRADE_NAME"},
    ],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("structures"), RIGHT)


def made(folder: Path, molecule: dict[str, object]) -> Path:
    (folder / "structures.tsv").write_text("\n".join(STRUCTURES) + "\n")
    (folder / "molecule.json").write_text(json.dumps({"molecules": [molecule], "page_meta": {"total_count": 1}}))
    with open_home(folder / "home", create=True) as store:
        assert not store.load([folder / "structures.tsv", folder / "molecule.json"], seen="2024-02-01").quarantine
    return folder / "home"


def test_every_sources_structure_stands_with_its_record_and_licence(home: Path) -> None:
    with open_home(home) as store:
        view = store.structure("imiquimod")
        assert {one.record: one.inchikey for one in view.structures} == {
            "chembl:molecule/CHEMBL1282": KEY,
            "reference:drugcentral_structures/1429": KEY,
        }
        assert view.disagreement is None and view.absence is None
        assert [one.notice for one in view.attributions] == ["ChEMBL (EMBL-EBI), CC BY-SA 3.0", "DrugCentral, CC BY-SA 4.0"]


def test_chembl_gives_names_codes_and_brands(home: Path) -> None:
    with open_home(home) as store:
        drug = store.entity("imiquimod").id
        assert {store.resolve(name).entity for name in ("R-837", "Sample Brandname", "CHEMBL1282", KEY)} == {drug}


def test_a_number_on_the_wrong_molecule_is_never_taken_for_the_drug(tmp_path: Path) -> None:
    with open_home(made(tmp_path, WRONG)) as store:
        drug = store.entity("imiquimod")
        assert f"inchikey:{KEY}" in drug.identifiers
        assert "chembl:CHEMBL1282" not in drug.identifiers
        assert store.resolve("CHEMBL1282").entity != drug.id
        assert {one.inchikey for one in store.structure("imiquimod").structures} == {KEY}


def test_without_rdkit_what_sources_state_is_shown_and_the_rest_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(chem, "import_module", missing)
    with open_home(home) as store:
        assert store.structure("imiquimod").structures
        for ask in (lambda: store.similar("imiquimod"), lambda: store.containing("[OH]"), lambda: store.structure_picture("imiquimod")):
            with pytest.raises(UserError, match=r"pip install 'theriac\[chem\]'"):
                ask()


@pytest.fixture
def rdkit() -> None:
    pytest.importorskip("rdkit", reason="RDKit is not installed (extra chem)")


@pytest.mark.usefixtures("rdkit")
def test_similar_and_containing_name_drugs_once_and_salts_as_their_parent(home: Path) -> None:
    with open_home(home) as store:
        assert [(one.drug.name, one.score) for one in store.similar("imiquimod")] == [("imiquimod", 1.0)]
        assert [one.drug.name for one in store.similar("CCN.Cl", least=1.0)] == ["exemplamine"]
        assert [one.drug.name for one in store.containing("[OX2H]")] == ["exemplanol"]
        assert store.structure_picture("imiquimod").startswith("<svg")
        assert store.structure_picture("CCO").startswith("<svg")
        with pytest.raises(UnknownName):
            store.similar("no such drug")


@pytest.mark.usefixtures("rdkit")
def test_the_commands(home: Path, tmp_path: Path) -> None:
    run = CliRunner()
    shown = run.invoke(app, ["structure", "imiquimod", "--svg", str(tmp_path / "x.svg"), "--home", str(home)])
    assert shown.exit_code == 0 and KEY in shown.stdout and "CC BY-SA" in shown.stdout
    assert (tmp_path / "x.svg").read_text().startswith("<svg")
    hit = json.loads(run.invoke(app, ["similar", "imiquimod", "--json", "--home", str(home)]).stdout.splitlines()[0])
    assert (hit["drug"]["name"], hit["score"]) == ("imiquimod", 1.0)
    assert "exemplanol" in run.invoke(app, ["similar", "--substructure", "[OX2H]", "--home", str(home)]).stdout
    assert run.invoke(app, ["similar", "--home", str(home)]).exit_code == 2


@pytest.mark.usefixtures("rdkit")
def test_stated_keys_are_those_of_the_structures(corpus: Path) -> None:
    lines = [line.split("\t") for line in (corpus / "drugcentral/structures.smiles.tsv").read_text().splitlines()[1:400]]
    wrong = [line[4] for line in lines if line[0] and line[2] and chem.inchikey(line[0]).partition("-")[0] != line[2].partition("-")[0]]
    assert wrong == []

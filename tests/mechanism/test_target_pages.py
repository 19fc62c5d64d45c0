"""Targets and classes as entities: what names lead to them, and which drugs stand on their pages by whose word."""

import json
from pathlib import Path

import pytest
from mechanism_statements import ALL, acts
from typer.testing import CliRunner

from theriac import open as open_home
from theriac.api import drawn
from theriac.doors.cli import app
from theriac.errors import UnknownName
from theriac.flow.drug_classes import class_id, gather_classes, resolve_class, words_of_target
from theriac.flow.drug_targets import Sourced
from theriac.flow.neighbours import acting_drugs
from theriac.flow.target_index import target_index
from theriac.flow.target_names import resolve_target, target_names
from theriac.model import TargetEntry

MOUSE = Sourced(
    record="chembl:targets/CHEMBL910070",
    document=TargetEntry(
        name="Sample receptor 7", identifiers=("chembl_target:CHEMBL910070", "uniprot:Q9BBB7"), genes=("Smr7",), organism="Mus musculus"
    ),
)
HUMAN = Sourced(
    record="chembl:targets/CHEMBL910071",
    document=TargetEntry(
        name="Sample receptor 7", identifiers=("chembl_target:CHEMBL910007", "uniprot:Q9AAA7"), synonyms=("Signpost",), organism="Homo sapiens"
    ),
)
FAMILY = acts("drugcentral:interaction/77/F", "wideacting", "Sample receptors", "AGONIST", ids=("uniprot:Q9AAA7", "uniprot:Q9AAA8"))
DOCUMENTS = (*ALL, MOUSE, HUMAN, FAMILY)
INDEX = target_index(DOCUMENTS)
NAMES = target_names(DOCUMENTS, INDEX)


@pytest.mark.parametrize(
    ("text", "entity", "reason"),
    [
        ("SMR7", "target:uniprot.Q9AAA7", "gene symbol"),
        ("smr-7", "target:uniprot.Q9AAA7", "gene symbol"),
        ("sample RECEPTOR 7", "target:uniprot.Q9AAA7", "the name as written; the human one of 2"),
        ("Signpost", "target:uniprot.Q9AAA7", "the name as written"),
        ("uniprot:Q9AAA7", "target:uniprot.Q9AAA7", "identifier"),
        ("CHEMBL910007", "target:uniprot.Q9AAA7", "identifier"),
        ("target:chembl_target.CHEMBL910007", "target:uniprot.Q9AAA7", "identifier"),
        ("target:name.samplereceptor7", "target:uniprot.Q9AAA7", "a name that was its id; the human one of 2"),
        ("target:gene.SMR7", "target:uniprot.Q9AAA7", "identifier"),
        ("Q9BBB7", "target:uniprot.Q9BBB7", "identifier"),
        ("sample receptors", "target:uniprot.Q9AAA7+uniprot.Q9AAA8", "the name as written"),
        ("nothing known", None, "no source that is loaded gives a target this name"),
    ],
)
def test_every_name_and_former_id_leads_to_the_target(text: str, entity: str | None, reason: str) -> None:
    found = resolve_target(text, NAMES)
    assert (found.entity, found.reason) == (entity, reason)


def test_a_family_of_genes_is_left_to_a_person() -> None:
    found = resolve_target("CYT", NAMES)
    assert found.entity is None and {one.name for one in found.candidates} >= {"CYT1", "CYT2"}


def test_an_action_on_a_target_is_a_class_under_all_names_of_the_target() -> None:
    acting = acting_drugs(DOCUMENTS, INDEX)
    classes = gather_classes(word for drug, targets in acting.items() for one in targets for word in words_of_target(None, drug.name, one))
    found = resolve_class("SMR7 agonists", classes, NAMES)
    assert found.entity == class_id("Sample receptor 7 agonist [MoA]")
    assert {one.drug_name for one in classes["samplereceptor7agonist"].words} == {"exemplamod", "gammastirin"}
    assert {one.drug_name for one in classes["antagonist"].words} == {"betablock"}
    assert resolve_class("SMR7 blocker", classes, NAMES).entity is None


HEADER = (
    "STRUCT_ID\tDRUG_NAME\tTARGET_NAME\tTARGET_CLASS\tACCESSION\tGENE\tSWISSPROT\tACT_VALUE\tACT_TYPE\tACT_SOURCE\t"
    "MOA\tMOA_SOURCE\tACTION_TYPE\tORGANISM\tMOA_SOURCE_URL"
)
CITED = "https://www.ebi.ac.uk/chembl/compound/inspect/"
ROWS = (
    "10\texemplamod\tSample receptor 7\tOther\tQ9AAA7\tSMR7\tSMR7_HUMAN\t\t\t\t1\tCHEMBL\tAGONIST\tHomo sapiens",
    "10\texemplamod\tSide receptor\tOther\tP0AAA3\tSIDE\tSIDE_HUMAN\t5.5\tKi\tWOMBAT\t\t\t\tHomo sapiens",
    f"11\tgammastirin\tSample receptor 7\tOther\tQ9AAA7\tSMR7\tSMR7_HUMAN\t\t\t\t1\tCHEMBL\tAGONIST\tHomo sapiens\t{CITED}CHEMBL900011",
    f"12\tbetablock\tSample receptor 7\tOther\tQ9AAA7\tSMR7\tSMR7_HUMAN\t\t\t\t1\tCHEMBL\tANTAGONIST\tHomo sapiens\t{CITED}CHEMBL900012",
    f"14\tepsilock\tSample receptor 7\tOther\tQ9AAA7\tSMR7\tSMR7_HUMAN\t\t\t\t1\tCHEMBL\tANTAGONIST\tHomo sapiens\t{CITED}CHEMBL900012",
    "13\tsidestrokin\tSide receptor\tOther\tP0AAA3\tSIDE\tSIDE_HUMAN\t\t\t\t1\tCHEMBL\tBLOCKER\tHomo sapiens",
)
TERMS = (
    "kind\tname\tidentifiers",
    "drug\texemplamod\tdrugcentral:10|chembl:CHEMBL900000",
    "drug\tgammastirin\tdrugcentral:11",
    # The same name with another number of the same kind: not the drug of the table's row.
    "drug\tbetablock\tdrugcentral:99",
)
MECHANISMS = (
    "molecule_chembl_id,target_chembl_id,action_type,mechanism_of_action",
    "CHEMBL900000,CHEMBL910007,AGONIST,Sample receptor 7 agonist",
    "CHEMBL900011,CHEMBL910007,AGONIST,Sample receptor 7 agonist",
    # Cited for two drugs: it belongs to neither.
    "CHEMBL900012,CHEMBL910007,ANTAGONIST,Sample receptor 7 antagonist",
)
TARGET_TABLE = ("target_chembl_id,target_name,uniprot_acc", "CHEMBL910007,Sample receptor 7,Q9AAA7")
LABEL = {
    "meta": {"results": {"total": 1}},
    "results": [
        {
            "set_id": "11111111-2222-4333-8444-555555555555",
            "id": "11111111-2222-4333-8444-000000000001",
            "version": "1",
            "effective_time": "20240102",
            "indications_and_usage": ["1 INDICATIONS AND USAGE Exemplamod cream is indicated for the treatment of sample disease in adults."],
            "mechanism_of_action": ["12.1 Mechanism of Action The mechanism of action of exemplamod in treating sample disease is unknown."],
            "openfda": {
                "application_number": ["NDA000011"],
                "generic_name": ["EXEMPLAMOD"],
                "brand_name": ["Exempla"],
                "substance_name": ["EXEMPLAMOD"],
                "product_type": ["HUMAN PRESCRIPTION DRUG"],
                "pharm_class_epc": ["Sample Signal Modifier [EPC]"],
                "pharm_class_moa": ["Sample Receptor Agonists [MoA]"],
            },
        }
    ],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the made-up tables above."""
    folder = tmp_path_factory.mktemp("targets")
    files = {"interaction.tsv": (HEADER, *ROWS), "terms.tsv": TERMS, "mechanisms.csv": MECHANISMS, "targets.csv": TARGET_TABLE}
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "label.json").write_text(json.dumps(LABEL))
    with open_home(folder / "home", create=True) as store:
        report = store.load([folder / name for name in (*files, "label.json")], seen="2024-02-01")
        assert not report.quarantine
    return folder / "home"


def test_a_targets_page_lists_its_drugs_once_with_all_evidence(home: Path) -> None:
    with open_home(home) as store:
        page = store.target("SMR7")
        assert (page.id, page.name, page.genes, page.organism) == ("target:uniprot.Q9AAA7", "Sample receptor 7", ["SMR7"], "Homo sapiens")
        told = {one.name: (one.id is not None, one.action, [each.record for each in one.evidence]) for one in page.drugs}
        assert told == {
            "exemplamod": (True, "activates", ["chembl:mechanisms/CHEMBL900000", "drugcentral:interaction/10/Q9AAA7"]),
            "gammastirin": (True, "activates", ["chembl:mechanisms/CHEMBL900011", "drugcentral:interaction/11/Q9AAA7"]),
            "betablock": (False, "inhibits", ["drugcentral:interaction/12/Q9AAA7"]),
            "epsilock": (False, "inhibits", ["drugcentral:interaction/14/Q9AAA7"]),
            "CHEMBL900012": (False, "inhibits", ["chembl:mechanisms/CHEMBL900012"]),
        }
        reach = {one.name: one.reach.stage if one.reach else None for one in page.drugs}
        assert reach["betablock"] is None
        assert [one.notice for one in page.attributions] == ["ChEMBL (EMBL-EBI), CC BY-SA 3.0", "DrugCentral, CC BY-SA 4.0"]
        side = store.target("SIDE", reach=False)
        assert ([one.name for one in side.drugs], [one.name for one in side.binding]) == (["sidestrokin"], ["exemplamod"])


def test_look_ups_by_target_action_class_and_neighbour(home: Path) -> None:
    with open_home(home) as store:
        assert [one.name for one in store.drugs_of_target("SMR7", action="activates")] == ["exemplamod", "gammastirin"]
        assert [one.name for one in store.drugs_of_target("SMR7", action="antagonist")] == ["betablock", "CHEMBL900012", "epsilock"]
        assert [one.name for one in store.drugs_of_class("sample signal modifiers")] == ["exemplamod"]
        assert [one.kinds for one in store.drugs_of_class("Sample receptor agonist [MoA]")] == [["MoA"]]
        assert [one.name for one in store.drugs_of_class("SMR7 agonist")] == ["exemplamod", "gammastirin"]
        assert [one.name for one in store.neighbours("exemplamod")] == ["gammastirin"]
        drug = store.entity("exemplamod").id
        assert [one.id for one in store.targets().targets_of_drugs()[drug]] == ["target:uniprot.Q9AAA7"]
        assert [one.name for one in store.targets().targets_of(drug)] == ["Sample receptor 7"]
        assert "class:name.samplesignalmodifier" in {one.id for one in store.targets().classes_by_drug[drug]}
        assert [one.target.name for one in store.mechanism("exemplamod").targets] == ["Sample receptor 7"]
        with pytest.raises(UnknownName, match="names a target"):
            store.target("no such thing")


def test_the_profile_and_the_mechanism_show_what_labels_say_beside_the_target(home: Path) -> None:
    with open_home(home) as store:
        (line,) = [one for one in store.drug("exemplamod").targets if one.mechanism]
        assert (line.id, line.action, line.genes) == ("target:uniprot.Q9AAA7", "activates", ["SMR7"])
        assert line.records == ["chembl:mechanisms/CHEMBL900000", "drugcentral:interaction/10/Q9AAA7"]
        view = store.mechanism("exemplamod")
        (said,) = view.documents
        assert (said.jurisdiction, said.document_type, said.certainty, said.effective) == ("US", "prescription label", "unknown", "2024-01-02")
        assert said.quote == "The mechanism of action of exemplamod in treating sample disease is unknown."
        assert view.caution is not None and view.caution.startswith("Called unknown for sample disease by: US prescription label.")
        assert [one.drug for one in view.neighbours] == ["gammastirin"]
        picture = drawn(view)
        assert picture._repr_svg_() == picture and picture.startswith("<svg")
        cells = store.landscape(drugs=["exemplamod"]).to_pylist()
        assert {(one["target"], one["target_name"]) for one in cells} == {("target:uniprot.Q9AAA7", "Sample receptor 7")}


def test_resolution_and_pages_at_the_door(home: Path) -> None:
    run = CliRunner()

    def asked(*words: str) -> dict[str, object]:
        return dict(json.loads(run.invoke(app, [*words, "--json", "--home", str(home)]).stdout))

    assert asked("resolve", "SMR7", "--kind", "target")["entity"] == "target:uniprot.Q9AAA7"
    assert asked("resolve", "SMR7")["entity"] == "target:uniprot.Q9AAA7"
    assert asked("resolve", "exemplamod")["entity"] == asked("resolve", "chembl:CHEMBL900000")["entity"]
    assert asked("target", "SMR7", "--without-stage")["id"] == "target:uniprot.Q9AAA7"
    assert asked("class", "SMR7 agonist", "--without-stage")["name"] == "Sample receptor 7 agonist"
    text = run.invoke(app, ["target", "SMR7", "--home", str(home)]).stdout
    assert "exemplamod" in text and "CC BY-SA" in text and "not medical advice" in text
    missing = run.invoke(app, ["target", "nothing", "--home", str(home)])
    assert missing.exit_code == 1


def test_status_of_a_target_and_of_a_class_is_that_of_their_drugs(home: Path) -> None:
    with open_home(home) as store:
        by_target = store.status(target="SMR7", rolled_up=True)
        assert {(line.drug_name.casefold(), line.stage) for line in by_target if line.condition} == {("exemplamod", "approved")}
        assert store.status(target="SIDE", rolled_up=True) == []
        by_class = store.status(drug_class="Sample Signal Modifier", rolled_up=True)
        assert {line.drug for line in by_class} == {line.drug for line in by_target if line.condition}
        both = store.status(target="SMR7", drug_class="Sample Signal Modifier", rolled_up=True)
        assert both == by_class
        told = CliRunner().invoke(app, ["status", "--target", "SMR7", "--class", "Sample Signal Modifier", "--home", str(home), "--json"])
        assert told.exit_code == 0
        assert json.loads(told.stdout.splitlines()[0])["drug_name"].casefold() == "exemplamod"


def test_a_person_settles_which_target_a_name_means(tmp_path: Path) -> None:
    (tmp_path / "interaction.tsv").write_text("\n".join((HEADER, *ROWS)) + "\n")
    with open_home(tmp_path / "home", create=True) as store:
        store.load([tmp_path / "interaction.tsv"], seen="2024-02-01")
        assert store.resolve("our receptor", "target").entity is None
        store.decide("our receptor", "target:gene.SMR7", author="a reader", kind="target")
        found = store.resolve("our receptor", "target")
        assert (found.entity, found.reason) == ("target:uniprot.Q9AAA7", "settled by a person")

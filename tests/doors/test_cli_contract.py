"""The command line's contract: JSON shapes, exit codes, one sentence on stderr, the same facts at the API and at the door."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest
from typer.testing import CliRunner

import theriac
from theriac.doors.cli import app
from theriac.settings import Settings

STARTER = Path(theriac.__file__).parent / "starter"
LOAD_KEYS = {"source", "read", "new", "changed", "annotation_only", "unchanged", "superseded", "quarantined"}
CHANGE_KEYS = {
    "id", "kind", "record", "drugs", "conditions", "old", "new", "quote_old", "quote_new", "from_seq", "to_seq", "from_version", "to_version",
    "happened", "seen",
}  # fmt: skip


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    code, out, _ = run("load", str(STARTER), "--home", str(folder), "--json")
    assert code == 0
    assert json.loads(out)["quarantine"] == []
    return folder


def test_load_reports_every_count_and_a_second_load_finds_nothing_new(home: Path) -> None:
    code, out, _ = run("load", str(STARTER), "--home", str(home), "--json")
    report = json.loads(out)
    assert code == 0
    assert {"sources", "quarantine", "unrecognised", "seconds"} <= report.keys()
    starter = next(one for one in report["sources"] if one["source"] == "starter")
    assert starter.keys() == LOAD_KEYS
    assert starter["source"] == "starter"
    assert starter["read"] == starter["unchanged"] > 80
    assert starter["new"] == starter["changed"] == 0


def test_profile_is_found_by_brand_code_and_identifier_and_cites_every_line(home: Path) -> None:
    found = {name: json.loads(run("drug", name, "--home", str(home), "--json")[1])["id"] for name in ("imiquimod", "Aldara", "unii:P1QW714R7M")}
    assert set(found.values()) == {"drug:unii.P1QW714R7M"}
    profile = json.loads(run("drug", "ZYCLARA", "--home", str(home), "--json")[1])
    for section in ("approvals", "labels", "trials", "holders"):
        assert profile[section]
        for line in profile[section]:
            assert line["citation"]["record"].startswith("starter:")
            assert line["citation"]["says"] == "Theriac summary, not label text"
    assert all(line["citations"] for line in profile["products"])
    assert {line["approved"] for line in profile["products"] if line["application"] == "NDA020723"} == {"1997-02-27"}


def test_shapes_validate_against_the_published_schema(home: Path) -> None:
    schema = json.loads(run("schema")[1])
    profile = json.loads(run("drug", "imiquimod", "--home", str(home), "--json")[1])
    jsonschema.validate(profile, {"$ref": "#/$defs/DrugProfile", "$defs": schema["$defs"]})
    for line in lines(run("changes", "--home", str(home), "--json")[1]):
        jsonschema.validate(line, {"$ref": "#/$defs/ChangeLine", "$defs": schema["$defs"]})


def test_as_of_shows_what_the_documents_said_then(home: Path) -> None:
    def status_of_aldara(*options: str) -> set[str]:
        profile = json.loads(run("drug", "imiquimod", "--home", str(home), "--json", *options)[1])
        return {one["value"] for line in profile["products"] if line["application"] == "NDA020723" for one in line["marketing"]}

    assert status_of_aldara("--as-of", "2026-09") == {"Prescription"}
    assert status_of_aldara() == {"Discontinued"}
    code, _, err = run("drug", "imiquimod", "--home", str(home), "--as-of", "2020")
    assert code == 1 and "no loaded document names" in err, "nothing had been seen by then"


def test_changes_have_the_contracts_keys_and_the_asked_order(home: Path) -> None:
    newest = lines(run("changes", "--drug", "imiquimod", "--home", str(home), "--json")[1])
    oldest = lines(run("changes", "--drug", "imiquimod", "--home", str(home), "--json", "--oldest-first")[1])
    assert newest == oldest[::-1]
    assert all(line.keys() == CHANGE_KEYS for line in newest)
    moved = [line for line in newest if line["record"] == "starter:ctgov/NCT05212246" and line["kind"] == "trial.start_moved"]
    assert [(line["old"], line["new"]) for line in moved] == [("2026-01-01", "2026-10-05")]
    assert {drug["id"] for line in moved for drug in line["drugs"]} == {"drug:unii.P1QW714R7M"}
    only = lines(run("changes", "--kind", "label.*", "--home", str(home), "--json")[1])
    assert only and all(line["kind"].startswith("label.") for line in only)
    assert lines(run("changes", "--since", "2026-12", "--home", str(home), "--json")[1]) == []


def test_resolve_explains_and_an_unknown_name_gives_the_nearest(home: Path) -> None:
    code, out, _ = run("resolve", "Imiquimod 5% Cream", "--home", str(home), "--json")
    found = json.loads(out)
    assert code == 0 and found["entity"] == "drug:unii.P1QW714R7M" and found["kind"] == "resolved" and 0 < found["score"] <= 1 and found["reason"]
    code, out, _ = run("resolve", "imiquimodd", "--home", str(home), "--json")
    found = json.loads(out)
    assert code == 1 and found["entity"] is None and found["candidates"][0]["entity"] == "drug:unii.P1QW714R7M"
    code, out, err = run("drug", "imiquimodd", "--home", str(home))
    assert code == 1 and out == "" and err.startswith("theriac: ") and "did you mean imiquimod" in err and err.count("\n") == 1


def test_status_keeps_an_adjuvant_apart_and_names_rule_and_facts(home: Path) -> None:
    found = lines(run("status", "--drug", "imiquimod", "--home", str(home), "--json")[1])
    adjuvant = [line for line in found if line["role"] == "adjuvant"]
    assert adjuvant and all(line["stage"] == "phase_3" or line["condition"] for line in adjuvant)
    assert all("approved" not in line["authorisation"].values() for line in adjuvant)
    overall = [line for line in found if line["condition"] is None and line["role"] == "monotherapy"]
    assert [line["stage"] for line in overall] == ["approved"]
    assert all(line["rules"] and line["evidence"] for line in found)


def test_label_reads_a_file_without_a_store_and_a_stored_set_id(home: Path, tmp_path: Path) -> None:
    file = STARTER / "2026-09-01" / "openfda_labels.json"
    read = lines(run("label", str(file), "--json", "--home", str(tmp_path / "none"))[1])
    assert {one["app"] for one in read} == {"openfda_labels"}
    five = next(one for one in read if one["set_id"] == "starter-imiquimod-us-5")
    regimens = {one["indication"]: one for one in five["regimens"] if one.get("frequency")}
    assert regimens["actinic keratosis"]["frequency"] == {"times": 2, "period": 1, "unit": "wk"}
    assert regimens["actinic keratosis"]["duration"]["value"] == 16
    stored = lines(run("label", "starter-imiquimod-us-5", "--json", "--home", str(home))[1])
    def without_places(regimens: list[dict]) -> list[dict]:
        return [{key: value for key, value in one.items() if key != "path"} for one in regimens]

    assert without_places(stored[0]["regimens"]) == without_places(five["regimens"])
    assert not (tmp_path / "none").exists()


def test_check_gives_statements_with_quotes_and_never_a_verdict(home: Path) -> None:
    found = json.loads(run("check", "imiquimod", "--pregnant", "--immunosuppressed", "--home", str(home), "--json")[1])
    assert {one["asked"] for one in found["statements"]} == {"pregnant", "immunosuppressed"}
    assert all(one["quote"] and one["label"] for one in found["statements"])
    found = json.loads(run("check", "imiquimod", "--with", "sonidegib", "--home", str(home), "--json")[1])
    assert "Not evidence of safety" in found["notice"]


def test_plan_makes_one_calendar_and_refuses_to_choose(home: Path, tmp_path: Path) -> None:
    arguments = ("plan", "imiquimod", "--for", "superficial basal cell carcinoma", "--start", "2026-12-01", "--home", str(home))
    file = tmp_path / "plan.ics"
    code, out, _ = run(*arguments, "--product", "aldara", "--jurisdiction", "US", "--ics", str(file), "--json")
    made = json.loads(out)
    assert code == 0 and len(made["applications"]) == 30
    assert file.read_text().startswith("BEGIN:VCALENDAR")
    code, out, _ = run("plan", "imiquimod", "--for", "actinic keratosis", "--start", "2026-12-01", "--home", str(home), "--json")
    assert code == 1 and json.loads(out)["reason"] == "several_match"


def test_search_finds_by_words_and_by_registry_number(home: Path) -> None:
    assert lines(run("search", "basal cell carcinoma imiquimod", "--home", str(home), "--json")[1])
    assert lines(run("search", "zzzzqqq", "--home", str(home), "--json")[1]) == []


def test_history_lists_versions_and_compares_two_word_by_word(home: Path) -> None:
    versions = lines(run("history", "NCT05212246", "--home", str(home), "--json")[1])
    assert [line["seq"] for line in versions] == [1, 2]
    difference = json.loads(run("history", "NCT05212246", "--compare", "1", "2", "--home", str(home), "--json")[1])
    added = "".join(one["text"] for one in difference["runs"] if one["kind"] == "added")
    assert "2026-10-05" in added
    code, _, err = run("history", "NCT05212246", "--compare", "1", "7", "--home", str(home))
    assert code == 1 and "versions 1 to 2" in err


def test_decide_settles_a_name_for_good(tmp_path: Path) -> None:
    folder = str(tmp_path / "home")
    run("load", str(STARTER), "--home", folder)
    assert run("resolve", "the pink cream", "--home", folder)[0] == 1
    words = ("--author", "a pharmacist", "--why", "as the ward calls it")
    code, out, _ = run("decide", "the pink cream", "drug:unii.P1QW714R7M", *words, "--home", folder)
    assert code == 0 and "a pharmacist" in out
    found = json.loads(run("resolve", "the pink cream", "--home", folder, "--json")[1])
    assert found["entity"] == "drug:unii.P1QW714R7M" and found["reason"] == "settled by a person"
    code, _, err = run("decide", "x", "drug:name.nothing", "--author", "a", "--home", folder)
    assert code == 1 and "no entity has the id" in err


def test_bad_files_are_told_in_one_sentence_each_and_the_exit_code_says_so(tmp_path: Path) -> None:
    folder = str(tmp_path / "home")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "page.json").write_text("<!DOCTYPE html><html><body>503</body></html>")
    (tmp_path / "in" / "cut.json").write_bytes((STARTER / "2026-09-01" / "clinicaltrials_studies.json").read_bytes()[:9000])
    (tmp_path / "in" / "notes.md").write_text("nothing of ours")
    code, out, _ = run("load", str(tmp_path / "in"), "--home", folder, "--json")
    report = json.loads(out)
    assert code == 3
    assert {Path(one["file"]).name for one in report["quarantine"]} == {"page.json", "cut.json"}
    assert [Path(one).name for one in report["unrecognised"]] == ["notes.md"]
    assert sum(one["new"] for one in report["sources"]) > 0, "the studies before the cut are kept"
    kept = lines(run("quarantine", "--home", folder, "--json")[1])
    assert len(kept) == 2
    code, _, err = run("load", str(tmp_path / "absent"), "--home", folder)
    assert code == 1 and "there is no file or folder" in err


def test_without_a_home_the_next_step_is_said(tmp_path: Path) -> None:
    code, _, err = run("drug", "imiquimod", "--home", str(tmp_path / "none"))
    assert code == 1 and "load something first" in err


def test_usage_errors_exit_with_two(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["load"]).exit_code == 2
    assert CliRunner().invoke(app, ["drug", "x", "--no-such-option"]).exit_code == 2


def test_doctor_backup_and_restore(home: Path, tmp_path: Path) -> None:
    assert json.loads(run("doctor", "--home", str(home), "--json")[1])["faults"] == []
    assert run("backup", str(tmp_path / "b.tar"), "--home", str(home))[0] == 0
    code, _, _ = run("restore", str(tmp_path / "b.tar"), "--home", str(tmp_path / "again"))
    assert code == 0
    one, other = (json.loads(run("drug", "imiquimod", "--home", str(folder), "--json")[1]) for folder in (home, tmp_path / "again"))
    assert one == other
    assert run("restore", str(tmp_path / "b.tar"), "--home", str(home))[0] == 1


def test_api_gives_the_same_shapes_as_the_door(home: Path) -> None:
    with theriac.open(settings=Settings(home=home)) as store:
        profile = store.drug("imiquimod")
    assert json.loads(msgspec.json.encode(profile)) == json.loads(run("drug", "imiquimod", "--home", str(home), "--json")[1])


def test_public_names_are_what_the_package_says() -> None:
    assert all(getattr(theriac, name) is not None for name in theriac.__all__)


def test_the_console_script_runs_as_a_process(home: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "theriac", "resolve", "aldara", "--home", str(home)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "drug:unii.P1QW714R7M" in done.stdout


def test_a_condition_that_only_trials_name_can_be_asked_for(home: Path) -> None:
    found = lines(run("trials", "--condition", "Actinic Cheilitis", "--home", str(home), "--json")[1])
    assert found and all("Actinic Cheilitis" in line["conditions"] for line in found)


def test_a_drug_that_only_trials_name_can_be_asked_for(home: Path) -> None:
    profile = json.loads(run("drug", "resiquimod", "--home", str(home), "--json")[1])
    assert profile["trials"] and not profile["products"]
    assert {line["application"] for line in profile["products"]} == set()


def test_programmes_leave_as_tables(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "programmes.csv"
    assert run("landscape", str(file), "--drug", "imiquimod", "--drug", "fluorouracil", "--home", str(home))[0] == 0
    rows = file.read_text().splitlines()
    assert rows[0].startswith("drug,drug_name,condition") and len(rows) > 20
    with theriac.open(settings=Settings(home=home)) as store:
        table = store.programmes(drugs=["imiquimod"])
        cells = store.landscape(drugs=["imiquimod"])
    assert set(table.column("drug").to_pylist()) == {"drug:unii.P1QW714R7M"}
    assert cells.num_rows > 5
    assert run("landscape", str(tmp_path / "x.txt"), "--home", str(home))[0] == 1


def test_an_alert_tells_of_what_is_loaded_after_it_and_of_nothing_before(tmp_path: Path) -> None:
    folder = str(tmp_path / "home")
    run("load", str(STARTER / "2026-09-01"), "--home", folder)
    code, out, _ = run("alert", "add", "drug:imiquimod kind:trial.*,approval.*", "--every", "now", "--to", "feed", "--home", folder, "--json")
    number = json.loads(out)["alert"]["id"]
    assert code == 0 and "imiquimod" in json.loads(out)["alert"]["sentence"]
    first = json.loads(run("alert", "run", "--home", folder, "--json")[1])
    assert first["alerts"] == 0, "a first load is history, not news"
    run("load", str(STARTER / "2026-11-01"), "--home", folder)
    later = ("--now", "2099-01-01T00:00:00Z", "--home", folder, "--json")
    done = json.loads(run("alert", "run", *later)[1])
    assert done["alerts"] > 20 and done["sent"] == 1
    again = json.loads(run("alert", "run", *later)[1])
    assert again["alerts"] == again["digests"] == again["sent"] == 0, "nothing is told twice"
    attempts = lines(run("deliveries", "--alert", number, "--home", folder, "--json")[1])
    assert [one["state"] for one in attempts] == ["sent"]
    assert list((tmp_path / "home" / "outgoing" / "feeds").glob("*.atom"))
    run("doctor", "--rebuild", "--home", folder)
    after = json.loads(run("alert", "run", *later)[1])
    assert after["alerts"] == 0, "a rebuild raises no alert"
    assert run("alert", "remove", number, "--home", folder)[0] == 0
    code, _, err = run("alert", "add", "drug:imiquimoood", "--home", folder)
    assert code == 1 and "imiquimod" in err


def test_a_rule_is_tested_over_history(home: Path) -> None:
    found = json.loads(run("alert", "test", "drug:imiquimod kind:trial.stopped", "--home", str(home), "--json")[1])
    assert found["matched"] == 2 and found["months"][0]["month"] == "2026-11"

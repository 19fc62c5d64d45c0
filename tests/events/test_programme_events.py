"""Events of programmes: what moved when versions came, what time alone moved, and what never does. Studies are of our own words."""

import json
from pathlib import Path
from typing import Any

import pytest

import theriac
from theriac import programme_chronicle
from theriac.pipeline import load
from theriac.settings import Settings
from theriac.store import events, live
from theriac.watch import Watch


def study(
    number: int, phases: list[str], status: str, *, updated: str, posted: str = "2018-02-01", sponsor: str = "Made-up Pharma", **more: Any
) -> dict[str, Any]:
    """A study of zorvexine against warts, in the registry's v2 form."""
    end = {"date": more.pop("end", "2027-01"), "type": "ESTIMATED"}
    dated = {"startDateStruct": {"date": "2018-03-01", "type": "ACTUAL"}, "completionDateStruct": end}
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": "A study of zorvexine"},
            "statusModule": {
                "statusVerifiedDate": updated[:7],
                "overallStatus": status,
                "studyFirstSubmitDate": posted,
                "studyFirstPostDateStruct": {"date": posted, "type": "ACTUAL"},
                "lastUpdateSubmitDate": updated,
                "lastUpdatePostDateStruct": {"date": updated, "type": "ACTUAL"},
                **dated,
                **more,
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": sponsor, "class": "INDUSTRY"}},
            "descriptionModule": {"briefSummary": "What zorvexine does."},
            "eligibilityModule": {"eligibilityCriteria": "Adults."},
            "conditionsModule": {"conditions": ["Common Warts"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": phases},
            "armsInterventionsModule": {
                "armGroups": [{"label": "Drug", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Zorvexine"]}],
                "interventions": [{"type": "DRUG", "name": "Zorvexine", "armGroupLabels": ["Drug"]}],
            },
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-01-01"}},
        "hasResults": False,
    }


class Made:
    """A home fed day by day."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.store = theriac.open(settings=Settings(home=folder / "home", workers=1), create=True)

    def take(self, day: str, *studies: dict[str, Any]) -> None:
        path = self.folder / f"{day}-{len(list(self.folder.iterdir()))}.json"
        path.write_text("\n".join(json.dumps(one) for one in studies))
        load(self.store.home, self.store.settings, [path], seen=day)

    def told(self, today: str = "2024-12-31") -> list[tuple[str, str, str | None, str | None]]:
        """(seen, kind, old, new) of programmes, oldest first."""
        programme_chronicle.catch_up(self.store.home, self.store.names, today)
        found = events.events(self.store.home, until=today, kinds=["programme.*"])
        return sorted((one.seen, one.kind.value.partition(".")[2], one.old, one.new) for one in found)

    def rows(self) -> list[Any]:
        query = "SELECT id, kind, seen, commit_id, fresh, superseded_by, drug, condition FROM event WHERE drug <> '' ORDER BY id"
        return self.store.home.index.db.execute(query).fetchall()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_a_first_load_tells_nothing(made: Made) -> None:
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"), study(2, ["PHASE3"], "TERMINATED", updated="2022-12-01"))
    assert made.told("2023-01-01") == []


def test_stage_advances_with_the_trial_that_begins(made: Made) -> None:
    planned = study(2, ["PHASE3"], "NOT_YET_RECRUITING", updated="2022-12-01")
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"), planned)
    made.take("2023-06-01", study(2, ["PHASE3"], "RECRUITING", updated="2023-05-20"))
    assert made.told() == [("2023-06-01", "stage_advanced", "phase_2", "phase_3")]
    (event,) = events.events(made.store.home, kinds=["programme.stage_advanced"])
    assert (event.record, event.from_seq, event.to_seq) == ("ctgov:NCT00000002", 1, 2)
    assert [one.id.partition(":")[0] for one in (*event.drugs, *event.conditions)] == ["drug", "condition"]
    (line,) = made.store.changes(kinds=["programme.stage_advanced"])
    assert [one.name for one in line.drugs] == ["Zorvexine"]
    assert line.quote_new == "PHASE3"


def test_stopped_with_its_reason_and_resumed(made: Made) -> None:
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"))
    made.take("2023-06-01", study(1, ["PHASE2"], "TERMINATED", updated="2023-05-20", whyStopped="Slow enrolment"))
    made.take("2023-09-01", study(3, ["PHASE2"], "RECRUITING", updated="2023-08-20", posted="2023-08-20"))
    assert made.told() == [
        ("2023-06-01", "stopped", "active", "stopped (enrolment)"),
        ("2023-09-01", "resumed", "stopped", "active"),
    ]


def test_one_stopped_trial_of_two_stops_no_programme_but_its_own_organisations(made: Made) -> None:
    other = study(2, ["PHASE2"], "RECRUITING", updated="2022-12-01", sponsor="Another Pharma")
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"), other)
    made.take("2023-06-01", study(1, ["PHASE2"], "TERMINATED", updated="2023-05-20"))
    assert made.told("2023-07-01") == [("2023-06-01", "stopped", "active", "stopped (unstated)")]
    (event,) = events.events(made.store.home, kinds=["programme.stopped"])
    assert event.mention == "Made-up Pharma"


def test_silence_is_told_on_the_day_it_grew_too_long_and_ended_by_a_new_trial(made: Made) -> None:
    made.take("2023-01-01", study(1, ["PHASE2"], "UNKNOWN", updated="2021-05-20", end="2021-06"))
    assert made.told("2023-05-20") == []
    assert made.told("2023-05-21") == [("2023-05-21", "no_development_reported", "unknown", "no_development_reported")]
    assert made.told("2023-05-21") == made.told("2023-05-22")
    made.take("2023-09-01", study(3, ["PHASE2"], "RECRUITING", updated="2023-08-20", posted="2023-08-20"))
    assert made.told("2023-09-02")[1:] == [("2023-09-01", "resumed", "no_development_reported", "active")]


def test_a_trial_that_was_there_before_anybody_looked_moves_nothing_when_it_comes(made: Made) -> None:
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"))
    made.take("2023-06-01", study(2, ["PHASE3"], "RECRUITING", updated="2023-05-20", posted="2019-01-01"))
    assert made.told() == []


def steps() -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        ("2023-01-01", [study(1, ["PHASE1"], "RECRUITING", updated="2022-12-01"), study(2, ["PHASE3"], "NOT_YET_RECRUITING", updated="2022-12-01")]),
        ("2023-03-01", [study(1, ["PHASE1"], "COMPLETED", updated="2023-02-01")]),
        ("2023-06-01", [study(2, ["PHASE3"], "RECRUITING", updated="2023-05-20")]),
        ("2023-09-01", [study(2, ["PHASE3"], "SUSPENDED", updated="2023-08-20")]),
        ("2023-12-01", [study(2, ["PHASE3"], "RECRUITING", updated="2023-11-20")]),
        ("2024-03-01", [study(2, ["PHASE3"], "TERMINATED", updated="2024-02-20", whyStopped="Futility at the interim analysis")]),
    ]


def test_replay_is_incremental_is_a_rebuild_and_the_order_of_loading_does_not_matter(tmp_path: Path) -> None:
    """Told after every load, told once at the end, made anew, and loaded backwards: the same events."""
    each, end, backwards = (Made(tmp_path / name) for name in ("each", "end", "backwards"))
    for day, studies in steps():
        each.take(day, *studies)
        each.told(day)
        end.take(day, *studies)
    for day, studies in reversed(steps()):
        backwards.take(day, *studies)
        backwards.told("2023-01-02")
    today = "2027-01-01"
    told = each.told(today)
    assert [(day, kind) for day, kind, _, _ in told] == [
        ("2023-06-01", "stage_advanced"),
        ("2023-12-01", "resumed"),
        ("2024-03-01", "stopped"),
    ]
    assert end.told(today) == backwards.told(today) == told
    assert end.rows() == each.rows()
    before = each.rows()
    each.store.doctor(rebuild=True)
    each.told(today)
    assert each.rows() == before


def test_the_state_of_a_day_is_that_of_a_store_that_has_no_later_document(tmp_path: Path) -> None:
    then, now = Made(tmp_path / "then"), Made(tmp_path / "now")
    for day, studies in steps():
        now.take(day, *studies)
        if day <= "2023-10-01":
            then.take(day, *studies)
    assert now.store.changes(as_of="2023-10-01", kinds=["programme.*"]) == then.store.changes(as_of="2023-10-01", kinds=["programme.*"])
    assert now.store.changes(as_of="2023-10-01", drug="zorvexine") == then.store.changes(as_of="2023-10-01", drug="zorvexine")
    assert then.store.changes(as_of="2023-10-01", kinds=["programme.*"])


def test_the_same_move_twice_is_two_events(made: Made) -> None:
    running, ended = study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"), study(1, ["PHASE2"], "TERMINATED", updated="2023-02-01")
    made.take("2023-01-01", running)
    for day, one in (("2023-03-01", ended), ("2023-06-01", running), ("2023-09-01", ended)):
        made.take(day, one)
    assert [seen for seen, kind, _, _ in made.told() if kind == "stopped"] == ["2023-03-01", "2023-09-01"]


def test_what_a_first_pass_over_a_followed_name_finds_is_no_news(made: Made) -> None:
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"))
    made.take("2023-06-01", study(2, ["PHASE3"], "RECRUITING", updated="2023-05-01", posted="2023-04-01"))
    live.noted(made.store.home, [live.published("ctgov", "2023-06-01T00:00:00Z", baseline=True)])
    assert made.told() == []


def test_news_of_a_drug_leave_out_those_of_others_in_its_trials(made: Made) -> None:
    for day, status in (("2023-01-01", "NOT_YET_RECRUITING"), ("2023-06-01", "RECRUITING")):
        one = study(2, ["PHASE3"], status, updated="2022-12-01" if day == "2023-01-01" else "2023-05-20")
        arms = one["protocolSection"]["armsInterventionsModule"]
        arms["interventions"].append({"type": "DRUG", "name": "Quandrolol", "armGroupLabels": ["Drug"]})
        arms["armGroups"][0]["interventionNames"].append("Drug: Quandrolol")
        made.take(day, one)
    everything = {one.id for group in made.store.news(family="programme").groups for one in group.drugs}
    page = made.store.news(family="programme", drug="zorvexine")
    assert len(everything) == 2 and page.total == 1
    assert [one.name.lower() for group in page.groups for one in group.drugs] == ["zorvexine"]


def two(made: Made) -> None:
    planned = study(2, ["PHASE3"], "NOT_YET_RECRUITING", updated="2022-12-01")
    made.take("2023-01-01", study(1, ["PHASE2"], "RECRUITING", updated="2022-12-01"), planned)


def begins(made: Made) -> None:
    made.take("2023-06-01", study(2, ["PHASE3"], "RECRUITING", updated="2023-05-20"))


def test_a_tick_vouches_only_for_what_was_there_when_it_began(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    two(made)
    real, home = programme_chronicle.catch_up, made.store.home

    def meanwhile(*arguments: Any) -> int:
        looked = real(*arguments)
        begins(made)
        return looked

    monkeypatch.setattr(programme_chronicle, "catch_up", meanwhile)
    first = programme_chronicle.tick(home, made.store.names, "2024-12-31")
    monkeypatch.setattr(programme_chronicle, "catch_up", real)
    assert list(Watch(home, made.store.names).after(0, first)) == []
    second = programme_chronicle.tick(home, made.store.names, "2024-12-31")
    assert "programme.stage_advanced" in {one.kind for one in Watch(home, made.store.names).after(first, second)}


def test_what_lands_during_a_catch_up_is_looked_at_by_the_next(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    two(made)
    monkeypatch.setattr(programme_chronicle.kept, "note_due", lambda *_: begins(made) if made.store.home.index.stamp == 1 else None)
    made.told()
    assert made.told() == [("2023-06-01", "stage_advanced", "phase_2", "phase_3")]


def test_one_that_follows_derives_events_of_programmes(made: Made) -> None:
    two(made)
    begins(made)
    made.store.follow()
    assert [one.kind for one in events.events(made.store.home, kinds=["programme.*"])] == ["programme.stage_advanced"]

"""Passes over live sources against the replay server: what is asked, what is kept, what is believed."""

from pathlib import Path

import msgspec
import pytest
from live_homes import CONTACT, Clockwork, World, application, full, held, increment, kinds, label, of_drug, opened, payloads, study, syncing
from replay_files import zipped

from theriac.store import live


def test_a_full_pass_brings_everything_page_by_page(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(50).ctgov.largest_page = 20
    with opened(tmp_path, world) as store:
        done = full(syncing(store, world, time), "ctgov")
        assert (done.outcome, done.records, done.new, done.quarantined) == ("done", 50, 50, 0)
        assert payloads(store.home, "ctgov") == {number: world.ctgov.served(number) for number in world.ctgov.studies}
        state = live.pass_of(store.home, "ctgov")
        assert (state.since, state.cursor, state.began_at, state.total) == (world.ctgov.release, "", "", 50)
        asked = [(one.path, one.query.get("countTotal"), "pageToken" in one.query) for one in world.replay.log]
        page = "/api/v2/studies"
        assert asked == [
            ("/api/v2/version", None, False),
            (page, "true", False),
            (page, None, True),
            (page, None, True),
            ("/api/v2/version", None, False),
        ]
        assert kinds(store) == []


def test_an_increment_asks_for_what_was_updated_and_finds_what_is_gone(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(30)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        full(sync, "ctgov")
        day = world.advance()
        world.ctgov.put(study(4, day=day, status="SUSPENDED"))
        world.ctgov.put(study(90, day=day))
        world.ctgov.remove("NCT90000007")
        world.replay.log.clear()
        done = increment(sync, "ctgov")
        assert (done.outcome, done.new, done.changed, done.removed) == ("done", 1, 1, 1)
        assert held(store.home)["ctgov"] == set(world.ctgov.studies)
        assert payloads(store.home, "ctgov")["NCT90000004"] == world.ctgov.served("NCT90000004")
        assert kinds(store) == ["trial.status_changed", "trial.withdrawn_from_registry"]
        window = next(one.query["filter.advanced"] for one in world.replay.log if "filter.advanced" in one.query)
        assert window == "AREA[LastUpdatePostDate]RANGE[2026-02-27,MAX]"
        again = increment(sync, "ctgov")
        assert (again.outcome, again.requests) == ("nothing_new", 1)


def test_without_removals_no_list_of_ids_is_asked_for(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(10)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        full(sync, "ctgov")
        world.ctgov.put(study(3, day=world.advance(), status="SUSPENDED"))
        world.replay.log.clear()
        assert increment(sync, "ctgov").requests == 3
        assert [one.path.rpartition("/")[2] for one in world.replay.log] == ["version", "studies", "size"]


def test_a_removed_study_that_comes_back_is_there_again(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(10)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        full(sync, "ctgov")
        kept = world.ctgov.study("NCT90000004")
        world.ctgov.remove("NCT90000004")
        world.advance()
        increment(sync, "ctgov")
        assert "NCT90000004" not in held(store.home)["ctgov"]
        kept["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] = world.advance()
        world.ctgov.put(kept)
        increment(sync, "ctgov")
        assert held(store.home)["ctgov"] == set(world.ctgov.studies)


@pytest.mark.parametrize("source", ["openfda_label", "openfda_drugsfda"])
def test_the_bulk_files_bring_everything_and_prove_removals(tmp_path: Path, world: World, time: Clockwork, source: str) -> None:
    endpoint = source.partition("_")[2]
    world.openfda.part = 12
    world.filled(30)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        assert full(sync, source).records == 30
        assert held(store.home)[source] == set(world.openfda.records[endpoint])
        world.openfda.updated = "2026-03-09"
        del world.openfda.records[endpoint][next(iter(world.openfda.records[endpoint]))]
        world.openfda.export(endpoint)
        done = full(sync, source)
        assert (done.outcome, done.records, done.new) == ("done", 29, 0)
        assert held(store.home)[source] == set(world.openfda.records[endpoint])
        assert not list((tmp_path / "incoming" / source).iterdir())


def test_changes_of_applications_are_followed_by_their_links(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(30)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        full(sync, "openfda_drugsfda")
        day = world.advance().replace("-", "")
        for number in range(40, 75):
            world.openfda.put("drugsfda", f"NDA{number:06d}", application(number, day=day))
        world.openfda.put("drugsfda", "NDA000002", application(2, day=day, status="Discontinued"))
        type(sync.fetcher("openfda_drugsfda")).page, before = 10, type(sync.fetcher("openfda_drugsfda")).page
        world.replay.log.clear()
        done = increment(sync, "openfda_drugsfda")
        type(sync.fetcher("openfda_drugsfda")).page = before
        assert (done.outcome, done.message, done.new, done.changed) == ("done", "", 35, 1)
        assert held(store.home)["openfda_drugsfda"] == set(world.openfda.records["drugsfda"])
        pages = [one for one in world.replay.log if "search" in one.query]
        assert len(pages) == 7 and all("skip" not in one.query for one in pages)
        assert len({one.query.get("search_after") for one in pages}) == len(pages)
        assert "approval.marketing_status_changed" in kinds(store)


def test_no_records_found_is_an_empty_answer_and_no_fault(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(5)
    with opened(tmp_path, world) as store:
        done = of_drug(syncing(store, world, time), "openfda_label", "nosuchdrug")
        assert (done.outcome, done.records, done.message) == ("done", 0, "")


def test_one_drug_from_all_sources(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(12)
    with opened(tmp_path, world) as store:
        report = store.keeper.sync(["ctgov", "openfda_label", "openfda_drugsfda"], drug="imiquimod")
        assert [(run.source, run.outcome, run.records) for run in report.sources] == [
            ("ctgov", "done", 8),
            ("openfda_label", "done", 8),
            ("openfda_drugsfda", "done", 8),
        ]
        profile = store.drug("imiquimod")
        assert (len(profile.trials), len(profile.labels), len(profile.approvals)) == (8, 8, 8)
        assert kinds(store) == []


def test_another_drug_that_is_asked_for_later_is_no_news(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(12)
    with opened(tmp_path, world) as store:
        store.keeper.sync(["ctgov", "openfda_label", "openfda_drugsfda"], drug="imiquimod")
        world.advance()
        store.keeper.sync(["ctgov", "openfda_label", "openfda_drugsfda"], drug="resiquimod")
        assert len(store.drug("resiquimod").labels) == 4
        assert kinds(store) == []


def test_what_is_followed_is_kept_complete(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(12)
    with opened(tmp_path, world) as store:
        none = store.keeper.sync(["ctgov"])
        assert none.sources == [] and "theriac follow NAME" in none.notices[0]
        store.keeper.follow("Imiquimod")
        assert store.keeper.sync(["ctgov", "openfda_label"]).sources[0].new == 8
        day = world.advance()
        world.ctgov.put(study(20, day=day, status="COMPLETED"))
        world.ctgov.put(study(1, day=day, status="TERMINATED"))
        world.ctgov.put(study(3, day=day, status="TERMINATED", drug="resiquimod"))
        world.openfda.put("label", label(30)["set_id"], label(30, effective=day.replace("-", "")))
        report = store.keeper.sync(["ctgov", "openfda_label"])
        told = [(run.name, run.depth, run.new, run.changed) for run in report.sources]
        assert told == [("Imiquimod", "changes", 1, 1), ("Imiquimod", "changes", 1, 0)]
        assert "label.new_label" in kinds(store) and "trial.stopped" in kinds(store)
        store.keeper.unfollow("imiquimod")
        assert store.keeper.follows() == []


def test_the_whole_world_may_be_followed_by_changes_after_a_full_pass(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(12)
    with opened(tmp_path, world) as store:
        store.keeper.sync(full="ctgov")
        store.keeper.follow("imiquimod")
        (run,) = store.keeper.sync(["ctgov"]).sources
        assert (run.name, run.outcome) == (None, "nothing_new")


def test_a_dry_run_asks_nothing(tmp_path: Path, world: World) -> None:
    world.filled(5)
    with opened(tmp_path, world) as store:
        planned = store.keeper.plan(drug="imiquimod")
        assert "query.intr=\"imiquimod\"" in planned[0].asks[1]
        assert [one.source for one in planned][:3] == ["ctgov", "openfda_label", "openfda_drugsfda"]
        assert world.replay.log == []


def test_every_request_says_who_asks(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(5)
    with opened(tmp_path, world) as store:
        store.keeper.sync(full="ctgov")
        store.keeper.sync(full="openfda_label")
        store.keeper.sync(["openfda_drugsfda"], drug="imiquimod")
    agents = {one.headers["user-agent"] for one in world.replay.log}
    assert len(agents) == 1 and CONTACT in agents.pop()
    by_host: dict[str, set[int]] = {}
    for one in world.replay.log:
        by_host.setdefault(one.host, set()).add(one.port)
    assert len(by_host["clinicaltrials.gov"]) == 1


def test_a_host_is_asked_no_faster_than_it_allows(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(30).ctgov.largest_page = 10
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        sync.client.rates, sync.client.rate = {"clinicaltrials.gov": 1.0}, 4.0
        full(sync, "ctgov")
        assert len(world.replay.log) == 5
        assert sum(time.slept) == pytest.approx(4.0)


def test_a_cut_pass_goes_on_from_its_last_committed_page(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(60).ctgov.largest_page = 10
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time, batch_records=20)
        world.replay.fail("500", "/api/v2/studies", times=99, after=4)
        cut = full(sync, "ctgov")
        assert cut.outcome == "failed" and cut.message == "clinicaltrials.gov answers with an error of its own (500)"
        state = live.pass_of(store.home, "ctgov")
        assert state.counted == 40 and state.cursor
        assert store.sources()[0].last_success is None
        world.replay.faults.clear()
        world.replay.log.clear()
        (wanted,) = sync.changes([], ["ctgov"])
        assert wanted.depth == "full"
        done = sync.run(wanted)
        assert (done.outcome, done.records, done.new, done.requests) == ("done", 60, 20, 4)
        assert held(store.home)["ctgov"] == set(world.ctgov.studies)


def test_a_pass_whose_release_moved_proves_no_absence(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(40).ctgov.largest_page = 10
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time, batch_records=20)
        full(sync, "ctgov")
        world.ctgov.remove("NCT90000001")
        world.replay.fail("500", "/api/v2/studies", times=99, after=2)
        full(sync, "ctgov")
        world.replay.faults.clear()
        world.advance()
        assert full(sync, "ctgov").outcome == "done"
        assert "NCT90000001" in held(store.home)["ctgov"]
        world.advance()
        increment(sync, "ctgov")
        assert held(store.home)["ctgov"] == set(world.ctgov.studies)


def test_validators_are_kept_with_the_pass(tmp_path: Path, world: World, time: Clockwork) -> None:
    from theriac.http import Validators

    state = live.Pass(source="x", validators=msgspec.json.encode({"https://a/b": Validators('"1"')}).decode())
    with opened(tmp_path, world) as store:
        live.noted(store.home, [live.keep_pass(state)])
        assert live.pass_of(store.home, "x") == state


def test_a_full_pass_that_did_not_bring_all_is_asked_for_again(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(6)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        world.replay.fail("total", times=1)
        assert full(sync, "ctgov").outcome == "failed"
        assert [(one.depth, one.names) for one in sync.changes([], ["ctgov"])] == [("full", None)]
        assert increment(sync, "ctgov").outcome == "done"
        assert [one.depth for one in sync.changes([], ["ctgov"])] == ["changes"]


def test_a_set_with_a_record_that_cannot_be_read_is_not_brought_again_at_each_release(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(6)
    broken = application(80)
    broken["products"] = "none"
    world.openfda.put("drugsfda", "NDA000080", broken)
    world.openfda.export("drugsfda")
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        done = full(sync, "openfda_drugsfda")
        assert (done.outcome, done.quarantined) == ("done", 1)
        world.advance()
        world.openfda.export("drugsfda")
        world.replay.log.clear()
        assert increment(sync, "openfda_drugsfda").outcome == "done"
        assert [one.path for one in world.replay.log if "download" in one.host + one.path] == []


def test_a_bulk_file_in_no_format_is_not_kept(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(6)
    date, parts, count = world.openfda.exports["drugsfda"]
    world.openfda.exports["drugsfda"] = (date, [zipped({"notes.json": b'{"nothing": "of ours"}'})], count)
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time)
        done = full(sync, "openfda_drugsfda")
        assert done.outcome == "failed", done
        assert list((tmp_path / "incoming" / "openfda_drugsfda").iterdir()) == []
        world.openfda.exports["drugsfda"] = (date, parts, count)
        assert full(sync, "openfda_drugsfda").outcome == "done"


def test_others_write_while_a_source_is_waited_for(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(30).ctgov.largest_page = 10
    with opened(tmp_path, world) as store:
        sync = syncing(store, world, time, batch_records=20)
        world.replay.fail("503", "/api/v2/studies", times=1, after=2)
        world.replay.retry_after = "120"
        held_up: list[float] = []

        def waiting(seconds: float) -> None:
            with store.home.writer("2026-03-02T12:00:00Z", patience=0.0):
                held_up.append(seconds)
            time.sleep(seconds)

        sync.client.clock = msgspec.structs.replace(time.clock, sleep=waiting)
        done = full(sync, "ctgov")
        assert (done.outcome, done.records, done.new) == ("done", 30, 30)
        assert max(held_up) == 120 and live.pass_of(store.home, "ctgov").counted == 0


def test_a_condition_is_followed_where_it_can_be_asked_for(tmp_path: Path, world: World, time: Clockwork) -> None:
    world.filled(6)
    with opened(tmp_path, world) as store:
        store.keeper.sync(["ctgov"], drug="imiquimod")
        store.keeper.follow("warts")
        planned = {one.source: one.asks for one in store.keeper.plan() if one.name}
        assert set(planned) == {"ctgov", "pubmed"}
        assert any('query.cond="warts"' in ask for ask in planned["ctgov"]) and not any("query.intr" in ask for ask in planned["ctgov"])
        assert '"clinical trial"[pt]' in planned["pubmed"][0]

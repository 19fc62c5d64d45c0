"""The fault matrix: each fault of a live source, for each source and way of asking; what is lost is nothing, what is said is quoted."""

from collections.abc import Iterator

import msgspec
import pytest
from live_homes import Clockwork, World, asker, held, kinds, opened, payloads

from theriac.api import Theriac
from theriac.live.base import Names
from theriac.live.openfda import OpenFDAApplications, OpenFDALabels
from theriac.store import live
from theriac.sync import SourceRun, Sync, Wanted
from theriac.terms import SyncDepth

# source and depth, the address that fails, and what the faults are that this way of asking can meet beside those of every request.
WAYS = {
    "trials, all of them": ("ctgov", SyncDepth.FULL, "/api/v2/studies"),
    "trials of a drug": ("ctgov", SyncDepth.DRUG, "/api/v2/studies"),
    "labels, bulk files": ("openfda_label", SyncDepth.FULL, "/download.json"),
    "labels of a drug": ("openfda_label", SyncDepth.DRUG, "/drug/label.json"),
    "applications, bulk files": ("openfda_drugsfda", SyncDepth.FULL, "/download.json"),
    "applications of a drug": ("openfda_drugsfda", SyncDepth.DRUG, "/drug/drugsfda.json"),
}
PASSING = {
    "429": "asked too often (429)",
    "500": "an error of its own (500)",
    "503": "an error of its own (503)",
    "html": "a web page in place of JSON",
    "gzip": "cut off inside its compression",
    "cut": "was cut off",
}
PAGED = [way for way, (_, depth, address) in WAYS.items() if address != "/download.json"]


class Bench:
    """One home for each way of asking; the faults come one after another."""

    def __init__(self, store: Theriac, world: World, way: str) -> None:
        self.store, self.world = store, world
        self.source, depth, self.address = WAYS[way]
        self.said: list[str] = []
        settings = msgspec.structs.replace(store.settings, batch_records=20)
        self.sync = Sync(store.home, settings, asker(world, Clockwork(), tell=self.said.append), Clockwork("2026-03-05T12:00:00Z").now)
        names = Names(("imiquimod",)) if depth is SyncDepth.DRUG else None
        self.wanted = Wanted(self.sync.fetcher(self.source), depth, names)

    def run(self) -> SourceRun:
        return self.sync.run(self.wanted)

    def truth(self) -> dict[str, bytes]:
        return payloads(self.store.home, self.source)


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Bench]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(OpenFDALabels, "page", 8)
        patched.setattr(OpenFDAApplications, "page", 8)
        worlds, stores, made = [], [], {}
        for way in WAYS:
            world = World()
            world.openfda.part, world.ctgov.largest_page = 12, 10
            world.replay.__enter__()
            world.filled(45)
            opening = opened(tmp_path_factory.mktemp("faults"), world)
            made[way] = Bench(opening.__enter__(), world, way)
            assert made[way].run().outcome == "done"
            worlds.append(world)
            stores.append(opening)
        yield made
        for opening, world in zip(stores, worlds, strict=True):
            opening.__exit__(None, None, None)
            world.close()
            world.replay.__exit__()


@pytest.fixture
def bench(benches: dict[str, Bench], way: str) -> Iterator[Bench]:
    one = benches[way]
    one.said.clear()
    yield one
    one.world.replay.faults.clear()
    assert one.run().outcome == "done"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_waited_out(bench: Bench, fault: str) -> None:
    before = bench.truth()
    bench.world.replay.fail(fault, bench.address, times=2)
    done = bench.run()
    assert (done.outcome, done.message) == ("done", "")
    assert PASSING[fault] in bench.said[0] and "trying again in" in bench.said[0]
    assert bench.truth() == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_is_told_and_loses_nothing(bench: Bench, fault: str) -> None:
    before, done_at = bench.truth(), live.pass_of(bench.store.home, bench.source, bench.wanted.scope).done_at
    bench.world.replay.fail(fault, bench.address, times=99, after=1 if bench.address != "/download.json" else 0)
    done = bench.run()
    assert done.outcome == "failed" and PASSING[fault] in done.message
    assert bench.truth() == before
    assert live.pass_of(bench.store.home, bench.source, bench.wanted.scope).done_at == done_at
    line = next(line for line in bench.store.sources() if line.source == bench.source)
    assert line.message == done.message and line.failures > 0


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_total_proves_nothing(bench: Bench) -> None:
    before = bench.truth()
    bench.world.replay.fail("total", times=99)
    done = bench.run()
    assert done.outcome == "failed" and "no absence is believed" in done.message
    assert bench.truth() == before


@pytest.mark.parametrize("way", PAGED)
def test_a_page_that_leads_back_ends_the_pass(bench: Bench) -> None:
    before = bench.truth()
    bench.world.replay.fail("repeated", bench.address, times=1)
    done = bench.run()
    assert done.outcome == "failed" and "leads back to a page that it gave before" in done.message
    assert bench.truth() == before


@pytest.mark.parametrize("way", PAGED)
def test_an_expired_cursor_begins_the_pass_anew(bench: Bench) -> None:
    bench.world.replay.fail("expired", bench.address, times=1)
    done = bench.run()
    assert done.outcome == "done"
    assert "no longer knows the page at which the pass was cut; it begins anew" in done.notices[0]


@pytest.mark.parametrize("way", PAGED)
def test_other_fields_and_codes_are_told_once_and_the_records_load(bench: Bench) -> None:
    bench.world.advance()
    bench.world.replay.fail("drift", bench.address, times=2)
    done = bench.run()
    assert (done.outcome, done.quarantined) == ("done", 0)
    assert any("has something new at" in notice for notice in done.notices)
    told = bench.store.changes(kinds=["source.schema_drift"])
    assert {line.record for line in told} == {f"source:{bench.source}"}
    assert len(told) == (2 if bench.source == "ctgov" else 1)
    bench.world.replay.fail("drift", bench.address, times=2)
    assert bench.run().notices == []


@pytest.mark.parametrize("way", [way for way, (_, depth, _) in WAYS.items() if depth is SyncDepth.FULL])
def test_a_total_that_shrank_too_far_stops_the_commit(bench: Bench) -> None:
    before, head = held(bench.store.home), bench.truth()
    bench.world.replay.fail("shrunk", times=99)
    done = bench.run()
    assert done.outcome == "failed"
    assert "counts 4 records where it counted 45: nothing was changed" in done.message
    assert held(bench.store.home) == before and bench.truth() == head
    assert "source.total_shrank" in kinds(bench.store, source=bench.source)


@pytest.mark.parametrize("way", ["labels, bulk files"])
def test_a_bulk_file_cut_in_the_middle_goes_on_there(bench: Bench) -> None:
    bench.world.replay.fail("cut", "download.open.fda.gov", times=1)
    bench.world.replay.log.clear()
    assert bench.run().outcome == "done"
    assert any("range" in one.headers and one.status == 206 for one in bench.world.replay.log)


@pytest.mark.parametrize("way", ["labels, bulk files"])
def test_a_page_in_place_of_a_bulk_file_is_not_kept(bench: Bench) -> None:
    before = bench.truth()
    bench.world.replay.fail("html", "download.open.fda.gov", times=99)
    done = bench.run()
    assert done.outcome == "failed" and "a web page in place of the file" in done.message
    assert bench.truth() == before

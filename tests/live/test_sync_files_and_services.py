"""Passes over files and services into a home: what is kept, what is news, what is believed to have gone."""

import datetime
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live_homes import Clockwork, World, full, increment, opened, syncing
from replay_files import Chembl, DailyMed, EUtils, Files, zipped

import theriac
from theriac.api import Theriac
from theriac.live.base import Names
from theriac.live.whole_file import EMALive
from theriac.store import live
from theriac.sync import SourceRun, Sync

SOURCES = Path(__file__).resolve().parent.parent / "sources"
REPORT = EMALive.url.removeprefix("https://www.ema.europa.eu")
IMIQUIMOD = Names(("imiquimod",), ("unii:P1QW714R7M",))


class Wider(World):
    """The world with the hosts of files and services beside the registries."""

    def __init__(self) -> None:
        super().__init__()
        self.files, self.dailymed = Files(self.replay), DailyMed(self.replay)
        self.eutils, self.chembl = EUtils(self.replay), Chembl(self.replay)
        self.replay.hosts |= {"www.fda.gov": self.files, "www.ema.europa.eu": self.files, "dailymed.nlm.nih.gov": self.dailymed}
        self.replay.hosts |= {"eutils.ncbi.nlm.nih.gov": self.eutils, "www.ebi.ac.uk": self.chembl}
        self.openfda.records |= {"enforcement": {}, "shortages": {}}

    def recall(self, number: str, reported: str, **members: Any) -> None:
        """A recall report in openFDA."""
        first = json.loads((SOURCES / "openfda_enforcement" / "response.json").read_text())["results"][0]
        self.openfda.put("enforcement", number, first | {"recall_number": number, "report_date": reported} | members)
        self.openfda.export("enforcement")

    def shortage(self, ndc: str, **members: Any) -> None:
        """An entry of the shortage list in openFDA."""
        first = json.loads((SOURCES / "openfda_shortages" / "response.json").read_text())["results"][0]
        self.openfda.put("shortages", ndc, first | {"package_ndc": ndc} | members)

    def article(self, number: int, entered: str, modified: str, ties: str = "") -> None:
        """An article on imiquimod in PubMed."""
        history = f"<PubMedPubDate PubStatus='entrez'><Year>{entered[:4]}</Year><Month>{entered[5:7]}</Month><Day>{entered[8:]}</Day></PubMedPubDate>"
        title = f"<Article><ArticleTitle>Imiquimod and warts, number {number}</ArticleTitle></Article>"
        citation = f"<MedlineCitation><PMID>{number}</PMID>{title}<CommentsCorrectionsList>{ties}</CommentsCorrectionsList></MedlineCitation>"
        data = f"<PubmedData><History>{history}</History></PubmedData>"
        self.eutils.put(number, f"<PubmedArticle>{citation}{data}</PubmedArticle>".encode(), entered, modified)

    def tables(self, day: str) -> None:
        """The FDA's and the EMA's files of a day."""
        drugs = ("Applications.txt", "Products.txt", "Submissions.txt", "MarketingStatus.txt", "MarketingStatus_Lookup.txt")
        books = ("products.txt", "patent.txt", "exclusivity.txt")
        self.files.put("/media/89850/download", zipped({name: (SOURCES / "drugs_at_fda" / name).read_bytes() for name in drugs}), day)
        self.files.put("/media/76860/download", zipped({name: (SOURCES / "orange_book" / name).read_bytes() for name in books}), day)
        self.files.put(REPORT, (SOURCES / "ema" / "report.json").read_bytes(), day)


@pytest.fixture
def world() -> Iterator[Wider]:
    made = Wider()
    with made.replay:
        yield made
        made.close()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the starter dossier, which every test takes a copy of."""
    folder = tmp_path_factory.mktemp("begun") / "home"
    with theriac.open(folder, create=True) as home:
        home.begin()
    return folder


@pytest.fixture
def store(tmp_path: Path, begun: Path, world: Wider) -> Iterator[Theriac]:
    shutil.copytree(begun, tmp_path / "home")
    with opened(tmp_path / "home", world) as home:
        yield home


def told(store: Theriac, kind: str) -> list[tuple[str, str, str | None, str | None]]:
    """The events of a kind about imiquimod, oldest first."""
    return [(one.record, one.kind, one.old, one.new) for one in store.changes(drug="imiquimod", kinds=[kind])][::-1]


def followed(sync: Sync, source: str) -> SourceRun:
    """The next pass about a followed drug."""
    (wanted,) = sync.changes([IMIQUIMOD], [source])
    return sync.run(wanted)


def later(world: Wider, time: Clockwork, day: str) -> None:
    """The same clock on another day, and openFDA with data of that day."""
    time.moment = time.moment.fromisoformat(f"{day}T12:00:00+00:00")
    world.openfda.updated = day


def test_recalls_a_full_pass_is_a_baseline_and_a_new_class_is_news(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    world.recall("D-0001-2026", "20260225")
    world.recall("D-0002-2020", "20200225")
    done = full(sync, "openfda_enforcement")
    assert (done.outcome, done.new, done.records, told(store, "safety.*")) == ("done", 2, 2, [])
    assert increment(sync, "openfda_enforcement").outcome == "nothing_new"
    later(world, time, "2026-03-09")
    world.recall("D-0001-2026", "20260225", classification="Class I")
    world.recall("D-0003-2026", "20260304")
    done = increment(sync, "openfda_enforcement")
    assert (done.outcome, done.new, done.changed, done.message) == ("done", 1, 1, "")
    assert sorted(told(store, "safety.recall")) == [
        ("openfda_enforcement:D-0001-2026", "safety.recall", "Class II", "Class I"),
        ("openfda_enforcement:D-0003-2026", "safety.recall", None, "Class II · Ongoing"),
    ]
    assert len(store.drug("imiquimod").recalls) == 3


def test_shortages_end_when_they_are_resolved_or_leave_the_whole_list(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    for number in range(4):
        world.shortage(f"00000-001-0{number}")
    assert full(sync, "openfda_shortages").new == 4
    later(world, time, "2026-03-03")
    world.shortage("00000-001-00", status="Resolved", change_date="03/03/2026")
    world.shortage("00000-001-09", initial_posting_date="03/03/2026")
    del world.openfda.records["shortages"]["00000-001-01"]
    done = increment(sync, "openfda_shortages")
    assert (done.outcome, done.new, done.changed, done.notices) == ("done", 1, 1, [])
    assert sorted(told(store, "safety.*")) == [
        ("openfda_shortages:00000-001-00/2025-11-03", "safety.shortage_resolved", "Current", "Resolved"),
        ("openfda_shortages:00000-001-01/2025-11-03", "safety.shortage_resolved", "Current", "no longer listed"),
        ("openfda_shortages:00000-001-09/2026-03-03", "safety.shortage_started", None, "Current"),
    ]


def test_a_list_that_lost_most_of_its_entries_is_not_believed(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    for number in range(8):
        world.shortage(f"00000-001-0{number}")
    full(sync, "openfda_shortages")
    later(world, time, "2026-03-03")
    world.openfda.records["shortages"] = dict(list(world.openfda.records["shortages"].items())[:2])
    done = increment(sync, "openfda_shortages")
    assert done.outcome == "failed" and "counts 2 records where it counted 8: nothing was changed" in done.message
    assert told(store, "safety.*") == []
    assert len(live.held(store.home, "openfda_shortages", "shortages")) == 8


def test_articles_on_a_followed_drug_and_their_retraction(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    for number in range(1, 6):
        world.article(number, "2026-02-01", "2026-02-02")
    assert sync.changes([], ["pubmed"]) == []
    assert (followed(sync, "pubmed").new, told(store, "paper.*")) == (5, [])
    later(world, time, "2026-03-09")
    notice = '<CommentsCorrections RefType="RetractionIn"><RefSource>Made-up J. 2026 Mar 6;1(1):9</RefSource><PMID>77</PMID></CommentsCorrections>'
    world.article(2, "2026-02-01", "2026-03-08", notice)
    world.article(6, "2026-03-07", "2026-03-07")
    done = followed(sync, "pubmed")
    assert (done.outcome, done.new, done.changed) == ("done", 1, 1)
    assert sorted((record, kind) for record, kind, _, _ in told(store, "paper.*")) == [
        ("pubmed:2", "paper.retracted"),
        ("pubmed:6", "paper.published"),
    ]
    (retracted,) = store.changes(kinds=["paper.retracted"])
    assert (retracted.happened, retracted.quote_new) == ("2026-03-06", "Made-up J. 2026 Mar 6;1(1):9")


def test_files_are_taken_whole_once_and_then_only_when_they_change(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    world.tables("2026-03-01")
    for source in ("drugs_at_fda", "orange_book", "ema"):
        done = full(sync, source)
        assert (done.outcome, done.quarantined, done.message) == ("done", 0, "") and done.new > 0, done
        again = increment(sync, source)
        assert (again.outcome, again.requests) == ("nothing_new", 1)
    assert [one for source in ("drugs_at_fda", "orange_book", "ema") for one in store.changes(source=source)] == []
    later(world, time, "2026-03-05")
    world.tables("2026-03-04")
    changed = (SOURCES / "ema" / "report.json").read_bytes().replace(b'"medicine_status": "Authorised"', b'"medicine_status": "Suspended"', 1)
    world.files.put(REPORT, changed.replace(b"2025-06-02", b"2026-03-04"), "2026-03-04")
    assert [increment(sync, source).changed for source in ("drugs_at_fda", "orange_book", "ema")] == [0, 0, 1]
    (event,) = store.changes(source="ema")
    assert (event.kind, event.old, event.new) == ("approval.marketing_status_changed", "Authorised", "Suspended")
    assert [*store.changes(source="drugs_at_fda"), *store.changes(source="orange_book")] == []
    assert list((store.home.folder / "incoming").rglob("*.zip")) == []


def test_labels_of_a_drug_from_dailymed_and_another_version_of_one(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    set_ids = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(3)]
    for number, set_id in enumerate(set_ids):
        world.dailymed.put(set_id, spl(set_id, 1), "2026-02-20", "imiquimod P1QW714R7M" if number < 2 else "resiquimod")
    assert followed(sync, "dailymed").new == 2
    assert {one.set_id for one in store.drug("imiquimod").labels if one.citation.source == "dailymed"} == set(set_ids[:2])
    later(world, time, "2026-03-05")
    world.dailymed.loaded = "2026-03-04"
    world.dailymed.put(set_ids[0], spl(set_ids[0], 2, "Keep away from the eyes and from sunlight."), "2026-03-03", "imiquimod P1QW714R7M")
    done = followed(sync, "dailymed")
    assert (done.outcome, done.new, done.changed) == ("done", 0, 1)
    assert [one.version for one in store.drug("imiquimod").labels if one.set_id == set_ids[0]] == ["2"]
    assert followed(sync, "dailymed").outcome == "nothing_new"


def spl(set_id: str, version: int, warning: str = "Keep away from the eyes.") -> bytes:
    """A small SPL document of ours."""
    code = '<code code="P1QW714R7M" codeSystem="2.16.840.1.113883.4.9"/>'
    ingredient = f'<ingredient classCode="ACTIB"><ingredientSubstance>{code}<name>IMIQUIMOD</name></ingredientSubstance></ingredient>'
    product = f"<manufacturedProduct><name>Samplara</name>{ingredient}</manufacturedProduct>"
    subject = f"<section><code code='34071-1' codeSystem='2.16.840.1.113883.6.1'/><text>{warning}</text></section>"
    about = f'<id root="{set_id[:-1]}9"/><code displayName="HUMAN PRESCRIPTION DRUG LABEL"/><effectiveTime value="2026022{version}"/>'
    body = f"<component><structuredBody><component>{subject}</component></structuredBody></component>"
    return (
        f'<?xml version="1.0"?><document xmlns="urn:hl7-org:v3">{about}<setId root="{set_id}"/><versionNumber value="{version}"/>'
        f"<component><subject>{product}</subject></component>{body}</document>"
    ).encode()


def test_chembl_once_for_each_release(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    for resource, listed in Chembl.LISTS.items():
        world.chembl.objects[resource] = json.loads((SOURCES / "chembl" / f"{resource}.json").read_text())[listed]
    done = full(sync, "chembl")
    assert (done.outcome, done.new, done.release, done.message) == ("done", 5, "ChEMBL_35", "")
    assert (increment(sync, "chembl").outcome, increment(sync, "chembl").requests) == ("nothing_new", 1)
    world.chembl.version, world.chembl.released = "ChEMBL_36", "2026-03-03"
    world.chembl.objects["mechanism"][0]["action_type"] = "ANTAGONIST"
    assert increment(sync, "chembl").changed == 1
    assert "ANTAGONIST" in str(store.mechanism("exemplamod"))


@pytest.mark.parametrize("fault", ["429", "html", "cut"])
def test_a_source_that_fails_for_good_keeps_what_was_there_and_goes_on_the_next_time(
    fault: str, world: Wider, time: Clockwork, store: Theriac
) -> None:
    sync = syncing(store, world, time)
    world.recall("D-0001-2026", "20260225")
    world.shortage("00000-001-00")
    world.article(1, "2026-02-01", "2026-02-02")
    world.tables("2026-03-01")
    sources = ("openfda_enforcement", "openfda_shortages", "drugs_at_fda", "orange_book", "ema")
    assert all(full(sync, source).outcome == "done" for source in sources)
    assert followed(sync, "pubmed").outcome == "done"
    held = {one.source: one.records for one in store.sources()}
    later(world, time, "2026-03-09")
    world.tables("2026-03-09")
    world.openfda.export("enforcement")
    world.replay.fail(fault, times=10_000)
    failed = [increment(sync, source) for source in sources] + [followed(sync, "pubmed")]
    assert all(one.outcome == "failed" and one.message for one in failed), failed
    assert {one.source: one.records for one in store.sources()} == held
    world.replay.faults.clear()
    assert all(increment(sync, source).outcome == "done" for source in sources)
    assert followed(sync, "pubmed").outcome == "done"


def test_everything_about_one_drug_from_every_source_that_can_be_asked(world: Wider, time: Clockwork, store: Theriac) -> None:
    world.filled(6).tables("2026-03-01")
    world.recall("D-0001-2026", "20260225")
    world.shortage("00000-001-00")
    world.article(1, "2026-02-01", "2026-02-02")
    set_id = "00000000-0000-4000-8000-0000000000aa"
    world.dailymed.put(set_id, spl(set_id, 1), "2026-02-20", "imiquimod P1QW714R7M")
    sync = syncing(store, world, time)
    runs = {run.source: run for run in map(sync.run, sync.drug(IMIQUIMOD))}
    assert {source for source, run in runs.items() if run.outcome != "done"} == set()
    assert set(runs) == set(sync.fetchers) - {"drugs_at_fda"}
    profile = store.drug("imiquimod")
    assert (len(profile.recalls), len(profile.shortages), len(profile.papers)) == (1, 1, 1)
    assert set_id in {one.set_id for one in profile.labels}


def days_on(days: int) -> str:
    """A moment some days on: commits are dated by the machine's clock."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_waiting_rule_hears_of_a_recall_and_never_of_the_first_load(world: Wider, time: Clockwork, store: Theriac) -> None:
    sync = syncing(store, world, time)
    world.recall("D-0002-2020", "20200225")
    added = store.alerts.add("drug:imiquimod kind:safety.*,paper.*", every="now", to=["folder:told"])
    full(sync, "openfda_enforcement")
    assert store.alerts.run(days_on(1)).sent == 0
    later(world, time, "2026-03-09")
    world.recall("D-0003-2026", "20260304", reason_for_recall="A made-up assay was low.")
    increment(sync, "openfda_enforcement")
    assert store.alerts.run(days_on(2)).sent == 1
    (digest,) = store.alerts.digests(added.alert.id)
    assert "D-0003-2026" in str(digest) and "A made-up assay was low." in str(digest) and "D-0002-2020" not in str(digest)

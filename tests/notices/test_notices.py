"""Recalls, shortages and articles in a home: they join the drug, a first load is a baseline, what is new after it is an event."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from notices_made_here import answer, articles, recall, shortage, table

import theriac
from theriac.api import Theriac


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the starter dossier, which every test takes a copy of."""
    folder = tmp_path_factory.mktemp("begun") / "home"
    with theriac.open(folder, create=True) as home:
        home.begin()
    return folder


@pytest.fixture
def store(tmp_path: Path, begun: Path) -> Iterator[Theriac]:
    shutil.copytree(begun, tmp_path / "home")
    (tmp_path / "files").mkdir()
    with theriac.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


def kinds(store: Theriac, kind: str) -> list[tuple[str, str, str | None, str | None]]:
    found = store.changes(drug="imiquimod", kinds=[kind])[::-1]
    assert all([drug.name.lower() for drug in one.drugs] == ["imiquimod"] for one in found)
    return [(one.record, one.kind, one.old, one.new) for one in found]


def test_a_first_load_is_a_baseline_and_a_new_recall_is_news(store: Theriac, files: Path) -> None:
    old = recall("D-0001-2026", "20260225")
    store.load([answer(files, "2026-03-04", old)])
    assert kinds(store, "safety.*") == []
    late = recall("D-0000-2019", "20190101", recall_initiation_date="20181224")
    store.load([answer(files, "2026-03-11", old, recall("D-0003-2026", "20260304"), late)])
    assert kinds(store, "safety.*") == [("openfda_enforcement:D-0003-2026", "safety.recall", None, "Class II · Ongoing")]
    store.load([answer(files, "2026-03-18", old | {"classification": "Class I"})])
    assert kinds(store, "safety.*")[-1] == ("openfda_enforcement:D-0001-2026", "safety.recall", "Class II", "Class I")


def test_a_recall_stands_in_the_profile_and_the_timeline(store: Theriac, files: Path) -> None:
    store.load([answer(files, "2026-03-04", recall("D-0001-2026", "20260225"), recall("D-0002-2026", "20260225"))])
    profile = store.drug("imiquimod")
    assert [(one.number, one.classification, one.reported) for one in profile.recalls] == [
        ("D-0002-2026", "Class II", "2026-02-25"),
        ("D-0001-2026", "Class II", "2026-02-25"),
    ]
    assert profile.recalls[0].citation.record == "openfda_enforcement:D-0002-2026"
    assert not any("recall" in words for words in profile.not_covered)
    (milestone,) = [one for one in store.timeline("imiquimod") if one.kind == "recall"]
    assert (milestone.date, milestone.detail, milestone.jurisdiction) == ("2026-02-01", "Class II, event 90001, Sample Works", "US")


def test_a_recall_without_a_known_name_is_found_by_its_application(store: Theriac, files: Path) -> None:
    nameless = {"application_number": ["NDA020723"]}
    store.load([answer(files, "2026-03-04", recall("D-0001-2026", "20260225", openfda=nameless, product_description="Kit, NDC 00000-001-24"))])
    (line,) = store.drug("imiquimod").recalls
    assert line.told_by == "is of application 020723"


def test_the_course_of_a_shortage(store: Theriac, files: Path) -> None:
    one, other = ("00000-001-24", "Current", "01/05/2026"), ("00000-001-12", "Current", "01/05/2026")
    store.load([table(files, "2026-01-06", one, other)])
    assert kinds(store, "safety.*") == []
    assert [line.status for line in store.drug("imiquimod").shortages] == ["Current", "Current"]
    store.load([table(files, "2026-02-06", ("00000-001-24", "Resolved", "02/05/2026"), other)])
    store.load([table(files, "2026-03-06", ("00000-001-24", "Resolved", "02/05/2026"))])
    assert [(kind, old, new) for _, kind, old, new in kinds(store, "safety.*")] == [
        ("safety.shortage_resolved", "Current", "Resolved"),
        ("safety.shortage_resolved", "Current", "no longer listed"),
    ]
    assert [(line.status, line.resolved_note) for line in store.drug("imiquimod").shortages] == [("Resolved", "Available")]


def test_a_new_shortage_is_news_and_an_old_one_that_is_only_new_here_is_not(store: Theriac, files: Path) -> None:
    store.load([answer(files, "2026-01-06", shortage("00000-001-24", "11/03/2025"))])
    store.load([answer(files, "2026-02-06", shortage("00000-001-12", "02/03/2026"), shortage("00000-001-99", "02/03/2020"))])
    assert [record for record, *_ in kinds(store, "safety.shortage_started")] == ["openfda_shortages:00000-001-12/2026-02-03"]


def test_articles_join_by_substance_by_title_and_by_trial(store: Theriac, files: Path) -> None:
    unnamed = ((b"therapeutic use", b"history"), (b">Imiquimod<", b">Photons<"), (b"Imiquimod after", b"Light after"), (b"exemplamod", b"Photons"))
    store.load([articles(files, "2026-03-03", *unnamed)])
    (line,) = store.drug("imiquimod").papers
    assert (line.pmid, line.told_by, line.trials) == ("pmid:90000001", "reports trial NCT00189241", ["nct:NCT00189241"])
    store.load([articles(files, "2026-03-04")])
    assert {(one.pmid, one.citation.path) for one in store.drug("imiquimod").papers} == {
        ("pmid:90000001", "substances[1]"),
        ("pmid:90000003", "title"),
    }


def test_a_paper_is_news_when_it_came_after_the_first_look_and_its_retraction_always(store: Theriac, files: Path) -> None:
    store.load([articles(files, "2026-03-03", (b"90000003", b"90000005"))])
    store.load([articles(files, "2026-03-10", (b"<Month>3</Month><Day>1</Day>", b"<Month>3</Month><Day>9</Day>"))])
    assert kinds(store, "paper.*") == [("pubmed:90000003", "paper.published", None, "Case Reports")]
    notice = (b'RefType="CommentIn"><RefSource>Another J. 2026 Feb;1(1):1', b'RefType="RetractionIn"><RefSource>Another J. 2026 Mar 15;1(1):9')
    store.load([articles(files, "2026-03-17", notice)])
    (retracted,) = store.changes(drug="imiquimod", kinds=["paper.retracted"])
    assert (retracted.record, retracted.happened, retracted.quote_new) == ("pubmed:90000001", "2026-03-15", "Another J. 2026 Mar 15;1(1):9")
    assert [one.retracted for one in store.drug("imiquimod").papers if one.pmid == "pmid:90000001"] == ["Another J. 2026 Mar 15;1(1):9"]
    assert [one.name for one in retracted.conditions] and any("basal" in one.name.lower() for one in retracted.conditions)


def test_loaded_again_nothing_is_new(store: Theriac, files: Path) -> None:
    paths = [
        answer(files, "2026-03-04", recall("D-0001-2026", "20260225")),
        articles(files, "2026-03-04"),
        table(files, "2026-03-04", ("1111-111-11", "Current", "")),
    ]
    first, second = store.load(paths), store.load(paths)
    assert {one.source: one.new for one in first.sources} == {"openfda_enforcement": 1, "openfda_shortages": 1, "pubmed": 2}
    assert {one.source: (one.new, one.changed, one.unchanged) for one in second.sources} == {
        "openfda_enforcement": (0, 0, 1),
        "openfda_shortages": (0, 0, 1),
        "pubmed": (0, 0, 2),
    }

"""DailyMed, the FDA's and the EMA's files, recalls and shortages, PubMed, ChEMBL: what they are asked, and each fault of each of them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from replay import OpenFDA, Replay
from replay_files import Chembl, DailyMed, EUtils, Files, zipped

from theriac.errors import BadAnswer, ExpiredCursor, Refused, Unreachable, UserError
from theriac.http import Client, Clock, user_agent
from theriac.live.base import Ask, Fetcher, Finished, Item, Names, Page
from theriac.live.chembl import ChEMBL
from theriac.live.dailymed import DailyMed as DailyMedLive
from theriac.live.openfda_notices import OpenFDARecalls, OpenFDAShortageList
from theriac.live.pubmed import PubMed
from theriac.live.whole_file import DrugsAtFDALive, EMALive, OrangeBookLive
from theriac.terms import EntityKind, SyncDepth

SOURCES = Path(__file__).resolve().parent.parent / "sources"
TODAY = "2026-03-04"
IMIQUIMOD = Names(texts=("imiquimod", "Samplara"), identifiers=("unii:P1QW714R7M",))


def set_id(number: int) -> str:
    """A made-up set id."""
    return f"00000000-0000-0000-0000-{number:012d}"


def label(number: int, version: int = 1) -> bytes:
    """The least that an SPL document is."""
    about = f'<setId root="{set_id(number)}"/><versionNumber value="{version}"/>'
    return f'<?xml version="1.0"?><document xmlns="urn:hl7-org:v3">{about}</document>'.encode()


def article(number: int, title: str = "Imiquimod in a made-up trial", ties: str = "") -> bytes:
    """A citation of ours."""
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>"
        f"<CommentsCorrectionsList>{ties}</CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
    ).encode()


@dataclass
class World:
    """The hosts behind one replay server, filled."""

    replay: Replay
    files: Files
    dailymed: DailyMed
    eutils: EUtils
    chembl: Chembl
    openfda: OpenFDA
    slept: list[float] = field(default_factory=list)

    def client(self, attempts: int = 3) -> Client:
        """A client of the server that does not wait."""
        clock = Clock(ticks=lambda: sum(self.slept), sleep=self.slept.append)
        agent = user_agent("0.1", "me@example.org")
        return Client(clock=clock, agent=agent, mirror=self.replay.address, rate=1_000.0, attempts=attempts)


def tables(*names: str) -> bytes:
    return zipped({name: (SOURCES / "drugs_at_fda" / name).read_bytes() for name in names})


@pytest.fixture
def world() -> Iterator[World]:
    replay = Replay({})
    files, chembl = Files(replay), Chembl(replay, page=2)
    dailymed, eutils, openfda = DailyMed(replay), EUtils(replay), OpenFDA(replay)
    replay.hosts |= {"www.fda.gov": files, "www.ema.europa.eu": files, "www.ebi.ac.uk": chembl, "eutils.ncbi.nlm.nih.gov": eutils}
    replay.hosts |= {"dailymed.nlm.nih.gov": dailymed, "dailymed-data.nlm.nih.gov": dailymed.download, **openfda.hosts()}
    files.put("/media/89850/download", tables("Applications.txt", "Products.txt", "Submissions.txt"), "2026-03-02")
    books = {name: (SOURCES / "orange_book" / name).read_bytes() for name in ("products.txt", "patent.txt", "exclusivity.txt")}
    files.put("/media/76860/download", zipped(books), "2026-03-02")
    files.put(EMALive.url.removeprefix("https://www.ema.europa.eu"), (SOURCES / "ema" / "report.json").read_bytes(), "2026-03-02")
    for number in range(112):
        dailymed.put(set_id(number), label(number), "2026-03-02" if number < 105 else "2026-01-05", "imiquimod P1QW714R7M" if number < 3 else "other")
    for number in range(1, 451):
        ties = '<CommentsCorrections RefType="CommentIn"><PMID>9</PMID></CommentsCorrections>' if number == 7 else ""
        eutils.put(number, article(number, ties=ties), "2026-03-01" if number < 11 else "2020-05-05", "2026-03-02" if number < 21 else "2020-05-05")
    for resource, listed in Chembl.LISTS.items():
        name = "drug_indication" if resource == "drug_indication" else resource
        objects = json.loads((SOURCES / "chembl" / f"{name}.json").read_text())[listed]
        chembl.objects[resource] = [
            one | {key: one[key] + extra * 10 for key in ("mec_id", "drugind_id") if key in one} for extra in range(3) for one in objects
        ]
    openfda.records |= {"enforcement": {}, "shortages": {}}
    for endpoint, file, key in (("enforcement", "openfda_enforcement", "recall_number"), ("shortages", "openfda_shortages", "package_ndc")):
        (first, *_) = json.loads((SOURCES / file / "response.json").read_text())["results"]
        for number in range(7):
            openfda.put(endpoint, f"{number:03}", first | {key: f"{first[key]}-{number}"})
    openfda.part = 4
    openfda.export("enforcement")
    with replay:
        yield World(replay, files, dailymed, eutils, chembl, openfda)


FETCHERS: dict[str, tuple[Fetcher, dict[str, Any], str]] = {
    "drugs_at_fda": (DrugsAtFDALive(), {"depth": SyncDepth.FULL}, "media/89850"),
    "orange_book": (OrangeBookLive(), {"depth": SyncDepth.FULL}, "media/76860"),
    "ema": (EMALive(), {"depth": SyncDepth.FULL}, "medicines_json"),
    "dailymed": (DailyMedLive(), {"depth": SyncDepth.CHANGES, "since": "2026-03-01"}, "spls"),
    "pubmed": (PubMed(), {"depth": SyncDepth.DRUG, "names": IMIQUIMOD, "contact": "me@example.org"}, "efetch"),
    "chembl": (ChEMBL(), {"depth": SyncDepth.FULL}, "mechanism"),
    "openfda_enforcement": (OpenFDARecalls(), {"depth": SyncDepth.FULL}, "drug-enforcement"),
    "openfda_shortages": (OpenFDAShortageList(), {"depth": SyncDepth.FULL}, "drug/shortages"),
}
# A zip is asked for without compression: one that is not whole is told by its length or its directory, further below.
ZIPS = ("drugs_at_fda", "orange_book", "openfda_enforcement")
PASSING = ("429", "500", "503", "html", "gzip", "cut")
MATRIX = [(source, fault) for source in sorted(FETCHERS) for fault in PASSING if not (fault == "gzip" and source in ZIPS)]
EVERY = pytest.mark.parametrize("source", sorted(FETCHERS))


def ask(source: str, folder: Path, **more: Any) -> Ask:
    """What a source is asked here."""
    return Ask(**{"today": TODAY, "folder": folder} | FETCHERS[source][1] | more)


def passed(world: World, source: str, folder: Path, *, attempts: int = 3, **more: Any) -> list[Item]:
    """A pass to its end; the pages hold what was in their files."""
    fetcher = FETCHERS[source][0]
    found: list[Item] = []
    with world.client(attempts) as client:
        for item in fetcher.pass_over(client, ask(source, folder, **more)):
            if isinstance(item, Page) and item.file is not None:
                item = msgspec.structs.replace(item, payload=item.file.read_bytes(), file=None)
            found.append(item)
    return found


def pages(items: list[Item]) -> list[bytes]:
    return [one.payload for one in items if isinstance(one, Page)]


def end(items: list[Item]) -> Finished:
    (last,) = [one for one in items if isinstance(one, Finished)]
    assert items[-1] is last
    return last


@pytest.mark.parametrize(("source", "fault"), MATRIX)
def test_a_fault_that_passes_costs_another_request_and_nothing_else(source: str, fault: str, world: World, tmp_path: Path) -> None:
    clean = passed(world, source, tmp_path)
    asked = len(world.replay.log)
    world.replay.fail(fault, FETCHERS[source][2], times=2)
    again = passed(world, source, tmp_path)
    assert [pages(again), end(again)] == [pages(clean), end(clean)]
    assert len([one for one in world.replay.log if one.fault == fault]) == 2
    assert len(world.replay.log) == 2 * asked + 2


LASTING = {
    "429": (Unreachable, r"asked too often \(429\)"),
    "500": (Unreachable, r"an error of its own \(500\)"),
    "503": (Unreachable, r"an error of its own \(503\)"),
    "html": (BadAnswer, "web page in place of|something else than articles"),
    "gzip": (BadAnswer, "cut off inside its compression"),
    "cut": (BadAnswer, "cut off"),
}


@pytest.mark.parametrize(("source", "fault"), MATRIX)
def test_a_fault_that_lasts_ends_the_pass_with_its_reason(source: str, fault: str, world: World, tmp_path: Path) -> None:
    world.replay.fail(fault, FETCHERS[source][2], times=99)
    kind, words = LASTING[fault]
    with pytest.raises(kind, match=words):
        passed(world, source, tmp_path)
    assert not list(tmp_path.rglob("*.zip"))


@pytest.mark.parametrize(
    ("source", "fault", "address", "words"),
    [
        ("drugs_at_fda", "half", "89850", "www.fda.gov answers with a zip that is not whole"),
        ("orange_book", "half", "76860", "www.fda.gov answers with a zip that is not whole"),
        ("ema", "half", "medicines_json", "JSON that is not whole"),
        ("ema", "total", "medicines_json", "says that its report holds 92 medicines and it holds 2"),
        ("dailymed", "half", "spls/0", "a label that is cut off"),
        ("dailymed", "total", "spls.json", "says that there are 112 labels and lists 105; the list moved"),
        ("dailymed", "repeated", "spls.json", "leads back to a page that it gave before"),
        ("pubmed", "half", "efetch", "articles that are cut off"),
        ("pubmed", "total", "esearch", "counts 457 articles and lists 450"),
        ("pubmed", "error", "esearch", r"did not search \(Search Backend failed\)"),
        ("pubmed", "few", "efetch", "answers with 1 of 200 articles"),
        ("chembl", "total", "mechanism", "counts 13 of mechanism and lists 6"),
        ("chembl", "repeated", "mechanism", "leads back to a page that it gave before"),
        ("openfda_shortages", "repeated", "shortages", "leads back to a page that it gave before"),
    ],
)
def test_an_answer_that_cannot_be_is_not_believed(source: str, fault: str, address: str, words: str, world: World, tmp_path: Path) -> None:
    small_pages(world, source)
    world.replay.fail(fault, address, times=99)
    with pytest.raises(BadAnswer, match=words):
        passed(world, source, tmp_path)


def small_pages(world: World, source: str) -> None:
    """Lists of several pages, where the live ones are too large for the records here."""
    if source == "openfda_shortages":
        OpenFDAShortageList.page = 3


@pytest.fixture(autouse=True)
def _page_of_shortages() -> Iterator[None]:
    kept = OpenFDAShortageList.page
    yield
    OpenFDAShortageList.page = kept


def test_articles_that_were_not_asked_for_are_not_believed(world: World, tmp_path: Path) -> None:
    world.replay.fail("repeated", "efetch", times=99, after=1)
    with pytest.raises(BadAnswer, match="answers with article 1, which was not asked for"):
        passed(world, "pubmed", tmp_path)


@pytest.mark.parametrize(("source", "address"), [("chembl", "mechanism"), ("openfda_shortages", "shortages")])
def test_an_expired_cursor_says_so(source: str, address: str, world: World, tmp_path: Path) -> None:
    small_pages(world, source)
    first = next(one for one in passed(world, source, tmp_path) if isinstance(one, Page))
    world.replay.fail("expired", address, times=99)
    with pytest.raises(ExpiredCursor, match="it begins anew"):
        passed(world, source, tmp_path, cursor=first.cursor)


@pytest.mark.parametrize("source", ["chembl", "openfda_enforcement", "openfda_shortages"])
def test_a_release_that_changes_in_the_middle_of_a_pass_makes_it_begin_anew(source: str, world: World, tmp_path: Path) -> None:
    small_pages(world, source)
    first = next(one for one in passed(world, source, tmp_path) if isinstance(one, Page))
    world.chembl.version, world.openfda.updated = "ChEMBL_36", "2026-03-09"
    world.openfda.export("enforcement")
    with pytest.raises(ExpiredCursor, match=r"begins anew"):
        passed(world, source, tmp_path, cursor=first.cursor)


@pytest.mark.parametrize("source", ["dailymed", "pubmed", "chembl", "openfda_enforcement", "openfda_shortages"])
def test_a_pass_cut_after_any_page_goes_on_behind_it(source: str, world: World, tmp_path: Path) -> None:
    small_pages(world, source)
    whole = [one for one in passed(world, source, tmp_path) if isinstance(one, Page)]
    assert len(whole) > 1
    for number in {0, len(whole) // 2, len(whole) - 1}:
        if whole[number].cursor:
            rest = passed(world, source, tmp_path, cursor=whole[number].cursor)
            assert pages(rest) == [one.payload for one in whole[number + 1 :]]


@pytest.mark.parametrize(
    ("source", "address", "place"),
    [
        ("ema", "medicines_json", "medicine_status=Pondered"),
        ("pubmed", "efetch", "RefType=DisownedIn"),
        ("chembl", "mechanism", "mechanisms.mood"),
        ("openfda_shortages", "shortages", "mood_of_the_maker"),
    ],
)
def test_what_a_source_never_had_before_is_told_and_the_record_kept(source: str, address: str, place: str, world: World, tmp_path: Path) -> None:
    fetcher = FETCHERS[source][0]
    clean = passed(world, source, tmp_path)
    assert [fetcher.unknown(page) for page in pages(clean) if fetcher.unknown(page)] == []
    world.replay.fail("drift", address)
    drifted = pages(passed(world, source, tmp_path))
    assert [sorted(fetcher.unknown(page)) for page in drifted if fetcher.unknown(page)] == [[place]]
    assert len(drifted) == len(pages(clean))


@pytest.mark.parametrize("source", ["drugs_at_fda", "orange_book", "ema"])
def test_a_file_that_has_not_changed_is_not_sent_again(source: str, world: World, tmp_path: Path) -> None:
    first = passed(world, source, tmp_path)
    known = end(first).validators
    assert (end(first).since[:10], end(first).published[:10]) == ("2026-03-02", "2026-03-02")
    again = passed(world, source, tmp_path, depth=SyncDepth.CHANGES, since=end(first).since, validators=known)
    assert (pages(again), end(again).nothing_new, end(again).validators) == ([], True, known)
    last = world.replay.log[-1]
    assert last.status == 304 and last.headers["if-none-match"] and last.headers["if-modified-since"]
    path = last.path
    world.files.put(path, world.files.files[path][0], "2026-03-03")
    newer = passed(world, source, tmp_path, depth=SyncDepth.CHANGES, since=end(first).since, validators=known)
    assert len(pages(newer)) == 1 and end(newer).since[:10] == "2026-03-03"


@pytest.mark.parametrize("source", ["drugs_at_fda", "orange_book", "ema"])
def test_a_host_that_refuses_programs_is_told_with_the_way_round(source: str, world: World, tmp_path: Path) -> None:
    world.replay.fail("403", times=99)
    with pytest.raises(Refused, match=r"refuses .* to programs \(403\); download it from https://.* and run `theriac load FILE`") as raised:
        passed(world, source, tmp_path)
    assert raised.value.status == 403


def test_a_zip_without_its_tables_is_not_believed(world: World, tmp_path: Path) -> None:
    world.files.put("/media/89850/download", zipped({"Applications.txt": b"ApplNo\n", "Products.txt": b""}), "2026-03-02")
    with pytest.raises(BadAnswer, match=re.escape("is without Products.txt, Submissions.txt; nothing of it was believed")):
        passed(world, "drugs_at_fda", tmp_path)


def test_a_report_of_nothing_is_not_believed(world: World, tmp_path: Path) -> None:
    world.files.put(EMALive.url.removeprefix("https://www.ema.europa.eu"), b'\xef\xbb\xbf{"meta": {"total_records": 0}, "data": []}', "2026-03-02")
    with pytest.raises(BadAnswer, match="a report of no medicine"):
        passed(world, "ema", tmp_path)


def test_dailymed_asks_for_the_labels_published_since_and_for_those_of_the_feed(world: World, tmp_path: Path) -> None:
    world.dailymed.unlisted = {set_id(3)}
    found = passed(world, "dailymed", tmp_path)
    assert len(pages(found)) == 105 and {one.dated for one in found if isinstance(one, Page)} == {"2026-03-02"}
    assert end(found).since == "2026-03-02"
    asked = [one for one in world.replay.log if one.path.endswith("spls.json") and "published_date" in one.query]
    assert [(one.query["published_date"], one.query["published_date_comparison"], one.query["page"]) for one in asked] == [
        ("2026-02-28", "gte", "1"),
        ("2026-02-28", "gte", "2"),
    ]
    assert [one.path for one in world.replay.log].count("/dailymed/rss.cfm") == 1


def test_dailymed_of_the_same_day_asks_one_question(world: World, tmp_path: Path) -> None:
    found = passed(world, "dailymed", tmp_path, since="2026-03-02")
    assert (pages(found), end(found).nothing_new, len(world.replay.log)) == ([], True, 1)


def test_dailymed_of_a_drug_asks_by_name_and_substance_code(world: World, tmp_path: Path) -> None:
    found = passed(world, "dailymed", tmp_path, depth=SyncDepth.DRUG, names=IMIQUIMOD, since=None)
    assert pages(found) == [label(number) for number in range(3)]
    queries = [one.query for one in world.replay.log if "page" in one.query and len(one.query) > 2]
    assert [(one.get("drug_name"), one.get("unii_code")) for one in queries] == [("imiquimod", None), (None, "P1QW714R7M")]


def test_a_label_that_went_between_list_and_xml_is_left_out_and_all_of_them_are_a_fault(world: World, tmp_path: Path) -> None:
    kept = dict(world.dailymed.labels)

    class Forgetful(DailyMed):
        def __call__(self, asked: Any) -> Any:
            if asked.path.endswith(f"{set_id(1)}.xml"):
                self.labels.pop(set_id(1), None)
            return super().__call__(asked)

    forgetful = Forgetful(world.replay)
    forgetful.labels = kept
    world.replay.hosts["dailymed.nlm.nih.gov"] = forgetful
    found = passed(world, "dailymed", tmp_path, depth=SyncDepth.DRUG, names=IMIQUIMOD, since=None)
    assert pages(found) == [label(0), label(2)]
    only_lists = DailyMed(world.replay)
    only_lists.labels = {set_id(number): (b"", "2026-03-02", "imiquimod P1QW714R7M") for number in range(3)}
    world.replay.hosts["dailymed.nlm.nih.gov"] = lambda asked: only_lists(asked) if asked.path.endswith(".json") else DailyMed()(asked)
    with pytest.raises(BadAnswer, match="lists 3 labels and serves none of them"):
        passed(world, "dailymed", tmp_path, depth=SyncDepth.DRUG, names=IMIQUIMOD, since=None)


def test_the_whole_of_dailymed_is_the_parts_that_its_page_names(world: World, tmp_path: Path) -> None:
    names = [f"dm_spl_release_human_rx_part{number}.zip" for number in range(1, 4)] + ["dm_spl_release_human_otc_part1.zip"]
    world.dailymed.parts = {name: zipped({"a.zip": name.encode()}) for name in (*names, "dm_spl_release_animal.zip")}
    found = [one for one in passed(world, "dailymed", tmp_path, depth=SyncDepth.FULL, since=None) if isinstance(one, Page)]
    assert sorted(one.name for one in found) == sorted(names)
    rest = passed(world, "dailymed", tmp_path, depth=SyncDepth.FULL, since=None, cursor=found[1].cursor)
    assert pages(rest) == [one.payload for one in found[2:]]
    assert list(tmp_path.iterdir()) == []
    world.dailymed.parts = {}
    with pytest.raises(BadAnswer, match="names no part of the bulk release"):
        passed(world, "dailymed", tmp_path, depth=SyncDepth.FULL, since=None)


def test_pubmed_says_who_asks_and_takes_articles_by_the_lot(world: World, tmp_path: Path) -> None:
    found = passed(world, "pubmed", tmp_path, key="made-up")
    assert [one.records for one in found if isinstance(one, Page)] == [200, 200, 50]
    assert all((one.query["tool"], one.query["email"], one.query["api_key"]) == ("theriac", "me@example.org", "made-up") for one in world.replay.log)
    assert all(one.headers["user-agent"].startswith("Theriac/") for one in world.replay.log)
    assert end(found).since == TODAY


def test_pubmed_asks_for_what_was_entered_or_modified_since(world: World, tmp_path: Path) -> None:
    found = passed(world, "pubmed", tmp_path, depth=SyncDepth.CHANGES, since="2026-03-01")
    assert [one.records for one in found if isinstance(one, Page)] == [20]
    searches = [one.query for one in world.replay.log if one.path.endswith("esearch.fcgi")]
    assert [(one["datetype"], one["mindate"], one["maxdate"]) for one in searches] == [
        ("mdat", "2026/02/27", "2026/03/04"),
        ("edat", "2026/02/27", "2026/03/04"),
    ]


def test_a_search_of_too_many_is_parted_by_days(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theriac.live.pubmed.MOST_LISTED", 60)
    world.eutils.articles = {n: (article(n), f"20{10 + n % 16}-0{1 + n % 9}-11", "2020-01-01") for n in range(1, 451)}
    found = passed(world, "pubmed", tmp_path)
    assert sum(one.records or 0 for one in found if isinstance(one, Page)) == 450
    assert all(int(one.query["retmax"]) <= 60 for one in world.replay.log if "retmax" in one.query)
    world.eutils.articles = {n: (article(n), "2020-05-05", "2020-01-01") for n in range(1, 90)}
    with pytest.raises(BadAnswer, match="counts 89 articles of one day; follow narrower names"):
        passed(world, "pubmed", tmp_path)


def test_articles_that_an_answer_left_out_are_asked_for_once_more(world: World, tmp_path: Path) -> None:
    world.eutils.gone = {3, 4}
    found = passed(world, "pubmed", tmp_path)
    fetched = [one.query["id"] for one in world.replay.log if one.path.endswith("efetch.fcgi")]
    assert fetched[1] == "3,4" and len(fetched) == 4
    assert sum(one.records or 0 for one in found if isinstance(one, Page)) == 448


def test_pubmed_is_never_mirrored(world: World, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too large to mirror; run `theriac follow NAME`"):
        passed(world, "pubmed", tmp_path, depth=SyncDepth.FULL, names=None)
    assert world.replay.log == []


@pytest.mark.parametrize(
    ("names", "term"),
    [
        (IMIQUIMOD, '("imiquimod"[tiab] OR "imiquimod"[nm] OR "imiquimod"[mh] OR "samplara"[tiab] OR "samplara"[nm] OR "samplara"[mh])'),
        (
            Names(texts=("Warts",), kind=EntityKind.CONDITION),
            '("warts"[tiab] OR "warts"[nm] OR "warts"[mh]) AND ("clinical trial"[pt] OR "retracted publication"[pt])',
        ),
        (Names(texts=('a "b" c', "ab")), '("a  b  c"[tiab] OR "a  b  c"[nm] OR "a  b  c"[mh])'),
    ],
)
def test_the_search_of_a_name(names: Names, term: str) -> None:
    assert PubMed.term(names) == term


def test_chembl_brings_lists_and_the_targets_that_they_name(world: World, tmp_path: Path) -> None:
    found = [one for one in passed(world, "chembl", tmp_path) if isinstance(one, Page)]
    assert [one.name for one in found] == [*["mechanism.json"] * 3, *["drug_indication.json"] * 2, *["molecule.json"] * 2, *["target.json"] * 2]
    asked = next(one.query for one in world.replay.log if one.path.endswith("target.json"))
    assert asked["target_chembl_id__in"] == "CHEMBL910007,CHEMBL910008"


def test_within_a_chembl_release_nothing_is_asked_again(world: World, tmp_path: Path) -> None:
    found = passed(world, "chembl", tmp_path, depth=SyncDepth.CHANGES, since="ChEMBL_35")
    assert (pages(found), end(found).nothing_new, len(world.replay.log)) == ([], True, 1)
    assert len(pages(passed(world, "chembl", tmp_path, depth=SyncDepth.CHANGES, since="ChEMBL_34"))) == 9


def test_chembl_of_a_drug_is_found_by_name_and_by_the_parent_of_a_salt(world: World, tmp_path: Path) -> None:
    for names in (
        Names(texts=("exemplamod hydrochloride",)),
        Names(texts=("Exemplamod",)),
        Names(texts=("x",), identifiers=("chembl:CHEMBL900001",)),
    ):
        world.replay.log.clear()
        found = [one for one in passed(world, "chembl", tmp_path, depth=SyncDepth.DRUG, names=names) if isinstance(one, Page)]
        assert {one.name for one in found} == {"molecule.json", "mechanism.json", "drug_indication.json", "target.json"}
        asked = [one.query for one in world.replay.log if one.path.endswith("mechanism.json")]
        assert {one["parent_molecule_chembl_id__in"] for one in asked} == {"CHEMBL900000"}
    assert pages(passed(world, "chembl", tmp_path, depth=SyncDepth.DRUG, names=Names(texts=("nobody knows it",)))) == []


def test_recalls_come_whole_when_their_export_is_new(world: World, tmp_path: Path) -> None:
    found = passed(world, "openfda_enforcement", tmp_path)
    assert (len(pages(found)), end(found).complete, end(found).total, end(found).since) == (2, "recalls", 7, "2026-03-02")
    assert {one.listing for one in found if isinstance(one, Page)} == {"recalls"}
    world.replay.log.clear()
    again = passed(world, "openfda_enforcement", tmp_path, depth=SyncDepth.CHANGES, since="2026-03-02")
    assert (pages(again), end(again).nothing_new, len(world.replay.log)) == ([], True, 1)
    world.openfda.updated = "2026-03-09"
    world.openfda.export("enforcement")
    newer = passed(world, "openfda_enforcement", tmp_path, depth=SyncDepth.CHANGES, since="2026-03-02")
    assert (len(pages(newer)), end(newer).complete) == (2, "recalls")


def test_shortages_come_as_a_whole_list_of_one_release(world: World, tmp_path: Path) -> None:
    small_pages(world, "openfda_shortages")
    found = passed(world, "openfda_shortages", tmp_path)
    assert (len(pages(found)), end(found).complete, end(found).total) == (3, "shortages", 7)
    assert not any("search" in one.query for one in world.replay.log)
    again = passed(world, "openfda_shortages", tmp_path, depth=SyncDepth.CHANGES, since="2026-03-02")
    assert (pages(again), end(again).nothing_new) == ([], True)


@pytest.mark.parametrize(("source", "field"), [("openfda_enforcement", "product_description"), ("openfda_shortages", "proprietary_name")])
def test_one_drug_s_recalls_and_shortages_are_no_list_of_all(source: str, field: str, world: World, tmp_path: Path) -> None:
    found = passed(world, source, tmp_path, depth=SyncDepth.DRUG, names=IMIQUIMOD, since="2026-03-01")
    assert (len(pages(found)), end(found).complete) == (1, None)
    assert {one.listing for one in found if isinstance(one, Page)} == {None}
    search = world.replay.log[-1].query["search"]
    assert f'{field}:"Samplara"' in search and 'openfda.unii:"P1QW714R7M"' in search and "TO 2099" not in search


@EVERY
def test_what_would_be_asked_is_said_and_nothing_is_asked(source: str, world: World, tmp_path: Path) -> None:
    for depth in (SyncDepth.CHANGES, SyncDepth.FULL, SyncDepth.DRUG):
        names = IMIQUIMOD if depth is SyncDepth.DRUG or source == "pubmed" else None
        said = FETCHERS[source][0].plan(ask(source, tmp_path, depth=depth, names=names, since="2026-03-01"))
        assert said and all(isinstance(line, str) and line for line in said)
        assert any(FETCHERS[source][0].host in line for line in said)
    assert world.replay.log == []


@EVERY
def test_every_source_has_a_rate_that_its_host_bears(source: str) -> None:
    fetcher = FETCHERS[source][0]
    assert 0 < fetcher.rate <= {"api.fda.gov": 4, "eutils.ncbi.nlm.nih.gov": 3}.get(fetcher.host, 2)
    assert fetcher.name == source


def test_a_resumed_pass_leaves_to_the_next_one_what_was_published_behind_its_cursor(world: World, tmp_path: Path) -> None:
    first = [one for one in passed(world, "dailymed", tmp_path) if isinstance(one, Page)][80]
    world.dailymed.put(set_id(2), label(2, version=2), "2026-03-04")
    world.dailymed.loaded = "2026-03-05"
    resumed = passed(world, "dailymed", tmp_path, cursor=first.cursor, today="2026-03-05")
    assert label(2, version=2) not in pages(resumed) and end(resumed).since == "2026-03-02"
    again = next(one for one in resumed if isinstance(one, Page))
    assert end(passed(world, "dailymed", tmp_path, cursor=again.cursor, today="2026-03-05")).since == "2026-03-02"
    assert label(2, version=2) in pages(passed(world, "dailymed", tmp_path, since=end(resumed).since, today="2026-03-05"))


def test_a_damaged_part_of_a_bulk_download_is_asked_for_again(world: World, tmp_path: Path) -> None:
    date, parts, count = world.openfda.exports["enforcement"]
    world.openfda.exports["enforcement"] = (date, [b"no zip at all", *parts[1:]], count)
    with pytest.raises(BadAnswer, match="is not a whole zip"):
        passed(world, "openfda_enforcement", tmp_path)
    world.openfda.exports["enforcement"] = (date, parts, count)
    assert len(pages(passed(world, "openfda_enforcement", tmp_path))) == len(parts)

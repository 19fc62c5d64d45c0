"""PubMed's articles: cut from sets of any size, told apart by what authors and journals say, joined to drugs, conditions and trials."""

import io
from pathlib import Path

import pytest
from lxml import etree

from theriac.errors import BadFile, BadRecord
from theriac.model import Article, ArticleLink, Identity, Raw, Reading
from theriac.sources import FORMATS, pubmed
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.pubmed import PubMedArticles
from theriac.sources.pubmed_article import date_of

HERE = Path(__file__).parent
PUBMED = PubMedArticles()
DATA = (HERE / "articles.xml").read_bytes()


def raws(data: bytes) -> list[Raw]:
    assert [one.name for one in FORMATS if one.recognises(Head("x", data[:HEAD_BYTES]))] == ["pubmed.article"]
    return list(PUBMED.cut(OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))))


def identity(data: bytes) -> Identity:
    raw = raws(data)[0]
    return PUBMED.identify(raw, PUBMED.decode(raw))


def reading(raw: Raw) -> tuple[Article, Reading]:
    found = PUBMED.read(raw, PUBMED.decode(raw))
    assert isinstance(found.document, Article)
    return found.document, found


def test_an_article_is_read_whole() -> None:
    article, found = reading(raws(DATA)[0])
    assert (article.pmid, article.title) == ("90000001", "A made-up trial of imiquimod 5% in skin cancer.")
    assert (article.journal, article.doi) == ("Journal of made-up trials", "10.0000/made.up.1")
    assert (article.published, article.entered, article.revised) == ("2025-12-09", "2025-12-10", "2026-03-02")
    assert article.types == ("Journal Article", "Randomized Controlled Trial")
    assert (article.trials, article.first_author, article.language) == (("NCT00189241",), "Sample AB", "eng")
    assert article.links == (ArticleLink(type="CommentIn", pmid="90000002", cited="Another J. 2026 Feb;1(1):1"),)
    assert [(one.kind.value, one.role, one.text, one.identifiers) for one in found.mentions] == [
        ("drug", "substance", "Imiquimod", ("unii:P1QW714R7M",)),
        ("drug", "substance", "exemplamod", ()),
        ("condition", "heading", "Carcinoma, Basal Cell", ("mesh:D002280",)),
    ]
    words = PUBMED.words(found, PUBMED.decode(raws(DATA)[0]))
    assert words == "A sentence of ours about CO2.\nAnother sentence of ours."


def test_an_article_that_nobody_indexed_yet_is_told_by_its_title_and_keywords() -> None:
    article, found = reading(raws(DATA)[1])
    assert (article.published, article.entered) == ("2026", "2026-03-01")
    assert [(one.kind.value, one.role, one.text) for one in found.mentions] == [
        ("drug", "keyword", "lentigo maligna"),
        ("condition", "keyword", "lentigo maligna"),
        ("drug", "title", "Imiquimod"),
    ]


@pytest.mark.parametrize(
    ("xml", "date"),
    [
        ("<D><Year>2026</Year><Month>03</Month><Day>07</Day></D>", "2026-03-07"),
        ("<D><Year>2026</Year><Month>Mar</Month></D>", "2026-03"),
        ("<D><Year>1976</Year><Month>Sep</Month><Day>28</Day></D>", "1976-09-28"),
        ("<D><Year>1990</Year><Month>Spring</Month></D>", "1990"),
        ("<D><Year>2026</Year><Month>2</Month><Day>31</Day></D>", "2026"),
        ("<D><MedlineDate>1998 Dec-1999 Jan</MedlineDate></D>", "1998"),
        ("<D><MedlineDate>Winter</MedlineDate></D>", None),
    ],
)
def test_dates_are_never_more_exact_than_the_record(xml: str, date: str | None) -> None:
    assert date_of(etree.fromstring(xml)) == date


@pytest.mark.parametrize(
    ("old", "new", "same_content", "same_version"),
    [
        (b"<Day>02</Day></DateRevised>", b"<Day>03</Day></DateRevised>", True, True),
        (b'Status="MEDLINE"', b'Status="In-Process"', True, True),
        (b"1999 Jan;1(1):1", b"1999 Jan;1(1):2", True, True),
        (b"somebody.else", b"somebody.other", True, True),
        (b"  <MedlineCitation", b"\n\t<MedlineCitation", True, True),
        (b"therapeutic use", b"pharmacology", True, False),
        (b"Another sentence of ours.", b"A third sentence of ours.", False, False),
        (b'RefType="CommentIn"', b'RefType="RetractionIn"', False, False),
        (b"Randomized Controlled Trial", b"Retracted Publication", False, False),
    ],
)
def test_what_makes_a_version_and_what_is_news(old: bytes, new: bytes, *, same_content: bool, same_version: bool) -> None:
    base, other = identity(DATA), identity(DATA.replace(old, new, 1))
    assert (other.content == base.content, other.version == base.version) == (same_content, same_version)
    assert base.rank == "2026-03-02"


@pytest.mark.parametrize("window", [7, 64, 1000, 1 << 20])
def test_articles_are_cut_alike_whatever_the_window(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [raw.payload for raw in raws(DATA)]
    monkeypatch.setattr(pubmed, "WINDOW", window)
    assert [raw.payload for raw in raws(DATA)] == whole
    assert all(one.startswith(b"<PubmedArticle>") and one.endswith(b"</PubmedArticle>") for one in whole)


@pytest.mark.parametrize("end", [b"</PubmedArticle>\n</PubmedArticleSet>", b"</PubmedArticleSet>", b"</ReferenceList>"])
def test_a_set_cut_off_is_refused(end: bytes) -> None:
    with pytest.raises(BadFile, match="cut off while downloading"):
        raws(DATA[: DATA.rindex(end)])


def test_one_article_without_a_set_is_taken() -> None:
    (raw,) = raws(raws(DATA)[0].payload)
    assert PUBMED.identify(raw, PUBMED.decode(raw)) == identity(DATA)


def test_a_chapter_of_a_book_is_an_article() -> None:
    chapter = b"""<PubmedArticleSet><PubmedBookArticle><BookDocument>
        <PMID>90000004</PMID><ArticleTitle>Exemplamod</ArticleTitle>
        <Book><BookTitle>Made-up reviews</BookTitle><PubDate><Year>2012</Year></PubDate></Book></BookDocument>
        </PubmedBookArticle></PubmedArticleSet>"""
    article, _ = reading(raws(chapter)[0])
    assert (article.pmid, article.title, article.journal, article.published) == ("90000004", "Exemplamod", "Made-up reviews", "2012")


@pytest.mark.parametrize(("old", "field"), [(b"90000003</PMID>", "PMID"), (b"Imiquimod after surgery: a case report.", "ArticleTitle")])
def test_an_article_without_a_number_or_title_is_refused(old: bytes, field: str) -> None:
    raw = raws(DATA.replace(old, b"</PMID>" if field == "PMID" else b""))[1]
    with pytest.raises(BadRecord) as raised:
        PUBMED.identify(raw, PUBMED.decode(raw))
        reading(raw)
    assert raised.value.field == field


def test_no_entity_is_resolved_and_no_dtd_fetched() -> None:
    bomb = b'<!DOCTYPE PubmedArticle [<!ENTITY x SYSTEM "file:///etc/hostname">]><PubmedArticle>&x;</PubmedArticle>'
    decoded = PUBMED.decode(Raw(payload=bomb))
    assert "".join(decoded.itertext()).strip() in ("", "&x;")


def test_the_real_articles(corpus: Path) -> None:
    folder = corpus / "pubmed"
    data = (folder / "biomcp" / "pubmed" / "efetch_citation_22663011.xml").read_bytes()
    article, found = reading(raws(data)[0])
    assert (article.pmid, article.published, article.entered, article.trials) == ("22663011", "2012-06-04", "2012-06-06", ("NCT01245062",))
    assert ("trametinib", ("unii:33E86K87QN",)) in [(one.text, one.identifiers) for one in found.mentions]
    sets = [path for path in sorted(folder.rglob("*.xml")) if PUBMED.recognises(Head(path.name, path.read_bytes()[:HEAD_BYTES]))]
    read = [reading(raw)[0] for path in sets for raw in raws(path.read_bytes())]
    assert len(read) == 10 and all(one.title and one.published and one.entered for one in read)
    assert {one.published for one in read} >= {"1990", "1976-09-28", "2001-06", "2018-06-28"}

"""What the XML of one PubMed citation says: dates, types, ties, registry numbers, headings, substances; and the drugs and conditions it names.

Flows in: the element of one citation. Flows out: an `Article` and its mentions. Which headings are drugs and which are conditions is told by
their qualifiers, which MeSH allows for such headings only ("therapeutic use", "drug therapy"); a heading without one is neither.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from theriac.dates import PartialDate, read_date_or_none
from theriac.errors import BadRecord
from theriac.model import Article, ArticleLink, Heading, Mention, Term
from theriac.terms import EntityKind

_NCT = re.compile(r"NCT\d{8}")
_UNII = re.compile(r"[A-Z0-9]{10}\Z")
_WORD = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d{2})(?!\d)")
_SEASONS = {"spring", "summer", "fall", "autumn", "winter"}
# Qualifiers that MeSH allows with chemicals and drugs only, and with diseases only.
_OF_DRUGS = frozenset(
    {
        *("therapeutic use", "administration & dosage", "pharmacology", "pharmacokinetics", "adverse effects", "toxicity", "poisoning"),
        *("agonists", "antagonists & inhibitors", "chemical synthesis", "analogs & derivatives"),
    }
)
_OF_DISEASES = frozenset(
    {"drug therapy", "therapy", "prevention & control", "complications", "mortality", "diagnosis", "etiology", "chemically induced", "radiotherapy"}
)
# Words of titles that are never the name of a drug: a title is searched only where nobody has indexed the article yet.
_TITLE_WORDS = (
    " about adult adults after against alone among analysis and approach assessment associated association based before "
    " between case cell cells children clinical cohort combination compared comparison controlled cream current daily data "
    " development diagnosis disease diseases dose double drug during early effect effectiveness effects efficacy evaluation "
    " evidence experience factors first follow following from gel group health high human impact in increased infection "
    " inhibitor inhibitors injection intervention long management meta model mouse multicenter multicentre new novel of on "
    " open oral outcome outcomes patient patients pharmacokinetics phase placebo population prevention prospective quality "
    " randomised randomized real report response results retrospective review risk role safety series severe single study "
    " surgery survival systematic term the therapy tolerability topical treated treatment trial trials tumor tumour update "
    " use using versus via vs week weeks with without women world year years "
)
_SHORTEST, _MOST_WORDS = 5, 30


def text_of(node: Any) -> str:
    """All text of an element, markup inside it left out."""
    return "" if node is None else " ".join("".join(node.itertext()).split())


def pmid_of(citation: Any) -> str:
    """The article's own number; BadRecord where there is none."""
    pmid = text_of(citation.find("PMID"))
    if not pmid.isdigit():
        raise BadRecord("the article has no PMID", field="PMID")
    return pmid


def date_of(node: Any) -> PartialDate | None:
    """The date of an element with Year, Month and Day, or with MedlineDate ("2001 Nov-Dec", "1998 Dec-1999 Jan": its first year).

    Of a season or a range of months only the year is taken.
    """
    if node is None:
        return None
    year, month, day = (text_of(node.find(part)) for part in ("Year", "Month", "Day"))
    if not year:
        found = _YEAR.search(text_of(node.find("MedlineDate")))
        return found[1] if found else None
    if month.isdigit():
        return read_date_or_none("-".join(part.zfill(2) for part in (year, month, day) if part)) or read_date_or_none(year)
    if month and month.casefold() not in _SEASONS:
        return read_date_or_none(" ".join(part for part in (month, day, year) if part)) or read_date_or_none(year)
    return read_date_or_none(year)


def article_of(citation: Any, record: Any) -> Article:
    """What the citation says."""
    article = citation.find("Article") if citation.tag == "MedlineCitation" else citation
    title = text_of(article.find("ArticleTitle")) or text_of(article.find("VernacularTitle")) or text_of(citation.find("Book/BookTitle"))
    if not title:
        raise BadRecord("the article has no title", field="ArticleTitle")
    issue = article.find("Journal/JournalIssue/PubDate")
    return Article(
        pmid=pmid_of(citation),
        title=title,
        journal=text_of(article.find("Journal/Title")) or text_of(citation.find("Book/BookTitle")) or None,
        doi=_doi(article, record),
        published=date_of(article.find("ArticleDate")) or date_of(issue) or date_of(citation.find("Book/PubDate")),
        entered=_entered(record),
        revised=date_of(citation.find("DateRevised")),
        types=_each(article.iterfind(".//PublicationType")),
        links=tuple(_links(citation)),
        trials=tuple(dict.fromkeys(match for node in article.iterfind(".//AccessionNumber") for match in _NCT.findall(text_of(node).upper()))),
        headings=tuple(_headings(citation)),
        substances=tuple(_substances(citation)),
        keywords=_each(citation.iterfind(".//Keyword")),
        language=text_of(article.find("Language")) or None,
        first_author=_first_author(article),
    )


def _each(nodes: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for node in nodes if (text := text_of(node))))


def _doi(article: Any, record: Any) -> str | None:
    """The article's own DOI: those of the works that it cites stand in the reference list."""
    places = [*article.iterfind("ELocationID[@EIdType='doi']"), *record.iterfind("PubmedData/ArticleIdList/ArticleId[@IdType='doi']")]
    places += list(record.iterfind("PubmedBookData/ArticleIdList/ArticleId[@IdType='doi']"))
    return next((text for node in places if (text := text_of(node)) and node.get("ValidYN", "Y") == "Y"), None)


def _entered(record: Any) -> PartialDate | None:
    """The day on which the article came into PubMed."""
    days = {node.get("PubStatus"): date_of(node) for node in record.iterfind("*/History/PubMedPubDate")}
    return days.get("entrez") or days.get("pubmed")


def _links(citation: Any) -> Iterator[ArticleLink]:
    """The ties to other articles, but for the list of what is cited."""
    for node in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind = node.get("RefType") or ""
        if kind and kind != "Cites":
            yield ArticleLink(type=kind, pmid=text_of(node.find("PMID")) or None, cited=text_of(node.find("RefSource")) or None)


def _headings(citation: Any) -> Iterator[Heading]:
    for node in citation.iterfind("MeshHeadingList/MeshHeading"):
        descriptor = node.find("DescriptorName")
        if descriptor is None or not descriptor.get("UI"):
            continue
        qualifiers = list(node.iterfind("QualifierName"))
        yield Heading(
            id=f"mesh:{descriptor.get('UI')}",
            name=text_of(descriptor),
            qualifiers=_each(qualifiers),
            major=any(one.get("MajorTopicYN") == "Y" for one in (descriptor, *qualifiers)),
        )


def _substances(citation: Any) -> Iterator[Term]:
    """The substances with the identifier that the registry number is (a UNII), else the one of MeSH; enzymes (EC) are none."""
    for node in citation.iterfind("ChemicalList/Chemical"):
        name, number = node.find("NameOfSubstance"), text_of(node.find("RegistryNumber"))
        text = text_of(name)
        if text and not number.startswith("EC "):
            yield Term(id=f"unii:{number}" if _UNII.match(number) else f"mesh:{name.get('UI') or ''}", name=text)


def _first_author(article: Any) -> str | None:
    first = article.find("AuthorList/Author")
    if first is None:
        return None
    return text_of(first.find("CollectiveName")) or " ".join(filter(None, (text_of(first.find(part)) for part in ("LastName", "Initials")))) or None


def mentions_of(article: Article) -> Iterator[Mention]:
    """The drugs and conditions that the article is indexed with; while nobody has indexed it, the words of its title and its keywords."""
    yield from _drugs(article)
    for index, heading in enumerate(article.headings):
        if _OF_DISEASES.intersection(heading.qualifiers):
            yield Mention(
                kind=EntityKind.CONDITION, text=heading.name, role="heading", path=f"headings[{index}]", identifiers=(heading.id,), type="MeSH"
            )
    if not article.headings and not article.substances:
        yield from _of_words(article)


def _drugs(article: Article) -> Iterator[Mention]:
    """The substances that an indexer calls used, dosed or tested, and those that have no heading yet (new drugs come so)."""
    about = {heading.name.casefold() for heading in article.headings if _OF_DRUGS.intersection(heading.qualifiers)}
    headed = {heading.name.casefold() for heading in article.headings}
    for index, substance in enumerate(article.substances):
        if substance.name.casefold() in about or substance.name.casefold() not in headed:
            identifiers = (substance.id,) if substance.id.startswith("unii:") else ()
            yield Mention(kind=EntityKind.DRUG, text=substance.name, role="substance", path=f"substances[{index}]", identifiers=identifiers)
    said = {substance.name.casefold() for substance in article.substances}
    for index, heading in enumerate(article.headings):
        if heading.name.casefold() in about - said:
            yield Mention(kind=EntityKind.DRUG, text=heading.name, role="heading", path=f"headings[{index}]")


def _of_words(article: Article) -> Iterator[Mention]:
    for index, keyword in enumerate(article.keywords):
        for kind in (EntityKind.DRUG, EntityKind.CONDITION):
            yield Mention(kind=kind, text=keyword, role="keyword", path=f"keywords[{index}]")
    said = {keyword.casefold() for keyword in article.keywords}
    words = (word for word in _WORD.findall(article.title) if len(word) >= _SHORTEST and word.casefold() not in said)
    telling = dict.fromkeys(word for word in words if f" {word.casefold()} " not in _TITLE_WORDS)
    for word in list(telling)[:_MOST_WORDS]:
        yield Mention(kind=EntityKind.DRUG, text=word, role="title", path="title")

"""PubMed's bibliographic records: the XML of E-utilities' efetch and of the yearly and daily files.

Flows in: a PubmedArticleSet (DTD reference and all: nothing of it is fetched). Flows out: one record per article or book chapter. It never
repeats an abstract: that stays in the payload and is searched there.

Content is what authors and journals say: title, abstract, journal, dates of publication, types, and ties to other articles (a retraction).
What the indexers add (subject headings, substances, keywords, identifiers) is annotation. The days of revision and completion, the list
of references and the layout of the XML are transport.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from theriac.errors import BadFile, BadRecord
from theriac.model import Identity, Raw, Reading
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.pubmed_article import article_of, date_of, mentions_of, pmid_of, text_of

WINDOW = 4 * 1024 * 1024
LARGEST_RECORD = 32 * 1024 * 1024
_OPENING = re.compile(rb"<(PubmedArticle|PubmedBookArticle)(?=[\s>])")
_SET = re.compile(rb"<Pubmed(?:Article|BookArticle|ArticleSet)[\s>]")
_LONGEST_TAG = 64
# Where authors and journals speak; all else of a citation is the indexers'.
_CONTENT = (
    *("Article/Journal/Title", "Article/Journal/JournalIssue/PubDate", "Article/ArticleTitle", "Article/Abstract", "Article/ArticleDate"),
    *("Article/AuthorList", "Article/PublicationTypeList", "Article/VernacularTitle", "ArticleTitle", "Book", "Abstract", "AuthorList"),
)
_TRANSPORT = frozenset({"DateRevised", "DateCompleted", "ReferenceList", "History", "NumberOfReferences", "PublicationStatus", "MedlineJournalInfo"})
_TRANSPORT_ATTRIBUTES = frozenset({"Status", "Owner", "IndexingMethod", "VersionDate", "VersionID"})


class PubMedArticles(Format):
    """One article of a PubmedArticleSet."""

    name = "pubmed.article"
    source = "pubmed"
    canonicaliser = "pubmed.article/1"
    reader = "pubmed.article/1"

    def recognises(self, head: Head) -> bool:
        first = head.first.removeprefix(b"\xef\xbb\xbf").lstrip()
        return first[:1] == b"<" and _SET.search(first) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return _articles(file.stream)

    def decode(self, raw: Raw) -> Any:
        """The article's element; BadRecord where the XML is ill-formed."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
        try:
            return etree.fromstring(raw.payload, parser)
        except etree.XMLSyntaxError as error:
            raise BadRecord(f"the XML is not well-formed ({error.msg}); download the article again", field=f"line {error.lineno}") from error

    def identify(self, raw: Raw, decoded: Any) -> Identity:
        citation = _citation(decoded)
        said = [_plain(node) for path in _CONTENT for node in citation.iterfind(path)]
        said += [_plain(node) for node in citation.iterfind("CommentsCorrectionsList/CommentsCorrections") if node.get("RefType") != "Cites"]
        content = hash_bytes(canonical_json(said))
        return Identity(
            key=pmid_of(citation),
            version=hash_bytes(content.encode(), canonical_json(_plain(decoded))),
            content=content,
            label=date_of(citation.find("DateRevised")),
            rank=date_of(citation.find("DateRevised")) or "",
        )

    def read(self, raw: Raw, decoded: Any) -> Reading:
        citation = _citation(decoded)
        article = article_of(citation, decoded)
        return Reading(document=article, title=article.title, mentions=tuple(mentions_of(article)))

    def words(self, reading: Reading, decoded: Any) -> str:
        return "\n".join(filter(None, (text_of(node) for node in decoded.iter("AbstractText", "Keyword"))))


def _citation(decoded: Any) -> Any:
    """The citation of the article, or the chapter of a book."""
    found = decoded.find("MedlineCitation") if decoded.tag == "PubmedArticle" else decoded.find("BookDocument")
    if found is None:
        raise BadRecord("the record holds no citation", field=decoded.tag)
    return found


def _plain(node: Any) -> list[Any]:
    """The element as data: name, attributes and text without the blanks and the order of attributes that a re-saved copy changes."""
    attributes = {name: value for name, value in node.attrib.items() if name not in _TRANSPORT_ATTRIBUTES}
    inner: list[Any] = [_words(node.text)]
    for child in node:
        if child.tag not in _TRANSPORT and not (child.tag == "CommentsCorrections" and child.get("RefType") == "Cites"):
            inner.append(_plain(child))
        inner.append(_words(child.tail))
    return [node.tag, attributes, *(one for one in inner if one)]


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _articles(stream: BinaryIO) -> Iterator[Raw]:
    """The bytes of each article, a window at a time; BadFile where the file ends within one or before its set is closed."""
    buffer, number, ended = b"", 0, False
    closed = False
    while not ended:
        chunk = stream.read(WINDOW)
        ended = not chunk
        buffer += chunk
        position = 0
        while (opening := _OPENING.search(buffer, position)) is not None:
            closing = b"</" + opening[1] + b">"
            end = buffer.find(closing, opening.end())
            if end < 0:
                break
            position = end + len(closing)
            number += 1
            yield Raw(payload=buffer[opening.start() : position], place=f"article {number}")
        closed = closed or b"</PubmedArticleSet>" in buffer[position:]
        keep = opening.start() if opening is not None else max(position, len(buffer) - _LONGEST_TAG)
        buffer = buffer[keep:]
        if len(buffer) > LARGEST_RECORD:
            raise BadFile(f"article {number + 1} is larger than {LARGEST_RECORD // 2**20} MB; this is not a file of articles")
    if _OPENING.search(buffer) or not (closed or _alone(buffer, number)):
        raise BadFile(f"the file ends in the middle of article {number + 1}: it was cut off while downloading; download it again")


def _alone(rest: bytes, number: int) -> bool:
    """Whether the file was one article without a set around it."""
    return number == 1 and not rest.strip()

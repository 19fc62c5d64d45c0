"""The profile's lines on recalls, supply and papers, from the dossier, each with its document and with how the drug was told in it.

Flows in: a dossier. Flows out: lines, newest first. A line says what the agency's list or the bibliographic record says and no more: that no
line stands here is no evidence that there is none.
"""

from theriac.flow.dossier import Dossier
from theriac.flow.paper_events import is_retracted, retraction
from theriac.flow.profile import cite
from theriac.model import Article
from theriac.views import PaperLine, RecallLine, ShortageLine


def recall_lines(dossier: Dossier) -> list[RecallLine]:
    """The recalls, the last reported first."""
    lines = [
        RecallLine(
            number=one.recall.number,
            jurisdiction=one.recall.jurisdiction,
            classification=one.recall.classification,
            status=one.recall.status,
            product=one.recall.product,
            reason=one.recall.reason,
            firm=one.recall.firm,
            initiated=one.recall.initiated,
            reported=one.recall.reported,
            terminated=one.recall.terminated,
            told_by=one.reason,
            citation=cite(one.document, "reason"),
        )
        for one in dossier.recalls
    ]
    return sorted(lines, key=lambda line: (line.reported or line.initiated or "", line.number), reverse=True)


def shortage_lines(dossier: Dossier) -> list[ShortageLine]:
    """The lines of the shortage list, current shortages first, then the last updated."""
    lines = [
        ShortageLine(
            jurisdiction=one.shortage.jurisdiction,
            presentation=one.shortage.presentation or one.shortage.name,
            company=one.shortage.company,
            status=one.shortage.status,
            availability=one.shortage.availability,
            reason=one.shortage.reason or one.shortage.related,
            posted=one.shortage.posted,
            updated=one.shortage.updated,
            discontinued=one.shortage.discontinued,
            resolved_note=one.shortage.resolved_note,
            told_by=one.reason,
            citation=cite(one.document, "status"),
        )
        for one in dossier.shortages
    ]
    newest = sorted(lines, key=lambda line: (line.updated or line.posted or "", line.presentation), reverse=True)
    return sorted(newest, key=lambda line: (line.status or "").casefold() != "current")


def paper_lines(dossier: Dossier) -> list[PaperLine]:
    """The articles, the last published first."""
    lines = [
        PaperLine(
            pmid=f"pmid:{one.article.pmid}",
            title=one.article.title,
            journal=one.article.journal,
            published=one.article.published or one.article.entered,
            types=list(one.article.types),
            doi=one.article.doi,
            trials=[f"nct:{number}" for number in one.article.trials],
            retracted=_retracted(one.article),
            told_by=one.reason,
            citation=cite(one.document, one.path),
        )
        for one in dossier.papers
    ]
    return sorted(lines, key=lambda line: (line.published or "", line.pmid), reverse=True)


def _retracted(article: Article) -> str | None:
    """How the notice that retracts the article is cited; the record's own word where it names no notice."""
    if not is_retracted(article):
        return None
    notice = retraction(article)
    return (notice.cited if notice else None) or "Retracted Publication"

"""Events of recalls, shortages and articles, from two readings: what is told, with which words and dates, and what stays silent."""

import pytest

from theriac.flow.events import Event, Step
from theriac.flow.paper_events import cited_date
from theriac.flow.record_events import record_events
from theriac.model import Article, ArticleLink, Document, Recall, Shortage
from theriac.terms import EventKind as K

STEP = Step(record="x:1", from_hash="a", to_hash="b", seen="2026-03-04", complete=True)
RECALL = Recall(
    number="D-0001-2026", classification="Class II", status="Ongoing", reason="Subpotent.", product="Samplara Cream", initiated="2026-02-01"
)
SHORT = Shortage(
    number="1/2025-11-03", name="Imiquimod Cream", presentation="Samplara, Cream", status="Current", posted="2025-11-03", updated="2026-03-02"
)
PAPER = Article(pmid="1", title="A title", types=("Journal Article",), published="2026-02", entered="2026-02-10")
NOTICE = ArticleLink(type="RetractionIn", pmid="2", cited="Made-up J. 2026 Nov 3;12(4):5")


def told(old: Document | None, new: Document | None, step: Step = STEP) -> list[tuple[K, str | None, str | None, str | None]]:
    return [(one.kind, one.old, one.new, one.happened) for one in record_events(old, new, step)]


def changed(document: Document, **fields: object) -> Document:
    return type(document)(**{name: getattr(document, name) for name in document.__struct_fields__} | fields)  # type: ignore[arg-type]


def test_a_new_recall_says_its_class_and_reason() -> None:
    (event,) = record_events(None, RECALL, STEP)
    assert (event.kind, event.new, event.quote_new, event.happened) == (K.SAFETY_RECALL, "Class II · Ongoing", "Subpotent.", "2026-02-01")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"classification": "Class I", "classified": "2026-03-01"}, [(K.SAFETY_RECALL, "Class II", "Class I", "2026-03-01")]),
        ({"status": "Terminated", "terminated": "2026-03-02"}, [(K.SAFETY_RECALL, "Ongoing", "Terminated", "2026-03-02")]),
        ({"reason": "Subpotent and late."}, [(K.SAFETY_RECALL, "Subpotent.", "Subpotent and late.", None)]),
        ({"lots": "Lot A1, Lot A2", "distribution": "Nationwide"}, []),
        ({"classification": None}, []),
    ],
)
def test_what_changes_in_a_recall(fields: dict[str, str], expected: list[tuple[K, str, str, str]]) -> None:
    assert told(RECALL, changed(RECALL, **fields)) == expected


def test_class_and_status_that_change_together_are_two_events_with_ids_of_their_own() -> None:
    events = record_events(RECALL, changed(RECALL, classification="Class I", status="Completed"), STEP)
    assert [one.path for one in events] == ["classification", "status"]
    assert len({one.id for one in events}) == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, SHORT, [(K.SAFETY_SHORTAGE_STARTED, None, "Current", "2025-11-03")]),
        (SHORT, changed(SHORT, status="Resolved", changed="2026-03-01"), [(K.SAFETY_SHORTAGE_RESOLVED, "Current", "Resolved", "2026-03-01")]),
        (changed(SHORT, status="Resolved"), SHORT, [(K.SAFETY_SHORTAGE_STARTED, "Resolved", "Current", "2026-03-02")]),
        (SHORT, changed(SHORT, availability="Limited"), []),
        (SHORT, changed(SHORT, status="current"), []),
        (None, changed(SHORT, status="Resolved"), []),
        (
            None,
            changed(SHORT, status="To Be Discontinued", discontinued="2026-01-05"),
            [(K.APPROVAL_MARKETING_STATUS_CHANGED, None, "To Be Discontinued", "2026-01-05")],
        ),
        (SHORT, None, [(K.SAFETY_SHORTAGE_RESOLVED, "Current", "no longer listed", None)]),
        (changed(SHORT, status="Resolved"), None, []),
        (changed(SHORT, status="To Be Discontinued"), None, []),
    ],
)
def test_what_happens_to_a_shortage(old: Document | None, new: Document | None, expected: list[tuple[K, str, str, str]]) -> None:
    assert told(old, new) == expected


def test_only_a_complete_list_proves_that_a_line_has_gone() -> None:
    assert told(SHORT, None, Step(record="x:1", from_hash="a", to_hash=None, seen="2026-03-04")) == []


def test_an_article_is_published_once_and_retracted_once() -> None:
    retracted = changed(PAPER, types=("Journal Article", "Retracted Publication"), links=(NOTICE,))
    assert told(None, PAPER) == [(K.PAPER_PUBLISHED, None, "Journal Article", "2026-02")]
    assert told(PAPER, retracted) == [(K.PAPER_RETRACTED, "Journal Article", "Journal Article, Retracted Publication", "2026-11-03")]
    assert told(retracted, changed(retracted, doi="10.0/x")) == []
    assert [kind for kind, *_ in told(None, retracted)] == [K.PAPER_PUBLISHED, K.PAPER_RETRACTED]
    (event,) = [one for one in record_events(PAPER, retracted, STEP) if one.kind is K.PAPER_RETRACTED]
    assert (event.quote_old, event.quote_new) == ("A title", "Made-up J. 2026 Nov 3;12(4):5")


def test_a_type_alone_says_that_an_article_was_retracted() -> None:
    (event,) = record_events(PAPER, changed(PAPER, types=("Retracted Publication",)), STEP)
    assert (event.kind, event.path, event.happened) == (K.PAPER_RETRACTED, "types", None)


@pytest.mark.parametrize("kind", ["CommentIn", "ErratumIn", "ExpressionOfConcernIn", "RetractionOf"])
def test_no_other_tie_is_a_retraction(kind: str) -> None:
    assert told(PAPER, changed(PAPER, links=(ArticleLink(type=kind, pmid="2", cited="Made-up J. 2026;1:1"),))) == []


@pytest.mark.parametrize(
    ("cited", "date"),
    [("J. 2026 Nov 3;12:5", "2026-11-03"), ("J. 2026 Nov;12:5", "2026-11"), ("J. 2026;12:5", "2026"), ("J. In press", None), (None, None)],
)
def test_the_date_of_a_notice(cited: str | None, date: str | None) -> None:
    assert cited_date(cited) == date


@pytest.mark.parametrize("document", [RECALL, SHORT, PAPER])
def test_nothing_happens_between_a_document_and_itself(document: Document) -> None:
    assert record_events(document, document, STEP) == ()


def test_every_event_is_an_event_of_its_record() -> None:
    assert all(isinstance(one, Event) and one.record == "x:1" for one in record_events(None, PAPER, STEP))

"""Digests: each change once, most important first, the same bytes for the same events, and no markup but ours."""

import email
import email.policy
import random
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from digests_made_here import DRUG, HOSTILE, SOURCES, SUBJECT, WINDOW, a_digest, event
from lxml import etree, html

from theriac.errors import Defect, UserError
from theriac.flow.digest_faces import as_json, as_text
from theriac.flow.digest_feed import as_atom
from theriac.flow.digest_html import LARGEST, as_html
from theriac.flow.digests import Digest, digest, digest_id
from theriac.flow.events import Entity
from theriac.flow.importance import place, said
from theriac.flow.mail import as_mail, counted
from theriac.flow.webhooks import as_webhook, new_secret, signed, verified
from theriac.flow.windows import Window, moment
from theriac.terms import EventKind

ATOM = "{http://www.w3.org/2005/Atom}"
SENDER = "Theriac <alerts@theriac.example>"


def test_every_kind_has_its_place_and_words() -> None:
    assert sorted(place(kind) for kind in EventKind) == list(range(len(EventKind)))
    assert all(said(kind) for kind in EventKind)
    assert len({said(kind) for kind in EventKind}) == len(EventKind)


def test_the_most_important_stands_first() -> None:
    kinds = [EventKind.LABEL_NEW_VERSION, EventKind.TRIAL_STOPPED, EventKind.LABEL_BOXED_WARNING_ADDED, EventKind.APPROVAL_APPROVED]
    other = Entity("drug:name.otherol", "otherol")
    events = [event(n, kind, quote_new=f"q{n}") for n, kind in enumerate(kinds)]
    made = a_digest(*events, event(9, EventKind.SAFETY_RECALL, drugs=(other,)))
    assert [group.heading for group in made.groups] == ["examplol", "otherol"]
    assert [section.family for section in made.groups[0].sections] == ["approval", "label", "trial"]
    assert [item.kind for item in made.groups[0].sections[1].items] == [EventKind.LABEL_BOXED_WARNING_ADDED, EventKind.LABEL_NEW_VERSION]
    assert made.title == "examplol: approved and 4 more"


def test_the_same_change_in_many_labels_is_one_item() -> None:
    quote = "Severe skin reactions may occur."
    labels = [
        event(n, EventKind.LABEL_WARNING_CHANGED, record=f"openfda_label:{n}", quote_old=None, quote_new=f"{quote}{' ' * n}", from_version="3")
        for n in range(40)
    ]
    trials = [event(n, record=f"ctgov:NCT{n}") for n in range(50, 53)]
    made = a_digest(*labels, *trials)
    assert made.items == 4
    item = next(item for section in made.groups[0].sections for item in section.items if item.kind is EventKind.LABEL_WARNING_CHANGED)
    assert len(item.documents) == 40 and item.title == "40 labels"
    assert "and 28 more documents" in as_text(made)


def test_the_same_events_make_the_same_bytes() -> None:
    draw = random.Random(1)
    events = [event(n, draw.choice(list(EventKind)), quote_new=draw.choice(("a", "b", None))) for n in range(80)]
    first = a_digest(*events)
    for _ in range(5):
        draw.shuffle(events)
        again = a_digest(*events, events[0])
        assert (as_json(again), as_text(again), as_html(again)) == (as_json(first), as_text(first), as_html(first))
        assert as_mail(again, SENDER, "a@example.org") == as_mail(first, SENDER, "a@example.org")
        assert as_atom("al-1", "t", [again]) == as_atom("al-1", "t", [first])
        assert as_webhook(again) == as_webhook(first)
    assert msgspec.json.decode(as_json(first), type=Digest) == first


def test_the_id_is_made_of_subscription_target_and_window() -> None:
    made = a_digest()
    assert made.id == digest_id("al-1", "mail:1", "2026-03-01T08:00:00Z/2026-03-02T08:00:00Z")
    assert made.id != digest_id("al-1", "mail:", "12026-03-01T08:00:00Z/2026-03-02T08:00:00Z")


def test_nothing_is_quiet_or_said() -> None:
    assert digest(SUBJECT, WINDOW, [], SOURCES) is None
    told = digest(msgspec.structs.replace(SUBJECT, also_when_nothing=True), WINDOW, [], SOURCES)
    assert told is not None
    assert told.summary == "Checked 2 sources, freshest 2026-03-01, nothing changed; not up to date: openfda_label."
    assert told.stale == ("openfda_label",)
    assert "not up to date" in as_text(told) and "not up to date" in as_html(told)


def test_what_came_late_is_marked_with_when_it_happened() -> None:
    late = event(1, happened="2026-01-15")
    known_before = event(2, known="2026-02-27T00:00:00.000000Z")
    on_time = event(3)
    month_only = event(4, happened="2026-03")
    made = a_digest(late, known_before, on_time, month_only)
    marks = {item.documents[0].event: item.late for section in made.groups[0].sections for item in section.items}
    assert marks == {"ev-1": True, "ev-2": True, "ev-3": False, "ev-4": False}
    assert "Happened 2026-01-15, seen 2026-03-01, found late" in as_text(made)


def test_an_event_stands_under_the_drug_that_is_watched() -> None:
    pair = (Entity("drug:name.aaa", "aaa"), DRUG)
    assert a_digest(event(1, drugs=pair)).groups[0].heading == "examplol"
    unwatched = digest(msgspec.structs.replace(SUBJECT, watched=frozenset()), WINDOW, [event(1, drugs=pair), event(2, drugs=())])
    assert unwatched is not None
    assert {group.heading for group in unwatched.groups} == {"aaa + examplol", "No drug resolved"}


def hostile_events(text: str) -> list[object]:
    fields = {"title": text, "old": text, "new": text + "1", "quote_old": text, "quote_new": text + "2", "from_version": text, "to_version": text}
    conditions = (Entity("condition:1", text),)
    drug = Entity(DRUG.id, text)
    return [event(n, record=f"ctgov:{text}{n}", link=f"javascript:{text}", conditions=conditions, drugs=(drug,), **fields) for n in range(3)]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_no_hostile_text_becomes_markup_or_a_header(text: str) -> None:
    subject = msgspec.structs.replace(SUBJECT, rule=f'"{text}"', sentence=text)
    made = digest(subject, WINDOW, hostile_events(text), SOURCES)  # type: ignore[arg-type]
    assert made is not None
    page = html.document_fromstring(as_html(made).encode())
    inner = {"tr", "td", "th", "h1", "h2", "h3", "p", "br", "strong", "span", "a"}
    allowed = {"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", *inner}
    assert {element.tag for element in page.iter()} <= allowed
    for element in page.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.get("href", "https://").startswith("https://")
    for face in (as_html(made), as_text(made), as_json(made)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", face)
    feed = etree.fromstring(as_atom("al-1", text, [made]))
    assert len(feed.findall(f"{ATOM}entry")) == 1
    assert {child.tag.removeprefix(ATOM) for child in feed} <= {"id", "title", "updated", "author", "entry"}
    inner = html.document_fromstring((feed.findtext(f"{ATOM}entry/{ATOM}content") or "").encode())
    assert {element.tag for element in inner.iter()} <= allowed

    mail = as_mail(made, SENDER, "reader@example.org")
    parsed = email.message_from_string(mail, policy=email.policy.default)
    ours = "From To Subject Date Message-ID List-Id Auto-Submitted X-Theriac-Digest List-Unsubscribe List-Unsubscribe-Post"
    assert sorted(parsed.keys()) == sorted([*ours.split(), "MIME-Version", "Content-Type"])
    assert parsed["Bcc"] is None and "\n" not in str(parsed["Subject"])
    raw = email.message_from_string(mail, policy=email.policy.compat32)
    for decoder in (str(parsed["Subject"]), str(email.header.make_header(email.header.decode_header(raw["Subject"])))):
        assert "\n" not in decoder and "\r" not in decoder


def test_the_mail_is_one_that_clients_render() -> None:
    made = a_digest(event(1, title="Ünïcode – “naïve” 日本"), event(2, EventKind.LABEL_NEW_VERSION))
    mail = as_mail(made, SENDER, "reader@example.org")
    parsed = email.message_from_string(mail, policy=email.policy.default)
    assert parsed["Message-ID"] == f"<{made.id}@theriac.example>"
    assert parsed["List-Unsubscribe"] == "<https://theriac.example/unsubscribe/token>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["Date"].datetime == datetime.fromisoformat("2026-03-02T08:00:00+00:00")
    text, page = parsed.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == as_text(made)
    assert page.get_content().replace("\r\n", "\n") == as_html(made)
    assert "日本" in text.get_content()
    assert all(len(line) <= 998 for line in mail.split("\r\n")) and mail.isascii()
    page_text = as_html(made)
    assert not re.search(r"<(script|link|img)|url\(|@import", page_text) and page_text.count("<style>") == 1
    assert all(element.get("style") for element in html.document_fromstring(page_text.encode()).iter("td", "p", "h1", "h2", "h3"))


@pytest.mark.parametrize("sender", ["x", "a@b\r\nBcc: c@d", "A <a@b.example> <c@d.example>", "a@b.example, c@d.example"])
def test_a_sender_that_is_none_is_refused(sender: str) -> None:
    with pytest.raises(UserError):
        as_mail(a_digest(), sender, "reader@example.org")


def test_a_header_too_many_stops_the_mail() -> None:
    with pytest.raises(Defect):
        counted("To: a\r\nBcc: b\r\n\r\nbody", ["To"])
    with pytest.raises(Defect):
        counted("To: a\nBcc: b\r\n\r\nbody", ["To"])


def test_the_feed_is_atom() -> None:
    later = digest(SUBJECT, Window(WINDOW.end, moment("2026-03-03T08:00:00Z")), [event(5)], SOURCES)
    assert later is not None
    here, page = "https://theriac.example/feeds/t.atom", "https://theriac.example/alerts/al-1"
    feed = etree.fromstring(as_atom("al-1", "examplol", [a_digest(), later], here=here, page=page))
    for entity in (feed, *feed.findall(f"{ATOM}entry")):  # RFC 4287 §4.1.1, §4.1.2
        for name in ("id", "title", "updated"):
            assert len(entity.findall(f"{ATOM}{name}")) == 1
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entity.findtext(f"{ATOM}updated") or "")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Theriac"
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert ids == [f"urn:theriac:digest:{later.id}", f"urn:theriac:digest:{a_digest().id}"]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-03T08:00:00Z"
    empty = etree.fromstring(as_atom("al-1", "examplol", []))
    assert empty.findtext(f"{ATOM}updated")


def test_long_digests_say_how_much_they_leave_out() -> None:
    made = a_digest(*(event(n) for n in range(260)))
    assert made.items == 260
    assert "And 60 more." in as_text(made) and as_text(made).count("* Trial stopped") == 200
    shown = as_html(made).count("<strong>Trial stopped</strong>")
    assert 40 < shown < 200 and f"And {260 - shown} more." in as_html(made)
    assert len(as_html(made).encode()) < LARGEST + 10_000 < 102_000


def test_a_webhook_is_signed_as_the_convention_says() -> None:
    secret = new_secret(bytes(range(32)))
    body = as_webhook(a_digest()).encode()
    headers = signed("dg-1", 1_700_000_000, body, secret)
    assert verified(headers, body, secret, 1_700_000_100)
    assert not verified(headers, body + b" ", secret, 1_700_000_100)
    assert not verified(headers, body, new_secret(bytes(32)), 1_700_000_100)
    assert not verified(headers, body, secret, 1_700_009_999)
    assert not verified({**headers, "webhook-id": "dg-2"}, body, secret, 1_700_000_100)
    # A known answer: HMAC-SHA256 worked out with another tool over "msg_1.1700000000.{}" and the key "theriac test key".
    assert signed("msg_1", 1_700_000_000, b"{}", "whsec_dGhlcmlhYyB0ZXN0IGtleQ==")["webhook-signature"] == KNOWN


KNOWN = "v1,4jJmjNi5ArvSH5fDafZ9uJm3hPyUL/lo5CLGtqUjKoQ="


def test_the_documented_check_of_a_webhook_works() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "alerts.md").read_text()
    shown: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], shown)
    secret, body, now = new_secret(bytes(range(32))), as_webhook(a_digest()).encode(), int(time.time())
    headers = signed("dg-1", now, body, secret)
    assert shown["genuine"](headers, body, secret)
    assert not shown["genuine"](headers, body + b" ", secret)
    assert not shown["genuine"](signed("dg-1", now - 999, body, secret), body, secret)

"""Events and digests of a drug of ours, for what digests and deliveries are tested on."""

from theriac.flow.digests import Digest, Freshness, Subject, digest
from theriac.flow.events import Entity
from theriac.flow.occurrences import Occurrence
from theriac.flow.windows import Window, moment
from theriac.terms import EventKind

WINDOW = Window(moment("2026-03-01T08:00:00Z"), moment("2026-03-02T08:00:00Z"))
DRUG = Entity("drug:name.examplol", "examplol")
SUBJECT = Subject(
    subscription="al-1",
    target="mail:1",
    rule="drug:examplol",
    sentence="Any event where the drug is examplol.",
    schedule="every day at 08:00, UTC",
    watched=frozenset({DRUG.id}),
    site="https://theriac.example",
    unsubscribe="https://theriac.example/unsubscribe/token",
)
SOURCES = (Freshness("ctgov", "2026-03-02T06:00:00Z", "2026-03-01"), Freshness("openfda_label", "2026-02-01T06:00:00Z", "2026-01-30", stale=True))

# What hostile titles and names try: lines of their own, encoded words, markup, schemes, and text that runs the other way.
HOSTILE = (
    "x\r\nBcc: victim@example.org",
    "x\nSubject: other\n\nbody",
    "=?utf-8?q?x=0D=0ABcc:_victim@example.org?=",
    "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?=",
    "=?utf-8?q?=3D?= =?=?utf-8?q?x?= ?utf-8?q?=0ABcc:x?=",
    "a\u2028Bcc: x\u2029b\x85c\x0bd\x0ce\x1cf",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<a href='javascript:alert(1)'>x</a>",
    "]]></content><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202egnp.exe\u202c\u2066x\u2069\u200f",
    "a\x00b\ufffec\ud800d",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "x" * 3000,
    "\r\n.\r\nMAIL FROM:<x@example.org>",
)


def event(number: int, kind: EventKind = EventKind.TRIAL_STOPPED, **fields: object) -> Occurrence:
    """One event about examplol, unless told otherwise."""
    usual: dict[str, object] = {
        "id": f"ev-{number}",
        "kind": kind,
        "record": f"ctgov:NCT{number:08d}",
        "seen": "2026-03-01",
        "known": "2026-03-01T12:00:00.000000Z",
        "commit": 1,
        "happened": "2026-03-01",
        "drugs": (DRUG,),
        "conditions": (Entity("condition:1", "basal cell carcinoma"),),
        "title": f"Trial {number} of examplol",
        "old": "RECRUITING",
        "new": "TERMINATED",
        "quote_new": "Stopped for futility.",
        "link": f"https://clinicaltrials.gov/study/NCT{number:08d}",
    }
    return Occurrence(**{**usual, **fields})  # type: ignore[arg-type]


def a_digest(*events: Occurrence) -> Digest:
    """The digest of these events, or of one stopped trial."""
    made = digest(SUBJECT, WINDOW, events or (event(1),), SOURCES)
    assert made is not None
    return made

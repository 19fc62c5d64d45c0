"""A slice of the real history, month by month, through a mail server, a webhook receiver, feeds and folders: all arrives, and can be read."""

import sys
from email import message_from_string, policy
from pathlib import Path

import feedparser
import msgspec
from lxml import html
from receivers import Hook, Mailbox, serving

from theriac.api import open_home
from theriac.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from months import SENDER, SITE, Months, Replay

LABELS_OF = ("NDA020", "NDA021", "NDA022")


def test_labels_of_a_year_arrive_as_mail_webhook_feed_and_folder(corpus: Path, tmp_path: Path) -> None:
    hook, box = Hook(), Mailbox()
    settings = Settings(home=tmp_path / "home", workers=1, site=SITE, mail_sender=SENDER)
    months = Months(corpus, wanted=lambda name: name.startswith(tuple(f"openfda_label/{one}" for one in LABELS_OF)))
    with serving(hook), serving(box), open_home(tmp_path / "home", create=True, settings=settings) as store:
        replay = Replay(store, hook.url, box.port)
        replay.through(months, tmp_path / "files", "2020-09", [])
        assert replay.faults(hook.requests, box.mails) == []
        feeds = [feedparser.parse(feed) for feed in replay.feeds()]
    assert len(box.mails) == len(hook.requests) > 3
    assert not [feed.bozo_exception for feed in feeds if feed.bozo] and sum(len(feed.entries) for feed in feeds) == len(box.mails)
    told = {head["webhook-id"]: msgspec.json.decode(body)["data"] for head, body in hook.requests}
    assert all(one["items"] > 0 and one["groups"][0]["heading"] != "No drug resolved" for one in told.values())
    for _, _, text in box.mails:
        mail = message_from_string(text, policy=policy.default)
        plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None and page is not None and len(page.get_content()) < 102_000
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and mail["List-Unsubscribe"].strip().startswith(f"<{SITE}/unsubscribe/")
        shown = html.document_fromstring(page.get_content())
        heading = shown.findtext(".//h2") or "?"
        assert mail["Subject"].startswith(heading[:40]) and heading in plain.get_content()
        assert all(link.get("href").startswith(("https://dailymed.nlm.nih.gov/", SITE)) for link in shown.iter("a"))

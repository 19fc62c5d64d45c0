"""Years of real history, month by month, as the alerts of that time: labels, trials and the Orange Book loaded in the order they were seen.

Flows in: the folder of real files (`--corpus`). Flows out: what a mail server, a webhook receiver, a feed and a folder on this machine got, and
whether it is what it should be: every fresh event that a rule asks for in exactly one digest of each target, every signature right, no digest
twice, every feed well-formed. With `--out` the mails (`.eml`, `.html`, `.txt`), webhooks (`.json`) and feeds (`.atom`) are kept to be looked at.

    ./run bench months [--corpus FOLDER] [--out FOLDER] [--until 2024-07] [--names FILE_OR_FOLDER]...

The first month of each table is its baseline: history, not alerts. `--names` are loaded before it (vocabularies and the like).
"""

import argparse
import email
import email.policy
import importlib
import sys
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from measure import machine, table
from theriac import alert_run, alerts
from theriac.api import Theriac, open_home
from theriac.delivery import Carrier, MailServer
from theriac.flow.occurrences import Occurrence
from theriac.flow.rules import restored, satisfies
from theriac.flow.webhooks import verified
from theriac.flow.windows import moment
from theriac.settings import Settings
from theriac.store import alerts as kept
from theriac.store import ledger
from theriac.watch import Watch, only_known

ROOT = Path(__file__).resolve().parent.parent
SITE, SENDER = "https://theriac.example", "Theriac <alerts@theriac.example>"
RULES = (
    ("kind:label.boxed_warning_*,label.contraindication_changed,label.indication_*", "month"),
    ("kind:label.* -kind:label.new_version", "month"),
    ("kind:trial.*", "month"),
    ("kind:patent.*,approval.*", "month"),
    ("kind:label.*,trial.*,patent.*", "week"),
)


class Months:
    """The dated files of the corpus, month by month."""

    def __init__(self, corpus: Path, wanted: Callable[[str], bool] = lambda _: True) -> None:
        self.wanted = wanted
        self.members: dict[str, list[tuple[str, Callable[[], bytes]]]] = defaultdict(list)
        for name, data in _members(corpus / "openfda_label" / "label_versions.tar.xz"):
            self._take(Path(name).name[:7], f"openfda_label/{name}", data)
        for name, data in _members(corpus / "ctgov_versions" / "aact_versions.tar.xz"):
            self._take(name.split("__")[1][:7], f"ctgov/{Path(name).name}", data)
        for folder in sorted((corpus / "orange_book").glob("20??-??")):
            for path in folder.glob("*.txt"):
                self._take(folder.name, f"orange_book/{folder.name}/{path.name}", path.read_bytes())

    def _take(self, month: str, name: str, data: bytes) -> None:
        if self.wanted(name):
            self.members[month].append((name, lambda: data))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.members))

    def unpacked(self, month: str, folder: Path) -> Path:
        """A folder with the files of that month."""
        for name, data in self.members[month]:
            path = folder / month / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data())
        return folder / month


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as opened:
        for member in opened:
            source = opened.extractfile(member) if member.isfile() else None
            if source is not None:
                yield member.name, source.read()


def main() -> None:
    """Replays, compares, prints."""
    options = _options()
    sys.path.insert(0, str(ROOT / "tests" / "alerts"))
    receivers: Any = importlib.import_module("receivers")
    hook, box = receivers.Hook(), receivers.Mailbox()
    print(machine())
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="theriac-replay-") as scratch, receivers.serving(hook), receivers.serving(box):
        folder = Path(scratch)
        settings = Settings(home=folder / "home", workers=2, site=SITE, mail_sender=SENDER)
        with open_home(folder / "home", create=True, settings=settings) as store:
            replay = Replay(store, hook.url, box.port)
            replay.through(Months(options.corpus), folder / "files", options.until, options.names)
            faults = replay.faults(hook.requests, box.mails)
            if options.out:
                _kept(options.out, hook.requests, box.mails, replay)
            replay.shown(len(hook.requests), len(box.mails), time.perf_counter() - began)
    print("\n".join(faults) if faults else "every event is in exactly one digest of each target, every signature is right, every feed is well-formed")
    sys.exit(1 if faults else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--until", default="2024-07", help="the first month that is not replayed any more")
    parser.add_argument("--names", type=Path, action="append", default=[])
    return parser.parse_args()


class Replay:
    """A home that lives through the months, with its subscriptions and everything its events said."""

    def __init__(self, store: Theriac, hook: str, port: int) -> None:
        self.store = store
        self.hook = hook
        server = MailServer(host="127.0.0.1", port=port, security="none", sender=SENDER)
        self.carrier = Carrier(store.home.folder / "outgoing", server, allow_loopback=True)
        self.told: dict[str, Occurrence] = {}
        self.rows: list[tuple[str, ...]] = [("month", "files", "events", "fresh", "alerts", "digests", "sent")]
        self.secrets: dict[str, str] = {}
        self.known: dict[int, str] = {}

    def through(self, months: Months, folder: Path, until: str, names: list[Path]) -> None:
        """Loads the months in order; after each, what was due by the first morning of the next is told."""
        if names:
            self.store.load(names)
        baseline = next(iter(months))
        self.store.load([months.unpacked(baseline, folder)])
        self._subscribe(f"{_after(baseline)}-01T00:00:00Z")
        month = _after(baseline)
        while month < until:
            self._month(month, months, folder)
            month = _after(month)

    def _subscribe(self, now: str) -> None:
        sources = [*only_known(ledger.sources(self.store.home)), "ctgov", "orange_book"]
        for place, (rule, every) in enumerate(RULES):
            to = ("mailto:reader@example.org", self.hook, "feed", f"folder:rule{place}")
            made = alerts.add(self.store.home, rule, now=now, resolve=self.store.alerts.resolve, sources=sources, every=every, to=to)
            self.secrets[made.alert.id] = next(iter(made.signing_secrets.values()))

    def _month(self, month: str, months: Months, folder: Path) -> None:
        if month in months.members:
            self.store.load([months.unpacked(month, folder)])
        now = f"{_after(month)}-01T09:00:00Z"
        watch = Watch(self.store.home, self.store.names)
        seen = Counter[bool]()

        def after(commit: int) -> Iterator[Occurrence]:
            for one in watch.after(commit):
                dated = msgspec.structs.replace(one, known=f"{month}-15T06:00:00.000000Z")
                self.told[one.id] = dated
                seen[one.fresh] += 1
                yield dated

        done = alert_run.run(
            self.store.home, after, self.carrier, now=now, freshness=watch.freshness(now, ""), postage=alert_run.Postage(sender=SENDER, site=SITE)
        )
        counts = (len(months.members.get(month, ())), done.events, seen[True], done.alerts, done.digests, done.sent)
        self.rows.append((month, *(f"{count:,}" for count in counts)))
        print(f"\r{month}: {done.events:,} events, {done.digests} digests ", end="", flush=True)

    def faults(self, requests: list[tuple[dict[str, str], bytes]], mails: list[tuple[str, list[str], str]]) -> list[str]:
        """What is not as it should be."""
        found = []
        for one in kept.subscriptions(self.store.home):
            wanted = {event.id for event in self.told.values() if event.fresh and satisfies(restored(one.bound), event)}
            by_target: dict[str, Counter[str]] = defaultdict(Counter)
            for told in kept.told(self.store.home, one.id, 1_000_000):
                items = (item for group in alert_run.digest_of(told).groups for section in group.sections for item in section.items)
                by_target[told.target.id].update(document.event for item in items for document in item.documents)
            found += [f"{one.rule}: {target} differs" for target, got in by_target.items() if set(got) != wanted or max(got.values()) > 1]
        ids = [head["webhook-id"] for head, _ in requests] + [_parsed(text)["X-Theriac-Digest"] for _, _, text in mails]
        found += [f"{number} came twice" for number, times in Counter(ids).items() if times > 1]
        for head, body in requests:
            secret = self.secrets[msgspec.json.decode(body)["data"]["subscription"]]
            if not verified(head, body, secret, int(head["webhook-timestamp"])):
                found.append(f"{head['webhook-id']}: the signature is wrong")
        return found + [fault for feed in self.feeds() for fault in _feed_faults(feed)]

    def feeds(self) -> list[bytes]:
        """Every subscription's feed as it is now."""
        return [self.store.alerts.feed(one.token) for one in kept.subscriptions(self.store.home)]

    def shown(self, hooks: int, mails: int, seconds: float) -> None:
        """The months as a table, and the sums."""
        print()
        table("month by month", self.rows)
        print(f"{mails:,} mails, {hooks:,} webhooks, {len(self.told):,} events in {seconds:.0f} s")


def _feed_faults(feed: bytes) -> list[str]:
    try:
        feedparser: Any = importlib.import_module("feedparser")
    except ImportError:
        return ["feedparser is not installed, so no feed was checked; pip install feedparser"]
    read = feedparser.parse(feed)
    return [f"a feed is not well-formed: {read.bozo_exception}"] if read.bozo or read.version != "atom10" else []


def _parsed(text: str) -> email.message.EmailMessage:
    return email.message_from_bytes(text.encode(), policy=email.policy.default)


def _kept(out: Path, requests: list[tuple[dict[str, str], bytes]], mails: list[tuple[str, list[str], str]], replay: Replay) -> None:
    """Writes everything that was received, to be looked at."""
    out.mkdir(parents=True, exist_ok=True)
    for _, _, text in mails:
        read = _parsed(text)
        size = len(text)
        name = f"{moment(_date(read)).strftime('%Y-%m-%d')}-{size:07}-{str(read['X-Theriac-Digest'])[3:11]}"
        (out / f"{name}.eml").write_text(text)
        for kind, ending in (("plain", "txt"), ("html", "html")):
            part = read.get_body((kind,))
            if part is not None:
                (out / f"{name}.{ending}").write_text(part.get_content())
    for head, body in requests:
        (out / f"{head['webhook-id']}.json").write_bytes(body)
    for number, feed in enumerate(replay.feeds()):
        (out / f"feed{number}.atom").write_bytes(feed)


def _date(read: email.message.EmailMessage) -> str:
    return str(read["Date"].datetime.isoformat())


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()

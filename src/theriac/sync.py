"""Passes over live sources: what to ask, whether an answer is believed, and what is kept with each commit so that a cut pass goes on.

Flows in: a home, a client, the present moment as a function, and what is wanted. Flows out: commits, the freshness ledger, source events, a
report. Absences are believed only after a complete list whose count is the source's own total; a total that shrank too far stops the commit.
It opens no socket, asks no clock and knows no source's format.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from theriac.errors import BadAnswer, ExpiredCursor, LiveError, Stopped, TotalShrank, UserError
from theriac.flow.keys import name_key
from theriac.http import Client, Validators
from theriac.live import FETCHERS
from theriac.live.base import Ask, Fetcher, Finished, Keys, Names, Page
from theriac.pipeline import LoadReport
from theriac.reception import Reception, reception
from theriac.settings import Settings
from theriac.sources.base import hash_bytes
from theriac.store import ledger, live, raised
from theriac.store.home import Home
from theriac.store.live import Attempt, Note, Pass
from theriac.terms import EventKind, SyncDepth

DONE, NOTHING_NEW, FAILED = "done", "nothing_new", "failed"
_validators = msgspec.json.Decoder(dict[str, Validators])


class Wanted(msgspec.Struct, frozen=True):
    """One pass that is to be made: of all of a source, or of a name in it."""

    fetcher: Fetcher
    depth: SyncDepth
    names: Names | None = None

    @property
    def scope(self) -> str:
        """The name in the words of the ledger; nothing for all of the source."""
        return f"{self.names.kind.value}:{name_key(self.names.first)}" if self.names else ""


class SyncProgress(msgspec.Struct):
    """How far a pass is, for whoever shows it."""

    source: str
    name: str | None
    depth: str
    records: int = 0
    total: int | None = None
    requests: int = 0
    bytes: int = 0


class SourceRun(msgspec.Struct, kw_only=True):
    """What one pass did (`sync --json`)."""

    source: str
    name: str | None
    depth: str
    outcome: str
    message: str = ""
    release: str = ""
    records: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    quarantined: int = 0
    requests: int = 0
    bytes: int = 0
    notices: list[str] = []


class Sync:
    """The live sources of one home."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        client: Client,
        now: Callable[[], str],
        *,
        tell: Callable[[SyncProgress], None] = lambda _: None,
        waiting: Callable[[str], None] | None = None,
        fetchers: Sequence[Fetcher] = FETCHERS,
    ) -> None:
        self.home = home
        self.settings = settings
        self.client = client
        self.now = now
        self.tell = tell
        self.waiting = waiting
        self.fetchers = {fetcher.name: fetcher for fetcher in fetchers}

    def fetcher(self, source: str) -> Fetcher:
        """The live source of that name; UserError where there is none."""
        found = self.fetchers.get(source)
        if found is None:
            raise UserError(f"{source!r} is no live source; there are {', '.join(self.fetchers)}")
        return found

    def drug(self, names: Names, sources: Sequence[str] = ()) -> list[Wanted]:
        """Everything about one name, from all sources that can be asked by name."""
        chosen = [self.fetcher(source) for source in sources] or [one for one in self.fetchers.values() if one.knows(names)]
        return [Wanted(fetcher, SyncDepth.DRUG, names) for fetcher in chosen]

    def full(self, source: str) -> list[Wanted]:
        """All of a source."""
        return [Wanted(self.fetcher(source), SyncDepth.FULL)]

    def changes(self, followed: Sequence[Names], sources: Sequence[str] = ()) -> list[Wanted]:
        """What changed since the last success: of all that is kept complete, and of followed names where a source is too large for that."""
        chosen = [self.fetcher(source) for source in sources] or list(self.fetchers.values())
        return [wanted for fetcher in chosen for wanted in self._changes(fetcher, followed)]

    def _changes(self, fetcher: Fetcher, followed: Sequence[Names]) -> Iterator[Wanted]:
        state = live.pass_of(self.home, fetcher.name)
        if state.depth == SyncDepth.FULL and (state.cursor or state.began_at):
            yield Wanted(fetcher, SyncDepth.FULL)
        elif state.since:
            yield Wanted(fetcher, SyncDepth.CHANGES)
        elif not fetcher.large:
            yield Wanted(fetcher, SyncDepth.FULL)
        else:
            for names in filter(fetcher.knows, followed):
                one = Wanted(fetcher, SyncDepth.CHANGES, names)
                before = live.pass_of(self.home, fetcher.name, one.scope)
                yield one if before.since else Wanted(fetcher, SyncDepth.DRUG, names)

    def ask(self, wanted: Wanted, state: Pass) -> Ask:
        """What the source is asked: from the cursor where a pass of this kind was cut, since the last success otherwise."""
        resumed = state.depth == wanted.depth and bool(state.cursor)
        host = wanted.fetcher.host
        return Ask(
            depth=wanted.depth,
            today=self.now()[:10],
            since=state.since or None,
            cursor=state.cursor if resumed else "",
            names=wanted.names,
            validators=_validators.decode(state.validators),
            folder=self.home.folder / "incoming" / wanted.fetcher.name,
            key=self.settings.openfda_key if host == "api.fda.gov" else self.settings.ncbi_key if host.endswith("ncbi.nlm.nih.gov") else "",
            contact=self.settings.contact,
        )

    def plan(self, wanted: Wanted) -> list[str]:
        """What would be asked; asks nothing."""
        return wanted.fetcher.plan(self.ask(wanted, live.pass_of(self.home, wanted.fetcher.name, wanted.scope)))

    def run(self, wanted: Wanted) -> SourceRun:
        """Makes the pass; a fault of the source is an outcome, and what was committed before it stays."""
        began, before = self.now(), msgspec.structs.replace(self.client.traffic)
        passing = _Passing(self, wanted)
        fault: LiveError | None = None
        try:
            passing.go()
        except Stopped:
            raise
        except LiveError as error:
            fault = error
        report = passing.report
        report.outcome = FAILED if fault else report.outcome
        report.message = str(fault or report.message)
        report.requests = self.client.traffic.requests - before.requests
        report.bytes = self.client.traffic.bytes - before.bytes
        self._note(wanted, report, began, fault)
        return report

    def _note(self, wanted: Wanted, report: SourceRun, began: str, fault: LiveError | None) -> None:
        """Keeps the attempt in the freshness ledger, and tells of a total that shrank and of a source that is well again."""
        source, moment = wanted.fetcher.name, self.now()
        notes: list[Note] = [
            live.keep_attempt(
                Attempt(
                    source=source,
                    scope=wanted.scope,
                    depth=wanted.depth,
                    began_at=began,
                    ended_at=moment,
                    outcome=report.outcome,
                    message=report.message,
                    requests=report.requests,
                    bytes=report.bytes,
                    records=report.records,
                    release=report.release,
                )
            ),
            lambda connection: ledger.note_asked(connection, source, moment, fault=str(fault or ""), release=report.release),
        ]
        events = []
        if isinstance(fault, TotalShrank):
            slot = f"{fault.before}>{fault.now}@{moment[:10]}"
            events.append(raised.source_event(EventKind.SOURCE_TOTAL_SHRANK, source, moment, slot=slot, old=str(fault.before), new=str(fault.now)))
        if fault is None and (stale := raised.unrecovered(self.home, source)):
            events.append(raised.source_event(EventKind.SOURCE_RECOVERED, source, moment, slot=stale.id, old=stale.old, new=moment))
        if events:
            raised.tell_of(self.home, events, moment, notes)
        else:
            live.noted(self.home, notes)


class _Passing:
    """One pass under way."""

    def __init__(self, sync: Sync, wanted: Wanted) -> None:
        self.sync = sync
        self.home = sync.home
        self.wanted = wanted
        self.fetcher = wanted.fetcher
        name = wanted.names.first if wanted.names else None
        self.report = SourceRun(source=self.fetcher.name, name=name, depth=wanted.depth, outcome=DONE, notices=[])
        self.told = SyncProgress(self.fetcher.name, name, wanted.depth)
        self.state = Pass(source=self.fetcher.name)
        self.total: int | None = None
        self.guarded = False
        self.gathered: list[Page] = []

    def go(self) -> None:
        """The pass from its cursor on; once from its beginning where the source no longer knows the cursor. Then what is gone is looked for."""
        try:
            self._once()
        except ExpiredCursor as error:
            self.report.notices.append(str(error))
            live.noted(self.home, [live.keep_pass(msgspec.structs.replace(self.state, cursor=""))])
            self._once()
        if self.wanted.depth is SyncDepth.CHANGES and not self.wanted.names and self.report.outcome == DONE:
            self._look_for_the_gone()

    def _once(self) -> None:
        self.state = live.pass_of(self.home, self.fetcher.name, self.wanted.scope)
        ask = self.sync.ask(self.wanted, self.state)
        first = not self.state.done_at
        if not ask.cursor:
            began = self.sync.now()
            listing = hash_bytes(self.fetcher.name.encode(), self.wanted.scope.encode(), began.encode())
            fresh = {"depth": self.wanted.depth, "cursor": "", "began_at": began, "counted": 0, "flawed": 0, "listing": listing}
            self.state = msgspec.structs.replace(self.state, **fresh)
        # Nobody is kept from writing while the source is waited for: pages are gathered first, and the lock is taken for what has gathered.
        self.gathered.clear()
        with ExitStack() as stack:
            desk: Reception | None = None
            for item in self.fetcher.pass_over(self.sync.client, ask):
                self._guard(ask, item)
                if isinstance(item, Page):
                    self._gather(item)
                    if item.file is not None and not item.cursor:
                        # The fetcher unlinks the file when it goes on, and asks nothing more: the end is committed with it.
                        desk = stack.enter_context(self._desk())
                        self._take_gathered(desk, first=first)
                    elif item.cursor and self._is_enough(item):
                        with self._desk() as middle:
                            middle.more = True
                            self._take_gathered(middle, first=first)
                            middle.commit([live.keep_pass(self.state)])
                elif isinstance(item, Finished):
                    if desk is None and self.gathered:
                        desk = stack.enter_context(self._desk())
                        self._take_gathered(desk, first=first)
                    self._finish(desk, item)
                    if desk is not None:
                        desk.succeeded = True

    @contextmanager
    def _desk(self) -> Iterator[Reception]:
        """The way into the store; it closes in good order whatever fault of the source ends the pass, which is raised behind it."""
        fault: LiveError | None = None
        with reception(self.home, self.sync.settings, self.sync.now(), self.sync.waiting, self._counted) as desk:
            try:
                yield desk
            except LiveError as error:
                fault = error
        if fault is not None:
            raise fault

    def _gather(self, page: Page) -> None:
        self.gathered.append(page)
        self._progress(page.total)

    def _is_enough(self, page: Page) -> bool:
        """Whether so much has gathered that it is time to commit: half of a batch, or a bulk file."""
        settings, gathered = self.sync.settings, self.gathered
        size, count = sum(len(one.payload) for one in gathered), sum(one.records or 0 for one in gathered)
        return page.file is not None or size >= settings.batch_bytes // 2 or count >= settings.batch_records // 2

    def _take_gathered(self, desk: Reception, *, first: bool) -> None:
        pages = self.gathered[:]
        self.gathered.clear()
        for page in pages:
            self._take(desk, page, first=first)
            self._progress(page.total)

    def _counted(self, loaded: LoadReport) -> None:
        """Adds the counts of a reception that closed."""
        for row in loaded.sources:
            self.report.new += row.new
            self.report.changed += row.changed
            self.report.unchanged += row.unchanged + row.annotation_only + row.superseded
            self.report.quarantined += row.quarantined

    def _guard(self, ask: Ask, item: object) -> None:
        """Stops a pass, before anything of it is committed, where the source counts far fewer records than it did."""
        if self.guarded or self.wanted.names or (isinstance(item, Finished) and item.nothing_new):
            return
        self.guarded = True
        self.total = self.fetcher.total(self.sync.client, ask) if self.wanted.depth is SyncDepth.CHANGES else getattr(item, "total", None)
        before, share = self.state.total, self.sync.settings.shrink_share
        if before and self.total is not None and self.total < before * (1 - share):
            raise TotalShrank(
                f"{self.fetcher.name} counts {self.total:,} records where it counted {before:,}: nothing was changed; look at the source, and "
                f"if it is right, run it again with THERIAC_SHRINK_SHARE=1",
                before=before,
                now=self.total,
            )

    def _take(self, desk: Reception, page: Page, *, first: bool) -> None:
        """One page into the open batch, and into the pass's state its cursor and counts, which are committed with it."""
        before, broken = desk.read, desk.quarantined
        path = "/".join(part for part in ("live", self.fetcher.name, page.dated or "", page.name) if part)
        under = self.state.listing if page.listing else ""
        desk.beside([live.published(self.fetcher.name, page.published or self.sync.now(), baseline=first)])
        if page.file is not None:
            desk.take_file(path, page.file, listing=page.listing, under=under)
        else:
            desk.take(path, page.payload, listing=page.listing, under=under)
        desk.settle()
        if desk.unrecognised:
            if page.file is not None:
                page.file.unlink(missing_ok=True)
            raise BadAnswer(f"{self.fetcher.name} answers in a format that is not read here; the page was not kept: try a newer Theriac")
        known = msgspec.json.encode(_validators.decode(self.state.validators) | dict(page.validators)).decode()
        counted, flawed = self.state.counted + desk.read - before, self.state.flawed + desk.quarantined - broken
        self.state = msgspec.structs.replace(self.state, cursor=page.cursor, counted=counted, flawed=flawed, validators=known)
        desk.run.intake.batch.statements.extend(self._drift(page))

    def _drift(self, page: Page) -> list[Note]:
        """What tells of fields and codes that were not met before, each once."""
        unknown = self.fetcher.unknown(page.payload) if page.payload else {}
        moment = self.sync.now()
        events = [
            raised.source_event(EventKind.SOURCE_SCHEMA_DRIFT, self.fetcher.name, moment, slot=place, new=example, path=place)
            for place, example in unknown.items()
        ]
        fresh = raised.fresh(self.home, events)
        self.report.notices += [f"{self.fetcher.name} has something new at {event.path}: {event.new}" for event in fresh]
        return [raised.raising(event) for event in fresh]

    def _progress(self, total: int | None) -> None:
        traffic = self.sync.client.traffic
        self.report.records = self.state.counted
        self.told.records = self.state.counted + sum(page.records or 0 for page in self.gathered)
        self.told.total, self.told.requests, self.told.bytes = total, traffic.requests, traffic.bytes
        self.sync.tell(self.told)

    def _finish(self, desk: Reception | None, end: Finished) -> None:
        """The end of the pass: its count against the source's total, its list believed or not, the state from which the next one goes on."""
        moment = self.sync.now()
        self.report.release, self.report.records = end.release, self.state.counted
        whole = end.total is None or end.nothing_new or end.total == self.state.counted
        # A pass that did not bring all keeps when it began: the next run asks for the same again.
        done = msgspec.structs.replace(self.state, cursor="", counted=0, flawed=0, listing="")
        if whole:
            done = msgspec.structs.replace(done, since=end.since or done.since, done_at=moment, began_at="")
        if whole and not end.nothing_new and not self.wanted.names:
            done = msgspec.structs.replace(done, total=self.total if self.total is not None else end.total)
        if self.wanted.depth is SyncDepth.FULL and whole:
            done = msgspec.structs.replace(done, full_at=moment, full_release=end.release, apart=0)
        listings = self._listing(end) if whole and end.complete else []
        counted, self.state = self.state.counted, done
        if desk is not None:
            desk.commit([live.keep_pass(done)], listings)
        else:
            live.noted(self.home, [live.keep_pass(done)])
        if whole and end.complete and end.total is not None:
            self._keep_apart(end.total)
        self.report.outcome = NOTHING_NEW if end.nothing_new else DONE
        if not whole:
            raise BadAnswer(
                f"{self.fetcher.name} says that there are {end.total or 0:,} records and gave {counted:,}: what it gave is kept, "
                f"no absence is believed, and the next run asks for the same again"
            )

    def _keep_apart(self, total: int) -> None:
        """Remembers by how much a complete list differs from what is held, unreadable records most of all: that much proves nothing later."""
        self.state = msgspec.structs.replace(self.state, apart=total - live.held_count(self.home, self.fetcher.name))
        live.noted(self.home, [live.keep_pass(self.state)])

    def _listing(self, end: Finished) -> list[dict[str, object]]:
        if self.state.flawed:
            self.report.notices.append(f"{self.state.flawed:,} records of {self.fetcher.name} could not be read: no absence is believed")
            return []
        return [self._listing_row(self.state.listing, end.complete or "", end.release, self.state.counted)]

    def _listing_row(self, number: str, table: str, release: str, count: int) -> dict[str, object]:
        about: dict[str, object] = {"id": number, "source": self.fetcher.name, "tbl": table, "seen": (release or self.sync.now())[:10]}
        share = self.sync.settings.shrink_share
        return about | {"complete": True, "records": count, "file": f"live/{self.fetcher.name}", "note": "", "share": share}

    def _look_for_the_gone(self) -> None:
        """Where the source's total is not what is held here: the list of its keys, or a full pass, says which records are gone."""
        if self.total is None or self.total - live.held_count(self.home, self.fetcher.name) == self.state.apart:
            return
        if self.fetcher.lists_keys():
            self._compare_keys()
        elif self.report.release != self.state.full_release and not self.fetcher.large:
            again = _Passing(self.sync, Wanted(self.fetcher, SyncDepth.FULL))
            again.go()
            self.report.notices += again.report.notices
        else:
            words = f"{self.fetcher.name} counts {self.total:,} records, here are {live.held_count(self.home, self.fetcher.name):,}"
            self.report.notices.append(f"{words}; `theriac sync --full {self.fetcher.name}` settles it")

    def _compare_keys(self) -> None:
        ask = msgspec.structs.replace(self.sync.ask(self.wanted, self.state), depth=SyncDepth.KEYS, cursor="")
        named: set[str] = set()
        for item in self.fetcher.pass_over(self.sync.client, ask):
            if isinstance(item, Keys):
                named.update(item.keys)
            elif isinstance(item, Finished):
                self._leave_out(named, item)

    def _leave_out(self, named: set[str], end: Finished) -> None:
        """Ends the records that a complete list of keys does not have."""
        if not end.complete or len(named) != end.total:
            self.report.notices.append(f"the list of {self.fetcher.name}'s records moved while it was read: no absence is believed")
            return
        held = live.held(self.home, self.fetcher.name, end.complete)
        gone = sorted(held - named)
        if len(gone) > len(held) * self.sync.settings.shrink_share:
            words = f"{self.fetcher.name} no longer lists {len(gone):,} of {len(held):,} records; none was ended"
            raise TotalShrank(words, before=len(held), now=len(named))
        moment = self.sync.now()
        number = hash_bytes(self.fetcher.name.encode(), b"keys", moment.encode())
        row = self._listing_row(number, end.complete, end.release, len(named)) | {"left_out": gone}
        self.report.removed = len(gone)
        with reception(self.home, self.sync.settings, moment, self.sync.waiting) as desk:
            desk.succeeded = True
            desk.beside([live.published(self.fetcher.name, end.published or moment, baseline=False)])
            desk.commit([], [row] if gone else [])
        left = live.held(self.home, self.fetcher.name, end.complete)
        if not left - named:
            self._keep_apart(len(named))
        if missing := len(named - left):
            self.report.notices.append(f"{self.fetcher.name} lists {missing:,} records that are not here; `theriac sync --full` brings them")

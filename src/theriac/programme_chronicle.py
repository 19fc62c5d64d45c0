"""Works out the events of programmes: derived state that changed along seen time, and silence that grew too long.

Flows in: records whose history changed, the names, the day. Flows out: events of drug and condition, kept beside those of records. Only the
programmes in which a touched record stands are looked at, from the moment on at which its history changed; what stood before stays as it is.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

import msgspec

from theriac import chronicle
from theriac.chronicle import Pair
from theriac.decided import Decisions, Paper
from theriac.flow.authorisations import EU, Use
from theriac.flow.dossier import LabelOfDrug, MedicineOfDrug
from theriac.flow.events import Entity, Event, event_id
from theriac.flow.keys import organisation_key
from theriac.flow.programme_events import Candidacy, Move, Spell, candidacies, decided_moves, moves, next_crossing, stage_by_trials
from theriac.model import Study
from theriac.stages import STARTER
from theriac.standing import TRIAL_PATHS, Standing
from theriac.store import candidacies as kept
from theriac.store import events, ledger, live
from theriac.store.candidacies import Current, Programme
from theriac.store.events import RecordHistory, Told
from theriac.store.home import Home
from theriac.store.lake import Lake
from theriac.store.registry import Names

_LOT, _FEW = 2_000, 500
_DRUGS, _LABELS = 40, 150
_PAPERS = ("label", "application", "medicine")
_decode = msgspec.msgpack.Decoder(Candidacy)
_encode = msgspec.msgpack.Encoder()


class Found(msgspec.Struct, frozen=True):
    """A move of one programme, with who told it."""

    programme: Programme
    told_by: str
    move: Move


def catch_up(home: Home, names: Names, today: str, tell: Callable[[int], None] = lambda _: None) -> int:
    """Brings the events of programmes to the present history and day; gives how many programmes were looked at."""
    run = _Run(home, names, today[:10])
    read = kept.state(home)
    touched = kept.unstaged(home, ("study", *_PAPERS))
    trials = {record: since for record, (since, kind) in touched.items() if kind == "study"}
    papers = {record: since for record, (since, kind) in touched.items() if kind != "study"}
    wanted = run.stage(trials, tell)
    for programme, day in kept.due(home, today[:10]):
        wanted[programme] = min(day, wanted.get(programme, day))
    looked = run.look(wanted, papers, tell)
    kept.all_staged(home, read)
    return looked


def tick(home: Home, names: Names, now: str) -> int:
    """Everything derived up to the moment; where a date was crossed since the last commit, with a commit of its own that tells it.

    Gives the last commit of which all events are told: what lands meanwhile has those of its records, and those of its programmes not yet.
    """
    head = home.index.stamp
    chronicle.catch_up(home)
    catch_up(home, names, now)
    own = chronicle.tick(home, now)
    return own if own == head + 1 else head


def changes(
    home: Home,
    names: Names,
    then: Names,
    *,
    since: str | None,
    until: str,
    records: set[tuple[str, str]] | None,
    kinds: Sequence[str],
    source: str | None,
    drug: str | None,
    condition: str | None,
) -> list[Event]:
    """Everything that changed in a time, newest first: events of records and of programmes; with the names of `then` where those are others."""
    asked = {"since": since, "until": until, "kinds": kinds, "source": source, "drug": drug, "condition": condition}
    found = events.events(home, records=records, **asked)  # type: ignore[arg-type]
    if then is names:
        return found
    with home.aside() as other:
        kept.unstage(other, records if drug is not None else None)
        catch_up(other, then, until)
        of_programmes = events.events(other, records=(), **asked)  # type: ignore[arg-type]
    return sorted([*(one for one in found if not one.drugs), *of_programmes], key=lambda one: one.seen, reverse=True)


class _Run:
    """One catching up."""

    def __init__(self, home: Home, names: Names, today: str) -> None:
        self.home = home
        self.names = names
        self.today = today
        self.lake = Lake(home)
        self.standing = Standing(self.lake, names, None)
        self.decisions = Decisions(self.lake, names, self.standing)
        self.days = ledger.commit_days(home)
        self.quiet = live.first_passes(home)
        self.removals = ledger.listing_commits(home)
        self._baselines: dict[str, dict[str, str]] = {}
        self._tables: events.Baselines = {}
        self._steps: dict[str, RecordHistory] = {}
        self._bodies: dict[bytes, Candidacy] = {}

    def stage(self, trials: Mapping[int, str], tell: Callable[[int], None]) -> dict[Programme, str]:
        """Keeps what each version of these trials makes of drugs; gives the programmes concerned, each with the moment to look from."""
        wanted: dict[Programme, str] = {}
        records = list(trials)
        for start in range(0, len(records), _LOT):
            lot = records[start : start + _LOT]
            self._want(wanted, trials, lot)
            stored = self.lake.stored(kept.to_stage(self.home, lot))
            found: dict[int, list[tuple[str, str, bytes]]] = {}
            for number, at in stored.items():
                rows = found.setdefault(number, [])
                if isinstance(at.reading.document, Study):
                    trial = self.standing.trial(at)
                    for drug, one in candidacies(trial).items():
                        body = _encode.encode(one)
                        rows += [(drug, condition, body) for condition in sorted({each.condition for each in trial.conditions})]
            kept.stage(self.home, found)
            self._want(wanted, trials, lot)
            tell(start + len(lot))
        return wanted

    def _want(self, wanted: dict[Programme, str], trials: Mapping[int, str], records: Sequence[int]) -> None:
        for record, programme in kept.programmes_of(self.home, records):
            wanted[programme] = min(trials[record], wanted.get(programme, trials[record]))

    def look(self, wanted: Mapping[Programme, str], papers: Mapping[int, str], tell: Callable[[int], None]) -> int:
        """Works out what moved in each programme, and keeps it; gives how many there were.

        Some drugs at a time, so that never more is held at once than what their documents say.
        """
        drugs: dict[str, dict[Programme, str]] = {}
        for programme, first in wanted.items():
            drugs.setdefault(programme[0], {})[programme] = first
        looked, in_papers = 0, self._drugs_in(papers)
        for lot in self._lots(sorted(drugs.keys() | in_papers), in_papers, papers):
            for drug, since in lot.items():
                by_papers = {} if since is None else self._by_papers(drug, since)
                programmes = drugs.pop(drug, {})
                self._look(programmes | {one: min(day, programmes.get(one, day)) for one, day in by_papers.items()}, by_papers)
                looked += len(programmes.keys() | by_papers.keys())
            self._forget()
            tell(looked)
        return looked

    def _lots(self, drugs: Sequence[str], in_papers: Container[str], papers: Mapping[int, str]) -> Iterator[dict[str, str | None]]:
        """The drugs, some at a time with their labels read together, each with the moment from which on its papers may have moved something."""
        lot: dict[str, str | None] = {}
        labels: list[LabelOfDrug] = []
        for drug in drugs:
            lot[drug] = self._since(drug, papers) if drug in in_papers else None
            labels += self.decisions.of(drug).labels() if lot[drug] is not None else []
            if len(lot) >= _DRUGS or len(labels) >= _LABELS:
                self.standing.read(labels)
                yield lot
                lot, labels = {}, []
        self.standing.read(labels)
        yield lot

    def _forget(self) -> None:
        """Lets go of what was read for some drugs."""
        self._steps, self._bodies = {}, {}
        self.decisions.forget()
        self.standing.forget_labels()

    def _drugs_in(self, papers: Mapping[int, str]) -> set[str]:
        """The drugs about which these records, or the parts of the same applications, say something, if anything of theirs ever changed."""
        records = list(papers)
        if len(records) > _FEW:  # after a load of everything nearly all of them are still: the fewer that ever changed tell the drugs
            records = min(records, kept.changed(self.home, _PAPERS), key=len)
        known: dict[object, tuple[str, ...]] = {}
        for mention in kept.product_mentions(self.home, kept.with_siblings(self.home, records)):
            key = (mention.text, mention.others, mention.type, mention.identifiers)
            if key not in known:
                known[key] = self.standing.drugs_named(mention)
        return {drug for drugs in known.values() for drug in drugs}

    def _since(self, drug: str, papers: Mapping[int, str]) -> str | None:
        """The first moment at which a touched paper of the drug changed; None where nothing came or went from then on."""
        of_drug = self.decisions.of(drug)
        touched = [papers[number] for number in kept.numbers(self.home, of_drug.records) if number in papers]
        return min(touched) if touched and of_drug.moments and of_drug.moments[-1] >= min(touched) else None

    def _by_papers(self, drug: str, since: str) -> dict[Programme, str]:
        """The drug's programmes about which its labels, applications or medicines say something from then on, each with the moment."""
        of_drug = self.decisions.of(drug)
        moments = [one for one in of_drug.moments if one >= since]
        conditions = {use.condition for moment in moments for use in (*of_drug.uses_before(moment), *of_drug.uses(of_drug.at(moment), moment))}
        return {(drug, condition): since for condition in conditions | kept.conditions_told(self.home, drug, since)}

    def _look(self, wanted: Mapping[Programme, str], by_papers: Mapping[Programme, str]) -> None:
        """Looks at the programmes of one drug."""
        found: list[Found] = []
        due: dict[Programme, str | None] = {}
        for programme in sorted(wanted):
            spells = self._spells(programme)
            decided = self._decided(programme)
            found += [Found(programme, "trials", move) for move in moves(spells, wanted[programme], self.today, decided)]
            due[programme] = next_crossing(spells, self.today)
            if programme in by_papers:
                found += [Found(programme, "papers", move) for move in self._by_decisions(programme, by_papers[programme], spells)]
        if wanted:
            self._keep(sorted(wanted), wanted, by_papers, found)
            kept.note_due(self.home, due)

    def _decided(self, programme: Programme) -> Callable[[str], Sequence[Use]]:
        return lambda moment: self.decisions.of(programme[0]).uses_of(programme[1], moment)

    def _by_decisions(self, programme: Programme, since: str, spells: Sequence[Spell]) -> Iterator[Move]:
        of_drug = self.decisions.of(programme[0])
        for moment in of_drug.moments:
            if moment < since:
                continue
            before, after = (
                [use for use in uses if use.condition == programme[1]]
                for uses in (of_drug.uses_before(moment), of_drug.uses(of_drug.at(moment), moment))
            )
            stated = {use.cited.record for use in before}
            new = [use for use in after if use.cited.record in stated or self._is_new(use, of_drug.at(moment))]
            if before != new:
                yield from decided_moves(before, new, moment, stage_by_trials(spells, moment), of_drug.turned(moment))

    def _is_new(self, use: Use, papers: Sequence[Paper]) -> bool:
        """Whether a use of which nothing was known is known to be new, and not only new to this store."""
        paper = next((one for one in papers if one.record == use.cited.record), None)
        if paper is None or paper.comes_silently:
            return False
        if use.exact is not None:
            return use.exact > paper.baseline[:10]
        document = paper.document
        if use.jurisdiction == EU and isinstance(document, MedicineOfDrug):
            decided = document.medicine.authorised or document.medicine.opinion
            return decided is not None and decided > paper.baseline[:10]
        return False

    def _spells(self, programme: Programme) -> list[Spell]:
        return [spell for one in kept.current(self.home, programme) if (spell := self._spell(one)) is not None]

    def _spell(self, one: Current) -> Spell | None:
        candidacy = self._bodies.get(one.body) or self._bodies.setdefault(one.body, _decode.decode(one.body))
        if one.source not in self._baselines:
            self._baselines[one.source] = kept.baselines(self.home, one.source)
        baseline = self._baselines[one.source].get(one.table, "")
        there_before = one.start <= baseline or one.commit in self.quiet or chronicle.posted_before(candidacy.trial.study, baseline)
        silent = one.start == one.first and there_before
        trial = msgspec.structs.replace(candidacy.trial, paths=TRIAL_PATHS.get(one.format))
        candidacy = msgspec.structs.replace(candidacy, trial=trial)
        if one.source == STARTER:
            real = kept.first_real(self.home, trial.study.nct_id, STARTER)
            if real is not None and (one.end is None or real <= one.end):
                return None if real <= one.start else Spell(candidacy, one.start, real, silent, leaves_silently=True)
        return Spell(candidacy, one.start, one.end, silent)

    def _keep(self, lot: Sequence[Programme], wanted: Mapping[Programme, str], by_papers: Mapping[Programme, str], found: Sequence[Found]) -> None:
        histories = self._histories({record for one in found for record in (one.move.cited.record, *one.move.turned)})
        rows: dict[tuple[Programme, str], list[tuple[object, ...]]] = {}
        for one in found:
            record = histories[one.move.cited.record]
            told = self._told(one, histories)
            rows.setdefault((one.programme, one.told_by), []).append(events.programme_row(record.number, told, *one.programme, one.told_by))
        with self.home.index.transaction():
            for programme in lot:
                events.keep_programme(self.home, *programme, "trials", wanted[programme], rows.get((programme, "trials"), []))
                if programme in by_papers:
                    events.keep_programme(self.home, *programme, "papers", by_papers[programme], rows.get((programme, "papers"), []))

    def _histories(self, records: Iterable[str]) -> dict[str, RecordHistory]:
        missing = [record for record in records if record not in self._steps]
        for history in events.histories(self.home, kept.numbers(self.home, missing), self._tables):
            self._steps[f"{history.source}:{history.key}"] = history
        return self._steps

    def _told(self, found: Found, histories: Mapping[str, RecordHistory]) -> Told:
        move, (drug, condition) = found.move, found.programme
        pair, commit, fresh = self._known(move, histories)
        history = histories[move.cited.record]
        span = next((one for one in reversed(history.spans) if one.start <= move.seen and not one.partial), history.spans[0])
        order = list(dict.fromkeys(one.version for one in history.spans if not one.partial))
        organisation = organisation_key(move.organisation) if move.organisation else ""
        from_hash, to_hash = (pair.old.version if pair and pair.old else None), span.version
        slot = "|".join((drug, move.role, organisation, move.old, move.new, move.day or move.seen))
        event = Event(
            id=event_id(move.cited.record, move.kind, from_hash, to_hash, slot),
            kind=move.kind,
            record=move.cited.record,
            drugs=(Entity(drug, drug),),
            conditions=(Entity(condition, self.standing.condition_name(condition)),),
            old=move.old,
            new=move.new,
            quote_new=move.cited.quote,
            from_seq=pair.from_seq if pair else None,
            to_seq=order.index(span.version) + 1 if span.version in order else None,
            from_version=pair.old.label if pair and pair.old else None,
            to_version=span.label,
            happened=move.happened,
            seen=move.seen,
            path=move.cited.path,
            slot=slot,
            mention=" ".join(filter(None, (move.organisation, "" if move.role == "treatment" else f"({move.role})"))) or None,
            from_hash=from_hash,
            to_hash=to_hash,
        )
        return Told(event, commit, fresh)

    def _known(self, move: Move, histories: Mapping[str, RecordHistory]) -> tuple[Pair | None, int, bool]:
        """The step of the cited record behind a move, the commit that made the move known, and whether it was news then."""
        if move.day is not None:
            return self._crossed(move, histories[move.cited.record])
        pairs = {name: pair for name in move.turned for pair in chronicle.steps(histories[name], self.removals) if pair.seen == move.seen}
        commit = max((one.commit for one in pairs.values()), default=0) or max(span.commit for span in histories[move.cited.record].spans)
        return pairs.get(move.cited.record), commit, any(one.fresh for one in pairs.values())

    def _crossed(self, move: Move, history: RecordHistory) -> tuple[None, int, bool]:
        """A crossed day is known with the first commit that came on it or later, and news where the record was known before it."""
        span = next((one for one in reversed(history.spans) if one.start <= move.seen), history.spans[0])
        later = any(one.start > span.start and one.commit < span.commit for one in history.spans)
        known = dict(self.days).get(min(one.commit for one in history.spans), "")
        return None, ledger.commit_of_day(self.days, move.seen, span.commit), known < move.seen and not later

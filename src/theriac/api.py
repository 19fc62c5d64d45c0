"""The Python API, on which every door opens: `theriac.open(home)` and the questions that a `Theriac` answers.

Flows in: names, identifiers, dates. Flows out: the shapes of `views`. Every question takes `as_of`, a partial date: the answer is then what
the documents seen by that day say. It has over 450 lines because every door opens here: each question is a few lines that hand on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import msgspec
import pyarrow as pa

from theriac import chem, chronicle, clinic, development, documents, news, pathways, pipeline, programme_chronicle, unsettled
from theriac.accounts import People as People
from theriac.catchup import catch_up
from theriac.clinical import clinical_sections, statements_of
from theriac.dates import last_day, read_date
from theriac.dates import until as until_end
from theriac.documents import DifferenceView, DocumentView, Served
from theriac.errors import AmbiguousName, BadRecord, UnknownName, UserError
from theriac.finding import find
from theriac.flow import figures, notice_lines
from theriac.flow import profile as lines
from theriac.flow.change_feed import change_feed
from theriac.flow.condition_names import condition_candidates
from theriac.flow.dossier import Dossier, LabelOfDrug
from theriac.flow.expected_dates import calendar, expected
from theriac.flow.figures import Row
from theriac.flow.mechanism import MechanismView
from theriac.flow.occurrences import spaced
from theriac.flow.originators import originators
from theriac.flow.pathway_drawing import Drawing, draw
from theriac.flow.references import CitedDocument, bibtex, ris
from theriac.flow.registry import Entity
from theriac.flow.resolution import Resolution, resolve
from theriac.flow.target_page import ActingDrug, ClassMember, ClassPage, TargetPage
from theriac.flow.trial_facets import chosen, facets
from theriac.flow.word_diff import word_diff
from theriac.gather import Joiner, document_of, dossier, readable, records_about, trials_of_condition
from theriac.identifiers import link
from theriac.keeping import Called, Keeper, called
from theriac.labels import Statements, read_label, read_statements
from theriac.labels.findings import Checked
from theriac.labels.plan import Plan, Refusal
from theriac.model import Label
from theriac.news import News, NewsItem
from theriac.pathways import Pathways
from theriac.schedule import Scheduler, running
from theriac.search import SearchIndex
from theriac.settings import Settings, read_settings
from theriac.store import decisions as settled
from theriac.store import ledger, registry, upkeep
from theriac.store.home import Home, needs_upgrade, prepare
from theriac.store.lake import Lake, VersionLine
from theriac.store.registry import Names, NamesAsOf
from theriac.store.table_files import MEDIA, file_of
from theriac.store.tables import write
from theriac.structures import StructureHit, Structures, StructureView
from theriac.takeaway import cited_documents, tables_of
from theriac.targets import Targets, targets_of_drug
from theriac.terms import EntityKind, ResolutionKind
from theriac.unsettled import AmbiguousMention, RunLine
from theriac.views import (
    SHAPES,
    Candidate,
    ChangeLine,
    Comparison,
    DecisionLine,
    DrugProfile,
    ExpectedLine,
    FlagLine,
    Found,
    Identifier,
    MilestoneLine,
    Resolved,
    Run,
    SearchHit,
    SourceLine,
    StatusLine,
    TrialLine,
)
from theriac.watch import Alerts as Alerts  # doors name it

_MORE_SHAPES = (TargetPage, ClassPage, StructureView, StructureHit, pipeline.LoadReport, upkeep.Check, VersionLine)
T = TypeVar("T", ActingDrug, ClassMember)


class Standing(NamedTuple):
    """What the answers of one moment stand on; two moments of the same standing have the same answers."""

    commit: int
    made: str | None
    kept: str
    day: str


MOST_FOUND = 20_000  # documents of a saved search; one that finds more tells of everything
FIRST_DRUG = "imiquimod"  # the starter dossier's subject; any other name is asked for the same way
_ENTITY_KINDS = {kind.value: kind for kind in EntityKind}
_ACTING = (EntityKind.TARGET, EntityKind.CLASS)


def open_home(
    home: str | Path | None = None, *, create: bool = False, settings: Settings | None = None, follows: bool = True
) -> "Theriac":
    """An open home, ready for questions; HomeError where there is none (unless `create`) or newer code made it.

    Without `home` it is THERIAC_HOME, else the user's data folder. With `follows=False` it answers from the caches as they are and leaves it
    to another opened one to bring them along (`follow`): a service has many readers and one that follows.
    """
    chosen = settings or read_settings(Path(home) if home is not None else None)
    made = Theriac(prepare(chosen.home, chosen.catalog_url, create=create), chosen, follows=follows)
    if follows:
        made.upgrade()  # a catalog that older code made lacks what this code's questions ask it
    return made


class Theriac:
    """Everything one home knows. Use it as a context manager, or call `close`."""

    def __init__(self, home: Home, settings: Settings, *, follows: bool = True) -> None:
        self.home = home
        self.settings = settings
        self.follows = follows
        self._search: SearchIndex | None = None
        self._names: tuple[tuple[int, str], Names] | None = None
        self._pathways: tuple[tuple[int, str | None], Pathways] | None = None
        self._targets: tuple[tuple[int, str | None], Targets] | None = None
        self._structures: tuple[tuple[int, str | None], Structures] | None = None
        self._past: tuple[tuple[int, str], NamesAsOf] | None = None

    def __enter__(self) -> "Theriac":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Gives back every file and connection."""
        self.home.close()

    @property
    def names(self) -> Names:
        """The names of the present commit."""
        if self.follows:
            if self.home.index.stamp < self.home.head():
                catch_up(self.home)
            if registry.stale(self.home):
                registry.rebuild(self.home, pipeline.now())
                self._names = None
        key = (self.home.index.stamp, registry.stamp(self.home))
        if self._names is None or self._names[0] != key:
            self._names = (key, Names(self.home))
        return self._names[1]

    def follow(self) -> None:
        """Brings names, events and the text index to the last commit, so that those who do not follow answer from it."""
        self._catch_up_events()
        self._text_index()
        self.names_at(None)

    def standing(self) -> Standing:
        """What the answers of this moment stand on: the last commit, what was kept beside it (decisions, freshness, flags), and today's day."""
        commit, made = ledger.last_commit(self.home)
        kept = f"{registry.stamp_wanted(self.home)}/{ledger.last_attempt(self.home)}/{People(self.home, pipeline.now()).stamp()}"
        return Standing(commit, made, kept, pipeline.now()[:10])

    def names_at(self, as_of: str | None) -> Names:
        """The names of a day: what the documents seen by then call things; the present names where nothing came since."""
        if as_of is None:
            return self.names
        names, day = self.names, _date(as_of, "--as-of")
        if registry.newest_claim(self.home) <= until_end(day):
            return names
        if self._past is None or self._past[0] != (self.home.index.stamp, day):
            self._past = ((self.home.index.stamp, day), NamesAsOf(self.home, day))
        return self._past[1]

    def load(
        self,
        paths: Sequence[str | Path],
        *,
        seen: str | None = None,
        progress: Callable[[pipeline.Progress], None] = lambda _: None,
        waiting: Callable[[str], None] | None = None,
    ) -> pipeline.LoadReport:
        """Loads files, folders and archives; see `theriac load`. UserError for a path that is not there or a date that is none."""
        day = None if seen is None else _date(seen, "--seen")
        self._names = None
        return pipeline.load(self.home, self.settings, [Path(path) for path in paths], seen=day, progress=progress, waiting=waiting)

    def begin(
        self, *, progress: Callable[[pipeline.Progress], None] = lambda _: None, waiting: Callable[[str], None] | None = None
    ) -> "Beginning":
        """Loads the starter dossier where nothing is loaded yet, and gives the first drug's profile with what changed in it."""
        self.upgrade()
        loaded = self.home.head() == 0
        if loaded:
            self.load([Path(__file__).parent / "starter"], progress=progress, waiting=waiting)
        try:
            profile = self.drug(FIRST_DRUG)
        except UnknownName:
            return Beginning(loaded, None, [])
        return Beginning(loaded, profile, self.changes(drug=FIRST_DRUG)[:20])

    def resolve(self, name: str, kind: str | None = None) -> Resolved:
        """What a name or identifier means, with score and reason, or the candidates between which a person must choose."""
        return _resolved_view(self._resolve(name, kind))

    def _resolve(self, name: str, kind: str | None = None, as_of: str | None = None) -> Resolution:
        names = self.names_at(as_of)
        wanted = None if kind is None else _ENTITY_KINDS.get(kind)
        decision = names.decided(kind or "drug", name, "")
        entity = self._known(decision, as_of) if decision else None
        if entity is not None:
            return Resolution(query=name, entity=entity.id, kind=ResolutionKind.RESOLVED, score=1.0, reason="settled by a person")
        if name.startswith("condition:name.") and (entity := names.entity(name)) is not None:
            return Resolution(query=name, entity=entity.id, kind=ResolutionKind.RESOLVED, score=1.0, reason="its id")
        if wanted in _ACTING or name.startswith(("target:", "class:")):
            return self.targets(as_of).resolve(name, kind or name.partition(":")[0])
        found = resolve(name, names, wanted)
        if found.entity is None and wanted in (None, EntityKind.CONDITION):
            only = names.named_condition(candidate.key for candidate in condition_candidates(name))
            if only is not None:
                reason = "documents name it so; no loaded vocabulary knows it"
                return Resolution(query=name, entity=only.id, kind=ResolutionKind.RESOLVED, score=0.9, reason=reason)
        if found.entity is None and wanted is None:
            others = (self.targets(as_of).resolve(name, kind) for kind in _ACTING)
            return next((one for one in others if one.entity), found)
        return found

    def _known(self, entity_id: str, as_of: str | None) -> Entity | None:
        """The entity of an id, whatever kind it is of."""
        acting = entity_id.startswith(("target:", "class:"))
        return self.targets(as_of).entity(entity_id) if acting else self.names_at(as_of).entity(entity_id)

    def targets(self, as_of: str | None = None) -> Targets:
        """Who acts on what: targets and classes with their drugs, gathered once a commit."""
        names, key = self.names_at(as_of), (self.home.index.stamp, as_of)
        if self._targets is None or self._targets[0] != key:
            self._targets = (key, Targets(self.lake(as_of), names))
        return self._targets[1]

    def entity(self, name: str, kind: str = "drug", as_of: str | None = None) -> Entity:
        """The one entity that the name means; UnknownName with the nearest names, or AmbiguousName with the candidates."""
        found = self._resolve(name, kind, as_of)
        if found.entity is None:
            nearest = tuple(f"{one.name} ({one.entity})" for one in found.candidates)
            if found.kind is ResolutionKind.AMBIGUOUS:
                raise AmbiguousName(
                    f"{name!r} is ambiguous: {found.reason}; use one of the ids {', '.join(one.entity for one in found.candidates)}", nearest
                )
            hint = f"; did you mean {', '.join(nearest)}?" if nearest else "; load a document that names it, or check the spelling"
            raise UnknownName(f"no loaded document names a {kind} {name!r}{hint}", nearest)
        entity = self._known(found.entity, as_of)
        if entity is None or entity.kind.value != kind:
            raise UnknownName(f"{name!r} is a {found.entity.partition(':')[0]}, not a {kind}; ask for it as what it is", ())
        return entity

    def dossier(self, name: str, as_of: str | None = None) -> Dossier:
        """The drug's documents at the moment asked for."""
        return dossier(self.entity(name, as_of=as_of), self.lake(as_of), self.names_at(as_of))

    def lake(self, as_of: str | None = None) -> Lake:
        """The questions about single records, as of a day or now."""
        return Lake(self.home, None if as_of is None else _date(as_of, "--as-of"))

    def drug(self, name: str, as_of: str | None = None) -> DrugProfile:
        """The profile: identity, products, approvals, holders, patents, labels, trials, each statement with its document."""
        found = self.dossier(name, as_of)
        trials = lines.trial_lines(found)
        entity = found.entity
        return DrugProfile(
            id=entity.id,
            name=entity.name,
            kind="combination" if entity.parts else "drug",
            as_of=as_of,
            summary=None,
            names=lines.names(found),
            identifiers=[Identifier(id=one, link=link(one)) for one in entity.identifiers]
            + [Identifier(id=one, link=link(one), of=form.name) for form in entity.forms for one in form.identifiers],
            forms=[form.name for form in entity.forms],
            parts=list(entity.parts),
            in_combinations=list(found.in_combinations),
            classes=lines.classes(found),
            originators=originators(found),
            holders=lines.holders(found),
            products=lines.product_lines(found),
            approvals=lines.approval_lines(found),
            patents=lines.patent_lines(found),
            exclusivities=lines.exclusivity_lines(found),
            labels=lines.label_lines(found),
            trials=trials,
            trial_matrix=lines.matrix(found.trials),
            recalls=notice_lines.recall_lines(found),
            shortages=notice_lines.shortage_lines(found),
            papers=notice_lines.paper_lines(found),
            targets=targets_of_drug(entity, self.lake(as_of), self.names_at(as_of)),
            clinical=clinical_sections(statements_of(found.labels, self.lake(as_of))),
            not_covered=lines.not_covered(found),
            sources=self.sources(),
            flags=[one for one in self.flags() if one.record in found.records],
        )

    def statements(self, name: str, section: str, as_of: str | None = None) -> list[dict[str, object]]:
        """One clinical section of the profile: what each label of the drug states, with its document."""
        return clinical_sections(statements_of(self.dossier(name, as_of).labels, self.lake(as_of)))[section]

    def label(self, path_or_set_id: str, *, all_results: bool = True) -> list[Statements]:
        """What a stored label says, by its set id; UnknownName where no source has it. For a file use `read_labels`."""
        lake = self.lake()
        record = lake.find_record(path_or_set_id)
        stored = None if record is None else lake.current(record.source, record.key)
        if stored is None or not isinstance(stored.reading.document, Label):
            raise UnknownName(f"{path_or_set_id!r} is neither a file nor the set id of a loaded label; check the path, or load the label first")
        return [one.statements for one in statements_of([LabelOfDrug(document=document_of(stored), label=stored.reading.document)], lake)]

    def trials(
        self,
        *,
        drug: str | None = None,
        condition: str | None = None,
        status: Sequence[str] = (),
        phase: Sequence[str] = (),
        role: Sequence[str] = (),
        as_of: str | None = None,
    ) -> list[TrialLine]:
        """The trials of a drug, a condition or both, newest update first; `status`, `phase` and `role` keep what equals one of them."""
        if drug is None and condition is None:
            raise UserError("name a drug or a condition: theriac trials --drug NAME, or --condition NAME")
        found = lines.trial_lines(self.dossier(drug, as_of)) if drug is not None else self._trials_of_condition(condition or "", as_of)
        if drug is not None and condition is not None:
            of_condition = {line.trial for line in self._trials_of_condition(condition, as_of)}
            found = [line for line in found if line.trial in of_condition]
        return [line for line in found if _kept(line.status, status) and _kept(line.phase, phase) and _kept(line.role, role)]

    def _trials_of_condition(self, condition: str, as_of: str | None) -> list[TrialLine]:
        entity = self.entity(condition, "condition", as_of)
        found = [lines.trial_line(trial) for trial in trials_of_condition(entity, self.lake(as_of), self.names_at(as_of))]
        return sorted(found, key=lambda line: (line.last_update_posted or "", line.trial), reverse=True)

    def search(self, words: str, limit: int = 20, kind: str | None = None) -> list[SearchHit]:
        """The records whose title or text hold the words, best first."""
        return [
            SearchHit(record=hit.record, kind=hit.kind, title=hit.title, score=hit.score, link=_record_link(hit.record))
            for hit in self._text_index().find(words, limit, kind)
        ]

    def holding(self, words: str) -> list[str]:
        """Every record whose title or text holds all of the words: what a saved search finds. UserError where it finds more than can be watched."""
        found = self._text_index().holding(spaced(words), MOST_FOUND + 1)
        if len(found) > MOST_FOUND:
            raise UserError(f"{words!r} finds more than {MOST_FOUND:,} documents; add words to the search")
        return found

    def _text_index(self) -> SearchIndex:
        if self._search is None:
            self._search = SearchIndex(self.home.folder / "cache" / "search")
        if self.follows:
            catch_up(self.home, self._search)
        return self._search

    def sources(self) -> list[SourceLine]:
        """The freshness ledger."""
        return self.keeper.freshness()

    @property
    def keeper(self) -> Keeper:
        """The live sources: sync, follow, freshness. Alerts run after each source's pass."""
        return self.keeping()

    def keeping(self, sleep: Callable[[float], None] = pipeline.WAIT) -> Keeper:
        """The same, with another way to wait."""
        clock = pipeline.system_clock(sleep)
        return Keeper(self.home, self.settings, clock, pipeline.now, names_of=self._called, after=self._after_pass)

    def _called(self, name: str) -> Called:
        """What a drug, or else a condition, is called, as far as the store knows it."""
        found = self._resolve(name, EntityKind.DRUG).entity or self._resolve(name, EntityKind.CONDITION).entity
        return called(name, self.names.entity(found) if found else None)

    def _after_pass(self) -> None:
        self._names = None
        if self.alerts.listed():
            self.alerts.run()

    def status(
        self,
        *,
        drug: str | None = None,
        condition: str | None = None,
        target: str | None = None,
        drug_class: str | None = None,
        org: str | None = None,
        rolled_up: bool = False,
        as_of: str | None = None,
    ) -> list[StatusLine]:
        """The programmes of a drug, a condition, an organisation, or of the drugs that work on a target or are of a class, the furthest first.

        `rolled_up` leaves single organisations out.
        """
        if all(one is None for one in (drug, condition, target, drug_class, org)):
            raise UserError("name what to show: theriac status --drug NAME, --condition NAME, --target NAME, --class NAME or --org NAME")
        lake, names = self.lake(as_of), self.names_at(as_of)
        chosen = None if condition is None else self.entity(condition, "condition", as_of)
        lots = [[self.entity(drug, as_of=as_of)]] if drug is not None else []
        lots += [self._acting_on(target, as_of)] if target is not None else []
        lots += [self._of_class(drug_class, as_of)] if drug_class is not None else []
        entities = in_all(lots) if lots else development.drugs_tried(chosen, org, lake, names)
        return development.status(
            entities, lake, names, self._today(as_of), as_of, condition=chosen.id if chosen else None, org=org, rolled_up=rolled_up
        )

    def _acting_on(self, target: str, as_of: str | None) -> list[Entity]:
        """The drugs whose mechanism a source says the target is, itself or as a part; binding alone is none."""
        acting = self.targets(as_of).drugs_of_target(self.entity(target, "target", as_of).id)
        names = self.names_at(as_of)
        return [found for one in acting if one.mechanism and one.id and (found := names.entity(one.id))]

    def _of_class(self, drug_class: str, as_of: str | None) -> list[Entity]:
        """The drugs that a label, an agency or a source of mechanisms puts into the class."""
        members = self.targets(as_of).class_page(self.entity(drug_class, "class", as_of).id).drugs
        names = self.names_at(as_of)
        return [found for one in members if one.id and (found := names.entity(one.id))]

    def programmes(
        self, *, drugs: Sequence[str] | None = None, as_of: str | None = None, tell: Callable[[int], None] = lambda _: None
    ) -> pa.Table:
        """Every programme of the drugs (of all drugs without them) as an Arrow table, which pandas, polars and DuckDB take as it is."""
        return self._landscape(drugs, as_of, tell, matrix=False)[0]

    @property
    def alerts(self) -> Alerts:
        """Set Alert: rules, backtests, runs and deliveries."""
        return self.alerts_of(None)

    def alerts_of(self, owner: str | None) -> Alerts:
        """The same for one person, who sees and changes their own alerts only; None is everybody's."""
        return Alerts(self.home, self.names, self.settings, self._resolve, self.targets, self.holding, pipeline.now, owner, follows=self.follows)

    def people(self, client: str = "") -> People:
        """Accounts, sessions, tokens, the audit trail and flags; `client` is the address that a change comes from."""
        if self.follows:
            self.upgrade()
        return People(self.home, pipeline.now(), client)

    def upgrade(self) -> None:
        """Brings a catalog that older code made to this code's tables, after a backup beside the home."""
        if needs_upgrade(self.home):
            with self.home.writer(pipeline.now()):
                upkeep.upgraded(self.home, pipeline.now())

    def flag(self, statement: str, why: str, *, author: str, quote: str = "", client: str = "") -> FlagLine:
        """Keeps that a person holds a statement (`RECORD` or `RECORD#PATH`) to be wrong, and why."""
        return self.people(client).flag(statement, why, author=author, quote=quote)

    def flags(self, record: str | None = None) -> list[FlagLine]:
        """What people hold to be wrong, newest first; of a record (its CURIE) or of all."""
        return People(self.home, pipeline.now()).flags(record)

    def landscape(self, *, drugs: Sequence[str] | None = None, as_of: str | None = None, tell: Callable[[int], None] = lambda _: None) -> pa.Table:
        """Target × condition × stage as an Arrow table: how many drugs stand there, how many of them move, and which they are."""
        return self._landscape(drugs, as_of, tell, matrix=True)[1]

    def _landscape(
        self, drugs: Sequence[str] | None, as_of: str | None, tell: Callable[[int], None], *, matrix: bool
    ) -> tuple[pa.Table, pa.Table]:
        names = self.names_at(as_of)
        entities = names.drugs() if drugs is None else (self.entity(name, as_of=as_of) for name in drugs)
        targets = self.targets(as_of).targets_of_drugs() if matrix else None
        return development.programmes(entities, self.lake(as_of), names, self._today(as_of), as_of, tell, targets)

    def table(self, name: str, about: Mapping[str, Any]) -> list[Any]:
        """The rows of a table by its name, as pages show it: a chart's, a part of a profile, trials, programmes, changes …"""
        return tables_of(self, name, about)

    def cited(self, rows: Sequence[object]) -> list[CitedDocument]:
        """The documents that rows cite, each once, in the order in which they are cited."""
        return cited_documents(self.lake(), rows)

    def export(self, table: pa.Table, target: str | Path) -> int:
        """Writes an Arrow table as CSV or Parquet, by the file's suffix; gives the number of rows."""
        write(table, Path(target))
        return int(table.num_rows)

    def landscape_rows(self, drugs: Sequence[str], *, matrix: bool = False, as_of: str | None = None) -> list[dict[str, object]]:
        """The programmes of some drugs, or their target × condition × stage, row by row."""
        table = (self.landscape if matrix else self.programmes)(drugs=drugs, as_of=as_of)
        return list(table.to_pylist())

    def timeline(self, drug: str, as_of: str | None = None) -> list[MilestoneLine]:
        """The dated steps of a drug's history, oldest first: first trials, results, approvals, new uses, label safety changes, expiries."""
        self._catch_up_events()
        return development.timeline(self.entity(drug, as_of=as_of), self.lake(as_of), self.names_at(as_of), self._today(as_of), as_of)

    def expected(self, *, drug: str | None = None, condition: str | None = None, as_of: str | None = None) -> list[ExpectedLine]:
        """The dates that documents expect from now on, soonest first: completions of trials, ends of listed patents and exclusivities."""
        ends = [] if drug is None else self.timeline(drug, as_of)
        return expected(self.trials(drug=drug, condition=condition, as_of=as_of), ends, self._today(as_of))

    def _catch_up_events(self) -> None:
        if self.follows:
            chronicle.catch_up(self.home)
            programme_chronicle.catch_up(self.home, self.names, pipeline.now())

    def _today(self, as_of: str | None) -> str:
        """The day on which the answer stands."""
        return pipeline.now()[:10] if as_of is None else last_day(_date(as_of, "--as-of")).isoformat()

    def mechanism(self, drug: str, to: str | None = None, as_of: str | None = None) -> MechanismView:
        """How the drug works: targets with action, chains of typed steps each with its source, off-targets kept apart."""
        entity = self.entity(drug, as_of=as_of)
        key = (self.home.index.stamp, as_of)
        if self._pathways is None or self._pathways[0] != key:
            self._pathways = (key, Pathways(self.lake(as_of), self.targets(as_of)))
        return self._pathways[1].of(entity, to)

    def target(self, name: str, *, reach: bool = True, as_of: str | None = None) -> TargetPage:
        """The target's page: names, identifiers, parts, and the drugs that act on it; `reach` adds how far each has got."""
        page = self.targets(as_of).page(self.entity(name, "target", as_of).id)
        return msgspec.structs.replace(page, drugs=self._reached(page.drugs, as_of)) if reach else page

    def drug_class(self, name: str, *, reach: bool = True, as_of: str | None = None) -> ClassPage:
        """The class's page: who puts which drug into it, in which words; `reach` adds how far each has got."""
        page = self.targets(as_of).class_page(self.entity(name, "class", as_of).id)
        return msgspec.structs.replace(page, drugs=self._reached(page.drugs, as_of)) if reach else page

    def drugs_of_target(self, name: str, *, action: str | None = None, as_of: str | None = None) -> list[ActingDrug]:
        """The drugs with a mechanism on the target (or its family), by name; `action` keeps one kind (activates, inhibits) or source's word."""
        return pathways.doing(self.target(name, reach=False, as_of=as_of).drugs, action)

    def drugs_of_class(self, name: str, *, as_of: str | None = None) -> list[ClassMember]:
        """The drugs that some document or table puts into the class, each with the words and the record."""
        return self.drug_class(name, reach=False, as_of=as_of).drugs

    def neighbours(self, drug: str, *, reach: bool = True, as_of: str | None = None) -> list[ActingDrug]:
        """The other drugs that act on a target of this one in the same direction; `reach` adds how far each has got."""
        found = self.targets(as_of).neighbours(self.entity(drug, as_of=as_of))
        return self._reached(found, as_of) if reach else found

    def structures(self, as_of: str | None = None) -> Structures:
        """The structures of all loaded molecules, gathered once a commit."""
        names, key = self.names_at(as_of), (self.home.index.stamp, as_of)
        if self._structures is None or self._structures[0] != key:
            self._structures = (key, Structures(self.lake(as_of), names))
        return self._structures[1]

    def structure(self, drug: str, as_of: str | None = None) -> StructureView:
        """The structures that sources give for the drug: SMILES and InChIKey with the record."""
        return self.structures(as_of).of(self.entity(drug, as_of=as_of))

    def structure_picture(self, drug_or_smiles: str, as_of: str | None = None) -> str:
        """The structure as SVG; UserError where RDKit is missing or no source gives one."""
        return Drawing(chem.picture(self._smiles(drug_or_smiles, as_of)))

    def similar(self, drug_or_smiles: str, *, least: float = 0.5, limit: int = 20, as_of: str | None = None) -> list[StructureHit]:
        """The drugs whose structure (without its salt) is at least so similar, the most similar first."""
        return self.structures(as_of).similar(self._smiles(drug_or_smiles, as_of), least=least, limit=limit)

    def containing(self, pattern: str, *, limit: int = 50, as_of: str | None = None) -> list[StructureHit]:
        """The drugs whose structure holds the pattern (SMARTS or SMILES), by name."""
        return self.structures(as_of).containing(pattern, limit=limit)

    def _smiles(self, drug_or_smiles: str, as_of: str | None) -> str:
        """The SMILES of a drug, or the words themselves where they are no drug's name but a structure."""
        try:
            return self.structures(as_of).smiles_of(self.entity(drug_or_smiles, as_of=as_of))
        except UnknownName:
            if not chem.is_structure(drug_or_smiles):
                raise
            return drug_or_smiles.strip()

    def _reached(self, drugs: Sequence[T], as_of: str | None) -> list[T]:
        return development.reached(drugs, self.lake(as_of), self.names_at(as_of), self._today(as_of), as_of)

    def find(self, words: str, *, limit: int = 12, kind: str | None = None, as_of: str | None = None) -> list[Found]:
        """What goes by the words, whole or begun: drugs, conditions, targets and organisations, best first; for search as one types."""
        return find(words, self.names_at(as_of), limit, kind)

    def standings(self, drugs: Sequence[str], as_of: str | None = None) -> list[StatusLine]:
        """How far each of the drugs has got over all its conditions, one line for each."""
        entities = [self.entity(name, as_of=as_of) for name in drugs]
        found = development.status(entities, self.lake(as_of), self.names_at(as_of), self._today(as_of), as_of, rolled_up=True)
        return [line for line in found if line.condition is None]

    def figure(
        self,
        name: str,
        *,
        drug: str | None = None,
        condition: str | None = None,
        target: str | None = None,
        org: str | None = None,
        as_of: str | None = None,
    ) -> list[Row]:
        """The rows of a chart: trial_starts, stages, landscape, milestones, label_changes or rates; UserError for any other name."""
        match name:
            case "trial_starts":
                return figures.trial_starts(self.trials(drug=drug, condition=condition, as_of=as_of))
            case "stages":
                return figures.stage_matrix(self.status(drug=drug, condition=condition, org=org, rolled_up=True, as_of=as_of))
            case "landscape" if target is not None:
                drugs = [one.id for one in self.drugs_of_target(target, as_of=as_of) if one.id is not None]
                return figures.landscape(self.standings(drugs, as_of))
            case "landscape":
                return figures.landscape(self.status(condition=condition, org=org, rolled_up=org is None, as_of=as_of))
            case "milestones":
                return figures.milestones(self.timeline(drug or "", as_of))
            case "label_changes":
                return figures.label_calendar(self.changes(drug=drug, condition=condition, kinds=["label.*"], as_of=as_of))
            case "rates":
                return figures.rate_rows(figures.rate_tables(self.drug(drug or "", as_of).clinical["reactions"]))
        raise UserError(f"no chart is called {name!r}; there are trial_starts, stages, landscape, milestones, label_changes and rates")

    def check(
        self,
        drug: str,
        *,
        with_drugs: Sequence[str] = (),
        conditions: Sequence[str] = (),
        pregnant: bool = False,
        lactating: bool = False,
        immunosuppressed: bool = False,
        age: float | None = None,
        as_of: str | None = None,
    ) -> Checked:
        """The statements of the labels of all drugs named that apply to the situation, with quotes; never a verdict."""
        entities = [self.entity(name, as_of=as_of) for name in (drug, *with_drugs)]
        return clinic.check_labels(
            entities,
            self.lake(as_of),
            self.names_at(as_of),
            conditions=conditions,
            pregnant=pregnant,
            lactating=lactating,
            immunosuppressed=immunosuppressed,
            age=age,
        )

    def plan(
        self,
        drug: str,
        *,
        condition: str,
        start: str,
        product: str | None = None,
        jurisdiction: str | None = None,
        zone: str = "UTC",
        at: str = "21:00",
    ) -> Plan | Refusal:
        """A dosing calendar from exactly one fixed, quoted regimen, or the refusal with its reason."""
        read = statements_of(self.dossier(drug).labels, self.lake())
        return clinic.plan_from(read, condition=condition, start=start, product=product, jurisdiction=jurisdiction, zone=zone, at=at)

    def changes(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        drug: str | None = None,
        condition: str | None = None,
        org: str | None = None,
        kinds: Sequence[str] = (),
        source: str | None = None,
        rule: str | None = None,
        as_of: str | None = None,
    ) -> list[ChangeLine]:
        """What changed, newest first, from the day `since` on: of a drug, a condition, an organisation, some kinds (`label.*`), a source.

        `rule` keeps what a rule in the language of alerts matches.
        """
        names = self.names_at(as_of)
        self._catch_up_events()
        last = _date_or_none(as_of, "--as-of") or _date_or_none(until, "--until")
        now = pipeline.now()
        found = programme_chronicle.changes(
            self.home,
            self.names,
            names,
            since=_date_or_none(since, "--since"),
            until=min(now, until_end(last)) if last else now,
            records=self._records_about(drug, condition, as_of),
            kinds=kinds,
            source=source,
            drug=None if drug is None else self.entity(drug, as_of=as_of).id,
            condition=None if condition is None else self.entity(condition, "condition", as_of).id,
        )
        for asked in (rule, org and f'org:"{org.replace(chr(34), " ")}"'):
            if asked:
                matched = self.alerts.matching(asked, _date_or_none(since, "--since") or "1900")
                found = [one for one in found if one.id in matched]
        return Joiner(self.lake(as_of), names).lines(found)

    def news(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        drug: str | None = None,
        condition: str | None = None,
        family: str | None = None,
        source: str | None = None,
        page: int = 1,
        as_of: str | None = None,
    ) -> News:
        """One page of what changed, grouped by drug, with how many changes there are of each kind and source."""
        names = self.names_at(as_of)
        self._catch_up_events()
        days = [until_end(one) for one in (_date_or_none(until, "until"), _date_or_none(as_of, "as of")) if one]
        records = self._records_about(drug, condition, as_of)
        since = _date_or_none(since, "since")
        day = min([*days, pipeline.now()])
        about = {
            "drug": None if drug is None else self.entity(drug, as_of=as_of).id,
            "condition": None if condition is None else self.entity(condition, "condition", as_of).id,
        }
        return news.news(self.lake(as_of), names, since=since, until=day, records=records, family=family, source=source, page=page, **about)

    def change(self, number: str) -> NewsItem:
        """One change by its id."""
        names = self.names_at(None)
        self._catch_up_events()
        return news.one_change(self.lake(), names, number)

    def _records_about(self, drug: str | None, condition: str | None, as_of: str | None) -> set[tuple[str, str]] | None:
        chosen: set[tuple[str, str]] | None = None
        for kind, name in (("drug", drug), ("condition", condition)):
            if name is not None:
                of_name = records_about(self.entity(name, kind, as_of), self.lake(as_of), self.names_at(as_of))
                chosen = of_name if chosen is None else chosen & of_name
        return chosen

    def compare(self, record: str, first: int, second: int) -> Comparison:
        """Two versions of a record word by word, by their ranks in its history."""
        lake = self.lake()
        key = lake.find_record(record)
        if key is None:
            raise UnknownName(f"no record is called {record!r}; name one as source:key, as `theriac search` prints them")
        versions = {line.seq: line.version for line in lake.history(key.source, key.key)}
        for number in (first, second):
            if number not in versions:
                raise UserError(f"{key.curie} has versions 1 to {len(versions)}, not {number}; `theriac history {key.curie}` lists them")
        texts = [readable(*lake.payload(key.source, key.key, versions[number])) for number in (first, second)]
        runs = [Run(kind=str(run.kind), text=run.text) for run in word_diff(texts[0], texts[1])]
        return Comparison(record=key.curie, from_seq=first, to_seq=second, runs=runs)

    def document(
        self, record: str, *, version: str | None = None, quote: str | None = None, path: str = "", page: int | None = None, as_of: str | None = None
    ) -> DocumentView:
        """One version of a record in readable form, on the page that holds the quote, with every version and the original's address."""
        return documents.document(self.lake(as_of), record, version=version, quote=quote, path=path, page=page)

    def difference(self, record: str, older: str, newer: str) -> DifferenceView:
        """Two versions of a record part by part, words marked; versions by rank, hash or the source's own label."""
        return documents.difference(self.lake(), record, older, newer)

    def served(self, record: str, version: str | None = None) -> Served:
        """The bytes of one version exactly as its source served them."""
        return documents.served(self.lake(), record, version)

    def history(self, record: str, as_of: str | None = None) -> list[VersionLine]:
        """The versions of a record in order of time; UnknownName where no source has it."""
        key = self.lake(as_of).find_record(record)
        if key is None:
            raise UnknownName(f"no record is called {record!r}; name one as source:key, as `theriac search` prints them")
        return self.lake(as_of).history(key.source, key.key)

    def quarantine(self) -> list[dict[str, object]]:
        """What was set aside and not read since, with file, record, field and reason."""
        return ledger.quarantined(self.home)

    def ambiguous(self, most: int = 100) -> list[AmbiguousMention]:
        """The names in documents that stay ambiguous until a person settles them, those with most mentions first."""
        return unsettled.ambiguous(self.home, self.names, self._resolve, most)

    def runs(self, most: int = 20) -> list[RunLine]:
        """The last runs that brought documents, newest first."""
        return unsettled.runs(self.home, most)

    def retry_quarantine(self) -> pipeline.LoadReport:
        """Reads everything in quarantine again with today's readers."""
        self._names = None
        return pipeline.retry(self.home, self.settings)

    def decisions(self) -> list[DecisionLine]:
        """What people settled, newest first."""
        return settled.listed(self.home)

    def decided(self, mention: str) -> DecisionLine:
        """The last decision about a name."""
        return next(line for line in self.decisions() if line.name == mention)

    def decide(self, mention: str, entity: str, *, author: str, why: str = "", record: str = "", kind: str = "drug") -> None:
        """Settles that a name means an entity, everywhere or in one record; kept as data with its author."""
        if self._known(entity, None) is None:
            raise UnknownName(f"no entity has the id {entity!r}; `theriac resolve` prints ids")
        with self.home.writer(pipeline.now()):
            upkeep.noted(
                self.home, lambda connection: settled.keep(connection, mention, entity, author, why, pipeline.now(), record=record, kind=kind)
            )
            registry.rebuild(self.home, pipeline.now())
        self._names = None

    def doctor(self, *, rebuild: bool = False) -> upkeep.Check:
        """Checks every segment against the catalog; with `rebuild` makes both caches anew from the segments first."""
        if rebuild:
            with self.home.writer(pipeline.now()):
                self.home.index.discard()
                search = SearchIndex(self.home.folder / "cache" / "search").emptied()
                catch_up(self.home, search)
                registry.rebuild(self.home, pipeline.now())
            self._names = self._search = None
        catch_up(self.home)
        return upkeep.doctor(self.home)

    def backup(self, target: str | Path) -> int:
        """Writes the whole home, caches left out, to one file; gives its size in bytes."""
        with self.home.writer(pipeline.now()):
            return upkeep.backup(self.home, Path(target))


def in_all(lots: Sequence[Sequence[Entity]]) -> list[Entity]:
    """The drugs that stand in every one of the lots, each once, by id."""
    found = {one.id: one for one in lots[0]}
    return [found[key] for key in sorted(found) if all(key in {one.id for one in lot} for lot in lots)]


def scheduling(settings: Settings, tell: Callable[[str], None]) -> AbstractContextManager[Scheduler]:
    """For as long as the block lasts, each live source asked on its cadence, in a thread of its own; `tell` hears a line about each pass."""

    @contextmanager
    def keeping(sleep: Callable[[float], None]) -> Iterator[Keeper]:
        with open_home(settings=settings, create=True) as store:
            yield store.keeping(sleep)

    return running(keeping, tell)


def read_labels(path: str | Path) -> list[Statements]:
    """What the labels in a file say; no store needed. UserError for a file that cannot be read or holds no label."""
    file = Path(path)
    try:
        documents = read_label(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror or error}); check the path") from error
    except BadRecord as error:
        raise UserError(f"{file}: {error.reason}") from error
    return [read_statements(document, app=file.stem, file=file.as_posix()) for document in documents]


def restore(source: str | Path, settings: Settings) -> Theriac:
    """A new home from a backup; HomeError where the folder already holds something."""
    rows = upkeep.unpack_backup(Path(source), settings.home)
    home = prepare(settings.home, settings.catalog_url)
    upkeep.restore_rows(home, rows)
    catch_up(home, SearchIndex(settings.home / "cache" / "search"))
    registry.rebuild(home, pipeline.now())
    return Theriac(home, settings)


def _kept(value: str | None, wanted: Sequence[str]) -> bool:
    folded = {one.lower().replace("_", " ").replace("-", " ") for one in wanted}
    return not folded or (value or "").lower().replace("_", " ") in folded


def _date(text: str, option: str) -> str:
    try:
        return read_date(text)
    except BadRecord as error:
        raise UserError(f"{option} {text!r} is not a date; write 2024, 2024-03 or 2024-03-07") from error


def _date_or_none(text: str | None, option: str) -> str | None:
    return None if text is None else _date(text, option)


def _record_link(record: str) -> str | None:
    source, _, key = record.partition(":")
    bare = key.rpartition("/")[2]
    prefix = {"ctgov": "nct", "openfda_label": "set_id", "openfda_drugsfda": "application", "pubmed": "pmid"}.get(source)
    return link(f"{prefix}:{bare}") if prefix else None


def _resolved_view(found: Resolution) -> Resolved:
    return Resolved(
        query=found.query,
        entity=found.entity,
        kind=found.kind.value,
        score=found.score,
        reason=found.reason,
        candidates=[Candidate(entity=one.entity, name=one.name, score=one.score, reason=one.reason) for one in found.candidates],
    )


def drawn(view: MechanismView) -> Drawing:
    """The mechanism as an SVG drawing that needs nothing from outside; a notebook shows it as it is."""
    return Drawing(draw(view))


def rate_tables(profile: DrugProfile) -> list[Row]:
    """The rates that the labels of a profile give, one table of terms × arms after another, never merged."""
    return figures.rate_tables(profile.clinical["reactions"])


def trial_facets(trials: Sequence[TrialLine]) -> dict[str, list[tuple[str, int]]]:
    """For each facet (phase, status, role, condition, sponsor, country) its values with how many of the trials have them."""
    return facets(trials)


def chosen_trials(trials: Sequence[TrialLine], wanted: Mapping[str, Sequence[str]]) -> list[TrialLine]:
    """The trials that have, in every facet asked about, one of the values."""
    return chosen(trials, wanted)


def refused(made: Plan | Refusal) -> bool:
    """Whether no calendar was made."""
    return isinstance(made, Refusal)


def calendar_text(made: Plan | Refusal) -> str:
    """The calendar as an iCalendar file's text; UserError where there is none."""
    return clinic.calendar_of(made, pipeline.now())


def feed_of(
    here: str, title: str, changes: Sequence[ChangeLine], *, page_of: Callable[[ChangeLine], str | None] = lambda _: None, page: str | None = None
) -> bytes:
    """Changes as an Atom feed whose address is `here`."""
    return change_feed(here, title, changes, page_of=page_of, here=here, page=page)


def expected_calendar(title: str, lines: Sequence[ExpectedLine]) -> str:
    """Expected dates as an iCalendar file's text."""
    return calendar(title, lines, pipeline.now())


def taken(rows: Sequence[Any], form: str) -> tuple[bytes, str]:
    """Rows as a file (csv, xlsx, parquet, json) with its media type; formulas made harmless."""
    return file_of(rows, form), MEDIA[form]


def references(documents: Sequence[CitedDocument], form: str) -> tuple[bytes, str]:
    """Documents as a bibliography (ris or bib) with its media type."""
    if form == "bib":
        return bibtex(documents).encode(), "application/x-bibtex; charset=utf-8"
    return ris(documents).encode(), "application/x-research-info-systems; charset=utf-8"


def now() -> str:
    """The present moment, UTC."""
    return pipeline.now()


def json_schema() -> dict[str, object]:
    """The JSON Schema of every shape, by its name, with the shared parts under `$defs`."""
    shapes, parts = msgspec.json.schema_components([*SHAPES, *_MORE_SHAPES], ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "shapes": list(shapes), "$defs": parts}


class Beginning(msgspec.Struct):
    """What `theriac up` shows: whether the sample was loaded now, one profile, and the changes in it."""

    loaded: bool
    profile: DrugProfile | None
    changes: list[ChangeLine]

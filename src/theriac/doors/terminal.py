"""How the command line shows the shapes to people: tables and short lines with rich, plain where the output is no terminal.

Flows in: the shapes of `views`. Flows out: text. It computes nothing but the layout.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from theriac.doors.layout import MOST, console, plain, table_of
from theriac.doors.statements import clinical
from theriac.views import (
    SUMMARY_MARK,
    ChangeLine,
    Citation,
    Comparison,
    DrugProfile,
    MilestoneLine,
    Resolved,
    SearchHit,
    SourceLine,
    Stated,
    StatusLine,
    TrialLine,
)

_MARK = "†"


class Shown:
    """Where a load tells how far it is."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.task = bar.add_task("loading", total=None) if bar else None

    def progress(self, state: Any) -> None:
        """Moves the bar."""
        if self.bar and self.task is not None:
            words = f"{state.records:,} records · {state.bytes / 1e6:,.0f} MB · {Path(state.file).name[:40]}"
            self.bar.update(self.task, description=words)

    def waiting(self, words: str) -> None:
        """Says, once, that another process is at work."""
        sys.stderr.write(f"theriac: {words}\n")


@contextmanager
def load_progress(*, quiet: bool) -> Iterator[Shown]:
    """A moving line on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield Shown(None)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Shown(bar)


def load_report(report: Any) -> None:
    """What a load did."""
    out = console()
    counts = ("read", "new", "changed", "annotation_only", "unchanged", "superseded", "quarantined")
    table = table_of("source", *(count.replace("_", " ") for count in counts), right=[count.replace("_", " ") for count in counts])
    for row in report.sources:
        table.add_row(row.source, *(f"{getattr(row, count):,}" for count in counts))
    out.print(table)
    for notice in report.notices:
        out.print(plain(f"notice: {notice}"))
    if report.quarantine:
        out.print(plain(f"\n{len(report.quarantine)} in quarantine (theriac quarantine lists them; nothing stored is lost):"))
        for one in report.quarantine[:MOST]:
            place = " · ".join(part for part in (one.file, one.record, one.field) if part)
            out.print(plain(f"  {place}: {one.reason}"))
    if report.unrecognised:
        out.print(plain(f"\n{len(report.unrecognised)} files are in no format that Theriac reads:"))
        for path in report.unrecognised[:MOST]:
            out.print(plain(f"  {path}"))
        if len(report.unrecognised) > MOST:
            out.print(plain(f"  … and {len(report.unrecognised) - MOST} more (--json lists all)"))
    out.print(plain(f"\n{report.commits} commits, {report.seconds:.1f} s"))


def _source(citation: Citation) -> str:
    mark = f" {_MARK}" if citation.says else ""
    version = f" v{citation.version}" if citation.version else ""
    return f"{citation.record}{version}{mark}"


def _explain_mark(out: Console, citations: Iterable[Citation]) -> None:
    """Below a table, what its mark means."""
    if any(one.says for one in citations):
        out.print(Text(f"  {_MARK} {SUMMARY_MARK}", style="dim"))


def _values(stated: Sequence[Stated]) -> str:
    """One value where all documents agree, else each with its record."""
    if len({one.value.casefold() for one in stated}) <= 1:
        return stated[0].value if stated else ""
    newest = sorted(stated, key=lambda one: one.citation.seen, reverse=True)
    return " / ".join(dict.fromkeys(f"{one.value} ({one.citation.source} {one.citation.seen[:10]})" for one in newest))


def profile(view: DrugProfile) -> None:
    """The profile, in the order people ask."""
    out = console()
    out.print(Text(f"\n{view.name}", style="bold"), Text(f" {view.id}", style="dim"))
    if view.as_of:
        out.print(plain(f"as of {view.as_of}: documents seen by then"))
    _identity(out, view)
    clinical(out, view.clinical)
    _products(out, view)
    _approvals(out, view)
    _patents(out, view)
    _labels(out, view)
    _matrix(out, view)
    _recalls(out, view)
    _supply(out, view)
    _papers(out, view)
    for words in view.not_covered:
        out.print(plain(f"· {words}"))
    _footer(out, view)


def _identity(out: Console, view: DrugProfile) -> None:
    by_kind: dict[str, list[str]] = {}
    for name in view.names:
        by_kind.setdefault(name.kind, []).append(name.text)
    for kind, texts in by_kind.items():
        more = f" … and {len(texts) - MOST} more" if len(texts) > MOST else ""
        out.print(plain(f"  {kind:<12}{', '.join(texts[:MOST])}{more}"))
    if view.identifiers:
        own = [one.id for one in view.identifiers if one.of is None]
        out.print(plain(f"  {'identifiers':<12}{', '.join(own)}"))
    if view.forms:
        out.print(plain(f"  {'forms':<12}{', '.join(view.forms[:MOST])}"))
    if view.parts:
        out.print(plain(f"  {'parts':<12}{', '.join(view.parts)}"))
    if view.classes:
        out.print(plain(f"  {'class':<12}{', '.join(dict.fromkeys(one.value for one in view.classes))}"))
    acts = [f"{', '.join(one.genes) or one.name} ({one.action}; {', '.join(one.records)})" for one in view.targets if one.mechanism]
    if acts:
        out.print(plain(f"  {'acts on':<12}{'; '.join(acts[:MOST])} (theriac mechanism shows the chain)"))
    if view.in_combinations:
        more = f" … and {len(view.in_combinations) - 6} more" if len(view.in_combinations) > 6 else ""
        out.print(plain(f"  {'combined in':<12}{', '.join(view.in_combinations[:6])}{more}"))


def _products(out: Console, view: DrugProfile) -> None:
    if not view.products:
        return
    table = table_of("where", "application", "product", "form", "strength", "approved", "market", "holder", "source", title="\nProducts")
    for line in view.products[: 3 * MOST]:
        table.add_row(
            line.jurisdiction,
            f"{line.application}{f' {line.number}' if line.number else ''}",
            plain(line.name),
            plain(line.form),
            plain(line.strength),
            line.approved or "",
            plain(_values(line.marketing)),
            plain(line.holders[0].value if line.holders else ""),
            plain(_source(line.citations[0])),
        )
    out.print(table)
    _explain_mark(out, (line.citations[0] for line in view.products))
    if len(view.products) > 3 * MOST:
        out.print(plain(f"  … and {len(view.products) - 3 * MOST} more (--json lists all)"))


def _approvals(out: Console, view: DrugProfile) -> None:
    if not view.approvals:
        return
    first = [line for line in view.approvals if not line.what.startswith("supplement")]
    table = table_of("date", "where", "application", "decision", "status", "detail", "source", title="\nApprovals (first decisions)")
    for line in first[: 2 * MOST]:
        words = (plain(line.status), plain(line.detail), plain(_source(line.citation)))
        table.add_row(line.date or "no date", line.jurisdiction, line.application, line.what, *words)
    out.print(table)
    _explain_mark(out, (line.citation for line in first))
    supplements = len(view.approvals) - len(first)
    if supplements or len(first) > 2 * MOST:
        out.print(plain(f"  … and {supplements} supplements, {max(0, len(first) - 2 * MOST)} more first decisions (--json lists all)"))


def _patents(out: Console, view: DrugProfile) -> None:
    if view.patents:
        table = table_of("patent", "application", "expires", "use codes", "source", title="\nListed patents (a listed patent is not a valid one)")
        for line in view.patents[:MOST]:
            mark = " delisted" if line.delisted else ""
            table.add_row(f"{line.number}{mark}", line.application, line.expires or "", ", ".join(line.use_codes), plain(_source(line.citation)))
        out.print(table)
    for exclusivity in view.exclusivities[:MOST]:
        out.print(plain(f"  exclusivity {exclusivity.code} of {exclusivity.application} until {exclusivity.expires or 'no date'}"))


def _labels(out: Console, view: DrugProfile) -> None:
    if not view.labels:
        return
    table = table_of("where", "label", "version", "effective", "type", "set id", "source", title="\nLabels")
    for line in view.labels[:MOST]:
        words = (plain(line.document_type), line.set_id, plain(_source(line.citation)))
        table.add_row(line.jurisdiction, plain(line.title[:48]), line.version or "", line.effective or "", *words)
    out.print(table)


def _matrix(out: Console, view: DrugProfile) -> None:
    if not view.trials:
        return
    roles = Counter(line.role for line in view.trials)
    words = ", ".join(f"{count} {role}" for role, count in roles.most_common())
    table = table_of("condition", "phase", "status", "trials", title=f"\nTrials: {len(view.trials)} ({words})", right=["trials"])
    for cell in view.trial_matrix[: 2 * MOST]:
        table.add_row(plain(cell.condition), cell.phase, cell.status.replace("_", " "), str(cell.trials))
    out.print(table)
    if len(view.trial_matrix) > 2 * MOST:
        out.print(plain(f"  … and {len(view.trial_matrix) - 2 * MOST} more lines (theriac trials --drug {view.name} lists every trial)"))


def _recalls(out: Console, view: DrugProfile) -> None:
    if not view.recalls:
        return
    table = table_of("reported", "where", "class", "status", "firm", "reason", "source", title=f"\nRecalls: {len(view.recalls)}")
    for line in view.recalls[:MOST]:
        words = (plain(line.firm), plain(_short(line.reason)), plain(_source(line.citation)))
        table.add_row(line.reported or line.initiated or "", line.jurisdiction, line.classification or "", line.status or "", *words)
    out.print(table)
    _more(out, len(view.recalls))


def _supply(out: Console, view: DrugProfile) -> None:
    if not view.shortages:
        return
    table = table_of("updated", "where", "status", "presentation", "company", "reason", "source", title=f"\nSupply: {len(view.shortages)} lines")
    for line in view.shortages[:MOST]:
        words = (plain(_short(line.presentation)), plain(line.company), plain(_short(line.reason)), plain(_source(line.citation)))
        table.add_row(line.updated or line.posted or "", line.jurisdiction, line.status or "", *words)
    out.print(table)
    _more(out, len(view.shortages))


def _papers(out: Console, view: DrugProfile) -> None:
    if not view.papers:
        return
    table = table_of("published", "pmid", "title", "journal", "told by", title=f"\nPapers: {len(view.papers)}")
    for paper in view.papers[:MOST]:
        title = f"RETRACTED: {paper.title}" if paper.retracted else paper.title
        table.add_row(paper.published or "", paper.pmid.removeprefix("pmid:"), plain(_short(title)), plain(paper.journal), plain(paper.told_by))
    out.print(table)
    _more(out, len(view.papers))


def _more(out: Console, lines: int) -> None:
    if lines > MOST:
        out.print(plain(f"  … and {lines - MOST} more (--json lists all)"))


def _footer(out: Console, view: DrugProfile) -> None:
    fresh = ", ".join(_freshness(line) for line in view.sources)
    out.print(plain(f"\nSources and the dates of their data: {fresh}"))
    out.print(Text(view.notice, style="italic"))


def changes(found: Sequence[ChangeLine]) -> None:
    """The events, one line each."""
    out = console()
    table = table_of("seen", "happened", "what", "drug", "record", "old → new")
    for one in found[: 8 * MOST]:
        what = f"{_short(one.old)} → {_short(one.new)}" if one.old else _short(one.new)
        drugs = ", ".join(drug.name for drug in one.drugs[:3])
        words = what or _short(one.quote_new or one.quote_old)
        table.add_row(one.seen[:10], one.happened or "", one.kind, plain(drugs), plain(one.record), plain(words))
    out.print(table)
    more = f", the first {8 * MOST} shown (--json prints all)" if len(found) > 8 * MOST else ""
    out.print(plain(f"{len(found)} events{more}"))


def _short(text: str | None) -> str:
    bare = " ".join((text or "").split())
    return bare if len(bare) <= 90 else bare[:88] + "…"


def versions(record: str, lines: Sequence[Any]) -> None:
    """A record's versions."""
    table = table_of("no.", "label", "seen from", "until", "format", title=record)
    for line in lines:
        mark = " (partial)" if line.partial else ""
        table.add_row(str(line.seq), line.label or "", line.seen_from[:10], (line.seen_to or "")[:10], line.format + mark)
    console().print(table)


def comparison(found: Comparison) -> None:
    """Two versions, word by word: what went is struck and red, what came is green; without colour, in brackets."""
    out = console()
    text = Text()
    for run in found.runs:
        if run.kind == "kept":
            text.append(run.text if len(run.text) <= 240 else f"{run.text[:110]} […] {run.text[-110:]}")
        elif run.kind == "removed":
            text.append(f"[-{run.text}-]", style="red strike")
        else:
            text.append(f"[+{run.text}+]", style="green")
    out.print(text)


def trials(found: Sequence[TrialLine]) -> None:
    """The trials, one line each."""
    table = table_of("trial", "phase", "status", "role", "intervention", "conditions", "sponsor", "primary completion")
    for line in found:
        table.add_row(
            line.trial.removeprefix("nct:"),
            line.phase or "",
            (line.status or "").lower().replace("_", " "),
            line.role,
            plain(line.intervention),
            plain("; ".join(line.conditions)),
            plain(line.sponsor),
            line.primary_completion or "",
        )
    out = console()
    out.print(table)
    out.print(plain(f"{len(found)} trials"))


def resolution(found: Resolved) -> None:
    """What a name means and why."""
    out = console()
    if found.entity:
        out.print(plain(f"{found.query} → {found.entity}  (score {found.score:.2f}: {found.reason})"))
        return
    out.print(plain(f"{found.query}: {found.kind}: {found.reason}"))
    for one in found.candidates:
        out.print(plain(f"  {one.entity}  {one.name}  (score {one.score:.2f}: {one.reason})"))


def hits(found: Sequence[SearchHit], words: str) -> None:
    """Search results."""
    out = console()
    if not found:
        out.print(plain(f"Nothing loaded holds {words!r}."))
        return
    table = table_of("score", "kind", "record", "title", right=["score"])
    for hit in found:
        table.add_row(f"{hit.score:.1f}", hit.kind, hit.record, plain(hit.title))
    out.print(table)


def _freshness(line: SourceLine) -> str:
    """A source in the footer: of when its data is, and, where it is a live one, when it was asked last and what went wrong."""
    asked = "" if line.cadence is None else f" (asked {(line.last_success or 'in vain')[:16]}{', stale' if line.stale else ''})"
    fault = f" (last asked {(line.last_attempt or '')[:16]}: {line.message})" if line.message else ""
    return f"{line.source} {(line.data_timestamp or 'undated')[:10]}{asked}{fault}"


def sources(rows: Sequence[SourceLine]) -> None:
    """The freshness ledger."""
    out = console()
    if not rows:
        out.print(plain("Nothing is loaded yet; `theriac load PATH` reads files, `theriac up` loads the starter dossier."))
        return
    numbers = ("records", "versions", "failures")
    table = table_of("source", "data of", "last success", "asked", *numbers, "news here after", right=numbers)
    for row in rows:
        told = "" if row.lag_p50_hours is None else f"{row.lag_p50_hours:.1f} h (p99 {row.lag_p99_hours:.1f} h, {row.lags:,} events)"
        asked = f"{row.cadence or ''}{', STALE' if row.stale else ''}"
        counts = (f"{row.records:,}", f"{row.versions:,}", str(row.failures))
        table.add_row(row.source, (row.data_timestamp or "")[:10], (row.last_success or "")[:19], asked, *counts, told)
    out.print(table)
    for row in rows:
        if row.message:
            out.print(plain(f"{row.source}, last asked {(row.last_attempt or '')[:19]}: {row.message}"))


def quarantine(rows: Sequence[dict[str, object]]) -> None:
    """What was set aside."""
    out = console()
    if not rows:
        out.print(plain("Nothing is in quarantine."))
        return
    table = table_of("file", "record", "field", "reason")
    for row in rows:
        table.add_row(plain(row["file"]), plain(row["record"]), plain(row["field"]), plain(row["reason"]))
    out.print(table)


def check(found: Any) -> None:
    """What the doctor found."""
    out = console()
    out.print(
        plain(
            f"{found.commits} commits, {found.segments} segments ({found.bytes / 1e6:.1f} MB, {found.rows:,} rows), "
            f"{found.records:,} records in {found.versions:,} versions"
        )
    )
    for fault in found.faults:
        out.print(plain(f"fault: {fault}"))
    if not found.faults:
        out.print(plain("Everything is what the catalog says."))


def welcome(home: Path, first: Any) -> None:
    """The first minute: what is here, one profile, what changed, what to do next."""
    out = console()
    out.print(plain(f"Theriac is set up in {home}."))
    if first.loaded:
        out.print(plain("The starter dossier was loaded: a small sample of our own wording (Theriac summary, not label text)."))
    if first.profile is not None:
        profile(first.profile)
    if first.changes:
        out.print(Text("\nWhat changed", style="bold"))
        changes(first.changes)
    out.print(plain("\nNext: theriac load PATH (files, folders, archives) · theriac drug NAME · theriac search WORDS · theriac --help"))


def status(found: Sequence[StatusLine]) -> None:
    """Programmes, one line each."""
    out = console()
    table = table_of("drug", "condition", "organisation", "role", "stage", "activity", "authorisation", "market", "in one word")
    for one in found[: 8 * MOST]:
        activity = f"{one.activity}{f' ({one.stop_reason})' if one.stop_reason else ''}".replace("_", " ")
        decided = ", ".join(f"{place} {value}" + (f" {one.since[place]}" if place in one.since else "") for place, value in one.authorisation.items())
        market = ", ".join(f"{place} {value}" for place, value in one.market.items())
        names = (plain(one.drug_name), plain(one.condition_name or "all conditions"), plain(one.organisation or "all"))
        table.add_row(*names, one.role, one.stage.replace("_", " "), activity, plain(decided), plain(market), one.words)
    out.print(table)
    out.print(plain(f"{len(found)} programmes; --json gives each field's rule and the facts behind it"))


def timeline(found: Sequence[MilestoneLine]) -> None:
    """The milestones, oldest first."""
    table = table_of("date", "milestone", "where", "what", "record")
    for one in found:
        table.add_row(one.date, one.kind.replace("_", " "), one.jurisdiction or "", plain(one.detail or one.quote or ""), plain(one.record))
    console().print(table)

"""How the command line shows the shapes to people: tables and short lines with rich, plain where the output is no terminal.

Flows in: the shapes of `views`. Flows out: text. It computes nothing but the layout.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from theriac.views import SUMMARY_MARK, ChangeLine, Citation, Comparison, DrugProfile, Resolved, SearchHit, SourceLine, Stated, TrialLine

_MOST = 12
_MARK = "†"


def console() -> Console:
    """The terminal on stdout; a wide one where it is no terminal, so that nothing is cut in a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, soft_wrap=False)


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


def _table(*columns: str, title: str | None = None, right: Sequence[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _plain(value: object) -> Text:
    """Text as it is: what documents say is never read as markup."""
    return Text("" if value is None else str(value))


def load_report(report: Any) -> None:
    """What a load did."""
    out = console()
    counts = ("read", "new", "changed", "annotation_only", "unchanged", "superseded", "quarantined")
    table = _table("source", *(count.replace("_", " ") for count in counts), right=[count.replace("_", " ") for count in counts])
    for row in report.sources:
        table.add_row(row.source, *(f"{getattr(row, count):,}" for count in counts))
    out.print(table)
    for notice in report.notices:
        out.print(_plain(f"notice: {notice}"))
    if report.quarantine:
        out.print(_plain(f"\n{len(report.quarantine)} in quarantine (theriac quarantine lists them; nothing stored is lost):"))
        for one in report.quarantine[:_MOST]:
            place = " · ".join(part for part in (one.file, one.record, one.field) if part)
            out.print(_plain(f"  {place}: {one.reason}"))
    if report.unrecognised:
        out.print(_plain(f"\n{len(report.unrecognised)} files are in no format that Theriac reads:"))
        for path in report.unrecognised[:_MOST]:
            out.print(_plain(f"  {path}"))
        if len(report.unrecognised) > _MOST:
            out.print(_plain(f"  … and {len(report.unrecognised) - _MOST} more (--json lists all)"))
    out.print(_plain(f"\n{report.commits} commits, {report.seconds:.1f} s"))


def regimen_words(regimen: dict[str, Any]) -> str:
    """A regimen in one line: dose, frequency, duration and what else the label states."""
    parts = [_dose_words(regimen.get("dose")), _frequency_words(regimen.get("frequency")), _duration_words(regimen.get("duration"))]
    if regimen.get("until"):
        parts.append(f"until {regimen['until']}")
    if contact := regimen.get("contact_time"):
        parts.append(f"left on {_range(contact.get('value'), contact.get('high'))} {contact.get('unit')}")
    parts += [", ".join(regimen.get("when") or ()), f"on {regimen['site']}" if regimen.get("site") else ""]
    if area := regimen.get("area"):
        parts.append(f"area {_range(area.get('value'), area.get('high'))} {area.get('unit')}")
    return "; ".join(part for part in parts if part)


def _range(low: object, high: object) -> str:
    return f"{low}" if high in (None, low) else f"{low}–{high}"


def _dose_words(dose: dict[str, Any] | None) -> str:
    if not dose:
        return ""
    per = f"/{dose['per']}" if dose.get("per") else ""
    basis = {"day": " a day in all", "course": " in all"}.get(str(dose.get("basis")), "")
    return f"{_range(dose.get('low'), dose.get('high'))} {dose.get('unit')}{per}{basis}"


def _frequency_words(frequency: dict[str, Any] | None) -> str:
    if not frequency:
        return ""
    if frequency.get("once"):
        return "once"
    times = _range(frequency.get("times"), frequency.get("times_high"))
    period = _range(frequency.get("period", 1), frequency.get("period_high"))
    every = f"{times}× per {frequency.get('unit', '')}" if period == "1" else f"{times}× every {period} {frequency.get('unit', '')}"
    return every + (" as needed" if frequency.get("prn") else "")


def _duration_words(duration: dict[str, Any] | None) -> str:
    if not duration:
        return ""
    if duration.get("cycle_on"):
        cycles = f", {duration['cycles']} cycles" if duration.get("cycles") else ""
        return f"{duration['cycle_on']} {duration.get('unit')} on, {duration.get('cycle_off')} {duration.get('unit')} off{cycles}"
    bound = {"max": "at most ", "min": "at least "}.get(str(duration.get("bound")), "for ")
    return f"{bound}{_range(duration.get('value'), duration.get('high'))} {duration.get('unit')}"


def label(statements: Any) -> None:
    """What one label says, section by section, each with its quote."""
    whole = msgspec.to_builtins(statements)
    out = console()
    out.print(Text(f"\n{whole['set_id']} version {whole['version']} · {whole['document_type']} · {whole['jurisdiction']}", style="bold"))
    _clinical(out, {name: whole[name] if isinstance(whole[name], list) else [whole[name]] for name in _CLINICAL if name in whole})


_CLINICAL = ("indications", "not_indicated", "regimens", "cautions", "reactions", "interactions", "mechanism")


def _clinical(out: Console, sections: dict[str, Any]) -> None:
    """The clinical sections: where, product, statement, quote."""
    _section(out, "Indicated for", sections.get("indications"), lambda one: f"{one['name']}{_in_brackets(one.get('population'))}")
    _section(out, "Not indicated", sections.get("not_indicated"), lambda one: one["name"])
    _section(out, "How it is used", sections.get("regimens"), _regimen_line)
    _section(out, "Cautions", sections.get("cautions"), _caution_line)
    _section(out, "Adverse reactions", sections.get("reactions"), _reaction_line)
    _section(out, "Interactions", sections.get("interactions"), lambda one: f"{one.get('name', '')}: {one.get('effect') or one.get('advice') or ''}")
    mechanism = [one for one in sections.get("mechanism") or () if one.get("statements") or one.get("absence")]
    _section(out, "How it works", mechanism, lambda one: f"{one.get('certainty') or 'no statement'}")


def _caution_line(one: dict[str, Any]) -> str:
    return f"{one.get('kind', '')}: {one.get('title') or ', '.join(one.get('populations') or ())}"


def _in_brackets(text: str | None) -> str:
    return f" ({text})" if text else ""


def _regimen_line(one: dict[str, Any]) -> str:
    about = " · ".join(part for part in (one.get("product"), one.get("indication"), one.get("population"), one.get("phase")) if part)
    return f"{about}: {regimen_words(one)}" if about else regimen_words(one)


def _reaction_line(one: dict[str, Any]) -> str:
    rate = f" {one.get('operator') if one.get('operator') not in (None, '=') else ''}{one['percent']:g} %" if one.get("percent") is not None else ""
    versus = f" against {one['comparator_percent']:g} %" if one.get("comparator_percent") is not None else ""
    band = f" ({one['band']})" if one.get("band") else ""
    return f"{one['term']}{rate}{versus}{band}{_in_brackets(one.get('indication'))}"


def _section(out: Console, title: str, rows: Sequence[dict[str, Any]] | None, words: Any) -> None:
    if not rows:
        return
    table = _table("where", "product", "statement", "in the document's words", title=f"\n{title}")
    for one in rows[:_MOST]:
        quote = " ".join(str(one.get("quote") or "").split())
        kind = SUMMARY_MARK if one.get("says") else one.get("document_type")
        where = " ".join(str(part) for part in (one.get("jurisdiction"), kind) if part)
        shown = one.get("product_name") or ""
        table.add_row(_plain(where), _plain(shown), _plain(words(one)), _plain(quote[:140] + ("…" if len(quote) > 140 else "")))
    out.print(table)
    if len(rows) > _MOST:
        out.print(_plain(f"  … and {len(rows) - _MOST} more (--json lists all)"))


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
        out.print(_plain(f"as of {view.as_of}: documents seen by then"))
    _identity(out, view)
    _clinical(out, view.clinical)
    _products(out, view)
    _approvals(out, view)
    _patents(out, view)
    _labels(out, view)
    _matrix(out, view)
    for words in view.not_covered:
        out.print(_plain(f"· {words}"))
    _footer(out, view)


def _identity(out: Console, view: DrugProfile) -> None:
    by_kind: dict[str, list[str]] = {}
    for name in view.names:
        by_kind.setdefault(name.kind, []).append(name.text)
    for kind, texts in by_kind.items():
        more = f" … and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
        out.print(_plain(f"  {kind:<12}{', '.join(texts[:_MOST])}{more}"))
    if view.identifiers:
        own = [one.id for one in view.identifiers if one.of is None]
        out.print(_plain(f"  {'identifiers':<12}{', '.join(own)}"))
    if view.forms:
        out.print(_plain(f"  {'forms':<12}{', '.join(view.forms[:_MOST])}"))
    if view.parts:
        out.print(_plain(f"  {'parts':<12}{', '.join(view.parts)}"))
    if view.classes:
        out.print(_plain(f"  {'class':<12}{', '.join(dict.fromkeys(one.value for one in view.classes))}"))
    if view.in_combinations:
        more = f" … and {len(view.in_combinations) - 6} more" if len(view.in_combinations) > 6 else ""
        out.print(_plain(f"  {'combined in':<12}{', '.join(view.in_combinations[:6])}{more}"))


def _products(out: Console, view: DrugProfile) -> None:
    if not view.products:
        return
    table = _table("where", "application", "product", "form", "strength", "approved", "market", "holder", "source", title="\nProducts")
    for line in view.products[: 3 * _MOST]:
        table.add_row(
            line.jurisdiction,
            f"{line.application}{f' {line.number}' if line.number else ''}",
            _plain(line.name),
            _plain(line.form),
            _plain(line.strength),
            line.approved or "",
            _plain(_values(line.marketing)),
            _plain(line.holders[0].value if line.holders else ""),
            _plain(_source(line.citations[0])),
        )
    out.print(table)
    _explain_mark(out, (line.citations[0] for line in view.products))
    if len(view.products) > 3 * _MOST:
        out.print(_plain(f"  … and {len(view.products) - 3 * _MOST} more (--json lists all)"))


def _approvals(out: Console, view: DrugProfile) -> None:
    if not view.approvals:
        return
    first = [line for line in view.approvals if not line.what.startswith("supplement")]
    table = _table("date", "where", "application", "decision", "status", "detail", "source", title="\nApprovals (first decisions)")
    for line in first[: 2 * _MOST]:
        words = (_plain(line.status), _plain(line.detail), _plain(_source(line.citation)))
        table.add_row(line.date or "no date", line.jurisdiction, line.application, line.what, *words)
    out.print(table)
    _explain_mark(out, (line.citation for line in first))
    supplements = len(view.approvals) - len(first)
    if supplements or len(first) > 2 * _MOST:
        out.print(_plain(f"  … and {supplements} supplements, {max(0, len(first) - 2 * _MOST)} more first decisions (--json lists all)"))


def _patents(out: Console, view: DrugProfile) -> None:
    if view.patents:
        table = _table("patent", "application", "expires", "use codes", "source", title="\nListed patents (a listed patent is not a valid one)")
        for line in view.patents[:_MOST]:
            mark = " delisted" if line.delisted else ""
            table.add_row(f"{line.number}{mark}", line.application, line.expires or "", ", ".join(line.use_codes), _plain(_source(line.citation)))
        out.print(table)
    for exclusivity in view.exclusivities[:_MOST]:
        out.print(_plain(f"  exclusivity {exclusivity.code} of {exclusivity.application} until {exclusivity.expires or 'no date'}"))


def _labels(out: Console, view: DrugProfile) -> None:
    if not view.labels:
        return
    table = _table("where", "label", "version", "effective", "type", "set id", "source", title="\nLabels")
    for line in view.labels[:_MOST]:
        words = (_plain(line.document_type), line.set_id, _plain(_source(line.citation)))
        table.add_row(line.jurisdiction, _plain(line.title[:48]), line.version or "", line.effective or "", *words)
    out.print(table)


def _matrix(out: Console, view: DrugProfile) -> None:
    if not view.trials:
        return
    roles = Counter(line.role for line in view.trials)
    words = ", ".join(f"{count} {role}" for role, count in roles.most_common())
    table = _table("condition", "phase", "status", "trials", title=f"\nTrials: {len(view.trials)} ({words})", right=["trials"])
    for cell in view.trial_matrix[: 2 * _MOST]:
        table.add_row(_plain(cell.condition), cell.phase, cell.status.replace("_", " "), str(cell.trials))
    out.print(table)
    if len(view.trial_matrix) > 2 * _MOST:
        out.print(_plain(f"  … and {len(view.trial_matrix) - 2 * _MOST} more lines (theriac trials --drug {view.name} lists every trial)"))


def _footer(out: Console, view: DrugProfile) -> None:
    fresh = ", ".join(f"{line.source} {(line.data_timestamp or 'undated')[:10]}" for line in view.sources)
    out.print(_plain(f"\nSources and the dates of their data: {fresh}"))
    out.print(Text(view.notice, style="italic"))


def changes(found: Sequence[ChangeLine]) -> None:
    """The events, one line each."""
    out = console()
    table = _table("seen", "happened", "what", "drug", "record", "old → new")
    for one in found[: 8 * _MOST]:
        what = f"{_short(one.old)} → {_short(one.new)}" if one.old else _short(one.new)
        drugs = ", ".join(drug.name for drug in one.drugs[:3])
        words = what or _short(one.quote_new or one.quote_old)
        table.add_row(one.seen[:10], one.happened or "", one.kind, _plain(drugs), _plain(one.record), _plain(words))
    out.print(table)
    more = f", the first {8 * _MOST} shown (--json prints all)" if len(found) > 8 * _MOST else ""
    out.print(_plain(f"{len(found)} events{more}"))


def _short(text: str | None) -> str:
    bare = " ".join((text or "").split())
    return bare if len(bare) <= 90 else bare[:88] + "…"


def versions(record: str, lines: Sequence[Any]) -> None:
    """A record's versions."""
    table = _table("no.", "label", "seen from", "until", "format", title=record)
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
    table = _table("trial", "phase", "status", "role", "intervention", "conditions", "sponsor", "primary completion")
    for line in found:
        table.add_row(
            line.trial.removeprefix("nct:"),
            line.phase or "",
            (line.status or "").lower().replace("_", " "),
            line.role,
            _plain(line.intervention),
            _plain("; ".join(line.conditions)),
            _plain(line.sponsor),
            line.primary_completion or "",
        )
    out = console()
    out.print(table)
    out.print(_plain(f"{len(found)} trials"))


def resolution(found: Resolved) -> None:
    """What a name means and why."""
    out = console()
    if found.entity:
        out.print(_plain(f"{found.query} → {found.entity}  (score {found.score:.2f}: {found.reason})"))
        return
    out.print(_plain(f"{found.query}: {found.kind}: {found.reason}"))
    for one in found.candidates:
        out.print(_plain(f"  {one.entity}  {one.name}  (score {one.score:.2f}: {one.reason})"))


def hits(found: Sequence[SearchHit], words: str) -> None:
    """Search results."""
    out = console()
    if not found:
        out.print(_plain(f"Nothing loaded holds {words!r}."))
        return
    table = _table("score", "kind", "record", "title", right=["score"])
    for hit in found:
        table.add_row(f"{hit.score:.1f}", hit.kind, hit.record, _plain(hit.title))
    out.print(table)


def sources(rows: Sequence[SourceLine]) -> None:
    """The freshness ledger."""
    out = console()
    if not rows:
        out.print(_plain("Nothing is loaded yet; `theriac load PATH` reads files, `theriac up` loads the starter dossier."))
        return
    table = _table("source", "data of", "last success", "records", "versions", "failures", right=["records", "versions", "failures"])
    for row in rows:
        table.add_row(
            row.source, (row.data_timestamp or "")[:10], (row.last_success or "")[:19], f"{row.records:,}", f"{row.versions:,}", str(row.failures)
        )
    out.print(table)


def quarantine(rows: Sequence[dict[str, object]]) -> None:
    """What was set aside."""
    out = console()
    if not rows:
        out.print(_plain("Nothing is in quarantine."))
        return
    table = _table("file", "record", "field", "reason")
    for row in rows:
        table.add_row(_plain(row["file"]), _plain(row["record"]), _plain(row["field"]), _plain(row["reason"]))
    out.print(table)


def check(found: Any) -> None:
    """What the doctor found."""
    out = console()
    out.print(
        _plain(
            f"{found.commits} commits, {found.segments} segments ({found.bytes / 1e6:.1f} MB, {found.rows:,} rows), "
            f"{found.records:,} records in {found.versions:,} versions"
        )
    )
    for fault in found.faults:
        out.print(_plain(f"fault: {fault}"))
    if not found.faults:
        out.print(_plain("Everything is what the catalog says."))


def welcome(home: Path, first: Any) -> None:
    """The first minute: what is here, one profile, what changed, what to do next."""
    out = console()
    out.print(_plain(f"Theriac is set up in {home}."))
    if first.loaded:
        out.print(_plain("The starter dossier was loaded: a small sample of our own wording (Theriac summary, not label text)."))
    if first.profile is not None:
        profile(first.profile)
    if first.changes:
        out.print(Text("\nWhat changed", style="bold"))
        changes(first.changes)
    out.print(_plain("\nNext: theriac load PATH (files, folders, archives) · theriac drug NAME · theriac search WORDS · theriac --help"))

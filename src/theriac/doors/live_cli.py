"""`theriac sync` and `theriac follow`: the live sources asked, and what is kept complete.

Flows in: arguments. Flows out: passes, shown as bars on a terminal and as plain lines elsewhere. No logic.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from theriac.doors.door import Home, Json, opened, print_json
from theriac.doors.layout import console, plain, table_of

_COUNTS = ("records", "new", "changed", "removed", "quarantined", "requests")


def sync(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources, as `theriac sources` names them; all of them without it.")] = None,
    drug: Annotated[str | None, typer.Option("--drug", help="Everything about one drug, from all sources.")] = None,
    full: Annotated[str | None, typer.Option("--full", help="All of one source; goes on where an earlier run was cut.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked, and ask nothing.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Ask the live sources for what changed since the last success; alerts run after each."""
    with opened(home, create=True) as store:
        if dry_run:
            planned = store.keeper.plan(sources or (), drug=drug, full=full)
            for one in planned:
                if json:
                    print_json(one)
                else:
                    typer.echo(f"{one.source}{f' ({one.name})' if one.name else ''}, {one.depth}:")
                    for address in one.asks:
                        typer.echo(f"  {address}")
            return
        with _shown(quiet=json) as shown:
            report = store.keeper.sync(sources or (), drug=drug, full=full, tell=shown.progress, say=shown.say)
    if json:
        print_json(report)
    else:
        _report(report)
    if report.failed:
        raise typer.Exit(1)


def follow(
    names: Annotated[list[str] | None, typer.Argument(help="Names to keep complete; without it, what is followed is listed.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="No longer keep these names complete.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Keep drugs complete from sources that are too large to mirror; `theriac sync` brings what is followed."""
    with opened(home, create=True) as store:
        for name in names or ():
            if remove:
                store.keeper.unfollow(name)
            else:
                store.keeper.follow(name)
        found = store.keeper.follows()
    for one in found:
        if json:
            print_json(one)
        else:
            typer.echo(f"{one.name} (since {one.added_at[:10]})")
    if not found and not json:
        typer.echo("Nothing is followed; `theriac follow NAME` keeps a drug complete.")


class _Shown:
    """Where a sync tells how far it is: bars, or a line for each source that begins."""

    def __init__(self, bar: Progress | None, *, quiet: bool) -> None:
        self.bar = bar
        self.quiet = quiet
        self.tasks: dict[str, TaskID] = {}

    def progress(self, state: Any) -> None:
        """Moves the bar of a pass."""
        name = f"{state.source}{f' · {state.name}' if state.name else ''} · {state.depth}"
        if self.bar is not None:
            if name not in self.tasks:
                self.tasks[name] = self.bar.add_task(name, total=None, size="")
            self.bar.update(self.tasks[name], completed=state.records, total=state.total, size=f"{state.bytes / 1e6:,.1f} MB")
        elif not self.quiet and name not in self.tasks:
            self.tasks[name] = TaskID(0)
            self.say(name)

    def say(self, words: str) -> None:
        """A line of its own: a wait, a fault that passed."""
        if self.bar is not None:
            self.bar.console.print(plain(words))
        else:
            sys.stderr.write(f"theriac: {words}\n")


@contextmanager
def _shown(*, quiet: bool) -> Iterator[_Shown]:
    if quiet or not sys.stderr.isatty():
        yield _Shown(None, quiet=quiet)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[size]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield _Shown(bar, quiet=quiet)


def _report(report: Any) -> None:
    out = console()
    table = table_of("source", "of", "outcome", *_COUNTS, "MB", right=[*_COUNTS, "MB"])
    for run in report.sources:
        counts = (f"{getattr(run, count):,}" for count in _COUNTS)
        table.add_row(run.source, plain(run.name or run.depth), run.outcome.replace("_", " "), *counts, f"{run.bytes / 1e6:,.1f}")
    if report.sources:
        out.print(table)
    for run in report.sources:
        if run.message:
            out.print(plain(f"{run.source}: {run.message}"))
    for notice in [*report.notices, *(notice for run in report.sources for notice in run.notices)]:
        out.print(plain(f"notice: {notice}"))

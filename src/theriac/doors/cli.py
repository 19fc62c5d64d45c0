"""The command line: `theriac COMMAND`. Reads arguments, asks the API, prints for people or, with `--json`, the shapes of `views`.

Errors go to stderr as one sentence with the next step; exit 0 done, 1 user error, 2 usage, 3 loaded but too much in quarantine.
"""

from pathlib import Path
from typing import Annotated

import typer

from theriac import api
from theriac.doors import alert_cli, expected_cli, live_cli, mcp_cli, people_cli, serve_cli, statements, structure_cli, target_cli, terminal
from theriac.doors.door import AsOf, Home, Json, door, opened, print_json
from theriac.settings import read_settings

app = typer.Typer(
    name="theriac",
    help="An open drug-intelligence database that you run yourself. Information from public documents, not medical advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
@door
def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders or archives; each source's format is recognised by content.")],
    seen: Annotated[str | None, typer.Option("--seen", help="The day on which these documents were the current ones.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Load files, folders and archives: versions kept, names resolved, a run report."""
    with opened(home, create=True) as store, terminal.load_progress(quiet=json) as shown:
        report = store.load(list(paths), seen=seen, progress=shown.progress, waiting=shown.waiting)
    if json:
        print_json(report)
    else:
        terminal.load_report(report)
    if report.exceeds(read_settings(home).quarantine_share):
        raise typer.Exit(3)


@app.command()
@door
def drug(
    name: Annotated[str, typer.Argument(help="A name, brand, code or identifier.")], as_of: AsOf = None, home: Home = None, json: Json = False
) -> None:
    """Show a drug's profile: identity, products, approvals, patents, labels, trials; every statement with its document."""
    with opened(home) as store:
        profile = store.drug(name, as_of)
    if json:
        print_json(profile)
    else:
        terminal.profile(profile)


@app.command()
@door
def label(
    paths: Annotated[list[str], typer.Argument(help="Label files (openFDA JSON, SPL XML, EU leaflet), or set ids of loaded labels.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Read what labels say: indications, regimens, cautions, reactions, interactions; a file needs no store."""
    for path in paths:
        if Path(path).exists():
            found = api.read_labels(path)
        else:
            with opened(home) as store:
                found = store.label(path)
        for found_label in found:
            if json:
                print_json(found_label)
            else:
                statements.label(found_label)


@app.command()
@door
def trials(
    drug: Annotated[str | None, typer.Option("--drug", help="A drug's name or id.")] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="A condition's name or id.")] = None,
    status: Annotated[list[str] | None, typer.Option("--status", help="Keep this status (repeatable): recruiting, terminated …")] = None,
    phase: Annotated[list[str] | None, typer.Option("--phase", help='Keep this phase (repeatable): "phase 3", "phase 1/phase 2" …')] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help="Keep trials in which the drug is this: investigated, comparator …")] = None,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """List the trials of a drug or a condition, one JSON object a line with --json."""
    with opened(home) as store:
        found = store.trials(drug=drug, condition=condition, status=status or (), phase=phase or (), role=role or (), as_of=as_of)
    if json:
        for line in found:
            print_json(line)
    else:
        terminal.trials(found)


@app.command()
@door
def status(
    drug: Annotated[str | None, typer.Option("--drug", help="Of this drug.")] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="Of this condition.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="Of the drugs that work on this target.")] = None,
    drug_class: Annotated[str | None, typer.Option("--class", help="Of the drugs of this class.")] = None,
    org: Annotated[str | None, typer.Option("--org", help="Of this sponsor or holder.")] = None,
    rolled_up: Annotated[bool, typer.Option("--rolled-up", help="Over all organisations only.")] = False,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show how far development has got and whether it still moves, per condition and organisation, by which rule, on which facts."""
    with opened(home) as store:
        asked = {"drug": drug, "condition": condition, "target": target, "drug_class": drug_class, "org": org}
        found = store.status(**asked, rolled_up=rolled_up, as_of=as_of)
    if json:
        for line in found:
            print_json(line)
    else:
        terminal.status(found)


@app.command()
@door
def landscape(
    out: Annotated[Path, typer.Argument(help="The file to write: .csv or .parquet.")],
    drug: Annotated[list[str] | None, typer.Option("--drug", help="Only this drug (repeatable); all drugs without it.")] = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="Target × condition × stage in the place of single programmes.")] = False,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Write all programmes (or the target × condition × stage matrix) to a CSV or Parquet file."""
    with opened(home) as store:
        table = (store.landscape if matrix else store.programmes)(drugs=drug, as_of=as_of)
        rows = store.export(table, out)
    typer.echo(f"Wrote {rows:,} rows to {out}.")


@app.command()
@door
def timeline(drug: Annotated[str, typer.Argument(help="A drug.")], as_of: AsOf = None, home: Home = None, json: Json = False) -> None:
    """Show a drug's milestones: first trials, results, approvals, new uses, label safety changes, expiries."""
    with opened(home) as store:
        found = store.timeline(drug, as_of)
    if json:
        for line in found:
            print_json(line)
    else:
        terminal.timeline(found)


@app.command()
@door
def mechanism(
    drug: Annotated[str, typer.Argument(help="A drug.")],
    to: Annotated[str | None, typer.Option("--to", help="An effect: a gene, a process, a disease.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write the drawing.")] = None,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show how a drug works: targets, chains of steps each with its source, off-targets kept apart."""
    with opened(home) as store:
        view = store.mechanism(drug, to, as_of)
    if svg is not None:
        svg.write_text(api.drawn(view))
    if json:
        print_json(view)
    else:
        statements.mechanism(view)


@app.command()
@door
def check(
    drug: Annotated[str, typer.Argument(help="A drug.")],
    with_: Annotated[list[str] | None, typer.Option("--with", help="Another drug taken with it (repeatable).")] = None,
    condition: Annotated[list[str] | None, typer.Option("--condition", help="A condition of the person (repeatable).")] = None,
    pregnant: Annotated[bool, typer.Option("--pregnant")] = False,
    lactating: Annotated[bool, typer.Option("--lactating")] = False,
    immunosuppressed: Annotated[bool, typer.Option("--immunosuppressed")] = False,
    age: Annotated[float | None, typer.Option("--age", help="In years.")] = None,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show what the loaded labels of all drugs named state for a situation; never a verdict."""
    with opened(home) as store:
        found = store.check(
            drug,
            with_drugs=with_ or (),
            conditions=condition or (),
            pregnant=pregnant,
            lactating=lactating,
            immunosuppressed=immunosuppressed,
            age=age,
            as_of=as_of,
        )
    if json:
        print_json(found)
    else:
        statements.checked(found)


@app.command()
@door
def plan(
    drug: Annotated[str, typer.Argument(help="A drug.")],
    condition: Annotated[str, typer.Option("--for", help="The condition, in the label's words.")],
    start: Annotated[str, typer.Option("--start", help="The first day (2026-11-23).")],
    product: Annotated[str | None, typer.Option("--product", help="The product's name or strength.")] = None,
    jurisdiction: Annotated[str | None, typer.Option("--jurisdiction", help="US or EU.")] = None,
    tz: Annotated[str, typer.Option("--tz", help="The time zone.")] = "UTC",
    at: Annotated[str, typer.Option("--at", help="The time of day of an application.")] = "21:00",
    ics: Annotated[Path | None, typer.Option("--ics", help="Write an iCalendar file.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Make a dosing calendar from exactly one fixed, quoted regimen of a loaded label, or say why none is made."""
    with opened(home) as store:
        made = store.plan(drug, condition=condition, start=start, product=product, jurisdiction=jurisdiction, zone=tz, at=at)
    if json:
        print_json(made)
    else:
        statements.plan(made)
    if api.refused(made):
        raise typer.Exit(1)
    if ics is not None:
        ics.write_text(api.calendar_text(made), newline="")


@app.command()
@door
def changes(
    since: Annotated[str | None, typer.Option("--since", help="From this day on (2024, 2024-03 or 2024-03-07).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Up to this day.")] = None,
    drug: Annotated[str | None, typer.Option("--drug", help="Of this drug.")] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="Of this condition.")] = None,
    org: Annotated[str | None, typer.Option("--org", help="Of this sponsor or holder.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="What this rule matches, in the language of alerts.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Of this kind (repeatable): trial.stopped, label.* …")] = None,
    source: Annotated[str | None, typer.Option("--source", help="From this source.")] = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="The oldest first.")] = False,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show what changed, newest first: typed events with old, new, quotes and both versions."""
    kinds = [one for text in kind or () for one in text.split(",")]
    with opened(home) as store:
        found = store.changes(since=since, until=until, drug=drug, condition=condition, org=org, kinds=kinds, source=source, rule=rule, as_of=as_of)
    if oldest_first:
        found = found[::-1]
    if json:
        for line in found:
            print_json(line)
    else:
        terminal.changes(found)


@app.command()
@door
def history(
    record: Annotated[str, typer.Argument(help="A record (source:key, or the bare key).")],
    compare: Annotated[tuple[int, int] | None, typer.Option("--compare", help="Two versions by number: what differs, word by word.")] = None,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """List a record's versions, or compare two of them word by word."""
    with opened(home) as store:
        if compare is not None:
            difference = store.compare(record, *compare)
            if json:
                print_json(difference)
            else:
                terminal.comparison(difference)
            return
        lines = store.history(record, as_of)
    if json:
        for line in lines:
            print_json(line)
    else:
        terminal.versions(record, lines)


@app.command()
@door
def resolve(
    name: Annotated[str, typer.Argument(help="A name, brand, code or identifier.")],
    kind: Annotated[str | None, typer.Option("--kind", help="drug, condition, target or class.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Explain what a name means: the entity, the score and why, or the candidates."""
    with opened(home) as store:
        found = store.resolve(name, kind)
    if json:
        print_json(found)
    else:
        terminal.resolution(found)
    if found.entity is None:
        raise typer.Exit(1)


@app.command()
@door
def search(
    words: Annotated[list[str], typer.Argument(help="Words of a title, name or text.")],
    kind: Annotated[str | None, typer.Option("--kind", help="study, label, application or medicine.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    home: Home = None,
    json: Json = False,
) -> None:
    """Find records by words in titles, names and texts."""
    with opened(home) as store:
        hits = store.search(" ".join(words), limit, kind)
    if json:
        for hit in hits:
            print_json(hit)
    else:
        terminal.hits(hits, " ".join(words))


@app.command()
@door
def sources(home: Home = None, json: Json = False) -> None:
    """Show the freshness ledger: per source the last success, the data's own date, records and failures."""
    with opened(home) as store:
        rows = store.sources()
    if json:
        for row in rows:
            print_json(row)
    else:
        terminal.sources(rows)


@app.command()
@door
def quarantine(
    retry: Annotated[bool, typer.Option("--retry", help="Read everything in quarantine again.")] = False, home: Home = None, json: Json = False
) -> None:
    """List what could not be read, with file, record and reason; --retry reads it again."""
    with opened(home) as store:
        if retry:
            report = store.retry_quarantine()
            if json:
                print_json(report)
            else:
                terminal.load_report(report)
            return
        rows = store.quarantine()
    if json:
        for row in rows:
            print_json(row)
    else:
        terminal.quarantine(rows)


@app.command()
@door
def decide(
    mention: Annotated[str, typer.Argument(help="The name as documents write it.")],
    entity: Annotated[str, typer.Argument(help="The entity's id, as `theriac resolve` prints it.")],
    author: Annotated[str, typer.Option("--author", help="Who decides.")],
    why: Annotated[str, typer.Option("--why", help="The reason, kept with the decision.")] = "",
    record: Annotated[str, typer.Option("--record", help="Only in this record (source:key).")] = "",
    kind: Annotated[str, typer.Option("--kind", help="drug or condition.")] = "drug",
    home: Home = None,
) -> None:
    """Settle what an ambiguous name means; kept as data with its author."""
    with opened(home) as store:
        store.decide(mention, entity, author=author, why=why, record=record, kind=kind)
    typer.echo(f"{mention} means {entity}{f' in {record}' if record else ''}, says {author}.")


@app.command()
@door
def doctor(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make both caches anew from the segments first.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Check every segment's checksum and counts against the catalog."""
    with opened(home) as store:
        check = store.doctor(rebuild=rebuild)
    if json:
        print_json(check)
    else:
        terminal.check(check)
    if check.faults:
        raise typer.Exit(1)


@app.command()
@door
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")], home: Home = None) -> None:
    """Write the whole home into one file."""
    with opened(home) as store:
        size = store.backup(file)
    typer.echo(f"Wrote {file} ({size / 1e6:.1f} MB). `theriac restore {file} --home FOLDER` brings it back.")


@app.command()
@door
def restore(file: Annotated[Path, typer.Argument(help="A file that `theriac backup` wrote.")], home: Home = None) -> None:
    """Make a new home from a backup."""
    settings = read_settings(home)
    with api.restore(file, settings) as store:
        lines = store.sources()
    typer.echo(f"Restored {sum(line.records for line in lines):,} records into {settings.home}.")


@app.command()
@door
def schema() -> None:
    """Print the JSON Schema of every shape."""
    print_json(api.json_schema())


app.add_typer(alert_cli.app, name="alert")
app.add_typer(people_cli.users, name="user")
app.add_typer(people_cli.tokens, name="token")
app.command()(door(people_cli.flag))
app.command()(door(people_cli.flags))
app.command()(door(alert_cli.deliveries))
app.command()(door(expected_cli.expected))
app.command()(door(mcp_cli.mcp))
app.command()(door(structure_cli.structure))
app.command()(door(structure_cli.similar))
app.command()(door(target_cli.target))
app.command()(door(live_cli.sync))
app.command()(door(live_cli.follow))
app.command("class")(door(target_cli.drug_class))
app.command()(door(serve_cli.up))


def main() -> None:
    """The console script."""
    app()

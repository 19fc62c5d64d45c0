"""`theriac alert …`: rules to watch, tested over history, and what is due.

Flows in: arguments. Flows out: the shapes of `alerts`, as text or JSON. No logic.
"""

from typing import Annotated

import typer

from theriac.doors import alert_views
from theriac.doors.door import Home, Json, door, opened, print_json

app = typer.Typer(help="Say what to watch and how often, and be told what changed.", no_args_is_help=True, rich_markup_mode=None)

Rule = Annotated[str, typer.Argument(help='The rule: drug:imiquimod kind:trial.stopped,label.* -"cream" … (blank = and, comma = or, - = not).')]
Every = Annotated[str, typer.Option("--every", help="day, week, month or now.")]
At = Annotated[str | None, typer.Option("--at", help="The time of day, 08:00.")]
On = Annotated[str | None, typer.Option("--on", help="The day: monday …, or a day of the month.")]
Zone = Annotated[str | None, typer.Option("--tz", help="The time zone, Europe/Berlin.")]
To = Annotated[list[str] | None, typer.Option("--to", help="mailto:…, https://… (signed webhook), feed, a folder or an Apprise URL (repeatable).")]
Nothing = Annotated[bool, typer.Option("--also-when-nothing", help="Tell also that nothing changed, with what was checked.")]
Number = Annotated[str, typer.Argument(help="The alert's id, as `theriac alert list` prints it.")]


@app.command()
@door
def add(
    rule: Rule,
    every: Every = "day",
    at: At = None,
    on: On = None,
    tz: Zone = None,
    to: To = None,
    also_when_nothing: Nothing = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Watch a rule from now on."""
    with opened(home) as store:
        made = store.alerts.add(rule, every=every, at=at, on=on, tz=tz, to=to or ["feed"], also_when_nothing=also_when_nothing)
    if json:
        print_json(made)
    else:
        alert_views.alert_added(made)


@app.command("list")
@door
def list_alerts(home: Home = None, json: Json = False) -> None:
    """List every alert."""
    with opened(home) as store:
        found = store.alerts.listed()
    if json:
        for line in found:
            print_json(line)
    else:
        alert_views.alerts(found)


@app.command()
@door
def show(number: Number, home: Home = None, json: Json = False) -> None:
    """Show an alert and what it has told."""
    with opened(home) as store:
        found, digests = store.alerts.shown(number), store.alerts.digests(number)
    if json:
        print_json({"alert": found, "digests": digests})
    else:
        alert_views.alerts([found])
        alert_views.digests(digests)


@app.command()
@door
def edit(
    number: Number,
    rule: Annotated[str | None, typer.Option("--rule", help="The new rule.")] = None,
    every: Annotated[str | None, typer.Option("--every", help="day, week, month or now.")] = None,
    at: At = None,
    on: On = None,
    tz: Zone = None,
    to: To = None,
    also_when_nothing: Annotated[
        bool | None, typer.Option("--also-when-nothing/--only-changes", help="Tell also that nothing changed, or only what changed.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Change an alert."""
    with opened(home) as store:
        made = store.alerts.edit(number, rule=rule, every=every, at=at, on=on, tz=tz, to=to, also_when_nothing=also_when_nothing)
    if json:
        print_json(made)
    else:
        alert_views.alert_added(made)


@app.command()
@door
def pause(number: Number, home: Home = None) -> None:
    """Silence an alert; nothing is lost meanwhile."""
    with opened(home) as store:
        alert_views.alerts([store.alerts.pause(number)])


@app.command()
@door
def resume(number: Number, home: Home = None) -> None:
    """Let a paused alert go on where it stopped."""
    with opened(home) as store:
        alert_views.alerts([store.alerts.resume(number)])


@app.command()
@door
def remove(number: Number, home: Home = None) -> None:
    """End an alert."""
    with opened(home) as store:
        store.alerts.remove(number)
    typer.echo(f"{number} is ended.")


@app.command("test")
@door
def backtest(
    rule: Rule,
    since: Annotated[str, typer.Option("--since", help="From this day on.")] = "1900",
    every: Every = "month",
    at: At = None,
    on: On = None,
    tz: Zone = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show what a rule would have sent over the stored history, with counts per month."""
    with opened(home) as store:
        found = store.alerts.test(rule, since=since, every=every, at=at, on=on, tz=tz)
    if json:
        print_json(found)
    else:
        alert_views.backtest(found)


@app.command()
@door
def run(
    now: Annotated[str | None, typer.Option("--now", help="As if it were this moment (2026-11-23T08:00:00Z).")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Do what is due: match new events, compose the windows that are over, deliver."""
    with opened(home) as store:
        done = store.alerts.run(now)
    if json:
        print_json(done)
    else:
        alert_views.alert_run(done)


def deliveries(
    alert: Annotated[str | None, typer.Option("--alert", help="Only of this alert.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="waiting, sent or dead.")] = None,
    retry: Annotated[str | None, typer.Option("--retry", help="Try given-up digests again: one digest's id, or an alert's.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show every attempt to deliver a digest, or try again what was given up."""
    with opened(home) as store:
        revived = store.alerts.retry(retry) if retry else None
        found = [] if retry else store.alerts.deliveries(alert=alert, state=state)
    if revived is not None:
        alert_views.revived(revived, json=json)
    elif json:
        for line in found:
            print_json(line)
    else:
        alert_views.deliveries(found)

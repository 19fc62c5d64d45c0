"""How alerts, backtests and deliveries read in a terminal.

Flows in: the shapes of `alerts`. Flows out: tables and short lines. It computes nothing but the layout.
"""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from theriac.doors.door import print_json
from theriac.doors.layout import console, plain, table_of


def alerts(found: Sequence[Any]) -> None:
    """The alerts, one line each."""
    out = console()
    if not found:
        out.print(plain("No alert is set; theriac alert add 'drug:NAME' --every week sets one."))
        return
    table = table_of("alert", "watches", "told", "to", "state", "told until")
    for one in found:
        table.add_row(one.id, plain(one.sentence), plain(one.schedule), plain(", ".join(one.targets)), one.state, one.told_until[:16])
    out.print(table)


def alert_added(made: Any) -> None:
    """A new or changed alert, with what is shown only once."""
    alerts([made.alert])
    out = console()
    for target, secret in made.signing_secrets.items():
        out.print(plain(f"signing secret of {target} (shown once): {secret}"))
    if made.feed:
        out.print(plain(f"feed: {made.feed}"))


def digests(found: Sequence[Any]) -> None:
    """Digests, each with its items."""
    out = console()
    for one in found:
        out.print(Text(f"\n{one.title}", style="bold"))
        for group in one.groups:
            out.print(plain(f"  {group.heading}"))
            for item in (item for section in group.sections for item in section.items):
                change = " → ".join(value for value in (item.old, item.new) if value)
                out.print(plain(f"    {': '.join(part for part in (item.said, item.title, change) if part)}"))


def backtest(found: Any) -> None:
    """What a rule would have sent."""
    out = console()
    out.print(plain(f"{found.sentence} ({found.schedule}): {found.matched} events in {len(found.digests)} digests since {found.since}"))
    table = table_of("month", "digests", "items", right=["digests", "items"])
    for month in found.months:
        table.add_row(month.month, str(month.digests), str(month.items))
    out.print(table)
    digests(found.digests[-3:])


def alert_run(done: Any) -> None:
    """What a run did."""
    counts = f"{done.events} events looked at, {done.alerts} alerts, {done.digests} digests; {done.sent} sent, {done.failed} to be tried again"
    console().print(plain(f"{counts}, {done.dead} given up"))


def deliveries(found: Sequence[Any]) -> None:
    """Every attempt."""
    table = table_of("at", "alert", "target", "window", "items", "try", "state", "what was said", right=["items", "try"])
    for one in found:
        table.add_row(one.at[:16], one.alert, plain(one.target), plain(one.window), str(one.items), str(one.attempt), one.state, plain(one.outcome))
    console().print(table)


def revived(count: int, *, json: bool) -> None:
    """How many given-up digests wait again."""
    if json:
        print_json({"revived": count})
    else:
        console().print(plain(f"{count} digest{'' if count == 1 else 's'} given up before will be tried again; theriac alert run does it."))

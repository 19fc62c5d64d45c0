"""`theriac expected`: the dates that documents expect, as a table, JSON or a calendar file.

Flows in: arguments. Flows out: lines of `views`, or an .ics file. No logic.
"""

from pathlib import Path
from typing import Annotated

import typer

from theriac import api
from theriac.doors.door import AsOf, Home, Json, opened, print_json
from theriac.doors.layout import console, plain, table_of


def expected(
    drug: Annotated[str | None, typer.Option("--drug", help="A drug by any name.")] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="A condition by any name.")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Write the dates to this calendar file.")] = None,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show which dates documents expect: completions of running trials, ends of listed patents and exclusivities."""
    with opened(home) as store:
        lines = store.expected(drug=drug, condition=condition, as_of=as_of)
    if ics is not None:
        ics.write_text(api.expected_calendar(f"Expected dates: {drug or condition}", lines), encoding="utf-8")
        typer.echo(f"Wrote {len(lines)} dates to {ics}.")
    elif json:
        for line in lines:
            print_json(line)
    else:
        table = table_of("date", "what", "title", "note", "document")
        for line in lines:
            table.add_row(line.date, line.kind.replace("_", " "), plain(line.title), plain(line.note), plain(line.record))
        console().print(table if lines else "No loaded document states a date to come.")

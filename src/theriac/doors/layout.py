"""The few pieces of layout that every terminal view uses: the console, tables without boxes, text taken as it is.

Flows in: values. Flows out: rich renderables. What documents say is never read as markup.
"""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

MOST = 12


def console() -> Console:
    """The terminal on stdout; a wide one where it is no terminal, so that nothing is cut in a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, soft_wrap=False)


def table_of(*columns: str, title: str | None = None, right: Sequence[str] = ()) -> Table:
    """A table without boxes whose cells fold; the columns named in `right` stand flush right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def plain(value: object) -> Text:
    """Text as it is: what documents say is never read as markup."""
    return Text("" if value is None else str(value))

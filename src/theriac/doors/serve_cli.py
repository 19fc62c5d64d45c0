"""`theriac up`: what is there, and the service over it.

Flows in: arguments. Flows out: the welcome, then the service's address. The service's packages are imported only when it is asked for.
"""

from typing import Annotated

import typer

from theriac.doors import terminal
from theriac.doors.door import Home, opened
from theriac.settings import read_settings


def up(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Set up and show what is there, then exit.")] = False,
    host: Annotated[str, typer.Option("--host", help="The address to answer at; one that others can reach needs an account first.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8017,
    home: Home = None,
) -> None:
    """Load the starter dossier into an empty home, show imiquimod's profile and what changed in it, and serve pages and REST."""
    settings = read_settings(home)
    with opened(home, create=True) as store, terminal.load_progress(quiet=False) as shown:
        first = store.begin(progress=shown.progress, waiting=shown.waiting)
    terminal.welcome(settings.home, first)
    if not no_serve:
        from theriac.doors.web.serve import serve

        serve(settings, host, port, lambda address: typer.echo(f"\nTheriac answers at {address} (stop with Ctrl-C)."))

"""What every command shares: its common options, opening a home, printing JSON, and turning our errors into one sentence and an exit code."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from theriac import api
from theriac.errors import TheriacError
from theriac.settings import read_settings

Home = Annotated[Path | None, typer.Option("--home", help="The folder that holds everything (default: THERIAC_HOME, else the user's data folder).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON in the published shapes.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Answer with the documents seen by this day (2024, 2024-03 or 2024-03-07).")]
F = TypeVar("F", bound=Callable[..., Any])


def door(command: F) -> F:
    """The command with Theriac's own errors told as one sentence on stderr and the contract's exit code."""

    @wraps(command)
    def entered(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except TheriacError as error:
            sys.stderr.write(f"theriac: {error}\n")
            raise typer.Exit(error.exit_code) from error

    return entered  # type: ignore[return-value]


def opened(home: Path | None, *, create: bool = False) -> api.Theriac:
    """The home that the command works on."""
    return api.open_home(settings=read_settings(home), create=create)


def print_json(value: object) -> None:
    """One JSON value on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")

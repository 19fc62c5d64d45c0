"""`theriac user …`, `theriac token …`, `theriac flag` and `flags`: people, their programs, and what they hold to be wrong.

Flows in: arguments; passwords from a prompt or standard input, never from the command line, where others could read them. Flows out: text or JSON.
"""

import sys
from typing import Annotated

import typer

from theriac.doors.door import Home, Json, door, opened, print_json
from theriac.doors.layout import console, plain, table_of
from theriac.errors import UserError

users = typer.Typer(help="Who may use the service, and as what: reader, editor, admin.", no_args_is_help=True, rich_markup_mode=None)
tokens = typer.Typer(help="Tokens by which programs use the service.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="The account's name.")]
Role = Annotated[str, typer.Option("--role", help="reader, editor (alerts, flags, decisions) or admin.")]


@users.command()
@door
def add(name: Name, role: Role = "reader", home: Home = None) -> None:
    """Add an account; the password is asked for, or read from standard input."""
    password = _password()
    with opened(home, create=True) as store:
        made = store.people().add(name, password, role)
    typer.echo(f"{made.name} may sign in as {made.role}.")


@users.command("list")
@door
def list_users(home: Home = None, json: Json = False) -> None:
    """List the accounts."""
    with opened(home) as store:
        found = store.people().listed()
    if json:
        for line in found:
            print_json(line)
        return
    table = table_of("name", "role", "since")
    for one in found:
        table.add_row(plain(one.name), one.role, one.created[:10])
    console().print(table if found else "Nobody has an account: the service answers this machine only, and asks for no password.")


@users.command()
@door
def passwd(name: Name, home: Home = None) -> None:
    """Change a password; the person is signed out everywhere."""
    password = _password()
    with opened(home) as store:
        store.people().change_password(name, password)
    typer.echo(f"{name} has a new password and is signed out everywhere.")


@users.command("role")
@door
def change_role(name: Name, role: Annotated[str, typer.Argument(help="reader, editor or admin.")], home: Home = None) -> None:
    """Change what a person may do."""
    with opened(home) as store:
        store.people().change_role(name, role)
    typer.echo(f"{name} is {role} now.")


@users.command("remove")
@door
def remove_user(name: Name, home: Home = None) -> None:
    """End an account with its sessions and tokens."""
    with opened(home) as store:
        store.people().remove(name)
    typer.echo(f"{name} has no account any more.")


@users.command()
@door
def trail(home: Home = None, json: Json = False) -> None:
    """Show the audit trail, newest first."""
    with opened(home) as store:
        found = store.people().trail()
    if json:
        for line in found:
            print_json(line)
        return
    table = table_of("at", "who", "what", "about", "from")
    for one in found:
        table.add_row(one.at[:19], plain(one.who), one.what, plain(one.about), plain(one.client))
    console().print(table)


@tokens.command("add")
@door
def add_token(
    person: Annotated[str, typer.Argument(help="Whose token it is.")],
    title: Annotated[str, typer.Option("--title", help="What it is for.")] = "",
    scope: Annotated[str, typer.Option("--scope", help="read, edit or admin; never more than the person may.")] = "read",
    home: Home = None,
) -> None:
    """Make a token; it is shown once."""
    with opened(home) as store:
        line, secret = store.people().add_token(person, title, scope)
    typer.echo(f"{line.id} ({line.scope}), shown once: {secret}")


@tokens.command("list")
@door
def list_tokens(home: Home = None, json: Json = False) -> None:
    """List the tokens, without their secrets."""
    with opened(home) as store:
        found = store.people().tokens()
    if json:
        for line in found:
            print_json(line)
        return
    table = table_of("token", "person", "for", "scope", "since")
    for one in found:
        table.add_row(one.id, plain(one.person), plain(one.title), one.scope, one.created[:10])
    console().print(table if found else "There is no token.")


@tokens.command("remove")
@door
def remove_token(number: Annotated[str, typer.Argument(help="The token's id.")], home: Home = None) -> None:
    """End a token."""
    with opened(home) as store:
        store.people().remove_token(number)
    typer.echo(f"{number} is ended.")


def flag(
    statement: Annotated[str, typer.Argument(help="The statement: RECORD, or RECORD#PATH as citations show them.")],
    why: Annotated[str, typer.Argument(help="Why it is wrong.")],
    author: Annotated[str, typer.Option("--author", help="Who says so.")],
    quote: Annotated[str, typer.Option("--quote", help="The words that are wrong.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Flag a statement as wrong; kept with its author, shown with the record."""
    with opened(home) as store:
        made = store.people().flag(statement, why, author=author, quote=quote)
    if json:
        print_json(made)
    else:
        typer.echo(f"{made.id}: {made.record} is flagged, says {made.author}.")


def flags(
    record: Annotated[str | None, typer.Option("--record", help="Only of this record.")] = None,
    withdraw: Annotated[str | None, typer.Option("--withdraw", help="Take back the flag of this id.")] = None,
    author: Annotated[str, typer.Option("--author", help="Who takes it back.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """List the statements that are flagged as wrong."""
    with opened(home) as store:
        if withdraw is not None:
            store.people().withdraw_flag(withdraw, by=author)
        found = store.flags(record)
    if json:
        for line in found:
            print_json(line)
        return
    table = table_of("flag", "record", "place", "why", "author", "since")
    for one in found:
        table.add_row(one.id, plain(one.record), plain(one.path), plain(one.why), plain(one.author), one.flagged[:10])
    console().print(table if found else "No statement is flagged.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = typer.prompt("Password", hide_input=True)
    if typer.prompt("The same again", hide_input=True) != first:
        raise UserError("the two are not the same; nothing was changed")
    return str(first)

"""`theriac target` and `theriac class`: which drugs act on a target, which belong to a class, by whose word.

Flows in: arguments. Flows out: the shapes of `flow.target_page`, as text or JSON. No logic.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from theriac.doors.door import AsOf, Home, Json, opened, print_json
from theriac.doors.layout import console, plain, table_of

Fast = Annotated[bool, typer.Option("--without-stage", help="Leave out how far each drug has got, which takes a moment for each.")]


def target(
    name: Annotated[str, typer.Argument(help="A gene symbol, a name, a UniProt or ChEMBL identifier.")],
    without_stage: Fast = False,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show a target: names, identifiers, what it is made of, the drugs that act on it with action, evidence and furthest stage."""
    with opened(home) as store:
        page = store.target(name, reach=not without_stage, as_of=as_of)
    if json:
        print_json(page)
        return
    out = console()
    out.print(Text(f"\n{page.name} · {', '.join(page.genes) or page.type or 'target'} · {page.organism or 'organism not stated'}", style="bold"))
    out.print(plain(f"{page.id}: {', '.join(one.id for one in page.identifiers)}"))
    for words, listed in (("made of", page.parts), ("part of", page.part_of)):
        if listed:
            out.print(plain(f"{words}: {'; '.join(one.name for one in listed)}"))
    _drugs(out, page.drugs, "drugs that act on it")
    if page.binding:
        names = ", ".join(dict.fromkeys(one.name for one in page.binding))
        out.print(plain(f"\nBind it in the laboratory, without being called to work by it: {names}"))
    _sources(out, page)


def drug_class(
    name: Annotated[str, typer.Argument(help='A class in the words of labels ("kinase inhibitor"), or a target with an action ("TLR7 agonist").')],
    without_stage: Fast = False,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show a class: the drugs that a label, an agency or a mechanism table puts into it, each with the record."""
    with opened(home) as store:
        page = store.drug_class(name, reach=not without_stage, as_of=as_of)
    if json:
        print_json(page)
        return
    out = console()
    out.print(Text(f"\n{page.name} · {', '.join(page.kinds)}", style="bold"))
    table = table_of("drug", "furthest stage", "by whose word", "records")
    for one in page.drugs:
        table.add_row(plain(one.name), _reach(one), plain("; ".join(one.words)), plain(_records(one.evidence)))
    out.print(table)
    _sources(out, page)


def _drugs(out: Any, drugs: Sequence[Any], title: str) -> None:
    table = table_of("drug", "action", "furthest stage", "stated for", "records", title=f"\n{title}")
    for one in drugs:
        action = f"{one.action}{' (disputed)' if one.disputed else ''}"
        table.add_row(plain(one.name), plain(action), _reach(one), plain(one.through), plain(_records(one.evidence)))
    if drugs:
        out.print(table)
    else:
        out.print(plain("No loaded source states a drug that works by it; that is not evidence that there is none."))


def _reach(one: Any) -> Text:
    if one.reach is None:
        return plain("not in the loaded names" if one.id is None else "")
    return plain(f"{one.reach.stage.replace('_', ' ')} ({one.reach.words})")


def _records(evidence: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(one.record for one in evidence))


def _sources(out: Any, page: Any) -> None:
    for one in page.attributions:
        out.print(Text(f"Source: {one.notice}, {one.link}", style="dim"))
    out.print(Text(page.notice, style="italic"))

"""`theriac structure` and `theriac similar`: what a molecule looks like, and which drugs look alike.

Flows in: arguments. Flows out: the shapes of `structures`, as text, JSON or SVG. No logic.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from theriac.doors.door import AsOf, Home, Json, opened, print_json
from theriac.doors.layout import console, plain, table_of


def structure(
    drug: Annotated[str, typer.Argument(help="A drug.")],
    svg: Annotated[Path | None, typer.Option("--svg", help="Write the picture (needs the extra chem).")] = None,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show the structures that sources give for a drug: SMILES and InChIKey, each with its record."""
    with opened(home) as store:
        view = store.structure(drug, as_of)
        if svg is not None:
            svg.write_text(store.structure_picture(drug, as_of))
    if json:
        print_json(view)
        return
    out = console()
    table = table_of("record", "name", "InChIKey", "SMILES", title=f"\n{view.drug.name}: structures")
    for one in view.structures:
        table.add_row(plain(one.record), plain(one.name), plain(one.inchikey), plain(one.smiles))
    if view.structures:
        out.print(table)
    for words in (view.absence, view.disagreement):
        if words:
            out.print(plain(words))
    for source in view.attributions:
        out.print(Text(f"Source: {source.notice}, {source.link}", style="dim"))


def similar(
    structure: Annotated[str | None, typer.Argument(help="A drug, or a structure as SMILES.")] = None,
    substructure: Annotated[str | None, typer.Option("--substructure", help="Drugs that hold this pattern (SMARTS).")] = None,
    least: Annotated[float, typer.Option("--least", min=0.0, max=1.0, help="The least similarity (Tanimoto, Morgan fingerprints).")] = 0.5,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 20,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Find drugs by structure: alike to a drug or SMILES, or holding a pattern (needs the extra chem); alike says nothing of alike in action."""
    if (structure is None) == (substructure is None):
        raise typer.BadParameter("name a drug or a SMILES, or give --substructure")
    with opened(home) as store:
        if substructure is not None:
            found = store.containing(substructure, limit=limit, as_of=as_of)
        else:
            found = store.similar(str(structure), least=least, limit=limit, as_of=as_of)
    if json:
        for hit in found:
            print_json(hit)
        return
    out = console()
    table = table_of("drug", "similarity", "record", "SMILES", right=["similarity"])
    for hit in found:
        table.add_row(plain(hit.drug.name), f"{hit.score:.2f}", plain(hit.record), plain(hit.smiles))
    out.print(table if found else plain("None of the loaded structures; theriac sources shows what is loaded."))

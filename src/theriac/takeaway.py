"""What people take away: the table behind each part of a page, and the documents that its rows cite.

Flows in: an open home's questions, a table's name and what it is about. Flows out: rows, and documents as a bibliography names them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from theriac.errors import UnknownName, UserError
from theriac.flow.references import CitedDocument
from theriac.identifiers import link
from theriac.store.lake import Lake

FIGURES = ("trial_starts", "stages", "landscape", "milestones", "label_changes", "rates")
SECTIONS = ("indications", "not_indicated", "regimens", "instructions", "cautions", "reactions", "interactions", "mechanism", "absences")
PARTS = ("products", "approvals", "patents", "exclusivities", "labels", "holders", "names", "identifiers", "trial_matrix")
LISTS = ("trials", "programmes", "status", "timeline", "expected", "changes", "sources")
TABLES = tuple(dict.fromkeys((*FIGURES, *SECTIONS, *PARTS, *LISTS)))
_MOST_CITED = 1_000
_PREFIXES = {"ctgov": "nct", "openfda_label": "set_id", "openfda_drugsfda": "application"}


def tables_of(store: Any, name: str, about: Mapping[str, Any]) -> list[Any]:
    """The rows of a table; UserError for a name that there is not, or where it does not say what it is about."""
    given = {key: value for key, value in about.items() if value}
    if name in FIGURES:
        table = given.pop("table", None)
        rows = store.figure(name, **_only(given, "drug", "condition", "target", "org", "as_of"))
        return [row for row in rows if table is None or row.get("table") == table]
    if name in SECTIONS or name in PARTS:
        drug, as_of = given.get("drug"), given.get("as_of")
        if drug is None:
            raise UserError(f"the table {name} is about a drug: ?drug=NAME")
        return list(store.statements(drug, name, as_of) if name in SECTIONS else getattr(store.drug(drug, as_of), name))
    if name in LISTS:
        return list(_listed(store, name, given))
    raise UnknownName(f"no table is called {name!r}; there are {', '.join(TABLES)}", ())


def _listed(store: Any, name: str, given: Mapping[str, Any]) -> Any:
    match name:
        case "trials":
            return store.trials(**_only(given, "drug", "condition", "status", "phase", "role", "as_of"))
        case "programmes" | "status":
            return store.status(**_only(given, "drug", "condition", "org", "rolled_up", "as_of"))
        case "timeline":
            return store.timeline(given.get("drug", ""), given.get("as_of"))
        case "expected":
            return store.expected(**_only(given, "drug", "condition", "as_of"))
        case "changes":
            return store.changes(**_only(given, "drug", "condition", "org", "kinds", "source", "rule", "since", "until", "as_of"))
    return store.sources()


def _only(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def cited_documents(lake: Lake, rows: Sequence[object]) -> list[CitedDocument]:
    """The documents that the rows cite, each version once, in the order of the rows; 1,000 at most."""
    wanted: dict[str, dict[str, Any]] = {}
    for one in _citations(msgspec.to_builtins(list(rows))):
        wanted.setdefault(one["record"], one)
        if len(wanted) == _MOST_CITED:
            break
    found = []
    for record, one in wanted.items():
        source, _, key = record.partition(":")
        at = lake.current(source, key)
        prefix = _PREFIXES.get(source)
        title = at.reading.title if at else record
        seen = str(one.get("seen") or (at.seen if at else "") or "")
        version = one.get("version") or (at.label if at else None)
        address = link(f"{prefix}:{key.rpartition('/')[2]}") if prefix else None
        found.append(CitedDocument(record=record, title=title or record, source=source, version=version, seen=seen, link=address))
    return found


def _citations(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("record"), str) and ":" in value["record"]:
            yield value
        for inner in value.values():
            yield from _citations(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _citations(inner)

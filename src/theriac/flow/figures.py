"""The tables behind charts: what happened or stands how often, counted from the lines that doors show.

Flows in: trials, programmes, milestones, changes and reactions as `views` shapes them. Flows out: rows with fixed keys, in a fixed order, that a
chart draws and a file holds alike. A rate is never pooled, averaged or filled in: what no document states has no row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from theriac.terms import Stage
from theriac.views import ChangeLine, MilestoneLine, StatusLine, TrialLine

Row = dict[str, Any]
RateTable = dict[str, Any]
NO_PHASE = "no phase stated"


def trial_starts(trials: Iterable[TrialLine]) -> list[Row]:
    """How many trials started in each year, by phase; trials without a start date stand under the year None."""
    counted = Counter((_year(one.start), one.phase or NO_PHASE) for one in trials)
    rows = [{"year": year, "phase": phase, "trials": trials} for (year, phase), trials in counted.items()]
    return sorted(rows, key=lambda row: (row["year"] is None, row["year"] or 0, row["phase"]))


def stage_matrix(lines: Iterable[StatusLine]) -> list[Row]:
    """One row for each condition and role of a drug: the stage reached, whether it moves, and where the use is authorised."""
    rows = [_matrix_row(one) for one in lines if one.condition is not None and one.organisation is None]
    return sorted(rows, key=_furthest_first)


def _furthest_first(row: Row) -> tuple[Any, ...]:
    return (-row["stage_rank"], row["activity"] != "active", row["condition_name"].casefold(), row["role"], row["drug_name"])


def _matrix_row(one: StatusLine) -> Row:
    return {
        "drug": one.drug,
        "drug_name": one.drug_name,
        "condition": one.condition,
        "condition_name": one.condition_name or one.condition,
        "role": one.role,
        "stage": one.stage,
        "stage_rank": Stage(one.stage).rank,
        "activity": one.activity,
        "stop_reason": one.stop_reason,
        "authorisation_us": one.authorisation.get("US"),
        "authorisation_eu": one.authorisation.get("EU"),
        "since_us": one.since.get("US"),
        "since_eu": one.since.get("EU"),
        "status": one.words,
        "records": len({cited.record for cited in one.evidence}),
    }


def landscape(lines: Iterable[StatusLine]) -> list[Row]:
    """How many drugs stand at each stage, and how many of them move; a drug counts at the furthest stage that it has reached there."""
    furthest: dict[str, StatusLine] = {}
    for one in lines:
        before = furthest.get(one.drug)
        if before is None or (Stage(one.stage).rank, one.activity == "active") > (Stage(before.stage).rank, before.activity == "active"):
            furthest[one.drug] = one
    counted = Counter((one.stage, one.activity) for one in furthest.values())
    rows = [{"stage": stage, "stage_rank": Stage(stage).rank, "activity": activity, "drugs": drugs} for (stage, activity), drugs in counted.items()]
    return sorted(rows, key=lambda row: (-row["stage_rank"], row["activity"]))


def milestones(lines: Iterable[MilestoneLine]) -> list[Row]:
    """The dated steps as rows, oldest first."""
    return [
        {"date": one.date, "kind": one.kind, "jurisdiction": one.jurisdiction, "detail": one.detail, "record": one.record, "quote": one.quote}
        for one in lines
    ]


def label_calendar(changes: Iterable[ChangeLine]) -> list[Row]:
    """How many changes of labels were seen in each month, by kind."""
    counted = Counter((one.seen[:7], one.kind) for one in changes if one.kind.startswith("label."))
    return [{"month": month, "kind": kind, "changes": number} for (month, kind), number in sorted(counted.items())]


_WHERE = ("jurisdiction", "document_type", "product_name", "record", "seq", "version", "effective", "says", "labels")
_OF_TABLE = ("record", "seq", "product_name", "indication", "population", "setting")
_EXACT = (None, "=")


def rate_tables(reactions: Iterable[Mapping[str, Any]]) -> list[RateTable]:
    """The rates of each label, one table of terms × arms after another, never merged: those with a comparator first, the longest first.

    The text of a label does not always say where one table ends. A term that comes again for an arm begins the next table, and so does a new
    term with an arm that the table has not had: no figure stands over another, and no trial's arm beside another's.
    """
    tables: list[RateTable] = []
    open_now: dict[tuple[Any, ...], RateTable] = {}
    for one in reactions:
        if one.get("percent") is None or not (one.get("arm") or one.get("comparator_arm")):
            continue
        key = (*(one.get(name) for name in _OF_TABLE), one.get("comparator_arm"))
        column = _column(one)
        table = open_now.get(key)
        if table is None or _begins_another(table, one["term"], column):
            table = open_now[key] = _table(one)
            tables.append(table)
        _enter(table, one, column)
    return sorted(tables, key=lambda table: (table["comparator"] is None, -len(table["terms"])))


def _begins_another(table: RateTable, term: str, column: str) -> bool:
    terms = table["terms"]
    return column in terms.get(term, {}) or (term not in terms and len(terms) > 1 and column not in table["columns"])


def _table(one: Mapping[str, Any]) -> RateTable:
    where = {name: one.get(name) for name in _WHERE}
    about = {name: one.get(name) for name in ("indication", "population", "setting", "path", "section")}
    return {**where, **about, "comparator": one.get("comparator_arm"), "columns": [], "terms": {}, "quote": one.get("quote")}


def _column(one: Mapping[str, Any]) -> str:
    return " · ".join(str(part) for part in (one.get("arm") or one.get("product") or "drug", one.get("grade")) if part)


def _enter(table: RateTable, one: Mapping[str, Any], column: str) -> None:
    cells = table["terms"].setdefault(one["term"], {})
    cells[column] = {name: one.get(name) for name in ("percent", "operator", "numerator", "denominator", "quote", "path")}
    names = [column]
    if one.get("comparator_percent") is not None:
        other = " · ".join(str(part) for part in (one.get("comparator_arm"), one.get("grade")) if part)
        operator = one.get("comparator_operator")
        cells.setdefault(other, {"percent": one["comparator_percent"], "operator": operator, "quote": one.get("quote"), "path": one.get("path")})
        names.append(other)
    table["columns"] += [name for name in names if name not in table["columns"]]


def rate_rows(tables: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Every rate of the tables as a row of its own, with the label that gives it."""
    return [
        {
            "table": place,
            "jurisdiction": table["jurisdiction"],
            "product": table["product_name"],
            "indication": table["indication"],
            "population": table["population"],
            "term": term,
            "arm": arm,
            "operator": cell["operator"] if cell["operator"] not in _EXACT else "=",
            "percent": cell["percent"],
            "record": table["record"],
            "version": table["version"],
            "quote": cell["quote"],
        }
        for place, table in enumerate(tables, start=1)
        for term, cells in table["terms"].items()
        for arm, cell in cells.items()
    ]


def _year(date: str | None) -> int | None:
    return int(date[:4]) if date and date[:4].isdigit() else None

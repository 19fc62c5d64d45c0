"""Landscapes: who is how far with what, as plain rows that make Arrow tables, CSV and Parquet.

Flows in: programmes, and the targets of each drug where somebody knows them. Flows out: lists of dicts whose keys are always the same, in a
fixed order. It derives nothing anew: a row is a programme, or counts programmes. Organisations are one by `flow.keys.organisation_key`;
a subsidiary is its parent's only where the caller's map of parents, taken from a source, says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from theriac.flow.evidence import Programme
from theriac.flow.keys import organisation_key
from theriac.flow.status_words import status_words
from theriac.terms import Stage

Row = dict[str, Any]
UNKNOWN_TARGET = "target:unknown"
PLACES = ("US", "EU")


def programme_rows(programmes: Iterable[Programme], parents: Mapping[str, str] | None = None) -> list[Row]:
    """One row a programme, its jurisdictions side by side; `organisation_key` joins the spellings of one organisation."""
    return [_programme_row(one, parents or {}) for one in programmes]


def pipeline_rows(programmes: Iterable[Programme], parents: Mapping[str, str] | None = None) -> list[Row]:
    """The pipeline of each organisation: its own programmes, the furthest first, under one spelling of its name."""
    rows = [row for row in programme_rows(programmes, parents) if row["organisation"] is not None]
    shown = _spellings(rows)
    for row in rows:
        row["organisation"] = shown[row["organisation_key"]]
    return sorted(rows, key=lambda row: (row["organisation_key"], -row["stage_rank"], row["drug"], row["condition"] or "", row["role"]))


def matrix_rows(programmes: Iterable[Programme], targets: Mapping[str, Sequence[str]]) -> list[Row]:
    """Target × condition × stage: how many drugs stand there, how many of them move, and which they are.

    A drug of several targets stands in the row of each; one whose target nobody tells in that of `target:unknown`. Only roll-ups over all
    sponsors count, so that a drug with ten sponsors is one drug.
    """
    cells: dict[tuple[str, str, Stage, str], list[Programme]] = {}
    for one in programmes:
        if one.condition is not None and one.organisation is None:
            for target in sorted(set(targets.get(one.drug, ()))) or [UNKNOWN_TARGET]:
                cells.setdefault((target, one.condition, one.stage, one.role.value), []).append(one)
    return [
        {
            "target": target,
            "condition": condition,
            "stage": stage.value,
            "stage_rank": stage.rank,
            "role": role,
            "drugs": len(mine),
            "active": sum(one.activity.value == "active" for one in mine),
            "stopped": sum(one.activity.value == "stopped" for one in mine),
            "drug_ids": sorted(one.drug for one in mine),
        }
        for (target, condition, stage, role), mine in sorted(cells.items(), key=lambda cell: (cell[0][0], cell[0][1], -cell[0][2].rank, cell[0][3]))
    ]


def _programme_row(one: Programme, parents: Mapping[str, str]) -> Row:
    key = organisation_key(one.organisation) if one.organisation is not None else None
    row: Row = {
        "drug": one.drug,
        "condition": one.condition,
        "organisation": one.organisation,
        "organisation_key": parents.get(key, key) if key is not None else None,
        "role": one.role.value,
        "stage": one.stage.value,
        "stage_rank": one.stage.rank,
        "activity": one.activity.value,
        "stop_reason": one.stop_reason.value if one.stop_reason else None,
        "status": status_words(one),
    }
    for place in PLACES:
        authorisation, market = one.authorisation.get(place), one.market.get(place)
        row[f"authorisation_{place.lower()}"] = authorisation.value if authorisation else None
        row[f"market_{place.lower()}"] = market.value if market else None
        row[f"since_{place.lower()}"] = one.since.get(place)
    row["records"] = sorted({cited.record for cited in one.evidence})
    row["rules"] = json.dumps(one.rules, sort_keys=True)
    return row


def _spellings(rows: Iterable[Row]) -> dict[str, str]:
    """The spelling of each organisation that most rows use."""
    used: dict[str, dict[str, int]] = {}
    for row in rows:
        names = used.setdefault(row["organisation_key"], {})
        names[row["organisation"]] = names.get(row["organisation"], 0) + 1
    return {key: min(names, key=lambda name: (-names[name], name)) for key, names in used.items()}

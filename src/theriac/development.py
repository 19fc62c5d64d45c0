"""How far drugs have got, shown: programmes and milestones from evidence to the shapes of `views`.

Flows in: entities, a lake, names and a day. Flows out: status lines and milestone lines, each with its records. The rules are in
`flow.status` and `flow.milestones`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import pyarrow as pa

from theriac.dates import until
from theriac.flow.evidence import Programme
from theriac.flow.keys import organisation_key
from theriac.flow.landscape import PLACES, matrix_rows, programme_rows
from theriac.flow.milestones import Milestone, milestones
from theriac.flow.registry import Entity
from theriac.flow.status import derive
from theriac.flow.status_words import status_words
from theriac.flow.target_page import ActingDrug, ClassMember, Reach
from theriac.gather import Joiner, dossier, records_about
from theriac.standing import Standing, change_evidence
from theriac.store import events
from theriac.store.lake import Lake
from theriac.store.registry import Names
from theriac.store.tables import arrow
from theriac.terms import Stage
from theriac.views import EntityName, Evidence, MilestoneLine, StatusLine


def status(
    entities: Sequence[Entity],
    lake: Lake,
    names: Names,
    today: str,
    as_of: str | None,
    *,
    condition: str | None = None,
    org: str | None = None,
    rolled_up: bool = False,
) -> list[StatusLine]:
    """The programmes of these drugs, the furthest first; of one condition or organisation where those are given."""
    standing = Standing(lake, names, as_of)
    lines = [
        _status_line(programme, entity, standing)
        for entity in entities
        for programme in derive(standing.evidence(dossier(entity, lake, names)), today)
        if (condition is None or programme.condition == condition)
        and (org is None or organisation_key(programme.organisation or "") == organisation_key(org))
        and not (rolled_up and programme.organisation is not None)
    ]
    return sorted(lines, key=lambda line: (-Stage(line.stage).rank, line.drug_name, line.condition_name or "", line.organisation or ""))


_R = TypeVar("_R", ActingDrug, ClassMember)


def reached(drugs: Sequence[_R], lake: Lake, names: Names, today: str, as_of: str | None) -> list[_R]:
    """The drugs with the furthest stage that each has got to for any condition, the furthest first; what nobody knows stays without."""
    standing = Standing(lake, names, as_of)
    found: dict[str, Reach | None] = {}
    for one in drugs:
        if one.id and one.id not in found:
            entity = names.entity(one.id)
            found[one.id] = None if entity is None else _reach(entity, standing, today)
    lines = [msgspec.structs.replace(one, reach=found.get(one.id or "")) for one in drugs]
    return sorted(lines, key=lambda one: (-Stage(one.reach.stage).rank if one.reach else 1, one.id is None, one.name.casefold()))


def _reach(entity: Entity, standing: Standing, today: str) -> Reach | None:
    rolled = [one for one in derive(standing.evidence(dossier(entity, standing.lake, standing.names)), today) if one.organisation is None]
    best = min(rolled, key=lambda one: (-one.stage.rank, one.activity.value != "active", one.condition or ""), default=None)
    return None if best is None else Reach(stage=best.stage.value, words=status_words(best))


PROGRAMME_COLUMNS: dict[str, type] = {
    **dict.fromkeys(("drug", "drug_name", "condition", "condition_name", "organisation", "organisation_key", "role", "stage"), str),
    "stage_rank": int,
    **dict.fromkeys(("activity", "stop_reason", "status"), str),
    **{f"{field}_{place.lower()}": str for place in PLACES for field in ("authorisation", "market", "since")},
    "records": list,
    "rules": str,
}
MATRIX_COLUMNS: dict[str, type] = {
    **dict.fromkeys(("target", "target_name", "condition", "condition_name", "stage", "role"), str),
    **dict.fromkeys(("stage_rank", "drugs", "active", "stopped"), int),
    "drug_ids": list,
}


def programmes(
    entities: Iterable[Entity],
    lake: Lake,
    names: Names,
    today: str,
    as_of: str | None,
    tell: Callable[[int], None] = lambda _: None,
    targets: Mapping[str, Sequence[EntityName]] | None = None,
) -> tuple[pa.Table, pa.Table]:
    """All programmes of these drugs as Arrow tables: one row a programme, and target × condition × stage.

    `targets` are those of each drug's entity; without it every drug stands under an unknown target.
    """
    standing = Standing(lake, names, as_of)
    rows: list[dict[str, Any]] = []
    found: list[Programme] = []
    called: dict[str, str] = {}
    for number, entity in enumerate(entities, 1):
        mine = derive(standing.evidence(dossier(entity, lake, names)), today)
        called[entity.id] = entity.name
        found += mine
        rows += programme_rows(mine)
        tell(number)
    for row in rows:
        row["drug_name"] = called[row["drug"]]
        row["condition_name"] = None if row["condition"] is None else standing.condition_name(row["condition"])
    known = targets or {}
    spelled = {one.id: one.name for entity in called for one in known.get(entity, ())}
    cells = matrix_rows(found, {entity: [one.id for one in known.get(entity, ())] for entity in called})
    for cell in cells:
        cell["target_name"] = spelled.get(cell["target"])
        cell["condition_name"] = standing.condition_name(cell["condition"])
    return arrow(rows, PROGRAMME_COLUMNS), arrow(cells, MATRIX_COLUMNS)


def drugs_tried(condition: Entity | None, org: str | None, lake: Lake, names: Names) -> list[Entity]:
    """The drugs that trials, labels or medicines of the condition (or of the organisation) name."""
    records = set[tuple[str, str]]()
    if condition is not None:
        records |= records_about(condition, lake, names)
    if org is not None:
        hits = lake.mentions("organization", [organisation_key(org)])
        records |= {(at.record.source, at.record.key) for at in lake.stored({hit.version for hit in hits}).values()}
    joiner = Joiner(lake, names)
    ids = {drug.id for source, key in sorted(records) for drug in joiner.drugs_of_record(f"{source}:{key}")}
    return [entity for one in sorted(ids) if (entity := names.entity(one)) is not None]


def timeline(entity: Entity, lake: Lake, names: Names, today: str, as_of: str | None) -> list[MilestoneLine]:
    """The dated steps of a drug's history, oldest first."""
    found = dossier(entity, lake, names)
    records = {*(one.document.record for one in found.labels), *(one.document.record for one in found.applications)}
    about = {(record.partition(":")[0], record.partition(":")[2]) for record in records}
    happened = events.events(lake.home, records=about, until=until(as_of or today))
    evidence = Standing(lake, names, as_of).evidence(found, [change_evidence(one) for one in happened])
    return [_milestone_line(one) for one in milestones(evidence, today)]


def _status_line(programme: Programme, entity: Entity, standing: Standing) -> StatusLine:
    return StatusLine(
        drug=programme.drug,
        drug_name=entity.name,
        condition=programme.condition,
        condition_name=None if programme.condition is None else standing.condition_name(programme.condition),
        organisation=programme.organisation,
        role=programme.role.value,
        stage=programme.stage.value,
        activity=programme.activity.value,
        stop_reason=programme.stop_reason.value if programme.stop_reason else None,
        authorisation={place: value.value for place, value in programme.authorisation.items()},
        market={place: value.value for place, value in programme.market.items()},
        since=dict(programme.since),
        words=status_words(programme),
        rules=dict(programme.rules),
        evidence=[Evidence(record=one.record, seq=one.seq, path=one.path, quote=one.quote) for one in programme.evidence],
    )


def _milestone_line(one: Milestone) -> MilestoneLine:
    return MilestoneLine(
        date=one.date,
        kind=one.kind.value,
        jurisdiction=one.jurisdiction,
        detail=", ".join(part for part in (one.detail, one.organisation) if part),
        record=one.cited.record,
        seq=one.cited.seq,
        path=one.cited.path,
        quote=one.cited.quote,
    )

"""What labels say to a question: the check of a situation, and a dosing calendar.

Flows in: entities, label statements, a situation or a start date. Flows out: statements that apply, or a calendar, or a refusal with its
reason. It never gives a verdict and never chooses between regimens.
"""

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from theriac.clinical import Read, documents_of
from theriac.errors import UserError
from theriac.flow.condition_names import condition_candidates
from theriac.flow.registry import Entity
from theriac.gather import dossier
from theriac.labels.check import check
from theriac.labels.findings import Checked
from theriac.labels.plan import Offer, Plan, Refusal, calendar, make_plan
from theriac.store.lake import Lake
from theriac.store.registry import Names
from theriac.terms import NameKind

_LABEL_NAMES = (NameKind.INN, NameKind.GENERIC, NameKind.SUBSTANCE, NameKind.BRAND)


def check_labels(
    entities: Sequence[Entity],
    lake: Lake,
    names: Names,
    *,
    conditions: Sequence[str],
    pregnant: bool,
    lactating: bool,
    immunosuppressed: bool,
    age: float | None,
) -> Checked:
    """The statements of the labels of all drugs that apply; the first entity is the drug asked about, the others are taken with it."""
    found = [
        check(
            list(documents_of([one.document for one in dossier(entity, lake, names).labels], lake).values()),
            with_drugs=[name for other in entities if other is not entity for name in _plain_names(other)],
            conditions=conditions,
            pregnant=pregnant,
            lactating=lactating,
            immunosuppressed=immunosuppressed,
            age=age,
        )
        for entity in entities
    ]
    return _together(found, entities)


def _together(found: Sequence[Checked], entities: Sequence[Entity]) -> Checked:
    """The answers from each drug's labels as one; a drug asked about under several names is missing only if none of them was found."""
    statements = tuple(one for each in found for one in each.statements)
    looked_at = tuple(one for each in found for one in each.looked_at)
    asked = {one.asked for one in statements}
    missing = [what for each in found for what in each.not_found if not what.startswith("with ") and what not in asked]
    if len(entities) > 1:
        spoken = {name for entity in entities for name in _plain_names(entity) if f"with {name}" in asked}
        missing += [f"{entity.name} with the others" for entity in entities if not spoken.intersection(_plain_names(entity))]
    classes = tuple(dict.fromkeys(name for each in found for name in each.classes_not_expanded))
    absences = tuple(one for each in found for one in each.absences)
    words = " ".join(dict.fromkeys(each.notice for each in found)) if not missing else _notice(looked_at, missing, classes)
    return Checked(
        statements=statements,
        looked_at=looked_at,
        not_found=tuple(dict.fromkeys(missing)),
        absences=absences,
        classes_not_expanded=classes,
        notice=words,
    )


def _notice(looked_at: Sequence[str], missing: Sequence[str], classes: Sequence[str]) -> str:
    """What was not found, in the words that never promise safety."""
    named = "; ".join(dict.fromkeys(missing))
    unexpanded = f"; classes not expanded: {', '.join(classes)}" if classes else ""
    return f"No statement in {len(looked_at)} loaded labels for: {named}{unexpanded}. Not evidence of safety."


def plan_from(
    read: Sequence[Read], *, condition: str, start: str, product: str | None, jurisdiction: str | None, zone: str, at: str
) -> Plan | Refusal:
    """The calendar or the refusal; UserError for a start, a time or a zone that is none."""
    wanted = {candidate.key for candidate in condition_candidates(condition)}
    offers = [offer for one in read for offer in _offers(one, wanted)]
    try:
        day, hour = datetime.date.fromisoformat(start), datetime.time.fromisoformat(at)
        ZoneInfo(zone)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise UserError(f"the start, time or zone cannot be read ({error}); write --start 2026-11-23 --at 21:00 --tz Europe/Berlin") from error
    return make_plan(offers, start=day, zone=zone, apply_at=hour, product=product, jurisdiction=jurisdiction)


def calendar_of(made: Plan | Refusal, moment: str) -> str:
    """The calendar as an iCalendar file's text; UserError where there is none."""
    if isinstance(made, Refusal):
        raise UserError(made.sentence)
    return calendar(made, datetime.datetime.fromisoformat(moment))


def _plain_names(entity: Entity) -> list[str]:
    """The names by which labels would speak of a drug: its own and its brands', small."""
    return list(dict.fromkeys([entity.name.lower(), *(name.text.lower() for name in entity.names if name.kind in _LABEL_NAMES)]))


def _offers(one: Read, wanted: set[str]) -> list[Offer]:
    """The label's regimens for a condition: those whose use has the asked words, or, where the label has one use only, all."""
    label = ", ".join(part for part in (one.label.title, one.label.version) if part)
    uses = one.statements.indications
    return [
        Offer(
            regimen=regimen,
            product=", ".join(one.label.brand_names or one.label.generic_names) or one.label.title or one.label.set_id,
            jurisdiction=one.statements.jurisdiction,
            document_type=one.statements.document_type,
            label=f"{one.document.record} ({label})",
            instructions=one.statements.instructions,
        )
        for regimen in one.statements.regimens
        if wanted & {candidate.key for name in _uses_of(regimen.indication, [use.name for use in uses]) for candidate in condition_candidates(name)}
    ]


def _uses_of(stated: str | None, uses: list[str]) -> list[str]:
    return [stated] if stated else (uses if len(uses) == 1 else [])

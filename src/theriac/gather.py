"""Fills a drug's dossier from the store: finds the mentions, lets resolution judge each, and lets real documents replace samples.

Flows in: an entity, a lake and the names. Flows out: a `Dossier`. It states nothing itself.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from theriac.flow.dossier import (
    ApplicationOfDrug,
    Document,
    Dossier,
    HolderSeen,
    LabelOfDrug,
    MedicineOfDrug,
    PaperOfDrug,
    RecallOfDrug,
    ShortageOfDrug,
    TrialOfDrug,
)
from theriac.flow.events import Event
from theriac.flow.names import drug_candidates
from theriac.flow.registry import Entity
from theriac.flow.resolution import Resolution, resolve_condition, resolve_mention
from theriac.model import Application, Article, Label, Medicine, Mention, Recall, Shortage, Study
from theriac.stages import STARTER, own_numbers, tied_numbers
from theriac.store.lake import Found, Lake, Stored
from theriac.store.registry import Names
from theriac.terms import ArmRole, EntityKind
from theriac.views import ChangeLine, EntityName

PRODUCT_ROLES = ("product",)


def dossier(entity: Entity, lake: Lake, names: Names) -> Dossier:
    """Everything stored about the drug at the lake's moment."""
    found = lake.mentions("drug", names.of_entity(entity.id))
    stored = lake.stored({hit.version for hit in found})
    hits = list(resolved(entity, found, stored, names))
    trials: list[TrialOfDrug] = []
    labels: list[LabelOfDrug] = []
    applications: list[ApplicationOfDrug] = []
    medicines: list[MedicineOfDrug] = []
    combined: dict[str, None] = {}
    said: dict[object, str] = {}
    hit_products = {at.curie: number for at, mention, number, _ in hits if mention.role in PRODUCT_ROLES}
    for at, mention, number, resolution in hits:
        document = document_of(at)
        match at.reading.document:
            case Study() as study:
                trials.append(
                    TrialOfDrug(
                        document=document,
                        study=study,
                        mention=number,
                        text=mention.text,
                        arm_role=mention.arm_role or ArmRole.UNCLEAR,
                        score=resolution.score,
                        reason=resolution.reason,
                        conditions=_conditions_of(at, names, said),
                    )
                )
            case Label() as label if mention.role in PRODUCT_ROLES or len(label.substances) == 1:
                labels.append(LabelOfDrug(document=document, label=label))
            case Application() as application if mention.role in PRODUCT_ROLES:
                applications.append(ApplicationOfDrug(document=document, application=application, ingredients=frozenset({mention.text})))
            case Medicine() as medicine if mention.role in PRODUCT_ROLES:
                medicines.append(MedicineOfDrug(document=document, medicine=medicine))
            case Recall() | Shortage() | Article():
                continue
            case _ if mention.role == "substance" and hit_products.get(at.curie) is None:
                combined[at.reading.title] = None
    applications = _with_siblings(applications, lake)
    named = {at.curie: (at, mention.path, resolution.reason) for at, mention, _, resolution in reversed(hits)}
    noted = list(_noted(named | {tied[0].curie: tied for tied in _tied(trials, applications, lake) if tied[0].curie not in named}))
    real = _Real(lake, labels, medicines)
    return Dossier(
        entity=entity,
        trials=tuple(_once(one for one in trials if not real.replaces(one.document, one.study))),
        labels=tuple(_once(one for one in labels if not real.replaces(one.document, one.label))),
        applications=tuple(one for one in applications if not real.replaces(one.document, one.application)),
        medicines=tuple(_once(one for one in medicines if not real.replaces(one.document, one.medicine))),
        holders=tuple(_holders(lake, applications, medicines, real)),
        recalls=tuple(one for one in noted if isinstance(one, RecallOfDrug)),
        shortages=tuple(one for one in noted if isinstance(one, ShortageOfDrug)),
        papers=tuple(one for one in noted if isinstance(one, PaperOfDrug)),
        in_combinations=tuple(combined),
    )


def _noted(found: Mapping[str, tuple[Stored, str, str]]) -> Iterator[RecallOfDrug | ShortageOfDrug | PaperOfDrug]:
    """The recalls, shortages and articles among these records, with how the drug was told."""
    for record in sorted(found):
        at, path, reason = found[record]
        match at.reading.document:
            case Recall() as recall:
                yield RecallOfDrug(document=document_of(at), recall=recall, reason=reason)
            case Shortage() as shortage:
                yield ShortageOfDrug(document=document_of(at), shortage=shortage, reason=reason)
            case Article() as article:
                yield PaperOfDrug(document=document_of(at), article=article, path=path, reason=reason)


def _tied(trials: list[TrialOfDrug], applications: list[ApplicationOfDrug], lake: Lake) -> Iterator[tuple[Stored, str, str]]:
    """Articles that report a trial in which the drug is tried, and recalls and shortages of its applications."""
    tried = sorted({one.study.nct_id for one in trials if one.arm_role in (ArmRole.INVESTIGATED, ArmRole.UNCLEAR)})
    wanted = [(f"trial/{number}", "trials", f"reports trial {number}") for number in tried]
    numbers = sorted({one.application.number for one in applications})
    wanted += [(f"application/{number}", "application_numbers", f"is of application {number}") for number in numbers]
    for key, path, reason in wanted:
        for at in lake.stored(lake.by_key(f"tied/{key}")).values():
            yield at, path, reason


def _conditions_of(at: Stored, names: Names, said: dict[object, str]) -> tuple[str, ...]:
    """How the study's conditions are called, each spelling of one condition alike."""
    found: dict[str, None] = {}
    for mention in at.reading.mentions:
        if mention.kind is EntityKind.CONDITION:
            key = (mention.text, mention.identifiers)
            if key not in said:
                answer = resolve_condition(mention.text, names, identifiers=mention.identifiers)
                entity = names.entity(answer.entity) if answer.entity else None
                said[key] = entity.name if entity else mention.text
            found[said[key]] = None
    return tuple(found)


def trials_of_condition(entity: Entity, lake: Lake, names: Names) -> list[TrialOfDrug]:
    """The studies of a condition; each stands with the condition as it is written there in the place of a drug."""
    keys = [*names.of_entity(entity.id)]
    found = lake.mentions("condition", keys)
    versions = {hit.version: hit.number for hit in reversed(found)}
    for curie in entity.identifiers:
        versions.update({version: -1 for version in lake.by_key(curie) if version not in versions})
    stored = lake.stored(versions)
    trials = []
    for version, at in stored.items():
        study = at.reading.document
        if isinstance(study, Study):
            number = versions[version]
            text = at.reading.mentions[number].text if number >= 0 else entity.name
            trials.append(
                TrialOfDrug(
                    document=document_of(at), study=study, mention=max(number, 0), text=text, arm_role="condition", score=1.0, reason="condition"
                )
            )
    real = _Real(lake, [], [])
    return list(_once([one for one in trials if not real.replaces(one.document, one.study)], best_of=False))


def document_of(at: Stored) -> Document:
    """The version as dossiers name it."""
    return Document(
        record=at.curie,
        source=at.record.source,
        seq=at.seq,
        version=at.version,
        label=at.label,
        format=at.format,
        seen=at.seen,
        partial=at.partial,
    )


def resolved(
    entity: Entity, found: Iterable[Found], stored: dict[int, Stored], names: Names
) -> Iterator[tuple[Stored, Mention, int, Resolution]]:
    """The mentions that resolution gives to this drug and no other."""
    memory: dict[object, Resolution | None] = {}
    hits = list(found)
    names.by_keys(one.key for hit in hits for one in hit.candidates if one.key)
    for hit in hits:
        at = stored.get(hit.version)
        if at is None:
            continue
        mention = at.reading.mentions[hit.number]
        decision = names.decided(mention.kind.value, mention.text, at.curie)
        product = mention.role in PRODUCT_ROLES
        asked = (hit.candidates, mention.type, mention.identifiers, decision, product)
        if asked not in memory:
            answers = resolve_mention(hit.candidates, mention.type, names, identifiers=mention.identifiers, decision=decision)
            # A product of several drugs is none of each of them: what it is authorised for never passes to its parts.
            combined = product and len({one.entity for one in answers if one.entity}) > 1
            memory[asked] = None if combined else next((one for one in answers if one.entity == entity.id), None)
        answer = memory[asked]
        if answer is not None:
            yield at, mention, hit.number, answer


def _with_siblings(applications: list[ApplicationOfDrug], lake: Lake) -> list[ApplicationOfDrug]:
    """The applications with every other record about the same numbers: submissions, patents, marketing status."""
    numbers: dict[str, set[str]] = {}
    for one in applications:
        numbers.setdefault(one.application.number, set()).update(one.ingredients)
    have: dict[str, ApplicationOfDrug] = {}
    for one in applications:
        before = have.get(one.document.record)
        merged = one.ingredients | (before.ingredients if before else frozenset())
        have[one.document.record] = ApplicationOfDrug(document=one.document, application=one.application, ingredients=merged)
    versions = [version for number in sorted(numbers) for version in lake.by_key(f"application/{number}")]
    for at in lake.stored(versions).values():
        document = at.reading.document
        if isinstance(document, Application) and at.curie not in have:
            have[at.curie] = ApplicationOfDrug(
                document=document_of(at), application=document, ingredients=frozenset(numbers.get(document.number, ()))
            )
    return [have[record] for record in sorted(have)]


class _Real:
    """Which sample records give way because a real document about the same thing is stored."""

    def __init__(self, lake: Lake, labels: list[LabelOfDrug], medicines: list[MedicineOfDrug]) -> None:
        self.lake = lake
        self.jurisdictions = {one.label.jurisdiction for one in labels if one.document.source != STARTER}
        self._asked: dict[str, bool] = {}

    def replaces(self, document: Document, content: Study | Label | Application | Medicine) -> bool:
        """Whether this is a sample record and a real one stands for it."""
        if document.source != STARTER:
            return False
        if isinstance(content, Label):
            return content.jurisdiction in self.jurisdictions
        return any(self._real(key) for key in own_numbers(content))

    def _real(self, key: str) -> bool:
        if key not in self._asked:
            found = self.lake.stored(self.lake.by_key(key)).values()
            self._asked[key] = any(
                at.record.source != STARTER and not isinstance(at.reading.document, Label) and not at.partial for at in found
            )
        return self._asked[key]


def _once(items: Iterable[TrialOfDrug | LabelOfDrug | MedicineOfDrug], *, best_of: bool = True) -> Iterator:  # type: ignore[type-arg]
    """Each record once: for a trial of a drug the mention in which the drug counts most."""
    best: dict[str, TrialOfDrug | LabelOfDrug | MedicineOfDrug] = {}
    for item in items:
        before = best.get(item.document.record)
        if before is None or (best_of and isinstance(item, TrialOfDrug) and isinstance(before, TrialOfDrug) and _weight(item) < _weight(before)):
            best[item.document.record] = item
    yield from (best[record] for record in sorted(best))


_ROLE_ORDER = list(ArmRole)


def _weight(trial: TrialOfDrug) -> tuple[int, float, int]:
    return (_ROLE_ORDER.index(ArmRole(trial.arm_role)), -trial.score, trial.mention)


def _holders(
    lake: Lake, applications: list[ApplicationOfDrug], medicines: list[MedicineOfDrug], real: _Real
) -> Iterator[HolderSeen]:
    """Who held what, version by version; neighbouring versions with one holder are one entry."""
    kept: list[ApplicationOfDrug | MedicineOfDrug] = [*applications, *medicines]
    records = {one.document.record for one in kept if not _given_way(one, real)}
    for record in sorted(records):
        yield from _holders_of(lake, record)


def _given_way(one: ApplicationOfDrug | MedicineOfDrug, real: _Real) -> bool:
    content = one.application if isinstance(one, ApplicationOfDrug) else one.medicine
    return real.replaces(one.document, content)


def _holders_of(lake: Lake, record: str) -> Iterator[HolderSeen]:
    source, _, key = record.partition(":")
    open_now: dict[tuple[str, str | None], HolderSeen] = {}
    for at, end in lake.through_time(source, key):
        for jurisdiction, application, product, holder in _named(at.reading.document):
            before = open_now.get((application, product))
            if before is not None and before.holder.casefold() == holder.casefold():
                open_now[application, product] = HolderSeen(
                    document=before.document, jurisdiction=jurisdiction, application=application, product=product, holder=holder, seen_to=end
                )
                continue
            if before is not None:
                yield before
            open_now[application, product] = HolderSeen(
                document=document_of(at), jurisdiction=jurisdiction, application=application, product=product, holder=holder, seen_to=end
            )
    yield from open_now.values()


def _named(document: object) -> Iterator[tuple[str, str, str | None, str]]:
    if isinstance(document, Medicine) and document.holder:
        yield "EU", document.number, document.name, document.holder
    if isinstance(document, Application):
        if document.sponsor:
            yield "US", f"{document.type or ''}{document.number}", None, document.sponsor
        for product in document.products or ():
            if product.holder:
                yield "US", f"{document.type or ''}{document.number}", product.number, product.holder


def records_about(entity: Entity, lake: Lake, names: Names) -> set[tuple[str, str]]:
    """The records, of any version, in which the entity is mentioned, and every other record about the same registry numbers."""
    kind = entity.kind.value
    found = lake.mentions(kind, names.of_entity(entity.id), current=False)
    stored = lake.stored({hit.version for hit in found})
    versions = {hit.version for hit in found if kind != "drug" or _means(entity, hit, stored.get(hit.version), names)}
    versions |= {number for curie in entity.identifiers for number in lake.by_key(curie)}
    at = lake.stored(versions).values()
    records = {(one.record.source, one.record.key) for one in at}
    for key in {key for one in at for key in own_numbers(one.reading.document)}:
        same = [*lake.by_key(key, current=False), *lake.by_key(f"tied/{key}", current=False)]
        records |= {(one.record.source, one.record.key) for one in lake.stored(same).values()}
    return records


def _means(entity: Entity, hit: Found, at: Stored | None, names: Names) -> bool:
    if at is None:
        return False
    mention = at.reading.mentions[hit.number]
    answers = resolve_mention(hit.candidates, mention.type, names, identifiers=mention.identifiers)
    return any(one.entity == entity.id for one in answers) and not (mention.role == "substance" and _has_other_product(at))


def _has_other_product(at: Stored) -> bool:
    """Whether the record is of combinations: its substances are then only parts of its products."""
    return any(one.role in PRODUCT_ROLES and ";" in one.text for one in at.reading.mentions)


class Joiner:
    """Joins events with the drugs and conditions that their records name today."""

    def __init__(self, lake: Lake, names: Names) -> None:
        self.lake = lake
        self.names = names
        self._of: dict[str, tuple[list[EntityName], list[EntityName]]] = {}

    def lines(self, found: Iterable[Event]) -> list[ChangeLine]:
        """The events as doors show them."""
        return [self._line(event) for event in found]

    def _line(self, event: Event) -> ChangeLine:
        if event.drugs:
            drugs, conditions = ([self._named(one.id, one.name) for one in part] for part in (event.drugs, event.conditions))
        else:
            drugs, conditions = self.of_record(event.record)
        shown = event.shown() | {"drugs": drugs, "conditions": conditions}
        return ChangeLine(**shown)

    def _named(self, entity_id: str, name: str) -> EntityName:
        entity = self.names.entity(entity_id)
        return EntityName(id=entity.id, name=entity.name) if entity else EntityName(id=entity_id, name=name)

    def of_record(self, record: str) -> tuple[list[EntityName], list[EntityName]]:
        """The drugs and the conditions that a record names."""
        if record not in self._of:
            at, mentions = self._mentions(record)
            self._of[record] = (self._drugs_of(at, mentions), self._conditions(mentions))
        return self._of[record]

    def drugs_of_record(self, record: str) -> list[EntityName]:
        """The drugs that a record names."""
        return self._drugs_of(*self._mentions(record))

    def _drugs_of(self, at: Stored | None, mentions: list[Mention]) -> list[EntityName]:
        drugs = self._drugs(mentions)
        tied = self._siblings(at, tied=True) if at is not None and not drugs else []
        return self._drugs(tied) if tied else drugs

    def _mentions(self, record: str) -> tuple[Stored | None, list[Mention]]:
        source, _, key = record.partition(":")
        at = self.lake.current(source, key) or self._last(source, key)
        mentions = list(at.reading.mentions) if at is not None else []
        if at is not None and not any(one.kind is EntityKind.DRUG for one in mentions):
            mentions += self._siblings(at)
        return at, mentions

    def _last(self, source: str, key: str) -> Stored | None:
        spans = list(self.lake.through_time(source, key))
        return spans[-1][0] if spans else None

    def _siblings(self, at: Stored, *, tied: bool = False) -> list[Mention]:
        """The drugs that other records about the same registry number name (a patent's application names its products elsewhere), or, `tied`,
        those of the trials and applications that the record points to."""
        keys = (tied_numbers if tied else own_numbers)(at.reading.document)
        others = self.lake.stored(number for key in keys for number in self.lake.by_key(key)).values()
        return [
            one for other in others for one in other.reading.mentions if one.role in PRODUCT_ROLES or (tied and one.arm_role is ArmRole.INVESTIGATED)
        ]

    def _drugs(self, mentions: list[Mention]) -> list[EntityName]:
        whole = [one for one in mentions if one.role in PRODUCT_ROLES] or mentions
        drugs: dict[str, EntityName] = {}
        for mention in whole:
            if mention.kind is EntityKind.DRUG and mention.arm_role not in (ArmRole.PLACEBO,):
                for answer in resolve_mention(
                    drug_candidates(mention.text, mention.others), mention.type, self.names, identifiers=mention.identifiers
                ):
                    self._add(drugs, answer.entity)
        return list(drugs.values())

    def _conditions(self, mentions: list[Mention]) -> list[EntityName]:
        conditions: dict[str, EntityName] = {}
        for mention in mentions:
            if mention.kind is EntityKind.CONDITION:
                self._add(conditions, resolve_condition(mention.text, self.names, identifiers=mention.identifiers).entity)
        return list(conditions.values())

    def _add(self, to: dict[str, EntityName], found: str | None) -> None:
        entity = self.names.entity(found) if found else None
        if entity is not None:
            to[entity.id] = EntityName(id=entity.id, name=entity.name)


def readable(format_name: str, context: str, payload: bytes) -> str:
    """A payload as lines that a word-level comparison can show: JSON with one member a line, anything else as it is."""
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return payload.decode("utf-8", "replace")
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1).decode()

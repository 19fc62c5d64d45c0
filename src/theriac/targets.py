"""Targets and classes, asked of a store: which drugs act on a target, which belong to a class, and what a name means.

Flows in: a lake and the names of its moment. Flows out: targets and classes as entities, and their pages. Every record of a drug's targets
belongs to the entity that its identifiers mean, else to the one that its name means. A record with nothing but a number that nobody knows
belongs to the drug whose records alone cite this number as where they have their mechanism from; cited for two drugs it belongs to neither
and stands under its own number.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from theriac.flow.drug_classes import ClassWord, DrugClass, class_entity, class_key, gather_classes, resolve_class, words_of_target
from theriac.flow.drug_targets import DrugTarget, Evidence, Sourced, Target, TargetIndex, drug_targets, evidence_of
from theriac.flow.names import drug_candidates
from theriac.flow.neighbours import Neighbour, Who, acting_drugs, around_targets, neighbours_of
from theriac.flow.registry import Entity
from theriac.flow.resolution import Resolution, resolve_mention
from theriac.flow.target_index import target_index
from theriac.flow.target_names import TargetNames, resolve_target, target_entity, target_names
from theriac.flow.target_page import ActingDrug, ClassPage, TargetPage, acting, class_page, neighbour_line, target_page
from theriac.gather import Joiner
from theriac.model import DrugTargets, Label, Medicine
from theriac.store.lake import Lake
from theriac.store.registry import Names
from theriac.terms import EntityKind
from theriac.views import EntityName, TargetLine

KINDS = ("drug_targets", "target", "pathway")
_FORM_WORDS = frozenset({"chembl", "drugcentral", "unii", "inchikey"})


class Targets:
    """Who acts on what at one moment; made once a commit and asked often."""

    def __init__(self, lake: Lake, names: Names) -> None:
        self.lake = lake
        self.registry = names
        numbers = [number for kind in KINDS for number in lake.records(kind=kind)]
        self.documents = tuple(Sourced(record=at.curie, document=at.reading.document) for at in lake.stored(numbers).values())
        self.index: TargetIndex = target_index(self.documents)
        self._who: dict[tuple[str, tuple[str, ...]], Who] = {}
        self._citing = _citing(self.documents)

    @cached_property
    def names(self) -> TargetNames:
        """What the targets are called."""
        return target_names(self.documents, self.index)

    @cached_property
    def acting(self) -> dict[Who, tuple[DrugTarget, ...]]:
        """For each drug what it does to its targets."""
        return acting_drugs(self.documents, self.index, self.drug_of)

    @cached_property
    def around(self) -> dict[str, tuple[Neighbour, ...]]:
        """For each target the drugs with a mechanism there."""
        return around_targets(self.acting)

    @cached_property
    def statements_of(self) -> dict[str, tuple[Sourced, ...]]:
        """For each drug's entity the records about its targets."""
        found: dict[str, list[Sourced]] = {}
        for one in self.documents:
            if isinstance(one.document, DrugTargets) and (entity := self.drug_of(one.document).id):
                found.setdefault(entity, []).append(one)
        return {entity: tuple(records) for entity, records in found.items()}

    @cached_property
    def classes(self) -> dict[str, DrugClass]:
        """Every class by its key."""
        return gather_classes([*self._classes_of_documents(), *self._classes_of_targets()])

    def drug_of(self, document: DrugTargets) -> Who:
        """The drug that a record is about, by its identifiers; by its name only where these say nothing against it."""
        key = (document.drug, document.identifiers)
        if key not in self._who:
            self._who[key] = self._drug_of(document)
        return self._who[key]

    def _drug_of(self, document: DrugTargets) -> Who:
        found = self._identified(document.identifiers)
        if found is None and not document.linked:
            citing = {other for curie in document.identifiers for other in self._citing.get(curie, ())}
            if len(citing) == 1:
                return self.drug_of(next(iter(citing)))
        entity = self.registry.entity(found) if found else self._named(document)
        return Who(entity.id, entity.name) if entity is not None and entity.kind is EntityKind.DRUG else Who(None, document.drug)

    def _identified(self, identifiers: Iterable[str]) -> str | None:
        return next((one for curie in identifiers if (one := self.registry.by_identifier(curie))), None)

    def _named(self, document: DrugTargets) -> Entity | None:
        """The drug of this name, unless it has another identifier of a kind that the record gives: then it is another drug."""
        answers = resolve_mention(drug_candidates(document.drug), None, self.registry)
        entity = self.registry.entity(answers[0].entity) if len(answers) == 1 and answers[0].entity else None
        if entity is None:
            return None
        own = {one.partition(":")[0] for one in entity.identifiers}
        return None if own & {one.partition(":")[0] for one in document.identifiers} & _FORM_WORDS else entity

    def resolve(self, text: str, kind: str) -> Resolution:
        """What the words mean as a target or as a class."""
        return resolve_class(text, self.classes, self.names) if kind == EntityKind.CLASS else resolve_target(text, self.names)

    def entity(self, entity_id: str) -> Entity | None:
        """The target or class of an id."""
        if entity_id.startswith("target:"):
            known = self.index.targets.get(resolve_target(entity_id, self.names).entity or "")
            return target_entity(known, self.names) if known else None
        found = self.classes.get(class_key(entity_id.removeprefix("class:name."))) if entity_id.startswith("class:") else None
        return class_entity(found) if found else None

    def drugs_of_target(self, target_id: str) -> list[ActingDrug]:
        """The drugs with a mechanism or a binding on the target, on its members, or on a family or complex that it belongs to."""
        wanted = self.index.targets[target_id]
        near = {target_id, *wanted.parts}
        found = []
        for drug, targets in self.acting.items():
            for one in targets:
                if one.target.id in near or target_id in one.target.parts:
                    through = None if one.target.id == target_id else one.target.name
                    found.append(acting(drug, one, through))
        return sorted(found, key=lambda one: (not one.mechanism, one.through is not None, one.name.casefold()))

    def page(self, target_id: str) -> TargetPage:
        """The target's page, without how far its drugs have got."""
        target = self.index.targets[target_id]
        whole = [one for one in self.index.targets.values() if target_id in one.parts]
        called = self.names.names_of.get(target_id, ())
        return target_page(target, called, sorted(whole, key=lambda one: one.name), self.index.targets, self.drugs_of_target(target_id))

    def class_page(self, class_id: str) -> ClassPage:
        """The class's page, without how far its drugs have got."""
        return class_page(self.classes[class_id.removeprefix("class:name.")])

    def neighbours(self, entity: Entity) -> list[ActingDrug]:
        """The other drugs that act on a target of this one in the same direction."""
        mine = self.acting.get(Who(entity.id, entity.name), ())
        found = {(one.id, one.drug, one.target.id): one for one in neighbours_of(entity.name, mine, self.around)}
        return [neighbour_line(one) for one in found.values()]

    def targets_of_drugs(self) -> dict[str, list[EntityName]]:
        """For each drug's entity its mechanism targets: what a landscape of targets needs."""
        working = ((drug.id, [one.target for one in targets if one.mechanism]) for drug, targets in self.acting.items() if drug.id)
        return {drug: [EntityName(id=one.id, name=one.name) for one in found] for drug, found in working if found}

    def targets_of(self, entity_id: str) -> tuple[Target, ...]:
        """The mechanism targets of one drug, with the families and complexes that they belong to: what a rule `target:` asks."""
        return self._targets_by_drug.get(entity_id, ())

    @cached_property
    def _targets_by_drug(self) -> dict[str, tuple[Target, ...]]:
        wholes: dict[str, list[Target]] = {}
        for one in self.index.targets.values():
            for part in one.parts:
                wholes.setdefault(part, []).append(one)
        found: dict[str, tuple[Target, ...]] = {}
        for drug, targets in self.acting.items():
            direct = [one.target for one in targets if one.mechanism]
            parts = [self.index.targets[part] for one in direct for part in one.parts if part in self.index.targets]
            if drug.id and direct:
                found[drug.id] = tuple(dict.fromkeys((*direct, *parts, *(whole for one in direct for whole in wholes.get(one.id, ())))))
        return found

    @cached_property
    def classes_by_drug(self) -> dict[str, tuple[DrugClass, ...]]:
        """For each drug's entity the classes that somebody puts it into: what a rule `class:` asks."""
        found: dict[str, dict[str, DrugClass]] = {}
        for one in self.classes.values():
            for word in one.words:
                if word.drug:
                    found.setdefault(word.drug, {})[one.id] = one
        return {drug: tuple(classes.values()) for drug, classes in found.items()}

    def _classes_of_targets(self) -> Iterator[ClassWord]:
        for drug, targets in self.acting.items():
            for one in targets:
                yield from words_of_target(drug.id, drug.name, one)

    def _classes_of_documents(self) -> Iterator[ClassWord]:
        """The classes that labels and agencies state, each of every drug that its document is about."""
        joiner = Joiner(self.lake, self.registry)
        numbers = [number for kind in ("label", "medicine") for number in self.lake.records(kind=kind)]
        for at in self.lake.stored(numbers).values():
            for text, kind, path in _stated(at.reading.document):
                for drug in joiner.of_record(at.curie)[0]:
                    yield ClassWord(text=text, kind=kind, drug=drug.id, drug_name=drug.name, evidence=Evidence(record=at.curie, path=path, word=text))


def _citing(documents: Iterable[Sourced]) -> dict[str, set[DrugTargets]]:
    """Identifier → the drugs whose records cite it without claiming it, each as a document that holds only who it is."""
    found: dict[str, set[DrugTargets]] = {}
    for one in documents:
        if isinstance(one.document, DrugTargets):
            for curie in one.document.linked:
                found.setdefault(curie, set()).add(DrugTargets(drug=one.document.drug, identifiers=one.document.identifiers))
    return found


def targets_of_drug(entity: Entity, lake: Lake, names: Names) -> list[TargetLine]:
    """What the records about this one drug say of its targets, without gathering those of all drugs; mechanisms first."""
    identifiers = (*entity.identifiers, *(one for form in entity.forms for one in form.identifiers))
    bare = (one.partition(":")[2].lower() for one in identifiers if one.startswith("chembl:"))
    found = lake.mentions("drug", (*names.of_entity(entity.id), *bare))
    stored = lake.stored({hit.version for hit in found}).values()
    documents = [Sourced(record=at.curie, document=at.reading.document) for at in stored if isinstance(at.reading.document, DrugTargets)]
    about = evidence_of((entity.name, *(name.text for name in entity.names)), identifiers, documents)
    index = target_index((*about, *_described(about, lake)))
    return [
        TargetLine(
            id=one.target.id,
            name=one.target.name,
            genes=list(one.target.genes),
            action=str(one.kind),
            mechanism=one.mechanism,
            records=list(dict.fromkeys(each.record for each in one.evidence)),
        )
        for one in drug_targets(about, index)
    ]


def _described(documents: Iterable[Sourced], lake: Lake) -> Iterator[Sourced]:
    """The records that describe the ChEMBL targets which these documents name by number."""
    interactions = (each for one in documents if isinstance(one.document, DrugTargets) for each in one.document.interactions)
    numbers = {target.partition(":")[2] for each in interactions for target in each.targets if target.startswith("chembl_target:")}
    for number in sorted(numbers):
        for table in ("target", "targets"):
            at = lake.current("chembl", f"{table}/{number}")
            if at is not None:
                yield Sourced(record=at.curie, document=at.reading.document)


def _stated(document: object) -> Iterable[tuple[str, str, str]]:
    """The class words of a document with the system that they belong to and their place."""
    match document:
        case Label():
            yield from ((text, "EPC", "openfda.pharm_class_epc") for text in document.classes)
            yield from ((text, "MoA", "openfda.pharm_class_moa") for text in document.action_classes)
        case Medicine(class_text=str(text)):
            yield text, "pharmacotherapeutic group", "class_text"

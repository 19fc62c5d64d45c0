"""Which drugs act on which target: the neighbours of a drug, the page of a target, the landscape of target, condition and stage.

Flows in: target statements of all drugs, and the index of targets. Flows out: for each target the drugs with a mechanism there, and from it
the drugs that share target and direction with one drug. A measured binding makes no neighbour.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from theriac.flow.drug_targets import DrugTarget, Evidence, Sourced, Target, TargetIndex, drug_targets
from theriac.flow.keys import name_key
from theriac.flow.mechanism_words import StepKind
from theriac.model import DrugTargets, Struct


class Who(NamedTuple):
    """A drug: its entity's id where the registry knows it, and its name."""

    id: str | None
    name: str


class Neighbour(Struct, frozen=True):
    """One drug with a mechanism on a target; `id` is its entity's, where the registry knows it."""

    drug: str
    target: Target
    kind: StepKind
    sign: int | None
    evidence: tuple[Evidence, ...]
    id: str | None = None


class Placed(Struct, frozen=True):
    """One cell of a landscape: a drug on a target, developed for a condition as far as a stage."""

    target: Target
    drug: str
    kind: StepKind
    condition: str
    stage: str


def drug_as_written(document: DrugTargets) -> Who:
    """The drug by the name that the record gives; a store answers with the entity that the record means."""
    return Who(None, document.drug)


def acting_drugs(
    documents: Iterable[Sourced], index: TargetIndex, drug_of: Callable[[DrugTargets], Who] = drug_as_written
) -> dict[Who, tuple[DrugTarget, ...]]:
    """For each drug, by name, what all records together say of its targets; bindings without the flag stand there too."""
    by_drug: dict[Who, list[Sourced]] = {}
    for one in documents:
        if isinstance(one.document, DrugTargets):
            by_drug.setdefault(drug_of(one.document), []).append(one)
    ordered = sorted(by_drug.items(), key=lambda item: (item[0].name, item[0].id or ""))
    return {drug: drug_targets(statements, index) for drug, statements in ordered}


def neighbourhood(
    documents: Iterable[Sourced], index: TargetIndex, drug_of: Callable[[DrugTargets], Who] = drug_as_written
) -> dict[str, tuple[Neighbour, ...]]:
    """Target id → the drugs with a mechanism there, by name."""
    return around_targets(acting_drugs(documents, index, drug_of))


def around_targets(acting: Mapping[Who, Sequence[DrugTarget]]) -> dict[str, tuple[Neighbour, ...]]:
    """Target id → the drugs with a mechanism there, in the order of the drugs."""
    found: dict[str, list[Neighbour]] = {}
    for drug, targets in acting.items():
        for acts in targets:
            if acts.mechanism:
                neighbour = Neighbour(drug=drug.name, id=drug.id, target=acts.target, kind=acts.kind, sign=acts.sign, evidence=acts.evidence)
                found.setdefault(acts.target.id, []).append(neighbour)
    return {target: tuple(drugs) for target, drugs in found.items()}


def neighbours_of(drug: str, targets: Sequence[DrugTarget], around: Mapping[str, Sequence[Neighbour]]) -> tuple[Neighbour, ...]:
    """The other drugs that act on a target of the drug in the same direction; those of an unstated direction only among themselves."""
    own = name_key(drug)
    return tuple(
        other for one in targets if one.mechanism for other in around.get(one.target.id, ()) if other.sign == one.sign and name_key(other.drug) != own
    )


def landscape(around: Mapping[str, Sequence[Neighbour]], stages: Mapping[str, Sequence[tuple[str, str]]], target: str) -> tuple[Placed, ...]:
    """A target's drugs with every condition and stage that `stages` gives for the drug; one without any stands with empty ones."""
    return tuple(
        Placed(target=one.target, drug=one.drug, kind=one.kind, condition=condition, stage=stage)
        for one in around.get(target, ())
        for condition, stage in (stages.get(one.drug) or (("", ""),))
    )

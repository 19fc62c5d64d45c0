"""Which drugs act on which target: the neighbours of a drug, the page of a target, the landscape of target, condition and stage.

Flows in: target statements of all drugs, and the index of targets. Flows out: for each target the drugs with a mechanism there, and from it
the drugs that share target and direction with one drug. A measured binding makes no neighbour.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from theriac.flow.drug_targets import DrugTarget, Evidence, Sourced, Target, TargetIndex, drug_targets
from theriac.flow.keys import name_key
from theriac.flow.mechanism_words import StepKind
from theriac.model import DrugTargets, Struct


class Neighbour(Struct, frozen=True):
    """One drug with a mechanism on a target."""

    drug: str
    target: Target
    kind: StepKind
    sign: int | None
    evidence: tuple[Evidence, ...]


class Placed(Struct, frozen=True):
    """One cell of a landscape: a drug on a target, developed for a condition as far as a stage."""

    target: Target
    drug: str
    kind: StepKind
    condition: str
    stage: str


def drug_as_written(document: DrugTargets) -> str:
    """The drug by the name that the record gives; a store answers with the entity that the record's mention resolved to."""
    return document.drug


def neighbourhood(
    documents: Iterable[Sourced], index: TargetIndex, drug_of: Callable[[DrugTargets], str] = drug_as_written
) -> dict[str, tuple[Neighbour, ...]]:
    """Target id → the drugs with a mechanism there, by name."""
    by_drug: dict[str, list[Sourced]] = {}
    for one in documents:
        if isinstance(one.document, DrugTargets) and any(each.mechanism for each in one.document.interactions):
            by_drug.setdefault(drug_of(one.document), []).append(one)
    found: dict[str, list[Neighbour]] = {}
    for drug, statements in sorted(by_drug.items()):
        for acts in drug_targets(statements, index):
            if acts.mechanism:
                neighbour = Neighbour(drug=drug, target=acts.target, kind=acts.kind, sign=acts.sign, evidence=acts.evidence)
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

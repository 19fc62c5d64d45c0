"""Targets as entities, and which drug does what to which of them.

Flows in: documents about drugs and their targets, each with its record, and the index of targets. Flows out: the nouns of this field, and
the drug–target statements with all their evidence. Binding alone is not a mechanism: only what a source flags as how the drug works stands
among the mechanisms.
"""

from collections.abc import Iterable, Mapping, Sequence

from theriac.flow.gene_names import symbol_key
from theriac.flow.keys import name_key
from theriac.flow.mechanism_words import StepKind, meaning_of_action
from theriac.model import Document, DrugTargets, Interaction, Struct


class Sourced(Struct, frozen=True):
    """A document with the CURIE of the record that it was read from."""

    record: str
    document: Document


class Target(Struct, frozen=True):
    """A protein, or a complex, a family or anything else that drugs act on; `parts` are the targets that it is made of."""

    id: str
    name: str
    genes: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    organism: str | None = None
    type: str | None = None
    parts: tuple[str, ...] = ()


class Evidence(Struct, frozen=True):
    """Who states something, where, in which word, and by which papers."""

    record: str
    path: str
    word: str
    statement: str | None = None
    measured: str | None = None
    origin: str | None = None
    references: tuple[str, ...] = ()
    about: str | None = None
    sign: int | None = None


class DrugTarget(Struct, frozen=True):
    """What a drug does to one target; `mechanism` where at least one source flags it as how the drug works."""

    target: Target
    kind: StepKind
    sign: int | None
    mechanism: bool
    evidence: tuple[Evidence, ...]

    @property
    def disputed(self) -> bool:
        """Whether the sources state opposite signs."""
        return {1, -1} <= {one.sign for one in self.evidence}


class TargetIndex(Struct, frozen=True):
    """Every known target by its id, and what else it goes by."""

    targets: Mapping[str, Target]
    by_identifier: Mapping[str, str]
    by_gene: Mapping[str, str]

    def of_identifiers(self, identifiers: Iterable[str]) -> Target | None:
        """The target that one of the identifiers names, the first that is known."""
        return next((self.targets[known] for one in identifiers if (known := self.by_identifier.get(one))), None)

    def of_gene(self, symbol: str) -> Target | None:
        """The human target of a gene symbol in any spelling."""
        known = self.by_gene.get(symbol_key(symbol))
        return self.targets[known] if known else None


def target_id(accession: str) -> str:
    """The id of the target of an accession or a gene symbol.

    >>> target_id("uniprot:Q9NYK1")
    'target:uniprot.Q9NYK1'
    """
    return f"target:{accession.replace(':', '.', 1)}"


def whole_target(name: str, identifiers: Iterable[str], parts: Sequence[str], organism: str | None, kind: str | None) -> Target:
    """A complex or family, by its parts, else by its ChEMBL identifier, else by its name."""
    own = next((one for one in identifiers if one.startswith("chembl_target:")), None)
    if parts:
        identifier = "+".join(one.replace(":", ".", 1) for one in sorted(parts))
    else:
        identifier = own.replace(":", ".", 1) if own else f"name.{name_key(name)}"
    return Target(
        id=f"target:{identifier}",
        name=name,
        identifiers=(own,) if own else (),
        organism=organism,
        type=(kind or ("complex or family" if parts else "other")).lower(),
        parts=tuple(target_id(part) for part in sorted(parts)),
    )


def drug_targets(evidence: Iterable[Sourced], index: TargetIndex) -> tuple[DrugTarget, ...]:
    """What the records say one drug does, one entry per target: mechanisms first, then by name."""
    found: dict[str, tuple[Target, list[tuple[Evidence, Interaction]]]] = {}
    for one in evidence:
        if isinstance(one.document, DrugTargets):
            for interaction in one.document.interactions:
                target = target_of(interaction, index)
                found.setdefault(target.id, (target, []))[1].append((_evidence(one.record, interaction), interaction))
    gathered = (_drug_target(target, stated) for target, stated in found.values())
    return tuple(sorted(gathered, key=lambda one: (not one.mechanism, -len(one.evidence), one.target.name.casefold(), one.target.id)))


def target_of(interaction: Interaction, index: TargetIndex) -> Target:
    """The target that a statement is about; one that no table describes stands under its own name."""
    accessions = tuple(one for one in interaction.targets if one.startswith("uniprot:"))
    if len(accessions) != 1:
        known = index.of_identifiers(one for one in interaction.targets if one.startswith("chembl_target:"))
        whole = whole_target(interaction.target, interaction.targets, accessions, interaction.organism, None)
        return known or index.targets.get(whole.id) or whole
    return index.of_identifiers(accessions) or Target(
        id=target_id(accessions[0]),
        name=interaction.target,
        genes=interaction.genes,
        identifiers=accessions,
        organism=interaction.organism,
        type="protein",
    )


def _evidence(record: str, one: Interaction) -> Evidence:
    return Evidence(
        record=record,
        path=one.path,
        word=one.action or "",
        statement=one.statement,
        measured=one.measured,
        origin=one.evidence,
        references=one.references,
        sign=meaning_of_action(one.action).sign,
    )


def _drug_target(target: Target, stated: Sequence[tuple[Evidence, Interaction]]) -> DrugTarget:
    """The target with its evidence; what the mechanism rows say outweighs what a measurement says."""
    stated = sorted(stated, key=lambda pair: (pair[0].record, pair[0].path))
    flagged = [pair for pair in stated if pair[1].mechanism]
    telling = [meaning_of_action(pair[1].action) for pair in flagged or stated]
    signs = {one.sign for one in telling if one.sign is not None}
    strongest = next((one for one in telling if one.sign is not None), telling[0])
    return DrugTarget(
        target=target,
        kind=strongest.kind if len(signs) < 2 else StepKind.MODULATES,
        sign=strongest.sign if len(signs) < 2 else None,
        mechanism=bool(flagged),
        evidence=tuple(pair[0] for pair in (*flagged, *(pair for pair in stated if not pair[1].mechanism))),
    )


def evidence_of(names: Iterable[str], identifiers: Iterable[str], documents: Iterable[Sourced]) -> tuple[Sourced, ...]:
    """The target statements about a drug: those that carry one of its identifiers, and those that give its name and no identifier of its kinds.

    A record that names another drug is never taken for a link that it cites.
    """
    wanted, keys = frozenset(identifiers), frozenset(name_key(name) for name in names)
    prefixes = frozenset(one.partition(":")[0] for one in wanted)
    return tuple(one for one in documents if isinstance(one.document, DrugTargets) and _is_about(one.document, wanted, keys, prefixes))


def _is_about(document: DrugTargets, wanted: frozenset[str], keys: frozenset[str], prefixes: frozenset[str]) -> bool:
    if wanted & frozenset(document.identifiers):
        return True
    comparable = any(one.partition(":")[0] in prefixes for one in document.identifiers)
    return not comparable and name_key(document.drug) in keys

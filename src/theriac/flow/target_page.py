"""The page of a target, of a class and of a drug's neighbours: what doors show of who acts on what.

Flows in: targets, classes, and what each drug does, all with evidence. Flows out: the shapes of this field. A drug that only binds is listed
apart; a drug that acts on a family or complex stands on the page of its members with the word of what it was stated for.
"""

from collections.abc import Iterable, Mapping, Sequence

from theriac.attribution import Attribution, attributions
from theriac.flow.drug_classes import DrugClass
from theriac.flow.drug_targets import DrugTarget, Evidence, Target
from theriac.flow.neighbours import Neighbour
from theriac.identifiers import link
from theriac.views import NOT_ADVICE, EntityName, Identifier, View


class Said(View, frozen=True, kw_only=True):
    """One record's statement of what a drug does: its word, its sentence, what was measured, by which papers."""

    record: str
    path: str
    action: str | None
    statement: str | None
    measured: str | None
    origin: str | None
    references: list[str]


class Reach(View, frozen=True, kw_only=True):
    """How far a drug has got for any condition: the furthest stage, and the words that users know."""

    stage: str
    words: str


class ActingDrug(View, frozen=True, kw_only=True):
    """One drug that acts on a target: what it does (`sign` +1 more, −1 less of it), who says so, and how far it has got.

    `id` is null for a drug of which the loaded names know nothing. `through` is the family or complex for which it is stated.
    """

    id: str | None
    name: str
    action: str
    sign: int | None
    mechanism: bool
    disputed: bool
    target: EntityName
    through: str | None
    evidence: list[Said]
    reach: Reach | None


class TargetPage(View, frozen=True, kw_only=True):
    """A target: what it is called, what it is made of, which drugs act on it, and which only bind (`theriac target NAME`)."""

    id: str
    name: str
    genes: list[str]
    names: list[str]
    identifiers: list[Identifier]
    organism: str | None
    type: str | None
    parts: list[EntityName]
    part_of: list[EntityName]
    drugs: list[ActingDrug]
    binding: list[ActingDrug]
    attributions: list[Attribution]
    notice: str = NOT_ADVICE


class ClassMember(View, frozen=True, kw_only=True):
    """One drug of a class with every record that puts it there, in the record's words."""

    id: str | None
    name: str
    words: list[str]
    kinds: list[str]
    evidence: list[Said]
    reach: Reach | None


class ClassPage(View, frozen=True, kw_only=True):
    """A class of drugs (`theriac class NAME`): who belongs to it by whose word."""

    id: str
    name: str
    words: list[str]
    kinds: list[str]
    drugs: list[ClassMember]
    attributions: list[Attribution]
    notice: str = NOT_ADVICE


def said(one: Evidence) -> Said:
    """The evidence as doors show it."""
    return Said(
        record=one.record,
        path=one.path,
        action=one.word or None,
        statement=one.statement,
        measured=one.measured,
        origin=one.origin,
        references=list(one.references),
    )


def acting(drug: tuple[str | None, str], one: DrugTarget, through: str | None = None) -> ActingDrug:
    """What a drug does to a target, as doors show it."""
    return ActingDrug(
        id=drug[0],
        name=drug[1],
        action=str(one.kind),
        sign=one.sign,
        mechanism=one.mechanism,
        disputed=one.disputed,
        target=EntityName(id=one.target.id, name=one.target.name),
        through=through,
        evidence=[said(each) for each in one.evidence],
        reach=None,
    )


def neighbour_line(one: Neighbour) -> ActingDrug:
    """A neighbour, as doors show it."""
    acts = DrugTarget(target=one.target, kind=one.kind, sign=one.sign, mechanism=True, evidence=one.evidence)
    return acting((one.id, one.drug), acts)


def target_page(
    target: Target, names: Iterable[str], part_of: Sequence[Target], targets: Mapping[str, Target], drugs: Sequence[ActingDrug]
) -> TargetPage:
    """The page; drugs with a mechanism first, those that only bind apart."""
    records = [each.record for one in drugs for each in one.evidence]
    return TargetPage(
        id=target.id,
        name=target.name,
        genes=list(target.genes),
        names=[name for name in names if name != target.name],
        identifiers=[Identifier(id=one, link=link(one)) for one in target.identifiers],
        organism=target.organism,
        type=target.type,
        parts=[EntityName(id=one, name=targets[one].name if one in targets else one) for one in target.parts],
        part_of=[EntityName(id=one.id, name=one.name) for one in part_of],
        drugs=[one for one in drugs if one.mechanism],
        binding=[one for one in drugs if not one.mechanism],
        attributions=list(attributions(records)),
    )


def class_page(found: DrugClass) -> ClassPage:
    """The page: one line a drug, with all its evidence."""
    members: dict[tuple[str | None, str], list[int]] = {}
    for number, one in enumerate(found.words):
        members.setdefault((one.drug, one.drug_name), []).append(number)
    drugs = [
        ClassMember(
            id=drug,
            name=name,
            words=list(dict.fromkeys(found.words[number].text for number in numbers)),
            kinds=list(dict.fromkeys(found.words[number].kind for number in numbers)),
            evidence=_evidence(found, numbers),
            reach=None,
        )
        for (drug, name), numbers in members.items()
    ]
    return ClassPage(
        id=found.id,
        name=found.name,
        words=sorted({one.text for one in found.words}),
        kinds=sorted({one.kind for one in found.words}),
        drugs=drugs,
        attributions=list(attributions(one.evidence.record for one in found.words)),
    )


def _evidence(found: DrugClass, numbers: Sequence[int]) -> list[Said]:
    """Each record once."""
    once = {found.words[number].evidence.record: said(found.words[number].evidence) for number in reversed(numbers)}
    return list(once.values())[::-1]

"""Where two sources disagree on how a drug works.

Flows in: the target statements of both about one drug. Flows out: their disagreements by kind, from opposite actions to a target that only
one of them flags. Nobody is believed more: what each says stands side by side. A family on one side and its member on the other agree, at
another grain, and are listed as that.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from theriac.flow.drug_targets import DrugTarget, Sourced, TargetIndex, drug_targets
from theriac.flow.keys import name_key
from theriac.flow.mechanism_words import meaning_of_action
from theriac.model import Struct

_SHORTEST_FAMILY = 12
_UNLISTED = 1_000  # a family whose members nobody lists is wider than any that is listed


class ConflictKind(StrEnum):
    """How two sources disagree, the gravest first."""

    OPPOSITE = "opposite actions on one target"
    GRADE = "same direction, another action"
    UNSPECIFIC = "one states a direction, the other none"
    OTHER_TARGET = "mechanism targets have nothing in common"
    GRAIN = "family or complex on one side, its member on the other"
    UNKNOWN_GRAIN = "a target whose parts no loaded table lists: cannot be compared"
    NOT_FLAGGED = "mechanism on one side, only measured on the other"
    MISSING = "mechanism on one side, not listed on the other"


class Conflict(Struct, frozen=True):
    """One disagreement about a drug: what the first source says and what the second."""

    drug: str
    kind: ConflictKind
    left: str
    right: str
    records: tuple[str, ...]


def conflicts(drug: str, statements: Iterable[Sourced], index: TargetIndex, sources: tuple[str, str]) -> tuple[Conflict, ...]:
    """The disagreements of two sources about one drug; none where either has no mechanism for it."""
    sides = [[one for one in statements if one.record.partition(":")[0] == source] for source in sources]
    left, right = (drug_targets(side, index) for side in sides)
    if not any(one.mechanism for one in left) or not any(one.mechanism for one in right):
        return ()
    found = [*_pairs(drug, left, right, swapped=False), *_lonely(drug, left, right, swapped=False), *_lonely(drug, right, left, swapped=True)]
    return tuple(dict.fromkeys(found))


def _pairs(drug: str, left: Sequence[DrugTarget], right: Sequence[DrugTarget], *, swapped: bool) -> Iterator[Conflict]:
    """Actions that differ on one and the same target."""
    flagged = [one for one in right if one.mechanism]
    for one in left:
        other = next((each for each in flagged if _same(one, each)), None)
        if one.mechanism and other is not None:
            kind = _difference(one, other)
            if kind is not None:
                yield _conflict(drug, kind, one, other, swapped=swapped)


def _difference(one: DrugTarget, other: DrugTarget) -> ConflictKind | None:
    words = [{each.word.casefold() for each in side.evidence if each.word} for side in (one, other)]
    signs = [{meaning_of_action(word).sign for word in side} or {None} for side in words]
    if words[0] & words[1]:
        return None
    if (1 in signs[0] and -1 in signs[1]) or (-1 in signs[0] and 1 in signs[1]):
        return ConflictKind.OPPOSITE
    if (None in signs[0]) != (None in signs[1]):
        return ConflictKind.UNSPECIFIC
    return ConflictKind.GRADE


def _lonely(drug: str, left: Sequence[DrugTarget], right: Sequence[DrugTarget], *, swapped: bool) -> Iterator[Conflict]:
    """Mechanism targets of one side that the other side does not flag."""
    flagged = [one for one in right if one.mechanism]
    own = [one for one in left if one.mechanism]
    shared = any(_same(one, other) or _kin(one, other) for one in own for other in flagged)
    unlisted = any(_opaque(one) for one in (*own, *flagged))
    for one in own:
        if any(_same(one, other) for other in flagged):
            continue
        kin = next((other for other in flagged if _kin(one, other)), None)
        measured = next((other for other in right if not other.mechanism and _same(one, other)), None)
        if kin is not None:
            # Told once, from the side that names the whole.
            if _difference(one, kin) is ConflictKind.OPPOSITE:
                if not swapped:
                    yield _conflict(drug, ConflictKind.OPPOSITE, one, kin, swapped=swapped)
            elif _breadth(one) > _breadth(kin) or (_breadth(one) == _breadth(kin) and not swapped):
                yield _conflict(drug, ConflictKind.GRAIN, one, kin, swapped=swapped)
        elif measured is not None:
            yield _conflict(drug, ConflictKind.NOT_FLAGGED, one, measured, swapped=swapped)
        elif shared:
            yield _conflict(drug, ConflictKind.UNKNOWN_GRAIN if unlisted else ConflictKind.MISSING, one, None, swapped=swapped)
    measured_anywhere = _measured(own, right) or _measured(flagged, left)
    if own and flagged and not shared and not swapped and not measured_anywhere:
        kind = ConflictKind.UNKNOWN_GRAIN if unlisted else ConflictKind.OTHER_TARGET
        records = tuple(dict.fromkeys(each.record for one in (*own, *flagged) for each in one.evidence))
        says = ["; ".join(map(_said, side)) for side in (own, flagged)]
        yield Conflict(drug=drug, kind=kind, left=says[0], right=says[1], records=records)


def _measured(flagged: Sequence[DrugTarget], other: Sequence[DrugTarget]) -> bool:
    """Whether a mechanism target of one side is at least measured on the other."""
    return any(not each.mechanism and _same(one, each) for one in flagged for each in other)


def _opaque(one: DrugTarget) -> bool:
    """A complex or family of which nobody lists the parts."""
    return one.target.type != "protein" and not one.target.parts


def _same(one: DrugTarget, other: DrugTarget) -> bool:
    """Whether both are one target; of what has no listed parts (DNA, a fusion), and of one virus's proteins by isolate, the name tells."""
    alike = _opaque(one) == _opaque(other) and not one.target.parts and not other.target.parts
    return one.target.id == other.target.id or (alike and name_key(one.target.name) == name_key(other.target.name))


def _kin(one: DrugTarget, other: DrugTarget) -> bool:
    """Whether one is a part of the other, or both have a part in common; of a family whose parts nobody lists the name tells."""
    parts = [frozenset(side.target.parts) or frozenset({side.target.id}) for side in (one, other)]
    return not _same(one, other) and (bool(parts[0] & parts[1]) or _begins(one, other) or _begins(other, one))


def _begins(whole: DrugTarget, part: DrugTarget) -> bool:
    """Whether a name for something without listed parts begins another name: Retinoic acid receptor, Retinoic acid receptor beta."""
    key = name_key(whole.target.name)
    return _opaque(whole) and len(key) >= _SHORTEST_FAMILY and name_key(part.target.name).startswith(key)


def _breadth(one: DrugTarget) -> int:
    return len(one.target.parts) or (_UNLISTED if _opaque(one) else 1)


def _conflict(drug: str, kind: ConflictKind, one: DrugTarget, other: DrugTarget | None, *, swapped: bool) -> Conflict:
    says, records = [_said(one), _said(other)], [each.record for side in (one, other) if side is not None for each in side.evidence]
    if swapped:
        says.reverse()
    return Conflict(drug=drug, kind=kind, left=says[0], right=says[1], records=tuple(dict.fromkeys(records)))


def _said(one: DrugTarget | None) -> str:
    """The target with the action words, or the measurement where there is no more."""
    if one is None:
        return "not listed"
    words = dict.fromkeys(each.word.lower() for each in one.evidence if each.word)
    measured = dict.fromkeys(each.measured for each in one.evidence if each.measured)
    how = ", ".join(words) or "; ".join(measured) or "no action stated"
    return f"{one.target.name} ({how})"

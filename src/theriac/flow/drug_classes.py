"""Classes of drugs: what labels, agencies and mechanism tables call a group of drugs, and which class a person means.

Flows in: class words of labels and the statements of what drugs do to targets. Flows out: classes by their key, each word with where it
stands. Two sources mean one class where their words differ only in case, number, punctuation or the code in brackets; "TLR7 agonist" and
"Toll-like receptor 7 agonist" are one because both name one target and one action. No tree of classes is assumed: a class holds the drugs of
which somebody says it, and no others.
"""

import re
from collections.abc import Iterable, Mapping

from theriac.flow.drug_targets import DrugTarget, Evidence
from theriac.flow.keys import name_key
from theriac.flow.mechanism_words import ACTIONS
from theriac.flow.registry import Entity, EntityName
from theriac.flow.resolution import Resolution, ResolutionCandidate
from theriac.flow.target_names import TargetNames, resolve_target
from theriac.model import Struct
from theriac.terms import EntityKind, NameKind, ResolutionKind

PREFIX = "class:name."
_CODE = re.compile(r"\s*\[[A-Za-z/]{2,10}\]\s*\Z")
_ACTION_WORDS = {name_key(action): action for action in ACTIONS}


class ClassWord(Struct, frozen=True):
    """A class as one record writes it, of one drug; `kind` is the record's own system (EPC, MoA, mechanism)."""

    text: str
    kind: str
    drug: str | None
    drug_name: str
    evidence: Evidence


class DrugClass(Struct, frozen=True):
    """A class: the words for it that most records use, and every record that puts a drug into it."""

    id: str
    name: str
    words: tuple[ClassWord, ...]


def class_key(text: str) -> str:
    """The key of a class: without the code in brackets and in the singular.

    >>> class_key("Janus Kinase Inhibitors [MoA]") == class_key("janus kinase inhibitor")
    True
    """
    bare = _CODE.sub("", text.strip())
    return name_key(re.sub(r"(?<=[a-z]{3})(?<!s)s\Z", "", bare))


def class_id(text: str) -> str:
    """The id of the class that the words name.

    >>> class_id("Kinase Inhibitor [EPC]")
    'class:name.kinaseinhibitor'
    """
    return PREFIX + class_key(text)


def words_of_target(drug: str | None, drug_name: str, acts: DrugTarget) -> Iterable[ClassWord]:
    """The classes that a mechanism makes: the source's sentence, its action on the target, and the action alone."""
    if not acts.mechanism:
        return
    for one in acts.evidence:
        if one.word:
            action = one.word.lower()
            texts = dict.fromkeys((one.statement or "", f"{acts.target.name} {action}", action))
            for text in filter(None, texts):
                kind = "action" if text == action else "mechanism"
                yield ClassWord(text=text, kind=kind, drug=drug, drug_name=drug_name, evidence=one)


def gather_classes(words: Iterable[ClassWord]) -> dict[str, DrugClass]:
    """All classes by key."""
    found: dict[str, list[ClassWord]] = {}
    for one in words:
        if key := class_key(one.text):
            found.setdefault(key, []).append(one)
    return {key: _gathered(key, listed) for key, listed in found.items()}


def _gathered(key: str, listed: list[ClassWord]) -> DrugClass:
    used: dict[str, int] = {}
    for one in listed:
        used[one.text] = used.get(one.text, 0) + 1
    order = sorted(set(listed), key=lambda one: (one.drug_name.casefold(), one.evidence.record, one.evidence.path, one.text))
    return DrugClass(id=PREFIX + key, name=min(used, key=lambda text: (-used[text], text)), words=tuple(order))


def resolve_class(text: str, classes: Mapping[str, DrugClass], names: TargetNames) -> Resolution:
    """The class that the words mean: as written, or a target (under any of its names) with an action behind it."""
    key = class_key(text.strip().removeprefix(PREFIX))
    reason = "the name as written"
    if key not in classes:
        key, reason = _by_target(text, names), "its target and action"
    found = classes.get(key)
    if found is not None:
        option = ResolutionCandidate(entity=found.id, name=found.name, score=1.0, reason=reason)
        return Resolution(query=text, entity=found.id, kind=ResolutionKind.RESOLVED, score=1.0, reason=reason, candidates=(option,))
    words = [name_key(word) for word in text.split() if name_key(word)]
    near = [one for known, one in sorted(classes.items()) if words and all(word in known for word in words)][:8]
    options = tuple(ResolutionCandidate(entity=one.id, name=one.name, score=0.5, reason="holds these words") for one in near)
    said = "no source that is loaded puts a drug into a class of this name"
    return Resolution(query=text, entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason=said, candidates=options)


def _by_target(text: str, names: TargetNames) -> str:
    """The key of `TARGET ACTION` where the words before the action resolve to one target."""
    target, _, action = _CODE.sub("", text.strip()).rpartition(" ")
    bare = action.lower().removesuffix("s")
    found = resolve_target(target, names).entity if target and name_key(bare) in _ACTION_WORDS else None
    return class_key(f"{names.index.targets[found].name} {bare}") if found else ""


def class_entity(found: DrugClass) -> Entity:
    """The class as an entity, like drugs and conditions."""
    texts = dict.fromkeys((found.name, *(one.text for one in found.words)))
    named = tuple(EntityName(text=text, key=name_key(text), kind=NameKind.SYNONYM) for text in texts)
    return Entity(id=found.id, kind=EntityKind.CLASS, name=found.name, names=named)

"""Labels of several drugs and a situation flow in; the statements that apply flow out, each with quote and label, and what was looked at.

Never a yes or no, never "safe": where nothing is found it says so of the loaded labels, with their dates, and which classes were not
expanded. A class covers a drug only through class
data that the caller hands in.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from theriac.labels.cautions import absences, read_cautions
from theriac.labels.document import LabelDocument
from theriac.labels.findings import Absence, Applies, Caution, Checked, Interaction
from theriac.labels.interactions import read_interactions
from theriac.labels.reaction_names import normal_name
from theriac.labels.word_lists import word_set

_AGE_OF_CHILD, _AGE_OF_ELDER = 18.0, 65.0
_STOP_WORDS = word_set(
    """
    disease disorder disorders condition conditions syndrome the of and or a an in with patients known severe mild chronic acute
    """
)


def check(
    labels: Sequence[LabelDocument],
    *,
    with_drugs: Iterable[str] = (),
    conditions: Iterable[str] = (),
    pregnant: bool = False,
    lactating: bool = False,
    immunosuppressed: bool = False,
    age: float | None = None,
    classes: Mapping[str, Iterable[str]] | None = None,
) -> Checked:
    """What the loaded labels state about this use; `classes` maps a class in a label's words (small letters) to the drugs that loaded
    data puts into it."""
    asked = _Question(
        tuple(with_drugs),
        tuple(conditions),
        _states(pregnant, lactating, immunosuppressed, age),
        {k.lower(): tuple(d.lower() for d in v) for k, v in (classes or {}).items()},
    )
    statements: list[Applies] = []
    unexpanded: dict[str, str] = {}
    for document in labels:
        cautions, interactions = read_cautions(document), read_interactions(document)
        statements.extend(_from_interactions(document, interactions, asked))
        statements.extend(_from_cautions(document, cautions, asked))
        for name in _not_expanded(interactions, asked):
            unexpanded.setdefault(normal_name(name), name)
    found = {statement.asked for statement in statements}
    missing = tuple(what for what in asked.everything() if what not in found)
    looked_at = tuple(label_line(document) for document in labels)
    return Checked(
        statements=tuple(dict.fromkeys(statements)),
        looked_at=looked_at,
        not_found=missing,
        absences=tuple(_absences(labels)),
        classes_not_expanded=tuple(unexpanded.values()),
        notice=notice(labels, missing, tuple(unexpanded.values())),
    )


def label_line(document: LabelDocument) -> str:
    """One label as it was looked at: name, document type, jurisdiction, version, date."""
    name = next(iter(document.brand_names or document.generic_names), document.set_id or "unnamed label")
    details = [document.document_type, document.jurisdiction, f"version {document.version}" if document.version else "", document.effective_time]
    return f"{name} ({', '.join(part for part in details if part)})"


def notice(labels: Sequence[LabelDocument], missing: Sequence[str], unexpanded: Sequence[str]) -> str:
    """The sentence that stands under every answer; it never says that there is no interaction."""
    count = f"{len(labels)} loaded label{'' if len(labels) == 1 else 's'}"
    dates = ", ".join(dict.fromkeys(document.effective_time or "undated" for document in labels)) or "none"
    classes = f"classes not expanded: {'; '.join(unexpanded) if unexpanded else 'none named'}"
    if missing:
        return f"No statement in {count} ({dates}) for: {'; '.join(missing)}; {classes}. Not evidence of safety."
    return f"Looked at {count} ({dates}); {classes}. Not evidence of safety."


class _Question:
    """What is asked: other drugs, conditions and states, each with the words that find it."""

    def __init__(
        self,
        drugs: tuple[str, ...],
        conditions: tuple[str, ...],
        states: tuple[tuple[str, tuple[str, ...]], ...],
        classes: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.drugs, self.conditions, self.states, self.classes = drugs, conditions, states, classes

    def everything(self) -> list[str]:
        """All that was asked, in the words of the answer."""
        return [
            *(f"with {drug}" for drug in self.drugs),
            *(f"condition {condition}" for condition in self.conditions),
            *(name for name, _ in self.states),
        ]

    def drug_of_class(self, name: str, drug: str) -> bool:
        """Whether loaded class data puts the drug into the class the label names."""
        return drug.lower() in self.classes.get(name.lower(), ())


def _states(pregnant: bool, lactating: bool, immunosuppressed: bool, age: float | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The states asked about, each with the populations that hold for it."""
    states: list[tuple[str, tuple[str, ...]]] = []
    if pregnant:
        states.append(("pregnant", ("pregnancy",)))
    if lactating:
        states.append(("lactating", ("lactation",)))
    if immunosuppressed:
        states.append(("immunosuppressed", ("immunosuppressed", "transplant")))
    if age is not None:
        populations = ("paediatric",) if age < _AGE_OF_CHILD else ("geriatric",) if age >= _AGE_OF_ELDER else ()
        states.append((f"age {age:g}", populations))
    return tuple(states)


def _from_interactions(document: LabelDocument, interactions: Iterable[Interaction], asked: _Question) -> Iterator[Applies]:
    for interaction in interactions:
        for drug in asked.drugs:
            matched = _partner(interaction, drug, asked)
            if matched:
                yield _applies(document, f"with {drug}", matched, interaction.quote, interaction.section, interaction.path, interaction.actions)


def _partner(interaction: Interaction, drug: str, asked: _Question) -> str | None:
    """How the statement names the drug: itself, as an example of a class, as a class that was asked for, or by loaded class data."""
    if _names(interaction.name, drug):
        return interaction.name
    for example in interaction.examples:
        if _names(example, drug):
            return f"{interaction.name} (e.g. {example})"
    if interaction.kind == "class" and asked.drug_of_class(interaction.name, drug):
        return f"{interaction.name} (class data)"
    return drug if re.search(rf"\b{re.escape(drug)}\b", interaction.quote, re.IGNORECASE) else None


def _names(text: str, drug: str) -> bool:
    """Whether the label's word is the drug or the class asked for, singular or plural."""
    one, other = normal_name(text), normal_name(drug)
    return one == other or bool(re.search(rf"\b{re.escape(other)}s?\b", one))


def _from_cautions(document: LabelDocument, cautions: Iterable[Caution], asked: _Question) -> Iterator[Applies]:
    for caution in cautions:
        for name, populations in asked.states:
            matched = next((population for population in populations if population in caution.populations), None)
            if matched:
                yield _of_caution(document, caution, name, matched, caution.quote)
        for condition in asked.conditions:
            for quote in _mentions(caution, condition):
                yield _of_caution(document, caution, f"condition {condition}", condition, quote)
        for drug in asked.drugs:
            for quote in _mentions(caution, drug):
                yield _of_caution(document, caution, f"with {drug}", drug, quote)


def _mentions(caution: Caution, what: str) -> Iterator[str]:
    """The sentences of a caution that name the condition or drug asked for."""
    sentences = (caution.quote, *caution.advice)
    words = [re.escape(word) for word in normal_name(what).replace("-", " ").split() if word not in _STOP_WORDS]
    if not words:
        return
    patterns = [re.compile(rf"\b{word}", re.IGNORECASE) for word in words]
    for sentence in dict.fromkeys(sentences):
        plain = sentence.replace("-", " ").replace("auto immune", "autoimmune")
        american = normal_name(plain)
        if all(pattern.search(plain) or pattern.search(american) for pattern in patterns):
            yield sentence


def _of_caution(document: LabelDocument, caution: Caution, asked: str, matched: str, quote: str) -> Applies:
    return _applies(document, asked, matched, quote, caution.section, caution.path, caution.actions)


def _applies(
    document: LabelDocument, asked: str, matched: str, quote: str, section: str | None, path: str | None, actions: tuple[str, ...]
) -> Applies:
    return Applies(
        asked=asked,
        matched=matched,
        quote=quote,
        label=label_line(document),
        document_type=document.document_type,
        jurisdiction=document.jurisdiction,
        date=document.effective_time,
        section=section,
        path=path,
        actions=actions,
    )


def _not_expanded(interactions: Iterable[Interaction], asked: _Question) -> Iterator[str]:
    """The classes the labels name for which no class data was handed in: a drug asked for may belong to them."""
    if not asked.drugs:
        return
    for interaction in interactions:
        if interaction.kind == "class" and interaction.name.lower() not in asked.classes:
            yield interaction.name


def _absences(labels: Iterable[LabelDocument]) -> Iterator[Absence]:
    for document in labels:
        for absence in absences(document):
            yield Absence(what=f"{absence.what} in {label_line(document)}", kind=absence.kind, quote=absence.quote, path=absence.path)

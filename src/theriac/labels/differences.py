"""Two versions of one label flow in; the statements that were added, removed or changed flow out, section by section, both quotes
beside each other.

White space, typography, numbering, references to other sections and the order of statements are no change. It compares text and the
indications read from it; it never says whether
a change matters.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec
from rapidfuzz import fuzz, process

from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.findings import Difference
from theriac.labels.indications import read_indications
from theriac.labels.passages import passages
from theriac.terms import EventKind

_KINDS: Mapping[str, EventKind] = MappingProxyType({
    "indications": EventKind.LABEL_INDICATION_CHANGED,
    "dosage": EventKind.LABEL_DOSING_CHANGED,
    "contraindications": EventKind.LABEL_CONTRAINDICATION_CHANGED,
    "warnings_and_precautions": EventKind.LABEL_WARNING_CHANGED,
    "warnings": EventKind.LABEL_WARNING_CHANGED,
    "precautions": EventKind.LABEL_WARNING_CHANGED,
    "adverse_reactions": EventKind.LABEL_ADVERSE_REACTIONS_CHANGED,
    "interactions": EventKind.LABEL_INTERACTION_CHANGED,
    "specific_populations": EventKind.LABEL_POPULATION_CHANGED,
    "pregnancy": EventKind.LABEL_POPULATION_CHANGED,
    "lactation": EventKind.LABEL_POPULATION_CHANGED,
    "contraception": EventKind.LABEL_POPULATION_CHANGED,
    "pediatric": EventKind.LABEL_POPULATION_CHANGED,
    "geriatric": EventKind.LABEL_POPULATION_CHANGED,
    "renal": EventKind.LABEL_POPULATION_CHANGED,
    "hepatic": EventKind.LABEL_POPULATION_CHANGED,
})  # fmt: skip
_INSIDE_POPULATIONS = frozenset(("pregnancy", "lactation", "contraception", "pediatric", "geriatric", "renal", "hepatic"))
_SKIPPED = frozenset(("package_label", "product_data", "recent_changes", "references"))
_REFERENCE = re.compile(
    r"[\[(]\s*see\b[^\])]*(?:\([^)]*\)[^\])]*)*[\])]|\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*\)", re.IGNORECASE
)
_NUMBERING = re.compile(r"^\s*\d{1,2}(?:\.\d{1,2}){0,2}\.?\s+(?=[A-Z])|\b(?:table|figure)\s+\d+\b", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^a-z0-9%<>≥≤=.+/]+|(?<!\d)\.|\.(?!\d)")
_TYPOGRAPHY = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "’": "'",
        "‘": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
        "\u00a0": " ",
        "®": "",
        "™": "",
        "µ": "u",
        "μ": "u",
    }
)
_ALIKE = 62.0  # below this share of common words two statements are another statement, not a change of one


class Statement(msgspec.Struct, frozen=True):
    """One passage with what is compared of it."""

    quote: str
    path: str
    compared: str


def label_differences(old: LabelDocument, new: LabelDocument) -> tuple[Difference, ...]:
    """What the new version of a label says otherwise than the old one; nothing for equal texts."""
    found: list[Difference] = []
    for key in _keys(old, new):
        if key == "boxed_warning":
            found.extend(_boxed(old, new))
        else:
            found.extend(_section(old, new, key))
    return (*_indications(old, new), *found)


def _keys(old: LabelDocument, new: LabelDocument) -> list[str]:
    """The kinds of sections of both, in order; parts of "specific populations" only where a version has no such section."""
    keys = list(dict.fromkeys(section.key for document in (old, new) for section in document.sections if section.key not in _SKIPPED))
    if "specific_populations" in keys:
        keys = [key for key in keys if key not in _INSIDE_POPULATIONS]
    return [key for key in keys if key not in ("mechanism", "pharmacodynamics", "pharmacokinetics") or "clinical_pharmacology" not in keys]


def statements_of(document: LabelDocument, key: str) -> list[Statement]:
    """The statements of a kind of section, each once; the highlights only repeat them."""
    found: list[Statement] = []
    for section in (s for s in document.sections if s.key == key):
        parts = [leaf for leaf in leaves(section) if not leaf.highlights] or list(leaves(section))
        for leaf in parts:
            found.extend(_of_leaf(leaf))
    return found


def _of_leaf(leaf: Section) -> Iterator[Statement]:
    for part in passages(leaf.text):
        compared = comparable(part.text)
        if len(compared) > 3:
            yield Statement(part.text, leaf.path, compared)


def comparable(text: str) -> str:
    """The text as it is compared: small letters, plain quotes and dashes, no references, no numbering, no punctuation.

    >>> comparable("2.1  Apply “Drug”® twice daily [see Dosage (2.2)].") == comparable('3.4 Apply "Drug" twice  daily')
    True
    """
    plain = _NUMBERING.sub(" ", _REFERENCE.sub(" ", text.translate(_TYPOGRAPHY)))
    return " ".join(_NOT_WORD.sub(" ", plain.lower()).split())


def _section(old: LabelDocument, new: LabelDocument, key: str) -> Iterator[Difference]:
    if _texts(old, key) == _texts(new, key):
        return
    before, after = statements_of(old, key), statements_of(new, key)
    kind = _KINDS.get(key)
    for one, other in _paired(_only(before, after), _only(after, before)):
        change = "changed" if one and other else "removed" if one else "added"
        yield _difference(key, change, kind, one, other)


def _texts(document: LabelDocument, key: str) -> list[str]:
    return [section.text for section in document.sections if section.key == key]


def _only(these: Iterable[Statement], those: Iterable[Statement]) -> list[Statement]:
    """The statements that the other version does not have, counted and without regard to blanks: moving, joining or splitting one is no
    change."""
    packed = [statement.compared.replace(" ", "") for statement in those]
    left, whole = Counter(packed), "".join(packed)
    found = []
    for statement in these:
        letters = statement.compared.replace(" ", "")
        if left[letters] > 0:
            left[letters] -= 1
        elif letters not in whole:
            found.append(statement)
    return found


def _paired(removed: list[Statement], added: list[Statement]) -> Iterator[tuple[Statement | None, Statement | None]]:
    """Each removed statement with the added one most like it, if one is alike enough; the others alone."""
    left = list(added)
    for statement in removed:
        best = process.extractOne(statement.compared, [s.compared for s in left], scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE)
        yield statement, (left.pop(best[2]) if best else None)
    for statement in left:
        yield None, statement


def _difference(key: str, change: str, kind: EventKind | None, one: Statement | None, other: Statement | None) -> Difference:
    return Difference(
        section=key,
        change=change,
        kind=kind,
        old=one.quote if one else None,
        new=other.quote if other else None,
        path_old=one.path if one else None,
        path_new=other.path if other else None,
    )


def _boxed(old: LabelDocument, new: LabelDocument) -> Iterator[Difference]:
    """A box that appeared or went is one difference; otherwise its statements are compared."""
    before, after = sections_of(old, "boxed_warning"), sections_of(new, "boxed_warning")
    if before and after:
        for difference in _section(old, new, "boxed_warning"):
            yield msgspec.structs.replace(difference, kind=EventKind.LABEL_BOXED_WARNING_CHANGED)
    elif after:
        yield Difference(section="boxed_warning", change="added", kind=EventKind.LABEL_BOXED_WARNING_ADDED, new=after[0].text, path_new=after[0].path)
    elif before:
        yield Difference(
            section="boxed_warning", change="removed", kind=EventKind.LABEL_BOXED_WARNING_REMOVED, old=before[0].text, path_old=before[0].path
        )


def _indications(old: LabelDocument, new: LabelDocument) -> Iterator[Difference]:
    """Diseases that only one version is indicated for."""
    before = {comparable(i.name): i for i in read_indications(old)[0]}
    after = {comparable(i.name): i for i in read_indications(new)[0]}
    for name, indication in after.items():
        if name not in before and not _named(name, before):
            yield Difference(
                section="indications",
                change="added",
                kind=EventKind.LABEL_INDICATION_ADDED,
                statement=indication.name,
                new=indication.quote,
                path_new=indication.path,
            )
    for name, indication in before.items():
        if name not in after and not _named(name, after):
            yield Difference(
                section="indications",
                change="removed",
                kind=EventKind.LABEL_INDICATION_REMOVED,
                statement=indication.name,
                old=indication.quote,
                path_old=indication.path,
            )


def _named(name: str, others: Iterable[str]) -> bool:
    """Whether another name is the same with a word more or less or in another order."""
    return any(fuzz.token_set_ratio(name, other) >= 95 for other in others)

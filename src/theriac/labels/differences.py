"""Two versions of one label flow in; the statements that were added, removed or changed flow out, section by section, both quotes
beside each other.

What is a change and what is only layout is for `changed_text` to say, as it is for events; here its passages get their section, their path and
the kind of event they are material for, in every section of the label. It never says whether a change matters.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rapidfuzz import fuzz

from theriac.labels.changed_text import Passage, changed_passages, key_of
from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.findings import Difference
from theriac.labels.indications import read_indications
from theriac.labels.statements import Indication
from theriac.terms import EventKind

_KINDS: Mapping[str, EventKind] = MappingProxyType({
    "boxed_warning": EventKind.LABEL_BOXED_WARNING_CHANGED,
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
_SAME_NAME = 95.0


def label_differences(old: LabelDocument, new: LabelDocument) -> tuple[Difference, ...]:
    """What the new version of a label says otherwise than the old one; nothing for equal texts."""
    found = [difference for key in _keys(old, new) for difference in _section(old, new, key)]
    return (*_indications(old, new), *found)


def _keys(old: LabelDocument, new: LabelDocument) -> list[str]:
    """The kinds of sections of both, in order; parts of "specific populations" only where a version has no such section."""
    keys = list(dict.fromkeys(section.key for document in (old, new) for section in document.sections if section.key not in _SKIPPED))
    if "specific_populations" in keys:
        keys = [key for key in keys if key not in _INSIDE_POPULATIONS]
    return [key for key in keys if key not in ("mechanism", "pharmacodynamics", "pharmacokinetics") or "clinical_pharmacology" not in keys]


def _section(old: LabelDocument, new: LabelDocument, key: str) -> Iterator[Difference]:
    before, after = _of(old, key), _of(new, key)
    if key == "boxed_warning" and not (before and after):
        yield from _box(old, new)
        return
    texts_old, texts_new = ([section.text for section in side] for side in (before, after))
    if texts_old == texts_new:
        return
    for passage in changed_passages(texts_old, texts_new):
        yield _difference(key, passage, _path(before, passage.old), _path(after, passage.new))


def _of(document: LabelDocument, key: str) -> list[Section]:
    return [section for section in document.sections if section.key == key]


def _difference(key: str, passage: Passage, path_old: str | None, path_new: str | None) -> Difference:
    change = "changed" if passage.old and passage.new else "removed" if passage.old else "added"
    return Difference(
        section=key, change=change, kind=_KINDS.get(key), old=passage.old or None, new=passage.new or None, path_old=path_old, path_new=path_new
    )


def _path(sections: Sequence[Section], quote: str) -> str | None:
    """The path of the part that holds the passage, or of the section where it runs over several parts."""
    if not quote:
        return None
    parts = [part for section in sections for part in (*leaves(section), section)]
    return next((part.path for part in parts if quote in part.text), None)


def _box(old: LabelDocument, new: LabelDocument) -> Iterator[Difference]:
    """A box that appeared or went is one difference."""
    before, after = sections_of(old, "boxed_warning"), sections_of(new, "boxed_warning")
    if after and not before:
        yield Difference(section="boxed_warning", change="added", kind=EventKind.LABEL_BOXED_WARNING_ADDED, new=after[0].text, path_new=after[0].path)
    elif before and not after:
        yield Difference(
            section="boxed_warning", change="removed", kind=EventKind.LABEL_BOXED_WARNING_REMOVED, old=before[0].text, path_old=before[0].path
        )


def _indications(old: LabelDocument, new: LabelDocument) -> Iterator[Difference]:
    """Diseases that only one version is indicated for."""
    texts_old, texts_new = ([section.text for section in sections_of(side, "indications")] for side in (old, new))
    if texts_old == texts_new:
        return
    before, after = read_indications(old)[0], read_indications(new)[0]
    for one in _only(after, before):
        yield Difference(
            section="indications", change="added", kind=EventKind.LABEL_INDICATION_ADDED, statement=one.name, new=one.quote, path_new=one.path
        )
    for one in _only(before, after):
        yield Difference(
            section="indications", change="removed", kind=EventKind.LABEL_INDICATION_REMOVED, statement=one.name, old=one.quote, path_old=one.path
        )


def _only(these: Sequence[Indication], those: Sequence[Indication]) -> Iterator[Indication]:
    """The uses that the other version does not name, also not with a word more or less or in another order; each once."""
    known = {key_of(one.name): one.name for one in those}
    for one in these:
        key = key_of(one.name)
        if key not in known and not any(fuzz.token_set_ratio(one.name, name) >= _SAME_NAME for name in known.values()):
            known[key] = one.name
            yield one

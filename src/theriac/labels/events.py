"""What changed in a label between two versions, as typed changes with the exact sentences of both.

Flows in: two versions of one label. Flows out: one change for each kind of event, with all changed passages behind it. Layout is silent,
except in boxed warnings and indications, where every change of the text is told and layout has the slot `layout`. Sections without a kind (how
supplied, pharmacology, package pictures) are silent: of those only the new version itself is told. It binds nothing to versions and dates;
`flow.events.bound` does.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec
from rapidfuzz import fuzz

from theriac.dates import PartialDate, read_date_or_none
from theriac.labels.changed_text import Passage, changed_passages, core, key_of, shortened
from theriac.labels.document import LabelDocument
from theriac.labels.indications import read_indications
from theriac.labels.statements import Indication
from theriac.terms import EventKind

_POPULATIONS = (
    *("specific_populations", "pregnancy", "labor_and_delivery", "lactation", "contraception", "pediatric", "geriatric", "renal", "hepatic"),
)
_OTC_WARNINGS = ("otc_do_not_use", "otc_ask_doctor", "otc_when_using", "otc_stop_use", "otc_keep_out")
# The order matters: old labels repeat interactions and populations inside `precautions`, and the more telling kind claims the sentence.
_SECTIONS: Mapping[EventKind, tuple[str, ...]] = MappingProxyType(
    {
        EventKind.LABEL_BOXED_WARNING_CHANGED: ("boxed_warning",),
        EventKind.LABEL_INDICATION_CHANGED: ("indications",),
        EventKind.LABEL_DOSING_CHANGED: ("dosage",),
        EventKind.LABEL_CONTRAINDICATION_CHANGED: ("contraindications",),
        EventKind.LABEL_ADVERSE_REACTIONS_CHANGED: ("adverse_reactions",),
        EventKind.LABEL_INTERACTION_CHANGED: ("interactions",),
        EventKind.LABEL_POPULATION_CHANGED: _POPULATIONS,
        EventKind.LABEL_WARNING_CHANGED: ("warnings_and_precautions", "warnings", "precautions", *_OTC_WARNINGS),
    }
)
_CLAIMED_BY_OTHERS = frozenset({EventKind.LABEL_WARNING_CHANGED})
_WHOLE = {
    EventKind.LABEL_BOXED_WARNING_CHANGED: (EventKind.LABEL_BOXED_WARNING_ADDED, EventKind.LABEL_BOXED_WARNING_REMOVED),
    EventKind.LABEL_INDICATION_CHANGED: (EventKind.LABEL_INDICATION_ADDED, EventKind.LABEL_INDICATION_REMOVED),
}
_WORD = re.compile(r"[^\W\d_]{4,}")
_SAME_NAME = 84.0
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\ufeff]")
_INK = re.compile(r"\S+")
_BESIDE = 40
LAYOUT = "layout"


class LabelChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two versions of a label, in the shape that `flow.events.bound` takes."""

    kind: EventKind
    path: str
    slot: str = ""
    old: str | None = None
    new: str | None = None
    quote_old: str | None = None
    quote_new: str | None = None
    passages: tuple[tuple[str, str], ...] = ()
    mention: str | None = None
    happened: PartialDate | None = None


def label_events(old: LabelDocument | None, new: LabelDocument) -> tuple[LabelChange, ...]:
    """What the newer version of a label says otherwise than the older one; `new_label` alone where there is no older one.

    `happened` is the label's own effective date, None where it is the older version's date too.
    """
    date = read_date_or_none(new.effective_time) if old is None or old.effective_time != new.effective_time else None
    if old is None:
        changes = [LabelChange(kind=EventKind.LABEL_NEW_LABEL, path="set_id", new=new.version or None, quote_new=_name(new))]
    else:
        changes = [*_version(old, new), *_texts(old, new)]
    name = _name(new)
    return tuple(msgspec.structs.replace(change, happened=date, mention=name) for change in changes)


def _name(document: LabelDocument) -> str | None:
    return next(iter((*document.brand_names, *document.generic_names)), document.title or None)


def _version(old: LabelDocument, new: LabelDocument) -> Iterator[LabelChange]:
    if old.version != new.version:
        yield LabelChange(kind=EventKind.LABEL_NEW_VERSION, path="version", old=old.version or None, new=new.version or None)
    elif old.id and new.id and old.id != new.id:
        yield LabelChange(kind=EventKind.LABEL_NEW_VERSION, path="id", old=old.id, new=new.id)


def _texts(old: LabelDocument, new: LabelDocument) -> Iterator[LabelChange]:
    claimed: set[str] = set()
    for kind, keys in _SECTIONS.items():
        before, after = _of(old, keys), _of(new, keys)
        if before == after:
            continue
        passages = changed_passages(before, after, frozenset(claimed) if kind in _CLAIMED_BY_OTHERS else frozenset())
        if not passages:
            if kind in _WHOLE and (change := _layout(kind, keys[0], before, after)):
                yield change
            continue
        claimed.update(key for passage in passages for key in (*passage.keys_old, *passage.keys_new))
        yield from _changes(kind, keys[0], (old, before), (new, after), passages)


def _layout(kind: EventKind, path: str, old: tuple[str, ...], new: tuple[str, ...]) -> LabelChange | None:
    """A change of nothing but spacing, punctuation or numbering in one of the two sections whose every change is told; its slot says so.

    Runs of blanks are no difference at all: only text that stands otherwise once they are one blank counts.
    """
    before, after = (_UNSEEN.sub("", " ".join(" ".join(side).split())) for side in (old, new))
    if before == after or not (before and after):
        return None
    pair = next(((one, other) for one, other in zip(old, new, strict=False) if one.split() != other.split()), (old[-1], new[-1]))
    one, other = (_around(text, where) for text, where in zip(pair, _first_difference(*pair), strict=True))
    return LabelChange(kind=kind, path=path, slot=LAYOUT, quote_old=one, quote_new=other, passages=((one, other),))


def _first_difference(old: str, new: str) -> tuple[int, int]:
    """Where the two texts first differ in more than a run of blanks."""
    one, other = list(_INK.finditer(old)), list(_INK.finditer(new))
    for a, b in zip(one, other, strict=False):
        if a[0] != b[0]:
            return a.start(), b.start()
    last = min(len(one), len(other))
    return (one[last].start() if len(one) > last else 0), (other[last].start() if len(other) > last else 0)


def _around(text: str, where: int) -> str:
    """The words around a place, an exact piece of the text."""
    start = text.rfind(" ", 0, max(0, where - _BESIDE)) + 1
    end = text.find(" ", where + _BESIDE)
    return text[start : end if end > 0 else len(text)].strip()


def _of(document: LabelDocument, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(section.text for section in document.sections if section.key in keys)


Side = tuple[LabelDocument, tuple[str, ...]]


def _changes(kind: EventKind, path: str, old: Side, new: Side, passages: tuple[Passage, ...]) -> Iterator[LabelChange]:
    if kind in _WHOLE and not (old[1] and new[1]):
        yield _change(_WHOLE[kind][0 if new[1] else 1], path, passages)
    elif kind is EventKind.LABEL_INDICATION_CHANGED:
        yield from _indications(path, old, new, passages)
    else:
        yield _change(kind, path, passages)


def _indications(path: str, old: Side, new: Side, passages: tuple[Passage, ...]) -> Iterator[LabelChange]:
    """Diseases that only one version names as a use; what else changed in the section is a change of wording or scope."""
    names = _may_name(old, new, passages)
    before, after = (read_indications(side[0])[0] if names else () for side in (old, new))
    gone = _unknown(before, after, new[1], [passage.old for passage in passages])
    come = _unknown(after, before, old[1], [passage.new for passage in passages])
    for kind, found in ((EventKind.LABEL_INDICATION_ADDED, come), (EventKind.LABEL_INDICATION_REMOVED, gone)):
        if found:
            yield _named(kind, path, found)
    told = [key_of(each.quote) for each in (*gone, *come)]
    rest = tuple(passage for passage in passages if not _told(passage, told))
    if rest:
        yield _change(EventKind.LABEL_INDICATION_CHANGED, path, rest)


def _may_name(old: Side, new: Side, passages: tuple[Passage, ...]) -> bool:
    """Whether a changed passage has a word that the other version's section lacks: no disease is named anew without one."""
    for side, other in ((0, new), (1, old)):
        known = set(_WORD.findall(" ".join(other[1]).casefold()))
        changed = " ".join(passage.new if side else passage.old for passage in passages)
        if set(_WORD.findall(changed.casefold())) - known:
            return True
    return False


def _unknown(these: tuple[Indication, ...], those: tuple[Indication, ...], text: tuple[str, ...], changed: list[str]) -> list[Indication]:
    """The uses that the other version neither names nor mentions in the section, and whose sentence changed at all."""
    letters, fresh = key_of(" ".join(text)), key_of(" ".join(changed))
    names = [each.name for each in those]
    return [
        each
        for each in these
        if (key := key_of(each.name)) not in letters
        and key in fresh
        and not any(fuzz.token_set_ratio(each.name, name) >= _SAME_NAME for name in names)
    ]


def _told(passage: Passage, told: list[str]) -> bool:
    """Whether every sentence of the passage is in the quote of a use that was added or removed."""
    return all(any(key in quote or quote in key for quote in told) for key in (*passage.keys_old, *passage.keys_new))


def _named(kind: EventKind, path: str, found: list[Indication]) -> LabelChange:
    quote = shortened(found[0].quote)
    name = re.search(re.escape(found[0].name), quote, re.IGNORECASE)
    said = name[0] if name else shortened(quote, 200)
    quotes = tuple(dict.fromkeys(shortened(each.quote) for each in found))
    if kind is EventKind.LABEL_INDICATION_ADDED:
        return LabelChange(kind=kind, path=path, new=said, quote_new=quote, passages=tuple(("", each) for each in quotes))
    return LabelChange(kind=kind, path=path, old=said, quote_old=quote, passages=tuple((each, "") for each in quotes))


def _change(kind: EventKind, path: str, passages: tuple[Passage, ...]) -> LabelChange:
    """One change of a kind: its weightiest passage as the quotes, the words that differ in it as old and new."""
    pairs = tuple((shortened(passage.old), shortened(passage.new)) for passage in passages)
    cores = [core(old, new) for old, new in pairs]
    weight = [len(old or "") + len(new or "") for old, new in cores]
    place = weight.index(max(weight))
    return LabelChange(
        kind=kind,
        path=path,
        old=cores[place][0],
        new=cores[place][1],
        quote_old=pairs[place][0] or None,
        quote_new=pairs[place][1] or None,
        passages=pairs,
    )

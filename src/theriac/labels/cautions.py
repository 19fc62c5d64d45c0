"""A label flows in; its boxed warnings, contraindications, warnings and statements about populations flow out, each with quote and section.

"None" is a statement (`states_none`), a missing section is another (`section_absent`), text that gave nothing a third (`not_read`). It
adds no caution that the label does not state.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from theriac.labels.caution_words import actions_in, populations_in
from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.findings import NOT_READ, SECTION_ABSENT, STATES_NONE, Absence, Caution
from theriac.labels.lower_case import holds
from theriac.labels.passages import Passage, body_start, passages

_POPULATION_SECTIONS = {
    "pregnancy": "pregnancy",
    "lactation": "lactation",
    "pediatric": "paediatric",
    "geriatric": "geriatric",
    "renal": "renal",
    "hepatic": "hepatic",
    "contraception": "contraception",
    "labor_and_delivery": "labour_and_delivery",
}
_NAMED_ELSEWHERE = frozenset(("immunosuppressed", "autoimmune", "transplant", "blood_counts", "barrier_contraceptives"))
_HINTS = ("mmun", "HIV", "ransplant", "lood count", "atologic", "ytopeni", "arrow", "ondom", "iaphragm")
_NONE = re.compile(
    r"(?:\d{1,2}\s+)?(?:CONTRAINDICATIONS|Contraindications)?[\s:.]*((?:None(?:\s+known)?"
    r"|There are no (?:known )?contraindications[^.]*|No known contraindications)\b\.?)",
    re.IGNORECASE,
)
_CONTRAINDICATED = re.compile(
    r"(?:\bis|\bare)?\s*(?:absolutely\s+)?contraindicated\s+(?:for\s+use\s+)?(?:in|for|with|during|when)\s+(?:the\s+)?(?:\w+\s+)?(?:(?:patients|individuals|persons|those|women|children|subjects|infants)\s+)?"
    r"(?:with|who\s+(?:have|are|had)|having|receiving|taking)?\s*(?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_LEADS = re.compile(
    r"^(?:in\s+)?(?:patients|individuals|those|women)?\s*(?:with|who have|who are)?\s*(?:an?\s+)?(?:known\s+"
    r"|previous\s+)?(?:history\s+of\s+)?(?:prior\s+)?",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\s*\[[^\]]*\]\s*|\s*\(\s*see\b[^()]*(?:\([^()]*\)[^()]*)*\)|\s*\(\s*(?:\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*)\)\s*",
    re.IGNORECASE,
)
_LAY_HEADING = re.compile(
    r"(?P<contra>(?:Do not|You must not|Do NOT) (?:use|take|be given)\b[^.\n]{0,60}$)|(?P<warn>(?:Warnings and precautions"
    r"|Take special care|General instructions)\b.{0,60}$)|(?P<paediatric>Children(?: and adolescents)?$)"
    r"|(?P<other>Other medicines and\b.{0,60}$|Driving and using\b.{0,40}$|.{2,40} contains\b.{0,90}$"
    r"|.{2,60} with food\b.{0,30}$)|(?P<pregnancy>(?:Pregnancy|Fertility)\b.{0,60}$)",
    re.IGNORECASE | re.DOTALL,
)
_LAY_ALLERGY = re.compile(r"\ballergic to (?P<what>[^(]+?)\s*(?:\(|\.|$)", re.IGNORECASE | re.DOTALL)
_BOX_TITLE = re.compile(r"(?:BOXED\s+)?WARNINGS?\s*[:–-]?\s*(?P<title>[A-Z][A-Z0-9 ,;:/()&'–-]{5,200}?)(?=\s+(?:[A-Z][a-z]|See\s|•|\d)|$)")
_LONGEST = 600


def read_cautions(document: LabelDocument) -> tuple[Caution, ...]:
    """All cautions the label states: boxed warnings, contraindications, warnings by title, then populations."""
    found: list[Caution] = []
    for section in sections_of(document, "boxed_warning"):
        found.extend(_boxed(section))
    for section in sections_of(document, "contraindications"):
        found.extend(_contraindications(section))
    for key in ("warnings_and_precautions", "warnings", "precautions"):
        for section in sections_of(document, key):
            found.extend(_lay(section) if document.source_format == "epi" else _warnings(section))
    for key, population in _POPULATION_SECTIONS.items():
        for section in sections_of(document, key):
            found.extend(_population(section, population))
    found.extend(_named_in_passing(document))
    return tuple(dict.fromkeys(found))


def contraindications_absent(document: LabelDocument) -> Absence | None:
    """Why no contraindication is shown: the label states "None", has no such section, or its section gave nothing; None when there are
    some."""
    return contraindications_missing(document, read_cautions(document))


def contraindications_missing(document: LabelDocument, cautions: Sequence[Caution]) -> Absence | None:
    """The same for a label whose cautions have been read."""
    sections = sections_of(document, "contraindications")
    stated = next((none for none in (_stated_none(section) for section in sections) if none), None)
    if stated is not None:
        return stated
    if any(one.kind == "contraindication" for one in cautions):
        return None
    if not sections:
        return Absence(what="contraindications", kind=SECTION_ABSENT)
    return Absence(what="contraindications", kind=NOT_READ, path=sections[0].path)


def absences(document: LabelDocument) -> tuple[Absence, ...]:
    """The caution sections that are missing, empty or state "None"."""
    named = {name for caution in read_cautions(document) for name in caution.populations} if document.source_format == "epi" else set()
    wanted = ("boxed_warning", "pregnancy", "lactation", "interactions", "mechanism")
    missing = [Absence(what=key, kind=SECTION_ABSENT) for key in wanted if key not in named and not sections_of(document, key)]
    contraindications = contraindications_absent(document)
    return tuple(([contraindications] if contraindications else []) + missing)


def _stated_none(section: Section) -> Absence | None:
    match = _NONE.match(section.text.strip()) if len(section.text) < 200 else None
    return Absence(what="contraindications", kind=STATES_NONE, quote=match[1], path=section.path) if match else None


def _place(section: Section) -> str:
    return " ".join(part for part in (section.number, section.title) if part)


def _short(text: str, parts: Iterable[Passage]) -> str:
    """The first passages up to 600 characters as one exact piece of the text."""
    chosen: list[Passage] = []
    for part in parts:
        if chosen and part.end - chosen[0].start > _LONGEST:
            break
        chosen.append(part)
    return text[chosen[0].start : chosen[-1].end] if chosen else ""


def _boxed(section: Section) -> Iterator[Caution]:
    """One caution per box: its heading, its first sentences, whom it concerns and what it says to do."""
    parts = passages(section.text)
    if not parts:
        return
    title = _BOX_TITLE.search(section.text)
    advice = tuple(dict.fromkeys(p.text for p in parts if actions_in(p.text)))
    yield Caution(
        kind="boxed_warning",
        title=" ".join(title["title"].split()) if title else None,
        quote=_short(section.text, parts),
        populations=populations_in(section.text),
        actions=actions_in(section.text),
        advice=advice[:12],
        section=_place(section) or "boxed warning",
        path=section.path,
    )


def _contraindications(section: Section) -> Iterator[Caution]:
    """One caution per sentence or list item; the highlights' repetition of them is left out."""
    if _stated_none(section):
        return
    seen: set[str] = set()
    for part in passages(section.text, body_start(section)):
        conditions = _conditions(part.text)
        key = conditions[0].lower()[:40] if conditions else part.text.lower()[:40]
        if key in seen or _intro(part.text):
            continue
        seen.add(key)
        yield Caution(
            kind="contraindication",
            quote=part.text,
            conditions=conditions,
            populations=populations_in(part.text),
            actions=("contraindicated",),
            section=_place(section),
            path=section.path,
        )


def _intro(text: str) -> bool:
    """Whether the passage only announces a list ("… is contraindicated in patients with:")."""
    return text.rstrip().endswith(":") or len(text) < 8


def _conditions(text: str) -> tuple[str, ...]:
    """What the contraindication names, without "is contraindicated in patients with"."""
    match = _CONTRAINDICATED.search(text)
    rest = _REFERENCE.sub(" ", match["what"] if match else text)
    rest = _LEADS.sub("", rest).strip(" .;:,")
    return (" ".join(rest.split()),) if len(rest) > 2 else ()


def _warnings(section: Section) -> Iterator[Caution]:
    """The warnings by title where subsections have one; in the old layout every passage that names a group or tells what to do."""
    for leaf in leaves(section):
        if leaf.highlights:
            continue
        parts = passages(leaf.text, body_start(leaf))
        if leaf.number and "." in leaf.number and leaf.title:
            yield from _titled(leaf, parts)
        else:
            yield from _untitled(leaf, parts)


def _titled(leaf: Section, parts: list[Passage]) -> Iterator[Caution]:
    advised = [(p.text, actions_in(p.text)) for p in parts]
    told = [(text, actions) for text, actions in advised if actions]
    order = {name: None for _, actions in told for name in actions}
    yield Caution(
        kind="warning",
        title=leaf.title,
        quote=_short(leaf.text, parts[:2]) or leaf.title,
        populations=populations_in(leaf.title),
        actions=tuple(order),
        advice=tuple(text for text, _ in told[:12]),
        section=_place(leaf),
        path=leaf.path,
    )


def _untitled(leaf: Section, parts: list[Passage]) -> Iterator[Caution]:
    for part in parts:
        actions, populations = actions_in(part.text), populations_in(part.text)
        if actions or _NAMED_ELSEWHERE.intersection(populations):
            advice = (part.text,) if actions else ()
            yield Caution(
                kind="warning", quote=part.text, populations=populations, actions=actions, advice=advice, section=_place(leaf), path=leaf.path
            )


def _lay(section: Section) -> Iterator[Caution]:
    """A leaflet's section 2: its headings say what kind of caution follows."""
    kind = "other"
    for part in passages(section.text):
        heading = None if part.item or part.text.endswith(".") else _LAY_HEADING.match(part.text)
        if heading is not None:
            kind = str(heading.lastgroup)
            continue
        caution = _lay_caution(section, part, kind)
        if caution is not None:
            yield caution


def _lay_caution(section: Section, part: Passage, kind: str) -> Caution | None:
    actions, populations = actions_in(part.text), populations_in(part.text)
    if kind == "contra":
        allergy = _LAY_ALLERGY.search(part.text)
        conditions = (f"allergic to {' '.join(allergy['what'].split())}",) if allergy else _conditions(part.text)
        return Caution(
            kind="contraindication",
            quote=part.text,
            conditions=conditions,
            populations=populations,
            actions=("contraindicated",),
            section=_place(section),
            path=section.path,
        )
    if kind in ("pregnancy", "paediatric"):
        named = populations or (kind,)
        return Caution(kind="population", quote=part.text, populations=named, actions=actions, section=_place(section), path=section.path)
    if actions or populations or part.item:
        advice = (part.text,) if actions else ()
        return Caution(
            kind="warning", quote=part.text, populations=populations, actions=actions, advice=advice, section=_place(section), path=section.path
        )
    return None


def _population(section: Section, population: str) -> Iterator[Caution]:
    """One caution per population section: its first statements, and the sentences that say what to do."""
    read = [(leaf, passages(leaf.text, body_start(leaf))) for leaf in leaves(section)]
    read = [(leaf, found) for leaf, found in read if found]
    if not read:
        return
    parts = [part for _, found in read for part in found]
    named = populations_in(section.title)
    if len(named) > 1:  # "Fertility, pregnancy and lactation": each sentence is about one of them
        yield from _of_several(section, parts, named)
        return
    advised = [(part.text, actions_in(part.text)) for part in parts]
    told = [text for text, actions in advised if actions]
    order = {name: None for _, actions in advised for name in actions}
    yield Caution(
        kind="population",
        title=section.title or None,
        quote=_short(read[0][0].text, read[0][1][:3]),
        populations=(population,),
        actions=tuple(order),
        advice=tuple(told[:8]),
        section=_place(section),
        path=section.path,
    )


def _of_several(section: Section, parts: list[Passage], named: tuple[str, ...]) -> Iterator[Caution]:
    """One caution per sentence of a section on several populations that names one of them."""
    for part in parts:
        about = tuple(name for name in populations_in(part.text) if name in named)
        if about:
            yield Caution(
                kind="population",
                title=section.title,
                quote=part.text,
                populations=about,
                actions=actions_in(part.text),
                section=_place(section),
                path=section.path,
            )


def _named_in_passing(document: LabelDocument) -> Iterator[Caution]:
    """Groups without a section of their own, wherever a section on use names them: immunosuppressed, autoimmune, transplanted patients,
    condoms."""
    for key in ("indications", "dosage", "warnings_and_precautions", "specific_populations"):
        for section in sections_of(document, key):
            if document.source_format == "epi" and key == "warnings_and_precautions":
                continue
            for leaf in leaves(section):
                yield from _passing(leaf)


def _passing(leaf: Section) -> Iterator[Caution]:
    if not holds(leaf.text, _HINTS):
        return
    for part in passages(leaf.text, body_start(leaf)):
        named = tuple(name for name in populations_in(part.text) if name in _NAMED_ELSEWHERE) if holds(part.text, _HINTS) else ()
        if named:
            actions = actions_in(part.text)
            yield Caution(kind="population", quote=part.text, populations=named, actions=actions, section=_place(leaf), path=leaf.path)

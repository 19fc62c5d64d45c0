"""A label flows in; what it says about use together with other drugs, classes and foods flows out, each with quote and section.

Reads the section on interactions and, in a leaflet, "Other medicines and …". The partner is named in the label's words; whether a class
holds a given drug is for loaded class
data to say, never for this module.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from theriac.labels.caution_words import actions_in
from theriac.labels.document import LabelDocument, Section, Table, leaves, sections_of
from theriac.labels.findings import NOT_READ, SECTION_ABSENT, Absence, Interaction
from theriac.labels.interaction_partners import Partner, partners_in
from theriac.labels.lower_case import holds, small, small_pattern
from theriac.labels.passages import Passage, passages

_INCREASE = small_pattern(
    r"\b(?:increas|elevat|rais|prolong|potentiat|enhanc|higher|intensif)\w*\b[^.;]{0,90}\b(?:concentration|exposure|level|AUC|C\s?max|effect|risk|activity|bioavailability|absorption|toxicit|INR|bleeding|half-life|adverse|incidence|pressure)"
    r"|\b(?:reduc|decreas|inhibit|impair|slow)\w*\b[^.;]{0,60}\b(?:clearance|metabolism|elimination|excretion)\b|\b(?:increase[sd]?|elevated?|potentiated?|enhanced?)\s+(?:the\s+)?(?:\w+\s+){0,3}(?:effects?|of|by)\b|\b(?:concentrations?|exposure|levels?)\b[^.;]{0,60}\b(?:increas|elevat|higher)"
)
_DECREASE = small_pattern(
    r"\b(?:decreas|reduc|lower|diminish|antagoni|attenuat|impair|interfer|blunt)\w*\b[^.;]{0,90}\b(?:concentration|exposure|level|AUC|C\s?max|effect|efficacy|activity|bioavailability|absorption|response|action)|\bloss\s+of\s+(?:\w+\s+)?(?:efficacy|effect|response)"
    r"|\b(?:increas|accelerat|induc|enhanc)\w*\b[^.;]{0,60}\b(?:clearance|metabolism|elimination|excretion)\b|\b(?:concentrations?|exposure|levels?)\b[^.;]{0,60}\b(?:decreas|reduc|lower)"
)
_ADDITIVE = small_pattern(r"\b(?:additive|synergis\w+|potentiat\w+)\b")
_NO_EFFECT = small_pattern(
    r"\bno\s+(?:clinically\s+)?(?:significant|relevant|meaningful|important)?\s*(?:\w+\s+){0,2}(?:interactions?|effect|changes?|differences?)\b|\b(?:did|does|do)\s+not\s+(?:\w+\s+)?(?:affect|alter|change|influence)|\bno\s+medicines\s+known\s+to\s+be\s+incompatible"
)
_AVOID = small_pattern(
    r"\bavoid|\bnot\s+recommended\b|\bcontraindicated\b|\bdo\s+not\s+(?:use|take|co-?administer|administer|give)|\bshould\s+not\s+be\s+(?:co-?administered|used|given|taken|administered)"
)
_MECHANISMS = small_pattern(
    r"\b(?:CYP\s?\d[A-Z]\d{0,2}(?:/\d)?|CYP3A|P-?gp|P-glycoprotein|BCRP|OATP\w*|OATs?\d?|OCT\d|MATE\w*|UGT\w*|MAO(?:-[AB])?|protein\s+binding|gastric\s+pH|renal\s+(?:clearance|excretion|elimination|tubular\s+secretion)|"
    r"chelat\w+|QTc?\s+(?:interval\s+)?prolong\w*|enzyme\s+induc\w+|(?:inhibit|induc)(?:s|es|ion|ing"
    r"|ed)\s+(?:of\s+)?(?:the\s+)?(?:hepatic\s+)?metabolism|serotonin\s+syndrome|serotonergic\s+(?:effects?|activity)"
    r"|pharmacodynamic|absorption|first[- ]pass|glucuronid\w+|transporters?)\b"
)
_MECHANISM_STEMS = (
    "cyp", "gp", "p-glyco", "bcrp", "oat", "oct", "mate", "ugt", "mao", "protein", "gastric", "renal", "chelat", "qt", "enzyme", "inhibit", "induc",
    "serotonin", "serotonergic", "pharmacodynamic", "absorption", "first", "glucuronid", "transporter",
)  # fmt: skip
_ACTION = (
    ("avoid", ("avoid", "not ", "contraindic"), _AVOID),
    (
        "monitor",
        ("monitor", "observe", "check", "measure", "periodic"),
        small_pattern(r"\bmonitor|\bobserve\b|\bcheck\b|\bmeasure\b|\bperiodic"),
    ),
    (
        "reduce_dose",
        ("dos",),
        small_pattern(
            r"\b(?:reduc|lower|decreas)\w*\s+(?:the\s+|of\s+the\s+|in\s+the\s+)?(?:\w+\s+){0,3}(?:dos(?:e|age|ing))|\bdos(?:e|age)\s+reduction",
        ),
    ),
    ("increase_dose", ("dos",), small_pattern(r"\bincreas\w*\s+(?:the\s+|in\s+)?(?:\w+\s+){0,3}dos(?:e|age)\b|\bhigher\s+dos(?:e|age)")),
    (
        "adjust_dose",
        ("dos", "titrat"),
        small_pattern(r"\badjust\w*[^.]{0,30}\bdos|\bdos(?:e|age)\s+(?:adjustment|modification)|\btitrat"),
    ),
    (
        "separate",
        ("hour", "minute", "separat", "stagger"),
        small_pattern(
            r"\b(?:at\s+least\s+)?\d+\s+(?:hours?|minutes)\s+(?:before|after|apart)|\bseparat\w+\s+(?:the\s+)?(?:administration|dos)|\bstagger",
        ),
    ),
    ("discontinue", ("discontinu", "stop "), small_pattern(r"\bdiscontinu|\bstop\s+(?:taking|using)")),
    ("caution", ("caution", "carefully"), small_pattern(r"\bcaution|\bcarefully")),
    ("inform", ("your doctor", "advise", "inform"), small_pattern(r"\btell\s+your\s+doctor|\badvise\b|\binform\b")),
)
_OF = re.compile(
    r"(?:concentrations?|exposure|levels?|clearance|auc|c\s?max|effects?|actions?|metabolism|absorption|elimination|excretion|bioavailability|half-life|pharmacokinetics|efficacy|toxicity)\s+(?:of|to)\s+(?:the\s+)?(?:\w+\s+){0,2}$"
)
_LEVEL = re.compile(
    r"(?:['’]s)?\s+(?:\w+\s+)?(?:concentrations?|exposure|levels?|clearance|auc|metabolism|absorption|effects?|efficacy|toxicity|elimination|half-life|pharmacokinetics)\b"
)
_LAY_PART = re.compile(
    r"(?:^|\n)(?P<head>Other medicines and [^\n]{2,60})\n(?P<body>.+?)(?=\n(?:Pregnancy|Fertility|Driving"
    r"|[A-Z][^\n.]{2,40} (?:contains|with food))\b|\Z)",
    re.DOTALL,
)


class Told(msgspec.Struct, frozen=True):
    """One passage with the partners it names and what it tells to do."""

    part: Passage
    partners: tuple[Partner, ...]
    actions: tuple[str, ...]


def read_interactions(document: LabelDocument) -> tuple[Interaction, ...]:
    """Every statement of the label about another drug, class or food, in its order; the highlights' repetitions are left out."""
    own = frozenset(name.lower() for name in (*document.brand_names, *document.generic_names, *document.substances) if name)
    found: list[Interaction] = []
    for section in sections_of(document, "interactions"):
        full = [leaf for leaf in leaves(section) if not leaf.highlights]
        for leaf in full or list(leaves(section)):
            found.extend(_of_leaf(leaf, own))
    if document.source_format == "epi":
        for section in sections_of(document, "warnings_and_precautions"):
            found.extend(_lay(section, own))
    return tuple(dict.fromkeys(found))


def interactions_absent(document: LabelDocument) -> Absence | None:
    """Why the label has no interactions to show, if it has none."""
    if read_interactions(document):
        return None
    sections = sections_of(document, "interactions")
    return Absence(what="interactions", kind=NOT_READ, path=sections[0].path) if sections else Absence(what="interactions", kind=SECTION_ABSENT)


def _of_leaf(leaf: Section, own: frozenset[str]) -> Iterator[Interaction]:
    """The statements of one part: each passage with the partners it names, a passage without one goes on about those before it."""
    begin = len(leaf.number)  # a title often runs into its first sentence: it is read with it
    titled = partners_in(leaf.title, own) if leaf.number and "." in leaf.number else ()
    told = [Told(part, partners_in(part.text, own), _actions(part.text)) for part in passages(leaf.text, begin)]
    current: Sequence[Partner] = titled
    given: Told | None = None
    for index, one in enumerate(told):
        current = one.partners or current
        if current and one is not given:
            given = _advice(told, index, current)
            yield from _statements(leaf, one, current, given, own)
    for table in leaf.tables:
        yield from _of_table(leaf, table, own)


def _advice(told: Sequence[Told], index: int, current: Sequence[Partner]) -> Told | None:
    """The recommendation: in the passage itself, else in the next one when that names nobody new."""
    if told[index].actions:
        return told[index]
    following = told[index + 1] if index + 1 < len(told) else None
    if following is None or not following.actions:
        return None
    return following if {p.name.lower() for p in following.partners} <= {p.name.lower() for p in current} else None


def _statements(leaf: Section, one: Told, partners: Sequence[Partner], advice: Told | None, own: frozenset[str]) -> Iterator[Interaction]:
    part = one.part
    effect = _effect(part.text)
    mechanism = _mechanisms(part.text)
    actions = tuple(dict.fromkeys((*one.actions, *(advice.actions if advice else ()))))
    if effect is None and not actions and not (mechanism and one.partners):
        return
    for partner in partners:
        yield Interaction(
            name=partner.name,
            quote=part.text,
            kind=partner.kind,
            examples=partner.examples,
            effect=effect,
            direction=_direction(leaf, part.text, partner.name, own),
            mechanism=mechanism,
            actions=actions,
            advice=advice.part.text if advice else None,
            section=_place(leaf),
            path=leaf.path,
        )


def _mechanisms(text: str) -> tuple[str, ...]:
    """The words for how the drugs act on each other, as the text has them."""
    plain = small(text)
    if not holds(plain, _MECHANISM_STEMS):
        return ()
    return tuple(dict.fromkeys(" ".join(text[m.start() : m.end()].split()) for m in _MECHANISMS.finditer(plain)))


def _effect(text: str) -> str | None:
    """increase, decrease, additive, none or avoid: what the passage says happens; a bare "avoid" only when it says nothing else."""
    plain = small(text)
    if ("no " in plain or "no\n" in plain or "not" in plain) and _NO_EFFECT.search(plain):
        return "none"
    down = _DECREASE.search(plain)
    if down is None and _ADDITIVE.search(plain):
        return "additive"
    up = _INCREASE.search(plain)
    if up and (not down or up.start() <= down.start()):
        return "increase"
    if down:
        return "decrease"
    return "avoid" if _AVOID.search(plain) else None


def _direction(leaf: Section, text: str, name: str, own: frozenset[str]) -> str | None:
    """Whose level or effect changes: the product's (on_product) or the other drug's (on_other), where heading or wording says so."""
    title = leaf.title.lower()
    if re.search(r"\beffects? of (?:other )?(?:\w+ )*(?:drugs|products|agents|inhibitors?|inducers?) on\b|affecting\b", title):
        return "on_product"
    if re.search(r"\beffects? of\b.*\bon (?:other|the)\b|\bdrugs affected by\b", title):
        return "on_other"
    lowered = text.lower()
    first = {"on_other": _affected(lowered, (name.lower(), "these drugs", "this drug")), "on_product": _affected(lowered, own)}
    places = {direction: at for direction, at in first.items() if at >= 0}
    return min(places, key=lambda direction: places[direction]) if places else None


def _affected(text: str, names: Iterable[str]) -> int:
    """Where the text speaks of the level, effect or clearance of one of the names; -1 nowhere."""
    found = [-1]
    for name in names:
        at = text.find(name)
        while at >= 0:
            if _OF.search(text, max(0, at - 50), at) or _LEVEL.match(text, at + len(name)):
                found.append(at)
            at = text.find(name, at + 1)
    return min((at for at in found if at >= 0), default=-1)


def _actions(text: str) -> tuple[str, ...]:
    plain = small(text)
    found = tuple(name for name, needles, words in _ACTION if holds(plain, needles) and words.search(plain))
    return found or tuple(name for name in actions_in(text) if name in ("contraindicated", "do_not", "interrupt"))


def _of_table(leaf: Section, table: Table, own: frozenset[str]) -> Iterator[Interaction]:
    """One statement per row of an interaction table: partner in the first cell, effect and advice in the others."""
    for row in table.rows:
        cells = [cell for index, cell in enumerate(row) if cell and (index == 0 or cell != row[index - 1])]
        if len(cells) < 2:
            continue
        text = " ".join(cells)
        quote = next((piece for piece in (text, " | ".join(cells), cells[-1], cells[0]) if piece in leaf.text), None)
        partners = partners_in(cells[0], own, heading=True)
        if quote is None or not partners:
            continue
        for partner in partners:
            yield Interaction(
                name=partner.name,
                quote=quote,
                kind=partner.kind,
                examples=partner.examples,
                effect=_effect(text),
                actions=_actions(text),
                advice=cells[-1] if _actions(cells[-1]) else None,
                mechanism=_mechanisms(text),
                section=_place(leaf),
                path=leaf.path,
            )


def _lay(section: Section, own: frozenset[str]) -> Iterator[Interaction]:
    """A leaflet's "Other medicines and …": what it says of other medicines, also that none are known to be incompatible."""
    match = _LAY_PART.search(section.text)
    if match is None:
        return
    for part in passages(section.text, match.start("body"), match.end("body")):
        partners = partners_in(part.text, own) or (Partner("other medicines", "class"),)
        one = Told(part, partners, _actions(part.text))
        yield from _statements(section, one, partners, one if one.actions else None, own)


def _place(section: Section) -> str:
    return " ".join(part for part in (section.number, section.title) if part)

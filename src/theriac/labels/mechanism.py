"""A label flows in; its own words on how the product works flow out, with the certainty the label itself uses.

A label that says the mechanism is unknown stays "unknown", whatever another source names; "is thought to" is "thought"; everything else
the label asserts is "stated". Per indication
where the sentence names one.
"""

import re
from collections.abc import Iterator

from theriac.labels.document import LabelDocument, Section, sections_of
from theriac.labels.findings import NOT_READ, SECTION_ABSENT, Absence, Mechanism, MechanismText
from theriac.labels.passages import body_start, passages
from theriac.labels.reaction_tables import disease_of

_ABOUT = r"(?:mechanisms?|mode|means|manner|way|process(?:es)?|basis|action)"
_UNKNOWN = re.compile(
    rf"\b{_ABOUT}\b[^.;]{{0,110}}?\b(?:is|are|remains?|was|has|have)\s+(?:still\s+|largely\s+|currently\s+|generally\s+)?(?:unknown|not\s+(?:yet\s+|been\s+|completely\s+|fully\s+|clearly\s+|precisely\s+|well\s+|entirely\s+|definitely\s+|exactly\s+|known|clear|established)|"
    rf"un(?:clear|certain|defined|established)|poorly\s+understood|incompletely\s+understood)|\bunknown\s+{_ABOUT}\b|\bby\s+an?\s+(?:unknown|unclear)\s+{_ABOUT}|\b(?:is|are)\s+not\s+(?:known|understood)\s+(?:how|by\s+which)|\bhow\s+[^.;]{{2,60}}\s+(?:works?|acts?)\b[^.;]{{0,40}}\b(?:not\s+known|unknown)"
    rf"|\b(?:exact|precise)\s+{_ABOUT}\b[^.;]{{0,80}}\b(?:unknown|not\s+(?:known|fully|completely|established|understood))|\bdoes\s+not\s+have\s+(?:a\s+)?known\s+{_ABOUT}",
    re.IGNORECASE,
)
_THOUGHT = re.compile(
    r"\b(?:thought|believed|presumed|postulated|hypothesi[sz]ed|proposed|assumed|considered|suggested|speculated|suspected|appears?|seems?|likely|probably|presumably|possibly)\b|\b(?:may|might|could)\s+(?:\w+\s+)?(?:be|act|work|involve|result|exert|contribute|inhibit|reduce|modulate|mediate|play|help)\w*\b"
    r"|\b(?:data|studies|evidence|results|findings)\s+suggests?\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"\b(?:inhibit|block|bind|activat|stimulat|agoni|antagoni|modulat|induc|prevent|reduc|increas|decreas|suppress|interfer|act|mediat|releas|promot|restor|replac|cataly|deplet|disrupt|enhanc|potentiat|mimic|convert|neutrali|damag|kill|helps?|destroy|produc)\w*\b",
    re.IGNORECASE,
)
_OF_ACTION = re.compile(
    r"\b(?:mechanism|mode)s?\s+(?:of\s+(?:its\s+)?(?:\w+\s+)?action|by\s+which)|\bacts?\s+(?:by|as|on|through)\b|\bexerts?\s+its\b|\baction\s+of\b|\binhibitor\s+of\b",
    re.IGNORECASE,
)
_LAY_WORKS = re.compile(r"[^.\n•]*\b(?:works? by|helps? your body|acts? by|belongs? to (?:a|the) group|is a type of)\b[^.]*\.", re.IGNORECASE)
_HEADED = re.compile(
    r"\bmechanism of action\b[:.\s]*(?P<text>.*?)"
    r"(?=\b(?:pharmacodynamic effects?|clinical (?:efficacy|safety|studies|trials)|paediatric population)\b|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FOR = re.compile(
    r"\b(?:in\s+(?:the\s+)?(?:treating|treatment\s+of|management\s+of)|in\s+treating|in)\s+(?P<name>[a-z][^.;:]{3,90}?)(?:\s+lesions?)?\s+(?:is|are|remains?|has)\b",
    re.IGNORECASE,
)


def read_mechanism(document: LabelDocument) -> Mechanism:
    """The label's mechanism statements; one that calls it unknown makes the whole "unknown", and the rest stays beside it."""
    sections = sections_of(document, "mechanism")
    found = [statement for section in sections for statement in _statements(section)]
    if not sections:
        found = [
            statement
            for section in sections_of(document, "clinical_pharmacology")
            for statement in _statements(section)
            if _OF_ACTION.search(statement.quote)
        ]
    if not found and document.source_format == "epi":
        found = [statement for section in sections_of(document, "pharmacodynamics") for statement in _under_its_heading(section)]
    if not found and document.source_format == "epi":
        found = [statement for section in sections_of(document, "indications") for statement in _lay(section)]
    if not found:
        kind = NOT_READ if sections else SECTION_ABSENT
        return Mechanism(absence=Absence(what="mechanism", kind=kind, path=sections[0].path if sections else None))
    first = sections[0] if sections else None
    return Mechanism(
        certainty=_overall(found),
        statements=tuple(found),
        text=first.text[body_start(first) :].strip() if first else None,
        path=first.path if first else found[0].path,
    )


def _overall(found: list[MechanismText]) -> str:
    """unknown prevails; else thought when the first statement that says how it works is hedged; else stated."""
    if any(statement.certainty == "unknown" for statement in found):
        return "unknown"
    return found[0].certainty


def _statements(section: Section) -> Iterator[MechanismText]:
    for part in passages(section.text, body_start(section)):
        certainty = certainty_of(part.text)
        if certainty is not None:
            yield MechanismText(certainty=certainty, quote=part.text, indication=_indication(part.text), path=section.path)


def certainty_of(sentence: str) -> str | None:
    """unknown, thought or stated, as the sentence itself puts it; None when it says nothing of how the product works.

    >>> [certainty_of(s) for s in ("The mechanism of action in warts is unknown.", "It is thought to act on receptors.", "It inhibits EGFR.")]
    ['unknown', 'thought', 'stated']
    """
    if _UNKNOWN.search(sentence):
        return "unknown"
    if not _ACTS.search(sentence):
        return None
    return "thought" if _THOUGHT.search(sentence) else "stated"


def _indication(sentence: str) -> str | None:
    match = _FOR.search(sentence)
    if match is not None:
        return " ".join(match["name"].split())
    return disease_of(sentence)


def _under_its_heading(section: Section) -> Iterator[MechanismText]:
    """What section 5.1 of a summary of product characteristics says under its own heading "Mechanism of action"."""
    match = _HEADED.search(section.text)
    if match is not None:
        for part in passages(match["text"], 0):
            certainty = certainty_of(part.text)
            if certainty is not None:
                yield MechanismText(certainty=certainty, quote=part.text, indication=_indication(part.text), path=section.path)


def _lay(section: Section) -> Iterator[MechanismText]:
    """What a leaflet says of how the medicine works, in patients' words."""
    for match in _LAY_WORKS.finditer(section.text):
        quote = match[0].strip()
        yield MechanismText(certainty=certainty_of(quote) or "stated", quote=quote, path=section.path)

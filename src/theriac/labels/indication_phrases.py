"""Phrases that name a use, cut into the names of diseases, the people meant and what the product is combined with.

In flows the part of a sentence after "indicated for"; out flow `Use`s. Only the form of the words decides: no list of diseases or drugs
is consulted, and nothing that the phrase does not say is added, save a head noun shared by a list ("ovarian or breast cancer").
"""

import re
from itertools import pairwise

import msgspec

from theriac.labels.indication_names import CAUSE, DISEASE, LIST, MEASURE, NOISE, QUALIFIER, clean, shared_head, unbracketed

_ACTION = (
    r"(?:(?:the|an?|initial|first-line|second-line|long-term|short[- ]\s?term|chronic|acute|topical|symptomatic|preventive|prophylactic|adjunctive|"
    r"adjuvant|maintenance|once-daily|additional|emergency|definitive|palliative|empiric(?:al)?|temporary|local|systemic|oral|intravenous|"
    r"bronchodilator|concomitant|ongoing|supportive|intermittent|immediate|extended)[, ]+(?:or |and )?)*"
    r"(?:treatment|management|relief|prevention|prophylaxis|control|therapy|amelioration|"
    r"healing|symptom(?:atic)? relief|risk reduction|(?:active |passive )?immuni[sz]ation|reduction|suppression|eradication|diagnosis|detection|"
    r"induction(?: and maintenance)?|maintenance|production|palliation|correction|stimulation|alleviation|resolution|improvement|lowering|"
    r"restoration|preservation|mobilization|facilitation|promotion|identification|visualization|evaluation|replacement therapy|use|care)"
)
_HEAD = re.compile(
    rf"\b{_ACTION}(?:(?:,? (?:and|or|and/or)(?: for)?(?: the)? |, )(?:\w+ )?{_ACTION})*\s*,?\s+(?:of|for|in|against)\b:?\s*(?:the )?"
    r"|(?:\b(?:to|and|or) |^)(?:(?:help|temporarily|rapidly|be used to|further) )*(?:treat|prevent|relieve|manage|control"
    r"|reduce|lower|decrease|improve|slow|"
    r"delay|prolong|diagnose|increase|raise|maintain|induce|produce|provide|restore|stimulate|suppress|eradicate|alleviate|facilitate|aid|enhance"
    r"|correct|promote|inhibit|replace|mobilize|detect|minimize|support|assist|visualize|evaluate|achieve|establish)\b:?\s*(?:the )?",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(?:[\s,;]|\b(?:and/or|and|or|for|the|in|an?|to)\b)+$", re.IGNORECASE)
_PEOPLE = re.compile(
    r"^(?:the )?(?P<who>(?:(?!(?:in|for|of|with|to|from|by|on)\b)[\w/≥≤<>.-]+,?\s){0,6}?(?:patients?|adults?|children|women|men"
    r"|adolescents|individuals|persons|people|infants|neonates|subjects|females?|males?|girls|boys)\b"
    r"(?: and (?:pediatric patients|adolescents|children|adults|women|men)\b)?(?:(?! who )[^.;:]){0,90}?)\s?,?\s?"
    r"(?:with|who (?:have|are|require|need|suffer from)|suffering from|having|experiencing|undergoing|at risk (?:for|of)|for)\s+(?:an? |the )?",
    re.IGNORECASE,
)
_HARD = re.compile(
    r"\s(?:in|for|of) (?:(?:all|certain|selected|some|hospitalized|healthy|post-?menopausal|pre-?menopausal|self-identified"
    r"|seriously|critically|treatment[- ]naïve|symptomatic"
    r"|appropriate|mechanically|the same|previously)\s(?:\w+ )?)?(?:and\s)?(?:adults?|p(?:a?)ediatric|patients?|children|women"
    r"|men|infants|neonates|males?|females?|individuals|persons|people|adolescents|subjects|geriatric|boys|girls|those|whom"
    r"|which|an? )\b"
    r"|\s(?:in|as) (?:combination|conjunction|addition|association|an?|monotherapy|part|detected|determined|well as|first"
    r"|second|adjunct\w*|needed|follows|defined|measured|demonstrated|assessed)\b"
    r"|,?\s(?:who|whose|when|where|which|that|after|before|following|based on|for use|for whom|during|until|unless|while"
    r"|prior to|using|through|requiring|receiving"
    r"|not (?:adequately|responsive|amenable|controlled)|unresponsive|refractory to|resistant to|resulting|characterized"
    r"|manifested|manifesting|harboring|only|alone"
    r"|either|if|with (?:or without|no|the exception|disease|resistance|intolerance|an?|evidence|compensated|decompensated)|without|occurring"
    r"|also (?:known|called|referred)"
    r"|to (?:allow|permit|enable)"
    r"|(?<!caused )(?<!induced )(?<!followed )by|because|since|regardless|previously(?! (?:un)?treated)|undergoing|at high risk|at risk"
    r"|(?<!such )as|has|have|are|is|via|under|for (?:up|at|the|more|less|short)|over|upon|except|expressing|whether|weighing"
    r"|aged|with or without|although|but|however|whereas)\b"
    r"|,? to (?:lower|reduce|improve|increase|maintain|prevent|delay|decrease|achieve|slow|facilitate|support|provide|permit"
    r"|prolong|be|help|control|treat|raise)\b"
    r"|\s(?:of|on|in) the (?:\w+[, ]+(?:and |or )?){0,2}(?:face|scalp|skin|trunk|extremities|neck|eyes?|body|hands|feet|lungs?"
    r"|mouth|pituitary region)\b"
    r"|\s(?-i:with (?=[A-Z][A-Z0-9]))|,? to follow\b"
    r"|\s(?:in|for) (?:both|single|simple|the following)\b"
    r"|\s\[|[;:](?=\s|$)|\.(?=\s|$)|\s[(]\s?(?:see|\d)|—|\s–\s",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(r",?\s*\(?(?:to include|including|such as|e\.g\.,?|i\.e\.,?|for example|like)\s", re.IGNORECASE)
_TOGETHER = re.compile(
    r"\bin (?:combination|conjunction|association) with\s+(.+?)(?=,? (?:for|is|are|in|when|to|as|after|following|who|may"
    r"|should)\b|[.;:(\[]|,\s|$)|\b(?:as an? )?(?:adjunct|adjunctive (?:therapy|treatment)|add-on(?: therapy| treatment)?)\s+to\s+"
    r"(?!improve|reduce|control|treat|lower|help|prevent|maintain|delay|relieve)(.+?)"
    r"(?=,? (?:for|is|are|in|when|to|as|after|following|who)\b|[.;:(\[]|,\s|$)",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\b((?:in|for|of|are|is) )?((?:(?!(?:in|for|of|with|from|by|on|the|is|are|as|treatment|management)\b)[\w/≥≤<>-]+\s(?:and\s"
    r"|or\s|to\s)?){0,5}?(?:(?:a?dult |pa?ediatric |geriatric |elderly )?patients?|adults?|children|adolescents|women|men"
    r"|infants|neonates|individuals|females?|males?)\b"
    r"(?:(?:,| and| or)? (?:pa?ediatric patients|adolescents|children|adults|women|men))?"
    r"(?:\s(?:aged |from |≥ ?|>|at least |between |\d|with |who |whose |without |undergoing |receiving |requiring |at |on "
    r"|for whom |older |younger |of age|weighing )[^.;:\[]*)?)",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"\b(first-line|second-line|third-line|maintenance treatment|adjuvant|neoadjuvant|after (?:failure|progression)[^.;:,\[]*"
    r"|following (?:disease )?progression[^.;:,\[]*)",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"(?:remission|consolidation|survival|mortality|ambulation|growth|response|hospitali[sz]ation|quality of life|physical function"
    r"|exercise)\b",
    re.IGNORECASE,
)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A disease or use named in a phrase, with the people and companions the phrase ties to it."""

    name: str
    population: str | None = None
    combination_with: tuple[str, ...] | None = None
    line: str | None = None


def uses(phrase: str) -> tuple[Use, ...]:
    """The uses that a phrase names ("for the treatment of A and B in adults" → A, B)."""
    plain = plain_phrase(phrase)
    people = _people(plain)
    line = _LINE.search(plain)
    found: list[str] = []
    for piece in _objects(plain):
        found.extend(name for name in _names(piece) if name not in found)
    wider = re.search(r"\bwith ([^.;]*?),? \(?including ([^.;:\[)]+)", plain)
    if found and wider and DISEASE.search(wider.group(1).strip()):
        found.extend(name for name in map(clean, shared_head(wider.group(2))) if name and name not in found and DISEASE.search(name))
    return tuple(
        Use(name=name, population=people, combination_with=companions(plain), line=line.group(1).lower() if line else None) for name in found
    )


def plain_phrase(phrase: str) -> str:
    """The phrase without references, abbreviations and other asides in brackets ("(Type I)" and "such as" stay)."""
    bare = re.sub(r"\[[^\]]*\]", " ", phrase)
    bare = re.sub(r"(?<=[a-zA-Z] )(\([A-Z][A-Za-z]{1,7}\)) (?=(?!Type|Stage|Class|Grade|Phase)[A-Z][a-z]+ )", r"\1, ", bare)  # a list's lost lines
    bare = re.sub(
        r"\b([A-Za-z][\w-]*(?: \d)?)[- ]infected (?=(?:\w+ )?(?:patients|adults|children|infants|individuals|people|persons|adolescents))",
        r"\1 infection in ",
        bare,
    )
    bare = re.sub(r"\s*\((?!\s*(?:type|class|stage|grade|including|such as)\b)[^()]*\)", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"\s*\([^()]*$", "", bare)
    bare = re.sub(r"\b(with|of|for|in|the|to|have|treat)\s?:\s", r"\1 ", bare)
    return re.sub(r"\s+", " ", bare).strip(" :")


def excluded(phrase: str) -> tuple[str, ...]:
    """The uses in a phrase of exclusion, with the words that restrict them ("acute deterioration of asthma" is not asthma)."""
    plain = plain_phrase(phrase)
    plain = re.sub(r"^(?:for|in|to|as|with|during)\s+", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"^(?:the |an? )?(?:use|management|treatment|relief|treatment or prevention) (?:of|in|for)\s+", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"^(?:the )?(?:to )?(?:treat|prevent|relieve|manage)\s+(?:the )?", "", plain, flags=re.IGNORECASE)
    people = _PEOPLE.match(plain)
    body = plain[people.end() :] if people else plain
    body = re.split(
        r"[;:]|(?<!\b[A-Z])\.(?:\s|$)|\band when\b|\bbecause\b|\bsince\b|\bunless\b|,? who\b|\bwhere\b|, (?:as|and|which|but)\b|\["
        r"|\bor (?:for|in) whom\b",
        body,
    )[0]
    listed = len(body.split()) > 4 and not re.match(r"combination with\b", body)
    parts = (
        re.split(r",\s*(?:and/or|and|or)?\s+(?!including|without|with|such|regardless)|\s+or\s+(?=(?:for|in|with|severe|acute|the)\b)", body)
        if listed
        else [body]
    )
    parts = [re.split(r",? (?:including|such as|without concurrent)\b", part)[0] for part in parts]
    names = (re.sub(r"^(?:and|or|the|for|in|with|an?|patients with)\s+", "", part.strip(" ,.:;")) for part in parts)
    return tuple(name.lower() for name in names if len(name) > 3 and len(name.split()) <= 14 and not NOISE.match(name))


def companions(text: str) -> tuple[str, ...] | None:
    """What the product is to be combined with or added to, when the phrase says so."""
    found = _TOGETHER.search(text)
    if not found:
        return None
    named = (found.group(1) or found.group(2)).strip(" ,")
    return tuple(part.strip() for part in LIST.split(named) if part.strip()) if 1 < len(named) < 120 else None


def _people(text: str) -> str | None:
    found = _WHO.search(text)
    return re.sub(r"\s+", " ", found.group(2)).strip(" ,") if found else None


def _objects(text: str) -> list[str]:
    """The noun phrases that stand for what is treated: after each "treatment of", "to prevent" that is joined by "and" or "or"."""
    protected = re.search(
        r"\b(?:immuni[sz]ation|vaccination|prophylaxis|protection) (?:of|in|for) [^.;:]{3,90}?\b(?:to prevent|against)\s+(.+)", text
    )
    if protected:
        return [_object(protected.group(1))]
    by_reducing = re.search(r"\bby reducing (?:the )?(?:risk|incidence|rate) of (?:the )?(.+)", text)
    if by_reducing:
        return [_object(by_reducing.group(1))]
    heads = list(_HEAD.finditer(text))
    if not heads:
        purpose_of = re.match(r"\s*as an? (?:adjunct|adjuvant)\b.*?,\s*for\s+(.+)", text, re.IGNORECASE)
        bare = purpose_of.group(1) if purpose_of else text
        bare = re.sub(r"^\s*(?:as an? )?(?:adjunct(?:ive (?:therapy|treatment|agent))?|adjuvant|aid) (?:to|in|for)\s+", "", bare, flags=re.IGNORECASE)
        bare = re.sub(r"^\s*(?:for|in|to|as|with|use in|when)\s+(?:the )?", "", bare, flags=re.IGNORECASE)
        return [_object(bare)]
    objects = [_object(text[heads[0].end() :])]
    kept = [heads[0]]
    raised = re.search(r"\b(?:improve|increase|reduce|lower|maintain|raise|provide|prolong|slow|delay)\b", heads[0].group(), re.IGNORECASE)
    if _OUTCOME.match(objects[0]) or (raised and not DISEASE.search(objects[0])):
        ill = re.search(r"\b(?:patients|adults|children|women|men|infants|individuals|persons)\b[^.;:]*?\bwith\s+(.+)", text, re.IGNORECASE)
        return [_object(ill.group(1))] if ill else objects
    purpose = False  # "…, to reduce attacks and to improve tolerance" says why, not what for
    for earlier, head in pairwise(heads):
        between = text[earlier.end() : head.start()]
        joined = re.search(
            r"(?:\b(?:and|or)|,|;)\s*(?:for |in |also )*(?:the |an? )?$", between + (head.group()[:4] if head.group()[:3] in ("and", "or ") else "")
        )
        verb = not re.match(
            r"[^a-z]*(?:and|or)?\s*(?:\w+ )*?(?:treatment|management|relief|prevention|prophylaxis|control|therapy|reduction"
            r"|diagnosis|maintenance)\b",
            head.group(),
            re.IGNORECASE,
        )
        if verb and not re.search(r"\b(?:and|or)\b", between[-14:] + head.group()[:4]):
            purpose = True
            continue
        if verb and (purpose or re.search(r"\bto [a-z]+", between)):
            continue
        if joined and not re.search(r"\b(?:who|whom|when|has|have|that|to (?:allow|permit|enable|support|replace))\b", between):
            kept.append(head)
    ends = [*(head.start() for head in kept[1:]), len(text)]
    return [*_ahead(text[: heads[0].start()]), *(_object(_JOINT.sub("", text[head.end() : end])) for head, end in zip(kept, ends, strict=True))]


def _ahead(text: str) -> list[str]:
    """What a list names before its first "treatment of" ("asthma, skin diseases and treatment of …")."""
    if not re.search(r"(?:,|\band|\bor)\s*(?:for\s+|the\s+)*$", text) or re.search(
        r"\b(?:as|with|who|adjunct\w*|combination)\b", text, re.IGNORECASE
    ):
        return []
    bare = re.sub(r"^\s*(?:for|in|to)\s+(?:the )?", "", _JOINT.sub("", text), flags=re.IGNORECASE)
    return [_object(bare)] if DISEASE.search(bare.strip(" ,")) else []


def _object(text: str) -> str:
    """The noun phrase at the start of `text`, without the people in front of it."""
    rest = text.strip(" ,:")
    for _ in range(3):
        shorter = MEASURE.sub("", rest, count=1)
        people = _PEOPLE.match(shorter)
        if people:
            shorter = shorter[people.end() :]
        inner = re.match(rf"(?:{_ACTION}) of (?:the )?", shorter, re.IGNORECASE)
        if inner:
            shorter = shorter[inner.end() :]
        if shorter == rest:
            break
        rest = shorter
    stop = _HARD.search(" " + rest)
    if stop is None:
        return rest.strip(" ,.")
    return rest[: max(0, stop.start() - 1)].strip(" ,")


def _names(phrase: str) -> list[str]:
    """The diseases in a noun phrase, one by one, with a shared head noun given back to each."""
    main, examples = _without_examples(phrase)
    main = QUALIFIER.sub("", unbracketed(main))
    if _softened([p.strip(" ,()") for p in LIST.split(main) if p.strip(" ,()")]):
        soft = CAUSE.search(main)
        main = main[: soft.start()] if soft else main
    aside = re.search(r"\swith\s", main)
    tail = main[aside.start() :] if aside else ""
    whole = shared_head(main[: aside.start()] if aside else main)
    if whole and tail and len(tail.split()) <= 9 and not re.search(r"\b(?:and|or)\b|,", tail):
        whole[-1] += tail
    named = [*whole, *(name for example in examples for name in shared_head(example))]
    return [name for name in map(clean, named) if name]


def _softened(parts: list[str]) -> bool:
    """Whether a list stands behind one "due to": its items are causes, not diseases, unless several items name their own cause."""
    marks = [bool(CAUSE.search(part)) for part in parts]
    return sum(marks) == 1 and not marks[-1]


def _without_examples(phrase: str) -> tuple[str, list[str]]:
    """The phrase without its examples, and the examples that stand directly behind a disease ("X, including Y")."""
    examples: list[str] = []
    bracketed = re.compile(r"\s*\((?:including|such as|e\.g\.,?|i\.e\.,?|for example)[^)]*\)", re.IGNORECASE)
    main = bracketed.sub("", phrase)
    found = _EXAMPLES.search(main)
    if found:
        tail = main[found.end() :]
        direct = bool(DISEASE.search(unbracketed(main[: found.start()]).strip(" ,").rsplit(" ", 1)[-1]))
        certain = found.group().strip(" ,(").lower() in ("including", "to include")
        if direct and (certain or not CAUSE.search(main[: found.start()])) and len(tail.split()) <= 14:
            examples.append(tail)
        main = main[: found.start()]
    return main, examples

"""Phrases that name a use, cut into the names of diseases, the people meant and what the product is combined with.

In flows the part of a sentence after "indicated for"; out flow `Use`s. Only the form of the words decides: no list of diseases or drugs
is consulted, and nothing that the phrase does not say is added, save a head noun shared by a list ("ovarian or breast cancer").
"""

import re
from itertools import pairwise

import msgspec

from theriac.labels.sentences import Span

_ACTION = (
    r"(?:(?:the|an?|initial|first-line|second-line|long-term|short[- ]\s?term|chronic|acute|topical|symptomatic|preventive|prophylactic|adjunctive|"
    r"adjuvant|maintenance|once-daily|additional|emergency|definitive|palliative|empiric(?:al)?|temporary|local|systemic|oral|intravenous|"
    r"bronchodilator|concomitant|ongoing|supportive|intermittent|immediate|extended)[, ]+(?:or |and )?)*"
    r"(?:treatment|management|relief|prevention|prophylaxis|control|therapy|amelioration|"
    r"(?:active |passive )?immuni[sz]ation|reduction|suppression|eradication|diagnosis|detection|"
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
_RISK = re.compile(
    r"^(?:(?:the )?(?:(?:long|short)-term )?(?:risk|rate|incidence|occurrence|likelihood|frequency|severity|number|recurrence"
    r"|development|onset|progression|healing|complications|relief|clinical signs|maintenance of healing|exacerbations?"
    r"|duration|time to|signs?(?: and/or symptoms?| and symptoms?| or symptoms?)?|(?:moderate to severe )?symptoms?|manifestations?|complications?|"
    r"pain and discomfort|discomfort|episodes?|effects?|severity and frequency|degree|amount|loss"
    r"|progression)\b(?: and (?:frequency|severity|symptoms))?"
    r"(?: of| in| for| associated with| due to)\s+(?:the )?)+",
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
    r"\s(?:in|for|of) (?:(?:all|certain|selected|some|hospitalized|healthy|postmenopausal|premenopausal|self-identified"
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
_SOFT = re.compile(
    r",?\s(?:due to|caused by|associated with|secondary to|resulting from|related to|induced by|arising from|accompanying"
    r"|attributable to|involving|from)\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(r",?\s*\(?(?:to include|including|such as|e\.g\.,?|i\.e\.,?|for example|like)\s", re.IGNORECASE)
_QUALIFIER = re.compile(
    r"^(?:(?:the|an?|any|various|certain|other|multiple(?=\s(?:\w+[\s,]+){0,4}\w+(?<!i)s\b)|documented|established|suspected"
    r"|confirmed|proven"
    r"|clinically(?= (?:typical|significant|relevant|stable|diagnosed|apparent|visible|evident|suspected|documented|important|proven))"
    r"|typical|visible|palpable|mild to moderate|moderate[- ]to[- ]severe|moderate(?:ly)? to severe(?:ly)?"
    r"|mild-to-moderate|active|mild|moderate|moderately|severe|severely|serious"
    r"|symptomatic|newly[- ]diagnosed|previously[- ](?:un)?treated|life-threatening|susceptible|temporary|simple|treatment of|management of)\s)+"
    r"(?:active\s)?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r",\s*(?!type\b|Type\b|stage\b|grade\b)(?:and/or|and|or)?\s+|\s+(?:and/or|and|or|as well as)\s+|\s*[•●]\s*")
_KIND = re.compile(r"[\w-]+(?:ic|al|ar|ous|ive|ary|ory|oid|ine|ian|ral|ogenic|lastic|en|ior|iate)$", re.IGNORECASE)
_LOOKS = re.compile(r"(?:\w+ly )?(?:non-?[a-z]+|[a-z]+[ai]ble|typical|flat|raised|thick|thin)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?:^|[ -])(?:positive|negative|mutated|mutant|amplified|deficient|advanced|metastatic|unresectable|resectable|inoperable"
    r"|relapsed|relapsing|refractory|recurrent|acute|chronic|active"
    r"|inactive|severe|moderate|mild|early|late|progressive|locali[sz]ed|disseminated|symptomatic|asymptomatic|persistent"
    r"|resistant|sensitive|dependent|invasive|noninvasive|complicated"
    r"|uncomplicated|serious|painful|intractable|primary|secondary|congenital|acquired|upper|lower|risk|manic|mixed|untreated"
    r"|treated|diagnosed|generali[sz]ed|partial|complex|simple|high|low|type"
    r"|intermediate|old|new|short|long|total|initial|\w+ly|seasonal|perennial|juvenile|adult|pediatric|systemic|local|topical"
    r"|temporary|first|second|third|[ivx]+|induced|associated|mediated|related|threatening|stage|grade|deleterious"
    r"|germline|somatic|suspected|documented)$|(?:^| )\d+[a-z]?$",
    re.IGNORECASE,
)
_DISEASE = re.compile(
    r"(?:itis|osis|oses|[ae]mia|uria|omas?|ias?|isms?|pathy|pathies|algia|rrhea|philia|penia|sclerosis|plegia|phrenia|lepsy"
    r"|opia|cancers?|diseases?|disorders?|syndromes?"
    r"|infections?|pain|hypertension|hypotension|failure|tumou?rs?|seizures?|ulcers?|edema|keratoses|keratosis|warts?|anxiety"
    r"|depression|insomnia|asthma|migraine|headaches?|fever|nausea|vomiting|arrest|stroke|infarction"
    r"|arthritis|spasms?|spasticity|symptoms?|events?|episodes?|deficiency|insufficiency|malignancies|attacks?|rejection"
    r"|withdrawal|dependence|obesity|pregnancy|anesthesia|thrombosis|embolism|arrhythmias?|fibrillation|burns?|wounds?|acne"
    r"|psoriasis|rosacea|lupus|gout|lice|scabies|inflammation|injur(?:y|ies)|bleeding|h(?:a)?emorrhages?|rash|congestion|constipation|reflux"
    r"|cough|allerg(?:y|ies)|cataracts?|shock|poisoning|overdos(?:e|age)|toxicity|dysfunction|impairment|incontinence|retention|infestations?"
    r"|abscess(?:es)?|sepsis|fractures?|tremors?|tics|addiction|abuse|infertility)$",
    re.IGNORECASE,
)
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
_HEAD_NOUN = re.compile(r"cancers?|infections?|carcinoma|adenocarcinoma|tumou?rs?|seizures?|leukemia|lymphoma|disorders?", re.IGNORECASE)
_OUTCOME = re.compile(
    r"(?:remission|consolidation|survival|mortality|ambulation|growth|response|hospitali[sz]ation|quality of life|physical function"
    r"|exercise)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:(?:may|can|should|must|will|has|have|is|are|was|were|who|whose|whom|when|where|that|there|patients?|adults?|children"
    r"|adolescents|particularly|especially)\b.*|.* (?:therapy|therapies|chemotherapy|regimen)(?: with .*)?"
    r"|(?:therapy|treatment|prevention|prophylaxis|management)(?: (?:of|for|with|in|to|against) .*)?)",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"^(?:may be .*"
    r"|(?:\w+ )?different .*|(?:on|at|in|around|over|when|if|after|primarily|reduces?) .*|also known.*|known as.*"
    r"|however.*|by .*|use of .*|its .*|single agent|monotherapy|(?:adult|pa?ediatric|adult and pa?ediatric) patients?|is not .*"
    r"|for|not|it|this|which .*|whom .*|disease|condition|conditions|diseases|use|the|it|them|both|others?|symptoms|appropriate|one"
    r"|patients?|adults?|children|products?|these|this|up|therapy|treatment)$",
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
    if found and wider and _DISEASE.search(wider.group(1).strip()):
        found.extend(name for name in map(clean, _shared_head(wider.group(2))) if name and name not in found and _DISEASE.search(name))
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
    return tuple(name.lower() for name in names if len(name) > 3 and len(name.split()) <= 14 and not _NOISE.match(name))


def companions(text: str) -> tuple[str, ...] | None:
    """What the product is to be combined with or added to, when the phrase says so."""
    found = _TOGETHER.search(text)
    if not found:
        return None
    named = (found.group(1) or found.group(2)).strip(" ,")
    return tuple(part.strip() for part in _SPLIT.split(named) if part.strip()) if 1 < len(named) < 120 else None


def _people(text: str) -> str | None:
    found = _WHO.search(text)
    return re.sub(r"\s+", " ", found.group(2)).strip(" ,") if found else None


def _objects(text: str) -> list[str]:
    """The noun phrases that stand for what is treated: after each "treatment of", "to prevent" that is joined by "and" or "or"."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        purpose_of = re.match(r"\s*as an? (?:adjunct|adjuvant)\b.*?,\s*for\s+(.+)", text, re.IGNORECASE)
        bare = purpose_of.group(1) if purpose_of else text
        bare = re.sub(r"^\s*(?:as an? )?(?:adjunct(?:ive (?:therapy|treatment|agent))?|adjuvant|aid) (?:to|in|for)\s+", "", bare, flags=re.IGNORECASE)
        bare = re.sub(r"^\s*(?:for|in|to|as|with|use in|when)\s+(?:the )?", "", bare)
        return [_object(bare)]
    objects = [_object(text[heads[0].end() :])]
    kept = [heads[0]]
    raised = re.search(r"\b(?:improve|increase|reduce|lower|maintain|raise|provide|prolong|slow|delay)\b", heads[0].group(), re.IGNORECASE)
    if _OUTCOME.match(objects[0]) or (raised and not _DISEASE.search(objects[0])):
        ill = re.search(r"\b(?:patients|adults|children|women|men|infants|individuals|persons)\b[^.;:]*?\bwith\s+(.+)", text, re.IGNORECASE)
        return [_object(ill.group(1))] if ill else objects
    by_reducing = re.search(r"\bby reducing (?:the )?(?:risk|incidence|rate) of (?:the )?(.+)", text)
    if by_reducing:
        return [_object(by_reducing.group(1))]
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
    return [_object(bare)] if _DISEASE.search(bare.strip(" ,")) else []


def _object(text: str) -> str:
    """The noun phrase at the start of `text`, without the people in front of it."""
    rest = text.strip(" ,:")
    for _ in range(3):
        shorter = _RISK.sub("", rest, count=1)
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
    main = _QUALIFIER.sub("", _unbracketed(main))
    if _softened([p.strip(" ,()") for p in _SPLIT.split(main) if p.strip(" ,()")]):
        soft = _SOFT.search(main)
        main = main[: soft.start()] if soft else main
    aside = re.search(r"\swith\s", main)
    tail = main[aside.start() :] if aside else ""
    whole = _shared_head(main[: aside.start()] if aside else main)
    if whole and tail and len(tail.split()) <= 9 and not re.search(r"\b(?:and|or)\b|,", tail):
        whole[-1] += tail
    named = [*whole, *(name for example in examples for name in _shared_head(example))]
    return [name for name in map(clean, named) if name]


def _pieces(text: str) -> list[Span]:
    """The spans of the items of a list."""
    spans: list[Span] = []
    at = 0
    for cut in _SPLIT.finditer(text):
        spans.append((at, cut.start()))
        at = cut.end()
    spans.append((at, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip(" ,()")]


def _softened(parts: list[str]) -> bool:
    """Whether a list stands behind one "due to": its items are causes, not diseases, unless several items name their own cause."""
    marks = [bool(_SOFT.search(part)) for part in parts]
    return sum(marks) == 1 and not marks[-1]


def _without_examples(phrase: str) -> tuple[str, list[str]]:
    """The phrase without its examples, and the examples that stand directly behind a disease ("X, including Y")."""
    examples: list[str] = []
    bracketed = re.compile(r"\s*\((?:including|such as|e\.g\.,?|i\.e\.,?|for example)[^)]*\)", re.IGNORECASE)
    main = bracketed.sub("", phrase)
    found = _EXAMPLES.search(main)
    if found:
        tail = main[found.end() :]
        direct = bool(_DISEASE.search(_unbracketed(main[: found.start()]).strip(" ,").rsplit(" ", 1)[-1]))
        certain = found.group().strip(" ,(").lower() in ("including", "to include")
        if direct and (certain or not _SOFT.search(main[: found.start()])) and len(tail.split()) <= 14:
            examples.append(tail)
        main = main[: found.start()]
    return main, examples


def _unbracketed(text: str) -> str:
    return re.sub(r"\s*\((?!type|class|stage|grade)[^()]*\)", "", text, flags=re.IGNORECASE)


def _shared_head(text: str) -> list[str]:
    """A list that shares its last noun, made whole: modifiers stay with their noun, kinds of one disease get its name each."""
    pieces = _pieces(text)
    out: list[str] = []
    start: int | None = None
    for place, (a, b) in enumerate(pieces):
        start = a if start is None else start
        if not (_ATTRIBUTE.search(text[a:b].strip(" ,()")) and place < len(pieces) - 1):
            out.append(text[start:b].strip(" ,()"))
            start = None
    while len(out) > 2 and all(_LOOKS.fullmatch(piece) for piece in out[:2]):
        del out[0]  # "nonulcerated, flat, visible or palpable X": how it looks, not further diseases
    if len(out) == 2 and _LOOKS.fullmatch(out[0]) and len(pieces) > 2:
        del out[0]
    if len(out) < 2:
        return out
    last = out[-1].split()[-1]
    if re.search(r"\b(?:phase|stage)\b", out[-1]) and not any(_DISEASE.search(p.split()[-1]) for p in out[:-1]):
        return [text.strip(" ,()")]
    if len(out[-1].split()) == 1 and not _HEAD_NOUN.fullmatch(last):
        return _joined(text, out)
    bare = [not _DISEASE.search(p.split()[-1]) for p in out[:-1]]
    adjectival = [bool(_KIND.match(p.split()[-1])) for p in out[:-1]]
    plain = all(_KIND.match(w) or _ATTRIBUTE.search(w) for p in out[:-1] for w in re.findall(r"[\w-]+", p) if w not in ("and", "or"))
    if all(bare) and plain and not _HEAD_NOUN.fullmatch(last):
        return [text.strip(" ,()")]
    if len(out[-1].split()) == 1 and not all(a for b, a in zip(bare, adjectival, strict=True) if b):
        return out
    if any(b and a for b, a in zip(bare, adjectival, strict=True)) or (any(bare) and _HEAD_NOUN.fullmatch(last)):
        return [f"{p} {last}" if not _DISEASE.search(p.split()[-1]) else p for p in out]
    return out


def _joined(text: str, pieces: list[str]) -> list[str]:
    """The pieces where the last is one word that lends none of itself: adjectives before it stay with it ("anterior and panuveitis")."""
    bare = 0
    while bare < len(pieces) - 1 and not _DISEASE.search(pieces[-2 - bare].split()[-1]) and _KIND.match(pieces[-2 - bare].split()[-1]):
        bare += 1
    if not bare:
        return pieces
    return [*pieces[: -1 - bare], text[text.rfind(pieces[-1 - bare]) :].strip(" ,()")]


def clean(part: str) -> str:
    """A name without qualifiers, articles, marks and brackets, in lower case; empty when nothing nameable is left."""
    text = _unbracketed(part)
    soft = _SOFT.search(text)
    text = text[: soft.start()] if soft else text
    text = re.sub(r"[®™*†‡]", "", text)
    text = _RISK.sub("", text.strip(" ,.:;-–"))
    text = _QUALIFIER.sub("", text)
    text = re.sub(r"^(?:and|or|of|for|in|with|to|the|their|his)\s+", "", text.strip(' ,.:;"“”-–'), flags=re.IGNORECASE)
    text = re.sub(r"\s+(?:and|or|and/or|of|in|for|with|the|caused|due|to|associated|resulting)$", "", re.sub(r"\s+", " ", text).strip(" ,.:;"))
    text = re.sub(r"(?<=\w\s\w\w)(\w*) patients$", r"\1", text)
    text = _said_once(text if text.count("(") == text.count(")") else text.split("(")[0].strip(" ,)"))
    if 2 <= len(text) < 4 and text.isupper() and text.isalpha():
        return text.lower()  # an abbreviation: the label itself may explain it
    if len(text) < 4 or _NOISE.match(text) or _NO_NAME.fullmatch(text) or len(text.split()) > 16:
        return ""
    return text.lower()


def _said_once(text: str) -> str:
    """A heading run into its own sentence ("Actinic keratosis Actinic keratoses are …") once."""
    words = text.split()
    half = len(words) // 2
    if len(words) >= 4 and len(words) % 2 == 0 and all(a[:5].lower() == b[:5].lower() for a, b in zip(words[:half], words[half:], strict=True)):
        return " ".join(words[:half])
    return text

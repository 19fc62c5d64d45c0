"""A noun phrase flows in; the names of the diseases in it flow out, one by one, in small letters and without qualifiers.

Adjectives of one disease stay with it ("non-infectious intermediate, posterior and panuveitis"), a head noun that a list shares is given back to
each ("ovarian or breast cancer"). The form of the words decides; no list of diseases is consulted.
"""

import re

from theriac.labels.sentences import Span

MEASURE = re.compile(
    r"^(?:(?:the )?(?:(?:long|short)-term )?(?:risk|rate|incidence|occurrence|likelihood|frequency|severity|number|recurrence"
    r"|development|onset|progression|healing|complications|relief|clinical signs|maintenance of healing|exacerbations?"
    r"|duration|time to|signs?(?: and/or symptoms?| and symptoms?| or symptoms?)?|(?:moderate to severe )?symptoms?|manifestations?|complications?|"
    r"pain and discomfort|discomfort|episodes?|effects?|severity and frequency|degree|amount|loss"
    r"|progression)\b(?: and (?:frequency|severity|symptoms))?"
    r"(?: of| in| for| associated with| due to)\s+(?:the )?)+",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r",?\s(?:due to|caused by|associated with|secondary to|resulting from|related to|induced by|arising from|accompanying"
    r"|attributable to|involving|from)\b",
    re.IGNORECASE,
)
QUALIFIER = re.compile(
    r"^(?:(?:the|an?|any|various|certain|other|multiple(?=\s(?:\w+[\s,]+){0,4}\w+(?<!i)s\b)|documented|established|suspected"
    r"|confirmed|proven"
    r"|clinically(?= (?:typical|significant|relevant|stable|diagnosed|apparent|visible|evident|suspected|documented|important|proven))"
    r"|typical|visible|palpable|mild to moderately severe|mild to moderate|moderate[- ]to[- ]severe|moderate(?:ly)? to severe(?:ly)?"
    r"|mild-to-moderate|active|mild|moderate|moderately|severe|severely|serious"
    r"|symptomatic|newly[- ]diagnosed|previously[- ](?:un)?treated|life-threatening|susceptible|temporary|simple|treatment of|management of)\s)+"
    r"(?:active\s)?",
    re.IGNORECASE,
)
LIST = re.compile(r",\s*(?!type\b|Type\b|stage\b|grade\b)(?:and/or|and|or)?\s+|\s+(?:and/or|and|or|as well as)\s+|\s*[•●]\s*")
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
DISEASE = re.compile(
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
_HEAD_NOUN = re.compile(r"cancers?|infections?|carcinoma|adenocarcinoma|tumou?rs?|seizures?|leukemia|lymphoma|disorders?", re.IGNORECASE)
_NO_NAME = re.compile(
    r"(?:(?:may|can|should|must|will|has|have|is|are|was|were|who|whose|whom|when|where|that|there|patients?|adults?|children"
    r"|adolescents|individuals|infants|older|further|particularly|especially)\b.*|signs(?: and symptoms)?|disease activity|physical function"
    r"|body (?:weight|surface area).*|.* (?:therapy|therapies|chemotherapy|regimen)(?: with .*)?"
    r"|(?:therapy|treatment|prevention|prophylaxis|management)(?: (?:of|for|with|in|to|against) .*)?)",
    re.IGNORECASE,
)
NOISE = re.compile(
    r"^(?:may be .*"
    r"|(?:\w+ )?different .*|(?:on|at|in|around|over|when|if|after|primarily|reduces?) .*|also known.*|known as.*"
    r"|however.*|by .*|use of .*|its .*|single agent|monotherapy|(?:adult|pa?ediatric|adult and pa?ediatric) patients?|is not .*"
    r"|for|not|it|this|which .*|whom .*|disease|condition|conditions|diseases|use|the|it|them|both|others?|symptoms|appropriate|one"
    r"|patients?|adults?|children|products?|these|this|up|therapy|treatment)$",
    re.IGNORECASE,
)


def named_like_disease(text: str) -> bool:
    """Whether the words end as the name of a disease does."""
    return bool(DISEASE.search(text))


def _pieces(text: str) -> list[Span]:
    """The spans of the items of a list."""
    spans: list[Span] = []
    at = 0
    for cut in LIST.finditer(text):
        spans.append((at, cut.start()))
        at = cut.end()
    spans.append((at, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip(" ,()")]


def unbracketed(text: str) -> str:
    """The name without what stands in brackets, unless the brackets hold a type, class, stage or grade that tells diseases apart."""
    return re.sub(r"\s*\((?!type|class|stage|grade)[^()]*\)", "", text, flags=re.IGNORECASE)


def shared_head(text: str) -> list[str]:
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
    if re.search(r"\b(?:phase|stage)\b", out[-1]) and not any(DISEASE.search(p.split()[-1]) for p in out[:-1]):
        return [text.strip(" ,()")]
    if len(out[-1].split()) == 1 and not _HEAD_NOUN.fullmatch(last):
        return _joined(text, out)
    bare = [not DISEASE.search(p.split()[-1]) for p in out[:-1]]
    adjectival = [bool(_KIND.match(p.split()[-1])) for p in out[:-1]]
    plain = all(_KIND.match(w) or _ATTRIBUTE.search(w) for p in out[:-1] for w in re.findall(r"[\w-]+", p) if w not in ("and", "or"))
    if all(bare) and plain and not _HEAD_NOUN.fullmatch(last):
        return [text.strip(" ,()")]
    if len(out[-1].split()) == 1 and not all(a for b, a in zip(bare, adjectival, strict=True) if b):
        return out
    if any(b and a for b, a in zip(bare, adjectival, strict=True)) or (any(bare) and _HEAD_NOUN.fullmatch(last)):
        return [f"{p} {last}" if not DISEASE.search(p.split()[-1]) else p for p in out]
    return out


def _joined(text: str, pieces: list[str]) -> list[str]:
    """The pieces where the last is one word that lends none of itself: adjectives before it stay with it ("anterior and panuveitis")."""
    bare = 0
    while bare < len(pieces) - 1 and not DISEASE.search(pieces[-2 - bare].split()[-1]) and _KIND.match(pieces[-2 - bare].split()[-1]):
        bare += 1
    if not bare:
        return pieces
    return [*pieces[: -1 - bare], text[text.rfind(pieces[-1 - bare]) :].strip(" ,()")]


def clean(part: str) -> str:
    """A name without qualifiers, articles, marks and brackets, in lower case; empty when nothing nameable is left."""
    text = unbracketed(part)
    soft = CAUSE.search(text)
    text = text[: soft.start()] if soft else text
    text = re.sub(r"[®™*†‡]", "", text)
    text = MEASURE.sub("", text.strip(" ,.:;-–"))
    text = QUALIFIER.sub("", text)
    text = re.sub(r"^(?:and|or|of|for|in|with|to|the|their|his)\s+", "", text.strip(' ,.:;"“”-–'), flags=re.IGNORECASE)
    text = re.sub(
        r"\s+(?:and|or|and/or|of|in|for|with|the|caused|due|to|associated|resulting|accompanied)$", "", re.sub(r"\s+", " ", text).strip(" ,.:;")
    )
    text = re.sub(r"(?<=\w\s\w\w)(\w*) patients$", r"\1", text)
    text = _said_once(text if text.count("(") == text.count(")") else text.split("(")[0].strip(" ,)"))
    if 2 <= len(text) < 4 and text.isupper() and text.isalpha():
        return text.lower()  # an abbreviation: the label itself may explain it
    if len(text.split()) > 16:
        text = _shortened(text)
    if len(text) < 4 or NOISE.match(text) or _NO_NAME.fullmatch(text) or len(text.split()) > 16:
        return ""
    return text.lower()


def _shortened(text: str) -> str:
    """A very long name without what it comes with, then without the markers before its disease."""
    text = text.split(" with ")[0]
    marks = list(re.finditer(r"\S*(?:-|\b)(?:positive|negative|mutated|mutant|amplified|deficient),?\s", text)) if len(text.split()) > 16 else []
    return text[marks[-1].end() :] if marks else text


def _said_once(text: str) -> str:
    """A heading run into its own sentence ("Actinic keratosis Actinic keratoses are …") once."""
    words = text.split()
    half = len(words) // 2
    if len(words) >= 4 and len(words) % 2 == 0 and all(a[:5].lower() == b[:5].lower() for a, b in zip(words[:half], words[half:], strict=True)):
        return " ".join(words[:half])
    return text

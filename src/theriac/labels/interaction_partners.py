"""A passage of an interaction section flows in; the drugs, classes, foods and tests it names flow out, in its own words.

Classes are known by how they are written ("CYP3A4 inhibitors", "oral anticoagulants", "drugs that prolong the QT interval"); drugs by the stems of their names and by where they
stand ("coadministration with …", "such as …"). No list of drugs is here.
"""

import re

import msgspec

_QUALITY = r"(?:(?:strong|moderate|weak|potent|dual|combined|known|other|concomitant|systemic|oral|inhaled|topical|parenteral|hormonal|live|certain|nonselective|non-selective|selective|loop|thiazide|potassium-sparing|tricyclic|atypical)\s+(?:(?:and|or|to|and/or)\s+)?){0,3}"
_CLASS_WORDS = (
    "inhibitors?|inducers?|substrates?|agonists?|antagonists?|blockers?|blocking agents?|diuretics?|antidepressants?|anticoagulants?|antiplatelets?|antiplatelet agents?|anticonvulsants?|antihypertensives?|antibiotics?|antacids?|antifungals?|"
    "antiarrhythmics?|antipsychotics?|antihistamines?|antidiabetics?|antivirals?|antimalarials?|anesthetics?|anaesthetics?|analgesics?|opioids?|benzodiazepines?|barbiturates?|corticosteroids?|glucocorticoids?|steroids?|contraceptives?|"
    "estrogens?|progestins?|statins?|NSAIDs?|SSRIs?|SNRIs?|MAOIs?|vaccines?|sulfonylureas?|salicylates?|nitrates?|macrolides?|quinolones?|fluoroquinolones?|tetracyclines?|penicillins?|cephalosporins?|aminoglycosides?|azoles?|triptans?|"
    "phenothiazines?|beta-blockers?|vasoconstrictors?|vasodilators?|sympathomimetics?|cholinergics?|anticholinergics?|immunosuppressants?|immunosuppressive (?:agents|drugs|medicinal products|medicines)|depressants?|stimulants?|relaxants?|sedatives?|"
    "hypnotics?|laxatives?|retinoids?|glycosides?|supplements?|alkaloids?|sweeteners?|binders?|sequestrants?|resins?|thrombolytics?|antineoplastics?|chemotherapy|insulins?|cytotoxics?|bisphosphonates?|fibrates?|hypoglycemic agents?"
)
_CLASS = re.compile(
    rf"\b(?P<name>{_QUALITY}(?:(?!(?:with|and|or|of|the|an?|by|to|for|as|are|is|in|on|use|when|may|that|these|those|other|including|avoid|if|drugs|using|both|some|most|any|you|receive|been|known|was|were|has|have|not|should|can|such|from|\w+ing|\w+s)\b)[A-Za-z0-9/α-ωβ-]+[ ]){{0,3}}?(?:{_CLASS_WORDS})(?:\s+of\s+(?:CYP\s?\w+|P-gp|[A-Z][A-Z0-9]{{2,}}))?)\b",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"\b(?P<name>(?:drugs?|agents?|medicines|medications|products|compounds)\s+(?:that|which|known\s+to|with\s+(?:a\s+)?(?:known\s+)?potential|metabolized|metabolised|highly|affecting|associated|may)\s+(?:(?!(?:and|should|can|is|are|may|were|The|Concomitant|In|Use|when|with)\b)[^\s.;:,()\[]+\s?){1,8})",
    re.IGNORECASE,
)
_FOOD = re.compile(r"\b(?P<name>grapefruit(?: juice)?|alcohol(?:ic beverages)?|ethanol|St\.? John['’]?s Wort|dairy products?|caffeine|tobacco|cigarette smoking|smoking|food|high-fat meals?)\b", re.IGNORECASE)
_TEST = re.compile(r"\b(?P<name>laboratory tests?|(?:urine|blood|skin) (?:\w+ )?tests?|immunoassays?)\b", re.IGNORECASE)
_EXAMPLES = re.compile(r"\s*(?:\([^)]{1,12}\)\s*)?[,;]?\s*\(?\s*(?:e\.g\.,?|for example,?|such as|including|i\.e\.,?|like)\s*(?P<list>[^.;:()\[\]]{3,240})", re.IGNORECASE)
_STEMS = re.compile(
    r"\b(?P<name>[a-z]{3,}(?:azole|mycin|micin|floxacin|cillin|vir|statin|sartan|pril|olol|dipine|azepam|azolam|barbital|caine|tidine|prazole|gliptin|gliflozin|glitazone|tinib|ciclib|parib|rafenib|lisib|mab|cept|oxetine|ipramine|triptyline|setron|"
    r"triptan|parin|xaban|gatran|thiazide|semide|tretin|retin|steride|trexate|platin|taxel|rubicin|phylline|amide|oxin|idine|arone|amil|tiazem|farin|profen|coxib|fenac|azine|peridol|apine|idone|piprazole|toin|bamazepine|gabalin|pentin|ampin|abutin|"
    r"ampicin|cyclosporine|ciclosporin|tacrolimus|limus|digoxin|warfarin|lithium|methadone|fentanyl|morphine|codone|codeine|tramadol|naltrexone|theophylline|levodopa|metformin|insulin|aspirin|ibuprofen|naproxen|cimetidine|probenecid|colchicine|"
    r"nefazodone|verapamil|diltiazem|quinidine|disulfiram|estradiol|progesterone|testosterone|prednisone|prednisolone|dexamethasone|levothyroxine|bosentan|modafinil|clopidogrel|ticagrelor|sildenafil|tadalafil|afil|semide|clonidine|chloroquine|quinine))\b"
)
_TOGETHER = re.compile(
    r"\b(?:co-?administ\w+|concomitant(?:ly)?(?:\s+(?:use|administration|treatment|therapy))?|concurrent(?:ly)?(?:\s+(?:use|administration))?|combination|combined|together|taken|receiving|use)\s+(?:of\s+\w+\s+)?(?:with|of)\s+(?P<name>[a-z][a-z-]{4,}(?:\s+(?:acid|sodium|chloride|oxide))?)\b",
    re.IGNORECASE,
)
_NOT_PARTNERS = frozenset(
    "other others drugs drug these those which either both patients treatment therapy administration caution medications medicines medicine agents agent food strong moderate weak potent the this that such certain products product concomitant multiple single "
    "doses dose normal total higher lower increased decreased severe known following potential similar least approximately systemic topical oral inhibitors inducers steady ideal amide provide vaccine study include candidate consider".split()
)
_BARE = frozenset(
    "inhibitor inhibitors inducer inducers substrate substrates blocker blockers agonist agonists antagonist antagonists cholinergic anticholinergic cholinergics depressant depressants stimulant relaxant anticoagulant supplements supplement "
    "binder binders steroid sedative antiplatelet antihypertensive anesthetic insulin hypnotic potent strong drugs".split()
)  # words that name a class only together with another
_WEAK_CLASS = re.compile(r"^(?:an?|the|of|use|concomitant|administration|with|effects?|strong|moderate|weak|potent|certain|these|those|other|known|dual|combined)\s+", re.IGNORECASE)


class Partner(msgspec.Struct, frozen=True):
    """What a label names beside the product."""

    name: str
    kind: str = "drug"
    examples: tuple[str, ...] = ()


def partners_in(text: str, own: frozenset[str], heading: bool = False) -> tuple[Partner, ...]:
    """The partners a passage names, classes with the examples in their brackets; the product's own names are none.

    >>> [(p.name, p.kind, p.examples) for p in partners_in("Avoid strong CYP3A4 inhibitors (e.g., ketoconazole, ritonavir) and grapefruit juice.", frozenset())]
    [('strong CYP3A4 inhibitors', 'class', ('ketoconazole', 'ritonavir')), ('grapefruit juice', 'food', ())]
    """
    found: dict[str, Partner] = {}
    examples: set[str] = set()
    for match in (*_CLASS.finditer(text), *_THAT.finditer(text)):
        name = _trimmed(match["name"])
        listed = _EXAMPLES.match(text, match.end())
        named = _items(listed["list"]) if listed else ()
        examples.update(item.lower() for item in named)
        if len(name) > 3 and name.lower() not in _BARE and not any(known in name.lower() for known in found):
            found.setdefault(name.lower(), Partner(name, "class", named))
    for kind, pattern in (("food", _FOOD), ("test", _TEST)):
        for match in pattern.finditer(text):
            found.setdefault(match["name"].lower(), Partner(match["name"], kind))
    for match in (*_STEMS.finditer(text.lower()), *_TOGETHER.finditer(text)):
        name = match["name"].lower()
        if name not in _NOT_PARTNERS and name not in examples and not any(name in known for known in found):
            found[name] = Partner(text[match.start("name") : match.end("name")], "drug")
    if heading and not found and 2 < len(text) < 60:
        found[text.lower()] = Partner(text.strip(" .:"), "drug")
    return tuple(partner for key, partner in found.items() if not any(key == name or (len(key) > 4 and key in name.split()) for name in own))


def _trimmed(name: str) -> str:
    """The class without words that only lead up to it; "strong" and "moderate" stay, they tell which inhibitors."""
    text = " ".join(name.split())
    while True:
        match = _WEAK_CLASS.match(text)
        if match is None or match[0].strip().lower() in ("strong", "moderate", "weak", "potent", "dual", "combined"):
            return text
        text = text[match.end() :]


def _items(text: str) -> tuple[str, ...]:
    """The items of a list of examples."""
    pieces = re.split(r",\s*(?:and\s+|or\s+)?|\s+(?:and|or|and/or)\s+", text)
    return tuple(dict.fromkeys(piece.strip(" .()*") for piece in pieces if 2 < len(piece.strip(" .()*")) < 50 and not re.match(r"(?:may|which|that|can|is|are|should)\b", piece.strip())))

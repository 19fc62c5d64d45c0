"""A passage of an interaction section flows in; the drugs, classes, foods and tests it names flow out, in its own words.

Classes are known by how they are written ("CYP3A4 inhibitors", "oral anticoagulants", "drugs that prolong the QT interval"); drugs by
the stems of their names (and a few old names
that carry none) and by where they stand ("coadministration with …", "such as …"). Which drugs belong to a class is not known here.
"""

import re
from collections.abc import Iterator

import msgspec

from theriac.labels.lower_case import small, small_pattern
from theriac.labels.word_lists import word_set, word_tuple

_TOKEN = re.compile(r"[A-Za-z0-9α-ω][A-Za-z0-9/α-ω-]*")
_CLASSES = word_set(
    """
    inhibitor inhibitors inducer inducers substrate substrates agonist agonists antagonist antagonists blocker blockers diuretic
    diuretics antidepressant antidepressants anticoagulant anticoagulants antiplatelet antiplatelets anticonvulsant anticonvulsants
    antihypertensive antihypertensives antibiotic antibiotics antacid antacids antifungal antifungals antiarrhythmic antiarrhythmics
    antipsychotic antipsychotics antihistamine antihistamines antidiabetic antidiabetics antiviral antivirals antimalarial antimalarials
    anesthetic anesthetics anaesthetic anaesthetics analgesic analgesics opioid opioids benzodiazepine benzodiazepines barbiturate
    barbiturates corticosteroid corticosteroids glucocorticoid glucocorticoids steroid steroids contraceptive contraceptives estrogen
    estrogens progestin progestins statin statins nsaid nsaids ssri ssris snri snris maoi maois vaccine vaccines sulfonylurea
    sulfonylureas salicylate salicylates nitrate nitrates macrolide macrolides quinolone quinolones fluoroquinolone fluoroquinolones
    tetracycline tetracyclines penicillin penicillins cephalosporin cephalosporins aminoglycoside aminoglycosides azole azoles triptan
    triptans phenothiazine phenothiazines beta-blocker beta-blockers vasoconstrictor vasoconstrictors vasodilator vasodilators
    sympathomimetic sympathomimetics cholinergic cholinergics anticholinergic anticholinergics immunosuppressant immunosuppressants
    depressant depressants stimulant stimulants relaxant relaxants sedative sedatives hypnotic hypnotics laxative laxatives retinoid
    retinoids glycoside glycosides supplement supplements alkaloid alkaloids sweetener sweeteners binder binders sequestrant
    sequestrants resin resins thrombolytic thrombolytics antineoplastic antineoplastics chemotherapy insulin insulins cytotoxic
    cytotoxics bisphosphonate bisphosphonates fibrate fibrates
    """
)
_STEMS = word_tuple(
    """
    azole mycin micin floxacin cillin vir statin sartan pril olol dipine azepam azolam barbital caine tidine prazole gliptin gliflozin
    glitazone tinib ciclib parib rafenib lisib mab cept oxetine ipramine triptyline setron triptan parin xaban gatran thiazide tretin
    retin steride trexate platin taxel rubicin phylline amide oxin idine arone tiazem farin profen coxib fenac azine peridol apine idone
    piprazole toin bamazepine gabalin pentin ampin abutin ampicin cyclosporine ciclosporin tacrolimus limus digoxin warfarin lithium
    methadone fentanyl morphine codone codeine tramadol naltrexone theophylline levodopa metformin insulin aspirin ibuprofen naproxen
    cimetidine probenecid colchicine nefazodone verapamil diltiazem quinidine disulfiram estradiol progesterone testosterone prednisone
    prednisolone dexamethasone levothyroxine bosentan modafinil clopidogrel ticagrelor sildenafil tadalafil clonidine chloroquine
    quinine amil afil semide
    """
)
_GENERIC = frozenset(("agents", "drugs", "products", "medicines", "medications", "agent", "drug", "preparations"))
_STOPS = word_set(
    """
    with and or of the an a by to for as are is in on use when may that these those other others including avoid if drugs using both
    some most any you receive been known was were has have not should can such from than be at co-administered coadministration
    concomitant concomitantly concurrent patients taking certain e.g i.e eg ie like also which this whether between after before during
    against who do does will but other caution although its their his her all each many several because while class classes drug agent
    agents products product effect effects interactions interaction include includes either another following alternative chronic
    therapeutic specific investigational
    """
)
_KEPT_ING = frozenset(
    (
        "blocking",
        "sparing",
        "lowering",
        "depressing",
        "prolonging",
        "binding",
        "containing",
        "reducing",
        "modifying",
        "suppressing",
        "relaxing",
        "retaining",
        "acting",
        "thinning",
    )
)
_LINKING = frozenset(("strong", "moderate", "weak", "potent", "inducers", "inhibitors"))
_OF = re.compile(r"\s+of\s+(?:CYP\s?\w+|P-gp|[A-Z][A-Z0-9]{2,})")
_THAT = small_pattern(
    r"\b(?P<name>(?:drugs?|agents?|medicines|medications|products|compounds)\s+(?:that|which|known\s+to|with\s+(?:a\s+)?(?:known\s+)?potential|metabolized|metabolised|highly|affecting|associated|may)\s+(?:(?!(?:and|should|can|is|are|may|were|The|Concomitant|In|Use|when|with)\b)[^\s.;:,()\[]+\s?){1,8})"
)
_FOOD = small_pattern(
    r"\b(?P<name>grapefruit(?: juice)?|alcohol(?:ic beverages)?|ethanol|St\.? John['’]?s Wort|dairy products?|caffeine"
    r"|tobacco|cigarette smoking|smoking|food|high-fat meals?)\b"
)
_TEST = small_pattern(r"\b(?P<name>laboratory tests?|(?:urine|blood|skin) (?:\w+ )?tests?|immunoassays?)\b")
_EXAMPLES = re.compile(
    r"\s*(?:\([^)]{1,12}\)\s*)?[,;]?\s*\(?\s*(?:e\.g\.,?|for example,?|such as|including|i\.e\.,?|like)\s*(?P<list>[^.;:()\[\]]{3,240})",
    re.IGNORECASE,
)
_TOGETHER = small_pattern(
    r"\b(?:co-?administ\w+|concomitant(?:ly)?(?:\s+(?:use|administration|treatment|therapy))?|concurrent(?:ly)?(?:\s+(?:use|administration))?|combination|combined|together|taken|receiving|use)\s+(?:of\s+\w+\s+)?(?:with|of)\s+(?P<name>[a-z][a-z-]{4,}(?:\s+(?:acid|sodium|chloride|oxide))?)\b"
)
_NOT_PARTNERS = word_set(
    """
    other others drugs drug these those which either both patients treatment therapy administration caution medications medicines
    medicine agents agent food strong moderate weak potent the this that such certain products product concomitant multiple single doses
    dose normal total higher lower increased decreased severe known following potential similar least approximately systemic topical
    oral inhibitors inducers steady ideal amide provide vaccine study include candidate consider
    """
)
_BARE = word_set(
    """
    inhibitor inhibitors inducer inducers substrate substrates blocker blockers agonist agonists antagonist antagonists cholinergic
    anticholinergic cholinergics depressant depressants stimulant relaxant anticoagulant supplements supplement binder binders steroid
    sedative antiplatelet antihypertensive anesthetic insulin hypnotic potent strong drugs
    """
)  # words that name a class only together with another
_WEAK_CLASS = re.compile(
    r"^(?:an?|the|of|use|concomitant|administration|with|effects?|strong|moderate|weak|potent|certain|these|those|other|known|dual|combined)\s+",
    re.IGNORECASE,
)


class Partner(msgspec.Struct, frozen=True):
    """What a label names beside the product."""

    name: str
    kind: str = "drug"
    examples: tuple[str, ...] = ()


def partners_in(text: str, own: frozenset[str], heading: bool = False) -> tuple[Partner, ...]:
    """The partners a passage names, classes with the examples in their brackets; the product's own names are none.

    >>> [(p.name, p.kind, p.examples) for p in partners_in("Avoid strong CYP3A4 inhibitors (e.g., ritonavir) and alcohol.", frozenset())]
    [('strong CYP3A4 inhibitors', 'class', ('ritonavir',)), ('alcohol', 'food', ())]
    """
    found: dict[str, Partner] = {}
    examples: set[str] = set()
    plain = small(text)
    tokens = [(match[0].lower(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    for start, end in (*_class_spans(text, tokens, own), *(match.span("name") for match in _THAT.finditer(plain))):
        name = _trimmed(text[start:end])
        listed = _EXAMPLES.match(text, end)
        named = _items(listed["list"]) if listed else ()
        examples.update(item.lower() for item in named)
        if len(name) > 3 and name.lower() not in _BARE and not any(known in name.lower() for known in found):
            found.setdefault(name.lower(), Partner(name, "class", named))
    for kind, pattern in (("food", _FOOD), ("test", _TEST)):
        for match in pattern.finditer(plain):
            first, last = match.span("name")
            found.setdefault(match["name"], Partner(text[first:last], kind))
    drugs = [(word, start, end) for word, start, end in tokens if len(word) > 5 and word.endswith(_STEMS)]
    if " with" in plain or " of" in plain or "\n" in plain:
        drugs += [(match["name"], *match.span("name")) for match in _TOGETHER.finditer(plain)]
    for word, start, end in drugs:
        if word not in _NOT_PARTNERS and word not in examples and word not in _CLASSES and not any(word in known for known in found):
            found[word] = Partner(text[start:end], "drug")
    if heading and not found and 2 < len(text) < 60:
        found[text.lower()] = Partner(text.strip(" .:"), "drug")
    return tuple(partner for key, partner in found.items() if not any(key == name or (len(key) > 4 and key in name.split()) for name in own))


def _class_spans(text: str, tokens: list[tuple[str, int, int]], own: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The spans of the classes named: a class word with the words before it that tell which ("strong CYP3A4 inhibitors")."""
    for index, (word, _, end) in enumerate(tokens):
        if word not in _CLASSES and not (
            word in _GENERIC
            and index
            and tokens[index - 1][0].endswith(("ive", "ic", "atory", "blocking", "toxic"))
            and tokens[index - 1][0] not in _STOPS
        ):
            continue
        first = index
        while first > 0 and index - first < 5 and _belongs(text, tokens, first - 1) and tokens[first - 1][0] not in own:
            first -= 1
        of = _OF.match(text, end)
        yield tokens[first][1], of.end() if of else end


def _belongs(text: str, tokens: list[tuple[str, int, int]], index: int) -> bool:
    """Whether the word before still names the class: side by side, no verb, no plural, no word of grammar; "strong and moderate" may be
    joined."""
    word, _, end = tokens[index]
    following = tokens[index + 1]
    if text[end : following[1]] not in (" ", "-"):
        return False
    if word in ("and", "or", "to"):
        return index > 0 and tokens[index - 1][0] in _LINKING and following[0] in _LINKING
    if word in _STOPS or (word.endswith("ing") and word not in _KEPT_ING):
        return False
    return not (word.endswith("s") and word not in _CLASSES and len(word) > 3) and not word.endswith("ly")


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
    return tuple(
        dict.fromkeys(
            piece.strip(" .()*")
            for piece in pieces
            if 2 < len(piece.strip(" .()*")) < 50 and not re.match(r"(?:may|which|that|can|is|are|should)\b", piece.strip())
        )
    )

"""The words around a dose that decide what it is: its phase, and whether it is a dose of this product at all.

In flows the text before and after an amount; out flow closed answers. Strengths, dilutions, laboratory values, increments, toxicity ladders
and doses of other drugs are told apart from doses by these words only.
"""

import re

from theriac.labels.lower_case import holds, small, small_pattern
from theriac.labels.word_lists import word_set

PHASES = (
    ("loading", r"\bload(?:ing)?\b"),
    ("maximum",
        r"\bmaxim\w+|\bmax\.?\b|\bnot (?:to |be )?(?:exceed\w*|above)|\bexceed(?:ing|ed)?\b|\bn(?:o|ot) more than\b"
        r"|\bnot (?:be )?(?:greater|higher|more) than\b|\b(?:increas|titrat|escalat|rais)\w+[^.;]{0,70}?\bup to\b"
     r"|\bupper limit\b|\bhighest\b|\blimit(?:ed)? (?:of|to)\b|\bdo not (?:use|take|give|apply|administer) more than\b"
     r"|\bdoses? (?:above|greater than|higher than|in excess of|over|of more than)\b|\bup to a total\b"),
    ("maintenance",
        r"\bmaintenance\b|\bmaintain\w*|\bthereafter\b|\bfollowed\b|\bthen\b|\breduc(?:ed|ing) to\b|\bcontinu\w+ (?:at|with|on)\b"
        r"|\bsubsequent(?:ly)?\b|\bafterwards?\b|^\s*after (?:the )?(?:first )?(?:\w+ )?(?:years?|months?|weeks?"
        r"|days?),? (?:administer|give|continue|take)\b|\bfrom week \d+ on"),
    ("titration",
        r"\btitrat\w+|\bincreas(?:e|es|ed|ing)\b(?! (?:risk|effect|exposure|efficacy|benefit|toxic"
        r"|in exposure))(?=[^.;]{0,60}?\b(?:to|by|dose|dosage|up|every)\b|\s*$)|\bescalat\w+|\badjust\w* (?:upward )?to\b"
        r"|\braised? to\b|\btarget\b|\bdoubled? to\b"),
    ("initial",
        r"\bstarting\b|\binitial(?:ly)?\b|\binitiat\w+|\bstart(?:ed|s)?\b|\bbegin\w*\b|\bbegun\b|\binduction\b|\bday 1\b(?! of)"
        r"|\bfirst (?:dose|week|day)\b"),
)  # fmt: skip
_PHASE = small_pattern("|".join(f"(?P<{name}>{words})" for name, words in PHASES))
_TRAILING = small_pattern(
    r"^[^.;]{0,60}?(?:(?P<initial>\binitially\b|\bto start\b|\bas (?:a|an|the) (?:initial|starting)\b"
    r"|\bfor the first\b(?=[^.;]*followed))|(?P<maintenance>\bthereafter\b|\bmaintenance\b)|(?P<loading>\bas a loading\b"
    r"|\bloading dose\b)"
    r"|(?P<maximum>\bmaximum\b|is the maximum|or less daily$))"
)
_NAMED = small_pattern(r"\s*(?:\([^)]*\)\s*)?(?:(?:oral|intravenous|subcutaneous)\s+)?(loading|maintenance|initial|starting|maximum)\s+dos")
_NOT_BEFORE = small_pattern(
    r"(?:\b(?:increas|decreas|reduc|adjust|titrat|lower|rais|chang|escalat|modif)\w*[^.;]{0,60}\bby"
    r"|\bincrements?(?: of| should be)?(?: up to)?|\bchanges of|(?<!\w)[x×]|\bsteps of"
    r"|\badditional|\bstrengths? of|\bconcentrations?(?: of)?|\bvials? of"
    r"|\bbag of|\bcontain(?:s|ing)?"
    r"|\bequivalent to|\bequal to|\bless than|\bfewer than|(?<!no )(?<!not )\bmore than"
    r"|\bgreater than"
    r"|\bbelow|\bunder|\bat least|\bweigh\w*|\bthan|\bavailable (?:as|in)|\bsupplied (?:as|in)|\bin|\binto|\badd|\bfrom|\bwith"
    r"|\bevery|\badded to|\busing|\btotal volume of|\bvolume of|\bapproximately equal to|\blevels? (?:of|above|below)|\breached"
    r"|\bbetween doses of|\bplacebo or|≥|>|<|=|\bcreatinine(?: of)?|\bmcL|\bdifference of|\bper|\b(?:the|each|this|both)"
    r"|\bdiscontinu\w+ of(?: \w+)?|\brate of|\bquantit\w+ of|\bpackets? of|\bexcretion\b[^.;]{0,30}|\brequire more than)\s*(?:about "
    r"|approximately |a |the |an )?$"
)
_RULING_OUT = word_set(
    """
    by increment increments of be to additional contain contains containing than below under least as in into add from with every using above
    reached or creatinine mcl per the each this both concentration concentrations about approximately a an
    """
)
_WITH_DOSE = small_pattern(
    r"\b(?:start|begin|initiat|treat|treated|dose|dosed|therapy|treatment|continue|given|administered"
    r"|load)\w*\s+(?:\w+\s){0,3}(?:with|in|at|or)\s*(?:a |an |about |approximately |the )?$"
)
_LIMIT = small_pattern(
    r"(?:maxim\w+|\bnot (?:to |be )?(?:exceed\w*|above)|\b(?:no|not|n[’']t) (?:\w+ ){0,4}(?:more|greater|higher) than)\s*(?:of |a "
    r"|the |total )*$"
)
_ALREADY = small_pattern(
    r"\b(?:days|weeks|months) (?:at|on|of)\s*$|\b(?:(?:not )?respond\w*(?: to| adequately to)|(?:patients?|already|currently"
    r"|those) (?:\w+ )?(?:receiving|taking|on|treated with)|(?:after )?reach(?:ing|ed|es)?|been on|tolerat\w+|maintained on"
    r"|stabili[sz]ed on|lower than|higher than|much lower|switching from)\b"
    r"(?:(?! is | should | to | may | can |initiat|start|begin|receive |[.;,:]).){0,45}$"
)
_THRESHOLD = small_pattern(
    r"\bdos(?:es?|ages?) (?:of )?(?:above|greater than|higher than|in excess of|over|exceeding|of more than|more than|below"
    r"|lower than|less than)\s*(?:of |a |the )*$"
)
_NOT_AFTER = small_pattern(
    r"^\s*(?:/\s*(?:\d[\d.]*\s*)?(?:mL|ml|L|g|vial|actuation|spray|packet|tablet|capsule)\b|\)?[\s,-]*(?:single[- ](?:dose|use"
    r"|patient)|multiple[- ]dose|multi-dose|pre-?filled|pharmacy bulk)?\s*(?:vials?|ampu\w+|bottles?|bags?|kits?|cartons?"
    r"|syringes?|pens?)\b"
    r"|increments?\b|strengths?\b|of (?:sterile|water|diluent|sodium|dextrose|0\.9|5%|saline|normal|lactated)|difference\b"
    r"|less than\b|more than\b|(?:is|was|are|were) (?:less|no|not|poorly|associated)\b|did not\b|markings?\b"
    r"|\)?\s*insulin syringe|per mL|in \d+ ?mL\b"
    r"|of (?:applesauce|pudding|yogurt|juice|soft food|food|liquid|milk)|of (?:elemental )?(?:caffeine|sodium|lactose|phenylalanine|alcohol)\b)"
)
_STRENGTH_AFTER = small_pattern(
    r"^\)?[\s-]*(?:(?:strength|scored|film-coated|delayed-release|extended-release|oral|chewable|orally|disintegrating"
    r"|immediate|sublingual|buccal|transdermal|\w+®?)\s+){0,3}?"
    r"(?:tablets?|capsules?|caplets?|patch(?:es)?|suppositor\w+|lozenges?|packets?|sachets?|films?|implants?|sprays?|pens?"
    r"|syringes?|autoinjectors?|inhalers?|softgels?|cartridges?)\b"
)
_PREPARATION = small_pattern(
    r"\b(?:reconstitut\w+|dilut(?:e|ed|ing|ion)|withdraw(?:n|ing|s)?|infusion bag|final (?:volume|concentration)|diluent"
    r"|admix\w*|sterile water|flush\w*|swirl\w*|aliquots?|draw up|discard\w*|stored?|refrigerat\w+|room temperature|shaken?"
    r"|expir\w+"
    r"|suspend(?:ed)? in|mixed with|stock solution|drip rate|flow rate|infusion rate|pump setting|supplied (?:as|in)"
    r"|each (?:tablet|vial|mL|capsule|packet) contains|available (?:as|in)|IV bag|drawn? into|to prepare|prepared by"
    r"|preparation of|gently invert|dispens(?:e|ing) pin|filter)\b"
)
_TOXICITY = small_pattern(
    r"\b(?:grade [1-4]|grades? ≥|adverse (?:reactions?|events?|effects?)|toxicit\w+|neutrop\w+|thrombocytop\w+|platelets?|ANC"
    r"|dose reductions?|dose level|reduced? (?:the )?(?:dose|dosage) (?:by|to)? ?(?:50|one)|resume|withh[eo]ld|interrupt\w*"
    r"|dose modifications?"
    r"|hemoglobin|AST|ALT|bilirubin|reintroduc\w+|rechallenge\w*|recover\w*|reaction occurs?|QTc?)\b"
)
_STUDIED = small_pattern(
    r"\b(?:clinical (?:trials?|studies|experience)|were (?:studied|evaluated|treated|given)|was (?:studied|evaluated|shown)"
    r"|have been (?:studied|reported|evaluated|used|administered)|ha(?:s|ve) not been (?:studied|evaluated|established)"
    r"|in studies|studies (?:have|of)"
    r"|pharmacokinetic|overdos\w+|missed|misses|forgot\w*|for example|e\.g\.|plasma (?:levels?|concentrations?)"
    r"|serum (?:levels?|concentrations?)|bioequivalen\w+|equivalent to|half-life|additional benefit|not been shown|failed to"
    r"|provided no|dose-related)\b"
)
_DOSING = small_pattern(
    r"\brecommended\b|\busual\b|\bstarting (?:dose|dosage)\b|\binitial (?:dose|dosage)\b|\bmaximum\b|\bmaintenance (?:dose"
    r"|dosage)\b|\bdos(?:e|age) (?:is|of|should be)\b|\bloading dose\b"
)
_UNACCEPTABLE = small_pattern(r"\b(?:unacceptable|intolerable|unmanageable|limiting) (?:toxicity|adverse (?:reactions?|events?))|as tolerated")
_RECOMMENDED = small_pattern(r"\brecommended (?:(?!reduc|modif|adjust)\w+ ){0,4}?(?:dos(?:e|age)|regimen|schedule)s?\b(?!\s(?:reduc|modif|adjust))")
_ADJUSTED = small_pattern(
    r"\b(?:renal|hepatic|kidney|liver|creatinine clearance|CrCl|CLcr|eGFR|dialysis|CYP\w+|inhibitors?|inducers?|coadminist\w+"
    r"|concomitant\w*|elderly|geriatric|weigh\w*|Child-Pugh)\b"
)
SKIPPED_TITLE = re.compile(
    r"preparation|reconstitut|dilut|storage|handling|compatib|stability|disposal|monitoring|patient selection|\btesting\b"
    r"|premedication|instructions for use|infusion rate|toxicit|adverse reaction|dosage forms"
    r"|modifications? (?:for|due to|based on) (?:adverse|toxic|hematolog|non|infusion|laborator)|dos(?:e|age) modifications?$"
    r"|dose reductions?$|missed dose|management of",
    re.IGNORECASE,
)
_DRUG_LIKE = small_pattern(
    r"(?:mab|nib|vir|xel|tecan|platin|mycin|micin|cillin|azole|pril|sartan|olol|statin|oxacin|cycline|formin|gliptin|gliflozin"
    r"|zepam|zolam|parin|rubicin|purine|trexate|lone|sone|virine|avir|lutamide|terone|kinra|leukin|cept|setron|prazole|tidine"
    r"|dipine|idone|apine"
    r"|ribavirin|interferon|insulin|warfarin|aspirin|acetaminophen|ibuprofen|lidomide|calcium|leucovorin|folinate|fluorouracil"
    r"|cisplatin|ribociclib|ciclib|folic acid|vitamin|penicillin|probenecid|colchicine|estrogens?|progestins?|bicarbonate"
    r"|citrate|chloride|gluconate|antihistamine|diphenhydramine|epinephrine|naloxone|saline|tretinoin|phosphamide|mustine"
    r"|domide|zomib|limus)$"
)


MAXIMUM_FREQUENCY = re.compile(
    r"\b(?:no|not|never)\b[^.;]{0,60}?\b(?:more (?:often |frequently )?than|exceed)\s+(?P<n>once|twice|\d+|one|two|three|four"
    r"|five|six)\s*(?:times?|doses?|episodes?|treatments?|applications?)?\s*(?:\([^)]{1,30}\)\s*)?"
    r"(?:(?:per|every|each|in|a|within)\s+)+(?:any\s+)?(?:(?P<p>\d+|two|three|four|five|six)[\s-]*)?(?P<unit>hours?|days?|weeks?|months?|years?)\b"
    r"|\bmore (?:often |frequently )?than (?P<n2>once) (?P<daily>daily|weekly)\b",
    re.IGNORECASE,
)


def phase_of(before: str, after: str) -> str | None:
    """The phase that the words nearest to an amount give it."""
    before, after = small(before), small(after[:200])
    named = _NAMED.match(after)
    if named:
        return {"starting": "initial"}.get(named.group(1), named.group(1))
    cues = [m.lastgroup for m in _PHASE.finditer(before)]
    if "maximum" in cues[-2:]:
        return "maximum"
    trailing = _TRAILING.match(after)
    if trailing and not cues:
        return trailing.lastgroup
    if cues and cues[-1] == "titration" and trailing and trailing.lastgroup == "maximum":
        return "maximum"
    return cues[-1] if cues else None


def _may_rule_out(tail: str) -> bool:
    """Whether the last word can be one of those that rule a dose out: a quick look before a costly pattern."""
    last = tail[tail.rstrip().rfind(" ") + 1 :].strip().lstrip("([\"'")
    return last in _RULING_OUT or last[-1:] in "x×≥><=" or last.startswith("weigh") or "discontinu" in tail or "excretion" in tail


def is_not_a_dose(before: str, after: str, counted: bool, ranged: bool) -> bool:
    """Whether the words right beside an amount make it an increment, a strength, a volume or a threshold."""
    tail, after = small(before[-75:]), small(after[:200])
    if _THRESHOLD.search(tail):
        return not re.match(r"[^.;]{0,60}?(?:not recommended|should not|are not|is not)", after)
    if (
        not (ranged and tail.rstrip().endswith("from"))
        and _may_rule_out(tail)
        and _NOT_BEFORE.search(tail)
        and not _WITH_DOSE.search(tail)
        and not _LIMIT.search(tail)
    ):
        return True
    if re.search(r"\brate (?:of|for|should|is|may|must|not|no)\b(?![^.;]*\bdos)", tail, re.IGNORECASE):
        return True
    if _ALREADY.search(tail) or re.match(r"[^.;]{0,30}\bshould not be (?:administered|given|used|taken)", after):
        return True
    return bool(_NOT_AFTER.match(after)) or (
        not counted
        and bool(_STRENGTH_AFTER.match(after))
        and not re.search(r"\b(?:one|a|an|(?:begin|start|initiat)\w* (?:\w+ )?with(?: the)?)\s*$", before)
    )


# Quick looks before the patterns: a sentence without any of these stems cannot match.
_PREPARATION_STEMS = (
    "reconstitut", "dilu", "withdraw", "infusion bag", "final ", "admix", "sterile", "flush", "swirl", "aliquot", "draw", "discard", "store",
    "refrigerat", "room temp", "shak", "expir", "suspend", "mixed with",
    "stock", " rate", "pump", "supplied", "contains", "available", "iv bag", "invert",
    "dispens", "filter", "prepar",
)  # fmt: skip
_TOXICITY_STEMS = (
    "grade", "adverse", "toxic", "neutrop", "thrombocytop", "platelet", "anc", "reduction", "dose level", "reduc", "resume", "withh", "interrupt",
    "modification", "hemoglobin", "ast", "alt", "bilirubin", "intolerable", "reintroduc", "rechallenge", "recover", "reaction", "qt",
)  # fmt: skip
_STUDIED_STEMS = (
    "clinical", "studied", "evaluated", "treated", "were ", "was ", "have been", "not been", "has been", "studies", "pharmacokinetic", "overdos",
    "miss", "forgot", "for example", "e.g", "plasma", "serum", "equivalen", "half-life", "additional", "failed to", "provided no", "dose-related",
)  # fmt: skip


def is_aside(sentence: str) -> bool:
    """Whether a sentence speaks of preparation, toxicity or studies rather than of how to dose."""
    if "[" in sentence or "(see" in sentence or "(See" in sentence:
        sentence = re.sub(r"\[[^\]]*\]|\((?:see|See)[^)]*\)", "", sentence)
    plain = small(sentence)
    if holds(plain, _PREPARATION_STEMS) and _PREPARATION.search(plain) and not _DOSING.search(plain):
        return True
    harmful = holds(plain, _TOXICITY_STEMS) and _TOXICITY.search(_UNACCEPTABLE.sub("", plain))
    if harmful and not _ADJUSTED.search(plain) and not _RECOMMENDED.search(plain):
        return True
    return holds(plain, _STUDIED_STEMS) and bool(_STUDIED.search(plain)) and "maximum" not in plain and not _RECOMMENDED.search(plain)


_ORDINARY = re.compile(
    r"(?:this|that|product|drug|the|tablets?|capsules?|injections?|infusions?|solution|oral|suspension|treatment|therapy|cream"
    r"|gel|maintenance|starting|initial|loading|usual|recommended|daily|single|adults?|adult|total|maximum|each|medication"
    r"|pediatric|patients?|these|extended|delayed|immediate|release|adjusted|target|intravenous|subcutaneous|powder|granules"
    r"|first|second|next|subsequent|same|weekly|monthly|effective|optimal|average|final|following|higher|lower|test)",
    re.IGNORECASE,
)

_TOLD = re.compile(
    r"\b(?:dose|dosage)s? of ([A-Za-z][A-Za-z-]{3,})\s*(?:of|\()?\s*$|\b(?:(?:dose|dosage)s? (?:of"
    r"|for) ([A-Za-z][A-Za-z-]{3,})(?: \w+){0,3}? (?:is|should be)|([A-Za-z][A-Za-z-]{3,}) (?:dose|dosage) (?:is|of"
    r"|should be))\s*(?:reduced to |increased to )?$"
)
_FOLLOWING = re.compile(r"\s*(?:of|dose of|doses of)?\s*(?:oral |intravenous )?([A-Za-z][A-Za-z-]{3,})")
_LEADING = re.compile(r"([A-Za-z][A-Za-z-]{3,})\s*(?:at(?: a dose of)?|\(|:)?\s*$")


def is_drug_name(word: str) -> bool:
    """Whether a word is built like the name of a drug."""
    return bool(_DRUG_LIKE.search(word.lower()))


def of_another_drug(before: str, after: str, own: frozenset[str]) -> bool:
    """Whether the amount belongs to a drug named beside it that is not the product."""
    following, leading = _FOLLOWING.match(after), _LEADING.search(before[-50:])
    told = _TOLD.search(before[-90:]) if "dos" in before[-90:] else None
    named = [found.group(1) for found in (following, leading) if found] + [word for word in (told.groups() if told else ()) if word]
    if leading and re.search(r"\b(?:with|without)\s+\w+\W*$", before[-50:]):
        named = named[1:] if following and len(named) > 1 else []
    spoken = [word for word in (told.groups()[:2] if told else ()) if word and own and not _ORDINARY.fullmatch(word)]
    if any(word.lower() not in own and not word.isupper() for word in spoken):
        return True
    return any(_DRUG_LIKE.search(word.lower()) and word.lower() not in own for word in named)

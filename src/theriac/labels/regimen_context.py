"""What the text around a dose ties it to: people, use, route, product, time of day, site.

In flows sentences and headings; out flow the label's own words. When the words do not tie a dose to a use and the label has several, the
use stays unstated.
"""

import re

import msgspec

from theriac.labels.document import LabelDocument, Section
from theriac.labels.lower_case import holds, small, small_pattern
from theriac.labels.statements import Indication

_IMPAIRED = (
    r"(?:patients? (?:with|on|undergoing|receiving|who)\s+)?(?:(?:mild|moderate|severe|end[- ]stage|mild to moderate"
    r"|moderate to severe|moderate or severe|mild or moderate|significant|impaired|some degree of|decreased"
    r"|reduced)\s(?:to \w+ |or \w+ )?)*"
    r"(?:renal|hepatic|kidney|liver)(?: or (?:renal|hepatic))? (?:impairment|insufficiency|failure|disease|dysfunction"
    r"|function)(?:\s*\([^)]{2,80}\))?"
)
_KINDS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (  # the most specific group first, each behind words it cannot do without
    (
        "impaired",
        ("renal", "hepatic", "kidney", "liver", "clearance", "crcl", "clcr", "gfr", "dialysis", "capd", "child-pugh"),
        small_pattern(
            rf"{_IMPAIRED}|(?:patients? (?:with|on) )?(?:a )?(?:creatinine clearance|CrCl|CLcr|ClCr|eGFR"
            rf"|GFR)[^.;:]{{3,60}}?(?:mL\s?/\s?min(?:\s?/\s?1\.73\s?m\s?2)?)|(?:patients (?:on|undergoing|receiving) )?(?:hemodialysis"
            rf"|peritoneal dialysis|CAPD)\b|Child-Pugh (?:class )?[ABC](?: or [BC])?",
        ),
    ),
    (
        "with",
        ("inhibitor", "inducer", "azole", "mycin", "vir", "valpro", "cyclosporine", "rifampin", "carbamazepine", "phenytoin"),
        small_pattern(
            r"(?:when |if )?(?:co-?administ\w+|used concomitantly|concomitant (?:use|administration)|taking|taken with"
            r"|receiving|in combination|concurrent use|combined) (?:\w+ ){0,2}?(?:(?:with|of) )?[^.;:,]{0,60}?(?:inhibitors?|inducers?"
            r"|[a-z]+(?:azole|mycin|vir|valproate|valproic acid|cyclosporine|rifampin|carbamazepine|phenytoin))",
        ),
    ),
    (
        "child",
        ("pediatric", "paediatric", "neonat", "adolescent", "child", "infant"),
        small_pattern(
            r"(?:(?:pa?ediatric|neonatal|adolescent) (?:patients?|population|use|dos(?:e|age))|children|infants|neonates"
            r"|adolescents|adults and (?:adolescents|pediatric patients|children)[^.;:,]{0,60})(?:\s*\(?(?:aged |ages |age |from "
            r"|between |who are |weighing |less than |under |over |older than |up to |≥|>|<"
            r"|\d)[^.;:,]{0,60}?(?:years?(?: of age)?(?: and older| and above| or older)?|months?(?: of age)?(?: and older)?"
            r"|kg(?: or more| and above)?)\)?)?",
        ),
    ),
    (
        "weight",
        ("kg",),
        small_pattern(
            r"(?:patients? |children |adults )?(?:weighing |body weight |weight )?(?:less than |greater than |more than "
            r"|at least |up to |≥ ?|≤ ?|< ?|> ?)?\d[\d.]*(?: ?kg)?(?: ?(?:to|-|–) ?(?:less than |< ?)?\d[\d.]*)? ?kg(?: (?:and (?:above"
            r"|over|greater)|or (?:more|greater|above)))?(?!\s?/)",
        ),
    ),
    (
        "aged",
        ("older", "above", "over"),
        small_pattern(
            r"(?:patients?|individuals) (?:who are )?(?:aged |ages )?\d+ (?:years?|months?|weeks?)(?: of age)? (?:and|or) (?:older|above|over)\b",
        ),
    ),
    (
        "elderly",
        ("elderly", "geriatric", "older", "debilitated"),
        small_pattern(
            r"(?:elderly|geriatric|older(?= (?:or debilitated|patients?|adults?|people)))(?: or debilitated)?(?: patients?"
            r"| adults?)?(?:,? or in the presence of debilitating disease)?|debilitated patients?",
        ),
    ),
    (
        "naive",
        ("treatment",),
        small_pattern(
            r"treatment[- ](?:na[iï]ve|experienced) (?:patients|adults)",
        ),
    ),
    (
        "adult",
        ("adult",),
        small_pattern(
            r"\badults?\b(?: patients?)?(?: and (?:adolescents|pediatric patients|children)[^.;:,]{0,50}(?:older|kg"
            r"|years))?(?:\s*\(?(?:aged |≥|\d|over|weighing)[^.;:,]{0,40}?(?:years?(?: of age)?(?: and older)?|kg)\)?)?",
        ),
    ),
    (
        "sex",
        ("women", "men", "male"),
        small_pattern(
            r"\b(?:women|men|females|males)\b",
        ),
    ),
)
_PEOPLE = tuple(dict.fromkeys(word for _, needed, _ in _KINDS for word in needed))
_LEAD = 200  # characters that may stand between the first words of a group and the word it cannot do without
_ROUTE = re.compile(
    r"\b(?P<iv>intravenous(?:ly)?|i\.?v\.?(?=\s)|IV)\b|\b(?P<sc>subcutaneous(?:ly)?|under the skin)\b"
    r"|\b(?P<im>intramuscular(?:ly)?|IM)\b|\b(?P<oral>orally|oral(?! inhal)|by mouth|swallow\w*)\b|\b(?P<topical>topical(?:ly)?"
    r"|to the (?:affected )?skin)\b"
    r"|\b(?P<it>intrathecal(?:ly)?)\b|\b(?P<vag>(?:intra)?vaginal(?:ly)?)\b|\b(?P<rect>rectal(?:ly)?)\b|\b(?P<oph>ophthalmic"
    r"|in(?:to)? the (?:affected )?eyes?|intravitreal)\b|\b(?P<nasal>intranasal(?:ly)?|nostrils?|nasal)\b|\b(?P<inh>inhal\w+"
    r"|nebuliz\w+)\b|\b(?P<sl>sublingual(?:ly)?)\b|\b(?P<td>transdermal(?:ly)?)\b",
    re.IGNORECASE,
)
_ROUTES = {
    "iv": "intravenous", "sc": "subcutaneous", "im": "intramuscular", "oral": "oral", "topical": "topical", "it": "intrathecal", "vag": "vaginal",
    "rect": "rectal",
    "oph": "ophthalmic", "nasal": "nasal", "inh": "inhalation", "sl": "sublingual", "td": "transdermal",
}  # fmt: skip
_FORM_ROUTE = (
    (r"\btablets?\b|\bcapsules?\b|\bcaplets?\b", "oral"),
    (r"\bcream\b|\bointment\b|\blotion\b|\btopical\b", "topical"),
    (r"\bintravenous\b", "intravenous"),
)
_PRODUCT = re.compile(
    r"\b(\d+(?:\.\d+)?\s?%(?:\s(?:topical\s)?(?:cream|gel|ointment|lotion|solution|foam|shampoo))?|(?:\d+(?:\.\d+)?\s?(?:mg|mcg"
    r"|g)(?:/\d*\s?mL)?\s(?:tablets?|capsules?|patch(?:es)?|pens?|syringes?|vials?))|oral (?:solution|suspension|powder))\b",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"\b(?:to|on|over|into) (?:the |each |an? )?((?:affected |treated |wart |treatment |entire |full |clean, dry |one )*(?:skin"
    r"|face|scalp|area|areas|lesions?|warts?|eyes?|nostrils?|balding scalp|wart area|affected area|ears?|nails?|trunk)(?: (?:or"
    r"|and) (?:the |balding )?(?:scalp|skin|face|neck|trunk|extremities))?)\b",
    re.IGNORECASE,
)


def people_in(text: str) -> str | None:
    """The people a text names, in its words: the most specific group first (impairment before age)."""
    plain = small(text)
    if not holds(plain, _PEOPLE):
        return None
    for _, needed, words in _KINDS:
        first = min((at for word in needed if (at := plain.find(word)) >= 0), default=-1)
        found = words.search(plain, max(0, first - _LEAD)) if first >= 0 else None
        if found:
            return re.sub(r"\s+", " ", text[found.start() : found.end()].strip(" ,("))
    return None


def bands_in(text: str) -> list[tuple[int, str]]:
    """The weight bands of a text with their places: two or more of them mark the rows of a table that the text lost."""
    if text.lower().count("kg") < 2:
        return []
    words = next(words for kind, _, words in _KINDS if kind == "weight")
    return [(m.start(), text[m.start() : m.end()].strip(" ,(")) for m in words.finditer(small(text))]


def route_in(text: str) -> str | None:
    """The one route a text names; several routes are joined as the label joins them ("subcutaneous or intravenous")."""
    found = list(dict.fromkeys(_ROUTES[m.lastgroup] for m in _ROUTE.finditer(text) if m.lastgroup))
    return " or ".join(found[:2]) if found else None


def only_route(document: LabelDocument) -> str | None:
    """The label's only route: as the product data say, else as the form of the product implies by its own words."""
    if len(document.routes) == 1:
        return document.routes[0]
    text = " ".join(section.text[:600] for section in document.sections if section.key in ("dosage_forms", "dosage", "indications"))
    found = [route for words, route in _FORM_ROUTE if re.search(words, text, re.IGNORECASE)]
    return found[0] if len(found) == 1 and not document.routes else None


def product_in(text: str) -> str | None:
    """The strength or form a text gives for the product ("3.75% cream", "250 mg tablets")."""
    found = _PRODUCT.search(text)
    return re.sub(r"\s+", " ", found.group(1)) if found else None


def site_in(text: str) -> str | None:
    """The place on the body that the text says to apply to."""
    found = _SITE.search(text)
    return found.group(1).strip().lower() if found else None


# "Children and adolescents: not recommended." names people who are not given what follows.
_EXCLUDED = re.compile(
    r"\bnot (?:been )?(?:be )?(?:recommended|indicated|established|used|given|administered|intended)\b|\bdo not (?:use|give)\b|\bcontraindicated\b",
    re.IGNORECASE,
)


class Uses(msgspec.Struct, frozen=True):
    """The label's indications with the word stems that tell each of them."""

    stems: tuple[tuple[str, frozenset[str]], ...]
    all_stems: tuple[str, ...] = ()

    @classmethod
    def of(cls, indications: tuple[Indication, ...]) -> "Uses":
        stems = tuple((name, frozenset(_stems(name))) for name in dict.fromkeys(one.name for one in indications))
        return cls(stems, tuple(sorted({stem for _, want in stems for stem in want})))

    @property
    def sole(self) -> str | None:
        """The only use, when the label has one."""
        return self.stems[0][0] if len(self.stems) == 1 else None


def use_in(text: str, uses: Uses) -> str | None:
    """The indication whose words a text carries; None when none or several fit equally."""
    plain = text.lower()
    if not holds(plain, uses.all_stems):
        return None
    words = set(_stems(plain))
    scored = [(len(hit), len(want), name) for name, want in uses.stems if want and (hit := want & words) and len(hit) * 2 >= len(want)]
    if not scored:
        return None
    best = max(scored, key=lambda s: (s[0] / s[1], s[0]))
    ties = {name for h, w, name in scored if (h / w, h) == (best[0] / best[1], best[0])}
    return best[2] if len(ties) == 1 or " and " in text else None


_COMMON = frozenset(
    {
        "the", "and", "with", "patients", "treatment", "disease", "disorder", "syndrome", "acute", "chronic", "due", "associated", "symptoms",
        "adult", "severe",
    }
)  # fmt: skip
_ENDINGS = ("oses", "osis", "ies", "es", "s", "y")


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in re.findall(r"[a-z0-9]{3,}", text.lower()) if word not in _COMMON]


def _stem(word: str) -> str:
    if len(word) > 4:
        for ending in _ENDINGS:
            if word.endswith(ending):
                return word[: -len(ending)]
    return word


def own_names(document: LabelDocument) -> frozenset[str]:
    """The words of the product's own names, in lower case."""
    names = (*document.brand_names, *document.generic_names, *document.substances)
    return frozenset(word for name in names for word in re.findall(r"[a-z][a-z-]+", name.lower()))


class Place(msgspec.Struct, kw_only=True):
    """What the text so far in one part has set: the people and the use last named; `sole_use` is the label's only one."""

    leaf: Section
    people: str | None
    use: str | None
    sole_use: str | None
    route: str | None
    titled: str | None = None  # the people that the part's own heading names

    def move(self, sentence: str, uses: Uses) -> None:
        """Headings and opening words set the people and the use for the sentences that follow."""
        head = sentence[:110] if ":" not in sentence[:110] else sentence[: sentence.index(":")]
        people = people_in(head[:70])
        if people and not re.fullmatch(r"(?:wo)?men|(?:fe)?males", people, re.IGNORECASE) and not _EXCLUDED.search(sentence):
            self.people = people
        use = use_in(head, uses)
        if use:
            self.use = use


def body_start(leaf: Section) -> int:
    """Where a part's text begins behind its heading."""
    found = leaf.text.find(leaf.title) if leaf.title else -1
    return found + len(leaf.title) if 0 <= found <= 8 else 0

"""One English word flows in, the parts it may play in the name of an adverse reaction flow out.

Listed words (`reaction_lexicon`) have the parts of their lists; others are judged by how they are built (-itis, hypo-, -penia). It never looks
at a sentence.
"""

from functools import lru_cache

from theriac.labels.reaction_lexicon import BODY, CHANGE, FUNCTION, HEAD, MEASURE, MODIFIER, REACTION, listed_parts
from theriac.labels.word_lists import word_set

__all__ = ["BODY", "CHANGE", "FUNCTION", "HEAD", "MEASURE", "MODIFIER", "REACTION", "Lexicon", "lexicon"]

_SUFFIXES = (
    "itis",
    "emia",
    "aemia",
    "uria",
    "algia",
    "penia",
    "pathy",
    "pathies",
    "megaly",
    "rrhea",
    "rrhoea",
    "rrhagia",
    "plegia",
    "paresis",
    "phagia",
    "phasia",
    "kinesia",
    "kinesias",
    "tonia",
    "tension",
    "cardia",
    "pnea",
    "pnoea",
    "trophy",
    "plasia",
    "ectasis",
    "ectasia",
    "ptysis",
    "edema",
    "oedema",
    "opsia",
    "osmia",
    "geusia",
    "acusis",
    "phobia",
    "phoria",
    "esthesia",
    "aesthesia",
    "mnesia",
    "lepsy",
    "somnia",
    "ache",
    "aches",
    "philia",
    "cytosis",
    "iasis",
    "emesis",
    "spasm",
    "spasms",
    "thermia",
    "toxicity",
    "toxicities",
    "myalgias",
    "algias",
    "itides",
    "sclerosis",
    "malacia",
    "rrhexis",
    "schisis",
    "sthenia",
    "praxia",
    "lalia",
    "arthrosis",
    "mycosis",
    "mycoses",
    "necrosis",
    "fibrosis",
    "stenosis",
    "thrombosis",
    "osteolysis",
    "myolysis",
    "dermolysis",
    "epidermolysis",
    "hemolysis",
    "haemolysis",
    "onycholysis",
    "carcinoma",
    "sarcoma",
    "lymphoma",
    "blastoma",
    "adenoma",
    "hematoma",
    "haematoma",
    "granuloma",
    "neuroma",
    "lipoma",
    "myeloma",
    "odynia",
    "orexia",
    "dipsia",
    "menorrhea",
    "spermia",
    "cythemia",
    "hidrosis",
    "chezia",
    "sepsis",
)
_LOOSE_SUFFIXES = ("osis", "oses", "ness", "lysis", "stasis", "opia", "oma", "omas", "itus", "asia", "ema", "ism")
_NOT_BY_SUFFIX = word_set(
    """
    analysis analyses paralysis dialysis hemodialysis hydrolysis catalysis urinalysis meta-analysis homeostasis hemostasis metastasis
    metastases diagnosis diagnoses prognosis hypnosis mitosis meiosis osmosis symbiosis apoptosis phagocytosis endocytosis pinocytosis
    effectiveness awareness business witness illness fitness appropriateness readiness completeness usefulness robustness likeliness
    happiness wellness thickness harness seriousness relatedness uniqueness closeness unless mechanism organism organisms metabolism
    autism criticism polymorphism antagonism agonism alcoholism tourism symptom symptoms aroma stroma diploma genome coma plasma therapy
    homeopathy sympathy utopia schema cinema theresa asia euthanasia anesthesia anaesthesia analgesia pathy extension intention doses
    microdoses purposes glucoses loses roses noses encloses discloses exposes microorganism microorganisms synergism symbolism baptism
    embolism smoking tension attention tropism photoperiodism mosaicism
    """
)
_NOT_HYPER = ("ic", "ive", "al", "ous", "ed", "ing", "ar", "ate", "ly", "ary", "ant", "otic")
_NOT_BY_PREFIX = word_set(
    """
    hypothesis hypotheses hypothesize hypodermis hypothalamus hypotonicity hypochlorite hypromellose hypocretin hyperbaric hypericum
    hyperalimentation hypertext hyperkinetic hypersensitivity-type
    """
)
_ADJECTIVES = (
    "eal",
    "iac",
    "ular",
    "ardial",
    "onary",
    "ogenic",
    "itic",
    "otic",
    "emic",
    "aemic",
    "uric",
    "ytic",
    "enic",
    "oid",
    "iform",
    "vascular",
    "intestinal",
    "enteric",
    "plastic",
    "pathic",
    "trophic",
    "aneous",
    "induced",
    "associated",
    "mediated",
)
_NOT_ADJECTIVES = word_set(
    """
    narcotic antibiotic antibiotics antipsychotic antiemetic hypnotic diuretic antiepileptic anesthetic analgesic pharmacokinetic
    genetic therapeutic prophylactic regular particular ideal real diagnostic exotic quiet pediatric analytic statistic probiotic
    symptomatic semiotic macrolide opioid opioids steroid steroids corticosteroid asteroid avoid prognostic cytolytic thrombolytic
    anxiolytic antilytic transgenic mutagenic carcinogenic teratogenic drug-associated placebo-associated antihyperglycemic
    """
)

_NOT_NAMING = word_set(
    """
    clinical several medical additional potential initial typical individual general usual serious various previous total optional final
    normal occasional survival trial interval animal hospital approval removal unusual topical historical temporal specific public topic
    clinic therapeutic pharmacologic basic periodic generic historic ethnic demographic numerous continuous simultaneous analogous
    necessary primary summary contrary customary dietary ordinary voluntary temporary monetary january february statistical practical
    theoretical hypothetical critical equal real ideal trivial essential residual special official formal annual global principal
    marginal substantial commercial original oral parenteral rectal external vehicular goal equivalent proposal referral nonclinical
    preclinical pharmacological epidemiological chemical biological experimental observational developmental causal classical beneficial
    partial universal conventional referential potential terminal minimal maximal optimal seasonal medicinal metal library boundary
    secretary vocabulary salary dictionary subsidiary beneficiary interdisciplinary preliminary literary military supplementary
    complementary elementary heterogeneous homogeneous endogenous exogenous intravenous hazardous dangerous efficacious infrequent
    spontaneous subcutaneous ambiguous obvious conscious cautious religious famous prosperous numeric metric strategic academic economic
    domestic realistic characteristic logistic arithmetic automatic systematic dramatic mechanic electronic republic adrenergic
    dopaminergic serotonergic antagonistic synergistic antihypertensive atypical antipsychotic antibiotic antithrombotic adverse
    all-oral pediatric geriatric obstetric oncologic radiographic tragic magic fabric rubric clinic mosaic prosaic ongoing
    """
)


@lru_cache(maxsize=1)
def lexicon() -> "Lexicon":
    """The lexicon, built at first use and never changed by what is read."""
    return Lexicon(listed_parts())


class Lexicon(dict[str, int]):
    """Parts by lower-case word; a word that no list holds is judged by how it is built, once."""

    def __missing__(self, word: str) -> int:
        parts = _built(word, self)
        if len(word) <= 32 and len(self) < 200_000:
            self[word] = parts
        return parts


def _built(word: str, listed: dict[str, int]) -> int:
    """The parts that word-building gives: -itis and hypo- make reactions, -eal and -ogenic modifiers, a hyphen joins what both halves
    are."""
    if len(word) < 5 or word in _NOT_BY_SUFFIX:
        return 0
    if "-" in word:
        return _hyphenated(word, listed)
    if word.endswith(_SUFFIXES) or (word.endswith(_LOOSE_SUFFIXES[:9]) and not word.endswith("plasma")):
        return REACTION
    if word.endswith("s") and word[:-1] not in _NOT_BY_SUFFIX and word[:-1].endswith(_SUFFIXES):
        return REACTION
    if word.startswith(("hyper", "hypo")) and word not in _NOT_BY_PREFIX:
        return MODIFIER if word.endswith(_NOT_HYPER) else REACTION
    if word.endswith(_ADJECTIVES) and word not in _NOT_ADJECTIVES:
        return MODIFIER
    if word.endswith(("al", "ic", "ous", "ary")) and word not in _NOT_NAMING:
        return MODIFIER
    return 0


def _hyphenated(word: str, listed: dict[str, int]) -> int:
    first, _, last = word.rpartition("-")
    if last in ("related", "induced", "associated", "mediated", "like", "positive", "site", "threatening"):
        return MODIFIER if last != "threatening" and first not in ("drug", "treatment", "life", "non", "dose") else 0
    head = listed.get(last) or (0 if len(last) < 5 else _built(last, listed))
    if head & REACTION and first in (
        "hyper",
        "hypo",
        "post",
        "pre",
        "non",
        "micro",
        "broncho",
        "neuro",
        "cardio",
        "hepato",
        "re",
        "self",
        "photo",
        "thrombo",
        "poly",
        "gastro",
    ):
        return REACTION
    return head & (REACTION | MODIFIER | HEAD)

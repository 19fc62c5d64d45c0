"""The normal form under which names meet, and the shape of a candidate.

Flows in: names as sources and people write them. Flows out: keys (letters and digits only) that are equal when only case, punctuation,
blanks, accents, trademark signs or the spelling of a salt differ. A key is for comparing, never for showing. Nothing here knows any drug.
"""

import re
import unicodedata
from enum import StrEnum

from theriac.model import Struct

TRADEMARKS = dict.fromkeys(map(ord, "®™℠©"), " ")
_GREEK = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta", "κ": "kappa",
     "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
     "σ": "sigma", "ς": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi",
     "ω": "omega", "ß": "ss", "ı": "i"}
)  # fmt: skip
# One spelling for words that American, British and international usage write differently and that stand beside a drug's own name.
SPELLINGS = {
    "hcl": "hydrochloride", "hbr": "hydrobromide", "mesilate": "mesylate", "dimesilate": "dimesylate", "besilate": "besylate",
    "tosilate": "tosylate", "ditosilate": "ditosylate", "camsilate": "camsylate", "edisilate": "edisylate", "esilate": "esylate",
    "napsilate": "napsylate", "isetionate": "isethionate", "cipionate": "cypionate", "enantate": "enanthate", "embonate": "pamoate",
    "methanesulfonate": "mesylate", "sulphate": "sulfate", "bisulphate": "bisulfate", "sulphadiazine": "sulfadiazine",
    "aluminium": "aluminum", "trometamol": "tromethamine", "tromethamol": "tromethamine", "megluminum": "meglumine",
    "natrium": "sodium", "kalium": "potassium", "alpha": "alfa", "oestradiol": "estradiol", "oestrogen": "estrogen",
    "oestrogens": "estrogens", "estrogen": "estrogens", "tumour": "tumor", "tumours": "tumors", "tumoral": "tumor",
    "anaemia": "anemia", "leukaemia": "leukemia", "oesophageal": "esophageal", "oesophagus": "esophagus", "diarrhoea": "diarrhea",
    "haemorrhage": "hemorrhage", "haemophilia": "hemophilia", "ischaemia": "ischemia", "ischaemic": "ischemic", "oedema": "edema",
    "gynaecological": "gynecological", "paediatric": "pediatric", "foetal": "fetal", "coeliac": "celiac",
}  # fmt: skip
_SPELLED = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(SPELLINGS, key=len, reverse=True))})(?![a-z])")
_NOT_KEY_ASCII = re.compile(r"[^a-z0-9]+")
_NOT_KEY = re.compile(r"[\W_]+")


def word_set(words: str) -> frozenset[str]:
    """The words of a vocabulary written as running text."""
    return frozenset(words.split())


class Why(StrEnum):
    """Why a text may go by a key, or why it is no drug at all."""

    EXACT = "the name as written"
    WITHOUT_DOSE = "without dose, form, route or schedule"
    OUTSIDE_BRACKETS = "without what stands in brackets"
    IN_BRACKETS = "the name in brackets"
    WITHOUT_SALT = "without the salt, ester or hydrate"
    WITHOUT_SUFFIX = "without the biologic's four-letter suffix"
    ACID_OF_SALT = "the acid of this salt"
    INVERTED = "with its words turned round"
    SINGULAR = "in the singular"
    OTHER_NAME = "another name that the record gives"
    PART = "part of a combination"
    FIXED_PART = "part of a fixed combination"
    LISTED = "part of a list"
    PLACEBO = "placebo"
    VEHICLE = "vehicle"
    SHAM = "sham"
    STANDARD_OF_CARE = "standard of care"
    NO_INTERVENTION = "no intervention"
    OBSERVATION = "observation"
    CONTROL = "unnamed control"
    QUESTIONNAIRE = "questionnaire or assessment"
    CLASS = "a class, not one drug"
    PROCEDURE = "procedure"
    DEVICE = "device"
    BEHAVIOUR = "behaviour or training"
    RADIATION = "radiation"
    DIAGNOSTIC = "diagnostic test"
    FOOD = "food or diet"
    NOTHING_NAMED = "nothing is named"


class Candidate(Struct, frozen=True):
    """One key that a text may go by; `part` is the conjunct of a combination it belongs to, 0 = the whole.

    A candidate of score 0 has no key: its reason says why that part is no drug.
    """

    key: str
    score: float
    reason: Why
    part: int = 0


def plain(text: str) -> str:
    """The text in small letters without accents, trademark signs and ligatures; Greek letters by name.

    >>> plain("Naïve 17β-Estradiol™")
    'naive 17beta-estradiol '
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text.translate(TRADEMARKS)).casefold().translate(_GREEK)
    if folded.isascii():
        return folded
    spread = unicodedata.normalize("NFKD", folded)
    return unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c)))


def name_key(text: str) -> str:
    """The key of a name: letters and digits only, equal for all ways of writing the same name.

    >>> name_key("5-FU"), name_key("Metoprolol Tartrate®"), name_key("amlodipine besilate")
    ('5fu', 'metoprololtartrate', 'amlodipinebesylate')
    """
    return key_of_plain(plain(text))


def key_of_plain(text: str) -> str:
    """The key of a text that `plain` has already made small and bare."""
    spelled = _SPELLED.sub(lambda found: SPELLINGS[found[0]], text)
    return (_NOT_KEY_ASCII if spelled.isascii() else _NOT_KEY).sub("", spelled)


_SLUG_BREAK = re.compile(r"[\W_]+")


def slug(text: str) -> str:
    """The part of an id that a name makes: small words joined by hyphens.

    >>> slug("Dr. Pyke's Supplement")
    'dr-pyke-s-supplement'
    """
    return _SLUG_BREAK.sub("-", plain(text)).strip("-")


_LEGAL_FORMS = word_set(
    "inc incorporated corp corporation co company companies llc llp lp ltd limited plc pty pvt gmbh ag kg kgaa ohg mbh sa sas sarl "
    "spa srl bv nv ab as asa oy oyj aps sl slu kft zrt doo sp zoo kk kabushiki kaisha holding holdings group the and of"
)


def organisation_key(text: str) -> str:
    """The key of an organisation without its legal form.

    >>> organisation_key("Graceway Pharmaceuticals, LLC") == organisation_key("GRACEWAY PHARMACEUTICALS")
    True
    >>> organisation_key("Meda Pharma GmbH & Co. KG"), organisation_key("E.R. Squibb & Sons, L.L.C.")
    ('medapharma', 'ersquibbsons')
    """
    small = re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b)", "", plain(text))
    words = [word for word in re.split(r"[^\w]+", small) if word]
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return "".join(kept or words)

"""One passage of a label flows in; whom it concerns and what it tells to do flow out, as closed words.

Populations and actions are found by the label's wording only: "weigh the benefit" is caution, "do not use" is contraindicated. A
passage that says neither has none.
"""

import re
from functools import lru_cache

import msgspec
from daachorse import CharwiseDoubleArrayAhoCorasick

_POPULATIONS: tuple[tuple[str, str], ...] = (
    ("pregnancy", r"pregnan|\bfet(?:us|al)\b|\bfoet|embryo|teratogen|planning to have a baby|organogenesis"),
    ("lactation", r"lactat|breast-?\s?feed|breast-?\s?fed|nursing (?:mother|infant|women|woman)|human milk|breast milk"),
    (
        "paediatric",
        r"p(?:a)?ediatric|\bchild(?:ren)?\b|\badolescents?\b|\binfants?\b|neonat|\bbelow the age of|\bunder \d+ years|younger than \d+ years",
    ),
    ("geriatric", r"geriatric|\belderly\b|\bolder (?:adults|patients)|65 years (?:of age )?(?:and|or) (?:over|older)|aged 65"),
    (
        "renal",
        r"renal (?:impairment|insufficiency|failure|disease|dysfunction|function)|kidney (?:disease|problems|failure|impairment)"
        r"|creatinine clearance|\bcrcl\b|\begfr\b|dialysis",
    ),
    (
        "hepatic",
        r"hepatic (?:impairment|insufficiency|failure|disease|dysfunction)|liver (?:disease|problems|failure|impairment|damage)"
        r"|cirrhosis|child-?\s?pugh",
    ),
    (
        "immunosuppressed",
        r"immuno-?\s?(?:suppress|compromis|deficien)|\bhiv\b|problems with your immune system|weakened immune|organ transplant"
        r"|transplant (?:recipient|patient)",
    ),
    ("transplant", r"transplant"),
    ("autoimmune", r"auto-?\s?immune"),
    ("blood_counts", r"abnormal blood count|ha?ematologic(?:al)? (?:reserve|abnormalit)|cytopeni|bone marrow (?:suppression|reserve|depression)"),
    ("hypersensitivity", r"hypersensitiv|allerg|anaphyla"),
    ("contraception", r"contracepti|birth control|reproductive potential|child-?bearing"),
    ("barrier_contraceptives", r"\bcondoms?\b|\bdiaphragms?\b"),
    ("sun_exposure", r"sunlamp|sunlight|tanning|ultraviolet|\buv\b|sun exposure"),
    ("driving", r"\bdriv(?:e|ing)\b|operat\w+ (?:\w+ )?machinery|use machines"),
)
_ACTIONS: tuple[tuple[str, str], ...] = (
    ("contraindicated", r"\bcontraindicated\b"),
    ("do_not", r"\bdo not (?:use|take|give|administer|apply|initiate|start|prescribe|breast|cover)|\bmust not\b|\bshould never\b|\bnot be used\b"),
    (
        "avoid",
        r"\bavoid|\bnot recommended\b|\bshould not be (?:given|administered|used|initiated|started|applied|breast)"
        r"|\bshould not use\b|\bnot to breast-?feed",
    ),
    ("discontinue", r"\bdiscontinu(?:e|ed|ation)\b|\bstop (?:the |using |taking |applying |treatment)|\bstopped\b|\bwithdraw(?:n)?\b"),
    ("interrupt", r"\binterrupt|\bwithh(?:old|eld)\b|\bsuspend|\bdelay (?:the |treatment)|\brest period|\btemporarily\b"),
    (
        "reduce",
        r"\breduc(?:e|ing|tion of|tion in) (?:the )?(?:\w+ )?dos(?:e|age)|\bdos(?:e|age) reduction|\blower (?:starting )?dose|\bdecrease the dos",
    ),
    ("monitor", r"\bmonitor|\bobserve\b|\bobserved closely|\bassess\b|\bevaluate\b|\bobtain\b|\bcheck\b|\bmeasure\b|\bperiodic"),
    ("test", r"\b(?:verify|confirm) (?:the )?pregnancy status|\bpregnancy test|\btest(?:ed)? (?:all )?(?:patients )?for\b|\bscreen"),
    ("contraception", r"\beffective (?:method of |non-?hormonal |forms? of )?contracepti|\buse (?:\w+ )?contraception"),
    (
        "caution",
        r"\bcaution\b|\bcautious|\bcarefully\b|\bweigh|\brisks? and benefits?|\bbenefits? (?:outweigh|and risks?)"
        r"|\bonly if (?:the )?(?:potential )?benefit",
    ),
    (
        "inform",
        r"\badvise\b|\bcounsel\b|\binform\b|\binstruct\b|\btell your doctor|\btalk to your doctor|\bask your doctor"
        r"|\bcall your doctor|\bcontact your doctor",
    ),
)
# A needle is a piece of text without which the words cannot be there: looking for it first saves nearly all of the matching.
_NEEDLES = {
    "pregnancy": ("pregnan", "fetus", "fetal", "foet", "embryo", "teratogen", "to have a baby", "organogenesis"),
    "lactation": ("lactat", "breast", "nursing", "human milk"),
    "paediatric": ("diatric", "child", "adolesc", "infant", "neonat", "below the age", " years"),
    "geriatric": ("geriatric", "elderly", "older ", "65"),
    "renal": ("renal", "kidney", "creatinine", "crcl", "egfr", "dialysis"),
    "hepatic": ("hepatic", "liver", "cirrhosis", "child"),
    "immunosuppressed": ("immuno", "immune system", "hiv", "weakened", "transplant"),
    "transplant": ("transplant",),
    "autoimmune": ("immune",),
    "blood_counts": ("blood count", "matologic", "cytopeni", "bone marrow"),
    "hypersensitivity": ("hypersens", "allerg", "anaphyl"),
    "contraception": ("contracep", "birth control", "reproductive pot", "bearing"),
    "barrier_contraceptives": ("condom", "diaphragm"),
    "sun_exposure": ("sun", "tanning", "ultraviolet", "uv"),
    "driving": ("driv", "machine"),
    "contraindicated": ("contraindic",),
    "do_not": ("do not", "must not", "should never", "not be used"),
    "avoid": ("avoid", "not recommended", "should not", "not to breast"),
    "discontinue": ("discontinu", "stop", "withdraw"),
    "interrupt": ("interrupt", "withh", "suspend", "delay", "rest period", "temporar"),
    "reduce": ("reduc", "lower", "decrease the dos"),
    "monitor": ("monitor", "observe", "assess", "evaluate", "obtain", "check", "measure", "periodic"),
    "test": ("pregnancy status", "pregnancy test", "test", "screen"),
    "caution": ("caution", "cautious", "carefully", "weigh", "benefit"),
    "inform": ("advise", "counsel", "inform", "instruct", "your doctor"),
}


class Meaning(msgspec.Struct, frozen=True):
    """One closed word with the wording that shows it."""

    name: str
    needles: tuple[str, ...]
    words: re.Pattern[str]


class Meanings(msgspec.Struct, frozen=True):
    """The closed words of one kind; `finder` finds the needles, `needles` gives for each the numbers of its words."""

    all: tuple[Meaning, ...]
    needles: tuple[tuple[int, ...], ...]
    finder: CharwiseDoubleArrayAhoCorasick


@lru_cache(maxsize=2)
def _meanings(rows: tuple[tuple[str, str], ...]) -> Meanings:
    found = tuple(Meaning(name, _NEEDLES.get(name, ("contracep",)), re.compile(words)) for name, words in rows)
    named: dict[str, set[int]] = {}
    for index, meaning in enumerate(found):
        for needle in meaning.needles:
            named.setdefault(needle, set()).add(index)
    return Meanings(found, tuple(tuple(sorted(indexes)) for indexes in named.values()), CharwiseDoubleArrayAhoCorasick(list(named)))


def _found(text: str, rows: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    lowered = text.lower()
    if "\n" in lowered:
        lowered = " ".join(lowered.split())
    meanings = _meanings(rows)
    hinted = {index for _, _, needle in meanings.finder.find_overlapping(lowered) for index in meanings.needles[needle]}
    return tuple(meanings.all[index].name for index in sorted(hinted) if meanings.all[index].words.search(lowered))


def populations_in(text: str) -> tuple[str, ...]:
    """The groups and states a passage names.

    >>> populations_in("Safety in immunosuppressed patients and in pregnant women is not established.")
    ('pregnancy', 'immunosuppressed')
    """
    return _found(text, _POPULATIONS)


def actions_in(text: str) -> tuple[str, ...]:
    """What a passage tells to do, the strictest first."""
    return _found(text, _ACTIONS)

"""The keys that the name of a condition may go by.

Flows in: a condition as a registry, a label or a vocabulary writes it. Flows out: scored candidate keys, best first: the words in the order
of speech, brackets, the singular. Never knows which conditions exist.
"""

import re
from collections.abc import Iterator

from theriac.flow.keys import Candidate, Why, key_of_plain, plain, word_set

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_KEPT_PLURAL = word_set(
    "diabetes herpes rabies tetanus lupus pus virus syphilis psoriasis sepsis pertussis measles mumps scabies shingles tinnitus "
    "pruritus ascites caries series species us is as this its lens iris pancreas uterus fetus status hiv-1 rickets thrombus anus "
    "ileus typhus cannabis sinus callus fungus abscess illness stress distress process weakness blindness deafness sickness alertness"
)
_LEADING = re.compile(r"^(?:patients? with|diagnosis of|treatment of|history of)\s+")


def condition_candidates(text: str) -> tuple[Candidate, ...]:
    """The keys of a condition, best first.

    >>> [c.key for c in condition_candidates("Carcinoma, Basal Cell")]
    ['carcinomabasalcell', 'basalcellcarcinoma']
    >>> [c.key for c in condition_candidates("Genital Warts")]
    ['genitalwarts', 'genitalwart']
    """
    found: dict[str, Candidate] = {}
    for key, score, why in _keys(_LEADING.sub("", " ".join(plain(text).split()))):
        if len(key) > 1 and key not in found:
            found[key] = Candidate(key=key, score=score, reason=why)
    return tuple(found.values())


def _keys(text: str) -> Iterator[tuple[str, float, Why]]:
    yield from _with_singular(text, 1.0, Why.EXACT)
    outside = " ".join(_BRACKETS.sub(" ", text).split())
    if outside != text:
        yield from _with_singular(outside, 0.95, Why.OUTSIDE_BRACKETS)
    turned = in_order_of_speech(outside)
    if turned != outside:
        yield from _with_singular(turned, 0.97, Why.INVERTED)
    for found in _BRACKETS.finditer(text):
        yield from _with_singular(found[1] or found[2] or "", 0.85, Why.IN_BRACKETS)


def _with_singular(text: str, score: float, why: Why) -> Iterator[tuple[str, float, Why]]:
    yield key_of_plain(text), score, why
    words = re.split(r"[\s,/]+", text)
    single = [singular(word) for word in words]
    if single != words:
        yield key_of_plain(" ".join(single)), round(score - 0.03, 2), Why.SINGULAR


def in_order_of_speech(text: str) -> str:
    """A catalogue's inverted heading as it is said: "Carcinoma, Non-Small-Cell Lung" → "Non-Small-Cell Lung Carcinoma".

    >>> in_order_of_speech("Carcinoma, Basal Cell")
    'Basal Cell Carcinoma'
    """
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) == 1 or not all(pieces) or len(pieces) > 4:
        return text
    return " ".join(reversed(pieces))


def singular(word: str) -> str:
    """The singular of a word by the regular rules; words that only look like plurals stay.

    >>> [singular(w) for w in ("warts", "diseases", "neoplasms", "biopsies", "diabetes", "psoriasis", "metastases")]
    ['wart', 'disease', 'neoplasm', 'biopsy', 'diabetes', 'psoriasis', 'metastasis']
    """
    if len(word) < 4 or word in _KEPT_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is", "itis")):
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("oses", "yses", "stases", "iases")) and not word.endswith("ioses"):
        return word[:-2] + "is"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]

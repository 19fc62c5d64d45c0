"""A reaction's name in the label's words flows in; the same name in one spelling, number and word order flows out.

For comparing labels with each other and with reports. The rules are spelling rules (haem- is hem-, oedema is edema, plurals, "pain,
abdominal"); no coding dictionary is used, so
two different words for one thing stay different.
"""

import re
from functools import lru_cache

from theriac.labels.word_lists import word_set

_SPELLING = (
    ("haem", "hem"), ("aemia", "emia"), ("oedema", "edema"), ("oesoph", "esoph"), ("rrhoea", "rrhea"), ("paed", "ped"),
    ("leukaem", "leukem"), ("anaest", "anest"), ("gynaec", "gynec"), ("faec", "fec"), ("foet", "fet"), ("pnoea", "pnea"),
    ("ischaem", "ischem"), ("uraem", "urem"), ("tumour", "tumor"), ("colour", "color"), ("behaviour", "behavior"),
    ("caecum", "cecum"), ("coel", "cel"), ("aesthes", "esthes"),
)  # fmt: skip
_KEPT = word_set(
    """
    exercise rise disease otherwise noise raise bruise excise precise
    """
)
_INVERTED = re.compile(r"([a-z][a-z -]+), ([a-z-]+)")
_SINGULAR = re.compile(r"(?:(?<=[a-z]{3})(?<!s)(?<!u)(?<!i)s)$")


@lru_cache(maxsize=20_000)
def normal_name(term: str) -> str:
    """The name in American spelling, singular, natural word order.

    >>> normal_name("Oedema, peripheral"), normal_name("Haemorrhages"), normal_name("Headaches")
    ('peripheral edema', 'hemorrhage', 'headache')
    """
    text = " ".join(term.lower().replace("’", "'").split())
    inverted = _INVERTED.fullmatch(text)
    if inverted:
        text = f"{inverted[2]} {inverted[1]}"
    words = [_american(word) for word in text.split()]
    words[-1:] = [_singular(word) for word in words[-1:]]
    return " ".join(words)


def _american(word: str) -> str:
    for british, american in _SPELLING:
        if british in word:
            word = word.replace(british, american)
    if word.endswith(("ised", "ise")) and word not in _KEPT and len(word) > 7:
        word = word.replace("ise", "ize")
    return word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and not word.endswith(("aches", "oses", "ases")):
        return word[:-2]
    return _SINGULAR.sub("", word)

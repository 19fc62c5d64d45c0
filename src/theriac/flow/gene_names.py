"""The spellings under which genes and cytokines meet: TNF-α, TNF alpha and TNF; NF-κB and NFKB1.

Flows in: names as people and pathways write them. Flows out: keys of capitals and digits, and the symbols that a common name stands for.
Nothing here knows which genes exist: that is asked of the caller.
"""

import re
from collections.abc import Collection

_GREEK = {
    "α": "A", "β": "B", "γ": "G", "δ": "D", "ε": "E", "κ": "K", "λ": "L", "ω": "W",
    "alpha": "A", "beta": "B", "gamma": "G", "delta": "D", "epsilon": "E", "kappa": "K", "lambda": "L", "omega": "W",
}  # fmt: skip
_GREEK_WORD = re.compile("|".join(sorted(_GREEK, key=len, reverse=True)), re.IGNORECASE)
_LONG = (
    (re.compile(r"\binterleukins?[\s-]*(?=\d)", re.IGNORECASE), "IL"),
    (re.compile(r"\binterferons?\b", re.IGNORECASE), "IFN"),
    (re.compile(r"\btumou?r necrosis factor\b", re.IGNORECASE), "TNF"),
    (re.compile(r"\btoll[\s-]like receptor\b", re.IGNORECASE), "TLR"),
)
# Common names whose key is not the beginning of the symbol that HGNC approved.
_APPROVED = {"TNFA": "TNF", "IL8": "CXCL8", "NFKBP65": "RELA", "RANTES": "CCL5", "IP10": "CXCL10"}


def gene_key(text: str) -> str:
    """Capitals and digits of a gene's name, Greek letters by their Latin ones, long names of cytokines by their short ones.

    >>> gene_key("IFN-α"), gene_key("interleukin 12"), gene_key("NF-κB"), gene_key("IRF-7")
    ('IFNA', 'IL12', 'NFKB', 'IRF7')
    """
    for pattern, short in _LONG:
        text = pattern.sub(short, text)
    text = _GREEK_WORD.sub(lambda found: _GREEK[found[0].lower()], text)
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def symbol_key(text: str) -> str:
    """The key under which a symbol is kept: an older common name goes to the approved one.

    >>> symbol_key("TNF-alpha"), symbol_key("IL8"), symbol_key("TLR7")
    ('TNF', 'CXCL8', 'TLR7')
    """
    key = gene_key(text)
    return _APPROVED.get(key, key)


def symbols_meant(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Of the known symbol keys, those that a name stands for: itself, and the members of the family that it names.

    >>> symbols_meant("IFN-α", {"IFNA1", "IFNA21", "IFNAR1", "IFNB1"}), symbols_meant("IL-12", {"IL12A", "IL12B", "IL12RB1"})
    (('IFNA1', 'IFNA21'), ('IL12A', 'IL12B'))
    >>> symbols_meant("CD4", {"CD4", "CD40"})
    ('CD4',)
    """
    key = symbol_key(text)
    if len(key) < 3:
        return (key,) if key in known else ()
    # Members of a family carry a number or one of the first letters (IL17F); an R behind the number is the receptor (IL6R).
    family = re.compile(rf"{key}(?:(?<=[A-Z])\d{{1,2}}|(?<=\d)[A-G])?\Z")
    return tuple(sorted(one for one in known if family.match(one)))

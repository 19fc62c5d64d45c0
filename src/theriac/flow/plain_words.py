"""What two spellings of one statement have in common: its words.

Flows in: a text. Flows out: the key under which texts that say the same compare equal. It forgives white space, case, punctuation, list
marks and typography; it never forgives a number, a unit or a comparison sign.
"""

import re
import unicodedata

_LIST_MARK = re.compile(r"^[ \t]*(?:[-*•·–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])(?=\s)", re.MULTILINE)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>=%]")
_SIGNS = str.maketrans({"≥": ">=", "≤": "<=", "µ": "u", "μ": "u", "\u00ad": None, "\u200b": None, "\ufeff": None})
_COMPANY = frozenset(
    (
        *("inc", "incorporated", "ltd", "limited", "corp", "corporation", "co", "company", "llc", "lp", "plc", "ag", "sa", "nv", "bv"),
        *("gmbh", "srl", "spa", "kg", "as", "ab", "oy", "the", "branch"),
    )
)


def words(text: str | None) -> tuple[str, ...]:
    """The words, numbers and comparison signs of a text, as they are compared.

    >>> words("1. Age ≥18 years; no\\n   surgery") == words("* Age >= 18 years, no surgery")
    True
    """
    if not text:
        return ()
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", _LIST_MARK.sub("", text).translate(_SIGNS)).casefold()))


def company(name: str | None) -> tuple[str, ...]:
    """The words of an organisation's name without its legal form, in alphabetical order.

    >>> company("Pfizer, Inc.") == company("PFIZER INC") == company("Pfizer")
    True
    """
    found = words((name or "").replace("'", "").replace("’", "").replace(".", ""))
    return tuple(sorted(word for word in found if word not in _COMPANY) or found)

"""Documents as references for a bibliography: RIS and BibTeX.

Flows in: what a document is called, where it comes from, which version, since when. Flows out: text. It looks nothing up.
"""

import re
from collections.abc import Iterable

from theriac.model import Struct

_SPECIAL = re.compile(r"[\\{}&%$#_~^]")
_UNSAFE = re.compile(r"[{}\\\s]")
_SPELLED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


class CitedDocument(Struct, frozen=True):
    """One version of a document, as a bibliography names it."""

    record: str
    title: str
    source: str
    version: str | None
    seen: str
    link: str | None


def ris(documents: Iterable[CitedDocument]) -> str:
    """The documents in RIS, a record each."""
    return "".join(_ris(one) for one in documents)


def _ris(one: CitedDocument) -> str:
    fields = [("TY", "DATA"), ("ID", one.record), ("TI", one.title), ("DB", one.source)]
    fields += [("DA", one.seen[:10].replace("-", "/")), ("PY", one.seen[:4])]
    fields += [("ET", one.version or ""), ("UR", one.link or ""), ("N1", "As kept by Theriac; seen on the day given.")]
    return "".join(f"{tag}  - {' '.join(text.split())}\r\n" for tag, text in fields if text) + "ER  - \r\n\r\n"


def bibtex(documents: Iterable[CitedDocument]) -> str:
    """The documents in BibTeX, an entry each."""
    return "".join(_bibtex(one) for one in documents)


def _bibtex(one: CitedDocument) -> str:
    key = re.sub(r"[^A-Za-z0-9:.-]", "-", one.record)
    fields = {"title": one.title, "howpublished": one.source, "edition": one.version or "", "year": one.seen[:4], "note": f"seen {one.seen[:10]}"}
    lines = [f"  {name} = {{{escaped(text)}}},\n" for name, text in fields.items() if text]
    if one.link:
        lines.append(f"  url = {{{_UNSAFE.sub('', one.link)}}},\n")
    return f"@misc{{{key},\n{''.join(lines)}}}\n\n"


def escaped(text: str) -> str:
    r"""The text as TeX prints it.

    >>> escaped("50% & {x}_1")
    '50\\% \\& \\{x\\}\\_1'
    """
    return _SPECIAL.sub(lambda found: _SPELLED.get(found[0], f"\\{found[0]}"), " ".join(text.split()))

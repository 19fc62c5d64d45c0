"""The keys that an intervention or a condition of a trial may go by, best first.

Flows in: the text of one mention and the other names beside it. Flows out: a few scored candidates, each with its reason, made once when
the record is read and stored with it; what they resolve to is a join with the registry's names at query time. Never knows which drugs
exist.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from theriac.flow.condition_names import condition_candidates
from theriac.flow.keys import Candidate, Why, key_of_plain, name_key, organisation_key, plain, slug
from theriac.flow.name_words import BARE_NUMBER, CLASS, DOSE, EMPTY, FORMS, HARD, HARD_HINT, LEADS, NOISE, NUMBER, SOFT, SOFT_HINT, TYPES
from theriac.flow.salts import acid_of, split_words

__all__ = [
    "Candidate",
    "Why",
    "condition_candidates",
    "drug_candidates",
    "name_key",
    "not_a_drug",
    "organisation_key",
    "slug",
]

HARD_REASONS = frozenset(why for why, _ in HARD)
_LIMIT = 16
_MARK = "\x00"
_TRADEMARK = re.compile(r"[®™℠©]|(?<=\w)\s?\((?:r|tm|sm|c)\)(?!\w)|(?<=[a-z])\^(?:r|tm)\b", re.IGNORECASE)
_TIDY = {ord(a): b for a, b in zip("‐‑‒–—−‘’“”´`＋／（）\u00a0\\", "------''''''+/() ", strict=False)} | {
    ord("\\"): "",
    ord('"'): " ",
    ord("“"): " ",
    ord("”"): " ",
}
_BRACKETS = re.compile(r"(?<![a-z]\d)\(([^()]*)\)?|(?<=\s)\[([^\[\]]*)\]?")
_CHARGE = re.compile(r"[ivx]+|[rsezdl]|rs|[+-]|±|\+/-|[dl]l?|\d+[a-z]?|\d*[+-]\d*")
# "/" joins a fixed combination; the words join drugs that are given together; the comma makes a list that may as well be a description.
_JOINT = re.compile(
    r"\s*(?:(?P<plus>(?<=[a-z0-9)%\x00 ])\+(?=\s*[a-z0-9(\x00])|\s(?:and|&|plus|with|combined with|in combination with|"
    r"in addition to|co-?administered with|"
    r"followed by|added to|then|versus|vs\.?|or|et|und|y|w)\s|\s?&\s?)|(?P<slash>(?<=[a-z)\x00])\s*/\s*(?=[a-z(\x00]))|"
    r"(?P<comma>,(?=\s)|;|,(?=[a-z])))\s*"
)
_GIVEN_TOGETHER = re.compile(r"\+|\b(?:plus|with|combined|followed by|added to|then|versus|vs|or)\b")
_COMBINATION_HEADS = re.compile(
    r"^(?:(?:fixed[- ]dose |dual |triple |half of )?(?:combinations?|co-?administration|association|combined (?:use|treatment|"
    r"therapy|administration))|"
    r"(?:[a-z-]+ )?(?:treatment|therapy|administration|injections?|infusions?|application|doses?|use|intake)) (?:of|with|using)\s+"
)
_OPPOSITE = re.compile(
    r"\bwithout\b.*$|(?<=\w )(?:administered|given|taken|injected|infused)\b.*$|\bin (?:a |the )?(?:vehicle|saline|placebo|water)\b.*$|"
    r"\bversus placebo\b.*$"
)
_PREFIX_WORD = re.compile(r"^(?:half|combination|maximal|different)\s+(?:of|doses? of|dose for)\s+")
# A placebo of a combination is one placebo: "matching placebo sacubitril/valsartan", "placebo for A and B".
_PLACEBO_OF = re.compile(r"\bplacebos?(?: (?:tablets?|capsules?|pills?|injections?))? (?:for|of|to|matching|match|matched to|[a-z]{4,}/[a-z]{4,})\b")
_MAY_JOIN = re.compile(r"[+/,;&]|\s(?:and|plus|with|or|versus|vs|then|w|y|et|und|combined|in|followed|added|co-?administered)\b")
_AND_OR = re.compile(r"\band/or\b")
_HYPHENED = re.compile(r"([a-z]{6,})-([a-z]{6,})\Z")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


def not_a_drug(text: str, type: str | None = None) -> Why | None:  # noqa: A002 - the registry's own word
    """Why the text names no drug (placebo, sham, a procedure, the registry's type of it …), or None.

    A combination is no drug only when none of its parts is one.

    >>> not_a_drug("Placebo for imiquimod"), not_a_drug("Imiquimod 5% cream"), not_a_drug("Standard of care").value
    (<Why.PLACEBO: 'placebo'>, None, 'standard of care')
    """
    if type is not None and type.upper() in TYPES:
        return TYPES[type.upper()]
    reasons = [_read(part).why for part, _ in _parts(_tidied(text))]
    return reasons[0] if all(reasons) and reasons else None


def drug_candidates(text: str, others: Iterable[str] = ()) -> tuple[Candidate, ...]:
    """The keys that an intervention may go by, best first within each part; a candidate of score 0 says why that part is no drug.

    >>> [(c.key, c.reason.value) for c in drug_candidates("Drug: Imiquimod 5% Cream")]
    [('imiquimod5cream', 'the name as written'), ('imiquimod', 'without dose, form, route or schedule')]
    """
    tidy = _tidied(text)
    parts = _parts(tidy)
    found: dict[tuple[str, int], Candidate] = {}
    if len(parts) > 1:
        # Joined by a plus the drugs are given together: a product's name that reads the same is not meant.
        if not _GIVEN_TOGETHER.search(_outside(tidy)):
            _keep(found, [(name_key(tidy), 1.0, Why.EXACT)], 0)
        for number, (part, joint) in enumerate(parts, 1):
            _keep(found, _of_part(part), number, joint)
    else:
        _keep(found, _of_part(tidy), 0)
        halves = _HYPHENED.match(tidy)
        if halves:
            for number, half in enumerate(halves.groups(), 1):
                _keep(found, [(name_key(half), 0.9, Why.FIXED_PART)], number, Why.FIXED_PART)
        for other in others:
            _keep(found, _of_other(other), 0)
    return tuple(found.values())[:_LIMIT]


def _keep(found: dict[tuple[str, int], Candidate], made: Iterable[tuple[str, float, Why]], part: int, joint: Why | None = None) -> None:
    for key, score, why in made:
        if (key, part) in found or (not key and score):
            continue
        told = joint if joint is not None and why in (Why.EXACT, Why.WITHOUT_DOSE) else why
        found[key, part] = Candidate(key=key, score=score, reason=told, part=part)


def _tidied(text: str) -> str:
    """The text in small letters with plain dashes and quotes, without trademark signs and without "Drug:" or "Arm A:" in front."""
    bare = _TRADEMARK.sub(" ", text) if not text.isascii() or "(" in text or "^" in text else text
    if not bare.isascii() or "\\" in bare or '"' in bare:
        bare = bare.translate(_TIDY)
    small = " ".join(plain(bare).split())
    if ":" in small or "=" in small:
        small = LEADS.sub("", small, count=1)
    return _AND_OR.sub("and", small.replace("_", " ")).strip(" .,;:*'")


def _parts(tidy: str) -> list[tuple[str, Why | None]]:
    """The conjuncts of a combination with how they are joined; one part where nothing is joined."""
    if not _MAY_JOIN.search(tidy) or _PLACEBO_OF.search(tidy):
        return [(tidy, None)]
    dosed = _undosed(tidy)
    joints = list(_JOINT.finditer(_outside(dosed)))
    if not joints:
        return [(tidy, None)]
    parts: list[tuple[str, Why | None]] = []
    start = 0
    why = Why.PART
    for joint in joints:
        parts.append((dosed[start : joint.start()], _how(joint)))
        start, why = joint.end(), _how(joint)
    parts.append((dosed[start:], why))
    named = [(part.strip(), how) for part, how in parts if _names_something(part)]
    return named if len(named) > 1 else [(tidy, None)]


def _how(joint: re.Match[str]) -> Why:
    if joint["slash"]:
        return Why.FIXED_PART
    return Why.LISTED if joint["comma"] else Why.PART


def _outside(text: str) -> str:
    """The text with everything inside brackets blanked out, places kept."""
    if "(" not in text and "[" not in text:
        return text
    depth = 0
    out = []
    for sign in text:
        if sign in "([":
            depth += 1
        out.append("_" if depth else sign)
        if sign in ")]" and depth:
            depth -= 1
    return "".join(out)


def _names_something(part: str) -> bool:
    read = _read(part)
    return bool(read.core) or read.why in HARD_REASONS


class _Read(NamedTuple):
    """One conjunct read: its text, what is outside and inside its brackets, the words that carry the name, and why it may be no drug."""

    text: str
    outside: str
    inside: list[str]
    core: list[str]
    why: Why | None


def _read(part: str) -> _Read:
    text = _OPPOSITE.sub("", part).strip(" .,;:*'-")
    if " " in text:
        text = _PREFIX_WORD.sub("", _COMBINATION_HEADS.sub("", text))
    bare = text.replace(_MARK, " ")
    if HARD_HINT.search(bare):
        for why, pattern in HARD:
            if pattern.search(bare):
                return _Read(text, bare, [], [], why)
    outside, inside = _brackets(_undosed(text))
    core = _core(outside)
    return _Read(text, outside, inside, core, _soft(outside, core) or (None if core or inside else Why.NOTHING_NAMED))


def _undosed(text: str) -> str:
    return DOSE.sub(f" {_MARK} ", text) if _MARK not in text and _DIGIT.search(text) else text


def _soft(outside: str, core: list[str]) -> Why | None:
    if CLASS.search(" ".join(core) or outside):
        return Why.CLASS
    if not SOFT_HINT.search(outside):
        return None
    return next((why for why, pattern in SOFT if pattern.search(outside)), None)


def _of_part(part: str) -> Iterator[tuple[str, float, Why]]:
    """The candidates of one conjunct, best first; last of all why it may be no drug."""
    read = _read(part)
    if read.why not in HARD_REASONS:
        yield from _of_name(read)
    if read.why is not None:
        yield "", 0.0, read.why


def _of_name(read: _Read) -> Iterator[tuple[str, float, Why]]:
    whole = key_of_plain(read.text.replace(_MARK, " "))
    if len(whole) > 1 and (read.core or whole not in EMPTY):
        yield whole, 1.0, Why.EXACT
    if read.inside and read.outside:
        yield key_of_plain(read.outside.replace(_MARK, " ")), 0.98, Why.OUTSIDE_BRACKETS
    yield from _of_core(read.core, 0.97, Why.WITHOUT_DOSE)
    for name in read.inside:
        yield from _of_core(_core(name), 0.92, Why.IN_BRACKETS)


def _of_core(core: list[str], score: float, why: Why) -> Iterator[tuple[str, float, Why]]:
    if not core:
        return
    yield key_of_plain(" ".join(core)), score, why
    split = split_words(core)
    if split.form:
        yield name_key(split.base), round(score - 0.07, 2), Why.WITHOUT_SUFFIX if split.suffix else Why.WITHOUT_SALT
    acid = acid_of(split.base)
    if acid and (split.form or len(core) == 1):
        yield name_key(acid), round(score - 0.12, 2), Why.ACID_OF_SALT


def _of_other(other: str) -> Iterator[tuple[str, float, Why]]:
    read = _read(_tidied(other))
    if read.why is not None or len(read.text) > 80:
        return
    for key, score, _ in _of_name(read):
        yield key, round(score * 0.85, 2), Why.OTHER_NAME


def _brackets(text: str) -> tuple[str, list[str]]:
    """The text without its brackets, and the names that stood in them."""
    if "(" not in text and "[" not in text:
        return text, []
    inside: list[str] = []

    def take(found: re.Match[str]) -> str:
        content = found[1] if found[1] is not None else found[2]
        if _CHARGE.fullmatch(content or "") and found[0].startswith("("):
            return found[0].strip("()")
        inside.append(content)
        return " "

    outside = _BRACKETS.sub(take, _BRACKETS.sub(take, text))
    names = [name for content in inside for name in re.split(r",(?=\s)|,(?=[a-z])|;|\bor\b|\band\b|/(?=[a-z])|=", content)]
    return " ".join(outside.replace("(", " ").replace(")", " ").split()), [name for name in map(str.strip, names) if len(name) > 1][:4]


def _core(text: str) -> list[str]:
    """The words that carry the name: what is left without doses, forms, routes, schedules and qualifiers at either end."""
    words = [word for word in (raw.strip(".,;:*'?!=") for raw in text.split()) if word]
    start, written = 0, words
    while start < len(words) and (_is_noise(words[start]) or BARE_NUMBER.match(words[start])):
        start += 1
    words = words[start:]
    if _MARK in words:
        words = words[: words.index(_MARK)]
    end = len(words)
    while end and _ends_in_noise(words, end):
        end -= 1
    kept = [
        word for number, word in enumerate(words[:end]) if not (number and word in FORMS and end - number < 3 and "vaccine" not in words)
    ] or words[:end]
    if _says_a_name(kept):
        return kept
    # "5 FU": the number belongs to a name that is too short to stand without it.
    return written if len(written) == 2 and kept == written[1:] and len(kept[0]) > 1 and _LETTER.search(kept[0]) else []


def _ends_in_noise(words: list[str], end: int) -> bool:
    """Whether the last of the words before `end` says nothing about the name; the "a" of "toxin type A" does."""
    word = words[end - 1]
    before = end > 1 and _is_noise(words[end - 2])
    if word == "a" and end == len(words):
        return before
    return _is_noise(word) or bool(before and NUMBER.match(word))


def _is_noise(word: str) -> bool:
    if word in NOISE or word == _MARK or word == "-":
        return True
    pieces = word.split("-") if "-" in word else []
    return any(piece in NOISE for piece in pieces) and all(piece in NOISE or NUMBER.match(piece) for piece in pieces if piece)


def _says_a_name(words: list[str]) -> bool:
    return any(word not in EMPTY and len(word) > 2 and _LETTER.search(word) for word in words)

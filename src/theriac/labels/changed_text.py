"""Which sentences of a label's text changed, found fast enough to compare every label with its last version.

Flows in: the old and the new texts of one kind of section. Flows out: pairs of changed passages, each an exact piece of its text. White space,
typography, soft hyphens, zero-width characters, case, punctuation, numbering, references to other sections and the order of sentences are no
change. It never says what a change means.

What both texts begin and end with and sentences of the same letters are set aside first; only the rest is normalised and compared.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import msgspec
from rapidfuzz import fuzz, process

_BULLETS = "•●▪◦■□·∙"
# All patterns open with a set of characters, which lets the scan skip the rest.
_BREAK = re.compile(
    rf"[.!?;:)\]\n{_BULLETS}](?:(?<=[.!?;:])\s+|(?<=[{_BULLETS}])|(?<=\n)(?=\s*\n)|(?<=[a-z)\]\s]\.)(?=[A-Z])|(?<=[\w)\]\s]\.)(?=\d{{1,2}}\.\d{{1,2}}\s+[A-Z])|(?<=[)\]])\s?(?=\d{{1,2}}\.\d{{1,2}}\s+[A-Z]))"
)
_KEPT_BEFORE = frozenset(".!?;:)]")
_BETWEEN = re.compile(rf"[\s{_BULLETS}]*")
_BLANKS = " \t\r\n\xa0\u200b" + _BULLETS
_TYPOGRAPHY = (
    *(("≥", ">="), ("≤", "<="), ("µ", "u"), ("μ", "u"), ("®", ""), ("™", ""), ("©", ""), ("\u00ad", ""), ("\ufeff", ""), ("\u2060", "")),
    *(("\xa0", " "), ("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'"), ("−", "-")),
    *((chr(code), "") for code in range(0x200B, 0x2010)),
    *((chr(code), "-") for code in range(0x2010, 0x2016)),
    *((bullet, " ") for bullet in _BULLETS),
)
_LETTERS = bytes(range(256)).lower()
_PUNCTUATION = b" \t\r\n\f\v,;:!?()[]{}\"'-*_\\/"

# Many pieces are normalised as one string, each behind this character, which no pattern crosses.
_PART = "\x00"
_REFERENCE = re.compile(
    r"[\[(]\s*(?:(?:[Ss]ee|SEE|[Rr]efer|and)\s[^()\[\]\x00]*(?:\([^()\x00]*\)[^()\[\]\x00]*)*"
    r"|\d{1,2}(?:\.\d{1,2}){0,2}(?:\s*(?:,|;|and|to|-)?\s*\d{1,2}\.\d{1,2})*\s*)[\])]"
)
_NUMBER_FIRST = re.compile(r"\x00[^\w\x00]*\d{1,2}(?:\.\d{1,2}){0,2}(?:\.?[ \t\n]+|\.)(?=[A-Z])")
_NUMBER_WITHIN = re.compile(r"[0-9](?<![a-z0-9.][0-9])[0-9]?\.\d{1,2}\.?[ \t\n]+(?=[A-Z][a-z]{2})")
_NUMBERED_TABLE = re.compile(r"[TtFf](?:able|ABLE|igure|IGURE)\s+\d+\b")
_REVISED = re.compile(r"[Rr]evis(?:ed|ion date)\s*[:.]?\s*(?:\d{1,2}/)?(?:\w{3,9}\.?\s+)?\d{4}\b")
_FULL_STOP = re.compile(r"\.(?:(?<!\d\.)|(?!\d))")
_UNSAID = bytes(code for code in range(1, 128) if not chr(code).isalnum() and chr(code) not in "<>=%/+.")
_RUN_TOGETHER = re.compile(r"\d+(?:\.\d+)?|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[<>=%]|[^\W\d_a-zA-Z]+")
_LONGEST = 1500
_MOST_PASSAGES = 24
_LONG_KEY = 12
_LIST_NUMBER = 2
_ALIKE = 45.0


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A sentence, list item or heading: which text it stands in, where, and what of it is compared."""

    text: int
    start: int
    end: int
    key: str


class Passage(msgspec.Struct, frozen=True, gc=False):
    """Changed sentences beside each other, exactly as they stand; one side is empty where something was only added or removed."""

    old: str
    new: str
    keys_old: tuple[str, ...]
    keys_new: tuple[str, ...]


Cut = tuple[bytes, int, int]
Stretch = tuple[str, tuple[str, ...]]


def changed_passages(old: Sequence[str], new: Sequence[str], claimed: frozenset[str] = frozenset()) -> tuple[Passage, ...]:
    """The changed sentences of the texts, in order of the new ones; those whose keys are `claimed` belong to another section.

    >>> [(p.old, p.new) for p in changed_passages(["1 USES Warts. Adults only."], ["2 USES  Warts. Adults and children."])]
    [('Adults only.', 'Adults and children.')]
    """
    windows_old, windows_new = _windows(old, new)
    before = [_split(text, window) for text, window in zip(old, windows_old, strict=True)]
    after = [_split(text, window) for text, window in zip(new, windows_new, strict=True)]
    olds, news = ({letters for side in sides for letters, _, _ in side} for sides in (before, after))
    gone, come = _only(_pieces(before, old, news), _pieces(after, new, olds), claimed)
    if _tally([old[piece.text][piece.start : piece.end] for piece in gone]) == _tally([new[piece.text][piece.start : piece.end] for piece in come]):
        return ()
    gone, come = _unjoined(gone, come)
    passages = _paired(list(_stretches(gone, old)), list(_stretches(come, new)))
    return _really(passages, old, new)


def key_of(text: str) -> str:
    """What of a sentence is compared: its letters and numbers.

    >>> key_of("5.2  Avoid “Drug”® in pregn\\u00adancy [see Use (8.1)].") == key_of('Avoid "DRUG" in pregnancy')
    True
    """
    return _keys([text])[0]


def core(old: str, new: str) -> tuple[str | None, str | None]:
    """The words in which two passages differ, from the first to the last of them, exactly as they stand.

    >>> core("Apply twice weekly to skin.", "Apply three times weekly to skin.")
    ('twice', 'three times')
    """
    before, after = list(re.finditer(r"\S+", old)), list(re.finditer(r"\S+", new))
    shorter = min(len(before), len(after))
    lead = next((n for n in range(shorter) if before[n][0] != after[n][0]), shorter)
    rest = shorter - lead
    tail = next((n for n in range(rest) if before[-1 - n][0] != after[-1 - n][0]), rest)
    return _span(old, before[lead : len(before) - tail]), _span(new, after[lead : len(after) - tail])


def _span(text: str, words: Sequence["re.Match[str]"]) -> str | None:
    return shortened(text[words[0].start() : words[-1].end()], 200) if words else None


def shortened(text: str, longest: int = _LONGEST) -> str:
    """The text's beginning, cut between words: still an exact piece of it."""
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(" ")[0] or text[:longest]


def _windows(old: Sequence[str], new: Sequence[str]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the texts differ, widened to whole sentences; all of them where the sections themselves are not the same ones."""
    if len(old) != len(new):
        return [(0, len(text)) for text in old], [(0, len(text)) for text in new]
    windows = [_window(one, other) for one, other in zip(old, new, strict=True)]
    return [one for one, _ in windows], [other for _, other in windows]


def _window(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]]:
    if old == new:
        return (0, 0), (0, 0)
    lead = _alike(lambda n: old[:n] == new[:n], min(len(old), len(new)))
    tail = _alike(lambda n: old[len(old) - n :] == new[len(new) - n :], min(len(old), len(new)) - lead)
    start = max((found.end() for found in _BREAK.finditer(old, max(0, lead - 2000), lead)), default=0)
    start = min(start, lead - 1) if start == lead and lead else start
    behind = _BREAK.search(old, len(old) - tail + 1)
    rest = len(old) - behind.start() - 1 if behind else 0
    return (start, len(old) - rest), (start, len(new) - rest)


def _alike(equal: Callable[[int], bool], most: int) -> int:
    """The largest length up to `most` for which the texts are equal."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if equal(middle) else (low, middle - 1)
    return low


def _split(text: str, window: tuple[int, int]) -> list[Cut]:
    """The pieces of the text's window by their letters, with their places."""
    start, end = window
    cuts = [start]
    for found in _BREAK.finditer(text, start, end):
        cuts.append(found.start() + 1 if text[found.start()] in _KEPT_BEFORE else found.end())
    cuts.append(end)
    return [(letters, a, b) for a, b in pairwise(cuts) if (letters := _letters(text[a:b]))]


def _letters(piece: str) -> bytes:
    """A quick key: all but blanks, punctuation and case. What it tells apart may still say the same; `_keys` decides."""
    return _plain(piece).encode(errors="replace").translate(_LETTERS, _PUNCTUATION).strip(b".")


def _plain(text: str) -> str:
    """The text in plain typography."""
    if not text.isascii():
        for mark, plain in _TYPOGRAPHY:
            if mark in text:
                text = text.replace(mark, plain)
    return text


def _pieces(sides: list[list[Cut]], texts: Sequence[str], others: set[bytes]) -> list[Piece]:
    """The pieces whose letters the other text does not have, with the keys by which they are compared."""
    places = [(number, a, b) for number, side in enumerate(sides) for letters, a, b in side if letters not in others]
    keys = _keys([texts[number][a:b] for number, a, b in places])
    return [Piece(number, a, b, key) for (number, a, b), key in zip(places, keys, strict=True) if key and not _is_number(key)]


def _is_number(key: str) -> bool:
    """Whether the piece is but the number of a list item."""
    return len(key) <= _LIST_NUMBER and key.isdigit()


def _keys(pieces: list[str]) -> list[str]:
    """The keys of many pieces at once."""
    if not pieces:
        return []
    letters = _FULL_STOP.sub("", _unnumbered(pieces).casefold()).encode(errors="replace").translate(None, _UNSAID)
    return letters.decode().split(_PART)[1:]


def _unnumbered(pieces: list[str]) -> str:
    """The pieces, each behind `_PART`, in plain typography and without references and numbering."""
    plain = _plain(_PART + _PART.join(piece.replace(_PART, " ") for piece in pieces))
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
    plain = _NUMBER_WITHIN.sub("", _NUMBER_FIRST.sub(_PART, _REFERENCE.sub(" ", plain)))
    return _REVISED.sub(" ", _NUMBERED_TABLE.sub("", plain))


def _only(old: list[Piece], new: list[Piece], claimed: frozenset[str]) -> tuple[list[Piece], list[Piece]]:
    """The pieces whose letters no piece of the other side has."""
    common = {piece.key for piece in old} & {piece.key for piece in new} | claimed
    gone, come = ([piece for piece in side if piece.key not in common] for side in (old, new))
    return gone, come


def _unjoined(gone: list[Piece], come: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces without those that the other side joined to others or split."""
    all_gone, all_come = ("".join(piece.key for piece in side) for side in (gone, come))
    return [piece for piece in gone if not _within(piece.key, all_come)], [piece for piece in come if not _within(piece.key, all_gone)]


def _within(key: str, letters: str) -> bool:
    return len(key) > _LONG_KEY and key in letters


def _really(passages: tuple[Passage, ...], old: Sequence[str], new: Sequence[str]) -> tuple[Passage, ...]:
    """The passages without those that only stand elsewhere: footnotes and rows moved within a table, words run together, second copies."""
    found = [passage for passage in passages if _tally([passage.old]) != _tally([passage.new])]
    if _tally([passage.old for passage in found]) == _tally([passage.new for passage in found]):
        return ()
    if not any(map(_lopsided, found)):
        return tuple(found)
    letters_old, letters_new = (key_of(" ".join(texts)) for texts in (old, new))
    return tuple(passage for passage in found if not (_lopsided(passage) and _elsewhere(passage, letters_old, letters_new)))


def _lopsided(passage: Passage) -> bool:
    """Whether one side says so much more that the rest may have been joined to another sentence, or split from it."""
    return abs(sum(map(len, passage.keys_old)) - sum(map(len, passage.keys_new))) > _LONG_KEY


def _elsewhere(passage: Passage, letters_old: str, letters_new: str) -> bool:
    """Whether all that one version says here stands somewhere in the other one too, and the other way round."""
    return all(_within(key, letters_new) for key in passage.keys_old) and all(_within(key, letters_old) for key in passage.keys_new)


def _tally(passages: list[str]) -> Counter[str]:
    """How often each word stands in the passages, words that were run together ("VialDose") taken apart again."""
    return Counter(word.casefold() for word in _RUN_TOGETHER.findall(_unnumbered(passages)))


def _stretches(pieces: list[Piece], texts: Sequence[str]) -> Iterator[Stretch]:
    """Changed pieces that follow one another, as one exact passage each, with their keys."""
    run: list[Piece] = []
    for piece in pieces:
        if run and (run[-1].text != piece.text or _BETWEEN.fullmatch(texts[piece.text], run[-1].end, piece.start) is None):
            yield _stretch(run, texts)
            run = []
        run.append(piece)
    if run:
        yield _stretch(run, texts)


def _stretch(run: list[Piece], texts: Sequence[str]) -> Stretch:
    return texts[run[0].text][run[0].start : run[-1].end].strip(_BLANKS), tuple(piece.key for piece in run)


def _paired(old: list[Stretch], new: list[Stretch]) -> tuple[Passage, ...]:
    """Each new passage with the old one most like it, if one is alike enough; the others alone."""
    left = {number: text[:400] for number, (text, _) in enumerate(old)}
    found: list[Passage] = []
    for text, keys in new:
        best = process.extractOne(text[:400], left, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE) if len(found) < _MOST_PASSAGES else None
        if best:
            del left[best[2]]
        twin: Stretch = old[best[2]] if best else ("", ())
        found.append(Passage(twin[0], text, twin[1], keys))
    return (*found, *(Passage(old[number][0], "", old[number][1], ()) for number in left))

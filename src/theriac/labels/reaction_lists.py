"""A leaflet's lists of side effects flow in; the items that the grammar of names did not know ("pins and needles") flow out as phrases.

Only in documents written for patients, only in a list under a frequency word, only beside items that were recognised, and only short items
without a verb. The item is taken in the document's words.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from theriac.labels.frequency_words import Stretch
from theriac.labels.reaction_phrases import Phrase, Words
from theriac.labels.word_lists import word_set

_ITEM = re.compile(r"[^,;:()•.]+")
_LEADING = re.compile(
    r"\s*(?:(?:and|or|also|a|an|the|some|other|slightly|possible|effects?|include[sd]?|including|such as|e\.g|were"
    r"|are|patients|have|experienced?)\s+)*"
)
_TRAILING = re.compile(r"\s+(?:and|or)\s*$")
_PLAIN = re.compile(r"[a-z][a-z'’ \n-]*[a-z]")
_VERBS = word_set(
    """
    is are was were be been may might can could will would has have had occur occurs occurred that which who when if after before you your they
    experience     reported include includes patients people treatment doctor likely affect fewer more than some most many such taken
    using used common uncommon rare     frequency other symptoms effects reactions following in
    """
)
_MOST_WORDS = 6


def listed_items(words: Words, stretches: Sequence[Stretch], phrases: Sequence[Phrase]) -> Iterator[Phrase]:
    """The unrecognised items of frequency lists in which at least two others were recognised."""
    for stretch in stretches:
        inside = [phrase for phrase in phrases if stretch.start <= phrase.start < stretch.end]
        if len(inside) < 2:
            continue
        for match in _ITEM.finditer(words.text, stretch.start, stretch.end):
            known = next((phrase.start for phrase in inside if match.start() < phrase.start < match.end()), match.end())
            start, end = _trimmed(words.text, match.start(), known)
            if any(phrase.start < end and start < phrase.end for phrase in inside) or not _is_item(words.text[start:end]):
                continue
            first = bisect_left(words.starts, start)
            yield Phrase(start, end, " ".join(words.text[start:end].lower().split()), first, bisect_left(words.starts, end) - 1)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    lead = _LEADING.match(text, start, end)
    start = lead.end() if lead else start
    joined = _TRAILING.search(text, start, end)
    end = joined.start() if joined else end
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_item(text: str) -> bool:
    """Whether the piece can be an item: one to six plain words, no verb, no reference to people."""
    if not _PLAIN.fullmatch(text):
        return False
    pieces = text.split()
    return len(pieces) <= _MOST_WORDS and len(text) > 3 and not _VERBS.intersection(pieces[:-2] if "in the" in text else pieces)

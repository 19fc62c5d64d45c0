"""Label text flows in, the noun phrases that can name an adverse reaction flow out, each with its span.

A phrase is built by grammar from the parts `reaction_words` gives each word: modifiers before a head ("acute renal failure"), a measure
with its change ("ALT increased",
"elevations in AST"), a reaction of a body part ("swelling of the face"), lists that share a part ("elevated AST and ALT"), and
abbreviations the text itself introduces.
It never decides whether the drug caused it: that is `reaction_context`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress

import msgspec

from theriac.labels.reaction_words import BODY, CHANGE, FUNCTION, HEAD, MEASURE, MODIFIER, REACTION, lexicon
from theriac.labels.word_lists import word_set

_WORD = re.compile(r"([A-Za-z][A-Za-z0-9'’é]*(?:-[A-Za-z0-9'’]+)*)")
_JOIN = re.compile(r"\s*(?:,|/|\(|;)?\s*(?:\b(?:and/or|and|or)\b)?\s*(?:the\s+)?")
_ABBREVIATION = re.compile(r"\s*[(\[]\s*([A-Z][A-Za-z]{0,2}[A-Z]{1,4}s?)\s*[)\]]")
_HEADINGS = frozenset(("disorders", "investigations", "infestations", "conditions", "complications"))
_LINKS = frozenset(("of", "in", "to"))
_ARTICLES = frozenset(("the", "a", "an", "your", "their"))
_VERBS = frozenset(("increases", "decreases", "changes", "rises", "alter", "burns", "falls", "positive"))
_WEAK = word_set(
    """
    active symptomatic adverse general physical complete major multiple recurrent increased treatment device product first-degree
    type sensitive progressive systemic-related clinical common application-related diabetic female male left right secondary short
    rapid small early delayed partial unstable primary low high lower higher poor prolonged severe positive asymptomatic large slow
    eating unable difficult
    """
)
_KEPT_WHEN_WEAK = word_set(
    """
    increased delayed prolonged low high poor rapid slow progressive partial lower left right eating multiple general recurrent early
    """
)
_LIGHT = word_set(
    """
    symptom symptoms episode episodes event events attack attacks complication complications frequency excess formation attempts delay
    problem problems
    """
)  # heads that name nothing by themselves: in "symptoms of hypoglycemia" the name follows
_GENERIC = word_set(
    """
    rate rates level levels concentration activity interval count counts output volume tolerance growth height clearance time cell cells
    function functions test tests testing marker markers studies values value panel saturation ratio density chemistry
    """
)  # measures of nothing in particular: "increased rate" names no reaction
_VAGUE = word_set(
    """
    discomfort tightness weakness stiffness swelling tenderness irritation twitching soreness aches cramps cramping spasm spasms pain
    ache distension bloating discharge redness infection failure
    """
)
_SKIN_SIGNS = word_set(
    """
    pain erythema pruritus itching swelling edema oedema induration irritation rash bruising hemorrhage haemorrhage bleeding
    inflammation redness warmth tenderness discoloration nodule nodules mass hematoma haematoma urticaria burning stinging ulceration
    necrosis infection reaction reactions extravasation hypersensitivity phlebitis thrombosis vesicles atrophy scar cellulitis
    """
)
_LIGHT_OF_DRUGS = frozenset(
    ("reaction", "reactions", "event", "events", "problem", "problems", "symptoms", "complications", "state", "states", "levels")
)
_OUTCOMES = frozenset(("fatal", "nonfatal", "non-fatal", "worsening"))  # how it went, not what it was
_BREAK = re.compile(r"\n\s*\n|\t")


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """A possible reaction name: where its words stand, and the name itself (which may leave words out: "elevated ALT" of "elevated AST
    and ALT")."""

    start: int
    end: int
    name: str
    first: int
    last: int


class Words(msgspec.Struct, frozen=True):
    """A text's words in lower case with their spans and parts."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    parts: list[int]

    def joined(self, index: int) -> bool:
        """Whether word `index` and the next stand side by side with nothing but space between."""
        if index + 1 >= len(self.words):
            return False
        gap = self.text[self.ends[index] : self.starts[index + 1]]
        if gap == " ":
            return not self._new_item(index)
        if not gap.isspace() or _BREAK.search(gap):
            return False
        return not ("\n" in gap or len(gap) > 1) or self.text[self.starts[index + 1]].islower()

    def _new_item(self, index: int) -> bool:
        """Whether run-on text begins a new table row or list item here: a capital after a head in small letters ("back pain Bone pain")."""
        start = self.starts[index + 1]
        if (
            not self.text[start].isupper()
            or not self.text[start + 1 : start + 2].islower()
            or not self.parts[index] & (REACTION | HEAD | CHANGE | BODY)
        ):
            return False
        return self.text[self.starts[index]].islower() or self.words[index] in _HEADINGS

    def between(self, first: int, last: int) -> str:
        """The words first … last in lower case, single-spaced."""
        return " ".join(self.words[first : last + 1])


def outside(without: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """The stretches of a text of that length that are in none of the ordered stretches of `without`.

    >>> list(outside([(2, 4), (3, 6)], 9))
    [(0, 2), (6, 9)]
    """
    at = 0
    for start, end in without:
        if start > at:
            yield at, start
        at = max(at, end)
    if at < length:
        yield at, length


def words_of(text: str, without: Sequence[tuple[int, int]] = ()) -> Words:
    """The words of a text with the parts the lexicon gives them; stretches in `without` (ordered, read elsewhere) are passed over."""
    known = lexicon()
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in outside(without, len(text)):
        pieces = _WORD.split(text[start:end])  # gap, word, gap, word, …, gap
        places = list(accumulate(map(len, pieces), initial=start))
        words.extend(map(str.lower, pieces[1::2]))
        starts.extend(places[1:-1:2])
        ends.extend(places[2::2])
    return Words(text, words, starts, ends, list(map(known.__getitem__, words)))


def reaction_phrases(text: str) -> list[Phrase]:
    """All phrases of the text that can name a reaction, in order; shared parts are written out.

    >>> [p.name for p in reaction_phrases("Elevations in AST and ALT, swelling of the face, and acute renal failure.")]
    ['elevations in ast', 'elevations in alt', 'swelling of the face', 'acute renal failure']
    """
    return phrases_of(words_of(text))


def phrases_of(words: Words, begin: int = 0) -> list[Phrase]:
    """The same for a text whose words are known already, from character `begin` on."""
    found: list[Phrase] = []
    parts, names, total = words.parts, words.words, len(words.words)
    done = bisect_left(words.starts, begin) - 1
    for at in compress(range(total), parts):  # only the words that have a part in names
        if at <= done:
            continue
        following = at + 1
        if following < total and (parts[following] or names[following] in _LINKS):
            done = _run_end(words, at)
            found.extend(_names(words, at, done))
        elif parts[at] & REACTION:  # a name of one word: by far the most
            found.append(_phrase(words, at, at, names[at]))
    found = _with_shared_place(words, found)
    return found + _abbreviated(words, found)


def _run_end(words: Words, first: int) -> int:
    """The last word of the run of name-words that begins at `first`, across "of the", "in" and "to" where a name can go on."""
    at, parts = first, words.parts
    while words.joined(at) and words.words[at] not in _HEADINGS:
        following = at + 1
        if parts[following]:
            at = following
            continue
        over = _over_link(words, at)
        if over is None:
            break
        at = over
    return at


def _over_link(words: Words, at: int) -> int | None:
    """The index of the body part, measure or reaction that "of the" or "in" joins to the head at `at`."""
    link = at + 1
    if words.words[link] not in _LINKS or not (words.parts[at] & (REACTION | HEAD | CHANGE) or words.words[at] in ("level", "number", "levels")):
        return None
    target = link
    for _ in range(2):
        if not words.joined(target):
            return None
        target += 1
        if words.words[target] not in _ARTICLES:
            break
    part = words.parts[target]
    if words.words[link] == "to":
        return None
    if part & (BODY | MEASURE) or (part & (MODIFIER | REACTION) and words.words[link] == "of" and not part & CHANGE):
        return target
    return None


def _names(words: Words, first: int, last: int) -> Iterator[Phrase]:
    """The names in one run: the run trimmed to its head, then the names of neighbours that share a part with it."""
    trimmed = _trimmed(words, first, last)
    if trimmed is None:
        return
    first, last = trimmed
    if _heading(words, first, last):
        return
    yield from _shared_before(words, first, last)
    yield _phrase(words, first, last, words.between(first, last))
    yield from _shared_after(words, first, last)


def _heading(words: Words, first: int, last: int) -> bool:
    """Whether the name is a group heading ("Vascular disorders") and not a reaction in a sentence."""
    if words.words[last] not in _HEADINGS:
        return False
    before, after = words.text[: words.starts[first]][-3:].strip(" "), words.text[words.ends[last] : words.ends[last] + 2].strip(" ")
    return not (after[:1] in (",", ";", ".", ")") and after) or before[-1:] in ("", "\n", "*", "•", "-", ".", ":")


def _phrase(words: Words, first: int, last: int, name: str) -> Phrase:
    return Phrase(words.starts[first], words.ends[last], name, first, last)


def _trimmed(words: Words, first: int, last: int) -> tuple[int, int] | None:
    """The run without what cannot belong to a name at its ends; None when no name is left."""
    end = _head(words, first, last)
    if end is None:
        return None
    first = _after_light_head(words, first, end)
    while first < end and _drops(words, first, end):
        first += 1
    while first < end and words.words[first] in _OUTCOMES:
        first += 1
    return (first, end) if _complete(words, first, end) else None


def _after_light_head(words: Words, first: int, last: int) -> int:
    """Where the name begins when the run is "symptoms of hypoglycemia" or "worsening symptoms of enterocolitis"."""
    for index in range(first, last):
        if words.words[index] in _LIGHT and words.words[index + 1] in _LINKS:
            return index + 2
    return first


def _drops(words: Words, first: int, last: int) -> bool:
    """Whether the first word only qualifies ("increases headache", "active hepatitis")."""
    word = words.words[first]
    if word in _LINKS or word in _ARTICLES or (word in _VERBS and words.words[first + 1] not in _LINKS):
        return True
    return word in _WEAK and word not in _KEPT_WHEN_WEAK


def _head(words: Words, first: int, last: int) -> int | None:
    """The word that closes the name: the last head, measure with a change, or an inverted modifier before a stop ("edema peripheral")."""
    parts = words.parts
    seen = 0
    for index in range(first, last + 1):
        seen |= parts[index]
    for index in range(last, first - 1, -1):
        part = parts[index]
        if part & (REACTION | HEAD):
            return last if index < last and _inverted(words, index + 1, last) else index
        if part & CHANGE and index > first and _any(parts, first, index, MEASURE | BODY):
            return index
        if part & (MEASURE | FUNCTION) and seen & CHANGE and _any(parts, first, index, CHANGE):
            return index
        if part & BODY and index > first and words.words[index - 1] in ("of", "in", "the") and _any(parts, first, index, REACTION | HEAD | CHANGE):
            return index
        if part & BODY and index > first and parts[index - 1] & CHANGE:
            return index
    return None


def _any(parts: list[int], first: int, last: int, wanted: int) -> bool:
    return any(part & wanted for part in parts[first:last])


def _inverted(words: Words, first: int, last: int) -> bool:
    """Whether the words after the head are modifiers that end at a stop: dictionaries write "rash maculopapular"."""
    if last - first > 1 or any(not part & (MODIFIER | BODY) for part in words.parts[first : last + 1]):
        return False
    after = words.text[words.ends[last] : words.ends[last] + 3].lstrip(" ")
    return not after or after[0] in ",;.\n)0123456789<("


def _complete(words: Words, first: int, last: int) -> bool:
    """Whether the trimmed run names something: a reaction, a head with its modifier, a measure with its change."""
    parts = words.parts[first : last + 1]
    seen = 0
    for part in parts:
        seen |= part
    if seen & REACTION:
        return True
    if words.words[last - 1] == "drug" and last - first == 1 and words.words[last] in _LIGHT_OF_DRUGS:
        return False
    if seen & HEAD and len(parts) > 1 and seen & (MODIFIER | BODY | MEASURE | FUNCTION):
        return any(part & HEAD and part != CHANGE | HEAD for part in parts) or bool(seen & CHANGE)
    if not (seen & CHANGE and seen & (MEASURE | BODY) and len(parts) > 1):
        return False
    return any(not part & CHANGE and words.words[first + index] not in _GENERIC for index, part in enumerate(parts) if part)


def _shared_after(words: Words, first: int, last: int) -> Iterator[Phrase]:
    """Names that go on with the same beginning: "elevated AST, ALT and bilirubin", "swelling of the face, lips"."""
    shared = _shared_beginning(words, first, last)
    if shared is None:
        return
    kept, wanted = shared
    at = last
    for _ in range(6):
        following = at + 1
        run = _listed_run(words, at, following, wanted)
        if run is None:
            return
        begin, end = run
        yield _phrase(words, first, end, f"{words.between(first, kept)} {words.between(begin, end)}")
        at = end


def _shared_beginning(words: Words, first: int, last: int) -> tuple[int, int] | None:
    """The last word of what a following item would share, and the parts that item must have."""
    parts = words.parts
    for index in range(first, last):
        if words.words[index] in _LINKS:
            kept = index + 1 if words.words[index + 1] in _ARTICLES else index
            return kept, MEASURE if parts[last] & MEASURE else BODY
    if parts[first] & CHANGE and not parts[last] & (REACTION | HEAD) and parts[last] & (MEASURE | FUNCTION):
        return first, MEASURE
    return None


def _listed_run(words: Words, at: int, following: int, wanted: int) -> tuple[int, int] | None:
    """The next item of a list when all its words have the wanted part and nothing else follows them."""
    begin = following
    while begin < len(words.words) and begin < following + 2 and words.words[begin] in ("and", "or", "the", "in"):
        begin += 1
    if begin >= len(words.words) or not _JOIN.fullmatch(words.text, words.ends[at], words.starts[begin]):
        return None
    end = begin - 1
    while (
        end + 1 < len(words.words)
        and words.parts[end + 1] & (wanted | (FUNCTION | MODIFIER if wanted == MEASURE else 0))
        and (end < begin or words.joined(end))
    ):
        end += 1
    if end < begin or not words.parts[end] & (wanted | FUNCTION):
        return None
    if words.joined(end) and words.parts[end + 1] & (REACTION | HEAD | CHANGE):
        return None
    return begin, end


def _shared_before(words: Words, first: int, last: int) -> Iterator[Phrase]:
    """Names that end with the same head: "renal or hepatic failure", "AST and ALT increased"."""
    parts = words.parts
    if last == first or first < 2 or words.words[first - 1] not in ("and", "or") or not words.joined(first - 2) or not words.joined(first - 1):
        return
    if parts[last] & (REACTION | HEAD) and parts[first] & (MODIFIER | BODY) and not parts[first] & (REACTION | HEAD | CHANGE):
        wanted, banned = MODIFIER | BODY, REACTION | HEAD | CHANGE | MEASURE
    elif parts[last] & CHANGE and parts[first] & MEASURE:
        wanted, banned = MEASURE | MODIFIER, REACTION | HEAD | CHANGE
    else:
        return
    begin = first - 1
    while begin > 0 and parts[begin - 1] & wanted and not parts[begin - 1] & banned and words.joined(begin - 1):
        begin -= 1
    if begin > 0 and parts[begin - 1] & banned and words.joined(begin - 1):
        return
    if begin == first - 1 or (begin > 0 and words.joined(begin - 1) and words.words[begin - 1] in ("with", "in")):
        return
    if words.words[begin] not in _WEAK:
        yield _phrase(words, begin, last, f"{words.between(begin, first - 2)} {words.between(first + 1, last)}")


def _with_shared_place(words: Words, found: list[Phrase]) -> list[Phrase]:
    """The phrases with the place written out that a list or a slash shares: "injection site pain, erythema", "abdominal
    pain/discomfort"."""
    written: list[Phrase] = []
    for phrase in found:
        place = _place_before(words, written[-1], phrase) if written and phrase.first == phrase.last else ""
        written.append(_phrase(words, phrase.first, phrase.last, f"{place} {phrase.name}") if place else phrase)
    return written


def _place_before(words: Words, previous: Phrase, phrase: Phrase) -> str:
    """The place of the phrase before, when this one-word phrase goes on with it."""
    if not 0 < phrase.start - previous.end <= 8:
        return ""
    gap = words.text[previous.end : phrase.start].strip()
    named = previous.name.split()
    if len(named) == 3 and named[1] == "site" and gap in (",", "/", "and", "or", ", and", ", or") and words.words[phrase.first] in _SKIN_SIGNS:
        return " ".join(named[:2])
    if (
        len(named) == 2
        and gap in ("/", "or", "and/or")
        and words.words[phrase.first] in _VAGUE
        and words.parts[previous.first] & (BODY | MODIFIER)
        and previous.first < previous.last
    ):
        return named[0]
    return ""


def _abbreviated(words: Words, found: list[Phrase]) -> list[Phrase]:
    """Every mention of an abbreviation that the text itself puts in brackets behind a name: "... syndrome (SJS)"."""
    meant: dict[str, str] = {}
    for phrase in found:
        behind = words.text[phrase.end : phrase.end + 2].lstrip()
        match = _ABBREVIATION.match(words.text, phrase.end) if not behind or behind[0] in "([" else None
        if match and _initials_fit(match[1], phrase.name):
            meant[match[1]] = phrase.name
    if not meant:
        return []
    lowered = {short.lower(): short for short in meant}
    return [
        _phrase(words, index, index, word)
        for index, word in enumerate(words.words)
        if word in lowered and words.text[words.starts[index] : words.ends[index]] == lowered[word]
    ]


def _initials_fit(short: str, name: str) -> bool:
    """Whether the abbreviation's first letter begins a word of the name, so that "(CYP)" after a name is not taken for it."""
    return any(word[:1] == short[0].lower() for word in re.split(r"[\s-]", name))

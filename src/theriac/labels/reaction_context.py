"""Phrases and the words around them flow in; those that the text presents as reactions of the product flow out.

A disease that patients had before, an indication, a sign to watch for, a heading or something the text denies is not a reaction of the
product. The rules are about wording
only: no drug, no disease is named here.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from theriac.labels.reaction_phrases import Phrase, Words, outside
from theriac.labels.word_lists import word_set

_PEOPLE = word_set(
    """
    patient patients subject subjects individual individuals person persons people women woman men man males females children adults
    adolescents infants neonates those volunteers recipients population populations you someone anyone who
    """
)
_COUNTED = word_set(
    """
    proportion percentage percent number numbers rate incidence fraction majority one two three four five six seven eight nine ten
    """
)
_BEFORE_OF = word_set(
    """
    history diagnosis treatment management therapy prophylaxis prevention absence relief control signs sign symptoms symptom family
    suspicion resolution recovery pathogenesis presence mode etiology cause duration course setting prior predictive predictors factors
    factor degree
    """
)
_BEFORE_FOR = word_set(
    """
    treatment therapy prophylaxis monitor monitored monitoring evaluate evaluated evaluation screen screened screening tested test
    testing assess assessed treated indicated used taken given prescribed factors factor examined checked observe observed hospitalized
    watch medication medications medicine medicines drugs approved administered patients subjects trials studies assessment
    """
)
_BEFORE_IN = word_set(
    """
    trials trial studies study use used indicated efficacy effective effectiveness approved evaluated patients disease treatment
    """
)
_LINKING = frozenset(("with", "of", "for", "in", "from", "than", "out", "have", "had", "has"))
_BEFORE_WITH = word_set(
    """
    diagnosed infected afflicted presenting presented born treated associated-with
    """
)
_DIRECT = word_set(
    """
    preexisting pre-existing underlying prior previous concomitant concurrent coexisting baseline known suspected untreated treat
    treating prevent preventing prevents exclude excluding metastatic resembling mimic mimicking latent advanced existing previously
    newly relapsed refractory monitor assess evaluate manage managing control inhibits
    """
)
_NEGATORS = word_set(
    """
    no not without nor neither never none cannot lack
    """
)
_NEGATED_BETWEEN = word_set(
    """
    any other a an the further been be known reports report cases case evidence episodes signs incidents occurrences of serious severe
    clinically significant relevant increase increased associated with cause caused show shown confirmed appear to have produce reported
    observed experienced experience develop developed new clinical apparent drug-related such treatment-related patients patient had or
    and
    """
)
_PREDICATES = word_set(
    """
    was were is are include includes included including experienced experience occurred reported develop developed developing cause
    causes caused causing led leads leading result resulted resulting increase increased may can could has had observed exhibited showed
    risk incidence
    """
)
_CONDITIONAL = frozenset(("if", "should", "when", "whenever", "unless", "until", "once"))
_NEXT = word_set(
    """
    patient patients subjects trials trial studies study population medication medications medicine medicines drug drugs agent agents
    therapy therapies treatment treatments indication indications vaccine vaccines virus viruses prophylaxis screening test tests
    testing assay assays program programs arm group cohort monitoring prevention management control scores score scale assessment rating
    free status guidelines
    """
)
_NEXT_HEAD = frozenset(("risk", "high", "pediatric", "adult", "clinical", "drug"))
_IF_NEXT = re.compile(
    r"\s+(?:(?:is|are|be)\s+(?:suspected|confirmed|excluded|ruled|detected|diagnosed|present|resolved|observed)|occurs?|develops?|emerges?|appears?|persists?|worsens?)\b",
    re.IGNORECASE,
)
_NOT_NEXT = re.compile(
    r"\s*(?:,|and)\s*(?:infestations|poisoning)\b|\s*benign,\s+malignant|(?:\s*\([^)]{1,12}\))?\s+(?:is|are|was|were|has|have)\s+(?:not|never)\b|-\s?(?:free|like|negative)\b|'s\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"[ \t]*(?:\d{1,2}\.\d{1,2}(?:\.\d{1,2})?\.?[ \t]+(?=[A-Z])|(?:BOXED )?WARNING:)")
_INSTRUCTIONS = word_set(
    """
    monitor evaluate assess advise instruct consider avoid withhold discontinue interrupt reduce measure obtain perform do use test
    screen treat counsel inform caution permanently stop initiate administer exclude rule promptly closely carefully institute ask if
    should check prior before limit observe manage refer examine correct suspend delay withdraw careful any tell seek call contact
    remind ensure encourage determine resume weigh
    """
)
_OPENING = re.compile(  # one class in front: the engine skips to it
    r"[.;:!?\]\n•*)](?:(?<=[.;:!?\]])\s+(?=[A-Z])|(?<=\n)(?:\s*\n|\s*[*•-]\s)|(?<=[•*])\s|(?<=\))\s+(?=[A-Z][a-z]))"
)
_LIST_GAP = re.compile(r"[\s,;/()]*(?:\b(?:and/or|and|or|as\s+well\s+as)\b)?[\s(]*(?:other\s+|severe\s+|serious\s+|the\s+|an?\s+)?", re.IGNORECASE)
_LOOK_BACK = 7


def sentence_starts(text: str, without: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Where the sentences and list items of the text begin; a table in `without` ends one and is passed over."""
    starts = [0]
    for start, end in outside(without, len(text)):
        starts.append(start)
        starts.extend([match.end() for match in _OPENING.finditer(text, start, end)])
    return starts[1:] if len(starts) > 1 and starts[1] == 0 else starts


def claimed(words: Words, phrases: Sequence[Phrase], openings: Sequence[int]) -> list[Phrase]:
    """The phrases that the text presents as reactions; what stands in one list with a phrase that is none, is none either."""
    kept: list[Phrase] = []
    refused_end = -1
    opening, describes = -1, False
    for phrase in sorted(phrases, key=lambda p: (p.start, p.end)):
        index = bisect_right(openings, phrase.start) - 1
        if openings[index] != opening:
            opening = openings[index]
            describes = _describes_patients(words.text, opening, openings[index + 1] if index + 1 < len(openings) else opening + 500)
        if describes:
            continue
        if 0 <= refused_end <= phrase.start <= refused_end + 24 and _LIST_GAP.fullmatch(words.text, refused_end, phrase.start):
            refused_end = phrase.end
        elif is_claimed(words, phrase, opening):
            kept.append(phrase)
        else:
            refused_end = max(refused_end, phrase.end)
    return kept


def _describes_patients(text: str, start: int, end: int) -> bool:
    """Whether the sentence describes who took part in a trial."""
    part = text[start:end]
    return "characteristics were" in part or "median age" in part or "mean age" in part or "% female" in part or "% male" in part


def is_claimed(words: Words, phrase: Phrase, opening: int) -> bool:
    """Whether its sentence, which begins at `opening`, presents the phrase as something that happened or may happen under the product."""
    first = bisect_left(words.starts, opening)
    if _instructs(words, first, phrase):
        return False
    before = words.words[max(first, phrase.first - _LOOK_BACK) : phrase.first][::-1]
    if before and (_denied(before) or _somebody_had_it(before)):
        return False
    text = words.text
    if _in_heading(text, phrase.start):
        return False
    if _NOT_NEXT.match(text, phrase.end):
        return False
    if phrase.last + 1 < len(words.words) and words.words[phrase.last + 1] in _NEXT and words.starts[phrase.last + 1] - phrase.end <= 2:
        return False
    return not (_CONDITIONAL.intersection(before) and _IF_NEXT.match(text, phrase.end))


def _in_heading(text: str, start: int) -> bool:
    """Whether the phrase stands in a heading line: a section number or "WARNING:" in front, and no sentence behind it."""
    line = text.rfind("\n", 0, start) + 1
    head = _HEADING.match(text, line)
    if head is None or line == 0:
        return False
    end = text.find("\n", start)
    return end != -1 and ". " not in text[head.end() : end] and end - line < 200


def _instructs(words: Words, first: int, phrase: Phrase) -> bool:
    """Whether the sentence tells what to do ("Monitor for ...", "If ... occurs"): that is a caution, not a report of a reaction."""
    if first >= phrase.first:
        return False
    return words.words[first] in _INSTRUCTIONS or (words.words[first] == "patients" and words.words[first + 1] in ("should", "must", "may"))


def _denied(before: list[str]) -> bool:
    """Whether only filling words stand between a negator and the phrase."""
    for word in before:
        if word in _NEGATORS:
            return True
        if word not in _NEGATED_BETWEEN:
            return False
    return False


def _somebody_had_it(before: list[str]) -> bool:
    """Whether the phrase is what patients had, what is treated, watched for or ruled out."""
    for index, word in enumerate(before[:5]):
        if word in _LINKING:
            earlier = before[index + 1 : index + 4]
            if earlier and (_people_with(earlier) if word == "with" else _linked(word, earlier)):
                return True
        elif word in _DIRECT and index < 3:
            return True
        if word in _PREDICATES:
            return False
    return False


def _people_with(earlier: list[str]) -> bool:
    if earlier[0] in _BEFORE_WITH:
        return True
    for index, word in enumerate(earlier[:2]):
        if word in _PEOPLE:
            return not _COUNTED.intersection(earlier[index + 1 : index + 3])
    return False


def _linked(word: str, earlier: list[str]) -> bool:
    if word == "of":
        return earlier[0] in _BEFORE_OF
    if word == "for":
        return bool(_BEFORE_FOR.intersection(earlier[:2])) or (
            earlier[0] == "risk" and len(earlier) > 1 and earlier[1] in ("at", "high", "increased")
        )
    if word == "in":
        return earlier[0] in _BEFORE_IN
    if word in ("from", "than"):
        return earlier[0] in ("apart", "other")
    if word in ("have", "had", "has"):
        return earlier[0] in ("who", "patients", "you")
    return word == "out" and earlier[0] in ("rule", "ruled", "ruling")

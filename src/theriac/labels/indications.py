"""What a label says the product is, and is not, indicated for.

In flows a `LabelDocument`; out flow `Indication`s and `NotIndicated`s with exact quotes. The full statements are read, not their short
copies in the highlights; a "not indicated" is never counted as a use, and nothing is inferred from what a drug is known for.
"""

import re

import msgspec

from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.indication_names import named_like_disease
from theriac.labels.indication_phrases import Use, companions, excluded, uses
from theriac.labels.lower_case import holds
from theriac.labels.sentences import Span, is_item, sentences
from theriac.labels.statements import Indication, NotIndicated

_TRIGGER = re.compile(
    r"(?<!not )(?<!NOT )(?<!never )(?<!contra)(?<!contra-)\bindicated\b(?!\s+(?:dos|procedure|concentration"
    r"|for the patient))(?:,? (?:only|primarily|both|also))?\s*[:,]?\s*",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:(?:is|are|may be|has been|have been|can be) (?:also )?(?:used|useful|effective|recommended|helpful|of value|employed"
    r"|prescribed|valuable)(?: adjunctively)?|\bmay prescribe [^.;:]{2,40}?(?= for the)"
    r"|\bintended for (?:\w+ ){0,3}(?=(?:in )?the (?:treatment|management))|is an? (?:useful|effective) (?:adjunct|agent)"
    r"|(?:was|were) shown to be effective"
    r"|\b(?:shown|demonstrated|found) [^.;:]{2,60} to be effective|(?:medicine|product) treats?|(?:analog|agent|drug|product) used"
    r"|\balso reduces? the (?:risk|rate|incidence) of"
    r"|^\s*(?:Uses?:?\s+)?(?:[Ff]or|[Tt]emporar\w+|[Tt]reats?|[Rr]elieves?|[Pp]revents?|[Hh]elps?|As an? adju\w+|In the (?:treatment|management)"
    r"|(?:Symptomatic|Short-term|Long-term|Adjunctive|Maintenance|First-line|Secondary|Primary) (?:treatment|prevention|prophylaxis|relief)"
    r"|(?:Replacement|Substitution|Immunomodulatory) therapy|(?:Treatment|Prophylaxis|Prevention|Management|Relief"
    r"|(?:Active |Passive )?[Ii]mmuni[sz]ation)))"
    r"(?=\s+(?:in|for|to|the|of|as|minor|[a-z]+))\s*"
)
_NOT_A_USE = re.compile(
    r"^(?:For (?:further|more|additional|full|important|details|information)\b"
    r"|Due to|Because|Since|Before|However|Initiation|Consequently|Although|When|If|Select|Efficacy|There)\b|\bshould\b"
    r"|\bshown to enhance\b"
)
_SETTING = re.compile(
    r"^In (?!patients|combination|addition|clinical|controlled|adults|children|general|the\b|order|some|most|vitro"
    r"|vivo)([a-z][^,.]{3,60}),\s"
)
_LIMITATION = re.compile(r"^(?:important )?limitations?(?: of use)?\b\s*:?\s*|\bLimitations? (?:of|on) Use\s*:?\s*", re.IGNORECASE)
_NEGATIVE = re.compile(
    r"(?:\b(?:is|are|was|were)?\s*(?:also )?not (?:indicated|recommended|intended|approved|to be used|appropriate|effective|useful|established as)\b"
    r"(?: for use)?(?: alone)?(?: (?:for|in|to|as|with|during))*\s+|\bshould (?:not|never) be (?:used|given|administered"
    r"|taken) (?:for|in|to|as|with)\s+|\bDo not use\b[^.]{0,40}? (?:for|in|to)\s+"
    r"|\b(?:have|has) not been (?:adequately )?(?:established|evaluated|studied|demonstrated|determined|assessed"
    r"|shown)\b(?: (?:for use in|for|in|to|with|among))?\s+"
    r"|\bnot (?:been )?prove[dn] useful as (?:the )?)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:(?:use|treatment|safety|efficacy|effectiveness|safety and (?:efficacy|effectiveness))\b[^.]{0,90}?\b(?:in|of|for|with"
    r"|as)\s+)?(?P<what>[^.]{3,140}?)\s+"
    r"(?:should be avoided|(?:is|are) (?:generally )?not recommended|(?:have|has) not been (?:adequately )?(?:established"
    r"|evaluated|studied|demonstrated|shown)|(?:usually )?do(?:es)? not require treatment)",
    re.IGNORECASE,
)
_RULED = ("should be avoided", "not recommended", "not been", "not require")
_SUBJECT = re.compile(
    r"^.*?\b(?:safety|efficacy|effectiveness|use|usefulness|treatment|therapy)\b.*?\b(?:in|for|with"
    r"|of patients with)\s+(?:the )?(?:(?:treatment|management) of )?",
    re.IGNORECASE,
)
_ITEMS = re.compile(
    r"\s*[•●▪◦∙■□➢]\s*|\n+|(?<=[a-z)C]) (?=(?:As an? (?:adjunct|adjuvant|single agent|monotherapy)|In combination with|For the"
    r"|In adults|In pa?ediatric|The (?:treatment|management|prevention))\b)"
    r"|(?<=[\])]) \. (?=[A-Z])|(?<=[\])])\.? (?=[A-Z][a-z]+ [a-z])|(?<=[:;.])\s*[-–]\s?(?=\w)"
    r"|(?<=[a-z\])]\.) (?=(?:in combination|as (?:an?|monotherapy|first|single)|for the|to|treatment of|(?:adult|pediatric) patients)\b)"
)
_LOST = re.compile(  # a list whose bullets were lost: an item ends in its people or its disease, the next begins with a capital
    r"(\b(?:adults|children|adolescents|women|men|patients|of age|and older|or older|and above)) (?=[A-Z][a-z]+\b)"
    r"|([a-z](?:disorders?|diseases?|syndromes?|infections?|arthritis|cancers?|conditions?)) (?=[A-Z][a-z]{3,} (?:[a-z]|[A-Z][a-z]+ [a-z]))"
)
_HEADING = re.compile(r"\W*([A-Z][\w’'-]+(?: [a-z][\w’'-]*){0,5}) (?=[A-Z])")  # "Rheumatoid arthritis Brand, in combination …"
_UNRELATED = re.compile(
    r"\b(?:survival|resistan|drug-resistant bacteria|select patients|accelerated approval|continued approval|susceptibility|culture"
    r"|mortality|randomized|trials? (?:of|in)|duration of|beyond|longer than)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"indicated|\bused?\b|treat", re.IGNORECASE)
_SHORT_COPY = re.compile(r"\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*\)\s*\.?$")
_GENERIC = frozenset(
    {
        "disease",
        "patients",
        "indication",
        "use",
        "condition",
        "population",
        "situations",
        "these situations",
        "safety",
        "effectiveness",
        "efficacy",
        "safety and effectiveness",
        "safety and efficacy",
    }
)


def read_indications(document: LabelDocument) -> tuple[tuple[Indication, ...], tuple[NotIndicated, ...]]:
    """The uses the label states and those it excludes, in the label's order, each once."""
    wanted: list[Indication] = []
    ruled_out: list[NotIndicated] = []
    for section in sections_of(document, "indications"):
        for leaf in _full(section):
            _read_leaf(leaf, wanted, ruled_out)
    short = abbreviations("\n".join(section.text for section in sections_of(document, "indications")))
    kept = _distinct([msgspec.structs.replace(one, name=expanded(one.name, short)) for one in wanted])
    own = {name.lower() for name in (*document.brand_names, *document.generic_names)}
    ruled_out = [one for one in ruled_out if one.name not in own and not any(one.name.startswith(name + " ") for name in own)]
    return kept, _distinct_exclusions([msgspec.structs.replace(one, name=expanded(one.name, short)) for one in ruled_out], kept)


def abbreviations(text: str) -> dict[str, str]:
    """The abbreviations that the text itself explains: "chronic obstructive pulmonary disease (COPD)"."""
    found: dict[str, str] = {}
    for match in re.finditer(r"\(\s?([A-Za-z]?[A-Z][A-Za-z-]{1,9})\s?\)", text):
        short = match.group(1)
        before = text[max(0, match.start() - 110) : match.start()]
        words = re.findall(r"[\w’'/-]+", re.split(r"[^\w’'/\s-]", before)[-1])[-8:]
        size = sum(c.isupper() for c in short)
        starts = [i for i, word in enumerate(words) if word[0].lower() == short[0].lower() and len(words) - i <= size + 2]
        if starts and len(words) - starts[0] >= 2:
            best = min(starts, key=lambda i: abs(len(words) - i - size))
            found.setdefault(short.lower(), " ".join(words[best:]).lower())
    return found


def expanded(name: str, short: dict[str, str]) -> str:
    """The name with the label's own abbreviations written out."""
    return " ".join(short.get(word, word) for word in name.split())


def _full(section: Section) -> list[Section]:
    """The parts that hold the full statements; the highlights only where there is nothing else that says "indicated"."""
    parts = list(leaves(section))
    full = [part for part in parts if not part.highlights and len(part.text) - _body_start(part) > 40 and _SAYS.search(part.text, _body_start(part))]
    return [part for part in parts if not part.highlights] if full else parts


def _read_leaf(leaf: Section, wanted: list[Indication], ruled_out: list[NotIndicated]) -> None:
    text = leaf.text
    spans = _without_copies(text, sentences(text, _body_start(leaf)))
    limited = bool(_LIMITATION.search(leaf.title))
    old = "." not in leaf.number and not re.search(r"\bindicated\b", text)
    place = 0
    while place < len(spans):
        start, end = spans[place]
        taken = 1
        limit = _LIMITATION.search(text[start:end])
        if limit:
            limited = True
            if limit.start() > 30:
                _positive(text, (start, start + limit.start()), leaf, wanted, old)
            start += limit.end()
        sentence = text[start:end]
        said = sentence.lower()
        ruled = "not" in said or "never" in said or "avoid" in said
        told = bool(_TRIGGER.search(sentence))
        denied = ruled and (_NEGATIVE.search(sentence) or (holds(said, _RULED) and _BEFORE.search(sentence)))
        if denied or (limited and not told):
            stop = end if told else _items_end(text, spans, place)
            ruled_out.extend(_exclusions(text, (start, stop), leaf, limited))
        if told and not re.search(r"indicated only for", sentence):
            limited = False
        if not limited:
            end, taken = _with_items(text, spans, place)
            _positive(text, (start, end), leaf, wanted, old)
        place += taken


def _without_copies(text: str, spans: list[Span]) -> list[Span]:
    """The sentences without those of the highlights, which end in the number of the section they repeat, unless nothing else is left."""
    copies = [bool(_SHORT_COPY.search(text[a:b]) or re.match(r"\s*\(\s*\d{1,2}(?:\.\d{1,2})?\s*\)", text[b : b + 12])) for a, b in spans]
    rest = [span for span, copy in zip(spans, copies, strict=True) if not copy]
    return rest if any(_TRIGGER.search(text[a:b]) for a, b in rest) else spans


def _body_start(leaf: Section) -> int:
    found = leaf.text.find(leaf.title) if leaf.title else -1
    return found + len(leaf.title) if 0 <= found <= 8 else 0


def _with_items(text: str, spans: list[Span], place: int) -> tuple[int, int]:
    """The sentence with the list items that belong to it, and how many spans that is."""
    end, taken = spans[place][1], 1
    if not _TRIGGER.search(text[spans[place][0] : end]) and not _WEAK.search(text[spans[place][0] : end]):
        return end, taken
    listed = bool(re.search(r"\bindicated\b[^.:]{0,160}:\s", text[spans[place][0] : end]))
    opened = text[spans[place][0] : end].rstrip().endswith(":")
    for span in spans[place + 1 :]:
        more = opened and any(is_item(text, later) for later in spans[place + taken + 1 : place + taken + 5])
        if not (is_item(text, span) or (opened and taken == 1) or more or (listed and _nominal(text[span[0] : span[1]]))) or _LIMITATION.match(
            text[span[0] : span[1]]
        ):
            break
        end, taken = span[1], taken + 1
        if taken > 40:
            break
    return end, taken


def _items_end(text: str, spans: list[Span], place: int) -> int:
    end = spans[place][1]
    if text[:end].rstrip().endswith(":"):
        for span in spans[place + 1 :]:
            if not is_item(text, span):
                break
            end = span[1]
    return end


def _nominal(item: str) -> bool:
    """Whether an item is a noun phrase, not a sentence: a further member of an open list."""
    return len(item) < 260 and not re.search(
        r"\b(?:is|are|was|were|has|should|may|can|must|do|does|indicated)\b", re.sub(r"\([^)]*\)|\[[^\]]*\]", "", item)
    )


def _positive(text: str, span: Span, leaf: Section, wanted: list[Indication], old: bool) -> None:
    sentence = _itemised(text, span)
    trigger = _TRIGGER.search(sentence)
    weak = None if trigger else _WEAK.search(sentence)
    if trigger is None and (
        weak is None or _NOT_A_USE.search(sentence) or _UNRELATED.search(sentence) or not (old or wanted or "." not in leaf.number)
    ):
        return
    cut = trigger or weak
    assert cut is not None
    if trigger is None and leaf.number and "." in leaf.number and not re.match(r"\w* ?reduces? the", cut.group().lstrip(), re.IGNORECASE):
        return
    rest = re.sub(r"^(?:also )?reduces? ", "to reduce ", sentence[cut.end() if trigger else cut.start() :])
    rest = re.sub(r"^(?:shown|demonstrated|found) [^.;:]{2,60} to be effective\s+", "", rest)
    again = re.search(r"\s[A-Z][\w®™-]+(?: [A-Z®][\w-]*){0,2} is (?:an? |indicated)", rest)
    if again and _TRIGGER.search(rest, again.start()):  # the short copy, run on behind the full statement
        rest = rest[: again.start()]
    negative = _NEGATIVE.search(rest)
    setting = _SETTING.match(sentence)
    if setting and trigger is None:
        wanted.append(Indication(name=setting.group(1).lower(), quote=sentence.strip(), path=leaf.path))
        return
    lead = sentence[: cut.start()]
    for use in _listed(rest[: negative.start()] if negative else rest, lead):
        quote = text[span[0] : span[1]].strip()
        wanted.append(
            Indication(
                name=use.name, population=use.population, quote=quote, line=use.line,
                combination_with=use.combination_with or companions(lead), path=leaf.path,
            )
        )  # fmt: skip


def _itemised(text: str, span: Span) -> str:
    """The text of a list with a line break before each sentence that is an item of its own; the other breaks stay blanks."""
    parts = sentences(text, *span)
    if len(parts) < 2 or ":" not in text[span[0] : parts[1][0]]:
        return text[span[0] : span[1]]
    pieces = [text[parts[0][0] : parts[0][1]]]
    for one in parts[1:]:
        piece = text[one[0] : one[1]]
        pieces += ["\n" if is_item(text, one) or _nominal(piece) else " ", piece]
    return "".join(pieces)


def _listed(rest: str, lead: str) -> list[Use]:
    """The uses of the phrase, item by item when a list follows its opening words."""
    items = [item.strip() for item in _ITEMS.split(rest)]
    if len(items) == 1 and ":" in rest[:90]:
        items = [item.strip() for item in _LOST.sub(lambda m: m.group().rstrip() + "\n", rest).split("\n")]
    opening = items[0]
    if len(items) > 1 and (opened := re.match(r"(.{2,160}?(?:for|of|in|with|to|indicated)?\s?):\s+([A-Za-z].{8,})$", opening)):
        opening, items = opened.group(1) + ":", [opened.group(1), opened.group(2), *items[1:]]
    if len(items) > 1:
        found = _from_items(opening, [item for item in items[1:] if item])
        if found:
            return found
    direct = list(uses(rest))
    if not direct and (behind := re.search(r"(?:as an? |for )(.{3,120})$", lead)):
        direct = list(uses(behind.group(1)))
    if not direct and (heading := _HEADING.match(lead)) and named_like_disease(heading.group(1)):
        direct = [Use(name=heading.group(1).lower(), combination_with=companions(lead))]
    if not direct and (ahead := re.match(r"\W*(?:For|In) (?:the treatment of )?(?:\w+ )?(?:patients|adults|children) with ([^:]{3,80}):", lead)):
        direct = list(uses(ahead.group(1)))
    return direct


def _from_items(opening: str, items: list[str]) -> list[Use]:
    found: list[Use] = []
    base = list(uses(opening)) if not opening.rstrip().endswith((":", "for", "of", "with", "the", "in", "to", "treat")) or len(opening) > 45 else []
    lead = opening.rstrip(": ")
    named = [use for use in base if len(use.name.split()) <= 12]
    if named and all(
        re.match(
            r"(?:as (?!an? adju)|in combination|in (?:\w+ ){0,2}(?:patients|adults|children) (?:who|whose|whom|for whom|in whom|not)"
            r"|for (?:first|second|use)|following|after|who|with|without|have|are|alone|genotype"
            r"|when)\b",
            item,
            re.IGNORECASE,
        )
        for item in items
    ):
        return [_qualified(use, item) for item in items for use in named]
    if named and opening.rstrip().endswith("to:"):
        return named
    if not re.search(r"(?::|\b(?:for|of|with|the|in|to|treat|patients|adults|indicated))\s*$", opening) and len(opening) > 20:
        found.extend(base)
    for place, item in enumerate(items):
        alone = re.match(r"(?:for|to|as|in|as an) |(?:the )?(?:\w+ )?(?:treatment|management|prevention|relief|reduc|therapy)", item, re.IGNORECASE)
        if item.endswith(":") and alone and place + 1 < len(items):
            lead = item.rstrip(": ")  # an item that opens a list of its own
            continue
        together = companions(lead)
        for use in uses(item if alone else f"{lead} {item}"):
            found.append(use if use.combination_with or not together else msgspec.structs.replace(use, combination_with=together))
    return found


def _qualified(use: Use, item: str) -> Use:
    words = re.sub(r"\[[^\]]*\]|\([^)]*\d[^)]*\)", "", item).strip(" .;,")
    return Use(
        name=use.name,
        population="; ".join(filter(None, (use.population, words))),
        combination_with=companions(item) or use.combination_with,
        line=use.line,
    )


def _exclusions(text: str, span: Span, leaf: Section, limited: bool) -> list[NotIndicated]:
    sentence = text[span[0] : span[1]]
    quote = sentence.strip()
    if _UNRELATED.search(sentence) and not re.search(r"not indicated", sentence, re.IGNORECASE):
        return []
    names: list[str] = []
    found = _NEGATIVE.search(sentence)
    if (found and sentence[found.end() - 2 :].lstrip().startswith(("•", ":"))) or (found and re.search(r"[•●]", sentence)):
        assert found is not None
        items = [item for item in re.split(r"\s*[•●▪]\s*|:\s", sentence[found.end() :]) if item.strip()]
        names = [name for item in items for name in excluded(item)]
    elif found and len(sentence) - found.end() > 3 and not re.match(r"(?:these|this|that|such|an?\s)\b", sentence[found.end() :]):
        names = list(excluded(sentence[found.end() :]))
    if not names:
        before = _BEFORE.search(sentence) if holds(sentence.lower(), _RULED) else None
        names = list(excluded(_SUBJECT.sub("", before.group("what")))) if before else []
    return [NotIndicated(name=name, quote=quote, path=leaf.path) for name in names if name not in _GENERIC and (limited or _namelike(name))]


def _namelike(name: str) -> bool:
    return len(name.split()) <= 9 and not re.match(r"(?:the|use|treatment|dose|more|less|patients|data|its)\b", name)


def _distinct(found: list[Indication]) -> tuple[Indication, ...]:
    """Each use once per population: a repetition in other words keeps its first statement."""
    kept: list[Indication] = []
    for one in found:
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return tuple(kept)


def _same(one: Indication, other: Indication) -> bool:
    a, b = _words(one.name), _words(other.name)
    if not (a <= b or b <= a):
        return False
    if one.quote == other.quote:
        return a == b and one.population == other.population
    if one.combination_with and other.combination_with and not _words(" ".join(one.combination_with)) & _words(" ".join(other.combination_with)):
        return False
    if a != b and not (one.population is None or other.population is None):
        return False
    people_a, people_b = _words(one.population or ""), _words(other.population or "")
    if people_a <= people_b or people_b <= people_a:
        return True
    return len(people_a & people_b) / max(1, len(people_a | people_b)) >= 0.5


def _words(text: str) -> set[str]:
    words = re.sub(r"\([^)]*\)", " ", text.lower())
    return {w[:-1] if len(w) > 4 and w.endswith("s") and not w.endswith("ss") else w for w in re.findall(r"[a-z0-9]+", words)} - {
        "the",
        "of",
        "in",
        "and",
        "or",
        "with",
        "a",
        "an",
        "to",
        "who",
        "patient",
    }


def _distinct_exclusions(found: list[NotIndicated], wanted: tuple[Indication, ...]) -> tuple[NotIndicated, ...]:
    names = {one.name for one in wanted}
    kept: list[NotIndicated] = []
    for one in found:
        if one.name not in names and not any(_words(one.name) == _words(other.name) for other in kept):
            kept.append(one)
    return tuple(kept)

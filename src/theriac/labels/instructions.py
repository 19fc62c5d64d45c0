"""How to apply the product, step by step, as the label tells the person who does it.

In flows a `LabelDocument`; out flow `Instructions`: the ordered steps, the limits (packets per application, margin, lesion size, occlusion),
the product's own missed-dose rule, when to assess and repeat, the clearance and recurrence rates the label gives, and the excipients. Every
statement carries its sentence; nothing is merged between products.
"""

import re
from collections.abc import Iterable

import msgspec

from theriac.labels.document import LabelDocument, Section, leaves, sections_of
from theriac.labels.lower_case import holds
from theriac.labels.quantities import DIGITS, TO, WORD, number
from theriac.labels.regimen_context import Place, Uses, body_start, use_in
from theriac.labels.schedules import contact_time
from theriac.labels.sentences import Span, sentences
from theriac.labels.statements import Amount, Indication, Instructions, Number, Step

_N = rf"(?P<n>{DIGITS}|{WORD}\b)(?:{TO}(?P<n2>{DIGITS}|{WORD}\b))?"
_STEPS = (
    ("wash_off",
        r"\b(?:wash|rinse|remov)\w*\b(?! (?:your |the |their )?hands)[^.;]{0,80}\b(?:was applied|were applied|off|away|removed)\b"
        r"|\bafter (?:about |approximately )?[\w\s]{1,12}hours?,? (?:wash|remove|the \w+ should be)|\bremoved? by washing\b"),
    ("leave_on", r"\b(?:leave|left|remain)\w*\b[^.;]{0,70}\b(?:hours?|minutes?|overnight)\b"),
    ("wash", r"\bwash\w*\b"),
    ("dry", r"\b(?:dry|dried|drying|pat dry)\b"),
    ("dispose", r"\b(?:throw away|discard|dispose)\w*\b"),
    ("open", r"\b(?:open|tear|puncture|squeeze|prime|shake)\w*\b"),
    ("apply", r"\b(?:apply|applied|rub|thin (?:layer|film)|spread|massage)\w*\b"),
    ("take", r"\b(?:swallow|chew|crush|take|dissolve|inject|inhale|instill)\w*\b"),
)  # fmt: skip
_LIMITS = (
    ("packets_per_application",
        rf"\b(?:no more than|up to|not more than|maximum (?:of|dose is)?|one|1)\s*{_N}?\s*(?:(?:full )?(?:actuations?|packets?"
        rf"|sachets?|pumps?))\b[^.;]{{0,60}}?\b(?:application|per|each|daily|dose|used)\b|\b(?:packets?|sachets?) (?:per"
        rf"|for each) application\b|maximum daily dose is {_N.replace('<n', '<d')} (?:packets?|sachets?)"),
    ("area_covered", rf"\b(?:contains?|enough|sufficient)\b[^.;]{{0,60}}?\barea\b[^.;]{{0,40}}?(?P<a>{DIGITS})\s*(?P<aunit>cm|mm)\s?[2²]"),
    ("area_limit",
        rf"\b(?:not (?:be )?(?:applied|used)|do not|limited to|one|contiguous|approximately)\b[^.;]{{0,80}}?(?:area"
        rf"|areas)\b[^.;]{{0,60}}?(?:(?P<a2>{DIGITS})\s*(?P<a2unit>cm|mm)\s?[2²]|larger|full face|surface)"),
    ("margin",
        rf"(?P<m>{DIGITS})\s?(?P<munit>cm|mm)\b(?!\s?[2²])[^.;]{{0,40}}?\b(?:around|margin|beyond|surrounding|of skin)"
        rf"|\bmargin\b[^.;]{{0,30}}?(?P<m2>{DIGITS})\s?(?P<m2unit>cm|mm)\b"),
    ("lesion_size",
        rf"\b(?:tumou?rs?|lesions?|diameter)\b[^.;]{{0,60}}?(?:no larger|not (?:exceed|larger)|maximum|less than|up to"
        rf"|≤)[^.;]{{0,30}}?(?P<s>{DIGITS})\s?(?P<sunit>cm|mm)\b|maximum (?:tumou?r )?diameter of (?P<s2>{DIGITS})\s?(?P<s2unit>cm|mm)"),
    ("occlusion", r"\b(?:occlu\w+|bandages?|dressings?)\b"),
    ("avoid_contact",
        r"\bavoid\b[^.;]{0,40}\b(?:eyes|lips|nostrils|mouth|mucous)\b|\bnot (?:for|to be) (?:ophthalmic|oral|intravaginal"
        r"|used (?:in|on))\b"),
    ("rest_period", r"\brest period\b|\btreatment (?:may be |should be )?(?:interrupt|resum)\w*|\bbreak\b[^.;]{0,40}\bapplication\b"),
    ("not_extended", r"\b(?:not|neither|no longer)\b[^.;]{0,60}\b(?:be )?(?:extended|last)\b[^.;]{0,60}|\bnot be extended\b"),
    ("sun", r"\b(?:sun(?:light|lamps?|screen)?|tanning|ultraviolet|UV)\b"),
    ("condoms", r"\b(?:condoms?|diaphragms?|sexual)\b"),
    ("single_use", r"\b(?:single[- ]use|re-?used|unused (?:packets?|sachets?|portion))\b"),
)  # fmt: skip
_MISSED = re.compile(
    r"\b(?:miss(?:ed|es)?|forg[eo]t\w*)\b[^.;]{0,40}\b(?:dose|application|to (?:use|take|apply))|\bmissed dos|\bif you (?:miss"
    r"|forget)\b",
    re.IGNORECASE,
)
_ASSESSED = re.compile(
    r"\b(?:assess\w*|re-?evaluat\w*|follow-up|repeat(?:ed)? (?:course|treatment|cycle)|further (?:course|\w+ weeks? of treatment)"
    r"|second (?:course|treatment)|not respond\w*|additional (?:course|treatment))\b",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"\b(?P<what>complete clearance|clearance|cleared|recurrence|recurred|clear)\b(?:(?!\bclearance (?:of|rate of) creatinine"
    r"|creatinine|systemic|renal).){0,160}",
    re.IGNORECASE | re.DOTALL,
)
_PERCENT = re.compile(rf"(?P<p>{DIGITS})\s?%|\((?P<a>\d+)\s?/\s?(?P<b>\d+)\)")
_INACTIVE = re.compile(
    r"(?:inactive ingredients?|other ingredients are|excipients?|other ingredients|(?:also|cream) contains?(?: the following)?"
    r"|in (?:an? )?[\w\s-]{0,60}(?:base|vehicle)(?: (?:consisting of|of|containing))?)[:\s]+(?P<list>[^.•]{12,900})",
    re.IGNORECASE,
)


def read_instructions(document: LabelDocument, indications: tuple[Indication, ...]) -> Instructions:
    """The application instructions of the label, each statement with its sentence."""
    uses = Uses.of(indications)
    parts = [_part(leaf) for section in sections_of(document, "dosage") for leaf in leaves(section) if not leaf.highlights]
    local = any(re.search(r"topical|cutaneous|vaginal|ophthalmic|scalp", route) for route in document.routes) or not document.routes
    cautions = [_part(leaf) for leaf in _leaves(document, "warnings_and_precautions")] if local else []
    told = [step for part in parts for step in _told(part, uses)]
    rules = [step for part in cautions for step in _ruled(part, uses)]
    missed = [step for part in parts for step in _missed(part)]
    return Instructions(
        steps=_once(step for step in told if step.kind in _STEP_KINDS),
        limits=_once((*(step for step in told if step.kind in _LIMIT_KINDS), *rules)),
        missed_dose=_once((*missed, *(step for leaf in _leaves(document, "patient_information") for step in _missed(_near(leaf, _MISSED_WORDS))))),
        assessment=_once(step for part in (*parts, *cautions) for step in _assessed(part)),
        outcomes=_once(
            step
            for leaf in _leaves(document, "clinical_studies", "dosage")
            if "%" in leaf.text
            for step in _outcomes(_near(leaf, _OUTCOME_WORDS), uses)
        ),
        excipients=read_excipients(document),
    )


class _Part(msgspec.Struct, frozen=True):
    """A leaf with its sentences, and each of them in lower case for quick looks."""

    leaf: Section
    spans: tuple[Span, ...]
    plain: tuple[str, ...]


def _part(leaf: Section) -> _Part:
    spans = tuple(sentences(leaf.text, body_start(leaf)))
    return _Part(leaf, spans, tuple(leaf.text[a:b].lower() for a, b in spans))


def _near(leaf: Section, words: tuple[str, ...]) -> _Part:
    """The part with only the sentences around certain words (long texts are not cut up for nothing)."""
    plain = leaf.text.lower()
    spans: dict[Span, None] = {}
    for word in words:
        at = plain.find(word)
        while at >= 0:
            for span in sentences(leaf.text, max(0, at - 300), min(len(leaf.text), at + 500))[1:]:
                spans.setdefault(span)
            at = plain.find(word, at + 500)
    kept = tuple(sorted(spans))
    return _Part(leaf, kept, tuple(plain[a:b] for a, b in kept))


def _leaves(document: LabelDocument, *keys: str) -> list[Section]:
    return [leaf for section in sections_of(document, *keys) for leaf in leaves(section)]


_MISSED_WORDS = ("miss", "forg")
_OUTCOME_WORDS = ("clearance", "cleared", "recur")
_STEP_KINDS = frozenset(kind for kind, _ in _STEPS)
_LIMIT_KINDS = frozenset(kind for kind, _ in _LIMITS)
_STEP_RES = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _STEPS)
_NEEDED = {
    "packets_per_application": ("packet", "sachet", "actuation", "pump"), "area_covered": ("area",), "area_limit": ("area",), "margin": ("cm", "mm"),
    "lesion_size": ("cm", "mm"), "occlusion": ("occlu", "bandage", "dressing"), "avoid_contact": ("avoid", "not for", "not to be"),
    "rest_period": ("rest period", "interrupt", "resum", "break"), "not_extended": ("extended", "last"),
    "sun": ("sun", "tanning", "ultraviolet", "uv"),
    "condoms": ("condom", "diaphragm", "sexual"), "single_use": ("single", "use", "unused"),
}  # fmt: skip
_LIMIT_RES = tuple((kind, _NEEDED[kind], re.compile(words, re.IGNORECASE)) for kind, words in _LIMITS)
_DIRECTIVE = re.compile(
    r"\W*(?:Before|After|Prior to|Immediately|Then|Once|Only|Wash|Dry|Pat|Open|Squeeze|Apply|Rub|Leave|Remove|Rinse|Take|Swallow|Use|Throw|Dispose"
    r"|Discard|Inject|Inhale|Shake|Prime|Tear|Instill|Massage|Spread|Cover)\b"
)


def _told(part: _Part, uses: Uses) -> list[Step]:
    """The steps and limits of one part in order, each under the use whose paragraph it stands in."""
    leaf = part.leaf
    place = Place(leaf=leaf, people=None, use=use_in(leaf.title, uses), sole_use=uses.sole, route=None)
    found: list[Step] = []
    for (start, end), plain in zip(part.spans, part.plain, strict=True):
        sentence = leaf.text[start:end]
        place.move(sentence, uses)
        if holds(plain, _MISSED_WORDS) and _MISSED.search(sentence):
            continue
        found.extend(_steps(sentence, plain, place.use or place.sole_use, leaf.path))
        found.extend(_limits(sentence, plain, place.use or place.sole_use, leaf.path))
    return found


def _ruled(part: _Part, uses: Uses) -> list[Step]:
    """The limits that the warnings set."""
    found: list[Step] = []
    for (start, end), plain in zip(part.spans, part.plain, strict=True):
        sentence = part.leaf.text[start:end]
        found.extend(_limits(sentence, plain, use_in(sentence[:110], uses) or uses.sole, part.leaf.path))
    return found


def _steps(sentence: str, plain: str, use: str | None, path: str) -> list[Step]:
    if len(sentence) > 400 or plain.startswith(("do not", "never", "avoid")) or "should not be" in plain:
        return []
    if not (_DIRECTIVE.match(sentence) or "should be" in plain or "must be" in plain or "instruct" in plain or "advise" in plain):
        return []
    leading = plain.startswith(("apply", "rub", "spread", "massage"))
    kind = "apply" if leading else next((kind for kind, words in _STEP_RES if words.search(sentence)), None)
    if kind is None:
        return []
    contact = contact_time(sentence) if kind == "leave_on" else None
    amount = contact[0] if contact else Amount(value=0, unit="")
    if not contact:
        return [Step(kind=kind, quote=sentence, indication=use, path=path)]
    return [Step(kind=kind, quote=sentence, indication=use, value=amount.value, high=amount.high, unit=amount.unit, path=path)]


def _limits(sentence: str, plain: str, use: str | None, path: str) -> list[Step]:
    found: list[Step] = []
    if len(sentence) >= 500:
        return found
    for kind, needed, words in _LIMIT_RES:
        if not holds(plain, needed) or (kind == "area_limit" and any(one.kind == "area_covered" for one in found)):
            continue
        match = words.search(sentence)
        if match:
            value, unit = _figure(match)
            found.append(Step(kind=kind, quote=sentence, indication=use, value=value, unit=unit, path=path))
    return found


def _figure(match: "re.Match[str]") -> tuple[Number | None, str | None]:
    groups = match.groupdict()
    for name, unit in (
        ("n", "packet"),
        ("d", "packet"),
        ("a", "aunit"),
        ("a2", "a2unit"),
        ("m", "munit"),
        ("m2", "m2unit"),
        ("s", "sunit"),
        ("s2", "s2unit"),
    ):
        written = groups.get(name)
        if written:
            named = groups.get(unit) or unit
            return number(written), f"{named}2" if name.startswith("a") else named
    return None, None


def _missed(part: _Part) -> list[Step]:
    """The product's own rule for a missed dose: the sentence that names it, with the one that goes on ("Do not apply …")."""
    text, found = part.leaf.text, []
    for place, ((start, end), plain) in enumerate(zip(part.spans, part.plain, strict=True)):
        if not holds(plain, _MISSED_WORDS) or end - start <= 45 or not _MISSED.search(text, start, end):
            continue
        last = end
        for later in part.spans[place + 1 : place + 3]:
            if not re.match(r"(?:Do not|The \w+ should not|Never|Then|Each|If it is|Instead|Take|Skip|Resume)", text[later[0] : later[1]]):
                break
            last = later[1]
        found.append(Step(kind="missed_dose", quote=text[start:last], path=part.leaf.path))
    return found


_ASSESSED_WORDS = ("assess", "evaluat", "follow-up", "repeat", "further", "second", "respond", "additional")


def _assessed(part: _Part) -> list[Step]:
    found = []
    for (start, end), plain in zip(part.spans, part.plain, strict=True):
        if 30 < end - start < 500 and holds(plain, _ASSESSED_WORDS) and _ASSESSED.search(part.leaf.text, start, end):
            found.append(Step(kind="assess", quote=part.leaf.text[start:end], path=part.leaf.path))
    return found


def _outcomes(part: _Part, uses: Uses) -> list[Step]:
    """Clearance and recurrence rates that the label gives as a percentage, with the sentence."""
    found = []
    for start, end in part.spans:
        sentence = part.leaf.text[start:end]
        match = _OUTCOME.search(sentence)
        rate = (_PERCENT.search(sentence, match.start()) or _PERCENT.search(sentence)) if match else None
        if match and rate and rate.group("p") and len(sentence) < 600:
            kind = "recurrence" if match.group("what").lower().startswith("recur") else "clearance"
            value = number(rate.group("p"))
            found.append(Step(kind=kind, quote=sentence, indication=use_in(sentence, uses), value=value, unit="%", path=part.leaf.path))
    return found


def read_excipients(document: LabelDocument) -> tuple[str, ...]:
    """The other ingredients as the label lists them, split at commas and semicolons."""
    for section in sections_of(document, "ingredients", "description"):
        if not any(word in section.text.lower() for word in ("ingredient", "excipient", "contain", "base", "vehicle")):
            continue
        for match in _INACTIVE.finditer(section.text):
            listed = re.sub(r"\([^)]*\)", "", match.group("list"))
            names = [re.sub(r"^(?:and|the)\s+", "", part.strip(" \n.;:")) for part in re.split(r"[,;]\s+|\s+and\s+", listed)]
            plausible = tuple(name for name in names if 2 < len(name) < 60 and not re.search(r"\b(?:is|are|which|each|contains?|see)\b", name))
            if len(plausible) >= 2:
                return tuple(dict.fromkeys(plausible))
    return ()


def _once(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(steps))

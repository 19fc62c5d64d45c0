"""Numbers, amounts and ranges in label text, with units as UCUM where it has them.

In flows text; out flow `Quantity` tokens with exact spans: doses per kg or m², daily totals, counts of tablets or sprays, and the rates and
concentrations that are not doses. It reads what is written and computes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from theriac.labels.lower_case import holds, small, small_pattern
from theriac.labels.statements import Dose, Number

_WORDS: Mapping[str, Number] = MappingProxyType(
    {
        "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
        "twelve": 12, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "half": 0.5, "one-half": 0.5, "one half": 0.5,
        "single": 1, "once": 1, "twice": 2, "thrice": 3, "½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3,
    }
)  # fmt: skip
DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?[½¼¾]?|\.\d+|[½¼¾⅓⅔])"
FRACTION = r"(?:(?:\d+[ -])?\d/\d(?!\d))"
WORD = r"(?:one-half|one half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|sixteen|twenty|thirty|half)"
NUMBER = rf"(?:{FRACTION}|{DIGITS}|{WORD}\b)"
TO = r"(?:\s*(?:-|–|—|‑|−)\s*|\s+(?:to|or|up to|through)\s+)"

_MASS = (
    r"(?:mg(?:\s?PE\b)?|mcg|µg|μg|ug|micrograms?|milligrams?|gm?|grams?|ng|mL|ml|milliliters?|cc|million\s+(?:international\s+)?units"
    r"|(?:international|USP)\s+units?"
    r"|units?|Units?|IU|I\.U\.|mEq|mmol|mCi|MBq|GBq|millicuries)"
)
_UCUM: Mapping[str, str] = MappingProxyType(
    {
        "mcg": "ug", "µg": "ug", "μg": "ug", "ug": "ug", "microgram": "ug", "micrograms": "ug", "milligram": "mg", "milligrams": "mg",
        "gm": "g", "gram": "g",
        "grams": "g", "ml": "mL", "milliliter": "mL", "milliliters": "mL", "cc": "mL", "iu": "[iU]", "i.u.": "[iU]", "international units": "[iU]",
        "international unit": "[iU]", "usp units": "[USP'U]", "usp unit": "[USP'U]", "unit": "units", "units": "units", "meq": "meq", "mmol": "mmol",
        "mci": "mCi", "mbq": "MBq", "gbq": "GBq", "millicuries": "mCi", "mg": "mg", "g": "g", "ng": "ng",
    }
)  # fmt: skip
_BODY = r"(?:\s+(?:of\s+)?(?:(?:actual|ideal|lean|total|estimated)\s+)?(?:body[\s-]*(?:weight|surface(?:\s+area)?)|b\.?w\.?\b))?"
_PER = rf"(?:\s*(?:/|per)\s*(?P<per>kg|kilogram|m\s?2|m²|square\s+met(?:er|re)|segment){_BODY})"
_RATE = (
    r"(?:\s*(?:/|\bper\b|\ba\b|\beach\b|\bevery\b)\s*(?P<rate>24\s*hours?|24\s?h|day|dose|hour|hr|h|minute|min|week|month"
    r"|second|mL|ml|dL|L|administration|injection|"
    r"eye|nostril|application|treatment|tablet|capsule|vial|actuation|spray|inhalation|puff|g|mg)\b)"
)
_FORMS = (
    r"(?:tablets?|tabs?|capsules?|caplets?|packets?|sachets?|sprays?|puffs?|inhalations?|actuations?|drops?|applications?"
    r"|patch(?:es)?|lozenges?|suppositor(?:y|ies)"
    r"|cartridges?|scoops?|teaspoon(?:ful)?s?|tablespoon(?:ful)?s?|films?|wafers?|troches?|inserts?|rings?|implants?|enemas?|applicatorfuls?"
    r"|pumps?|pump actuations?|pellets?|gummies|sticks?|swabs?|capfuls?|pea-sized amounts?|softgels?|gelcaps?|strips?|systems?)"
)
_PARTS = rf"(?:\s*/\s*{DIGITS}\s*(?:mg|mcg|g)(?![a-zA-Z]))*"  # the other parts of a fixed combination: 12 mg/50 mg
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?=[\d.½¼¾⅓⅔otfs])(?:(?P<between>(?<=between ))?(?P<low>{FRACTION}|{DIGITS}|(?:one|two|three|four|five|six)\b(?=\s*(?:million"
    rf"|grams?|units?)))(?:\s*-?(?P<u1>{_MASS})(?![a-zA-Z])(?P<p1>\s*(?:/|per)\s*(?:kg|m\s?2|m²))?(?:\s*/\s*(?:day|dose"
    rf"|d))?{_PARTS})?"
    rf"(?:{TO}|(?(between)\s+and\s+|(?!)))(?P<high>{DIGITS})\s*-?(?P<unit>{_MASS})(?![a-zA-Z]){_PARTS}{_PER}?{_RATE}?"
    rf"|(?P<only>{FRACTION}"
    rf"|{DIGITS})\s*-?(?P<unit1>{_MASS})(?![a-zA-Z]){_PARTS}{_PER.replace('<per>', '<per1>')}?{_RATE.replace('<rate>', '<rate1>')}?)"
)
_COUNT = small_pattern(
    rf"(?<![\w.,/-])(?P<n>{NUMBER}|an?(?=\s+(?:pea-sized|tablet|capsule|packet|patch"
    rf"|sachet)\b))(?:\s*\(\s*\d+\s*\))?(?:{TO}(?P<n2>{NUMBER})(?:\s*\(\s*\d+\s*\))?)?\s+"
    rf"(?P<strength>\(?{DIGITS}(?:\s*(?:/|and)\s*{DIGITS})*\s*-?(?:mg|mcg|g|mL|%)(?:\s*/\s*{DIGITS}\s*(?:mg|mcg|mL))*\)?\s+)?"
    rf"(?P<words>(?:(?!(?:or|and|to|of|the|hours?|days?|weeks?|months?|times?|in|for|with|mg|mcg|mL|at|by|per|every|is|are|after"
    rf"|before|additional|using)\b)[A-Za-z®™/,-]+\s){{0,4}}?)(?P<form>{_FORMS})\b(?![-\w]|\s*(?:of age|card))",
)


_COUNTED = (
    "tab", "caps", "caplet", "packet", "sachet", "spray", "puff", "inhalation", "actuation", "drop", "application", "patch", "lozenge", "supposit",
    "cartridge", "scoop", "spoon", "film", "wafer", "troche", "insert", "ring", "implant", "enema", "applicator", "pump", "pellet", "gumm", "stick",
    "swab", "capful", "pea-sized", "softgel", "gelcap", "strip", "system",
)  # fmt: skip


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in text: `rate` is what follows "per" (day, min, mL …), `strength` what one counted item holds."""

    start: int
    end: int
    low: Number
    high: Number
    unit: str
    per: str | None = None
    rate: str | None = None
    counted: bool = False
    strength: str = ""
    words: str = ""
    item: str = ""

    def dose(self, basis: str) -> Dose:
        return Dose(low=self.low, high=self.high, unit=self.unit, per=self.per, basis=basis)


def number(text: str) -> Number:
    """The value of a written number: "1,250", "2½", "1 1/2", "two"."""
    plain = text.strip().lower().replace(",", "")
    if plain in _WORDS:
        return _WORDS[plain]
    mixed = re.fullmatch(r"(?:(\d+)[ -])?(\d)/(\d)", plain)
    if mixed:
        return _tidy(int(mixed.group(1) or 0) + int(mixed.group(2)) / max(1, int(mixed.group(3))))
    glyph = re.fullmatch(r"(\d*)([½¼¾⅓⅔])", plain)
    if glyph:
        return _tidy(int(glyph.group(1) or 0) + _WORDS[glyph.group(2)])
    return _tidy(float(plain))


def _tidy(value: float) -> Number:
    return int(value) if value == int(value) else value


def unit(text: str) -> str:
    """The unit as UCUM where it has one; "million units" keeps its word in the number, not here."""
    plain = re.sub(r"\s+", " ", text.strip().lower())
    plain = plain.removesuffix("pe").strip() if plain.startswith("mg") else plain  # phenytoin equivalents are still milligrams
    return _UCUM.get(plain, plain)


def form(text: str) -> str:
    """The counted thing in the singular: "tablets" → tablet."""
    plain = text.strip().lower()
    for ending, singular in (("suppositories", "suppository"), ("patches", "patch"), ("gummies", "gummy"), ("tabs", "tablet"), ("tab", "tablet")):
        if plain == ending:
            return singular
    return re.sub(r"(?:ful)?s?$", "", plain)


def amounts(text: str, start: int, end: int) -> Iterator[Quantity]:
    """The amounts between two places, counts of items first, so that a strength is not taken for a dose."""
    taken: list[tuple[int, int]] = []
    found: list[Quantity] = []
    plain = small(text[start:end])
    if holds(plain, _COUNTED):
        for match in _COUNT.finditer(plain):
            found.append(_count(text, start, match))
            taken.append((found[-1].start, found[-1].end))
    for match in _AMOUNT.finditer(text, start, end):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            found.extend(_amounts(match))
    yield from sorted(found, key=lambda q: q.start)


def _count(text: str, offset: int, match: "re.Match[str]") -> Quantity:
    def written(name: str) -> str:
        first, last = match.span(name)
        return text[offset + first : offset + last] if first >= 0 else ""

    start, end, strength = offset + match.start(), offset + match.end(), written("strength").strip(" ()")
    low = number(match.group("n"))
    high = number(match.group("n2")) if match.group("n2") else low
    held = _AMOUNT.match(strength)
    if low == high == 1 and held and held.group("only"):  # "one 75 mcg capsule" is a dose of 75 mcg
        inner = _amount(held)
        return Quantity(start=start, end=end, low=inner.low, high=inner.high, unit=inner.unit, item=form(match.group("form")))
    return Quantity(
        start=start, end=end, low=low, high=high, unit=form(match.group("form")), counted=True, strength=strength, words=written("words").strip(),
    )  # fmt: skip


def _amounts(match: "re.Match[str]") -> list[Quantity]:
    """One amount or range; "3 mg/kg or 100 mg" is two, because their bases differ."""
    whole = _amount(match)
    if not match.group("p1") or whole.per:
        return [whole]
    split = match.start("high")
    low = number(match.group("low"))
    first = msgspec.structs.replace(
        whole, end=match.end("p1"), low=low, high=low, unit=unit(match.group("u1")), per=_per(re.sub(r"[/\s]|per", "", match.group("p1"))), rate=None
    )
    return [first, msgspec.structs.replace(whole, start=split, low=whole.high)]


def _amount(match: "re.Match[str]") -> Quantity:
    written = match.group("unit") or match.group("unit1")
    per = match.group("per") or match.group("per1")
    rate = match.group("rate") or match.group("rate1")
    low = number(match.group("low") or match.group("only"))
    high = number(match.group("high")) if match.group("high") else low
    first = match.group("u1")
    low = high if low > high else low  # "from 160 to 80 mg" is a reduction, not a range
    if first and unit(first) != unit(written) and unit(first) == "mg" and unit(written) == "g":
        low = low / 1000
    if written.lower().startswith("million"):
        low, high, written = low * 1_000_000, high * 1_000_000, written[7:]
    return Quantity(start=match.start(), end=match.end(), low=low, high=high, unit=unit(written), per=_per(per), rate=_rate(rate))


def _per(text: str | None) -> str | None:
    if not text:
        return None
    plain = text.lower()
    return "kg" if plain.startswith("k") else "segment" if plain.startswith("seg") else "m2"


def _rate(text: str | None) -> str | None:
    if not text:
        return None
    plain = re.sub(r"\s+", "", text.lower())
    if plain.startswith("24h"):
        return "day"
    return {"hr": "h", "hour": "h", "minute": "min"}.get(plain, plain)

"""What a label says about uses and dosing, as frozen statements with their quotes.

These are the shapes of indications, uses that the label excludes, regimens and application instructions that every door shows. A key
that the label does not state is left out of the JSON; nothing is ever filled in from general knowledge.
"""

import msgspec

Number = int | float


class Dose(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount or range: unit as UCUM where it exists; `basis` is dose, day (a daily total) or course."""

    low: Number
    high: Number
    unit: str
    basis: str
    per: str | None = None


class Frequency(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`times` (to `times_high`) in every `period` (to `period_high`) of `unit`; `once` is a single administration."""

    times: Number
    times_high: Number | None = None
    period: Number | None = None
    period_high: Number | None = None
    unit: str | None = None
    once: bool = False
    prn: bool = False


class Duration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long a course is, or its cycles of treatment (`cycle_on`) and rest (`cycle_off`)."""

    value: Number | None = None
    high: Number | None = None
    unit: str | None = None
    bound: str | None = None
    cycle_on: Number | None = None
    cycle_off: Number | None = None
    cycles: Number | None = None


class Amount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its unit (an area, a contact time, a margin)."""

    value: Number
    unit: str
    high: Number | None = None


class Indication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A use that the label says the product is indicated for."""

    name: str
    quote: str
    population: str | None = None
    combination_with: tuple[str, ...] | None = None
    line: str | None = None
    path: str | None = None


class NotIndicated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A disease or use that the label excludes (limitation of use, "not indicated for")."""

    name: str
    quote: str
    path: str | None = None


class Regimen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One distinct way to give the product, as the label states it."""

    quote: str
    indication: str | None = None
    population: str | None = None
    phase: str | None = None
    product: str | None = None
    route: str | None = None
    dose: Dose | None = None
    alt_dose: Dose | None = None
    frequency: Frequency | None = None
    duration: Duration | None = None
    until: str | None = None
    when: tuple[str, ...] | None = None
    site: str | None = None
    area: Amount | None = None
    contact_time: Amount | None = None
    table: bool = False
    path: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One instruction for the person who gives or applies the product, in the label's order."""

    kind: str
    quote: str
    indication: str | None = None
    value: Number | None = None
    high: Number | None = None
    unit: str | None = None
    path: str | None = None


class Instructions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to apply the product, what limits it, when to assess, what else is in it."""

    steps: tuple[Step, ...] = ()
    limits: tuple[Step, ...] = ()
    missed_dose: tuple[Step, ...] = ()
    assessment: tuple[Step, ...] = ()
    outcomes: tuple[Step, ...] = ()
    excipients: tuple[str, ...] = ()

"""What a label says beyond uses and doses, as frozen statements: cautions, reactions, interactions, mechanism, and what is absent.

Readers fill these; doors print them. Every statement has its quote, an exact piece of the document's text, and the path of the section
it stands in. A field that the label does
not state stays None; nothing is filled in from general knowledge.
"""

import msgspec

from theriac.terms import EventKind

STATES_NONE = "states_none"
SECTION_ABSENT = "section_absent"
NOT_READ = "not_read"


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no statement: the label states that there are none, it has no such section, or the section could not be read."""

    what: str
    kind: str  # states_none | section_absent | not_read
    quote: str | None = None
    path: str | None = None


class Caution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A boxed warning, a contraindication, a warning or precaution, or a statement about a population."""

    kind: str  # boxed_warning | contraindication | warning | population
    quote: str
    title: str | None = None
    populations: tuple[str, ...] = ()  # pregnancy, lactation, paediatric, geriatric, renal, hepatic, immunosuppressed, autoimmune, contraception …
    conditions: tuple[str, ...] = ()  # what the statement names: diseases, states, substances, in the label's words
    actions: tuple[str, ...] = ()  # contraindicated, avoid, discontinue, interrupt, reduce, monitor, test, caution
    advice: tuple[str, ...] = ()  # the sentences that say what to do
    section: str | None = None
    path: str | None = None


class Reaction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A reaction the label names, with its rate where the label gives one; rates of different trials are never pooled."""

    term: str
    quote: str
    product: str | None = None
    indication: str | None = None
    population: str | None = None
    arm: str | None = None
    exposure: str | None = None
    grade: str | None = None
    setting: str | None = None  # trial | postmarketing
    numerator: int | None = None
    denominator: int | None = None
    percent: float | None = None
    operator: str | None = None  # = | < | ≤ | > | ≥
    band: str | None = None
    comparator_percent: float | None = None
    comparator_arm: str | None = None
    comparator_operator: str | None = None
    normalised: str | None = None
    severity: str | None = None
    local: bool | None = None  # True local, False systemic, None where the text says neither
    boxed: bool = False
    resolves_on_stopping: bool | None = None
    section: str | None = None
    path: str | None = None


class Interaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the label says about the product together with another drug, class or food."""

    name: str
    quote: str
    kind: str = "drug"  # drug | class | food | test
    examples: tuple[str, ...] = ()
    effect: str | None = None  # increase | decrease | additive | avoid | none
    direction: str | None = None  # on_product | on_other
    mechanism: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    advice: str | None = None
    section: str | None = None
    path: str | None = None


class MechanismText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The label's own words on how the product works, with the certainty the label itself uses."""

    certainty: str  # stated | thought | unknown
    quote: str
    indication: str | None = None
    path: str | None = None


class Mechanism(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All mechanism statements of one label; "unknown" prevails over what else the text tells (`certainty`)."""

    certainty: str | None = None
    statements: tuple[MechanismText, ...] = ()
    text: str | None = None
    absence: Absence | None = None
    path: str | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statement that was added to, removed from or changed in a label between two versions."""

    section: str  # the section's key: boxed_warning, indications, dosage …
    change: str  # added | removed | changed
    kind: EventKind | None = None  # the event this is material for; None for sections without one (how supplied …)
    statement: str | None = None  # for indications: the disease named
    old: str | None = None
    new: str | None = None
    path_old: str | None = None
    path_new: str | None = None


class Applies(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A statement of one loaded label that applies to what was asked."""

    asked: str  # with warfarin | condition autoimmune disease | pregnant …
    matched: str
    quote: str
    label: str
    document_type: str
    jurisdiction: str
    date: str
    section: str | None = None
    path: str | None = None
    actions: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The statements that apply and what was looked at; never a verdict."""

    statements: tuple[Applies, ...]
    looked_at: tuple[str, ...]
    not_found: tuple[str, ...]
    absences: tuple[Absence, ...]
    classes_not_expanded: tuple[str, ...]
    notice: str

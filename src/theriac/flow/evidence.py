"""What the status of one drug is derived from: its trials, labels, applications and medicines, with their names already resolved.

Flows in: nothing; these are shapes that the caller fills from readings and resolutions. Flows out: frozen Structs to `flow.status`,
`flow.milestones` and `flow.landscape`. Everything about one drug stands in one `DrugEvidence`, so that one drug is derived without another.
"""

from collections.abc import Mapping

from theriac.dates import PartialDate
from theriac.model import Application, Label, Medicine, Recall, Struct, Study
from theriac.terms import Activity, ArmRole, Authorisation, EventKind, Market, Role, Stage, StopReason


class Cited(Struct, frozen=True, omit_defaults=False):
    """Where a fact stands: the record (CURIE), the rank of its version, the path and the exact words."""

    record: str
    seq: int
    path: str
    quote: str | None = None


class DrugMention(Struct, frozen=True):
    """One intervention of a trial, resolved to a drug; `text` is the intervention's own name."""

    drug: str
    text: str
    path: str
    arm_role: ArmRole = ArmRole.UNCLEAR


class ConditionMention(Struct, frozen=True):
    """One condition of a trial, resolved."""

    condition: str
    text: str
    path: str


class TrialEvidence(Struct, frozen=True):
    """One version of a trial. `drugs` and `conditions` hold every resolved mention, also those of other drugs.

    `paths` is the format's map from a field of Study to its place; without it the field's own name is the path.
    `seen` is when this version was last the current one.
    """

    record: str
    seq: int
    study: Study
    drugs: tuple[DrugMention, ...] = ()
    conditions: tuple[ConditionMention, ...] = ()
    paths: Mapping[str, str] | None = None
    seen: PartialDate | None = None


class IndicationEvidence(Struct, frozen=True):
    """One use that a document states, its condition resolved; a limitation of use is one that the document excludes.

    `first` is the date of the earliest version of the same document that is known to state it, `earlier_without` whether an older version
    is known that did not: only then is `first` the day on which the use came, and not just the oldest paper at hand.
    """

    condition: str
    quote: str
    path: str
    limitation: bool = False
    first: PartialDate | None = None
    earlier_without: bool = False


class LabelEvidence(Struct, frozen=True):
    """The current version of a US label of a product of the drug; `unresolved` counts the uses it states whose condition nobody could tell."""

    record: str
    seq: int
    label: Label
    indications: tuple[IndicationEvidence, ...] = ()
    unresolved: int = 0
    biosimilar: bool = False
    seen: PartialDate | None = None


class ApplicationEvidence(Struct, frozen=True):
    """One record about a US application of the drug; several records (products, submissions, patents) may share its number.

    `products` are the numbers of the products that hold this drug, None where all of them do.
    """

    record: str
    seq: int
    application: Application
    products: frozenset[str] | None = None
    biosimilar: bool = False
    seen: PartialDate | None = None


class MedicineEvidence(Struct, frozen=True):
    """One row of the EMA's table, with the conditions of its therapeutic indication (never those of its MeSH areas)."""

    record: str
    seq: int
    medicine: Medicine
    indications: tuple[IndicationEvidence, ...] = ()
    unresolved: int = 0
    seen: PartialDate | None = None


class RecallEvidence(Struct, frozen=True):
    """One recall of a product of the drug."""

    record: str
    seq: int
    recall: Recall


class ChangeEvidence(Struct, frozen=True):
    """A change of a record that the history of the drug tells: a label's boxed warning, an indication that came or went."""

    kind: EventKind
    record: str
    seq: int
    happened: PartialDate
    path: str
    quote: str | None = None
    condition: str | None = None


class Listings(Struct, frozen=True):
    """Which sources were loaded as complete tables, so that an absence from them says something, and when they were."""

    drugs_at_fda: PartialDate | None = None
    labels: PartialDate | None = None
    ema: PartialDate | None = None


class DrugEvidence(Struct, frozen=True):
    """Everything that is known about one drug; `vaccine` because Drugs@FDA lists no vaccines."""

    drug: str
    trials: tuple[TrialEvidence, ...] = ()
    labels: tuple[LabelEvidence, ...] = ()
    applications: tuple[ApplicationEvidence, ...] = ()
    medicines: tuple[MedicineEvidence, ...] = ()
    recalls: tuple[RecallEvidence, ...] = ()
    changes: tuple[ChangeEvidence, ...] = ()
    listings: Listings = Listings()
    vaccine: bool = False


class Programme(Struct, frozen=True, omit_defaults=False):
    """How far a drug has got for a condition with an organisation; null organisation or condition is the roll-up over all of them.

    `rules` names the rule behind each field; `since` holds, per jurisdiction, the date of the indication's own document, else
    "by DATE at the latest".
    """

    drug: str
    condition: str | None
    organisation: str | None
    role: Role
    stage: Stage
    activity: Activity
    stop_reason: StopReason | None
    authorisation: dict[str, Authorisation]
    market: dict[str, Market]
    since: dict[str, str]
    rules: dict[str, str]
    evidence: tuple[Cited, ...]

"""A drug's evidence: the documents of every kind in which it stands, and what it is in each.

Flows in: nothing; these are the shapes that a store fills and that profile, status and milestones read. Nothing here asks a store.
"""

from theriac.flow.registry import Entity
from theriac.model import Application, Article, Label, Medicine, Recall, Shortage, Struct, Study


class Document(Struct, frozen=True, omit_defaults=False):
    """One version of a record: its name, rank, hash, the source's own version label, its format and since when it is current."""

    record: str
    source: str
    seq: int
    version: str
    label: str | None
    format: str
    seen: str
    partial: bool = False


class TrialOfDrug(Struct, frozen=True):
    """A study with one mention of the drug: the number of the mention, its text, the arm role and how sure the resolution is.

    `conditions` are the names of the entities that the study's conditions resolve to, else its own words.
    """

    document: Document
    study: Study
    mention: int
    text: str
    arm_role: str
    score: float
    reason: str
    conditions: tuple[str, ...] = ()


class LabelOfDrug(Struct, frozen=True):
    """A label of a product of the drug."""

    document: Document
    label: Label


class ApplicationOfDrug(Struct, frozen=True):
    """One record about an application that has a product of the drug; `ingredients` are the ingredient lists that make the drug."""

    document: Document
    application: Application
    ingredients: frozenset[str] = frozenset()


class MedicineOfDrug(Struct, frozen=True):
    """A medicine of the EMA table whose substance is the drug."""

    document: Document
    medicine: Medicine


class RecallOfDrug(Struct, frozen=True):
    """A recall of a product of the drug; `reason` is how the drug was told."""

    document: Document
    recall: Recall
    reason: str


class ShortageOfDrug(Struct, frozen=True):
    """A line of a shortage list about a product of the drug; `reason` is how the drug was told."""

    document: Document
    shortage: Shortage
    reason: str


class PaperOfDrug(Struct, frozen=True):
    """An article that names the drug, or that reports one of its trials; `path` and `reason` are how the drug was told."""

    document: Document
    article: Article
    path: str
    reason: str


class HolderSeen(Struct, frozen=True):
    """Who held an application or medicine in one version of its record."""

    document: Document
    jurisdiction: str
    application: str
    product: str | None
    holder: str
    seen_to: str | None


class Dossier(Struct, frozen=True):
    """Everything that is stored about one drug at one moment."""

    entity: Entity
    trials: tuple[TrialOfDrug, ...] = ()
    labels: tuple[LabelOfDrug, ...] = ()
    applications: tuple[ApplicationOfDrug, ...] = ()
    medicines: tuple[MedicineOfDrug, ...] = ()
    holders: tuple[HolderSeen, ...] = ()
    recalls: tuple[RecallOfDrug, ...] = ()
    shortages: tuple[ShortageOfDrug, ...] = ()
    papers: tuple[PaperOfDrug, ...] = ()
    in_combinations: tuple[str, ...] = ()

    @property
    def records(self) -> frozenset[str]:
        """The names of all its records."""
        kinds = (self.trials, self.labels, self.applications, self.medicines, self.recalls, self.shortages, self.papers)
        return frozenset(one.document.record for kind in kinds for one in kind)

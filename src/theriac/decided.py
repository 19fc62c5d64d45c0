"""What authorities had decided about a drug's uses at any moment, told by its labels, applications and medicines of that moment.

Flows in: a drug, a lake and the names. Flows out: the uses of a moment, and the moments at which a document of the drug came or went. It reads each
document once and derives no programme.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

import msgspec

from theriac.flow.applications import application_files
from theriac.flow.authorisations import Use, uses
from theriac.flow.dossier import ApplicationOfDrug, LabelOfDrug, MedicineOfDrug
from theriac.flow.evidence import ApplicationEvidence, DrugEvidence
from theriac.flow.registry import Entity
from theriac.gather import PRODUCT_ROLES, document_of, resolved
from theriac.model import Application, Label, Medicine
from theriac.standing import Standing
from theriac.store import live
from theriac.store.candidacies import baselines, came_with, table_of
from theriac.store.lake import Lake
from theriac.store.registry import Names

PaperOfDrug = LabelOfDrug | ApplicationOfDrug | MedicineOfDrug


class Paper(msgspec.Struct, frozen=True):
    """A document of the drug while its version was the current one; `baseline` is when its table was first seen.

    It comes silently where the record was there before anybody looked.
    """

    document: PaperOfDrug
    start: str
    end: str | None
    baseline: str
    comes_silently: bool

    @property
    def record(self) -> str:
        """The record's name."""
        return self.document.document.record


class Decisions:
    """What was decided about one drug after another; each is read when it is first asked for, and held until it is let go of."""

    def __init__(self, lake: Lake, names: Names, standing: Standing) -> None:
        self.lake = lake
        self.names = names
        self.standing = standing
        self._of: dict[str, DecisionsOfDrug] = {}
        self._baselines: dict[str, dict[str, str]] = {}
        self._quiet = live.first_passes(lake.home)

    def baseline(self, record: str) -> str:
        """When the table of a record was first seen."""
        source, _, key = record.partition(":")
        if source not in self._baselines:
            self._baselines[source] = baselines(self.lake.home, source)
        return self._baselines[source].get(table_of(self.lake.home, source, key), "")

    def silent(self, record: str, first: str) -> bool:
        """Whether a record first seen then was there before anybody looked: when its table was first seen, or its drug first asked for."""
        return first <= self.baseline(record) or (bool(self._quiet) and came_with(self.lake.home, record, first) in self._quiet)

    def of(self, drug: str) -> "DecisionsOfDrug":
        """The drug's decisions."""
        if drug not in self._of:
            self._of[drug] = DecisionsOfDrug(self.names.entity(drug), self.lake, self.names, self.standing, self)
        return self._of[drug]

    def forget(self) -> None:
        """Lets go of every drug."""
        self._of.clear()


class DecisionsOfDrug:
    """What was decided about one drug, at any moment."""

    def __init__(self, entity: Entity | None, lake: Lake, names: Names, standing: Standing, of: Decisions) -> None:
        self.entity = entity
        self.silent = of.silent
        self.baseline = of.baseline
        self.lake = lake
        self.names = names
        self.standing = standing
        self._uses: dict[tuple[int, ...], tuple[Use, ...]] = {}

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """The drug's labels, medicines and applications through time; none where no label and no medicine states a use."""
        if self.entity is None:
            return ()
        found = documents_through_time(self.entity, self.lake, self.names)
        if not any(isinstance(document, LabelOfDrug | MedicineOfDrug) for document, _, _ in found):
            return ()
        first: dict[str, str] = {}
        for document, start, _ in found:
            record = document.document.record
            first[record] = min(start, first.get(record, start))
        return tuple(self._paper(document, start, end, first[document.document.record]) for document, start, end in found)

    def _paper(self, document: PaperOfDrug, start: str, end: str | None, first: str) -> Paper:
        baseline = self.baseline(document.document.record)
        return Paper(document, start, end, baseline, comes_silently=start == first and self.silent(document.document.record, first))

    @cached_property
    def moments(self) -> tuple[str, ...]:
        """When a label or a medicine came or went, or an application's standing changed, and not only in what this store knows."""
        found = sorted({moment for one in self.papers for moment in (one.start, one.end) if moment is not None and self.turned(moment)})
        return tuple(moment for moment in found if self._matters(moment))

    @property
    def records(self) -> set[str]:
        """The names of the records that these documents are versions of."""
        return {one.record for one in self.papers}

    def _matters(self, moment: str) -> bool:
        turned = self.turned(moment)
        if any(not isinstance(one.document, ApplicationOfDrug) for one in self.papers if one.record in turned):
            return True
        return _standings(self.before(moment)) != _standings(self.at(moment))

    def labels(self) -> list[LabelOfDrug]:
        """Every version of the drug's labels, where anything ever changed."""
        return [one.document for one in self.papers if isinstance(one.document, LabelOfDrug)] if self.moments else []

    def turned(self, moment: str) -> frozenset[str]:
        """The records of which a version came or went at the moment, and did not come silently."""
        return frozenset(one.record for one in self.papers if moment in (one.start, one.end) and not (one.start == moment and one.comes_silently))

    def uses_before(self, moment: str) -> tuple[Use, ...]:
        """What had been decided until just before the moment, with what came silently at it."""
        return self.uses(self.before(moment), moment)

    def before(self, moment: str) -> tuple[Paper, ...]:
        """The documents that were current until just before the moment, and those that come silently at it."""
        there = [one for one in self.papers if one.start < moment and (one.end is None or one.end >= moment)]
        return (*there, *(one for one in self.at(moment) if one.start == moment and one.comes_silently))

    def at(self, moment: str) -> tuple[Paper, ...]:
        """The documents that were current from the moment on."""
        return tuple(one for one in self.papers if one.start <= moment and (one.end is None or one.end > moment))

    def uses(self, papers: Sequence[Paper], moment: str) -> tuple[Use, ...]:
        """Every use that these documents state, a sample of ours only where no real document of its kind is among them."""
        key = tuple(sorted(id(one) for one in papers))
        if key not in self._uses:
            evidence = self._evidence(_real(papers), moment)
            self._uses[key] = uses(evidence, application_files(evidence.applications))
        return self._uses[key]

    def uses_of(self, condition: str, moment: str) -> list[Use]:
        """What was decided about one condition from the moment on."""
        return [one for one in self.uses(self.at(moment), moment) if one.condition == condition] if self.papers else []

    def _evidence(self, papers: Sequence[Paper], moment: str) -> DrugEvidence:
        labels = [one for one in papers if isinstance(one.document, LabelOfDrug) and one.document.label.jurisdiction == "US"]
        before: dict[str, list[LabelOfDrug]] = {}
        for one in self.papers:
            if isinstance(one.document, LabelOfDrug) and one.start <= moment:
                before.setdefault(one.record, []).append(one.document)
        return DrugEvidence(
            drug=self.entity.id if self.entity else "",
            labels=tuple(self.standing.labels([one.document for one in labels if isinstance(one.document, LabelOfDrug)], before)),
            applications=tuple(self.standing.application(one.document) for one in papers if isinstance(one.document, ApplicationOfDrug)),
            medicines=tuple(self.standing.medicine(one.document) for one in papers if isinstance(one.document, MedicineOfDrug)),
            listings=self.standing.listings,
        )


def _real(papers: Iterable[Paper]) -> list[Paper]:
    kept = list(papers)
    have = {_place(one) for one in kept if one.document.document.source != "starter"}
    return [one for one in kept if one.document.document.source != "starter" or _place(one) not in have]


def _standings(papers: Sequence[Paper]) -> dict[str, tuple[bool, bool]]:
    """Which applications are approved, and which only tentatively."""
    records = [
        ApplicationEvidence(record=one.record, seq=one.document.document.seq, application=one.document.application, seen=one.start[:10])
        for one in papers
        if isinstance(one.document, ApplicationOfDrug)
    ]
    return {number: (file.approved, file.tentative) for number, file in application_files(records).items()}


def _place(one: Paper) -> tuple[str, str]:
    match one.document:
        case LabelOfDrug(label=label):
            return ("label", label.jurisdiction)
        case MedicineOfDrug(medicine=medicine):
            return ("medicine", medicine.number)
        case ApplicationOfDrug(application=application):
            return ("application", application.number)


def documents_through_time(entity: Entity, lake: Lake, names: Names) -> list[tuple[PaperOfDrug, str, str | None]]:
    """The drug's labels, applications and medicines, each version with the time in which it was the current one."""
    found = lake.mentions("drug", names.of_entity(entity.id), current=False, inside=("label", "application", "medicine"))
    stored = lake.stored({hit.version for hit in found})
    numbers = {at.version: number for number, at in stored.items()}
    papers: dict[int, PaperOfDrug] = {}
    for at, mention, _, _ in resolved(entity, found, stored, names):
        match at.reading.document:
            case Label() as label if mention.role in PRODUCT_ROLES or len(label.substances) == 1:
                papers[numbers[at.version]] = LabelOfDrug(document=document_of(at), label=label)
            case Application() as application if mention.role in PRODUCT_ROLES:
                ingredients = frozenset({mention.text})
                papers[numbers[at.version]] = ApplicationOfDrug(document=document_of(at), application=application, ingredients=ingredients)
            case Medicine() as medicine if mention.role in PRODUCT_ROLES:
                papers[numbers[at.version]] = MedicineOfDrug(document=document_of(at), medicine=medicine)
    if any(not isinstance(one, ApplicationOfDrug) for one in papers.values()):
        papers |= _siblings_through_time(papers.values(), lake)
    return [(papers[number], start, end) for number, start, end in lake.spans_of(papers)]


def _siblings_through_time(papers: Iterable[PaperOfDrug], lake: Lake) -> dict[int, PaperOfDrug]:
    """Every version of the other records about the same applications: submissions, patents, marketing status."""
    ingredients: dict[str, set[str]] = {}
    have = set()
    for one in papers:
        if isinstance(one, ApplicationOfDrug):
            ingredients.setdefault(one.application.number, set()).update(one.ingredients)
            have.add(one.document.version)
    versions = [version for number in sorted(ingredients) for version in lake.by_key(f"application/{number}", current=False)]
    found: dict[int, PaperOfDrug] = {}
    for version, at in lake.stored(versions).items():
        document = at.reading.document
        if isinstance(document, Application) and at.version not in have:
            mine = frozenset(ingredients.get(document.number, ()))
            found[version] = ApplicationOfDrug(document=document_of(at), application=document, ingredients=mine)
    return found

"""Reads the truth table of programmes: what documents say, in words, made into evidence; and the same lines as a page of the docs.

`python tests/flow_status/status_table.py` writes `docs/status.md` anew.
"""

import re
from pathlib import Path

import msgspec

from theriac.flow.evidence import (
    ApplicationEvidence,
    ConditionMention,
    DrugEvidence,
    DrugMention,
    IndicationEvidence,
    LabelEvidence,
    Listings,
    MedicineEvidence,
    TrialEvidence,
)
from theriac.model import Application, Arm, DatedValue, Intervention, Label, Medicine, Organisation, Product, Study, Submission
from theriac.terms import ArmRole

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "tables" / "status.txt"
PAGE = ROOT / "docs" / "status.md"
TODAY = "2026-06-01"
_STATUSES = {
    "recruiting": "RECRUITING",
    "not yet recruiting": "NOT_YET_RECRUITING",
    "active, not recruiting": "ACTIVE_NOT_RECRUITING",
    "enrolling by invitation": "ENROLLING_BY_INVITATION",
    "completed": "COMPLETED",
    "terminated": "TERMINATED",
    "withdrawn": "WITHDRAWN",
    "suspended": "SUSPENDED",
    "unknown status": "UNKNOWN",
}
_PHASES = {"early phase 1": ("EARLY_PHASE1",), "phase NA": ("NA",), "phase 1/2": ("PHASE1", "PHASE2"), "phase 2/3": ("PHASE2", "PHASE3")}
_PHASES |= {f"phase {number}": (f"PHASE{number}",) for number in range(1, 5)}


class Words:
    """A part of a line that is taken apart; what nobody understood is an error."""

    def __init__(self, text: str) -> None:
        self.left = text.strip()

    def take(self, pattern: str) -> re.Match[str] | None:
        found = re.search(rf"(?<!\S)(?:{pattern})(?!\S)", self.left)
        if found:
            self.left = f"{self.left[: found.start()]} {self.left[found.end() :]}".strip()
        return found

    def value(self, name: str, default: str | None = None) -> str | None:
        found = self.take(rf'{name} (?:"([^"]*)"|(\S+))')
        return (found[1] or found[2]) if found else default

    def end(self) -> None:
        assert not self.left, f"not understood: {self.left!r}"


def lines() -> list[tuple[str, str, str]]:
    """(heading, given, expected) of every line."""
    found, heading = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.strip() and not line.startswith("#"):
            given, _, expected = line.partition(" => ")
            found.append((heading, given, expected))
    return found


def expectations(expected: str) -> list[tuple[str, str, str | None]]:
    """(field, value, rule) of each expectation."""
    found = []
    for part in re.split(r",\s+(?=(?:stage|activity|reason|role|US|EU|word|no) )", expected):
        match = re.fullmatch(
            r"(?P<field>no programme|no authorisation|(?:US|EU)(?: market| since)?|\w+)"
            r'(?: (?:"(?P<quoted>[^"]*)"|(?P<value>[^\s\[]+)))?(?: \[(?P<rule>[\w.]+)\])?',
            part,
        )
        assert match, part
        found.append((match["field"], match["quoted"] or match["value"] or "", match["rule"]))
    return found


def evidence_of(given: str) -> tuple[DrugEvidence, str]:
    """The evidence that a line's left side describes, and its day."""
    words = Words(given)
    today = words.value("on", TODAY) or TODAY
    trials, labels, applications, medicines = [], [], [], []
    listings: dict[str, str] = {}
    vaccine = False
    for number, part in enumerate(re.split(r";\s+(?=(?:trial|label|application|medicine|listing|vaccine)\b)", words.left), 1):
        kind, _, rest = part.strip().partition(" ")
        told = Words(rest)
        if kind == "trial":
            trials.append(_trial(number, told))
        elif kind == "label":
            labels.append(_label(number, told))
        elif kind == "application":
            applications.append(_application(number, told))
        elif kind == "medicine":
            medicines.append(_medicine(number, told))
        elif kind == "listing":
            listings[told.left] = TODAY
            told.left = ""
        else:
            assert part.strip() == "vaccine", part
            vaccine = True
        told.end()
    _join(labels, applications)
    evidence = DrugEvidence(
        drug="X",
        trials=tuple(trials),
        labels=tuple(labels),
        applications=tuple(applications),
        medicines=tuple(medicines),
        listings=Listings(**listings),
        vaccine=vaccine,
    )
    return evidence, today


def _trial(number: int, told: Words) -> TrialEvidence:
    why, news, until = told.value("why"), told.value("news", "2026-03"), told.value("until")
    ended, title = told.value("ended"), told.value("titled", "A study of X")
    peptide = told.take("beside a peptide vaccine")
    vaccine = told.take("(before|also without) C vaccine")
    adjuvant = told.take("called adjuvant of a peptide vaccine")
    beside = told.take("with Y(?: in (every|one) arm)?")
    mixed = told.take("in one syringe with C vaccine")
    untold = told.take("arms untold")
    drug = told.value("of drug", "X") or "X"
    role = ArmRole(told.value("as", "investigated") or "investigated")
    enrolled = told.value("enrolled")
    observational = told.take("observational") is not None
    supportive = told.take("for supportive care") is not None
    phase = told.take("|".join(sorted(_PHASES, key=len, reverse=True)))
    status = told.take("|".join(sorted(_STATUSES, key=len, reverse=True)))
    assert phase and status, told.left
    interventions, arms = [Intervention(name="Xalbine", type="DRUG", arms=("one", "two"))], [Arm(label="one"), Arm(label="two")]
    if beside:
        interventions.append(Intervention(name="Y", type="DRUG", arms=("one", "two") if beside[1] == "every" else ("one",)))
    if vaccine:
        given = ("one",) if vaccine[1] == "also without" else ("one", "two")
        interventions.append(Intervention(name="Intradermal Cutitis vaccine", type="BIOLOGICAL", arms=given))
    if adjuvant or peptide:
        interventions.append(Intervention(name="Peptide vaccine", type="BIOLOGICAL", arms=("one", "two")))
    if adjuvant:
        interventions[0] = Intervention(name="Xalbine", type="DRUG", arms=("one", "two"), description="The vaccine adjuvant, on the site")
    name = "Xalbine + intradermal Cutitis vaccine" if mixed else "Xalbine"
    interventions[0] = msgspec.structs.replace(interventions[0], name=name)
    if untold:
        interventions, arms = [msgspec.structs.replace(one, arms=()) for one in interventions], []
    study = Study(
        nct_id=f"NCT{number:08d}",
        title=(title or "").replace("X", "Xalbine"),
        study_type="OBSERVATIONAL" if observational else "INTERVENTIONAL",
        phases=_PHASES[phase[0]],
        status=_STATUSES[status[0]],
        why_stopped=why,
        last_update_posted=None if news == "none" else news,
        completion=DatedValue(date=until, type="ESTIMATED") if until else DatedValue(date=ended, type="ACTUAL") if ended else None,
        enrolment=int(enrolled) if enrolled else 40,
        enrolment_type="ACTUAL",
        sponsor=Organisation(name="Alpha"),
        conditions=("Cutitis",),
        interventions=tuple(interventions),
        arms=tuple(arms),
        primary_purpose="SUPPORTIVE_CARE" if supportive else "TREATMENT" if adjuvant else None,
    )
    return TrialEvidence(
        record=f"ctgov:{study.nct_id}",
        seq=1,
        study=study,
        drugs=(DrugMention(drug=drug, text=name, path="interventions[0]", arm_role=role),),
        conditions=(ConditionMention(condition="C", text="Cutitis", path="conditions[0]"),),
    )


def _label(number: int, told: Words) -> LabelEvidence:
    effective, first, added = told.value("effective", "2020-01-01"), told.value("first"), told.value("added")
    limitation, without, unresolved = (told.take(word) is not None for word in ("limitation", "without C", "unresolved"))
    biosimilar = told.take("biosimilar") is not None
    kind = told.take("NDA|ANDA|BLA|unapproved|monograph|emergency")
    assert kind
    numbers = {"unapproved": (), "monograph": ("part341",), "emergency": ("EUA000001",)}.get(kind[0], (f"{kind[0]}{number:06d}",))
    indication = IndicationEvidence(
        condition="C",
        quote="X is indicated for C.",
        path="indications_and_usage",
        limitation=limitation,
        first=added or first,
        earlier_without=added is not None,
    )
    label = Label(set_id=f"set-{number}", effective=effective, application_numbers=numbers, manufacturers=("Beta",))
    record = f"openfda_label:set-{number}"
    indications = () if without else (indication,)
    return LabelEvidence(record=record, seq=1, label=label, indications=indications, unresolved=int(unresolved), biosimilar=biosimilar)


def _application(number: int, told: Words) -> ApplicationEvidence:
    note, supplement = told.value("noted"), told.take(r"supplement (\w+) (\S+)")
    approved, tentative = told.value("approved"), told.take("tentative") is not None
    market = told.take("Prescription|Over-the-counter|Discontinued")
    kind = told.take("NDA|ANDA|BLA")
    assert kind
    submissions = [Submission(type="ORIG", number="1", status="TA" if tentative else "AP", date=approved)]
    if supplement:
        submissions.append(Submission(type="SUPPL", number="2", status="AP", submission_class=supplement[1], date=supplement[2]))
    product = Product(number="001", marketing_status="None (Tentative Approval)" if tentative else market[0] if market else None)
    application = Application(number=f"{number:06d}", type=kind[0], sponsor="Beta", submissions=tuple(submissions), products=(product,), note=note)
    return ApplicationEvidence(record=f"drugs_at_fda:{number:06d}", seq=1, application=application)


def _join(labels: list[LabelEvidence], applications: list[ApplicationEvidence]) -> None:
    """An application right behind a label is that label's: it takes its number."""
    numbers = {int(one.record.rpartition("-")[2]) for one in labels}
    for index, one in enumerate(applications):
        number = int(one.application.number)
        if number - 1 in numbers:
            sub = one.application
            joined = Application(
                number=f"{number - 1:06d}", type=sub.type, sponsor=sub.sponsor, submissions=sub.submissions, products=sub.products, note=sub.note
            )
            applications[index] = ApplicationEvidence(record=one.record, seq=1, application=joined)


def _medicine(number: int, told: Words) -> MedicineEvidence:
    revised, added, decided = told.value("revised", "2024-03-01"), told.value("added"), told.value("decided")
    conditional, veterinary = told.take("conditional") is not None, told.take("veterinary") is not None
    without, unresolved = told.take("without C") is not None, told.take("unresolved") is not None
    status = told.take("application withdrawn|authorised|opinion|refused|withdrawn|suspended|lapsed|expired|revoked")
    assert status
    medicine = Medicine(
        number=f"H/C/{number:06d}",
        name="Xal",
        category="Veterinary" if veterinary else "Human",
        status=status[0].capitalize(),
        holder="Gamma",
        flags=("conditional_approval",) if conditional else (),
        revised=revised,
        withdrawn=decided,
    )
    indication = IndicationEvidence(condition="C", quote="Xal is indicated for C.", path="indication", first=added, earlier_without=added is not None)
    indications = () if without else (indication,)
    return MedicineEvidence(record=f"ema:{medicine.number}", seq=1, medicine=medicine, indications=indications, unresolved=int(unresolved))


def page() -> str:
    """The table as `docs/status.md` shows it."""
    parts = [
        "# Status of a programme: the rules\n",
        "A programme is a drug × condition × organisation, rolled up to drug × condition and to the drug. Its fields are independent: how far it",
        "has got (`stage`), whether it still moves (`activity`), what an authority decided (`authorisation`) and whether it is sold (`market`).",
        "Every value names its rule. The lines below are `tests/tables/status.txt`; the test suite executes each of them and checks that this page",
        "says the same. Trials are of the drug X for the condition C; the day is 2026-06-01 unless a line says otherwise, and a trial's last",
        "update 2026-03 unless given.\n",
        "Preclinical work, INDs and filings are mostly undisclosed: a stage is what public documents prove, not all there is. Drugs@FDA lists no",
        "vaccines, the EMA's table centralised procedures only. An organisation's own programme shows only the authorisations that it holds.\n",
    ]
    heading = None
    for section, given, expected in lines():
        if section != heading:
            parts += [f"\n## {section}\n", "| the documents say | Theriac says | by the rule |", "| --- | --- | --- |"]
            heading = section
        told = expectations(expected)
        says = "<br>".join(f"{field} {value}".strip() for field, value, _ in told)
        rules = "<br>".join(f"`{rule}`" for _, _, rule in told if rule)
        parts.append(f"| {given.replace('|', '/')} | {says} | {rules} |")
    return "\n".join(parts) + "\n\n" + TABLE.with_name("moves.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")

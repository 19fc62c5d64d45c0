"""Imiquimod's programmes and timeline from the real records: the vaccine adjuvant trials, and dates that two sources agree on."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from theriac.flow.evidence import ApplicationEvidence, ConditionMention, DrugEvidence, DrugMention, TrialEvidence
from theriac.flow.milestones import milestones
from theriac.flow.status import derive
from theriac.model import Application, Raw, Study
from theriac.sources.base import Head, OpenFile
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_study import FIELD_PATHS
from theriac.sources.drugs_at_fda import DrugsAtFDA
from theriac.terms import EntityKind

TODAY = "2026-11-22"
DRUG = "drug:unii.P1QW714R7M"
NAMES = ("imiquimod", "aldara")
NUMBERS = ("020723", "022483", "201153", "078548")


@pytest.fixture(scope="module")
def trials(corpus: Path) -> tuple[TrialEvidence, ...]:
    reader = CtgovV2()
    found = []
    for line in (corpus / "imiquimod" / "trials.jsonl").read_text(encoding="utf-8").splitlines():
        raw = Raw(payload=json.dumps(json.loads(line)).encode())
        reading = reader.read(raw, reader.decode(raw))
        assert isinstance(reading.document, Study)
        drugs = tuple(
            DrugMention(drug=DRUG, text=one.text, path=one.path, arm_role=one.arm_role)
            for one in reading.mentions
            if one.kind is EntityKind.DRUG and one.arm_role and any(name in " ".join((one.text, *one.others)).casefold() for name in NAMES)
        )
        conditions = tuple(
            ConditionMention(condition=one.text.casefold(), text=one.text, path=one.path)
            for one in reading.mentions
            if one.kind is EntityKind.CONDITION
        )
        record = f"ctgov:{reading.document.nct_id}"
        found.append(TrialEvidence(record=record, seq=1, study=reading.document, drugs=drugs, conditions=conditions, paths=FIELD_PATHS))
    return tuple(found)


def test_vaccine_adjuvant_trials_are_phase_3_of_that_role(trials: tuple[TrialEvidence, ...]) -> None:
    rows = {(one.condition, one.role.value): one for one in derive(DrugEvidence(drug=DRUG, trials=trials), TODAY) if one.organisation is None}
    for condition, record in (("influenza", "ctgov:NCT04143451"), ("influenza viral infections", "ctgov:NCT02103023")):
        programme = rows[condition, "adjuvant"]
        assert (programme.stage.value, programme.authorisation) == ("phase_3", {})
        assert record in {cited.record for cited in programme.evidence}
        assert not {(condition, "monotherapy"), (condition, "combination")} & rows.keys()


def test_a_trial_past_its_end_is_not_shown_as_running(trials: tuple[TrialEvidence, ...]) -> None:
    rows = {(one.condition, one.organisation): one for one in derive(DrugEvidence(drug=DRUG, trials=trials), TODAY)}
    assert rows["influenza", None].activity.value != "active"


def test_resiquimod_and_decoys_make_no_programme_of_imiquimod(trials: tuple[TrialEvidence, ...]) -> None:
    cited = {one.record for programme in derive(DrugEvidence(drug=DRUG, trials=trials), TODAY) for one in programme.evidence}
    assert not {"ctgov:NCT01808950", "ctgov:NCT01583816", "ctgov:NCT00470379", "ctgov:NCT01543464"} & cited


def test_approvals_stand_at_the_dates_that_two_sources_agree_on(corpus: Path) -> None:
    records = tuple(_applications(corpus / "drugs_at_fda" / "openfda_repo_zip" / "drugsatfda.zip"))
    told = {(one.date, one.kind.value, one.detail) for one in milestones(DrugEvidence(drug=DRUG, applications=records), TODAY)}
    assert {
        ("1997-02-27", "approval", "NDA020723"),
        ("2004-03-02", "efficacy_supplement", "NDA020723"),
        ("2004-07-14", "efficacy_supplement", "NDA020723"),
        ("2010-02-25", "generic_approval", "ANDA078548"),
        ("2010-03-25", "approval", "NDA022483"),
        ("2011-03-24", "new_indication", ""),
    } <= told


def _applications(path: Path) -> Iterator[ApplicationEvidence]:
    reader = DrugsAtFDA()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if Path(name).stem not in ("Submissions", "Applications"):
                continue
            data = archive.read(name)
            head = Head(path=name, first=data[:65536])
            for raw in reader.cut(OpenFile(head=head, stream=io.BytesIO(data))):
                if any(number.encode() in raw.payload for number in NUMBERS):
                    document = reader.read(raw, reader.decode(raw)).document
                    if isinstance(document, Application) and document.number in NUMBERS:
                        yield ApplicationEvidence(record=f"drugs_at_fda:{name}/{document.number}", seq=1, application=document)

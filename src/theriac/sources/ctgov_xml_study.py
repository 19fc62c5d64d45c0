"""Reads a legacy ClinicalTrials.gov XML study into the same nouns, in the words that v2 uses.

Flows in: the parsed `<clinical_study>`. Flows out: a Study that reads like the v2 reading of the same statements: statuses, phases, types
and design words in v2's spelling, ages of "N/A" absent, prose unwrapped. It invents neither posting dates nor MeSH ids, which old files lack.
"""

import re
from collections.abc import Iterator

from lxml import etree

from theriac.dates import PartialDate
from theriac.errors import BadRecord
from theriac.model import Arm, DatedValue, Intervention, Organisation, Outcome, Study, Term
from theriac.sources.ctgov_text import registry_date, shown, unwrapped

Element = etree._Element

_ROOT = "/clinical_study/"
FIELD_PATHS: dict[str, str] = {
    field: _ROOT + path
    for field, path in {
        "nct_id": "id_info/nct_id",
        "title": "brief_title",
        "official_title": "official_title",
        "acronym": "acronym",
        "org_study_id": "id_info/org_study_id",
        "aliases": "id_info/nct_alias",
        "secondary_ids": "id_info/secondary_id",
        "study_type": "study_type",
        "phases": "phase",
        "status": "overall_status",
        "last_known_status": "last_known_status",
        "why_stopped": "why_stopped",
        "verified": "verification_date",
        "start": "start_date",
        "primary_completion": "primary_completion_date",
        "completion": "completion_date",
        "first_submitted": "study_first_submitted",
        "first_posted": "study_first_posted",
        "results_first_posted": "results_first_posted",
        "last_update_submitted": "last_update_submitted",
        "last_update_posted": "last_update_posted",
        "has_results": "clinical_results",
        "enrolment": "enrollment",
        "enrolment_type": "enrollment/@type",
        "sponsor": "sponsors/lead_sponsor",
        "collaborators": "sponsors/collaborator",
        "conditions": "condition",
        "keywords": "keyword",
        "condition_terms": "condition_browse/mesh_term",
        "intervention_terms": "intervention_browse/mesh_term",
        "arms": "arm_group",
        "interventions": "intervention",
        "primary_outcomes": "primary_outcome",
        "secondary_outcomes": "secondary_outcome",
        "allocation": "study_design_info/allocation",
        "intervention_model": "study_design_info/intervention_model",
        "primary_purpose": "study_design_info/primary_purpose",
        "masking": "study_design_info/masking",
        "eligibility": "eligibility/criteria/textblock",
        "sex": "eligibility/gender",
        "minimum_age": "eligibility/minimum_age",
        "maximum_age": "eligibility/maximum_age",
        "healthy_volunteers": "eligibility/healthy_volunteers",
        "countries": "location/facility/address/country",
        "site_count": "location",
        "brief_summary": "brief_summary/textblock",
    }.items()
}

_NOT_WORD = re.compile(r"[^A-Z0-9]+")
_SPECIAL = {
    "UNKNOWN_STATUS": "UNKNOWN",
    "ANTICIPATED": "ESTIMATED",
    "ESTIMATE": "ESTIMATED",
    "U_S_FED": "FED",
    "BOTH": "ALL",
    "N_A": "NA",
    "PHASE_0": "EARLY_PHASE1",
    "EDUCATIONAL_COUNSELING_TRAINING": "ECT",
}
_DESIGN_PART = re.compile(r"(Allocation|Intervention Model|Masking|Primary Purpose): ((?:[^,(]|\([^)]*\)|, (?!\w[\w ]*:))+)")
_MASKED = ("NONE", "SINGLE", "DOUBLE", "TRIPLE", "QUADRUPLE")
_MASK_ROLES = re.compile(r"Participant|Subject|Care ?giver|Care Provider|Investigator|Outcomes Assessor")


def study(root: Element) -> Study:
    """The study that the XML describes; BadRecord naming the path of what cannot be read."""
    text = _Texts(root)
    design = _design(root)
    study_type = _word((text("study_type") or "").partition("[")[0])
    study_type = None if study_type == "NA" else study_type
    places = root.findall("location")
    interventions = tuple(_intervention(one) for one in root.findall("intervention"))
    return Study(
        nct_id=text("id_info/nct_id") or "",
        title=text("brief_title") or "",
        official_title=text("official_title"),
        acronym=text("acronym"),
        org_study_id=text("id_info/org_study_id"),
        aliases=text.all("id_info/nct_alias"),
        secondary_ids=text.all("id_info/secondary_id"),
        study_type=study_type,
        phases=phases(text("phase")) if study_type == "INTERVENTIONAL" else (),
        status=_word(text("overall_status")),
        last_known_status=_word(text("last_known_status")),
        why_stopped=text("why_stopped"),
        verified=text.date("verified"),
        start=text.dated("start"),
        primary_completion=text.dated("primary_completion"),
        completion=text.dated("completion"),
        first_submitted=text.date("first_submitted", "firstreceived_date"),
        first_posted=text.date("first_posted"),
        results_first_posted=text.date("results_first_posted"),
        last_update_submitted=text.date("last_update_submitted", "lastchanged_date"),
        last_update_posted=text.date("last_update_posted"),
        has_results=root.find("clinical_results") is not None,
        enrolment=_count(text("enrollment")),
        enrolment_type=_attribute(root.find("enrollment"), "type"),
        sponsor=next(_organisations(root, "sponsors/lead_sponsor"), None),
        collaborators=tuple(_organisations(root, "sponsors/collaborator")),
        conditions=text.all("condition"),
        keywords=text.all("keyword"),
        condition_terms=tuple(Term(id="", name=name) for name in text.all("condition_browse/mesh_term")),
        intervention_terms=tuple(Term(id="", name=name) for name in text.all("intervention_browse/mesh_term")),
        arms=tuple(_arm(arm, root) for arm in root.findall("arm_group")),
        interventions=interventions,
        primary_outcomes=tuple(_outcome(one) for one in root.findall("primary_outcome")),
        secondary_outcomes=tuple(_outcome(one) for one in root.findall("secondary_outcome")),
        allocation=_word(design.get("Allocation")),
        intervention_model=_model(design.get("Intervention Model")),
        primary_purpose=_word(design.get("Primary Purpose")),
        masking=masking(design.get("Masking")),
        eligibility=shown(unwrapped(root.findtext("eligibility/criteria/textblock"))),
        sex=_word(text("eligibility/gender")),
        minimum_age=_age(text("eligibility/minimum_age")),
        maximum_age=_age(text("eligibility/maximum_age")),
        healthy_volunteers=_volunteers(text("eligibility/healthy_volunteers")),
        countries=tuple(dict.fromkeys(text.all("location/facility/address/country") or text.all("location_countries/country"))),
        site_count=len(places) or None,
        brief_summary=shown(unwrapped(root.findtext("brief_summary/textblock"))),
    )


class _Texts:
    """Looks up texts and dates of a study by path, blanks as None."""

    def __init__(self, root: Element) -> None:
        self.root = root

    def __call__(self, path: str) -> str | None:
        return _inline(self.root.findtext(path))

    def all(self, path: str) -> tuple[str, ...]:
        return tuple(text for text in (_inline(found.text) for found in self.root.findall(path)) if text)

    def date(self, field: str, older: str | None = None) -> PartialDate | None:
        """The date of a field, or of the element that older files had in its place."""
        path = FIELD_PATHS[field].removeprefix(_ROOT)
        return registry_date(self(path) or (self(older) if older else None), FIELD_PATHS[field])

    def dated(self, field: str) -> DatedValue | None:
        date = self.date(field)
        return DatedValue(date=date, type=_attribute(self.root.find(FIELD_PATHS[field].removeprefix(_ROOT)), "type")) if date else None


def phases(text: str | None) -> tuple[str, ...]:
    """The phase as v2's list of words.

    >>> phases("Phase 1/Phase 2"), phases("N/A"), phases("Early Phase 1"), phases(None)
    (('PHASE1', 'PHASE2'), ('NA',), ('EARLY_PHASE1',), ())
    """
    if text is None:
        return ()
    if text.upper() == "N/A":
        return ("NA",)
    words = (_word(part) or "" for part in text.split("/"))
    return tuple(word.replace("PHASE_", "PHASE") for word in words if word)


def masking(text: str | None) -> str | None:
    """The masking as v2's word: by the number of roles masked where they are listed, by the word otherwise.

    >>> masking("Double Blind (Subject, Caregiver, Investigator)"), masking("Open Label"), masking("Participant"), masking("Double-Blind")
    ('TRIPLE', 'NONE', 'SINGLE', 'DOUBLE')
    """
    if text is None:
        return None
    if roles := len(_MASK_ROLES.findall(text)):
        return _MASKED[min(roles, 4)]
    if re.match(r"open label|no(ne|t)?\b", text, re.IGNORECASE):
        return "NONE"
    return next((word for word in _MASKED if text.upper().startswith(word)), _word(text))


def _design(root: Element) -> dict[str, str]:
    """The design by part; until 2017 one line held it all ("Allocation: Randomized, Masking: Open Label")."""
    if (line := _inline(root.findtext("study_design"))) is not None:
        return {found[1]: found[2].strip() for found in _DESIGN_PART.finditer(line)}
    names = {
        "allocation": "Allocation",
        "intervention_model": "Intervention Model",
        "masking": "Masking",
        "primary_purpose": "Primary Purpose",
    }
    found = ((label, _inline(root.findtext(f"study_design_info/{name}"))) for name, label in names.items())
    return {label: text for label, text in found if text}


def _model(text: str | None) -> str | None:
    word = _word(text)
    return word.removesuffix("_ASSIGNMENT") if word else None


def _word(text: str | None) -> str | None:
    """The word in v2's spelling: "Active, not recruiting" is ACTIVE_NOT_RECRUITING."""
    word = _NOT_WORD.sub("_", (text or "").upper()).strip("_")
    return _SPECIAL.get(word, word) or None


def _attribute(element: Element | None, name: str) -> str | None:
    return _word(element.get(name)) if element is not None else None


def _inline(text: str | None) -> str | None:
    return shown(" ".join(text.split())) if text else None


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit():
        raise BadRecord(f"{text!r} is not a number of participants", field=FIELD_PATHS["enrolment"])
    return int(text)


def _age(text: str | None) -> str | None:
    return None if text is None or text.upper() == "N/A" else text


def _volunteers(text: str | None) -> bool | None:
    return None if text is None else text.lower() != "no"


def _organisations(root: Element, path: str) -> Iterator[Organisation]:
    for found in root.findall(path):
        if name := _inline(found.findtext("agency")):
            yield Organisation(name=name, type=_word(found.findtext("agency_class")))


def _arm(arm: Element, root: Element) -> Arm:
    """The arm, its interventions named as v2 names them ("Drug: Imiquimod"); the XML keeps that link at the intervention only."""
    text = _Texts(arm)
    label = text("arm_group_label") or ""
    given = (one for one in map(_Texts, root.findall("intervention")) if label in one.all("arm_group_label"))
    return Arm(
        label=label,
        type=_word(text("arm_group_type")),
        description=text("description"),
        interventions=tuple(f"{one('intervention_type')}: {one('intervention_name')}" for one in given),
    )


def _intervention(found: Element) -> Intervention:
    text = _Texts(found)
    return Intervention(
        name=text("intervention_name") or "",
        type=_word(text("intervention_type")),
        description=text("description"),
        arms=text.all("arm_group_label"),
        other_names=text.all("other_name"),
    )


def _outcome(found: Element) -> Outcome:
    text = _Texts(found)
    return Outcome(measure=text("measure") or "", time_frame=text("time_frame"), description=text("description"))

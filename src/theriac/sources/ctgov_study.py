"""Reads a ClinicalTrials.gov v2 study into the nouns of the model.

Flows in: the typed parts of a study as served. Flows out: a Study, absent modules as None or empty, dates as partial as they were, prose
unescaped. It resolves no name and judges nothing.
"""

from collections.abc import Iterable

from theriac.dates import PartialDate
from theriac.model import Arm, DatedValue, Intervention, Organisation, Outcome, Study, Term
from theriac.sources.ctgov_shape import Agency, ArmGroup, Browse, DateStruct, Derived, Protocol, ServedIntervention, ServedOutcome
from theriac.sources.ctgov_text import mesh_curie, registry_date, shown

FIELD_PATHS: dict[str, str] = {
    "nct_id": "protocolSection.identificationModule.nctId",
    "title": "protocolSection.identificationModule.briefTitle",
    "official_title": "protocolSection.identificationModule.officialTitle",
    "acronym": "protocolSection.identificationModule.acronym",
    "org_study_id": "protocolSection.identificationModule.orgStudyIdInfo.id",
    "aliases": "protocolSection.identificationModule.nctIdAliases",
    "secondary_ids": "protocolSection.identificationModule.secondaryIdInfos",
    "study_type": "protocolSection.designModule.studyType",
    "phases": "protocolSection.designModule.phases",
    "status": "protocolSection.statusModule.overallStatus",
    "last_known_status": "protocolSection.statusModule.lastKnownStatus",
    "why_stopped": "protocolSection.statusModule.whyStopped",
    "verified": "protocolSection.statusModule.statusVerifiedDate",
    "start": "protocolSection.statusModule.startDateStruct",
    "primary_completion": "protocolSection.statusModule.primaryCompletionDateStruct",
    "completion": "protocolSection.statusModule.completionDateStruct",
    "first_submitted": "protocolSection.statusModule.studyFirstSubmitDate",
    "first_posted": "protocolSection.statusModule.studyFirstPostDateStruct",
    "results_first_posted": "protocolSection.statusModule.resultsFirstPostDateStruct",
    "last_update_submitted": "protocolSection.statusModule.lastUpdateSubmitDate",
    "last_update_posted": "protocolSection.statusModule.lastUpdatePostDateStruct",
    "has_results": "hasResults",
    "enrolment": "protocolSection.designModule.enrollmentInfo.count",
    "enrolment_type": "protocolSection.designModule.enrollmentInfo.type",
    "sponsor": "protocolSection.sponsorCollaboratorsModule.leadSponsor",
    "collaborators": "protocolSection.sponsorCollaboratorsModule.collaborators",
    "conditions": "protocolSection.conditionsModule.conditions",
    "keywords": "protocolSection.conditionsModule.keywords",
    "condition_terms": "derivedSection.conditionBrowseModule.meshes",
    "intervention_terms": "derivedSection.interventionBrowseModule.meshes",
    "arms": "protocolSection.armsInterventionsModule.armGroups",
    "interventions": "protocolSection.armsInterventionsModule.interventions",
    "primary_outcomes": "protocolSection.outcomesModule.primaryOutcomes",
    "secondary_outcomes": "protocolSection.outcomesModule.secondaryOutcomes",
    "allocation": "protocolSection.designModule.designInfo.allocation",
    "intervention_model": "protocolSection.designModule.designInfo.interventionModel",
    "primary_purpose": "protocolSection.designModule.designInfo.primaryPurpose",
    "masking": "protocolSection.designModule.designInfo.maskingInfo.masking",
    "eligibility": "protocolSection.eligibilityModule.eligibilityCriteria",
    "sex": "protocolSection.eligibilityModule.sex",
    "minimum_age": "protocolSection.eligibilityModule.minimumAge",
    "maximum_age": "protocolSection.eligibilityModule.maximumAge",
    "healthy_volunteers": "protocolSection.eligibilityModule.healthyVolunteers",
    "countries": "protocolSection.contactsLocationsModule.locations",
    "site_count": "protocolSection.contactsLocationsModule.locations",
    "brief_summary": "protocolSection.descriptionModule.briefSummary",
}


def study(protocol: Protocol, derived: Derived, has_results: bool | None) -> Study:
    """The study that the parts describe; BadRecord naming the path of a date that is none."""
    who, status, conditions, arms = protocol.identification, protocol.status, protocol.conditions, protocol.arms
    design, info, eligibility = protocol.design, protocol.design.design_info, protocol.eligibility
    locations, lead = protocol.locations.locations, protocol.sponsors.lead_sponsor
    return Study(
        nct_id=who.nct_id,
        title=shown(who.brief_title) or "",
        official_title=shown(who.official_title),
        acronym=shown(who.acronym),
        org_study_id=shown(who.org_study_id_info.id),
        aliases=who.nct_id_aliases,
        secondary_ids=_texts(other.id for other in who.secondary_id_infos),
        study_type=design.study_type,
        phases=design.phases,
        status=status.overall_status,
        last_known_status=status.last_known_status,
        why_stopped=shown(status.why_stopped),
        verified=_date(status.status_verified_date, "verified"),
        start=_dated(status.start_date_struct, "start"),
        primary_completion=_dated(status.primary_completion_date_struct, "primary_completion"),
        completion=_dated(status.completion_date_struct, "completion"),
        first_submitted=_date(status.study_first_submit_date, "first_submitted"),
        first_posted=_day(status.study_first_post_date_struct, "first_posted"),
        results_first_posted=_day(status.results_first_post_date_struct, "results_first_posted"),
        last_update_submitted=_date(status.last_update_submit_date, "last_update_submitted"),
        last_update_posted=_day(status.last_update_post_date_struct, "last_update_posted"),
        has_results=has_results,
        enrolment=design.enrollment_info.count,
        enrolment_type=design.enrollment_info.type,
        sponsor=_organisation(lead) if lead and lead.name else None,
        collaborators=tuple(map(_organisation, protocol.sponsors.collaborators)),
        conditions=_texts(conditions.conditions),
        keywords=_texts(conditions.keywords),
        condition_terms=_terms(derived.conditions),
        intervention_terms=_terms(derived.interventions),
        arms=tuple(map(_arm, arms.arm_groups)),
        interventions=tuple(map(_intervention, arms.interventions)),
        primary_outcomes=tuple(map(_outcome, protocol.outcomes.primary_outcomes)),
        secondary_outcomes=tuple(map(_outcome, protocol.outcomes.secondary_outcomes)),
        allocation=info.allocation,
        intervention_model=info.intervention_model,
        primary_purpose=info.primary_purpose,
        masking=info.masking_info.masking,
        eligibility=shown(eligibility.eligibility_criteria),
        sex=eligibility.sex,
        minimum_age=eligibility.minimum_age,
        maximum_age=eligibility.maximum_age,
        healthy_volunteers=eligibility.healthy_volunteers,
        countries=tuple(dict.fromkeys(place.country for place in locations if place.country)) if locations else (),
        site_count=len(locations) if locations is not None else None,
        brief_summary=shown(protocol.description.brief_summary),
    )


def _date(text: str | None, field: str) -> PartialDate | None:
    return registry_date(text, FIELD_PATHS[field]) if text else None


def _day(served: DateStruct | None, field: str) -> PartialDate | None:
    return _date(served.date, field) if served else None


def _dated(served: DateStruct | None, field: str) -> DatedValue | None:
    date = _day(served, field)
    return DatedValue(date=date, type=served.type) if served and date else None


def _texts(served: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in map(shown, served) if text)


def _organisation(agency: Agency) -> Organisation:
    return Organisation(name=agency.name.strip(), type=agency.class_)


def _terms(browse: Browse) -> tuple[Term, ...]:
    return tuple(Term(id=mesh_curie(mesh.id) if mesh.id else "", name=mesh.term) for mesh in browse.meshes if mesh.term)


def _arm(arm: ArmGroup) -> Arm:
    return Arm(label=shown(arm.label) or "", type=arm.type, description=shown(arm.description), interventions=_texts(arm.intervention_names))


def _intervention(served: ServedIntervention) -> Intervention:
    return Intervention(
        name=shown(served.name) or "",
        type=served.type,
        description=shown(served.description),
        arms=_texts(served.arm_group_labels),
        other_names=_texts(served.other_names),
    )


def _outcome(served: ServedOutcome) -> Outcome:
    return Outcome(measure=shown(served.measure) or "", time_frame=shown(served.time_frame), description=shown(served.description))

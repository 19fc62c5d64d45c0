"""The parts of a ClinicalTrials.gov v2 study that Theriac reads, in the registry's own shape.

Flows in: nothing; these are only shapes. Flows out: typed decoders that skip everything else unread. A module that a study leaves out is
empty: its scalars None, its lists without elements; so is anything that a projection (`fields=`) left out,
save the NCT id. Nothing is translated here.
"""

import msgspec


class Wire(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A part of a study as the registry writes it: camelCase keys, any other key skipped."""


class DateStruct(Wire, frozen=True):
    date: str | None = None
    type: str | None = None


class Named(Wire, frozen=True):
    id: str | None = None
    type: str | None = None


class Identification(Wire, frozen=True):
    nct_id: str
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None
    org_study_id_info: Named = Named()
    nct_id_aliases: tuple[str, ...] = ()
    secondary_id_infos: tuple[Named, ...] = ()


class Status(Wire, frozen=True):
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    status_verified_date: str | None = None
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_submit_date: str | None = None
    study_first_post_date_struct: DateStruct | None = None
    results_first_post_date_struct: DateStruct | None = None
    last_update_submit_date: str | None = None
    last_update_post_date_struct: DateStruct | None = None


class Agency(Wire, frozen=True):
    name: str = ""
    class_: str | None = msgspec.field(name="class", default=None)


class Sponsors(Wire, frozen=True):
    lead_sponsor: Agency | None = None
    collaborators: tuple[Agency, ...] = ()


class Description(Wire, frozen=True):
    brief_summary: str | None = None


class Conditions(Wire, frozen=True):
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Masking(Wire, frozen=True):
    masking: str | None = None


class DesignInfo(Wire, frozen=True):
    allocation: str | None = None
    intervention_model: str | None = None
    primary_purpose: str | None = None
    masking_info: Masking = Masking()


class Enrolment(Wire, frozen=True):
    count: int | None = None
    type: str | None = None


class Design(Wire, frozen=True):
    study_type: str | None = None
    phases: tuple[str, ...] = ()
    design_info: DesignInfo = DesignInfo()
    enrollment_info: Enrolment = Enrolment()


class ArmGroup(Wire, frozen=True):
    label: str = ""
    type: str | None = None
    description: str | None = None
    intervention_names: tuple[str, ...] = ()


class ServedIntervention(Wire, frozen=True):
    name: str = ""
    type: str | None = None
    description: str | None = None
    arm_group_labels: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


class ArmsInterventions(Wire, frozen=True):
    arm_groups: tuple[ArmGroup, ...] = ()
    interventions: tuple[ServedIntervention, ...] = ()


class ServedOutcome(Wire, frozen=True):
    measure: str = ""
    time_frame: str | None = None
    description: str | None = None


class Outcomes(Wire, frozen=True):
    primary_outcomes: tuple[ServedOutcome, ...] = ()
    secondary_outcomes: tuple[ServedOutcome, ...] = ()


class Eligibility(Wire, frozen=True):
    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None


class Location(Wire, frozen=True):
    country: str | None = None


class Locations(Wire, frozen=True):
    locations: tuple[Location, ...] | None = None


class Protocol(Wire, frozen=True):
    """The sponsor's own statements."""

    identification: Identification = msgspec.field(name="identificationModule")
    status: Status = msgspec.field(name="statusModule", default=Status())
    sponsors: Sponsors = msgspec.field(name="sponsorCollaboratorsModule", default=Sponsors())
    description: Description = msgspec.field(name="descriptionModule", default=Description())
    conditions: Conditions = msgspec.field(name="conditionsModule", default=Conditions())
    design: Design = msgspec.field(name="designModule", default=Design())
    arms: ArmsInterventions = msgspec.field(name="armsInterventionsModule", default=ArmsInterventions())
    outcomes: Outcomes = msgspec.field(name="outcomesModule", default=Outcomes())
    eligibility: Eligibility = msgspec.field(name="eligibilityModule", default=Eligibility())
    locations: Locations = msgspec.field(name="contactsLocationsModule", default=Locations())


class Mesh(Wire, frozen=True):
    id: str = ""
    term: str = ""


class Browse(Wire, frozen=True):
    meshes: tuple[Mesh, ...] = ()


class Derived(Wire, frozen=True):
    """What the registry derived: the MeSH terms that it assigned."""

    conditions: Browse = msgspec.field(name="conditionBrowseModule", default=Browse())
    interventions: Browse = msgspec.field(name="interventionBrowseModule", default=Browse())

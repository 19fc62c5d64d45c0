"""The closed vocabularies: every word that Theriac itself coins, and nothing that a source says.

A value outside these lists is a Defect; a source's word that maps to none of them stays as the source wrote it, beside `unknown`.
"""

from enum import StrEnum


class Stage(StrEnum):
    """How far development of a drug for a condition has got, furthest last."""

    UNKNOWN = "unknown"
    PRECLINICAL = "preclinical"
    IND = "ind"
    EARLY_PHASE_1 = "early_phase_1"
    PHASE_1 = "phase_1"
    PHASE_1_2 = "phase_1_2"
    PHASE_2 = "phase_2"
    PHASE_2_3 = "phase_2_3"
    PHASE_3 = "phase_3"
    FILED = "filed"
    APPROVED = "approved"

    @property
    def rank(self) -> int:
        """The place on the way from unknown (0) to approved (10)."""
        return list(Stage).index(self)


class Role(StrEnum):
    """What a drug does in a programme."""

    MONOTHERAPY = "monotherapy"
    COMBINATION = "combination"
    ADJUVANT = "adjuvant"
    SUPPORTIVE = "supportive"


class ArmRole(StrEnum):
    """What an intervention is in its trial, told from the arms that receive it."""

    INVESTIGATED = "investigated"
    COMPARATOR = "comparator"
    PLACEBO = "placebo"
    BACKGROUND = "background"
    UNCLEAR = "unclear"


class Activity(StrEnum):
    """Whether a programme still moves."""

    ACTIVE = "active"
    COMPLETED = "completed"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    NO_DEVELOPMENT_REPORTED = "no_development_reported"
    UNKNOWN = "unknown"


class StopReason(StrEnum):
    """Why a trial stopped, classed from the sponsor's words."""

    FUTILITY = "futility"
    EARLY_BENEFIT = "early_benefit"
    SAFETY = "safety"
    ENROLMENT = "enrolment"
    BUSINESS = "business"
    COVID = "covid"
    REGULATORY = "regulatory"
    STUDY_DESIGN = "study_design"
    SUPPLY = "supply"
    OTHER = "other"
    UNSTATED = "unstated"


class Authorisation(StrEnum):
    """What a jurisdiction has decided about an indication."""

    NONE = "none"
    SUBMITTED = "submitted"
    TENTATIVE = "tentative"
    CONDITIONAL = "conditional"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Market(StrEnum):
    """Whether a product can be bought in a jurisdiction."""

    MARKETED = "marketed"
    DISCONTINUED = "discontinued"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Absence(StrEnum):
    """The three ways in which a document says nothing."""

    STATES_NONE = "states_none"
    SECTION_ABSENT = "section_absent"
    NOT_READ = "not_read"


class SeenBy(StrEnum):
    """Which clock told when a version was the current one, the most trusted first."""

    GIVEN = "given"
    SOURCE = "source"
    PATH = "path"
    MEMBER = "member"
    LOADED = "loaded"


class EntityKind(StrEnum):
    """What a mention can resolve to."""

    DRUG = "drug"
    CONDITION = "condition"
    TARGET = "target"
    CLASS = "class"
    ORGANIZATION = "organization"


class NameKind(StrEnum):
    """What kind of name a source gives."""

    INN = "inn"
    GENERIC = "generic"
    SUBSTANCE = "substance"
    BRAND = "brand"
    CODE = "code"
    SYNONYM = "synonym"
    TRIAL = "trial"
    SHORT = "short"


class ResolutionKind(StrEnum):
    """How a name ended: never guessed silently."""

    RESOLVED = "resolved"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


class SyncDepth(StrEnum):
    """How much of a live source a pass asks for."""

    CHANGES = "changes"
    DRUG = "drug"
    FULL = "full"
    KEYS = "keys"


class Cadence(StrEnum):
    """How often a live source is asked."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class EventKind(StrEnum):
    """Everything that Theriac can say has happened: `family.change`."""

    TRIAL_FIRST_POSTED = "trial.first_posted"
    TRIAL_STATUS_CHANGED = "trial.status_changed"
    TRIAL_STOPPED = "trial.stopped"
    TRIAL_PHASE_CHANGED = "trial.phase_changed"
    TRIAL_ENROLMENT_CHANGED = "trial.enrolment_changed"
    TRIAL_PRIMARY_COMPLETION_MOVED = "trial.primary_completion_moved"
    TRIAL_COMPLETION_MOVED = "trial.completion_moved"
    TRIAL_START_MOVED = "trial.start_moved"
    TRIAL_ARMS_CHANGED = "trial.arms_changed"
    TRIAL_PRIMARY_OUTCOME_CHANGED = "trial.primary_outcome_changed"
    TRIAL_ELIGIBILITY_CHANGED = "trial.eligibility_changed"
    TRIAL_SPONSOR_CHANGED = "trial.sponsor_changed"
    TRIAL_COUNTRIES_CHANGED = "trial.countries_changed"
    TRIAL_RESULTS_POSTED = "trial.results_posted"
    TRIAL_WITHDRAWN_FROM_REGISTRY = "trial.withdrawn_from_registry"
    LABEL_NEW_LABEL = "label.new_label"
    LABEL_NEW_VERSION = "label.new_version"
    LABEL_INDICATION_ADDED = "label.indication_added"
    LABEL_INDICATION_REMOVED = "label.indication_removed"
    LABEL_INDICATION_CHANGED = "label.indication_changed"
    LABEL_DOSING_CHANGED = "label.dosing_changed"
    LABEL_BOXED_WARNING_ADDED = "label.boxed_warning_added"
    LABEL_BOXED_WARNING_REMOVED = "label.boxed_warning_removed"
    LABEL_BOXED_WARNING_CHANGED = "label.boxed_warning_changed"
    LABEL_CONTRAINDICATION_CHANGED = "label.contraindication_changed"
    LABEL_WARNING_CHANGED = "label.warning_changed"
    LABEL_ADVERSE_REACTIONS_CHANGED = "label.adverse_reactions_changed"
    LABEL_INTERACTION_CHANGED = "label.interaction_changed"
    LABEL_POPULATION_CHANGED = "label.population_changed"
    APPROVAL_NEW_APPLICATION = "approval.new_application"
    APPROVAL_NEW_PRODUCT = "approval.new_product"
    APPROVAL_NEW_SUBMISSION = "approval.new_submission"
    APPROVAL_APPROVED = "approval.approved"
    APPROVAL_TENTATIVE = "approval.tentative"
    APPROVAL_NEW_INDICATION = "approval.new_indication"
    APPROVAL_MARKETING_STATUS_CHANGED = "approval.marketing_status_changed"
    APPROVAL_HOLDER_CHANGED = "approval.holder_changed"
    PATENT_LISTED = "patent.listed"
    PATENT_DELISTED = "patent.delisted"
    PATENT_EXPIRY_CHANGED = "patent.expiry_changed"
    PATENT_EXPIRES_WITHIN_5Y = "patent.expires_within_5y"
    PATENT_EXPIRES_WITHIN_3Y = "patent.expires_within_3y"
    PATENT_EXPIRES_WITHIN_1Y = "patent.expires_within_1y"
    PATENT_EXCLUSIVITY_LISTED = "patent.exclusivity_listed"
    PATENT_EXCLUSIVITY_EXPIRED = "patent.exclusivity_expired"
    PROGRAMME_STAGE_ADVANCED = "programme.stage_advanced"
    PROGRAMME_STOPPED = "programme.stopped"
    PROGRAMME_RESUMED = "programme.resumed"
    PROGRAMME_NO_DEVELOPMENT_REPORTED = "programme.no_development_reported"
    PROGRAMME_AUTHORISED = "programme.authorised"
    PROGRAMME_WITHDRAWN = "programme.withdrawn"
    SAFETY_DISPROPORTIONALITY_ABOVE = "safety.disproportionality_above"
    SAFETY_DISPROPORTIONALITY_BELOW = "safety.disproportionality_below"
    SAFETY_TERM_FOUND_IN_LABEL = "safety.term_found_in_label"
    SAFETY_RECALL = "safety.recall"
    SAFETY_SHORTAGE_STARTED = "safety.shortage_started"
    SAFETY_SHORTAGE_RESOLVED = "safety.shortage_resolved"
    PAPER_PUBLISHED = "paper.published"
    PAPER_RETRACTED = "paper.retracted"
    QUERY_RESULT_ADDED = "query.result_added"
    QUERY_RESULT_REMOVED = "query.result_removed"
    SOURCE_STALE = "source.stale"
    SOURCE_RECOVERED = "source.recovered"
    SOURCE_SCHEMA_DRIFT = "source.schema_drift"
    SOURCE_TOTAL_SHRANK = "source.total_shrank"

    @property
    def family(self) -> str:
        """The part before the dot: trial, label, approval, patent, programme, safety, paper, query or source."""
        return self.value.partition(".")[0]

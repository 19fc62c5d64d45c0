"""Which events a reader wants to see first, and how each is said in two or three words.

Flows in: a kind of event. Flows out: its place in a digest (0 is first) and its words. One order for everybody: it judges kinds, never a drug.
"""

from types import MappingProxyType

from theriac.terms import EventKind

_ORDER = """
programme.authorised approval.approved approval.new_indication programme.withdrawn safety.recall label.boxed_warning_added
label.boxed_warning_removed label.boxed_warning_changed trial.stopped programme.stopped paper.retracted approval.tentative
programme.stage_advanced programme.resumed trial.phase_changed trial.results_posted label.indication_added label.indication_removed
label.contraindication_changed label.indication_changed approval.marketing_status_changed safety.disproportionality_above
safety.term_found_in_label trial.primary_outcome_changed trial.status_changed trial.withdrawn_from_registry label.warning_changed
label.dosing_changed label.interaction_changed label.population_changed label.adverse_reactions_changed safety.shortage_started
approval.new_application approval.new_product label.new_label trial.first_posted patent.expires_within_1y patent.exclusivity_expired
patent.listed patent.delisted patent.expiry_changed patent.expires_within_3y patent.exclusivity_listed patent.expires_within_5y
trial.primary_completion_moved trial.completion_moved trial.start_moved trial.enrolment_changed trial.arms_changed
trial.eligibility_changed trial.sponsor_changed trial.countries_changed programme.no_development_reported approval.holder_changed
approval.new_submission safety.disproportionality_below safety.shortage_resolved paper.published query.result_added query.result_removed
label.new_version source.stale source.total_shrank source.schema_drift source.recovered
"""
_PLACE = MappingProxyType({EventKind(value): place for place, value in enumerate(_ORDER.split())})
_SAID = MappingProxyType(
    {
        EventKind.TRIAL_FIRST_POSTED: "New trial",
        EventKind.TRIAL_STOPPED: "Trial stopped",
        EventKind.LABEL_NEW_LABEL: "New label",
        EventKind.LABEL_NEW_VERSION: "New label version",
        EventKind.APPROVAL_APPROVED: "Approved",
        EventKind.APPROVAL_TENTATIVE: "Tentatively approved",
        EventKind.APPROVAL_NEW_INDICATION: "New indication approved",
        EventKind.SAFETY_DISPROPORTIONALITY_ABOVE: "Reporting above threshold",
        EventKind.SAFETY_DISPROPORTIONALITY_BELOW: "Reporting below threshold",
        EventKind.PATENT_EXPIRES_WITHIN_1Y: "Listed patent expires within 1 year",
        EventKind.PATENT_EXPIRES_WITHIN_3Y: "Listed patent expires within 3 years",
        EventKind.PATENT_EXPIRES_WITHIN_5Y: "Listed patent expires within 5 years",
        EventKind.PATENT_EXCLUSIVITY_LISTED: "Exclusivity listed",
        EventKind.PATENT_EXCLUSIVITY_EXPIRED: "Exclusivity expired",
        EventKind.QUERY_RESULT_ADDED: "Added to the saved search",
        EventKind.QUERY_RESULT_REMOVED: "No longer in the saved search",
    }
)
_BARE = frozenset({"approval", "programme"})
FAMILIES = MappingProxyType(
    {
        "trial": "Trials",
        "label": "Labels",
        "approval": "Approvals and products",
        "patent": "Patents and exclusivity",
        "programme": "Development",
        "safety": "Safety",
        "paper": "Papers",
        "query": "Saved searches",
        "source": "Sources",
    }
)


def place(kind: EventKind) -> int:
    """Where events of this kind stand: 0 first."""
    return _PLACE[kind]


def said(kind: EventKind) -> str:
    """The kind as a heading.

    >>> said(EventKind.LABEL_BOXED_WARNING_ADDED), said(EventKind.TRIAL_STOPPED), said(EventKind.PROGRAMME_STAGE_ADVANCED)
    ('Label: boxed warning added', 'Trial stopped', 'Stage advanced')
    """
    if kind in _SAID:
        return _SAID[kind]
    what = kind.value.partition(".")[2].replace("_", " ")
    return what[0].upper() + what[1:] if kind.family in _BARE else f"{kind.family.capitalize()}: {what}"

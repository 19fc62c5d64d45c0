"""The shapes that every door shows: CLI `--json`, REST, MCP and the Python API print these and nothing else.

Flows in: nothing. Flows out: msgspec Structs with a published JSON Schema (`theriac schema`). Keys are snake_case, dates ISO 8601 at the
source's own precision, identifiers CURIEs. A field that nobody states is null; a list that nobody states is empty. It has
over 450 lines because every shape stands here.
"""

from typing import Any

import msgspec

NOT_ADVICE = "Information from public documents, not medical advice."
SUMMARY_MARK = "Theriac summary, not label text"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A shape shown whole: nothing is left out because it is empty."""


class Citation(View, frozen=True):
    """Where a statement comes from: record, version, place, and since when that version has been seen."""

    record: str
    seq: int
    version: str | None
    path: str
    seen: str
    source: str
    says: str | None = None


class Name(View, frozen=True):
    """One name of a drug with its kind (inn, generic, substance, brand, code, synonym, trial) and how many records use it."""

    text: str
    kind: str
    records: int
    example: str | None


class Identifier(View, frozen=True):
    """One identifier with its public page."""

    id: str
    link: str | None
    of: str | None = None


class Stated(View, frozen=True):
    """A value as one document states it. Documents that disagree stand side by side."""

    value: str
    citation: Citation


class ProductLine(View, frozen=True):
    """One authorised product in one jurisdiction."""

    jurisdiction: str
    application: str
    number: str | None
    name: str | None
    form: str | None
    route: str | None
    strength: str | None
    ingredients: list[str]
    approved: str | None
    marketing: list[Stated]
    holders: list[Stated]
    reference_drug: str | None
    reference_standard: str | None
    te_code: str | None
    citations: list[Citation]


class ApprovalLine(View, frozen=True):
    """One dated decision on an application: an original approval, a supplement, an opinion, a withdrawal."""

    jurisdiction: str
    application: str
    date: str | None
    what: str
    status: str | None
    detail: str | None
    citation: Citation


class PatentLine(View, frozen=True):
    """One listed patent of the drug's products. A listed patent is not a valid one."""

    number: str
    application: str
    products: list[str]
    expires: str | None
    use_codes: list[str]
    delisted: bool
    citation: Citation


class ExclusivityLine(View, frozen=True):
    """One listed exclusivity."""

    code: str
    application: str
    products: list[str]
    expires: str | None
    citation: Citation


class LabelLine(View, frozen=True):
    """One label (or leaflet) that a source serves for the drug."""

    set_id: str
    version: str | None
    effective: str | None
    document_type: str | None
    jurisdiction: str
    title: str
    manufacturer: str | None
    applications: list[str]
    citation: Citation


class TrialLine(View, frozen=True):
    """One trial in which the drug is given, and what the drug is in it."""

    trial: str
    title: str
    phase: str | None
    status: str | None
    why_stopped: str | None
    role: str
    intervention: str
    score: float
    reason: str
    conditions: list[str]
    sponsor: str | None
    enrolment: int | None
    start: str | None
    primary_completion: str | None
    completion: str | None
    first_posted: str | None
    last_update_posted: str | None
    has_results: bool | None
    study_type: str | None
    countries: list[str]
    partial: bool
    citation: Citation


class RecallLine(View, frozen=True):
    """One recall of a product of the drug, as the enforcement report states it; `told_by` is how the report was told to be of this drug."""

    number: str
    jurisdiction: str
    classification: str | None
    status: str | None
    product: str | None
    reason: str | None
    firm: str | None
    initiated: str | None
    reported: str | None
    terminated: str | None
    told_by: str
    citation: Citation


class ShortageLine(View, frozen=True):
    """One line of a shortage list about a product of the drug; "To Be Discontinued" is an announcement, not a shortage."""

    jurisdiction: str
    presentation: str
    company: str | None
    status: str | None
    availability: str | None
    reason: str | None
    posted: str | None
    updated: str | None
    discontinued: str | None
    resolved_note: str | None
    told_by: str
    citation: Citation


class PaperLine(View, frozen=True):
    """One article that names the drug or reports one of its trials; `retracted` is the notice that retracts it."""

    pmid: str
    title: str
    journal: str | None
    published: str | None
    types: list[str]
    doi: str | None
    trials: list[str]
    retracted: str | None
    told_by: str
    citation: Citation


class MatrixCell(View, frozen=True):
    """How many trials stand at one condition, phase and status."""

    condition: str
    phase: str
    status: str
    trials: int


class Holder(View, frozen=True):
    """Who holds an authorisation, by jurisdiction and application, and from when on that was seen."""

    jurisdiction: str
    application: str
    product: str | None
    holder: str
    seen_from: str
    seen_to: str | None
    citation: Citation


class SourceLine(View, frozen=True):
    """One source's line of the freshness ledger."""

    source: str
    last_attempt: str | None
    last_success: str | None
    data_timestamp: str | None
    records: int
    versions: int
    failures: int
    message: str
    age_hours: float | None = None
    cadence: str | None = None
    stale: bool = False
    lag_p50_hours: float | None = None
    lag_p99_hours: float | None = None
    lags: int = 0


class TargetLine(View, frozen=True):
    """One target of the drug: what the drug does to it, whether a source calls that how it works, and which records say so."""

    id: str
    name: str
    genes: list[str]
    action: str
    mechanism: bool
    records: list[str]


class DrugProfile(View, frozen=True):
    """Everything that the loaded documents say of a drug (`theriac drug NAME`)."""

    id: str
    name: str
    kind: str
    as_of: str | None
    summary: str | None
    names: list[Name]
    identifiers: list[Identifier]
    forms: list[str]
    parts: list[str]
    in_combinations: list[str]
    classes: list[Stated]
    originators: list[Stated]
    holders: list[Holder]
    products: list[ProductLine]
    approvals: list[ApprovalLine]
    patents: list[PatentLine]
    exclusivities: list[ExclusivityLine]
    labels: list[LabelLine]
    trials: list[TrialLine]
    trial_matrix: list[MatrixCell]
    recalls: list[RecallLine]
    shortages: list[ShortageLine]
    papers: list[PaperLine]
    targets: list[TargetLine]
    clinical: dict[str, Any]
    not_covered: list[str]
    sources: list[SourceLine]
    flags: list["FlagLine"] = []
    notice: str = NOT_ADVICE


class Candidate(View, frozen=True):
    """One entity that a name may mean."""

    entity: str
    name: str
    score: float
    reason: str


class Resolved(View, frozen=True):
    """What a name means (`theriac resolve NAME`)."""

    query: str
    entity: str | None
    kind: str
    score: float
    reason: str
    candidates: list[Candidate]


class SearchHit(View, frozen=True):
    """One record that holds the words searched for."""

    record: str
    kind: str
    title: str
    score: float
    link: str | None


class Found(View, frozen=True):
    """One entity that goes by the words asked for, with the name that matched, its kind, and how many records use it."""

    id: str
    name: str
    kind: str
    matched: str
    name_kind: str | None
    records: int


class EntityName(View, frozen=True):
    """An entity with its id and display name."""

    id: str
    name: str


class ChangeLine(View, frozen=True):
    """One event (`theriac changes`): what changed, from which version to which, with the words of both."""

    id: str
    kind: str
    record: str
    drugs: list[EntityName]
    conditions: list[EntityName]
    old: str | None
    new: str | None
    quote_old: str | None
    quote_new: str | None
    from_seq: int | None
    to_seq: int | None
    from_version: str | None
    to_version: str | None
    happened: str | None
    seen: str


class Evidence(View, frozen=True):
    """Where a fact behind a status stands."""

    record: str
    seq: int
    path: str
    quote: str | None


class StatusLine(View, frozen=True):
    """A programme: how far a drug has got for a condition with an organisation (null: over all), each field with its rule."""

    drug: str
    drug_name: str
    condition: str | None
    condition_name: str | None
    organisation: str | None
    role: str
    stage: str
    activity: str
    stop_reason: str | None
    authorisation: dict[str, str]
    market: dict[str, str]
    since: dict[str, str]
    words: str
    rules: dict[str, str]
    evidence: list[Evidence]


class MilestoneLine(View, frozen=True):
    """One dated step of a drug's history."""

    date: str
    kind: str
    jurisdiction: str | None
    detail: str
    record: str
    seq: int
    path: str
    quote: str | None


class ExpectedLine(View, frozen=True):
    """One date that a document expects: a primary completion, a completion, the end of a listed patent or exclusivity."""

    date: str
    kind: str
    title: str
    note: str | None
    record: str
    seq: int
    path: str
    seen: str | None


class Run(View, frozen=True):
    """A stretch of text that two versions share, or that only one of them has (kept, removed, added)."""

    kind: str
    text: str


class Comparison(View, frozen=True):
    """Two versions of a record, word by word."""

    record: str
    from_seq: int
    to_seq: int
    runs: list[Run]


class FlagLine(View, frozen=True):
    """A statement that a person holds to be wrong, and why (`theriac flags`). An empty path means the whole record."""

    id: str
    record: str
    path: str
    quote: str
    why: str
    author: str
    flagged: str


class PersonLine(View, frozen=True):
    """One account."""

    name: str
    role: str
    created: str


class TokenLine(View, frozen=True):
    """One token of a program; never its secret."""

    id: str
    person: str
    title: str
    scope: str
    created: str


class TrailLine(View, frozen=True):
    """One line of the audit trail."""

    at: str
    who: str
    what: str
    about: str
    client: str


class DecisionLine(View, frozen=True):
    """What a person settled: a name means an entity, in one record or everywhere."""

    name: str
    kind: str
    entity: str | None
    record: str | None
    author: str
    why: str
    decided: str


SHAPES: tuple[type[View], ...] = (
    DrugProfile,
    TrialLine,
    Resolved,
    SearchHit,
    SourceLine,
    ChangeLine,
    Comparison,
    StatusLine,
    MilestoneLine,
    ExpectedLine,
    Found,
)

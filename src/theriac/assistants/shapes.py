"""What an assistant asks and is told: one frozen shape per question and per answer.

Flows in: nothing. Flows out: Structs whose JSON Schema the server publishes. The lines of an answer are the very shapes of `views`; an answer
adds only how many lines were left out, because an assistant's memory is short and a silent cut would be a lie.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from theriac.alerts import AlertLine, Month
from theriac.flow.drug_targets import DrugTarget
from theriac.flow.mechanism import Chain, Contradiction
from theriac.labels.findings import Checked
from theriac.views import NOT_ADVICE, ChangeLine, MilestoneLine, SearchHit, SourceLine, StatusLine, TrialLine, View

Day = Annotated[str, Meta(max_length=10)]
Short = Annotated[str, Meta(max_length=60)]
Words = Annotated[str, Meta(max_length=400)]
Years = Annotated[float, Meta(ge=0, le=130)]
Rank = Annotated[int, Meta(ge=1)]
Drug = Annotated[str, Meta(description="A drug by any name: INN, brand, code, UNII or an id that `resolve` printed.", max_length=200)]
AsOf = Annotated[Day | None, Meta(description="Answer with the documents seen by this day (2024, 2024-03 or 2024-03-07); now, if left out.")]
Limit = Annotated[int, Meta(description="The most lines to give; the answer says how many were left out.", ge=1, le=100)]
Section = Literal[
    "names",
    "identifiers",
    "forms",
    "classes",
    "originators",
    "holders",
    "products",
    "approvals",
    "patents",
    "exclusivities",
    "labels",
    "trials",
    "sources",
]
Statements = Literal["indications", "not_indicated", "regimens", "instructions", "cautions", "reactions", "interactions", "mechanism", "absences"]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question; a field that the tool does not have is refused by name."""


class Search(Asked, frozen=True, kw_only=True):
    """Finds records by words in titles, names and texts; best first."""

    words: Annotated[str, Meta(description="Words, a name, a code or an identifier.", min_length=1, max_length=400)]
    limit: Limit = 20


class Resolve(Asked, frozen=True, kw_only=True):
    """Tells which drug or condition a name, brand, code or identifier means, with score and reason, or gives the candidates."""

    name: Annotated[str, Meta(description="The name or identifier.", min_length=1, max_length=200)]
    kind: Annotated[Literal["drug", "condition", "target", "organization"] | None, Meta(description="What it should be; anything, if left out.")] = (
        None
    )


class Profile(Asked, frozen=True, kw_only=True):
    """Gives chosen sections of a drug's profile (names, products, approvals, patents, labels, trials …), each line with its citation.

    It also counts, by kind, the statements that the drug's labels hold; `label_statements` and `regimens` give those.
    """

    drug: Drug
    sections: Annotated[tuple[Section, ...], Meta(description="The sections wanted.")] = ("names", "identifiers", "products", "approvals", "labels")
    limit: Limit = 20
    as_of: AsOf = None


class Said(Asked, frozen=True, kw_only=True):
    """Gives statements of a drug's labels of one kind: indications, cautions, reactions with rates, interactions, mechanism …, each quoted."""

    drug: Drug
    about: Annotated[Statements, Meta(description="The kind of statement.")]
    contains: Annotated[Words | None, Meta(description="Keep statements with these words in them (an indication, a reaction, a partner).")] = None
    jurisdiction: Annotated[Short | None, Meta(description="Keep one jurisdiction: US, EU …")] = None
    limit: Limit = 40
    as_of: AsOf = None


class Regimens(Asked, frozen=True, kw_only=True):
    """Gives a drug's regimens as its labels state them: dose, frequency, duration, route, indication, quote, label, jurisdiction, date.

    Labels that differ stand side by side.
    """

    drug: Drug
    condition: Annotated[Words | None, Meta(description="The indication, in words of the labels.")] = None
    jurisdiction: Annotated[Short | None, Meta(description="Keep one jurisdiction: US, EU …")] = None
    limit: Limit = 40
    as_of: AsOf = None


class Check(Asked, frozen=True, kw_only=True):
    """Gives the label statements that apply to a situation (other drugs, conditions, pregnancy, lactation, immunosuppression, age), quoted.

    It never gives a verdict, and finding nothing is not evidence of safety.
    """

    drug: Drug
    with_drugs: Annotated[list[str], Meta(description="Other drugs taken.", max_length=20)] = []
    conditions: Annotated[list[str], Meta(description="Diseases or states of the person.", max_length=20)] = []
    pregnant: bool = False
    lactating: bool = False
    immunosuppressed: bool = False
    age: Annotated[Years | None, Meta(description="Age in years.")] = None
    as_of: AsOf = None


class Status(Asked, frozen=True, kw_only=True):
    """Gives how far development has got, of a drug, a condition or an organisation (name at least one).

    Stage, activity, authorisation and market per jurisdiction, each with its rule and evidence.
    """

    drug: Annotated[Words | None, Meta(description="A drug by any name.")] = None
    condition: Annotated[Words | None, Meta(description="A condition by any name.")] = None
    organisation: Annotated[Words | None, Meta(description="A sponsor or holder.")] = None
    rolled_up: Annotated[bool, Meta(description="Leave single organisations out.")] = True
    limit: Limit = 30
    as_of: AsOf = None


class Trials(Asked, frozen=True, kw_only=True):
    """Lists trials of a drug, a condition or both, newest update first, with the drug's role in each."""

    drug: Annotated[Words | None, Meta(description="A drug by any name.")] = None
    condition: Annotated[Words | None, Meta(description="A condition by any name.")] = None
    status: Annotated[list[str], Meta(description="Keep these statuses: recruiting, terminated …", max_length=20)] = []
    phase: Annotated[list[str], Meta(description="Keep these phases: phase 2, phase 3 …", max_length=20)] = []
    limit: Limit = 20
    as_of: AsOf = None


class Changes(Asked, frozen=True, kw_only=True):
    """Lists typed events since a day, newest first: trials, labels, approvals, patents; old and new with quotes and both versions."""

    since: Annotated[str, Meta(description="A date: 2024, 2024-03 or 2024-03-07.", max_length=10)]
    drug: Annotated[Words | None, Meta(description="A drug by any name.")] = None
    condition: Annotated[Words | None, Meta(description="A condition by any name.")] = None
    kinds: Annotated[list[str], Meta(description="Kinds of event, `label.*` for a family; see the data model's list.", max_length=40)] = []
    limit: Limit = 30
    as_of: AsOf = None


class About(Asked, frozen=True, kw_only=True):
    """Lists a drug's milestones, oldest first: first trials, results, approvals, new uses, label safety changes, expiries."""

    drug: Drug
    limit: Limit = 40
    as_of: AsOf = None


class How(Asked, frozen=True, kw_only=True):
    """Gives a drug's targets with action, and chains of typed steps from target to effect; each step is curated or inferred and has its record."""

    drug: Drug
    to: Annotated[Words | None, Meta(description="A gene, a process or a disease.")] = None
    limit: Annotated[int, Meta(description="The most chains to give.", ge=1, le=30)] = 6
    as_of: AsOf = None


class Compare(Asked, frozen=True, kw_only=True):
    """Puts two to four drugs side by side: regimens, reaction rates, development.

    It ranks nothing; rates from different trials cannot be compared directly.
    """

    drugs: Annotated[list[str], Meta(description="Two to four drugs by any name.", min_length=2, max_length=4)]
    condition: Annotated[Words | None, Meta(description="Keep regimens and programmes of this indication.")] = None
    limit: Annotated[int, Meta(description="The most lines per drug and part.", ge=1, le=50)] = 12
    as_of: AsOf = None


class Document(Asked, frozen=True, kw_only=True):
    """A record to read."""

    record: Annotated[str, Meta(description="A record as citations name it: ctgov:NCT00189241, openfda_label:…", max_length=300)]
    seq: Annotated[Rank | None, Meta(description="The version's rank in its history; the newest, if left out.")] = None
    around: Annotated[Words | None, Meta(description="Give the text around these words instead of the beginning.")] = None
    characters: Annotated[int, Meta(description="The most characters to give.", ge=200, le=20_000)] = 6_000


class Nothing(Asked, frozen=True, kw_only=True):
    """Tells per source the last success, the data's own date, records and failures."""


class Rule(Asked, frozen=True, kw_only=True):
    """Tells what an alert rule would have told over the stored history: its sentence, matches per month, the newest digests. It keeps nothing."""

    rule: Annotated[
        str,
        Meta(description='drug:imiquimod kind:label.*,trial.stopped -"cream": blank = and, comma = or, - = not, parentheses.', max_length=2_000),
    ]
    since: Annotated[str, Meta(description="From which day on to look.", max_length=10)] = "1900"
    every: Annotated[Literal["day", "week", "month"], Meta(description="The window of a digest.")] = "month"
    limit: Annotated[int, Meta(description="The most digests to show, the newest ones.", ge=0, le=20)] = 5


class NewAlert(Asked, frozen=True, kw_only=True):
    """Makes an alert, in two calls: the first describes it and gives a code; the second, with the code, makes it.

    Show the description to the person, and send the code back only when they agree.
    """

    rule: Annotated[str, Meta(description="The rule, as `alert_preview` takes it.", max_length=2_000)]
    every: Annotated[Literal["now", "day", "week", "month"], Meta(description="How often to tell.")] = "day"
    at: Annotated[Short | None, Meta(description="The time of day, 08:00.")] = None
    tz: Annotated[Short | None, Meta(description="The time zone, Europe/Berlin.")] = None
    to: Annotated[
        str, Meta(description="`feed` (a private feed) or mailto:ADDRESS; webhooks are added in a terminal or on the web.", max_length=300)
    ] = "feed"
    confirmation: Annotated[
        str | None, Meta(description="The code that the first call gave, sent back only after the person has agreed to what it described.")
    ] = None


class Answer(View, frozen=True, kw_only=True):
    """What every list of lines says beside them."""

    left_out: int
    notice: str = NOT_ADVICE


class Hits(Answer, frozen=True, kw_only=True):
    """Records that hold the words, best first."""

    hits: list[SearchHit]


class ProfileExcerpt(View, frozen=True, kw_only=True):
    """Sections of a drug's profile, each cut to the limit; `left_out` counts by section what was cut."""

    id: str
    name: str
    kind: str
    as_of: str | None
    sections: dict[str, list[Any]]
    left_out: dict[str, int]
    statements: dict[str, int]
    not_covered: list[str]
    notice: str = NOT_ADVICE


class Statement(Answer, frozen=True, kw_only=True):
    """Statements of labels, each with jurisdiction, document type, record, version, date and quote; `labels_read` says how many labels that is."""

    drug: str
    about: str
    statements: list[dict[str, Any]]
    labels_read: int
    said: str


class Programmes(Answer, frozen=True, kw_only=True):
    """Programmes, the furthest first."""

    programmes: list[StatusLine]


class TrialList(Answer, frozen=True, kw_only=True):
    """Trials, newest update first."""

    trials: list[TrialLine]


class ChangeList(Answer, frozen=True, kw_only=True):
    """Events, newest first."""

    changes: list[ChangeLine]


class Timeline(Answer, frozen=True, kw_only=True):
    """Milestones, oldest first."""

    drug: str
    milestones: list[MilestoneLine]


class Works(Answer, frozen=True, kw_only=True):
    """Targets with action, chains whose every step has its record, and what sources dispute."""

    drug: str
    targets: list[DrugTarget]
    off_targets: list[DrugTarget]
    chains: list[Chain]
    contradictions: list[Contradiction]
    absence: str | None


class Side(View, frozen=True, kw_only=True):
    """One drug of a comparison; `left_out` counts what was cut by part."""

    drug: str
    name: str
    regimens: list[dict[str, Any]]
    reactions: list[dict[str, Any]]
    programmes: list[StatusLine]
    left_out: dict[str, int]


class SideBySide(View, frozen=True, kw_only=True):
    """Drugs side by side in the order asked for; no ranking."""

    drugs: list[Side]
    caution: str
    notice: str = NOT_ADVICE


class Text(View, frozen=True, kw_only=True):
    """A version of a record as readable text, or the part of it that was asked for."""

    record: str
    seq: int
    versions: int
    version: str | None
    seen: str
    title: str
    text: str
    begins_at: int
    characters: int
    notice: str = NOT_ADVICE


class Applying(Answer, frozen=True, kw_only=True):
    """Statements of loaded labels that apply to a situation, and what was looked at; never a verdict."""

    checked: Checked


class Ledger(View, frozen=True, kw_only=True):
    """How fresh each source is."""

    sources: list[SourceLine]
    notice: str = NOT_ADVICE


class Preview(View, frozen=True, kw_only=True):
    """What a rule would have told over the stored history."""

    rule: str
    sentence: str
    schedule: str
    since: str
    looked_at: int
    matched: int
    months: list[Month]
    newest: list[str]


class AlertAnswer(View, frozen=True, kw_only=True):
    """Either a description to confirm (`created` is null, `confirmation` holds the code), or the alert that was made."""

    sentence: str
    schedule: str
    to: str
    confirmation: str | None
    created: AlertLine | None
    feed: str | None

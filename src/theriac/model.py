"""The nouns, frozen: what a record, a version, a reading and its statements are.

Flows in: nothing; these are only shapes. Flows out: msgspec Structs that every stage hands to the next and that encode to JSON and msgpack
as they stand. Nothing here knows a source's format, SQL, files or a clock.

It has over 450 lines because every stage imports the same nouns from one place, and splitting them by source would let a source's shape hide.

Tuples are empty where a document lists nothing; a field is None where the document does not carry it at all.
"""

import msgspec

from theriac.dates import PartialDate
from theriac.terms import ArmRole, EntityKind, NameKind


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen record whose unset fields take no room when stored."""


class RecordKey(msgspec.Struct, frozen=True, order=True):
    """One document as a source serves it: the source's name and the key it goes by there."""

    source: str
    key: str

    @property
    def curie(self) -> str:
        """`ctgov:NCT00189241`: how a record is named at every door."""
        return f"{self.source}:{self.key}"


class Where(Struct, frozen=True):
    """The place of a statement in its version: a path, and the exact quote where it is prose."""

    path: str
    quote: str | None = None


class Mention(Struct, frozen=True):
    """A name in a record that wants to be resolved to an entity.

    `others` are names that the record gives for the same thing (`otherNames`); `identifiers` are CURIEs that the record itself assigns;
    `type` is the source's own class of the thing ("DRUG", "PROCEDURE").
    """

    kind: EntityKind
    text: str
    role: str
    path: str
    others: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    type: str | None = None
    arm_role: ArmRole | None = None


class Name(Struct, frozen=True):
    """One name as its source writes it, and what kind of name it is there."""

    text: str
    kind: NameKind


class Claim(Struct, frozen=True):
    """A source's statement about identity: these names and identifiers belong to one substance, or to one product of these ingredients.

    With `ingredients` empty the claim is about a substance (or, for `kind` condition, a disease). With ingredients it is about a product:
    its names are brands (or a generic name) of the drug that those ingredients make.
    """

    kind: EntityKind
    names: tuple[Name, ...]
    identifiers: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    originator: str | None = None
    path: str = ""


class DatedValue(Struct, frozen=True):
    """A date with the word its source puts beside it (ACTUAL, ESTIMATED)."""

    date: PartialDate
    type: str | None = None


class Organisation(Struct, frozen=True):
    """A sponsor or collaborator with the registry's class of it (INDUSTRY, NIH, OTHER)."""

    name: str
    type: str | None = None


class Intervention(Struct, frozen=True):
    """One intervention of a study with the labels of the arms that receive it."""

    name: str
    type: str | None = None
    description: str | None = None
    arms: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


class Arm(Struct, frozen=True):
    """One arm group of a study."""

    label: str
    type: str | None = None
    description: str | None = None
    interventions: tuple[str, ...] = ()


class Outcome(Struct, frozen=True):
    """One outcome measure of a study."""

    measure: str
    time_frame: str | None = None
    description: str | None = None


class Term(Struct, frozen=True):
    """A vocabulary term that the registry assigned: `mesh:D002280`, "Carcinoma, Basal Cell"."""

    id: str
    name: str


class Study(Struct, frozen=True, tag="study", tag_field="record"):
    """What one version of a registry entry says about a clinical study."""

    nct_id: str
    title: str
    official_title: str | None = None
    acronym: str | None = None
    org_study_id: str | None = None
    aliases: tuple[str, ...] = ()
    secondary_ids: tuple[str, ...] = ()
    study_type: str | None = None
    phases: tuple[str, ...] = ()
    status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    verified: PartialDate | None = None
    start: DatedValue | None = None
    primary_completion: DatedValue | None = None
    completion: DatedValue | None = None
    first_submitted: PartialDate | None = None
    first_posted: PartialDate | None = None
    results_first_posted: PartialDate | None = None
    last_update_submitted: PartialDate | None = None
    last_update_posted: PartialDate | None = None
    has_results: bool | None = None
    enrolment: int | None = None
    enrolment_type: str | None = None
    sponsor: Organisation | None = None
    collaborators: tuple[Organisation, ...] = ()
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    condition_terms: tuple[Term, ...] = ()
    intervention_terms: tuple[Term, ...] = ()
    arms: tuple[Arm, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    primary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes: tuple[Outcome, ...] = ()
    allocation: str | None = None
    intervention_model: str | None = None
    primary_purpose: str | None = None
    masking: str | None = None
    eligibility: str | None = None
    sex: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    healthy_volunteers: bool | None = None
    countries: tuple[str, ...] = ()
    site_count: int | None = None
    brief_summary: str | None = None


class Label(Struct, frozen=True, tag="label", tag_field="record"):
    """What one version of a drug label says about itself; what it says about the drug is read by `labels/`."""

    set_id: str
    document_id: str | None = None
    version: str | None = None
    effective: PartialDate | None = None
    document_type: str | None = None
    jurisdiction: str = "US"
    title: str | None = None
    brand_names: tuple[str, ...] = ()
    generic_names: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    manufacturers: tuple[str, ...] = ()
    application_numbers: tuple[str, ...] = ()
    product_ndcs: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    uniis: tuple[str, ...] = ()
    rxcuis: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    action_classes: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    indications_text: str | None = None
    note: str | None = None


class Product(Struct, frozen=True):
    """One product of an application: number, name, form, route, strength, ingredients and how it stands on the market."""

    number: str
    name: str | None = None
    form: str | None = None
    route: str | None = None
    strength: str | None = None
    ingredients: tuple[str, ...] = ()
    marketing_status: str | None = None
    reference_drug: str | None = None
    reference_standard: str | None = None
    te_code: str | None = None
    approved: PartialDate | None = None
    approved_text: str | None = None
    holder: str | None = None


class Submission(Struct, frozen=True):
    """One submission to an application: original or supplement, its class, status and date."""

    type: str
    number: str
    status: str | None = None
    date: PartialDate | None = None
    submission_class: str | None = None
    review_priority: str | None = None
    notes: str | None = None
    properties: tuple[str, ...] = ()


class ApplicationDocument(Struct, frozen=True):
    """One document (letter, label, review) that the agency lists under a submission."""

    submission_type: str
    submission_number: str
    type: str | None = None
    date: PartialDate | None = None
    title: str | None = None
    url: str | None = None


class Patent(Struct, frozen=True):
    """One listed patent of a product: all its use codes together. A listed patent is not a valid one."""

    product: str
    number: str
    expires: PartialDate | None = None
    substance: bool = False
    product_flag: bool = False
    use_codes: tuple[str, ...] = ()
    delisted: bool = False
    submitted: PartialDate | None = None


class Exclusivity(Struct, frozen=True):
    """One exclusivity of a product."""

    product: str
    code: str
    expires: PartialDate | None = None


class Application(Struct, frozen=True, tag="application", tag_field="record"):
    """What one record says about a US application. A part that this record does not carry is None, never empty.

    `number` is the six digits, the only part that every table has; `type` is NDA, ANDA or BLA where the record says it.
    """

    number: str
    type: str | None = None
    sponsor: str | None = None
    products: tuple[Product, ...] | None = None
    submissions: tuple[Submission, ...] | None = None
    documents: tuple[ApplicationDocument, ...] | None = None
    patents: tuple[Patent, ...] | None = None
    exclusivities: tuple[Exclusivity, ...] | None = None
    note: str | None = None


class Medicine(Struct, frozen=True, tag="medicine", tag_field="record"):
    """What one row of the EMA medicines table says about a centrally authorised medicine."""

    number: str
    name: str
    category: str | None = None
    status: str | None = None
    inns: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    holder: str | None = None
    therapeutic_area: tuple[str, ...] = ()
    indication: str | None = None
    class_text: str | None = None
    flags: tuple[str, ...] = ()
    authorised: PartialDate | None = None
    opinion: PartialDate | None = None
    refused: PartialDate | None = None
    withdrawn: PartialDate | None = None
    suspended: PartialDate | None = None
    first_published: PartialDate | None = None
    revised: PartialDate | None = None
    url: str | None = None
    note: str | None = None


class Lookup(Struct, frozen=True, tag="lookup", tag_field="record"):
    """A source's own code list: code → word."""

    table: str
    words: dict[str, str]


class ReferenceTable(Struct, frozen=True, tag="reference", tag_field="record"):
    """One row of a vocabulary that a user loads; all that it says is in the claims, but for the structure of a table that has one."""

    table: str
    names: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    smiles: str | None = None


class Interaction(Struct, frozen=True):
    """One drug on one target, as one source states it.

    `mechanism` is the source's own word that this is how the drug works; a measured binding without that word is only a binding. `action`
    is the source's word (AGONIST, BLOCKER), `targets` are CURIEs: one `chembl_target:` or one `uniprot:` for each part of a complex.
    """

    target: str
    targets: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    organism: str | None = None
    target_class: str | None = None
    action: str | None = None
    mechanism: bool = False
    statement: str | None = None
    measured: str | None = None
    evidence: str | None = None
    references: tuple[str, ...] = ()
    path: str = ""


class DrugTargets(Struct, frozen=True, tag="drug_targets", tag_field="record"):
    """What one record says about the targets of one drug; `linked` are identifiers that it cites without claiming that they mean this drug."""

    drug: str
    identifiers: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    interactions: tuple[Interaction, ...] = ()


class TargetEntry(Struct, frozen=True, tag="target", tag_field="record"):
    """What one record says about a target: a protein, or a complex or family with the proteins that it is made of."""

    name: str
    identifiers: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    organism: str | None = None
    type: str | None = None
    parts: tuple[str, ...] = ()


class Molecule(Struct, frozen=True, tag="molecule", tag_field="record"):
    """What one record says about a molecule: its structure, its parent (the form without the salt) and how far any form of it has got."""

    name: str
    identifiers: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    smiles: str | None = None
    parent: str | None = None
    type: str | None = None
    max_phase: str | None = None
    first_approval: str | None = None


class DrugUse(Struct, frozen=True):
    """One condition for which a source has seen a drug in development, with the furthest phase as the source writes it."""

    condition: str
    identifiers: tuple[str, ...] = ()
    max_phase: str | None = None
    references: tuple[str, ...] = ()


class DrugUses(Struct, frozen=True, tag="drug_uses", tag_field="record"):
    """The conditions that one record lists for one drug. A phase here is no authorisation."""

    drug: str
    identifiers: tuple[str, ...] = ()
    uses: tuple[DrugUse, ...] = ()


class PathwayNode(Struct, frozen=True):
    """One thing in a pathway; `id` is its name inside the record, `type` the source's class of it, `members` the nodes that a group holds."""

    id: str
    name: str
    type: str | None = None
    identifiers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class PathwayEdge(Struct, frozen=True):
    """One arrow of a pathway between two of its nodes, with the relation in the source's word."""

    source: str
    target: str
    relation: str
    references: tuple[str, ...] = ()
    path: str = ""


class Pathway(Struct, frozen=True, tag="pathway", tag_field="record"):
    """What one version of a pathway says: nodes, arrows, and the kinds of cell that its curators tagged it with."""

    id: str
    name: str
    organism: str | None = None
    nodes: tuple[PathwayNode, ...] = ()
    edges: tuple[PathwayEdge, ...] = ()
    cells: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class MechanismPath(Struct, frozen=True, tag="mechanism_path", tag_field="record"):
    """One curated path from a drug to a disease, for that drug and that disease only."""

    id: str
    drug: str
    disease: str
    drug_node: str
    disease_node: str
    nodes: tuple[PathwayNode, ...] = ()
    edges: tuple[PathwayEdge, ...] = ()
    references: tuple[str, ...] = ()
    comment: str | None = None


class GeneSet(Struct, frozen=True, tag="gene_set", tag_field="record"):
    """The genes that take part in a pathway; who acts on whom is not said."""

    id: str
    name: str
    genes: tuple[str, ...] = ()
    organism: str | None = None


class Recall(Struct, frozen=True, tag="recall", tag_field="record"):
    """What one enforcement report says about the recall of a product; `event` joins the reports of one action of a firm."""

    number: str
    event: str | None = None
    status: str | None = None
    classification: str | None = None
    product: str | None = None
    reason: str | None = None
    firm: str | None = None
    initiated: PartialDate | None = None
    classified: PartialDate | None = None
    reported: PartialDate | None = None
    terminated: PartialDate | None = None
    initiative: str | None = None
    distribution: str | None = None
    quantity: str | None = None
    lots: str | None = None
    jurisdiction: str = "US"
    application_numbers: tuple[str, ...] = ()
    product_ndcs: tuple[str, ...] = ()


class Shortage(Struct, frozen=True, tag="shortage", tag_field="record"):
    """What one line of a shortage list says about one presentation of a product; a discontinuation stands on the same list."""

    number: str
    name: str
    presentation: str | None = None
    brand: str | None = None
    company: str | None = None
    status: str | None = None
    availability: str | None = None
    reason: str | None = None
    related: str | None = None
    resolved_note: str | None = None
    categories: tuple[str, ...] = ()
    posted: PartialDate | None = None
    updated: PartialDate | None = None
    changed: PartialDate | None = None
    discontinued: PartialDate | None = None
    jurisdiction: str = "US"
    application_numbers: tuple[str, ...] = ()


class Heading(Struct, frozen=True):
    """One subject heading of an article with its qualifiers; `major` where it is what the article is about."""

    id: str
    name: str
    qualifiers: tuple[str, ...] = ()
    major: bool = False


class ArticleLink(Struct, frozen=True):
    """One tie of an article to another (RetractionIn, CommentIn, ErratumIn …), in the source's word; `cited` is how it names the other."""

    type: str
    pmid: str | None = None
    cited: str | None = None


class Article(Struct, frozen=True, tag="article", tag_field="record"):
    """What a bibliographic record says about an article; its abstract is kept in the payload and not repeated here."""

    pmid: str
    title: str
    journal: str | None = None
    doi: str | None = None
    published: PartialDate | None = None
    entered: PartialDate | None = None
    revised: PartialDate | None = None
    types: tuple[str, ...] = ()
    links: tuple[ArticleLink, ...] = ()
    trials: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    substances: tuple[Term, ...] = ()
    keywords: tuple[str, ...] = ()
    language: str | None = None
    first_author: str | None = None


Document = (
    Study
    | Label
    | Application
    | Medicine
    | Lookup
    | ReferenceTable
    | DrugTargets
    | TargetEntry
    | Molecule
    | DrugUses
    | Pathway
    | MechanismPath
    | GeneSet
    | Recall
    | Shortage
    | Article
)


class Reading(Struct, frozen=True):
    """What one reader makes of one version: the document's own statements, the names in it, and what it claims about identity."""

    document: Document
    title: str
    mentions: tuple[Mention, ...] = ()
    claims: tuple[Claim, ...] = ()


class Raw(Struct, frozen=True):
    """One record as its file served it, before anything of it is believed.

    `payload` is kept for ever as it is; `context` is what the file around it says and the record needs (a table's header, the release date);
    `place` is where in the file it stood, for messages.
    """

    payload: bytes
    context: str = ""
    place: str = ""


class Identity(Struct, frozen=True):
    """Who a record is and which of its contents this is.

    `version` is the hash of the canonical form with its annotation layer, `content` without it: two versions of one content differ only in
    annotation. `rank` orders versions that were seen on the same day (the source's own version number or date).
    `seen` is the source's own data date, where the record carries one. `partial` marks a projection that must never be diffed.
    """

    key: str
    version: str
    content: str
    label: str | None = None
    rank: str = ""
    seen: PartialDate | None = None
    table: str = ""
    partial: bool = False
    origin: str | None = None

"""The words in which a mechanism is told, and which word of each source means which of them.

Flows in: an action (ChEMBL, DrugCentral), a relation (DrugMechDB) or an arrow head (WikiPathways). Flows out: the kind of step, and its
sign where the source states one: +1 more of it, −1 less of it, None where the word does not say. A plain arrow only says "acts on".
"""

from enum import StrEnum
from typing import NamedTuple


class StepKind(StrEnum):
    """What one thing does to the next in a chain."""

    ACTIVATES = "activates"
    INHIBITS = "inhibits"
    MODULATES = "modulates"
    BINDS = "binds"
    AFFECTS = "affects"
    PARTICIPATES = "participates in"
    PRODUCES = "produces"
    REDUCES = "reduces"
    CONVERTS = "is converted to"
    LOCATED = "is located in"
    CAUSES = "causes"
    TREATS = "treats"


class Basis(StrEnum):
    """Whether a source states a step as it stands, or whether it was concluded."""

    CURATED = "curated"
    INFERRED = "inferred"


class Meaning(NamedTuple):
    """The kind of step that a source's word stands for and its sign."""

    kind: StepKind
    sign: int | None


def _meanings(kind: StepKind, sign: int | None, words: str) -> dict[str, Meaning]:
    return {word.strip(): Meaning(kind, sign) for word in words.split(",")}


ACTIONS: dict[str, Meaning] = {
    **_meanings(
        StepKind.ACTIVATES, 1,
        "AGONIST, PARTIAL AGONIST, ACTIVATOR, OPENER, POSITIVE ALLOSTERIC MODULATOR, POSITIVE MODULATOR, RELEASING AGENT, STABILISER,"
        "PHARMACOLOGICAL CHAPERONE, EXOGENOUS PROTEIN, EXOGENOUS GENE",
    ),
    **_meanings(
        StepKind.INHIBITS, -1,
        "INHIBITOR, ANTAGONIST, BLOCKER, INVERSE AGONIST, NEGATIVE ALLOSTERIC MODULATOR, NEGATIVE MODULATOR, ANTISENSE INHIBITOR,"
        "RNAI INHIBITOR, ALLOSTERIC ANTAGONIST, DEGRADER, DISRUPTING AGENT, SEQUESTERING AGENT, HYDROLYTIC ENZYME, PROTEOLYTIC ENZYME,"
        "GENE EDITING NEGATIVE MODULATOR, CROSS-LINKING AGENT, ALKYLATING AGENT, CHELATING AGENT, OXIDATIVE ENZYME, REDUCING AGENT,"
        "MEMBRANE PERMEABILIZER",
    ),
    **_meanings(StepKind.MODULATES, None, "MODULATOR, OTHER, SUBSTRATE"),
    **_meanings(StepKind.BINDS, None, "BINDING AGENT, ANTIBODY BINDING, VACCINE ANTIGEN, MINIMUM INHIBITORY CONCENTRATION"),
}  # fmt: skip

RELATIONS: dict[str, Meaning] = {
    **_meanings(
        StepKind.ACTIVATES, 1,
        "increases activity of, positively regulates, increases expression of, increases response to, increases stability of, catalyses",
    ),
    **_meanings(
        StepKind.INHIBITS, -1,
        "decreases activity of, negatively regulates, disrupts, decreases response to, decreases synthesis of, prevents, ameliorates",
    ),
    **_meanings(StepKind.MODULATES, None, "regulates, increases transport of"),
    **_meanings(StepKind.BINDS, None, "molecularly interacts with, physically interacts with, interacts with"),
    **_meanings(StepKind.PRODUCES, 1, "increases abundance of, produces, has output, output"),
    **_meanings(StepKind.REDUCES, -1, "decreases abundance of, increases degradation of"),
    **_meanings(StepKind.CONVERTS, None, "has metabolite, derives into, has active ingredient"),
    **_meanings(StepKind.PARTICIPATES, None, "participates in, part of, capable of, enables, actively involved in, input"),
    **_meanings(StepKind.LOCATED, None, "located in, occurs in, in taxon, location of, expressed in"),
    **_meanings(StepKind.CAUSES, 1, "causes, contributes to, predisposes, exacerbates"),
    **_meanings(StepKind.AFFECTS, 1, "positively correlated with, manifestation of, has phenotype, phenotype of, precedes"),
    **_meanings(StepKind.AFFECTS, -1, "negatively correlated with"),
    **_meanings(StepKind.TREATS, -1, "treats"),
}  # fmt: skip

ARROWS: dict[str, Meaning] = {
    **_meanings(StepKind.AFFECTS, None, "Arrow, Directed, mim-modification, mim-cleavage, mim-translocation, Translocation"),
    **_meanings(StepKind.ACTIVATES, 1, "mim-stimulation, mim-necessary-stimulation, mim-catalysis, Stimulation, Catalysis"),
    **_meanings(StepKind.INHIBITS, -1, "mim-inhibition, TBar, Inhibition"),
    **_meanings(StepKind.PRODUCES, 1, "mim-transcription-translation, TranscriptionTranslation, Transcription-translation"),
    **_meanings(StepKind.BINDS, None, "mim-binding, Binding"),
    **_meanings(StepKind.CONVERTS, None, "mim-conversion, Conversion"),
}
# Lines without a head: they say that two things belong together and not which acts.
UNDIRECTED = frozenset({"Line", "Undirected", "", "similar to", "chemically similar to", "coexists with", "contraindicated for"})
# Relations whose words run from the effect to its cause; read backwards they are the relation on the right.
REVERSED = {
    "caused by": "causes", "affected by": "regulates", "disrupted by": "disrupts", "produced by": "produces", "has participant": "participates in",
    "derives from": "derives into", "is metabolite of": "has metabolite",
}  # fmt: skip


def meaning_of_action(action: str | None) -> Meaning:
    """What a drug does to a target by the source's word; without a word it only binds.

    >>> meaning_of_action("AGONIST"), meaning_of_action(None)
    (Meaning(kind=<StepKind.ACTIVATES: 'activates'>, sign=1), Meaning(kind=<StepKind.BINDS: 'binds'>, sign=None))
    """
    return ACTIONS.get((action or "").strip().upper(), Meaning(StepKind.BINDS if not action else StepKind.MODULATES, None))


def meaning_of_relation(relation: str) -> Meaning:
    """What a relation or an arrow head says; a word that is not known says that one affects the other, and no more."""
    return RELATIONS.get(relation) or ARROWS.get(relation) or Meaning(StepKind.AFFECTS, None)

"""What a label says: the public face of the package.

In flows a `LabelDocument` (or a file's bytes, through `read_label`); out flow its statements, the object that `label --json` prints. Each
statement carries its exact quote and path; nothing in here touches files, the network or the clock.
"""

import msgspec

from theriac.labels.absences import read_absences
from theriac.labels.cautions import read_cautions
from theriac.labels.document import LabelDocument, Section, Table
from theriac.labels.findings import Absence, Caution, Interaction, Mechanism, Reaction
from theriac.labels.indications import read_indications
from theriac.labels.instructions import read_instructions
from theriac.labels.interactions import read_interactions
from theriac.labels.mechanism import read_mechanism
from theriac.labels.reactions import read_reactions
from theriac.labels.regimens import read_regimens
from theriac.labels.sections import read_epi, read_label, read_openfda, read_spl
from theriac.labels.statements import Indication, Instructions, NotIndicated, Regimen

__all__ = [
    "LabelDocument", "Section", "Statements", "Table", "read_epi", "read_label", "read_openfda", "read_spl", "read_statements",
]  # fmt: skip


class Statements(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one label says, in the shape of `label --json`; `app` and `file` are the door's to fill in."""

    app: str
    file: str
    set_id: str
    version: str
    document_type: str
    jurisdiction: str
    effective_time: str
    indications: tuple[Indication, ...]
    not_indicated: tuple[NotIndicated, ...]
    regimens: tuple[Regimen, ...]
    cautions: tuple[Caution, ...]
    reactions: tuple[Reaction, ...]
    interactions: tuple[Interaction, ...]
    mechanism: Mechanism
    instructions: Instructions
    absences: tuple[Absence, ...] = ()


def read_statements(document: LabelDocument, *, app: str = "", file: str = "") -> Statements:
    """All statements of one label."""
    indications, excluded = read_indications(document)
    cautions, reactions = read_cautions(document), read_reactions(document)
    interactions, mechanism = read_interactions(document), read_mechanism(document)
    return Statements(
        app=app, file=file, set_id=document.set_id, version=document.version, document_type=document.document_type,
        jurisdiction=document.jurisdiction, effective_time=document.effective_time, indications=indications, not_indicated=excluded,
        regimens=read_regimens(document, indications), cautions=cautions, reactions=reactions, interactions=interactions, mechanism=mechanism,
        instructions=read_instructions(document, indications),
        absences=read_absences(document, indications, cautions, reactions, interactions, mechanism),
    )  # fmt: skip

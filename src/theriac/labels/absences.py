"""A label and the statements read from it flow in; what it has no statement of flows out, with why.

Three reasons are kept apart: the label states that there is none (with its words), it has no such section, or it has one from which nothing was
read. It reads no statement itself and concludes nothing from an absence.
"""

from collections.abc import Sequence

from theriac.labels.cautions import contraindications_missing
from theriac.labels.document import LabelDocument, sections_of
from theriac.labels.findings import NOT_READ, SECTION_ABSENT, Absence, Caution, Interaction, Mechanism, Reaction
from theriac.labels.passages import body_start
from theriac.labels.statements import Indication

_POPULATIONS = ("pregnancy", "lactation", "pediatric", "geriatric")
_SHORT = 400  # characters
_NAMED = {"pediatric": "paediatric"}


def read_absences(
    document: LabelDocument,
    indications: Sequence[Indication],
    cautions: Sequence[Caution],
    reactions: Sequence[Reaction],
    interactions: Sequence[Interaction],
    mechanism: Mechanism,
) -> tuple[Absence, ...]:
    """Why the label has no indication, boxed warning, contraindication, population, reaction, interaction or mechanism to show."""
    told = {name for caution in cautions for name in caution.populations}
    found = [
        None if indications else _without(document, "indications"),
        None if any(one.kind == "boxed_warning" for one in cautions) else _without(document, "boxed_warning"),
        contraindications_missing(document, cautions),
        *(None if _NAMED.get(key, key) in told else _without(document, key) for key in _POPULATIONS),
        None if reactions else _without(document, "adverse_reactions"),
        None if interactions else _without(document, "interactions"),
        mechanism.absence,
    ]
    return tuple(one for one in found if one is not None)


def _without(document: LabelDocument, what: str) -> Absence:
    """The section is absent, or it is there and nothing was read from it; a short one is quoted, so that a person can read it."""
    sections = sections_of(document, what)
    if not sections:
        return Absence(what=what, kind=SECTION_ABSENT)
    text = sections[0].text[body_start(sections[0]) :].strip()
    return Absence(what=what, kind=NOT_READ, quote=text if 0 < len(text) <= _SHORT else None, path=sections[0].path)

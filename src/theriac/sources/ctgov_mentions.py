"""What a study names and what it claims about names, the same for every format that it comes in.

Flows in: a Study and the paths of its fields in its format. Flows out: the Reading: mentions (each intervention, condition and
organisation, with its arm role and what the registry itself assigned to it) and claims (other names, MeSH terms). It resolves nothing.
"""

import re
from collections.abc import Iterator, Mapping

from theriac.model import Claim, Intervention, Mention, Name, Reading, Study, Term
from theriac.sources.ctgov_arms import arm_roles
from theriac.terms import ArmRole, EntityKind, NameKind

DRUG_TYPES = frozenset({"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT", "GENETIC", "DIETARY_SUPPLEMENT", "RADIATION"})
MENTIONED_TYPES = DRUG_TYPES | {"OTHER", "DEVICE", "PROCEDURE", "DIAGNOSTIC_TEST", None}
_REDACTED = "[Redacted]"
_SEVERAL = re.compile(r"\+|&|;|\b(?:plus|and|or|versus|vs|with|then|followed by)\b", re.IGNORECASE)


def reading(study: Study, paths: Mapping[str, str]) -> Reading:
    """The study with its mentions and claims; `paths` says where each field stands in the format."""
    roles = arm_roles(study)
    mentions = (*_drugs(study, roles, paths), *_conditions(study, paths), *_organisations(study, paths))
    claims = (*_claims_of_names(study, roles, paths), *_claims_of_conditions(study, paths), *_claims_of_terms(study, paths))
    title = study.title or study.official_title or study.nct_id
    return Reading(document=study, title=title, mentions=mentions, claims=claims)


def search_words(reading: Reading) -> str:
    """Official title, acronym, own ids, keywords and brief summary: what a person may search a study by beside its title."""
    study = reading.document
    if not isinstance(study, Study):
        return ""
    single = (study.official_title, study.acronym, study.org_study_id, study.brief_summary)
    return "\n".join(text for text in (*single, *study.aliases, *study.secondary_ids, *study.keywords) if text)


def place(path: str, index: int) -> str:
    """The path of one element of a list: JSON counts from 0, XPath from 1.

    >>> place("a.b", 0), place("/a/b", 0)
    ('a.b[0]', '/a/b[1]')
    """
    return f"{path}[{index + 1}]" if path.startswith("/") else f"{path}[{index}]"


def _drugs(study: Study, roles: tuple[ArmRole, ...], paths: Mapping[str, str]) -> Iterator[Mention]:
    terms = _by_name(study.intervention_terms)
    for index, (one, role) in enumerate(zip(study.interventions, roles, strict=True)):
        if one.type not in MENTIONED_TYPES or not one.name:
            continue
        assigned = {terms[name.casefold()] for name in (one.name, *one.other_names) if name.casefold() in terms}
        yield Mention(
            kind=EntityKind.DRUG,
            text=one.name,
            role="intervention",
            path=place(paths["interventions"], index),
            others=one.other_names,
            identifiers=tuple(sorted(assigned)),
            type=one.type,
            arm_role=role,
        )


def _conditions(study: Study, paths: Mapping[str, str]) -> Iterator[Mention]:
    for index, text in enumerate(study.conditions):
        yield Mention(
            kind=EntityKind.CONDITION,
            text=text,
            role="condition",
            path=place(paths["conditions"], index),
            identifiers=tuple(term.id for term in _assigned(study, text)),
        )


def _assigned(study: Study, condition: str) -> tuple[Term, ...]:
    """The term that the registry itself assigned to the condition: of the same name, or the only one for the only condition."""
    known = tuple(term for term in study.condition_terms if term.id)
    same = tuple(term for term in known if term.name.casefold() == condition.casefold())
    return same or (known if len(known) == 1 and len(study.conditions) == 1 else ())


def _organisations(study: Study, paths: Mapping[str, str]) -> Iterator[Mention]:
    lead = study.sponsor
    if lead and lead.name != _REDACTED:
        yield Mention(kind=EntityKind.ORGANIZATION, text=lead.name, role="sponsor", path=paths["sponsor"], type=lead.type)
    for index, one in enumerate(study.collaborators):
        path = place(paths["collaborators"], index)
        yield Mention(kind=EntityKind.ORGANIZATION, text=one.name, role="collaborator", path=path, type=one.type)


def _claims_of_names(study: Study, roles: tuple[ArmRole, ...], paths: Mapping[str, str]) -> Iterator[Claim]:
    """The name, and the sponsor's other names, of each drug that is one drug: neither a placebo nor several substances in one line.

    A drug that only trials name exists for Theriac by this claim; it stays a weak one.
    """
    for index, (one, role) in enumerate(zip(study.interventions, roles, strict=True)):
        if one.type in DRUG_TYPES and role is not ArmRole.PLACEBO and not _SEVERAL.search(one.name):
            names = (Name(text=one.name, kind=NameKind.TRIAL), *(Name(text=other, kind=NameKind.SYNONYM) for other in _other_names(one)))
            yield Claim(kind=EntityKind.DRUG, names=names, path=place(paths["interventions"], index))


def _other_names(one: Intervention) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for other in one.other_names:
        if not _SEVERAL.search(other):
            kept.setdefault(other.casefold(), other)
    kept.pop(one.name.casefold(), None)
    return tuple(kept.values())


def _claims_of_conditions(study: Study, paths: Mapping[str, str]) -> Iterator[Claim]:
    for index, text in enumerate(study.conditions):
        for term in _assigned(study, text):
            if term.name.casefold() != text.casefold():
                names = (Name(text=text, kind=NameKind.TRIAL), Name(text=term.name, kind=NameKind.SYNONYM))
                yield Claim(kind=EntityKind.CONDITION, names=names, identifiers=(term.id,), path=place(paths["conditions"], index))


def _claims_of_terms(study: Study, paths: Mapping[str, str]) -> Iterator[Claim]:
    for field, kind, terms in (
        ("condition_terms", EntityKind.CONDITION, study.condition_terms),
        ("intervention_terms", EntityKind.DRUG, study.intervention_terms),
    ):
        for index, term in enumerate(terms):
            if term.id:
                name = Name(text=term.name, kind=NameKind.SYNONYM)
                yield Claim(kind=kind, names=(name,), identifiers=(term.id,), path=place(paths[field], index))


def _by_name(terms: tuple[Term, ...]) -> dict[str, str]:
    return {term.name.casefold(): term.id for term in terms if term.id}

"""What a drug does in a trial: treats alone, treats in combination, strengthens a vaccine, or supports another treatment.

Flows in: a trial with its resolved mentions, and a drug. Flows out: the role with the rule that gave it, or None where the trial makes no
programme of the drug: as comparator, placebo or background. It judges by arms and by the trial's own words, and knows no drug by name.
"""

import re
from collections.abc import Iterable

from theriac.flow.evidence import DrugMention, TrialEvidence
from theriac.flow.keys import plain, word_set
from theriac.model import Intervention, Struct, Study
from theriac.terms import ArmRole, Role

_DRUG_TYPES = frozenset({"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT", "GENETIC", None})
_PLACEBO = re.compile(r"\b(?:placebos?|sham|vehicle|dummy|aqueous cream|saline|inactive)\b", re.IGNORECASE)
_VACCINE = re.compile(r"\bvaccin\w*|\bimmuni[sz]ation\b|\btoxoid\b|\b(?-i:[A-Z]{2,5}v)\b|\bvax\w*", re.IGNORECASE)
_ADJUVANT_WORDS = re.compile(
    r"\bvaccin\w*[ -](?:an? )?adjuvants?\b|\badjuvants?\b[^.]{0,40}\b(?:to|for|of|in|with) (?:\w+ ){0,4}?vaccin\w*|\badjuvanted\b|"
    r"\bimmun\w+ adjuvants?\b|"
    r"\b(?:pre-?treatment|pre-?treated|applied|application|given)\b[^.]{0,60}\b(?:before|prior to)\b[^.]{0,30}\b(?:vaccin|immuni[sz])\w*|"
    r"\b(?:improve|enhanc|augment|boost|increas|potentiat|strengthen)\w*\b[^.]{0,60}\b(?:immunogenicity|"
    r"(?:immune|antibody) responses? (?:to|of|after|against)[^.]{0,30}vaccin\w*|vaccin\w*(?: \w+){0,2} (?:responses?|efficacy))|"
    r"\bpre-?treat\w*\b[^.]{0,60}\b(?:vaccin|immuni[sz])\w*|\b(?:vaccin|immuni[sz])\w*[^.]{0,60}\bpre-?treat\w*",
    re.IGNORECASE,
)
_TUMOUR = re.compile(
    r"cancer|carcinom|neoplas|tumou?r|melanom|gliom|glioblastom|lymphom|leuk(?:a)?em|sarcom|myelom|malignan",
    re.IGNORECASE,
)
_VACCINE_WITH = re.compile(r"\bvaccin\w*,? (?:with|plus|and) (?P<partner>(?:\w+ ){0,2}\w+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = word_set(
    "infection infections viral virus vaccine vaccines vaccination disease diseases chronic acute prevention human "
    "cream ointment topical oral gel placebo injection tablet capsule dose doses with"
)
_MAKES_PROGRAMME = (ArmRole.INVESTIGATED, ArmRole.UNCLEAR)


class Part(Struct, frozen=True):
    """A drug's part in a trial; `alone` where an arm gives it without another drug."""

    role: Role
    rule: str
    mention: DrugMention


def part_in_trial(trial: TrialEvidence, drug: str) -> Part | None:
    """The drug's role in the trial, None where it is only a comparator, placebo, background or not clearly investigated."""
    mine = [one for one in trial.drugs if one.drug == drug]
    roles = {one.arm_role for one in mine}
    if not roles & set(_MAKES_PROGRAMME) or trial.study.study_type in ("OBSERVATIONAL", "EXPANDED_ACCESS"):
        return None
    mention = min((one for one in mine if one.arm_role in _MAKES_PROGRAMME), key=lambda one: (one.arm_role is not ArmRole.INVESTIGATED, one.path))
    adjuvant = _adjuvant_rule(trial, mine)
    if adjuvant is not None:
        return Part(role=Role.ADJUVANT, rule=adjuvant, mention=mention)
    if ArmRole.INVESTIGATED not in roles:
        return None
    if trial.study.primary_purpose == "SUPPORTIVE_CARE":
        return Part(role=Role.SUPPORTIVE, rule="role.supportive_purpose", mention=mention)
    role, rule = _alone_or_combined(trial.study, mine)
    return Part(role=role, rule=rule, mention=mention)


def _adjuvant_rule(trial: TrialEvidence, mine: list[DrugMention]) -> str | None:
    """Why the drug is there to strengthen a vaccine: the trial says so, or only gives it with a vaccine against the very condition."""
    study = trial.study
    names = [one.text for one in mine]
    vaccines = [one for one in study.interventions if _VACCINE.search(one.name)]
    if not vaccines and not _VACCINE.search(_titles(study)):
        return None
    if all(_VACCINE.search(name) and not _beside_vaccine(name) for name in names) or (vaccines and _given_without_vaccine(study, names)):
        return None
    if _says_adjuvant(study, names):
        return "role.adjuvant_in_words"
    if any(_TUMOUR.search(text) for text in (*study.conditions, _titles(study))):
        return None
    if _titled_with_vaccine(study, names):
        return "role.title_says_vaccine_with_drug"
    if not vaccines:
        return None
    if all(_VACCINE.search(name) for name in names):
        return "role.one_intervention_with_vaccine"
    return "role.given_with_vaccine_against_condition" if _prevents_condition(study, vaccines) else None


def _beside_vaccine(name: str) -> bool:
    """Whether one intervention's name holds a vaccine and something else ("X + intradermal vaccine").

    >>> [_beside_vaccine(name) for name in ("Imiquimod + ID HBVv", "Influenza vaccine", "Intradermal HBVv with imiquimod")]
    [True, False, True]
    """
    parts = re.split(r"\s*(?:\+|/|\bwith\b|\bplus\b|\band\b)\s*", name)
    return len(parts) > 1 and any(part and not _VACCINE.search(part) for part in parts)


def _given_without_vaccine(study: Study, names: list[str]) -> bool:
    """Whether an arm gives the drug and no vaccine."""
    given = _arms_of(study)
    mine = {label for one in study.interventions if one.name in names for label in given[one.name]}
    with_vaccine = {label for one in study.interventions if _VACCINE.search(one.name) for label in given[one.name]}
    described = {arm.label for arm in study.arms if _VACCINE.search(f"{arm.label} {arm.description or ''}")}
    return bool(mine - with_vaccine - described)


def _says_adjuvant(study: Study, names: list[str]) -> bool:
    """Whether a sentence about the drug calls it an adjuvant of the vaccine or a pretreatment before vaccination."""
    words = {word for name in names for word in _words(name)}
    words |= {word for one in study.interventions if one.name in names for other in one.other_names for word in _words(other)}
    for text in (_titles(study), study.brief_summary or "", *_descriptions(study, names)):
        for sentence in re.split(r"(?<=[.;])\s+", text):
            if _ADJUVANT_WORDS.search(sentence) and words & _words(sentence):
                return True
    return any(_ADJUVANT_WORDS.search(text) for text in _descriptions(study, names))


def _titled_with_vaccine(study: Study, names: list[str]) -> bool:
    """Whether the title says "vaccine with X"."""
    words = {word for name in names for word in _words(name)} - _COMMON
    return any(word in words for found in _VACCINE_WITH.finditer(study.title) for word in _WORD.findall(plain(found["partner"])))


def _prevents_condition(study: Study, vaccines: list[Intervention]) -> bool:
    """Whether the vaccine is named after the condition, or prevents by the study's own word: a vaccine against it, not one that treats it."""
    if study.primary_purpose not in (None, "PREVENTION"):
        return False
    conditions = {word for text in study.conditions for word in _words(text)} - _COMMON
    titled = _words(_titles(study)) if _VACCINE.search(_titles(study)) else set()
    named = {word for one in vaccines for text in (one.name, *one.other_names) for word in _words(text)} | titled
    return bool(conditions & (named - _COMMON))


def _alone_or_combined(study: Study, mine: list[DrugMention]) -> tuple[Role, str]:
    """Monotherapy where an arm gives the drug and no other drug; combination where every arm of it does."""
    names = {one.text for one in mine if one.arm_role is ArmRole.INVESTIGATED}
    others = [one for one in study.interventions if one.name not in {mention.text for mention in mine} and _is_drug(one)]
    given = _arms_of(study)
    arms = {label for name in names for label in given.get(name, ())}
    if not others:
        return Role.MONOTHERAPY, "role.only_drug_of_trial"
    if not arms:
        beside = any(_VACCINE.search(text) for text in (_titles(study), *(one.name for one in others)))
        return (Role.COMBINATION, "role.beside_a_vaccine") if beside else (Role.MONOTHERAPY, "role.arms_not_linked")
    if all(any(arm in given[one.name] for one in others) for arm in arms):
        return Role.COMBINATION, "role.with_another_drug_in_every_arm"
    return Role.MONOTHERAPY, "role.alone_in_an_arm"


def _is_drug(one: Intervention) -> bool:
    return one.type in _DRUG_TYPES and not _PLACEBO.search(one.name)


def _arms_of(study: Study) -> dict[str, set[str]]:
    """The labels of the arms that receive each intervention, by name, from both sides of the link."""
    given: dict[str, set[str]] = {one.name: set() for one in study.interventions}
    for one in study.interventions:
        given[one.name].update(one.arms)
    by_plain = {plain(name): name for name in given}
    for arm in study.arms:
        for listed in arm.interventions:
            name = by_plain.get(plain(listed.partition(": ")[2] or listed))
            if name is not None:
                given[name].add(arm.label)
    return given


def _descriptions(study: Study, names: Iterable[str]) -> list[str]:
    wanted = set(names)
    return [one.description for one in study.interventions if one.name in wanted and one.description]


def _titles(study: Study) -> str:
    return f"{study.title}. {study.official_title or ''}"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(plain(text)))

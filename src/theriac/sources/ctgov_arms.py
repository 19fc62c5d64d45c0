"""What each intervention is in its trial: investigated, comparator, placebo or background.

Flows in: a Study with its arms and interventions, however they are linked. Flows out: one ArmRole for each intervention, in its order.
It judges by the registry's own arm types and links, by names and titles only where those are missing, and says `unclear` rather than guess.
A comparator, a placebo and a background given in all arms make no programme.
"""

import re

from theriac.model import Intervention, Study
from theriac.terms import ArmRole

_PLACEBO = re.compile(r"\b(?:placebos?|sham|vehicle|dummy|sugar pills?|inactive|inert|mock)\b", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:\+|&|,|;|\band\b|\bor\b|\bplus\b|\bwith\b|\bin\b|\bversus\b|\bvs\b\.?|\bfollowed by\b|\bthen\b)\s*", re.IGNORECASE)
_NO_SUBSTANCE = re.compile(
    r"\b(?:matching|matched|match|identical|oral|topical|nasal|once|twice|daily|weekly|weeks?|days?|dose[sd]?|of|to|for|the|a|an|in|by|as|no|"
    r"same|tablets?|pills?|capsules?|creams?|gels?|ointments?|lotions?|foams?|solutions?|sprays?|patch(?:es)?|injections?|infusions?|"
    r"treatment|therapy|control|group|arm|drug|comparator|questionn?aires?|mg|g|ml|mcg|kg|iv|po|bid|qd|saline|water|sodium|chloride|nacl|normal|sterile)\b|[\W\d_]",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"\b(?:(?:background|rescue) (?:therapy|treatment|medication|regimen)|standard[ -]of[ -]care|standard (?:care|therapy|treatment)|"
    r"best supportive care|usual care|pre-?medication)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"\b(?:versus|vs|against|compared (?:to|with)|comparison (?:to|with)|in comparison (?:to|with))\b", re.IGNORECASE)
_PARENTHESIS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_WORD = re.compile(r"[^\W_][\w-]{3,}")
_FORM_WORD = re.compile(
    r"(?:acid|active|care|capsule|capsules|combination|control|cream|daily|dose|doses|drug|extended|group|high|"
    r"hydrochloride|immediate|infusion|injection|intravenous|low|ointment|oral|placebo|plus|release|sham|sodium|"
    r"solution|standard|subcutaneous|suspension|tablet|tablets|therapy|topical|treatment|vaccine|vehicle|with)\Z",
    re.IGNORECASE,
)
_PLACEBO_ARMS = frozenset({"PLACEBO_COMPARATOR", "SHAM_COMPARATOR"})
_CONTROL_ARMS = _PLACEBO_ARMS | {"ACTIVE_COMPARATOR", "NO_INTERVENTION"}
_IDLE_ARMS = _PLACEBO_ARMS | {"NO_INTERVENTION"}
_UNTELLING = frozenset({"DIAGNOSTIC_TEST"})

Arms = frozenset[int]


def arm_roles(study: Study) -> tuple[ArmRole, ...]:
    """The role of each intervention of the study, in the order of `study.interventions`."""
    if not study.interventions:
        return ()
    given = _given(study)
    return tuple(_role(study, index, given) for index in range(len(study.interventions)))


def is_placebo(name: str) -> bool:
    """Whether the name is of a placebo, vehicle or sham and of nothing beside it.

    >>> [is_placebo(name) for name in ("Imiquimod placebo", "Vehicle cream and placebo tablets", "Placebo + metformin", "X in vehicle")]
    [True, True, False, False]
    """
    if not _PLACEBO.search(name):
        return False
    parts = _JOINED.split(_PARENTHESIS.sub(" ", name) or name)
    return all(_PLACEBO.search(part) or not _NO_SUBSTANCE.sub("", part) for part in parts)


def _role(study: Study, index: int, given: tuple[Arms, ...]) -> ArmRole:
    one, arms = study.interventions[index], given[index]
    if is_placebo(one.name):
        return ArmRole.PLACEBO
    if not arms:
        return _role_without_arms(study, one)
    types = {study.arms[number].type for number in arms}
    every = {arm.type for arm in study.arms}
    if "EXPERIMENTAL" in every and "EXPERIMENTAL" not in types:
        return _control_role(study, index, given) if types & _CONTROL_ARMS else ArmRole.UNCLEAR
    if types <= _IDLE_ARMS and not every <= _IDLE_ARMS:
        return _control_role(study, index, given)
    return ArmRole.BACKGROUND if _SUPPORT.search(one.name) or _is_background(study, index, given) else ArmRole.INVESTIGATED


def _control_role(study: Study, index: int, given: tuple[Arms, ...]) -> ArmRole:
    """Placebo when it is what placebo arms receive instead ("Normal saline"); a comparator otherwise, as in "placebo + metformin"."""
    one, arms = study.interventions[index], given[index]
    beside_placebo = any(is_placebo(two.name) and given[number] & arms for number, two in enumerate(study.interventions))
    only_there = all(study.arms[number].type in _PLACEBO_ARMS for number in arms)
    return ArmRole.PLACEBO if only_there and not beside_placebo and not _PLACEBO.search(one.name) else ArmRole.COMPARATOR


def _given(study: Study) -> tuple[Arms, ...]:
    """The arms that receive each intervention, by its arm labels, the arms' intervention names, or else the arms' own words.

    One substance is often entered once for each arm or dose: entries of one name share their arms.
    """
    numbers = {_plain(arm.label): number for number, arm in enumerate(study.arms)}
    listed = [{_plain(name.partition(": ")[2] or name) for name in arm.interventions} for arm in study.arms]
    shared: dict[str, set[int]] = {}
    for one in study.interventions:
        name = _plain(one.name)
        arms = shared.setdefault(name, set())
        arms.update(numbers[label] for label in map(_plain, one.arms) if label in numbers)
        arms.update(number for number, names in enumerate(listed) if name in names)
    linked = any(shared.values())
    for one in study.interventions:
        if not shared[_plain(one.name)]:
            shared[_plain(one.name)] = _worded(study, one, linked=linked)
    return tuple(frozenset(shared[_plain(one.name)]) for one in study.interventions)


def _worded(study: Study, one: Intervention, *, linked: bool) -> set[int]:
    """The arms whose label or description names the intervention; a single arm receives everything."""
    if len(study.arms) == 1:
        return {0}
    words = _telling_words(one.name)
    texts = [f"{arm.label} {'' if linked else arm.description or ''}".casefold() for arm in study.arms]
    return {number for number, text in enumerate(texts) if words and any(word in text for word in words)}


def _is_background(study: Study, index: int, given: tuple[Arms, ...]) -> bool:
    """Whether every treated arm receives it while something else tells the arms apart.

    It is no background where an experimental arm gives it alone, or where a trial without control arms names it in its title: there it is
    combined with several partners (a first-in-human trial) and is itself on trial.
    """
    arms = given[index]
    treated = frozenset(number for number, arm in enumerate(study.arms) if arm.type != "NO_INTERVENTION")
    if len(treated) < 2 or not treated <= arms:
        return False
    experimental = frozenset(number for number, arm in enumerate(study.arms) if arm.type == "EXPERIMENTAL")
    partners = [partner for number, partner in enumerate(given) if _tells_apart(study, index, number) and partner & treated < treated]
    telling = [partner for partner in partners if partner and (not experimental or partner & experimental)]
    if not telling:
        return False
    if any(not any(number in partner for partner in partners) for number in experimental):
        return False
    controlled = any(arm.type in _CONTROL_ARMS for arm in study.arms)
    return controlled or not _titled(study, study.interventions[index])


def _tells_apart(study: Study, index: int, other: int) -> bool:
    """Whether the other intervention is a different, real one, and not only a measurement."""
    one, two = study.interventions[index], study.interventions[other]
    if index == other or two.type in _UNTELLING or is_placebo(two.name):
        return False
    return not _telling_words(one.name) & _telling_words(two.name)


def _role_without_arms(study: Study, one: Intervention) -> ArmRole:
    """The role of an intervention that nothing links to an arm: by the title where it tells, investigated where there is no other."""
    if _SUPPORT.search(one.name):
        return ArmRole.BACKGROUND
    rivals = [two for two in study.interventions if _plain(two.name) != _plain(one.name) and not is_placebo(two.name)]
    if not rivals or (not study.arms and _titled(study, one) and not _opposed(study, one)):
        return ArmRole.INVESTIGATED
    if _opposed(study, one):
        return ArmRole.COMPARATOR
    if not study.arms and not any(_titled(study, two) for two in rivals):
        return ArmRole.INVESTIGATED
    return ArmRole.UNCLEAR


def _opposed(study: Study, one: Intervention) -> bool:
    """Whether the title names the intervention only after "versus" or "compared with", and something else before."""
    for title in (study.title, study.official_title or ""):
        if (found := _AGAINST.search(title)) is not None:
            before, after = title[: found.start()].casefold(), title[found.end() :].casefold()
            words = _telling_words(one.name)
            if any(word in after for word in words) and not any(word in before for word in words):
                return True
    return False


def _titled(study: Study, one: Intervention) -> bool:
    titles = f"{study.title} {study.official_title or ''}".casefold()
    return any(word in titles for name in (one.name, *one.other_names) for word in _telling_words(name))


def _telling_words(name: str) -> frozenset[str]:
    """The words of a name that may be a substance's: four letters or more, and no form, route or strength."""
    return frozenset(word.casefold() for word in _WORD.findall(name) if not _FORM_WORD.match(word))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()

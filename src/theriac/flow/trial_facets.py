"""Facets of a list of trials: which values there are, how often, and the trials that have the chosen ones.

Flows in: trial lines. Flows out: counts and kept lines. Within one facet any of the chosen values will do; every facet must be met.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from theriac.views import TrialLine

NONE = "not stated"


def _listed(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values)) or (NONE,)


FACETS: dict[str, Callable[[TrialLine], tuple[str, ...]]] = {
    "phase": lambda one: (one.phase or NONE,),
    "status": lambda one: (one.status or NONE,),
    "role": lambda one: (one.role,),
    "condition": lambda one: _listed(one.conditions),
    "sponsor": lambda one: (one.sponsor or NONE,),
    "country": lambda one: _listed(one.countries),
}


def facets(trials: Sequence[TrialLine]) -> dict[str, list[tuple[str, int]]]:
    """For each facet its values with how many trials have them, the most frequent first."""
    return {
        name: sorted(Counter(value for one in trials for value in values(one)).items(), key=lambda pair: (-pair[1], pair[0].casefold()))
        for name, values in FACETS.items()
    }


def chosen(trials: Iterable[TrialLine], wanted: Mapping[str, Sequence[str]]) -> list[TrialLine]:
    """The trials that have, in every facet asked about, one of the values."""
    asked = {name: set(values) for name, values in wanted.items() if values and name in FACETS}
    return [one for one in trials if all(values & set(FACETS[name](one)) for name, values in asked.items())]

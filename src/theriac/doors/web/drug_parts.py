"""How the statements of a profile are laid out: grouped by where they stand, never merged.

Flows in: the clinical sections and lists of a profile. Flows out: the same statements in groups. Nothing is computed from them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from theriac.views import Name

Statement = Mapping[str, Any]
PARTS = {
    "indications": "Indications",
    "regimens": "Regimens",
    "instructions": "How it is applied or taken, step by step",
    "reactions": "Adverse reactions",
    "rates": "Rates of adverse reactions, by label and table",
    "cautions": "Contraindications, warnings and populations",
    "interactions": "Interactions",
    "absences": "What labels do not say",
    "products": "Products",
    "approvals": "Approvals and submissions",
    "patents": "Listed patents",
    "exclusivities": "Exclusivities",
    "labels": "Labels",
    "names": "Names",
    "recalls": "Recalls",
    "shortages": "Shortages",
    "papers": "Articles",
}
_NAME_KINDS = {
    "brand": "Brands", "inn": "INN", "generic": "Generic names", "substance": "Substances", "code": "Codes", "synonym": "Synonyms",
    "trial": "Names in trials", "short": "Short names",
}  # fmt: skip
_CAUTION_KINDS = ("boxed_warning", "contraindication", "warning", "population")


def names_by_kind(names: Sequence[Name]) -> list[tuple[str, list[Name]]]:
    """The names under the heading of their kind, brands first, each by how many records use it."""
    return [
        (title, sorted((one for one in names if one.kind == kind), key=lambda one: -one.records))
        for kind, title in _NAME_KINDS.items()
        if any(one.kind == kind for one in names)
    ]


def uses(indications: Iterable[Statement]) -> list[tuple[str, list[Statement]]]:
    """Indications by jurisdiction."""
    return _grouped(indications, lambda one: str(one["jurisdiction"]))


def regimens(found: Iterable[Statement]) -> list[tuple[tuple[str, str, str | None], list[Statement]]]:
    """Regimens by jurisdiction, product and indication."""
    return _grouped(found, lambda one: (str(one["jurisdiction"]), str(one["product_name"]), one.get("indication")))


def by_kind(cautions: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Boxed warnings, contraindications, warnings and populations, in that order."""
    found: dict[str, list[Statement]] = {kind: [] for kind in _CAUTION_KINDS}
    for one in cautions:
        found.setdefault(str(one["kind"]), []).append(one)
    return found


def absences(found: Iterable[Statement]) -> list[tuple[tuple[str, str], list[Statement]]]:
    """What labels do not say, by the thing and by which of the three absences it is."""
    return _grouped(found, lambda one: (str(one["what"]), str(one["kind"])))


def without_rates(reactions: Iterable[Statement]) -> list[tuple[tuple[str, str, str], list[Statement]]]:
    """The reactions without a rate of their own in an arm, by jurisdiction, product and the band or setting that the label gives."""
    bare = [one for one in reactions if one.get("percent") is None or not (one.get("arm") or one.get("comparator_arm"))]
    return _grouped(bare, lambda one: (str(one["jurisdiction"]), str(one["product_name"]), _how_often(one)))


def _how_often(one: Statement) -> str:
    return str(one.get("band") or one.get("setting") or "no frequency stated")


def rows_of(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rates of one table, for the size of its chart."""
    return [{"term": term, "arm": arm, "percent": cell["percent"]} for term, cells in table["terms"].items() for arm, cell in cells.items()]


def _grouped(statements: Iterable[Statement], key: Any) -> list[tuple[Any, list[Statement]]]:
    groups: dict[Any, list[Statement]] = {}
    for one in statements:
        groups.setdefault(key(one), []).append(one)
    return list(groups.items())

"""What each reference table states about identity, and nothing that it only suggests.

Flows in: the rows of one entry by column name. Flows out: claims. An entry whose table lumps several substances, or lists several codes
where one is meant, claims only what is left without doubt.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from theriac.errors import BadRecord
from theriac.identifiers import SCHEMES
from theriac.model import Claim, Name
from theriac.terms import EntityKind, NameKind

Rows = Sequence[dict[str, str]]
_CURIE = re.compile(r"'([A-Za-z.]+):([^']+)'")
# Of the identifiers that this table lumps together, those that name substances; RxCUI and UMLS stand for products too, and CAS numbers
# and structures of salts stand beside those of their bases.
_EVERYCURE = {"UNII": "unii", "CHEMBL.COMPOUND": "chembl", "DrugCentral": "drugcentral", "MESH": "mesh"}
_DISEASE_PREFIXES = {"mondo": "mondo", "doid": "doid", "mesh": "mesh", "umls": "umls"}
_DOID_RESOURCES = {"MSH": "mesh", "UMLS": "umls"}
_DISEASE_TREE = re.compile(r"C\d|F03")


def _checked(prefix: str, identifier: str) -> str | None:
    """The CURIE, where the identifier looks like one of its kind."""
    return f"{prefix}:{identifier}" if SCHEMES[prefix].pattern.match(identifier) else None


def _identifiers(pairs: Sequence[tuple[str, str | None]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(curie for prefix, value in pairs if value and (curie := _checked(prefix, value))))


def _terms(rows: Rows) -> Iterator[Claim]:
    """Our own layout; several rows of one name say all that they say together."""
    for row in rows:
        kind = EntityKind(_word(EntityKind, row, "kind"))
        name_kind = NameKind(_word(NameKind, row, "name_kind", NameKind.GENERIC))
        synonyms = (Name(text=text, kind=NameKind.SYNONYM) for text in _values(row, "synonyms"))
        yield Claim(
            kind=kind,
            names=(Name(text=row["name"], kind=name_kind), *synonyms),
            identifiers=tuple(_curie(text) for text in _values(row, "identifiers")),
            ingredients=_values(row, "ingredients"),
            parents=_values(row, "parents"),
            originator=row.get("originator"),
            path="name",
        )


def _word(vocabulary: Iterable[str], row: dict[str, str], column: str, default: str = "") -> str:
    text = row.get(column, default).casefold()
    if text not in list(vocabulary):
        raise BadRecord(f"{column} is {text!r}; it must be one of {', '.join(vocabulary)}", field=column)
    return text


def _values(row: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in row.get(column, "").split("|") if text.strip())


def _curie(text: str) -> str:
    prefix, _, identifier = text.partition(":")
    curie = _checked(prefix, identifier) if prefix in SCHEMES else None
    if curie is None:
        raise BadRecord(f"{text!r} is not a known identifier; write it like unii:P1QW714R7M", field="identifiers")
    return curie


def _rxnorm(rows: Rows) -> Iterator[Claim]:
    """RxCUI and UNII of one substance, where the concept has a single UNII."""
    identifiers = _identifiers([("rxcui", row.get("rxnorm_id")) for row in rows] + [("unii", row.get("fdasrs_id")) for row in rows])
    if len(identifiers) == 2:
        yield Claim(kind=EntityKind.DRUG, names=(), identifiers=identifiers, path="fdasrs_id")


def _drugcentral(rows: Rows) -> Iterator[Claim]:
    for row in rows:
        if "INN" in row:
            yield Claim(
                kind=EntityKind.DRUG,
                names=(Name(text=row["INN"], kind=NameKind.INN),),
                identifiers=_identifiers([("drugcentral", row.get("ID")), ("cas", row.get("CAS_RN")), ("inchikey", row.get("InChIKey"))]),
                path="INN",
            )


def _everycure(rows: Rows) -> Iterator[Claim]:
    """The drug's name with those of its identifiers of which the table lists exactly one; combinations are left out."""
    for row in rows:
        if row.get("is_combination_therapy", "").upper() != "FALSE" or "curie_label" not in row:
            continue
        listed: dict[str, set[str]] = {}
        for prefix, identifier in _CURIE.findall(row.get("alternate_ids", "")):
            listed.setdefault(prefix, set()).add(identifier)
        single = [(_EVERYCURE[prefix], next(iter(found))) for prefix, found in listed.items() if prefix in _EVERYCURE and len(found) == 1]
        yield Claim(
            kind=EntityKind.DRUG,
            names=(Name(text=row["curie_label"], kind=NameKind.GENERIC),),
            identifiers=_identifiers(sorted(single)),
            path="curie_label",
        )


def _mesh_trees(rows: Rows) -> Iterator[Claim]:
    """Diseases, told by their place in the tree (C, F03). Chemicals are left: their tree holds classes and substances alike."""
    if any(_DISEASE_TREE.match(row.get("mesh_tree_number", "")) for row in rows) and "mesh_name" in rows[0]:
        yield _condition([rows[0]["mesh_name"]], [("mesh", rows[0].get("mesh_id"))], "mesh_name")


def _mesh_terms(rows: Rows) -> Iterator[Claim]:
    """Nothing: the table does not say which descriptors are diseases and which are substances."""
    yield from ()


def _doid_names(rows: Rows) -> Iterator[Claim]:
    """A disease's name and its exact synonyms; narrow and related ones name something else."""
    names = [row["name"] for row in rows if row.get("type") == "name" and "name" in row]
    exact = [row["name"] for row in rows if row.get("type") == "exact-synonym" and "name" in row]
    if names or exact:
        yield _condition([*names, *exact], [("doid", _local(rows[0]["doid"]))], "name")


def _doid_xrefs(rows: Rows) -> Iterator[Claim]:
    """A disease with its MeSH and UMLS identifier, where the table lists exactly one of the kind."""
    pairs: list[tuple[str, str | None]] = [("doid", _local(rows[0]["doid_code"]))]
    for resource, prefix in _DOID_RESOURCES.items():
        listed = {row["resource_id"] for row in rows if row.get("resource") == resource and "resource_id" in row}
        pairs += [(prefix, identifier) for identifier in listed if len(listed) == 1]
    if len(pairs) > 1 and "doid_name" in rows[0]:
        yield _condition([rows[0]["doid_name"]], pairs, "resource_id")


def _sssom(rows: Rows) -> Iterator[Claim]:
    """Exact matches between disease vocabularies; a match of other vocabularies or of another kind is not taken."""
    for row in rows:
        sides = [row.get(column, "").partition(":") for column in ("subject_id", "object_id")]
        prefixes = [_DISEASE_PREFIXES.get(prefix.lower()) for prefix, _, _ in sides]
        if row.get("predicate_id") != "skos:exactMatch" or None in prefixes or prefixes[0] == prefixes[1]:
            continue
        names = [row[column] for column in ("subject_label", "object_label") if column in row]
        pairs = [(prefix, local) for prefix, (_, _, local) in zip(prefixes, sides, strict=True) if prefix]
        yield _condition(names, pairs, "object_id")


def _condition(names: list[str], pairs: Sequence[tuple[str, str | None]], path: str) -> Claim:
    """A disease by its first name; the others are synonyms."""
    kinds = [NameKind.GENERIC, *(NameKind.SYNONYM for _ in names)]
    return Claim(
        kind=EntityKind.CONDITION,
        names=tuple(Name(text=text, kind=kind) for text, kind in zip(dict.fromkeys(names), kinds, strict=False)),
        identifiers=_identifiers(pairs),
        path=path,
    )


def _local(curie: str) -> str:
    return curie.rpartition(":")[2]


READERS: dict[str, Callable[[Rows], Iterator[Claim]]] = {
    "terms": _terms,
    "rxnorm_unii": _rxnorm,
    "drugcentral_structures": _drugcentral,
    "everycure_drugs": _everycure,
    "mesh_trees": _mesh_trees,
    "mesh_terms": _mesh_terms,
    "doid_names": _doid_names,
    "doid_xrefs": _doid_xrefs,
    "sssom": _sssom,
}

"""What a ChEMBL object or its table rows say, in Theriac's nouns.

Flows in: a decoded API object, or the rows of one molecule or target. Flows out: readings. A mechanism whose `disease_efficacy` is 0 is a
target on which the drug acts without its effect coming from there: it loses the mechanism flag and stays. ATC codes are never read.
"""

from collections.abc import Callable, Iterable
from typing import Any

from theriac.errors import BadRecord
from theriac.identifiers import SCHEMES
from theriac.model import Claim, DrugTargets, DrugUse, DrugUses, Interaction, Mention, Molecule, Name, Reading, TargetEntry
from theriac.terms import EntityKind, NameKind

_CODE_KINDS = {"INN": NameKind.INN, "RESEARCH_CODE": NameKind.CODE, "TRADE_NAME": NameKind.BRAND}
_DISEASES = {"EFO": "efo", "MONDO": "mondo", "HP": "hp", "DOID": "doid", "MESH": "mesh"}


def _text(holder: dict[str, Any], member: str) -> str | None:
    value = holder.get(member)
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip() or None


def _objects(holder: dict[str, Any], member: str) -> list[dict[str, Any]]:
    value = holder.get(member)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadRecord(f"{member} is not a list of objects", field=member)
    return value


def _curies(pairs: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{prefix}:{value}" for prefix, value in pairs if value and SCHEMES[prefix].pattern.match(value)))


def _references(holder: dict[str, Any], member: str) -> tuple[str, ...]:
    """PubMed citations as CURIEs, others by the address or the id that ChEMBL gives."""
    found = []
    for each in _objects(holder, member):
        kind, identifier = _text(each, "ref_type"), _text(each, "ref_id")
        found.append(f"pmid:{identifier}" if kind == "PubMed" and identifier else _text(each, "ref_url") or f"{kind}: {identifier}")
    return tuple(dict.fromkeys(found))


def read_mechanism(decoded: dict[str, Any]) -> Reading:
    """One mechanism: what the molecule does, to which target, and by which papers."""
    molecule = _needed(decoded, "molecule_chembl_id")
    statement = _text(decoded, "mechanism_of_action")
    interaction = Interaction(
        target=_target_name(statement, _text(decoded, "action_type")),
        targets=_curies([("chembl_target", _text(decoded, "target_chembl_id"))]),
        action=_text(decoded, "action_type"),
        mechanism=decoded.get("disease_efficacy") != 0,
        statement=statement,
        evidence=_text(decoded, "mechanism_comment"),
        references=_references(decoded, "mechanism_refs"),
        path="mechanism_of_action",
    )
    parent = _text(decoded, "parent_molecule_chembl_id")
    return _targets_reading(molecule, tuple(dict.fromkeys((molecule, parent or molecule))), (interaction,))


def _needed(holder: dict[str, Any], member: str) -> str:
    found = _text(holder, member)
    if found is None:
        raise BadRecord(f"the object has no {member}", field=member)
    return found


def _target_name(statement: str | None, action: str | None) -> str:
    """The target in the words of the mechanism, without the action at its end.

    >>> _target_name("Toll-like receptor 7 agonist", "AGONIST")
    'Toll-like receptor 7'
    """
    words, last = statement or "", (action or "").casefold()
    return words[: -len(last)].strip(" ;,") if last and words.casefold().endswith(" " + last) else words


def _targets_reading(molecule: str, molecules: tuple[str, ...], interactions: tuple[Interaction, ...]) -> Reading:
    identifiers = _curies(("chembl", one) for one in molecules)
    targets = [
        Mention(kind=EntityKind.TARGET, text=one.target, role="target", path=one.path, identifiers=one.targets) for one in interactions if one.target
    ]
    drug = Mention(kind=EntityKind.DRUG, text=molecule, role="drug", path="molecule_chembl_id", identifiers=identifiers)
    statements = dict.fromkeys(one.statement for one in interactions if one.statement)
    return Reading(
        document=DrugTargets(drug=molecule, identifiers=identifiers, interactions=interactions),
        title=f"{molecule}: {'; '.join(statements) or 'no mechanism stated'}",
        mentions=(drug, *targets),
    )


def read_target(decoded: dict[str, Any]) -> Reading:
    """One target: a single protein, or a complex or family by the proteins that it is made of."""
    identifier, name = _needed(decoded, "target_chembl_id"), _text(decoded, "pref_name")
    components = _objects(decoded, "target_components")
    accessions = _curies(("uniprot", _text(each, "accession")) for each in components)
    synonyms = [
        (_text(one, "syn_type"), _text(one, "component_synonym")) for each in components for one in _objects(each, "target_component_synonyms")
    ]
    crossed = [(_text(one, "xref_src_db"), _text(one, "xref_id")) for each in components for one in _objects(each, "target_component_xrefs")]
    kind = _text(decoded, "target_type")
    single = kind == "SINGLE PROTEIN" or len(accessions) == 1
    genes = tuple(dict.fromkeys(word for which, word in synonyms if which == "GENE_SYMBOL" and word))
    entry = TargetEntry(
        name=name or identifier,
        identifiers=_curies([("chembl_target", identifier)]) + (accessions + _curies(_crossed(crossed)) if single else ()),
        genes=genes,
        synonyms=tuple(dict.fromkeys(word for which, word in synonyms if which != "GENE_SYMBOL" and which != "EC_NUMBER" and word)),
        organism=_text(decoded, "organism"),
        type=kind,
        parts=() if single else accessions,
    )
    return _target_reading(entry)


def _crossed(pairs: Iterable[tuple[str | None, str | None]]) -> Iterable[tuple[str, str | None]]:
    for source, identifier in pairs:
        if source == "HGNC":
            yield "hgnc", (identifier or "").removeprefix("HGNC:")
        elif source in ("EnsemblGene", "Ensembl"):
            yield "ensembl", identifier


def _target_reading(entry: TargetEntry) -> Reading:
    mention = Mention(kind=EntityKind.TARGET, text=entry.name, role="target", path="pref_name", others=entry.genes, identifiers=entry.identifiers)
    return Reading(document=entry, title=entry.name, mentions=(mention,))


def read_molecule(decoded: dict[str, Any]) -> Reading:
    """One molecule, with the names and the structure that ChEMBL gives it; a salt names its parent."""
    identifier = _needed(decoded, "molecule_chembl_id")
    structures = decoded.get("molecule_structures")
    structures = structures if isinstance(structures, dict) else {}
    hierarchy = decoded.get("molecule_hierarchy")
    parent = _text(hierarchy, "parent_chembl_id") if isinstance(hierarchy, dict) else None
    name = _text(decoded, "pref_name")
    synonyms = [(_text(one, "syn_type") or "", _text(one, "molecule_synonym")) for one in _objects(decoded, "molecule_synonyms")]
    identifiers = _curies([("chembl", identifier), ("inchikey", _text(structures, "standard_inchi_key"))])
    document = Molecule(
        name=name or identifier,
        identifiers=identifiers,
        synonyms=tuple(dict.fromkeys(word for _, word in synonyms if word)),
        smiles=_text(structures, "canonical_smiles"),
        parent=f"chembl:{parent}" if parent and parent != identifier else None,
        type=_text(decoded, "molecule_type"),
        max_phase=_text(decoded, "max_phase"),
        first_approval=_text(decoded, "first_approval"),
    )
    mention = Mention(kind=EntityKind.DRUG, text=document.name, role="substance", path="pref_name", identifiers=identifiers)
    return Reading(document=document, title=document.name, mentions=(mention,), claims=_molecule_claims(name, identifiers, synonyms))


def _molecule_claims(name: str | None, identifiers: tuple[str, ...], synonyms: list[tuple[str, str | None]]) -> tuple[Claim, ...]:
    """The preferred name and the names of known kind; one without a preferred name claims only its identifiers."""
    others = (Name(text=word, kind=_CODE_KINDS.get(kind, NameKind.SYNONYM)) for kind, word in synonyms if word)
    first = (Name(text=name, kind=NameKind.GENERIC),) if name else ()
    return (Claim(kind=EntityKind.DRUG, names=tuple(dict.fromkeys((*first, *others))), identifiers=identifiers, path="pref_name"),)


def read_indication(decoded: dict[str, Any]) -> Reading:
    """One indication: the condition and the furthest phase that ChEMBL saw for it."""
    molecule = _needed(decoded, "molecule_chembl_id")
    name = _text(decoded, "efo_term") or _text(decoded, "mesh_heading") or ""
    use = DrugUse(
        condition=name,
        identifiers=_curies([*_disease(_text(decoded, "efo_id")), ("mesh", _text(decoded, "mesh_id"))]),
        max_phase=_text(decoded, "max_phase_for_ind"),
        references=_references(decoded, "indication_refs"),
    )
    return _uses_reading(molecule, tuple(dict.fromkeys((molecule, _text(decoded, "parent_molecule_chembl_id") or molecule))), (use,))


def _disease(identifier: str | None) -> list[tuple[str, str | None]]:
    """`EFO:0002496`, `MONDO_0005341`: prefix and number.

    >>> _disease("MONDO:0005341")
    [('mondo', '0005341')]
    """
    prefix, _, number = (identifier or "").replace("_", ":", 1).partition(":")
    return [(_DISEASES[prefix], number)] if prefix in _DISEASES else []


def _uses_reading(molecule: str, molecules: tuple[str, ...], uses: tuple[DrugUse, ...]) -> Reading:
    identifiers = _curies(("chembl", one) for one in molecules)
    drug = Mention(kind=EntityKind.DRUG, text=molecule, role="drug", path="molecule_chembl_id", identifiers=identifiers)
    conditions = (
        Mention(kind=EntityKind.CONDITION, text=use.condition, role="condition", path="efo_term", identifiers=use.identifiers)
        for use in uses
        if use.condition
    )
    return Reading(
        document=DrugUses(drug=molecule, identifiers=identifiers, uses=uses),
        title=f"{molecule}: {len(uses)} indication{'' if len(uses) == 1 else 's'}",
        mentions=(drug, *conditions),
    )


def _mechanism_rows(rows: list[dict[str, str]]) -> Reading:
    molecule = rows[0]["molecule_chembl_id"]
    found = {}
    for number, row in enumerate(rows):
        statement, action = row.get("mechanism_of_action"), row.get("action_type")
        found[(row.get("target_chembl_id"), action, statement)] = Interaction(
            target=_target_name(statement, action),
            targets=_curies([("chembl_target", row.get("target_chembl_id"))]),
            action=action,
            mechanism=True,
            statement=statement,
            path=f"[{number}]",
        )
    return _targets_reading(molecule, (molecule,), tuple(found.values()))


def _indication_rows(rows: list[dict[str, str]]) -> Reading:
    """The conditions once each, by the furthest phase that their rows give."""
    furthest: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        key = (row.get("efo_id", ""), row.get("efo_term", ""))
        if key not in furthest or _phase(row) > _phase(furthest[key]):
            furthest[key] = row
    uses = tuple(
        DrugUse(condition=name, identifiers=_curies(_disease(identifier)), max_phase=row.get("max_phase_for_ind"))
        for (identifier, name), row in furthest.items()
    )
    molecule = rows[0]["molecule_chembl_id"]
    return _uses_reading(molecule, (molecule,), uses)


def _phase(row: dict[str, str]) -> float:
    text = row.get("max_phase_for_ind", "")
    return float(text) if text.replace(".", "", 1).lstrip("-").isdigit() else -2.0


def _target_rows(rows: list[dict[str, str]]) -> Reading:
    row = rows[0]
    identifier = row["target_chembl_id"]
    accessions = _curies(("uniprot", one.get("uniprot_acc")) for one in rows)
    single = len(accessions) == 1
    genes = _curies(("ensembl", one.get("ensembl_id")) for one in rows)
    entry = TargetEntry(
        name=row.get("target_name", identifier),
        identifiers=_curies([("chembl_target", identifier)]) + (accessions + (genes if len(genes) == 1 else ()) if single else ()),
        type="SINGLE PROTEIN" if single else None,
        parts=() if single else accessions,
    )
    return _target_reading(entry)


def _approval_rows(rows: list[dict[str, str]]) -> Reading:
    identifier = rows[0]["drug_id"]
    identifiers = _curies([("chembl", identifier)])
    document = Molecule(name=identifier, identifiers=identifiers, first_approval=rows[0].get("first_approval"))
    mention = Mention(kind=EntityKind.DRUG, text=identifier, role="substance", path="drug_id", identifiers=identifiers)
    return Reading(document=document, title=identifier, mentions=(mention,))


ROW_READERS: dict[str, Callable[[list[dict[str, str]]], Reading]] = {
    "mechanisms": _mechanism_rows,
    "indications": _indication_rows,
    "targets": _target_rows,
    "approvals": _approval_rows,
}

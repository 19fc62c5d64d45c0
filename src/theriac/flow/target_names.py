"""What targets are called, and which target a person means.

Flows in: the documents that name targets, the index of targets, and a name or identifier. Flows out: a resolution with its reason, or the
candidates. Any identifier that a target has, and any id that it had before, leads to it; of several species' proteins of one name the human
one is meant, and the answer says so.
"""

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from theriac.flow.drug_targets import Sourced, Target, TargetIndex, target_of
from theriac.flow.gene_names import symbol_key, symbols_meant
from theriac.flow.keys import name_key
from theriac.flow.registry import Entity, EntityName
from theriac.flow.resolution import Resolution, ResolutionCandidate
from theriac.flow.target_index import HUMAN
from theriac.model import DrugTargets, Struct, TargetEntry
from theriac.terms import EntityKind, NameKind, ResolutionKind

_MOST = 8
_SPELLED_LIKE = 0.9
_GENE_WORDS = re.compile(r"[\w\-/.αβγκ]{2,24}\Z")
# Names in everyday use of which the approved symbol (HGNC) shows no trace.
_EVERYDAY = {
    "HER2": "ERBB2", "HER3": "ERBB3", "HER4": "ERBB4", "PD1": "PDCD1", "PDL1": "CD274", "PDL2": "PDCD1LG2", "VEGF": "VEGFA", "VEGFR": "KDR",
    "VEGFR1": "FLT1", "VEGFR2": "KDR", "VEGFR3": "FLT4", "COX1": "PTGS1", "COX2": "PTGS2", "CD20": "MS4A1", "BCMA": "TNFRSF17",
    "SGLT1": "SLC5A1", "SGLT2": "SLC5A2", "CKIT": "KIT", "CMET": "MET", "TRKA": "NTRK1", "TRKB": "NTRK2", "TRKC": "NTRK3", "RANKL": "TNFSF11",
    "OX40": "TNFRSF4", "TIM3": "HAVCR2", "CGRP": "CALCA", "ER": "ESR1", "GR": "NR3C1", "MR": "NR3C2", "MTOR": "MTOR", "NK1": "TACR1",
    "P53": "TP53", "SERT": "SLC6A4", "DAT": "SLC6A3", "NET": "SLC6A2", "VMAT2": "SLC18A2", "ERK": "MAPK1", "ERK1": "MAPK3", "ERK2": "MAPK1",
    "MEK1": "MAP2K1", "MEK2": "MAP2K2", "DHFR": "DHFR", "TSLP": "TSLP", "PPARGAMMA": "PPARG",
}  # fmt: skip


class TargetNames(Struct, frozen=True):
    """Every name of every target: name key → ids of targets, and the names of each target as sources write them."""

    index: TargetIndex
    by_name: dict[str, tuple[str, ...]]
    names_of: dict[str, tuple[str, ...]]


def target_names(documents: Iterable[Sourced], index: TargetIndex) -> TargetNames:
    """The names that the documents give to the targets of the index."""
    by_name: dict[str, dict[str, None]] = {}
    names_of: dict[str, dict[str, str]] = {}
    known = ((target, target.name) for target in index.targets.values() if _present(target, index))
    for target, text in (*known, *_stated(documents, index)):
        key = name_key(text)
        if key:
            by_name.setdefault(key, {})[target.id] = None
            names_of.setdefault(target.id, {}).setdefault(key, text)
    return TargetNames(
        index=index,
        by_name={key: tuple(sorted(ids)) for key, ids in by_name.items()},
        names_of={target: tuple(names[key] for key in sorted(names)) for target, names in names_of.items()},
    )


def _present(target: Target, index: TargetIndex) -> bool:
    """Whether the target stands for itself: one whose identifier another target holds is only an earlier name of that."""
    held = index.of_identifiers(target.identifiers)
    return held is None or held.id == target.id


def _stated(documents: Iterable[Sourced], index: TargetIndex) -> Iterator[tuple[Target, str]]:
    for one in documents:
        match one.document:
            case TargetEntry() as entry:
                target = index.of_identifiers(entry.identifiers)
                if target is not None:
                    # A synonym of a component is no name of the family that the component belongs to.
                    yield from ((target, text) for text in (entry.name, *(() if entry.parts else entry.synonyms)))
            case DrugTargets() as stated:
                for interaction in stated.interactions:
                    if interaction.targets:
                        target = target_of(interaction, index)
                        if target.id in index.targets:
                            yield target, interaction.target


def resolve_target(text: str, names: TargetNames) -> Resolution:
    """The target that a name, a gene symbol, an identifier or a former id means; several humans of one name are left to a person."""
    wanted = text.strip()
    for reason, found in _ways(wanted, names):
        known = [one for one in (names.index.targets[each] for each in dict.fromkeys(found)) if _present(one, names.index)]
        if known:
            return _chosen(wanted, known, reason)
    near = process.extract(name_key(wanted), list(names.by_name), scorer=JaroWinkler.similarity, limit=_MOST, score_cutoff=_SPELLED_LIKE)
    like = [names.index.targets[one] for one in dict.fromkeys(target for key, _, _ in near for target in names.by_name[key])]
    like.sort(key=lambda one: one.organism not in (None, HUMAN))
    options = tuple(_candidate(one, 0.5, "spelled alike") for one in like)[:_MOST]
    said = "no source that is loaded gives a target this name"
    return Resolution(query=text, entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason=said, candidates=options)


def _ways(wanted: str, names: TargetNames) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ways to understand the words, the surest first."""
    index = names.index
    yield "identifier", _of_identifier(wanted, index)
    if wanted.startswith("target:name."):
        yield "a name that was its id", names.by_name.get(name_key(wanted.removeprefix("target:name.")), ())
    if _GENE_WORDS.match(wanted) and (gene := index.of_gene(wanted)) is not None:
        yield "gene symbol", (gene.id,)
    if (symbol := _EVERYDAY.get(symbol_key(wanted))) is not None and (gene := index.of_gene(symbol)) is not None:
        yield f"an everyday name of {symbol}", (gene.id,)
    yield "the name as written", names.by_name.get(name_key(wanted), ())
    yield "in the singular", names.by_name.get(name_key(wanted.removesuffix("s")), ())
    yield "another spelling of the name", names.by_name.get(name_key(re.sub(r"[\s-]+receptor\b", "", wanted, flags=re.IGNORECASE)), ())
    if _GENE_WORDS.match(wanted):
        yield "the family of genes", tuple(index.by_gene[key] for key in symbols_meant(wanted, index.by_gene.keys()))


def _of_identifier(wanted: str, index: TargetIndex) -> tuple[str, ...]:
    """Targets of a CURIE, of a bare accession, or of an id as this store writes or wrote it (`target:gene.TLR7`)."""
    if wanted in index.targets and _present(index.targets[wanted], index):
        return (wanted,)
    bare = wanted.removeprefix("target:")
    prefix, dot, rest = bare.partition("." if bare != wanted else ":")
    if not dot:
        prefix, rest = ("chembl_target" if bare.upper().startswith("CHEMBL") else "uniprot"), bare.upper()
    curie = f"{prefix.lower()}:{rest}"
    gene = index.of_gene(rest) if prefix.lower() == "gene" else None
    found = index.of_identifiers((curie, curie.replace("chembl:", "chembl_target:"))) or gene
    return (found.id,) if found else ()


def _chosen(query: str, known: list[Target], reason: str) -> Resolution:
    human = [one for one in known if one.organism == HUMAN] or [one for one in known if one.organism is None]
    kept = human if len(known) > 1 and human else known
    listed = [one for one in kept if one.identifiers or one.parts]
    kept = listed or kept
    options = tuple(_candidate(one, 1.0, reason) for one in kept[:_MOST])
    if len(kept) > 1:
        said = f"{len(kept)} targets have this name ({reason})"
        return Resolution(query=query, entity=None, kind=ResolutionKind.AMBIGUOUS, score=1.0, reason=said, candidates=options)
    said = reason if len(known) == 1 else f"{reason}; the human one of {len(known)}"
    return Resolution(query=query, entity=kept[0].id, kind=ResolutionKind.RESOLVED, score=1.0, reason=said, candidates=options)


def _candidate(target: Target, score: float, reason: str) -> ResolutionCandidate:
    about = f", {target.organism}" if target.organism not in (None, HUMAN) else ""
    return ResolutionCandidate(entity=target.id, name=f"{target.name}{about}", score=score, reason=reason)


def target_entity(target: Target, names: TargetNames) -> Entity:
    """The target as an entity, like drugs and conditions."""
    texts = dict.fromkeys((target.name, *target.genes, *names.names_of.get(target.id, ())))
    named = tuple(EntityName(text=text, key=name_key(text), kind=NameKind.SYNONYM) for text in texts)
    return Entity(id=target.id, kind=EntityKind.TARGET, name=target.name, names=named, identifiers=target.identifiers, parts=target.parts)

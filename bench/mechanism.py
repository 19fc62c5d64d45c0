"""How well mechanisms are found: load time, chains of held-out drugs, time of a question, disputes between sources.

Flows in: the folder of real files (`THERIAC_CORPUS`, else `../shared/corpus`). Flows out: counts and measures. The curated paths are split by
drug (a hash of the drug's name, so every path of a drug falls on one side): rules and weights were set on the development half only; the
held-out half is asked against a graph in which none of its drugs has a path.

    python bench/mechanism.py [--half held_out|development] [--sample N] [--conflicts] [--structures]

`development` splits that half once more, for setting weights without looking at the other. A path counts as reached where a chain leads from
the drug's targets (ChEMBL, DrugCentral) to its disease. Node F1 is given with the drug and disease, which the question names, and without.
"""

import argparse
import gc
import hashlib
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, TypeVar

from theriac.archives import Trouble, walk
from theriac.errors import SourceError
from theriac.flow.drug_targets import Sourced, TargetIndex, evidence_of
from theriac.flow.entities import build
from theriac.flow.keys import name_key
from theriac.flow.mechanism import Drug, MechanismView, mechanism_of
from theriac.flow.mechanism_graph import MechanismGraph, build_graph
from theriac.flow.memory_lookup import MemoryLookup
from theriac.flow.names import drug_candidates
from theriac.flow.neighbours import Neighbour, neighbourhood
from theriac.flow.registry import SourcedClaim
from theriac.flow.resolution import resolve_mention
from theriac.flow.target_conflicts import Conflict, conflicts
from theriac.flow.target_index import target_index
from theriac.model import DrugTargets, MechanismPath
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.chembl import ChemblTables
from theriac.sources.drugcentral import DrugCentralInteractions
from theriac.sources.drugmechdb import DrugMechDBPaths
from theriac.sources.reactome import ReactomeGeneSets
from theriac.sources.reference_tables import ReferenceTables
from theriac.sources.wikipathways import WikiPathwaysGpml, WikiPathwaysTables

_T = TypeVar("_T")
FORMATS: tuple[Format, ...] = (
    DrugCentralInteractions(),
    ChemblTables(),
    DrugMechDBPaths(),
    WikiPathwaysGpml(),
    WikiPathwaysTables(),
    ReactomeGeneSets(),
)
NAME_TABLES = ("drugcentral/structures.smiles.tsv", "everycure/drug_list_stringent.csv")
FILES = (
    "chembl33/chembl_mechanisms.csv",
    "chembl33/chembl_targets.csv",
    "drugcentral/drug.target.interaction.tsv.gz",
    "drugmechdb_paths.tar.xz",
    "wikipathways",
    "reactome/ReactomePathways.gmt",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--half", choices=("held_out", "development"), default="held_out")
    options.add_argument("--sample", type=int, default=30)
    options.add_argument("--seed", type=int, default=20260101)
    options.add_argument("--conflicts", action="store_true", help="also list a seeded sample of conflicts, to be read by hand")
    options.add_argument("--structures", action="store_true", help="also time a similarity search over all structures (needs the extra chem)")
    chosen = options.parse_args()
    corpus = Path(os.environ.get("THERIAC_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
    documents = load(corpus)
    index = target_index(documents)
    linked = chembl_of_structure(documents) | numbers_by_name(documents, corpus)
    around = timed("neighbours", lambda: neighbourhood(documents, index))
    paths = Paths(documents, chosen.half)
    print(f"{chosen.half}: {len(paths.asked)} paths of {len({path.drug for _, path in paths.asked})} drugs; {len(paths.known)} paths in the graph")
    graph = timed("graph of the known paths", lambda: build_graph(paths.known, index))
    report(list(ask(paths.asked, Known(documents, index, linked, around), graph)))
    everything = timed("graph of everything", lambda: build_graph(documents, index))
    question_times(documents, Known(documents, index, linked, around), everything)
    report_conflicts(documents, index, chembl_of_structure(documents), random.Random(chosen.seed), chosen.sample if chosen.conflicts else 0)
    if chosen.structures:
        structures(corpus)


def load(corpus: Path) -> list[Sourced]:
    """Every record of the files, with the time that reading them took."""
    documents: list[Sourced] = []
    for name in FILES:
        started = time.perf_counter()
        found = list(readings(corpus / name))
        documents += found
        print(f"{name}: {len(found):,} records in {time.perf_counter() - started:.2f} s")
    rows = Counter(one.record.partition(":")[0] for one in documents if isinstance(one.document, DrugTargets) for _ in one.document.interactions)
    print("drug–target statements:", ", ".join(f"{source} {count:,}" for source, count in sorted(rows.items())))
    return documents


def readings(path: Path) -> Iterator[Sourced]:
    """Every record of a file or folder; a record that cannot be read is said."""
    for piece in walk(path):
        if isinstance(piece, Trouble):
            continue
        data = piece.stream.read() if piece.stream is not None else piece.bytes()
        head = Head(piece.path, data[:HEAD_BYTES])
        format_ = next((one for one in FORMATS if one.recognises(head)), None)
        if format_ is None:
            continue
        for raw in format_.cut(OpenFile(head, BytesIO(data))):
            try:
                decoded = format_.decode(raw)
                key = format_.identify(raw, decoded).key
                yield Sourced(record=f"{format_.source}:{key}", document=format_.read(raw, decoded).document)
            except SourceError as error:
                print(f"not read: {piece.path} {raw.place}: {error}")


def timed(what: str, make: Callable[[], _T]) -> _T:
    started = time.perf_counter()
    made = make()
    print(f"{what}: {time.perf_counter() - started:.2f} s")
    return made


def numbers_by_name(documents: Iterable[Sourced], corpus: Path) -> dict[str, tuple[str, ...]]:
    """Name key of a path's drug → the identifiers of the entity that a registry of the loaded name tables resolves it to.

    In a store the registry knows more; names that it leaves ambiguous or unknown are left out.
    """
    alone = chembl_of_structure(documents)
    cited = {pair[0]: pair[1] for pair in alone.values()}
    registry = build(claims(corpus))
    lookup, entities = MemoryLookup(registry), {entity.id: entity for entity in registry.entities}
    found = {}
    for name in {one.document.drug for one in documents if isinstance(one.document, MechanismPath)}:
        answers = resolve_mention(drug_candidates(name), None, lookup)
        entity = entities.get(answers[0].entity or "") if len(answers) == 1 else None
        if entity is not None and not entity.parts:
            numbers = (*entity.identifiers, *(one for form in entity.forms for one in form.identifiers))
            own = [one for one in (*alone.get(name_key(name), ()), *(cited.get(each, "") for each in numbers), *numbers) if one]
            found[name_key(name)] = tuple(dict.fromkeys(one for one in own if one.startswith(("chembl:", "drugcentral:"))))
    return found


def claims(corpus: Path) -> Iterator[SourcedClaim]:
    """What the tables of names say of substances."""
    format_ = ReferenceTables()
    for name in NAME_TABLES:
        data = (corpus / name).read_bytes()
        for raw in format_.cut(OpenFile(Head(name, data[:HEAD_BYTES]), BytesIO(data))):
            decoded = format_.decode(raw)
            record = f"reference:{format_.identify(raw, decoded).key}"
            yield from (SourcedClaim(claim=claim, record=record, authoritative=True) for claim in format_.read(raw, decoded).claims)


def chembl_of_structure(documents: Iterable[Sourced]) -> dict[str, tuple[str, ...]]:
    """Name key of a DrugCentral drug → its structure and the ChEMBL molecule that it cites, where no other structure cites that molecule.

    In a store this is the registry's work, which joins both by InChIKey; the ChEMBL tables at hand carry no names and no structures.
    """
    cited: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for one in documents:
        if isinstance(one.document, DrugTargets) and one.record.startswith("drugcentral:"):
            names[one.document.identifiers[0]] = one.document.drug
            for molecule in one.document.linked:
                cited.setdefault(molecule, set()).add(one.document.identifiers[0])
    alone = {next(iter(structures)): molecule for molecule, structures in cited.items() if len(structures) == 1}
    return {name_key(name): (structure, alone.get(structure, "")) for structure, name in names.items()}


class Paths:
    """The curated paths, those that are asked and those that the graph may know."""

    def __init__(self, documents: Iterable[Sourced], half: str) -> None:
        self.asked: list[tuple[str, MechanismPath]] = []
        self.known: list[Sourced] = []
        for one in documents:
            if not isinstance(one.document, MechanismPath):
                self.known.append(one)
                continue
            bits = drug_bits(one.document.drug)
            held_out = bits % 2 == 1
            if half == "held_out":
                asked, left = held_out, False
            else:
                asked, left = not held_out and bits // 2 % 2 == 1, held_out
            if asked:
                self.asked.append((one.record, one.document))
            elif not left:
                self.known.append(one)


def drug_bits(name: str) -> int:
    """A number that depends on the drug's name only, without case and punctuation."""
    return int.from_bytes(hashlib.blake2b(name_key(name).encode(), digest_size=4).digest(), "big")


class Asked(NamedTuple):
    """One path with what was found for it, in the graph's own node ids."""

    path: MechanismPath
    view: MechanismView
    goal: str
    gold_targets: frozenset[str]
    gold_nodes: frozenset[str]
    gold_edges: frozenset[tuple[str, str]]


class Known(NamedTuple):
    """What every question needs beside the graph."""

    documents: Sequence[Sourced]
    targets: TargetIndex
    linked: dict[str, tuple[str, ...]]
    around: Mapping[str, Sequence[Neighbour]]

    def view(self, name: str, graph: MechanismGraph, goal: str | None) -> MechanismView:
        drug = drug_of(name, self.linked)
        return mechanism_of(drug, statements(name, self.documents, self.linked), self.targets, graph, goal, around=self.around)


def ask(paths: Sequence[tuple[str, MechanismPath]], known: Known, graph: MechanismGraph) -> Iterator[Asked]:
    for record, path in paths:
        alone = build_graph([Sourced(record=record, document=path)], known.targets)
        goal = alone.ends[record][0] if record in alone.ends else ""
        edges = {(edge.source, edge.target) for edges in alone.out.values() for edge in edges}
        first = {edge.target for edge in alone.first_steps[record]}
        gold = frozenset(edges | {("drug", target) for target in first})
        view = known.view(path.drug, graph, goal)
        yield Asked(path, view, goal, gold_targets(alone, first), frozenset(node for edge in gold for node in edge), gold)


_STATEMENTS: dict[str, list[Sourced]] = {}


def drug_of(name: str, linked: dict[str, tuple[str, ...]]) -> Drug:
    return Drug(name=name, identifiers=tuple(filter(None, linked.get(name_key(name), ()))))


def statements(name: str, documents: Sequence[Sourced], linked: dict[str, tuple[str, ...]]) -> list[Sourced]:
    """The target statements about a drug, found by an index instead of by looking through all."""
    if not _STATEMENTS:
        for one in documents:
            if isinstance(one.document, DrugTargets):
                for key in (name_key(one.document.drug), *one.document.identifiers):
                    _STATEMENTS.setdefault(key, []).append(one)
    drug = drug_of(name, linked)
    near = [one for key in (name_key(name), *drug.identifiers) for one in _STATEMENTS.get(key, ())]
    return list(dict.fromkeys(evidence_of((name,), drug.identifiers, near)))


def gold_targets(alone: MechanismGraph, first: Iterable[str]) -> frozenset[str]:
    """The proteins on which the path's drug acts, itself or through what it is turned into."""
    found, seen, waiting = set(), set[str](), list(first)
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if alone.nodes[node].kind == "protein":
            found.add(node)
        elif alone.nodes[node].kind == "chemical":
            waiting += [edge.target for edge in alone.out.get(node, ())]
    return frozenset(found)


def report(asked: Sequence[Asked]) -> None:
    with_targets = [one for one in asked if one.gold_targets]
    stated = [one for one in with_targets if one.view.targets]
    share("drug has a mechanism target in ChEMBL or DrugCentral", [bool(one.view.targets) for one in asked])
    share("target found (paths whose drug acts on a protein)", [bool(one.gold_targets & _targets(one)) for one in with_targets])
    share("target found, where the drug has one stated", [bool(one.gold_targets & _targets(one)) for one in stated])
    share("disease stands in the graph", [bool(one.view.goals) for one in asked])
    share("disease reached by a chain", [bool(one.view.chains) for one in asked])
    for kept in (1, 2, 3, 6):
        measures = [_measures(one, kept) for one in asked]
        reached = [one for one, each in zip(measures, asked, strict=True) if each.view.chains]
        for name, some in (("all", measures), ("reached", reached)):
            node, inner, edge = (sum(column) / len(some) for column in zip(*some, strict=True))
            print(f"best {kept} chains, {name} {len(some)}: node F1 {node:.3f}, without drug and disease {inner:.3f}, edge F1 {edge:.3f}")


def share(what: str, found: Sequence[bool]) -> None:
    print(f"{what}: {sum(found)} of {len(found)} ({sum(found) / max(len(found), 1):.1%})")


def _targets(one: Asked) -> frozenset[str]:
    return frozenset(part for target in one.view.targets for part in (target.target.id, *target.target.parts))


def _measures(one: Asked, kept: int) -> tuple[float, float, float]:
    """F1 of nodes, of nodes between drug and disease, of edges; the first names nothing where no chain was found."""
    chains = one.view.chains[:kept]
    edges = {("drug" if number == 0 else step.source.id, step.target.id) for chain in chains for number, step in enumerate(chain.steps)}
    nodes = {node for edge in edges for node in edge}
    ends = {"drug", one.goal}
    return f1(nodes, set(one.gold_nodes)), f1(nodes - ends, set(one.gold_nodes) - ends), f1(edges, set(one.gold_edges))


def f1(found: set[_T], gold: set[_T]) -> float:
    return 2 * len(found & gold) / (len(found) + len(gold)) if found or gold else 1.0


def question_times(documents: Sequence[Sourced], known: Known, graph: MechanismGraph) -> None:
    """How long one chain question takes: for every path to its disease, and for every drug with a path without a stated effect.

    What was loaded is frozen for the garbage collector, as a service does once after loading; else its rounds over all of it are measured.
    """
    gc.collect()
    gc.freeze()
    paths = [(one.document.drug, graph.ends.get(one.record, ("",))[0]) for one in documents if isinstance(one.document, MechanismPath)]
    for asked, questions in ((True, paths), (False, [(drug, None) for drug in sorted({drug for drug, _ in paths})])):
        walls, works = [], []
        for drug, goal in questions:
            wall, work = time.perf_counter(), time.process_time()
            known.view(drug, graph, goal)
            walls.append(time.perf_counter() - wall)
            works.append(time.process_time() - work)
        what = "to a disease" if asked else "without an effect"
        for clock, times in (("wall", sorted(walls)), ("processor", sorted(works))):
            middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
            print(f"chain question {what}, {len(times)}, {clock}: median {middle * 1000:.0f} ms, p99 {late * 1000:.0f} ms")


def report_conflicts(documents: Sequence[Sourced], index: TargetIndex, linked: dict[str, tuple[str, ...]], dice: random.Random, sample: int) -> None:
    """Disputes between the mechanisms of ChEMBL and DrugCentral over the drugs that both have, by kind."""
    found = [each for name, pair in sorted(linked.items()) if pair[1] for each in _of(name, pair, index)]
    both = sum(bool(pair[1]) and pair[1] in _STATEMENTS for pair in linked.values())
    cited = sum(bool(pair[1]) for pair in linked.values())
    print(f"drugs of DrugCentral that alone cite a ChEMBL molecule: {cited:,}; with mechanisms there: {both:,}")
    for kind, count in Counter(each.kind for each in found).most_common():
        print(f"  {kind}: {count}")
    for each in dice.sample(found, min(sample, len(found))):
        print(f"- {each.kind} | {each.drug} | ChEMBL: {each.left} | DrugCentral: {each.right}")


def _of(name: str, identifiers: tuple[str, ...], index: TargetIndex) -> tuple[Conflict, ...]:
    near = [one for key in identifiers for one in _STATEMENTS.get(key, ())]
    return conflicts(name, near, index, ("chembl", "drugcentral"))


def structures(corpus: Path) -> None:
    """How long a similarity search over all DrugCentral structures takes."""
    from theriac.chem import Library, similar

    rows = [line.split("\t") for line in (corpus / "drugcentral/structures.smiles.tsv").read_text().splitlines()[1:]]
    library = timed(f"{len(rows):,} structures prepared", lambda: Library.of((f"drugcentral:{row[3]}", row[0]) for row in rows if row[0]))
    started = time.perf_counter()
    found = similar(library, "CC(C)CN1C=NC2=C(N)N=C3C=CC=CC3=C12", least=0.5)
    print(f"similarity over {len(library.ids):,} structures: {(time.perf_counter() - started) * 1000:.0f} ms, {len(found)} found")


if __name__ == "__main__":
    main()

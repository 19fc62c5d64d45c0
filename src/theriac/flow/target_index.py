"""The index of targets: which identifiers, symbols and names belong to one protein.

Flows in: the documents of ChEMBL, DrugCentral, WikiPathways and whoever else names targets. Flows out: one index that knows a protein under
its UniProt, Ensembl, NCBI, HGNC and ChEMBL identifiers and its gene symbol, and complexes by their parts. It is made of votes, so that one
pathway's slip of the pen moves nothing; the same documents in any order make the same index.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from theriac.flow.drug_targets import Sourced, Target, TargetIndex, target_id, whole_target
from theriac.flow.gene_names import symbol_key
from theriac.flow.keys import name_key
from theriac.model import Document, DrugTargets, Interaction, Pathway, Struct, TargetEntry

HUMAN = "Homo sapiens"
GENE_NODES = frozenset({"GeneProduct", "Protein", "Rna", "RNA"})


class _Statement(Struct, frozen=True):
    """What one document says of one target: a protein by its accession or symbol, or (with neither) a complex, family or other thing."""

    name: str
    accession: str = ""
    identifiers: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    organism: str | None = None
    type: str | None = None
    parts: tuple[str, ...] = ()
    label: bool = False


class _Votes(Struct, frozen=True):
    """For each identifier, symbol, name and organism, how many statements give it to which accession."""

    identifiers: dict[str, Counter[str]]
    genes: dict[str, Counter[str]]
    names: dict[str, Counter[str]]
    organisms: dict[str, Counter[str]]


def target_index(documents: Iterable[Sourced]) -> TargetIndex:
    """The index of everything that the documents say about targets.

    A protein's id is made of its UniProt accession, else of its gene symbol; a complex's of its parts. Where sources give one identifier to
    several proteins, the one that most statements give holds, and the first by name among equals.
    """
    statements = [statement for one in documents for statement in _statements(one.document)]
    known = frozenset(statement.accession for statement in statements)
    votes = _Votes(identifiers={}, genes={}, names={}, organisms={})
    wholes: dict[str, Target] = {}
    for statement in statements:
        if statement.accession:
            _tally(votes, statement, _known_accession(statement, known))
        else:
            whole = whole_target(statement.name, statement.identifiers, statement.parts, statement.organism, statement.type)
            wholes.setdefault(whole.id, whole)
    return _index(votes, wholes)


def _index(votes: _Votes, wholes: dict[str, Target]) -> TargetIndex:
    symbols = {f"gene:{gene}": _most(_human(counted, votes.organisms)) for gene, counted in sorted(votes.genes.items())}
    by_identifier = {one: target_id(symbols.get(most := _most(counted), most)) for one, counted in sorted(votes.identifiers.items())}
    named = {accession: names for accession, names in sorted(votes.names.items()) if symbols.get(accession, accession) == accession}
    proteins = _proteins(by_identifier, named, votes)
    kept = _described(wholes)
    for whole in sorted(wholes.values(), key=lambda one: one.id):
        by_identifier.update({identifier: kept[whole.id].id for identifier in whole.identifiers if identifier not in by_identifier})
    by_gene = {gene.partition(":")[2]: target_id(accession) for gene, accession in symbols.items()}
    return TargetIndex(targets={**wholes, **proteins}, by_identifier=by_identifier, by_gene=by_gene)


def _described(wholes: Mapping[str, Target]) -> dict[str, Target]:
    """For each complex or family the one that says most of it: where no table lists its parts, the only one of its name whose parts are listed."""
    listed: dict[str, list[Target]] = {}
    for whole in wholes.values():
        if whole.parts and whole.organism in (None, HUMAN):
            listed.setdefault(name_key(whole.name), []).append(whole)
    found = {}
    for identifier, whole in wholes.items():
        alike = [] if whole.parts else listed.get(name_key(whole.name), [])
        bare = wholes.get(f"target:name.{name_key(whole.name)}")
        found[identifier] = alike[0] if len(alike) == 1 else whole if whole.parts or bare is None else bare
    return found


def _statements(document: Document) -> Iterator[_Statement]:
    match document:
        case TargetEntry():
            yield _of_entry(document)
        case DrugTargets():
            yield from (_of_interaction(one) for one in document.interactions if one.targets)
        case Pathway():
            yield from _of_pathway(document)


def _of_entry(entry: TargetEntry) -> _Statement:
    """A table's row; one that lists all unreviewed accessions of a gene is known by the gene's symbol."""
    accessions = [one for one in entry.identifiers if one.startswith("uniprot:")]
    symbol = f"gene:{symbol_key(entry.genes[0])}" if len(entry.genes) == 1 else ""
    accession = accessions[0] if len(accessions) == 1 else symbol
    return _Statement(
        name=entry.name,
        accession="" if entry.parts else accession,
        identifiers=entry.identifiers,
        genes=entry.genes,
        organism=entry.organism,
        type=entry.type,
        parts=entry.parts,
        label=entry.type in GENE_NODES,
    )


def _of_interaction(one: Interaction) -> _Statement:
    """A row on one protein names it; on several they are its parts, and their genes are listed in an order of their own."""
    accessions = tuple(target for target in one.targets if target.startswith("uniprot:"))
    single = len(accessions) == 1
    return _Statement(
        name=one.target,
        accession=accessions[0] if single else "",
        identifiers=one.targets,
        genes=one.genes if single and len(one.genes) == 1 else (),
        organism=one.organism,
        parts=() if single else accessions,
    )


def _of_pathway(document: Pathway) -> Iterator[_Statement]:
    """A gene's node joins its label with its identifiers; one without an accession is known by its symbol."""
    for node in document.nodes:
        if node.type in GENE_NODES and node.identifiers and symbol_key(node.name) and not node.identifiers[0].startswith("wikipathways:"):
            accession = next((one for one in node.identifiers if one.startswith("uniprot:")), f"gene:{symbol_key(node.name)}")
            ids, organism = node.identifiers, document.organism
            yield _Statement(name=node.name, accession=accession, identifiers=ids, genes=(node.name,), organism=organism, label=True)


def _known_accession(statement: _Statement, known: frozenset[str]) -> str:
    """The statement's own accession; for a bare symbol with several, the only one of them that some statement is about."""
    if not statement.accession.startswith("gene:"):
        return statement.accession
    listed = [one for one in statement.identifiers if one in known and one.startswith("uniprot:")]
    return listed[0] if len(listed) == 1 else statement.accession


def _tally(votes: _Votes, statement: _Statement, accession: str) -> None:
    for identifier in (accession, *statement.identifiers):
        votes.identifiers.setdefault(identifier, Counter())[accession] += 1
    for gene in filter(None, map(symbol_key, statement.genes)):
        votes.genes.setdefault(gene, Counter())[accession] += 1
    # A pathway's label names a protein only where no table does.
    votes.names.setdefault(accession, Counter())[statement.name] += 0 if statement.label else 1
    if statement.organism:
        votes.organisms.setdefault(accession, Counter())[statement.organism] += 1


def _most(counted: Counter[str]) -> str:
    """The accession with most votes; a protein before a bare symbol."""
    return min(counted, key=lambda accession: (accession.startswith("gene:"), -counted[accession], accession))


def _human(counted: Counter[str], organisms: Mapping[str, Counter[str]]) -> Counter[str]:
    """Of several proteins of one symbol, the human ones; else those whose organism nobody states; else all."""
    proteins = [accession for accession in counted if not accession.startswith("gene:")]
    human = [accession for accession in proteins if HUMAN in organisms.get(accession, ())]
    kept = human or [accession for accession in proteins if accession not in organisms]
    return Counter({accession: counted[accession] for accession in kept}) if kept else counted


def _proteins(by_identifier: Mapping[str, str], named: Mapping[str, Counter[str]], votes: _Votes) -> dict[str, Target]:
    identifiers: dict[str, list[str]] = {}
    symbols: dict[str, Counter[str]] = {}
    for identifier, target in by_identifier.items():
        identifiers.setdefault(target, []).append(identifier)
    for gene, counted in votes.genes.items():
        for accession, count in counted.items():
            symbols.setdefault(target_id(accession), Counter())[gene] += count
    found = {}
    for accession, names in named.items():
        target = target_id(accession)
        organisms, genes = votes.organisms.get(accession), symbols.get(target, Counter[str]())
        found[target] = Target(
            id=target,
            name=min(names, key=lambda name: (-names[name], name)),
            genes=tuple(sorted(genes, key=lambda gene: (-genes[gene], gene))),
            identifiers=tuple(identifiers.get(target, (accession,))),
            organism=min(organisms, key=lambda one: (-organisms[one], one)) if organisms else None,
            type="protein",
        )
    return found

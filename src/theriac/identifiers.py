"""Identifiers of the field as CURIEs: parse, check, print, link.

Flows in: identifiers as sources and people write them. Flows out: `Reference(prefix, id)`, printed `prefix:id`. Never guesses a prefix
for a bare string that two patterns accept.
"""

import re
from typing import NamedTuple

from theriac.errors import UserError


class Reference(NamedTuple):
    """One identifier: `nct:NCT00189241`, `unii:P1QW714R7M`, `chembl:CHEMBL1282`."""

    prefix: str
    id: str

    def __str__(self) -> str:
        return f"{self.prefix}:{self.id}"


class Scheme(NamedTuple):
    """How one kind of identifier looks and where a person can open it (`{}` takes the id)."""

    pattern: re.Pattern[str]
    link: str | None
    self_evident: bool


def _scheme(pattern: str, link: str | None = None, *, self_evident: bool = False) -> Scheme:
    return Scheme(re.compile(rf"(?:{pattern})\Z"), link, self_evident)


SCHEMES: dict[str, Scheme] = {
    "nct": _scheme(r"NCT\d{8}", "https://clinicaltrials.gov/study/{}", self_evident=True),
    "unii": _scheme(r"[A-Z0-9]{10}", "https://precision.fda.gov/uniisearch/srs/unii/{}"),
    "chembl": _scheme(r"CHEMBL\d+", "https://www.ebi.ac.uk/chembl/explore/compound/{}", self_evident=True),
    "rxcui": _scheme(r"\d{1,8}", "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm={}"),
    "cas": _scheme(r"\d{2,7}-\d{2}-\d", "https://commonchemistry.cas.org/detail?cas_rn={}", self_evident=True),
    "inchikey": _scheme(r"[A-Z]{14}-[A-Z]{10}-[A-Z]", None, self_evident=True),
    "drugcentral": _scheme(r"\d+", "https://drugcentral.org/drugcard/{}"),
    "set_id": _scheme(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "https://dailymed.nlm.nih.gov/dailymed/lookup.cfm?setid={}", self_evident=True),
    "application": _scheme(
        r"(?:NDA|ANDA|BLA)\d{6}", "https://www.accessdata.fda.gov/scripts/cder/daf/index.cfm?event=overview.process&ApplNo={}", self_evident=True
    ),
    "ema": _scheme(r"EMEA/[HV]/[A-Z]/\d+(?:/\d+)?", None, self_evident=True),
    "mesh": _scheme(r"[CD]\d{6,9}", "https://id.nlm.nih.gov/mesh/{}.html"),
    "pmid": _scheme(r"\d{1,8}", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    "uniprot": _scheme(r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2}", "https://www.uniprot.org/uniprotkb/{}"),
    "mondo": _scheme(r"\d{7}", "https://monarchinitiative.org/MONDO:{}"),
    "doid": _scheme(r"\d+", "https://disease-ontology.org/?id=DOID:{}"),
    "umls": _scheme(r"C\d{7}", None),
    "eudract": _scheme(r"20\d{2}-\d{6}-\d{2}", "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}", self_evident=True),
    "chembl_target": _scheme(r"CHEMBL\d+", "https://www.ebi.ac.uk/chembl/explore/target/{}"),
    "hgnc": _scheme(r"\d{1,6}", "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:{}"),
    "gene": _scheme(r"[A-Za-z][A-Za-z0-9-]{0,19}", "https://www.genenames.org/tools/search/#!/?query={}"),
    "ncbigene": _scheme(r"\d{1,9}", "https://www.ncbi.nlm.nih.gov/gene/{}"),
    "ensembl": _scheme(r"ENS[A-Z]{0,5}[EFGPT]\d{11}", "https://www.ensembl.org/id/{}", self_evident=True),
    "reactome": _scheme(r"R-[A-Z]{3}-\d+", "https://reactome.org/content/detail/{}", self_evident=True),
    "wikipathways": _scheme(r"WP\d{1,5}", "https://www.wikipathways.org/pathways/{}.html"),
    "efo": _scheme(r"\d{7}", "https://www.ebi.ac.uk/ols4/ontologies/efo/terms?short_form=EFO_{}"),
    "chebi": _scheme(r"\d{1,6}", "https://www.ebi.ac.uk/chebi/CHEBI:{}"),
    "go": _scheme(r"\d{7}", "https://amigo.geneontology.org/amigo/term/GO:{}"),
    "hp": _scheme(r"\d{7}", "https://hpo.jax.org/browse/term/HP:{}"),
    "cl": _scheme(r"\d{7}", "https://www.ebi.ac.uk/ols4/ontologies/cl/terms?short_form=CL_{}"),
    "patent": _scheme(r"[A-Z]{0,2}\d{5,8}(?:\*PED)?", "https://patents.google.com/patent/US{}"),
}


def reference(prefix: str, identifier: str) -> Reference:
    """The checked identifier; UserError where it does not look like one of its kind.

    >>> str(reference("nct", "nct00189241"))
    'nct:NCT00189241'
    """
    scheme = SCHEMES.get(prefix)
    if scheme is None:
        raise UserError(f"no identifier scheme is called {prefix!r}; known are {', '.join(sorted(SCHEMES))}")
    for candidate in (identifier.strip(), identifier.strip().upper(), identifier.strip().lower()):
        if scheme.pattern.match(candidate):
            return Reference(prefix, candidate)
    raise UserError(f"{identifier!r} does not look like a {prefix} identifier")


def parse_reference(text: str) -> Reference | None:
    """The identifier that a person typed, with its prefix or self-evident without it; None where it is a plain name.

    >>> parse_reference("chembl:CHEMBL1282"), parse_reference("NCT00189241"), parse_reference("imiquimod")
    (Reference(prefix='chembl', id='CHEMBL1282'), Reference(prefix='nct', id='NCT00189241'), None)
    """
    prefix, colon, rest = text.strip().partition(":")
    if colon and prefix.lower() in SCHEMES:
        try:
            return reference(prefix.lower(), rest)
        except UserError:
            return None
    for name, scheme in SCHEMES.items():
        if scheme.self_evident and (scheme.pattern.match(text.strip().upper()) or scheme.pattern.match(text.strip().lower())):
            return reference(name, text)
    return None


def link(curie: str) -> str | None:
    """The public page of an identifier, or None where its scheme has none.

    >>> link("pmid:11298484")
    'https://pubmed.ncbi.nlm.nih.gov/11298484/'
    """
    prefix, _, identifier = curie.partition(":")
    scheme = SCHEMES.get(prefix)
    if scheme is None or scheme.link is None:
        return None
    return scheme.link.format(identifier.removeprefix("ANDA").removeprefix("NDA").removeprefix("BLA") if prefix == "application" else identifier)

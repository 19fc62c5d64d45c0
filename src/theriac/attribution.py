"""Whose data it is: the licence of each source that asks to be named, and the words that name it.

Flows in: the name of a source or the CURIE of a record. Flows out: the attribution that stands wherever something of that source is shown.
A source that is not listed here asks for none.
"""

from collections.abc import Iterable

from theriac.model import Struct


class Attribution(Struct, frozen=True):
    """Who made the data, under which licence, and where both can be read."""

    source: str
    name: str
    licence: str
    licence_link: str
    link: str

    @property
    def notice(self) -> str:
        """The line that is shown: `ChEMBL (EMBL-EBI), CC BY-SA 3.0`."""
        return f"{self.name}, {self.licence}"


_BY_SA_3 = "https://creativecommons.org/licenses/by-sa/3.0/"
_BY_SA_4 = "https://creativecommons.org/licenses/by-sa/4.0/"
_ZERO = "https://creativecommons.org/publicdomain/zero/1.0/"

ATTRIBUTIONS: dict[str, Attribution] = {
    one.source: one
    for one in (
        Attribution(source="chembl", name="ChEMBL (EMBL-EBI)", licence="CC BY-SA 3.0", licence_link=_BY_SA_3, link="https://www.ebi.ac.uk/chembl/"),
        Attribution(source="drugcentral", name="DrugCentral", licence="CC BY-SA 4.0", licence_link=_BY_SA_4, link="https://drugcentral.org/"),
        Attribution(source="drugmechdb", name="DrugMechDB", licence="CC0 1.0", licence_link=_ZERO, link="https://github.com/SuLab/DrugMechDB"),
        Attribution(source="wikipathways", name="WikiPathways", licence="CC0 1.0", licence_link=_ZERO, link="https://www.wikipathways.org/"),
        Attribution(
            source="pubmed",
            name="PubMed (U.S. National Library of Medicine)",
            licence="NLM terms: named as the source",
            licence_link="https://www.nlm.nih.gov/databases/download/terms_and_conditions.html",
            link="https://pubmed.ncbi.nlm.nih.gov/",
        ),
        Attribution(source="reactome", name="Reactome", licence="CC0 1.0", licence_link=_ZERO, link="https://reactome.org/"),
    )
}


def attributions(records: Iterable[str]) -> tuple[Attribution, ...]:
    """The attributions that these records (CURIEs) or sources call for, each once, by source.

    >>> [one.notice for one in attributions(["chembl:mechanism/1", "ctgov:NCT00000001", "chembl"])]
    ['ChEMBL (EMBL-EBI), CC BY-SA 3.0']
    """
    sources = {record.partition(":")[0] for record in records}
    return tuple(ATTRIBUTIONS[source] for source in sorted(sources & ATTRIBUTIONS.keys()))

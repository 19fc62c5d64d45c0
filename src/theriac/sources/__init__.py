"""Everything Theriac knows about its sources' formats: one file per source, one line here for each format.

A new source is one file, one line in FORMATS and one golden folder under `tests/sources/`.
"""

from theriac.sources.base import Format
from theriac.sources.chembl import ChemblPages, ChemblTables
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_xml import CtgovXml
from theriac.sources.drugcentral import DrugCentralInteractions
from theriac.sources.drugmechdb import DrugMechDBPaths
from theriac.sources.drugs_at_fda import DrugsAtFDA
from theriac.sources.ema import EMAMedicinesReport, EMAMedicinesTable
from theriac.sources.epi import EPI
from theriac.sources.fda_shortages_table import FDAShortagesTable
from theriac.sources.openfda_drugsfda import OpenFDADrugsFDA
from theriac.sources.openfda_enforcement import OpenFDAEnforcement
from theriac.sources.openfda_label import OpenFDALabel
from theriac.sources.openfda_shortages import OpenFDAShortages
from theriac.sources.orange_book import OrangeBook, OrangeBookUseCodes
from theriac.sources.pubmed import PubMedArticles
from theriac.sources.reactome import ReactomeEvents, ReactomeGeneSets
from theriac.sources.reference_tables import ReferenceTables
from theriac.sources.spl import SPL
from theriac.sources.wikipathways import WikiPathwaysGpml, WikiPathwaysTables

FORMATS: tuple[Format, ...] = (
    CtgovV2(),
    CtgovXml(),
    OpenFDALabel(),
    OpenFDADrugsFDA(),
    OpenFDAEnforcement(),
    OpenFDAShortages(),
    FDAShortagesTable(),
    DrugsAtFDA(),
    OrangeBook(),
    OrangeBookUseCodes(),
    EMAMedicinesTable(),
    EMAMedicinesReport(),
    SPL(),
    EPI(),
    ChemblPages(),
    ChemblTables(),
    DrugCentralInteractions(),
    DrugMechDBPaths(),
    WikiPathwaysGpml(),
    WikiPathwaysTables(),
    ReactomeGeneSets(),
    ReactomeEvents(),
    PubMedArticles(),
    ReferenceTables(),
)

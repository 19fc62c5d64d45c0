"""Everything Theriac knows about its sources' formats: one file per source, one line here for each format.

A new source is one file, one line in FORMATS and one golden folder under `tests/sources/`.
"""

from theriac.sources.base import Format
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_xml import CtgovXml
from theriac.sources.openfda_label import OpenFDALabel

FORMATS: tuple[Format, ...] = (
    CtgovV2(),
    CtgovXml(),
    OpenFDALabel(),
)

"""The live sources, one file each: endpoints, cadence, rate, overlap, cursors. What they bring goes the way of every loaded file.

A new live source is one file here and one line in FETCHERS; its format stands in `sources/`.
"""

from theriac.live.base import Fetcher
from theriac.live.chembl import ChEMBL
from theriac.live.ctgov import Ctgov
from theriac.live.dailymed import DailyMed
from theriac.live.openfda import OpenFDAApplications, OpenFDALabels
from theriac.live.openfda_notices import OpenFDARecalls, OpenFDAShortageList
from theriac.live.pubmed import PubMed
from theriac.live.whole_file import DrugsAtFDALive, EMALive, OrangeBookLive

FETCHERS: tuple[Fetcher, ...] = (
    Ctgov(),
    OpenFDALabels(),
    OpenFDAApplications(),
    OpenFDARecalls(),
    OpenFDAShortageList(),
    DailyMed(),
    DrugsAtFDALive(),
    OrangeBookLive(),
    EMALive(),
    PubMed(),
    ChEMBL(),
)

"""The live sources, one file each: endpoints, cadence, rate, overlap, cursors. What they bring goes the way of every loaded file.

A new live source is one file here and one line in FETCHERS; its format stands in `sources/`.
"""

from theriac.live.base import Fetcher
from theriac.live.ctgov import Ctgov
from theriac.live.openfda import OpenFDAApplications, OpenFDALabels

FETCHERS: tuple[Fetcher, ...] = (
    Ctgov(),
    OpenFDALabels(),
    OpenFDAApplications(),
)

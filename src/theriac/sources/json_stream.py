"""Cuts a JSON file of many records into the records, without ever holding more than a window of it.

Flows in: a binary stream that holds one record, an array of records, an object with such an array (`results`, `studies`), or one record a
line. Flows out: the exact bytes of each record, and the small members that stand beside the array. It decodes nothing inside a record.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt

from theriac.errors import BadFile

WINDOW = 8 * 1024 * 1024
LARGEST_RECORD = 256 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_QUOTE, _BACKSLASH, _COMMA = 0x22, 0x5C, 0x2C

"""Theriac: an open drug-intelligence database that you run yourself.

    import theriac
    with theriac.open("home") as store:
        store.load(["ctg-studies.json.zip"])
        store.drug("imiquimod")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theriac.api import Theriac, restore
    from theriac.api import open_home as open  # noqa: A004 - `theriac.open(home)` is the name people look for
    from theriac.errors import TheriacError
    from theriac.settings import Settings, read_settings

__version__: str
__all__ = ["Settings", "Theriac", "TheriacError", "open", "read_settings", "restore"]

_PLACES = {
    "__version__": ("settings", "VERSION"),
    "Settings": ("settings", "Settings"),
    "Theriac": ("api", "Theriac"),
    "TheriacError": ("errors", "TheriacError"),
    "open": ("api", "open_home"),
    "read_settings": ("settings", "read_settings"),
    "restore": ("api", "restore"),
}


def __getattr__(name: str) -> Any:
    """The public names, imported when first asked for: a worker that reads documents needs no store."""
    if name not in _PLACES:
        raise AttributeError(f"module 'theriac' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(import_module(f"theriac.{module}"), attribute)

"""Syncs everything from a mirror into a home, in many small commits; the crash tests kill it."""

import sys
from pathlib import Path

from theriac.api import open_home
from theriac.settings import Settings


def main() -> None:
    """The folder and the mirror are the arguments."""
    settings = Settings(home=Path(sys.argv[1]), workers=1, batch_records=16, mirror=sys.argv[2], rate=100_000.0)
    print("ready", flush=True)
    with open_home(settings=settings, create=True) as store:
        for source in ("ctgov", "openfda_label", "openfda_drugsfda"):
            if store.keeper.sync(full=source).failed:
                sys.exit(3)


if __name__ == "__main__":
    main()

"""One load in a process of its own, for the tests that kill it: `python killed.py HOME FILE...`."""

import sys
from pathlib import Path


def main() -> None:
    """Loads the files in order, in batches of twenty-five records so that a kill can fall between commits, compacting often."""
    from theriac.pipeline import load
    from theriac.settings import Settings
    from theriac.store import upkeep
    from theriac.store.home import prepare

    upkeep.MANY_SEGMENTS = 3
    folder = Path(sys.argv[1])
    home = prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}")
    print("ready", flush=True)
    for path in sys.argv[2:]:
        load(home, Settings(home=folder, workers=1, batch_records=25), [Path(path)])
    home.close()


if __name__ == "__main__":
    main()

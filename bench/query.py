"""How long a question takes in process on a registry of made-up studies: drug profile, trials, search; p50 and p99.

Flows in: a home loaded from the seeded generator (made once for a folder that is kept). Flows out: milliseconds for each question, over drugs,
conditions and words drawn by the seed, cold (the first time that a name is asked for) and in a mixed order.

    ./run bench query [--studies N] [--questions N] [--keep DIR]
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import theriac
from load import archives
from measure import machine, quantile, table
from registry import Studies
from theriac.errors import UnknownName
from theriac.settings import Settings

GOAL = 50.0


def main() -> None:
    """Loads, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=50_000)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="where the made zip and the loaded home are kept for another time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="theriac-bench-") as scratch:
        folder = Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{options.studies:,} made-up studies, {options.questions} questions of each kind; {machine()}", flush=True)
        home = folder / f"query-home-{options.studies}"
        first, _ = archives(folder, options.studies, options.seed)
        with theriac.open(home, create=True, settings=Settings(home=home)) as store:
            store.load([first])
            _ask(store, Studies(options.seed), options)


def _ask(store: "theriac.Theriac", studies: Studies, options: argparse.Namespace) -> None:
    rng = random.Random(options.seed)
    world = studies.world
    drugs, conditions = rng.sample(world.drugs, min(options.questions, 2_500)), rng.sample(world.conditions, min(options.questions, 1_400))
    words = [" ".join(rng.sample(world.words[30:3_000], rng.choice((1, 2, 3)))) for _ in range(options.questions)]
    began = time.perf_counter()
    _answered(lambda: store.drug(drugs[-1]))
    print(f"the first question of all: {(time.perf_counter() - began) * 1000:.0f} ms")
    questions: dict[str, list[Callable[[], object]]] = {
        "drug": [lambda name=name: store.drug(name) for name in drugs],  # type: ignore[misc]
        "trials of a drug": [lambda name=name: store.trials(drug=name) for name in drugs],  # type: ignore[misc]
        "trials of a condition": [lambda name=name: store.trials(condition=name) for name in conditions],  # type: ignore[misc]
        "search": [lambda text=text: store.search(text) for text in words],  # type: ignore[misc]
    }
    taken: dict[str, list[float]] = {name: [] for name in questions}
    asked = [(name, question) for name, some in questions.items() for question in some]
    rng.shuffle(asked)
    for name, question in asked:
        began = time.perf_counter()
        _answered(question)
        taken[name].append((time.perf_counter() - began) * 1000)
    rows = [("milliseconds", "p50", "p99", "most", "goal p99")]
    rows += [(name, f"{quantile(some, 0.5):.1f}", f"{quantile(some, 0.99):.1f}", f"{max(some):.1f}", f"{GOAL:.0f}") for name, some in taken.items()]
    table("in process, one question at a time", rows)


def _answered(question: Callable[[], object]) -> None:
    """Asks; a name that no trial of this registry bears is an answer too."""
    with suppress(UnknownName):
        question()


if __name__ == "__main__":
    main()

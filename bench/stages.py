"""Stages beside a curated list: for drug and condition that both know, whether Theriac's stage is ChEMBL's furthest phase.

    .venv/bin/python bench/stages.py HOME [--corpus DIR] [--drugs N] [--show N] [--seed S] [--json]

HOME holds trials, labels and medicines; the list is `chembl33/chembl_indications.csv`, of which status reads nothing. Compared on one scale: a
phase 1/2 counts as 2 and a phase 2/3 as 3, as the list counts them; filed counts as 3. Curators of such lists agree with each other on 68 to
78 of 100 pairs, so that a figure far above says more of the comparison than of the stages. `--show` prints disagreements to read by hand.
"""

import argparse
import csv
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import theriac
from theriac.flow.resolution import resolve_condition
from theriac.settings import Settings
from theriac.terms import Stage

SCALE = {
    Stage.EARLY_PHASE_1: 0.5,
    Stage.PHASE_1: 1.0,
    Stage.PHASE_1_2: 2.0,
    Stage.PHASE_2: 2.0,
    Stage.PHASE_2_3: 3.0,
    Stage.PHASE_3: 3.0,
    Stage.FILED: 3.0,
    Stage.APPROVED: 4.0,
}


def curated(store: theriac.Theriac, path: Path) -> dict[tuple[str, str], tuple[float, str]]:
    """The list's furthest phase of each drug and condition that this home has names for, with the list's own words."""
    names, conditions = store.names, dict[tuple[str, str], str | None]()
    found: dict[tuple[str, str], tuple[float, str]] = {}
    with path.open() as lines:
        for row in csv.DictReader(lines):
            asked = (row["efo_term"], row["efo_id"].lower())
            if asked not in conditions:
                conditions[asked] = resolve_condition(asked[0], names, identifiers=(asked[1],)).entity
            drug, condition = names.by_identifier(f"chembl:{row['molecule_chembl_id']}"), conditions[asked]
            phase = float(row["max_phase_for_ind"] or -1)
            if drug and condition and phase > 0:
                found[drug, condition] = max(found.get((drug, condition), (0.0, "")), (phase, f"{row['molecule_chembl_id']} {row['efo_term']}"))
    return found


def ours(store: theriac.Theriac, drugs: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Theriac's treatment programmes over all organisations."""
    table = store.programmes(drugs=sorted(drugs))
    columns = ("drug", "condition", "organisation", "role", "stage", "drug_name", "condition_name", "records", "rules")
    rows = table.select(columns).to_pylist()
    treated = (row for row in rows if row["condition"] and row["organisation"] is None and row["role"] in ("monotherapy", "combination"))
    return {(row["drug"], row["condition"]): row for row in treated}


def main() -> int:
    """Prints the agreement and, where asked, disagreements; 1 where the list is not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path(__file__).resolve().parent.parent.parent / "shared" / "corpus")
    parser.add_argument("--drugs", type=int, default=0, help="only so many drugs of the list, drawn with the seed (0: all)")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    path = chosen.corpus / "chembl33" / "chembl_indications.csv"
    if not path.is_file():
        print(f"there is no {path}; name the corpus with --corpus", file=sys.stderr)
        return 1
    with theriac.open(settings=Settings(home=chosen.home)) as store:
        theirs = curated(store, path)
        drugs = sorted({drug for drug, _ in theirs})
        drawn = random.Random(chosen.seed).sample(drugs, min(chosen.drugs, len(drugs))) if chosen.drugs else drugs
        found = ours(store, set(drawn))
    both = sorted(key for key in theirs if key in found and Stage(found[key]["stage"]) in SCALE)
    pairs = {key: (SCALE[Stage(found[key]["stage"])], theirs[key][0]) for key in both}
    crossed = Counter(pairs.values())
    agree = sum(count for (mine, other), count in crossed.items() if mine == other)
    told = {"pairs": len(pairs), "agree": agree, "share": round(agree / max(1, len(pairs)), 3)}
    told |= {"further": sum(count for (mine, other), count in crossed.items() if mine > other)}
    told |= {"less": sum(count for (mine, other), count in crossed.items() if mine < other)}
    if chosen.json:
        print(json.dumps(told))
        return 0
    print(f"{told['pairs']} pairs, {told['agree']} agree ({100 * told['share']:.1f} %), {told['further']} further, {told['less']} less far")
    for (mine, other), count in sorted(crossed.items()):
        print(f"  ours {mine:<4} list {other:<4} {count}")
    apart = [key for key in both if pairs[key][0] != pairs[key][1]]
    for key in random.Random(chosen.seed).sample(apart, min(chosen.show, len(apart))):
        row = found[key]
        rule = json.loads(row["rules"])["stage"]
        print(f"{row['drug_name']} | {row['condition_name']} | ours {row['stage']} | {theirs[key]} | {rule} | {row['records'][:4]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

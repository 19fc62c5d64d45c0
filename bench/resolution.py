"""Interventions of real trials to drugs: how many resolve, and a seeded sample to read.

Flows in: a folder of real files (`THERIAC_CORPUS`, else `../shared/corpus`). Flows out: counts, the time that building the registry and naming
one intervention takes, and 100 interventions with what they resolved to and why. Precision is what a reader of that sample finds.

    python bench/resolution.py [--reference] [--seed N] [--sample N] [--resolved]

`--reference` also loads the reference tables that lie beside the sources.
"""

import argparse
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from theriac.archives import Trouble, walk
from theriac.errors import SourceError
from theriac.flow.entities import SourcedClaim, build
from theriac.flow.memory_lookup import MemoryLookup
from theriac.flow.names import drug_candidates
from theriac.flow.resolution import Resolution, resolve_mention
from theriac.model import Mention, Reading, Study
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.ctgov import CtgovV2
from theriac.sources.drugs_at_fda import DrugsAtFDA
from theriac.sources.ema import EMAMedicinesTable
from theriac.sources.openfda_label import OpenFDALabel
from theriac.sources.orange_book import OrangeBook
from theriac.sources.reference_tables import ReferenceTables
from theriac.terms import EntityKind

FORMATS: tuple[Format, ...] = (CtgovV2(), OpenFDALabel(), DrugsAtFDA(), OrangeBook(), EMAMedicinesTable(), ReferenceTables())
TRIALS = ("ctgov_v2", "imiquimod/trials.jsonl")
AUTHORITIES = ("openfda_label", "drugs_at_fda/openfda_repo_zip", "orange_book/2024-08-products", "ema")
REFERENCE = ("everycure", "drugcentral/structures.smiles.tsv", "rxnorm")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reference", action="store_true")
    options.add_argument("--seed", type=int, default=20260101)
    options.add_argument("--sample", type=int, default=100)
    options.add_argument("--resolved", action="store_true", help="sample only what resolved")
    chosen = options.parse_args()
    corpus = Path(os.environ.get("THERIAC_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
    trials = dict(readings(corpus, TRIALS))
    known = list(readings(corpus, AUTHORITIES + (REFERENCE if chosen.reference else ())))
    claims = [*_claims(list(trials.items()), authoritative=False), *_claims(known, authoritative=True)]
    started = time.perf_counter()
    registry = build(claims)
    print(f"{len(claims):,} claims → {len(registry.entities):,} entities in {time.perf_counter() - started:.2f} s")
    report(list(interventions(trials)), MemoryLookup(registry), random.Random(chosen.seed), chosen.sample, only_resolved=chosen.resolved)


def readings(corpus: Path, folders: tuple[str, ...]) -> Iterator[tuple[str, Reading]]:
    """Every record of the folders as (CURIE, reading); records that cannot be read are left out."""
    for folder in folders:
        for piece in walk(corpus / folder):
            if isinstance(piece, Trouble):
                continue
            data = piece.stream.read() if piece.stream is not None else piece.bytes()
            head = Head(piece.path, data[:HEAD_BYTES])
            format_ = next((one for one in FORMATS if one.recognises(head)), None)
            if format_ is not None:
                yield from _read(format_, OpenFile(head, BytesIO(data)))


def _read(format_: Format, file: OpenFile) -> Iterator[tuple[str, Reading]]:
    for raw in format_.cut(file):
        try:
            decoded = format_.decode(raw)
            key = format_.identify(raw, decoded).key
            yield f"{format_.source}:{key}", format_.read(raw, decoded)
        except SourceError:
            continue


def _claims(read: list[tuple[str, Reading]], *, authoritative: bool) -> Iterator[SourcedClaim]:
    for record, reading in read:
        for claim in reading.claims:
            yield SourcedClaim(claim=claim, record=record, authoritative=authoritative)


def interventions(trials: dict[str, Reading]) -> Iterator[tuple[str, Mention]]:
    """Every intervention that a trial's reader mentions, once for each trial."""
    for record, reading in sorted(trials.items()):
        if isinstance(reading.document, Study):
            yield from ((record, one) for one in reading.mentions if one.kind is EntityKind.DRUG and one.role == "intervention")


def outcome(answers: tuple[Resolution, ...], weak: frozenset[str] = frozenset()) -> str:
    """How an intervention ended: the least certain of its parts that are drugs."""
    kinds = {_ending(one, weak) for one in answers}
    order = ("ambiguous", "unknown", "resolved, named by trials only", "resolved", "not a drug")
    return next(one for one in order if one in kinds)


def _ending(answer: Resolution, weak: frozenset[str]) -> str:
    if answer.reason.startswith("no drug"):
        return "not a drug"
    return "resolved, named by trials only" if answer.entity in weak else str(answer.kind)


def report(found: list[tuple[str, Mention]], lookup: MemoryLookup, dice: random.Random, size: int, *, only_resolved: bool) -> None:
    started = time.perf_counter()
    candidates = [drug_candidates(mention.text, mention.others) for _, mention in found]
    each = (time.perf_counter() - started) / max(1, len(found)) * 1e6
    answers = [resolve_mention(keys, one.type, lookup, identifiers=one.identifiers) for keys, (_, one) in zip(candidates, found, strict=True)]
    counts = Counter(outcome(one, lookup.weak) for one in answers)
    print(f"{len(found):,} interventions of {len({record for record, _ in found}):,} trials, {each:.0f} µs each to name")
    for kind, count in counts.most_common():
        print(f"  {kind:32} {count:5}  {count / len(found):6.1%}")
    drawn = [number for number, one in enumerate(answers) if not only_resolved or any(answer.entity for answer in one)]
    print(f"\nsample of {size} of {len(drawn)}:")
    for number in sorted(dice.sample(drawn, min(size, len(drawn)))):
        record, mention = found[number]
        others = f" [{'; '.join(mention.others)}]" if mention.others else ""
        print(f"{record} {mention.type} | {mention.text}{others}")
        for one in answers[number]:
            name = one.candidates[0].name if one.candidates else "—"
            print(f"    {one.kind} {one.score:.2f} {one.entity or '—'} {name}: {one.reason}")


if __name__ == "__main__":
    main()

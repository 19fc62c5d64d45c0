"""Content diffs of real pairs of trial versions per second, beside jsonpatch and DeepDiff in the same run.

    .venv/bin/python bench/events.py [--corpus DIR] [--seconds S] [--studies N] [--changes N] [--json]

Pairs are successive versions of one study that differ, decoded before any clock starts: whole studies of API v2 and of the legacy XML
(`ctgov_versions/aact_versions.tar.xz`, the XML as nested dicts), the importers' rows (`registries/CTGOV2_all_versions.ndjson.xz`), and the
flattened daily snapshots (`ctgov_versions/angelman.tar.xz`). Every patch must round-trip: `apply(a, diff(a, b))` is `b` to the byte, and
jsonpatch itself applies our patch with the same result. Then the programmes of `--studies` studies of our own words are derived from nothing,
and again after `--changes` of them changed. Each tool runs on all pairs in turn; times are the best of its rounds.
"""

import argparse
import json
import lzma
import sys
import tarfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonpatch
import msgspec
from deepdiff import DeepDiff
from lxml import etree

from programmes_made_here import measure as measure_programmes
from theriac.flow.content_diff import apply, diff, json_patch

Pair = tuple[Any, Any]
_encode = msgspec.json.Encoder(order="sorted").encode
_MOST_SNAPSHOT_PAIRS = 60


def pairs(corpus: Path) -> dict[str, list[Pair]]:
    """The differing successive versions by where they come from."""
    versions = corpus / "ctgov_versions"
    return {
        "whole studies": _differing(_studies(versions / "aact_versions.tar.xz")),
        "importers' rows": _differing(_rows(corpus / "registries" / "CTGOV2_all_versions.ndjson.xz")),
        "flattened snapshots": _differing(_snapshots(versions / "angelman.tar.xz"))[:_MOST_SNAPSHOT_PAIRS],
    }


def _differing(versions: Iterator[tuple[str, str, Any]]) -> list[Pair]:
    histories: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for study, seen, value in versions:
        histories[study].append((seen, value))
    ordered = (sorted(history, key=lambda one: one[0]) for _, history in sorted(histories.items()))
    return [(a, b) for history in ordered for (_, a), (_, b) in pairwise(history) if _encode(a) != _encode(b)]


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as opened:
        for member in opened:
            stream = opened.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield Path(member.name).name, stream.read()


def _studies(archive: Path) -> Iterator[tuple[str, str, Any]]:
    """Each study by number and format; a file that is not well-formed is left out."""
    for name, data in _members(archive):
        study, _, rest = name.partition("__")
        if name.endswith(".json"):
            yield f"{study} v2", rest, json.loads(data)
            continue
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
        except etree.XMLSyntaxError:
            continue
        yield f"{study} xml", rest, _nested(root)


def _nested(element: "etree._Element") -> Any:
    """An XML element as a JSON value: its text, or a dict of lists of its children."""
    if not len(element):
        return " ".join((element.text or "").split())
    found: dict[str, list[Any]] = defaultdict(list)
    for child in element:
        found[str(child.tag)].append(_nested(child))
    return dict(found)


def _rows(archive: Path) -> Iterator[tuple[str, str, Any]]:
    with lzma.open(archive) as lines:
        for line in lines:
            row = json.loads(line)
            yield row["_id"], row["snapshot_commit_date"], row


def _snapshots(archive: Path) -> Iterator[tuple[str, str, Any]]:
    for name, data in _members(archive):
        for study in json.loads(data):
            yield study["NCTId"][0], name, study


def rate(work: Callable[[Any, Any], object], found: list[Pair], seconds: float) -> float:
    """Pairs per second of the best of as many rounds as fit, at least one."""
    best = 0.0
    began = time.perf_counter()
    while not best or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        for old, new in found:
            work(old, new)
        best = max(best, len(found) / (time.perf_counter() - start))
    return best


def round_trips(found: list[Pair]) -> int:
    """How many patches, applied by us and by jsonpatch, give the new version to the byte and leave the old one alone."""
    good = 0
    for old, new in found:
        before, patch = _encode(old), diff(old, new)
        ours, theirs = apply(old, patch), jsonpatch.apply_patch(old, json_patch(patch))
        good += _encode(ours) == _encode(new) == _encode(theirs) and _encode(old) == before and diff(old, old) == []
    return good


def measure(found: list[Pair], seconds: float) -> dict[str, Any]:
    """The rates of the three tools on the same pairs, and how many of our patches round-trip."""
    rates = {
        "theriac": rate(diff, found, seconds),
        "jsonpatch": rate(jsonpatch.make_patch, found, seconds),
        "deepdiff": rate(DeepDiff, found, seconds),
    }
    return {
        "pairs": len(found),
        "bytes": sum(len(_encode(new)) for _, new in found) // max(1, len(found)),
        "round_trips": round_trips(found),
        **{f"{name}_per_second": round(value, 1) for name, value in rates.items()},
        "times_jsonpatch": round(rates["theriac"] / rates["jsonpatch"], 1),
        "times_deepdiff": round(rates["theriac"] / rates["deepdiff"], 1),
    }


def main() -> int:
    """Prints the table; 1 where a patch does not round-trip or the corpus is not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path(__file__).resolve().parent.parent.parent / "shared" / "corpus")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each tool and kind of pairs")
    parser.add_argument("--studies", type=int, default=50_000, help="how many studies of our own to derive programmes of (0: none)")
    parser.add_argument("--changes", type=int, default=500, help="how many of them change")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if not (chosen.corpus / "ctgov_versions").is_dir():
        print(f"there are no trial versions under {chosen.corpus}; name the corpus with --corpus", file=sys.stderr)
        return 1
    by_kind = pairs(chosen.corpus)
    results = {kind: measure(found, chosen.seconds) for kind, found in by_kind.items()}
    results["all"] = measure([pair for found in by_kind.values() for pair in found], chosen.seconds)
    programmes = measure_programmes(chosen.studies, chosen.changes) if chosen.studies else None
    if chosen.json:
        print(json.dumps(results | ({"programmes": programmes} if programmes else {})))
    else:
        _show(results)
        if programmes:
            _show_programmes(programmes)
    return 0 if all(each["round_trips"] == each["pairs"] for each in results.values()) else 1


def _show(results: dict[str, dict[str, Any]]) -> None:
    print(f"{'pairs of':22}{'n':>5}{'bytes':>9}{'round':>7}{'ours/s':>10}{'jsonpatch/s':>13}{'DeepDiff/s':>12}{'× jsonpatch':>13}{'× DeepDiff':>12}")
    for kind, each in results.items():
        print(
            f"{kind:22}{each['pairs']:5}{each['bytes']:9}{each['round_trips']:7}{each['theriac_per_second']:10}{each['jsonpatch_per_second']:13}"
            f"{each['deepdiff_per_second']:12}{each['times_jsonpatch']:13}{each['times_deepdiff']:12}"
        )


def _show_programmes(found: dict[str, Any]) -> None:
    print(
        f"programmes: {found['studies']} studies loaded in {found['load_seconds']} s; {found['programmes']} programmes of drug and condition from "
        f"nothing in {found['from_nothing_seconds']} s; {found['changes']} changed studies, {found['programmes_touched']} programmes, "
        f"{found['events']} events in {found['after_changes_seconds']} s ({found['after_changes_processor_seconds']} s of processor time)"
    )


if __name__ == "__main__":
    sys.exit(main())

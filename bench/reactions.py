"""Adverse-reaction terms against labels annotated by others, and the speed of reading them.

    python -m bench.reactions [CORPUS]

Reads `tac2017/train-labels.json` of the corpus: evaluation only, no word of the lexicon was taken from its annotations. A term counts when
its lower-case string equals an annotated one of the same label; terms are unique per label, sums are over all labels (micro average). The
labels are shown in two halves by alphabet: the first, third … were read while the grammar was written, the others were not.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from theriac.labels.document import LabelDocument, Section
from theriac.labels.reactions import read_reactions

_KEYS = {"adverse reactions": "adverse_reactions", "boxed warnings": "boxed_warning", "warnings and precautions": "warnings_and_precautions"}


def document_of(label: str, parts: Sequence[Mapping[str, Any]]) -> LabelDocument:
    """The annotated sections of one label as a document."""
    sections = tuple(
        Section(key=_KEYS[part["section_name"]], text=part["section_text"], path=part["section_name"], span=(0, len(part["section_text"])))
        for part in parts
    )
    return LabelDocument(source_format="tac", brand_names=(label.lower(),), sections=sections)


def annotated(parts: Sequence[Mapping[str, Any]]) -> set[str]:
    """The annotated terms of one label, lower case, single-spaced."""
    return {" ".join(str(event[0]).lower().split()) for part in parts for event in part["adverse_events"]}


def score(labels: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[float, float, float, int]:
    """Precision, recall and F1 over all labels, and the number of annotated terms."""
    right = wrong = missed = 0
    for label, parts in labels.items():
        found, wanted = {reaction.term for reaction in read_reactions(document_of(label, parts))}, annotated(parts)
        right, wrong, missed = right + len(found & wanted), wrong + len(found - wanted), missed + len(wanted - found)
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9), right + missed


def read_annotations(corpus: Path) -> dict[str, list[Mapping[str, Any]]]:
    """The annotated sections by label, in alphabetical order."""
    labels: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for part in json.loads((corpus / "tac2017" / "train-labels.json").read_text("utf-8")):
        labels[part["label_id"]].append(part)
    return dict(sorted(labels.items()))


def main(corpus: Path) -> None:
    """Prints the scores of both halves and of all, and labels per second on one core."""
    labels = read_annotations(corpus)
    names = list(labels)
    halves = {"read while writing": names[::2], "held out": names[1::2], "all": names}
    for title, chosen in halves.items():
        started = time.perf_counter()
        precision, recall, f1, terms = score({name: labels[name] for name in chosen})
        rate = len(chosen) / (time.perf_counter() - started)
        print(f"{title:20} labels {len(chosen):4} terms {terms:5}  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  {rate:.0f} labels/s")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/corpus"))

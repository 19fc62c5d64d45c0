"""How well and how fast labels are read: the gold's own score, every file read, and the dosing sentences that yielded nothing.

    .venv/bin/python bench/labels.py [--corpus DIR] [--every N] [--missed FILE]

In flows the corpus beside the checkout; out flow figures. The score is the corpus's own `score.py`, run as it is; nothing of the corpus is
copied. `--missed` lists the sentences with a dose and a frequency from which no regimen was read: the tool for finding what is missed.
"""

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from theriac.labels import read_statements
from theriac.labels.document import LabelDocument
from theriac.labels.indications import read_indications
from theriac.labels.regimen_context import body_start
from theriac.labels.regimens import dosing_parts, read_regimens
from theriac.labels.sections import read_label
from theriac.labels.sentences import sentences

ROOT = Path(__file__).resolve().parent.parent
_DOSING = re.compile(r"\d\s?(?:mg|mcg|g|mL|units|tablets?|capsules?)\b(?!/)", re.IGNORECASE)
_OFTEN = re.compile(r"\b(?:daily|weekly|monthly|every|once|twice|times|single dose)\b", re.IGNORECASE)


def score(corpus: Path) -> str:
    """What the corpus's own script says of our reading of its gold labels."""
    gold = corpus / "gold"
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as out:
        for path in sorted((gold / "labels").glob("*.json")):
            statements = read_statements(read_label(path.read_bytes())[0], app=path.stem, file=path.name)
            out.write(msgspec.json.encode(statements).decode() + "\n")
    command = [sys.executable, str(gold / "score.py"), str(gold / "annotations.jsonl"), out.name, "--texts", str(gold / "labels")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    Path(out.name).unlink()
    return done.stdout


def label_files(corpus: Path, every: int) -> Iterator[tuple[str, bytes]]:
    """Each N-th label file of the archive with its name."""
    with tarfile.open(corpus / "openfda_label" / "label_versions.tar.xz") as archive:
        for place, member in enumerate(m for m in archive if m.isfile()):
            if place % every == 0:
                held = archive.extractfile(member)
                assert held is not None
                yield member.name, held.read()


def silent_sentences(document: LabelDocument) -> tuple[int, list[str]]:
    """How many sentences bear a dose and a frequency, and those from which no regimen came."""
    quotes = [one.quote for one in read_regimens(document, read_indications(document)[0])]
    bearing, silent = 0, []
    for leaf in dosing_parts(document):
        for start, end in sentences(leaf.text, body_start(leaf)):
            sentence = leaf.text[start:end]
            if _DOSING.search(sentence) and _OFTEN.search(sentence):
                bearing += 1
                if not any(quote in sentence or sentence in quote for quote in quotes):
                    silent.append(sentence)
    return bearing, silent


def read_all(corpus: Path, every: int, missed: Path | None) -> None:
    """Reads every label file: failures, statements per label, labels per second on this core, silent sentences."""
    count = spent = regimens = indications = bearing = 0.0
    lines: list[str] = []
    for name, data in label_files(corpus, every):
        began = time.process_time()
        found = [read_statements(document) for document in read_label(data)]
        spent += time.process_time() - began
        count += len(found)
        regimens += sum(len(one.regimens) for one in found)
        indications += sum(len(one.indications) for one in found)
        for document in read_label(data):
            total, silent = silent_sentences(document)
            bearing += total
            lines += [json.dumps({"file": name, "sentence": sentence[:400]}) for sentence in silent]
    print(f"{count:.0f} labels read without an exception, {count / spent:.0f} labels/s on one core for every statement")
    print(f"per label: {indications / count:.1f} indications, {regimens / count:.1f} regimens")
    print(f"dosing sentences: {bearing:.0f}, of which {len(lines)} ({100 * len(lines) / max(1, bearing):.0f} %) yielded no regimen")
    if missed:
        missed.write_text("\n".join(dict.fromkeys(lines)) + "\n")
        print(f"listed in {missed}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--every", type=int, default=1, help="read only each N-th label file")
    parser.add_argument("--missed", type=Path, help="write the dosing sentences that yielded nothing to this file")
    given = parser.parse_args()
    print(score(given.corpus))
    read_all(given.corpus, given.every, given.missed)


if __name__ == "__main__":
    main()

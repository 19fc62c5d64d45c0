"""Real labels: the gold's score, the EU leaflets against the answer key, quotes that are exact."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from theriac.labels.indications import read_indications
from theriac.labels.instructions import read_instructions
from theriac.labels.regimens import read_regimens
from theriac.labels.sections import read_label
from theriac.labels.statements import Regimen


def test_gold_is_read_as_well_as_promised(corpus: Path, tmp_path: Path) -> None:
    predicted = tmp_path / "predicted.jsonl"
    with predicted.open("w") as out:
        for path in sorted((corpus / "gold" / "labels").glob("*.json")):
            document = read_label(path.read_bytes())[0]
            indications, excluded = read_indications(document)
            shown = {"indications": indications, "not_indicated": excluded, "regimens": read_regimens(document, indications)}
            out.write(json.dumps({"app": path.stem, **{k: msgspec.to_builtins(v) for k, v in shown.items()}}) + "\n")
    gold = corpus / "gold"
    command = [sys.executable, gold / "score.py", gold / "annotations.jsonl", predicted, "--texts", gold / "labels"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    f1 = {line[:24].strip(): float(line[42:50]) for line in lines if line[:24].strip() and line[42:50].strip()[:1].isdigit()}
    assert f1["indications"] >= 0.90
    assert f1["regimens, strict"] >= 0.68
    assert f1["regimens, dose+freq"] >= 0.75
    assert f1["dose"] >= 0.90 and f1["frequency"] >= 0.90
    quotes = next(line for line in lines if line.startswith("quotes verbatim"))
    assert float(quotes[24:34]) == 1.0


def leaflet(corpus: Path, name: str) -> list[Regimen]:
    document = read_label((corpus / "imiquimod" / "eu_leaflets" / f"{name}_eu_package_leaflet_en.json").read_bytes())[0]
    assert document.document_type == "EU package leaflet"
    return [one for one in read_regimens(document, read_indications(document)[0]) if one.phase is None]


# Answer key, facts.json: times per week, weeks, hours left on.
ALDARA = [("wart", 3, ("max", 16), (6, 10)), ("basal cell", 5, ("exact", 6), (8, None)), ("actinic", 3, ("exact", 4), (8, None))]


@pytest.mark.parametrize(("use", "times", "course", "hours"), ALDARA)
def test_aldara_leaflet(corpus: Path, use: str, times: int, course: tuple[str, int], hours: tuple[int, int | None]) -> None:
    (one,) = [r for r in leaflet(corpus, "aldara") if use in (r.indication or "")]
    assert one.frequency is not None and (one.frequency.times, one.frequency.period, one.frequency.unit) == (times, 1, "wk")
    assert one.duration is not None and (one.duration.bound, one.duration.value, one.duration.unit) == (*course, "wk")
    assert one.contact_time is not None and (one.contact_time.value, one.contact_time.high, one.contact_time.unit) == (*hours, "h")
    assert (one.until is not None) == (use == "wart")


def test_zyclara_leaflet(corpus: Path) -> None:
    (one,) = leaflet(corpus, "zyclara")
    assert one.frequency is not None and (one.frequency.times, one.frequency.period, one.frequency.unit) == (1, 1, "d")
    assert one.duration is not None
    assert (one.duration.cycle_on, one.duration.cycle_off, one.duration.cycles, one.duration.unit) == (2, 2, 2, "wk")
    assert one.contact_time is not None and (one.contact_time.value, one.contact_time.unit) == (8, "h")


def test_leaflet_instructions(corpus: Path) -> None:
    folder = corpus / "imiquimod" / "eu_leaflets"
    read = {}
    for name in ("aldara", "zyclara"):
        document = read_label((folder / f"{name}_eu_package_leaflet_en.json").read_bytes())[0]
        read[name] = read_instructions(document, read_indications(document)[0])
    kinds = [s.kind for s in read["aldara"].steps if s.indication and "basal" in s.indication]
    order = [kinds.index(kind) for kind in ("wash", "dry", "open", "apply", "leave_on", "wash_off")]
    assert order == sorted(order)
    margins = [(s.value, s.unit) for s in read["aldara"].limits if s.kind == "margin"]
    assert margins == [(1, "cm")]
    assert [s.value for s in read["zyclara"].limits if s.kind == "packets_per_application"] == [2, 2]
    # The two leaflets of one drug give different rules for a missed dose; each keeps its own.
    assert {name: "as soon as" in told.missed_dose[0].quote for name, told in read.items()} == {"aldara": True, "zyclara": False}
    assert "polysorbate 60" in read["zyclara"].excipients


def test_every_fortieth_label_version_reads_with_exact_quotes(corpus: Path) -> None:
    import tarfile

    with tarfile.open(corpus / "openfda_label" / "label_versions.tar.xz") as archive:
        for place, member in enumerate(m for m in archive if m.isfile()):
            held = archive.extractfile(member)
            if place % 40 or held is None:
                continue
            for document in read_label(held.read()):
                texts = {section.path: section.text for section in document.sections}
                indications, excluded = read_indications(document)
                for one in (*indications, *excluded, *read_regimens(document, indications)):
                    assert one.path is not None and one.quote in texts[one.path]

"""The readers on real documents: nothing raises, quotes are exact, and the figures the project promises hold."""

import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from theriac.labels.cautions import contraindications_absent, read_cautions
from theriac.labels.check import check
from theriac.labels.differences import label_differences
from theriac.labels.document import LabelDocument, walk
from theriac.labels.interactions import read_interactions
from theriac.labels.mechanism import read_mechanism
from theriac.labels.reactions import read_reactions
from theriac.labels.sections import read_label

ROOT = Path(__file__).resolve().parents[2]
EVERY = 40  # of the 2,004 label files


@pytest.fixture(scope="module")
def real_labels(corpus: Path) -> list[LabelDocument]:
    return [document for data in _sample(corpus) for document in read_label(data)]


def _sample(corpus: Path) -> Iterator[bytes]:
    with tarfile.open(corpus / "openfda_label" / "label_versions.tar.xz") as archive:
        for index, member in enumerate(m for m in archive if m.isfile() and m.name.endswith(".json")):
            if index % EVERY == 0:
                held = archive.extractfile(member)
                assert held is not None
                yield held.read()


def test_real_labels_are_read_and_every_quote_is_exact(real_labels: list[LabelDocument]) -> None:
    assert len(real_labels) >= 45
    reactions = 0
    for document in real_labels:
        texts = [section.text for section in walk(document.sections)]
        cells = {cell for section in walk(document.sections) for table in section.tables for row in table.rows for cell in row}
        found = read_reactions(document)
        reactions += len(found)
        quotes = {r.quote for r in found} | {c.quote for c in read_cautions(document)} | {i.quote for i in read_interactions(document)}
        quotes |= {advice for c in read_cautions(document) for advice in c.advice} | {s.quote for s in read_mechanism(document).statements}
        assert [quote for quote in quotes if not quote or not (quote in cells or any(quote in text for text in texts))] == []
    assert reactions > 40 * len(real_labels)


def test_rates_are_within_reason(real_labels: list[LabelDocument]) -> None:
    for document in real_labels:
        for r in read_reactions(document):
            assert r.percent is None or 0 <= r.percent <= 100, r
            assert r.numerator is None or r.denominator is None or r.numerator <= r.denominator, r


def test_a_label_does_not_differ_from_itself(real_labels: list[LabelDocument]) -> None:
    assert all(label_differences(document, document) == () for document in real_labels[:12])


def test_reaction_terms_reach_the_promised_f1(corpus: Path) -> None:
    sys.path.insert(0, str(ROOT))
    from bench.reactions import read_annotations, score

    labels = read_annotations(corpus)
    held_out = {name: labels[name] for name in list(labels)[1::2]}
    assert score(held_out)[2] >= 0.78


def leaflet(corpus: Path, name: str) -> LabelDocument:
    (document,) = read_label((corpus / "imiquimod" / "eu_leaflets" / f"{name}_eu_package_leaflet_en.json").read_bytes())
    return document


def test_imiquimod_reactions_by_indication_with_bands(corpus: Path) -> None:
    key = json.loads((corpus / "imiquimod" / "facts.json").read_text("utf-8"))["adverse_reactions"]
    warts = next(fact["rates"] for fact in key if fact["jurisdiction"] == "EU" and fact["indication"] == "EGW")
    found = read_reactions(leaflet(corpus, "aldara"))
    rates = {r.term: r.percent for r in found if r.indication == "genital warts" and r.percent is not None}
    wanted = {name.split(" (")[0]: float(rate.split("%")[0]) for name, rate in warts.items() if name.split(" (")[0] in rates}
    assert len(wanted) >= 4
    assert {name: rates[name] for name in wanted} == wanted
    bands = {(r.indication, r.term): r.band for r in found}
    assert bands["basal cell carcinoma", "pins and needles"] == "common"
    assert bands["basal cell carcinoma", "tiredness"] == "uncommon"
    assert bands["actinic keratosis", "headache"] == "common"
    assert bands["actinic keratosis", "fever"] == "uncommon"
    zyclara = {r.term: r.band for r in read_reactions(leaflet(corpus, "zyclara")) if r.band}
    assert (zyclara["skin redness"], zyclara["headache"], zyclara["hair loss"]) == ("very common", "common", "frequency not known")


@pytest.mark.parametrize("name", ["aldara", "zyclara"])
def test_imiquimod_cautions_of_the_leaflets(corpus: Path, name: str) -> None:
    document = leaflet(corpus, name)
    cautions = read_cautions(document)
    assert [c.populations for c in cautions if c.kind == "contraindication"] == [("hypersensitivity",)]
    assert contraindications_absent(document) is None
    named = {population for c in cautions for population in c.populations}
    assert {"autoimmune", "immunosuppressed", "transplant", "blood_counts", "pregnancy", "lactation", "paediatric", "sun_exposure"} <= named
    assert ("barrier_contraceptives" in named) == (name == "aldara")


def test_steroids_are_in_no_loaded_imiquimod_document(corpus: Path) -> None:
    answer = check([leaflet(corpus, "aldara"), leaflet(corpus, "zyclara")], with_drugs=["corticosteroid"])
    assert answer.statements == ()
    assert answer.notice.startswith("No statement in 2 loaded labels (")
    assert answer.notice.endswith("Not evidence of safety.")

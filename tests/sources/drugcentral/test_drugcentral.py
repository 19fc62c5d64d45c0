"""DrugCentral's drugs and targets: one record a row, the mechanism flag kept apart from a measured binding."""

import gzip
import io
from pathlib import Path

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import DrugTargets, Identity, Interaction, Reading
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.drugcentral import DrugCentralInteractions

HERE = Path(__file__).parent
FORMAT = DrugCentralInteractions()
TABLE = (HERE / "interactions.tsv").read_bytes()


def read(data: bytes) -> dict[str, tuple[Identity, Reading]]:
    file = OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))
    assert FORMAT.recognises(file.head)
    found = {}
    for raw in FORMAT.cut(file):
        decoded = FORMAT.decode(raw)
        who = FORMAT.identify(raw, decoded)
        assert who.key not in found
        found[who.key] = (who, FORMAT.read(raw, decoded))
    return found


def interaction(key: str) -> Interaction:
    document = read(TABLE)[key][1].document
    assert isinstance(document, DrugTargets)
    return document.interactions[0]


def test_the_flag_makes_a_mechanism_and_nothing_else_does() -> None:
    flagged, bound = interaction("interaction/91/Q9AAA7"), interaction("interaction/91/P0AAA3")
    assert (flagged.mechanism, flagged.action, flagged.evidence, flagged.measured) == (True, "AGONIST", "CHEMBL", "-log EC50 = 4.97")
    assert (bound.mechanism, bound.action, bound.evidence, bound.measured) == (False, None, "DRUG MATRIX", "-log Ki = 5.5")
    assert flagged.references == ("pmid:11298484", "https://www.ebi.ac.uk/chembl/compound/inspect/CHEMBL900000")


def test_a_cited_page_of_another_database_is_a_link_and_no_identifier() -> None:
    document = read(TABLE)["interaction/91/Q9AAA7"][1].document
    assert isinstance(document, DrugTargets)
    assert (document.identifiers, document.linked) == (("drugcentral:91",), ("chembl:CHEMBL900000",))


def test_a_complex_has_all_its_accessions_and_the_target_it_was_taken_from() -> None:
    whole = interaction("interaction/91/P0AAA2+P0AAA1")
    assert whole.targets == ("uniprot:P0AAA2", "uniprot:P0AAA1", "chembl_target:CHEMBL910009")
    assert interaction("interaction/92/DNA").targets == ()


def test_order_of_rows_and_columns_means_nothing() -> None:
    header, *rows = TABLE.decode().rstrip("\n").split("\n")
    turned = "\n".join("\t".join(reversed(line.split("\t"))) for line in (header, *reversed(rows))) + "\n"
    assert {key: who.version for key, (who, _) in read(TABLE).items()} == {key: who.version for key, (who, _) in read(turned.encode()).items()}


def test_the_whole_file_is_a_complete_listing() -> None:
    assert FORMAT.table(Head("x", TABLE)) == "interaction"
    assert {who.table for who, _ in read(TABLE).values()} == {"interaction"}


def test_broken_tables_and_rows_are_refused() -> None:
    header = TABLE.split(b"\n")[0]
    with pytest.raises(BadFile, match="no rows"):
        read(header + b"\n")
    with pytest.raises(BadRecord, match="20"):
        read(header + b"\n" + b"\t".join([b"x"] * 21) + b"\n")
    with pytest.raises(BadRecord, match="not a number"):
        read(TABLE.replace(b"\t91\t", b"\tninety\t"))
    with pytest.raises(BadFile, match="quoted cell"):
        read(TABLE + b'"cut of')


def test_a_row_that_is_no_row_is_refused_alone() -> None:
    header, first, *_ = TABLE.split(b"\n")
    data = header + b"\n" + b'"x"\t' + b"a" * 200_000 + b"\n" + first + b"\n"
    raws = list(FORMAT.cut(OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))))
    with pytest.raises(BadRecord, match="not a row"):
        FORMAT.decode(raws[0])
    assert FORMAT.identify(raws[1], FORMAT.decode(raws[1])).key == "interaction/91/Q9AAA7"


@pytest.mark.parametrize("first", [b"a\rb\tc\n", b'"never closed\tDRUG_NAME\n', b"\x00\x01\n", b"", b"PK\x03\x04\n"])
def test_any_other_file_is_merely_not_recognised(first: bytes) -> None:
    assert not FORMAT.recognises(Head("x", first))


def test_every_row_of_the_real_table_is_a_record(corpus: Path) -> None:
    found = read(gzip.decompress((corpus / "drugcentral" / "drug.target.interaction.tsv.gz").read_bytes()))
    assert len(found) == 16_702
    interactions = [one for _, reading in found.values() if isinstance(reading.document, DrugTargets) for one in reading.document.interactions]
    assert sum(one.mechanism for one in interactions) == 2_530

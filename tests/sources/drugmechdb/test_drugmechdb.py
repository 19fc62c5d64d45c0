"""DrugMechDB's paths, and the plain YAML in which they are written."""

import io
from pathlib import Path
from typing import Any

import pytest

from theriac.archives import Trouble, walk
from theriac.errors import BadRecord
from theriac.model import Identity, MechanismPath, Reading
from theriac.sources.base import HEAD_BYTES, Head, OpenFile
from theriac.sources.drugmechdb import DrugMechDBPaths
from theriac.sources.plain_yaml import parse

HERE = Path(__file__).parent
FORMAT = DrugMechDBPaths()
PATH = (HERE / "path.yaml").read_bytes()


def read(data: bytes) -> list[tuple[Identity, Reading]]:
    file = OpenFile(Head("x", data[:HEAD_BYTES]), io.BytesIO(data))
    assert FORMAT.recognises(file.head)
    found = []
    for raw in FORMAT.cut(file):
        decoded = FORMAT.decode(raw)
        found.append((FORMAT.identify(raw, decoded), FORMAT.read(raw, decoded)))
    return found


def test_a_path_is_read_whole() -> None:
    ((who, reading),) = read(PATH)
    document = reading.document
    assert isinstance(document, MechanismPath)
    assert who.key == document.id == "DBX0001_MESH_D000001_1"
    assert (document.drug, document.drug_node, document.disease, document.disease_node) == (
        "exemplamod",
        "MESH:C000001",
        "Sample warts",
        "MESH:D000001",
    )
    assert [(edge.source, edge.relation, edge.target) for edge in document.edges] == [
        ("MESH:C000001", "increases activity of", "UniProt:Q9AAA7"),
        ("UniProt:Q9AAA7", "positively regulates", "GO:0032606"),
        ("GO:0032606", "negatively correlated with", "MESH:D000001"),
    ]
    assert document.nodes[1].name == "Sample receptor 7, with a name that goes on"
    assert document.nodes[2].name == "it's a process"
    assert document.nodes[3].identifiers == ("mesh:D000001", "mesh:D000002")
    assert document.references == ("pmid:11298484", "https://www.example.org/exemplamod#mechanism")
    assert document.comment == "A made-up path, written for this test; it goes on over a second line (https://www.example.org/a)."


def test_the_drug_and_the_disease_are_mentioned_without_identifiers_of_drugbank() -> None:
    ((_, reading),) = read(PATH)
    assert [(mention.role, mention.text, mention.identifiers) for mention in reading.mentions] == [
        ("drug", "exemplamod", ("mesh:C000001",)),
        ("disease", "Sample warts", ("mesh:D000001", "mesh:D000002")),
    ]


def test_a_list_of_paths_gives_the_same_records() -> None:
    item = b"- " + PATH.strip().replace(b"\n", b"\n  ") + b"\n"
    second = item.replace(b"_D000001_1", b"_D000001_2")
    found = read(item + second)
    assert [who.key[-1] for who, _ in found] == ["1", "2"]
    assert found[0][0].version == read(PATH)[0][0].version != found[1][0].version


def test_a_link_to_nowhere_is_refused() -> None:
    with pytest.raises(BadRecord, match="none of the nodes"):
        read(PATH.replace(b"target: UniProt:Q9AAA7", b"target: UniProt:Q9AAA9"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": "1"}),
        ("a: true\nb: null\nc:\nd: ''", {"a": True, "b": None, "c": None, "d": ""}),
        ("a:\n- x\n- y", {"a": ["x", "y"]}),
        ("a:\n  - x: 1\n    y: 2\n  - z", {"a": [{"x": "1", "y": "2"}, "z"]}),
        ("a:\n    b:\n        c: deep", {"a": {"b": {"c": "deep"}}}),
        ('a: "one \\\n  two"', {"a": "one two"}),
        ("a: first\n  second: part", {"a": "first second: part"}),
        ("# note\na: b # said aside\n", {"a": "b"}),
        ("---\na: b\n", {"a": "b"}),
        ("", None),
    ],
)
def test_plain_yaml(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x",
        "a: !!python/object/apply:os.system [ls]",
        "a: |\n  block",
        "a: {b: 1}",
        "a: [1, 2]",
        "a: 1\n---\nb: 2",
        "a: 1\na: 2",
        "a: 'never ends",
        "\ta: 1",
        "a: 1\n   - stray",
        "\n".join(" " * depth + "a:" for depth in range(40)),
    ],
)
def test_what_is_more_than_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(BadRecord):
        parse(text)


def test_every_real_path_is_read(corpus: Path) -> None:
    keys = set()
    for piece in walk(corpus / "drugmechdb_paths.tar.xz"):
        assert not isinstance(piece, Trouble)
        data = piece.stream.read() if piece.stream is not None else piece.bytes()
        keys |= {who.key for who, _ in read(data)}
    assert len(keys) == 3_462

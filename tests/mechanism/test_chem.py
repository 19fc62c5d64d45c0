"""Structures: with RDKit they are compared, without it one sentence says how to get it."""

import sys

import pytest

from theriac import chem
from theriac.errors import UserError

IMIQUIMOD = "CC(C)CN1C=NC2=C(N)N=C3C=CC=CC3=C12"


def test_without_rdkit_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "rdkit"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(UserError, match=r"pip install 'theriac\[chem\]'"):
        chem.inchikey("CCO")
    with pytest.raises(UserError, match="RDKit"):
        chem.Library.of([("a", "CCO")])


@pytest.fixture
def rdkit() -> None:
    pytest.importorskip("rdkit", reason="RDKit is not installed (extra chem)")


@pytest.mark.usefixtures("rdkit")
def test_identity_parent_and_picture() -> None:
    assert chem.inchikey(IMIQUIMOD) == "DOUYETYNHWVLEO-UHFFFAOYSA-N"
    assert chem.same_molecule(IMIQUIMOD + ".Cl", IMIQUIMOD)
    assert not chem.same_molecule(IMIQUIMOD, "CCO")
    assert chem.picture("CCO").startswith("<svg")
    with pytest.raises(UserError, match="SMILES"):
        chem.inchikey("no structure")


@pytest.mark.usefixtures("rdkit")
def test_similarity_and_substructure() -> None:
    library = chem.Library.of([("a", IMIQUIMOD), ("b", "CCO"), ("c", "CCN"), ("bad", "C1CC")])
    assert library.unread == ("bad",)
    assert [(hit.id, hit.score) for hit in chem.similar(library, IMIQUIMOD)] == [("a", 1.0)]
    assert [hit.id for hit in chem.containing(library, "[OH]")] == ["b"]
    with pytest.raises(UserError, match="SMARTS"):
        chem.containing(library, "((")

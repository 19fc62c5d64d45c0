"""A product of two drugs is none of each: what it is approved for never passes to its parts."""

from pathlib import Path

import theriac
from theriac.settings import Settings

HEAD = "ApplNo\tProductNo\tForm\tStrength\tReferenceDrug\tDrugName\tActiveIngredient\tReferenceStandard"
ROWS = (
    "099001\t001\tTABLET;ORAL\t5MG\t1\tZORVEXA\tZORVEXINE\t1",
    "099002\t001\tTABLET;ORAL\t5MG;2MG\t1\tZORVEXA DUO\tMEXTRABEX; ZORVEXINE\t1",
    "099003\t001\tTABLET;ORAL\t2MG\t1\tMEXTRA\tMEXTRABEX\t1",
)


def test_an_application_of_two_drugs_stands_in_the_dossier_of_neither(tmp_path: Path) -> None:
    (tmp_path / "Products.txt").write_text("\n".join((HEAD, *ROWS)) + "\n")
    with theriac.open(settings=Settings(home=tmp_path / "home", workers=1), create=True) as store:
        store.load([tmp_path / "Products.txt"], seen="2024-01-01")
        for drug, own in (("zorvexine", "099001"), ("mextrabex", "099003")):
            assert {one.application.number for one in store.dossier(drug).applications} == {own}

"""Who brought a drug first, and programmes in pandas, polars and DuckDB in one line."""

from pathlib import Path

import duckdb
import pandas
import polars
import pytest

import theriac
from theriac.errors import TheriacError, UserError
from theriac.settings import Settings

STARTER = Path(theriac.__file__).parent / "starter"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> "theriac.Theriac":
    opened = theriac.open(settings=Settings(home=tmp_path_factory.mktemp("home"), workers=1), create=True)
    opened.load([STARTER])
    return opened


def test_names_that_nobody_knows_are_refused(store: "theriac.Theriac") -> None:
    with pytest.raises(TheriacError):
        store.status(target="No such target at all")
    with pytest.raises(UserError):
        store.status()


def test_programmes_are_frames_in_one_line(store: "theriac.Theriac") -> None:
    frame = store.programmes(drugs=["imiquimod"]).to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert set(frame["drug_name"].str.casefold()) == {"imiquimod"}
    assert polars.from_arrow(store.programmes(drugs=["imiquimod"])).height == len(frame)
    programmes = store.programmes(drugs=["imiquimod"])
    ((count,),) = duckdb.sql("SELECT count(*) FROM programmes WHERE stage = 'approved'").limit(1).fetchall()
    assert count == (frame["stage"] == "approved").sum() > 0
    assert programmes.num_rows == len(frame)


def test_who_brought_it_first_is_told_with_its_rule_or_not_at_all(store: "theriac.Theriac") -> None:
    for stated in store.drug("imiquimod").originators:
        assert stated.citation.record
        assert "(" in stated.value

"""The profile, its parts and development over real documents: a leaflet with several uses, labels with many tables of rates; light all the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.html
import pytest
from fastapi.testclient import TestClient

from theriac import api
from theriac.doors.web.app import application
from theriac.settings import Settings

MOST_BYTES = 150_000
MOST_LABELS = 5
PARTS = ("", "/development", "/reactions", "/rates", "/cautions", "/interactions", "/regimens", "/labels")


@pytest.fixture(scope="module")
def settings(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the EU leaflets and the trials of one drug, and the labels that speak most of placebo."""
    made = Settings(home=tmp_path_factory.mktemp("real") / "home", workers=1, readers=2, client_rate=0)
    labels = sorted((corpus / "gold" / "labels").glob("*.json"), key=lambda path: -path.read_text(encoding="utf-8").count("Placebo"))[:MOST_LABELS]
    with api.open_home(settings=made, create=True) as store:
        store.load([corpus / "imiquimod" / "eu_leaflets", corpus / "imiquimod" / "trials.jsonl", *labels])
    return made


@pytest.fixture(scope="module")
def real(settings: Settings) -> Iterator[TestClient]:
    opener: Callable[[bool], api.Theriac] = lambda follows: api.open_home(settings=settings, follows=follows)  # noqa: E731
    with TestClient(application(opener, settings), base_url="http://127.0.0.1:8017", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def labelled(settings: Settings) -> list[str]:
    """The drugs whose labels are loaded."""
    with api.open_home(settings=settings) as store:
        return [drug.id.partition(":")[2] for drug in store.names.drugs() if store.drug(drug.id).labels]


def test_a_leaflets_regimen_stands_with_its_use_and_its_quote(real: TestClient) -> None:
    page = lxml.html.fromstring(real.get("/drug/Aldara").text)
    rows = page.xpath("//section[@id='used']//tbody/tr")
    texts = [" ".join(row.text_content().split()) for row in rows]
    place = next(number for number, text in enumerate(texts) if text.startswith("superficial basal cell carcinoma"))
    assert "5 times a week" in texts[place + 1]
    assert "for 6 weeks" in texts[place + 1]
    (address,) = rows[place + 1].xpath(".//a[contains(@class,'source')]/@href")
    assert address.startswith("/document/eu_epi/")
    assert "quote=" in address


def test_labels_with_many_tables_make_light_pages(real: TestClient, labelled: list[str]) -> None:
    assert len(labelled) > 3
    weights = {f"{drug}{part}": len(real.get(f"/drug/{drug}{part}").content) for drug in labelled for part in PARTS}
    assert {page: weight for page, weight in weights.items() if weight > MOST_BYTES} == {}

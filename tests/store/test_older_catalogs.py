"""A home whose catalog older code made: opened for reading, it is brought to this code's tables and answers."""

import json
from pathlib import Path

from sqlalchemy import text
from store_homes import study

from theriac.api import open_home
from theriac.settings import Settings


def test_an_older_home_answers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", workers=1)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(study(1, "2024-01-01")))
    with open_home(settings=settings, create=True) as store:
        store.load([path])
        store.home.index.discard()
        with store.home.engine.begin() as connection:
            connection.execute(text("ALTER TABLE listings DROP COLUMN left_out"))
            for table in ("publications", "attempts", "passes", "follows"):
                connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
            connection.execute(text("DELETE FROM schema_step WHERE step > 5"))
    with open_home(settings=settings) as store:
        assert store.changes() == [] and [one.records for one in store.sources()] == [1]
    assert list((tmp_path / "home").glob("backup-before-upgrade-*.tar"))

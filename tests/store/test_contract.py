"""What a home promises, over both catalogs: one commit at a time, all of it or nothing, readers undisturbed, nothing lost."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from store_homes import answers, postgres_programs, study, write

from theriac.catchup import catch_up
from theriac.errors import HomeError, StoreDamaged, UserError
from theriac.pipeline import LoadReport, load
from theriac.search import SearchIndex
from theriac.settings import Settings
from theriac.store import registry, upkeep
from theriac.store.catalog import COMMIT, DECISION, SEGMENT
from theriac.store.home import Home

Opened = Callable[..., Home]


def loaded(home: Home, *paths: Path, **more: Any) -> LoadReport:
    return load(home, Settings(home=home.folder, workers=1, batch_records=more.pop("batch_records", 20_000)), list(paths), **more)


def counts(report: LoadReport) -> dict[str, int]:
    (source,) = report.sources
    return {name: getattr(source, name) for name in ("read", "new", "changed", "unchanged", "superseded") if getattr(source, name)}


def test_loading_twice_adds_nothing(make_home: Opened, tmp_path: Path) -> None:
    home = make_home()
    path = write(tmp_path, "a.ndjson", *(study(number, "2024-01-01") for number in range(1, 30)))
    assert counts(loaded(home, path)) == {"read": 29, "new": 29}
    before, commits = answers(home), home.head()
    assert counts(loaded(home, path)) == {"read": 29, "unchanged": 29}
    assert (answers(home), home.head()) == (before, commits)


def test_one_commit_becomes_visible_at_once(make_home: Opened, tmp_path: Path) -> None:
    home, reader = make_home(), make_home()
    loaded(home, write(tmp_path, "a.ndjson", study(1, "2024-01-01")))
    seen: list[tuple[str, int, int, int]] = []

    def look(name: str) -> None:
        rows = reader.index.db.execute("SELECT (SELECT count(*) FROM version), (SELECT count(*) FROM sighting), (SELECT count(*) FROM span)")
        seen.append((name, *rows.fetchone()))

    home.checkpoint = look
    home.lake.checkpoint = look
    loaded(home, write(tmp_path, "b.ndjson", *(study(number, "2024-02-01") for number in range(2, 12))))
    states = {(versions, sightings, spans) for _, versions, sightings, spans in seen}
    assert states == {(1, 1, 1), (11, 11, 11)}
    assert next(name for name, versions, *_ in seen if versions == 11) == "after the index followed"


def test_a_reader_keeps_its_state_while_a_writer_works(make_home: Opened, tmp_path: Path) -> None:
    home, reader = make_home(), make_home()
    loaded(home, write(tmp_path, "a.ndjson", study(1, "2024-01-01")))
    with reader.index.snapshot() as db:
        assert db.execute("SELECT count(*) FROM version").fetchone()[0] == 1
        loaded(home, write(tmp_path, "b.ndjson", study(2, "2024-01-01")))
        assert db.execute("SELECT count(*) FROM version").fetchone()[0] == 1
    assert reader.index.db.execute("SELECT count(*) FROM version").fetchone()[0] == 2


def test_a_second_writer_waits_and_says_so(make_home: Opened, tmp_path: Path) -> None:
    first, second = make_home(), make_home()
    told: list[str] = []
    in_it, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with first.writer("2024-01-01T00:00:00.000000Z"):
            in_it.set()
            leave.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert in_it.wait(10)
    with pytest.raises(HomeError, match="too long"), second.writer("2024-01-01T00:00:00.000000Z", told.append, patience=0.1):
        pass
    assert len(told) == 1
    assert "another process is writing" in told[0]
    waiter = threading.Thread(target=lambda: loaded(second, write(tmp_path, "a.ndjson", study(1, "2024-01-01")), waiting=told.append))
    waiter.start()
    waiter.join(1.5)
    assert waiter.is_alive()
    leave.set()
    waiter.join(30)
    holder.join(5)
    assert not waiter.is_alive()
    assert second.head() == 1


def test_a_machine_waits_for_another_that_shares_the_catalog(make_home: Opened, catalog: Callable[[str], str], tmp_path: Path) -> None:
    if not catalog("shared").startswith("postgresql"):
        pytest.skip("a SQLite catalog is one machine's: the file lock is enough")
    from theriac.store.home import prepare

    here, there = prepare(tmp_path / "here", catalog("shared")), prepare(tmp_path / "there", catalog("shared"))
    told: list[str] = []
    moment = "2024-01-01T00:00:00.000000Z"
    with here.writer(moment), pytest.raises(HomeError, match="another machine"), there.writer(moment, told.append, patience=1):
        pass
    assert len(told) == 1
    with there.writer("2024-01-01T00:00:00.000000Z", told.append, patience=1):
        pass
    here.close()
    there.close()


def test_leftovers_are_swept_by_the_next_writer(make_home: Opened, tmp_path: Path) -> None:
    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", study(1, "2024-01-01")))
    left = [home.lake.folder / "versions" / name for name in ("00000009-00000009-dead.parquet", "x.part")]
    for file in left:
        file.write_bytes(b"left by a kill")
    assert any("dead" in fault for fault in upkeep.doctor(home).faults)
    loaded(home, tmp_path / "a.ndjson")
    assert not any(file.exists() for file in left)
    assert upkeep.doctor(home).faults == []


def test_a_year_of_daily_commits_stays_few_segments_and_replaced_ones_live_a_day(make_home: Opened, tmp_path: Path) -> None:
    home = make_home()
    for day in range(60):
        stamp = f"2024-{day // 28 + 1:02d}-{day % 28 + 1:02d}"
        path = write(tmp_path, f"day{day}.ndjson", *(study(number, stamp, f"Title {day}") for number in (1, 2)))
        loaded(home, path)
    assert max(len(home.segments(name)) for name in ("versions", "readings", "sightings")) <= upkeep.MANY_SEGMENTS
    with home.engine.connect() as connection:
        replaced = [row.path for row in connection.execute(select(SEGMENT.c.path).where(SEGMENT.c.replaced_at.is_not(None)))]
    assert replaced
    assert all((home.lake.folder / path).exists() for path in replaced)
    assert upkeep.doctor(home).faults == []
    before = answers(home)
    home.index.discard()
    catch_up(home)
    registry.rebuild(home, "2030-01-01T00:00:00.000000Z")
    assert answers(home) == before
    with home.writer("2099-01-01T00:00:00.000000Z"):
        upkeep.compact(home, "2099-01-01T00:00:00.000000Z")
    assert not any((home.lake.folder / path).exists() for path in replaced)
    assert upkeep.doctor(home).faults == []


def test_caches_deleted_give_the_same_answers(make_home: Opened, tmp_path: Path) -> None:
    import shutil

    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", *(study(number, "2024-01-01", f"Wart number{number}") for number in range(1, 20))), batch_records=5)
    loaded(home, write(tmp_path, "b.ndjson", *(study(number, "2024-02-01", "Another title") for number in range(5, 10))))
    loaded(home, write(tmp_path, "c.ndjson", *(study(number, "2024-03-01", f"Wart number{number}") for number in range(5, 8))))
    before = answers(home)
    hits = {word: sorted(hit.record for hit in SearchIndex(home.folder / "cache" / "search").find(word)) for word in ("wart", "another", "number6")}
    assert hits["number6"] == ["ctgov:NCT00000006"]
    assert len(hits["another"]) == 2
    home.close()
    shutil.rmtree(home.folder / "cache")
    again = make_home()
    search = SearchIndex(again.folder / "cache" / "search")
    catch_up(again, search)
    registry.rebuild(again, "2030-01-01T00:00:00.000000Z")
    assert answers(again) == before
    assert {word: sorted(hit.record for hit in search.find(word)) for word in hits} == hits


def test_backup_and_restore_between_the_catalogs(make_home: Opened, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", *(study(number, "2024-01-01") for number in range(1, 9))))
    with home.engine.begin() as connection:
        row = {
            "kind": "drug",
            "name": "Imiquimode",
            "key": "",
            "author": "me",
            "why": "",
            "recorded_at": "2024-01-01",
            "entity": "drug:name.imiquimod",
        }
        connection.execute(insert(DECISION).values(**row))
    registry.rebuild(home, "2030-01-01T00:00:00.000000Z")
    upkeep.backup(home, tmp_path / "one.tar")
    with pytest.raises(UserError, match="exists already"):
        upkeep.backup(home, tmp_path / "one.tar")
    other = request.getfixturevalue("postgres") if home.engine.dialect.name == "sqlite" and postgres_programs() else None
    for name in ("second", "third"):
        folder = tmp_path / name
        rows = upkeep.unpack_backup(tmp_path / "one.tar", folder)
        restored = make_home(name) if other is None or name == "third" else _on_server(folder, other)
        upkeep.restore_rows(restored, rows)
        catch_up(restored)
        registry.rebuild(restored, "2030-01-01T00:00:00.000000Z")
        assert answers(restored) == answers(home)
        assert upkeep.doctor(restored).faults == []
        with restored.engine.begin() as connection:
            connection.execute(insert(DECISION).values(**row))
            assert len(connection.execute(select(DECISION)).all()) == 2
        (tmp_path / "one.tar").unlink()
        with restored.engine.begin() as connection:
            connection.execute(text("DELETE FROM decisions WHERE id = 2"))
        upkeep.backup(restored, tmp_path / "one.tar")
        with pytest.raises(HomeError, match="not empty"):
            upkeep.unpack_backup(tmp_path / "one.tar", folder)
        restored.close()


def _on_server(folder: Path, server: str) -> Home:
    from sqlalchemy import create_engine

    from theriac.store.home import prepare

    engine = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
    name = f"restored_{abs(hash(folder))}"
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return prepare(folder, server + name)


def test_a_backup_of_a_home_with_a_missing_segment_is_refused(make_home: Opened, tmp_path: Path) -> None:
    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", study(1, "2024-01-01")))
    (home.lake.folder / home.segments("versions")[0]).unlink()
    with pytest.raises(StoreDamaged, match="is missing"):
        upkeep.backup(home, tmp_path / "one.tar")
    assert not list(tmp_path.glob("one*"))


def test_an_older_catalog_is_backed_up_and_upgraded(make_home: Opened, tmp_path: Path) -> None:
    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", study(1, "2024-01-01")))
    before = answers(home)
    home.close()
    home = make_home()
    with home.engine.begin() as connection:
        for table, column in (("segments", "sha256"), ("segments", "replaced_at"), ("sources", "versions"), ("listings", "share")):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        for table in ("subscriptions", "alerts", "alert_events"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("DELETE FROM schema_step WHERE step > 1"))
    report = loaded(home, write(tmp_path, "b.ndjson", study(2, "2024-01-01")))
    assert report.sources[0].new == 1
    (backup,) = home.folder.glob("backup-before-upgrade-*.tar")
    assert upkeep.doctor(home).faults == []
    rows = upkeep.unpack_backup(backup, tmp_path / "old")
    restored = make_home("old")
    upkeep.restore_rows(restored, rows)
    catch_up(restored)
    registry.rebuild(restored, "2030-01-01T00:00:00.000000Z")
    assert answers(restored) == before


def test_a_home_of_newer_code_is_refused(make_home: Opened) -> None:
    home = make_home()
    with home.engine.begin() as connection:
        connection.execute(text("INSERT INTO schema_step VALUES (999)"))
    with pytest.raises(HomeError, match="newer"):
        make_home()
    (home.folder / "format").write_text("2\n")
    with pytest.raises(HomeError, match="newer"):
        make_home()


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "empty"])
def test_the_doctor_finds_a_damaged_segment(make_home: Opened, tmp_path: Path, harm: str) -> None:
    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", *(study(number, "2024-01-01") for number in range(1, 20))))
    (name,) = home.segments("versions")
    file = home.lake.folder / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    match harm:
        case "flip":
            file.write_bytes(data)
        case "cut":
            file.write_bytes(data[:-100])
        case "remove":
            file.unlink()
        case _:
            file.write_bytes(b"")
    faults = upkeep.doctor(home).faults
    assert any(name in fault and "restore" in fault for fault in faults), faults
    home.index.discard()
    if harm != "flip":
        with pytest.raises(StoreDamaged, match="doctor"):
            catch_up(home)


def test_the_doctor_finds_rows_and_commits_that_do_not_add_up(make_home: Opened, tmp_path: Path) -> None:
    home = make_home()
    loaded(home, write(tmp_path, "a.ndjson", *(study(number, "2024-01-01") for number in range(1, 20))))
    assert upkeep.doctor(home).faults == []
    home.index.db.execute("DELETE FROM version WHERE id = 1")
    assert any("read index holds 18" in fault for fault in upkeep.doctor(home).faults)
    with home.engine.begin() as connection:
        connection.execute(insert(COMMIT).values(id=7, recorded_at="", run="", note=""))
    assert any("last is number 7" in fault for fault in upkeep.doctor(home).faults)


def test_a_kill_between_two_tables_leaves_no_half_of_a_catalog(make_home: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from theriac.store import migrations

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", (migrations.STEPS[0], killed, *migrations.STEPS[2:]))
        with pytest.raises(KeyboardInterrupt):
            make_home()
    home = make_home()
    assert home.head() == 0
    assert upkeep.doctor(home).faults == []


def test_two_processes_make_one_home_at_the_same_time(make_home: Opened, catalog: Callable[[str], str]) -> None:
    catalog("home")
    made: list[Home] = []
    threads = [threading.Thread(target=lambda: made.append(make_home())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [home.head() for home in made] == [0] * 4

"""Care of a home: upgrade, compaction, backup, restore, and the check that everything is what the catalog says.

Flows in: a home (for changes, under the writer's lock). Flows out: the same facts in better order, a backup file, or a list of faults.
"""

import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import Connection, String, Table, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from theriac.errors import HomeError, StoreDamaged, UserError
from theriac.store.catalog import CATALOG, COMMIT, SEGMENT
from theriac.store.home import FORMAT, Home, catalog_full, needs_upgrade
from theriac.store.migrations import upgrade

# Merging holds a group's rows in memory, several times their size on disk: the bounds keep that under a few hundred megabytes.
SMALL_SEGMENT = 4 * 1024 * 1024
MANY_SEGMENTS = 12
MERGED_BYTES = 24 * 1024 * 1024
KEPT_FOR = timedelta(hours=24)
_ROWS = "catalog.jsonl"


class Check(msgspec.Struct):
    """What `theriac doctor` found."""

    commits: int
    segments: int
    rows: int
    bytes: int
    records: int
    versions: int
    faults: list[str]


def upgraded(home: Home, now: str) -> Path | None:
    """Upgrades a catalog that older code made, after a backup beside the home; gives the backup's path, or None where none was needed."""
    if not needs_upgrade(home):
        return None
    safe = home.folder / f"backup-before-upgrade-{now[:19].replace(':', '')}.tar"
    backup(home, safe)
    with home.engine.begin() as connection:
        upgrade(connection)
    return safe


def noted(home: Home, note: Callable[[Connection], object]) -> None:
    """Runs one small transaction on the catalog that makes no version visible (a run's report, the freshness ledger)."""
    try:
        with home.engine.begin() as connection:
            note(connection)
    except DBAPIError as error:
        if full := catalog_full(error, home.folder):
            raise full from error
        raise


def compact(home: Home, now: str) -> int:
    """Merges small segments of a dataset once there are many, and forgets files replaced a day ago; gives how many were merged."""
    merged = 0
    for (dataset,) in _rows(home, select(SEGMENT.c.dataset).distinct()):
        small = _rows(
            home,
            select(SEGMENT.c.path, SEGMENT.c.bytes)
            .where(SEGMENT.c.dataset == dataset, SEGMENT.c.replaced_at.is_(None), SEGMENT.c.bytes < SMALL_SEGMENT)
            .order_by(SEGMENT.c.first_commit, SEGMENT.c.path),
        )
        if len(small) >= MANY_SEGMENTS:
            merged += _merge(home, dataset, [(row.path, row.bytes) for row in small], now)
    _forget_replaced(home, now)
    return merged


def _merge(home: Home, dataset: str, small: list[tuple[str, int]], now: str) -> int:
    merged = 0
    for group in _groups(small):
        if len(group) < 2:
            continue
        table = home.lake.read(group)
        if table is None:
            continue
        file = home.lake.write_table(dataset, table)
        home.checkpoint("segments merged")
        with home.engine.begin() as connection:
            connection.execute(insert(SEGMENT).values(**msgspec.structs.asdict(file)))
            connection.execute(update(SEGMENT).where(SEGMENT.c.path.in_(group)).values(replaced_at=now))
        merged += len(group)
    return merged


def _groups(small: list[tuple[str, int]]) -> Iterator[list[str]]:
    group: list[str] = []
    size = 0
    for path, count in small:
        if group and size + count > MERGED_BYTES:
            yield group
            group, size = [], 0
        group.append(path)
        size += count
    yield group


def _forget_replaced(home: Home, now: str) -> None:
    before = (datetime.fromisoformat(now) - KEPT_FOR).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    old = [row.path for row in _rows(home, select(SEGMENT.c.path).where(SEGMENT.c.replaced_at < before))]
    if old:
        with home.engine.begin() as connection:
            connection.execute(delete(SEGMENT).where(SEGMENT.c.path.in_(old)))
        for path in old:
            (home.lake.folder / path).unlink(missing_ok=True)


def doctor(home: Home) -> Check:
    """Compares every segment with the checksum and the counts that the catalog holds, and the read index with both."""
    faults = []
    segments = _rows(home, select(SEGMENT).where(SEGMENT.c.replaced_at.is_(None)).order_by(SEGMENT.c.path))
    rows = {"versions": 0, "readings": 0}
    for segment in segments:
        digest = home.lake.digest(segment.path)
        if digest is None:
            faults.append(f"segment {segment.path} is missing; restore the last backup")
            continue
        if segment.sha256 and digest != segment.sha256:
            faults.append(f"segment {segment.path} is damaged (its checksum is not the catalog's); restore the last backup")
            continue
        try:
            table = home.lake.read([segment.path], ["commit"])
        except StoreDamaged as error:
            faults.append(str(error))
            continue
        count = 0 if table is None else table.num_rows
        rows[segment.dataset] = rows.get(segment.dataset, 0) + count
        if count != segment.rows:
            faults.append(f"segment {segment.path} holds {count} rows, the catalog says {segment.rows}; restore the last backup")
    commits = _rows(home, select(func.count(), func.coalesce(func.max(COMMIT.c.id), 0)).select_from(COMMIT))[0]
    if commits[0] != commits[1]:
        faults.append(f"the catalog names {commits[0]} commits but the last is number {commits[1]}; restore the last backup")
    faults += [f"the catalog names no segment {name}, yet it lies in the lake; the next load clears it away" for name in _unnamed(home)]
    faults += _index_faults(home, rows)
    records, versions = home.index.db.execute("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM version)").fetchone()
    return Check(commits[0], len(segments), sum(rows.values()), sum(row.bytes for row in segments), records, versions, faults)


def _unnamed(home: Home) -> list[str]:
    """Segments on disk that no commit names: what a killed load left behind."""
    named = {row.path for row in _rows(home, select(SEGMENT.c.path))}
    lying = (file.relative_to(home.lake.folder).as_posix() for file in home.lake.folder.glob("*/*"))
    return sorted(name for name in lying if name not in named)


def _index_faults(home: Home, rows: dict[str, int]) -> Iterator[str]:
    if rows["versions"] != rows["readings"]:
        yield f"{rows['versions']} versions have {rows['readings']} readings; run `theriac doctor --rebuild`"
    sound = home.index.db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if sound != "ok":
        yield f"the read index is damaged ({sound}); run `theriac doctor --rebuild`"
        return
    if home.index.stamp != home.head():
        yield f"the read index stands at commit {home.index.stamp} of {home.head()}; any command brings it along"
        return
    kept = home.index.db.execute("SELECT count(*) FROM version").fetchone()[0]
    if kept != rows["versions"]:
        yield f"the read index holds {kept} versions, the segments {rows['versions']}; run `theriac doctor --rebuild`"


def backup(home: Home, target: Path) -> int:
    """Writes the whole home, caches left out, into one tar file that `restore` takes anywhere; gives its size in bytes."""
    if target.exists():
        raise UserError(f"{target} exists already; name another file")
    aside = target.with_name(target.name + ".part")
    try:
        with _frozen(home) as connection, tarfile.open(aside, "w") as archive:
            rows = list(_dump(connection))
            _add(archive, "format", f"{FORMAT}\n".encode())
            _add(archive, _ROWS, "".join(rows).encode())
            for path in connection.execute(select(SEGMENT.c.path)).scalars().all():
                if not (home.lake.folder / path).exists():
                    raise StoreDamaged(
                        f"segment {path} is missing, so the backup would not be whole; run `theriac doctor`, then restore an older backup"
                    )
                archive.add(home.lake.folder / path, f"lake/{path}")
        _durable(aside)
        aside.replace(target)
    except OSError as error:
        raise UserError(f"the backup could not be written to {target} ({error.strerror or error}); name another place") from error
    finally:
        aside.unlink(missing_ok=True)
    return target.stat().st_size


@contextmanager
def _frozen(home: Home) -> Iterator[Connection]:
    """A connection that sees one commit's state however long the backup takes."""
    with home.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _dump(connection: Connection) -> Iterator[str]:
    """Every row of the catalog as JSON, a line each, so that a backup of SQLite restores into PostgreSQL and back.

    A catalog that older code made lacks some tables and columns: what is there is written.
    """
    present = inspect(connection)
    for table in CATALOG.sorted_tables:
        if not present.has_table(table.name):
            continue
        there = {column["name"] for column in present.get_columns(table.name)}
        for row in connection.execute(select(*(column for column in table.c if column.name in there))):
            yield json.dumps({"table": table.name, "row": dict(row._mapping)}) + "\n"


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def unpack_backup(source: Path, folder: Path) -> Path:
    """Lays a backup's files into an empty folder; gives the file of catalog rows for `restore_rows`. HomeError where the folder is in use."""
    if folder.exists() and any(folder.iterdir()):
        raise HomeError(f"{folder} is not empty; restore into a new folder with --home, then move it")
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                if not member.isreg() or name.is_absolute() or ".." in name.parts:
                    raise UserError(f"{source} is not a Theriac backup: it holds {member.name!r}")
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                data = archive.extractfile(member)
                if data is not None:
                    with target.open("wb") as file:
                        shutil.copyfileobj(data, file)
    except (OSError, tarfile.TarError) as error:
        raise UserError(f"{source} cannot be read as a Theriac backup ({error}); name the file that `theriac backup` wrote") from error
    if not (folder / _ROWS).exists():
        raise UserError(f"{source} is not a Theriac backup; name the file that `theriac backup` wrote")
    return folder / _ROWS


def restore_rows(home: Home, rows: Path) -> None:
    """Fills an empty catalog with a backup's rows; all of them or none."""
    tables = {table.name: table for table in CATALOG.sorted_tables}
    with home.engine.begin() as connection:
        if connection.execute(select(func.count()).select_from(COMMIT)).scalar_one():
            raise HomeError("the catalog to restore into already holds commits; use an empty one")
        with rows.open() as lines:
            for line in lines:
                entry = json.loads(line)
                table = tables[entry["table"]]
                connection.execute(insert(table).values(_filled(table, entry["row"])))
        if connection.dialect.name == "postgresql":
            for table in tables.values():
                _advance_numbering(connection, table)
    rows.unlink()


def _filled(table: Table, row: dict[str, object]) -> dict[str, object]:
    """A row of an older catalog with what later columns hold when nothing was known."""
    empty = {
        column.name: "" if isinstance(column.type, String) else 0
        for column in table.c
        if not column.nullable and column.default is None and not column.primary_key and column.name not in row
    }
    return empty | row


def _advance_numbering(connection: Connection, table: Table) -> None:
    """Lets PostgreSQL number new rows after the restored ones."""
    for column in table.primary_key:
        if column is table.autoincrement_column:
            query = "SELECT setval(pg_get_serial_sequence(:name, :column), coalesce((SELECT max({0}) FROM {1}), 0) + 1, false)"
            connection.execute(text(query.format(column.name, table.name)), {"name": table.name, "column": column.name})


def _rows(home: Home, query: object) -> list:  # type: ignore[type-arg]
    with home.engine.connect() as connection:
        return list(connection.execute(query))  # type: ignore[call-overload]

"""Care of a home: upgrade, compaction, backup, restore, and the check that everything is what the catalog says.

Flows in: a home (for changes, under the writer's lock). Flows out: the same facts in better order, a backup file, or a list of faults.
"""

import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from theriac.errors import HomeError, UserError
from theriac.store.catalog import CATALOG, COMMIT, SEGMENT
from theriac.store.home import FORMAT, Home, needs_upgrade
from theriac.store.migrations import upgrade

SMALL_SEGMENT = 16 * 1024 * 1024
MANY_SEGMENTS = 12
MERGED_BYTES = 128 * 1024 * 1024
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


def noted(home: Home, note: Callable[[Connection], None]) -> None:
    """Runs one small transaction on the catalog that makes no version visible (a run's report, the freshness ledger)."""
    with home.engine.begin() as connection:
        note(connection)


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
        table = home.lake.read([segment.path], ["commit"])
        count = 0 if table is None else table.num_rows
        rows[segment.dataset] = rows.get(segment.dataset, 0) + count
        if count != segment.rows:
            faults.append(f"segment {segment.path} holds {count} rows, the catalog says {segment.rows}; restore the last backup")
    commits = _rows(home, select(func.count(), func.coalesce(func.max(COMMIT.c.id), 0)).select_from(COMMIT))[0]
    if commits[0] != commits[1]:
        faults.append(f"the catalog names {commits[0]} commits but the last is number {commits[1]}; restore the last backup")
    faults += _index_faults(home, rows)
    records, versions = home.index.db.execute("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM version)").fetchone()
    return Check(commits[0], len(segments), sum(rows.values()), sum(row.bytes for row in segments), records, versions, faults)


def _index_faults(home: Home, rows: dict[str, int]) -> Iterator[str]:
    if rows["versions"] != rows["readings"]:
        yield f"{rows['versions']} versions have {rows['readings']} readings; run `theriac doctor --rebuild`"
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
        with home.engine.connect() as connection, tarfile.open(aside, "w") as archive:
            _add(archive, "format", f"{FORMAT}\n".encode())
            named = [row.path for row in connection.execute(select(SEGMENT.c.path))]
            _add(archive, _ROWS, "".join(_dump(connection)).encode())
            for path in named:
                archive.add(home.lake.folder / path, f"lake/{path}")
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UserError(f"the backup could not be written to {target} ({error.strerror or error}); name another place") from error
    return target.stat().st_size


def _dump(connection: Connection) -> Iterator[str]:
    """Every row of the catalog as JSON, a line each, so that a backup of SQLite restores into PostgreSQL and back."""
    for table in CATALOG.sorted_tables:
        for row in connection.execute(select(table)):
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
                connection.execute(insert(tables[entry["table"]]).values(**entry["row"]))
    rows.unlink()


def _rows(home: Home, query: object) -> list:  # type: ignore[type-arg]
    with home.engine.connect() as connection:
        return list(connection.execute(query))  # type: ignore[call-overload]

"""What the catalog knows of listings, runs and sources.

Flows in: a home, or a connection inside a commit's transaction. Flows out: rows in the catalog's words.
"""

from bisect import bisect_left
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from theriac.dates import until
from theriac.store.catalog import COMMIT, LISTING, QUARANTINE, RUN, SOURCE
from theriac.store.home import Home
from theriac.store.index import ListingRow


def latest_listing(home: Home, source: str, table: str, as_of: str | None) -> str | None:
    """The day of the last complete listing of a table (seen by `as_of`) whose absences are believed, or None."""
    found = [listing.seen for listing in home.index.believed_listings(source, table) if as_of is None or listing.seen <= until(as_of)]
    return found[-1][:10] if found else None


def listing_commits(home: Home) -> dict[tuple[str, str, str], int]:
    """(source, table, seen) → the commit in which that complete listing came."""
    with home.engine.connect() as connection:
        return {(row.source, row.tbl, row.seen): row.commit_id for row in connection.execute(select(LISTING).where(LISTING.c.complete))}


def commit_times(home: Home) -> dict[int, str]:
    """When each commit was made."""
    with home.engine.connect() as connection:
        return {row.id: row.recorded_at for row in connection.execute(select(COMMIT.c.id, COMMIT.c.recorded_at))}


def commit_days(home: Home) -> list[tuple[int, str]]:
    """Every commit with the day on which it was made, in order."""
    return [(number, moment[:10]) for number, moment in sorted(commit_times(home).items())]


def commit_of_day(days: list[tuple[int, str]], day: str, floor: int = 0) -> int:
    """The first commit from `floor` on that was made on the day or after it; 0 where none was yet."""
    start = bisect_left(days, day, key=lambda one: one[1])
    return next((number for number, _ in days[start:] if number >= floor), 0)


def last_commit(home: Home) -> tuple[int, str | None]:
    """The last commit's number and when it was made; 0 and None for an empty home."""
    with home.engine.connect() as connection:
        row = connection.execute(select(COMMIT.c.id, COMMIT.c.recorded_at).order_by(COMMIT.c.id.desc()).limit(1)).first()
    return (0, None) if row is None else (int(row.id), str(row.recorded_at))


def last_attempt(home: Home) -> str:
    """When a source was looked at last."""
    with home.engine.connect() as connection:
        return str(connection.execute(select(func.max(SOURCE.c.last_attempt))).scalar_one() or "")


def listings_after(home: Home, commit: int) -> dict[int, list[ListingRow]]:
    """The complete listings of each commit after the given one."""
    found: dict[int, list[ListingRow]] = {}
    with home.engine.connect() as connection:
        for row in connection.execute(select(LISTING).where(LISTING.c.commit_id > commit, LISTING.c.complete)):
            left_out = None if row.left_out is None else tuple(msgspec.json.decode(row.left_out, type=list[str]))
            found.setdefault(row.commit_id, []).append(ListingRow(row.id, row.source, row.tbl, row.seen, row.records, row.share, left_out))
    return found


def note_run(connection: Connection, run: str, finished: str, report: str, seconds: float) -> None:
    """Keeps a run's report."""
    connection.execute(insert(RUN).values(id=f"{run}/{finished}", started_at=run, finished_at=finished, seconds=seconds, report=report))


class RunRow(NamedTuple):
    """One run with its report as it was kept."""

    started: str
    finished: str | None
    seconds: float | None
    report: str


def runs(home: Home, most: int) -> list[RunRow]:
    """The last runs, newest first."""
    query = select(RUN.c.started_at, RUN.c.finished_at, RUN.c.seconds, RUN.c.report).order_by(RUN.c.finished_at.desc()).limit(most)
    with home.engine.connect() as connection:
        return [RunRow(*row) for row in connection.execute(query)]


def note_source(
    connection: Connection, source: str, moment: str, newest: str | None, *, failed: int, home: Home, succeeded: bool = True
) -> None:
    """Brings a source's line of the freshness ledger up to date."""
    records, versions = home.index.totals(source)
    known = connection.execute(select(SOURCE).where(SOURCE.c.source == source)).first()
    values: dict[str, object] = {"last_attempt": moment, "records": records, "versions": versions}
    if succeeded:
        values["last_success"] = moment
    if known is None:
        connection.execute(insert(SOURCE).values(source=source, data_timestamp=newest, failures=failed, message="", cursor="", **values))
        return
    if newest is not None and newest > (known.data_timestamp or ""):
        values["data_timestamp"] = newest
    connection.execute(update(SOURCE).where(SOURCE.c.source == source).values(failures=known.failures + failed, **values))


def note_asked(connection: Connection, source: str, moment: str, *, fault: str = "", release: str = "") -> None:
    """Notes that a live source was asked, and what went wrong, if anything."""
    known = connection.execute(select(SOURCE).where(SOURCE.c.source == source)).first()
    values: dict[str, object] = {"last_attempt": moment, "message": fault}
    if not fault:
        values["last_success"] = moment
    if release > ((known.data_timestamp if known else "") or ""):
        values["data_timestamp"] = release
    if known is None:
        connection.execute(insert(SOURCE).values(source=source, failures=int(bool(fault)), records=0, versions=0, cursor="", **values))
    else:
        connection.execute(update(SOURCE).where(SOURCE.c.source == source).values(failures=known.failures + int(bool(fault)), **values))


def sources(home: Home) -> list[dict[str, object]]:
    """The freshness ledger, one row a source."""
    with home.engine.connect() as connection:
        rows = [{str(name): value for name, value in row._mapping.items()} for row in connection.execute(select(SOURCE).order_by(SOURCE.c.source))]
        for row in rows:
            row.pop("cursor")
        return rows


def quarantined(home: Home) -> list[dict[str, object]]:
    """What is in quarantine and not settled, in the order it came."""
    query = select(QUARANTINE).where(QUARANTINE.c.settled_at.is_(None)).order_by(QUARANTINE.c.commit_id, QUARANTINE.c.file, QUARANTINE.c.record)
    with home.engine.connect() as connection:
        return [{str(name): value for name, value in row._mapping.items()} for row in connection.execute(query)]


def quarantined_payloads(home: Home, numbers: list[str]) -> dict[str, bytes]:
    """The raw bytes of quarantined records."""
    table = home.lake.read(home.segments("quarantine"), ["id", "payload"])
    wanted = set(numbers)
    return {} if table is None else {row["id"]: row["payload"] for row in table.to_pylist() if row["id"] in wanted}


def quarantine_count(home: Home) -> int:
    """How many records are in quarantine."""
    with home.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(QUARANTINE).where(QUARANTINE.c.settled_at.is_(None))).scalar_one())


def settle_quarantined(connection: Connection, number: str, moment: str) -> None:
    """Marks a quarantined record as read after all."""
    connection.execute(update(QUARANTINE).where(QUARANTINE.c.id == number).values(settled_at=moment))

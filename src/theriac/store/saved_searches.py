"""Saved searches as the catalog keeps them: their words, and when which document came to be found or was found no more.

Flows in: searches and their results at a commit. Flows out: the same, and the changes of commits after a given one. Each look at a commit is one
transaction and counts once, whoever else looks at the same time.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import insert, inspect, select, update

from theriac.flow.query_events import ResultChange, differences
from theriac.store.alert_tables import SAVED_SEARCH, SEARCH_RESULT
from theriac.store.home import Home


def save(home: Home, number: str, words: str, found: Collection[str], commit: int, now: str) -> None:
    """Keeps a search with what it finds today as its baseline; one that is kept already stays as it is."""
    with home.engine.begin() as connection:
        if connection.execute(select(SAVED_SEARCH.c.id).where(SAVED_SEARCH.c.id == number)).first() is not None:
            return
        connection.execute(insert(SAVED_SEARCH).values(id=number, words=words, created_at=now, commit_id=commit))
        rows = [{"search": number, "record": one, "commit_id": commit, "added": True, "baseline": True, "seen": now} for one in sorted(found)]
        if rows:
            connection.execute(insert(SEARCH_RESULT), rows)


def words_of(home: Home, number: str) -> str | None:
    """The words of a saved search, None where it is not kept."""
    with home.engine.connect() as connection:
        row = connection.execute(select(SAVED_SEARCH.c.words).where(SAVED_SEARCH.c.id == number)).first()
    return None if row is None else str(row.words)


def looked_at(home: Home, number: str) -> int:
    """The commit at which a search was last looked at."""
    with home.engine.connect() as connection:
        return int(connection.execute(select(SAVED_SEARCH.c.commit_id).where(SAVED_SEARCH.c.id == number)).scalar_one())


def note(home: Home, number: str, found: Collection[str], before: int, commit: int, now: str) -> int:
    """Keeps what a search finds at a commit; how many documents came or went. Nothing where another process has looked meanwhile."""
    with home.engine.begin() as connection:
        mine = (SAVED_SEARCH.c.id == number) & (SAVED_SEARCH.c.commit_id == before)
        if not connection.execute(update(SAVED_SEARCH).where(mine).values(commit_id=commit)).rowcount:
            return 0
        rows = connection.execute(select(SEARCH_RESULT).where(SEARCH_RESULT.c.search == number).order_by(SEARCH_RESULT.c.commit_id))
        standing = {row.record: bool(row.added) for row in rows}
        came, went = differences([record for record, there in standing.items() if there], found)
        about = {"search": number, "commit_id": commit, "baseline": False, "seen": now}
        changes = [about | {"record": record, "added": record in set(came)} for record in (*came, *went)]
        if changes:
            connection.execute(insert(SEARCH_RESULT), changes)
    return len(changes)


def changes(home: Home, *, after: int = -1, since: str = "") -> Iterator[ResultChange]:
    """What came and went after a commit, and since a day, commit by commit; baselines are no change. Nothing in a catalog that older code made."""
    if not inspect(home.engine).has_table(SAVED_SEARCH.name):
        return
    query = (
        select(SEARCH_RESULT, SAVED_SEARCH.c.words)
        .join(SAVED_SEARCH, SAVED_SEARCH.c.id == SEARCH_RESULT.c.search)
        .where(SEARCH_RESULT.c.commit_id > after, SEARCH_RESULT.c.seen >= since, SEARCH_RESULT.c.baseline.is_(False))
        .order_by(SEARCH_RESULT.c.commit_id, SEARCH_RESULT.c.search, SEARCH_RESULT.c.record)
    )
    with home.engine.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        yield ResultChange(search=row.search, words=row.words, record=row.record, commit=row.commit_id, added=bool(row.added), seen=row.seen)

"""What people settled: a name means an entity. Kept for ever as data, with author, reason and time; the latest word on a name counts."""

from sqlalchemy import Connection, insert

from theriac.store.catalog import DECISION


def keep(connection: Connection, name: str, entity: str, author: str, why: str, moment: str, *, record: str = "", kind: str = "drug") -> None:
    """Writes one decision."""
    connection.execute(insert(DECISION).values(kind=kind, name=name, key=record, entity=entity, author=author, why=why, recorded_at=moment))

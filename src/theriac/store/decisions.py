"""What people settled: a name means an entity. Kept for ever as data, with author, reason and time; the latest word on a name counts."""

from sqlalchemy import Connection, insert, select

from theriac.store.catalog import DECISION
from theriac.store.home import Home
from theriac.views import DecisionLine


def keep(connection: Connection, name: str, entity: str, author: str, why: str, moment: str, *, record: str = "", kind: str = "drug") -> None:
    """Writes one decision."""
    connection.execute(insert(DECISION).values(kind=kind, name=name, key=record, entity=entity, author=author, why=why, recorded_at=moment))


def listed(home: Home) -> list[DecisionLine]:
    """Every decision, newest first."""
    with home.engine.connect() as connection:
        rows = connection.execute(select(DECISION).order_by(DECISION.c.id.desc())).all()
    return [
        DecisionLine(
            name=row.name, kind=row.kind, entity=row.entity, record=row.key or None, author=row.author, why=row.why, decided=row.recorded_at
        )
        for row in rows
    ]

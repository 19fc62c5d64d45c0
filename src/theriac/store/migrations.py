"""The catalog's schema through time: one function per step, run by Alembic's operations in order.

Flows in: a connection to a catalog of any older schema. Flows out: the same catalog at SCHEMA. A step that has been released is never edited.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Float, Integer, String, Text, inspect, text

from theriac.store.alert_tables import SEARCH_TABLES
from theriac.store.alert_tables import TABLES as ALERT_TABLES
from theriac.store.catalog import CATALOG
from theriac.store.live_tables import TABLES as LIVE_TABLES
from theriac.store.people_tables import TABLES as PEOPLE_TABLES

if TYPE_CHECKING:
    from alembic.operations import Operations

Step = Callable[["Operations", Connection], None]


def _first_tables(operations: Operations, connection: Connection) -> None:
    """Everything of the first release."""
    CATALOG.create_all(connection)


def _segment_checksums(operations: Operations, connection: Connection) -> None:
    """Homes made before the first release kept no checksum and no replacement time of their segments."""
    present = {column["name"] for column in inspect(connection).get_columns("segments")}
    if "sha256" not in present:
        operations.add_column("segments", Column("sha256", String(64), nullable=False, server_default=""))
    if "replaced_at" not in present:
        operations.add_column("segments", Column("replaced_at", String(32)))


def _source_cursors(operations: Operations, connection: Connection) -> None:
    """Homes made before the first release counted no versions per source."""
    present = {column["name"] for column in inspect(connection).get_columns("sources")}
    if "versions" not in present:
        operations.add_column("sources", Column("versions", Integer, nullable=False, server_default="0"))


def _alert_tables(operations: Operations, connection: Connection) -> None:
    """Subscriptions, alerts, the outbox, deliveries and the match cursor."""
    CATALOG.create_all(connection, tables=list(ALERT_TABLES), checkfirst=True)


def _listing_shares(operations: Operations, connection: Connection) -> None:
    """Whether a shrunken listing is believed was decided when it was loaded; now it follows from all listings of its table."""
    present = {column["name"] for column in inspect(connection).get_columns("listings")}
    if "share" not in present:
        operations.add_column("listings", Column("share", Float, nullable=False, server_default="0.5"))


def _live_sources(operations: Operations, connection: Connection) -> None:
    """Passes over live sources, attempts, follows, publication moments, source events; listings that name what they left out."""
    CATALOG.create_all(connection, tables=list(LIVE_TABLES), checkfirst=True)
    present = {column["name"] for column in inspect(connection).get_columns("listings")}
    if "left_out" not in present:
        operations.add_column("listings", Column("left_out", Text))


def _people_tables(operations: Operations, connection: Connection) -> None:
    """Accounts, sessions, tokens, the audit trail and flags."""
    CATALOG.create_all(connection, tables=list(PEOPLE_TABLES), checkfirst=True)


def _saved_searches(operations: Operations, connection: Connection) -> None:
    """Saved searches and when which document came to be found."""
    CATALOG.create_all(connection, tables=list(SEARCH_TABLES), checkfirst=True)


STEPS: tuple[Step, ...] = (
    *(_first_tables, _segment_checksums, _source_cursors, _alert_tables, _listing_shares),
    *(_live_sources, _people_tables, _saved_searches),
)
SCHEMA = len(STEPS)
_UPGRADE_LOCK = 0x7468_7570


def schema_of(connection: Connection) -> int:
    """How many steps the catalog has behind it; 0 for an empty database."""
    if not inspect(connection).has_table("schema_step"):
        return 0
    return int(connection.execute(text("SELECT max(step) FROM schema_step")).scalar() or 0)


def upgrade(connection: Connection) -> None:
    """Brings the catalog to SCHEMA, all steps in the caller's transaction."""
    # Alembic takes a third of a second to import and is needed once in a home's life.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    _alone(connection)
    done = schema_of(connection)
    operations = Operations(MigrationContext.configure(connection))
    if not inspect(connection).has_table("schema_step"):
        operations.create_table("schema_step", Column("step", Integer, primary_key=True))
    for number, step in enumerate(STEPS[done:], start=done + 1):
        step(operations, connection)
        connection.execute(text("INSERT INTO schema_step VALUES (:step)"), {"step": number})


def _alone(connection: Connection) -> None:
    """Opens a transaction that holds tables too, all of them or none, and in which no other process makes them at the same time.

    Python's sqlite3 begins none of its own before CREATE TABLE: a kill between two tables would leave half a catalog.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})

"""The catalog's tables of the live sources: passes and their cursors, what is followed, every attempt, publication moments, source events.

Flows in: nothing. Flows out: tables of the same catalog as the commits, so that a page and the cursor behind it become visible together.
"""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from theriac.store.catalog import CATALOG

PASS = Table(
    "live_passes",
    CATALOG,
    Column("source", String(60), primary_key=True),
    Column("scope", String(200), primary_key=True),
    Column("depth", String(20), nullable=False, default=""),
    Column("cursor", Text, nullable=False, default=""),
    Column("began_at", String(32), nullable=False, default=""),
    Column("counted", Integer, nullable=False, default=0),
    Column("flawed", Integer, nullable=False, default=0),
    Column("listing", String(32), nullable=False, default=""),
    Column("since", String(40), nullable=False, default=""),
    Column("done_at", String(32), nullable=False, default=""),
    Column("full_at", String(32), nullable=False, default=""),
    Column("full_release", String(40), nullable=False, default=""),
    Column("total", Integer),
    Column("apart", Integer, nullable=False, default=0),
    Column("validators", Text, nullable=False, default="{}"),
)
FOLLOW = Table(
    "follows",
    CATALOG,
    Column("key", String(200), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("added_at", String(32), nullable=False),
)
ATTEMPT = Table(
    "live_attempts",
    CATALOG,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(60), nullable=False),
    Column("scope", String(200), nullable=False, default=""),
    Column("depth", String(20), nullable=False),
    Column("began_at", String(32), nullable=False),
    Column("ended_at", String(32), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("message", Text, nullable=False, default=""),
    Column("requests", Integer, nullable=False, default=0),
    Column("bytes", Integer, nullable=False, default=0),
    Column("records", Integer, nullable=False, default=0),
    Column("release", String(40), nullable=False, default=""),
    Index("live_attempts_by_source", "source", "id"),
)
PUBLICATION = Table(
    "publications",
    CATALOG,
    Column("commit_id", Integer, primary_key=True, autoincrement=False),
    Column("source", String(60), primary_key=True),
    Column("published", String(40), nullable=False),
    Column("baseline", Boolean, nullable=False, default=False),
)
RAISED = Table(
    "raised_events",
    CATALOG,
    Column("id", String(64), primary_key=True),
    Column("commit_id", Integer, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("record", String(200), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Index("raised_events_by_commit", "commit_id"),
)
TABLES = (PASS, FOLLOW, ATTEMPT, PUBLICATION, RAISED)

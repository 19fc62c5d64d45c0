"""The catalog: which segments, commits, listings and decisions exist. What no commit names does not exist.

Flows in: a database URL. Flows out: SQLAlchemy tables and an engine on which one transaction makes a commit visible. SQLite (WAL) by default,
PostgreSQL where several machines share a home; the same code on both.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)

CATALOG = MetaData()

COMMIT = Table(
    "commits",
    CATALOG,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", String(32), nullable=False),
    Column("run", String(64), nullable=False),
    Column("note", Text, nullable=False, default=""),
)
SEGMENT = Table(
    "segments",
    CATALOG,
    Column("path", String(200), primary_key=True),
    Column("dataset", String(40), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("first_commit", Integer, nullable=False),
    Column("last_commit", Integer, nullable=False),
    Column("replaced_at", String(32)),
    Index("segments_by_dataset", "dataset", "last_commit"),
)
LISTING = Table(
    "listings",
    CATALOG,
    Column("id", String(32), primary_key=True),
    Column("source", String(60), nullable=False),
    Column("tbl", String(60), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("file", Text, nullable=False),
    Column("commit_id", Integer, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("share", Float, nullable=False, default=0.5),
    Column("left_out", Text),
)
SOURCE = Table(
    "sources",
    CATALOG,
    Column("source", String(60), primary_key=True),
    Column("last_attempt", String(32)),
    Column("last_success", String(32)),
    Column("data_timestamp", String(32)),
    Column("records", BigInteger, nullable=False, default=0),
    Column("versions", BigInteger, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("message", Text, nullable=False, default=""),
    Column("cursor", Text, nullable=False, default=""),
)
QUARANTINE = Table(
    "quarantine",
    CATALOG,
    Column("id", String(32), primary_key=True),
    Column("file", Text, nullable=False),
    Column("record", Text),
    Column("field", Text),
    Column("reason", Text, nullable=False),
    Column("format", String(60)),
    Column("context", Text, nullable=False, default=""),
    Column("dated", String(32)),
    Column("commit_id", Integer, nullable=False),
    Column("recorded_at", String(32), nullable=False),
    Column("settled_at", String(32)),
)
RUN = Table(
    "runs",
    CATALOG,
    Column("id", String(64), primary_key=True),
    Column("started_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("seconds", Float),
    Column("report", Text, nullable=False, default="{}"),
)
DECISION = Table(
    "decisions",
    CATALOG,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("key", String(300), nullable=False),
    Column("entity", String(300)),
    Column("author", String(200), nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("recorded_at", String(32), nullable=False),
)
REDIRECT = Table(
    "redirects",
    CATALOG,
    Column("old", String(300), primary_key=True),
    Column("new", String(300), nullable=False),
    Column("recorded_at", String(32), nullable=False),
)


def connect(url: str) -> Engine:
    """An engine on the catalog; on SQLite with WAL, durable commits and patience for a busy writer."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    return engine

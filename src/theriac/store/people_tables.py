"""The catalog's tables of people: accounts, sessions, tokens, the audit trail, and what people flagged as wrong.

Flows in: nothing. Flows out: tables of the same catalog as the commits. Of a session's or token's secret only the hash is kept.
"""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from theriac.store.catalog import CATALOG

PERSON = Table(
    "people",
    CATALOG,
    Column("name", String(100), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
)
SESSION = Table(
    "sessions",
    CATALOG,
    Column("id", String(64), primary_key=True),
    Column("person", String(100), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("ends_at", String(32), nullable=False),
    Index("sessions_by_person", "person"),
)
TOKEN = Table(
    "tokens",
    CATALOG,
    Column("id", String(32), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("person", String(100), nullable=False),
    Column("title", String(200), nullable=False),
    Column("scope", String(20), nullable=False),
    Column("created_at", String(32), nullable=False),
)
AUDIT = Table(
    "audit",
    CATALOG,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("who", String(100), nullable=False),
    Column("what", String(40), nullable=False),
    Column("about", Text, nullable=False, default=""),
    Column("client", String(100), nullable=False, default=""),
)
FLAG = Table(
    "flags",
    CATALOG,
    Column("id", String(32), primary_key=True),
    Column("record", String(300), nullable=False),
    Column("path", Text, nullable=False, default=""),
    Column("quote", Text, nullable=False, default=""),
    Column("why", Text, nullable=False),
    Column("author", String(100), nullable=False),
    Column("flagged_at", String(32), nullable=False),
    Column("withdrawn_at", String(32)),
    Column("withdrawn_by", String(100), nullable=False, default=""),
    Index("flags_by_record", "record"),
)
TABLES = (PERSON, SESSION, TOKEN, AUDIT, FLAG)

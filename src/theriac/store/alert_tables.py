"""The catalog's tables of alerting: who watches what, what matched, what is to be sent, every attempt to send it, and saved searches.

Flows in: nothing. Flows out: tables of the same catalog as the commits, so that a match and its cursor are one transaction and a backup holds both.
An alert that waits has an empty window; composing a digest gives it one, once.
"""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from theriac.store.catalog import CATALOG

SUBSCRIPTION = Table(
    "subscriptions",
    CATALOG,
    Column("id", String(32), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("bound", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("targets", Text, nullable=False, default="[]"),
    Column("also_when_nothing", Boolean, nullable=False, default=False),
    Column("state", String(20), nullable=False, default="active"),
    Column("owner", String(200), nullable=False, default=""),
    Column("token", String(64), nullable=False),
    Column("after_commit", Integer, nullable=False),
    Column("closed_until", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
)
ALERT_EVENT = Table(
    "alert_events",
    CATALOG,
    Column("id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)
ALERT = Table(
    "alerts",
    CATALOG,
    Column("subscription", String(32), primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("known", String(32), nullable=False),
    Column("window", String(80), nullable=False, default=""),
    Index("alerts_by_window", "window", "subscription"),
)
OUTBOX = Table(
    "outbox",
    CATALOG,
    Column("id", String(64), primary_key=True),
    Column("subscription", String(32), nullable=False),
    Column("target", Text, nullable=False),
    Column("window", String(80), nullable=False),
    Column("digest", Text, nullable=False),
    Column("payload", Text, nullable=False, default=""),
    Column("items", Integer, nullable=False),
    Column("composed_at", String(32), nullable=False),
    Column("state", String(20), nullable=False, default="waiting"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt", String(32), nullable=False),
    Column("sent_at", String(32)),
    Index("outbox_by_state", "state", "next_attempt"),
    Index("outbox_by_subscription", "subscription", "composed_at"),
)
DELIVERY = Table(
    "deliveries",
    CATALOG,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("outbox", String(64), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Index("deliveries_by_outbox", "outbox"),
)
MATCH_CURSOR = Table(
    "match_cursors",
    CATALOG,
    Column("name", String(40), primary_key=True),
    Column("commit_id", Integer, nullable=False),
    Column("matched_at", String(32), nullable=False),
)
SAVED_SEARCH = Table(
    "saved_searches",
    CATALOG,
    Column("id", String(40), primary_key=True),
    Column("words", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("commit_id", Integer, nullable=False),
)
SEARCH_RESULT = Table(
    "saved_search_results",
    CATALOG,
    Column("search", String(40), primary_key=True),
    Column("record", String(300), primary_key=True),
    Column("commit_id", Integer, primary_key=True, autoincrement=False),
    Column("added", Boolean, nullable=False),
    Column("baseline", Boolean, nullable=False, default=False),
    Column("seen", String(32), nullable=False),
)
SEARCH_TABLES = (SAVED_SEARCH, SEARCH_RESULT)
TABLES = (SUBSCRIPTION, ALERT_EVENT, ALERT, OUTBOX, DELIVERY, MATCH_CURSOR)

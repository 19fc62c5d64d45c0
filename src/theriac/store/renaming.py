"""Which records are to be looked at again because a name in them came to mean something else.

Flows in: the registry before and after it is made anew, inside that transaction. Flows out: records on the list of those whose programmes have to
be looked at. What a name means it does not know.
"""

import sqlite3

_NAMES = """SELECT key, entity, name_kind, weak FROM entity_name UNION SELECT curie, entity, 'identifier', 0 FROM entity_identifier"""


def remember(db: sqlite3.Connection) -> None:
    """Notes what each name means now."""
    db.execute("DROP TABLE IF EXISTS temp.named_before")
    db.execute(f"CREATE TEMP TABLE named_before AS {_NAMES}")


def look_again(db: sqlite3.Connection) -> None:
    """Puts on the list the records with a name that means something else than was noted; none where no name was known before."""
    if db.execute("SELECT 1 FROM temp.named_before LIMIT 1").fetchone() is not None:
        db.execute(f"CREATE TEMP TABLE named_now AS {_NAMES}")
        db.execute(
            """CREATE TEMP TABLE renamed AS SELECT * FROM (SELECT * FROM named_now EXCEPT SELECT * FROM named_before)
               UNION SELECT * FROM (SELECT * FROM named_before EXCEPT SELECT * FROM named_now)"""
        )
        db.execute(
            """CREATE TEMP TABLE concerned AS SELECT DISTINCT m.version FROM mention_key m WHERE m.key IN
               (SELECT 'drug/' || key FROM renamed UNION SELECT 'condition/' || key FROM renamed UNION SELECT key FROM renamed)"""
        )
        _put(db, "v.id IN (SELECT version FROM concerned)")
        db.execute("DELETE FROM staged WHERE version IN (SELECT version FROM concerned)")
        # The conditions of labels and medicines are read from their text, so that any of them may concern any name that a vocabulary gives.
        if db.execute("SELECT 1 FROM renamed WHERE entity LIKE 'condition:%' AND weak = 0 LIMIT 1").fetchone() is not None:
            _put(db, "v.id IN (SELECT version FROM reading WHERE kind IN ('label', 'medicine'))")
        for table in ("named_now", "renamed", "concerned"):
            db.execute(f"DROP TABLE temp.{table}")
    db.execute("DROP TABLE temp.named_before")


def _put(db: sqlite3.Connection, versions: str) -> None:
    query = f"SELECT DISTINCT v.record, '' FROM version v WHERE {versions}"
    db.execute(f"INSERT INTO unstaged {query} ON CONFLICT (record) DO UPDATE SET since = ''")

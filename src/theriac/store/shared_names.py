"""Names in documents that two or more entities go by: for a person to settle.

Flows in: a home. Flows out: each such name as a document writes it, how many current mentions it has, and a record in which it stands. It
resolves nothing itself.
"""

import msgspec

from theriac.store.home import Home


class SharedName(msgspec.Struct, frozen=True):
    """One name that several entities have."""

    text: str
    kind: str
    mentions: int
    record: str


def shared_names(home: Home, kind: str, most: int) -> list[SharedName]:
    """The names of a kind (drug, condition) that several entities have, those that are mentioned most first."""
    query = """WITH shared AS (SELECT ?1 || '/' || key AS key, min(text) AS text FROM entity_name
                 WHERE substr(entity, 1, length(?1) + 1) = ?1 || ':' OR (?1 = 'drug' AND entity LIKE 'combination:%')
                 GROUP BY 1 HAVING count(DISTINCT entity) > 1),
               used AS (SELECT h.text AS text, count(*) AS mentions, min(k.version) AS version FROM shared h JOIN mention_key k ON k.key = h.key
                 JOIN span s ON s.version = k.version AND s.seen_to IS NULL WHERE k.n >= 0 AND k.key <> '' GROUP BY k.key)
               SELECT u.text, u.mentions, r.source || ':' || r.key FROM used u JOIN version v ON v.id = u.version JOIN record r ON r.id = v.record
               ORDER BY 2 DESC, 1 LIMIT ?2"""
    rows = home.index.db.execute(query, (kind, most)).fetchall()
    return [SharedName(text=text, kind=kind, mentions=count, record=record) for text, count, record in rows]

"""The tables of the read index, and their number: an index of another number is made anew from the segments.

Flows in: nothing. Flows out: SQL that makes the tables. What each holds is told where it is filled.

An event's `commit_id` is 0 while the day that it tells of is not over by any commit: a date that will be crossed.
Those of programmes name their drug and condition, and whether `trials` or `papers` (labels, applications, medicines) told them.
"""

import re

SCHEMA = "8"
TABLES = """
CREATE TABLE stamp (commit_id INTEGER NOT NULL, schema TEXT NOT NULL, claims INTEGER NOT NULL DEFAULT 0);
CREATE TABLE record (id INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL, tbl TEXT NOT NULL, UNIQUE (source, key));
CREATE INDEX record_tbl ON record (source, tbl) WHERE tbl <> '';
CREATE TABLE version (
    id INTEGER PRIMARY KEY, record INTEGER NOT NULL, hash TEXT NOT NULL, content TEXT NOT NULL, format TEXT NOT NULL, label TEXT,
    rank TEXT NOT NULL, partial INTEGER NOT NULL, commit_id INTEGER NOT NULL, recorded_at TEXT NOT NULL, UNIQUE (record, hash));
CREATE TABLE sighting (
    version INTEGER NOT NULL, seen TEXT NOT NULL, listing TEXT NOT NULL, seen_by TEXT NOT NULL, raw BLOB NOT NULL, commit_id INTEGER NOT NULL,
    PRIMARY KEY (version, seen, listing, raw)) WITHOUT ROWID;
CREATE INDEX sighting_raw ON sighting (raw);
CREATE TABLE span (record INTEGER NOT NULL, version INTEGER NOT NULL, seen_from TEXT NOT NULL, seen_to TEXT);
CREATE INDEX span_record ON span (record);
CREATE INDEX span_version ON span (version);
CREATE TABLE reading (version INTEGER PRIMARY KEY, reader TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE mention_key (
    version INTEGER NOT NULL, n INTEGER NOT NULL, place INTEGER NOT NULL, part INTEGER NOT NULL, key TEXT NOT NULL, score REAL NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (version, n, place)) WITHOUT ROWID;
CREATE INDEX mention_by_key ON mention_key (key) WHERE key <> '';
CREATE TABLE claim (id INTEGER PRIMARY KEY, source TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (body, source));
CREATE TABLE claim_of (claim INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (claim, version)) WITHOUT ROWID;
CREATE TABLE served (mark BLOB PRIMARY KEY, source TEXT NOT NULL, records INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listing (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, tbl TEXT NOT NULL, seen TEXT NOT NULL, records INTEGER NOT NULL, share REAL NOT NULL);
CREATE TABLE listing_of_keys (listing TEXT PRIMARY KEY, left_out TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE statements (version TEXT NOT NULL, reader TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (version, reader)) WITHOUT ROWID;
CREATE TABLE unchronicled (record INTEGER PRIMARY KEY);
CREATE TABLE unstaged (record INTEGER PRIMARY KEY, since TEXT NOT NULL);
CREATE TABLE staged (version INTEGER PRIMARY KEY);
CREATE TABLE candidacy (
    drug TEXT NOT NULL, condition TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (drug, condition, version)) WITHOUT ROWID;
CREATE INDEX candidacy_version ON candidacy (version);
CREATE TABLE programme_due (drug TEXT NOT NULL, condition TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (drug, condition)) WITHOUT ROWID;
CREATE INDEX programme_due_day ON programme_due (day);
CREATE TABLE event (
    id TEXT PRIMARY KEY, record INTEGER NOT NULL, kind TEXT NOT NULL, seen TEXT NOT NULL, happened TEXT, from_hash TEXT, to_hash TEXT,
    body BLOB NOT NULL, commit_id INTEGER NOT NULL, fresh INTEGER NOT NULL, superseded_by TEXT, drug TEXT NOT NULL DEFAULT '',
    condition TEXT NOT NULL DEFAULT '', told_by TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX event_programme ON event (drug, condition) WHERE drug <> '';
CREATE INDEX event_commit ON event (commit_id);
CREATE INDEX event_record ON event (record);
CREATE INDEX event_seen ON event (seen);
CREATE TABLE registry (stamp TEXT NOT NULL);
CREATE TABLE entity (id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE entity_name (
    key TEXT NOT NULL, entity TEXT NOT NULL, text TEXT NOT NULL, name_kind TEXT NOT NULL, weak INTEGER NOT NULL, records INTEGER NOT NULL,
    PRIMARY KEY (key, entity, text)) WITHOUT ROWID;
CREATE INDEX entity_name_of ON entity_name (entity);
CREATE TABLE entity_identifier (curie TEXT NOT NULL, entity TEXT NOT NULL, PRIMARY KEY (curie, entity)) WITHOUT ROWID;
CREATE TABLE entity_redirect (old TEXT PRIMARY KEY, new TEXT NOT NULL) WITHOUT ROWID;
"""
_DERIVED = ("unchronicled", "unstaged", "staged", "candidacy", "programme_due", "event")


def shadows() -> str:
    """The tables of what is derived once more, empty, as temporary ones: on a connection that has them they stand before those of the file."""
    tables = [re.search(rf"CREATE TABLE {name} \(.*?;\n", TABLES, re.DOTALL) for name in _DERIVED]
    return "".join(found[0].replace("CREATE TABLE", "CREATE TEMP TABLE", 1) for found in tables if found)

"""The registry of entities as the read index keeps it: built from all claims and decisions, looked up by key.

Flows in: the claims of every version ever stored and people's decisions. Flows out: entities by id, names by key, identifiers, redirects.
What it holds is a pure function of the claims, so it is rebuilt rather than edited.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler
from sqlalchemy import func, insert, select

from theriac.dates import until
from theriac.flow.entities import Decision, Entity, EntityName, NameRow, Registry, SourcedClaim, build, name_rows
from theriac.flow.keys import name_key
from theriac.flow.memory_lookup import MemoryLookup
from theriac.model import Claim, Reading
from theriac.store import renaming
from theriac.store.catalog import DECISION, REDIRECT
from theriac.store.home import Home
from theriac.terms import EntityKind, NameKind

WEAK_SOURCES = frozenset({"ctgov"})
_claim = msgspec.msgpack.Decoder(Claim)
_reading = msgspec.msgpack.Decoder(Reading)
_entity = msgspec.msgpack.Decoder(Entity)
_encode = msgspec.msgpack.Encoder().encode


def stamp_wanted(home: Home) -> str:
    """What the registry must be stamped with to be up to date: it changes with what is claimed, by whom and since when, and with decisions."""
    with home.engine.connect() as connection:
        decisions = connection.execute(select(func.coalesce(func.max(DECISION.c.id), 0))).scalar_one()
    return f"{home.index.claims_stamp}/{decisions}"


def stamp(home: Home) -> str:
    """What the registry kept in the index is stamped with; empty where none is."""
    row = home.index.db.execute("SELECT stamp FROM registry").fetchone()
    return "" if row is None else str(row[0])


def stale(home: Home) -> bool:
    """Whether the registry kept in the index is not the one that the claims make."""
    return stamp(home) != stamp_wanted(home)


def claims(home: Home, until: str | None = None) -> Iterator[SourcedClaim]:
    """Every claim of every version, with the record that makes it; with `until`, only of versions seen by then."""
    bound = "" if until is None else "WHERE s.seen_from <= ?"
    query = f"""SELECT c.id, c.body, r.source, r.key, min(s.seen_from) FROM claim c JOIN claim_of o ON o.claim = c.id
                JOIN version v ON v.id = o.version JOIN record r ON r.id = v.record JOIN span s ON s.version = v.id {bound}
                GROUP BY c.id, r.id"""
    decoded: tuple[int, Claim] | None = None
    for number, body, source, key, first in home.index.db.execute(query, () if until is None else (until,)):
        if decoded is None or decoded[0] != number:
            decoded = (number, _claim.decode(body))
        origin = key.partition("/")[0] if source == "starter" else source
        yield SourcedClaim(claim=decoded[1], record=f"{source}:{key}", authoritative=origin not in WEAK_SOURCES, first_seen=first)


def decisions(home: Home) -> list[Decision]:
    """What people decided, oldest first."""
    with home.engine.connect() as connection:
        rows = connection.execute(select(DECISION).order_by(DECISION.c.id)).all()
    return [
        Decision(name=row.name, entity=row.entity, author=row.author, decided=row.recorded_at, kind=EntityKind(row.kind), record=row.key or None)
        for row in rows
    ]


def rebuild(home: Home, now: str) -> None:
    """Builds the registry anew; ids that are no longer in use become permanent redirects."""
    wanted = stamp_wanted(home)
    registry = _built(home)
    before = {row[0] for row in home.index.db.execute("SELECT id FROM entity")}
    with home.index.transaction() as db:
        renaming.remember(db)
        for table in ("registry", "entity", "entity_name", "entity_identifier", "entity_redirect"):
            db.execute(f"DELETE FROM {table}")
        db.executemany("INSERT INTO entity VALUES (?, ?, ?, ?)", [(e.id, e.kind.value, e.name, _encode(e)) for e in registry.entities])
        db.executemany(
            "INSERT OR IGNORE INTO entity_name VALUES (?, ?, ?, ?, ?, ?)",
            [(row.key, row.entity, row.text, row.kind.value, int(row.weak), row.records) for row in name_rows(registry)],
        )
        db.executemany("INSERT OR IGNORE INTO entity_identifier VALUES (?, ?)", _identifiers(registry.entities))
        db.executemany("INSERT OR IGNORE INTO entity_redirect VALUES (?, ?)", registry.redirects.items())
        db.execute("INSERT INTO registry VALUES (?)", (wanted,))
        renaming.look_again(db)
    _keep_redirects(home, {old: registry.redirects[old] for old in before if old in registry.redirects}, now)


def _built(home: Home) -> Registry:
    """The registry; the garbage collector rests meanwhile, since hundreds of thousands of live claims would be searched over and over."""
    gc.disable()
    try:
        return build(claims(home), decisions(home))
    finally:
        gc.enable()


def _identifiers(entities: Iterable[Entity]) -> Iterator[tuple[str, str]]:
    for entity in entities:
        for curie in (*entity.identifiers, *(one for form in entity.forms for one in form.identifiers)):
            yield curie, entity.id


def _keep_redirects(home: Home, redirects: Mapping[str, str], now: str) -> None:
    if not redirects:
        return
    with home.engine.begin() as connection:
        kept = {row.old for row in connection.execute(select(REDIRECT.c.old))}
        fresh = [{"old": old, "new": new, "recorded_at": now} for old, new in sorted(redirects.items()) if old not in kept]
        if fresh:
            connection.execute(insert(REDIRECT), fresh)


class Names:
    """Looks names, identifiers and entities up in the index; what `flow.resolution` asks."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.db = home.index.db
        self._rows: dict[str, tuple[NameRow, ...]] = {}
        self._entities: dict[str, Entity | None] = {}
        self._decided: dict[tuple[str, str, str], str] | None = None
        self._by_identifier: dict[str, str | None] = {}

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, Sequence[NameRow]]:
        """Every name row under each of the keys."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._rows]
        for start in range(0, len(missing), 800):
            chunk = missing[start : start + 800]
            found: dict[str, list[NameRow]] = {key: [] for key in chunk}
            query = f"""SELECT n.key, n.entity, e.name, n.text, n.name_kind, n.weak, n.records, instr(n.entity, '+') FROM entity_name n
                        JOIN entity e ON e.id = n.entity WHERE n.key IN ({",".join("?" * len(chunk))})"""
            for key, entity, name, text, kind, weak, records, joined in self.db.execute(query, chunk):
                parts = self._parts(entity) if joined else ()
                row = NameRow(key=key, entity=entity, name=name, text=text, kind=NameKind(kind), weak=bool(weak), records=records, parts=parts)
                found[key].append(row)
            self._rows.update({key: tuple(rows) for key, rows in found.items()})
        return {key: self._rows[key] for key in wanted}

    def _parts(self, entity: str) -> tuple[str, ...]:
        found = self.entity(entity)
        return found.parts if found else ()

    def by_identifier(self, curie: str) -> str | None:
        """The one entity that an identifier, a present or a former entity id leads to, or None."""
        if curie not in self._by_identifier:
            self._by_identifier[curie] = self._identified(curie)
        return self._by_identifier[curie]

    def _identified(self, curie: str) -> str | None:
        query = """SELECT id FROM entity WHERE id = ?1 UNION SELECT new FROM entity_redirect WHERE old = ?1
                   UNION SELECT entity FROM entity_identifier WHERE curie = ?1"""
        rows = self.db.execute(query, (curie,)).fetchall()
        if not rows and "+" in curie.partition(":")[2]:
            return self._rejoined(curie)
        return rows[0][0] if len(rows) == 1 else self._kept(curie)

    def _rejoined(self, combination: str) -> str | None:
        """A combination's former id, followed part by part."""
        kind, _, parts = combination.partition(":")
        today = [self.by_identifier(f"{kind}:{part}") for part in parts.split("+")]
        if not all(today):
            return None
        joined = f"{kind}:{'+'.join(sorted({str(one).partition(':')[2] for one in today}))}"
        return joined if self.db.execute("SELECT 1 FROM entity WHERE id = ?", (joined,)).fetchone() else None

    def _kept(self, old: str) -> str | None:
        """What the catalog's permanent redirects say of an id that the present registry no longer derives."""
        with self.home.engine.connect() as connection:
            row = connection.execute(select(REDIRECT.c.new).where(REDIRECT.c.old == old)).first()
        return None if row is None or row.new == old else self.by_identifier(row.new)

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of an id, redirects followed; None where no loaded source speaks of it."""
        if entity_id not in self._entities:
            row = self.db.execute(
                "SELECT body FROM entity WHERE id = coalesce((SELECT new FROM entity_redirect WHERE old = ?1), ?1)", (entity_id,)
            ).fetchone()
            self._entities[entity_id] = self._only_mentioned(entity_id) if row is None else _entity.decode(row[0])
        return self._entities[entity_id]

    def decided(self, kind: str, text: str, record: str) -> str | None:
        """The entity that a person settled this name on, in this record or everywhere; None where nobody did."""
        if self._decided is None:
            self._decided = {(one.kind.value, name_key(one.name), one.record or ""): one.entity for one in decisions(self.home)}
        if not self._decided:
            return None
        key = name_key(text)
        return self._decided.get((kind, key, record)) or self._decided.get((kind, key, ""))

    moment = "9999"

    def _only_mentioned(self, entity_id: str) -> Entity | None:
        """A condition that no vocabulary knows but documents name: it exists by its own name."""
        key = entity_id.removeprefix("condition:name.")
        if key == entity_id:
            return None
        query = """SELECT g.body, m.n FROM mention_key m JOIN reading g ON g.version = m.version JOIN span s ON s.version = m.version
                   WHERE m.key = ? AND m.key <> '' AND m.n >= 0 AND s.seen_from <= ?"""
        rows = self.db.execute(query, (f"condition/{key}", self.moment)).fetchall()
        if not rows:
            return None
        text = min(_reading.decode(body).mentions[number].text for body, number in rows)
        name = EntityName(text=text, key=key, kind=NameKind.TRIAL, weak=True)
        return Entity(id=entity_id, kind=EntityKind.CONDITION, name=text, names=(name,), weak=True)

    def is_mentioned(self, key: str) -> bool:
        """Whether any record has a mention under the full key (`organization/meda`)."""
        return self.db.execute("SELECT 1 FROM mention_key WHERE key = ? AND key <> '' LIMIT 1", (key,)).fetchone() is not None

    def named_condition(self, keys: Iterable[str]) -> Entity | None:
        """The condition that documents name by one of the keys, the last of them first, though no vocabulary knows it."""
        return next((entity for key in reversed(list(keys)) if (entity := self.entity(f"condition:name.{key}"))), None)

    def near(self, key: str, limit: int = 5) -> list[NameRow]:
        """The names most like a key, for "did you mean"."""
        keys = [row[0] for row in self.db.execute("SELECT DISTINCT key FROM entity_name")]
        best = process.extract(key, keys, scorer=JaroWinkler.similarity, limit=limit * 3, score_cutoff=0.85)
        rows = [row for found, _, _ in best for row in self.by_keys([found])[found]]
        return list({row.entity: row for row in reversed(rows)}.values())[::-1][:limit]

    def beginning(self, key: str, limit: int = 12) -> list[NameRow]:
        """The names whose key begins so, the exact one first, then those that most records use."""
        query = """SELECT n.key FROM entity_name n WHERE n.key >= ?1 AND n.key < ?1 || char(1114111)
                   ORDER BY n.key = ?1 DESC, n.weak, n.records DESC, length(n.key) LIMIT ?2"""
        return self._first_rows((row[0] for row in self.db.execute(query, (key, 8 * limit))), limit)

    def holding(self, words: str, limit: int = 12) -> list[NameRow]:
        """The names in which the words begin a later word ("cell carcinoma" in "basal cell carcinoma"), those that most records use first."""
        pattern = "% " + re.sub(r"([%_!])", r"!\1", words.casefold()) + "%"
        query = """SELECT n.key FROM entity_name n WHERE n.text LIKE ?1 ESCAPE '!' ORDER BY n.weak, n.records DESC, length(n.key) LIMIT ?2"""
        return self._first_rows((row[0] for row in self.db.execute(query, (pattern, 4 * limit))), limit)

    def _first_rows(self, keys: Iterable[str], limit: int) -> list[NameRow]:
        """The name rows of the keys, the first row of each entity."""
        wanted = list(dict.fromkeys(keys))
        rows = self.by_keys(wanted)
        first: dict[str, NameRow] = {}
        for key in wanted:
            for row in rows[key]:
                first.setdefault(row.entity, row)
        return list(first.values())[:limit]

    def by_bare_identifier(self, text: str) -> list[str]:
        """The entities that have an identifier of this text under any prefix (`99011-02-6`, `CHEMBL1282`)."""
        query = "SELECT DISTINCT entity FROM entity_identifier WHERE substr(curie, instr(curie, ':') + 1) = ?1 COLLATE NOCASE LIMIT 12"
        return [row[0] for row in self.db.execute(query, (text,))]

    def mentioned(self, kind: str, key: str, limit: int = 12) -> list[tuple[str, str, int]]:
        """What records name of a kind by a key that begins so: the key, the name as the first of them writes it, and how many versions do."""
        query = """SELECT m.key, count(DISTINCT m.version), min(m.version) FROM mention_key m
                   WHERE m.key >= ?1 AND m.key < ?1 || char(1114111) AND m.key <> '' AND m.n >= 0
                   GROUP BY m.key ORDER BY m.key = ?1 DESC, 2 DESC, length(m.key) LIMIT ?2"""
        found = self.db.execute(query, (f"{kind}/{key}", limit)).fetchall()
        return [(full.partition("/")[2], self._written(full, version), count) for full, count, version in found]

    def _written(self, key: str, version: int) -> str:
        query = """SELECT g.body, m.n FROM mention_key m JOIN reading g ON g.version = m.version
                   WHERE m.key = ?1 AND m.key <> '' AND m.version = ?2 AND m.n >= 0 ORDER BY m.n LIMIT 1"""
        body, number = self.db.execute(query, (key, version)).fetchone()
        return str(_reading.decode(body).mentions[number].text)

    def drugs(self) -> Iterator[Entity]:
        """Every drug that a document names, in the order of ids."""
        for (body,) in self.db.execute("SELECT body FROM entity WHERE kind = 'drug' ORDER BY id").fetchall():
            yield _entity.decode(body)

    def of_entity(self, entity_id: str) -> list[str]:
        """Every key that leads to the entity."""
        keys = [row[0] for row in self.db.execute("SELECT DISTINCT key FROM entity_name WHERE entity = ?", (entity_id,))]
        return keys or [entity_id.removeprefix("condition:name.")]


class NamesAsOf(Names):
    """The names that documents seen by a day give: the registry of their claims alone, as a store would hold it that has nothing else."""

    def __init__(self, home: Home, as_of: str) -> None:
        super().__init__(home)
        self.moment = until(as_of)
        registry = build(claims(home, self.moment), [one for one in decisions(home) if one.decided <= self.moment])
        self._lookup = MemoryLookup(registry)
        self._built = {entity.id: entity for entity in registry.entities}

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, Sequence[NameRow]]:
        """Every name row under each of the keys."""
        wanted = list(dict.fromkeys(keys))
        found = self._lookup.by_keys(wanted)
        return {key: found.get(key, ()) for key in wanted}

    def by_identifier(self, curie: str) -> str | None:
        """The one entity that an identifier, a present or a former entity id leads to, or None."""
        return self._lookup.by_identifier(curie)

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of an id, redirects followed; None where no document seen by then speaks of it."""
        found = self._built.get(entity_id) or self._built.get(self._lookup.by_identifier(entity_id) or "")
        return found or self._only_mentioned(entity_id)

    def near(self, key: str, limit: int = 5) -> list[NameRow]:
        """The names most like a key, for "did you mean"."""
        return list(self._lookup.near(key, limit))

    def drugs(self) -> Iterator[Entity]:
        """Every drug that a document seen by then names."""
        yield from (entity for entity in self._built.values() if entity.kind is EntityKind.DRUG)

    def of_entity(self, entity_id: str) -> list[str]:
        """Every key that leads to the entity."""
        found = self.entity(entity_id)
        return list(dict.fromkeys(name.key for name in found.names)) if found else [entity_id.removeprefix("condition:name.")]


def newest_claim(home: Home) -> str:
    """The last moment at which a version brought a claim that was not known before; the registry of later days is the present one."""
    query = """SELECT max(first) FROM (SELECT min(s.seen_from) AS first FROM claim_of o JOIN span s ON s.version = o.version GROUP BY o.claim)"""
    return str(home.index.db.execute(query).fetchone()[0] or "")

"""Questions in the domain's words, answered from one committed state of a home, as of today or of any day.

Flows in: records, entities, names and a moment. Flows out: readings with the version, the rank and the days that they stand for. Every
question sees one commit's state, and only documents seen by the moment asked for.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from theriac.dates import until
from theriac.errors import StoreDamaged
from theriac.flow.keys import Candidate, Why
from theriac.model import Reading, RecordKey, Struct
from theriac.store.home import Home

_reading = msgspec.msgpack.Decoder(Reading)
_NOW = "9999"


class Stored(Struct, frozen=True, omit_defaults=False):
    """One version of a record as it was current at the moment asked for. `seq` is its rank in the record's history, from 1."""

    record: RecordKey
    version: str
    content: str
    format: str
    label: str | None
    seq: int
    seen: str
    partial: bool
    reading: Reading

    @property
    def curie(self) -> str:
        """The record's name."""
        return self.record.curie


class VersionLine(Struct, frozen=True, omit_defaults=False):
    """One version in a record's history: when it was the current one, and the source's own label for it."""

    seq: int
    version: str
    content: str
    format: str
    label: str | None
    seen_from: str
    seen_to: str | None
    partial: bool
    recorded_at: str


class Found(Struct, frozen=True):
    """A mention found under a key: the version it stands in, its number there, and all its candidates in order."""

    version: int
    number: int
    candidates: tuple[Candidate, ...]


class Lake:
    """The questions. `as_of` is a partial date or a full moment; None is now."""

    def __init__(self, home: Home, as_of: str | None = None) -> None:
        self.home = home
        self.db = home.index.db
        self.moment = _NOW if as_of is None else until(as_of)

    def mentions(self, kind: str, keys: Iterable[str], *, current: bool = True, inside: Sequence[str] = ()) -> list[Found]:
        """Every mention of a kind, in current versions (or all seen by then), that may go by one of the keys; `inside` names kinds of documents."""
        stands = f"JOIN reading g ON g.version = m.version AND g.kind IN ({','.join(repr(one) for one in inside)})" if inside else ""
        ended = "AND (s.seen_to IS NULL OR s.seen_to > ?2)" if current else ""
        wanted = [f"{kind}/{key}" for key in dict.fromkeys(keys)]
        hits: set[tuple[int, int]] = set()
        for chunk in _chunks(wanted, 500):
            query = f"""SELECT DISTINCT m.version, m.n FROM mention_key m JOIN span s ON s.version = m.version {stands}
                        WHERE m.key IN (SELECT value FROM json_each(?1)) AND m.key <> '' AND s.seen_from <= ?2 {ended}"""
            hits.update(self.db.execute(query, (msgspec.json.encode(chunk).decode(), self.moment)))
        return self._with_candidates(sorted(hits), kind)

    def _with_candidates(self, hits: Sequence[tuple[int, int]], kind: str) -> list[Found]:
        wanted = set(hits)
        rows: dict[tuple[int, int], list[Candidate]] = {}
        for chunk in _chunks(sorted({version for version, _ in hits}), 800):
            query = f"""SELECT version, n, part, key, score, reason FROM mention_key WHERE n >= 0 AND version IN ({",".join("?" * len(chunk))})
                        ORDER BY version, n, place"""
            for version, number, part, key, score, reason in self.db.execute(query, chunk):
                if (version, number) in wanted:
                    bare = key.removeprefix(f"{kind}/")
                    why = _WHY.get(reason)
                    if why is not None:
                        rows.setdefault((version, number), []).append(Candidate(key=bare, score=score, reason=why, part=part))
        return [Found(version=version, number=number, candidates=tuple(rows.get((version, number), ()))) for version, number in hits]

    def by_key(self, key: str, *, current: bool = True) -> list[int]:
        """The current versions (or all seen by then) found under a full key: `application/020723`, `trial/NCT00189241`, `mesh:D002280`."""
        ended = "AND (s.seen_to IS NULL OR s.seen_to > ?2)" if current else ""
        query = f"""SELECT DISTINCT m.version FROM mention_key m JOIN span s ON s.version = m.version
                    WHERE m.key = ?1 AND m.key <> '' AND s.seen_from <= ?2 {ended} ORDER BY 1"""
        return [row[0] for row in self.db.execute(query, (key, self.moment))]

    def stored(self, versions: Iterable[int]) -> dict[int, Stored]:
        """The current versions of these numbers, with their readings."""
        found: dict[int, Stored] = {}
        for chunk in _chunks(sorted(set(versions)), 800):
            query = f"""SELECT v.id, r.source, r.key, v.hash, v.content, v.format, v.label, v.partial, min(s.seen_from), g.body,
                          (SELECT count(DISTINCT p.version) FROM span p WHERE p.record = v.record AND p.seen_from <= min(s.seen_from))
                        FROM version v JOIN record r ON r.id = v.record JOIN span s ON s.version = v.id JOIN reading g ON g.version = v.id
                        WHERE v.id IN ({",".join("?" * len(chunk))}) AND s.seen_from <= ? GROUP BY v.id"""
            for number, source, key, version, content, format_, label, partial, seen, body, seq in self.db.execute(query, (*chunk, self.moment)):
                found[number] = Stored(
                    record=RecordKey(source, key),
                    version=version,
                    content=content,
                    format=format_,
                    label=label,
                    seq=seq,
                    seen=seen,
                    partial=bool(partial),
                    reading=_reading.decode(body),
                )
        return found

    def current(self, source: str, key: str) -> Stored | None:
        """The record's version at the moment asked for, or None."""
        query = """SELECT v.id FROM record r JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version
                   WHERE r.source = ? AND r.key = ? AND s.seen_from <= ? AND (s.seen_to IS NULL OR s.seen_to > ?)"""
        row = self.db.execute(query, (source, key, self.moment, self.moment)).fetchone()
        return None if row is None else self.stored([row[0]])[row[0]]

    def history(self, source: str, key: str) -> list[VersionLine]:
        """The versions of a record in order of time; a version that came back stands once more, with the same seq."""
        query = """SELECT v.hash, v.content, v.format, v.label, s.seen_from, s.seen_to, v.partial, v.recorded_at FROM record r
                   JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version WHERE r.source = ? AND r.key = ? AND s.seen_from <= ?
                   ORDER BY s.seen_from, s.rowid"""
        ranks: dict[str, int] = {}
        lines = []
        for version, content, format_, label, start, end, partial, recorded in self.db.execute(query, (source, key, self.moment)):
            seq = ranks.setdefault(version, len(ranks) + 1)
            open_end = None if end is None or end > self.moment else end
            lines.append(
                VersionLine(
                    seq=seq,
                    version=version,
                    content=content,
                    format=format_,
                    label=label,
                    seen_from=start,
                    seen_to=open_end,
                    partial=bool(partial),
                    recorded_at=recorded,
                )
            )
        return lines

    def through_time(self, source: str, key: str) -> Iterator[tuple[Stored, str | None]]:
        """Each span of a record's history up to the moment asked for, oldest first: the version and the day on which it ended."""
        query = """SELECT v.id, s.seen_from, s.seen_to FROM record r JOIN span s ON s.record = r.id JOIN version v ON v.id = s.version
                   WHERE r.source = ? AND r.key = ? AND s.seen_from <= ? AND v.partial = 0 ORDER BY s.seen_from, s.rowid"""
        rows = self.db.execute(query, (source, key, self.moment)).fetchall()
        stored = self.stored(number for number, _, _ in rows)
        for number, start, end in rows:
            yield msgspec.structs.replace(stored[number], seen=start), None if end is None or end > self.moment else end

    def reading(self, source: str, key: str, version: str) -> Reading:
        """What the reader made of one version. StoreDamaged where the index does not hold it."""
        query = """SELECT g.body FROM record r JOIN version v ON v.record = r.id JOIN reading g ON g.version = v.id
                   WHERE r.source = ? AND r.key = ? AND v.hash = ?"""
        row = self.db.execute(query, (source, key, version)).fetchone()
        if row is None:
            raise StoreDamaged(f"the index holds no version {version} of {source}:{key}; run `theriac doctor --rebuild`")
        return _reading.decode(row[0])

    def spans_of(self, versions: Iterable[int]) -> list[tuple[int, str, str | None]]:
        """The times up to the moment asked for in which each of these full versions was the current one, oldest first."""
        found: list[tuple[int, str, str | None]] = []
        for chunk in _chunks(sorted(versions), 800):
            query = f"""SELECT s.version, s.seen_from, s.seen_to FROM span s JOIN version v ON v.id = s.version
                        WHERE s.version IN ({",".join("?" * len(chunk))}) AND s.seen_from <= ? AND v.partial = 0"""
            rows = self.db.execute(query, (*chunk, self.moment))
            found += [(version, start, None if end is None or end > self.moment else end) for version, start, end in rows]
        return sorted(found, key=lambda one: (one[1], one[0]))

    def payload(self, source: str, key: str, version: str) -> tuple[str, str, bytes]:
        """The version as its source served it: (format, context, bytes). StoreDamaged where no segment holds it."""
        wanted = [("source", "==", source), ("key", "==", key), ("version", "==", version)]
        table = self.home.lake.read(self.home.segments("versions"), ["format", "context", "payload"], filters=wanted)
        if table is None or table.num_rows == 0:
            raise StoreDamaged(f"no segment holds version {version} of {source}:{key}; run `theriac doctor`")
        row = table.slice(0, 1).to_pylist()[0]
        return row["format"], row["context"], row["payload"]

    def payloads(self, versions: Sequence[tuple[str, str, str]]) -> dict[str, bytes]:
        """The bytes as served of many versions (source, key, version) at once, by version."""
        if not versions:
            return {}
        keys = sorted({key for _, key, _ in versions})
        wanted = {version for _, _, version in versions}
        table = self.home.lake.read(self.home.segments("versions"), ["version", "payload"], filters=[("key", "in", keys)])
        rows = [] if table is None else table.to_pylist()
        return {row["version"]: row["payload"] for row in rows if row["version"] in wanted}

    def records(self, source: str | None = None, kind: str | None = None) -> Iterator[int]:
        """The current versions of a source, or of a kind of document, one after another."""
        query = """SELECT v.id FROM span s JOIN version v ON v.id = s.version JOIN record r ON r.id = v.record JOIN reading g ON g.version = v.id
                   WHERE s.seen_from <= ?1 AND (s.seen_to IS NULL OR s.seen_to > ?1) AND (?2 IS NULL OR r.source = ?2) AND (?3 IS NULL OR g.kind = ?3)
                   ORDER BY r.source, r.key"""
        yield from (row[0] for row in self.db.execute(query, (self.moment, source, kind)))

    def find_record(self, text: str) -> RecordKey | None:
        """The record that a person names: `ctgov:NCT00189241`, or the bare key where one source has it."""
        source, colon, key = text.partition(":")
        query = "SELECT source, key FROM record WHERE (source = ?1 AND key = ?2) OR key IN (?3, upper(?3), lower(?3)) ORDER BY source LIMIT 2"
        rows = self.db.execute(query, (source if colon else "", key, text)).fetchall()
        if rows:
            return RecordKey(*rows[0])
        query = "SELECT source, key FROM record WHERE source = 'starter' AND key LIKE '%/' || ? LIMIT 1"
        if row := self.db.execute(query, (text,)).fetchone():
            return RecordKey(*row)
        numbers = [number for kind in ("trial", "application", "medicine") for number in self.by_key(f"{kind}/{text.upper()}")]
        found = self.stored(numbers[:1])
        return next((at.record for at in found.values()), None)


_WHY = {why.value: why for why in Why}


def _chunks(items: list[str] | list[int], size: int) -> Iterator[list[str] | list[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

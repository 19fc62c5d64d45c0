"""What the names that trials give are worth: new aliases where they are unambiguous, drugs of their own where nothing else is known.

Flows in: gathered claims of trials, and the keys that authoritative sources give. Flows out: aliases, and entities of trials only. A trial's
statement never joins two known drugs, and a statement that names two known drugs is not used at all ("Chemotherapy": cisplatin, carboplatin).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from theriac.flow.graph import Links, components
from theriac.flow.keys import Candidate, Why
from theriac.flow.names import name_key
from theriac.flow.registry import Claimed, Entity, NameBook, best_id, shown
from theriac.model import Name
from theriac.terms import EntityKind, NameKind

Candidates = Callable[[str], Sequence[Candidate]]
Atom = tuple[str, str]
_WORD = re.compile(r"[^\s()\[\]]+")
_CODE = re.compile(r"[a-z]{1,6}\d{2,}[a-z0-9]*\Z")
_OWN = frozenset({Why.WITHOUT_SALT, Why.WITHOUT_DOSE, Why.PART, Why.FIXED_PART, Why.OUTSIDE_BRACKETS, Why.EXACT})
# Identifiers that make a substance what it is: a trial's word is not enough for them.
_IDENTIFYING = ("unii:", "chembl:", "inchikey:")
# How many records must give an alias of this shape before it is believed everywhere.
_RECORDS_FOR_PHRASE, _RECORDS_FOR_SHORT = 2, 3
_SHORT, _LONGEST, _LARGEST_GROUP = 4, 48, 8


class _Meaning(NamedTuple):
    """What one name in a text means: the known drugs, or else the key under which it is a name of its own (None where it is no name)."""

    text: str
    known: frozenset[str]
    key: str | None
    conjunct: int = 0


class WeakNames:
    """The names that trials give, weighed against what is known."""

    def __init__(self, known: Mapping[str, frozenset[str]], not_names: frozenset[str], candidates_of: Candidates) -> None:
        self._known = known
        self._not_names = not_names
        self._candidates_of = candidates_of
        self._meanings: dict[str, list[_Meaning]] = {}
        self._links: Links[Atom] = Links()
        self._targets: dict[str, set[str]] = {}
        self._books: dict[str, dict[tuple[str, NameKind], set[str]]] = {}
        self._support: dict[str, set[str]] = {}
        self._identifiers: dict[str, set[str]] = {}
        self._seen: dict[str, str] = {}
        self._heads: set[str] = set()

    def read(self, claims: Sequence[Claimed]) -> None:
        """Weighs every claim."""
        for claim in claims:
            if claim.names:
                self._read(claim)

    def _read(self, claim: Claimed) -> None:
        meant = [(name, one) for name in claim.names for one in self._meaning(name.text)]
        targets = {one.known for _, one in meant if one.known}
        single = all(one.conjunct == 0 for _, one in meant)
        usable = single and len(targets) < 2 and all(len(target) == 1 for target in targets)
        for name, one in meant:
            if one.key and not one.known and self._is_a_name(one) and (usable or name is claim.names[0]):
                self._note(one, name, claim)
                if name is claim.names[0]:
                    self._heads.add(one.key)
        if usable:
            self._join(claim, [one for _, one in meant], next(iter(next(iter(targets)))) if targets else None)

    def _join(self, claim: Claimed, names: list[_Meaning], target: str | None) -> None:
        mine = sorted({("key", one.key) for one in names if one.key and not one.known and self._is_a_name(one)})
        for atom in mine:
            self._support.setdefault(atom[1], set()).update(claim.records)
            if target is not None:
                self._targets.setdefault(atom[1], set()).add(target)
        if target is None and len(mine) > 1:
            self._links.add(mine[0], *mine[1:])
        if target is not None:
            for identifier in claim.identifiers:
                if not identifier.startswith(_IDENTIFYING):
                    self._identifiers.setdefault(identifier, set()).add(target)

    def _note(self, one: _Meaning, name: Name, claim: Claimed) -> None:
        if one.key:
            self._links.add(("key", one.key))
            self._books.setdefault(one.key, {}).setdefault((one.text, name.kind), set()).update(claim.records)
            if claim.first_seen:
                self._seen[one.key] = min(self._seen.get(one.key, claim.first_seen), claim.first_seen)

    def _meaning(self, text: str) -> list[_Meaning]:
        found = self._meanings.get(text)
        if found is None:
            found = self._meanings[text] = list(self._weigh(text))
        return found

    def _weigh(self, text: str) -> Iterator[_Meaning]:
        exact = self._known.get(name_key(text))
        if exact:
            yield _Meaning(text, exact, None)
            return
        parts: dict[int, list[Candidate]] = {}
        for candidate in self._candidates_of(text):
            parts.setdefault(candidate.part, []).append(candidate)
        if len(parts) > 1:
            parts.pop(0, None)
        for number, candidates in sorted(parts.items()):
            known = next((self._known[one.key] for one in candidates if one.key in self._known), frozenset())
            no_drug = any(one.score == 0 for one in candidates) or (number and candidates[0].reason is Why.LISTED)
            key = None if known or no_drug else _own_key(candidates)
            yield _Meaning(_as_written(text, key) if key else text, known, key, number)
            if key and not number:
                yield from self._in_brackets(text, candidates)

    def _in_brackets(self, text: str, candidates: list[Candidate]) -> Iterator[_Meaning]:
        """Names in brackets behind an unknown name: the trial itself says that they mean the same."""
        for one in candidates:
            if one.reason is Why.IN_BRACKETS:
                yield _Meaning(_as_written(text, one.key), frozenset(), one.key)

    def _is_a_name(self, one: _Meaning) -> bool:
        """Whether the key may name a drug: neither a condition nor a sentence."""
        return one.key is not None and 2 < len(one.key) <= _LONGEST and one.key not in self._not_names and not one.key.isdigit()

    def _believed(self, key: str, records: set[str]) -> bool:
        texts = [text for text, _ in self._books.get(key, ())]
        if _CODE.match(key):
            return True
        if len(key) <= _SHORT:
            return len(records) >= _RECORDS_FOR_SHORT
        return len(records) >= _RECORDS_FOR_PHRASE or any(len(text.split()) == 1 for text in texts)

    def aliases(self) -> Iterator[tuple[str, str, NameKind, str, set[str]]]:
        """(drug, text, kind, key, records) of every alias that leads to exactly one known drug."""
        for key in sorted(self._targets):
            targets = self._targets[key]
            if len(targets) == 1 and self._believed(key, self._support[key]):
                for (text, kind), records in sorted(self._books.get(key, {}).items()):
                    yield next(iter(targets)), text, kind, key, records

    def identifiers(self) -> Iterator[tuple[str, str]]:
        """(drug, identifier) of every identifier that trials give for exactly one known drug."""
        for identifier, targets in sorted(self._identifiers.items()):
            if len(targets) == 1:
                yield next(iter(targets)), identifier

    def entities(self) -> Iterator[Entity]:
        """The drugs that only trials name; names that trials use for one another are one drug."""
        settled = {key for key, targets in self._targets.items() if len(targets) == 1 and self._believed(key, self._support[key])}
        free: Links[Atom] = Links()
        for atom, near in self._links.items():
            if atom[1] not in settled:
                free.add(atom, *(other for other in near if other[1] not in settled and self._joins(atom[1], other[1])))
        for group in components(free):
            pieces = [group] if len(group) <= _LARGEST_GROUP else [[atom] for atom in group]
            for piece in pieces:
                keys = [key for _, key in piece]
                if any(key in self._heads for key in keys):
                    yield self._entity(keys)

    def _joins(self, one: str, other: str) -> bool:
        return all(self._believed(key, self._support.get(key, set())) for key in (one, other))

    def _entity(self, keys: list[str]) -> Entity:
        book = NameBook()
        for key in keys:
            for (text, kind), records in self._books.get(key, {}).items():
                book.add(text, kind, records, weak=True, key=key)
        names = book.names()
        best = max(names, key=lambda name: (name.key in self._heads, len(name.records), -len(name.text), name.key))
        return Entity(
            id=best_id(EntityKind.DRUG, (), best.key),
            kind=EntityKind.DRUG,
            name=shown(best.text),
            names=names,
            claims=len({record for name in names for record in name.records}),
            weak=True,
            first_seen=min((self._seen[key] for key in keys if key in self._seen), default=""),
        )


def _as_written(text: str, key: str) -> str:
    """The run of the text's words that has this key, in the writer's own letters; the whole text where none has.

    >>> _as_written("0.06% Resiquimod Gel - A", "resiquimod")
    'Resiquimod'
    """
    words = _WORD.findall(text)
    keys = [name_key(word) for word in words]
    for start in range(len(words)):
        read = ""
        for end in range(start, len(words)):
            read += keys[end]
            if read == key:
                return " ".join(words[start : end + 1]).strip(" .,;:()")
            if not key.startswith(read):
                break
    return text


def _own_key(candidates: list[Candidate]) -> str | None:
    """The key under which an unknown text is a name of its own: as bare as its own words allow."""
    own = [one for one in candidates if one.reason in _OWN]
    return min(own, key=lambda one: one.score).key if own else None

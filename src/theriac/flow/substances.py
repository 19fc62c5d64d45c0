"""Which names and identifiers mean one substance, and which substances are forms of one active moiety.

Flows in: gathered claims of authoritative sources. Flows out: moieties, each with its substances (the moiety itself, its salts, esters and
hydrates). Two UNIIs are never one substance; two moieties with UNIIs of their own are never one drug: a name between them belongs to both.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from theriac.flow.graph import Links, components, groups
from theriac.flow.keys import name_key, plain
from theriac.flow.registry import SUBSTANCE_KINDS, Claimed
from theriac.flow.salts import Split, acid_of, split_salt
from theriac.model import Name
from theriac.terms import NameKind

Atom = tuple[str, str]
# Kinds of identifier that join statements which share no name, and keep apart what has two of them. Others (CAS, RxCUI) are given loosely.
_ANCHORS = ("unii", "chembl", "inchikey")


class Substance(NamedTuple):
    """One substance: its names by key, names that it shares with another, its identifiers, its base names, its form ("" = the moiety).

    `also` are identifiers of which a source gives several at once: true of it, but not its own alone.
    """

    keys: tuple[str, ...]
    shared: tuple[str, ...]
    identifiers: tuple[str, ...]
    also: tuple[str, ...]
    bases: tuple[str, ...]
    form: str
    suffix: bool


class Moiety(NamedTuple):
    """One active moiety: the base names it goes by and its substances; `shared` bases lead to another moiety as well."""

    bases: tuple[str, ...]
    shared: tuple[str, ...]
    substances: tuple[Substance, ...]


class Splits:
    """Names taken apart, each once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, Split]] = {}
        self.texts: dict[str, str] = {}
        self._forms: dict[str, Split] = {}

    def form_of(self, text: str, parent: str) -> None:
        """Notes that a source itself calls one substance a form of another."""
        base = self.of(parent)[1].base
        whole, front = plain(text).strip(), plain(parent).strip()
        self._forms[name_key(text)] = Split(base, whole.removeprefix(front).strip() or whole)
        self._known.pop(text, None)

    def of(self, text: str) -> tuple[str, Split]:
        """The key of the name and what it is made of; the base is given by its key, whose text is kept."""
        found = self._known.get(text)
        if found is None:
            stated = self._forms.get(name_key(text))
            if stated is not None:
                found = self._known[text] = (name_key(text), stated)
                return found
            split = split_salt(text)
            base = name_key(split.base)
            if base not in self.texts or split.base < self.texts[base]:
                self.texts[base] = split.base
            found = self._known[text] = (name_key(text), Split(base, split.form, split.suffix))
        return found


class _Read(NamedTuple):
    """Everything that authoritative claims say, as edges: names and identifiers of one substance; bases of one moiety."""

    atoms: Links[Atom]
    bases: Links[Atom]
    splits: dict[str, Split]
    extra: dict[str, set[str]]
    doubtful: frozenset[tuple[str, str]]


_TOGETHER = re.compile(r"\s*(?:[/;+:]|,|\band\b)\s*")


def taken_apart(claims: Sequence[Claimed], splits: Splits) -> list[Claimed]:
    """The claims with "lamivudine / zidovudine" read as two ingredients, wherever every piece is a substance's name elsewhere."""
    for claim in claims:
        head = head_name(claim.names)
        if head is not None and len(claim.parents) == 1 and name_key(claim.parents[0]) != name_key(head.text):
            splits.form_of(head.text, claim.parents[0])
    texts = {text for claim in claims for text in _substance_texts(claim)}
    known = {key for text in texts if not _TOGETHER.search(text) for key in _name_and_base(splits, text)}
    pieces = {text: found for text in texts if len(found := _pieces(text)) > 1 and all(splits.of(piece)[0] in known for piece in found)}
    return [_apart(claim, pieces) for claim in claims]


def _substance_texts(claim: Claimed) -> Iterable[str]:
    return claim.ingredients or [name.text for name in claim.names if name.kind in SUBSTANCE_KINDS]


def _name_and_base(splits: Splits, text: str) -> tuple[str, str]:
    key, split = splits.of(text)
    return key, split.base


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece for piece in _TOGETHER.split(text) if piece)


def _apart(claim: Claimed, pieces: dict[str, tuple[str, ...]]) -> Claimed:
    if claim.ingredients:
        parts = tuple(piece for text in claim.ingredients for piece in pieces.get(text, (text,)))
        return claim if parts == claim.ingredients else msgspec.structs.replace(claim, ingredients=parts)
    head = head_name(claim.names)
    if head is None or head.text not in pieces or head.kind not in SUBSTANCE_KINDS:
        return claim
    return msgspec.structs.replace(claim, ingredients=pieces[head.text], identifiers=())


def moieties(claims: Sequence[Claimed], splits: Splits) -> list[Moiety]:
    """The moieties that the claims make, in an order that depends on them only."""
    read = _Read(Links(), Links(), {}, {}, _doubtful(claims, splits))
    for claim in claims:
        if claim.ingredients:
            for ingredient in claim.ingredients:
                _note(read, splits, ingredient)
        else:
            _read_substance(read, splits, claim)
    anchors = _anchors(read.atoms)
    cut = groups(read.atoms, lambda atom: atom[1] if atom in anchors else None)
    substances = [_substance(own, shared, read) for own, shared in cut]
    return list(_moieties([one for one in substances if one.bases], read))


def _doubtful(claims: Sequence[Claimed], splits: Splits) -> frozenset[tuple[str, str]]:
    """(source, identifier) where one source gives the identifier to substances of different names: a combination's, or a mistake."""
    bases: dict[tuple[str, str], set[str]] = {}
    for claim in claims:
        head = None if claim.ingredients else head_name(claim.names)
        if head is not None:
            base = splits.of(head.text)[1].base
            for source in _sources(claim):
                for identifier in claim.identifiers:
                    bases.setdefault((source, identifier), set()).add(base)
    return frozenset(pair for pair, found in bases.items() if len(found) > 1)


def _sources(claim: Claimed) -> set[str]:
    """The sources of a claim; a source of several tables counts as one for each."""
    return {record.rpartition("/")[0] or record.partition(":")[0] for record in claim.records}


def _is_trusted(identifier: str, claim: Claimed, doubtful: frozenset[tuple[str, str]]) -> bool:
    return any((source, identifier) not in doubtful for source in _sources(claim))


def _note(read: _Read, splits: Splits, text: str) -> str:
    key, split = splits.of(text)
    if key:
        read.atoms.add(("name", key))
        read.splits.setdefault(key, split)
    return key


def head_name(names: Iterable[Name]) -> Name | None:
    """The name that a claim's identifiers belong to: the first that names a substance, else the first.

    >>> head_name([Name(text="Aldara", kind=NameKind.BRAND), Name(text="IMIQUIMOD", kind=NameKind.SUBSTANCE)]).text
    'IMIQUIMOD'
    """
    listed = list(names)
    for kind in (NameKind.SUBSTANCE, *SUBSTANCE_KINDS):
        for name in listed:
            if name.kind is kind:
                return name
    return listed[0] if listed else None


def _read_substance(read: _Read, splits: Splits, claim: Claimed) -> None:
    """One substance claim: its identifiers belong to the head name; other names of the same form are the same substance."""
    head = head_name(claim.names)
    joining = [("id", one) for one in _single(claim.identifiers) if _is_trusted(one, claim, read.doubtful)]
    if head is None:
        _read_nameless(read, claim, joining)
        return
    key = _note(read, splits, head.text)
    if not key:
        return
    read.atoms.add(("name", key), *joining)
    read.extra.setdefault(key, set()).update(claim.identifiers)
    mine = read.splits[key]
    for name in claim.names:
        if name is not head and name.kind in SUBSTANCE_KINDS:
            other = _note(read, splits, name.text)
            if not other:
                continue
            split = read.splits[other]
            if split.form == mine.form and split.base != mine.base:
                read.atoms.add(("name", key), ("name", other))
            elif split.base != mine.base:
                read.bases.add(("base", mine.base), ("base", split.base))


def _read_nameless(read: _Read, claim: Claimed, joining: list[Atom]) -> None:
    """A claim that only says which identifiers belong together: the loose ones go to the one that joins."""
    if len(joining) == 1:
        read.atoms.add(joining[0])
        read.extra.setdefault(joining[0][1], set()).update(claim.identifiers)
    elif joining:
        read.atoms.add(joining[0], *joining[1:])


def _single(identifiers: tuple[str, ...]) -> list[str]:
    """The identifiers by which statements may be joined: those of which this claim gives one."""
    by_prefix: dict[str, list[str]] = {}
    for one in identifiers:
        by_prefix.setdefault(one.partition(":")[0], []).append(one)
    return [ones[0] for prefix, ones in sorted(by_prefix.items()) if prefix in _ANCHORS and len(ones) == 1]


def _anchors(atoms: Links[Atom]) -> frozenset[Atom]:
    """What keeps the substances of one connected set apart: UNIIs where it has any, else ChEMBL ids, else structures."""
    found: set[Atom] = set()
    for component in components(atoms):
        identifiers = [atom for atom in component if atom[0] == "id"]
        for prefix in _ANCHORS:
            mine = [atom for atom in identifiers if atom[1].startswith(prefix + ":")]
            if mine:
                found.update(mine)
                break
    return frozenset(found)


def _substance(own: list[Atom], shared: list[Atom], read: _Read) -> Substance:
    keys = tuple(key for kind, key in own if kind == "name")
    between = tuple(key for kind, key in shared if kind == "name")
    identifiers = {one for kind, one in own if kind == "id"}
    also = {one for key in (*keys, *identifiers) for one in read.extra.get(key, ()) if one.partition(":")[0] not in _ANCHORS} - identifiers
    parts = [read.splits[key] for key in keys or between]
    forms = sorted({part.form for part in parts})
    form = "" if not forms or "" in forms else forms[0]
    bases = tuple(sorted({part.base for part in parts}))
    suffix = bool(form) and all(part.suffix for part in parts)
    return Substance(keys, between, tuple(sorted(identifiers)), tuple(sorted(also)), bases, form, suffix)


def _moieties(substances: list[Substance], read: _Read) -> Iterable[Moiety]:
    links = read.bases
    owners: dict[Atom, Substance] = {}
    for number, substance in enumerate(substances):
        node = ("substance", f"{number:07}")
        owners[node] = substance
        links.add(node, *(("base", base) for base in substance.bases))
    known = {key for kind, key in links if kind == "base"}
    for base in sorted(known):
        acid = acid_of(base)
        if acid and name_key(acid) in known:
            links.add(("base", base), ("base", name_key(acid)))

    def anchor(node: Atom) -> str | None:
        substance = owners.get(node)
        if substance is None or substance.form:
            return None
        return next((one for one in substance.identifiers if one.startswith("unii:")), None)

    for own, shared in groups(links, anchor):
        mine = tuple(owners[node] for node in own if node in owners)
        bases = tuple(key for kind, key in own if kind == "base")
        between = tuple(key for kind, key in shared if kind == "base")
        if mine or bases:
            yield Moiety(bases, between, mine)

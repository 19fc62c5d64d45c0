"""Drugs: active moieties with their forms and names, combinations with their parts, and the drugs that only trials name.

Flows in: gathered claims about drugs. Flows out: entities. A substance's own name prevails over a brand; a brand or synonym that sources give
to two drugs is a name of both, and so ambiguous.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from theriac.flow.keys import Why, name_key
from theriac.flow.names import drug_candidates
from theriac.flow.registry import SUBSTANCE_KINDS, Claimed, Entity, Form, NameBook, best_id, shown
from theriac.flow.substances import Moiety, Splits, Substance, head_name, moieties, taken_apart
from theriac.flow.weak_names import Candidates, WeakNames
from theriac.terms import EntityKind, NameKind


class _Drug:
    """One drug being put together."""

    def __init__(self) -> None:
        self.book = NameBook()
        self.own: set[str] = set()
        self.also: set[str] = set()
        self.forms: dict[str, Form] = {}
        self.parts: tuple[str, ...] = ()
        self.claims = 0
        self.seen: list[str] = []
        self.weak = False
        self.id = ""
        self.name = ""

    def entity(self) -> Entity:
        """The finished entity."""
        return Entity(
            id=self.id,
            kind=EntityKind.DRUG,
            name=self.name,
            names=self.book.names(),
            identifiers=tuple(sorted(self.own | self.also)),
            forms=tuple(form for _, form in sorted(self.forms.items())),
            parts=self.parts,
            claims=self.claims,
            weak=self.weak,
            first_seen=min(filter(None, self.seen), default=""),
        )


def drug_entities(claims: Sequence[Claimed], not_names: frozenset[str] = frozenset(), candidates_of: Candidates = drug_candidates) -> list[Entity]:
    """The entities of all claims about drugs; `not_names` are keys that are no drug's alias (names of conditions)."""
    strong = [claim for claim in claims if claim.authoritative]
    work = _Drugs(strong)
    work.add_substance_names()
    work.settle()
    work.add_products()
    work.add_aliases()
    weak = WeakNames(work.known(), not_names, candidates_of)
    weak.read([claim for claim in claims if not claim.authoritative])
    for target, text, kind, key, records in weak.aliases():
        work.by_id[target].book.add(text, kind, records, weak=True, key=key)
    for target, identifier in weak.identifiers():
        work.by_id[target].also.add(identifier)
    for entity in weak.entities():
        if entity.id not in work.by_id:
            work.only_weak.append(entity)
    return [*(drug.entity() for drug in work.by_id.values()), *work.only_weak]


class _Drugs:
    """All drugs being put together, and which keys lead to them."""

    def __init__(self, claims: Sequence[Claimed]) -> None:
        self.splits = Splits()
        self.claims = taken_apart(claims, self.splits)
        self.moieties = moieties(self.claims, self.splits)
        self.drugs = [_Drug() for _ in self.moieties]
        self.by_key: dict[str, set[int]] = {}
        self.by_id: dict[str, _Drug] = {}
        self.uses = Counter(one for moiety in self.moieties for substance in moiety.substances for one in set(substance.also))
        self.only_weak: list[Entity] = []
        self.secondary: dict[str, set[str]] = {}
        for number, moiety in enumerate(self.moieties):
            for key in _keys_of(moiety):
                self.by_key.setdefault(key, set()).add(number)

    def add_substance_names(self) -> None:
        """Puts every name of a substance on its drug, with the records that give it."""
        for claim in self.claims:
            texts = [(text, NameKind.SUBSTANCE) for text in claim.ingredients] if claim.ingredients else _substance_names(claim)
            met: set[int] = set()
            for text, kind in texts:
                for number in self.by_key.get(name_key(text), ()):
                    self.drugs[number].book.add(text, kind, claim.records)
                    met.add(number)
            for number in met:
                self.drugs[number].claims += len(claim.records)
                self.drugs[number].seen.append(claim.first_seen)

    def settle(self) -> None:
        """Gives every moiety its name, its id, its forms and its identifiers."""
        for moiety, drug in zip(self.moieties, self.drugs, strict=True):
            key, drug.name = self._name(moiety, drug)
            for base in (*moiety.bases, *moiety.shared):
                if base not in drug.book:
                    drug.book.add(self.splits.texts.get(base, base), NameKind.SYNONYM, ())
            for substance in moiety.substances:
                _put(substance, drug)
            drug.own.update(self._settling(drug.also))
            drug.id = best_id(EntityKind.DRUG, drug.own, key)
            if drug.id in self.by_id:
                drug.id = best_id(EntityKind.DRUG, (), key)
            self.by_id[drug.id] = drug

    def _settling(self, loose: set[str]) -> Iterator[str]:
        """Of identifiers that sources give loosely, those that name one drug and are its only one of their kind."""
        kinds = Counter(one.partition(":")[0] for one in loose)
        return (one for one in loose if self.uses[one] == 1 and kinds[one.partition(":")[0]] == 1)

    def _name(self, moiety: Moiety, drug: _Drug) -> tuple[str, str]:
        """The key and the shown name of a moiety: its own name as most records write it, else its base."""
        bases = set(moiety.bases) or set(moiety.shared)
        named = [name for name in drug.book.names() if name.key in bases]
        kinds = list(NameKind)
        if named:
            best = min(named, key=lambda name: (kinds.index(name.kind), -len(name.records), name.key))
            return best.key, best.text
        turned = list(drug.book.names())
        base = min(bases)
        text = self.splits.texts.get(base, base)
        whole = len(turned) == 1 and not name_key(turned[0].text).startswith(base)
        return (turned[0].key, turned[0].text) if whole else (base, shown(text))

    def add_products(self) -> None:
        """Brands and generic names of products: names of the drug, or of the combination, that the ingredients make."""
        for claim in self.claims:
            if not claim.ingredients:
                continue
            numbers = self._ingredients(claim.ingredients)
            if numbers is None:
                continue
            drug = self._product_drug(numbers)
            drug.claims += len(claim.records)
            for name in claim.names:
                self._add_secondary(drug, name.text, name.kind, claim.records)

    def _ingredients(self, texts: tuple[str, ...]) -> tuple[int, ...] | None:
        """The drugs that the ingredients are; None where one of them is ambiguous."""
        found: set[int] = set()
        for text in texts:
            numbers = self.by_key.get(name_key(text), set())
            if len(numbers) != 1:
                return None
            found.update(numbers)
        return tuple(sorted(found))

    def _product_drug(self, numbers: tuple[int, ...]) -> _Drug:
        drugs = sorted((self.drugs[number] for number in numbers), key=lambda drug: drug.id)
        if len(drugs) == 1:
            return drugs[0]
        combined = "drug:" + "+".join(drug.id.partition(":")[2] for drug in drugs)
        drug = self.by_id.get(combined)
        if drug is None:
            drug = self.by_id[combined] = _Drug()
            drug.id = combined
            drug.parts = tuple(part.id for part in drugs)
            named = sorted(part.name for part in drugs)
            drug.name = " and ".join(named) if len(named) < 3 else f"{', '.join(named[:-1])} and {named[-1]}"
            drug.book.add(drug.name, NameKind.SYNONYM, ())
            if len(named) == 2:
                drug.book.add(f"{named[1]} and {named[0]}", NameKind.SYNONYM, ())
        return drug

    def add_aliases(self) -> None:
        """Brands, codes and synonyms that a source gives for a substance."""
        for claim in self.claims:
            head = head_name(claim.names)
            if claim.ingredients or head is None:
                continue
            numbers = self.by_key.get(name_key(head.text), set())
            if len(numbers) != 1:
                continue
            drug = self.drugs[next(iter(numbers))]
            for name in claim.names:
                if name is not head and name.kind not in SUBSTANCE_KINDS:
                    self._add_secondary(drug, name.text, name.kind, claim.records)

    def _add_secondary(self, drug: _Drug, text: str, kind: NameKind, records: tuple[str, ...]) -> None:
        for key in _keys_of_product_name(text):
            if key not in self.by_key:
                drug.book.add(text, kind, records, key=key)
                self.secondary.setdefault(key, set()).add(drug.id)
        if kind is NameKind.GENERIC:
            _, split = self.splits.of(text)
            if split.suffix and not drug.parts:
                drug.forms.setdefault(name_key(text), Form(name=shown(text), key=name_key(text), form=split.form, suffix=True))

    def known(self) -> dict[str, frozenset[str]]:
        """Every key that authoritative sources give, with the drugs that it leads to."""
        found = {key: frozenset(self.drugs[number].id for number in numbers) for key, numbers in self.by_key.items()}
        found.update((key, frozenset(ids)) for key, ids in self.secondary.items() if key not in found)
        for drug in self.by_id.values():
            for name in drug.book.names() if drug.parts else ():
                found[name.key] = found.get(name.key, frozenset()) | {drug.id}
        return found


def _keys_of(moiety: Moiety) -> Iterator[str]:
    yield from chain(moiety.bases, moiety.shared)
    for substance in moiety.substances:
        yield from chain(substance.keys, substance.shared)


def _substance_names(claim: Claimed) -> list[tuple[str, NameKind]]:
    head = head_name(claim.names)
    return [(name.text, name.kind) for name in claim.names if name is head or name.kind in SUBSTANCE_KINDS]


def _keys_of_product_name(text: str) -> Iterator[str]:
    """The key of a product's name, and that of its proper part ("QVAR 40", "Ventolin HFA")."""
    yield name_key(text)
    for candidate in drug_candidates(text):
        if candidate.reason is Why.WITHOUT_DOSE and candidate.part == 0 and name_key(text).startswith(candidate.key):
            yield candidate.key


def _put(substance: Substance, drug: _Drug) -> None:
    if not substance.form:
        drug.own.update(substance.identifiers)
        drug.also.update(substance.also)
        return
    keys = substance.keys or substance.shared
    texts = {name.key: name.text for name in drug.book.names()}
    key = min(keys) if keys else substance.form
    form = Form(
        name=texts.get(key, substance.form),
        key=key,
        form=substance.form,
        identifiers=tuple(sorted({*substance.identifiers, *substance.also})),
        suffix=substance.suffix,
    )
    drug.forms[key] = form

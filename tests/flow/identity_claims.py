"""Claims as sources make them, in one line each."""

from theriac.flow.entities import SourcedClaim
from theriac.model import Claim, Name
from theriac.terms import EntityKind, NameKind

DRUG = EntityKind.DRUG


def substance(
    name: str, *identifiers: str, kind: NameKind = NameKind.SUBSTANCE, record: str = "label:1", parents: tuple[str, ...] = ()
) -> SourcedClaim:
    claim = Claim(kind=DRUG, names=(Name(text=name, kind=kind),), identifiers=identifiers, parents=parents)
    return SourcedClaim(claim=claim, record=record, authoritative=True)


def product(brand: str, *ingredients: str, record: str = "label:1", kind: NameKind = NameKind.BRAND) -> SourcedClaim:
    claim = Claim(kind=DRUG, names=(Name(text=brand, kind=kind),), ingredients=ingredients)
    return SourcedClaim(claim=claim, record=record, authoritative=True)


def trial(name: str, *others: str, record: str = "ctgov:1", identifiers: tuple[str, ...] = ()) -> SourcedClaim:
    names = (Name(text=name, kind=NameKind.TRIAL), *(Name(text=other, kind=NameKind.SYNONYM) for other in others))
    return SourcedClaim(claim=Claim(kind=DRUG, names=names, identifiers=identifiers), record=record, authoritative=False)


def condition(term: str, mesh: str, *said: str, record: str = "ctgov:1") -> SourcedClaim:
    names = (*(Name(text=text, kind=NameKind.TRIAL) for text in said), Name(text=term, kind=NameKind.SYNONYM))
    return SourcedClaim(claim=Claim(kind=EntityKind.CONDITION, names=names, identifiers=(mesh,)), record=record, authoritative=False)

"""What happened to the patents and exclusivities listed for a US application, and which of their dates were crossed.

Flows in: two readings of a record that carries patents or exclusivities, or one reading and a window of time. Flows out: patent events, one for
all products of the application that share it. A patent leaves the list when it expires, too: only one that leaves before its date was
delisted, and only complete listings prove that. A listed patent is not called a valid one, and its expiry no entry of a generic.

Use codes and the substance and product flags raise no event.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from theriac.dates import PartialDate, first_day, last_day
from theriac.flow.events import Change, Event, Step, bound, event_id
from theriac.model import Application, Exclusivity, Patent
from theriac.terms import EventKind

# How many years before the expiry a day is an event, and which.
PATENT_HORIZONS = (
    (5, EventKind.PATENT_EXPIRES_WITHIN_5Y),
    (3, EventKind.PATENT_EXPIRES_WITHIN_3Y),
    (1, EventKind.PATENT_EXPIRES_WITHIN_1Y),
)
EXCLUSIVITY_HORIZONS = ((0, EventKind.PATENT_EXCLUSIVITY_EXPIRED),)

Dated = Mapping[tuple[str, str], frozenset[PartialDate | None]]
Move = tuple[str, PartialDate | None, PartialDate | None]


def patent_events(old: Application | None, new: Application | None, step: Step) -> tuple[Event, ...]:
    """What the newer version lists otherwise than the older one; parts that a record does not carry are not compared.

    `old` is None for a record seen for the first time, `new` for one that is no longer listed.
    """
    changes: list[Change] = []
    if _carried(old, new, "patents"):
        changes += _patents(_live(old), _live(new), _flagged(new), step)
    if _carried(old, new, "exclusivities"):
        changes += _exclusivities(_terms(old), _terms(new), step)
    return bound(step, changes)


def crossed(application: Application, step: Step, since: date, until: date) -> tuple[Event, ...]:
    """The horizons that the listed dates crossed after `since` and up to `until`, each dated the day it was crossed.

    `step` names the record and the version that was current in that window. The ids depend on the record, the patent and its date alone, so
    that asking again, or with another window or version, finds the same events.
    """
    dates: list[tuple[str, PartialDate | None, tuple[tuple[int, EventKind], ...], str]] = []
    dates += [(each.number, each.expires, PATENT_HORIZONS, each.product) for each in application.patents or () if not each.delisted]
    dates += [(each.code, each.expires, EXCLUSIVITY_HORIZONS, each.product) for each in application.exclusivities or ()]
    found: dict[tuple[date, str, str, str], list[str]] = {}
    kinds: dict[str, EventKind] = {}
    for name, expires, horizons, product in dates:
        for years, kind in horizons:
            day = _years_before(expires, years)
            if expires and day and since < day <= until:
                found.setdefault((day, name, expires, kind.value), []).append(product)
                kinds[kind.value] = kind
    return tuple(_crossing(step, kinds[kind], name, expires, day, products) for (day, name, expires, kind), products in sorted(found.items()))


def _crossing(step: Step, kind: EventKind, name: str, expires: PartialDate, day: date, products: list[str]) -> Event:
    slot = f"{name}|{expires}"
    return Event(
        id=event_id(step.record, kind, None, None, slot),
        kind=kind,
        record=step.record,
        new=expires,
        quote_new=name,
        to_seq=step.to_seq,
        to_version=step.to_version,
        happened=day.isoformat(),
        seen=day.isoformat(),
        path=_path("exclusivities" if kind is EventKind.PATENT_EXCLUSIVITY_EXPIRED else "patents", products, name),
        slot=slot,
        to_hash=step.to_hash,
    )


def _years_before(expires: PartialDate | None, years: int) -> date | None:
    """That many years before a date that is known to the day, 28 February for a 29th that the year lacks."""
    if expires is None or len(expires) != 10:
        return None
    day = first_day(expires)
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _carried(old: Application | None, new: Application | None, part: str) -> bool:
    """Whether both versions (or the only one) are of a record that carries the part."""
    present = [getattr(side, part) is not None for side in (old, new) if side is not None]
    return bool(present) and all(present)


def _live(side: Application | None) -> Dated:
    return _by_name((each.product, _number(each), each.expires) for each in (side.patents if side else None) or () if not each.delisted)


def _flagged(side: Application | None) -> frozenset[tuple[str, str]]:
    return frozenset((each.product, _number(each)) for each in (side.patents if side else None) or () if each.delisted)


def _terms(side: Application | None) -> Dated:
    return _by_name((each.product, _code(each), each.expires) for each in (side.exclusivities if side else None) or ())


def _number(patent: Patent) -> str:
    return patent.number.strip().upper()


def _code(exclusivity: Exclusivity) -> str:
    return exclusivity.code.strip().upper()


def _by_name(rows: Iterable[tuple[str, str, PartialDate | None]]) -> Dated:
    found: dict[tuple[str, str], set[PartialDate | None]] = {}
    for product, name, expires in rows:
        found.setdefault((product, name), set()).add(expires)
    return {key: frozenset(dates) for key, dates in found.items()}


def _patents(old: Dated, new: Dated, flagged: frozenset[tuple[str, str]], step: Step) -> Iterator[Change]:
    yield from _grouped("patents", EventKind.PATENT_LISTED, _come(old, new))
    yield from _grouped("patents", EventKind.PATENT_EXPIRY_CHANGED, _moved(old, new))
    gone = _gone(old, new, lambda key, expires: key in flagged or (step.complete and not _over(expires, step.seen)))
    yield from _grouped("patents", EventKind.PATENT_DELISTED, gone)


def _exclusivities(old: Dated, new: Dated, step: Step) -> Iterator[Change]:
    """One code may stand for several exclusivities of a product (PED, NPP): one that was over by then did not move, another one came."""
    come: list[tuple[str, Move]] = []
    moved: list[tuple[str, Move]] = []
    gone: list[tuple[str, Move]] = []
    for product, name in sorted(old.keys() | new.keys()):
        before, after = old.get((product, name), frozenset()), new.get((product, name), frozenset())
        lost = sorted(day for day in before - after if day and not _over(day, step.seen))
        added = sorted(day for day in after - before if day)
        for place in range(max(len(lost), len(added))):
            one, other = (days[place] if place < len(days) else None for days in (lost, added))
            (moved if one and other else come if other else gone).append((product, (name, one, other)))
    yield from _grouped("exclusivities", EventKind.PATENT_EXCLUSIVITY_LISTED, come)
    yield from _grouped("exclusivities", EventKind.PATENT_EXPIRY_CHANGED, moved)
    yield from _grouped("exclusivities", EventKind.PATENT_DELISTED, gone if step.complete else ())


def _come(old: Dated, new: Dated) -> Iterator[tuple[str, Move]]:
    for (product, name), dates in new.items():
        if (product, name) not in old:
            yield product, (name, None, _latest(dates))


def _moved(old: Dated, new: Dated) -> Iterator[tuple[str, Move]]:
    for (product, name), dates in new.items():
        before = old.get((product, name))
        if before is not None and _latest(before) != _latest(dates):
            yield product, (name, _latest(before), _latest(dates))


def _gone(old: Dated, new: Dated, proven: Callable[[tuple[str, str], PartialDate | None], bool]) -> Iterator[tuple[str, Move]]:
    for key, dates in old.items():
        if key not in new and proven(key, _latest(dates)):
            yield key[0], (key[1], _latest(dates), None)


def _latest(dates: frozenset[PartialDate | None]) -> PartialDate | None:
    """The last of the dates that one patent of one product is listed with."""
    return max((day for day in dates if day), default=None)


def _over(expires: PartialDate | None, seen: str) -> bool:
    """Whether the date had passed, so that leaving the list needs no other reason; an unknown date may have."""
    return expires is None or last_day(expires) <= last_day(seen[:10])


def _grouped(part: str, kind: EventKind, moves: Iterable[tuple[str, Move]]) -> Iterator[Change]:
    """One change for all products of the application to which the same happened."""
    found: dict[Move, list[str]] = {}
    for product, move in moves:
        found.setdefault(move, []).append(product)
    for (name, old, new), products in sorted(found.items(), key=lambda each: (each[0][0], each[0][1] or "", each[0][2] or "")):
        yield Change(
            kind=kind,
            path=_path(part, products, name),
            slot=f"{part}|{name}|{old or ''}|{new or ''}",
            old=old,
            new=new,
            quote_old=None if kind in (EventKind.PATENT_LISTED, EventKind.PATENT_EXCLUSIVITY_LISTED) else name,
            quote_new=None if kind is EventKind.PATENT_DELISTED else name,
        )


def _path(part: str, products: Iterable[str], name: str) -> str:
    """`patents[001,002/7696159]`: the products and the patent or exclusivity."""
    return f"{part}[{','.join(sorted(set(products)))}/{name}]"

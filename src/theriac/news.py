"""What changed, a page at a time: the events that stand, grouped by drug, each with its words old and new and where both are written.

Flows in: a lake, names, and what the reader chose. Flows out: `News` and `NewsItem`. The same words changed in many labels of one drug are one
item. It finds no events itself.
"""

from collections.abc import Iterable, Sequence

from theriac.documents import original
from theriac.errors import UnknownName, UserError
from theriac.flow.changed_parts import ChangedRun, shortened
from theriac.flow.events import Event
from theriac.flow.importance import FAMILIES, place, said
from theriac.flow.word_diff import word_diff
from theriac.gather import Joiner
from theriac.store import events
from theriac.store.lake import Lake
from theriac.store.registry import Names
from theriac.terms import EventKind
from theriac.views import SUMMARY_MARK, ChangeLine, EntityName, Run, View

_TOGETHER = 40
_ALIKE = 0.3
_SHORT, _LONGEST = 24, 420


class Place(View, frozen=True):
    """One record in which the change stands."""

    event: str
    record: str
    from_seq: int | None
    to_seq: int | None


class NewsItem(View, frozen=True):
    """One change as a reader sees it: `old` and `new` in short where the quotes do not say the same, and the quotes themselves, the very long ones
    cut; `runs` lead from the old words to the new where they have enough in common.
    """

    said: str
    family: str
    title: str
    link: str | None
    says: str | None
    change: ChangeLine
    old: str | None
    new: str | None
    quote_old: str | None
    quote_new: str | None
    runs: list[Run]
    same: list[Place]
    superseded_by: list[str]


class NewsGroup(View, frozen=True):
    """The changes of one drug, or of drugs given together."""

    drugs: list[EntityName]
    items: list[NewsItem]


class Facet(View, frozen=True):
    """One value that the reader may choose, with how many changes have it."""

    value: str
    label: str
    changes: int


class News(View, frozen=True):
    """One page of what changed."""

    total: int
    page: int
    pages: int
    families: list[Facet]
    sources: list[Facet]
    groups: list[NewsGroup]


def news(
    lake: Lake,
    names: Names,
    *,
    since: str | None,
    until: str,
    records: set[tuple[str, str]] | None,
    family: str | None,
    source: str | None,
    page: int,
    drug: str | None = None,
    condition: str | None = None,
) -> News:
    """One page of what changed, newest first; a facet's counts leave out the choice in that facet itself."""
    if family is not None and family not in FAMILIES:
        raise UserError(f"there is no kind of change {family!r}; choose one of {', '.join(FAMILIES)}")
    counted = events.counts(lake.home, since=since, until=until, records=records, drug=drug, condition=condition)
    total = sum(number for (kind, one), number in counted.items() if family in (None, kind) and source in (None, one))
    pages = max(1, -(-total // _TOGETHER))
    if not 1 <= page <= pages:
        raise UserError(f"there are pages 1 to {pages}, not {page}")
    families = [family] if family else []
    found = events.page_of_events(
        lake.home,
        since=since,
        until=until,
        records=records,
        families=families,
        source=source,
        drug=drug,
        condition=condition,
        most=_TOGETHER,
        skip=_TOGETHER * (page - 1),
    )
    return News(
        total=total,
        page=page,
        pages=pages,
        families=[
            Facet(value=kind, label=label, changes=number)
            for kind, label in FAMILIES.items()
            if (number := sum(count for (one, from_source), count in counted.items() if one == kind and source in (None, from_source)))
        ],
        sources=_sources(counted, family),
        groups=grouped(items(found, lake, names)),
    )


def one_change(lake: Lake, names: Names, number: str) -> NewsItem:
    """The change of that id; UnknownName where there is none."""
    event = events.event_of(lake.home, number)
    if event is None:
        raise UnknownName(f"there is no change {number!r}; it may have been found by an older reader: look in what changed")
    return items([event], lake, names)[0]


def _sources(counted: dict[tuple[str, str], int], family: str | None) -> list[Facet]:
    names = sorted({source for _, source in counted})
    counts = {name: sum(number for (kind, source), number in counted.items() if source == name and family in (None, kind)) for name in names}
    return [Facet(value=name, label=name, changes=number) for name, number in counts.items() if number]


def items(found: Iterable[Event], lake: Lake, names: Names) -> list[NewsItem]:
    """The events with the title and the public page of the record in which they stand."""
    listed = list(found)
    titles: dict[str, tuple[str, str | None]] = {}
    made = []
    for event, line in zip(listed, Joiner(lake, names).lines(listed), strict=True):
        if line.record not in titles:
            source, _, key = line.record.partition(":")
            at = lake.current(source, key)
            titles[line.record] = (line.record, None) if at is None else (at.reading.title, original(at.reading))
        title, link = titles[line.record]
        made.append(
            NewsItem(
                said=said(event.kind),
                family=event.kind.family,
                title=title,
                link=link,
                says=SUMMARY_MARK if line.record.startswith("starter:") else None,
                change=line,
                old=_beside(line.old, line.quote_old),
                new=_beside(line.new, line.quote_new),
                runs=_runs(line),
                quote_old=_cut(line.quote_old) if line.quote_old != line.old else None,
                quote_new=_cut(line.quote_new) if line.quote_new != line.new else None,
                same=[],
                superseded_by=list(event.superseded_by),
            )
        )
    return made


def _runs(line: ChangeLine) -> list[Run]:
    """The words of the old quote and the new together, where enough of them are shared to be read so."""
    if not line.quote_old or not line.quote_new:
        return []
    runs = [ChangedRun(run.kind, run.text) for run in word_diff(line.quote_old, line.quote_new)]
    kept = sum(len(run.text) for run in runs if run.kind == "kept")
    if kept < _ALIKE * max(len(line.quote_old), len(line.quote_new)):
        return []
    return [Run(kind=run.kind, text=_cut(run.text) if run.kind != "kept" else run.text) for run in shortened(runs)]


def _beside(text: str | None, quote: str | None) -> str | None:
    """The short form of what changed, unless the quote begins with it or is it."""
    bare = "".join((text or "").split()).rstrip("…")
    return None if quote and "".join(quote.split()).startswith(bare) and len(bare) > _SHORT else text


def _cut(text: str | None) -> str:
    bare = text or ""
    return bare if len(bare) <= _LONGEST else bare[:_LONGEST].rpartition(" ")[0] + " …"


def grouped(found: Sequence[NewsItem]) -> list[NewsGroup]:
    """The items by drug, in the order in which the drugs first come; the same change in many labels of a drug stands once, with the others named."""
    by_drug: dict[tuple[str, ...], dict[tuple[str, ...], list[NewsItem]]] = {}
    for item in found:
        drugs = tuple(one.id for one in item.change.drugs)
        by_drug.setdefault(drugs, {}).setdefault(_sameness(item), []).append(item)
    return [
        NewsGroup(drugs=next(iter(alike.values()))[0].change.drugs, items=sorted((_once(some) for some in alike.values()), key=_order))
        for alike in by_drug.values()
    ]


def _sameness(item: NewsItem) -> tuple[str, ...]:
    line = item.change
    quotes = " ".join((line.quote_old or "").split()), " ".join((line.quote_new or "").split())
    alike = item.family == "label" and any(quotes) and line.kind != "label.new_label"
    return (line.kind, line.seen[:10], *quotes) if alike else (line.id,)


def _once(alike: Sequence[NewsItem]) -> NewsItem:
    first, *others = alike
    same = [Place(event=one.change.id, record=one.change.record, from_seq=one.change.from_seq, to_seq=one.change.to_seq) for one in others]
    return NewsItem(**{name: getattr(first, name) for name in first.__struct_fields__} | {"same": same})


def _order(item: NewsItem) -> tuple[str, int, str]:
    newest_first = "".join(chr(0x7F - ord(letter)) for letter in item.change.seen[:10])
    return newest_first, place(EventKind(item.change.kind)), item.change.id

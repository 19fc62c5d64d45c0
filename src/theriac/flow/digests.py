"""The alerts of one subscription, target and window as one digest: grouped, ordered, each change once, the same for the same events.

Flows in: what is subscribed, a window, the events that matched, the sources' freshness. Flows out: a `Digest` with its stable id, or None where
there is nothing to tell. Its four faces (JSON, text, HTML mail, Atom) are made in `digest_faces` and `digest_feed`. It asks no clock.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from theriac.dates import last_day
from theriac.flow.events import Entity
from theriac.flow.importance import FAMILIES, place, said
from theriac.flow.occurrences import Occurrence, spaced
from theriac.flow.windows import Window, moment, written
from theriac.terms import EventKind

NOTICE = "Information from public documents, not medical advice."
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]+")
_SAFE_LINK = re.compile(r"https?://[^\s<>\"'\\]+\Z")
_MERGED = {"label": "labels", "patent": "listings"}  # families whose records say the same of one drug, and what several are called


class Document(msgspec.Struct, frozen=True):
    """One record that says so, with the source's own version labels, its public page and ours."""

    record: str
    event: str
    from_version: str | None
    to_version: str | None
    link: str | None
    page: str | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One change, with every document that makes it.

    `happened` is the source's date; `late` says that it lies, or that the home learnt of it, before the window that tells of it; `minor` that
    only spacing, capitals or punctuation differ between the quotes: such items stand last.
    """

    kind: EventKind
    said: str
    title: str | None
    conditions: tuple[str, ...]
    old: str | None
    new: str | None
    quote_old: str | None
    quote_new: str | None
    happened: str | None
    seen: str
    late: bool
    minor: bool
    documents: tuple[Document, ...]


class Section(msgspec.Struct, frozen=True):
    """The changes of one family."""

    family: str
    heading: str
    items: tuple[Item, ...]


class Group(msgspec.Struct, frozen=True):
    """The changes of one drug (or drugs given together), by family."""

    drugs: tuple[Entity, ...]
    heading: str
    sections: tuple[Section, ...]


class Freshness(msgspec.Struct, frozen=True):
    """How fresh one source is: when it was last asked with success, how far its data goes, and whether that is too long ago."""

    source: str
    checked: str | None
    data: str | None
    stale: bool = False


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """What one subscription is told about one window."""

    id: str
    subscription: str
    rule: str
    sentence: str
    schedule: str
    window_start: str
    window_end: str
    title: str
    summary: str
    items: int
    groups: tuple[Group, ...]
    sources: tuple[Freshness, ...]
    stale: tuple[str, ...]
    page: str | None = None
    unsubscribe: str | None = None
    notice: str = NOTICE


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a digest needs to know of its subscription: `watched` are the ids of the drugs that the rule names."""

    subscription: str
    target: str
    rule: str
    sentence: str
    schedule: str
    watched: frozenset[str] = frozenset()
    also_when_nothing: bool = False
    site: str | None = None
    unsubscribe: str | None = None


def digest_id(subscription: str, target: str, window: str) -> str:
    """The id that travels in Message-ID and webhook-id: the same for the same subscription, target and window."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (subscription, target, window):
        digest.update(len(part.encode()).to_bytes(4, "big") + part.encode())
    return "dg-" + digest.hexdigest()


def digest(subject: Subject, window: Window, events: Iterable[Occurrence], sources: Sequence[Freshness] = ()) -> Digest | None:
    """The digest of a window; None where nothing happened, unless that too was asked for."""
    told = {event.id: event for event in events}
    if not told and not subject.also_when_nothing:
        return None
    groups = _groups([told[number] for number in sorted(told)], subject, window)
    count = sum(len(section.items) for group in groups for section in group.sections)
    fresh = tuple(sorted(sources, key=lambda source: source.source))
    return Digest(
        id=digest_id(subject.subscription, subject.target, window.id),
        subscription=subject.subscription,
        rule=shown(subject.rule),
        sentence=shown(subject.sentence),
        schedule=subject.schedule,
        window_start=written(window.start),
        window_end=written(window.end),
        title=_title(groups, count, subject),
        summary=_summary(count, fresh),
        items=count,
        groups=groups,
        sources=fresh,
        stale=tuple(source.source for source in fresh if source.stale),
        page=_page(subject.site, f"alerts/{subject.subscription}"),
        unsubscribe=safe_link(subject.unsubscribe),
    )


def _groups(events: Sequence[Occurrence], subject: Subject, window: Window) -> tuple[Group, ...]:
    by_drug: dict[tuple[Entity, ...], list[Occurrence]] = {}
    for event in events:
        by_drug.setdefault(_drugs(event, subject.watched), []).append(event)
    groups = [Group(drugs, _heading(drugs), _sections(mine, subject, window)) for drugs, mine in by_drug.items()]
    return tuple(sorted(groups, key=lambda group: (_first(group), group.heading.casefold(), group.drugs)))


def _first(group: Group) -> tuple[bool, int]:
    return min((item.minor, place(item.kind)) for section in group.sections for item in section.items)


def _drugs(event: Occurrence, watched: frozenset[str]) -> tuple[Entity, ...]:
    """The drugs under which the event stands: those that the rule names, else all of them."""
    named = [drug for drug in event.drugs if drug.id in watched] or event.drugs
    return tuple(sorted({Entity(drug.id, shown(drug.name)) for drug in named}, key=lambda drug: (drug.name.casefold(), drug.id)))


def _heading(drugs: tuple[Entity, ...]) -> str:
    return " + ".join(drug.name for drug in drugs) or "No drug resolved"


def _sections(events: Sequence[Occurrence], subject: Subject, window: Window) -> tuple[Section, ...]:
    same: dict[tuple[str, ...], list[Occurrence]] = {}
    for event in events:
        same.setdefault(_sameness(event), []).append(event)
    families: dict[str, list[Item]] = {}
    for alike in same.values():
        families.setdefault(alike[0].kind.family, []).append(_item(alike, subject, window))
    sections = [Section(family, FAMILIES[family], tuple(sorted(items, key=_importance))) for family, items in families.items()]
    return tuple(sorted(sections, key=lambda section: (_importance(section.items[0]), section.family)))


def _sameness(event: Occurrence) -> tuple[str, ...]:
    """What makes two events one item: the same words changed in the same way in labels of the same drug, or the same date of the same patent
    in several listings, or a trial's stop that is its change of status too; other records stand alone."""
    if event.kind in (EventKind.TRIAL_STOPPED, EventKind.TRIAL_STATUS_CHANGED):
        return ("trial.status_changed", event.record, event.to_version or event.id, event.old or "", event.new or "")
    if event.kind.family not in _MERGED:
        return (event.id,)
    if event.kind.family == "patent":
        return (event.kind, event.old or "", event.new or event.id, event.quote_old or "", event.quote_new or "")
    quotes = letters(event.quote_old), letters(event.quote_new)
    if any(quotes) and event.kind is not EventKind.LABEL_NEW_LABEL:
        return (event.kind, *quotes)
    return (event.kind,) if event.kind is EventKind.LABEL_NEW_VERSION else (event.kind, event.id)


def letters(text: str | None) -> str:
    """The letters and digits of a text and nothing between them: what is equal where only spacing, capitals or punctuation differ."""
    return spaced(text or "").replace(" ", "")


def _importance(item: Item) -> tuple[bool, int, str, str, str]:
    return item.minor, place(item.kind), _falling(item.happened or item.seen), item.documents[0].record, item.documents[0].event


def _falling(date: str) -> str:
    """A text that sorts later dates first."""
    return "".join(chr(0x7F - ord(c)) if c.isascii() else c for c in date)


def _item(alike: Sequence[Occurrence], subject: Subject, window: Window) -> Item:
    ordered = sorted(alike, key=lambda event: (place(event.kind), event.record, event.id))
    first = ordered[0]
    one = len({event.record for event in ordered}) == 1
    dates = sorted(event.happened for event in ordered if event.happened)
    return Item(
        kind=first.kind,
        said=said(first.kind),
        title=_or_none(first.title) if one else f"{len({event.record for event in ordered})} {_MERGED[first.kind.family]}",
        conditions=tuple(sorted({shown(condition.name) for event in ordered for condition in event.conditions})),
        old=_or_none(first.old) if one or first.quote_old or first.kind.family == "patent" else None,
        new=_or_none(first.new) if one or first.quote_new or first.kind.family == "patent" else None,
        quote_old=_or_none(first.quote_old),
        quote_new=_or_none(first.quote_new),
        happened=dates[-1] if dates else None,
        seen=max(event.seen for event in ordered),
        late=any(_late(event, window) for event in ordered),
        minor=_is_minor(first),
        documents=tuple(_document(event, subject.site) for event in ordered),
    )


def _is_minor(event: Occurrence) -> bool:
    old, new = event.quote_old or "", event.quote_new or ""
    return bool(old and new) and old != new and letters(old) == letters(new)


def _late(event: Occurrence, window: Window) -> bool:
    before = window.start.date()
    return (bool(event.known) and moment(event.known) < window.start) or (event.happened is not None and last_day(event.happened[:10]) < before)


def _document(event: Occurrence, site: str | None) -> Document:
    return Document(
        record=shown(event.record),
        event=event.id,
        from_version=_or_none(event.from_version),
        to_version=_or_none(event.to_version),
        link=safe_link(event.link),
        page=_page(site, f"events/{event.id}"),
    )


def _page(site: str | None, path: str) -> str | None:
    return safe_link(f"{site.rstrip('/')}/{path}") if site else None


def _title(groups: tuple[Group, ...], count: int, subject: Subject) -> str:
    if not count:
        return shortened(f"Nothing changed: {shown(subject.rule)}", 120)
    first = groups[0].sections[0].items[0]
    more = f" and {count - 1} more" if count > 1 else ""
    return shortened(f"{groups[0].heading}: {first.said[0].lower()}{first.said[1:].replace(': ', ', ')}{more}", 120)


def _summary(count: int, sources: tuple[Freshness, ...]) -> str:
    dates = sorted(source.data or source.checked or "" for source in sources)
    checked = f"checked {len(sources)} source{'' if len(sources) == 1 else 's'}" + (f", freshest {dates[-1][:10]}" if dates and dates[-1] else "")
    stale = [source.source for source in sources if source.stale]
    warned = f"; not up to date: {', '.join(stale)}" if stale else ""
    changed = "nothing changed" if not count else f"{count} change{'' if count == 1 else 's'}"
    sentence = f"{checked}, {changed}{warned}." if sources else f"{changed}{warned}."
    return sentence[0].upper() + sentence[1:]


def shown(text: str) -> str:
    """The text without control, direction and invisible characters, fit to stand in any face of a digest.

    >>> shown("a\\r\\nBcc: x\\u202eb")
    'a Bcc: x b'
    """
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).encode("utf-8", "replace").decode().split())


def _or_none(text: str | None) -> str | None:
    return shown(text) or None if text else None


def shortened(text: str, most: int) -> str:
    """The text, cut between words where it is longer than `most`."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def safe_link(link: str | None) -> str | None:
    """The link where it is plain http or https, else None.

    >>> safe_link("javascript:alert(1)"), safe_link("https://example.org/a")
    (None, 'https://example.org/a')
    """
    return link if link and _SAFE_LINK.match(link) else None

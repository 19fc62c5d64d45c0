"""A digest as JSON and as plain text, and the words that its plain-text and HTML faces share.

Flows in: a digest. Flows out: text, the same to the byte for the same digest. It fetches nothing and writes no markup.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice

import msgspec

from theriac.flow.digests import Digest, Document, Item, letters, shortened
from theriac.flow.importance import place
from theriac.flow.word_diff import Run, word_diff

MOST_ITEMS, MOST_DOCUMENTS, LONGEST_QUOTE = 200, 12, 700
MOST_LINES, MOST_NAMES = 8, 6
_SHORT_VALUE, _LONGEST_CODE, _AROUND, _LEAST_KEPT = 60, 24, 110, 0.3
_encode = msgspec.json.Encoder(order="deterministic").encode


def as_json(digest: Digest) -> str:
    """The digest in the keys of its Struct, always in the same order."""
    return _encode(digest).decode()


def as_text(digest: Digest) -> str:
    """The digest for a plain-text reader."""
    return "\n".join(_text_lines(digest)) + "\n"


def _text_lines(digest: Digest) -> Iterator[str]:
    yield from (digest.title, "", digest.summary, f"{span(digest)} · {digest.schedule}", digest.sentence)
    if lines := glance(digest):
        yield from ("", "At a glance", *(f"  {line}" for line in lines))
    left = MOST_ITEMS
    for group in digest.groups:
        if left > 0:
            yield from ("", group.heading, "=" * min(len(group.heading), 72))
        for section in group.sections:
            if left > 0:
                yield from ("", section.heading)
            for item in section.items[: max(left, 0)]:
                yield from _text_item(item)
            left -= len(section.items)
    if left < 0:
        yield from ("", f"And {-left} more.")
    yield from ("", "Sources")
    for source in digest.sources:
        stale = " (not up to date)" if source.stale else ""
        yield f"  {source.source}: checked {moment_said(source.checked)}, data of {source.data or 'unknown date'}{stale}"
    yield from ("", digest.notice)
    if digest.page:
        yield f"This alert: {digest.page}"
    if digest.unsubscribe:
        yield f"Stop this alert: {digest.unsubscribe}"


def _text_item(item: Item) -> Iterator[str]:
    yield f"* {item.said}{f': {item.title}' if item.title else ''}"
    if item.minor:
        yield "    Only spacing, capitals or punctuation differ."
    if item.conditions:
        yield f"    Conditions: {', '.join(item.conditions)}"
    if change := change_said(item):
        yield f"    {change}"
    for mark, runs in zip("-+", quotes(item), strict=True):
        if runs:
            yield f'    {mark} "{"".join(run.text for run in runs).strip()}"'
    yield f"    {dates(item)}"
    for document in documents_of(item)[:MOST_DOCUMENTS]:
        yield f"    {named(document)}{f'  {document.link}' if document.link else ''}{f'  {document.page}' if document.page else ''}"
    if (left := len(documents_of(item)) - MOST_DOCUMENTS) > 0:
        yield f"    and {left} more documents"


def glance(digest: Digest) -> list[str]:
    """What a long digest holds, most important first: each kind of change with how often and of which drugs; nothing for a short one."""
    names: dict[tuple[bool, int, str], Counter[str]] = defaultdict(Counter)
    ordered = [(item, group.heading) for group in digest.groups for section in group.sections for item in section.items]
    for item, heading in ordered:
        key = (True, 0, "Only spacing, capitals or punctuation") if item.minor else (False, place(item.kind), item.said)
        names[key][heading] += 1
    if len(ordered) < 5 or len(names) < 2:
        return []
    kinds = sorted(names)
    lines = [f"{names[key].total()} × {key[2]}: {_several(names[key])}" for key in kinds[:MOST_LINES]]
    left = sum(names[key].total() for key in kinds[MOST_LINES:])
    return [*lines, f"{left} × other changes"] if left else lines


def _several(names: Counter[str]) -> str:
    shown = ", ".join(islice(names, MOST_NAMES))
    return f"{shown} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else shown


def change_said(item: Item) -> str:
    """Old → new, as far as the quotes do not say it already; a quote that is only a number or code stands before it."""
    code = next((quote for quote in (item.quote_new, item.quote_old) if quote and _is_code(quote)), "")
    change = _change(item)
    return f"{code}: {change}" if code and change else code or change


def _is_code(quote: str) -> bool:
    return len(quote) <= _LONGEST_CODE and " " not in quote


def _change(item: Item) -> str:
    old = shortened(item.old, 200) if item.old and _adds(item.old, item.quote_old) else ""
    new = shortened(item.new, 200) if item.new and _adds(item.new, item.quote_new) else ""
    if old and new:
        return f"{old} → {new}"
    return f"Now: {new}" if new else f"Before: {old}" if old else ""


def _adds(value: str, quote: str | None) -> bool:
    """Whether a value says more than its quote: a name is worth a line of its own, the beginning of the quote is not."""
    return not quote or (len(value) <= _SHORT_VALUE and len(value) * 2 < len(quote)) or letters(value) not in letters(quote)


def quotes(item: Item) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The old and the new quote in runs of words, those that differ apart where most was kept; long stretches without a change are left out."""
    old, new = (quote if quote and not _is_code(quote) else "" for quote in (item.quote_old, item.quote_new))
    if old and new and not item.minor:
        runs = word_diff(old, new)
        kept = sum(len(run.text) for run in runs if run.kind == "kept")
        if kept >= _LEAST_KEPT * max(len(old), len(new)):
            return tuple(_side(runs, "removed")), tuple(_side(runs, "added"))
    return _plain(old), _plain(new)


def _plain(quote: str) -> tuple[Run, ...]:
    return (Run("kept", shortened(quote, LONGEST_QUOTE)),) if quote else ()


def _side(runs: tuple[Run, ...], kind: str) -> Iterator[Run]:
    """One side's words, with what was kept shown only near what changed."""
    left, before = LONGEST_QUOTE, ""
    for number, run in enumerate(runs):
        if left <= 0:
            yield Run("kept", " …")
            return
        if run.kind == "kept":
            text = _near(run.text, first=number == 0, last=number == len(runs) - 1)
        elif run.kind == kind:
            text = run.text if len(run.text) <= left else shortened(run.text, left)
        else:
            continue
        left -= len(text)
        if before[-1:].isalnum() and text[:1].isalnum():  # the last word of a text has no blank behind it
            text = f" {text}"
        before = text
        yield Run(run.kind, text)


def _near(text: str, *, first: bool, last: bool) -> str:
    """The ends of a kept stretch that lie beside a change."""
    if len(text) <= 2 * _AROUND:
        return text
    before = "" if first else text[:_AROUND].rsplit(" ", 1)[0]
    after = "" if last else text[-_AROUND:].partition(" ")[2]
    return f"{before} … {after}"


def dates(item: Item) -> str:
    """When it happened and when it was seen."""
    happened = f"Happened {item.happened}" if item.happened else "The source gives no date"
    return f"{happened}, seen {item.seen[:10]}{', found late' if item.late else ''}"


def documents_of(item: Item) -> list[Document]:
    """The documents of an item, each version once: a trial's stop and its change of status are two events of one document."""
    return list({(one.record, one.from_version, one.to_version): one for one in reversed(item.documents)}.values())[::-1]


def named(document: Document) -> str:
    """The record with its versions."""
    if document.from_version and document.to_version:
        return f"{document.record} (version {document.from_version} → {document.to_version})"
    return f"{document.record} (version {document.to_version})" if document.to_version else document.record


def span(digest: Digest) -> str:
    """The window in words."""
    return f"{digest.window_start[:16].replace('T', ' ')} to {digest.window_end[:16].replace('T', ' ')} UTC"


def moment_said(moment: str | None) -> str:
    """A stored moment to the minute.

    >>> moment_said("2026-11-23T03:06:56.123Z"), moment_said(None)
    ('2026-11-23 03:06 UTC', 'never')
    """
    if not moment:
        return "never"
    return f"{moment[:16].replace('T', ' ')} UTC" if "T" in moment else moment

"""A digest as JSON, as plain text and as an HTML mail that mail clients render: tables, inline styles, nothing loaded, everything escaped.

Flows in: a digest. Flows out: text, the same to the byte for the same digest. It fetches nothing, and no markup of a source survives in it.
"""

from collections.abc import Iterator
from html import escape

import msgspec

from theriac.flow.digests import Digest, Document, Group, Item, safe_link, shortened

MOST_ITEMS, MOST_DOCUMENTS, LONGEST_QUOTE = 200, 12, 700
_encode = msgspec.json.Encoder(order="deterministic").encode
_FONT = "font-family:Arial,Helvetica,sans-serif;"
_MUTED = f"{_FONT}font-size:13px;line-height:19px;color:#5b6470;"
_BODY = f"{_FONT}font-size:15px;line-height:22px;color:#1c2430;"


def as_json(digest: Digest) -> str:
    """The digest in the keys of its Struct, always in the same order."""
    return _encode(digest).decode()


def as_text(digest: Digest) -> str:
    """The digest for a plain-text reader."""
    return "\n".join(_text_lines(digest)) + "\n"


def _text_lines(digest: Digest) -> Iterator[str]:
    yield from (digest.title, "", digest.summary, f"{_span(digest)} · {digest.schedule}", digest.sentence)
    left = MOST_ITEMS
    for group in digest.groups:
        yield from ("", group.heading, "=" * min(len(group.heading), 72))
        for section in group.sections:
            yield from ("", section.heading)
            for item in section.items[: max(left, 0)]:
                yield from _text_item(item)
            left -= len(section.items)
    if left < 0:
        yield from ("", f"And {-left} more.")
    yield from ("", "Sources")
    for source in digest.sources:
        stale = " (not up to date)" if source.stale else ""
        yield f"  {source.source}: checked {source.checked or 'never'}, data of {source.data or 'unknown date'}{stale}"
    yield from ("", digest.notice)
    if digest.page:
        yield f"This alert: {digest.page}"
    if digest.unsubscribe:
        yield f"Stop this alert: {digest.unsubscribe}"


def _text_item(item: Item) -> Iterator[str]:
    yield f"* {item.said}{f': {item.title}' if item.title else ''}"
    if item.conditions:
        yield f"    Conditions: {', '.join(item.conditions)}"
    if change := _change(item):
        yield f"    {change}"
    for mark, quote in (("-", item.quote_old), ("+", item.quote_new)):
        if quote:
            yield f'    {mark} "{shortened(quote, LONGEST_QUOTE)}"'
    yield f"    {_dates(item)}"
    for document in item.documents[:MOST_DOCUMENTS]:
        yield f"    {_named(document)}{f'  {document.link}' if document.link else ''}{f'  {document.page}' if document.page else ''}"
    if len(item.documents) > MOST_DOCUMENTS:
        yield f"    and {len(item.documents) - MOST_DOCUMENTS} more documents"


def _change(item: Item) -> str:
    if item.old and item.new:
        return f"{shortened(item.old, 200)} → {shortened(item.new, 200)}"
    if item.new and item.new != item.quote_new:
        return f"Now: {shortened(item.new, 200)}"
    return f"Before: {shortened(item.old, 200)}" if item.old and item.old != item.quote_old else ""


def _dates(item: Item) -> str:
    happened = f"Happened {item.happened}" if item.happened else "The source gives no date"
    return f"{happened}, seen {item.seen[:10]}{', found late' if item.late else ''}"


def _named(document: Document) -> str:
    if document.from_version and document.to_version:
        return f"{document.record} (version {document.from_version} → {document.to_version})"
    return f"{document.record} (version {document.to_version})" if document.to_version else document.record


def _span(digest: Digest) -> str:
    return f"{digest.window_start[:16].replace('T', ' ')} to {digest.window_end[:16].replace('T', ' ')} UTC"


def as_html(digest: Digest) -> str:
    """The digest as a whole HTML document of nested tables, 640 pixels wide at most."""
    rows = "".join(_html_rows(digest))
    return (
        '<!DOCTYPE html>\n<html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light">'
        f"<title>{escape(digest.title)}</title></head>"
        '<body style="margin:0;padding:0;background-color:#eef1f4;">'
        f'<div style="display:none;max-height:0;overflow:hidden;">{escape(digest.summary)}</div>'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#eef1f4"><tr>'
        '<td align="center" style="padding:16px 8px;">'
        '<table role="presentation" width="640" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" '
        'style="width:100%;max-width:640px;background-color:#ffffff;border:1px solid #d5dbe1;">'
        f"{rows}</table></td></tr></table></body></html>\n"
    )


def _html_rows(digest: Digest) -> Iterator[str]:
    yield _row(f'<h1 style="{_FONT}font-size:21px;line-height:27px;margin:0;color:#12324f;">{escape(digest.title)}</h1>', "20px 24px 4px 24px")
    yield _row(f'<p style="{_BODY}margin:0;">{escape(digest.summary)}</p>', "0 24px 4px 24px")
    about = f"{escape(_span(digest))} · {escape(digest.schedule)}<br>{escape(digest.sentence)}"
    yield _row(f'<p style="{_MUTED}margin:0;">{about}</p>', "0 24px 12px 24px")
    left = MOST_ITEMS
    for group in digest.groups:
        if left > 0:
            yield from _html_group(group, left)
        left -= sum(len(section.items) for section in group.sections)
    if left < 0:
        yield _row(f'<p style="{_BODY}margin:0;">And {-left} more.</p>', "8px 24px")
    yield _row(_html_sources(digest), "16px 24px 8px 24px", border=True)
    yield _row(f'<p style="{_MUTED}margin:0;">{escape(digest.notice)}{_html_ways(digest)}</p>', "0 24px 20px 24px")


def _row(inner: str, padding: str, *, border: bool = False) -> str:
    line = "border-top:1px solid #d5dbe1;" if border else ""
    return f'<tr><td style="padding:{padding};{line}">{inner}</td></tr>'


def _html_group(group: Group, left: int) -> Iterator[str]:
    yield _row(
        f'<h2 style="{_FONT}font-size:18px;line-height:24px;margin:0;color:#12324f;">{escape(group.heading)}</h2>', "14px 24px 0 24px", border=True
    )
    for section in group.sections:
        if left > 0:
            heading = f"{_FONT}font-size:13px;line-height:18px;margin:0;color:#5b6470;text-transform:uppercase;letter-spacing:.5px;"
            yield _row(f'<h3 style="{heading}">{escape(section.heading)}</h3>', "10px 24px 0 24px")
        for item in section.items[: max(left, 0)]:
            yield _row("".join(_html_item(item)), "8px 24px 6px 24px")
        left -= len(section.items)


def _html_item(item: Item) -> Iterator[str]:
    title = f": {escape(item.title)}" if item.title else ""
    yield f'<p style="{_BODY}margin:0;"><strong>{escape(item.said)}</strong>{title}</p>'
    if item.conditions:
        yield f'<p style="{_MUTED}margin:0;">{escape(", ".join(item.conditions))}</p>'
    if change := _change(item):
        yield f'<p style="{_BODY}margin:2px 0 0 0;">{escape(change)}</p>'
    for colour, word, quote in (("#b3261e", "Before", item.quote_old), ("#1b6e3c", "Now", item.quote_new)):
        if quote:
            yield (
                '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 0 0;"><tr>'
                f'<td width="4" bgcolor="{colour}" style="width:4px;font-size:0;line-height:0;">&nbsp;</td>'
                f'<td style="{_BODY}font-size:14px;line-height:20px;padding:2px 0 2px 10px;"><span style="color:{colour};">{word}:</span> '
                f"“{escape(shortened(quote, LONGEST_QUOTE))}”</td></tr></table>"
            )
    yield f'<p style="{_MUTED}margin:4px 0 0 0;">{escape(_dates(item))}<br>{"<br>".join(_html_documents(item))}</p>'


def _html_documents(item: Item) -> Iterator[str]:
    for document in item.documents[:MOST_DOCUMENTS]:
        yield _anchor(document.link, _named(document)) + (f" · {_anchor(document.page, 'in Theriac')}" if document.page else "")
    if len(item.documents) > MOST_DOCUMENTS:
        yield f"and {len(item.documents) - MOST_DOCUMENTS} more documents"


def _anchor(link: str | None, words: str) -> str:
    sound = safe_link(link)
    return f'<a href="{escape(sound)}" style="color:#0b5cad;">{escape(words)}</a>' if sound else escape(words)


def _html_sources(digest: Digest) -> str:
    cells = "".join(
        f'<tr><td style="{_MUTED}padding:0 12px 0 0;">{escape(source.source)}</td><td style="{_MUTED}">checked {escape(source.checked or "never")}, '
        f"data of {escape(source.data or 'unknown date')}{'<strong> (not up to date)</strong>' if source.stale else ''}</td></tr>"
        for source in digest.sources
    )
    return f'<table cellpadding="0" cellspacing="0" border="0"><tr><th align="left" colspan="2" style="{_MUTED}">Sources</th></tr>{cells}</table>'


def _html_ways(digest: Digest) -> str:
    ways = [_anchor(digest.page, "This alert")] if digest.page else []
    ways += [_anchor(digest.unsubscribe, "Stop this alert")] if digest.unsubscribe else []
    return f"<br>{' · '.join(ways)}" if ways else ""

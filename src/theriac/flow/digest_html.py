"""A digest as an HTML mail that mail clients render: tables, inline styles, nothing loaded, everything escaped.

Flows in: a digest. Flows out: one HTML document, the same to the byte for the same digest, small enough that no mail client cuts it off. Its
style sheet only recolours it for dark screens and narrows margins for small ones; a client that drops it loses nothing. No markup of a source
survives in it.
"""

from collections.abc import Iterator
from html import escape

from theriac.flow.digest_faces import MOST_DOCUMENTS, MOST_ITEMS, change_said, dates, documents_of, glance, moment_said, named, quotes, span
from theriac.flow.digests import Digest, Group, Item, Section, safe_link
from theriac.flow.word_diff import Run

LARGEST = 90_000  # bytes; Gmail cuts a message's HTML off at 102 KB
_FONT = "font-family:Arial,Helvetica,sans-serif;"
_SMALL = f"{_FONT}font-size:13px;line-height:19px;"
_MUTED = f"{_SMALL}color:#5b6470;"
_BODY = f"{_FONT}font-size:15px;line-height:22px;color:#1c2430;"
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
_STYLE = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (prefers-color-scheme:dark){.page{background-color:#14181d!important}"
    ".card{background-color:#1d232a!important;border-color:#38414b!important}.rule{border-color:#38414b!important}.ink{color:#e6eaef!important}.soft{color:#a7b1bc!important}.head{color:#a8ccf0!important}"
    ".gone{color:#ff9c94!important}.come{color:#7fd6a0!important}.was{background-color:#5a2a28!important;color:#ffe1de!important}"
    ".now{background-color:#1f4d34!important;color:#dff7e8!important}.link{color:#7db7f5!important}}"
    "@media (max-width:480px){.pad{padding-left:14px!important;padding-right:14px!important}}"
)
_SIDES = (
    ("gone", "was", "#b3261e", "#fbe0dd", "Before"),
    ("come", "now", "#1b6e3c", "#d8f0e0", "Now"),
)


def as_html(digest: Digest) -> str:
    """The digest as a whole HTML document of nested tables, 640 pixels wide at most."""
    rows = "".join(_rows(digest))
    return (
        '<!DOCTYPE html>\n<html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<meta name="supported-color-schemes" content="light dark"><title>{escape(digest.title)}</title><style>{_STYLE}</style></head>'
        '<body class="page" style="margin:0;padding:0;background-color:#eef1f4;">'
        f'<div style="display:none;max-height:0;overflow:hidden;">{escape(digest.summary)}</div>'
        f'{_TABLE} bgcolor="#eef1f4" class="page" style="background-color:#eef1f4;"><tr><td align="center" style="padding:16px 8px;">'
        '<table role="presentation" width="640" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" class="card" '
        'style="width:100%;max-width:640px;background-color:#ffffff;border:1px solid #d5dbe1;">'
        f"{rows}</table></td></tr></table></body></html>\n"
    )


def _rows(digest: Digest) -> Iterator[str]:
    look = f"{_FONT}font-size:21px;line-height:27px;margin:0;color:#12324f;"
    yield _row(f'<h1 class="head" style="{look}">{escape(digest.title)}</h1>', "20px 24px 4px 24px")
    yield _row(f'<p class="ink" style="{_BODY}margin:0;">{escape(digest.summary)}</p>', "0 24px 4px 24px")
    about = f"{escape(span(digest))} · {escape(digest.schedule)}<br>{escape(digest.sentence)}"
    yield _row(f'<p class="soft" style="{_MUTED}margin:0;">{about}</p>', "0 24px 12px 24px")
    if lines := glance(digest):
        listed = "".join(f'<tr><td class="ink" style="{_SMALL}color:#1c2430;padding:1px 0;">{escape(line)}</td></tr>' for line in lines)
        yield _row(f"{_heading('At a glance')}{_TABLE}>{listed}</table>", "10px 24px 12px 24px", border=True)
    yield from _groups(digest)
    yield _row(_sources(digest), "16px 24px 8px 24px", border=True)
    yield _row(f'<p class="soft" style="{_MUTED}margin:0;">{escape(digest.notice)}{_ways(digest)}</p>', "0 24px 20px 24px")


def _groups(digest: Digest) -> Iterator[str]:
    """The groups, most important first, as far as a mail may be long; then how much is left out."""
    told = size = 0
    for group in digest.groups:
        for count, row in _group(group):
            size += len(row.encode())
            if told + count > MOST_ITEMS or size > LARGEST:
                where = _anchor(digest.page, "the alert's page") if digest.page else "the alert's JSON or feed"
                left = f"And {digest.items - told} more. All of them: {where}."
                yield _row(f'<p class="ink" style="{_BODY}margin:0;">{left}</p>', "12px 24px", border=True)
                return
            told += count
            yield row


def _row(inner: str, padding: str, *, border: bool = False) -> str:
    line = "border-top:1px solid #d5dbe1;" if border else ""
    return f'<tr><td class="pad rule" style="padding:{padding};{line}">{inner}</td></tr>'


def _heading(words: str) -> str:
    look = f"{_FONT}font-size:13px;line-height:18px;margin:0;color:#5b6470;text-transform:uppercase;letter-spacing:.5px;"
    return f'<h3 class="soft" style="{look}">{escape(words)}</h3>'


def _group(group: Group) -> Iterator[tuple[int, str]]:
    """The rows of a group, each with how many items it holds; a heading travels with the item below it."""
    look = f"{_FONT}font-size:18px;line-height:24px;margin:0;color:#12324f;"
    above = _row(f'<h2 class="head" style="{look}">{escape(group.heading)}</h2>', "14px 24px 0 24px", border=True)
    for section in group.sections:
        above += _row(_heading(section.heading), "10px 24px 0 24px")
        for item in section.items:
            yield 1, above + _row("".join(_item(item, section)), "8px 24px 6px 24px")
            above = ""


def _item(item: Item, section: Section) -> Iterator[str]:
    title = f' <span class="ink">· {escape(item.title)}</span>' if item.title else ""
    yield f'<p class="ink" style="{_BODY}margin:0;word-break:break-word;"><strong>{escape(_under(item.said, section))}</strong>{title}</p>'
    if item.minor:
        yield f'<p class="soft" style="{_MUTED}margin:0;">Only spacing, capitals or punctuation differ.</p>'
    if item.conditions:
        yield f'<p class="soft" style="{_MUTED}margin:0;">{escape(", ".join(item.conditions))}</p>'
    if change := change_said(item):
        yield f'<p class="ink" style="{_BODY}margin:2px 0 0 0;word-break:break-word;">{escape(change)}</p>'
    for side, runs in zip(_SIDES, quotes(item), strict=True):
        if runs:
            yield _quote(side, runs)
    about = f'{escape(dates(item))}<br>{"<br>".join(_documents(item))}'
    yield f'<p class="soft" style="{_MUTED}margin:4px 0 0 0;word-break:break-word;">{about}</p>'


def _under(said: str, section: Section) -> str:
    """The words of a kind without the family that stands above them."""
    family, colon, what = said.partition(": ")
    return what[0].upper() + what[1:] if colon and section.heading.lower().startswith(family.lower()) else said


def _quote(side: tuple[str, str, str, str, str], runs: tuple[Run, ...]) -> str:
    """One quote beside a bar of its colour, with the words that differ shaded."""
    word, shade, colour, pale, said = side
    marked = f'<span class="{shade}" style="background-color:{pale};">'
    words = "".join(escape(run.text) if run.kind == "kept" else f"{marked}{escape(run.text)}</span>" for run in runs)
    return (
        f'{_TABLE} style="margin:4px 0 0 0;"><tr><td width="4" bgcolor="{colour}" style="width:4px;font-size:0;line-height:0;">&nbsp;</td>'
        f'<td class="ink" style="{_FONT}font-size:14px;line-height:20px;color:#1c2430;padding:2px 0 2px 10px;word-break:break-word;">'
        f'<span class="{word}" style="color:{colour};">{said}:</span> “{words.strip()}”</td></tr></table>'
    )


def _documents(item: Item) -> Iterator[str]:
    documents = documents_of(item)
    for document in documents[:MOST_DOCUMENTS]:
        yield _anchor(document.link, named(document)) + (f" · {_anchor(document.page, 'in Theriac')}" if document.page else "")
    if len(documents) > MOST_DOCUMENTS:
        yield f"and {len(documents) - MOST_DOCUMENTS} more documents"


def _anchor(link: str | None, words: str) -> str:
    sound = safe_link(link)
    return f'<a class="link" href="{escape(sound)}" style="color:#0b5cad;">{escape(words)}</a>' if sound else escape(words)


def _sources(digest: Digest) -> str:
    cells = "".join(
        f'<tr><td class="soft" valign="top" style="{_MUTED}padding:0 12px 0 0;">{escape(source.source)}</td><td class="soft" style="{_MUTED}">'
        f"checked {escape(moment_said(source.checked))}, data of {escape(source.data or 'unknown date')}"
        f"{'<strong> (not up to date)</strong>' if source.stale else ''}</td></tr>"
        for source in digest.sources
    )
    return f'{_heading("Sources")}<table cellpadding="0" cellspacing="0" border="0">{cells}</table>'


def _ways(digest: Digest) -> str:
    ways = [_anchor(digest.page, "This alert")] if digest.page else []
    ways += [_anchor(digest.unsubscribe, "Stop this alert")] if digest.unsubscribe else []
    return f"<br>{' · '.join(ways)}" if ways else ""

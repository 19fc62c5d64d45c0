"""An event as alerts see it: what happened, to what, when it happened, when it was seen, and when this home came to know of it.

Flows in: stored events with their resolved drugs, conditions and whatever else of the record is known. Flows out: `Occurrence`, the only shape
that rules, windows and digests look at. It keeps no payload and decides nothing.
"""

import re
from functools import cached_property

from theriac.dates import PartialDate
from theriac.flow.country_codes import country_key
from theriac.flow.events import Entity, Event
from theriac.flow.keys import plain
from theriac.model import Struct
from theriac.terms import EventKind, Stage

_WORD = re.compile(r"\w+")
# What `_WORD` finds in plain ASCII, told by a table, which is several times as fast.
_BAR = " \x1f "
_ASCII_WORDS = "".join(c.lower() if c.isalnum() or c == "_" else " " for c in map(chr, range(128)))
_ASCII_TEXTS = _ASCII_WORDS[:0x1F] + "|" + _ASCII_WORDS[0x20:]
_PHASES = {
    "EARLY_PHASE1": Stage.EARLY_PHASE_1,
    "PHASE1": Stage.PHASE_1,
    "PHASE1/PHASE2": Stage.PHASE_1_2,
    "PHASE2": Stage.PHASE_2,
    "PHASE2/PHASE3": Stage.PHASE_2_3,
    "PHASE3": Stage.PHASE_3,
}


class Occurrence(Struct, frozen=True, dict=True):
    """One event with everything that a rule may ask of it.

    `known` is when this home recorded it (UTC), `commit` the commit that made it visible; events of one commit become visible together.
    `fresh` is False for what may never alert: a first load, a version filed between two others, a better reader's second look.
    `countries` are names or two-letter codes as the sources give them; `stage` is what the event says was reached.
    """

    id: str
    kind: EventKind
    record: str
    seen: str
    known: str = ""
    commit: int = 0
    fresh: bool = True
    happened: PartialDate | None = None
    drugs: tuple[Entity, ...] = ()
    conditions: tuple[Entity, ...] = ()
    targets: tuple[Entity, ...] = ()
    organisations: tuple[Entity, ...] = ()
    classes: tuple[Entity, ...] = ()
    searches: tuple[Entity, ...] = ()
    countries: tuple[str, ...] = ()
    stage: Stage | None = None
    title: str | None = None
    path: str = ""
    old: str | None = None
    new: str | None = None
    quote_old: str | None = None
    quote_new: str | None = None
    from_version: str | None = None
    to_version: str | None = None
    link: str | None = None

    @property
    def source(self) -> str:
        """The source whose record it is, or that it is about: `ctgov`, `openfda_label`, …"""
        source, _, key = self.record.partition(":")
        return key if source == "source" else source

    @cached_property
    def country_keys(self) -> frozenset[str]:
        """The countries under the keys by which rules know them."""
        return frozenset(map(country_key, self.countries))

    @cached_property
    def words(self) -> str:
        """The words of title, values and quotes, small and spaced, with a bar between texts: what quoted words are looked for in."""
        texts = [text for text in (self.title, self.old, self.new, self.quote_old, self.quote_new) if text]
        together = _BAR.join(["", *texts, ""])
        if together.isascii():
            return f" {' '.join(together.translate(_ASCII_TEXTS).split())} "
        return " | ".join(["", *map(spaced, texts), ""])


def spaced(text: str) -> str:
    """The words of a text, small, without accents and punctuation, one blank between them.

    >>> spaced("Basal-Cell Carcinoma (naïve)")
    'basal cell carcinoma naive'
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII_WORDS).split())
    return " ".join(_WORD.findall(plain(text)))


def stage_told(kind: EventKind, new: str | None) -> Stage | None:
    """The stage that an event itself says was reached, or None: a programme's new stage, a trial's new phase, an approval.

    >>> stage_told(EventKind.TRIAL_PHASE_CHANGED, "PHASE2/PHASE3"), stage_told(EventKind.LABEL_NEW_VERSION, "3")
    (<Stage.PHASE_2_3: 'phase_2_3'>, None)
    """
    if kind is EventKind.TRIAL_PHASE_CHANGED:
        return _PHASES.get(new or "")
    if kind is EventKind.PROGRAMME_STAGE_ADVANCED and new in set(Stage):
        return Stage(new)
    return Stage.APPROVED if kind in (EventKind.APPROVAL_APPROVED, EventKind.PROGRAMME_AUTHORISED) else None


def occurrence(
    event: Event,
    *,
    known: str,
    commit: int,
    fresh: bool = True,
    targets: tuple[Entity, ...] = (),
    organisations: tuple[Entity, ...] = (),
    classes: tuple[Entity, ...] = (),
    countries: tuple[str, ...] = (),
    stage: Stage | None = None,
    title: str | None = None,
    link: str | None = None,
) -> Occurrence:
    """A stored event as alerts see it, with what the caller knows of its record beside it."""
    return Occurrence(
        id=event.id,
        kind=event.kind,
        record=event.record,
        seen=event.seen,
        known=known,
        commit=commit,
        fresh=fresh,
        happened=event.happened,
        drugs=event.drugs,
        conditions=event.conditions,
        targets=targets,
        organisations=organisations,
        classes=classes,
        countries=countries,
        stage=stage or stage_told(event.kind, event.new),
        title=title,
        path=event.path,
        old=event.old,
        new=event.new,
        quote_old=event.quote_old,
        quote_new=event.quote_new,
        from_version=event.from_version,
        to_version=event.to_version,
        link=link,
    )

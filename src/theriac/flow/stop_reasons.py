"""Why a trial stopped, classed from the sponsor's own words.

Flows in: the free text of `whyStopped`. Flows out: a verdict: the class, the exact words that decided it, the rule's name and the other
classes that the text names beside it. What a text denies ("not due to safety") never counts, nor does a committee's name. Never guesses:
a text that only says that the trial stopped is `unstated`, one that gives a reason of no class is `other`.
"""

import re
from typing import NamedTuple

from theriac.flow.stop_reason_words import AIMS, CAUSE, CLAUSE_END, DENIALS, EMPTY_WORDS, NAMES, RULES, Rule
from theriac.model import Struct
from theriac.terms import StopReason

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class StopVerdict(Struct, frozen=True):
    """The class of a stop, the words that decided it, and which other classes the text names."""

    reason: StopReason
    rule: str
    quote: str | None = None
    also: tuple[StopReason, ...] = ()


class _Hit(NamedTuple):
    """One rule's find; the smallest decides: first the strongest kind of reason, then what stands first."""

    rank: int
    start: int
    end: int
    rule: Rule


def stop_reason(why_stopped: str | None) -> StopVerdict:
    """The class of the sponsor's words with the sentence that decided it.

    >>> verdict = stop_reason("Slow accrual. No safety concerns.")
    >>> verdict.reason.value, verdict.quote
    ('enrolment', 'Slow accrual.')
    >>> stop_reason("DSMB recommendation. The study surpassed the futility boundary.").reason.value
    'futility'
    >>> stop_reason(None).reason.value
    'unstated'
    """
    if why_stopped is None or not why_stopped.strip():
        return StopVerdict(reason=StopReason.UNSTATED, rule="nothing_said")
    text = _masked(why_stopped)
    hits = sorted(_hits(text))
    if not hits:
        return _without_hit(why_stopped, text)
    first = _cause_of(text, hits)
    found = dict.fromkeys(hit.rule.reason for hit in sorted(hits, key=lambda hit: hit.start))
    others = tuple(reason for reason in found if reason not in (first.rule.reason, StopReason.OTHER))
    return StopVerdict(reason=first.rule.reason, rule=first.rule.name, quote=_sentence(why_stopped, first.start, first.end), also=others)


def _masked(text: str) -> str:
    """The text with its names of committees and its denials blanked, every other character in its place."""
    flat = text.replace("’", "'").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    for pattern in (NAMES, AIMS, DENIALS):
        flat = pattern.sub(lambda found: "·" * len(found[0]), flat)
    return flat


def _hits(text: str) -> list[_Hit]:
    return [_Hit(rule.rank, found.start(), found.end(), rule) for rule in RULES for found in rule.pattern.finditer(text)]


def _cause_of(text: str, hits: list[_Hit]) -> _Hit:
    """The strongest reason, or what the text itself names as that reason's cause ("could not enrol because of lack of funds").

    A committee, a decision and a class that outranks it already are left as they are.
    """
    first = hits[0]
    after = [hit for hit in hits if hit.start >= first.end and hit.rule.reason is not first.rule.reason]
    for hit in sorted(after, key=lambda one: one.start):
        between = text[first.end : hit.start]
        if CLAUSE_END.search(between):
            break
        if CAUSE.search(between) and hit.rule.reason in first.rule.causes:
            return hit
    return first


def _without_hit(why_stopped: str, text: str) -> StopVerdict:
    words = {word.casefold() for word in _WORD.findall(text)}
    if words <= EMPTY_WORDS:
        return StopVerdict(reason=StopReason.UNSTATED, rule="only_that_it_stopped", quote=why_stopped.strip())
    return StopVerdict(reason=StopReason.OTHER, rule="no_class", quote=why_stopped.strip())


def _sentence(text: str, start: int, end: int) -> str:
    """The whole sentence of the original around the find."""
    ends = [found.end() for found in CLAUSE_END.finditer(text)]
    left = max((cut for cut in ends if cut <= start), default=0)
    right = min((cut for cut in ends if cut >= end), default=len(text))
    return text[left:right].strip()

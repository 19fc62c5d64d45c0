"""From the words of a rule to its tree: `drug:imiquimod kind:trial.stopped,label.* -source:ema "basal cell"`.

Flows in: what a person typed. Flows out: a tree of `rules` whose names are not resolved yet, or one sentence that says where and why it cannot
be read. A blank is and, a comma is or and binds tighter than a blank, `-` is not; after a comma a value without a field belongs to the field
before it. It resolves nothing and knows the closed vocabularies only.
"""

import difflib
import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from theriac.errors import UserError
from theriac.flow.occurrences import spaced
from theriac.flow.rules import FIELDS, Either, Every, Is, KindIs, Named, Not, Says, StageIs, Term, leaves, watches_something
from theriac.identifiers import SCHEMES
from theriac.terms import EventKind, Stage

LONGEST, MOST_TERMS, DEEPEST = 4_000, 200, 20
_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([A-Za-z_]+)(:|>=|<=|>|<|=)")
_BARE = re.compile(r'[^\s,()"“”„]+')
_QUOTED = re.compile(r'"([^"]*)"|[“„]([^”“]*)[”“]')
_FAMILIES = tuple(sorted({kind.family for kind in EventKind}))
_FOREIGN_WORDS = {"AND": "a blank means and", "OR": "a comma means or", "NOT": "a - right before a term means not"}
# Where people put what other products call it.
_OTHER_NAMES = {"indication": "condition", "disease": "condition", "company": "org", "sponsor": "org", "organisation": "org", "organization": "org",
                "event": "kind", "phase": "stage", "moa": "class", "gene": "target", "words": "text", "title": "text", "query": "search"}  # fmt: skip
_ORDERED: dict[str, Callable[[int, int], bool]] = {
    ">=": lambda have, bound: have >= bound,
    "<=": lambda have, bound: have <= bound,
    ">": lambda have, bound: have > bound,
    "<": lambda have, bound: have < bound,
    "=": lambda have, bound: have == bound,
    ":": lambda have, bound: have == bound,
}


class _Heading(NamedTuple):
    """The field and operator that stand before a value."""

    field: str
    operator: str


def parse_rule(text: str) -> Term:
    """The tree of a rule; UserError with the place for what cannot be read.

    >>> parse_rule("kind:trial.stopped,label.*").patterns
    ('trial.stopped', 'label.*')
    """
    if len(text) > LONGEST:
        raise UserError(f"the rule has {len(text):,} characters and may have {LONGEST:,}; split it into several alerts")
    reader = _Reader(text)
    rule = reader.whole()
    count = sum(len(leaf.values) if isinstance(leaf, Is) else 1 for leaf in leaves(rule))
    if count > MOST_TERMS:
        raise UserError(f"the rule has {count} terms and may have {MOST_TERMS}; split it into several alerts")
    if not watches_something(rule):
        raise UserError("the rule only says what to leave out, so it would tell of everything else; add what to watch, as drug:NAME or kind:label.*")
    return rule


class _Reader:
    """One rule being read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self, why: str, at: int | None = None) -> NoReturn:
        place = self.at if at is None else at
        rest = self.text[place : place + 20].strip()
        where = f"at character {place + 1} ({rest!r})" if rest else "at its end"
        raise UserError(f"the rule cannot be read {where}: {why}")

    def whole(self) -> Term:
        self.blank()
        if self.at == len(self.text):
            raise UserError("the rule is empty; write what to watch, as drug:imiquimod kind:label.*")
        rule = self.every()
        if self.at < len(self.text):
            self.fail("a ) closes nothing; remove it or add a ( before it" if self.ahead(")") else "nothing is expected here")
        return rule

    def ahead(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def blank(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def every(self) -> Term:
        parts = []
        while self.at < len(self.text) and not self.ahead(")"):
            parts.append(self.either())
            self.blank()
        if not parts:
            self.fail("the parentheses hold nothing; write a term between them")
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def either(self) -> Term:
        """Items joined by commas; neighbours of one field become one list."""
        parts: list[Term] = []
        heading: _Heading | None = None
        while True:
            part, heading = self.item(heading)
            parts.append(part)
            self.blank()
            if not self.ahead(","):
                break
            self.at += 1
            self.blank()
            if self.at == len(self.text) or self.ahead(")") or self.ahead(","):
                self.fail("a comma stands with nothing after it; write another value or remove it")
        return _joined(parts)

    def item(self, before: _Heading | None) -> tuple[Term, _Heading | None]:
        start = self.at
        if self.ahead("-"):
            return self.excluded(before)
        if self.ahead("("):
            return self.grouped(), None
        if self.ahead(","):
            self.fail("a comma stands with nothing before it; write a value or remove it")
        heading = self.heading(before)
        if heading is None:
            return self.words(before, start)
        quoted = self.ahead('"') or self.ahead("“") or self.ahead("„")
        value = self.value(f"{heading.field}{heading.operator} has no value; write one right after it, in quotes where it has blanks")
        return self.term(heading, value, start, quoted=quoted), heading

    def excluded(self, before: _Heading | None) -> tuple[Term, None]:
        start = self.at
        if before is not None:
            self.fail("a comma means or, so an exclusion in a list would let nearly everything in; put it after a blank, with its field", start)
        self.at += 1
        if self.at == len(self.text) or self.text[self.at].isspace() or self.text[self.at] in ",)-":
            self.fail("a - stands alone; write the term to leave out right after it", start)
        part, _ = self.item(None)
        parts = [part]
        while self.ahead(","):  # `-drug:a,b` leaves out both
            self.at += 1
            self.blank()
            heading = self.heading(_heading_of(part))
            if heading is None:
                heading = _heading_of(part)
            if heading is None:
                self.fail("after an excluded group or word a comma is not clear; put the alternatives into parentheses: -(… , …)")
            parts.append(self.term(heading, self.value("a comma stands with nothing after it"), start, quoted=False))
        return Not(_joined(parts)), None

    def grouped(self) -> Term:
        opened = self.at
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"parentheses stand more than {DEEPEST} deep; write the rule flatter")
        self.at += 1
        self.blank()
        inner = self.every()
        if not self.ahead(")"):
            self.fail("this ( is never closed; add a )", opened)
        self.at += 1
        self.depth -= 1
        return inner

    def heading(self, before: _Heading | None) -> _Heading | None:
        """The field that stands here, or None; a value of a list may hold a colon of its own (`unii:P1QW714R7M`)."""
        found = _FIELD.match(self.text, self.at)
        if found is None:
            return None
        field, operator = found[1].lower(), found[2]
        if field not in FIELDS:
            if before is not None and (field in SCHEMES or field in ("drug", "condition")):
                return None
            near = _OTHER_NAMES.get(field) or next(iter(difflib.get_close_matches(field, FIELDS, 1, 0.6)), None)
            self.fail(f"there is no field {found[1]!r}; " + (f"write {near}:" if near else f"fields are {', '.join(FIELDS)}"))
        if operator != ":" and field != "stage":
            self.fail(f"only stage can be compared with {operator}; write {field}:")
        self.at = found.end()
        return _Heading(field, operator)

    def value(self, missing: str) -> str:
        start = self.at
        if found := _QUOTED.match(self.text, self.at):
            self.at = found.end()
            value = found[1] if found[1] is not None else found[2]
        elif self.at < len(self.text) and self.text[self.at] in '"“”„':
            self.fail('this quote is never closed; add a "')
        else:
            bare = _BARE.match(self.text, self.at)
            value = bare[0] if bare else ""
            self.at = bare.end() if bare else self.at
        if not value.strip():
            self.fail(missing, start)
        return value.strip()

    def words(self, before: _Heading | None, start: int) -> tuple[Term, _Heading | None]:
        quoted = self.text[self.at] in '"“”„'
        value = self.value("quotes hold nothing; write words between them")
        if before is not None:
            return self.term(before, value, start, quoted=quoted), before
        if not quoted and value in _FOREIGN_WORDS:
            self.fail(f"{_FOREIGN_WORDS[value]} here; remove the word {value}, or quote it to look for it", start)
        return self.term(_Heading("text", ":"), value, start, quoted=quoted), None

    def term(self, heading: _Heading, value: str, start: int, *, quoted: bool) -> Term:
        if heading.field == "kind":
            pattern = f"{value}.*".lower() if value.lower() in _FAMILIES else value.lower()
            return KindIs((pattern,), self.kinds(pattern, start))
        if heading.field == "stage":
            return self.stage(heading.operator, value, start)
        if heading.field == "text":
            words = spaced(value)
            if not words:
                self.fail(f"{value!r} holds no letters or digits to look for", start)
            return Says(value, words)
        return Is(heading.field, (Named(value),))

    def kinds(self, pattern: str, start: int) -> tuple[EventKind, ...]:
        """The kinds that a pattern means: a kind, or a kind with stars."""
        shape = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        found = tuple(kind for kind in EventKind if shape.fullmatch(kind.value))
        if not found:
            near = difflib.get_close_matches(pattern, [kind.value for kind in EventKind], 3, 0.5)
            known = f"near are {', '.join(near)}" if near else f"families are {', '.join(_FAMILIES)}"
            self.fail(f"no event is of kind {pattern!r}; {known}", start)
        return found

    def stage(self, operator: str, value: str, start: int) -> StageIs:
        name = re.sub(r"^(early_)?phase_?", r"\1phase_", re.sub(r"[\s/-]+", "_", value.lower()))
        if name not in set(Stage):
            near = difflib.get_close_matches(name, [stage.value for stage in Stage], 3, 0.4)
            self.fail(f"there is no stage {value!r}; " + (f"near are {', '.join(near)}" if near else f"stages are {', '.join(Stage)}"), start)
        bound, ordered = Stage(name), _ORDERED[operator]
        known = [stage for stage in Stage if stage is not Stage.UNKNOWN or bound is Stage.UNKNOWN]
        return StageIs(f"{operator}{name}", tuple(stage for stage in known if ordered(stage.rank, bound.rank)))


def _heading_of(part: Term) -> _Heading | None:
    if isinstance(part, Is):
        return _Heading(part.field, ":")
    return _Heading("kind", ":") if isinstance(part, KindIs) else None


def _joined(parts: list[Term]) -> Term:
    """The parts as one term: values of one field become one list, the rest alternatives."""
    merged: list[Term] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Is) and isinstance(last, Is) and part.field == last.field:
            merged[-1] = Is(last.field, last.values + part.values)
        elif isinstance(part, KindIs) and isinstance(last, KindIs):
            kinds = set(last.kinds + part.kinds)
            merged[-1] = KindIs(last.patterns + part.patterns, tuple(kind for kind in EventKind if kind in kinds))
        elif isinstance(part, StageIs) and isinstance(last, StageIs):
            stages = set(last.stages + part.stages)
            merged[-1] = StageIs(f"{last.written},{part.written}", tuple(stage for stage in Stage if stage in stages))
        else:
            merged.append(part)
    return merged[0] if len(merged) == 1 else Either(tuple(merged))

"""Matching many alert rules against many events, beside a naive matcher and one SQL query per rule; one new rule against a long history.

Flows in: sizes. Flows out: events per second, memory, and how often faster than the two others, measured in the same run. Rules and events are
drawn by a seed: most rules name a drug and kinds, some a condition, target or organisation, some quoted words or an exclusion; popular drugs
are watched and change more often than rare ones.

    python bench/alerts.py [--rules N]... [--events N] [--history N]

Times are processor seconds of the one core that works, so that a busy machine does not count. The two others are measured on a sample
(3,000,000 pairs; 2,000 queries) and scaled to the whole, which is linear in both.
"""

import argparse
import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from measure import MB, machine, measured, table
from theriac.flow.events import Entity
from theriac.flow.matching import RuleIndex
from theriac.flow.occurrences import Occurrence, spaced
from theriac.flow.rule_branches import required
from theriac.flow.rules import Every, Is, KindIs, Named, Not, Says, StageIs, Term, satisfies
from theriac.terms import EventKind, Stage

SEED = 20_260_101
DRUGS, CONDITIONS, OTHERS = 20_000, 4_000, 2_000
NAIVE_PAIRS, QUERIES = 3_000_000, 2_000
KINDS = list(EventKind)
FAMILIES = sorted({kind.family for kind in KINDS})
WORDS = tuple("futility safety boundary severe skin reaction enrolment slow business decision carcinoma warning dose week topical".split())  # noqa: SIM905 (running text)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rules", type=int, action="append")
    options.add_argument("--events", type=int, default=20_000)
    options.add_argument("--history", type=int, default=1_000_000)
    options.add_argument("--one", choices=("matching", "history"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(match(chosen.rules[0], chosen.events) if chosen.one == "matching" else history(chosen.history)))
        return
    print(machine())
    rows: list[tuple[str, ...]] = [("rules", "events/s", "hits/event", "build s", "peak MB", "naive ev/s", "×", "SQL/rule ev/s", "×")]
    for rules in chosen.rules or [100_000, 1_000_000]:
        run = measured([__file__, "--one", "matching", "--rules", str(rules), "--events", str(chosen.events)])
        rows.append(matching_row(rules, run.answer, run.peak))
    table(f"{chosen.events:,} events", rows)
    run = measured([__file__, "--one", "history", "--history", str(chosen.history)])
    head = ("rule", "looked at", "matches", "seconds")
    table(f"one new rule against {chosen.history:,} stored events (peak {run.peak / MB:,.0f} MB)", [head, *map(tuple, run.answer["rules"])])


def matching_row(rules: int, answer: dict[str, Any], peak: int) -> tuple[str, ...]:
    """One size's line of the table."""
    rate, naive, sql = answer["rate"], answer["naive"], answer["sql"]
    shown = (f"{rate:,.0f}", f"{answer['hits']:.1f}", f"{answer['build']:.1f}", f"{peak / MB:,.0f}")
    return (f"{rules:,}", *shown, f"{naive:,.2f}", f"{rate / naive:,.0f}", f"{sql:,.2f}", f"{rate / sql:,.0f}")


def popular(draw: random.Random, count: int) -> int:
    """A number below `count`; small ones come more often."""
    return int(count * draw.random() ** 2)


def drawn_rule(draw: random.Random) -> Term:
    """A rule as people write them."""
    roll = draw.random()
    kinds = _kinds(draw)
    if roll < 0.15:
        return _is(draw, "drug", DRUGS)
    if roll < 0.55:
        return Every((_is(draw, "drug", DRUGS), kinds))
    if roll < 0.65:
        return Every((_is(draw, "drug", DRUGS), Not(kinds)))
    if roll < 0.75:
        return Every((_is(draw, "condition", CONDITIONS), StageIs(">=", tuple(list(Stage)[draw.randrange(5, 11) :])), kinds))
    if roll < 0.85:
        return Every((_is(draw, "drug", DRUGS), _is(draw, "condition", CONDITIONS)))
    if roll < 0.95:
        return Every((_is(draw, draw.choice(("target", "org")), OTHERS), kinds))
    words = " ".join(draw.sample(WORDS, 2))
    return Every((_is(draw, "condition", CONDITIONS), Says(words, words)))


def _is(draw: random.Random, field: str, count: int) -> Is:
    numbers = {popular(draw, count) for _ in range(draw.choice((1, 1, 1, 2, 3)))}
    return Is(field, tuple(Named(str(number), f"{field}:{number}") for number in sorted(numbers)))


def _kinds(draw: random.Random) -> KindIs:
    if draw.random() < 0.5:
        family = draw.choice(FAMILIES)
        return KindIs((f"{family}.*",), tuple(kind for kind in KINDS if kind.family == family))
    chosen = draw.sample(KINDS, draw.choice((1, 2, 3)))
    return KindIs(tuple(chosen), tuple(chosen))


def drawn_event(draw: random.Random, number: int) -> Occurrence:
    """An event as the store holds them."""
    year, month = 2021 + number * 5 // 1_000_000 % 6, number % 12 + 1
    source = draw.choice(("ctgov", "openfda_label", "drugs_at_fda"))
    return Occurrence(
        id=f"ev-{number:032x}",
        kind=draw.choice(KINDS),
        record=f"{source}:{number}",
        seen=f"{year}-{month:02d}-01",
        known=f"{year}-{month:02d}-01T06:00:00.000000Z",
        commit=number // 500,
        drugs=_some(draw, "drug", DRUGS, draw.choice((1, 1, 2))),
        conditions=_some(draw, "condition", CONDITIONS, draw.choice((0, 1, 2))),
        targets=_some(draw, "target", OTHERS, draw.choice((0, 1))),
        organisations=_some(draw, "org", OTHERS, 1),
        countries=("United States",),
        stage=draw.choice((None, *Stage)),
        title=" ".join(draw.choices(WORDS, k=8)),
        old="RECRUITING",
        new="TERMINATED",
        quote_new=" ".join(draw.choices(WORDS, k=12)),
    )


def _some(draw: random.Random, field: str, count: int, many: int) -> tuple[Entity, ...]:
    numbers = sorted({popular(draw, count) for _ in range(many)})
    return tuple(Entity(f"{field}:{number}", f"{field} {number}") for number in numbers)


def match(count: int, many: int) -> dict[str, float]:
    """The rates of one size, all in this process."""
    draw = random.Random(SEED)
    rules = [drawn_rule(draw) for _ in range(count)]
    events = [drawn_event(draw, number) for number in range(many)]
    began = time.process_time()
    index = RuleIndex(enumerate(rules))
    index.match([])
    build = time.process_time() - began
    began = time.process_time()
    hits = len(index.match(events).rules)
    seconds = time.process_time() - began
    naive = _naive(rules, events, index)
    return {"build": build, "rate": many / seconds, "hits": hits / many, "naive": naive, "sql": many / (_queried(rules, events) * count)}


def _naive(rules: list[Term], events: list[Occurrence], index: RuleIndex) -> float:
    """Events per second where every rule is asked about every event; its answers are compared too."""
    sample = [drawn_event(random.Random(SEED + number), number) for number in range(max(1, NAIVE_PAIRS // len(rules)))]
    began = time.process_time()
    found = [[number for number, rule in enumerate(rules) if satisfies(rule, event)] for event in sample]
    seconds = time.process_time() - began
    matched = index.match(sample)
    assert found == [sorted(matched.of(number)) for number in range(len(sample))]
    return len(sample) / seconds


def _queried(rules: list[Term], events: list[Occurrence]) -> float:
    """Seconds that one query takes for one rule over all events, terms and kinds indexed."""
    store = sqlite3.connect(":memory:")
    _filled(store, events)
    sample = rules[:QUERIES]
    began = time.process_time()
    for rule in sample:
        where, values = condition(rule)
        store.execute(f"SELECT id FROM event WHERE {where}", values).fetchall()
    return (time.process_time() - began) / len(sample)


def _filled(store: sqlite3.Connection, events: list[Occurrence] | Iterator[Occurrence], *, bodies: bool = False) -> None:
    store.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, kind TEXT, stage TEXT, words TEXT, body BLOB)")
    store.execute("CREATE TABLE term (term TEXT, event INTEGER, PRIMARY KEY (term, event)) WITHOUT ROWID")
    encode = msgspec.json.Encoder().encode
    for number, event in enumerate(events):
        store.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", (number, event.kind, event.stage, event.words, encode(event) if bodies else b""))
        held = (*event.drugs, *event.conditions, *event.targets, *event.organisations)
        store.executemany("INSERT OR IGNORE INTO term VALUES (?, ?)", [(one.id, number) for one in held])
    store.execute("CREATE INDEX event_kind ON event (kind)")
    store.commit()


def condition(rule: Term) -> tuple[str, list[str]]:
    """The rule as a condition of SQL."""
    match rule:
        case Every(parts):
            inner = [condition(part) for part in parts]
            return " AND ".join(f"({where})" for where, _ in inner), [value for _, values in inner for value in values]
        case Not(part):
            where, values = condition(part)
            return f"NOT ({where})", values
        case KindIs(_, kinds):
            return f"kind IN ({_marks(kinds)})", [kind.value for kind in kinds]
        case StageIs(_, stages):
            return f"stage IN ({_marks(stages)})", [stage.value for stage in stages]
        case Says(_, words):
            return "words LIKE ?", [f"% {words} %"]
        case Is(_, values):
            return f"id IN (SELECT event FROM term WHERE term IN ({_marks(values)}))", [value.id for value in values]
        case _:
            raise TypeError(type(rule).__name__)


def _marks(values: tuple[object, ...]) -> str:
    return ", ".join("?" * len(values))


def history(many: int) -> dict[str, Any]:
    """Seconds in which one new rule finds its events among those on disk: narrowed by what it requires, then asked one by one."""
    draw = random.Random(SEED)
    with TemporaryDirectory() as folder:
        store = sqlite3.connect(Path(folder) / "events.sqlite")
        _filled(store, (drawn_event(draw, number) for number in range(many)), bodies=True)
        label = KindIs(("label.*",), tuple(kind for kind in KINDS if kind.family == "label"))
        asked: dict[str, Term] = {
            "drug (rare)": Is("drug", (Named("d", "drug:15000"),)),
            "drug (popular) and kinds": Every((Is("drug", (Named("d", "drug:0"),)), label)),
            "condition, stage, words": Every((Is("condition", (Named("c", "condition:7"),)), Says("skin", spaced("skin")))),
            "one kind": KindIs(("trial.stopped",), (EventKind.TRIAL_STOPPED,)),
            "a family of kinds": label,
        }
        return {"rules": [(name, *_found(store, rule)) for name, rule in asked.items()]}


def _found(store: sqlite3.Connection, rule: Term) -> tuple[str, str, str]:
    decode = msgspec.json.Decoder(Occurrence).decode
    began = time.process_time()
    looked = matches = 0
    for (body,) in store.execute(*_narrowed(rule)):
        looked += 1
        matches += satisfies(rule, decode(body))
    return f"{looked:,}", f"{matches:,}", f"{time.process_time() - began:.2f}"


def _narrowed(rule: Term) -> tuple[str, list[str]]:
    choices = required(rule)
    entity: Callable[[str], bool] = lambda field: field in ("drug", "condition", "target", "org")  # noqa: E731 (used twice, here)
    for field, values in choices:
        if entity(field):
            return f"SELECT body FROM event WHERE id IN (SELECT event FROM term WHERE term IN ({_marks(values)}))", list(values)
        if field == "kind":
            kinds = [kind.value for kind in KINDS if kind.value in values or kind.family in values]
            return f"SELECT body FROM event WHERE kind IN ({_marks(tuple(kinds))})", kinds
    return "SELECT body FROM event", []


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()

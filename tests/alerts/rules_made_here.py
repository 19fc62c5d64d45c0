"""Rules and events of no real drug, drawn by a seeded generator for properties and measurements alike."""

import random

from theriac.flow.events import Entity
from theriac.flow.occurrences import Occurrence, spaced
from theriac.flow.rules import Either, Every, Is, KindIs, Named, Not, Says, StageIs, Term
from theriac.terms import EventKind, Stage

KINDS = list(EventKind)
WORDS = "futility safety boundary severe skin reaction enrolment slow business decision carcinoma warning dose week topical".split()  # noqa: SIM905
SOURCES = ("ctgov", "openfda_label", "drugs_at_fda", "orange_book", "ema")
COUNTRIES = ("United States", "Germany", "Japan", "France", "Brazil", "EU", "Korea, Republic of")
COUNTRY_KEYS = ("united states", "germany", "japan", "france", "brazil", "european union", "south korea")


def entity(kind: str, number: int) -> Entity:
    return Entity(f"{kind}:{number}", f"{kind} {number}")


def some_event(draw: random.Random, number: int, *, drugs: int, conditions: int, known: str = "2026-01-01T00:00:00.000000Z") -> Occurrence:
    """One event about up to three drugs and conditions."""
    text = " ".join(draw.choices(WORDS, k=draw.randint(3, 12)))
    source = draw.choice(SOURCES)
    return Occurrence(
        id=f"ev-{number}",
        kind=draw.choice(KINDS),
        record=f"{source}:{number % 5_000}",
        seen=known[:10],
        known=known,
        commit=number // 100 + 1,
        happened=known[:7],
        drugs=tuple(entity("drug", draw.randrange(drugs)) for _ in range(draw.choice((1, 1, 1, 2, 3)))),
        conditions=tuple(entity("condition", draw.randrange(conditions)) for _ in range(draw.choice((0, 1, 1, 2)))),
        targets=tuple(entity("target", draw.randrange(conditions)) for _ in range(draw.choice((0, 1)))),
        organisations=(entity("org", draw.randrange(conditions)),),
        classes=tuple(entity("class", draw.randrange(40)) for _ in range(draw.choice((0, 1)))),
        countries=tuple(draw.sample(COUNTRIES, draw.choice((0, 1, 3)))),
        stage=draw.choice((None, *Stage)),
        title=text,
        old=draw.choice((None, "RECRUITING")),
        new=draw.choice((None, "TERMINATED")),
        quote_new=draw.choice((None, "A Severe; skin-reaction was seen.")),
    )


def some_leaf(draw: random.Random, *, drugs: int, conditions: int) -> Term:
    """One term of any field."""
    roll = draw.random()
    if roll < 0.4:
        return Is("drug", tuple(Named("d", f"drug:{draw.randrange(drugs)}") for _ in range(draw.choice((1, 1, 2, 4)))))
    if roll < 0.5:
        return Is("condition", tuple(Named("c", f"condition:{draw.randrange(conditions)}") for _ in range(draw.choice((1, 2)))))
    if roll < 0.7:
        family = draw.choice(sorted({kind.family for kind in KINDS}))
        chosen = [kind for kind in KINDS if kind.family == family] if draw.random() < 0.5 else draw.sample(KINDS, draw.choice((1, 3)))
        return KindIs(("made here",), tuple(chosen))
    if roll < 0.76:
        return StageIs(">=", tuple(list(Stage)[draw.randrange(len(Stage)) :]))
    if roll < 0.82:
        words = " ".join(draw.choices(WORDS, k=draw.choice((1, 2))))
        return Says(words, spaced(words))
    field = draw.choice(("target", "org", "class", "country", "source"))
    if field == "country":
        return Is(field, (Named("x", draw.choice(COUNTRY_KEYS)),))
    if field == "source":
        return Is(field, (Named("x", draw.choice(SOURCES)),))
    return Is(field, (Named("x", f"{field}:{draw.randrange(40)}"),))


def some_rule(draw: random.Random, *, drugs: int, conditions: int, depth: int = 3) -> Term:
    """A rule of any shape, exclusions and nesting included."""
    roll = draw.random()
    if depth == 0 or roll < 0.3:
        return some_leaf(draw, drugs=drugs, conditions=conditions)
    parts = tuple(some_rule(draw, drugs=drugs, conditions=conditions, depth=depth - 1) for _ in range(draw.choice((2, 2, 3))))
    if roll < 0.7:
        return Every(parts)
    return Either(parts) if roll < 0.88 else Not(parts[0])

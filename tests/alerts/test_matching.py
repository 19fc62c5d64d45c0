"""Matching many rules at once says what asking them one by one says."""

import random

import msgspec
import pytest
from rules_made_here import some_event, some_rule

from theriac.flow.matching import RuleIndex
from theriac.flow.occurrences import Occurrence
from theriac.flow.rule_branches import required
from theriac.flow.rules import Either, Every, Is, KindIs, Named, Not, Says, StageIs, Term, satisfies
from theriac.terms import EventKind


def by_definition(rule: Term, event: Occurrence) -> bool:
    """The verdict written a second time, from the words of the issue and from nothing of the code under test."""
    if isinstance(rule, Not):
        return not by_definition(rule.part, event)
    if isinstance(rule, Every):
        return all(by_definition(part, event) for part in rule.parts)
    if isinstance(rule, Either):
        return any(by_definition(part, event) for part in rule.parts)
    if isinstance(rule, KindIs):
        return event.kind.value in {kind.value for kind in rule.kinds}
    if isinstance(rule, StageIs):
        return event.stage is not None and event.stage.value in {stage.value for stage in rule.stages}
    if isinstance(rule, Says):
        texts = [event.title, event.old, event.new, event.quote_old, event.quote_new]
        spoken = ["".join(c if c.isalnum() else " " for c in (text or "").lower()).split() for text in texts]
        sought = rule.words.split()
        return any(sought == words[at : at + len(sought)] for words in spoken for at in range(len(words)))
    held = {
        "drug": [one.id for one in event.drugs],
        "condition": [one.id for one in event.conditions],
        "target": [one.id for one in event.targets],
        "org": [one.id for one in event.organisations],
        "class": [one.id for one in event.classes],
        "source": [event.record.split(":")[0]],
        "country": [{"EU": "european union", "Korea, Republic of": "south korea"}.get(name, name.lower()) for name in event.countries],
    }[rule.field]
    return bool({value.id for value in rule.values} & set(held))


def test_a_million_pairs_equal_brute_force() -> None:
    draw = random.Random(5)
    rules = [some_rule(draw, drugs=12, conditions=12) for _ in range(2_000)]
    index = RuleIndex(enumerate(rules))
    pairs = hits = 0
    events = [some_event(draw, number, drugs=12, conditions=12) for number in range(500)]
    matched = index.match(events)
    for number, event in enumerate(events):
        found = matched.of(number)
        assert len(found) == len(set(found))
        expected = {place for place, rule in enumerate(rules) if by_definition(rule, event)}
        assert set(found) == expected, event
        pairs, hits = pairs + len(rules), hits + len(expected)
    assert pairs == 1_000_000
    assert 20_000 < hits < 900_000  # neither side is trivially empty or full


def test_one_by_one_is_the_same_verdict() -> None:
    draw = random.Random(6)
    for number in range(5_000):
        rule, event = some_rule(draw, drugs=4, conditions=4), some_event(draw, number, drugs=4, conditions=4)
        assert satisfies(rule, event) == by_definition(rule, event)


def test_what_is_required_is_had_by_every_match() -> None:
    draw = random.Random(7)
    narrowed = matched = 0
    for number in range(20_000):
        rule, event = some_rule(draw, drugs=4, conditions=4), some_event(draw, number, drugs=4, conditions=4)
        choices = required(rule)
        narrowed += bool(choices)
        if satisfies(rule, event):
            matched += 1
            for field, values in choices:
                terms = {"kind": {event.kind.value, event.kind.family}, "stage": {event.stage}, "source": {event.source}}
                terms |= {"country": set(event.country_keys), "drug": {one.id for one in event.drugs}, "target": {one.id for one in event.targets}}
                terms |= {"condition": {one.id for one in event.conditions}, "org": {one.id for one in event.organisations}}
                terms |= {"class": {one.id for one in event.classes}}
                assert terms[field] & set(values), (rule, event)
    assert narrowed > 5_000 < matched


def test_a_list_of_many_values_and_deep_alternatives_still_match() -> None:
    long = Is("drug", tuple(Named("d", f"drug:{number}") for number in range(300)))
    wide = Every(tuple(Either((Is("drug", (Named("d", f"drug:{n}"),)), KindIs(("x",), (EventKind.PAPER_RETRACTED,)))) for n in range(9)))
    index = RuleIndex([(7, long), (8, wide)])
    draw = random.Random(8)
    event = msgspec.structs.replace(some_event(draw, 1, drugs=2, conditions=2), kind=EventKind.PAPER_RETRACTED)
    assert sorted(index.matches(event)) == [7, 8]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_index_may_grow(number: int) -> None:
    draw = random.Random(number)
    rules = [some_rule(draw, drugs=6, conditions=6) for _ in range(300)]
    event = some_event(draw, 1, drugs=6, conditions=6)
    index = RuleIndex(enumerate(rules[:100]))
    for place, rule in enumerate(rules[100:], 100):
        index.add(place, rule)
    assert sorted(index.matches(event)) == sorted(RuleIndex(enumerate(rules)).matches(event))

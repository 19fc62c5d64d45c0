"""Rules are read as people write them, say what they watch, and refuse what they cannot mean with its place and the next step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theriac.errors import AmbiguousName, UnknownName, UserError
from theriac.flow.resolution import Resolution, ResolutionCandidate
from theriac.flow.rule_language import parse_rule
from theriac.flow.rules import Every, Is, KindIs, Not, StageIs, bound, explained, leaves, present, restored, stored
from theriac.terms import EventKind, ResolutionKind

SOURCES = ("ctgov", "openfda_label")

SENTENCES = {
    "drug:imiquimod": "the drug is imiquimod",
    'condition:"basal cell carcinoma"': "the condition is basal cell carcinoma",
    "target:TLR7 class:“toll-like receptor agonist”": "the target is TLR7, and the class is toll-like receptor agonist",
    'org:"Acme Pharma" country:US': "the organisation is Acme Pharma, and the country is US",
    "kind:trial.stopped,label.*": "it is trial.stopped or any label event",
    "kind:label": "it is any label event",
    "stage>=phase_3": "the stage is phase 3, filed or approved",
    "stage:phase_2,approved": "the stage is phase 2 or approved",
    "drug:a,b drug:c": "the drug is a or b, and the drug is c",
    "drug:a , b": "the drug is a or b",
    "drug:a,condition:b": "either the drug is a or the condition is b",
    "(drug:a kind:label.*),(drug:b kind:paper.*)": "either (the drug is a, and it is any label event) or (the drug is b, and it is any paper event)",
    'drug:a -source:ctgov -"phase one"': 'the drug is a, and not: the source is ctgov, and not: title, reason or quote say "phase one"',
    "drug:a -kind:label.new_version,label.new_label": "the drug is a, and not: it is label.new_version or label.new_label",
    "drug:a -(kind:label.* country:DE)": "the drug is a, and not: (it is any label event, and the country is DE)",
    '"data safety" futility': 'title, reason or quote say "data safety", and title, reason or quote say "futility"',
    "drug:unii:P1QW714R7M": "the drug is unii:P1QW714R7M",
    "drug:a,unii:P1QW714R7M": "the drug is a or unii:P1QW714R7M",
}


@pytest.mark.parametrize("rule", SENTENCES)
def test_a_rule_says_what_it_watches(rule: str) -> None:
    term = parse_rule(rule)
    assert explained(term) == f"Any event where {SENTENCES[rule]}."
    assert restored(stored(term)) == term


REFUSED = {
    "": "empty",
    "   ": "empty",
    "drug:": "at its end.*has no value",
    "drug: imiquimod": "character 6 .*right after it",
    "drugs:imiquimod": "character 1 .*write drug:",
    "indication:bcc": "write condition:",
    "wibble:x": "fields are drug, condition",
    "kind:trial.stoped": "near are trial.stopped",
    "kind:zzz": "families are approval",
    "stage>=phase_9": "near are",
    "drug>=x": "only stage can be compared",
    "drug:a OR drug:b": "character 8 .*a comma means or",
    "drug:a AND drug:b": "a blank means and",
    "(drug:a": "character 1 .*never closed",
    "drug:a)": "character 7 .*closes nothing",
    "()": "hold nothing",
    'drug:"a': "character 6 .*quote is never closed",
    "drug:a,": "character 7|at its end",
    "drug:a,,b": "a comma stands with nothing after it",
    ",drug:a": "nothing before it",
    "drug:a,-drug:b": "nearly everything",
    "drug:a - kind:label": "a - stands alone",
    "-drug:a": "only says what to leave out",
    "drug:a,(-kind:label.*)": "only says what to leave out",
    '"..." drug:a': "no letters or digits",
    "(" * 40 + "drug:a" + ")" * 40: "deep",
    "drug:" + ",".join(f"d{n}" for n in range(300)): "may have 200",
    "drug:" + "a" * 5000: "may have 4,000",
}


@pytest.mark.parametrize("rule", REFUSED, ids=lambda rule: rule[:30])
def test_what_cannot_be_read_is_refused_in_one_sentence(rule: str) -> None:
    with pytest.raises(UserError, match=REFUSED[rule]) as caught:
        parse_rule(rule)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet=st.sampled_from('ab:,-()"“” >=drugkindstage.*_2\n'), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        term = parse_rule(text)
    except UserError:
        return
    assert restored(stored(term)) == term
    assert explained(term).startswith("Any event where ")


def resolver(kind: str, name: str) -> Resolution:
    known = {("drug", "imiquimod"): "drug:unii.A", ("condition", "bcc"): "condition:1", ("class", "tlr agonist"): "class:tlr"}
    entity = known.get((kind, name.lower()))
    if entity:
        found = (ResolutionCandidate(entity=entity, name=name.capitalize(), score=1.0, reason="exact"),)
        return Resolution(query=name, entity=entity, kind=ResolutionKind.RESOLVED, score=1.0, reason="exact", candidates=found)
    if name == "interferon":
        two = tuple(ResolutionCandidate(entity=f"drug:{n}", name=f"interferon {n}", score=1.0, reason="exact") for n in ("alfa", "beta"))
        return Resolution(query=name, entity=None, kind=ResolutionKind.AMBIGUOUS, score=1.0, reason="two", candidates=two)
    near = (ResolutionCandidate(entity="drug:unii.A", name="imiquimod", score=0.5, reason="spelled like"),) if kind == "drug" else ()
    return Resolution(query=name, entity=None, kind=ResolutionKind.UNKNOWN, score=0.0, reason="none", candidates=near)


def test_names_are_resolved_once_at_creation() -> None:
    term = bound(parse_rule("drug:imiquimod -condition:bcc country:us source:CTGOV"), resolver, SOURCES)
    ids = {value.id for leaf in leaves(term) if isinstance(leaf, Is) for value in leaf.values}
    assert ids == {"drug:unii.A", "condition:1", "united states", "ctgov"}
    assert "Imiquimod" in explained(term)


@pytest.mark.parametrize(
    ("rule", "error", "says"),
    [
        ("drug:interferon", AmbiguousName, r"interferon alfa \(drug:alfa\).*drug:drug:alfa"),
        ("drug:imiqimod", UnknownName, "near names are imiquimod"),
        ("class:zzz", UnknownName, "check the spelling"),
        ("kind:label.* source:ctgv", UnknownName, "ctgov"),
        ("kind:label.* country:Germny", UnknownName, "germany"),
        ("kind:label.* country:XQ", UnknownName, "no country"),
    ],
)
def test_a_name_that_is_unclear_is_asked_about(rule: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        bound(parse_rule(rule), resolver, SOURCES)


def test_the_id_that_an_ambiguous_name_offers_can_be_written() -> None:
    term = parse_rule("drug:drug:alfa")
    assert isinstance(term, Is) and term.values[0].name == "drug:alfa"


def test_a_merge_of_entities_silences_no_rule() -> None:
    term = bound(parse_rule("drug:imiquimod kind:label.*"), resolver, SOURCES)
    later = present(term, lambda old: {"drug:unii.A": "drug:unii.B"}.get(old, old))
    assert isinstance(later, Every) and isinstance(later.parts[0], Is)
    assert later.parts[0].values[0].id == "drug:unii.B"


def test_stars_and_comparisons_are_spelled_out() -> None:
    boxed = parse_rule("kind:label.boxed_*")
    assert isinstance(boxed, KindIs) and len(boxed.kinds) == 3
    early = parse_rule("stage<phase_1 drug:x")
    assert isinstance(early, Every) and isinstance(early.parts[0], StageIs)
    assert [stage.value for stage in early.parts[0].stages] == ["preclinical", "ind", "early_phase_1"]
    outside = parse_rule("drug:x -kind:paper")
    assert isinstance(outside, Every) and isinstance(outside.parts[1], Not)
    assert {kind for leaf in leaves(outside) if isinstance(leaf, KindIs) for kind in leaf.kinds} == {
        EventKind.PAPER_PUBLISHED,
        EventKind.PAPER_RETRACTED,
    }

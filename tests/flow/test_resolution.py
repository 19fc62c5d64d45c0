"""Resolution of questions and mentions over a small registry: names, parts, placebo, rivals, decisions, near names."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_claims import condition, product, substance, trial

from theriac.flow.entities import build
from theriac.flow.memory_lookup import MemoryLookup
from theriac.flow.names import drug_candidates
from theriac.flow.resolution import Resolution, resolve, resolve_condition, resolve_mention
from theriac.terms import EntityKind, ResolutionKind

LOOKUP = MemoryLookup(
    build(
        [
            substance("imiquimod", "unii:P1QW714R7M"),
            product("Aldara", "IMIQUIMOD"),
            substance("metoprolol", "unii:GEB06NHM23"),
            substance("metoprolol succinate", "unii:TH25PD4CCB"),
            substance("lopinavir", "unii:2494G1JF75"),
            substance("ritonavir", "unii:O3J8G9O825"),
            product("Kaletra", "lopinavir", "ritonavir"),
            substance("sildenafil"),
            substance("vardenafil"),
            substance("radium-223 dichloride"),
            product("Titan", "sildenafil"),
            product("Twofold", "sildenafil", record="label:7"),
            product("Twofold", "vardenafil", record="label:8"),
            trial("TPN171H", record="ctgov:2"),
            condition("Carcinoma, Basal Cell", "mesh:D002280"),
        ]
    )
)
IMIQUIMOD = "drug:unii.P1QW714R7M"


def mention(text: str, *others: str, kind: str | None = "DRUG", identifiers: tuple[str, ...] = ()) -> list[str]:
    answers = resolve_mention(drug_candidates(text, others), kind, LOOKUP, identifiers=identifiers)
    return [one.entity or (one.reason if one.reason.startswith("no drug") else one.kind.value) for one in answers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Imiquimod 5% Cream", [IMIQUIMOD]),
        ("Drug: ALDARA® (imiquimod) 5 %", [IMIQUIMOD]),
        ("imiquimod + cryotherapy", [IMIQUIMOD]),
        ("Metoprolol succinate ER 50mg tablets", ["drug:unii.GEB06NHM23"]),
        ("metoprolol tartrate", ["drug:unii.GEB06NHM23"]),
        ("Placebo", ["no drug: placebo"]),
        ("imiquimod-matching placebo", ["no drug: placebo"]),
        ("sildenafil and vardenafil", ["drug:name.sildenafil", "drug:name.vardenafil"]),
        ("lopinavir/ritonavir", ["drug:unii.2494G1JF75+unii.O3J8G9O825"]),
        ("lopinavir + ritonavir", ["drug:unii.2494G1JF75", "drug:unii.O3J8G9O825"]),
        ("ritonavir and lopinavir", ["drug:unii.2494G1JF75+unii.O3J8G9O825"]),
        ("Kaletra", ["drug:unii.2494G1JF75+unii.O3J8G9O825"]),
        ("sildenafil, placebo", ["drug:name.sildenafil"]),
        ("Twofold 10 mg", ["ambiguous"]),
        ("sildenafil (vardenafil)", ["ambiguous"]),
        ("Kaletra (lopinavir)", ["drug:unii.2494G1JF75+unii.O3J8G9O825"]),
        ("TPN171H 5 mg", ["drug:name.tpn171h"]),
        ("Nothingumab", ["unknown"]),
        ("phosphodiesterase inhibitor", ["no drug: a class, not one drug"]),
        ("PDE5 inhibitor (sildenafil/vardenafil)", ["no drug: a class, not one drug"]),
        ("PDE5 inhibitor (sildenafil)", ["drug:name.sildenafil"]),
    ],
)
def test_mentions(text: str, expected: list[str]) -> None:
    assert mention(text) == expected


def test_a_device_is_no_drug_even_under_a_brands_name() -> None:
    assert mention("Titan", kind="DEVICE") == ["no drug: device"]
    assert mention("radium-223 dichloride", kind="RADIATION") == ["drug:name.radium223"]


def test_other_names_help_an_unknown_name_and_never_overrule_a_known_one() -> None:
    assert mention("S-26308", "imiquimod") == [IMIQUIMOD]
    assert mention("sildenafil", "vardenafil 10 mg") == ["drug:name.sildenafil"]


def test_identifiers_that_the_record_assigns_settle_an_unknown_name() -> None:
    assert mention("Some cream", identifiers=("unii:P1QW714R7M",)) == [IMIQUIMOD]
    assert mention("Placebo", identifiers=("unii:P1QW714R7M",)) == ["no drug: placebo"]


def test_a_decision_wins() -> None:
    answers = resolve_mention(drug_candidates("Twofold"), "DRUG", LOOKUP, decision="drug:name.vardenafil")
    assert [(one.entity, one.reason) for one in answers] == [("drug:name.vardenafil", "settled by a person")]


def test_a_question_answered_as_the_contract_says() -> None:
    answer = resolve("aldara", LOOKUP)
    assert set(msgspec.json.decode(msgspec.json.encode(answer))) == {"query", "entity", "kind", "score", "reason", "candidates"}
    assert (answer.query, answer.entity, answer.kind, answer.score) == ("aldara", IMIQUIMOD, ResolutionKind.RESOLVED, 1.0)
    assert [(one.entity, one.name) for one in answer.candidates] == [(IMIQUIMOD, "imiquimod")]


@pytest.mark.parametrize("question", ["unii:P1QW714R7M", "drug:name.imiquimod", IMIQUIMOD, "Imiquimod cream", "IMIQUIMOD"])
def test_names_identifiers_and_former_ids_lead_to_one_drug(question: str) -> None:
    assert resolve(question, LOOKUP).entity == IMIQUIMOD


def test_an_ambiguous_question_names_its_candidates() -> None:
    answer = resolve("twofold", LOOKUP)
    assert (answer.entity, answer.kind) == (None, ResolutionKind.AMBIGUOUS)
    assert [one.name for one in answer.candidates] == ["sildenafil", "vardenafil"]


def test_an_unknown_question_names_what_is_spelled_like_it() -> None:
    answer = resolve("imiqimod", LOOKUP)
    assert (answer.entity, answer.kind) == (None, ResolutionKind.UNKNOWN)
    assert answer.candidates[0].entity == IMIQUIMOD


def test_conditions() -> None:
    assert resolve("basal cell carcinoma", LOOKUP).entity == "condition:mesh.D002280"
    assert resolve("Carcinoma, Basal Cell", LOOKUP, EntityKind.CONDITION).entity == "condition:mesh.D002280"
    assert resolve_condition("skin thing", LOOKUP, identifiers=("mesh:D002280",)).reason == "assigned by the registry"
    assert resolve_condition("skin thing", LOOKUP).entity is None


@given(st.text(max_size=60), st.sampled_from(["DRUG", "DEVICE", "OTHER", None]))
def test_any_text_is_answered_and_only_a_resolved_answer_has_an_entity(text: str, kind: str | None) -> None:
    answers: list[Resolution] = [resolve(text, LOOKUP), *resolve_mention(drug_candidates(text), kind, LOOKUP)]
    for one in answers:
        assert (one.entity is not None) == (one.kind is ResolutionKind.RESOLVED)
        assert 0 <= one.score <= 1

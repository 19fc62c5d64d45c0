"""The registry: salts, combinations, conflicts, weak names, redirects; and its laws over any set of claims in any order."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_claims import condition, product, substance, trial

from theriac.flow.entities import Decision, Entity, Registry, SourcedClaim, build, name_rows, present_id
from theriac.flow.keys import name_key
from theriac.model import Claim, Name
from theriac.terms import EntityKind, NameKind

DRUG = EntityKind.DRUG


def answering(registry: Registry, name: str) -> set[str]:
    return {row.entity for row in name_rows(registry) if row.key == name_key(name)}


def only(registry: Registry, name: str) -> Entity:
    found = answering(registry, name)
    assert len(found) == 1, found
    return next(entity for entity in registry.entities if entity.id in found)


def test_salts_belong_to_their_moiety_and_keep_their_own_identifiers() -> None:
    registry = build(
        [
            substance("METOPROLOL TARTRATE", "unii:W5S57Y3A5L"),
            substance("Metoprolol succinate", "unii:TH25PD4CCB"),
            substance("metoprolol", "unii:GEB06NHM23"),
        ]
    )
    drug = only(registry, "metoprolol tartrate")
    assert drug.id == "drug:unii.GEB06NHM23"
    assert drug.identifiers == ("unii:GEB06NHM23",)
    assert {(form.form, form.identifiers) for form in drug.forms} == {("tartrate", ("unii:W5S57Y3A5L",)), ("succinate", ("unii:TH25PD4CCB",))}
    assert answering(registry, "metoprolol succinate") == {drug.id}
    assert registry.redirects["drug:unii.TH25PD4CCB"] == registry.redirects["drug:name.metoprolol"] == drug.id


def test_a_salts_identifier_is_never_its_moietys() -> None:
    drug = only(build([substance("imaginib mesylate", "unii:AAAAAAAAAA")]), "imaginib")
    assert drug.id == "drug:name.imaginib"
    assert drug.name == "imaginib"


def test_a_better_identifier_leaves_the_old_id_as_a_redirect() -> None:
    before = only(build([substance("imaginib")]), "imaginib").id
    after = build([substance("imaginib"), substance("imaginib", "unii:AAAAAAAAAA", record="label:2")])
    assert before == "drug:name.imaginib"
    assert present_id(before, after) == only(after, "imaginib").id == "drug:unii.AAAAAAAAAA"


def test_one_name_of_two_substances_is_ambiguous_and_merges_nothing() -> None:
    registry = build([substance("X-factor", "unii:AAAAAAAAAA"), substance("X factor", "unii:BBBBBBBBBB", record="label:2")])
    assert answering(registry, "X-factor") == {"drug:unii.AAAAAAAAAA", "drug:unii.BBBBBBBBBB"}
    assert "drug:name.xfactor" not in registry.redirects


def test_synonyms_with_one_identifier_are_one_drug_and_so_are_their_salts() -> None:
    registry = build(
        [
            substance("albuterol", "unii:QF8SVZ843E"),
            substance("salbutamol", "unii:QF8SVZ843E", record="ema:1", kind=NameKind.INN),
            substance("albuterol sulfate", "unii:021SEF3731"),
            substance("salbutamol sulphate", record="ema:2"),
        ]
    )
    assert len(registry.entities) == 1
    assert registry.entities[0].name == "salbutamol"


def test_a_combination_is_its_own_entity_with_parts_whatever_the_order() -> None:
    claims = [
        product("Prinzide", "LISINOPRIL", "HYDROCHLOROTHIAZIDE"),
        product("Zestoretic", "Hydrochlorothiazide", "lisinopril"),
        substance("lisinopril", "unii:E7199S1YWR"),
    ]
    registry = build(claims)
    combined = only(registry, "Prinzide")
    assert combined.id == "drug:name.hydrochlorothiazide+unii.E7199S1YWR"
    assert combined.parts == ("drug:name.hydrochlorothiazide", "drug:unii.E7199S1YWR")
    assert answering(registry, "zestoretic") == {combined.id}
    assert answering(registry, "lisinopril") == {"drug:unii.E7199S1YWR"}
    later = build([*claims, substance("hydrochlorothiazide", "unii:0J48LPH2TH", record="label:9")])
    assert present_id(combined.id, later) == only(later, "Prinzide").id == "drug:unii.0J48LPH2TH+unii.E7199S1YWR"


def test_ingredients_written_as_one_text_are_taken_apart_where_each_is_known() -> None:
    registry = build([substance("lamivudine"), substance("zidovudine"), substance("lamivudine / zidovudine", kind=NameKind.INN)])
    assert only(registry, "lamivudine and zidovudine").parts == ("drug:name.lamivudine", "drug:name.zidovudine")


def test_a_brand_of_two_drugs_is_ambiguous() -> None:
    registry = build([product("Twofold", "alphadrug"), product("Twofold", "betadrug", record="label:2")])
    assert answering(registry, "twofold") == {"drug:name.alphadrug", "drug:name.betadrug"}


def test_a_substances_own_name_prevails_over_a_brand() -> None:
    registry = build([substance("alphadrug"), product("Alphadrug", "betadrug", record="label:2")])
    assert answering(registry, "alphadrug") == {"drug:name.alphadrug"}


def test_a_biosimilar_is_linked_and_stays_a_product_of_its_own() -> None:
    drug = only(build([substance("adalimumab", "unii:FYS6T7F842"), substance("ADALIMUMAB-ATTO", record="label:2")]), "adalimumab-atto")
    assert drug.id == "drug:unii.FYS6T7F842"
    assert [(form.form, form.suffix) for form in drug.forms] == [("atto", True)]


def test_what_a_source_calls_a_form_is_one() -> None:
    drug = only(build([substance("imaginib"), substance("imaginib kryptonide", "unii:AAAAAAAAAA", parents=("imaginib",))]), "imaginib kryptonide")
    assert drug.id == "drug:name.imaginib"
    assert [form.form for form in drug.forms] == ["kryptonide"]


def test_an_identifier_that_one_source_gives_to_several_names_joins_none() -> None:
    claims = [substance("alphadrug", "unii:AAAAAAAAAA", record="table:1"), substance("betadrug", "unii:AAAAAAAAAA", record="table:2")]
    assert {entity.id for entity in build(claims).entities} == {"drug:name.alphadrug", "drug:name.betadrug"}


def test_trials_add_an_alias_only_where_it_is_unambiguous() -> None:
    registry = build(
        [
            substance("imiquimod"),
            substance("cisplatin"),
            substance("carboplatin"),
            trial("Imiquimod 5% cream", "S-26308"),
            trial("Chemotherapy", "cisplatin", "carboplatin", record="ctgov:2"),
            trial("cisplatin", "Platinum agent X", record="ctgov:3"),
            trial("carboplatin", "Platinum agent X", record="ctgov:4"),
        ]
    )
    assert answering(registry, "S26308") == {"drug:name.imiquimod"}
    assert answering(registry, "Chemotherapy") == set()
    assert answering(registry, "Platinum agent X") == set()
    assert len([entity for entity in registry.entities if not entity.weak]) == 3


def test_trials_never_join_two_known_drugs() -> None:
    registry = build([substance("alphadrug"), substance("betadrug"), trial("alphadrug", "betadrug")])
    assert {entity.id for entity in registry.entities} == {"drug:name.alphadrug", "drug:name.betadrug"}
    assert answering(registry, "betadrug") == {"drug:name.betadrug"}


def test_a_condition_among_the_other_names_is_no_alias() -> None:
    registry = build(
        [substance("tadalafil"), condition("Erectile Dysfunction", "mesh:D007172")]
        + [trial("tadalafil", "Erectile Dysfunction", record=f"ctgov:{n}") for n in range(5)]
    )
    assert answering(registry, "erectile dysfunction") == {"condition:mesh.D007172"}


def test_what_only_trials_name_is_a_drug_of_its_own() -> None:
    registry = build([trial("TPN171H 5mg", "Simmerafil"), trial("TPN171H tablet", record="ctgov:2"), trial("Placebo", record="ctgov:3")])
    drug = only(registry, "TPN-171H")
    assert drug.id == "drug:name.tpn171h"
    assert drug.weak
    assert drug.name == "TPN171H"
    assert only(registry, "simmerafil").id == drug.id
    assert len(registry.entities) == 1


def test_identifiers_that_a_registry_assigns_lead_to_the_known_drug() -> None:
    registry = build([substance("sildenafil"), trial("Sildenafil Citrate", identifiers=("mesh:D000068677",))])
    assert registry.redirects["drug:mesh.D000068677"] == "drug:name.sildenafil"


def test_conditions_by_their_assigned_terms_inverted_or_not() -> None:
    registry = build([condition("Carcinoma, Basal Cell", "mesh:D002280", "BCC of the face")])
    assert only(registry, "basal cell carcinoma").id == "condition:mesh.D002280"
    assert only(registry, "BCC of the face").id == "condition:mesh.D002280"


def test_words_of_trials_with_two_terms_lead_nowhere() -> None:
    registry = build([condition("Keratosis, Actinic", "mesh:D055623", "sun damage"), condition("Sunburn", "mesh:D013471", "sun damage")])
    assert answering(registry, "sun damage") == set()


def test_a_persons_decision_settles_a_name() -> None:
    claims = [product("Twofold", "alphadrug"), product("Twofold", "betadrug", record="label:2")]
    decision = Decision(name="twofold", entity="drug:name.betadrug", author="someone", decided="2026-01-02")
    earlier = Decision(name="twofold", entity="drug:name.alphadrug", author="someone", decided="2026-01-01")
    assert answering(build(claims, [decision, earlier]), "twofold") == {"drug:name.betadrug"}


NAMES = ("alphadrug", "alphadrug sodium", "betadrug", "betadrug mesylate", "gammate", "gammic acid", "gammate potassium", "deltadrug-abcd", "ZX-1234")
IDENTIFIERS = ("unii:AAAAAAAAAA", "unii:BBBBBBBBBB", "chembl:CHEMBL1", "inchikey:AAAAAAAAAAAAAA-BBBBBBBBBB-C", "rxcui:7", "cas:50-00-0")


@st.composite
def claims_of_anyone(draw: st.DrawFn) -> SourcedClaim:
    kinds = st.sampled_from([NameKind.INN, NameKind.SUBSTANCE, NameKind.GENERIC, NameKind.BRAND, NameKind.SYNONYM, NameKind.TRIAL])
    names = draw(st.lists(st.tuples(st.sampled_from(NAMES), kinds), min_size=1, max_size=3))
    return SourcedClaim(
        claim=Claim(
            kind=DRUG,
            names=tuple(Name(text=text, kind=kind) for text, kind in names),
            identifiers=tuple(draw(st.lists(st.sampled_from(IDENTIFIERS), max_size=3, unique=True))),
            ingredients=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
        ),
        record=draw(st.sampled_from(["a:1", "a:2", "b:1", "c:t/1"])),
        authoritative=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(claims_of_anyone(), max_size=9), st.randoms(use_true_random=False))
def test_the_same_claims_in_any_order_make_the_same_registry(claims: Sequence[SourcedClaim], dice: object) -> None:
    shuffled = [*claims, *claims[:2]]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert build(claims) == build(shuffled)


@settings(max_examples=150, deadline=None)
@given(st.lists(claims_of_anyone(), max_size=9))
def test_the_laws_of_ids(claims: Sequence[SourcedClaim]) -> None:
    registry = build(claims)
    ids = [entity.id for entity in registry.entities]
    assert len(set(ids)) == len(ids)
    assert set(registry.redirects.values()) <= set(ids)
    assert not set(registry.redirects) & set(ids)
    for entity in registry.entities:
        assert set(entity.parts) <= set(ids)
        assert len([one for one in entity.identifiers if one.startswith("unii:")]) <= 1
        assert present_id(entity.id, registry) == entity.id
        assert entity.name


@pytest.mark.parametrize("strength", [10])
def test_many_claims_are_built_fast(strength: int) -> None:
    import time

    claims = [substance(f"drug{n} sodium", f"unii:{n:010}", record=f"label:{n}:{m}") for n in range(500) for m in range(strength)]
    claims += [trial(f"Drug{n} {m} mg tablets", f"D-{n}00", record=f"ctgov:{n}:{m}") for n in range(500) for m in range(strength)]
    started = time.process_time()
    build(claims)
    assert time.process_time() - started < 4

"""What a v2 study reads as: every trap of its shape, and the mentions and claims in it."""

import pytest

from theriac.errors import BadRecord
from theriac.model import DatedValue, Intervention, Organisation, Study, Term
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_study import FIELD_PATHS
from theriac.terms import ArmRole, EntityKind, NameKind

V2 = CtgovV2()


@pytest.fixture
def study(whole, read):
    def one() -> Study:
        document = read(V2, whole).document
        assert isinstance(document, Study)
        return document

    return one


def test_partial_dates_stay_partial_and_untyped_ones_untyped(study):
    found = study()
    assert found.start == DatedValue(date="2011-10", type=None)
    assert found.primary_completion == DatedValue(date="2014-06-15", type="ESTIMATED")
    assert found.verified == "2014-06"
    assert found.results_first_posted is None


def test_a_date_that_is_none_names_its_field(whole, read):
    whole["protocolSection"]["statusModule"]["completionDateStruct"]["date"] = "2014-02-30"
    with pytest.raises(BadRecord) as caught:
        read(V2, whole)
    assert caught.value.field == FIELD_PATHS["completion"]


def test_unknown_status_keeps_what_was_known_last(study):
    assert (study().status, study().last_known_status) == ("UNKNOWN", "ACTIVE_NOT_RECRUITING")


def test_identifiers_of_every_kind(study):
    found = study()
    assert (found.org_study_id, found.aliases, found.secondary_ids) == ("EX-17", ("NCT90000009",), ("2011-000001-11", "2011-000002-22"))


def test_shown_text_is_unescaped(whole, study):
    whole["protocolSection"]["armsInterventionsModule"]["interventions"][0]["description"] = "\\[A\\] \\*5 &lt; 6\\~ R&D a\\\\b"
    assert study().brief_summary == "Does the cream help the vaccine > 60 years? It's asked here."
    assert study().interventions[0].description == "[A] *5 < 6~ R&D a\\b"
    assert "* Age >= 60" in (study().eligibility or "")


def test_countries_are_told_once_in_their_order_and_sites_all(study):
    assert (study().countries, study().site_count) == (("France", "China"), 3)


def test_mesh_ids_are_written_as_the_mesh_writes_them(study):
    assert study().condition_terms[0] == Term(id="mesh:D007251", name="Influenza, Human")
    assert study().intervention_terms == (Term(id="mesh:D000077146", name="Exara"),)


def test_absent_modules_are_none_or_empty(whole, study):
    whole["protocolSection"] = {"identificationModule": {"nctId": "NCT90000001"}}
    whole.pop("derivedSection")
    whole.pop("hasResults")
    found = study()
    assert found == Study(nct_id="NCT90000001", title="")
    assert found.site_count is None
    assert found.has_results is None


def test_a_projection_without_a_title_is_called_by_its_id(whole, read):
    whole["protocolSection"] = {"identificationModule": {"nctId": "NCT90000001"}}
    assert read(V2, whole).title == "NCT90000001"


def test_enrolment_without_type_and_absent(whole, study):
    del whole["protocolSection"]["designModule"]["enrollmentInfo"]["type"]
    assert (study().enrolment, study().enrolment_type) == (90, None)
    whole["protocolSection"]["designModule"]["enrollmentInfo"] = {"count": 0, "type": "ACTUAL"}
    assert (study().enrolment, study().enrolment_type) == (0, "ACTUAL")
    del whole["protocolSection"]["designModule"]["enrollmentInfo"]
    assert (study().enrolment, study().enrolment_type) == (None, None)


@pytest.mark.parametrize("phases", [None, ["NA"], ["PHASE1", "PHASE2"], ["EARLY_PHASE1"]])
def test_phases_are_a_list_that_observational_studies_lack(whole, study, phases):
    del whole["protocolSection"]["designModule"]["phases"]
    if phases is not None:
        whole["protocolSection"]["designModule"]["phases"] = phases
    assert study().phases == tuple(phases or ())


def test_ages_are_strings_and_may_be_absent(study):
    assert (study().minimum_age, study().maximum_age, study().healthy_volunteers, study().sex) == ("60 Years", None, True, "ALL")


def test_every_field_has_a_path_and_every_path_leads_to_what_was_read(whole, study):
    assert set(FIELD_PATHS) == set(Study.__struct_fields__)
    found = study()
    for field, path in FIELD_PATHS.items():
        inner = whole
        for name in path.split("."):
            inner = inner.get(name) if isinstance(inner, dict) else None
        assert bool(inner) == bool(getattr(found, field)), field


def test_interventions_keep_their_arms_and_other_names(study):
    assert study().interventions[0] == Intervention(
        name="Examplimod 5% cream", type="DRUG", description="250 mg once", arms=("Cream and vaccine",), other_names=("Exara", "EX-17")
    )
    assert study().collaborators == (Organisation(name="Example Pharma Inc.", type="INDUSTRY"),)


def test_mentions_of_drugs_carry_role_type_and_what_the_registry_assigned(whole, read):
    whole["protocolSection"]["armsInterventionsModule"]["interventions"] += [
        {"type": "BEHAVIORAL", "name": "Reminder"},
        {"type": "PROCEDURE", "name": "Biopsy"},
    ]
    drugs = [one for one in read(V2, whole).mentions if one.role == "intervention"]
    assert [(one.text, one.type, one.arm_role) for one in drugs] == [
        ("Examplimod 5% cream", "DRUG", ArmRole.INVESTIGATED),
        ("Influenza vaccine", "BIOLOGICAL", ArmRole.BACKGROUND),
        ("Vehicle cream", "DRUG", ArmRole.PLACEBO),
        ("Biopsy", "PROCEDURE", ArmRole.UNCLEAR),
    ]
    assert drugs[0].identifiers == ("mesh:D000077146",), "one of its other names is the assigned term"
    assert drugs[0].others == ("Exara", "EX-17")
    assert drugs[3].path == "protocolSection.armsInterventionsModule.interventions[4]"


def test_a_condition_carries_a_term_of_its_own_name_only(whole, read):
    whole["protocolSection"]["conditionsModule"]["conditions"][1] = "basal cell CARCINOMA"
    conditions = [one for one in read(V2, whole).mentions if one.kind is EntityKind.CONDITION]
    assert [(one.text, one.identifiers) for one in conditions] == [("Influenza", ()), ("basal cell CARCINOMA", ("mesh:D002280",))]


def test_the_only_condition_carries_the_only_term(whole, read):
    whole["protocolSection"]["conditionsModule"]["conditions"] = ["Flu"]
    del whole["derivedSection"]["conditionBrowseModule"]["meshes"][1]
    reading = read(V2, whole)
    assert [one.identifiers for one in reading.mentions if one.kind is EntityKind.CONDITION] == [("mesh:D007251",)]
    claims = [claim for claim in reading.claims if claim.kind is EntityKind.CONDITION]
    assert [[name.text for name in claim.names] for claim in claims] == [["Flu", "Influenza, Human"], ["Influenza, Human"]]


def test_organisations_are_mentioned_unless_redacted(whole, read):
    found = [(one.text, one.role) for one in read(V2, whole).mentions if one.kind is EntityKind.ORGANIZATION]
    assert found == [("Example University", "sponsor"), ("Example Pharma Inc.", "collaborator")]
    whole["protocolSection"]["sponsorCollaboratorsModule"] = {"leadSponsor": {"name": "[Redacted]", "class": "INDUSTRY"}}
    assert not [one for one in read(V2, whole).mentions if one.kind is EntityKind.ORGANIZATION]


def test_other_names_are_claimed_for_one_drug_never_for_a_mixture_or_a_placebo(whole, read):
    interventions = whole["protocolSection"]["armsInterventionsModule"]["interventions"]
    interventions[0]["otherNames"] += ["exara", "Exara + water"]
    interventions[2]["otherNames"] = ["Base cream"]
    interventions.append({"type": "DRUG", "name": "Examplimod and water", "otherNames": ["Exara"]})
    claims = [claim for claim in read(V2, whole).claims if claim.kind is EntityKind.DRUG and len(claim.names) > 1]
    assert [[(name.text, name.kind) for name in claim.names] for claim in claims] == [
        [("Examplimod 5% cream", NameKind.TRIAL), ("Exara", NameKind.SYNONYM), ("EX-17", NameKind.SYNONYM)]
    ]


def test_search_words_hold_what_the_title_does_not(whole, read):
    words = V2.words(read(V2, whole), None)
    assert all(text in words for text in ("Topical Examplimod", "EXAMPLE", "EX-17", "2011-000002-22", "adjuvant", "Does the cream"))


def test_a_projection_may_leave_out_any_leaf(whole, study):
    protocol = whole["protocolSection"]
    protocol["armsInterventionsModule"] = {"armGroups": [{"type": "EXPERIMENTAL"}], "interventions": [{"type": "DRUG"}]}
    protocol["outcomesModule"] = {"primaryOutcomes": [{"timeFrame": "1 year"}]}
    protocol["sponsorCollaboratorsModule"] = {"leadSponsor": {"class": "OTHER"}}
    protocol["statusModule"]["startDateStruct"] = {"type": "ACTUAL"}
    whole["derivedSection"]["conditionBrowseModule"] = {"meshes": [{"term": "Influenza, Human"}, {"id": "D000007251"}]}
    found = study()
    assert (found.sponsor, found.start) == (None, None)
    assert found.condition_terms == (Term(id="", name="Influenza, Human"),)
    assert (found.primary_outcomes[0].measure, found.interventions[0].name) == ("", "")

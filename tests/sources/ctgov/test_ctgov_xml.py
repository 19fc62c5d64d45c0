"""The legacy XML: same statements, same reading as v2; safe parsing; identity without blanks, order and stamps."""

import io

import msgspec
import pytest

from theriac.errors import BadRecord
from theriac.model import Raw, Study
from theriac.sources.base import Head, OpenFile
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_text import unwrapped
from theriac.sources.ctgov_xml import CtgovXml
from theriac.sources.ctgov_xml_study import FIELD_PATHS, masking, phases
from theriac.terms import ArmRole

XML = CtgovXml()
NOT_IN_OLD_FILES = {"first_posted", "last_update_posted", "condition_terms", "intervention_terms"}


def test_a_change_of_format_alone_reads_the_same(whole, legacy, read):
    new, old = read(CtgovV2(), whole).document, read(XML, legacy).document
    assert isinstance(new, Study)
    assert isinstance(old, Study)
    before, after = msgspec.structs.asdict(old), msgspec.structs.asdict(new)
    before["arms"] = [msgspec.structs.replace(arm, interventions=tuple(sorted(arm.interventions))) for arm in old.arms]
    after["arms"] = [msgspec.structs.replace(arm, interventions=tuple(sorted(arm.interventions))) for arm in new.arms]
    assert {name for name in after if before[name] != after[name]} == NOT_IN_OLD_FILES
    assert [term.name for term in old.condition_terms] == ["Influenza, Human"]
    assert [term.id for term in old.condition_terms] == [""]


def test_mentions_are_those_of_v2_with_their_own_paths(whole, legacy, read):
    new, old = read(CtgovV2(), whole), read(XML, legacy)
    assert [(one.text, one.role, one.arm_role) for one in old.mentions] == [(one.text, one.role, one.arm_role) for one in new.mentions]
    assert old.mentions[1].path == "/clinical_study/intervention[2]"
    assert old.mentions[2].arm_role is ArmRole.PLACEBO
    assert not any(identifier for one in old.mentions for identifier in one.identifiers)


def test_both_formats_are_one_record(whole, legacy, identified):
    new, old = identified(CtgovV2(), whole), identified(XML, legacy)
    assert (XML.source, old.key) == (CtgovV2.source, new.key)
    assert (old.seen, old.label, old.rank) == ("2017-01-17", "2014-06-01", "2014-06-01|-|2014-06")
    assert old.rank < new.rank
    assert not old.partial


def test_the_file_is_recognised_by_its_root_and_cut_whole(legacy):
    data = legacy.encode()
    head = Head(path="x", first=data)
    assert XML.recognises(head)
    assert not CtgovV2().recognises(head)
    assert list(XML.cut(OpenFile(head=head, stream=io.BytesIO(data)))) == [Raw(payload=data, place="NCT90000001")]


@pytest.mark.parametrize("text", ["<html><clinical_study/></html>", "<clinical_study_list/>", "clinical_study", "<?xml version='1.0'?><document/>"])
def test_other_xml_is_not_recognised(text):
    assert not XML.recognises(Head(path="x.xml", first=text.encode()))


def test_transport_makes_no_version(legacy, identified):
    before = identified(XML, legacy)
    other = legacy.replace("January 17, 2017", "August 08, 2017").replace(' rank="7"', ' rank="9"').replace("\n", "\r\n\t")
    other = other.replace("<condition>Influenza</condition>", "").replace("<keyword>adj", "<condition>Influenza</condition><keyword>adj")
    after = identified(XML, other)
    assert (after.version, after.content) == (before.version, before.content)
    assert after.seen == "2017-08-08"


def test_browse_terms_are_annotation_and_a_status_is_content(legacy, identified):
    before = identified(XML, legacy)
    annotated = identified(XML, legacy.replace("<mesh_term>Exara</mesh_term>", "<mesh_term>Exara</mesh_term><mesh_term>Cream</mesh_term>"))
    assert annotated.content == before.content
    assert annotated.version != before.version
    changed = identified(XML, legacy.replace("<overall_status>Unknown status", "<overall_status>Completed"))
    assert changed.content != before.content


def test_order_of_attributes_is_nothing_and_their_values_are_something(legacy, identified):
    def content(attributes: str) -> str:
        return identified(XML, legacy.replace('<enrollment type="Anticipated">', f"<enrollment {attributes}>")).content

    assert content('type="Actual" note="x"') == content('note="x"   type="Actual"')
    assert content('type="Actual"') != content('type="Anticipated"')


def test_rows_of_results_keep_their_order(legacy, identified):
    def content(*rows: str) -> str:
        inner = "".join(f"<class><title>{row}</title></class>" for row in rows)
        return identified(
            XML, legacy.replace("<keyword>adj", f"<clinical_results><class_list>{inner}</class_list></clinical_results><keyword>adj")
        ).content

    assert content("a", "b") != content("b", "a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<clinical_study><id_info><nct_id>NCT90000001</nct_id></clinical_study>", "not well-formed"),
        ("<clinical_study>", "not well-formed"),
        ("<!DOCTYPE clinical_study [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><clinical_study>&x;</clinical_study>", "declares entities"),
        ("<clinical_study><id_info/></clinical_study>", "no NCT id"),
        ("<study/>", "root element is study"),
    ],
)
def test_what_cannot_be_parsed_is_a_bad_record_in_one_sentence(identified, text, words):
    with pytest.raises(BadRecord, match=words) as caught:
        identified(XML, text)
    assert "\n" not in caught.value.reason


def test_a_doctype_alone_loads_nothing(legacy, identified):
    document = legacy.replace("<clinical_study", '<!DOCTYPE clinical_study SYSTEM "https://example.org/public.dtd">\n<clinical_study', 1)
    assert XML.recognises(Head(path="x", first=document.encode()))
    assert identified(XML, document).version == identified(XML, legacy).version


def test_bad_numbers_and_dates_name_their_field(legacy, read):
    for old, new, field in (('Anticipated">90<', 'Anticipated">many<', "enrolment"), (">June 15, 2014<", ">Juny 15, 2014<", "primary_completion")):
        with pytest.raises(BadRecord) as caught:
            read(XML, legacy.replace(old, new))
        assert caught.value.field == FIELD_PATHS[field]


def test_absent_elements_are_none_or_empty(read):
    found = read(XML, "<clinical_study><id_info><nct_id>NCT90000001</nct_id></id_info></clinical_study>").document
    assert found == Study(nct_id="NCT90000001", title="", has_results=False)


def test_every_field_has_a_path():
    assert set(FIELD_PATHS) == set(Study.__struct_fields__)


@pytest.mark.parametrize(
    ("word", "v2"),
    [
        ("Active, not recruiting", "ACTIVE_NOT_RECRUITING"),
        ("Enrolling by invitation", "ENROLLING_BY_INVITATION"),
        ("Unknown status", "UNKNOWN"),
        ("Not yet recruiting", "NOT_YET_RECRUITING"),
        ("No longer available", "NO_LONGER_AVAILABLE"),
        ("Withheld", "WITHHELD"),
    ],
)
def test_status_words(legacy, read, word, v2):
    assert read(XML, legacy.replace("Unknown status", word)).document.status == v2


def test_phases_and_types_of_study(legacy, read):
    assert phases("Phase 1/Phase 2") == ("PHASE1", "PHASE2")
    assert phases("Phase 0") == ("EARLY_PHASE1",)
    assert read(XML, legacy.replace("Phase 2/Phase 3", "N/A")).document.phases == ("NA",)
    observational = read(XML, legacy.replace("Phase 2/Phase 3", "N/A").replace(">Interventional<", ">Observational [Patient Registry]<")).document
    assert (observational.study_type, observational.phases) == ("OBSERVATIONAL", ())
    assert read(XML, legacy.replace(">Interventional<", ">N/A<")).document.study_type is None
    assert read(XML, legacy.replace(">Interventional<", ">Expanded Access<")).document.study_type == "EXPANDED_ACCESS"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("None (Open Label)", "NONE"),
        ("No masking", "NONE"),
        ("Single Blind (Subject)", "SINGLE"),
        ("Double (Participant, Outcomes Assessor)", "DOUBLE"),
        ("Participant, Care Provider, Investigator, Outcomes Assessor", "QUADRUPLE"),
    ],
)
def test_masking_words_of_every_year(text, word):
    assert masking(text) == word


def test_design_elements_say_what_the_design_line_said(legacy, read):
    line = legacy[legacy.index("<study_design>") : legacy.index("</study_design>") + len("</study_design>")]
    parts = """<study_design_info><allocation>Randomized</allocation><intervention_model>Parallel Assignment</intervention_model>
      <primary_purpose>Prevention</primary_purpose>
      <masking>Quadruple (Participant, Care Provider, Investigator, Outcomes Assessor)</masking></study_design_info>"""
    assert read(XML, legacy.replace(line, parts)).document == read(XML, legacy).document


def test_posting_dates_and_newer_names_of_dates(legacy, read):
    newer = legacy.replace("lastchanged_date", "last_update_submitted").replace("firstreceived_date", "study_first_submitted")
    newer = newer.replace("<keyword>adj", '<last_update_posted type="Estimate">June 3, 2014</last_update_posted><keyword>adj')
    found = read(XML, newer).document
    assert (found.first_submitted, found.last_update_submitted, found.last_update_posted) == ("2011-09-20", "2014-06-01", "2014-06-03")


def test_blocks_unwrap_to_the_lists_of_v2():
    assert (
        unwrapped("\n  One\n  two.\n\n    1. a\n\n         -  b\n\n            more on b\n\n    2. c\n")
        == "One two.\n\n1. a\n\n   * b\n\n     more on b\n\n2. c"
    )
    assert unwrapped("   \n") is None

"""Recognition, cutting, and the three layers of difference of API v2."""

import io
import json
from typing import Any

import pytest

from theriac.errors import BadRecord
from theriac.model import Raw
from theriac.sources.base import Head, OpenFile
from theriac.sources.ctgov import CtgovV2

V2 = CtgovV2()


def head(text: str) -> Head:
    return Head(path="some.json", first=text.encode()[:65_536])


def cut(text: str) -> list[Raw]:
    return list(V2.cut(OpenFile(head=head(text), stream=io.BytesIO(text.encode()))))


def wrappings(study: dict[str, Any]) -> dict[str, str]:
    one = json.dumps(study, indent=1)
    line = json.dumps(study)
    return {
        "one study": one,
        "an array": f"[{one},\n{line}]",
        "a search page": f'{{"totalCount": 2, "studies": [{line}, {one}], "nextPageToken": null}}',
        "a study a line": f"{line}\n{line}\n",
    }


@pytest.mark.parametrize(("wrapping", "count"), [("one study", 1), ("an array", 2), ("a search page", 2), ("a study a line", 2)])
def test_every_way_of_serving_studies_is_recognised_and_gives_the_same_version(whole, identified, wrapping, count):
    text = wrappings(whole)[wrapping]
    assert V2.recognises(head(text))
    raws = cut(text)
    assert [raw.place for raw in raws] == ["NCT90000001"] * count
    assert {V2.identify(raw, V2.decode(raw)).version for raw in raws} == {identified(V2, whole).version}
    assert all(raw.payload in text.encode() for raw in raws), "payloads are the served bytes"


def test_an_empty_search_page_is_a_page_of_no_studies():
    assert V2.recognises(head('{"totalCount": 0, "studies": []}'))
    assert cut('{"totalCount": 0, "studies": []}') == []


@pytest.mark.parametrize(
    "text",
    [
        '[{"NCTId": ["NCT90000001"], "BriefTitle": ["x"], "OverallStatus": ["RECRUITING"]}]',
        '{"FullStudiesResponse": {"FullStudies": [{"Study": {"ProtocolSection": {"IdentificationModule": {"NCTId": "NCT90000001"}}}}]}}',
        '{"meta": {}, "results": [{"set_id": "x", "openfda": {}}]}',
        "<html>protocolSection nctId</html>",
        '{"protocolSection": {"identificationModule": {}}}',
        '{"studies": [{"id": 1}]}',
        "",
    ],
)
def test_what_is_not_of_this_format_is_not_recognised(text):
    assert not V2.recognises(head(text))


def test_a_copy_with_its_lists_unboxed_is_not_taken_for_the_registrys_own(whole):
    whole["protocolSection"]["conditionsModule"] = {"conditions": "Influenza", "keywords": {}}
    assert not V2.recognises(head(json.dumps(whole | {"_id": "NCT90000001", "ctrname": "CTGOV2"})))


def test_transport_makes_no_version(whole, identified):
    before = identified(V2, whole)
    whole["derivedSection"]["miscInfoModule"]["versionHolder"] = "2024-10-01"
    protocol = whole["protocolSection"]
    for module, name in (
        ("armsInterventionsModule", "interventions"),
        ("contactsLocationsModule", "locations"),
        ("conditionsModule", "conditions"),
        ("referencesModule", "references"),
    ):
        protocol[module][name].reverse()
    shuffled = dict(reversed(list(whole.items()))) | {"_id": "NCT90000001", "record_last_import": "2024-10-02 10:00:00"}
    after = identified(V2, shuffled)
    assert (after.version, after.content) == (before.version, before.content)
    assert (before.seen, after.seen) == ("2024-09-24", "2024-10-01")


def test_what_the_registrys_machines_add_is_annotation(whole, identified):
    before = identified(V2, whole)
    whole["derivedSection"]["conditionBrowseModule"]["ancestors"].append({"id": "D000007239", "term": "Infections"})
    whole["derivedSection"]["miscInfoModule"]["modelPredictions"] = {"bmiLimits": {"minBmi": 18.5}}
    whole["protocolSection"]["referencesModule"]["references"].append({"pmid": "3", "type": "DERIVED", "citation": "C"})
    after = identified(V2, whole)
    assert after.content == before.content
    assert after.version != before.version


def test_a_first_derived_reference_is_no_change_of_content(whole, identified):
    del whole["protocolSection"]["referencesModule"]
    before = identified(V2, whole)
    whole["protocolSection"]["referencesModule"] = {"references": [{"pmid": "3", "type": "DERIVED", "citation": "C"}]}
    after = identified(V2, whole)
    assert after.content == before.content
    assert after.version != before.version


def test_a_sponsors_own_reference_status_and_removed_country_are_content(whole, identified):
    contents = {identified(V2, whole).content}
    whole["protocolSection"]["referencesModule"]["references"].append({"pmid": "4", "type": "RESULT", "citation": "D"})
    contents.add(identified(V2, whole).content)
    whole["protocolSection"]["statusModule"]["overallStatus"] = "RECRUITING"
    contents.add(identified(V2, whole).content)
    whole["derivedSection"]["miscInfoModule"]["removedCountries"] = ["Peru", "Chile"]
    contents.add(identified(V2, whole).content)
    assert len(contents) == 4


@pytest.mark.parametrize(("key", "matters"), [("periods", True), ("milestones", True), ("classes", True), ("categories", True), ("groups", False)])
def test_lists_whose_order_carries_meaning_keep_it(whole, identified, key, matters):
    def with_rows(*rows: dict[str, Any]) -> str:
        return identified(V2, whole | {"hasResults": True, "resultsSection": {"someModule": {key: list(rows)}}}).content

    first, second = {"title": "b", "list": [{"x": 2}, {"x": 1}]}, {"title": "a"}
    assert (with_rows(first, second) != with_rows(second, first)) is matters


def test_lists_inside_lists_and_mixed_lists_are_settled(whole, identified):
    def content(rows: list[Any]) -> str:
        return identified(V2, whole | {"resultsSection": {"m": {"groups": rows}}}).content

    assert content([[2, 1], ["b", {"k": ["z", "y"]}], "s", None]) == content(["s", None, [{"k": ["y", "z"]}, "b"], [1, 2]])


def test_label_rank_and_key(whole, identified):
    identity = identified(V2, whole)
    assert (identity.key, identity.label, identity.rank) == ("NCT90000001", "2014-06-03", "2014-06-01|2014-06-03|2014-06")
    assert not identity.partial


def test_a_release_stamp_that_is_no_date_tells_no_day(whole, identified):
    whole["derivedSection"]["miscInfoModule"]["versionHolder"] = "latest"
    assert identified(V2, whole).seen is None


@pytest.mark.parametrize(
    "missing",
    [("hasResults",), ("derivedSection",), *[("protocolSection", name) for name in ("statusModule", "designModule", "eligibilityModule")]]
    + [("protocolSection", "statusModule", name) for name in ("statusVerifiedDate", "lastUpdateSubmitDate", "overallStatus")],
)
def test_a_projection_is_partial(whole, identified, missing):
    inner = whole
    for name in missing[:-1]:
        inner = inner[name]
    del inner[missing[-1]]
    assert identified(V2, whole).partial


def test_results_that_exist_but_are_left_out_make_it_partial(whole, identified):
    assert identified(V2, whole | {"hasResults": True}).partial
    assert not identified(V2, whole | {"hasResults": True, "resultsSection": {}}).partial


@pytest.mark.parametrize("absent", ["referencesModule", "oversightModule", "armsInterventionsModule", "contactsLocationsModule", "outcomesModule"])
def test_modules_that_whole_studies_do_lack_do_not_make_it_partial(whole, identified, absent):
    del whole["protocolSection"][absent]
    assert not identified(V2, whole).partial


def test_a_withheld_study_is_whole(whole, identified):
    for name in ("descriptionModule", "conditionsModule", "designModule", "eligibilityModule", "armsInterventionsModule"):
        del whole["protocolSection"][name]
    assert identified(V2, whole).partial
    whole["protocolSection"]["statusModule"]["overallStatus"] = "WITHHELD"
    assert not identified(V2, whole).partial


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"protocolSection": {"identificationModule": {"nctId": "NCT9', "not well-formed JSON"),
        ('{"hasResults": true}', "no protocolSection"),
        ("[1]", "not in its usual shape"),
        ('{"protocolSection": {"identificationModule": {"nctId": "NCT1"}}}', "no NCT id"),
        ('{"protocolSection": []}', "no NCT id"),
    ],
)
def test_what_cannot_be_identified_is_a_bad_record_in_one_sentence(identified, text, words):
    with pytest.raises(BadRecord, match=words) as caught:
        identified(V2, text)
    assert "\n" not in caught.value.reason


def test_a_wrong_type_is_a_bad_record_with_its_place(whole, read):
    whole["protocolSection"]["designModule"]["enrollmentInfo"]["count"] = "ninety"
    with pytest.raises(BadRecord) as caught:
        read(V2, whole)
    assert caught.value.field == "designModule.enrollmentInfo.count"

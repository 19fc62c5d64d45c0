"""Both formats over the real files: everything reads, and what the registry merely rewrote makes no difference."""

import io
import itertools
import lzma
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from theriac.model import Identity, Raw, Reading, Study
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_xml import CtgovXml

V2, XML = CtgovV2(), CtgovXml()
Found = tuple[str, Identity, Reading]


def files(corpus: Path) -> Iterator[tuple[str, bytes]]:
    """Every registry file at hand, out of its archive."""
    with zipfile.ZipFile(corpus / "ctgov_v2/urology_zip/ctg-studies.json.zip") as archive:
        yield from ((f"urology_zip/{name}", archive.read(name)) for name in archive.namelist())
    for folder in ("ctgov_v2/dtx", "ctgov_v2/mdm_small", "ctgov_v2/biomcp_20260811", "ctgov_xml_legacy/imiquimod"):
        yield from ((str(path.relative_to(corpus)), path.read_bytes()) for path in sorted((corpus / folder).iterdir()))
    yield from members(corpus, "aact_versions")


def members(corpus: Path, name: str) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(corpus / f"ctgov_versions/{name}.tar.xz") as archive:
        for member in archive:
            if (opened := archive.extractfile(member)) is not None:
                yield member.name, opened.read()


def head(name: str, data: bytes) -> Head:
    return Head(path=name, first=data[:HEAD_BYTES])


def records(form: Format, name: str, data: bytes) -> Iterator[Found]:
    for raw in form.cut(OpenFile(head=head(name, data), stream=io.BytesIO(data))):
        decoded = form.decode(raw)
        yield name, form.identify(raw, decoded), form.read(raw, decoded)


@pytest.fixture(scope="module")
def found(corpus) -> dict[str, list[Found]]:
    """All records of each format; no file of the registry goes unread but the four of its first, retired API."""
    out: dict[str, list[Found]] = defaultdict(list)
    for name, data in files(corpus):
        forms = [form for form in (V2, XML) if form.recognises(head(name, data))]
        assert len(forms) <= 1
        for form in forms:
            out[form.name] += records(form, name, data)
        if not forms:
            out["unrecognised"].append((name, *(None, None)))
    return out


def test_counts(found):
    assert len(found["ctgov.v2"]) == 869
    assert sum(identity.partial for _, identity, _ in found["ctgov.v2"]) == 29
    assert len({identity.key for _, identity, _ in found["ctgov.xml"]}) == 63
    assert len(found["ctgov.xml"]) == 232
    assert len(found["unrecognised"]) == 4


def test_every_whole_study_carries_its_release_day_and_every_partial_one_is_a_projection(found):
    for name, identity, _ in found["ctgov.v2"]:
        assert identity.partial == (identity.seen is None), name


def test_no_shown_text_keeps_an_escape(found):
    for _, _, reading in found["ctgov.v2"]:
        study = reading.document
        assert isinstance(study, Study)
        for text in (study.title, study.eligibility, study.brief_summary, *(one.description for one in study.interventions)):
            assert not text or not any(escape in text for escape in ("\\>", "\\<", "\\[", "\\*", "&lt;", "&#39;"))


def test_a_study_seen_twice_with_one_submission_reads_the_same_but_for_what_newer_files_added(found):
    """Between 2016 and 2018 the XML schema changed four times; no design word, phase, date, arm or sentence may seem to change.

    Some of these files were edited by those who collected them, to have odd values to test on: those fields are excepted by count.
    """
    histories: dict[str, list[Found]] = defaultdict(list)
    for one in found["ctgov.xml"]:
        histories[one[1].key].append(one)
    differing: dict[str, int] = defaultdict(int)
    pairs = 0
    for history in histories.values():
        history.sort(key=lambda one: (one[1].seen or "", one[1].rank, one[0]))
        for (_, first, old), (_, second, new) in itertools.pairwise(history):
            if first.rank.split("|")[0] == second.rank.split("|")[0] and first.content != second.content:
                pairs += 1
                before, after = msgspec.structs.asdict(old.document), msgspec.structs.asdict(new.document)
                for field in after:
                    differing[field] += before[field] != after[field]
    assert pairs > 100
    added = {"first_posted", "last_update_posted", "results_first_posted"}
    annotated = {"condition_terms", "intervention_terms"}
    edited = {"start": 5, "last_known_status": 3, "brief_summary": 2, "countries": 1, "collaborators": 1, "sponsor": 1}
    assert {field: count for field, count in differing.items() if count and field not in added | annotated} == edited


def test_flattened_snapshots_and_reshaped_rows_are_not_taken_for_v2(corpus):
    snapshots = list(members(corpus, "angelman"))
    assert len(snapshots) == 311
    assert not any(V2.recognises(head(name, data)) for name, data in snapshots)
    for path in sorted((corpus / "registries").glob("*.ndjson.xz")):
        assert not V2.recognises(head(path.name, lzma.decompress(path.read_bytes()))), path.name


def test_the_answer_keys_records_are_projections(corpus):
    data = (corpus / "imiquimod/trials.jsonl").read_bytes()
    assert V2.recognises(head("trials.jsonl", data))
    known = list(records(V2, "trials.jsonl", data))
    assert len(known) == 52
    assert all(identity.partial for _, identity, _ in known)


def test_reordering_and_restamping_real_studies_makes_no_version(corpus):
    with zipfile.ZipFile(corpus / "ctgov_v2/urology_zip/ctg-studies.json.zip") as archive:
        payloads = [archive.read(name) for name in archive.namelist()[:150]]
    for payload in payloads:
        study = msgspec.json.decode(payload)
        study["derivedSection"]["miscInfoModule"]["versionHolder"] = "2031-01-01"
        _reverse(study, "")
        raw, other = Raw(payload=payload), Raw(payload=msgspec.json.encode(study))
        assert V2.identify(raw, V2.decode(raw)).version == V2.identify(other, V2.decode(other)).version


def _reverse(value: object, key: str) -> None:
    """Reverses every list whose order says nothing."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _reverse(inner, name)
    elif isinstance(value, list):
        for inner in value:
            _reverse(inner, "")
        if key not in {"periods", "milestones", "classes", "categories"}:
            value.reverse()

"""Events on the real files: what must be found, and what must stay silent. Skipped, visibly, where the corpus is absent."""

import io
import json
import re
import tarfile
import zipfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from theriac.dates import last_day
from theriac.errors import BadRecord
from theriac.flow.events import Event, Step
from theriac.flow.patent_events import crossed
from theriac.flow.record_events import record_events
from theriac.labels.events import LAYOUT, LabelChange, label_events
from theriac.labels.openfda import read_openfda
from theriac.model import Application, Document, Identity, Study
from theriac.sources.base import Format, Head, OpenFile
from theriac.sources.ctgov import CtgovV2
from theriac.sources.ctgov_xml import CtgovXml
from theriac.sources.drugs_at_fda import DrugsAtFDA
from theriac.sources.orange_book import OrangeBook
from theriac.terms import EventKind as K

Known = tuple[str, Identity, Document]


def read(format_: Format, data: bytes, path: str = "x") -> dict[str, Known]:
    """The records of a file by key."""
    found: dict[str, Known] = {}
    for raw in format_.cut(OpenFile(Head(path, data[:65536]), io.BytesIO(data))):
        try:
            identity = format_.identify(raw, format_.decode(raw))
            found[identity.key] = (format_.name, identity, format_.read(raw, format_.decode(raw)).document)
        except BadRecord:
            continue
    return found


def between(source: str, old: Known | None, new: Known | None, seen: str) -> tuple[Event, ...]:
    key = (new or old or ("", Identity(key="", version="", content=""), None))[1].key
    step = Step(
        record=f"{source}:{key}",
        from_hash=old[1].version if old else None,
        to_hash=new[1].version if new else None,
        from_format=old[0] if old else "",
        to_format=new[0] if new else "",
        seen=seen,
        complete=True,
    )
    return record_events(old[2] if old else None, new[2] if new else None, step)


def members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as opened:
        streams = {member.name: opened.extractfile(member) for member in opened.getmembers() if member.isfile()}
        return {name: stream.read() for name, stream in streams.items() if stream is not None}


@pytest.fixture(scope="module")
def study_steps(corpus: Path) -> list[tuple[Known, Known]]:
    histories: dict[str, list[Known]] = defaultdict(list)
    for name, data in sorted(members(corpus / "ctgov_versions" / "aact_versions.tar.xz").items()):
        format_ = CtgovXml() if name.endswith(".xml") else CtgovV2()
        if format_.recognises(Head(name, data[:65536])):
            for key, known in read(format_, data).items():
                histories[key].append(known)
    return [step for history in histories.values() for step in pairwise(history)]


def test_a_study_that_nobody_updated_has_no_events(study_steps: list[tuple[Known, Known]]) -> None:
    """120 steps between formats and re-processings: but for one version whose country another hand had edited, all are silent."""
    loud: Counter[str] = Counter()
    still = 0
    for old, new in study_steps:
        assert isinstance(old[2], Study) and isinstance(new[2], Study)
        if old[2].last_update_submitted == new[2].last_update_submitted:
            still += 1
            loud.update(event.kind.value for event in between("ctgov", old, new, "2018"))
    assert still >= 130
    assert loud == {"trial.countries_changed": 1}


def test_every_update_of_a_field_that_has_a_kind_is_found(study_steps: list[tuple[Known, Known]]) -> None:
    """Judged by the fields themselves, compared without case, blanks and order."""
    fields = {
        "status": K.TRIAL_STATUS_CHANGED,
        "enrolment": K.TRIAL_ENROLMENT_CHANGED,
        "eligibility": K.TRIAL_ELIGIBILITY_CHANGED,
    }
    checked = 0
    for old, new in study_steps:
        kinds = {event.kind for event in between("ctgov", old, new, "2018")}
        for field, kind in fields.items():
            before, after = (sorted(re.findall(r"\w+", str(getattr(known[2], field)).casefold())) for known in (old, new))
            hidden = "WITHHELD" in (getattr(old[2], "status", None), getattr(new[2], "status", None))
            if before != after and not (hidden and field != "status"):
                checked += 1
                assert kind in kinds, (new[1].key, field)
    assert checked >= 25


@pytest.fixture(scope="module")
def labels(corpus: Path) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    by_application: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for name, data in sorted(members(corpus / "openfda_label" / "label_versions.tar.xz").items()):
        application, file = name.split("/")[-2:]
        results = json.loads(data).get("results") or []
        if results:
            by_application[application].append((file[:10], results[0]))
    return by_application


def letters(result: dict[str, Any], field: str) -> str:
    """An own, cruder measure of sameness than the code's: letters and digits, without references to sections."""
    text = re.sub(r"[\[(][^\[\]()]*(?:\([^()]*\)[^\[\]()]*)*[\])]", "", " ".join(result.get(field, [])))
    return re.sub(r"[\W_]+", "", re.sub(r"\b\d{1,2}\.\d{1,2}\b", "", text)).lower()


def test_changed_boxes_and_indications_are_found_at_their_step(corpus: Path, labels: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    """Every changed pair has an event; of those changed in more than their setting at least 93 % have one of substance, in their own section.

    The rest are second copies of a sentence, or its order.
    """
    fields = {"boxed_warning": ("boxed_warning", "label.boxed_warning_"), "indications": ("indications_and_usage", "label.indication_")}
    found = wanted = 0
    for application, _, before, after, what in json.loads((corpus / "openfda_label" / "text_changes.json").read_text()):
        field, kind = fields[what]
        old, new = (next(result for day, result in labels[application] if day == wished) for wished in (before, after))
        events = label_events(read_openfda(old), read_openfda(new))
        assert all(stands(event, old, new) for event in events)
        assert any(event.kind.value.startswith(("label.boxed_warning_", "label.indication_")) for event in events), (application, after)
        if letters(old, field) != letters(new, field):
            wanted += 1
            found += any(event.kind.value.startswith(kind) and event.slot != LAYOUT for event in events)
    assert wanted >= 180
    assert found >= 0.93 * wanted


def stands(event: LabelChange, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether every quoted piece is a piece of some text of its version."""
    texts_old, texts_new = (
        [text for value in side.values() if isinstance(value, list) for text in value if isinstance(text, str)] for side in (old, new)
    )
    pairs = [(event.quote_old, event.quote_new), *event.passages, *([(event.old, event.new)] if event.kind is not K.LABEL_NEW_VERSION else [])]
    return all(not one or any(one in text for text in texts_old) for one, _ in pairs) and all(
        not other or any(other in text for text in texts_new) for _, other in pairs
    )


def test_transport_and_annotation_raise_nothing_and_a_new_id_only_itself(labels: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    quiet = renewed = 0
    own = ("openfda", "id", "version", "effective_time")
    for history in labels.values():
        for (_, old), (_, new) in pairwise(history):
            if old.get("set_id") != new.get("set_id"):
                continue
            if all(old.get(key) == new.get(key) for key in (old.keys() | new.keys()) - {"openfda"}):
                quiet += 1
                assert label_events(read_openfda(old), read_openfda(new)) == ()
            elif all(old.get(key) == new.get(key) for key in (old.keys() | new.keys()) - set(own)):
                renewed += 1
                assert [event.kind for event in label_events(read_openfda(old), read_openfda(new))] == [K.LABEL_NEW_VERSION]
    assert quiet >= 600 and renewed >= 150


def test_imiquimods_story_in_drugs_at_fda(corpus: Path) -> None:
    folder = corpus / "drugs_at_fda"
    with zipfile.ZipFile(folder / "openfda_repo_zip" / "drugsatfda.zip") as archive:
        data = archive.read(next(name for name in archive.namelist() if name.endswith("Products.txt")))
    old, new = read(DrugsAtFDA(), data), read(DrugsAtFDA(), (folder / "snap_2023-05_luis" / "products_FDA.txt").read_bytes())

    def story(number: str) -> list[tuple[str, str | None]]:
        return [(event.kind.value, event.new) for event in between("drugs_at_fda", old.get(number), new.get(number), "2023-05")]

    assert story("products/020723") == [("approval.marketing_status_changed", "reference standard: No")]
    assert story("products/201994") == [("approval.marketing_status_changed", "reference standard: Yes")]
    assert story("products/205971") == [("approval.new_application", "205971"), ("approval.new_product", "IMIQUIMOD; 3.75%; CREAM; TOPICAL")]


def test_orange_book_events_are_what_the_rows_say(corpus: Path) -> None:
    """Each listed, moved or delisted patent is checked against the rows of both files."""
    days = ["2020-05", "2022-07", "2023-01", "2024-06"]
    tables = {day: read(OrangeBook(), (corpus / "orange_book" / day / "patent.txt").read_bytes()) for day in days}
    counts: Counter[K] = Counter()
    for before, after in pairwise(days):
        old, new = tables[before], tables[after]
        for key in old.keys() | new.keys():
            rows_old, rows_new = rows(old.get(key)), rows(new.get(key))
            for event in between("orange_book", old.get(key), new.get(key), after):
                counts[event.kind] += 1
                name = event.quote_new or event.quote_old or ""
                assert (event.old is None) == (event.kind is K.PATENT_LISTED)
                assert event.old is None or event.old in rows_old[name]
                assert event.new is None or event.new in rows_new[name]
                assert event.kind is not K.PATENT_DELISTED or (event.old is not None and event.old > after)
    assert counts.keys() == {K.PATENT_LISTED, K.PATENT_DELISTED, K.PATENT_EXPIRY_CHANGED}
    assert counts[K.PATENT_LISTED] > 4000


def test_imiquimods_patents_come_close_to_their_end_on_their_days_and_new_ones_are_listed(corpus: Path) -> None:
    """Aldara's one patent (020723) ends in April 2024, six months later for children; Zyclara (022483) has new ones listed after 2020."""
    days = ["2020-05", "2022-07", "2023-01", "2024-06"]
    tables = {day: read(OrangeBook(), (corpus / "orange_book" / day / "patent.txt").read_bytes()) for day in days}
    crossings = []
    for day, end in zip(days, (*days[1:], "2027-01"), strict=True):
        known = tables[day]["patent/020723"]
        assert isinstance(known[2], Application)
        step = Step(record="orange_book:patent/020723", to_hash=known[1].version, seen=day)
        crossings += [(one.seen, one.kind, one.quote_new) for one in crossed(known[2], step, last_day(day), last_day(end))]
    assert sorted(crossings) == [
        ("2021-04-01", K.PATENT_EXPIRES_WITHIN_3Y, "7696159"),
        ("2021-10-01", K.PATENT_EXPIRES_WITHIN_3Y, "7696159*PED"),
        ("2023-04-01", K.PATENT_EXPIRES_WITHIN_1Y, "7696159"),
        ("2023-10-01", K.PATENT_EXPIRES_WITHIN_1Y, "7696159*PED"),
    ]
    told = [
        (after, event.kind, event.quote_new)
        for before, after in pairwise(days)
        for event in between("orange_book", tables[before]["patent/022483"], tables[after]["patent/022483"], after)
    ]
    assert ("2022-07", K.PATENT_LISTED, "10918635") in told
    assert {kind for _, kind, _ in told} == {K.PATENT_LISTED}
    # Nobody lists a patent for the generics, 3.75 % among them.
    assert not any(f"patent/{number}" in table for number in ("205971", "078548", "201994") for table in tables.values())


def rows(known: Known | None) -> dict[str, set[str]]:
    """The expiries that the rows of an application give each patent."""
    found: dict[str, set[str]] = defaultdict(set)
    for patent in msgspec.to_builtins(known[2])["patents"] if known else ():
        found[patent["number"].upper()].add(patent.get("expires"))
    return found

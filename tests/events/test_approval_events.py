"""Events of US applications and EU medicines, and what is silent."""

import msgspec
import pytest

from theriac.flow.approval_events import application_events
from theriac.flow.events import Event, Step
from theriac.flow.medicine_events import medicine_events
from theriac.flow.record_events import newest_first, record_events
from theriac.model import Application, Lookup, Medicine, Product, Submission
from theriac.terms import EventKind as K

STEP = Step(record="drugs_at_fda:products/000001", from_hash="a", to_hash="b", seen="2023-05", complete=True)
PRODUCT = Product(
    number="001", name="WARTEX", form="CREAM", route="TOPICAL", strength="5%", ingredients=("WARTOL",), marketing_status="Prescription",
    reference_drug="Yes", reference_standard="Yes",
)  # fmt: skip
OLD = Application(number="000001", products=(PRODUCT,))


def with_product(**fields: object) -> Application:
    return msgspec.structs.replace(OLD, products=(msgspec.structs.replace(PRODUCT, **fields),))


def told(events: tuple[Event, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(event.kind.value, event.old, event.new) for event in events]


def test_status_and_reference_flags_are_changes_of_marketing_status() -> None:
    assert told(application_events(OLD, with_product(marketing_status="Discontinued"), STEP)) == [
        ("approval.marketing_status_changed", "Prescription", "Discontinued")
    ]
    (event,) = application_events(OLD, with_product(reference_standard="No"), STEP)
    assert (event.old, event.new, event.mention) == ("reference standard: Yes", "reference standard: No", "WARTEX")
    assert event.path == "products[001].reference_standard"


@pytest.mark.parametrize(
    "fields", [{"form": "CREAM "}, {"name": "Wartex"}, {"reference_standard": None}, {"te_code": "AB"}, {"marketing_status": "PRESCRIPTION"}]
)
def test_spelling_and_parts_not_carried_are_silent(fields: dict[str, object]) -> None:
    assert application_events(OLD, with_product(**fields), STEP) == ()
    assert application_events(OLD, Application(number="000001"), STEP) == ()


def test_a_new_product_and_one_that_left() -> None:
    both = msgspec.structs.replace(OLD, products=(PRODUCT, Product(number="002", name="WARTEX", strength="3.75%")))
    assert told(application_events(OLD, both, STEP)) == [("approval.new_product", None, "WARTEX; 3.75%")]
    assert told(application_events(both, OLD, STEP)) == [("approval.marketing_status_changed", "WARTEX; 3.75%", None)]
    assert application_events(both, OLD, msgspec.structs.replace(STEP, complete=False)) == ()


def test_an_application_is_new_once_however_many_records_tell_of_it() -> None:
    assert [event.kind for event in application_events(None, OLD, STEP)] == [K.APPROVAL_NEW_APPLICATION, K.APPROVAL_NEW_PRODUCT]
    assert [event.kind for event in application_events(None, OLD, STEP, application_known=True)] == [K.APPROVAL_NEW_PRODUCT]
    sponsor = Application(number="000001", type="NDA", sponsor="SKIN CO")
    assert [event.kind for event in application_events(None, sponsor, STEP)] == [K.APPROVAL_NEW_APPLICATION]


def test_submissions_are_approvals_tentative_ones_new_indications_or_only_themselves() -> None:
    def one(number: str, **fields: object) -> Submission:
        return Submission(**{"type": "SUPPL", "number": number, "status": "AP", "date": "2020-01-02"} | fields)  # type: ignore[arg-type]

    old = Application(number="000001", submissions=(one("1", type="ORIG", status="TA"),))
    new = Application(
        number="000001",
        submissions=(
            one("1", type="ORIG"),
            one("2", submission_class="EFFICACY"),
            one("03", submission_class="LABELING"),
            one("4", status=None, date=None),
        ),
    )
    assert told(application_events(old, new, STEP)) == [
        ("approval.approved", "TA", "ORIG 1 AP"),
        ("approval.new_indication", None, "SUPPL 2 AP"),
        ("approval.new_submission", None, "SUPPL 03 AP"),
    ]
    assert {event.happened for event in application_events(old, new, STEP)} == {"2020-01-02"}
    tentative = application_events(None, old, STEP)
    assert [event.kind for event in tentative] == [K.APPROVAL_TENTATIVE]


def test_a_holder_changes_only_when_it_is_another_one() -> None:
    old = Application(number="000001", sponsor="SKIN CO")
    assert application_events(old, Application(number="000001", sponsor="Skin, Co."), STEP) == ()
    assert told(application_events(old, Application(number="000001", sponsor="DERMA LLC"), STEP)) == [
        ("approval.holder_changed", "SKIN CO", "DERMA LLC")
    ]


MEDICINE = Medicine(
    number="EMEA/H/C/000001", name="Wartex", status="Authorised", holder="Skin B.V.",
    indication="Treatment of:external warts;in adults (age <70 years).",
    authorised="1998-09-18", revised="2023-11-01",
)  # fmt: skip
DROPPED = "Treatment of:external warts;in adults (age "


def test_the_layout_of_the_table_is_no_event() -> None:
    new = msgspec.structs.replace(
        MEDICINE, holder="Skin B.V", indication="Treatment of:  external warts in adults (age ", flags=("orphan",), authorised=None, url="x"
    )
    assert medicine_events(MEDICINE, new, STEP) == ()
    assert medicine_events(msgspec.structs.replace(MEDICINE, indication=DROPPED), MEDICINE, STEP) == ()
    ended = msgspec.structs.replace(MEDICINE, status="Withdrawn")
    assert medicine_events(ended, msgspec.structs.replace(MEDICINE, status="Lapsed"), STEP) == ()


def test_status_holder_and_new_words_of_the_indication() -> None:
    new = msgspec.structs.replace(
        MEDICINE,
        status="Withdrawn",
        holder="Derma S.A.",
        indication=f"{MEDICINE.indication} Actinic keratosis.",
        withdrawn="2024-01-03",
        revised="2024-02-01",
    )
    events = medicine_events(MEDICINE, new, STEP)
    assert {(event.kind.value, event.happened) for event in events} == {
        ("approval.marketing_status_changed", "2024-01-03"),
        ("approval.holder_changed", None),
        ("approval.new_indication", "2024-02-01"),
    }
    assert medicine_events(new, msgspec.structs.replace(new, indication="Actinic keratosis."), STEP) == ()


def test_an_opinion_that_became_an_authorisation_is_an_approval() -> None:
    (event,) = medicine_events(msgspec.structs.replace(MEDICINE, status="Opinion"), MEDICINE, STEP)
    assert (event.kind, event.happened) == (K.APPROVAL_APPROVED, "1998-09-18")


def test_any_record_finds_its_family_and_code_lists_raise_nothing() -> None:
    assert record_events(OLD, with_product(marketing_status="Discontinued"), STEP)[0].kind is K.APPROVAL_MARKETING_STATUS_CHANGED
    assert record_events(None, MEDICINE, STEP)[0].kind is K.APPROVAL_APPROVED
    assert [event.old for event in record_events(MEDICINE, None, STEP)] == ["Authorised"]
    assert record_events(None, Lookup(table="t", words={}), STEP) == ()
    later = application_events(OLD, with_product(reference_drug="No"), msgspec.structs.replace(STEP, seen="2024"))
    assert [event.seen for event in newest_first((*application_events(OLD, with_product(reference_drug="No"), STEP), *later))] == ["2024", "2023-05"]

"""Events of listed patents and exclusivities, and the days they cross."""

from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from theriac.flow.events import Event, Step
from theriac.flow.patent_events import crossed, patent_events
from theriac.model import Application, Exclusivity, Patent

STEP = Step(record="orange_book:patent/000001", from_hash="a", to_hash="b", seen="2023-01", complete=True)


def patents(*rows: tuple[str, str, str], **fields: object) -> Application:
    return Application(number="000001", patents=tuple(Patent(product=a, number=b, expires=c, **fields) for a, b, c in rows))  # type: ignore[arg-type]


def exclusivities(*rows: tuple[str, str, str]) -> Application:
    return Application(number="000001", exclusivities=tuple(Exclusivity(product=a, code=b, expires=c) for a, b, c in rows))


def told(events: tuple[Event, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [(event.kind.value.removeprefix("patent."), event.path, event.old, event.new) for event in events]


ONE = patents(("001", "7000001", "2030-05-01"), ("002", "7000001", "2030-05-01"))


def test_a_patent_of_several_products_is_listed_once() -> None:
    assert told(patent_events(None, ONE, STEP)) == [("listed", "patents[001,002/7000001]", None, "2030-05-01")]
    assert told(patent_events(patents(("001", "7000001", "2030-05-01")), ONE, STEP)) == [("listed", "patents[002/7000001]", None, "2030-05-01")]


def test_an_extension_moves_the_expiry() -> None:
    new = patents(("001", "7000001", "2031-05-01"), ("002", "7000001", "2031-05-01"))
    assert told(patent_events(ONE, new, STEP)) == [("expiry_changed", "patents[001,002/7000001]", "2030-05-01", "2031-05-01")]


def test_leaving_before_the_date_is_delisting_and_after_it_nothing() -> None:
    rest = patents(("001", "7000009", "2035-01-01"))
    old = msgspec.structs.replace(ONE, patents=(*(ONE.patents or ()), *(rest.patents or ())))
    assert told(patent_events(old, rest, STEP)) == [("delisted", "patents[001,002/7000001]", "2030-05-01", None)]
    assert patent_events(old, rest, msgspec.structs.replace(STEP, complete=False)) == ()
    assert patent_events(old, rest, msgspec.structs.replace(STEP, seen="2030-05-02")) == ()
    assert told(patent_events(old, None, msgspec.structs.replace(STEP, seen="2030-06"))) == [("delisted", "patents[001/7000009]", "2035-01-01", None)]


def test_a_delist_flag_needs_no_listing() -> None:
    new = patents(("001", "7000001", "2030-05-01"), ("002", "7000001", "2030-05-01"), delisted=True)
    assert told(patent_events(ONE, new, msgspec.structs.replace(STEP, complete=False))) == [
        ("delisted", "patents[001,002/7000001]", "2030-05-01", None)
    ]


def test_use_codes_flags_and_other_parts_are_silent() -> None:
    assert (
        patent_events(ONE, patents(("002", "7000001", "2030-05-01"), ("001", "7000001", "2030-05-01"), use_codes=("U-1",), substance=True), STEP)
        == ()
    )
    assert patent_events(ONE, Application(number="000001"), STEP) == ()


def test_one_code_may_stand_for_a_second_exclusivity() -> None:
    old = exclusivities(("001", "PED", "2022-04-26"), ("001", "NCE", "2025-01-01"))
    new = exclusivities(("001", "PED", "2026-04-26"), ("001", "NCE", "2025-07-01"), ("001", "ODE-9", "2029-01-01"))
    assert told(patent_events(old, new, STEP)) == [
        ("exclusivity_listed", "exclusivities[001/ODE-9]", None, "2029-01-01"),
        ("exclusivity_listed", "exclusivities[001/PED]", None, "2026-04-26"),
        ("expiry_changed", "exclusivities[001/NCE]", "2025-01-01", "2025-07-01"),
    ]
    assert told(patent_events(new, old, STEP))[-1][0] == "delisted"


def test_crossings_are_dated_the_day_and_keep_their_id() -> None:
    events = crossed(ONE, STEP, date(2025, 4, 30), date(2029, 5, 1))
    assert [(event.kind.value, event.happened) for event in events] == [
        ("patent.expires_within_5y", "2025-05-01"),
        ("patent.expires_within_3y", "2027-05-01"),
        ("patent.expires_within_1y", "2029-05-01"),
    ]
    again = crossed(ONE, msgspec.structs.replace(STEP, to_hash="z"), date(2029, 4, 1), date(2029, 6, 1))
    assert again[0].id == events[-1].id
    assert crossed(patents(("001", "7000001", "2030-05-01"), delisted=True), STEP, date(2020, 1, 1), date(2031, 1, 1)) == ()


def test_an_exclusivity_expires_on_its_day_and_a_leap_day_has_a_neighbour() -> None:
    (event,) = crossed(exclusivities(("001", "NCE", "2025-01-01")), STEP, date(2024, 12, 31), date(2025, 1, 1))
    assert (event.kind.value, event.happened) == ("patent.exclusivity_expired", "2025-01-01")
    assert crossed(patents(("001", "1", "2028-02-29")), STEP, date(2027, 2, 27), date(2027, 2, 28))[0].happened == "2027-02-28"


@given(st.dates(date(2018, 1, 1), date(2032, 1, 1)), st.integers(0, 2000), st.integers(0, 2000))
def test_windows_in_a_row_find_what_one_window_finds(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(first), start + timedelta(first + second)
    split = (*crossed(ONE, STEP, start, middle), *crossed(ONE, STEP, middle, end))
    assert split == crossed(ONE, STEP, start, end)


rows = st.lists(
    st.tuples(st.sampled_from(["001", "002"]), st.sampled_from(["1", "2", "3*PED"]), st.sampled_from(["2022-01-01", "2024-01-01"])), max_size=5
)


@given(rows, rows)
def test_a_list_does_not_differ_from_itself_and_ids_are_apart(one: list[tuple[str, str, str]], other: list[tuple[str, str, str]]) -> None:
    assert patent_events(patents(*one), patents(*one[::-1]), STEP) == ()
    events = patent_events(patents(*one), patents(*other), STEP)
    assert len({event.id for event in events}) == len(events)
    for event in events:
        assert event.old is None or event.old in {row[2] for row in one}
        assert event.new is None or event.new in {row[2] for row in other}

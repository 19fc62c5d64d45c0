"""Dosing tables: real grids, grids without marked headings, and tables whose lines the running text lost."""

from theriac.labels import LabelDocument, Section, Table, read_statements
from theriac.labels.statements import Regimen


def regimens(text: str, *tables: Table) -> list[Regimen]:
    section = Section(key="dosage", number="2", title="", text=text, path="dosage", span=(0, len(text)), tables=tables)
    document = LabelDocument(source_format="openfda", generic_names=("ZORVEXIB",), routes=("oral",), sections=(section,))
    return list(read_statements(document).regimens)


def shown(found: list[Regimen]) -> list[tuple[object, ...]]:
    return [(r.population, r.dose.low, r.dose.unit, r.dose.basis, r.phase) for r in found if r.dose and r.table]


def test_a_grid_by_weight_gives_one_regimen_per_dose_cell() -> None:
    text = "Give once daily as below. Body Weight (kg) Once Daily Dosage (mcg) 7.4 and below 200 7.5 to 12.4 400 12.5 and above 1,200"
    grid = Table(
        header=(("Body Weight (kg)", "Once Daily Dosage (mcg)"),),
        rows=(("7.4 and below", "200"), ("7.5 to 12.4", "400"), ("12.5 and above", "1,200")),
    )
    found = regimens(text, grid)
    assert shown(found) == [
        ("weight (kg) 7.4 and below", 200, "ug", "dose", None),
        ("weight (kg) 7.5 to 12.4", 400, "ug", "dose", None),
        ("weight (kg) 12.5 and above", 1200, "ug", "dose", None),
    ]
    assert [r.quote for r in found if r.table] == ["7.4 and below 200", "7.5 to 12.4 400", "12.5 and above 1,200"]
    assert all(r.frequency is not None and r.frequency.period == 1 and r.frequency.unit == "d" for r in found if r.table)


def test_columns_give_phase_and_course_and_volumes_are_not_doses_again() -> None:
    rows = (
        ("Less than 50 kg", "6 mg/kg once monthly for 3 doses", "3 mg/kg once monthly", "2 mL"),
        ("50 kg and above", "300 mg once", "150 mg every week", "4 mL"),
    )
    text = "Dose by weight. " + " ".join(cell for row in rows for cell in row)
    found = regimens(text, Table(header=(("Body weight", "Loading dose", "Maintenance dose", "Volume of each dose"),), rows=rows))
    assert shown(found) == [
        ("weight Less than 50 kg", 6, "mg", "dose", "loading"),
        ("weight Less than 50 kg", 3, "mg", "dose", "maintenance"),
        ("weight 50 kg and above", 300, "mg", "dose", "loading"),
        ("weight 50 kg and above", 150, "mg", "dose", "maintenance"),
    ]
    first, *_, last = [r for r in found if r.table]
    assert first.duration is not None
    assert (first.duration.value, first.duration.unit) == (3, "dose")
    assert last.frequency is not None
    assert (last.frequency.period, last.frequency.unit) == (1, "wk")


def test_headings_without_marks_groups_and_other_drugs() -> None:
    rows = (
        ("Use", "Recommended Dose", "Duration"),
        ("Adults", "Adults", "Adults"),
        ("Zorvexib", "30 mg once daily", "14 days"),
        ("amoxicillin", "1 g", "14 days"),
    )
    text = "As follows. Use Recommended Dose Duration Adults Zorvexib 30 mg once daily 14 days amoxicillin 1 g 14 days"
    (one,) = [r for r in regimens(text, Table(rows=rows)) if r.table]
    assert one.dose is not None
    assert one.dose.low == 30
    assert one.duration is not None
    assert (one.duration.value, one.duration.unit) == (14, "d")
    assert "Adults" in (one.population or "")


def test_tables_on_toxicity_and_dose_levels_are_passed_over() -> None:
    text = "Modify as below. Adverse reaction Dosage Grade 3 rash 20 mg once daily Level 1 10 mg once daily"
    toxic = Table(header=(("Adverse reaction", "Dosage"),), rows=(("Grade 3 rash", "20 mg once daily"),))
    levels = Table(header=(("Dose level", "Dosage"),), rows=(("Level 1", "10 mg once daily"),))
    assert not [r for r in regimens(text, toxic, levels) if r.table]


def test_a_table_that_lost_its_lines_is_read_from_the_running_text() -> None:
    text = (
        "Give Zorvexib by weight. Body weight Twice daily Three times daily Number of tablets Number of tablets Kg"
        " 10 – 12 2 1 13 – 18 3 2 19 – 20 4 2 ≥21 4 – 5 and see below."
    )
    found = [r for r in regimens(text) if r.table]
    assert [(r.population, r.dose.low, r.frequency.times) for r in found if r.dose and r.frequency] == [
        ("weight (kg) 10 – 12", 2, 2), ("weight (kg) 10 – 12", 1, 3), ("weight (kg) 13 – 18", 3, 2), ("weight (kg) 13 – 18", 2, 3),
        ("weight (kg) 19 – 20", 4, 2), ("weight (kg) 19 – 20", 2, 3),
    ]  # fmt: skip
    assert all(r.quote in text for r in found)
    assert not [r for r in regimens("Weight bands 10 to 12 2 13 to 18 3 19 to 20 4 without any unit.") if r.table]

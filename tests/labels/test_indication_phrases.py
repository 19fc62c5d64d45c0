"""Phrases that name uses: what is one disease, what are several, and what is none."""

import pytest

from theriac.labels.document import LabelDocument, Section
from theriac.labels.indication_phrases import uses
from theriac.labels.indications import read_indications
from theriac.labels.lower_case import holds, small, small_pattern


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("clinically typical, nonscaling, nonraised, visible or palpable purple keratosis of the face in adults", ["purple keratosis"]),
        ("for the treatment of non-infectious intermediate, posterior and panuveitis", ["non-infectious intermediate, posterior and panuveitis"]),
        ("for the treatment of chronic or lymphoid blast phase marrow leukemia", ["chronic or lymphoid blast phase marrow leukemia"]),
        ("for the treatment of ovarian, breast and small cell lung cancer", ["ovarian cancer", "breast cancer", "small cell lung cancer"]),
        ("for asthma, skin diseases and treatment of rheumatoid arthritis", ["asthma", "skin diseases", "rheumatoid arthritis"]),
        ("for the treatment of focal seizures and prevention and treatment of migraine occurring during travel", ["focal seizures", "migraine"]),
        ("for active immunisation of infants against mumps, measles and rubella", ["mumps", "measles", "rubella"]),
        ("for the treatment of HXV-1 infected adults, adolescents and children", ["hxv-1 infection"]),
        ("for the treatment of thrombocytopenia to allow the initiation and maintenance of drug therapy", ["thrombocytopenia"]),
        ("to reduce the risk of total mortality by reducing risk of stroke and heart attack", ["stroke", "heart attack"]),
        ("for the treatment of clinically isolated syndrome", ["clinically isolated syndrome"]),
        ("for the treatment of COVID-19, eye inflammation and infection", ["covid-19", "eye inflammation", "infection"]),
    ],
)  # fmt: skip
def test_names_in_a_phrase(phrase: str, names: list[str]) -> None:
    assert [use.name for use in uses(phrase)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Zorvex is indicated for the treatment of: Major gloom disorder in adults Quiet anxiety disorder in adults and children 7 years of age"
            " and older Chronic elbow pain in adults",
            ["major gloom disorder", "quiet anxiety disorder", "chronic elbow pain"],
        ),
        (
            "Zorvex is indicated: As an adjunct to diet to reduce fats: In adults with primary lipidemia. In children with familial lipidemia.",
            ["primary lipidemia", "familial lipidemia"],
        ),
        ("Treatment of essential hypertension.", ["essential hypertension"]),
        ("Symptomatic treatment of mild to moderately severe Zorv's dementia.", ["zorv's dementia"]),
        ("Rheumatoid arthritis Zorvex, in combination with tea, is indicated for the reduction of signs in adults.", ["rheumatoid arthritis"]),
        ("For further information see the guidelines. Control of weight should be part of care.", []),
    ],
)  # fmt: skip
def test_names_in_a_section(text: str, names: list[str]) -> None:
    section = Section(key="indications", text=text, path="indication", span=(0, len(text)))
    found, _ = read_indications(LabelDocument(source_format="ema", sections=(section,)))
    assert [one.name for one in found] == names
    assert all(one.quote in text for one in found)


def test_small_letters_keep_every_place() -> None:
    text = "İXA Weiß QD"
    assert len(small(text)) == len(text)
    match = small_pattern(r"\bQD\b").search(small(text))
    assert match is not None
    assert text[slice(*match.span())] == "QD"
    assert holds("twice daily", ("weekly", "daily"))
    assert not holds("twice daily", ())

"""Names of reactions in text: what is one, where it begins and ends, and what the text denies."""

import pytest

from theriac.labels.reaction_context import claimed, sentence_starts
from theriac.labels.reaction_names import normal_name
from theriac.labels.reaction_phrases import phrases_of, reaction_phrases, words_of

NAMES = [
    ("nausea, vomiting and dry mouth", ["nausea", "vomiting", "dry mouth"]),
    ("acute renal failure", ["acute renal failure"]),
    ("ALT increased", ["alt increased"]),
    ("increased AST", ["increased ast"]),
    ("elevations in AST and ALT", ["elevations in ast", "elevations in alt"]),
    ("swelling of the face, lips", ["swelling of the face", "swelling of the lips"]),
    ("renal or hepatic failure", ["renal failure", "hepatic failure"]),
    ("edema peripheral", ["edema peripheral"]),
    ("abdominal pain/discomfort", ["abdominal pain", "abdominal discomfort"]),
    ("injection site pain, erythema", ["injection site pain", "injection site erythema"]),
    ("symptoms of hypoglycemia", ["hypoglycemia"]),
    ("back pain Bone pain", ["back pain", "bone pain"]),
    ("Skin and subcutaneous tissue disorders\nRash", ["rash"]),
    ("increased rate", []),
    ("the dialysis machine and the diagnosis", []),
    ("fatal bleeding", ["bleeding"]),
    ("thrombocytopenia", ["thrombocytopenia"]),
]


@pytest.mark.parametrize(("text", "names"), NAMES, ids=[text for text, _ in NAMES])
def test_names_are_built_by_grammar(text: str, names: list[str]) -> None:
    assert [phrase.name for phrase in reaction_phrases(text)] == names


def test_an_abbreviation_means_the_name_it_stands_behind() -> None:
    found = [phrase.name for phrase in reaction_phrases("Malignant hyperthermia (MH) was reported. Stop at the first sign of MH.")]
    assert found == ["malignant hyperthermia", "mh", "mh"]


CLAIMS = [
    ("Rash and fever were reported.", ["rash", "fever"]),
    ("Patients with diabetes, hypertension or obesity had rash.", ["rash"]),
    ("It was studied for the treatment of psoriasis.", []),
    ("No cases of pancreatitis were seen.", []),
    ("Monitor for jaundice and rash.", []),
    ("If rash occurs, stop.", []),
    ("Patients with a history of seizures may have seizures.", ["seizures"]),
    ("The proportion of patients with nausea was 5%.", ["nausea"]),
    ("in schizophrenia and bipolar mania trials, headache was seen", ["headache"]),
    ("reasons other than bleeding", []),
]


@pytest.mark.parametrize(("text", "names"), CLAIMS, ids=[text for text, _ in CLAIMS])
def test_only_what_the_text_presents_as_a_reaction_counts(text: str, names: list[str]) -> None:
    words = words_of(text)
    assert [phrase.name for phrase in claimed(words, phrases_of(words), sentence_starts(text))] == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oedema, peripheral", "peripheral edema"),
        ("Haemorrhages", "hemorrhage"),
        ("Headaches", "headache"),
        ("Diarrhoea", "diarrhea"),
        ("Allergies", "allergy"),
    ],
)
def test_spellings_meet(one: str, other: str) -> None:
    assert normal_name(one) == other
    assert normal_name(normal_name(one)) == normal_name(one)


def test_names_without_a_plural_keep_their_end() -> None:
    assert normal_name("tinnitus") == "tinnitus"
    assert normal_name("hepatitis") == "hepatitis"
    assert normal_name("weakness") == "weakness"

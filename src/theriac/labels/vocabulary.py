"""The closed list of section kinds, and how each source format names them.

In flow an openFDA field, a LOINC code, an EU section number or a heading; out flows one of our keys (`other` when none fits).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

# key, LOINC code, openFDA field (the field names are those of open.fda.gov/apis/drug/label/searchable-fields)
_ROWS = """
boxed_warning 34066-1 boxed_warning
indications 34067-9 indications_and_usage
dosage 34068-7 dosage_and_administration
dosage_forms 43678-2 dosage_forms_and_strengths
contraindications 34070-3 contraindications
warnings_and_precautions 43685-7 warnings_and_cautions
warnings 34071-1 warnings
precautions 42232-9 precautions
precautions 34072-9 general_precautions
adverse_reactions 34084-4 adverse_reactions
interactions 34073-7 drug_interactions
interactions 34074-5 drug_and_or_laboratory_test_interactions
specific_populations 43684-0 use_in_specific_populations
pregnancy 42228-7 pregnancy
pregnancy 34077-8 teratogenic_effects
pregnancy 34078-6 nonteratogenic_effects
labor_and_delivery 34079-4 labor_and_delivery
lactation 77290-5 lactation
lactation 34080-2 nursing_mothers
contraception 77291-3 females_and_males_of_reproductive_potential
pediatric 34081-0 pediatric_use
geriatric 34082-8 geriatric_use
renal 88828-9 renal_impairment
hepatic 88829-7 hepatic_impairment
abuse 42227-9 drug_abuse_and_dependence
abuse 34085-1 controlled_substance
abuse 34086-9 abuse
abuse 34087-7 dependence
overdosage 34088-5 overdosage
description 34089-3 description
clinical_pharmacology 34090-1 clinical_pharmacology
mechanism 43679-0 mechanism_of_action
pharmacodynamics 43681-6 pharmacodynamics
pharmacokinetics 43682-4 pharmacokinetics
pharmacogenomics 66106-6 pharmacogenomics
microbiology 49489-8 microbiology
nonclinical 43680-8 nonclinical_toxicology
nonclinical 34083-6 carcinogenesis_and_mutagenesis_and_impairment_of_fertility
nonclinical 34091-9 animal_pharmacology_and_or_toxicology
clinical_studies 34092-7 clinical_studies
references 34093-5 references
how_supplied 34069-5 how_supplied
storage 44425-7 storage_and_handling
patient_information 34076-0 information_for_patients
patient_information 42230-3 spl_patient_package_insert
patient_information 42231-1 spl_medguide
patient_information 68498-5 patient_medication_information
instructions_for_use 59845-8 instructions_for_use
laboratory_tests 34075-2 laboratory_tests
recent_changes 43683-2 recent_major_changes
ingredients 55106-9 active_ingredient
ingredients 51727-6 inactive_ingredient
purpose 55105-1 purpose
otc_do_not_use 50570-1 do_not_use
otc_ask_doctor 50569-3 ask_doctor
otc_ask_doctor 50568-5 ask_doctor_or_pharmacist
otc_when_using 50567-7 when_using
otc_stop_use 50566-9 stop_use
otc_keep_out 50565-1 keep_out_of_reach_of_children
pregnancy 53414-9 pregnancy_or_breast_feeding
otc_questions 53413-1 questions
warnings 54433-8 user_safety_warnings
warnings - safe_handling_warning
warnings - risks
statement_of_identity - statement_of_identity
other 60561-8 other_safety_information
package_label 51945-4 package_label_principal_display_panel
product_data 48780-1 spl_product_data_elements
other 42229-5 spl_unclassified_section
"""


def _columns(column: int) -> Mapping[str, str]:
    rows = (line.split() for line in _ROWS.strip().splitlines())
    return MappingProxyType({row[column]: row[0] for row in rows if row[column] != "-"})


KEY_OF_CODE = _columns(1)
KEY_OF_FIELD = _columns(2)
CODE_OF_FIELD: Mapping[str, str] = MappingProxyType({row.split()[2]: row.split()[1] for row in _ROWS.strip().splitlines() if row.split()[1] != "-"})

# SmPC sections are numbered the same in every document (QRD template); leaflet sections 1-6 likewise.
KEY_OF_SMPC: Mapping[str, str] = MappingProxyType(
    {
        "1": "product_data", "2": "ingredients", "3": "dosage_forms", "4": "other",
        "4.1": "indications", "4.2": "dosage", "4.3": "contraindications",
        "4.4": "warnings_and_precautions", "4.5": "interactions", "4.6": "pregnancy", "4.7": "warnings_and_precautions",
        "4.8": "adverse_reactions", "4.9": "overdosage", "5": "clinical_pharmacology", "5.1": "pharmacodynamics", "5.2": "pharmacokinetics",
        "5.3": "nonclinical", "6.1": "ingredients", "6.4": "storage", "6.5": "how_supplied",
    }
)  # fmt: skip
KEY_OF_LEAFLET: Mapping[str, str] = MappingProxyType(
    {"1": "indications", "2": "warnings_and_precautions", "3": "dosage", "4": "adverse_reactions", "5": "storage", "6": "ingredients"}
)

_HEADINGS = (
    (r"indications?|therapeutic indications", "indications"),
    (r"dosage forms?|dosage forms and strengths", "dosage_forms"),
    (r"dosage and administration|posology", "dosage"),
    (r"contra-?indications|do not (?:use|take)\b.*", "contraindications"),
    (r"pregnancy and lactation|pregnancy and breast-?feeding.*|pregnancy.*|teratogenic effects", "pregnancy"),
    (r"lactation|nursing mothers|breast-?feeding", "lactation"),
    (r"females and males of reproductive potential|contraception.*", "contraception"),
    (r"pa?ediatric use|pa?ediatric patients?|pa?ediatric population|children and adolescents|pa?ediatrics?", "pediatric"),
    (r"geriatric use|geriatric patients?|geriatrics?|elderly.*|older people", "geriatric"),
    (r"(?:patients with )?renal (?:impairment|insufficiency|disease|dysfunction).*|impaired renal function", "renal"),
    (r"(?:patients with )?hepatic (?:impairment|insufficiency|disease|dysfunction).*|impaired hepatic function", "hepatic"),
    (r"mechanism of action", "mechanism"),
    (r"pharmacodynamics|pharmacodynamic properties", "pharmacodynamics"),
    (r"pharmacokinetics|pharmacokinetic properties", "pharmacokinetics"),
    (r"other medicines and .*|drug interactions?|interaction with other medicinal products.*", "interactions"),
    (r"warnings and precautions|special warnings.*", "warnings_and_precautions"),
    (r"undesirable effects|possible side effects|adverse reactions", "adverse_reactions"),
    (r"overdose|overdosage", "overdosage"),
)


def key_of_heading(heading: str) -> str:
    """The kind that a heading names by itself, or an empty text ("8.1 Pregnancy" without its number → pregnancy)."""
    plain = heading.strip().strip(".:").lower()
    for pattern, key in _HEADINGS:
        if re.fullmatch(pattern, plain):
            return key
    return ""


_MIXED = frozenset({"specific_populations", "precautions", "clinical_pharmacology", "other", ""})


def key_below(parent: str, heading: str) -> str:
    """The kind of a subsection: its own where the parent gathers several kinds (8, precautions, 12), else the parent's (2.4 is dosage)."""
    return (key_of_heading(heading) if parent in _MIXED else "") or parent

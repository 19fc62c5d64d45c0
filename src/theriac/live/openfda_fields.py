"""The fields of openFDA's labels and applications as its field references name them: what is not among them is schema drift.

Flows in: nothing. Flows out: `LABEL` and `APPLICATION`. Any section of a label may come with a twin for its tables (`warnings_table`).
"""

from theriac.live.shapes import Shape

_LABEL = """
.: abuse accessories active_ingredient adverse_reactions alarms animal_pharmacology_and_or_toxicology ask_doctor ask_doctor_or_pharmacist
    assembly_or_installation_instructions boxed_warning calibration_instructions carcinogenesis_and_mutagenesis_and_impairment_of_fertility
    cleaning clinical_pharmacology clinical_studies compatible_accessories components contraindications controlled_substance dependence
    description diagram_of_device disposal_and_waste_handling do_not_use dosage_and_administration dosage_forms_and_strengths
    drug_abuse_and_dependence drug_and_or_laboratory_test_interactions drug_interactions effective_time environmental_warning food_safety_warning
    general_precautions geriatric_use guaranteed_analysis_of_feed health_care_provider_letter health_claim how_supplied id inactive_ingredient
    indications_and_usage information_for_owners_or_caregivers information_for_patients instructions_for_use intended_use_of_the_device
    keep_out_of_reach_of_children labor_and_delivery laboratory_tests mechanism_of_action microbiology nonclinical_toxicology
    nonteratogenic_effects nursing_mothers openfda other_safety_information overdosage package_label_principal_display_panel
    patient_medication_information pediatric_use pharmacodynamics pharmacogenomics pharmacokinetics precautions pregnancy
    pregnancy_or_breast_feeding purpose questions recent_major_changes references residue_warning risks route safe_handling_warning set_id
    spl_indexing_data_elements spl_medguide spl_patient_package_insert spl_product_data_elements spl_unclassified_section statement_of_identity
    stop_use storage_and_handling summary_of_safety_and_effectiveness teratogenic_effects troubleshooting use_in_specific_populations
    user_safety_warnings version warnings warnings_and_cautions when_using
openfda: application_number brand_name generic_name is_original_packager manufacturer_name nui original_packager_product_ndc package_ndc
    pharm_class_cs pharm_class_epc pharm_class_moa pharm_class_pe product_ndc product_type route rxcui spl_id spl_set_id substance_name unii upc
"""
_APPLICATION = """
.: application_number openfda products sponsor_name submissions
openfda: application_number brand_name generic_name is_original_packager manufacturer_name nui original_packager_product_ndc package_ndc
    pharm_class_cs pharm_class_epc pharm_class_moa pharm_class_pe product_ndc product_type route rxcui spl_id spl_set_id substance_name unii upc
products: active_ingredients brand_name dosage_form marketing_status product_number reference_drug reference_standard route te_code
products.active_ingredients: name strength
submissions: application_docs review_priority submission_class_code submission_class_code_description submission_number submission_property_type
    submission_public_notes submission_status submission_status_date submission_type
submissions.submission_property_type: code no
submissions.application_docs: date id title type url
"""
LABEL = Shape.written(_LABEL, twins=("_table",))
APPLICATION = Shape.written(_APPLICATION)

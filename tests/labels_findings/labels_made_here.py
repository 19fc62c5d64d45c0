"""Labels written for these tests in the shapes of the sources; no document's text is in them."""

from typing import Any

from theriac.labels.document import LabelDocument, walk
from theriac.labels.sections import read_epi, read_openfda

ROWS = (
    ("Gastrointestinal disorders", "Gastrointestinal disorders", "Gastrointestinal disorders"),
    ("Nausea", "29 (14.5)", "10 (5.0)"),
    ("Dry mouth", "4 (2.0)", "1 (<1)"),
    ("Fatiguea", "12 (6.0)", "8 (4.0)"),
    ("Any adverse reaction", "120 (60.0)", "90 (45.0)"),
)


def table_markup() -> str:
    """The table as openFDA gives it."""
    head = "<tr><th>Adverse reaction</th><th>Zorvex N=200 n (%)</th><th>Placebo N=200 n (%)</th></tr>"
    body = "".join("<tr>" + "".join(f"<td>{cell.replace('<', '&lt;')}</td>" for cell in row) + "</tr>" for row in ROWS)
    caption = "<caption>Table 1: Adverse Reactions in Adults With Plaque Psoriasis</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def table_text() -> str:
    """The same table as openFDA's running text repeats it."""
    rows = " ".join(" ".join(dict.fromkeys(row)) for row in ROWS)
    return (
        f"Table 1: Adverse Reactions in Adults With Plaque Psoriasis Adverse reaction Zorvex N=200 n (%)"
        f" Placebo N=200 n (%) {rows} a Includes tiredness."
    )


def openfda_result(**changes: Any) -> dict[str, Any]:
    """One openFDA label result; a key given as None is left out."""
    result: dict[str, Any] = {
        "set_id": "00000000-0000-4000-8000-000000000001",
        "version": "3",
        "effective_time": "20240115",
        "openfda": {"brand_name": ["Zorvex"], "generic_name": ["zorvexib"], "product_type": ["HUMAN PRESCRIPTION DRUG"]},
        "boxed_warning": ["WARNING: LIVER INJURY Zorvex can cause severe hepatotoxicity, sometimes fatal. Monitor liver tests monthly."],
        "contraindications": ["4 CONTRAINDICATIONS Zorvex is contraindicated in patients with severe hepatic impairment."],
        "warnings_and_cautions": [
            "5 WARNINGS AND PRECAUTIONS 5.1 Liver Injury Hepatic failure occurred in 3 of 400 patients (0.8%). Monitor"
            " transaminases before and during "
            "treatment. Permanently discontinue Zorvex in patients with jaundice. 5.2 Infections Serious infections have"
            " been reported. Interrupt Zorvex "
            "until the infection resolves. Safety has not been studied in immunosuppressed patients."
        ],
        "adverse_reactions": [
            "6 ADVERSE REACTIONS 6.1 Clinical Trials Experience The most common adverse reactions (≥ 5%) are nausea and rash. " + table_text() + " "
            "6.2 Postmarketing Experience Severe angioedema and elevations in AST and ALT were reported. No cases of pancreatitis were seen. "
            "Headache resolved after discontinuation of treatment."
        ],
        "adverse_reactions_table": [table_markup()],
        "drug_interactions": [
            "7 DRUG INTERACTIONS 7.1 Effect of Other Drugs on Zorvex Strong CYP3A4 inhibitors (e.g., ketoconazole, ritonavir) increase zorvexib "
            "concentrations. Avoid concomitant use. Rifampin decreases exposure of zorvexib. Increase the dose of Zorvex to 40 mg. "
            "7.2 Effect of Zorvex on Other Drugs Zorvex increases plasma concentrations of digoxin. Monitor digoxin levels."
        ],
        "pregnancy": ["8.1 Pregnancy Risk Summary Zorvex can cause fetal harm. Advise pregnant women of the risk to a fetus."],
        "nursing_mothers": [
            "8.2 Lactation Risk Summary There are no data on zorvexib in human milk. Advise women not to breastfeed during treatment."
        ],
        "pediatric_use": ["8.4 Pediatric Use Safety and effectiveness in pediatric patients have not been established."],
        "mechanism_of_action": [
            "12.1 Mechanism of Action The mechanism of action of zorvexib in plaque psoriasis is unknown. Zorvexib inhibits kinase ZK1."
        ],
        "indications_and_usage": ["1 INDICATIONS AND USAGE Zorvex is indicated for the treatment of plaque psoriasis in adults."],
        "dosage_and_administration": ["2 DOSAGE AND ADMINISTRATION The recommended dose is 20 mg once daily."],
    }
    result.update(changes)
    return {key: value for key, value in result.items() if value is not None}


def openfda_label(**changes: Any) -> LabelDocument:
    """The made-up US label."""
    return read_openfda(openfda_result(**changes))


def leaflet() -> LabelDocument:
    """A made-up EU leaflet with the headings all of them have, lines wrapped as real ones are."""
    before = (
        "<p>Do not use Zorvex cream</p><ul><li>if you are allergic to zorvexib or any of the other ingredients"
        " of\nthis medicine (listed in section 6).</li></ul>"
        "<p>Warnings and precautions</p><p>Talk to your doctor before using Zorvex cream</p><ul><li>If you suffer from autoimmune disorders</li>"
        "<li>If you have had an organ transplant</li></ul><p>Do not use this medicine for more than one course if you"
        " have problems with\nyour immune system.</p>"
        "<p>Zorvex cream may weaken condoms and diaphragms.</p>"
        "<p>Children and adolescents</p><p>Use in children and adolescents is not recommended.</p>"
        "<p>Other medicines and Zorvex cream</p><p>There are no medicines known to be\nincompatible with Zorvex cream.</p>"
        "<p>Pregnancy and breast-feeding</p><p>Your doctor will discuss the risks and benefits of using\nZorvex cream during pregnancy.</p>"
        "<p>Do not breast-feed your infant during treatment.</p>"
    )
    effects = (
        "<p>If you are being treated for hand warts:</p><p>Very common effects include redness (60% patients), wearing"
        " away of\nthe skin (30% patients) and swelling.</p>"
        "<p>Commonly some patients (4% or less) have experienced headache, uncommonly fever, pins and\nneedles and nausea.</p>"
        "<p>If you are being treated for flat patches:</p><p>Common effects include pain, burning or tiredness.</p>"
    )
    return read_epi({
        "jurisdiction": "EU",
        "document_type": "package leaflet (Annex IIIB), not the SmPC",
        "brand_name": "Zorvex",
        "composition_date_in_source": "2022-03-01T00:00:00Z",
        "sections": [
            {"title": "2. What you need to know before you use Zorvex", "html": before},
            {"title": "4. Possible side effects", "html": effects},
        ],
    })  # fmt: skip


def stands_in(document: LabelDocument, quote: str) -> bool:
    """Whether the quote is an exact piece of the document's text."""
    return bool(quote) and any(quote in section.text for section in walk(document.sections))

"""Each fact of the starter dossier against the public files that state it, and our wording against theirs."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starter_reading import (
    APPLICATIONS,
    DATES,
    LABELS,
    MEDICINES,
    STARTER,
    STUDIES,
    body,
    drugs_at_fda,
    ema_table,
    files,
    orange_book,
    real_label_texts,
    records_of,
    strings,
    tab_table,
    trial_states,
    trials,
    words,
)  # fmt: skip

YES_NO = {"1": "Yes", "2": "No", "0": "No"}
MARKET = {"RX": "Prescription", "DISCN": "Discontinued", "OTC": "Over-the-counter"}
EMA_FILES = {DATES[0]: "EPAR_table_4_everycure.xlsx", DATES[1]: "medicines_output_medicines_en_yumi.xlsx"}
EMA_COLUMNS = {
    "name_of_medicine": ("Medicine name", "Name of medicine"),
    "medicine_status": ("Authorisation status", "Medicine status"),
    "active_substance": ("Active substance", "Active substance"),
    "marketing_authorisation_date": ("Marketing authorisation date", "Marketing authorisation date"),
    "opinion_adopted_date": ("Date of opinion", "Opinion adopted date"),
    "european_commission_decision_date": ("Decision date", "European Commission decision date"),
    "last_updated_date": ("Revision date", "Last updated date"),
    "first_published_date": ("First published", "First published date"),
    "revision_number": ("Revision number", "Revision number"),
    "medicine_url": ("URL", "Medicine URL"),
    "marketing_authorisation_developer_applicant_holder": (
        "Marketing authorisation holder/company name",
        "Marketing authorisation developer / applicant / holder",
    ),
}
RUN = 8  # so many words in a row, shared with a real label, would be a copied sentence


def protocol(study: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = study["protocolSection"]
    return found


def nct(study: dict[str, Any]) -> str:
    return str(protocol(study)["identificationModule"]["nctId"])


def flat_status(parts: dict[str, Any]) -> dict[str, Any]:
    """Status, dates and enrolment of one state as one flat dictionary, in the words of the answer key."""
    flat: dict[str, Any] = {}
    for name, value in parts.get("statusModule", {}).items():
        flat[name.removesuffix("Struct").replace("PostDate", "Post")] = value["date"] if isinstance(value, dict) else value
    if "enrollmentInfo" in parts.get("designModule", {}):
        flat["enrollment"] = parts["designModule"]["enrollmentInfo"]["count"]
    if "sponsorCollaboratorsModule" in parts:
        flat["leadSponsor"] = parts["sponsorCollaboratorsModule"]["leadSponsor"]["name"]
    return flat


def documented(corpus: Path, study: str) -> dict[str, set[Any]]:
    """Every value that some document gives for a trial's status, dates, enrolment and sponsor."""
    states = [flat_status(protocol(trials(corpus)[study])), *trial_states(corpus).get(study, ())]
    found: dict[str, set[Any]] = {}
    for state in states:
        for name, value in state.items():
            plain = value["count"] if isinstance(value, dict) else value
            found.setdefault(name, set()).add("2007-04" if plain == "April 2007" else plain)
    return found


@pytest.mark.parametrize("date", DATES)
def test_status_dates_enrolment_and_sponsors_are_documented(corpus: Path, date: str) -> None:
    checked = 0
    for study in body(date, STUDIES):
        known = documented(corpus, nct(study))
        for name, value in flat_status(protocol(study)).items():
            if name != "whyStopped":
                assert value in known[name], (nct(study), name, value)
                checked += 1
    assert checked > 40


@pytest.mark.parametrize("date", DATES)
def test_phases_conditions_interventions_and_acronyms_are_documented(corpus: Path, date: str) -> None:
    known = trials(corpus)
    for study in body(date, STUDIES):
        ours, theirs = protocol(study), protocol(known[nct(study)])
        title = " ".join(str(v) for v in theirs["identificationModule"].values()).lower()
        assert ours.get("designModule", {}).get("phases") == theirs.get("designModule", {}).get("phases")
        assert ours["identificationModule"].get("acronym") == theirs["identificationModule"].get("acronym")
        stated = theirs.get("conditionsModule", {}).get("conditions")
        assert ours.get("conditionsModule", {}).get("conditions") == stated or all(c.lower() in title for c in ours["conditionsModule"]["conditions"])
        named = [i["name"] for i in theirs.get("armsInterventionsModule", {}).get("interventions", ())]
        assert [i["name"] for i in ours["armsInterventionsModule"]["interventions"]] == named or all(
            i["name"].lower() in title for i in ours["armsInterventionsModule"]["interventions"]
        )
        assert ("whyStopped" in theirs.get("statusModule", {})) >= ("whyStopped" in ours.get("statusModule", {}))


def test_the_later_state_of_a_trial_is_the_later_documented_one(corpus: Path) -> None:
    early = {nct(s): flat_status(protocol(s)) for s in body(DATES[0], STUDIES)}
    for study in body(DATES[1], STUDIES):
        statuses = [state.get("overallStatus") for state in trial_states(corpus)[nct(study)]]
        starts = [state.get("startDate") for state in trial_states(corpus)[nct(study)]]
        late = flat_status(protocol(study))
        steps = [*pairwise(statuses), *pairwise(starts)]
        assert (early[nct(study)]["overallStatus"], late["overallStatus"]) in steps or (
            early[nct(study)].get("startDate"),
            late.get("startDate"),
        ) in steps


def test_the_earlier_applications_are_those_of_drugs_at_fda(corpus: Path) -> None:
    sponsors = {r["ApplNo"]: (r["ApplType"], r["SponsorName"]) for r in drugs_at_fda(corpus, "Applications")}
    products = {(r["ApplNo"], r["ProductNo"]): r for r in drugs_at_fda(corpus, "Products")}
    labels = {r["MarketingStatusID"]: r["MarketingStatusDescription"] for r in drugs_at_fda(corpus, "MarketingStatus_Lookup")}
    market = {(r["ApplNo"], r["ProductNo"]): labels[r["MarketingStatusID"]] for r in drugs_at_fda(corpus, "MarketingStatus")}
    codes = {(r["ApplNo"], r["ProductNo"]): r["TECode"] for r in drugs_at_fda(corpus, "TE")}
    for application in body(DATES[0], APPLICATIONS)["results"]:
        number = application["application_number"][-6:]
        assert (application["application_number"][:-6], application["sponsor_name"]) == sponsors[number]
        for product in application.get("products", ()):
            key = (number, product["product_number"])
            row = products[key]
            assert product["active_ingredients"] == [{"name": row["ActiveIngredient"], "strength": row["Strength"]}]
            assert product["brand_name"] == row["DrugName"]
            assert [product["dosage_form"], product["route"]] == [part.strip() for part in row["Form"].split(";")]
            assert product["reference_drug"] == YES_NO[row["ReferenceDrug"]]
            assert product.get("reference_standard") == YES_NO.get(row["ReferenceStandard"])
            assert product["marketing_status"] == market[key]
            assert product.get("te_code") == codes.get(key)


@pytest.mark.parametrize("date", DATES)
def test_submissions_are_those_of_drugs_at_fda_or_the_approval_of_the_orange_book(corpus: Path, date: str) -> None:
    rows = {
        (r["ApplNo"], r["SubmissionType"], r["SubmissionNo"]): (r["SubmissionStatus"], r["SubmissionStatusDate"][:10].replace("-", ""))
        for r in drugs_at_fda(corpus, "Submissions")
    }
    approved = {(r["Appl_No"], "ORIG", "1"): ("AP", _compact(r["Approval_Date"])) for r in orange_book(corpus) if r["Product_No"] == "001"}
    for application in body(date, APPLICATIONS)["results"]:
        for filed in application["submissions"]:
            key = (application["application_number"][-6:], filed["submission_type"], filed["submission_number"])
            stated = (filed["submission_status"], filed["submission_status_date"])
            assert stated in ({rows.get(key)} | ({approved.get(key)} if date == DATES[1] else set()))


def test_the_later_applications_are_those_of_the_orange_book(corpus: Path) -> None:
    book = {(r["Appl_No"], r["Product_No"]): r for r in orange_book(corpus)}
    table = (corpus / "drugs_at_fda/snap_2023-05_luis/products_FDA.txt").read_text(encoding="cp1252")
    products = {(r["ApplNo"], r["ProductNo"]): r for r in tab_table(table)}
    for application in body(DATES[1], APPLICATIONS)["results"]:
        for product in application["products"]:
            key = (application["application_number"][-6:], product["product_number"])
            row = book[key]
            assert application["sponsor_name"] == row["Applicant"]
            assert product["marketing_status"] == MARKET[row["Type"]]
            assert (product["reference_drug"], product["reference_standard"]) == (row["RLD"], row["RS"])
            assert product.get("te_code", "") == row["TE_Code"]
            assert product["brand_name"] == row["Trade_Name"]
            assert product["active_ingredients"][0]["name"] == row["Ingredient"] == products[key]["ActiveIngredient"]
            assert product["active_ingredients"][0]["strength"] == products[key]["Strength"].split(" **")[0]


def _compact(date: str) -> str:
    """Turns "Feb 27, 1997" as 19970227; an approval before 1982 has no date."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    parts = date.replace(",", "").split()
    return f"{parts[2]}{months.index(parts[0]) + 1:02d}{int(parts[1]):02d}" if len(parts) == 3 else ""


@pytest.mark.parametrize("date", DATES)
def test_ema_rows_are_those_of_the_table(corpus: Path, date: str) -> None:
    table = ema_table(corpus, EMA_FILES[date])
    place = DATES.index(date)
    for ours in body(date, MEDICINES)["data"]:
        theirs = table[ours["ema_product_number"]]
        for field, columns in EMA_COLUMNS.items():
            if field in ours:
                assert ours[field] == theirs[columns[place]], (ours["name_of_medicine"], field)
        area = theirs[("Therapeutic area", "Therapeutic area (MeSH)")[place]]
        assert ours["therapeutic_area_mesh"].split(";") == [part.strip() for part in area.split(";")]


def test_identifiers_of_substances_are_those_of_the_drug_list(corpus: Path) -> None:
    listed = (corpus / "everycure/drug_list_stringent.csv").read_text(encoding="utf-8").splitlines()
    for date in DATES:
        for name in (APPLICATIONS, LABELS):
            for record in body(date, name)["results"]:
                block = record.get("openfda", {})
                for substance, unii in zip(block.get("substance_name", ()), block.get("unii", ()), strict=True):
                    assert any(f"'UNII:{unii}'" in line and f",{substance.lower()}," in line.lower() for line in listed)


def figures(text: str) -> set[str]:
    """The numbers of a text, without those of headings ("2.1 Actinic …", "Table 1"), of areas (cm2) and of words (E 218 stays)."""
    plain = re.sub(r"<[^>]+>", " ", text).replace("Table 1", "").replace("Table 2", "")
    plain = re.sub(r"(?:(?<=^)|(?<=[ .]))\d{1,2}(?:\.\d)? (?=[A-Z][A-Za-z])", "", plain)
    plain = re.sub(r"\((?:section )?6(?:\.1)?\)|outside section 1|cm ?2|[a-z]\d", "", plain.replace(",", ""))
    return set(re.findall(r"\d+(?:\.\d+)?", plain))


def own_figures(record: dict[str, Any]) -> set[str]:
    """The numbers that a record states, without those of its identifiers and dates."""
    outer = {"set_id", "id", "version", "date", "effective_time", "openfda", "eu_number"}
    return {f for text in strings({k: v for k, v in record.items() if k not in outer}) for f in figures(text)}


def test_figures_of_the_imiquimod_labels_are_in_the_answer_key(corpus: Path) -> None:
    key = set(re.findall(r"\d+(?:\.\d+)?", (corpus / "imiquimod/facts.json").read_text(encoding="utf-8")))
    for date in DATES:
        for label in body(date, LABELS)["results"]:
            if label["openfda"]["generic_name"] == ["IMIQUIMOD"]:
                found = own_figures(label)
                assert len(found) > 10
                assert found - key == set()


def test_figures_of_the_leaflets_are_in_the_real_leaflets(corpus: Path) -> None:
    for brand in ("aldara", "zyclara"):
        ours = json.loads((STARTER / DATES[0] / f"eu_leaflet_{brand}.json").read_text(encoding="utf-8"))
        real = (corpus / f"imiquimod/eu_leaflets/{brand}_eu_package_leaflet_en.json").read_text(encoding="utf-8")
        assert len(own_figures(ours)) > 10
        written = {"1", "2", "3", "4", "5", "6"} | ({"12.5"} if brand == "aldara" else set())  # 250 mg with 5 mg in 100 mg
        assert own_figures(ours) - set(re.findall(r"\d+(?:\.\d+)?", real.replace(",", ""))) - written == set()


def test_figures_of_the_fluorouracil_label_are_in_the_real_label(corpus: Path) -> None:
    real = " ".join(real_label_texts(corpus, {"NDA020985"}, set())).replace(",", "")
    ours = next(r for r in body(DATES[0], LABELS)["results"] if r["openfda"]["application_number"] == ["NDA020985"])
    assert len(own_figures(ours)) > 50
    assert own_figures(ours) - set(re.findall(r"\d+(?:\.\d+)?", real)) == set()


def _sections_with(jurisdiction: str, product: str) -> str:
    """Our dosage text for a jurisdiction and a product of the answer key, by the strength that its name carries."""
    strength = next(s for s in ("3.75%", "5%") if s in product)
    if jurisdiction == "US":
        labels = body(DATES[1] if strength == "3.75%" else DATES[0], LABELS)["results"]
        return " ".join(r["dosage_and_administration"][0] for r in labels if strength in r["indications_and_usage"][0])
    leaflets = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(STARTER.glob("*/eu_leaflet_*.json"))]
    return " ".join(x["sections"][2]["text"] for x in leaflets if strength in x["sections"][0]["text"])


def test_every_regimen_of_the_answer_key_is_said(corpus: Path) -> None:
    regimens = json.loads((corpus / "imiquimod/facts.json").read_text(encoding="utf-8"))["regimens"]
    said = 0
    for stated in regimens:
        if stated["jurisdiction"] not in {"US", "EU"}:
            continue
        text = _sections_with(stated["jurisdiction"], stated["product"])
        regimen = stated["regimen"]
        if "times_per_week" in regimen:
            assert re.search(rf"{regimen['times_per_week']} times per week", text)
        else:
            assert "once daily" in text
        for weeks in (regimen.get("duration_weeks"), *re.findall(r"(\d+) weeks", regimen.get("duration", ""))):
            assert weeks is None or f"{weeks} weeks" in text
        assert str(regimen["leave_on_hours"]).replace("-", " to ") + " hours" in text
        assert regimen.get("margin_cm") is None or f"{regimen['margin_cm']} cm" in text
        said += 1
    assert said == 9


def test_no_run_of_our_words_stands_in_a_real_label(corpus: Path) -> None:
    labels = [r for date in DATES for r in body(date, LABELS)["results"]]
    applications = {number for r in labels for number in r["openfda"]["application_number"]}
    products = [p for date in DATES for a in body(date, APPLICATIONS)["results"] for p in a.get("products", ())]
    substances = {i["name"].split()[0] for p in products for i in p["active_ingredients"]}
    real = {run for text in real_label_texts(corpus, applications, substances) for run in runs(text)}
    assert len(real) > 5_000
    ours = {run: text for path in files() for r in records_of(path) for text in strings(r) for run in runs(text)}
    assert len(ours) > 1_000
    assert sorted(" ".join(run) for run in ours.keys() & real) == []


def runs(text: str) -> list[tuple[str, ...]]:
    """Every eight words in a row; a sentence that is copied has at least one of them in common."""
    found = words(text)
    return [tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)]

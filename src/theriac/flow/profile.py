"""A drug's profile from its dossier: every line with the document, version and place that it comes from.

Flows in: a dossier. Flows out: the lines of the profile's sections. It ranks and groups, it never merges what documents state differently,
and it never says more than they do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from theriac.flow.condition_names import condition_candidates
from theriac.flow.dossier import ApplicationOfDrug, Document, Dossier, TrialOfDrug
from theriac.model import Product, Study, Submission
from theriac.terms import ArmRole, NameKind
from theriac.views import (
    SUMMARY_MARK,
    ApprovalLine,
    Citation,
    ExclusivityLine,
    Holder,
    LabelLine,
    MatrixCell,
    Name,
    PatentLine,
    ProductLine,
    Stated,
    TrialLine,
)

STARTER = "starter"
_NAME_ORDER = {kind: place for place, kind in enumerate((NameKind.INN, NameKind.GENERIC, NameKind.SUBSTANCE, NameKind.BRAND, NameKind.CODE))}
_PHASES = {"EARLY_PHASE1": "early phase 1", "NA": "not applicable"} | {f"PHASE{number}": f"phase {number}" for number in range(1, 5)}


def cite(document: Document, path: str) -> Citation:
    """The citation of a place in a document; a sample says that it is one."""
    return Citation(
        record=document.record,
        seq=document.seq,
        version=document.label,
        path=path,
        seen=document.seen,
        source=document.source,
        says=SUMMARY_MARK if document.source == STARTER else None,
    )


def names(dossier: Dossier) -> list[Name]:
    """The names, one line for each spelling that differs in more than case or punctuation, the official kinds first."""
    best: dict[tuple[str, NameKind], Name] = {}
    for name in dossier.entity.names:
        line = Name(text=name.text, kind=name.kind.value, records=len(name.records), example=name.records[0] if name.records else None)
        before = best.get((name.key, name.kind))
        if before is None or line.records > before.records:
            best[name.key, name.kind] = line
    order = sorted(best.items(), key=lambda item: (_NAME_ORDER.get(item[0][1], len(_NAME_ORDER)), -item[1].records, item[1].text.casefold()))
    shown: set[str] = set()
    kept = []
    for (key, _), line in order:
        if key not in shown:
            shown.add(key)
            kept.append(line)
    return kept


def phase_words(study: Study) -> str | None:
    """The phase in words: "phase 1/phase 2", or None where the registry gives none.

    >>> phase_words(Study(nct_id="NCT00000000", title="", phases=("PHASE1", "PHASE2")))
    'phase 1/phase 2'
    """
    return "/".join(_PHASES.get(phase, phase.lower()) for phase in study.phases) or None


def trial_line(trial: TrialOfDrug) -> TrialLine:
    """One trial as lists show it."""
    study = trial.study
    return TrialLine(
        trial=f"nct:{study.nct_id}",
        title=study.title,
        phase=phase_words(study),
        status=study.status,
        why_stopped=study.why_stopped,
        role=str(trial.arm_role),
        intervention=trial.text,
        score=trial.score,
        reason=trial.reason,
        conditions=list(study.conditions),
        sponsor=study.sponsor.name if study.sponsor else None,
        enrolment=study.enrolment,
        start=study.start.date if study.start else None,
        primary_completion=study.primary_completion.date if study.primary_completion else None,
        completion=study.completion.date if study.completion else None,
        first_posted=study.first_posted,
        last_update_posted=study.last_update_posted,
        has_results=study.has_results,
        study_type=study.study_type,
        countries=list(study.countries),
        partial=trial.document.partial,
        citation=cite(trial.document, f"interventions[{trial.mention}]"),
    )


def trial_lines(dossier: Dossier) -> list[TrialLine]:
    """The trials, the most recently updated first."""
    lines = [trial_line(trial) for trial in dossier.trials]
    return sorted(lines, key=lambda line: (line.last_update_posted or "", line.trial), reverse=True)


def matrix(trials: Iterable[TrialOfDrug]) -> list[MatrixCell]:
    """Trials in which the drug is investigated, counted by condition, phase and status; a trial of two conditions counts at both."""
    spelled: dict[str, Counter[str]] = {}
    cells: Counter[tuple[str, str, str]] = Counter()
    for trial in trials:
        if trial.arm_role not in (ArmRole.INVESTIGATED, ArmRole.UNCLEAR):
            continue
        for condition in trial.conditions or trial.study.conditions:
            candidates = condition_candidates(condition)
            key = candidates[-1].key if candidates else condition
            spelled.setdefault(key, Counter())[condition] += 1
            cells[key, phase_words(trial.study) or "no phase stated", (trial.study.status or "unknown").lower()] += 1
    shown = {key: min(spellings, key=lambda text: (-spellings[text], text)) for key, spellings in spelled.items()}
    totals = Counter[str]()
    for (key, _, _), count in cells.items():
        totals[key] += count
    order = sorted(cells.items(), key=lambda item: (-totals[item[0][0]], shown[item[0][0]], item[0][1], item[0][2]))
    return [MatrixCell(condition=shown[key], phase=phase, status=status, trials=count) for (key, phase, status), count in order]


def label_lines(dossier: Dossier) -> list[LabelLine]:
    """The labels, newest first within a jurisdiction."""
    lines = [
        LabelLine(
            set_id=one.label.set_id,
            version=one.label.version,
            effective=one.label.effective,
            document_type=one.label.document_type,
            jurisdiction=one.label.jurisdiction,
            title=one.label.title or ", ".join(one.label.brand_names or one.label.generic_names) or one.label.set_id,
            manufacturer=", ".join(one.label.manufacturers) or None,
            applications=list(one.label.application_numbers),
            citation=cite(one.document, "set_id"),
        )
        for one in dossier.labels
    ]
    return sorted(lines, key=lambda line: (line.jurisdiction, line.effective or ""), reverse=True)


def product_lines(dossier: Dossier) -> list[ProductLine]:
    """The products, one line each with what every source states of it, US then EU."""
    gathered: dict[tuple[str, str], list[tuple[ApplicationOfDrug, Product, str]]] = {}
    for one in dossier.applications:
        for index, product in enumerate(one.application.products or ()):
            if not product.ingredients or "; ".join(product.ingredients) in one.ingredients:
                gathered.setdefault((one.application.number, product.number), []).append((one, product, f"products[{index}]"))
    named = {key: rows for key, rows in gathered.items() if any(product.ingredients for _, product, _ in rows)}
    types = _types(dossier)
    submissions = [(one.application.number, submission) for one in dossier.applications for submission in one.application.submissions or ()]
    lines = [_product_line(number, key, rows, types, submissions) for (number, key), rows in sorted(named.items())]
    return sorted(lines, key=lambda line: (line.approved is None, line.approved or "", line.application)) + list(_medicine_lines(dossier))


def _types(dossier: Dossier) -> dict[str, str]:
    return {one.application.number: one.application.type for one in dossier.applications if one.application.type}


def _product_line(
    number: str,
    product_number: str,
    rows: list[tuple[ApplicationOfDrug, Product, str]],
    types: dict[str, str],
    submissions: list[tuple[str, Submission]],
) -> ProductLine:
    def first(attribute: str) -> str | None:
        return next((value for _, product, _ in rows if (value := getattr(product, attribute))), None)

    ingredients = next((product.ingredients for _, product, _ in rows if product.ingredients), ())
    return ProductLine(
        jurisdiction="US",
        application=f"{types.get(number, '')}{number}",
        number=product_number,
        name=first("name"),
        form=first("form"),
        route=first("route"),
        strength=first("strength"),
        ingredients=list(ingredients),
        approved=first("approved") or first("approved_text") or _original(number, product_number, submissions),
        marketing=[
            Stated(value=product.marketing_status, citation=cite(one.document, path)) for one, product, path in rows if product.marketing_status
        ],
        holders=[Stated(value=product.holder, citation=cite(one.document, path)) for one, product, path in rows if product.holder]
        + [Stated(value=one.application.sponsor, citation=cite(one.document, "sponsor")) for one, _, _ in rows if one.application.sponsor],
        reference_drug=first("reference_drug"),
        reference_standard=first("reference_standard"),
        te_code=first("te_code"),
        citations=[cite(one.document, path) for one, _, path in rows],
    )


def _original(number: str, product_number: str, submissions: list[tuple[str, Submission]]) -> str | None:
    """The approval date of the original application, for its first product only: a later strength came with a supplement."""
    if product_number.lstrip("0") != "1":
        return None
    return next((one.date for of, one in submissions if of == number and one.type == "ORIG" and one.status == "AP" and one.date), None)


def _medicine_lines(dossier: Dossier) -> Iterator[ProductLine]:
    for one in dossier.medicines:
        medicine = one.medicine
        yield ProductLine(
            jurisdiction="EU",
            application=medicine.number,
            number=None,
            name=medicine.name,
            form=None,
            route=None,
            strength=None,
            ingredients=list(medicine.inns or medicine.substances),
            approved=medicine.authorised,
            marketing=[Stated(value=medicine.status, citation=cite(one.document, "status"))] if medicine.status else [],
            holders=[Stated(value=medicine.holder, citation=cite(one.document, "holder"))] if medicine.holder else [],
            reference_drug=None,
            reference_standard=None,
            te_code=None,
            citations=[cite(one.document, "name")],
        )


def approval_lines(dossier: Dossier) -> list[ApprovalLine]:
    """The dated decisions, oldest first: US submissions that were decided on, and what the EMA table dates."""
    types = _types(dossier)
    lines = [line for one in dossier.applications for line in _submissions(one, types)]
    lines += [line for one in dossier.medicines for line in _decisions(one.document, one.medicine)]
    return sorted(_same_once(lines), key=lambda line: (line.date or "9999", line.jurisdiction, line.application, line.what))


def _submissions(one: ApplicationOfDrug, types: dict[str, str]) -> Iterator[ApprovalLine]:
    for index, submission in enumerate(one.application.submissions or ()):
        kind = {"ORIG": "original application", "SUPPL": "supplement"}.get(submission.type, submission.type.lower())
        yield ApprovalLine(
            jurisdiction="US",
            application=f"{types.get(one.application.number, one.application.type or '')}{one.application.number}",
            date=submission.date,
            what=f"{kind} {submission.number}".strip(),
            status=submission.status,
            detail=", ".join(part for part in (submission.submission_class, submission.review_priority, submission.notes) if part) or None,
            citation=cite(one.document, f"submissions[{index}]"),
        )


def _decisions(document: Document, medicine: object) -> Iterator[ApprovalLine]:
    what = {
        "opinion": "opinion",
        "authorised": "marketing authorisation",
        "refused": "refusal",
        "suspended": "suspension",
        "withdrawn": "withdrawal",
    }
    for field, words in what.items():
        date = getattr(medicine, field, None)
        if date:
            yield ApprovalLine(
                jurisdiction="EU",
                application=getattr(medicine, "number", ""),
                date=date,
                what=words,
                status=getattr(medicine, "status", None),
                detail=getattr(medicine, "name", None),
                citation=cite(document, field),
            )


def _same_once(lines: list[ApprovalLine]) -> Iterator[ApprovalLine]:
    """One line where two sources state the same decision of the same day."""
    seen: set[tuple[str, str, str | None]] = set()
    for line in lines:
        key = (line.application[-6:], line.what, line.date)
        if key not in seen:
            seen.add(key)
            yield line


def patent_lines(dossier: Dossier) -> list[PatentLine]:
    """The listed patents, one line for each number of an application, the last to expire first."""
    types = _types(dossier)
    lines: dict[tuple[str, str], PatentLine] = {}
    for one in dossier.applications:
        for index, patent in enumerate(one.application.patents or ()):
            application = f"{types.get(one.application.number, '')}{one.application.number}"
            before = lines.get((application, patent.number))
            products = sorted({*(before.products if before else ()), patent.product})
            codes = sorted({*(before.use_codes if before else ()), *patent.use_codes})
            lines[application, patent.number] = PatentLine(
                number=f"patent:{patent.number}",
                application=application,
                products=products,
                expires=patent.expires,
                use_codes=codes,
                delisted=patent.delisted,
                citation=cite(one.document, f"patents[{index}]"),
            )
    return sorted(lines.values(), key=lambda line: (line.expires or "", line.number), reverse=True)


def exclusivity_lines(dossier: Dossier) -> list[ExclusivityLine]:
    """The listed exclusivities, the last to expire first."""
    types = _types(dossier)
    lines: dict[tuple[str, str, str | None], ExclusivityLine] = {}
    for one in dossier.applications:
        for index, exclusivity in enumerate(one.application.exclusivities or ()):
            application = f"{types.get(one.application.number, '')}{one.application.number}"
            key = (application, exclusivity.code, exclusivity.expires)
            products = sorted({*(lines[key].products if key in lines else ()), exclusivity.product})
            citation = cite(one.document, f"exclusivities[{index}]")
            lines[key] = ExclusivityLine(
                code=exclusivity.code, application=application, products=products, expires=exclusivity.expires, citation=citation
            )
    return sorted(lines.values(), key=lambda line: (line.expires or "", line.code), reverse=True)


def classes(dossier: Dossier) -> list[Stated]:
    """The classes that documents state, each once with its first document."""
    found: dict[str, Stated] = {}
    for label in dossier.labels:
        for text in label.label.classes:
            found.setdefault(text, Stated(value=text, citation=cite(label.document, "classes")))
    for medicine in dossier.medicines:
        if medicine.medicine.class_text:
            text = medicine.medicine.class_text
            found.setdefault(text, Stated(value=text, citation=cite(medicine.document, "class_text")))
    return list(found.values())


def holders(dossier: Dossier) -> list[Holder]:
    """Who held what and when, as each version of each record said, newest first."""
    lines = [
        Holder(
            jurisdiction=one.jurisdiction,
            application=one.application,
            product=one.product,
            holder=one.holder,
            seen_from=one.document.seen,
            seen_to=one.seen_to,
            citation=cite(one.document, "holder"),
        )
        for one in dossier.holders
    ]
    return sorted(lines, key=lambda line: (line.application, line.product or "", line.seen_from), reverse=True)


def not_covered(dossier: Dossier) -> list[str]:
    """What the loaded sources cannot say, said where it would be looked for."""
    said = ["Undisclosed preclinical work, deals and finance are in no loaded source."]
    if not dossier.medicines:
        said.append("EU: only centrally authorised medicines are in the EMA table; national authorisations are not covered.")
    if not dossier.applications:
        said.append("US: no loaded application names this drug; Drugs@FDA does not cover vaccines and other CBER products.")
    if not dossier.labels:
        said.append("No loaded label is of this drug.")
    if not dossier.trials:
        said.append("No loaded trial names this drug.")
    if not any(one.application.patents is not None for one in dossier.applications):
        said.append("No loaded Orange Book file lists patents of this drug; that is not evidence that there are none.")
    lacking = [words for words, found in (("recall", dossier.recalls), ("shortage", dossier.shortages), ("paper", dossier.papers)) if not found]
    if lacking:
        said.append(f"No loaded {' or '.join(lacking)} names this drug; that is not evidence that there is none.")
    return said

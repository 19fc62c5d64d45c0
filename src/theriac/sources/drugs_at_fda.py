"""Drugs@FDA: the FDA's tables of approved applications, their products, submissions and documents.

Flows in: any of the tables, recognised by its header line whatever the file is called. Flows out: one record per table and application
(`products/020723`), read as the part of an application which that table carries. The tables refer to one another without integrity, so that
none is joined to another here: rows whose application is in no other table are records like any others.
"""

from collections.abc import Callable, Iterator

from theriac.dates import PartialDate, read_date_or_none
from theriac.errors import BadRecord
from theriac.model import (
    Application,
    ApplicationDocument,
    Claim,
    Identity,
    Lookup,
    Mention,
    Product,
    Raw,
    Reading,
    Submission,
)
from theriac.sources.applications import product_claims, product_mentions, products_title, sponsor_mention
from theriac.sources.base import Format, Head, OpenFile
from theriac.sources.fda_codes import DOCUMENT_TYPES, MARKETING_STATUS, SUBMISSION_CLASSES, YES_NO, word
from theriac.sources.fda_tables import (
    Rows,
    Table,
    address_in,
    application_number,
    cut_table,
    decode_rows,
    header_of,
    identify_rows,
    split_form,
    split_ingredients,
    split_strength,
    table_of,
)

_NUMBERS = {"ApplNo": 6, "ProductNo": 3}


def _table(name: str, columns: str, telling: str, *, lacking: str = "", joined: str = "") -> Table:
    names = tuple(columns.split())
    return Table(
        name=name,
        columns=names,
        telling=frozenset(telling.split()),
        application="ApplNo" if "ApplNo" in names else None,
        lacking=frozenset(lacking.split()),
        widths={column: digits for column, digits in _NUMBERS.items() if column in names},
        joined=frozenset(joined.split()),
    )


TABLES = (
    _table("applications", "ApplNo ApplType ApplPublicNotes SponsorName", "ApplNo ApplType SponsorName"),
    _table(
        "products",
        "ApplNo ProductNo Form Strength ReferenceDrug DrugName ActiveIngredient ReferenceStandard",
        "ApplNo ProductNo DrugName ActiveIngredient",
        joined="Form ActiveIngredient",
    ),
    _table("te", "ApplNo ProductNo MarketingStatusID TECode", "ApplNo ProductNo TECode"),
    _table("marketing_status", "MarketingStatusID ApplNo ProductNo", "MarketingStatusID ApplNo ProductNo", lacking="TECode DrugName"),
    _table(
        "submissions",
        "ApplNo SubmissionClassCodeID SubmissionType SubmissionNo SubmissionStatus SubmissionStatusDate SubmissionsPublicNotes ReviewPriority",
        "ApplNo SubmissionType SubmissionNo SubmissionStatus",
    ),
    _table(
        "application_docs",
        "ApplicationDocsID ApplicationDocsTypeID ApplNo SubmissionType SubmissionNo ApplicationDocsTitle ApplicationDocsURL ApplicationDocsDate",
        "ApplNo ApplicationDocsTypeID ApplicationDocsURL",
    ),
    _table(
        "submission_property_types",
        "ApplNo SubmissionType SubmissionNo SubmissionPropertyTypeCode SubmissionPropertyTypeID",
        "ApplNo SubmissionType SubmissionNo SubmissionPropertyTypeCode",
    ),
    _table("submission_action_types", "ActionTypes_LookupID ApplNo SubmissionType SubmissionNo", "ActionTypes_LookupID ApplNo SubmissionNo"),
    _table("marketing_status_lookup", "MarketingStatusID MarketingStatusDescription", "MarketingStatusID MarketingStatusDescription"),
    _table(
        "submission_class_lookup",
        "SubmissionClassCodeID SubmissionClassCode SubmissionClassCodeDescription",
        "SubmissionClassCodeID SubmissionClassCode",
    ),
    _table(
        "application_docs_type_lookup",
        "ApplicationDocsType_Lookup_ID ApplicationDocsType_Lookup_Description",
        "ApplicationDocsType_Lookup_ID ApplicationDocsType_Lookup_Description",
    ),
    _table(
        "action_types_lookup",
        "ActionTypes_LookupID ActionTypes_LookupDescription SupplCategoryLevel1Code SupplCategoryLevel2Code",
        "ActionTypes_LookupID ActionTypes_LookupDescription",
    ),
)


class DrugsAtFDA(Format):
    """One table of Drugs@FDA."""

    name = "drugs_at_fda.table"
    source = "drugs_at_fda"
    canonicaliser = "drugs_at_fda.table/1"
    reader = "drugs_at_fda.table/1"

    def table(self, head: Head) -> str | None:
        found = table_of(header_of(head.first, b"\t"), TABLES)
        return found.name if found else None

    def recognises(self, head: Head) -> bool:
        return self.table(head) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_table(file.stream, b"\t", TABLES)

    def decode(self, raw: Raw) -> Rows:
        return decode_rows(raw, "\t", TABLES)

    def identify(self, raw: Raw, decoded: Rows) -> Identity:
        return identify_rows(decoded)

    def read(self, raw: Raw, decoded: Rows) -> Reading:
        if decoded.table.application is None:
            return _lookup(decoded)
        return _READERS[decoded.table.name](decoded, application_number(decoded))


def _lookup(decoded: Rows) -> Reading:
    """A code list; its third column, where it has one, is the fuller word."""
    if not decoded.rows:
        raise BadRecord("the code list is empty")
    words = {row[0]: next((cell for cell in reversed(row[1:3]) if cell), "") for row in decoded.rows}
    if decoded.table.name == "action_types_lookup":
        words = {row[0]: row[1] for row in decoded.rows}
    return Reading(document=Lookup(table=decoded.table.name, words=words), title=decoded.table.name.replace("_", " "))


def _applications(decoded: Rows, number: str) -> Reading:
    row = dict(zip(decoded.table.columns, decoded.rows[0], strict=True))
    sponsor = row["SponsorName"] or None
    document = Application(number=number, type=row["ApplType"] or None, sponsor=sponsor, note=_stated(row["ApplPublicNotes"]))
    mentions = sponsor_mention(sponsor, "[0].SponsorName")
    return Reading(document=document, title=" ".join(filter(None, (row["ApplType"] or "Application", number, sponsor))), mentions=mentions)


def _products(decoded: Rows, number: str) -> Reading:
    products, notes, places = [], [], []
    for index, row in decoded.dicts():
        form, route = split_form(row["Form"])
        strength, note = split_strength(row["Strength"])
        products.append(
            Product(
                number=row["ProductNo"],
                name=row["DrugName"] or None,
                form=form,
                route=route,
                strength=strength,
                ingredients=split_ingredients(row["ActiveIngredient"]),
                reference_drug=word(YES_NO, row["ReferenceDrug"]),
                reference_standard=word(YES_NO, row["ReferenceStandard"]),
            )
        )
        places.append(f"[{index}]")
        if note:
            notes.append(f"Product {row['ProductNo']}: {note}")
    claims: tuple[Claim, ...] = product_claims(products, [f"{place}.ActiveIngredient" for place in places])
    mentions: tuple[Mention, ...] = product_mentions(products, [f"{place}.ActiveIngredient" for place in places])
    document = Application(number=number, products=tuple(products), note="\n".join(notes) or None)
    return Reading(document=document, title=products_title(products, number), mentions=mentions, claims=claims)


def _marketing_status(decoded: Rows, number: str) -> Reading:
    products = tuple(
        Product(number=row["ProductNo"], marketing_status=word(MARKETING_STATUS, row["MarketingStatusID"])) for _, row in decoded.dicts()
    )
    return Reading(document=Application(number=number, products=products), title=f"Marketing status of application {number}")


def _te(decoded: Rows, number: str) -> Reading:
    products = tuple(
        Product(
            number=row["ProductNo"],
            marketing_status=word(MARKETING_STATUS, row["MarketingStatusID"]),
            te_code=_stated(row["TECode"]),
        )
        for _, row in decoded.dicts()
    )
    return Reading(document=Application(number=number, products=products), title=f"Therapeutic equivalence of application {number}")


def _submissions(decoded: Rows, number: str) -> Reading:
    submissions = tuple(
        Submission(
            type=row["SubmissionType"],
            number=row["SubmissionNo"],
            status=_stated(row["SubmissionStatus"]),
            date=_date(row["SubmissionStatusDate"]),
            submission_class=word(SUBMISSION_CLASSES, row["SubmissionClassCodeID"]),
            review_priority=_stated(row["ReviewPriority"]),
            notes=_stated(row["SubmissionsPublicNotes"]),
        )
        for _, row in decoded.dicts()
    )
    return Reading(document=Application(number=number, submissions=submissions), title=f"Submissions to application {number}")


def _documents(decoded: Rows, number: str) -> Reading:
    documents = tuple(
        ApplicationDocument(
            submission_type=row["SubmissionType"],
            submission_number=row["SubmissionNo"],
            type=word(DOCUMENT_TYPES, row["ApplicationDocsTypeID"]),
            date=_date(row["ApplicationDocsDate"]),
            title=None if row["ApplicationDocsTitle"] == "0" else _stated(row["ApplicationDocsTitle"]),
            url=address_in(row["ApplicationDocsURL"]),
        )
        for _, row in decoded.dicts()
    )
    return Reading(document=Application(number=number, documents=documents), title=f"Documents of application {number}")


def _properties(decoded: Rows, number: str) -> Reading:
    """Only the submissions that have a property: most rows say 'Null'."""
    submissions = tuple(
        Submission(type=row["SubmissionType"], number=row["SubmissionNo"], properties=(stated,))
        for _, row in decoded.dicts()
        if (stated := _stated(row["SubmissionPropertyTypeCode"]))
    )
    return Reading(document=Application(number=number, submissions=submissions), title=f"Properties of submissions to application {number}")


def _actions(decoded: Rows, number: str) -> Reading:
    submissions = tuple(
        Submission(type=row["SubmissionType"], number=row["SubmissionNo"], properties=(f"action type {row['ActionTypes_LookupID']}",))
        for _, row in decoded.dicts()
        if row["ActionTypes_LookupID"]
    )
    return Reading(document=Application(number=number, submissions=submissions), title=f"Actions on submissions to application {number}")


_READERS: dict[str, Callable[[Rows, str], Reading]] = {
    "applications": _applications,
    "products": _products,
    "te": _te,
    "marketing_status": _marketing_status,
    "submissions": _submissions,
    "application_docs": _documents,
    "submission_property_types": _properties,
    "submission_action_types": _actions,
}


def _stated(cell: str) -> str | None:
    """The cell's text; None where it is empty or the literal word 'Null'."""
    return None if cell in ("", "Null", "NULL") else cell


def _date(cell: str) -> PartialDate | None:
    """The date; 1900-01-01 is how the table says that it is not known."""
    date = read_date_or_none(cell)
    return None if date == "1900-01-01" else date

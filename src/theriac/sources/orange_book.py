"""The Orange Book: the FDA's list of approved products with their therapeutic equivalence, listed patents and exclusivities.

Flows in: the products, patent and exclusivity tables, recognised by header, and a list of patent use codes as JSON. Flows out: one record per
table and application (`patent/020723`), read as the part of an application which that table carries. A patent leaves the table when it
expires or is delisted: that is the listing's business, not an error here, and a listed patent is never called a valid one.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from theriac.dates import read_date_or_none
from theriac.errors import BadFile, BadRecord
from theriac.model import Application, Exclusivity, Identity, Lookup, Patent, Product, Raw, Reading
from theriac.sources.applications import product_claims, product_mentions, products_title, sponsor_mention
from theriac.sources.base import Format, Head, OpenFile, canonical_json, hash_bytes
from theriac.sources.fda_codes import APPLICATION_TYPES, ORANGE_BOOK_TYPES, word
from theriac.sources.fda_tables import (
    LARGEST_TABLE,
    Rows,
    Table,
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

_NUMBERS = {"Appl_No": 6, "Product_No": 3}
TABLES = (
    Table(
        name="products",
        columns=(
            *("Ingredient", "DF;Route", "Trade_Name", "Applicant", "Strength", "Appl_Type", "Appl_No", "Product_No", "TE_Code"),
            *("Approval_Date", "RLD", "RS", "Type", "Applicant_Full_Name"),
        ),
        telling=frozenset({"Ingredient", "DF;Route", "Trade_Name", "Appl_No", "Product_No"}),
        application="Appl_No",
        widths=_NUMBERS,
        joined=frozenset({"Ingredient", "DF;Route"}),
    ),
    Table(
        name="patent",
        columns=(
            *("Appl_Type", "Appl_No", "Product_No", "Patent_No", "Patent_Expire_Date_Text", "Drug_Substance_Flag", "Drug_Product_Flag"),
            *("Patent_Use_Code", "Delist_Flag", "Submission_Date"),
        ),
        telling=frozenset({"Appl_No", "Product_No", "Patent_No", "Patent_Expire_Date_Text"}),
        application="Appl_No",
        widths=_NUMBERS,
    ),
    Table(
        name="exclusivity",
        columns=("Appl_Type", "Appl_No", "Product_No", "Exclusivity_Code", "Exclusivity_Date"),
        telling=frozenset({"Appl_No", "Product_No", "Exclusivity_Code", "Exclusivity_Date"}),
        application="Appl_No",
        widths=_NUMBERS,
    ),
)


class OrangeBook(Format):
    """One of the three tables."""

    name = "orange_book.table"
    source = "orange_book"
    canonicaliser = "orange_book.table/1"
    reader = "orange_book.table/1"

    def table(self, head: Head) -> str | None:
        found = table_of(header_of(head.first, b"~"), TABLES)
        return found.name if found else None

    def recognises(self, head: Head) -> bool:
        return self.table(head) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        return cut_table(file.stream, b"~", TABLES)

    def decode(self, raw: Raw) -> Rows:
        return decode_rows(raw, "~", TABLES)

    def identify(self, raw: Raw, decoded: Rows) -> Identity:
        return identify_rows(decoded)

    def read(self, raw: Raw, decoded: Rows) -> Reading:
        number = application_number(decoded)
        kind = word(APPLICATION_TYPES, decoded.rows[0][decoded.table.columns.index("Appl_Type")])
        return _READERS[decoded.table.name](decoded, number, kind)


def _products(decoded: Rows, number: str, kind: str | None) -> Reading:
    products, notes, paths = [], [], []
    for index, row in decoded.dicts():
        form, route = split_form(row["DF;Route"])
        strength, note = split_strength(row["Strength"])
        approved = read_date_or_none(row["Approval_Date"])
        products.append(
            Product(
                number=row["Product_No"],
                name=row["Trade_Name"] or None,
                form=form,
                route=route,
                strength=strength,
                ingredients=split_ingredients(row["Ingredient"]),
                marketing_status=word(ORANGE_BOOK_TYPES, row["Type"]),
                reference_drug=row["RLD"] or None,
                reference_standard=row["RS"] or None,
                te_code=row["TE_Code"] or None,
                approved=approved,
                approved_text=None if approved else row["Approval_Date"] or None,
                holder=row["Applicant_Full_Name"] or row["Applicant"] or None,
            )
        )
        paths.append(f"[{index}].Ingredient")
        if note:
            notes.append(f"Product {row['Product_No']}: {note}")
    holder = products[0].holder
    document = Application(number=number, type=kind, sponsor=holder, products=tuple(products), note="\n".join(notes) or None)
    return Reading(
        document=document,
        title=products_title(products, number),
        mentions=(*product_mentions(products, paths), *sponsor_mention(holder, "[0].Applicant_Full_Name")),
        claims=product_claims(products, paths),
    )


def _patents(decoded: Rows, number: str, kind: str | None) -> Reading:
    """The patents of each product; the rows of one patent differ in their use codes only. `*PED` is a patent of its own, with its expiry."""
    grouped: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for _, row in decoded.dicts():
        grouped.setdefault((row["Product_No"], row["Patent_No"], row["Patent_Expire_Date_Text"]), []).append(row)
    patents = tuple(
        Patent(
            product=product,
            number=patent,
            expires=read_date_or_none(expires),
            substance=any(row["Drug_Substance_Flag"] == "Y" for row in rows),
            product_flag=any(row["Drug_Product_Flag"] == "Y" for row in rows),
            use_codes=tuple(sorted({row["Patent_Use_Code"] for row in rows if row["Patent_Use_Code"]}, key=_in_order)),
            delisted=any(row["Delist_Flag"] == "Y" for row in rows),
            submitted=next((date for row in rows if (date := read_date_or_none(row["Submission_Date"]))), None),
        )
        for (product, patent, expires), rows in grouped.items()
    )
    return Reading(document=Application(number=number, type=kind, patents=patents), title=f"Patents listed for application {number}")


def _in_order(code: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", code)
    return int(digits) if digits else 0, code


def _exclusivities(decoded: Rows, number: str, kind: str | None) -> Reading:
    found = tuple(
        dict.fromkeys(
            Exclusivity(product=row["Product_No"], code=row["Exclusivity_Code"], expires=read_date_or_none(row["Exclusivity_Date"]))
            for _, row in decoded.dicts()
        )
    )
    return Reading(document=Application(number=number, type=kind, exclusivities=found), title=f"Exclusivities of application {number}")


_READERS: dict[str, Callable[[Rows, str, str | None], Reading]] = {
    "products": _products,
    "patent": _patents,
    "exclusivity": _exclusivities,
}


class UseCode(msgspec.Struct, frozen=True, rename="pascal"):
    """What one patent use code means."""

    code: str
    definition: str


class OrangeBookUseCodes(Format):
    """The definitions of patent use codes: a JSON array of `Code` and `Definition`, one record as a whole."""

    name = "orange_book.use_codes"
    source = "orange_book"
    canonicaliser = "orange_book.use_codes/1"
    reader = "orange_book.use_codes/1"

    _start = re.compile(rb'\s*\[\s*\{\s*"(?:Code"\s*:\s*"U-\d+[^"]*"\s*,\s*"Definition|Definition"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"Code)"')

    def table(self, head: Head) -> str | None:
        return "patent_use_codes"

    def recognises(self, head: Head) -> bool:
        return self._start.match(head.first.removeprefix(b"\xef\xbb\xbf")) is not None

    def cut(self, file: OpenFile) -> Iterator[Raw]:
        data = file.stream.read(LARGEST_TABLE + 1)
        if len(data) > LARGEST_TABLE:
            raise BadFile(f"the list of use codes is larger than {LARGEST_TABLE // 2**20} MB")
        if not data.rstrip().endswith(b"]"):
            raise BadFile("the list of use codes does not end: it was cut off while downloading; download it again")
        yield Raw(payload=data.removeprefix(b"\xef\xbb\xbf"))

    def decode(self, raw: Raw) -> dict[str, str]:
        try:
            codes = msgspec.json.decode(raw.payload, type=list[UseCode])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadRecord(f"this is not a list of use codes with their definitions ({error})") from error
        return {each.code.strip(): each.definition.strip() for each in codes}

    def identify(self, raw: Raw, decoded: dict[str, str]) -> Identity:
        content = hash_bytes(canonical_json(decoded))
        return Identity(key="patent_use_codes", version=content, content=content, table="patent_use_codes")

    def read(self, raw: Raw, decoded: dict[str, str]) -> Reading:
        return Reading(document=Lookup(table="patent_use_codes", words=decoded), title="patent use codes")

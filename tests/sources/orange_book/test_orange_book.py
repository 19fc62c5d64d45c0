"""The Orange Book: patents of several rows, dates in words, notes inside cells, zeros lost in spreadsheets."""

import io
from pathlib import Path

import pytest

from theriac.errors import BadFile, BadRecord
from theriac.model import Application, Lookup, Raw, Reading
from theriac.sources.base import HEAD_BYTES, Format, Head, OpenFile
from theriac.sources.orange_book import OrangeBook, OrangeBookUseCodes

HERE = Path(__file__).parent
BOOK = OrangeBook()


def raws(data: bytes, form: Format = BOOK) -> list[Raw]:
    file = OpenFile(Head("copy.dat", data[:HEAD_BYTES]), io.BytesIO(data))
    assert form.recognises(file.head)
    return list(form.cut(file))


def contents(data: bytes) -> dict[str, str]:
    return {who.key: who.content for who in (BOOK.identify(raw, BOOK.decode(raw)) for raw in raws(data))}


def readings(data: bytes) -> dict[str, Reading]:
    found = {}
    for raw in raws(data):
        decoded = BOOK.decode(raw)
        found[BOOK.identify(raw, decoded).key] = BOOK.read(raw, decoded)
    return found


def application(name: str, key: str) -> Application:
    document = readings((HERE / name).read_bytes())[key].document
    assert isinstance(document, Application)
    return document


@pytest.mark.parametrize("name", ["products", "patent", "exclusivity"])
def test_a_table_is_known_by_its_header(name: str) -> None:
    assert BOOK.table(Head("x", (HERE / f"{name}.txt").read_bytes())) == name
    assert not BOOK.recognises(Head(f"{name}.txt", (HERE / f"{name}.txt").read_bytes().replace(b"~", b"\t")))


def test_a_patent_with_several_use_codes_is_one_patent_and_its_paediatric_extension_another() -> None:
    patents = application("patent.txt", "patent/090001").patents or ()
    assert [(p.product, p.number, p.expires, p.use_codes) for p in patents] == [
        ("001", "1234567", "2026-08-24", ("U-3", "U-12")),
        ("001", "1234567*PED", "2027-02-24", ()),
        ("002", "RE12345", "2024-04-01", ()),
    ]
    assert [(p.substance, p.product_flag, p.delisted, p.submitted) for p in patents] == [
        (True, False, False, "2010-05-12"),
        (False, False, False, None),
        (False, True, True, None),
    ]


def test_exclusivities_keep_their_codes() -> None:
    document = application("exclusivity.txt", "exclusivity/090001")
    assert [(e.code, e.expires) for e in document.exclusivities or ()] == [("ODE-417", "2031-04-04"), ("ODE*", "2028-04-04")]
    other = application("exclusivity.txt", "exclusivity/090002")
    assert (other.type, [e.expires for e in other.exclusivities or ()]) == ("ANDA", [None])


def test_products_their_notes_and_the_age_before_records() -> None:
    document = application("products.txt", "products/090001")
    (product,) = document.products or ()
    assert (product.strength, product.marketing_status, product.approved) == ("5%", "Discontinued", "1997-02-27")
    assert document.note == "Product 001: Federal Register determination of a made-up kind"
    assert (document.type, document.sponsor) == ("NDA", "SAMPLE WORKS INC")
    (old,) = application("products.txt", "products/090002").products or ()
    assert (old.approved, old.approved_text, old.te_code) == (None, "Approved Prior to Jan 1, 1982", "AB")
    assert old.ingredients == ("ALPHA SODIUM", "BETA")
    assert application("products.txt", "products/090003").sponsor == "DELTA"


def test_names_of_products_and_of_their_holder() -> None:
    result = readings((HERE / "products.txt").read_bytes())["products/090001"]
    assert [(m.role, m.text, m.others) for m in result.mentions] == [
        ("product", "EXEMPLAMOD", ("EXEMPLIX",)),
        ("substance", "EXEMPLAMOD", ()),
        ("sponsor", "SAMPLE WORKS INC", ()),
    ]
    assert [(c.names[0].text, c.ingredients) for c in result.claims] == [("EXEMPLAMOD", ()), ("EXEMPLIX", ("EXEMPLAMOD",))]


@pytest.mark.parametrize("name", ["products.txt", "patent.txt", "exclusivity.txt"])
def test_copies_with_other_line_ends_order_and_lost_zeros_are_the_same(name: str) -> None:
    data = (HERE / name).read_bytes()
    header, *lines = data.splitlines()
    lost = [b"~".join(cell.lstrip(b"0") if cell.isdigit() else cell for cell in line.split(b"~")) for line in reversed(lines)]
    assert contents(b"\n".join([header, *lost])) == contents(data)
    assert contents(b"\r\n".join([header, *lines, b""])) == contents(data)


def test_a_table_cut_off_in_a_row_is_a_broken_file() -> None:
    with pytest.raises(BadFile, match="cut off"):
        raws((HERE / "patent.txt").read_bytes()[:-25])


def test_use_codes_are_one_code_list() -> None:
    codes = OrangeBookUseCodes()
    data = (HERE / "use_codes.json").read_bytes()
    (raw,) = raws(data, codes)
    decoded = codes.decode(raw)
    document = codes.read(raw, decoded).document
    assert isinstance(document, Lookup)
    assert document.words == {"U-1": "TREATMENT OF A MADE-UP DISEASE", "U-12": "A METHOD OF TESTING"}
    assert codes.identify(raw, decoded).key == "patent_use_codes"
    assert not codes.recognises(Head("use_codes.json", b'[{"Code": "X", "Definition": "other"}]'))
    with pytest.raises(BadFile):
        raws(data[:-5], codes)
    with pytest.raises(BadRecord):
        codes.decode(Raw(payload=b'[{"Code": 1}]'))


@pytest.mark.parametrize(
    ("file", "applications", "rows"),
    [
        ("2020-05/patent.txt", 1106, 14191),
        ("2020-05/exclusivity.txt", 498, 1738),
        ("2022-07/patent.txt", 1156, 16892),
        ("2022-07/exclusivity.txt", 583, 2001),
        ("2023-01/patent.txt", 1183, 17835),
        ("2023-01/exclusivity.txt", 629, 2141),
        ("2024-06/patent.txt", 1210, 18578),
        ("2024-06/exclusivity.txt", 581, 2089),
        ("2024-08-products/products.txt", 25724, 45211),
    ],
)
def test_the_real_tables_read_whole(corpus: Path, file: str, applications: int, rows: int) -> None:
    found = raws((corpus / "orange_book" / file).read_bytes())
    decoded = [BOOK.decode(raw) for raw in found]
    assert (len(found), sum(len(each.rows) for each in decoded)) == (applications, rows)
    for raw, each in zip(found, decoded, strict=True):
        document = BOOK.read(raw, each).document
        assert isinstance(document, Application)
        assert all(patent.expires for patent in document.patents or ())
        assert all(product.approved or product.approved_text for product in document.products or ())


def test_aldara_is_discontinued_not_withdrawn(corpus: Path) -> None:
    data = (corpus / "orange_book" / "2024-08-products" / "products.txt").read_bytes()
    document = readings(data)["products/020723"].document
    assert isinstance(document, Application) and document.products
    assert (document.products[0].marketing_status, document.products[0].strength) == ("Discontinued", "5%")
    assert "Federal Register" in (document.note or "")

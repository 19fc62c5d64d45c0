"""One DailyMed SPL document as a `LabelDocument`.

In flows XML bytes; out flows the section tree by LOINC code, with real tables. A section's text is its narrative as it reads (one line per
paragraph, list item or table row) followed by the text of its subsections. Nothing is fetched, no entity is expanded.
"""

from collections.abc import Iterable

from lxml import etree
from msgspec.structs import replace

from theriac.errors import BadRecord
from theriac.labels.document import LabelDocument, Product, Section
from theriac.labels.tables import local, narrative, parser, read_table, squeeze
from theriac.labels.vocabulary import KEY_OF_CODE, key_below, key_of_heading

_TYPES = {"34391-3": "prescription label", "34390-5": "OTC label"}
_DEEPEST = 12  # sections inside sections; the deepest real one seen has 4


def read_spl(xml: bytes) -> LabelDocument:
    """The label in one SPL document; raises BadRecord when it is not well-formed XML or not an SPL document."""
    try:
        root = etree.fromstring(xml, parser())
    except etree.XMLSyntaxError as error:
        raise BadRecord(f"The XML is not well formed ({error}); fetch the document again.", field="document") from error
    if local(root) != "document":
        raise BadRecord(f"The root element is {local(root)!r}, not an SPL 'document'.", field="document")
    code = _child(root, "code")
    products = tuple(_products(root))
    return LabelDocument(
        source_format="spl",
        set_id=_attribute(_child(root, "setId"), "root"),
        version=_attribute(_child(root, "versionNumber"), "value"),
        id=_attribute(_child(root, "id"), "root"),
        effective_time=_attribute(_child(root, "effectiveTime"), "value"),
        document_type=_TYPES.get(_attribute(code, "code")) or _attribute(code, "displayName").lower() or "label (type not stated)",
        jurisdiction="US",
        title=_flat(_child(root, "title")),
        brand_names=tuple(dict.fromkeys(p.name for p in products if p.name)),
        generic_names=tuple(dict.fromkeys(p.generic_name for p in products if p.generic_name)),
        application_numbers=tuple(dict.fromkeys(_approvals(root))),
        routes=tuple(dict.fromkeys(route for p in products for route in p.routes)),
        substances=tuple(dict.fromkeys(name for p in products for name in p.ingredients)),
        products=products,
        sections=tuple(_sections(_child(_child(_child(root, "component"), "structuredBody"), None), "/document", 0)),
    )


def _child(element: etree._Element | None, name: str | None) -> etree._Element | None:
    """The first child of that name; with no name, the element itself."""
    if element is None or name is None:
        return element
    return next((child for child in element if local(child) == name), None)


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "") if element is not None else ""


def _flat(element: etree._Element | None) -> str:
    return squeeze(narrative(element).replace("\n", " ")) if element is not None else ""


def _sections(body: etree._Element | None, path: str, depth: int) -> Iterable[Section]:
    if body is None or depth > _DEEPEST:
        return
    index = 0
    for component in body:
        section = _child(component, "section") if local(component) == "component" else None
        if section is not None:
            index += 1
            yield _section(section, f"{path}/section[{index}]", depth)


def _section(element: etree._Element, path: str, depth: int) -> Section:
    code = _attribute(_child(element, "code"), "code")
    number, title = _numbered(_flat(_child(element, "title")))
    body = _child(element, "text")
    own = "\n".join(part for part in (f"{number} {title}".strip(), narrative(body) if body is not None else "") if part)
    children = _placed(own, tuple(_sections(element, path, depth + 1)))
    text = "\n".join(part for part in (own, *(child.text for child in children)) if part)
    tables = tuple(read_table(e, path) for e in body.iter("{*}table")) if body is not None else ()
    key = KEY_OF_CODE.get(code, "other")
    if key == "other" and depth == 0:
        key = key_of_heading(title) or key
    return Section(
        key=key, code=code, number=number, title=title, text=text, path=path,
        span=(0, len(text)), tables=tables, children=_inherited(children, key),
    )  # fmt: skip


def _inherited(children: tuple[Section, ...], key: str) -> tuple[Section, ...]:
    """Subsections without a code of their own are of the kind their heading or their parent tells (2.1 is dosage)."""
    return tuple(
        replace(child, key=(known := key_below(key, child.title)), children=_inherited(child.children, known)) if child.key == "other" else child
        for child in children
    )


def _numbered(title: str) -> tuple[str, str]:
    head, _, rest = title.partition(" ")
    bare = head.rstrip(".")
    if rest and bare and all(part.isdigit() for part in bare.split(".")):
        return bare, rest.strip()
    return "", title


def _placed(own: str, children: tuple[Section, ...]) -> tuple[Section, ...]:
    at = len(own) + 1 if own else 0
    placed = []
    for child in children:
        if child.text:
            placed.append(shifted(child, at))
            at += len(child.text) + 1
    return tuple(placed)


def shifted(section: Section, by: int) -> Section:
    """The section with its spans, and those below, moved along the text of a longer parent."""
    moved = tuple(shifted(child, by) for child in section.children)
    return replace(section, span=(section.span[0] + by, section.span[1] + by), children=moved)


def _products(root: etree._Element) -> Iterable[Product]:
    """The manufactured products, once each (the outer element of a pair holds the routes, the inner one the names)."""
    for outer in root.iter("{*}manufacturedProduct"):
        inner = _child(outer, "manufacturedProduct")
        if inner is None:
            inner = _child(outer, "manufacturedMedicine")
        if inner is not None:
            yield _product(outer, inner)


def _product(outer: etree._Element, inner: etree._Element) -> Product:
    active = [i for i in inner.iter("{*}ingredient", "{*}activeIngredient") if (i.get("classCode") or "ACTIB").startswith("ACT")]
    routes = (_attribute(e, "displayName").lower() for e in outer.iter("{*}routeCode"))
    generic = next((_flat(_child(e, "name")) for e in inner.iter("{*}genericMedicine")), "")
    return Product(
        name=_flat(_child(inner, "name")), generic_name=generic, strength="; ".join(filter(None, map(_strength, active))),
        form=_attribute(_child(inner, "formCode"), "displayName").lower(), routes=tuple(dict.fromkeys(r for r in routes if r)),
        ingredients=tuple(filter(None, map(_ingredient_name, active))), code=_attribute(_child(inner, "code"), "code"),
    )  # fmt: skip


def _ingredient_name(ingredient: etree._Element) -> str:
    substance = next(iter(ingredient.iter("{*}ingredientSubstance", "{*}activeIngredientSubstance")), None)
    return _flat(_child(substance, "name"))


def _strength(ingredient: etree._Element) -> str:
    """ "10 mg / 1 mL" as the quantity's numerator and denominator say."""
    quantity = _child(ingredient, "quantity")
    top, bottom = _child(quantity, "numerator"), _child(quantity, "denominator")
    if top is None:
        return ""
    amount = f"{_attribute(top, 'value')} {_attribute(top, 'unit')}".strip()
    per = f"{_attribute(bottom, 'value')} {_attribute(bottom, 'unit')}".strip() if bottom is not None else ""
    return amount if per in ("", "1", "1 1") else f"{amount} / {per}"


def _approvals(root: etree._Element) -> Iterable[str]:
    for approval in root.iter("{*}approval"):
        number = _attribute(_child(approval, "id"), "extension")
        if number:
            yield number

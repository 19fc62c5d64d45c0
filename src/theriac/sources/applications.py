"""What the products of a US application say about names: the same rules for Drugs@FDA, openFDA's copy of it and the Orange Book.

Flows in: products as read. Flows out: mentions, claims and a title. A product's name belongs to all its ingredients together, never to one
of several.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from theriac.model import Claim, Mention, Name, Product
from theriac.terms import EntityKind, NameKind

_WORD = re.compile(r"\w+")


def product_mentions(products: Sequence[Product], paths: Sequence[str]) -> tuple[Mention, ...]:
    """Each distinct drug among the products as a whole (role `product`, its brand in `others`), then each distinct substance."""
    whole: dict[tuple[str, ...], list[Mention]] = {}
    parts: dict[str, Mention] = {}
    for product, path in zip(products, paths, strict=True):
        if not product.ingredients:
            continue
        brands = tuple(brand for brand in (_brand(product),) if brand)
        whole.setdefault(product.ingredients, []).append(
            Mention(kind=EntityKind.DRUG, text="; ".join(product.ingredients), role="product", path=path, others=brands)
        )
        for ingredient in product.ingredients:
            parts.setdefault(ingredient, Mention(kind=EntityKind.DRUG, text=ingredient, role="substance", path=path))
    return (*(_together(same) for same in whole.values()), *parts.values())


def _together(same: list[Mention]) -> Mention:
    first = same[0]
    brands = tuple(dict.fromkeys(brand for mention in same for brand in mention.others))
    return Mention(kind=first.kind, text=first.text, role=first.role, path=first.path, others=brands)


def product_claims(products: Sequence[Product], paths: Sequence[str]) -> tuple[Claim, ...]:
    """One claim per distinct substance, and one per distinct brand and its ingredients."""
    return tuple(dict.fromkeys(_claims(products, paths)).keys())


def _claims(products: Sequence[Product], paths: Sequence[str]) -> Iterator[Claim]:
    said: set[tuple[str, ...]] = set()
    for product, path in zip(products, paths, strict=True):
        for ingredient in product.ingredients:
            if (ingredient,) not in said:
                said.add((ingredient,))
                yield Claim(kind=EntityKind.DRUG, names=(Name(text=ingredient, kind=NameKind.SUBSTANCE),), path=path)
        brand = _brand(product)
        if brand and product.ingredients and (brand, *product.ingredients) not in said:
            said.add((brand, *product.ingredients))
            yield Claim(kind=EntityKind.DRUG, names=(Name(text=brand, kind=NameKind.BRAND),), ingredients=product.ingredients, path=path)


def _brand(product: Product) -> str | None:
    return product.name if product.name and product.ingredients and is_own_name(product.name, product.ingredients) else None


def is_own_name(name: str, plain: Iterable[str]) -> bool:
    """Whether a product's name is a name of its own, and not its ingredients' in whatever order, salt and dosage form.

    >>> [is_own_name(name, ["AMLODIPINE BESYLATE", "VALSARTAN"]) for name in ("EXFORGE", "Amlodipine and Valsartan")]
    [True, False]
    """
    return _first_word(name) not in {_first_word(other) for other in plain}


def _first_word(name: str) -> str:
    found = _WORD.search(name)
    return found[0].casefold() if found else ""


def products_title(products: Sequence[Product], number: str) -> str:
    """`ALDARA (imiquimod)`, the first product's name and ingredients; the number where there is neither."""
    for product in products:
        ingredients = "; ".join(product.ingredients).lower()
        if product.name and ingredients and product.name.lower() != ingredients:
            return f"{product.name} ({ingredients})"
        if product.name or ingredients:
            return product.name or ingredients
    return f"Application {number}"


def sponsor_mention(sponsor: str | None, path: str) -> tuple[Mention, ...]:
    """The holder of an application as an organisation to resolve, where it is named."""
    return (Mention(kind=EntityKind.ORGANIZATION, text=sponsor, role="sponsor", path=path),) if sponsor else ()

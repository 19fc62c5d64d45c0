"""One name for each country that the registry has called by two.

Flows in: a country as a registry wrote it. Flows out: the key under which its names compare equal. Only renamings by the registry are
here; a country that became another one is not.
"""

from theriac.flow.plain_words import words

_RENAMED = {
    "turkiye": "turkey",
    "turkey turkiye": "turkey",
    "korea republic of": "south korea",
    "korea democratic people s republic of": "north korea",
    "russian federation": "russia",
    "czech republic": "czechia",
    "viet nam": "vietnam",
    "iran islamic republic of": "iran",
    "syrian arab republic": "syria",
    "lao people s democratic republic": "laos",
    "moldova republic of": "moldova",
    "tanzania united republic of": "tanzania",
    "macedonia the former yugoslav republic of": "north macedonia",
    "former yugoslav republic of macedonia": "north macedonia",
    "swaziland": "eswatini",
    "cape verde": "cabo verde",
    "libyan arab jamahiriya": "libya",
    "palestinian territory occupied": "palestine",
    "palestinian territories occupied": "palestine",
    "congo the democratic republic of the": "democratic republic of the congo",
    "cote d ivoire": "ivory coast",
    "côte d ivoire": "ivory coast",
    "brunei darussalam": "brunei",
    "burma": "myanmar",
}


def country(name: str) -> str:
    """The country's key.

    >>> country("Korea, Republic of") == country("South Korea"), country("Turkey (Türkiye)") == country("Turkey")
    (True, True)
    """
    plain = " ".join(words(name)).replace("ü", "u")
    return _RENAMED.get(plain, plain)

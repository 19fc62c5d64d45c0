"""Two-letter country codes beside the names that registries use, so that `US` and `United States` are one country.

Flows in: a code or a name. Flows out: the key under which both compare equal. `EU` stands for itself: a decision for the Union names no member.
"""

from theriac.flow.country_names import country

_CODES = """
ae united arab emirates|af afghanistan|al albania|am armenia|ao angola|ar argentina|at austria|au australia|az azerbaijan|ba bosnia and herzegovina
bb barbados|bd bangladesh|be belgium|bf burkina faso|bg bulgaria|bh bahrain|bi burundi|bj benin|bn brunei|bo bolivia|br brazil|bs bahamas|bt bhutan
bw botswana|by belarus|bz belize|ca canada|cd democratic republic of the congo|cf central african republic|cg congo|ch switzerland|ci ivory coast
cl chile|cm cameroon|cn china|co colombia|cr costa rica|cu cuba|cv cabo verde|cy cyprus|cz czechia|de germany|dk denmark|do dominican republic
dz algeria|ec ecuador|ee estonia|eg egypt|es spain|et ethiopia|eu european union|fi finland|fj fiji|fr france|ga gabon|gb united kingdom|ge georgia
gh ghana|gm gambia|gn guinea|gp guadeloupe|gr greece|gt guatemala|gw guinea bissau|gy guyana|hk hong kong|hn honduras|hr croatia|ht haiti|hu hungary
id indonesia|ie ireland|il israel|in india|iq iraq|ir iran|is iceland|it italy|jm jamaica|jo jordan|jp japan|ke kenya|kg kyrgyzstan|kh cambodia
kp north korea|kr south korea|kw kuwait|kz kazakhstan|la laos|lb lebanon|lk sri lanka|lr liberia|ls lesotho|lt lithuania|lu luxembourg|lv latvia
ly libya|ma morocco|mc monaco|md moldova|me montenegro|mg madagascar|mk north macedonia|ml mali|mm myanmar|mn mongolia|mo macau|mr mauritania
mt malta|mu mauritius|mv maldives|mw malawi|mx mexico|my malaysia|mz mozambique|na namibia|ne niger|ng nigeria|ni nicaragua|nl netherlands|no norway
np nepal|nz new zealand|om oman|pa panama|pe peru|pg papua new guinea|ph philippines|pk pakistan|pl poland|pr puerto rico|ps palestine|pt portugal
py paraguay|qa qatar|re reunion|ro romania|rs serbia|ru russia|rw rwanda|sa saudi arabia|sd sudan|se sweden|sg singapore|si slovenia|sk slovakia
sl sierra leone|sn senegal|so somalia|sr suriname|sv el salvador|sy syria|sz eswatini|td chad|tg togo|th thailand|tj tajikistan|tm turkmenistan
tn tunisia|tr turkey|tt trinidad and tobago|tw taiwan|tz tanzania|ua ukraine|ug uganda|us united states|uy uruguay|uz uzbekistan|ve venezuela
vn vietnam|ye yemen|za south africa|zm zambia|zw zimbabwe|uk united kingdom|usa united states
"""
_NAMES = {code: name for code, _, name in (entry.strip().partition(" ") for entry in _CODES.replace("\n", "|").split("|") if entry.strip())}
COUNTRIES = frozenset(_NAMES.values())


def country_key(text: str) -> str:
    """The key of a country given by name or by code.

    >>> country_key("US") == country_key("United States"), country_key("Korea, Republic of") == country_key("KR")
    (True, True)
    """
    key = country(text)
    return _NAMES.get(key, key)

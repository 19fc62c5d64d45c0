"""Splits the name of a substance into its active moiety and the salt, ester, hydrate or product suffix that it carries.

Flows in: one name. Flows out: the base name and what was taken off, in the writer's order. A name whose base would be a bare ion or an
everyday acid ("sodium chloride", "zinc oxide", "potassium citrate") is its own moiety and is never taken apart. The word lists are ours.
"""

import re
from typing import NamedTuple

from theriac.flow.keys import SPELLINGS, plain, word_set

CATIONS = word_set(
    "sodium disodium trisodium tetrasodium pentasodium potassium dipotassium calcium magnesium dimagnesium zinc aluminum lithium "
    "ammonium strontium bismuth silver meglumine dimeglumine tromethamine ditromethamine lysine arginine olamine diolamine "
    "monoethanolamine ethanolamine diethanolamine choline benzathine procaine epolamine erbumine ethylenediamine diethylamine "
    "piperazine cyclohexylamine trolamine"
)
ANIONS = word_set(
    "hydrochloride dihydrochloride trihydrochloride tetrahydrochloride monohydrochloride hydrobromide dihydrobromide hydroiodide "
    "chloride dichloride bromide iodide methylbromide methobromide methiodide triethiodide sulfate bisulfate hemisulfate monosulfate "
    "disulfate methylsulfate metilsulfate nitrate phosphate monophosphate diphosphate acetate diacetate triacetate maleate dimaleate "
    "hemimaleate fumarate difumarate hemifumarate succinate hemisuccinate tartrate bitartrate hemitartrate ditartrate citrate malate "
    "lactate gluconate glucuronate gluceptate lactobionate mesylate dimesylate besylate tosylate ditosylate camsylate edisylate "
    "esylate napsylate isethionate pamoate oxalate benzoate salicylate subsalicylate aspartate diaspartate glutamate ascorbate "
    "adipate carbonate bicarbonate tannate hippurate edetate orotate mandelate saccharate xinafoate hydroxynaphthoate "
    "trifluoroacetate trifenatate etiprate aceturate esilate malonate terephthalate sulfosalicylate teoclate nicotinate glycolate "
    "gentisate mucate pidolate stearate glycinate polygalacturonate nafate polistirex polacrilex cyclamate"
)
ESTERS = word_set(
    "hydrogen octanoate di-potassium propionate dipropionate valerate butyrate isobutyrate pivalate cypionate enanthate decanoate "
    "undecanoate undecylenate laurate palmitate caproate hexanoate phenpropionate phenylpropionate furoate benzoate ethylsuccinate "
    "estolate axetil proxetil pivoxil dipivoxil medoxomil kamedoxomil cilexetil mofetil etexilate disoproxil marboxil etabonate "
    "probutate buteprate mebutate tebutate ethyl isopropyl hyclate monocaprate acistrate"
)
HYDRATES = word_set(
    "anhydrous base free-base freebase hydrate monohydrate dihydrate trihydrate tetrahydrate pentahydrate hexahydrate heptahydrate "
    "hemihydrate sesquihydrate hemipentahydrate ethanolate hemiethanolate monoethanolate methanolate solvate hydrous glacial"
)
PREPARATIONS = word_set(
    "recombinant rdna synthetic ultramicrocrystalline kit liposome liposomal micronized microsize ultramicrosize macrocrystalline "
    "macrocrystals microcrystalline"
)
# What is never a moiety by itself: taking the last word off "lithium carbonate" or "lactic acid" would leave nonsense.
_NO_MOIETY = CATIONS | word_set(
    "iron ferrous ferric copper cupric cuprous manganese manganous selenium chromium chromic cobalt gold aurous barium cesium "
    "rubidium gallium lanthanum thallium technetium radium yttrium lutetium samarium indium nickel tin stannous antimony mercury "
    "mercuric mercurous titanium zirconium monomethyl diethyl propyl octyl hydrogen hydroxide oxide acid nitrous nitric ethyl methyl "
    "amyl butyl isopropyl benzyl phenyl methylene dimethyl glyceryl glycerol sorbitan alcohol ester esters salt salts dibasic "
    "monobasic tribasic magnesia alumina ionic trace mineral l dl d n water oil"
)
# Anions whose salts are drugs of their own whichever cation they carry: the anion is no moiety that a name should be led to.
_SIMPLE_ANIONS = ANIONS | word_set(
    "hydroxide oxide peroxide fluoride monofluorophosphate thiosulfate metabisulfite sulfite nitrite perchlorate chlorate iodate "
    "borate selenite selenate silicate trisilicate molybdate biphosphate pyrophosphate polyphosphate citrate acetate formate "
    "hypochlorite chlorite oxybate phenylbutyrate phenylacetate lauryl alginate cyanide sulfide permanganate dichromate"
)
_BIOLOGIC = re.compile(
    r"(?P<base>.*(?:mab|cept|stim|ase|tide|kin|fusp|tug|tamig|toxin[a-e]?|tin|alfa|beta|gamma|pegol|vec|leucel|gene|vedotin|tansine|deruxtecan|"
    r"tesirine|govitecan|glargine|lispro|aspart|ganocetin|mafenatox|pasudotox|diftitox|tocog|nacog|tropin|sirsen|bant|tirumotecan|ravtansine|"
    r"relin|insulin[ a-z]*|immune globulin[ a-z]*|factor[ a-z0-9]*))-(?P<suffix>[a-z]{4})\Z"
)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_METALS = word_set("sodium disodium potassium calcium magnesium zinc lithium strontium")
_FORM_WORDS = ANIONS | CATIONS | ESTERS | HYDRATES | PREPARATIONS
_PAIRS = frozenset({"resin complex", "lipid complex", "phosphate complex", "dimethyl sulfoxide", "fumaric acid", "genetical recombination"})
_ISOTOPE = re.compile(r"(?:[a-z]{1,2}-?\d{1,3}m?|\d{1,3}m?-?[a-z]{1,2})\Z")
_WORDS_NOT_SUFFIXES = word_set("alfa beta type long fast zinc acid free plus oral drug gene dose rich coat like cell line")


class Split(NamedTuple):
    """A name taken apart: the base, what was taken off ("tartrate"), and whether that was a product suffix rather than a chemical part."""

    base: str
    form: str
    suffix: bool = False


def words_of(text: str) -> list[str]:
    """The words of a name in small letters, hyphens kept inside."""
    small = plain(text)
    if "(" in small or "[" in small:
        small = _IN_BRACKETS.sub(_unwrapped, small)
    return [word for word in re.split(r"[\s,;]+", small) if word]


def _unwrapped(found: re.Match[str]) -> str:
    """The salt in brackets as a plain word ("(as besilate)"), anything else as it stands."""
    inside = (found[1] or found[2]).removeprefix("as ").replace("origin", "").split()
    salty = inside and all(SPELLINGS.get(word, word) in _FORM_WORDS for word in inside)
    return f" {' '.join(inside)} " if salty else found[0]


def split_salt(text: str) -> Split:
    """The base of a name and its form; the form is empty where the name is its own moiety.

    >>> split_salt("Metoprolol tartrate"), split_salt("lithium carbonate")
    (Split(base='metoprolol', form='tartrate', suffix=False), Split(base='lithium carbonate', form='', suffix=False))
    >>> split_salt("adalimumab-atto")
    Split(base='adalimumab', form='atto', suffix=True)
    """
    return split_words(words_of(text))


def split_words(words: list[str]) -> Split:
    """`split_salt` of words in small letters, hyphens kept inside."""
    words = [SPELLINGS.get(word, word) for word in words]
    whole = " ".join(words)
    if "-" in whole:
        found = _BIOLOGIC.match(whole)
        if found and found["suffix"] not in _WORDS_NOT_SUFFIXES:
            return Split(found["base"], found["suffix"], suffix=True)
    words = turned(words) or words
    end = _start_of(words, _FORM_WORDS)
    if not _is_moiety(words[:end]):
        end = _start_of(words, HYDRATES)
    if end == len(words):
        return Split(whole, "")
    return Split(" ".join(words[:end]), " ".join(words[end:]))


def _start_of(words: list[str], trailing: frozenset[str]) -> int:
    """Where the run of trailing words begins; never 0."""
    end = len(words)
    while end > 1:
        last = words[end - 1]
        if last in trailing or (last[1:2] == "-" and last[2:] in trailing):
            end -= 1
        elif end > 2 and f"{words[end - 2]} {last}" in _PAIRS and trailing is _FORM_WORDS:
            end -= 2
        else:
            break
    return end


def _is_moiety(words: list[str]) -> bool:
    """Whether a drug may be called this: more than ions, everyday acids, alkyl groups and isotopes."""
    if len(words) > 1 and words[0] in CATIONS:
        return False
    return any(len(word) > 2 and word not in _NO_MOIETY and word not in ANIONS and not _ISOTOPE.match(word) for word in words)


def acid_of(base: str) -> str | None:
    """The acid that an anion's name belongs to ("clavulanate" → "clavulanic acid"), or None. Only a candidate: not every -ate is an anion.

    >>> acid_of("clavulanate"), acid_of("imiquimod"), acid_of("citrate")
    ('clavulanic acid', None, None)
    """
    if base.endswith("ate") and len(base) > 6 and " " not in base and base not in _SIMPLE_ANIONS:
        return base[:-3] + "ic acid"
    return None


def turned(words: list[str]) -> list[str] | None:
    """The name with a leading cation put last ("sodium valproate" → "valproate sodium"), or None where that makes no sense."""
    if len(words) == 2 and words[0] in _METALS and words[1].endswith("ate") and words[1] not in _SIMPLE_ANIONS:
        return [words[1], words[0]]
    return None

"""Structures: pictures, identity, similarity and substructure search over loaded molecules (the extra `chem`).

Flows in: SMILES with the identifiers they belong to. Flows out: InChIKeys, parents without their salt, hits with their score, SVG. RDKit is
imported when something is asked and not before; where it is missing, one sentence says how to get it. A structure that cannot be read is
counted and left out, never guessed.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from theriac.errors import UserError
from theriac.model import Struct

_MISSING = "structures need RDKit, which is not installed; install the extra: pip install 'theriac[chem]'"
_RADIUS, _BITS = 2, 2048


class Hit(Struct, frozen=True):
    """One molecule that was found; `score` is the Tanimoto similarity of Morgan fingerprints, or 1.0 where the substructure is contained."""

    id: str
    smiles: str
    score: float


class Library:
    """Molecules with their fingerprints, made once and asked often."""

    def __init__(self, ids: list[str], smiles: list[str], molecules: list[Any], fingerprints: list[Any], unread: tuple[str, ...]) -> None:
        self.ids = ids
        self.smiles = smiles
        self.molecules = molecules
        self.fingerprints = fingerprints
        self.unread = unread

    @classmethod
    def of(cls, structures: Iterable[tuple[str, str]]) -> "Library":
        """The library of (identifier, SMILES); `unread` names those whose SMILES RDKit refuses."""
        chem, generator = _rdkit(), _generator()
        ids, texts, molecules, prints, unread = [], [], [], [], []
        for identifier, smiles in structures:
            molecule = chem.MolFromSmiles(smiles)
            if molecule is None:
                unread.append(identifier)
                continue
            ids.append(identifier)
            texts.append(smiles)
            molecules.append(molecule)
            prints.append(generator.GetFingerprint(molecule))
        return cls(ids, texts, molecules, prints, tuple(unread))


def _part(name: str) -> Any:
    """A module of RDKit; UserError where RDKit is not installed."""
    try:
        return import_module(f"rdkit.{name}")
    except ImportError as error:
        raise UserError(_MISSING) from error


def _rdkit() -> Any:
    """RDKit's Chem module, silent about structures that it refuses: they are counted here."""
    chem = _part("Chem")
    _part("RDLogger").DisableLog("rdApp.*")
    return chem


def _generator() -> Any:
    return _part("Chem.rdFingerprintGenerator").GetMorganGenerator(radius=_RADIUS, fpSize=_BITS)


def molecule_of(smiles: str) -> Any:
    """The molecule of a SMILES; UserError where it is none."""
    molecule = _rdkit().MolFromSmiles(smiles)
    if molecule is None:
        raise UserError(f"{smiles!r} is not a structure that can be read; write it as SMILES")
    return molecule


def is_structure(text: str) -> bool:
    """Whether a text can be read as SMILES; what holds a blank is none."""
    return " " not in text.strip() and _rdkit().MolFromSmiles(text.strip()) is not None


def inchikey(smiles: str) -> str:
    """The standard InChIKey of a structure: what two sources' records of one molecule share."""
    return str(_rdkit().MolToInchiKey(molecule_of(smiles)))


def parent(smiles: str) -> str:
    """The canonical SMILES of the parent: the largest part without salt, solvent and charge."""
    molecule, standard = molecule_of(smiles), _part("Chem.MolStandardize.rdMolStandardize")
    return str(_rdkit().MolToSmiles(standard.Uncharger().uncharge(standard.FragmentParent(molecule))))


def bare_parent(smiles: str) -> str:
    """The parent of a salt; a molecule of one part stays as it is written, and what cannot be read stays for the caller to refuse."""
    return parent(smiles) if "." in smiles and _rdkit().MolFromSmiles(smiles) is not None else smiles


def same_molecule(first: str, second: str) -> bool:
    """Whether two structures are one molecule once salts are taken off: what proves that an identifier was put on the wrong drug."""
    return inchikey(parent(first)) == inchikey(parent(second))


def similar(library: Library, smiles: str, *, least: float = 0.6, limit: int = 20) -> tuple[Hit, ...]:
    """The molecules at least so similar, the most similar first; similar structure says nothing of similar action."""
    scores = _part("DataStructs").BulkTanimotoSimilarity(_generator().GetFingerprint(molecule_of(smiles)), library.fingerprints)
    found = [(score, number) for number, score in enumerate(scores) if score >= least]
    ranked = sorted(found, key=lambda one: (-one[0], library.ids[one[1]]))[:limit]
    return tuple(Hit(id=library.ids[number], smiles=library.smiles[number], score=round(score, 4)) for score, number in ranked)


def containing(library: Library, pattern: str, *, limit: int = 50) -> tuple[Hit, ...]:
    """The molecules that hold a substructure (SMARTS or SMILES), in the library's order; UserError where the pattern is neither."""
    query = _rdkit().MolFromSmarts(pattern)
    if query is None:
        raise UserError(f"{pattern!r} is not a pattern that can be read; write it as SMARTS or SMILES")
    found = []
    for identifier, smiles, molecule in zip(library.ids, library.smiles, library.molecules, strict=True):
        if molecule.HasSubstructMatch(query):
            found.append(Hit(id=identifier, smiles=smiles, score=1.0))
            if len(found) == limit:
                break
    return tuple(found)


def picture(smiles: str, width: int = 320, height: int = 240) -> str:
    """The structure as SVG, without a declaration in front, so that it can stand inside a page."""
    molecule, draw = molecule_of(smiles), _part("Chem.Draw.rdMolDraw2D")
    drawer = draw.MolDraw2DSVG(width, height)
    draw.PrepareAndDrawMolecule(drawer, molecule)
    drawer.FinishDrawing()
    text = str(drawer.GetDrawingText())
    return text[text.index("<svg") :]

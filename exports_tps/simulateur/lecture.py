"""Reads a PES_Aller as a stream: one small tree per pièce, attachment or signature, then forgotten.

The parser is expat, from the standard library; the memory used does not depend on the number of
mandats nor on the size of the attachments.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from exports_tps.simulateur.contenu import ContenuPieceJointe

TAILLE_LECTURE = 1 << 16
DEPENSE = "depense"
RECETTE = "recette"


class XmlIllisible(Exception):
    """The file is not well-formed XML, or carries a document type; the message says where."""


@dataclass(slots=True)
class Noeud:
    """One element: local name, namespace, line in the file, attributes, children, text."""

    nom: str
    espace: str
    ligne: int
    attributs: dict[str, str]
    enfants: list["Noeud"] = field(default_factory=list)
    texte: str = ""
    contenu: ContenuPieceJointe | None = None

    def tous(self, chemin: str) -> list["Noeud"]:
        """Every descendant reached by `chemin` ("InfoPce/PJRef"), in file order."""
        noeuds = [self]
        for nom in chemin.split("/"):
            noeuds = [enfant for noeud in noeuds for enfant in noeud.enfants if enfant.nom == nom]
        return noeuds

    def premier(self, chemin: str) -> "Noeud | None":
        """The first element reached by `chemin`, if any."""
        return next(iter(self.tous(chemin)), None)

    def valeur(self, chemin: str) -> str:
        """Attribute V of the first element reached by `chemin`, '' when absent."""
        noeud = self.premier(chemin)
        return noeud.attributs.get("V", "") if noeud else ""

    def descendants(self, nom: str) -> Iterator["Noeud"]:
        """Every descendant of that local name, at any depth."""
        for enfant in self.enfants:
            if enfant.nom == nom:
                yield enfant
            yield from enfant.descendants(nom)


Saut = tuple[int, int]  # bytes of the file to pass over: from, to


class Evenement(NamedTuple):
    """What has just been read: its kind, the side (dépense or recette, '' elsewhere), the tree.

    Where a bordereau begins, `sauts` is what to pass over to read it again without those before it.
    """

    genre: str
    sens: str
    noeud: Noeud
    sauts: tuple[Saut, ...] = ()


def _chemins() -> dict[str, tuple[str, str]]:
    chemins = {
        "Enveloppe": ("enveloppe", ""),
        "EnTetePES": ("entete", ""),
        "PES_Facture": ("facture", ""),
        "PES_PJ/EnTetePES_PJ": ("entete_pj", ""),
        "PES_PJ/PJ": ("pj", ""),
        "ACQUIT_RETOUR/ElementACQUIT_RETOUR": ("acquit_retour", ""),
        "Signature": ("signature", ""),
    }
    for sens, bloc in ((DEPENSE, "Depense"), (RECETTE, "Recette")):
        chemins[f"PES_{bloc}Aller/EnTete{bloc}"] = ("entete_domaine", sens)
        chemins[f"PES_{bloc}Aller/Bordereau/BlocBordereau"] = ("bordereau", sens)
        chemins[f"PES_{bloc}Aller/Bordereau/Piece"] = ("piece", sens)
        chemins[f"PES_{bloc}Aller/Bordereau/Signature"] = ("signature", sens)
    return chemins


CHEMINS = _chemins()
FINS = {"PES_DepenseAller/Bordereau": DEPENSE, "PES_RecetteAller/Bordereau": RECETTE}
PROFONDEUR_UTILE = 3
PROFONDEUR_DOMAINE = 2  # the root is at 1


class _Lecteur:
    """The handlers of the parser; finished events wait in `prets` until they are taken."""

    def __init__(self) -> None:
        self.prets: list[Evenement] = []
        self.ouverts: list[Noeud] = []  # the tree being kept, root first
        self.chemin: list[str] = []
        self.retenu: tuple[str, str] = ("", "")
        self.premier_domaine = self.domaine = self.premier_fils = -1  # where they begin, in bytes
        self.parseur = expat.ParserCreate(namespace_separator=" ")
        self.parseur.buffer_text = True
        self.parseur.buffer_size = TAILLE_LECTURE
        self.parseur.StartElementHandler = self.debut
        self.parseur.EndElementHandler = self.fin
        self.parseur.CharacterDataHandler = self.texte
        self.parseur.StartDoctypeDeclHandler = self.doctype

    def debut(self, nom_complet: str, attributs: dict[str, str]) -> None:
        espace, _, nom = nom_complet.rpartition(" ")
        self.chemin.append(nom)
        if len(self.chemin) == 1:
            self._noter("racine", "", Noeud(nom, espace, 1, attributs))
            return
        self._reperer()
        cle = "/".join(self.chemin[1:]) if len(self.chemin) - 1 <= PROFONDEUR_UTILE else ""
        if not self.ouverts and cle not in CHEMINS:
            if cle in FINS:
                ici = self.parseur.CurrentByteIndex
                sauts = ((self.premier_domaine, self.domaine), (self.premier_fils, ici))
                noeud = self._noeud(nom, espace, attributs)
                self.prets.append(Evenement("debut_bordereau", FINS[cle], noeud, sauts))
            return
        noeud = self._noeud(nom, espace, attributs)
        if self.ouverts:
            self.ouverts[-1].enfants.append(noeud)
        else:
            self.retenu = CHEMINS[cle]
        if nom == "Fichier":
            noeud.contenu = ContenuPieceJointe()
        self.ouverts.append(noeud)

    def _reperer(self) -> None:
        """Note where a domain begins, and what is first in the root and in the domain."""
        profondeur = len(self.chemin)
        if profondeur == PROFONDEUR_DOMAINE:
            self.domaine, self.premier_fils = self.parseur.CurrentByteIndex, -1
            if self.premier_domaine < 0:
                self.premier_domaine = self.domaine
        elif profondeur == PROFONDEUR_DOMAINE + 1 and self.premier_fils < 0:
            self.premier_fils = self.parseur.CurrentByteIndex

    def fin(self, _nom: str) -> None:
        cle = "/".join(self.chemin[1:]) if len(self.chemin) - 1 < PROFONDEUR_UTILE else ""
        self.chemin.pop()
        if self.ouverts:
            noeud = self.ouverts.pop()
            if noeud.contenu:
                noeud.contenu.terminer()
            if not self.ouverts:
                self._noter(*self.retenu, noeud)
        elif cle in FINS:
            self._noter("fin_bordereau", FINS[cle], self._noeud("Bordereau", "", {}))

    def texte(self, texte: str) -> None:
        if not self.ouverts:
            return
        noeud = self.ouverts[-1]
        if noeud.contenu:
            noeud.contenu.ajouter(texte)
        elif not texte.isspace():
            noeud.texte += texte

    def doctype(self, *_: object) -> None:
        raise XmlIllisible(f"ligne {self.parseur.CurrentLineNumber}\u202f: DOCTYPE interdit.")

    def _noeud(self, nom: str, espace: str, attributs: dict[str, str]) -> Noeud:
        return Noeud(nom, espace, self.parseur.CurrentLineNumber, attributs)

    def _noter(self, genre: str, sens: str, noeud: Noeud) -> None:
        self.prets.append(Evenement(genre, sens, noeud))


def lire(fichier: Path, sauts: Iterable[Saut] = ()) -> Iterator[Evenement]:
    """Yield what `fichier` holds, in file order, but for the bytes in `sauts`.

    Kinds: racine, enveloppe, entete, entete_domaine, debut_bordereau, bordereau, piece, signature,
    fin_bordereau, facture, entete_pj, pj, acquit_retour. Raises XmlIllisible, or OSError.
    """
    lecteur = _Lecteur()
    with fichier.open("rb") as flux:
        for octets in _morceaux(flux, sauts):
            try:
                lecteur.parseur.Parse(octets, not octets)
            except expat.ExpatError as erreur:
                yield from lecteur.prets
                raison = expat.errors.messages.get(erreur.code, "")
                raise XmlIllisible(
                    f"ligne {erreur.lineno}\u202f: XML mal formé ({raison})."
                ) from erreur
            yield from lecteur.prets
            lecteur.prets.clear()


def _morceaux(flux: BinaryIO, sauts: Iterable[Saut]) -> Iterator[bytes]:
    """The bytes of a file, by chunks; an empty one ends them."""
    for debut, fin in sauts:
        while reste := debut - flux.tell():
            yield flux.read(min(reste, TAILLE_LECTURE))
        flux.seek(fin)
    while octets := flux.read(TAILLE_LECTURE):
        yield octets
    yield b""

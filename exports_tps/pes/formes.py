"""Pièces of a shape already accepted: read again by their values alone.

The shape of a pièce is its text without the values of its leaves. Once a pièce was accepted in
full, the next ones of its shape differ by their values only: the same types check these, and the
record is made, when it is asked for, without walking the elements again. Whatever else there is (a
value that is refused, an unknown entity, a comment) is left to the full reading, which says what is
wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from exports_tps.pes.declarations import Champ, Enregistrement
from exports_tps.pes.ecriture import extraire
from exports_tps.pes.evenements import Unite

ENCODAGE: Final = "iso-8859-1"  # one byte, one character: offsets in the text are offsets in bytes
_AVANT_VALEUR: Final = " V="
_BORNE: Final = '"'  # what is between two of them is a value; a shape keeps them
_PIECE: Final = re.compile(r"[ \t\n]*<Piece[ >]")
_PARTICULIER: Final = re.compile(r"<[!?]|['&\r]")  # what could hide a value, or show a false one
_ORDINAIRE: Final = re.compile(r"[^\x00-\x1f<&]*(?:&(?:amp|lt|gt|quot|apos);[^\x00-\x1f<&]*)*")
_ENTITES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_FORMES: Final = 256  # shapes kept, of a few kilobytes each
_MEMOIRE: Final = 256  # values of a leaf kept: codes, dates, towns come back


class _Inhabituelle(Exception):
    """A value that the full reading must look at."""


class _Lues(dict[str, Any]):
    """The values of one field by their text in the file, each checked once."""

    def __init__(self, champ: Champ) -> None:
        super().__init__()
        self._type = champ.type_simple
        self._exige = champ.exige

    def __missing__(self, brute: str) -> Any:
        texte = _sans_entites(brute)
        if self._type is None or not self._type.accepte(texte):
            raise _Inhabituelle
        valeur = self._type.lire(texte)
        if self._exige is not None and valeur != self._exige:
            raise _Inhabituelle
        if len(self) < _MEMOIRE:
            self[brute] = valeur
        return valeur


_lues = cache(_Lues)


def _sans_entites(brute: str) -> str:
    if not _ORDINAIRE.fullmatch(brute):
        raise _Inhabituelle
    if "&" in brute:
        for entite, caractere in _ENTITES:
            brute = brute.replace(entite, caractere)
    return brute


@dataclass(frozen=True, slots=True)
class _Etape:
    """Makes one record, or the tuple of a repeated field when there is no class."""

    classe: type[Enregistrement] | None
    noms: tuple[str, ...]
    prendre: Callable[[list[Any]], tuple[Any, ...]]


class Forme:
    """How to make a record of the values of a pièce, in the order of the file."""

    def __init__(self, modele: Enregistrement, nombre: int) -> None:
        self._lues: list[_Lues] = []
        self._etapes: list[_Etape] = []
        self._nombre = nombre
        self._composer(modele)

    @cached_property
    def rangs(self) -> Any:
        """A record like those of the shape, whose leaves are the ranks of their values."""
        return self.objet(range(self._nombre))

    def valeurs(self, brutes: Sequence[str]) -> list[Any]:
        """Return the values, checked. Raises `_Inhabituelle` for one to look at."""
        return [lues[brute] for lues, brute in zip(self._lues, brutes, strict=True)]

    def objet(self, valeurs: Sequence[Any]) -> Any:
        """Return the record of `valeurs`."""
        prises_dans = list(valeurs)
        for etape in self._etapes:
            prises = etape.prendre(prises_dans)
            classe = etape.classe
            prises_dans.append(prises if classe is None else classe.reprendre(etape.noms, prises))
        return prises_dans[-1]

    def _composer(self, modele: Enregistrement) -> int:
        """Note the leaves and the blocks of `modele`; return the rank of what makes it."""
        valeurs = vars(modele)
        presents = [c for c in modele.CHAMPS if valeurs.get(c.nom) not in (None, ())]
        rangs = [self._rang(champ, valeurs[champ.nom]) for champ in presents]
        noms = tuple(champ.nom for champ in presents)
        return self._ajouter(_Etape(type(modele), noms, extraire(rangs)))

    def _rang(self, champ: Champ, valeur: Any) -> int:
        if not champ.est_multiple:
            return self._rang_simple(champ, valeur)
        rangs = [self._rang_simple(champ, element) for element in valeur]
        return self._ajouter(_Etape(None, (), extraire(rangs)))

    def _rang_simple(self, champ: Champ, valeur: Any) -> int:
        if champ.type_simple is None:
            return self._composer(valeur)
        self._lues.append(_lues(champ))
        return len(self._lues) - 1

    def _ajouter(self, etape: _Etape) -> int:
        self._etapes.append(etape)
        return self._nombre + len(self._etapes) - 1


@dataclass(frozen=True, slots=True)
class _Connue:
    forme: Forme
    ligne: int
    lignes: tuple[int, ...]
    hauteur: int


@dataclass(slots=True)
class Reprise:
    """A pièce read by its shape, whose text begins on line `depart`."""

    connue: _Connue
    valeurs: list[Any]
    depart: int

    @property
    def forme(self) -> Forme:
        """Its shape."""
        return self.connue.forme

    @property
    def ligne(self) -> int:
        """Line of the pièce."""
        return self.depart + self.connue.ligne

    @property
    def hauteur(self) -> int:
        """Number of line ends in its text."""
        return self.connue.hauteur

    def unite(self) -> Unite:
        """Return what a full reading would have given."""
        lignes = tuple(self.depart + rang for rang in self.connue.lignes)
        return Unite("Piece", self.forme.objet(self.valeurs), self.ligne, lignes)


class Formes:
    """The shapes accepted so far in one file, by what they stand in (mandats are not titres)."""

    def __init__(self) -> None:
        self._connues: dict[tuple[object, str], _Connue] = {}

    def lire(self, parent: object, texte: str, ligne: int) -> Reprise | None:
        """Read a pièce, blanks before it included; None when its shape or a value is not known."""
        morceaux = texte.split(_BORNE)
        connue = self._connues.get((parent, _BORNE.join(morceaux[::2])))
        if connue is None:
            return None
        try:
            return Reprise(connue, connue.forme.valeurs(morceaux[1::2]), ligne)
        except (_Inhabituelle, ValueError):
            return None

    def apprendre(
        self, parent: object, texte: str, objet: Enregistrement, ligne: int, lignes: Sequence[int]
    ) -> None:
        """Keep the shape of a pièce accepted in full, when values alone can tell the next ones."""
        morceaux = texte.split(_BORNE)
        fixes, brutes = morceaux[::2], morceaux[1::2]
        fixe = _BORNE.join(fixes)
        if len(self._connues) >= _FORMES or not _PIECE.match(fixe) or _PARTICULIER.search(fixe):
            return
        if len(fixes) == len(brutes) or not all(f.endswith(_AVANT_VALEUR) for f in fixes[:-1]):
            return
        forme = Forme(objet, len(brutes))
        try:
            est_fidele = forme.objet(forme.valeurs(brutes)) == objet
        except (_Inhabituelle, ValueError):
            return
        if est_fidele:
            connue = _Connue(forme, ligne, tuple(lignes), texte.count("\n"))
            self._connues[parent, fixe] = connue

"""The bytes of a column of text, looked at all at once: what regular expressions do too slowly."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Masque = np.ndarray[Any, np.dtype[np.bool_]]
Entiers = np.ndarray[Any, np.dtype[np.int64]]
Octets = np.ndarray[Any, np.dtype[np.uint8]]
ABSENT = 255  # what a byte that is neither figure nor letter becomes


def fleche(colonne: "pd.Series[str]") -> pa.Array:
    """Return a column of text as one Arrow array."""
    tableau = pa.array(colonne, pa.large_string())
    return tableau.combine_chunks() if isinstance(tableau, pa.ChunkedArray) else tableau


def _valeurs(*plages: tuple[str, int]) -> Octets:
    """Make a table from byte to value; each range gives its characters and the first value."""
    table = np.full(256, ABSENT, np.uint8)
    for caracteres, premiere in plages:
        for rang, caractere in enumerate(caracteres):
            table[ord(caractere)] = premiere + rang
    return table


CHIFFRES = "0123456789"
DANS_UN_IBAN = _valeurs((CHIFFRES, 0), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10))
DANS_UN_RIB = _valeurs((CHIFFRES, 0), ("ABCDEFGHI", 1), ("JKLMNOPQR", 1), ("STUVWXYZ", 2))
COMMANDES = np.array([octet < ord(" ") or octet == 127 for octet in range(256)])  # noqa: PLR2004
A_OTER = np.array([octet in b" .-/" or octet < 33 or octet > 127 for octet in range(256)])  # noqa: PLR2004
FORMULES = np.array([octet in b"=@" for octet in range(256)])


@dataclass(frozen=True, slots=True)
class Colonne:
    """The bytes of a column, and where each cell begins and ends."""

    octets: Octets
    bornes: Entiers

    @classmethod
    def de(cls, tableau: pa.Array) -> "Colonne":
        """Look at an Arrow array of text, without copying it."""
        _, bornes, octets = tableau.buffers()
        toutes = np.frombuffer(bornes, np.int64)[tableau.offset : tableau.offset + len(tableau) + 1]
        contenu = np.frombuffer(octets, np.uint8) if octets else np.empty(0, np.uint8)
        return cls(contenu, toutes)

    @property
    def longueurs(self) -> Entiers:
        """The length of each cell, in bytes."""
        return np.diff(self.bornes)

    def contient(self, lesquels: Masque) -> bool:
        """Tell whether one of these bytes is anywhere in the column."""
        utiles = self.octets[self.bornes[0] : self.bornes[-1]]
        return bool(lesquels[utiles].any())

    def commence_par(self, lesquels: Masque) -> Masque:
        """Tell which cells begin with one of these bytes."""
        pleines = self.longueurs > 0
        trouvees = np.zeros(len(pleines), np.bool_)
        trouvees[pleines] = lesquels[self.octets[self.bornes[:-1][pleines]]]
        return trouvees

    def matrice(self, largeur: int) -> tuple[Masque, Octets]:
        """Return which cells have this length, and their bytes, one row a cell."""
        justes = self.longueurs == largeur
        places = self.bornes[:-1][justes][:, None] + np.arange(largeur)
        return justes, self.octets[places] if len(places) else np.empty((0, largeur), np.uint8)


def compacter(tableau: pa.Array) -> pa.Array:
    """Return texts without the spaces, dots, dashes and slashes that people put in numbers."""
    if not Colonne.de(tableau).contient(A_OTER):
        return tableau
    return pc.replace_substring_regex(tableau, r"[\s\p{Z}.\-/]+", "")


def reste_97(valeurs: Octets, depart: "Entiers | int" = 0) -> Entiers:
    """Return the remainder by 97 of numbers written one digit, or letter of two, a column."""
    reste = np.zeros(len(valeurs), np.int64) + depart
    for colonne in valeurs.T.astype(np.int64):
        reste = (reste * np.where(colonne < 10, 10, 100) + colonne) % 97  # noqa: PLR2004
    return reste

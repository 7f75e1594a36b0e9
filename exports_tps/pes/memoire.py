"""Rules not asked twice about the same values.

A rule depends on nothing but what it reads. The first pièce of a shape is shown to the rules
through a witness that notes which values they read; another pièce that has the same ones there
would get the same answer. Only « nothing to say » is kept: whoever departs from a rule is examined
each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from exports_tps.pes.declarations import Enregistrement
from exports_tps.pes.ecriture import extraire
from exports_tps.pes.formes import Forme, Reprise
from exports_tps.pes.regles import Ecart

MEMOIRE: Final = 4096  # answers kept, of a few hundred bytes each

Regle = Callable[[Any, Any], Iterator[Ecart]]


class Temoin:
    """Shows a record, and notes in `lus` the ranks of the values that are read from it."""

    __slots__ = ("_lus", "_objet", "_rangs")

    def __init__(self, objet: Enregistrement, rangs: Any, lus: set[int]) -> None:
        self._objet = objet
        self._rangs = rangs
        self._lus = lus

    def __getattr__(self, nom: str) -> Any:
        champ = next(champ for champ in self._objet.CHAMPS if champ.nom == nom)
        valeur = getattr(self._objet, nom)
        if valeur is None or valeur == ():
            return valeur  # the shape tells that it is not there
        rangs = getattr(self._rangs, nom)
        if champ.est_multiple:
            return tuple(self._montrer(*paire) for paire in zip(valeur, rangs, strict=True))
        return self._montrer(valeur, rangs)

    def _montrer(self, valeur: Any, rang: Any) -> Any:
        if isinstance(valeur, Enregistrement):
            return Temoin(valeur, rang, self._lus)
        self._lus.add(rang)
        return valeur


@dataclass(frozen=True, slots=True)
class _Lecture:
    """The ranks of what the rule has read so far of a shape, and what takes these values."""

    lus: frozenset[int]
    prendre: Callable[[list[Any]], tuple[Any, ...]]


class Memoire:
    """What `regle` answered about the pièces under one head, by shape and by the values read."""

    def __init__(self, regle: Regle, tete: Any) -> None:
        self._regle = regle
        self._tete = tete
        self._lectures: dict[Forme, _Lecture] = {}
        self._sans_ecart: set[tuple[Forme, tuple[Any, ...]]] = set()

    def ecarts(self, reprise: Reprise) -> list[Ecart]:
        """Return what departs from the rule in a pièce read by its shape."""
        forme, valeurs = reprise.forme, reprise.valeurs
        lecture = self._lectures.get(forme)
        if lecture is not None and (forme, lecture.prendre(valeurs)) in self._sans_ecart:
            return []
        lus = set(lecture.lus) if lecture else set()
        ecarts = list(self._regle(self._tete, Temoin(forme.objet(valeurs), forme.rangs, lus)))
        if ecarts:
            return ecarts
        if lecture is None or lus != lecture.lus:
            self._lectures[forme] = lecture = _Lecture(frozenset(lus), extraire(sorted(lus)))
        if len(self._sans_ecart) >= MEMOIRE:
            self._sans_ecart.clear()
        self._sans_ecart.add((forme, lecture.prendre(valeurs)))
        return []

    def lus(self, forme: Forme) -> frozenset[int]:
        """Return the ranks of what the rule has read so far of a shape it was asked about."""
        return self._lectures[forme].lus

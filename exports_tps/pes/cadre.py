"""An open element: where its children are, in what order and number, and the record they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exports_tps.pes.modeles import Noeud, Particule

# What tells an anomaly: its rule, its tag, its words and, when it is not that of a flux, its level.
Refuser = Callable[..., None]


@dataclass(slots=True)
class Cadre:
    """An open element: where we are among its children, and the fields read so far."""

    noeud: Noeud
    ligne: int
    champs: dict[str, Any]
    particule: Particule | None = None
    position: int = -1
    presents: set[str] | None = None
    repetes: dict[int, int] | None = None

    def placer(self, particule: Particule, refuser: Refuser) -> None:
        """Take a child, after checking its order and cardinality."""
        position = particule.position
        if position > self.position + 1:
            for balise in self.noeud.manquants(self.position, position):
                refuser("cardinalite", balise, f"il manque « {balise} ».")
        elif position <= self.position:
            self._deplacer(particule, refuser)
        self.position = max(self.position, position)
        if self.presents is not None:
            self.presents.add(particule.noeud.balise)

    def _deplacer(self, particule: Particule, refuser: Refuser) -> None:
        balise = particule.noeud.balise
        if particule.position < self.position:
            avant = self.noeud.particules[self.position].noeud.balise
            refuser("ordre", balise, f"« {balise} » doit précéder « {avant} ».")
        elif not particule.est_multiple:
            refuser("cardinalite", balise, f"« {balise} » est en double.")
        elif particule.champ is not None and (maximum := particule.champ.maximum):
            repetes = self.repetes = self.repetes or {}
            repetes[particule.position] = nombre = repetes.get(particule.position, 1) + 1
            if nombre == maximum + 1:
                refuser("cardinalite", balise, f"« {balise} » : {maximum} au plus.")

    def affecter(self, particule: Particule, valeur: Any, refuser: Refuser) -> None:
        """Keep the value of a child, if the record has a field for it."""
        champ = particule.champ
        if champ is None:
            return
        if champ.exige is not None and valeur != champ.exige:
            refuser("version", champ.balise, f"la valeur {champ.exige} est exigée.", champ.niveau)
        if champ.est_multiple:
            self.champs.setdefault(champ.nom, []).append(valeur)
        else:
            self.champs[champ.nom] = valeur

    def construire(self, *, est_tolerant: bool) -> Any:
        """Return the record of the closed element; a tolerant one leaves what it lacks empty."""
        classe = self.noeud.classe
        if classe is None:
            return None
        champs = self.champs
        for champ in classe.CHAMPS:
            if champ.est_multiple:
                champs[champ.nom] = tuple(champs.get(champ.nom, ()))
            elif est_tolerant:
                champs.setdefault(champ.nom, None)
        return classe(**champs)

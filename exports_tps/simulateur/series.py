"""The series that numbers belong to, and what they add up to over the year (README §3, §10).

Refused: a bordereau or a pièce held already, a MtCumulAnnuel under what is held. Only reported, for
the guichet accepts it and Hélios flags it later: a number that comes before those it follows, a
MtCumulAnnuel above all that was received.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from exports_tps.simulateur.anomalies import Anomalie
from exports_tps.simulateur.bordereaux import BordereauRecu
from exports_tps.simulateur.plan import Defaut
from exports_tps.simulateur.regles import montant

CENTIMES = 100
CITES = 5

Serie = tuple[str, ...]  # poste, collectivité, budget, side, exercice


@dataclass(frozen=True, slots=True)
class Rang:
    """One bordereau received: its number among those of its type, what it adds up to, its fate."""

    serie: Serie
    type: str
    numero: int
    centimes: int
    est_accepte: bool
    pieces: Collection[str] = ()  # numbers that are taken, of an accepted bordereau


class Memoire(Protocol):
    """What the treasury remembers of a series."""

    def bordereaux_recus(self, serie: Serie) -> Sequence[Rang]: ...
    def pieces_prises(self, serie: Serie, type_bordereau: str) -> Collection[str]: ...


@dataclass
class Suite:
    """The series of one flux: what is remembered of them, then its bordereaux one by one."""

    memoire: Memoire
    rangs: list[Rang] = field(default_factory=list)
    signalements: list[str] = field(default_factory=list)

    def controler(self, serie: Serie, bordereau: BordereauRecu) -> Iterator[Anomalie]:
        """Yield what is held against `bordereau`, which comes after those already ranked."""
        if not bordereau.numero.isdecimal():
            return
        avant = [rang for rang in self.rangs if rang.serie == serie]
        avant += self.memoire.bordereaux_recus(serie)
        du_type = [rang for rang in avant if rang.type == bordereau.type_bordereau]
        numero = int(bordereau.numero)
        if any(rang.est_accepte and rang.numero == numero for rang in du_type):
            libelle = f"bordereau {numero} déjà pris en charge"
            yield Anomalie("ERREUR_DOUBLON_BORDEREAU", libelle)
        else:
            yield from self._pieces(serie, bordereau, du_type)
        manquants = _manquants(avant, numero)
        if manquants:
            cites = ", ".join(map(str, manquants[:CITES]))
            self.signalements.append(f"bordereau {numero} reçu avant {cites}")
        est_entiere = not manquants and min((numero, *(rang.numero for rang in avant))) == 1
        yield from self._cumul(bordereau, du_type, est_entiere=est_entiere)

    def ranger(self, serie: Serie, bordereau: BordereauRecu, *, est_accepte: bool) -> None:
        """Rank `bordereau` once all is known of it."""
        if bordereau.numero.isdecimal():
            reprenables = {piece for defaut, piece in bordereau.vises if _rend_le_numero(defaut)}
            self.rangs.append(
                Rang(
                    serie,
                    bordereau.type_bordereau,
                    int(bordereau.numero),
                    _centimes(bordereau),
                    est_accepte,
                    bordereau.pieces - reprenables if est_accepte else (),
                )
            )

    def _pieces(
        self, serie: Serie, bordereau: BordereauRecu, du_type: Sequence[Rang]
    ) -> Iterator[Anomalie]:
        prises = set(self.memoire.pieces_prises(serie, bordereau.type_bordereau))
        prises.update(*(rang.pieces for rang in du_type))
        for numero in sorted(bordereau.pieces & prises):
            yield Anomalie("ERREUR_DOUBLON_PIECE", "numéro de pièce déjà pris en charge", numero)

    def _cumul(
        self, bordereau: BordereauRecu, du_type: Sequence[Rang], *, est_entiere: bool
    ) -> Iterator[Anomalie]:
        """Compare MtCumulAnnuel with what is held of the type up to this number."""
        annonce = bordereau.bloc.valeur("MtCumulAnnuel")
        if not annonce:
            return
        cumul = int(montant(annonce) * CENTIMES)
        precedents = [rang for rang in du_type if rang.numero < int(bordereau.numero)]
        propre = _centimes(bordereau)
        tenu = propre + sum(rang.centimes for rang in precedents if rang.est_accepte)
        if cumul < tenu:
            libelle = f"MtCumulAnnuel {annonce} inférieur à ce qui est tenu ({tenu / CENTIMES:.0f})"
            yield Anomalie("ERREUR_CUMUL_MONTANTS", libelle)
        elif est_entiere and cumul > propre + sum(rang.centimes for rang in precedents):
            self.signalements.append(
                f"bordereau {bordereau.numero}\u202f: MtCumulAnnuel {annonce} dépasse tout ce qui "
                "a été reçu"
            )


def _manquants(avant: Sequence[Rang], numero: int) -> list[int]:
    """The numbers of the series never received under `numero`; it begins with the first known."""
    connus = {rang.numero for rang in avant}
    return [n for n in range(min(connus, default=numero), numero) if n not in connus]


def _centimes(bordereau: BordereauRecu) -> int:
    return int((bordereau.total_ht + bordereau.total_tva) * CENTIMES)


def _rend_le_numero(defaut: Defaut) -> bool:
    """A pièce rejected at the visa gives its number back; a prise en charge burns it (§8)."""
    return defaut.acte == "rejeter_piece"

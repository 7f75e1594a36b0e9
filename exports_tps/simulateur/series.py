"""The series that numbers belong to, and what they add up to over the year (README §3, §10).

Refused: a bordereau or a pièce held already, a MtCumulAnnuel under what is held. Only reported, for
the guichet accepts it and Hélios flags it later: a number that comes before those it follows, a
MtCumulAnnuel above all that was received.

The memory tells a series once a flux; then each bordereau costs what it holds, however many came.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, takewhile
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

    def bordereaux_recus(self, serie: Serie) -> Iterable[Rang]: ...
    def pieces_prises(
        self, serie: Serie, type_bordereau: str, numeros: Collection[str]
    ) -> Collection[str]: ...


class _Numeros:
    """The numbers of a series, all types together: the first, and the holes after it."""

    def __init__(self) -> None:
        self.premier = self.dernier = 0  # before the first one comes
        self.trous: list[range] = []  # in order

    def ajouter(self, numero: int) -> None:
        if not self.premier:
            self.premier = self.dernier = numero
        elif numero > self.dernier:
            self._ouvrir(len(self.trous), self.dernier + 1, numero)
            self.dernier = numero
        elif numero < self.premier:
            self._ouvrir(0, numero + 1, self.premier)
            self.premier = numero
        else:
            self._combler(numero)

    def manquants(self, numero: int) -> list[int]:
        """The first numbers never received under `numero`."""
        suite = (range(self.dernier + 1, numero),) if self.premier else ()
        tous = (n for trou in chain(self.trous, suite) for n in trou)
        return list(islice(takewhile(numero.__gt__, tous), CITES))

    def _ouvrir(self, place: int, debut: int, fin: int) -> None:
        if debut < fin:
            self.trous.insert(place, range(debut, fin))

    def _combler(self, numero: int) -> None:
        place = bisect_right(self.trous, numero, key=lambda trou: trou.start) - 1
        if place >= 0 and numero in self.trous[place]:
            trou = self.trous.pop(place)
            self._ouvrir(place, numero + 1, trou.stop)
            self._ouvrir(place, trou.start, numero)


class _Type:
    """The bordereaux of one type of a series: what they add up to, which numbers are taken."""

    def __init__(self) -> None:
        self.acceptes: set[int] = set()
        self.pieces: set[str] = set()  # of this flux; the memory knows the others
        self.montants: list[tuple[int, int, int]] = []  # by number: centimes received, then held
        self.recu = self.tenu = 0

    def ajouter(self, rang: Rang) -> None:
        tenu = rang.centimes if rang.est_accepte else 0
        if rang.est_accepte:
            self.acceptes.add(rang.numero)
            self.pieces.update(rang.pieces)
        insort(self.montants, (rang.numero, rang.centimes, tenu))
        self.recu += rang.centimes
        self.tenu += tenu

    def avant(self, numero: int) -> tuple[int, int]:
        """The centimes received and held under `numero`; few bordereaux come after it."""
        suivants = self.montants[bisect_left(self.montants, (numero,)) :]
        return (
            self.recu - sum(recu for _, recu, _ in suivants),
            self.tenu - sum(tenu for _, _, tenu in suivants),
        )


@dataclass
class _Connus:
    """All that is known of one series."""

    numeros: _Numeros = field(default_factory=_Numeros)
    types: dict[str, _Type] = field(default_factory=dict)

    def ajouter(self, rang: Rang) -> None:
        self.numeros.ajouter(rang.numero)
        self.du_type(rang.type).ajouter(rang)

    def du_type(self, type_bordereau: str) -> _Type:
        return self.types.setdefault(type_bordereau, _Type())


@dataclass
class Suite:
    """The series of one flux: what is remembered of them, then its bordereaux one by one."""

    memoire: Memoire
    rangs: list[Rang] = field(default_factory=list)
    signalements: list[str] = field(default_factory=list)
    connus: dict[Serie, _Connus] = field(default_factory=dict)

    def controler(self, serie: Serie, bordereau: BordereauRecu) -> Iterator[Anomalie]:
        """Yield what is held against `bordereau`, which comes after those already ranked."""
        if not bordereau.numero.isdecimal():
            return
        connus = self._connus(serie)
        du_type = connus.du_type(bordereau.type_bordereau)
        numero = int(bordereau.numero)
        if numero in du_type.acceptes:
            libelle = f"bordereau {numero} déjà pris en charge"
            yield Anomalie("ERREUR_DOUBLON_BORDEREAU", libelle)
        else:
            yield from self._pieces(serie, bordereau, du_type)
        manquants = connus.numeros.manquants(numero)
        if manquants:
            cites = ", ".join(map(str, manquants))
            self.signalements.append(f"bordereau {numero} reçu avant {cites}")
        est_entiere = not manquants and 1 in {numero, connus.numeros.premier}
        yield from self._cumul(bordereau, du_type, est_entiere=est_entiere)

    def ranger(self, serie: Serie, bordereau: BordereauRecu, *, est_accepte: bool) -> None:
        """Rank `bordereau` once all is known of it."""
        if bordereau.numero.isdecimal():
            reprenables = {piece for defaut, piece in bordereau.vises if _rend_le_numero(defaut)}
            rang = Rang(
                serie,
                bordereau.type_bordereau,
                int(bordereau.numero),
                _centimes(bordereau),
                est_accepte,
                bordereau.pieces - reprenables if est_accepte else (),
            )
            self.rangs.append(rang)
            self._connus(serie).ajouter(rang)

    def _connus(self, serie: Serie) -> _Connus:
        if serie not in self.connus:
            self.connus[serie] = connus = _Connus()
            for rang in self.memoire.bordereaux_recus(serie):
                connus.ajouter(rang)
        return self.connus[serie]

    def _pieces(self, serie: Serie, bordereau: BordereauRecu, du_type: _Type) -> Iterator[Anomalie]:
        prises = self.memoire.pieces_prises(serie, bordereau.type_bordereau, bordereau.pieces)
        for numero in sorted(bordereau.pieces & du_type.pieces | set(prises)):
            yield Anomalie("ERREUR_DOUBLON_PIECE", "numéro de pièce déjà pris en charge", numero)

    def _cumul(
        self, bordereau: BordereauRecu, du_type: _Type, *, est_entiere: bool
    ) -> Iterator[Anomalie]:
        """Compare MtCumulAnnuel with what is held of the type up to this number."""
        annonce = bordereau.bloc.valeur("MtCumulAnnuel")
        if not annonce:
            return
        cumul = int(montant(annonce) * CENTIMES)
        propre = _centimes(bordereau)
        recu, tenu = (propre + avant for avant in du_type.avant(int(bordereau.numero)))
        if cumul < tenu:
            libelle = f"MtCumulAnnuel {annonce} inférieur à ce qui est tenu ({tenu / CENTIMES:.0f})"
            yield Anomalie("ERREUR_CUMUL_MONTANTS", libelle)
        elif est_entiere and cumul > recu:
            self.signalements.append(
                f"bordereau {bordereau.numero}\u202f: MtCumulAnnuel {annonce} dépasse tout ce qui "
                "a été reçu"
            )


def _centimes(bordereau: BordereauRecu) -> int:
    return int((bordereau.total_ht + bordereau.total_tva) * CENTIMES)


def _rend_le_numero(defaut: Defaut) -> bool:
    """A pièce rejected at the visa gives its number back; a prise en charge burns it (§8)."""
    return defaut.acte == "rejeter_piece"

"""What a gateway without payouts collected, as the statement of the bank tells it (EpayNC).

Such a gateway credits the account itself, a day or a few days of payments at once, less what was
refunded and what it keeps. A movement that one of its days explains becomes a payout, posted and
shown like those that the other gateway lists.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from facturier.acces.models import Utilisateur
from facturier.commun.montants import DEVISE, afficher
from telepaiement.models import (
    MODES_PASSERELLE,
    Encaissement,
    EtatRemboursement,
    EtatVersement,
    LigneBancaire,
    LigneVersement,
    Mode,
    NatureLigne,
    NomPasserelle,
    OrigineVersement,
    Remboursement,
    Versement,
)
from telepaiement.versements import comptabiliser

SANS_VERSEMENTS = (NomPasserelle.LYRA,)
ECART_JOURS = timedelta(days=15)
JOURS_GROUPES = 5  # a bank credits the days of a long week-end at once
COMMISSION_MAXIMALE_POUR_MILLE = 40  # beyond, a credit is not the one expected
JOURS_COMMISSION = timedelta(days=62)  # a bank charges by the month, sometimes late
LECTURE = "constat en cours"


@dataclass(slots=True)
class Journee:
    """What a gateway collected and gave back in a day, that no payout holds."""

    jour: date
    encaissements: list[Encaissement] = field(default_factory=list)
    remboursements: list[Remboursement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lot:
    """Days of a gateway that a movement may settle; amounts in whole francs."""

    passerelle: NomPasserelle
    premier: date
    dernier: date
    encaissements: tuple[Encaissement, ...]
    remboursements: tuple[Remboursement, ...]
    commission: int

    @property
    def cle(self) -> str:
        """What names it on the page."""
        reste = "net" if self.remboursements else "brut"
        return f"cartes-{self.passerelle}-{self.premier:%Y%m%d}-{self.dernier:%Y%m%d}-{reste}"

    @property
    def libelle(self) -> str:
        """What it is, in French."""
        jours = f"du {self.premier:%d/%m/%Y}"
        if self.dernier != self.premier:
            jours += f" au {self.dernier:%d/%m/%Y}"
        rendus = sum(un.montant for un in self.remboursements)
        moins = f", moins {afficher(rendus)} rendus" if rendus else ""
        total = afficher(sum(un.montant for un in self.encaissements))
        return f"Cartes {self.passerelle.label} {jours} : {total}{moins}"


def commission_admise(ligne: LigneBancaire, brut: int) -> int | None:
    """Return what the bank kept if `ligne` may settle `brut` francs, or None.

    The commission that its statement tells is the only one admitted; untold, it is at most a part.
    """
    commission = brut - ligne.montant
    if ligne.commission is not None:
        return commission if commission == ligne.commission else None
    est_plausible = 0 <= commission * 1000 <= abs(brut) * COMMISSION_MAXIMALE_POUR_MILLE
    return commission if est_plausible else None


def est_commission(ligne: LigneBancaire) -> bool:
    """Whether the debit of the account may be what the bank keeps on two months of payments."""
    recus = Encaissement.objects.valides().filter(
        mode__in=[*MODES_PASSERELLE, Mode.TPE, Mode.CHEQUE],
        jour__range=(ligne.jour - JOURS_COMMISSION, ligne.jour),
    )
    total = recus.aggregate(total=Sum("montant", default=0))["total"]
    return bool(-ligne.montant * 1000 <= total * COMMISSION_MAXIMALE_POUR_MILLE)


def lots(ligne: LigneBancaire) -> Iterator[Lot]:
    """Yield the days of a gateway whose amounts `ligne` may settle, the latest first."""
    for passerelle in SANS_VERSEMENTS:
        journees = _journees(passerelle, ligne.jour)
        for fin in range(len(journees), 0, -1):
            for debut in range(fin - 1, max(fin - JOURS_GROUPES, 0) - 1, -1):
                yield from _lots_de(passerelle, journees[debut:fin], ligne)


def _lots_de(
    passerelle: NomPasserelle, journees: list[Journee], ligne: LigneBancaire
) -> Iterator[Lot]:
    encaisses = tuple(un for journee in journees for un in journee.encaissements)
    rendus = tuple(un for journee in journees for un in journee.remboursements)
    for retenus in dict.fromkeys((rendus, ())):
        brut = sum(un.montant for un in encaisses) - sum(un.montant for un in retenus)
        commission = commission_admise(ligne, brut)
        if commission is not None and (encaisses or retenus):
            yield Lot(
                passerelle,
                journees[0].jour,
                journees[-1].jour,
                encaisses,
                retenus,
                commission,
            )


def _journees(passerelle: NomPasserelle, jusqu_au: date) -> list[Journee]:
    """Return the days shortly before one, that no payout holds; two queries."""
    periode = (jusqu_au - ECART_JOURS, jusqu_au)
    journees: dict[date, Journee] = defaultdict(lambda: Journee(date.min))
    for encaissement in _libres(
        Encaissement.objects.filter(
            mode__in=MODES_PASSERELLE, tentative__passerelle=passerelle, jour__range=periode
        ),
        NatureLigne.ENCAISSEMENT,
        "encaissement",
    ):
        journees[encaissement.jour].encaissements.append(encaissement)
    for remboursement in _libres(
        Remboursement.objects.filter(
            etat=EtatRemboursement.REUSSI,
            virement__isnull=True,
            encaissement__tentative__passerelle=passerelle,
            ecriture__date_comptable__range=periode,
        ).select_related("ecriture"),
        NatureLigne.REMBOURSEMENT,
        "remboursement",
    ):
        journees[remboursement.ecriture.date_comptable].remboursements.append(remboursement)
    for jour, journee in journees.items():
        journee.jour = jour
    return [journees[jour] for jour in sorted(journees)]


def _libres(objets: QuerySet[Any], nature: str, champ: str) -> QuerySet[Any]:
    posees = LigneVersement.objects.filter(nature=nature, **{champ: OuterRef("pk")})
    vivantes = posees.exclude(versement__etat=EtatVersement.ANNULE)
    return objets.exclude(Exists(vivantes)).order_by("pk")


def constater(ligne: LigneBancaire, lot: Lot, *, par: Utilisateur) -> Versement:
    """Record the payout that a movement of the bank is, and post it; in a transaction.

    Its payments are locked, so that no other movement takes them.
    """
    versement = Versement.objects.create(
        reference=f"banque-{ligne.identite[:32]}",
        origine=OrigineVersement.BANQUE,
        montant=ligne.montant,
        devise=DEVISE,
        arrive_le=ligne.jour,
        anomalie=LECTURE,
    )
    communs = {"versement": versement, "nature_distante": lot.passerelle.label}
    lignes = [
        LigneVersement(
            nature=NatureLigne.ENCAISSEMENT,
            transaction=f"{versement.reference}-{un.charge}"[:200],
            source=un.charge,
            montant=un.montant,
            encaissement=un,
            **communs,
        )
        for un in lot.encaissements
    ]
    lignes += [
        LigneVersement(
            nature=NatureLigne.REMBOURSEMENT,
            transaction=f"{versement.reference}-{un.reference}"[:200],
            source=un.reference,
            montant=-un.montant,
            remboursement=un,
            **communs,
        )
        for un in lot.remboursements
    ]
    if lot.commission:
        lignes.append(
            LigneVersement(
                nature=NatureLigne.FRAIS,
                transaction=f"{versement.reference}-commission",
                montant=0,
                commission=lot.commission,
                **communs,
            )
        )
    LigneVersement.objects.bulk_create(lignes)
    versement.passages.create(acte="constater", depart="", arrivee=versement.etat, par=par)
    return comptabiliser(versement, par=par)

"""How a debt came to what is owed today: reduced, paid, given back, owed back."""

from dataclasses import dataclass
from typing import Any

from facturier.grand_livre.models import Titre
from telepaiement.models import Encaissement
from telepaiement.reglements import REDUCTIONS, Reglement, reglements, sans_quittance
from telepaiement.sommes_a_rendre import a_rendre_sans_paiement, titres_en_trop


@dataclass(frozen=True, slots=True)
class Decompte:
    """What happened to one titre, in whole francs; `encaissements` bear their own suites.

    `autres` is what settled it, or came back, without a receipt of ours.
    """

    encaissements: list[Any]
    autres: list[Reglement]
    reduit: int
    a_rendre: int
    en_remboursement: int

    @property
    def paye(self) -> int:
        """Received and kept: without what was cancelled, given back, or taken back by the bank."""
        return sum(int(un.acquis) for un in self.encaissements if not un.est_annule)


def decompte(titre: Titre) -> Decompte:
    """Return how `titre` came to what is owed on it. Six queries at most."""
    lot = Encaissement.objects.filter(titre=titre)
    faits = reglements(titre)
    sans_paiement = a_rendre_sans_paiement(titres_en_trop().filter(pk=titre.pk))
    encaissements = list(
        lot.select_related("annulation", "quittance__regie").avec_suites().order_by("pk")
    )
    return Decompte(
        encaissements=encaissements,
        autres=sans_quittance(faits),
        reduit=sum(fait.montant for fait in faits if fait.evenement in REDUCTIONS),
        a_rendre=sum(un.a_rendre for un in lot.en_trop()) + sans_paiement.get(titre.pk, 0),
        en_remboursement=sum(un.en_remboursement for un in encaissements),
    )

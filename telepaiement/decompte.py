"""How a debt came to what is owed today: reduced, paid, given back, owed back."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum

from facturier.grand_livre.models import LigneEcriture, Sens, Titre
from telepaiement.models import Encaissement
from telepaiement.sommes_a_rendre import a_rendre_sans_paiement, titres_en_trop

REDUCTIONS = ("reduction_titre", "annulation_titre_anterieur")
PRECOMPTE, VIREMENT = ("precompte_penalites",), ("encaissement_virement",)
APUREMENT, RECETTE_PERCUE = ("apurement_titre",), ("regularisation_p503",)
RETOUR = ("retour_encaissement",)


@dataclass(frozen=True, slots=True)
class Decompte:
    """What happened to one titre, in whole francs; `encaissements` bear their own suites."""

    encaissements: list[Any]
    reduit: int
    precompte: int
    recu_par_la_tresorerie: int
    apure: int
    rendu_par_la_tresorerie: int
    a_rendre: int
    en_remboursement: int

    @property
    def paye(self) -> int:
        """Received and kept: without what was cancelled, given back, or taken back by the bank."""
        return sum(int(un.acquis) for un in self.encaissements if not un.est_annule)


def decompte(titre: Titre) -> Decompte:
    """Return how `titre` came to what is owed on it. Ten queries."""
    lot = Encaissement.objects.filter(titre=titre)
    sans_paiement = a_rendre_sans_paiement(titres_en_trop().filter(pk=titre.pk))
    encaissements = list(
        lot.select_related("annulation", "quittance__regie").avec_suites().order_by("pk")
    )
    return Decompte(
        encaissements=encaissements,
        reduit=_credite(titre, REDUCTIONS),
        precompte=_credite(titre, PRECOMPTE),
        recu_par_la_tresorerie=_credite(
            titre, VIREMENT, ecriture__cle__startswith="encaissement-tps-"
        )
        + _credite(titre, RECETTE_PERCUE),
        apure=_credite(titre, APUREMENT),
        rendu_par_la_tresorerie=-_credite(titre, RETOUR),
        a_rendre=sum(un.a_rendre for un in lot.en_trop()) + sans_paiement.get(titre.pk, 0),
        en_remboursement=sum(un.en_remboursement for un in encaissements),
    )


def _credite(titre: Titre, evenements: tuple[str, ...], **precisions: str) -> int:
    """Return what entries of `evenements` took off the debt, less those reversed since."""
    lignes = LigneEcriture.objects.filter(
        piece=titre,
        tiers__isnull=False,
        ecriture__evenement__in=(*evenements, *(f"contrepassation_{e}"[:40] for e in evenements)),
        **precisions,
    )
    sens = lignes.aggregate(
        debit=Sum("montant", filter=Q(sens=Sens.DEBIT), default=0),
        credit=Sum("montant", filter=Q(sens=Sens.CREDIT), default=0),
    )
    return int(sens["credit"] - sens["debit"])

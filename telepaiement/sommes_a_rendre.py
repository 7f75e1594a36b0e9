"""What may be given back on a payment, and what is owed back on it, in whole francs.

Read under the lock of the debt by the acts that decide on it.
"""

from django.db.models import Q, Sum

from facturier.grand_livre.corrections import mandats_qui_rendent
from facturier.grand_livre.soldes import encaisse_par_titre
from telepaiement.models import Encaissement, EtatLitige, EtatRemboursement


def disponible(encaissement: Encaissement) -> int:
    """Return what may still be given back on a payment, in whole francs.

    What a mandat on 673 pays back is not given back twice; its excess stays due.
    """
    demande = encaissement.remboursements.actifs().total()
    reste = int(encaissement.montant - demande)
    if encaissement.titre_id is None or not mandats_qui_rendent(encaissement.titre_id):
        return reste
    en_route = encaissement.remboursements.actifs().exclude(etat=EtatRemboursement.REUSSI).total()
    en_trop = max(0, trop_percu_restant(encaissement) - en_route)
    return min(reste, en_trop + acquis_sur_titre(encaissement.titre_id))


def acquis_sur_titre(titre_id: int) -> int:
    """Return what was collected on a titre that nothing gives back, nor contests, in whole francs.

    Refunds under way and living mandats on 673 count; read under the lock of the titre.
    """
    encaisse = encaisse_par_titre([titre_id]).get(titre_id, 0)
    payes = Encaissement.objects.valides().filter(titre=titre_id).avec_suites()
    engage = sum(
        max(0, un.en_remboursement + un.conteste - trop_percu_restant(un))
        for un in payes.filter(Q(en_remboursement__gt=0) | Q(conteste__gt=0))
    )
    rendu = sum(mandat.montant_ttc for mandat in mandats_qui_rendent(titre_id))
    return max(0, int(encaisse - engage - rendu))


def trop_percu_restant(encaissement: Encaissement) -> int:
    """Return the part of the excess that was not given back yet, in whole francs."""
    rendu = encaissement.remboursements.filter(etat=EtatRemboursement.REUSSI).aggregate(
        total=Sum("trop_percu", default=0)
    )
    perdu = encaissement.litiges.filter(etat=EtatLitige.PERDU).aggregate(
        total=Sum("trop_percu", default=0)
    )
    return max(0, int(encaissement.trop_percu - rendu["total"] - perdu["total"]))


def a_rendre(encaissement: Encaissement) -> int:
    """Return what is owed back on a payment now, in whole francs: its excess, whatever the cause.

    More than `trop_percu_restant` when the titre calls for less than what was paid on it.
    """
    lot = Encaissement.objects.filter(pk__gte=encaissement.pk)
    if encaissement.titre_id is None:
        lot = lot.filter(pk=encaissement.pk)
    suivants = lot.filter(titre=encaissement.titre_id).en_trop()
    return next((int(un.a_rendre) for un in suivants if un.pk == encaissement.pk), 0)

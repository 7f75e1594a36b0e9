"""What may be given back on a payment, and what is owed back on it, in whole francs.

Read under the lock of the debt by the acts that decide on it.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet, Sum

from facturier.grand_livre.corrections import mandats_qui_rendent
from facturier.grand_livre.models import CORRECTIF, PIECES_SANS_EFFET, Piece, SensPiece, Titre
from facturier.grand_livre.soldes import regle_par_piece, reste_correle
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
    """Return what settled a titre, and that nothing gives back nor contests, in whole francs.

    Whatever the way it was paid. Refunds under way and living mandats on 673 count; read under the
    lock of the titre.
    """
    regle = regle_par_piece([titre_id]).get(titre_id, 0)
    payes = Encaissement.objects.valides().filter(titre=titre_id).avec_suites()
    engage = sum(
        max(0, un.en_remboursement + un.conteste - trop_percu_restant(un))
        for un in payes.filter(Q(en_remboursement__gt=0) | Q(conteste__gt=0))
    )
    rendu = sum(mandat.montant_ttc for mandat in mandats_qui_rendent(titre_id))
    return max(0, int(regle - engage - rendu))


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


def regle_sans_paiement(titre_id: int) -> int:
    """Return what settled a titre and is no `Encaissement`, in whole francs.

    What waited in 4718, what the treasury collected, what was withheld, the sales that it
    regularises: no card nor till gives it back, the treasury does.
    """
    payes = Encaissement.objects.valides().filter(titre=titre_id).avec_part_de_dette()
    par_paiement = payes.aggregate(total=Sum("sur_la_dette", default=0))["total"]
    return max(0, int(regle_par_piece([titre_id]).get(titre_id, 0) - par_paiement))


def titres_en_trop() -> QuerySet[Any]:
    """Return the titres, corrected or without effect, that were paid more than they call for.

    Each has `reste`, below zero. Some of it, or all, may be given back on its payments: see
    `a_rendre_sans_paiement`.
    """
    corriges = Piece.objects.filter(type_piece=CORRECTIF, piece_origine__isnull=False)
    titres: QuerySet[Any] = Titre.objects.filter(
        Q(etat__in=PIECES_SANS_EFFET) | Q(pk__in=corriges.values("piece_origine"))
    )
    reste = reste_correle("pk", sens=SensPiece.RECETTE)
    trouves: QuerySet[Any] = titres.annotate(reste=reste).filter(reste__lt=0)
    return trouves


def a_rendre_sans_paiement(titres: Iterable[Any]) -> dict[int, int]:
    """Return, by titre, what is owed back that no payment bears, in whole francs; one query.

    Args:
        titres: some of `titres_en_trop`; those of which payments bear all are left out.
    """
    titres, portes = list(titres), Counter[int]()
    payes = Encaissement.objects.filter(titre__in=[titre.pk for titre in titres])
    for un in payes.en_trop():
        portes[un.titre_id] += un.a_rendre - un.en_propre
    restes = {titre.pk: int(-titre.reste - portes[titre.pk]) for titre in titres}
    return {cle: reste for cle, reste in restes.items() if reste > 0}

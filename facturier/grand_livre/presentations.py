"""What a bordereau presented to the treasury: the pièces it holds, and those that left it since.

Only a titre refused and settled leaves a bordereau that was sent (`RemiseEnPreparation`); few do.
"""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Bordereau, EtatBordereau, Piece, RemiseEnPreparation

TRANCHES = (EtatBordereau.ACCEPTE, EtatBordereau.REFUSE)  # those that a pièce may have left


def pieces_de(bordereau: Bordereau) -> QuerySet[Piece]:
    """Return the pièces that `bordereau` presented, those that left it included.

    Two indexes read apart rather than a join: one query more, for an answered bordereau.
    """
    parties = (
        RemiseEnPreparation.objects.filter(bordereau=bordereau).values_list("piece", flat=True)
        if bordereau.etat in TRANCHES
        else ()
    )
    pieces: QuerySet[Piece] = Piece.objects.filter(Q(bordereau=bordereau) | Q(pk__in=list(parties)))
    return pieces


def pieces_des(bordereaux: QuerySet[Bordereau]) -> QuerySet[Piece]:
    """Return the pièces that some `bordereaux` presented, those that left them included."""
    cles = bordereaux.order_by().values("pk")
    parties = RemiseEnPreparation.objects.filter(bordereau__in=cles).values_list("piece", flat=True)
    pieces: QuerySet[Piece] = Piece.objects.filter(
        Q(bordereau__in=cles) | Q(pk__in=list(parties.distinct()))
    )
    return pieces


def avec_totaux(bordereaux: QuerySet[Bordereau]) -> QuerySet[Any]:
    """Return `bordereaux`, each with the `nombre` of its pièces and their `montant` TTC."""
    parties = RemiseEnPreparation.objects.filter(bordereau=OuterRef("pk")).order_by()
    groupees = parties.values("bordereau")
    ttc = F("piece__montant_ht") + F("piece__montant_tgc")
    totaux: QuerySet[Any] = bordereaux.annotate(
        nombre=Count("pieces")
        + Coalesce(
            Subquery(groupees.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
            0,
        ),
        montant=Sum(F("pieces__montant_ht") + F("pieces__montant_tgc"), default=0)
        + Coalesce(
            Subquery(
                groupees.annotate(somme=Sum(ttc)).values("somme"), output_field=MontantField()
            ),
            0,
        ),
    )
    return totaux

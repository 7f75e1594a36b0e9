"""Which documents a mandat must carry, and why one is blocked.

A mandat cannot be issued while a required document is missing; the treasury may ask for nothing
outside the list, and a missing one justifies a suspension (décret 2012-1246, art. 20).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import Min
from django.utils import timezone

from facturier.grand_livre.models import PIECES_SANS_EFFET
from facturier.suivi.models import BonCommande, ExigencePiece, Facture, RangPaiement


def rang_paiement(commande: BonCommande | None) -> RangPaiement:
    """Tell whether the next mandat is the first of `commande`; alone, an invoice is a first."""
    if commande is None:
        return RangPaiement.PREMIER
    mandatees = Facture.objects.filter(bon_commande=commande, mandat__isnull=False)
    if mandatees.exclude(mandat__etat__in=PIECES_SANS_EFFET).exists():
        return RangPaiement.SUIVANT
    return RangPaiement.PREMIER


def rangs_paiement(mandats: Mapping[int, BonCommande]) -> dict[int, RangPaiement]:
    """Return the rank of issued mandats on the order that each pays: one query for all."""
    premiers = dict(
        Facture.objects.filter(bon_commande__in=list(mandats.values()), mandat__isnull=False)
        .exclude(mandat__etat__in=PIECES_SANS_EFFET)
        .order_by()
        .values_list("bon_commande")
        .annotate(premier=Min("mandat"))
    )
    return {
        cle: RangPaiement.SUIVANT if premiers.get(commande.pk, cle) < cle else RangPaiement.PREMIER
        for cle, commande in mandats.items()
    }


def exigences(
    *, type_depense: str, rang: str, commande: BonCommande | None, au: date | None = None
) -> list[ExigencePiece]:
    """Return the documents required on day `au`, today by default, in their order."""
    return retenir(
        ExigencePiece.objects.filter(type_depense=type_depense, rang_paiement=rang),
        type_depense=type_depense,
        rang=rang,
        commande=commande,
        au=au or timezone.localdate(),
    )


def retenir(
    toutes: Iterable[ExigencePiece],
    *,
    type_depense: str,
    rang: str,
    commande: BonCommande | None,
    au: date,
) -> list[ExigencePiece]:
    """Keep, of requirements read already, those that apply on day `au`."""
    return [
        exigence
        for exigence in toutes
        if (exigence.type_depense, exigence.rang_paiement) == (type_depense, rang)
        and exigence.debut <= au
        and (exigence.fin is None or exigence.fin >= au)
        and (commande or not exigence.est_si_commande)
    ]


def manquantes(exigees: list[ExigencePiece], genres: Collection[str]) -> list[ExigencePiece]:
    """Return the requirements that none of the documents at hand meets."""
    return [exigence for exigence in exigees if exigence.genre not in genres]

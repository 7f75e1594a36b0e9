"""Which documents a mandat must carry, and why one is blocked.

A mandat cannot be issued while a required document is missing; the treasury may ask for nothing
outside the list, and a missing one justifies a suspension (décret 2012-1246, art. 20).
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.utils import timezone

from facturier.grand_livre.models import PIECES_SANS_EFFET, Piece
from facturier.suivi.models import BonCommande, ExigencePiece, Facture, RangPaiement


def rang_paiement(commande: BonCommande | None, *, avant: Piece | None = None) -> RangPaiement:
    """Tell whether a mandat is the first paid on `commande`; alone, an invoice is a first.

    Args:
        avant: the mandat, once it is issued; without it, the next one to be.
    """
    if commande is None:
        return RangPaiement.PREMIER
    mandatees = Facture.objects.filter(bon_commande=commande, mandat__isnull=False)
    if avant is not None:
        mandatees = mandatees.filter(mandat__lt=avant.pk)
    if mandatees.exclude(mandat__etat__in=PIECES_SANS_EFFET).exists():
        return RangPaiement.SUIVANT
    return RangPaiement.PREMIER


def exigences(
    *, type_depense: str, rang: str, commande: BonCommande | None, au: date | None = None
) -> list[ExigencePiece]:
    """Return the documents required on day `au`, today by default, in their order."""
    jour = au or timezone.localdate()
    toutes = ExigencePiece.objects.filter(
        Q(fin__isnull=True) | Q(fin__gte=jour),
        type_depense=type_depense,
        rang_paiement=rang,
        debut__lte=jour,
    )
    return [exigence for exigence in toutes if commande or not exigence.est_si_commande]


def manquantes(exigees: list[ExigencePiece], genres: Collection[str]) -> list[ExigencePiece]:
    """Return the requirements that none of the documents at hand meets."""
    return [exigence for exigence in exigees if exigence.genre not in genres]

"""Which bordereaux and pièces a person sees: those of a service, of its direction only."""

from django.db.models import Prefetch, QuerySet

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Bordereau, PartCedee, Piece


def bordereaux_visibles(par: Utilisateur) -> QuerySet[Bordereau]:
    """Return the bordereaux that hold a pièce that `par` may see."""
    tous: QuerySet[Bordereau] = Bordereau.objects.select_related("budget", "exercice")
    if par.voit_toutes_les_directions:
        return tous
    return tous.filter(pk__in=pieces_visibles(par).values("bordereau"))


def pieces_visibles(par: Utilisateur) -> QuerySet[Piece]:
    """Return the pièces that `par` may see."""
    toutes: QuerySet[Piece] = Piece.objects.all()
    if par.voit_toutes_les_directions:
        return toutes
    return toutes.filter(service__direction=par.direction) if par.direction else toutes.none()


def a_lire(pieces: QuerySet[Piece]) -> QuerySet[Piece]:
    """Return `pieces` with what a page shows of each: documents, and whom else it pays."""
    parts = PartCedee.objects.select_related("ligne").order_by("pk")
    return pieces.prefetch_related(
        "justificatifs", Prefetch("lignes_piece__parts_cedees", queryset=parts)
    )

"""Which bordereaux and pièces a person sees: those of a service, of its direction only."""

from django.db.models import Prefetch, QuerySet

from exports_tps.models import DepotExterne, PieceExterne
from facturier.acces.models import ServiceGestionnaire, Utilisateur
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


def depots_visibles(par: Utilisateur) -> QuerySet[DepotExterne]:
    """Return the files of other software that hold a pièce that `par` may see."""
    tous: QuerySet[DepotExterne] = DepotExterne.objects.select_related("flux", "par")
    if par.voit_toutes_les_directions:
        return tous
    return tous.filter(pk__in=pieces_externes_visibles(par).values("flux"))


def pieces_externes_visibles(par: Utilisateur) -> QuerySet[PieceExterne]:
    """Return the pièces of such files that `par` may see, by the service that they name."""
    toutes: QuerySet[PieceExterne] = PieceExterne.objects.all()
    if par.voit_toutes_les_directions:
        return toutes
    return toutes.filter(code_service__in=codes_de(par))


def codes_de(par: Utilisateur) -> QuerySet[ServiceGestionnaire, str]:
    """Return the codes of the services of the direction of `par`; none where he has none."""
    services = ServiceGestionnaire.objects.filter(direction=par.direction)
    return (services if par.direction else services.none()).values_list("code", flat=True)


def a_lire(pieces: QuerySet[Piece]) -> QuerySet[Piece]:
    """Return `pieces` with what a page shows of each: documents, and whom else it pays."""
    parts = PartCedee.objects.select_related("ligne").order_by("pk")
    return pieces.prefetch_related(
        "justificatifs", Prefetch("lignes_piece__parts_cedees", queryset=parts)
    )

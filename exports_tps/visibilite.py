"""Which bordereaux and pièces a person sees: those of a service, of its direction only.

Who stands in for somebody absent sees besides, of what waits for a visa in his place, what the
absent person sees of it.
"""

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from exports_tps.attendus import attendus_pour
from exports_tps.models import DepotExterne, PieceExterne
from exports_tps.pouvoirs import supplees_par
from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.grand_livre.models import Bordereau, PartCedee, Piece, PieceJustificative


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
    filtre = _de_la_direction(par)
    for suppleance in supplees_par(par, timezone.localdate()):
        attendus = attendus_pour(par, suppleance).exclude(bordereau=None).values("bordereau")
        absent = suppleance.delegant
        sienne = Q() if absent.voit_toutes_les_directions else _de_la_direction(absent)
        filtre |= sienne & Q(bordereau__in=attendus)
    return toutes.filter(filtre)


def _de_la_direction(personne: Utilisateur) -> Q:
    direction = personne.direction
    return Q(service__direction=direction) if direction else Q(pk__in=[])


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
    filtre = Q(code_service__in=_codes_de(par))
    for suppleance in supplees_par(par, timezone.localdate()):
        attendus = attendus_pour(par, suppleance).exclude(depot=None).values("depot")
        absent = suppleance.delegant
        tout = absent.voit_toutes_les_directions
        sienne = Q() if tout else Q(code_service__in=_codes_de(absent))
        filtre |= sienne & Q(flux__in=attendus)
    return toutes.filter(filtre)


def _codes_de(par: Utilisateur) -> QuerySet[ServiceGestionnaire, str]:
    """Return the codes of the services of the direction of `par`; none where he has none."""
    services = ServiceGestionnaire.objects.filter(direction=par.direction)
    return (services if par.direction else services.none()).values_list("code", flat=True)


def a_lire(pieces: QuerySet[Piece]) -> QuerySet[Piece]:
    """Return `pieces` with what a page shows of each: documents by rank, and whom else it pays."""
    documents = PieceJustificative.objects.order_by("rattachements__rang", "pk")
    parts = PartCedee.objects.select_related("ligne").order_by("pk")
    return pieces.prefetch_related(
        Prefetch("justificatifs", queryset=documents),
        Prefetch("lignes_piece__parts_cedees", queryset=parts),
    )

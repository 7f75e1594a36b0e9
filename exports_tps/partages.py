"""A bordereau and its documents in several flux: its page names these, and theirs name it."""

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.utils import timezone

from exports_tps.models import DocumentExterne, Flux, LigneFlux, PassageFlux
from facturier.grand_livre.models import Bordereau, RattachementPiece
from facturier.grand_livre.presentations import pieces_de


def nombre_de_documents() -> CombinedExpression:
    """Return, for a query on flux, how many documents each one carries, or is to carry."""
    notres = LigneFlux.objects.filter(flux=OuterRef("pk"), justificatif__isnull=False)
    externes = DocumentExterne.objects.filter(flux=OuterRef("pk"))
    return _compter(notres) + _compter(externes.exclude(est_inclus=False, sha256=""))


def _compter(lignes: QuerySet[LigneFlux] | QuerySet[DocumentExterne]) -> Coalesce:
    nombre = lignes.order_by().values("flux").annotate(nombre=Count("pk")).values("nombre")
    return Coalesce(Subquery(nombre, output_field=IntegerField()), 0)


def bordereaux_designes(flux: Flux) -> QuerySet[Bordereau]:
    """Return the bordereaux whose pièces a flux of documents alone names; none for another flux.

    They were in a live flux when its file was written. A document may found a pièce of a bordereau
    that left later, or never: the file ignores it.
    """
    if flux.lignes.filter(bordereau__isnull=False).exists():
        return Bordereau.objects.none()
    ecriture = flux.passages.filter(acte="controler").first()
    ecrit_le = ecriture.le if ecriture else timezone.now()
    ouverts = PassageFlux.objects.filter(acte="constituer", le__lte=ecrit_le)
    vivantes = LigneFlux.objects.filter(
        Q(liberee_le=None) | Q(liberee_le__gt=ecrit_le), flux__in=ouverts.values("flux")
    )
    liens = RattachementPiece.objects.filter(justificatif__lignes_flux__flux=flux)
    cites = Bordereau.objects.filter(
        pieces__in=liens.values("piece"), pk__in=vivantes.values("bordereau")
    )
    return cites.distinct().order_by("exercice", "sens", "numero")


def flux_a_part(bordereau: Bordereau) -> QuerySet[Flux]:
    """Return the live flux that hold documents of `bordereau` without it, in their order."""
    lignes = LigneFlux.objects.filter(
        justificatif__rattachements__piece__in=pieces_de(bordereau).order_by().values("pk"),
        liberee_le=None,
    )
    autres = Flux.objects.filter(pk__in=lignes.order_by().values("flux"))
    return autres.exclude(lignes__bordereau__isnull=False).order_by("pk")

"""Acknowledgement of a return: the supplier says that he has read it, or is reminded of it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Parametre
from facturier.suivi.brouillon import exiger_droit
from facturier.suivi.models import RetourFournisseur, TypeAvis
from facturier.suivi.notifications import prevenir_lot

LOT = 500


@transaction.atomic
def accuser(retour: RetourFournisseur, *, par: Utilisateur) -> None:
    """Tell that the supplier has read a return; who answers it need not.

    Raises:
        PermissionDenied: `par` may not act for the établissement.
        ValidationError: somebody has already done so.
    """
    exiger_droit(retour.facture.etablissement, par)
    attendus = RetourFournisseur.objects.filter(
        pk=retour.pk, accuse_le__isnull=True, repondu_le__isnull=True
    )
    if not attendus.update(accuse_le=timezone.now(), accuse_par=par):
        raise ValidationError("Cette demande est déjà lue : rien de plus n’est attendu ici.")


def sans_accuse() -> QuerySet[RetourFournisseur]:
    """Return the returns that nobody acknowledged in time (parameter `accuse_retour_jours`)."""
    jours = Parametre.objects.entier("accuse_retour_jours", timezone.localdate())
    retours: QuerySet[RetourFournisseur] = RetourFournisseur.objects.sans_accuse_depuis(jours)
    return retours


def rappeler() -> int:
    """Remind once the suppliers that acknowledged nothing in time; return how many returns.

    The agents see the same list, with the day of the reminder.
    """
    nombre = 0
    while lot := _rappeler_lot():
        nombre += lot
    return nombre


@transaction.atomic
def _rappeler_lot() -> int:
    """Remind of at most `LOT` returns, locked so that nobody is reminded twice."""
    a_rappeler = (
        sans_accuse().filter(relance_le__isnull=True).select_for_update(of=("self",)).order_by("pk")
    )
    retours = list(a_rappeler[:LOT])
    RetourFournisseur.objects.filter(pk__in=[retour.pk for retour in retours]).update(
        relance_le=timezone.now()
    )
    prevenir_lot({retour.facture_id for retour in retours}, TypeAvis.RAPPEL)
    return len(retours)

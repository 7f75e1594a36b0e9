"""What becomes of the files that a silent antivirus could not read: read later, then deposited.

Nothing is lost and nothing is served meanwhile; a deposit asked for in the meantime takes effect
at the moment it was asked for.
"""

import structlog
from django.conf import settings
from django.db import transaction

from facturier.acces.alertes import signaler_document_perdu
from facturier.commun import antivirus, fichiers
from facturier.suivi import depot
from facturier.suivi.brouillon import exiger_embarques_sains
from facturier.suivi.models import DepotEnAttente, Document, Quarantaine, TypeAvis
from facturier.suivi.notifications import prevenir

journal = structlog.get_logger(__name__)


def relire() -> dict[str, int]:
    """Read again what waits, finish the deposits that no longer do; return what was done."""
    bilan = {"sains": 0, "infectes": 0, "deposes": 0}
    for cle in list(
        Quarantaine.objects.filter(est_infecte=False)
        .order_by("pk")
        .values_list("document", flat=True)
    ):
        try:
            bilan["sains" if _relire(cle) else "infectes"] += 1
        except antivirus.AntivirusMuet:
            break
        except fichiers.DocumentPerdu as perdu:
            signaler_document_perdu(perdu)  # the others are read all the same
    for attente in list(DepotEnAttente.objects.select_related("facture", "demande_par")):
        bilan["deposes"] += _finir(attente)
    return bilan


@transaction.atomic
def _relire(cle: int) -> bool:
    """Read one document; tell whether it is sound. An infected one leaves its draft.

    Raises:
        AntivirusMuet: it still does not answer.
    """
    document = Document.objects.select_related("facture").get(pk=cle)
    facture = document.facture
    with fichiers.ouvrir(document.sha256, settings.DOCUMENTS_RACINE) as flux:
        try:
            exiger_embarques_sains(flux)
            antivirus.exiger_sain(flux)
        except antivirus.AntivirusMuet:
            raise
        except fichiers.FichierRefuse:
            journal.warning("document_infecte", facture=facture.pk, sha256=document.sha256)
            prevenir(facture, TypeAvis.ANALYSE)
            DepotEnAttente.objects.filter(facture=facture).delete()
            Quarantaine.objects.filter(document=document).update(est_infecte=True)
            return False
    Quarantaine.objects.filter(document=document).delete()
    return True


def _finir(attente: DepotEnAttente) -> bool:
    """Deposit an invoice none of whose documents waits any more; tell whether it is."""
    facture = attente.facture
    if Quarantaine.objects.filter(document__facture=facture).exists():
        return False
    try:
        with transaction.atomic():
            attente.delete()
            depot.deposer(facture, par=attente.demande_par, le=attente.demande_le)
    except depot.DepotRefuse as refus:
        journal.warning("depot_en_attente_refuse", facture=facture.pk, motif=refus.messages)
        DepotEnAttente.objects.filter(facture=facture).delete()
        prevenir(facture, TypeAvis.ANALYSE)
        return False
    return True

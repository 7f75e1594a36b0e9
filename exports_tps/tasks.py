"""Background tasks of the exchanges with the treasury."""

import structlog
from celery import shared_task

from exports_tps.models import EtatFlux, Flux, Transmission
from exports_tps.retours import lire_retours
from exports_tps.transmission import transmettre_en_attente
from facturier.acces.models import Utilisateur

journal = structlog.get_logger(__name__)


@shared_task(name="exports_tps.lire_retours")
def lire_boite() -> int:
    """Read the inbox."""
    return len(lire_retours().appliques)


@shared_task(name="exports_tps.reprendre_envois")
def reprendre_envois() -> int:
    """Send again what an outage of the outbox kept back."""
    interrompus = Flux.objects.filter(
        etat=EtatFlux.CONSTITUE, transmissions__issue=Transmission.Issue.ECHOUEE
    )
    numeros = set(interrompus.values_list("numero", flat=True))
    if not numeros:
        return 0  # what an agent has not sent yet waits for its agent
    transmis, echecs = transmettre_en_attente(par=Utilisateur.objects.systeme(), numeros=numeros)
    for echec in echecs:
        journal.error("envoi_impossible", raison=echec)
    return len(transmis)

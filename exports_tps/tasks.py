"""Background tasks of the exchanges with the treasury."""

import structlog
from celery import shared_task

from exports_tps import transmission
from exports_tps.archivage import achever_archives
from exports_tps.relances import relancer
from exports_tps.retours import lire_retours
from facturier.acces.models import Utilisateur

journal = structlog.get_logger(__name__)


@shared_task(name="exports_tps.lire_retours")
def lire_boite() -> int:
    """Read the inbox."""
    return len(lire_retours().appliques)


@shared_task(name="exports_tps.reprendre_envois")
def reprendre_envois() -> int:
    """End the sendings that were asked for and interrupted: an outage, a worker killed."""
    transmis, echecs = transmission.reprendre_envois(par=Utilisateur.objects.systeme())
    for echec in echecs:
        journal.error("envoi_impossible", raison=echec)
    return len(transmis)


@shared_task(name="exports_tps.relancer_parapheur")
def relancer_parapheur() -> int:
    """Remind those whom a bordereau waits for in the parapheur."""
    return relancer()


@shared_task(name="exports_tps.achever_archives")
def faire_archives() -> int:
    """Make the archives that were asked for."""
    return achever_archives()

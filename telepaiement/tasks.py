"""Background work of the payments."""

from celery import shared_task

from facturier.commun.verrous import sans_cumul
from telepaiement import alertes, echeanciers, execution_remboursements, versements
from telepaiement.balayage import balayer
from telepaiement.internet import cloturer_internet
from telepaiement.notifications import rattraper, vider


@shared_task(name="telepaiement.vider_evenements")
@sans_cumul
def vider_evenements() -> None:
    """Process the messages of the gateway that wait."""
    vider()


@shared_task(name="telepaiement.rattraper_evenements")
@sans_cumul
def rattraper_evenements() -> None:
    """Keep the messages of the gateway that were lost on their way."""
    rattraper()


@shared_task(name="telepaiement.synchroniser_paiements")
@sans_cumul
def synchroniser_paiements() -> None:
    """Bring the open attempts where the money is."""
    balayer()


@shared_task(name="telepaiement.relancer_remboursements")
@sans_cumul
def relancer_remboursements() -> None:
    """Bring the refunds under way where the money is."""
    execution_remboursements.relancer()


@shared_task(name="telepaiement.rapprocher_versements")
@sans_cumul
def rapprocher_versements() -> None:
    """Read the payouts of the gateway and post those that match."""
    versements.rapprocher()


@shared_task(name="telepaiement.cloturer_internet")
def cloturer_sessions_internet() -> None:
    """Close the days of what no till received."""
    cloturer_internet()


@shared_task(name="telepaiement.relancer_echeances")
def relancer_echeances() -> None:
    """Follow the échéanciers, and remind of the instalments whose day is over."""
    echeanciers.relancer()


@shared_task(name="telepaiement.surveiller")
def surveiller_regies() -> None:
    """Tell by mail what the régies and the inbox of the gateway ask for."""
    alertes.surveiller()

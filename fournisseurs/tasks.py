"""Background tasks of suppliers."""

from celery import shared_task

from fournisseurs import doublons


@shared_task(name="fournisseurs.chercher_doublons")
def chercher_doublons() -> int:
    """Look for tiers that may be one."""
    return doublons.chercher_doublons().nouveaux

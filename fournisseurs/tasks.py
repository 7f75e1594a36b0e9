"""Background tasks around suppliers.

Every program that hands one out loads this module: those that need pandas (1 s) import it when run.
"""

from celery import shared_task

from fournisseurs import doublons
from fournisseurs.expirations import annoncer_expirations
from fournisseurs.modifications.application import appliquer_modifications


@shared_task(name="fournisseurs.chercher_doublons")
def chercher_doublons() -> int:
    """Look for tiers that may be one."""
    return doublons.chercher_doublons().nouveaux


@shared_task(name="fournisseurs.appliquer_modifications")
def appliquer_les_modifications() -> dict[str, int]:
    """Apply the changes whose cooling period has passed."""
    return appliquer_modifications()


@shared_task(name="fournisseurs.annoncer_expirations")
def annoncer_les_expirations() -> dict[str, int]:
    """Announce the documents that are about to run out."""
    return annoncer_expirations()


@shared_task(name="fournisseurs.relever_qualite")
def relever_qualite() -> int:
    """Check every tiers, and keep the quality of the base today."""
    from fournisseurs import qualite  # noqa: PLC0415  (pandas)

    return qualite.relever_qualite().score_moyen


@shared_task(name="fournisseurs.avancer_importation")
def avancer_importation(cle: int) -> None:
    """Try an import, or carry it on."""
    from fournisseurs.reprise.file import avancer  # noqa: PLC0415  (pandas)

    avancer(cle)


@shared_task(name="fournisseurs.avancer_importations")
def avancer_importations() -> int:
    """Carry on the imports that were cut short."""
    from fournisseurs.reprise.file import avancer_toutes  # noqa: PLC0415  (pandas)

    return avancer_toutes()

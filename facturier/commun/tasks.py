"""Background tasks of mails."""

from celery import shared_task

from facturier.commun import courriels


@shared_task(name="commun.envoyer_courriels")
def envoyer_courriels() -> int:
    """Send the mails that wait."""
    return courriels.envoyer()


@shared_task(name="commun.reessayer_courriels")
def reessayer_courriels() -> int:
    """Try again the mails that did not leave."""
    return courriels.reessayer()


@shared_task(name="commun.purger_courriels")
def purger_courriels() -> int:
    """Forget the mails sent long ago."""
    return courriels.purger()

"""Background tasks of invoice tracking."""

from celery import shared_task

from facturier.suivi import accuses, delais, notifications, observatoire, quarantaine


@shared_task(name="suivi.constater_delais")
def constater_delais() -> int:
    """Measure the paid invoices that are not yet: those paid before this was done, or cut short."""
    return delais.constater_delais()


@shared_task(name="suivi.rappeler_retours")
def rappeler_retours() -> int:
    """Remind the suppliers of the returns they have not acknowledged in time."""
    return accuses.rappeler()


@shared_task(name="suivi.recapituler_avis")
def recapituler_avis() -> int:
    """Send each person the notices he wants once a day."""
    return notifications.recapituler()


@shared_task(name="suivi.relever_delais")
def relever_delais() -> int:
    """Compute anew what the public reads of delays."""
    return observatoire.relever_delais()


@shared_task(name="suivi.relire_quarantaine")
def relire_quarantaine() -> dict[str, int]:
    """Read again the files that a silent antivirus left in quarantine, and finish their deposit."""
    return quarantaine.relire()

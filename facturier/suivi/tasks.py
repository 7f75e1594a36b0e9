"""Background tasks of invoice tracking."""

from celery import shared_task

from facturier.suivi import delais


@shared_task(name="suivi.constater_delais")
def constater_delais() -> int:
    """Measure the paid invoices that are not yet: those paid before this was done, or cut short."""
    return delais.constater_delais()

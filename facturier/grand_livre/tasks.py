"""Background tasks of the ledger."""

from celery import shared_task

from facturier.grand_livre.scellement import sceller


@shared_task(name="grand_livre.sceller")
def sceller_en_attente() -> int:
    """Seal the entries that wait."""
    return sceller().ecritures

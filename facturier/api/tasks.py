"""Background tasks of the API."""

from celery import shared_task

from facturier.api import idempotence, webhooks


@shared_task(name="api.envoyer_webhooks")
def envoyer_webhooks() -> dict[str, int]:
    """Deliver the webhooks that wait."""
    return webhooks.envoyer_webhooks()


@shared_task(name="api.purger_requetes")
def purger_requetes() -> int:
    """Forget the answers kept long ago."""
    return idempotence.purger()

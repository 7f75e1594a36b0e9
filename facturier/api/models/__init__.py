"""Models of the API, by subject."""

from facturier.api.models.cles import CleApi, Portee, RequeteIdempotente
from facturier.api.models.webhooks import EnvoiWebhook, EssaiWebhook, Webhook

__all__ = [
    "CleApi",
    "EnvoiWebhook",
    "EssaiWebhook",
    "Portee",
    "RequeteIdempotente",
    "Webhook",
]

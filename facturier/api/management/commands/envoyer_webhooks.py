"""Deliver the webhooks that wait."""

from typing import Any

from facturier.api.webhooks import envoyer_webhooks
from facturier.commun.commandes import CommandeMetier


class Command(CommandeMetier):
    """`manage.py envoyer_webhooks`."""

    help = "Envoie aux systèmes des fournisseurs les changements d’état qui attendent."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Return how many were delivered, failed, given up."""
        return envoyer_webhooks()

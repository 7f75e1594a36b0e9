"""The one ledger, shared by the four applications."""

from django.apps import AppConfig


class GrandLivreConfig(AppConfig):
    """Tiers, pièces and double-entry écritures; the only writer of accounting rows."""

    name = "facturier.grand_livre"
    label = "grand_livre"
    verbose_name = "grand livre"

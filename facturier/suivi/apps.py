"""Application `facturier.suivi`."""

from django.apps import AppConfig


class SuiviConfig(AppConfig):
    """See conception.md for its job."""

    name = "facturier.suivi"
    label = "facturier"

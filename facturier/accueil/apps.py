"""Application `facturier.accueil`."""

from django.apps import AppConfig


class AccueilConfig(AppConfig):
    """See conception.md for its job."""

    name = "facturier.accueil"
    label = "accueil"

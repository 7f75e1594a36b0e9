"""Application `telepaiement`."""

from django.apps import AppConfig


class TelepaiementConfig(AppConfig):
    """See conception.md for its job."""

    name = "telepaiement"
    label = "telepaiement"

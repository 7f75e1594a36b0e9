"""Application `fournisseurs`."""

from django.apps import AppConfig


class FournisseursConfig(AppConfig):
    """See conception.md for its job."""

    name = "fournisseurs"
    label = "fournisseurs"

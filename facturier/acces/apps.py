"""Accounts, roles and the trace of acts."""

from django.apps import AppConfig


class AccesConfig(AppConfig):
    """The users of the product and what they may do."""

    name = "facturier.acces"
    label = "acces"
    verbose_name = "accès"

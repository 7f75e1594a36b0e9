"""Configuration of the application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API of suppliers."""

    name = "facturier.api"
    label = "api"
    verbose_name = "API des fournisseurs"

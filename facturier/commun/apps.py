"""Application without table: what every other one may use."""

from django.apps import AppConfig
from django.core.validators import EmailValidator


class CommunConfig(AppConfig):
    """Template tags, the checks of the settings, and the words of the product over Django's."""

    name = "facturier.commun"
    label = "commun"

    def ready(self) -> None:
        """Register the system checks, and say « adresse électronique » as every page does."""
        import facturier.commun.verifications  # noqa: F401, PLC0415

        EmailValidator.message = "Saisissez une adresse électronique valide, comme nom@exemple.nc."

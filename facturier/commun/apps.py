"""Application without table: what every other one may use."""

from django.apps import AppConfig


class CommunConfig(AppConfig):
    """Template tags, and the checks of the settings."""

    name = "facturier.commun"
    label = "commun"

    def ready(self) -> None:
        """Register the system checks."""
        import facturier.commun.verifications  # noqa: F401, PLC0415

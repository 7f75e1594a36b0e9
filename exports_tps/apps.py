"""Application `exports_tps`."""

from django.apps import AppConfig


class ExportsTpsConfig(AppConfig):
    """See conception.md for its job."""

    name = "exports_tps"
    label = "exports_tps"

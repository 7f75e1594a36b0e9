"""The two sides of an entry."""

from django.db import models


class Sens(models.TextChoices):
    """Side of a line."""

    DEBIT = "D", "Débit"
    CREDIT = "C", "Crédit"

    @property
    def inverse(self) -> "Sens":
        """The other side."""
        return Sens.CREDIT if self is Sens.DEBIT else Sens.DEBIT

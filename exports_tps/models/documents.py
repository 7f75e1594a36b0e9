"""Documents that the treasury refused, and what was sent in their place."""

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import PieceJustificative


class RemplacementDocument(models.Model):
    """A refused document that another one replaces for the treasury. Append only: both are kept."""

    ancien = models.OneToOneField(
        PieceJustificative, models.PROTECT, related_name="remplacement", verbose_name="document"
    )
    nouveau = models.OneToOneField(
        PieceJustificative, models.PROTECT, related_name="remplace", verbose_name="remplaçant"
    )
    remplace_le = models.DateTimeField("remplacé le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "remplacement de document"
        verbose_name_plural = "remplacements de documents"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(ancien=F("nouveau")),
                name="remplacement_par_un_autre",
                violation_error_message="Un document se remplace par un autre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ancien} → {self.nouveau}"

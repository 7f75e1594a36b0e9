"""What a counter sent by mail to a payer."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from telepaiement.models.encaissements import Quittance
from telepaiement.models.liens import LienPaiement


class EnvoiGuichet(models.Model):
    """What a counter sent by mail, when, and who did; the address is not kept. Append only."""

    quittance = models.ForeignKey(Quittance, models.PROTECT, null=True, related_name="envois")
    lien = models.ForeignKey(LienPaiement, models.PROTECT, null=True, related_name="envois")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField("envoyé le", auto_now_add=True)

    class Meta:
        verbose_name = "envoi du guichet"
        verbose_name_plural = "envois du guichet"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quittance__isnull=True, lien__isnull=False)
                | Q(quittance__isnull=False, lien__isnull=True),
                name="envoi_guichet_une_chose",
                violation_error_message="Un envoi du guichet porte une quittance ou un lien.",
            ),
        ]

    def __str__(self) -> str:
        return f"Envoi {'de la quittance' if self.quittance_id else 'du lien'} par courriel"

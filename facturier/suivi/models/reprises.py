"""A mandat that the treasury rejected, brought back to the desk that can answer."""

from django.db import models

from facturier.acces.models import Role
from facturier.grand_livre.models import Piece
from facturier.suivi.models.factures import Facture


class Bureau(models.TextChoices):
    """Who can answer a rejection."""

    LIQUIDATION = "liquidation", "Liquidation"
    SERVICE = "service", "Service gestionnaire"
    TIERS = "tiers", "Données du fournisseur"
    ORDONNATEUR = "ordonnateur", "Ordonnateur"


ROLES_DES_BUREAUX = {
    Bureau.LIQUIDATION: {Role.AGENT},
    Bureau.SERVICE: {Role.AGENT, Role.SERVICE},
    Bureau.TIERS: {Role.AGENT},
    Bureau.ORDONNATEUR: {Role.AGENT, Role.ORDONNATEUR},
}


class RepriseRejet(models.Model):
    """A task: the reason of a rejection, and the desk it goes back to. Append only.

    It is open as long as the invoice stays rejected by the treasury.
    """

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="reprises")
    mandat = models.ForeignKey(Piece, models.PROTECT, related_name="reprises")
    bureau = models.CharField(max_length=12, choices=Bureau)
    motif = models.CharField(max_length=500)
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "reprise après rejet"
        verbose_name_plural = "reprises après rejet"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture", "mandat"],
                name="reprise_rejet_unique",
                violation_error_message="Ce rejet est déjà à reprendre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_bureau_display()} : {self.motif}"

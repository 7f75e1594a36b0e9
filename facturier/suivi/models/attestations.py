"""Attestations that a claim on the province is certain, for a bank to lend against."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.suivi.models.factures import Facture


class Attestation(models.Model):
    """What the province owed for a mandated, unpaid invoice on the day it said so. Append only."""

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="attestations")
    montant = MontantField("montant attesté")
    code_verification = models.CharField("code de vérification", max_length=19, unique=True)
    etablie_le = models.DateTimeField("établie le", auto_now_add=True)
    etablie_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "attestation de créance"
        verbose_name_plural = "attestations de créance"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="attestation_montant_positif",
                violation_error_message="Une créance attestée est supérieure à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return f"Attestation {self.code_verification}"

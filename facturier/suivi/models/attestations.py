"""What is said of a claim: that it is certain, or that its interest is not proposed any more."""

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


class DecisionInterets(models.Model):
    """Why the interest of an invoice paid late is set aside, or proposed again. Append only.

    The last one prevails; without any, what is computed is proposed.
    """

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="decisions_interets")
    est_ecartee = models.BooleanField("proposition écartée")
    montant = MontantField("montant du décompte")
    motif = models.CharField(max_length=500)
    prise_le = models.DateTimeField("prise le", auto_now_add=True)
    prise_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "décision sur des intérêts"
        verbose_name_plural = "décisions sur des intérêts"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif="") & Q(montant__gt=0),
                name="decision_interets_motivee",
                violation_error_message="Une décision sur des intérêts a un montant et un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Intérêts {'écartés' if self.est_ecartee else 'proposés de nouveau'}"

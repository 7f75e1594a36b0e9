"""Orders to give money back by bank transfer, to an account checked before it is paid."""

from django.db import models
from django.db.models import Q

from facturier.commun import banque


class OrdreVirement(models.Model):
    """Where a refund by transfer goes, numbered without gap per year. Append only: a trigger.

    `est_verifie` says that the account is the one that the supplier's record held, verified; it is
    looked at again before the order leaves. Otherwise it is the one that the payer gave.
    """

    annee = models.PositiveSmallIntegerField("année")
    numero = models.PositiveIntegerField("numéro")
    titulaire = models.CharField("titulaire du compte", max_length=32)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    est_verifie = models.BooleanField("compte vérifié", default=False)
    courriel = models.EmailField("adresse à prévenir", blank=True)

    class Meta:
        verbose_name = "ordre de virement"
        verbose_name_plural = "ordres de virement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["annee", "numero"],
                name="ordre_virement_numero_unique",
                violation_error_message="Ce numéro d’ordre de virement est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(numero__gt=0)
                & ~Q(titulaire="")
                & Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$"),
                name="ordre_virement_compte",
                violation_error_message="Un ordre de virement a un titulaire et un IBAN.",
            ),
        ]

    def __str__(self) -> str:
        return f"Ordre de virement {self.reference}"

    @property
    def reference(self) -> str:
        """What the transfer bears, and the statement of the bank repeats: `OV-2026-000012`."""
        return f"OV-{self.annee}-{self.numero:06d}"

    @property
    def iban_masque(self) -> str:
        """Enough of the IBAN to recognise it."""
        return banque.masquer_iban(self.iban)

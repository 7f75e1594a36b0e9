"""What a verification of signatures found, kept with its proof. Append only."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from exports_tps.models.flux import Flux
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Bordereau

MONTREES = 50


class VerificationSignatures(models.Model):
    """One verification: of which bytes, against which authorities, and every signature it read."""

    class Occasion(models.TextChoices):
        """Why the signatures were verified."""

        CONSTITUTION = "constitution", "À la constitution du fichier"
        RENDU = "rendu", "Signature faite ailleurs, rendue"
        DEMANDE = "demande", "Sur demande"

    flux = models.ForeignKey(
        Flux, models.PROTECT, null=True, blank=True, related_name="verifications"
    )
    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="verifications"
    )
    occasion = models.CharField(max_length=12, choices=Occasion)
    sha256 = models.CharField("empreinte de ce qui est vérifié", max_length=64)
    est_intacte = models.BooleanField("intacte")
    anomalies = models.TextField(blank=True, help_text="une par ligne")
    signatures = models.JSONField(
        default=list,
        blank=True,
        help_text="de chacune : cible, empreinte, moment, titulaire, certificat et sa validité",
    )
    autorites = models.CharField(
        "empreinte des autorités de confiance", max_length=64, help_text="SHA-256, en DER"
    )
    avec_schemas = models.BooleanField("contrôlé par les schémas officiels")
    faite_le = models.DateTimeField("faite le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "vérification de signatures"
        verbose_name_plural = "vérifications de signatures"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(flux__isnull=False, bordereau__isnull=True)
                | Q(flux__isnull=True, bordereau__isnull=False),
                name="verification_un_objet",
                violation_error_message="Une vérification est celle d’un seul objet.",
            ),
            models.CheckConstraint(
                condition=Q(est_intacte=True, anomalies="")
                | (Q(est_intacte=False) & ~Q(anomalies="")),
                name="verification_dit_ce_qui_ne_va_pas",
                violation_error_message="Une vérification qui échoue dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flux or self.bordereau} vérifié le {self.faite_le:%d/%m/%Y}"

    @property
    def premieres_signatures(self) -> list[dict[str, Any]]:
        """The first `MONTREES`, their moments read."""
        return [
            signature
            | {
                moment: datetime.fromisoformat(signature[moment])
                for moment in ("signee_le", "valable_au")
            }
            for signature in self.signatures[:MONTREES]
        ]

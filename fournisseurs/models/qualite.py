"""What the nightly check of the tiers found: per tiers, then for the whole base, day by day."""

from django.db import models
from django.db.models import Q

from fournisseurs.models.fournisseurs import Fournisseur


class AnomalieTiers(models.Model):
    """An anomaly that the last nightly check found in a tiers; `code` is one of `CATALOGUE`."""

    pk = models.CompositePrimaryKey("fournisseur_id", "code")
    fournisseur = models.ForeignKey(
        Fournisseur, models.CASCADE, related_name="anomalies", db_index=False
    )
    code = models.CharField(max_length=30)

    class Meta:
        verbose_name = "anomalie de tiers"
        verbose_name_plural = "anomalies de tiers"
        indexes = [models.Index(fields=["code", "fournisseur"], name="anomalie_tiers_code")]

    def __str__(self) -> str:
        return self.code


class ReleveQualite(models.Model):
    """The quality of the base on one day: how many tiers, their mean score, what is wrong."""

    jour = models.DateField(primary_key=True)
    tiers = models.PositiveIntegerField()
    total_scores = models.PositiveBigIntegerField("total des scores")
    sans_anomalie = models.PositiveIntegerField()
    rejetables = models.PositiveIntegerField("tiers dont une pièce serait rejetée")
    anomalies = models.JSONField(default=dict, help_text="nombre de tiers par code d’anomalie")

    class Meta:
        verbose_name = "relevé de qualité"
        verbose_name_plural = "relevés de qualité"
        ordering = ["-jour"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_scores__lte=100 * models.F("tiers")),
                name="releve_qualite_score_sur_cent",
                violation_error_message="Un score va de 0 à 100.",
            ),
        ]

    def __str__(self) -> str:
        return f"Qualité au {self.jour:%d/%m/%Y}"

    @property
    def score_moyen(self) -> int:
        """Mean score, rounded down: 100 means that nothing is wrong, or that there is no tiers."""
        return self.total_scores // self.tiers if self.tiers else 100

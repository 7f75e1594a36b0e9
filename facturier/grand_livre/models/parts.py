"""What a mandat does not pay its tiers: paid to others, or withheld at its liquidation."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.commun.champs import MontantField
from facturier.grand_livre.models.pieces import LignePiece
from facturier.grand_livre.models.tiers import Tiers


class PartCedee(models.Model):
    """What one line of a mandat pays to another than its tiers, and where: frozen at issue.

    Append only. Parts go in before the entry of the mandat, which posts them to the accounts of
    « cessions, oppositions »; the line pays its own tiers what they leave.
    """

    ligne = models.ForeignKey(LignePiece, models.PROTECT, related_name="parts_cedees")
    rang = models.PositiveSmallIntegerField()
    montant = MontantField("montant TTC")
    creance = models.CharField(
        "opposition", max_length=20, help_text="numéro de l’opposition ou de la cession servie"
    )
    motif = models.CharField(max_length=100)

    # Frozen identity and account of who is paid instead, under the names that a pièce uses.
    tiers = models.ForeignKey(Tiers, models.PROTECT, related_name="parts_cedees")
    nom_tiers = models.CharField("nom du bénéficiaire", max_length=100)
    ridet = models.CharField("RIDET", max_length=10, blank=True)
    adresse_complement = models.CharField("complément d’adresse", max_length=38, blank=True)
    adresse_voie = models.CharField("voie ou boîte postale", max_length=38)
    code_postal = models.CharField(max_length=5)
    ville = models.CharField(max_length=38)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    titulaire_compte = models.CharField("titulaire du compte", max_length=32)

    class Meta:
        verbose_name = "part cédée ou saisie"
        verbose_name_plural = "parts cédées ou saisies"
        ordering: ClassVar[list[str]] = ["ligne", "rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["ligne", "rang"],
                name="part_cedee_rang_unique",
                violation_error_message="Ce rang de part est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="part_cedee_montant_positif",
                violation_error_message="Une part cédée ou saisie est positive.",
            ),
            models.CheckConstraint(
                condition=~Q(iban="") & ~Q(titulaire_compte="") & ~Q(creance=""),
                name="part_cedee_a_compte",
                violation_error_message=(
                    "Une part cédée ou saisie porte un compte bancaire et sa cause."
                ),
            ),
        ]
        indexes = [models.Index(fields=["creance"], name="part_cedee_creance")]

    def __str__(self) -> str:
        return f"{self.creance} → {self.nom_tiers}"


class Deduction(models.Model):
    """What one line of a mandat withholds from its tiers at its liquidation: frozen at issue.

    Append only, in before the entry, which posts it to its own account in the name of the tiers:
    it is no debt of the mandat, that its payment would settle.
    """

    class Nature(models.TextChoices):
        """Why it is withheld; the codes are those of the parts of the accounting scheme."""

        GARANTIE = "garantie", "Retenue de garantie"
        AVANCE = "avance", "Avance déjà versée"
        PENALITES = "penalites", "Pénalités de retard"

    ligne = models.ForeignKey(LignePiece, models.PROTECT, related_name="deductions")
    nature = models.CharField(max_length=10, choices=Nature)
    montant = MontantField("montant TTC")

    class Meta:
        verbose_name = "déduction"
        ordering: ClassVar[list[str]] = ["ligne", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ligne", "nature"],
                name="deduction_nature_unique",
                violation_error_message="Cette déduction est déjà dans la ligne.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="deduction_montant_positif",
                violation_error_message="Une déduction est positive.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} : {self.montant}"

"""What a mandat does not pay its tiers: paid to others, or withheld at its liquidation."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.commun.champs import MontantField
from facturier.commun.pays import champ_pays, contrainte_pays
from facturier.grand_livre.models.pieces import PIECES_SANS_EFFET, LignePiece, Piece
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
    pays = champ_pays()
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
            contrainte_pays("part_cedee"),
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

    @property
    def est_a_titrer(self) -> bool:
        """Whether a titre must still collect it; prefetch `precomptes__titre` for many."""
        return self.nature == self.Nature.PENALITES and not any(
            precompte.titre.etat not in PIECES_SANS_EFFET for precompte in self.precomptes.all()
        )


class Precompte(models.Model):
    """The titre de recettes that collects penalties withheld from a mandat. Append only.

    A debt is collected by a titre, never netted without one (décret 2012-1246, art. 24): the titre
    is settled by what is withheld, once the comptable has taken it in charge. A rejected or
    cancelled titre leaves the deduction to another; a trigger refuses two living ones.
    """

    deduction = models.ForeignKey(Deduction, models.PROTECT, related_name="precomptes")
    titre = models.OneToOneField(Piece, models.PROTECT, related_name="precompte")

    class Meta:
        verbose_name = "précompte"
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.deduction} recouvrées par {self.titre}"

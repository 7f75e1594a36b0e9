"""Sales of a published tariff at the counter: droits au comptant (domaine.md, A7).

A titre is issued afterwards, for a period, to regularise what was received (décret 2012-1246,
art. 24).
"""

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Ecriture, Titre
from telepaiement.models.regies import Produit, Regie


class Vente(models.Model):
    """What one payer bought at a counter, at the tariffs of the day. Append only."""

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="ventes")
    jour = models.DateField()
    payeur = models.CharField("reçu de", max_length=100, blank=True)
    montant = MontantField()

    class Meta:
        verbose_name = "vente au comptant"
        verbose_name_plural = "ventes au comptant"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="vente_montant_positif",
                violation_error_message="Le montant d’une vente est positif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Vente au comptant : {self.montant} F"


class LigneVente(models.Model):
    """A quantity of one product, at the tariff it had. Append only."""

    vente = models.ForeignKey(Vente, models.PROTECT, related_name="lignes")
    produit = models.ForeignKey(Produit, models.PROTECT, related_name="lignes_vente")
    quantite = models.PositiveIntegerField("quantité")
    tarif = MontantField()
    montant = MontantField()

    class Meta:
        verbose_name = "ligne de vente"
        verbose_name_plural = "lignes de vente"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["vente", "produit"],
                name="ligne_vente_produit_unique",
                violation_error_message="Ce produit est déjà dans la vente.",
            ),
            models.CheckConstraint(
                condition=Q(quantite__gt=0) & Q(tarif__gt=0),
                name="ligne_vente_positive",
                violation_error_message="Une ligne de vente a une quantité et un tarif.",
            ),
            models.CheckConstraint(
                condition=Q(montant=F("quantite") * F("tarif")),
                name="ligne_vente_au_tarif",
                violation_error_message="Une ligne de vente vaut sa quantité au tarif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantite} x {self.produit}"


class Regularisation(models.Model):
    """The titre that regularises the sales of one product over a period. Append only."""

    titre = models.OneToOneField(Titre, models.PROTECT, related_name="regularisation")
    regie = models.ForeignKey(Regie, models.PROTECT, related_name="regularisations")
    produit = models.ForeignKey(Produit, models.PROTECT, related_name="regularisations")
    jusqu_au = models.DateField("ventes jusqu’au")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="regularisation")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "régularisation de ventes"
        verbose_name_plural = "régularisations de ventes"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Régularisation {self.produit} jusqu’au {self.jusqu_au:%d/%m/%Y}"


class LigneRegularisee(models.Model):
    """A line of a sale, regularised once. Append only."""

    regularisation = models.ForeignKey(Regularisation, models.PROTECT, related_name="lignes")
    ligne = models.OneToOneField(LigneVente, models.PROTECT, related_name="regularisee")

    class Meta:
        verbose_name = "ligne régularisée"
        verbose_name_plural = "lignes régularisées"

    def __str__(self) -> str:
        return f"{self.ligne}"


class RetourVente(models.Model):
    """What a card gave back of a sale already regularised: its titre is owed as much. Append only.

    The provider's own panel alone makes such a refund: ours goes back whole, and before the titre.
    """

    remboursement = models.OneToOneField(
        "telepaiement.Remboursement", models.PROTECT, related_name="retour"
    )
    titre = models.ForeignKey(Titre, models.PROTECT, related_name="retours_ventes")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="retour_vente")
    motif = models.CharField(max_length=200)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "retour de vente"
        verbose_name_plural = "retours de vente"
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="retour_vente_a_motif",
                violation_error_message="Le report d’un remboursement a un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Retour de vente sur le titre {self.titre_id}"

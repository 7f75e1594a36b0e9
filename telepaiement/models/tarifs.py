"""Published tariffs: a price, the délibération that founds it, the days when it applies."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from telepaiement.models.regies import Produit


class Tarif(models.Model):
    """The price of a product from `debut` to `fin`, both included; never edited.

    A new price is a new row, whose days no other of the product covers: triggers of the base see
    to it. A row is closed once; one withdrawn before it began ends the day before it begins.
    """

    produit = models.ForeignKey(Produit, models.PROTECT, related_name="tarifs")
    montant = MontantField()
    debut = models.DateField("à partir du")
    fin = models.DateField("jusqu’au", null=True, blank=True)
    deliberation = models.CharField("délibération", max_length=100)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField("publié le", auto_now_add=True)
    deliberation_fin = models.CharField("délibération qui y met fin", max_length=100, blank=True)
    clos_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    clos_le = models.DateTimeField("clos le", null=True, blank=True)

    class Meta:
        verbose_name = "tarif"
        ordering = ["produit__code", "-debut", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0) & ~Q(deliberation=""),
                name="tarif_positif_fonde",
                violation_error_message="Un tarif a un montant et la délibération qui le fonde.",
            ),
            models.CheckConstraint(
                condition=Q(fin__isnull=True, clos_le__isnull=True, clos_par__isnull=True)
                | Q(fin__isnull=False, clos_le__isnull=False, clos_par__isnull=False)
                & ~Q(deliberation_fin=""),
                name="tarif_clos_par_deliberation",
                violation_error_message="Un tarif se clôt par une délibération.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.produit} : {self.montant} F"

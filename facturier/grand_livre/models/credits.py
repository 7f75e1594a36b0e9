"""Credits voted by the assembly, that mandats consume (décret 2012-1246, art. 19)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facturier.commun.champs import MontantField
from facturier.grand_livre.models.comptes import Budget, Exercice


class CreditOuvert(models.Model):
    """What one act opens on one line of the budget. Append only.

    A line is an account, or the beginning of its number, and a function, or its beginning; empty,
    any function. A later act adds to it, or takes from it by a negative amount: the credits of a
    line are the sum of its acts.
    """

    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="credits")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="credits")
    acte = models.CharField("acte budgétaire", max_length=60)
    compte = models.CharField("compte, ou son début", max_length=12)
    fonction = models.CharField("fonction, ou son début", max_length=10, blank=True)
    montant = MontantField("montant ouvert")
    charge_le = models.DateTimeField("chargé le", auto_now_add=True)

    class Meta:
        verbose_name = "crédit ouvert"
        verbose_name_plural = "crédits ouverts"
        ordering: ClassVar[list[str]] = ["exercice", "budget", "compte", "fonction", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "budget", "compte", "fonction", "acte"],
                name="credit_acte_unique",
                violation_error_message="Cet acte a déjà ouvert des crédits sur cette ligne.",
            ),
            models.CheckConstraint(
                condition=~Q(montant=0) & ~Q(acte=""),
                name="credit_non_nul",
                violation_error_message="Un acte ouvre ou retire des crédits.",
            ),
            models.CheckConstraint(
                condition=Q(compte__regex=r"^[1-9][0-9]{0,11}$"),
                name="credit_compte_chiffres",
                violation_error_message="Un compte budgétaire a d’un à douze chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exercice_id}, {self.compte} {self.fonction} : {self.montant}"

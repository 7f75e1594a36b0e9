"""A titre that the treasury refused, and that money settled: it leaves its bordereau, itself."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models.pieces import Bordereau, Piece


class RemiseEnPreparation(models.Model):
    """The bordereau that a refused titre leaves, to be presented again on another. Append only.

    What money settled is never rejected: the titre keeps its number, its key and its receipts.
    """

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="remises")
    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, related_name="remises", verbose_name="bordereau quitté"
    )
    refus = models.TextField(help_text="ce que la Trésorerie en a dit")
    motif = models.CharField(max_length=400, help_text="pourquoi il peut être présenté de nouveau")
    le = models.DateTimeField(auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "remise en préparation"
        verbose_name_plural = "remises en préparation"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["piece", "bordereau"],
                name="remise_une_par_bordereau",
                violation_error_message="Cette pièce a déjà quitté ce bordereau.",
            ),
            models.CheckConstraint(
                condition=~Q(motif="") & ~Q(refus=""),
                name="remise_dite",
                violation_error_message="Une remise en préparation dit le refus, et son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.piece} remis en préparation, du {self.bordereau}"

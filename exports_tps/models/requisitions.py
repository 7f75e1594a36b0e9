"""The ordonnateur's order to pay in spite of a suspension."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import FichierRange
from facturier.grand_livre.models import Piece


class Requisition(FichierRange):
    """A written réquisition (décret 2012-1246, art. 38), with its act. Append only.

    The attestation of the ordonnateur then stands for the justification of the service fait
    (décret of 2 September 1996, art. 2), and the mandat is suspended no more.
    """

    mandat = models.OneToOneField(Piece, models.PROTECT, related_name="requisition")
    acte = models.CharField("numéro de l’acte", max_length=60)
    date_acte = models.DateField("date de l’acte")
    motif = models.CharField(max_length=500)
    requise_le = models.DateTimeField("enregistrée le", auto_now_add=True)
    requise_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "réquisition de payer"
        verbose_name_plural = "réquisitions de payer"
        constraints = [
            models.CheckConstraint(
                condition=~Q(acte="") & ~Q(motif="") & Q(taille__gt=0),
                name="requisition_complete",
                violation_error_message="Une réquisition a un acte, un motif et un document.",
            ),
        ]

    def __str__(self) -> str:
        return f"Réquisition {self.acte} du {self.date_acte:%d/%m/%Y}"

"""What a till or a versement lacked, and what the régisseur pays back (décret 2012-829, art. 4)."""

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import Ecriture
from telepaiement.models.caisse import SessionCaisse
from telepaiement.models.depots import RectificationVersement, VersementRegie
from telepaiement.models.regies import Regie


class ComblementDeficit(models.Model):
    """What a régisseur paid back of a déficit: of a closed till, or of a versement. Append only.

    Into the régie, in cash that its next versement takes; or to the treasury, against a récépissé.
    """

    class Moyen(models.TextChoices):
        """Where the money went."""

        ESPECES = "especes", "Espèces remises dans la régie"
        TRESORERIE = "tresorerie", "Somme payée à la Trésorerie"

    session = models.ForeignKey(
        SessionCaisse, models.PROTECT, null=True, related_name="comblements"
    )
    rectification = models.ForeignKey(
        RectificationVersement, models.PROTECT, null=True, related_name="comblements"
    )
    regie = models.ForeignKey(Regie, models.PROTECT, related_name="comblements")
    numero = models.PositiveIntegerField("numéro")
    moyen = models.CharField(max_length=12, choices=Moyen)
    montant = MontantField()
    recepisse = models.CharField("récépissé de la Trésorerie", max_length=40, blank=True)
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="comblement_deficit")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "comblement de déficit"
        verbose_name_plural = "comblements de déficit"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "numero"],
                name="comblement_deficit_numero_unique",
                violation_error_message="Ce numéro de reçu est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="comblement_deficit_montant",
                violation_error_message="Un déficit se comble d’au moins 1 F.",
            ),
            models.CheckConstraint(
                condition=Q(session__isnull=False, rectification__isnull=True)
                | Q(session__isnull=True, rectification__isnull=False),
                name="comblement_deficit_d_une_cause",
                violation_error_message="Un comblement est celui d’une caisse ou d’un versement.",
            ),
            models.CheckConstraint(
                condition=Q(moyen="especes", recepisse="")
                | Q(moyen="tresorerie") & ~Q(recepisse=""),
                name="comblement_deficit_recepisse",
                violation_error_message="Ce qui est payé à la Trésorerie a son récépissé.",
            ),
        ]

    def __str__(self) -> str:
        return f"Comblement {self.reference} : {self.montant} F"

    @property
    def reference(self) -> str:
        """Régie and number, as people quote it: `CENTRE-D-0001`."""
        return f"{self.regie.code}-D-{self.numero:04d}"


class ComblementVerse(models.Model):
    """A comblement on a versement; on one at most that is not cancelled. Append only."""

    versement = models.ForeignKey(VersementRegie, models.PROTECT, related_name="comblements")
    comblement = models.ForeignKey(ComblementDeficit, models.PROTECT, related_name="verses")

    class Meta:
        verbose_name = "comblement versé"
        verbose_name_plural = "comblements versés"

    def __str__(self) -> str:
        return f"{self.comblement}"

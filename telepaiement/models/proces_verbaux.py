"""Counts of a régie that are signed: hand-over, unannounced check (décret 2012-829, 7 and 19)."""

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from telepaiement.models.nominations import Nomination
from telepaiement.models.regies import Regie


class Decompte(models.Model):
    """What a régie held at one moment, against what its accounts say. Append only."""

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="%(class)ss")
    numero = models.PositiveIntegerField("numéro")
    le = models.DateTimeField()
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    especes_attendues = MontantField("espèces attendues")
    especes_comptees = MontantField("espèces comptées")
    coupures = models.JSONField("décompte par coupure", default=dict)
    cheques_attendus = models.PositiveIntegerField("chèques attendus")
    cheques_comptes = models.PositiveIntegerField("chèques comptés")
    montant_cheques = MontantField("montant des chèques attendus")
    derniere_quittance = models.CharField("dernière quittance", max_length=40, blank=True)
    observations = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "numero"],
                name="%(class)s_numero_unique",
                violation_error_message="Ce numéro de procès-verbal est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(especes_comptees__gte=0),
                name="%(class)s_compte_positif",
                violation_error_message="La somme comptée n’est pas négative.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} n° {self.numero}"

    @property
    def ecart(self) -> int:
        """Counted minus expected cash, in whole francs."""
        return int(self.especes_comptees - self.especes_attendues)


class RemiseService(Decompte):
    """The régie handed over by who answered for it to who answers for it from now on."""

    sortant = models.ForeignKey(Nomination, models.PROTECT, null=True, related_name="+")
    entrant = models.ForeignKey(Nomination, models.PROTECT, related_name="remises")

    class Meta(Decompte.Meta):
        verbose_name = "remise de service"
        verbose_name_plural = "remises de service"
        constraints = [
            *Decompte.Meta.constraints,
            models.CheckConstraint(
                condition=Q(sortant__isnull=True) | ~Q(sortant=F("entrant")),
                name="remise_service_a_un_autre",
                violation_error_message="Le service se remet à une autre personne.",
            ),
        ]


class VerificationRegie(Decompte):
    """An unannounced check by the comptable or the ordonnateur; it moves no money."""

    en_presence_de = models.CharField("en présence de", max_length=100)

    class Meta(Decompte.Meta):
        verbose_name = "vérification inopinée"
        verbose_name_plural = "vérifications inopinées"

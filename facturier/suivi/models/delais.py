"""How long paid invoices took, and what had been foretold of them.

A paid invoice is frozen: its durations are measured once, the day it is paid, and never change.
Predictions, reports and the public observatory read them from here.
"""

from django.db import models
from django.db.models import F, Q

from facturier.suivi.models.factures import Facture
from facturier.suivi.models.motifs import TypeDepense


class DelaiConstate(models.Model):
    """Durations of one paid invoice, in whole days, by who held it. Never changes."""

    facture = models.OneToOneField(
        Facture, models.PROTECT, primary_key=True, related_name="delai_constate"
    )
    direction = models.CharField(max_length=100)
    type_depense = models.CharField("type de dépense", max_length=15, choices=TypeDepense)
    deposee_le = models.DateField("déposée le")
    mandatee_le = models.DateField("mandatée le")
    payee_le = models.DateField("payée le")
    jours_total = models.PositiveIntegerField("du dépôt au paiement")
    jours_fournisseur = models.PositiveIntegerField("en attente du fournisseur")
    jours_nets = models.PositiveIntegerField("du dépôt au paiement, attente du fournisseur déduite")
    jours_mandatement = models.PositiveIntegerField("du délai de mandatement")
    jours_paiement = models.PositiveIntegerField("du mandat signé au paiement")

    class Meta:
        verbose_name = "délai constaté"
        verbose_name_plural = "délais constatés"
        constraints = [
            models.CheckConstraint(
                condition=Q(jours_nets__lte=F("jours_total")),
                name="delai_constate_coherent",
                violation_error_message="Le délai net ne dépasse pas le délai total.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["direction", "type_depense", "payee_le"], name="delai_direction_type"
            ),
            models.Index(fields=["payee_le"], name="delai_payee_le"),
        ]

    def __str__(self) -> str:
        return f"{self.jours_nets} jours"


class PrevisionPaiement(models.Model):
    """The day an invoice was foretold to be paid, kept as it was said, then its error."""

    class Jalon(models.TextChoices):
        """When it was foretold."""

        DEPOT = "depot", "Au dépôt"
        MANDAT = "mandat", "À la signature du mandat"

    class Base(models.TextChoices):
        """Which past payments it is drawn from."""

        DIRECTION_ET_TYPE = "direction_type", "même direction, même type de dépense"
        DIRECTION = "direction", "même direction, tous types de dépense"
        ENSEMBLE = "ensemble", "toutes les directions"

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="previsions")
    jalon = models.CharField(max_length=10, choices=Jalon)
    faite_le = models.DateTimeField(auto_now_add=True)
    au_plus_tot = models.DateField("au plus tôt")
    probable = models.DateField("le plus probable")
    au_plus_tard = models.DateField("au plus tard")
    base = models.CharField(max_length=15, choices=Base)
    effectif = models.PositiveIntegerField("nombre de paiements observés")
    ecart_jours = models.IntegerField(
        "écart en jours", null=True, blank=True, help_text="paiement moins date probable"
    )
    est_tenue = models.BooleanField("dans la fourchette", null=True, blank=True)

    class Meta:
        verbose_name = "prévision de paiement"
        verbose_name_plural = "prévisions de paiement"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture", "jalon"],
                name="prevision_une_par_jalon",
                violation_error_message="La prévision de ce jalon est déjà faite.",
            ),
            models.CheckConstraint(
                condition=Q(au_plus_tot__lte=F("probable")) & Q(probable__lte=F("au_plus_tard")),
                name="prevision_ordonnee",
                violation_error_message="La date probable est dans la fourchette.",
            ),
            models.CheckConstraint(
                condition=Q(ecart_jours__isnull=True, est_tenue__isnull=True)
                | Q(ecart_jours__isnull=False, est_tenue__isnull=False),
                name="prevision_ecart_complet",
                violation_error_message="L’écart d’une prévision se constate d’un coup.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_jalon_display()} : {self.probable:%d/%m/%Y}"


class ReleveDelais(models.Model):
    """Delays of one month, of one direction or of all (empty), as the public reads them.

    Made anew by a task from what is measured; a month with too few payments has no row.
    """

    mois = models.DateField(help_text="premier jour du mois de paiement")
    direction = models.CharField(max_length=100, blank=True)
    effectif = models.PositiveIntegerField("factures payées")
    mediane = models.PositiveIntegerField("médiane, en jours")
    p90 = models.PositiveIntegerField("neuvième décile, en jours")
    part_en_trente_jours = models.PositiveSmallIntegerField("part payée en 30 jours, en %")
    releve_le = models.DateTimeField("relevé le", auto_now=True)

    class Meta:
        verbose_name = "relevé des délais"
        verbose_name_plural = "relevés des délais"
        ordering = ["-mois", "direction"]
        constraints = [
            models.UniqueConstraint(
                fields=["mois", "direction"],
                name="releve_delais_unique",
                violation_error_message="Ce mois a déjà son relevé.",
            ),
            models.CheckConstraint(
                condition=Q(mediane__lte=F("p90")) & Q(part_en_trente_jours__lte=100),
                name="releve_delais_coherent",
                violation_error_message="La médiane ne dépasse pas le neuvième décile.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mois:%m/%Y} {self.direction or 'ensemble'}"

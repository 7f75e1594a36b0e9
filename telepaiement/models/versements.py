"""What the gateway pays to the bank account, line by line (telepaiement.md, §8.8)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Ecriture
from telepaiement.models.encaissements import Encaissement
from telepaiement.models.litiges import Litige
from telepaiement.models.remboursements import Remboursement
from telepaiement.querysets import VersementQuerySet


class EtatVersement(models.TextChoices):
    """States of a payout."""

    EN_ECART = "en_ecart", "En écart, non comptabilisé"
    COMPTABILISE = "comptabilise", "Comptabilisé"
    REJETE = "rejete", "Rejeté par la banque"
    ANNULE = "annule", "Annulé"


class OrigineVersement(models.TextChoices):
    """Where a payout was learnt of."""

    PASSERELLE = "passerelle", "Lu chez le prestataire"
    BANQUE = "banque", "Constaté sur le relevé bancaire"


class NatureLigne(models.TextChoices):
    """What a line of a payout is about."""

    ENCAISSEMENT = "encaissement", "Encaissement"
    REMBOURSEMENT = "remboursement", "Remboursement"
    ECHEC_REMBOURSEMENT = "echec_remboursement", "Remboursement échoué, rendu"
    LITIGE = "litige", "Litige : montant repris"
    RETOUR_LITIGE = "retour_litige", "Litige gagné : montant rendu"
    FRAIS = "frais", "Frais"
    ECHEC_VERSEMENT = "echec_versement", "Versement rejeté, rendu"
    INCONNUE = "inconnue", "Nature inconnue"
    IMPUTEE = "imputee", "Imputée en compte d’attente"


class Versement(models.Model):
    """A payout: posted whole, or set aside with the reason and posted not at all.

    Amounts in whole francs: `montant` reached the bank, `brut` less `commission` and what the
    change took (`ecart_change`, negative when it gave). Below zero, the account was debited. One in
    another currency has `montant_devise`, in its smallest unit, until the bank tells the francs.
    """

    Etat = EtatVersement
    TONS: ClassVar[dict[str, Ton]] = {
        EtatVersement.EN_ECART: Ton.REFUS,
        EtatVersement.COMPTABILISE: Ton.SUCCES,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "comptabiliser": transition(
            {EtatVersement.EN_ECART}, EtatVersement.COMPTABILISE, Role.AGENT, Role.COMPTABLE
        ),
        "rejeter": transition(
            {EtatVersement.COMPTABILISE}, EtatVersement.REJETE, Role.AGENT, Role.COMPTABLE
        ),
        "annuler": transition(
            {EtatVersement.COMPTABILISE}, EtatVersement.ANNULE, Role.AGENT, Role.COMPTABLE
        ),
    }

    reference = models.CharField("référence de la passerelle", max_length=100)
    origine = models.CharField(
        max_length=10, choices=OrigineVersement, default=OrigineVersement.PASSERELLE
    )
    montant = MontantField()
    devise = models.CharField(max_length=3)
    montant_devise = models.BigIntegerField("montant dans sa devise", null=True, blank=True)
    commission_devise = models.BigIntegerField("commission dans sa devise", null=True, blank=True)
    arrive_le = models.DateField("versé le")
    etat = models.CharField(
        "état", max_length=15, choices=EtatVersement, default=EtatVersement.EN_ECART
    )
    anomalie = models.CharField("écart", max_length=300, blank=True)
    brut = MontantField(default=0)
    commission = MontantField(default=0)
    ecart_change = MontantField("écart de change", default=0)
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="versement"
    )
    ecriture_rejet = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="versement_rejete"
    )
    ecriture_annulation = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="versement_annule"
    )
    lu_le = models.DateTimeField("lu le", auto_now=True)

    objects = VersementQuerySet.as_manager()

    class Meta:
        verbose_name = "versement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(etat=EtatVersement.ANNULE),
                name="versement_reference_unique",
                violation_error_message="Ce versement est déjà connu.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatVersement.EN_ECART)
                | Q(
                    ecriture__isnull=False,
                    anomalie="",
                    montant=F("brut") - F("commission") - F("ecart_change"),
                ),
                name="versement_comptabilise_ecrit",
                violation_error_message="Un versement comptabilisé est égal à ses lignes.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatVersement.REJETE) | Q(ecriture_rejet__isnull=False),
                name="versement_rejete_ecrit",
                violation_error_message="Un versement rejeté a l’écriture de son rejet.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatVersement.ANNULE) | Q(ecriture_annulation__isnull=False),
                name="versement_annule_ecrit",
                violation_error_message="Un versement annulé a l’écriture de son annulation.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatVersement.EN_ECART) | ~Q(anomalie=""),
                name="versement_en_ecart_explique",
                violation_error_message="Un versement en écart dit pourquoi.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "-arrive_le"], name="versement_etat")]

    def __str__(self) -> str:
        return f"Versement {self.reference} : {self.montant} F"

    @property
    def somme_en_devise(self) -> str:
        """What it is in its own currency, in French: `1 234,50 EUR`; "" in francs."""
        if self.montant_devise is None:
            return ""
        entier, cents = divmod(abs(self.montant_devise), 100)
        signe = "-" if self.montant_devise < 0 else ""
        milliers = f"{entier:,}".replace(",", "\u202f")
        return f"{signe}{milliers},{cents:02d} {self.devise}"


class PassageVersement(Passage):
    """Trace of an act on a payout."""

    versement = models.ForeignKey(Versement, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de versement"
        verbose_name_plural = "passages de versement"


class LigneVersement(models.Model):
    """One balance transaction of a payout, tied to what it settles. Frozen once posted.

    A trigger keeps each movement, and each payment, to one payout that is not cancelled.
    """

    versement = models.ForeignKey(Versement, models.PROTECT, related_name="lignes")
    transaction = models.CharField("mouvement de la passerelle", max_length=200, db_index=True)
    nature = models.CharField(max_length=20, choices=NatureLigne)
    nature_distante = models.CharField("nature chez le prestataire", max_length=60)
    source = models.CharField(max_length=100, blank=True)
    montant = MontantField()
    commission = MontantField(default=0)
    encaissement = models.ForeignKey(
        Encaissement, models.PROTECT, null=True, blank=True, related_name="lignes_versement"
    )
    remboursement = models.ForeignKey(
        Remboursement, models.PROTECT, null=True, blank=True, related_name="lignes_versement"
    )
    litige = models.ForeignKey(
        Litige, models.PROTECT, null=True, blank=True, related_name="lignes_versement"
    )
    versement_rejete = models.ForeignKey(
        Versement, models.PROTECT, null=True, blank=True, related_name="reprises"
    )
    imputation = models.ForeignKey(
        "telepaiement.ImputationVersement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lignes",
    )
    anomalie = models.CharField("écart", max_length=200, blank=True)

    class Meta:
        verbose_name = "ligne de versement"
        verbose_name_plural = "lignes de versement"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(nature=NatureLigne.IMPUTEE, imputation__isnull=False)
                | ~Q(nature=NatureLigne.IMPUTEE) & Q(imputation__isnull=True),
                name="ligne_versement_imputee",
                violation_error_message="Une ligne imputée l’est par une imputation approuvée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {self.source} : {self.montant} F"

    @property
    def net(self) -> int:
        """What the line adds to the payout, in whole francs."""
        return int(self.montant - self.commission)

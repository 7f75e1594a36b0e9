"""Lines of a payout that nothing explains: imputed to a waiting account, by two persons."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Ecriture
from telepaiement.models.versements import LigneVersement, Versement


class EtatImputation(models.TextChoices):
    """States of an imputation."""

    DEMANDEE = "demandee", "Demandée, à approuver"
    APPROUVEE = "approuvee", "Approuvée, comptabilisée"
    REFUSEE = "refusee", "Refusée"


class ImputationVersement(models.Model):
    """All that is unexplained in one payout, to be imputed to the waiting accounts.

    Asked for by one, approved by another. What was asked for is never rewritten: trigger.
    """

    Etat = EtatImputation
    TONS: ClassVar[dict[str, Ton]] = {
        EtatImputation.DEMANDEE: Ton.ATTENTE,
        EtatImputation.APPROUVEE: Ton.SUCCES,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "approuver": transition(
            {EtatImputation.DEMANDEE}, EtatImputation.APPROUVEE, Role.AGENT, Role.COMPTABLE
        ),
        "refuser": transition(
            {EtatImputation.DEMANDEE}, EtatImputation.REFUSEE, Role.AGENT, Role.COMPTABLE
        ),
    }

    versement = models.ForeignKey(Versement, models.PROTECT, related_name="imputations")
    motif = models.CharField(max_length=200)
    demande_par = models.ForeignKey(
        Utilisateur, models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    demande_le = models.DateTimeField("demandée le", auto_now_add=True)
    etat = models.CharField(
        "état", max_length=10, choices=EtatImputation, default=EtatImputation.DEMANDEE
    )
    decide_par = models.ForeignKey(
        Utilisateur,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidée par",
    )
    motif_refus = models.CharField("motif du refus", max_length=200, blank=True)

    class Meta:
        verbose_name = "imputation de versement"
        verbose_name_plural = "imputations de versement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["versement"],
                condition=~Q(etat=EtatImputation.REFUSEE),
                name="imputation_une_par_versement",
                violation_error_message="Une imputation de ce versement est déjà demandée.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="imputation_a_motif",
                violation_error_message="Une imputation a un motif.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatImputation.DEMANDEE, decide_par__isnull=True)
                | ~Q(etat=EtatImputation.DEMANDEE) & Q(decide_par__isnull=False),
                name="imputation_decidee_par",
                violation_error_message="Une imputation décidée dit par qui.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatImputation.APPROUVEE) | ~Q(decide_par=F("demande_par")),
                name="imputation_deux_personnes",
                violation_error_message=(
                    "Qui demande une imputation ne l’approuve pas : demandez à un collègue."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatImputation.REFUSEE) | ~Q(motif_refus=""),
                name="imputation_refus_motive",
                violation_error_message="Un refus d’imputation dit pourquoi.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "-id"], name="imputation_etat")]

    def __str__(self) -> str:
        return f"Imputation du versement {self.versement.reference}"


class PassageImputation(Passage):
    """Trace of an act on an imputation."""

    imputation = models.ForeignKey(ImputationVersement, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage d’imputation"
        verbose_name_plural = "passages d’imputation"


class MouvementImpute(models.Model):
    """One movement of an imputation, as it was when it was asked for; in whole francs."""

    imputation = models.ForeignKey(ImputationVersement, models.PROTECT, related_name="mouvements")
    transaction = models.CharField("mouvement de la passerelle", max_length=200)
    montant = MontantField()
    commission = MontantField(default=0)
    explication = models.CharField("écart", max_length=200)

    class Meta:
        verbose_name = "mouvement imputé"
        verbose_name_plural = "mouvements imputés"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["imputation", "transaction"], name="mouvement_impute_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.transaction} : {self.montant} F"


class CompensationImputation(models.Model):
    """Two lines imputed, one the contrary of the other: what waited on both sides is cleared."""

    debit = models.OneToOneField(LigneVersement, models.PROTECT, related_name="compensee_au_debit")
    credit = models.OneToOneField(
        LigneVersement, models.PROTECT, related_name="compensee_au_credit"
    )
    motif = models.CharField(max_length=200)
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, related_name="compensation_imputation"
    )
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "compensation d’imputations"
        verbose_name_plural = "compensations d’imputations"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="compensation_a_motif",
                violation_error_message="Une compensation a un motif.",
            )
        ]

    def __str__(self) -> str:
        return f"Compensation de {self.credit} et {self.debit}"

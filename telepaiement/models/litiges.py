"""Payments that a payer contests at his bank (telepaiement.md, §8.3)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Ecriture
from telepaiement.models.encaissements import Encaissement


class EtatLitige(models.TextChoices):
    """States of a dispute."""

    OUVERT = "ouvert", "Ouvert"
    GAGNE = "gagne", "Gagné"
    PERDU = "perdu", "Perdu"
    ANNULE = "annule", "Annulé"


ETATS_REPRIS = (EtatLitige.OUVERT, EtatLitige.PERDU)  # the bank took the money back, or may


class Litige(models.Model):
    """A card payment contested: the bank takes its amount back until the dispute is closed.

    `est_debite` is false for a mere inquiry, which moves no money. One that the statement of the
    account tells, an unpaid cheque or card, is lost at once: `ligne` is the movement; it is undone
    (`annule`) with the match that made it.
    """

    Etat = EtatLitige
    TONS: ClassVar[dict[str, Ton]] = {
        EtatLitige.OUVERT: Ton.ATTENTE,
        EtatLitige.GAGNE: Ton.SUCCES,
        EtatLitige.PERDU: Ton.REFUS,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "gagner": transition({EtatLitige.OUVERT}, EtatLitige.GAGNE, Role.AGENT, Role.COMPTABLE),
        "perdre": transition({EtatLitige.OUVERT}, EtatLitige.PERDU, Role.AGENT, Role.COMPTABLE),
        "annuler": transition({EtatLitige.PERDU}, EtatLitige.ANNULE, Role.AGENT, Role.COMPTABLE),
    }

    encaissement = models.ForeignKey(Encaissement, models.PROTECT, related_name="litiges")
    ligne: models.ForeignKey[Any, Any] = models.ForeignKey(
        "telepaiement.LigneBancaire",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="impayes",
    )
    reference = models.CharField("référence de la passerelle", max_length=100, unique=True)
    montant = MontantField()
    trop_percu = MontantField("dont trop-perçu repris", default=0)
    frais = MontantField(default=0)
    motif = models.CharField("motif donné à la banque", max_length=60, blank=True)
    etat = models.CharField("état", max_length=10, choices=EtatLitige, default=EtatLitige.OUVERT)
    est_debite = models.BooleanField("montant repris par la banque", default=False)
    preuves_envoyees = models.BooleanField("preuves envoyées", default=False)
    repondre_avant = models.DateTimeField("répondre avant le", null=True, blank=True)
    ouvert_le = models.DateTimeField("ouvert le")
    clos_le = models.DateTimeField("clos le", null=True, blank=True)
    ecriture = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="litige"
    )
    ecriture_issue = models.OneToOneField(
        Ecriture, models.PROTECT, null=True, blank=True, related_name="litige_clos"
    )

    class Meta:
        verbose_name = "litige"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0) & Q(trop_percu__gte=0) & Q(frais__gte=0),
                name="litige_montants",
                violation_error_message="Un litige porte sur un franc au moins.",
            ),
            models.CheckConstraint(
                condition=Q(est_debite=False) | Q(ecriture__isnull=False),
                name="litige_debite_ecrit",
                violation_error_message="Ce que la banque reprend a son écriture.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatLitige.OUVERT) | Q(clos_le__isnull=False),
                name="litige_clos_a_date",
                violation_error_message="Un litige clos a sa date.",
            ),
        ]
        indexes = [models.Index(fields=["etat", "repondre_avant"], name="litige_etat")]

    def __str__(self) -> str:
        return f"Litige de {self.montant} F : {self.get_etat_display()}"


class LettreImprimee(models.Model):
    """A letter to a debtor as it was printed, kept: what is posted is one of them. Append only."""

    litige = models.ForeignKey(Litige, models.PROTECT, related_name="lettres")
    sha256 = models.CharField("empreinte du document", max_length=64)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField("imprimée le")

    class Meta:
        verbose_name = "lettre imprimée"
        verbose_name_plural = "lettres imprimées"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="lettre_imprimee_scellee",
                violation_error_message="Une lettre imprimée a l’empreinte de son document.",
            ),
        ]

    def __str__(self) -> str:
        return f"Lettre imprimée {self.pk}"


class PassageLitige(Passage):
    """Trace of an act on a dispute; of a letter that left, `lettre` is what was posted."""

    litige = models.ForeignKey(Litige, models.PROTECT, related_name="passages")
    lettre = models.OneToOneField(LettreImprimee, models.PROTECT, null=True, related_name="postee")

    class Meta(Passage.Meta):
        verbose_name = "passage de litige"
        verbose_name_plural = "passages de litige"
        constraints = [
            models.CheckConstraint(
                condition=Q(acte="poster_lettre", lettre__isnull=False)
                | ~Q(acte="poster_lettre") & Q(lettre__isnull=True),
                name="passage_litige_lettre_postee",
                violation_error_message="Une lettre postée est une lettre imprimée.",
            ),
        ]

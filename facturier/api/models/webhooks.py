"""Webhooks: where a supplier's system is told of its invoices, what was sent, what came of it.

A row of `EnvoiWebhook` is written by a trigger when an invoice changes state, in the transaction
that changes it, whoever does it: nothing is told of what was undone, nothing is forgotten.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import PassageFacture
from fournisseurs.models import Etablissement, Habilitation


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Questions about many webhooks."""

    def en_vigueur(self) -> Self:
        """Those nobody has ended."""
        return self.filter(resilie_le__isnull=True)


class Webhook(models.Model):
    """An address that is told when the invoices of an établissement reach the states it chose.

    It serves as long as who declared it acts for the établissement. The secret is kept encrypted:
    it signs what is sent.
    """

    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, related_name="webhooks", verbose_name="établissement"
    )
    adresse = models.CharField(max_length=500)
    etats = models.CharField(
        "états annoncés",
        max_length=400,
        blank=True,
        help_text="codes entre virgules, virgule au début et à la fin ; vide : tous",
    )
    secret_chiffre = models.TextField("secret chiffré")
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    cree_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="webhooks")
    resilie_le = models.DateTimeField("résilié le", null=True, blank=True)
    resilie_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["etablissement", "adresse"],
                condition=Q(resilie_le__isnull=True),
                name="webhook_adresse_unique",
                violation_error_message="Cette adresse est déjà déclarée pour l’établissement.",
            ),
            models.CheckConstraint(
                condition=Q(adresse__regex=r"^https?://"),
                name="webhook_adresse_http",
                violation_error_message="L’adresse d’un webhook commence par https://.",
            ),
            models.CheckConstraint(
                condition=Q(etats__regex=r"^(,([a-z_]+,)+)?$"),
                name="webhook_etats_entre_virgules",
                violation_error_message="Les états annoncés sont des codes entre virgules.",
            ),
            models.CheckConstraint(
                condition=Q(resilie_le__isnull=True, resilie_par__isnull=True)
                | Q(resilie_le__isnull=False, resilie_par__isnull=False),
                name="webhook_resilie_par_quelqu_un",
                violation_error_message="Un webhook résilié dit quand et par qui.",
            ),
        ]

    def __str__(self) -> str:
        return f"Webhook {self.adresse} pour {self.etablissement}"

    @property
    def etats_annonces(self) -> list[EtatFacture]:
        """The states that it is told of; all of them when none was chosen."""
        choisis = [code for code in self.etats.split(",") if code]
        return [EtatFacture(code) for code in choisis]

    @property
    def sert_encore(self) -> bool:
        """Whether it is not ended, and who declared it still acts for the établissement."""
        habilitations = Habilitation.objects.en_vigueur().de(self.cree_par)
        return (
            self.resilie_le is None
            and self.cree_par.is_active
            and habilitations.filter(etablissement=self.etablissement_id).exists()
        )


class EnvoiWebhookQuerySet(models.QuerySet["EnvoiWebhook"]):
    """Questions about many envois."""

    def en_attente(self) -> Self:
        """Those neither delivered nor given up."""
        return self.filter(livre_le__isnull=True, abandonne_le__isnull=True)


class EnvoiWebhook(models.Model):
    """One change of state to tell to one address, or a trial: the outbox, and what came of it.

    Delivered and given up are both ends; sending again is another row, that names the first.
    """

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="envois")
    passage = models.ForeignKey(
        PassageFacture, models.PROTECT, null=True, blank=True, related_name="envois"
    )
    cree_le = models.DateTimeField("créé le")
    prochain_essai_le = models.DateTimeField("prochain essai le")
    nombre_essais = models.PositiveSmallIntegerField("nombre d’essais", default=0)
    livre_le = models.DateTimeField("livré le", null=True, blank=True)
    abandonne_le = models.DateTimeField("abandonné le", null=True, blank=True)
    rejoue = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rejeux", verbose_name="rejoue"
    )
    demande_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = EnvoiWebhookQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi de webhook"
        verbose_name_plural = "envois de webhook"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "passage"],
                condition=Q(rejoue__isnull=True),
                name="envoi_webhook_unique",
                violation_error_message="Ce changement est déjà annoncé à cette adresse.",
            ),
            models.UniqueConstraint(
                fields=["rejoue"],
                condition=Q(livre_le__isnull=True, abandonne_le__isnull=True),
                name="envoi_webhook_un_rejeu_en_cours",
                violation_error_message="Cet envoi est déjà rejoué.",
            ),
            models.CheckConstraint(
                condition=Q(livre_le__isnull=True) | Q(abandonne_le__isnull=True),
                name="envoi_webhook_une_fin",
                violation_error_message="Un envoi est livré ou abandonné, pas les deux.",
            ),
            models.CheckConstraint(
                condition=Q(passage__isnull=False, rejoue__isnull=True, demande_par__isnull=True)
                | Q(passage__isnull=False, rejoue__isnull=False, demande_par__isnull=False)
                | Q(passage__isnull=True, rejoue__isnull=True, demande_par__isnull=False),
                name="envoi_webhook_rejoue_par_quelqu_un",
                violation_error_message="Un envoi rejoué ou d’essai dit par qui.",
            ),
        ]
        indexes = [
            models.Index(  # what `envoyer_webhooks` takes
                fields=["prochain_essai_le"],
                condition=Q(livre_le__isnull=True, abandonne_le__isnull=True),
                name="envoi_webhook_en_attente",
            ),
            models.Index(fields=["webhook", "-id"], name="envoi_webhook_du_webhook"),
        ]

    def __str__(self) -> str:
        return f"Envoi {self.pk} à {self.webhook.adresse}"

    @property
    def est_essai(self) -> bool:
        """Whether it tells of nothing, and only tries the address."""
        return self.passage_id is None


class EssaiWebhook(models.Model):
    """One attempt at delivering an envoi: when, how long, what was answered. Append only."""

    envoi = models.ForeignKey(EnvoiWebhook, models.PROTECT, related_name="essais")
    le = models.DateTimeField()
    duree_ms = models.PositiveIntegerField("durée en millisecondes")
    statut = models.PositiveSmallIntegerField("statut HTTP", null=True, blank=True)
    erreur = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "essai de webhook"
        verbose_name_plural = "essais de webhook"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(statut__isnull=False) | ~Q(erreur=""),
                name="essai_webhook_dit_quoi",
                violation_error_message="Un essai a une réponse ou une erreur.",
            ),
        ]

    def __str__(self) -> str:
        return self.erreur or f"HTTP {self.statut}"

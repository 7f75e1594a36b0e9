"""What people say to each other about an invoice: certification, returns, questions, notices."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models.factures import Facture
from facturier.suivi.models.motifs import DONNEES_EN_CAUSE, MotifRetour


class ServiceFait(models.Model):
    """Attestation that what was ordered was delivered (décret 2012-1246, art. 31). Append only."""

    facture = models.OneToOneField(Facture, models.PROTECT, related_name="service_fait")
    date_service_fait = models.DateField("date du service fait")
    commentaire = models.TextField(blank=True)
    certifie_le = models.DateTimeField("certifié le", auto_now_add=True)
    certifie_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "service fait"
        verbose_name_plural = "services faits"

    def __str__(self) -> str:
        return f"Service fait du {self.date_service_fait:%d/%m/%Y}"


class RetourQuerySet(models.QuerySet[Any]):
    """Questions about many returns."""

    def sans_accuse_depuis(self, jours: int) -> Self:
        """Those made more than `jours` days ago that nobody acknowledged, nor answered.

        The first partial index of the table covers precisely these rows.
        """
        return self.filter(
            accuse_le__isnull=True,
            repondu_le__isnull=True,
            cree_le__lte=timezone.now() - timedelta(days=jours),
        ).exclude(facture__etat=EtatFacture.RETIREE)


class RetourFournisseur(models.Model):
    """An invoice sent back: reason, action expected, datum in question, and the answer."""

    class Nature(models.TextChoices):
        """What the return does to the invoice."""

        SUSPENSION = "suspension", "Pièce ou précision demandée"
        REORIENTATION = "reorientation", "Destinataire ou bon de commande à corriger"
        REJET = "rejet", "Rejet"

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="retours")
    nature = models.CharField(max_length=15, choices=Nature)
    motif = models.ForeignKey(MotifRetour, models.PROTECT, related_name="retours")
    champ = models.CharField("donnée en cause", max_length=40, blank=True)
    valeur_attendue = models.CharField(max_length=200, blank=True)
    commentaire = models.TextField(blank=True)
    doublon_de = models.ForeignKey(Facture, models.PROTECT, null=True, blank=True, related_name="+")
    cree_le = models.DateTimeField("le", auto_now_add=True)
    cree_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    reponse = models.TextField("réponse du fournisseur", blank=True)
    repondu_le = models.DateTimeField("répondu le", null=True, blank=True)
    repondu_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    accuse_le = models.DateTimeField("lu par le fournisseur le", null=True, blank=True)
    accuse_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )
    relance_le = models.DateTimeField("rappelé le", null=True, blank=True)

    objects: Any = RetourQuerySet.as_manager()

    class Meta:
        verbose_name = "retour au fournisseur"
        verbose_name_plural = "retours au fournisseur"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["facture"],
                condition=Q(repondu_le__isnull=True),
                name="retour_un_seul_ouvert",
                violation_error_message="Un retour attend déjà une réponse.",
            ),
            models.CheckConstraint(
                condition=Q(repondu_le__isnull=True) | Q(repondu_par__isnull=False),
                name="retour_repondu_par",
                violation_error_message="Une réponse a un auteur.",
            ),
            models.CheckConstraint(
                condition=Q(accuse_le__isnull=True, accuse_par__isnull=True)
                | Q(accuse_le__isnull=False, accuse_par__isnull=False),
                name="retour_accuse_par",
                violation_error_message="Un accusé de lecture a un auteur.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["cree_le"],
                name="retour_sans_accuse",
                condition=Q(accuse_le__isnull=True, repondu_le__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} : {self.motif}"

    @property
    def est_ouvert(self) -> bool:
        """Whether the supplier still owes an answer."""
        return self.repondu_le is None and self.nature != self.Nature.REJET

    @property
    def est_lu(self) -> bool:
        """Whether the supplier has acknowledged it; an answer does so too."""
        return self.accuse_le is not None or self.repondu_le is not None

    @property
    def donnee_en_cause(self) -> str:
        """The datum in question, in the words of the screens."""
        return DONNEES_EN_CAUSE.get(self.champ, self.champ)


class Message(models.Model):
    """A question or an answer about an invoice; internal ones stay inside the province."""

    facture = models.ForeignKey(Facture, models.PROTECT, related_name="messages")
    auteur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    texte = models.TextField(max_length=2000)
    est_interne = models.BooleanField("interne", default=False)
    ecrit_le = models.DateTimeField("écrit le", auto_now_add=True)

    class Meta:
        verbose_name = "message"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(texte=""),
                name="message_non_vide",
                violation_error_message="Un message n’est pas vide.",
            ),
        ]

    def __str__(self) -> str:
        return self.texte[:60]


class TypeAvis(models.TextChoices):
    """Events a supplier may be told of."""

    DEPOT = "depot", "Dépôt d’une facture"
    RETOUR = "retour", "Pièce demandée ou destinataire à corriger"
    REJET = "rejet", "Rejet d’une facture"
    RAPPEL = "rappel", "Rappel d’une demande ou d’un rejet que personne n’a lu"
    PAIEMENT = "paiement", "Paiement d’une facture"
    SOLDE = "solde", "Facture soldée sans paiement"
    MESSAGE = "message", "Nouveau message de la province"
    INTERETS = "interets", "Décision sur des intérêts moratoires"
    ANALYSE = "analyse", "Dépôt arrêté après l’analyse d’un fichier"


AVIS_D_AVOIR = {TypeAvis.DEPOT: "Dépôt d’un avoir", TypeAvis.REJET: "Rejet d’un avoir"}


class EnvoiAvis(models.TextChoices):
    """How a notice also leaves by mail; in the application it always shows."""

    IMMEDIAT = "immediat", "Tout de suite"
    QUOTIDIEN = "quotidien", "Une fois par jour, tous ensemble"
    AUCUN = "aucun", "Pas de courriel"


class Abonnement(models.Model):
    """A choice about one kind of notice; without a row, it leaves by mail at once."""

    utilisateur = models.ForeignKey(Utilisateur, models.CASCADE, related_name="abonnements")
    type_avis = models.CharField("avis", max_length=10, choices=TypeAvis)
    envoi = models.CharField(max_length=10, choices=EnvoiAvis, default=EnvoiAvis.IMMEDIAT)

    class Meta:
        verbose_name = "abonnement"
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur", "type_avis"],
                name="abonnement_unique",
                violation_error_message="Ce choix est déjà enregistré.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur} : {self.get_type_avis_display()}"


class Avis(models.Model):
    """What one person is told of one invoice: shown in the application, then read."""

    utilisateur = models.ForeignKey(Utilisateur, models.CASCADE, related_name="avis")
    facture = models.ForeignKey(Facture, models.PROTECT, related_name="avis")
    type_avis = models.CharField("avis", max_length=10, choices=TypeAvis)
    envoi = models.CharField(max_length=10, choices=EnvoiAvis)
    cree_le = models.DateTimeField("le", auto_now_add=True)
    lu_le = models.DateTimeField("lu le", null=True, blank=True)
    envoye_le = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["utilisateur", "-id"], name="avis_utilisateur"),
            models.Index(
                fields=["utilisateur", "facture"],
                name="avis_non_lu",
                condition=Q(lu_le__isnull=True),
            ),
            models.Index(
                fields=["utilisateur"],
                name="avis_a_recapituler",
                condition=Q(envoye_le__isnull=True, envoi="quotidien"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.libelle} : {self.facture}"

    @property
    def libelle(self) -> str:
        """What happened, in the words of an invoice or of an avoir."""
        connu = TypeAvis(self.type_avis)
        d_avoir = AVIS_D_AVOIR.get(connu) if self.facture.est_avoir else None
        return d_avoir or str(connu.label)

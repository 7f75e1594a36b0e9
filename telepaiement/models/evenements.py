"""Inbox of the gateway's messages: facts and digest (conception.md, decision 7; invariant I12)."""

from django.db import models
from django.db.models import Q

from telepaiement.querysets import EvenementQuerySet


class EtatEvenement(models.TextChoices):
    """What became of a message."""

    RECU = "recu", "Reçu"
    TRAITE = "traite", "Traité"
    IGNORE = "ignore", "Sans objet"
    EN_ERREUR = "en_erreur", "En erreur, sera repris"


class Sujet(models.TextChoices):
    """What a message is about, whichever the gateway."""

    PAIEMENT = "paiement", "Paiement"
    REMBOURSEMENT = "remboursement", "Remboursement"
    LITIGE = "litige", "Litige"
    VERSEMENT = "versement", "Versement"
    AUTRE = "autre", "Autre"


class EvenementRecu(models.Model):
    """One message of the gateway: a hint of what to read back, never a truth.

    `faits` are identifiers, states, amounts and moments. The body is not kept, only its digest: it
    names the payer and tells his card (I12), and nothing reads it once its subject is known.
    """

    Etat = EtatEvenement

    identifiant = models.CharField(max_length=100, unique=True)
    nature = models.CharField(max_length=80)
    sujet = models.CharField(max_length=15, choices=Sujet, default=Sujet.PAIEMENT)
    reference = models.CharField("référence de ce qu’il faut relire", max_length=100, blank=True)
    faits = models.JSONField(default=dict)
    empreinte = models.CharField("SHA-256 du corps", max_length=64)
    etat = models.CharField(
        "état", max_length=10, choices=EtatEvenement, default=EtatEvenement.RECU
    )
    nb_essais = models.PositiveSmallIntegerField("nombre d’essais", default=0)
    derniere_erreur = models.TextField("dernière erreur", blank=True)
    recu_le = models.DateTimeField("reçu le", auto_now_add=True)
    prochain_essai_le = models.DateTimeField("prochain essai le", auto_now_add=True)
    traite_le = models.DateTimeField("traité le", null=True, blank=True)

    objects = EvenementQuerySet.as_manager()

    class Meta:
        verbose_name = "événement reçu"
        verbose_name_plural = "événements reçus"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatEvenement.TRAITE, EtatEvenement.IGNORE])
                | Q(traite_le__isnull=False),
                name="evenement_traite_a_date",
                violation_error_message="Un événement traité porte la date de son traitement.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["prochain_essai_le"],
                name="evenement_a_traiter",
                condition=Q(etat__in=[EtatEvenement.RECU, EtatEvenement.EN_ERREUR]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nature} {self.identifiant}"

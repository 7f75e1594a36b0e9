"""Attempts to pay one debt, or one sale of an open till (telepaiement.md, §8.2)."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.grand_livre.models import Titre
from telepaiement.models.caisse import SessionCaisse
from telepaiement.models.liens import LienPaiement
from telepaiement.models.ventes import Vente
from telepaiement.querysets import TentativeQuerySet


class EtatTentative(models.TextChoices):
    """States of an attempt."""

    CREEE = "creee", "Créée"
    INITIEE = "initiee", "En attente de la carte"
    AUTHENTIFICATION = "authentification", "Authentification demandée par la banque"
    EN_COURS = "en_cours", "En cours à la banque"
    A_VERIFIER = "a_verifier", "À vérifier"
    REUSSIE = "reussie", "Réussie"
    ECHOUEE = "echouee", "Échouée"
    ANNULEE = "annulee", "Annulée"
    EXPIREE = "expiree", "Expirée"


ETATS_FINALS = frozenset(
    {
        EtatTentative.REUSSIE,
        EtatTentative.ECHOUEE,
        EtatTentative.ANNULEE,
        EtatTentative.EXPIREE,
    }
)
ETATS_OUVERTS = frozenset(EtatTentative) - ETATS_FINALS
ETATS_ENGAGES = frozenset(
    {EtatTentative.AUTHENTIFICATION, EtatTentative.EN_COURS, EtatTentative.A_VERIFIER}
)
_DISCORDANTS = ETATS_FINALS - {EtatTentative.REUSSIE} | {EtatTentative.A_VERIFIER}
_APRES_CREATION = ETATS_OUVERTS - {EtatTentative.CREEE}
_ROLES = (Role.AGENT, Role.REGISSEUR)


class Canal(models.TextChoices):
    """Where the payer stands."""

    INTERNET = "internet", "Paiement en ligne"
    GUICHET_TPE = "guichet_tpe", "Lecteur de carte du guichet"


class NomPasserelle(models.TextChoices):
    """Who collects card payments; the settings name it."""

    STRIPE = "stripe", "Stripe"
    LYRA = "lyra", "EpayNC"


def passerelle_des_reglages() -> str:
    """Return the gateway that collects now."""
    return str(settings.PAIEMENT_PASSERELLE)


class Tentative(models.Model):
    """One intent to pay one debt. Its amount is read from the ledger, never from the browser.

    What is paid is a titre, or a sale of the till that drives the reader: exactly one. For a sale,
    `session_payeur` is the identity that the sale was given when its quantities were typed.
    """

    Etat = EtatTentative
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "initier": transition(
            {EtatTentative.CREEE, EtatTentative.A_VERIFIER}, EtatTentative.INITIEE, *_ROLES
        ),
        "authentifier": transition(ETATS_OUVERTS, EtatTentative.AUTHENTIFICATION, *_ROLES),
        "partir": transition(
            {EtatTentative.INITIEE, EtatTentative.AUTHENTIFICATION},
            EtatTentative.AUTHENTIFICATION,
            *_ROLES,
        ),
        "traiter": transition(ETATS_OUVERTS, EtatTentative.EN_COURS, *_ROLES),
        "refuser": transition(_APRES_CREATION, EtatTentative.INITIEE, *_ROLES),
        "reprendre": transition(ETATS_ENGAGES, EtatTentative.INITIEE, *_ROLES),
        "douter": transition(ETATS_OUVERTS, EtatTentative.A_VERIFIER, *_ROLES),
        "differer": transition(ETATS_OUVERTS, EtatTentative.A_VERIFIER, *_ROLES),
        "reussir": transition(ETATS_OUVERTS, EtatTentative.REUSSIE, *_ROLES),
        "echouer": transition(ETATS_OUVERTS, EtatTentative.ECHOUEE, *_ROLES),
        "annuler": transition(ETATS_OUVERTS, EtatTentative.ANNULEE, *_ROLES),
        "expirer": transition(ETATS_OUVERTS, EtatTentative.EXPIREE, *_ROLES),
        "corriger": transition(
            ETATS_FINALS - {EtatTentative.REUSSIE}, EtatTentative.REUSSIE, *_ROLES
        ),
        "accepter": transition(_DISCORDANTS, EtatTentative.REUSSIE, Role.AGENT),
        "ecarter": transition(_DISCORDANTS, EtatTentative.ANNULEE, Role.AGENT),
    }

    jeton = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    titre: models.ForeignKey[Any, Any] = models.ForeignKey(
        Titre, models.PROTECT, null=True, related_name="tentatives"
    )
    vente = models.OneToOneField(Vente, models.PROTECT, null=True, related_name="tentative")
    canal = models.CharField(max_length=12, choices=Canal, default=Canal.INTERNET)
    passerelle = models.CharField(
        max_length=10, choices=NomPasserelle, default=passerelle_des_reglages
    )
    session = models.ForeignKey(
        SessionCaisse, models.PROTECT, null=True, blank=True, related_name="tentatives"
    )
    lecteur = models.CharField("lecteur de carte", max_length=100, blank=True)
    session_payeur = models.UUIDField("session du payeur")
    adresse_payeur = models.GenericIPAddressField("adresse IP", null=True, blank=True)
    lien = models.ForeignKey(
        LienPaiement, models.PROTECT, null=True, blank=True, related_name="tentatives"
    )
    courriel = models.EmailField("adresse électronique", blank=True)
    montant = MontantField()
    reste_constate = MontantField("reste dû quand le montant fut choisi")
    etat = models.CharField(
        "état", max_length=20, choices=EtatTentative, default=EtatTentative.CREEE
    )
    reference = models.CharField("référence de la passerelle", max_length=100, blank=True)
    secret_client = models.CharField(max_length=200, blank=True, editable=False)
    nb_refus = models.PositiveSmallIntegerField("nombre de refus", default=0)
    motif_refus = models.CharField("dernier code de refus", max_length=60, blank=True)
    reference_refus = models.CharField(max_length=100, blank=True, editable=False)
    anomalie = models.CharField(max_length=200, blank=True)
    creee_le = models.DateTimeField("créée le", auto_now_add=True)
    modifiee_le = models.DateTimeField("modifiée le", auto_now_add=True)

    objects = TentativeQuerySet.as_manager()

    class Meta:
        verbose_name = "tentative"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["titre", "session_payeur"],
                condition=Q(etat__in=sorted(ETATS_OUVERTS)),
                name="tentative_une_ouverte_par_payeur",
                violation_error_message="Un paiement de cette somme est déjà commencé.",
            ),
            models.UniqueConstraint(
                fields=["session_payeur"],
                condition=Q(etat__in=sorted(ETATS_OUVERTS), vente__isnull=False),
                name="tentative_une_ouverte_par_vente",
                violation_error_message="Un paiement de cette vente est déjà commencé.",
            ),
            models.CheckConstraint(
                condition=Q(titre__isnull=False, vente__isnull=True)
                | Q(titre__isnull=True, vente__isnull=False, canal=Canal.GUICHET_TPE),
                name="tentative_d_un_titre_ou_d_une_vente",
                violation_error_message="Un paiement règle un titre, ou une vente au guichet.",
            ),
            models.UniqueConstraint(
                fields=["lecteur"],
                condition=Q(etat__in=sorted(ETATS_OUVERTS)) & ~Q(lecteur=""),
                name="tentative_une_ouverte_par_lecteur",
                violation_error_message="Ce lecteur de carte attend déjà un autre paiement.",
            ),
            models.CheckConstraint(
                condition=Q(canal=Canal.GUICHET_TPE, session__isnull=False) & ~Q(lecteur="")
                | Q(canal=Canal.INTERNET, session__isnull=True, lecteur=""),
                name="tentative_au_guichet_a_lecteur",
                violation_error_message="Un paiement au lecteur a sa caisse et son lecteur.",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(reference=""),
                name="tentative_reference_unique",
                violation_error_message="Cette référence de paiement est déjà connue.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="tentative_montant_positif",
                violation_error_message="Le montant d’un paiement est positif.",
            ),
            models.CheckConstraint(
                condition=Q(montant__lte=F("reste_constate")),
                name="tentative_dans_le_reste",
                violation_error_message="Un paiement ne dépasse pas ce qui est dû.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=EtatTentative.values),
                name="tentative_etat_connu",
                violation_error_message="Cet état de tentative n’existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatTentative.CREEE, EtatTentative.A_VERIFIER])
                | Q(etat__in=[EtatTentative.ANNULEE, EtatTentative.EXPIREE])
                | ~Q(reference=""),
                name="tentative_avancee_a_reference",
                violation_error_message="Un paiement commencé porte la référence de la passerelle.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["creee_le"],
                name="tentative_ouverte",
                condition=Q(etat__in=sorted(ETATS_OUVERTS)),
            ),
            models.Index(fields=["titre", "-creee_le"], name="tentative_titre"),
            models.Index(fields=["adresse_payeur", "-creee_le"], name="tentative_adresse"),
        ]

    def __str__(self) -> str:
        return f"Tentative {self.jeton} : {self.get_etat_display()}"

    @property
    def objet(self) -> str:
        """What is paid, in French: the reference of the titre, or that it is a sale."""
        return f"Titre {self.titre.reference}" if self.titre else "Vente au comptant"

    @property
    def est_finale(self) -> bool:
        """Whether only a late success may still change the state."""
        return self.etat in ETATS_FINALS

    @property
    def est_engagee(self) -> bool:
        """Whether the bank may be taking the money at this very moment: one of `engagees`."""
        return Tentative.objects.filter(pk=self.pk).engagees().exists()

    @property
    def est_chez_la_banque(self) -> bool:
        """Whether the payer may still be on the bank's own page: one of `chez_la_banque`."""
        return Tentative.objects.filter(pk=self.pk).chez_la_banque().exists()

    @property
    def est_recue(self) -> bool:
        """Whether the bank has the money, which could not be recorded yet."""
        a_verifier = self.etat == EtatTentative.A_VERIFIER
        return a_verifier and self.passages.filter(acte="differer").exists()


class PassageTentative(Passage):
    """Trace of an act on an attempt; `motif` names the source (notification, retour, balayage)."""

    tentative = models.ForeignKey(Tentative, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de tentative"
        verbose_name_plural = "passages de tentative"
        indexes = [models.Index(fields=["acte", "-le"], name="passage_tentative_acte")]

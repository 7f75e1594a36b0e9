"""What the treasury answers: kept raw first, then read into verdicts (conception, decision 7)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from exports_tps.models.depots import PieceExterne
from exports_tps.models.flux import Flux
from facturier.commun.champs import MontantField
from facturier.commun.tons import Ton
from facturier.grand_livre.models import Bordereau, Piece, PieceJustificative


class GenreMessage(models.TextChoices):
    """What a file of the treasury is."""

    ACQUIT = "acquit", "Acquittement"
    RETOUR = "retour", "Retour"
    INCONNU = "inconnu", "Inconnu"


class EtatMessage(models.TextChoices):
    """What was done with a message."""

    RECU = "recu", "Reçu"
    APPLIQUE = "applique", "Appliqué"
    MIS_DE_COTE = "mis_de_cote", "Mis de côté"
    EN_ERREUR = "en_erreur", "Illisible"


class MessageTPS(models.Model):
    """A file of the treasury, as received. Its content is its identity: twice changes nothing."""

    TONS = {EtatMessage.APPLIQUE: Ton.SUCCES, EtatMessage.MIS_DE_COTE: Ton.ATTENTE}

    nom = models.CharField("nom du fichier", max_length=255)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, unique=True)
    taille = models.BigIntegerField("taille en octets")
    recu_le = models.DateTimeField("reçu le", auto_now_add=True)
    genre = models.CharField(max_length=10, choices=GenreMessage, default=GenreMessage.INCONNU)
    etat = models.CharField("état", max_length=12, choices=EtatMessage, default=EtatMessage.RECU)
    applique_le = models.DateTimeField("appliqué le", null=True, blank=True)
    flux = models.ForeignKey(Flux, models.PROTECT, null=True, blank=True, related_name="messages")
    erreur = models.TextField(blank=True, help_text="ce qui empêche de l’appliquer")
    nombre_anomalies = models.PositiveIntegerField("écarts au schéma officiel", default=0)
    anomalies = models.JSONField(
        "premiers écarts",
        default=list,
        blank=True,
        help_text="de chacun : ligne, balise, règle, texte",
    )

    class Meta:
        verbose_name = "message de la Trésorerie"
        verbose_name_plural = "messages de la Trésorerie"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatMessage.MIS_DE_COTE, EtatMessage.EN_ERREUR])
                | ~Q(erreur=""),
                name="message_ecarte_a_raison",
                violation_error_message="Un message écarté dit pourquoi.",
            ),
        ]
        indexes = [
            models.Index(fields=["etat", "id"], name="message_etat"),
            models.Index(fields=["nom"], name="message_nom"),
        ]

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        """Return the page of the message."""
        return reverse("exports_tps:message", args=[self.pk])


class VerdictQuerySet(models.QuerySet["Verdict"]):
    """Which verdicts speak of nothing that is here."""

    def inconnus(self) -> "VerdictQuerySet":
        """Keep those on pièces that neither the product nor a deposited file sent."""
        return self.filter(portee=Verdict.Portee.PIECE, piece=None, piece_externe=None)


class Verdict(models.Model):
    """What one message says of one object, kept as it was said."""

    class Portee(models.TextChoices):
        """What the verdict speaks of."""

        FLUX = "flux", "Flux"
        BORDEREAU = "bordereau", "Bordereau"
        PIECE = "piece", "Pièce"
        JUSTIFICATIF = "justificatif", "Pièce justificative"

    class Decision(models.TextChoices):
        """What the treasury decided."""

        ACCEPTE = "accepte", "Accepté"
        REFUSE = "refuse", "Refusé"
        SUSPENDU = "suspendu", "Suspendu"
        PRIS_EN_CHARGE = "pris_en_charge", "Pris en charge"
        REJETE = "rejete", "Rejeté"
        PAYE = "paye", "Payé"

    TONS = {
        "accepte": Ton.SUCCES,
        "refuse": Ton.REFUS,
        "suspendu": Ton.ATTENTE,
        "pris_en_charge": Ton.COURS,
        "rejete": Ton.REFUS,
        "paye": Ton.SUCCES,
    }
    EN_AVANT = (Decision.PRIS_EN_CHARGE, Decision.PAYE)

    message = models.ForeignKey(MessageTPS, models.PROTECT, related_name="verdicts")
    portee = models.CharField("portée", max_length=12, choices=Portee)
    identifiant = models.CharField(max_length=60, help_text="tel que la Trésorerie le dit")
    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="verdicts"
    )
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, blank=True, related_name="verdicts")
    piece_externe = models.ForeignKey(
        PieceExterne, models.PROTECT, null=True, blank=True, related_name="verdicts"
    )
    justificatif = models.ForeignKey(
        PieceJustificative, models.PROTECT, null=True, blank=True, related_name="verdicts"
    )
    ligne = models.CharField("ligne de la pièce", max_length=13, blank=True)
    decision = models.CharField("décision", max_length=15, choices=Decision)
    code = models.CharField(max_length=100, blank=True)
    libelle = models.TextField("libellé", blank=True)
    date_effet = models.DateField("date d’effet", null=True, blank=True)
    montant = MontantField("montant payé à ce jour", null=True, blank=True)
    empreinte = models.CharField(
        max_length=64, blank=True, help_text="de ce qui se dit une fois pour toutes"
    )

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = "verdict"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["empreinte"],
                condition=~Q(empreinte=""),
                name="verdict_dit_une_fois",
                violation_error_message="Ce verdict est déjà connu.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["justificatif"],
                condition=Q(decision="refuse", justificatif__isnull=False),
                name="verdict_document_refuse",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifiant} : {self.get_decision_display()}"

    @property
    def ton(self) -> Ton:
        """Tone of the badge."""
        return self.TONS[self.decision]

    @property
    def objet(self) -> str:
        """What it speaks of, as people quote it, or as the treasury does when nobody knows it."""
        connu: object = self.piece or self.piece_externe or self.justificatif
        if self.portee == self.Portee.BORDEREAU:
            connu = self.bordereau
        return f"{connu or self.identifiant}{f', ligne {self.ligne}' if self.ligne else ''}"

    @property
    def est_refus(self) -> bool:
        """Whether something must be done again, or answered."""
        return self.decision in {"refuse", "rejete", "suspendu"}

"""What a message of the treasury leaves for a person: one row each, and how it was settled."""

from django.db import models
from django.db.models import Q

from exports_tps.models.messages import MessageTPS
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Bordereau, Piece, PieceJustificative


class TraitementReserve(models.Model):
    """Somebody settled reserves of one message, and says how. Append only: it cannot be undone."""

    message = models.ForeignKey(MessageTPS, models.PROTECT, related_name="traitements")
    commentaire = models.CharField(max_length=400, help_text="ce qui a été fait")
    traite_le = models.DateTimeField("traité le", auto_now_add=True)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "traitement de réserves"
        verbose_name_plural = "traitements de réserves"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(commentaire=""),
                name="traitement_reserve_commente",
                violation_error_message="Dites comment la réserve a été traitée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} : {self.commentaire}"


class ReserveQuerySet(models.QuerySet["Reserve"]):
    """Which reserves still want somebody."""

    def ouvertes(self) -> "ReserveQuerySet":
        """Keep those that nobody settled."""
        return self.filter(traitement=None)


class Reserve(models.Model):
    """What a message says and could not be applied, or what prevents it from being applied.

    Nothing of it changes but its `traitement`, set once.
    """

    class Nature(models.TextChoices):
        """What kind of doubt it is."""

        ECARTE = "ecarte", "Fichier non appliqué"
        INCONNU = "inconnu", "Inconnu ici"
        INCOHERENT = "incoherent", "Incompréhensible"
        CONTRADICTION = "contradiction", "Contradiction"
        MONTANT = "montant", "Montant à vérifier"
        SANS_TOTAL = "sans_total", "Total à demander"
        INSTANCE = "instance", "Mise en instance"
        NON_COMPTABILISE = "non_comptabilise", "Non comptabilisé"
        DOCUMENT = "document", "Document"
        FORMAT = "format", "Contraire au format"

    message = models.ForeignKey(MessageTPS, models.PROTECT, related_name="reserves", db_index=False)
    nature = models.CharField(max_length=16, choices=Nature)
    texte = models.TextField(help_text="ce qui est dit, et ce qu’il faut faire")
    bordereau = models.ForeignKey(
        Bordereau, models.PROTECT, null=True, blank=True, related_name="+"
    )
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, blank=True, related_name="+")
    justificatif = models.ForeignKey(
        PieceJustificative, models.PROTECT, null=True, blank=True, related_name="+"
    )
    empreinte = models.CharField(
        max_length=64, blank=True, help_text="de ce qui est dit, et de quoi ; vide : rien n’est lu"
    )
    constatee_le = models.DateTimeField("constatée le", auto_now_add=True)
    traitement = models.ForeignKey(
        TraitementReserve, models.PROTECT, null=True, blank=True, related_name="reserves"
    )

    objects = ReserveQuerySet.as_manager()

    class Meta:
        verbose_name = "réserve"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(texte=""),
                name="reserve_dite",
                violation_error_message="Une réserve dit ce qui reste à examiner.",
            ),
            models.UniqueConstraint(
                fields=["empreinte"],
                condition=Q(traitement__isnull=True) & ~Q(empreinte=""),
                name="reserve_ouverte_une_fois",
                violation_error_message="Cette réserve est déjà à traiter.",
            ),
        ]
        indexes = [
            models.Index(fields=["empreinte"], name="reserve_empreinte"),
            models.Index(fields=["message", "id"], name="reserve_message"),
            models.Index(
                fields=["message"], condition=Q(traitement__isnull=True), name="reserve_ouverte"
            ),
        ]

    def __str__(self) -> str:
        return self.texte

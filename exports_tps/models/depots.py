"""Files that the finance software of the province made: dropped, completed, sent, followed.

The product keeps no accounts of them: no entry, no state of its own. What became of each pièce is
what the last verdicts of the treasury say.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from exports_tps.models.flux import Flux
from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.grand_livre.models import SensPiece


class DepotExterne(models.Model):
    """The origin of a flux that another program made: the file as it was dropped."""

    flux = models.OneToOneField(
        Flux, models.PROTECT, primary_key=True, related_name="depot_externe"
    )
    nom = models.CharField("nom du fichier déposé", max_length=255)
    sha256 = models.CharField("empreinte du fichier déposé", max_length=64, unique=True)
    est_signe = models.BooleanField("déposé signé")
    depose_le = models.DateTimeField("déposé le")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    sha256_signe = models.CharField("empreinte une fois signé", max_length=64, blank=True)

    class Meta:
        verbose_name = "dépôt externe"
        verbose_name_plural = "dépôts externes"
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256_signe="") | Q(est_signe=False),
                name="depot_externe_signe_une_fois",
                violation_error_message="Un fichier déposé signé ne se signe pas de nouveau.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    def get_absolute_url(self) -> str:
        """Return the page of its flux."""
        return self.flux.get_absolute_url()

    @property
    def reference(self) -> str:
        """How people name it: the file as it was dropped, and its flux."""
        return f"{self.nom} (flux {self.flux.numero})"

    @property
    def empreinte(self) -> str:
        """SHA-256 of what is to be completed: the file dropped, or once signed here."""
        return self.sha256_signe or self.sha256


class PieceExterne(models.Model):
    """One mandat or titre of such a file, as it says it. Append only."""

    RANGS = {"accepte": 1, "suspendu": 2, "pris_en_charge": 3, "rejete": 4, "refuse": 4, "paye": 5}

    flux = models.ForeignKey(Flux, models.PROTECT, related_name="pieces_externes")
    sens = models.CharField(max_length=7, choices=SensPiece)
    exercice = models.PositiveSmallIntegerField()
    bordereau = models.PositiveIntegerField("numéro du bordereau")
    code_service = models.CharField("service", max_length=10, blank=True, default="")
    type_bordereau = models.CharField(max_length=2)
    numero = models.PositiveIntegerField("numéro")
    nom_tiers = models.CharField("tiers", max_length=120)
    objet = models.CharField(max_length=160, blank=True)
    montant_ttc = MontantField("montant TTC")

    class Meta:
        verbose_name = "pièce externe"
        verbose_name_plural = "pièces externes"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["flux", "sens", "exercice", "numero"],
                name="piece_externe_une_fois",
                violation_error_message="Cette pièce est deux fois dans le fichier.",
            ),
        ]
        indexes = [
            models.Index(fields=["exercice", "sens", "numero"], name="piece_externe_numero"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Exercice, side and number."""
        return f"{self.exercice}-{self.sens[0].upper()}-{self.numero}"

    @property
    def dernier_verdict(self) -> Any:
        """The verdict that tells most of the pièce, or None: answers come in any order."""
        verdicts = list(self.verdicts.all())
        return max(verdicts, key=lambda v: (self.RANGS[v.decision], v.pk), default=None)


class DocumentExterne(models.Model):
    """A document that a pièce of such a file rests on: inside the file, or to be attached."""

    flux = models.ForeignKey(Flux, models.PROTECT, related_name="documents_externes")
    piece = models.ForeignKey(
        PieceExterne, models.PROTECT, null=True, blank=True, related_name="documents"
    )
    identifiant = models.CharField("identifiant unique", max_length=50)
    nom = models.CharField("nom annoncé", max_length=100, blank=True)
    est_inclus = models.BooleanField("dans le fichier déposé")
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    taille = models.BigIntegerField("taille en octets", default=0)
    type_mime = models.CharField("type de contenu", max_length=100, blank=True)
    joint_le = models.DateTimeField("joint le", null=True, blank=True)
    joint_par = models.ForeignKey(
        Utilisateur, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "document externe"
        verbose_name_plural = "documents externes"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["flux", "identifiant"],
                name="document_externe_une_fois",
                violation_error_message="Ce document est déjà connu de ce fichier.",
            ),
            models.CheckConstraint(
                condition=Q(sha256="")
                | Q(joint_le__isnull=False, joint_par__isnull=False, taille__gt=0),
                name="document_externe_joint_par_quelqu_un",
                violation_error_message="Un document joint dit par qui et quand.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom or self.identifiant

    def get_absolute_url(self) -> str:
        """Return where it is attached."""
        return reverse("exports_tps:joindre_document", args=[self.pk])

    @property
    def est_present(self) -> bool:
        """Whether the flux carries it."""
        return self.est_inclus or bool(self.sha256)

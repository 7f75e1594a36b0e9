"""Imports of tiers from a file: what was handed in, how far it went, which rows were left out."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton

DUREE_ESSAI = timedelta(hours=1)  # a trial waits its turn behind others, and is begun again
SILENCE = timedelta(minutes=2)  # an import that says nothing for so long has been cut short


class EtatImportation(models.TextChoices):
    """States of an import."""

    DEPOSEE = "deposee", "Essai en attente"
    ESSAYEE = "essayee", "Essayé, à confirmer"
    EN_COURS = "en_cours", "En cours"
    TERMINEE = "terminee", "Terminé"
    REFUSEE = "refusee", "Fichier refusé"
    ABANDONNEE = "abandonnee", "Abandonné"


class ImportationQuerySet(models.QuerySet["Importation"]):
    """Questions about many imports."""

    def a_avancer(self) -> Self:
        """Those that wait for their trial, and those begun that nobody carries on any more."""
        maintenant = timezone.now()
        return self.filter(est_rangee=True).filter(
            Q(etat=EtatImportation.EN_COURS, avance_le__lt=maintenant - SILENCE)
            | Q(etat=EtatImportation.DEPOSEE, avance_le__lt=maintenant - DUREE_ESSAI)
        )


class Importation(models.Model):
    """One import of a file. `position` is the last line whose slice is committed.

    The slice, its rejected rows and the new position are one transaction: an import that is cut
    short goes on from its position, and no row is written twice.
    """

    Etat = EtatImportation
    TRANSITIONS: dict[str, Transition] = {
        "essayer": transition({EtatImportation.DEPOSEE}, EtatImportation.ESSAYEE, Role.AGENT),
        "lancer": transition(
            {EtatImportation.DEPOSEE, EtatImportation.ESSAYEE},
            EtatImportation.EN_COURS,
            Role.AGENT,
        ),
        "terminer": transition({EtatImportation.EN_COURS}, EtatImportation.TERMINEE, Role.AGENT),
        "refuser": transition(
            {EtatImportation.DEPOSEE, EtatImportation.EN_COURS},
            EtatImportation.REFUSEE,
            Role.AGENT,
        ),
        "abandonner": transition(
            {EtatImportation.DEPOSEE, EtatImportation.ESSAYEE},
            EtatImportation.ABANDONNEE,
            Role.AGENT,
        ),
    }

    TONS = {EtatImportation.ESSAYEE: Ton.ATTENTE, EtatImportation.TERMINEE: Ton.SUCCES}

    nom = models.CharField("nom du fichier", max_length=100)
    sha256 = models.CharField("empreinte", max_length=64)
    est_rangee = models.BooleanField("fichier conservé", default=False)
    etat = models.CharField(
        "état", max_length=10, choices=EtatImportation, default=EtatImportation.DEPOSEE
    )
    deposee_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    deposee_le = models.DateTimeField("déposée le", auto_now_add=True)
    lancee_par = models.ForeignKey(Utilisateur, models.PROTECT, null=True, related_name="+")
    est_confirmee = models.BooleanField("comptes confirmés", default=False)
    avance_le = models.DateTimeField("avancée le", default=timezone.now)
    position = models.PositiveIntegerField("dernière ligne écrite", default=0)
    lignes = models.PositiveIntegerField("lignes du fichier", default=0)
    crees = models.PositiveIntegerField("créés", default=0)
    modifies = models.PositiveIntegerField("modifiés", default=0)
    inchanges = models.PositiveIntegerField("inchangés", default=0)
    rejetes = models.PositiveIntegerField("rejetés", default=0)
    comptes = models.PositiveIntegerField("comptes changés", default=0)

    objects: Any = ImportationQuerySet.as_manager()

    class Meta:
        verbose_name = "importation"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["etat", "avance_le"], name="importation_etat")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="importation_empreinte",
                violation_error_message="Une importation désigne un fichier par son empreinte.",
            ),
            models.CheckConstraint(
                condition=Q(est_confirmee=False)
                | Q(lancee_par__isnull=False) & ~Q(lancee_par=F("deposee_par"))
                | Q(est_rangee=False),
                name="importation_quatre_yeux",
                violation_error_message="Qui dépose un fichier ne confirme pas ses comptes.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom} ({self.get_etat_display()})"

    @property
    def pourcentage(self) -> int:
        """How far it went, from 0 to 100."""
        return min(100, 100 * self.position // self.lignes) if self.lignes else 0

    @property
    def est_active(self) -> bool:
        """Whether something is being done, or about to be."""
        return self.etat in (EtatImportation.DEPOSEE, EtatImportation.EN_COURS)

    @property
    def est_interrompue(self) -> bool:
        """Whether it was begun and says nothing any more."""
        est_en_cours = self.etat == EtatImportation.EN_COURS
        return est_en_cours and timezone.now() - self.avance_le > SILENCE


class PassageImportation(Passage):
    """Trace of an act on an import."""

    importation = models.ForeignKey(Importation, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage d’importation"
        verbose_name_plural = "passages d’importation"


class RejetImportation(models.Model):
    """A row left out of an import: its line, why, and its cells as read."""

    importation = models.ForeignKey(Importation, models.PROTECT, related_name="rejets")
    ligne = models.PositiveIntegerField()
    motif = models.CharField(max_length=300)
    cellules = models.JSONField()

    class Meta:
        verbose_name = "ligne rejetée"
        verbose_name_plural = "lignes rejetées"
        ordering = ["ligne"]
        constraints = [
            models.UniqueConstraint(
                fields=["importation", "ligne"],
                name="rejet_un_par_ligne",
                violation_error_message="Cette ligne est déjà rejetée.",
            ),
        ]

    def __str__(self) -> str:
        return f"Ligne {self.ligne} : {self.motif}"

    @property
    def designation(self) -> str:
        """What the row says of who it is about."""
        return str(self.cellules.get("ridet") or self.cellules.get("code", ""))

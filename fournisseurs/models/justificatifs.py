"""Documents asked once and reused."""

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.champs import FichierAnalyse
from fournisseurs.models.demandes import DemandeEtablissement
from fournisseurs.models.fournisseurs import Etablissement, Fournisseur
from fournisseurs.models.modifications import DemandeModification, EtatModification

JOURS_AVANT_EXPIRATION = 30  # from then on it is announced


class JustificatifQuerySet(models.QuerySet["Justificatif"]):
    """Questions about many documents."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """All for an agent of the finances; else those of one's own.

        That is, of one's requests, and of the établissements whose data one manages.
        """
        if utilisateur.a_role(Role.AGENT) and utilisateur.voit_toutes_les_directions:
            return self
        geres = Etablissement.objects.visibles_par(utilisateur, "gerer_donnees")
        return self.filter(
            Q(demande__demandeur=utilisateur)
            | Q(modification__demandeur=utilisateur)
            | Q(etablissement__in=geres.values("pk"))
            | Q(modification__etablissement__in=geres.values("pk"))
            & ~Q(modification__etat=EtatModification.BROUILLON)
        )

    def valables(self, au: date) -> Self:
        """Those not out of date on day `au`."""
        return self.filter(Q(valable_jusqu_au__isnull=True) | Q(valable_jusqu_au__gte=au))


class Justificatif(FichierAnalyse):
    """A document that proves what a supplier declares."""

    SUIT_LA_FUSION = Q()

    class Genre(models.TextChoices):
        """What the document is."""

        AVIS_RIDET = "avis_ridet", "Avis de situation au RIDET"
        KBIS = "kbis", "Extrait Kbis"
        MANDAT = "mandat", "Mandat ou procès-verbal de gérance"
        PV = "pv", "Procès-verbal de nomination"
        RIB = "rib", "Relevé d’identité bancaire"
        OPPOSITION = "opposition", "Opposition, cession ou nantissement"
        MAINLEVEE = "mainlevee", "Mainlevée"
        AUTRE = "autre", "Autre document"

    genre = models.CharField(max_length=20, choices=Genre)
    demande = models.ForeignKey(
        DemandeEtablissement, models.PROTECT, null=True, blank=True, related_name="justificatifs"
    )
    fournisseur = models.ForeignKey(
        Fournisseur, models.PROTECT, null=True, blank=True, related_name="justificatifs"
    )
    etablissement = models.ForeignKey(
        Etablissement, models.PROTECT, null=True, blank=True, related_name="justificatifs"
    )
    modification = models.ForeignKey(
        DemandeModification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="justificatifs",
        verbose_name="demande de modification",
    )
    valable_jusqu_au = models.DateField("valable jusqu’au", null=True, blank=True)
    expiration_annoncee_le = models.DateField("expiration annoncée le", null=True, blank=True)
    depose_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    depose_le = models.DateTimeField("déposé le", auto_now_add=True)

    objects: Any = JustificatifQuerySet.as_manager()

    class Meta:
        verbose_name = "justificatif"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["valable_jusqu_au"],
                condition=Q(expiration_annoncee_le__isnull=True),
                name="justificatif_a_annoncer",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(demande__isnull=False)
                | Q(modification__isnull=False)
                | Q(fournisseur__isnull=False),
                name="justificatif_rattache",
                violation_error_message="Un justificatif appartient à une demande ou à une fiche.",
            ),
            models.CheckConstraint(
                condition=Q(taille__gt=0) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="justificatif_fournisseur_range",
                violation_error_message="Un justificatif désigne un fichier non vide.",
            ),
            models.CheckConstraint(
                condition=Q(analyse="non_analyse", analyse_le__isnull=True)
                | (~Q(analyse="non_analyse") & Q(analyse_le__isnull=False)),
                name="justificatif_analyse_datee",
                violation_error_message="Une analyse antivirus porte sa date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_genre_display()} : {self.nom}"

    @property
    def est_perime(self) -> bool:
        """Whether it no longer holds today."""
        fin = self.valable_jusqu_au
        return fin is not None and fin < timezone.localdate()

    @property
    def expire_bientot(self) -> bool:
        """Whether it still holds, for thirty days at most."""
        fin, jour = self.valable_jusqu_au, timezone.localdate()
        return fin is not None and jour <= fin <= jour + timedelta(days=JOURS_AVANT_EXPIRATION)

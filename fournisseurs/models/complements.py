"""What an agent asks to have completed in a request, by document or field, and the answer."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from facturier.acces.models import Utilisateur
from fournisseurs.models.demandes import DemandeEtablissement
from fournisseurs.models.modifications import DemandeModification


class ComplementQuerySet(models.QuerySet["Complement"]):
    """Questions about many complements."""

    def attendus(self) -> Self:
        """Those that the requester has not answered yet."""
        return self.filter(repondu_le__isnull=True)


class Complement(models.Model):
    """One thing to complete: a document (`piece_rib`) or a field (`titulaire`), and why.

    Append only, but for the answer, written once.
    """

    demande = models.ForeignKey(
        DemandeEtablissement, models.PROTECT, null=True, blank=True, related_name="complements"
    )
    modification = models.ForeignKey(
        DemandeModification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complements",
        verbose_name="demande de modification",
    )
    objet = models.CharField(max_length=30)
    libelle = models.CharField("libellé", max_length=100)
    motif = models.CharField(max_length=300)
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    le = models.DateTimeField(auto_now_add=True)
    reponse = models.CharField("réponse", max_length=500, blank=True)
    repondu_le = models.DateTimeField("répondu le", null=True, blank=True)

    objects: Any = ComplementQuerySet.as_manager()

    class Meta:
        verbose_name = "complément demandé"
        verbose_name_plural = "compléments demandés"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(demande__isnull=False, modification__isnull=True)
                | Q(demande__isnull=True, modification__isnull=False),
                name="complement_d_une_demande",
                violation_error_message="Un complément se demande pour une seule demande.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="complement_motive",
                violation_error_message="Dites ce qui est à compléter.",
            ),
            models.UniqueConstraint(
                fields=["demande", "objet"],
                condition=Q(repondu_le__isnull=True, demande__isnull=False),
                name="complement_attendu_une_fois",
                violation_error_message="Ce complément est déjà demandé.",
            ),
            models.UniqueConstraint(
                fields=["modification", "objet"],
                condition=Q(repondu_le__isnull=True, modification__isnull=False),
                name="complement_attendu_une_fois_par_modification",
                violation_error_message="Ce complément est déjà demandé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.libelle} : {self.motif}"

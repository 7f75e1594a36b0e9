"""What was handed to the chambre territoriale des comptes, or kept for it."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Exercice


class ArchiveTPS(models.Model):
    """An archive asked for: of an exercice, or of bordereaux of it. Never removed.

    The row comes first; the file when the work is done, so that a worker killed begins again.
    """

    exercice = models.ForeignKey(Exercice, models.PROTECT, related_name="+")
    bordereaux = models.TextField(blank=True, help_text="références ; vide : tout l’exercice")
    motif = models.CharField("objet de la demande", max_length=200)
    demandee_le = models.DateTimeField("demandée le")
    par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    conserver_jusqu_au = models.DateField("à conserver jusqu’au")
    achevee_le = models.DateTimeField("achevée le", null=True, blank=True)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    taille = models.BigIntegerField("taille en octets", default=0)
    nombre_flux = models.PositiveIntegerField("flux", default=0)
    nombre_messages = models.PositiveIntegerField("réponses", default=0)
    erreur = models.TextField(blank=True, help_text="ce qui empêche de l’achever")

    class Meta:
        verbose_name = "archive des échanges"
        verbose_name_plural = "archives des échanges"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(achevee_le__isnull=True)
                | Q(sha256__regex=r"^[0-9a-f]{64}$", taille__gt=0, erreur=""),
                name="archive_tps_achevee_a_fichier",
                violation_error_message="Une archive achevée a un fichier et son empreinte.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="archive_tps_a_motif",
                violation_error_message="Dites pour qui, ou pourquoi, cette archive est faite.",
            ),
        ]

    def __str__(self) -> str:
        return f"Archive {self.pk} – {self.exercice_id}"

    def get_absolute_url(self) -> str:
        """Return the file."""
        return reverse("exports_tps:archive", args=[self.pk])

    @property
    def nom(self) -> str:
        """Name of the file."""
        return f"echanges-tresorerie-{self.exercice_id}-{self.pk:04d}.zip"

"""Model fields shared by every application."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.text import capfirst

from facturier.commun.saisie import SaisieMontantField

if TYPE_CHECKING:
    EntierField = models.BigIntegerField[Any, Any]  # nullable or not, as the model says
else:
    EntierField = models.BigIntegerField


class MontantField(EntierField):
    """An amount in whole francs (XPF has no decimals)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "en francs CFP, sans décimale")
        super().__init__(*args, **kwargs)

    def formfield(self, **options: Any) -> forms.Field:
        """Return a form field that reads `138 750` as people write it."""
        reprises: dict[str, Any] = {
            "required": not self.blank,
            "label": capfirst(self.verbose_name),
            "help_text": self.help_text,
        }
        if self.has_default():
            reprises["initial"] = self.get_default()
        return SaisieMontantField(**{**reprises, **options})


class FichierRange(models.Model):
    """A file kept in the content-addressed store: its digest is its address."""

    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    nom = models.CharField("nom du fichier", max_length=100)
    type_mime = models.CharField("type de contenu", max_length=100)
    taille = models.BigIntegerField("taille en octets")

    class Meta:
        abstract = True


class FichierAnalyse(FichierRange):
    """A stored file and what the antivirus said of it; unread, it is never called clean."""

    class Analyse(models.TextChoices):
        """What the antivirus said."""

        NON_ANALYSE = "non_analyse", "Non analysé"
        SAIN = "sain", "Aucun virus trouvé"
        INFECTE = "infecte", "Virus trouvé"

    analyse = models.CharField(
        "analyse antivirus", max_length=12, choices=Analyse, default=Analyse.NON_ANALYSE
    )
    analyse_le = models.DateTimeField("analysé le", null=True, blank=True)

    class Meta:
        abstract = True

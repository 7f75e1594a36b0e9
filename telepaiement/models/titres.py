"""Where an imported titre comes from."""

from django.db import models

from facturier.grand_livre.models import Titre


class TitreImporte(models.Model):
    """The reference a titre had in the file it came from: importing it twice changes nothing."""

    reference_externe = models.CharField("référence d’origine", max_length=60, unique=True)
    empreinte = models.CharField("empreinte de la ligne", max_length=64)
    titre = models.OneToOneField(Titre, models.PROTECT, related_name="origine")
    importe_le = models.DateTimeField("importé le", auto_now_add=True)

    class Meta:
        verbose_name = "titre importé"
        verbose_name_plural = "titres importés"

    def __str__(self) -> str:
        return self.reference_externe

"""Files that wait for the antivirus, and the deposits that wait with them."""

from django.db import models

from facturier.acces.models import Utilisateur
from facturier.suivi.models.factures import Document, Facture


class Quarantaine(models.Model):
    """A document of a draft that the antivirus, silent that day, has not read: it is not served."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="quarantaine")
    depuis = models.DateTimeField(auto_now_add=True)
    est_infecte = models.BooleanField("un virus y est trouvé", default=False)

    class Meta:
        verbose_name = "document à l’analyse"
        verbose_name_plural = "documents à l’analyse"

    def __str__(self) -> str:
        return f"{self.document}, depuis le {self.depuis:%d/%m/%Y}"


class DepotEnAttente(models.Model):
    """A deposit asked for while a document waits: once read, it takes effect at that moment."""

    facture = models.OneToOneField(Facture, models.CASCADE, related_name="depot_en_attente")
    demande_le = models.DateTimeField("demandé le")
    demande_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "dépôt à l’analyse"
        verbose_name_plural = "dépôts à l’analyse"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.facture}, demandé le {self.demande_le:%d/%m/%Y}"

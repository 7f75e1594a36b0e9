"""The automatic session of what no till received: closed each midnight of Nouméa (§8.7)."""

from django.db import models

from facturier.commun.champs import MontantField
from telepaiement.models.encaissements import Encaissement
from telepaiement.models.regies import Regie


class SessionInternet(models.Model):
    """The money of one régie that no till received, up to the end of one day. Append only.

    Numbered per régie, and chained like the closings of tills. `reports` lists the attempts whose
    outcome was not known.
    """

    regie = models.ForeignKey(Regie, models.PROTECT, related_name="sessions_internet")
    jour = models.DateField("jour, à Nouméa")
    numero = models.PositiveIntegerField("numéro de clôture")
    cloturee_le = models.DateTimeField("clôturée le")
    nombre = models.PositiveIntegerField("nombre d’encaissements")
    total = MontantField()
    trop_percus = MontantField("dont trop-perçus")
    totaux = models.JSONField("totaux par mode", default=dict)
    reports = models.JSONField("paiements à vérifier, reportés", default=list)
    empreinte = models.CharField(max_length=64)

    class Meta:
        verbose_name = "session internet"
        verbose_name_plural = "sessions internet"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regie", "jour"],
                name="session_internet_une_par_jour",
                violation_error_message="Cette journée est déjà clôturée.",
            ),
            models.UniqueConstraint(
                fields=["regie", "numero"],
                name="session_internet_numero_unique",
                violation_error_message="Ce numéro de clôture est déjà pris.",
            ),
        ]

    def __str__(self) -> str:
        return f"Session internet {self.regie} du {self.jour:%d/%m/%Y}"


class EncaissementClos(models.Model):
    """A payment in its session, once; late news of a closed day go to the next. Append only."""

    session = models.ForeignKey(SessionInternet, models.PROTECT, related_name="lignes")
    encaissement = models.OneToOneField(Encaissement, models.PROTECT, related_name="clos")

    class Meta:
        verbose_name = "encaissement clos"
        verbose_name_plural = "encaissements clos"

    def __str__(self) -> str:
        return f"{self.encaissement}"

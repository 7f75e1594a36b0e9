"""The quitus of a régisseur who left: his account is settled, his bond released (art. 4 and 5)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facturier.acces.models import Passage, Role, Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.etats import Transition, transition
from facturier.commun.tons import Ton
from telepaiement.models.nominations import Nomination


class EtatQuitus(models.TextChoices):
    """States of a quitus."""

    AVISE = "avise", "Avis du comptable rendu"
    ACCORDE = "accorde", "Quitus donné"
    REFUSE = "refuse", "Quitus refusé"


class Quitus(models.Model):
    """The opinion of the comptable on the account of a régisseur, and what was decided on it.

    The régisseur has left and handed the régie over. The base refuses his own hand on it, the same
    person twice, and a quitus while a déficit, money not paid over or a blank leaf is left.
    """

    Etat = EtatQuitus
    TONS: ClassVar[dict[str, Ton]] = {
        EtatQuitus.AVISE: Ton.ATTENTE,
        EtatQuitus.ACCORDE: Ton.SUCCES,
    }
    TRANSITIONS: ClassVar[dict[str, Transition]] = {
        "accorder": transition({EtatQuitus.AVISE}, EtatQuitus.ACCORDE, Role.ORDONNATEUR),
        "refuser": transition({EtatQuitus.AVISE}, EtatQuitus.REFUSE, Role.ORDONNATEUR),
    }

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="quitus")
    etat = models.CharField("état", max_length=8, choices=EtatQuitus, default=EtatQuitus.AVISE)
    est_favorable = models.BooleanField("avis favorable")
    avis = models.TextField(blank=True)
    avis_par = models.ForeignKey(Utilisateur, models.PROTECT, related_name="+")
    avis_le = models.DateTimeField("avis rendu le", auto_now_add=True)
    motif_refus = models.TextField("motif du refus", blank=True)
    decide_par = models.ForeignKey(Utilisateur, models.PROTECT, null=True, related_name="+")
    decide_le = models.DateTimeField("décidé le", null=True)
    numero = models.PositiveIntegerField("numéro", null=True)
    cautionnement_libere = MontantField("cautionnement libéré", null=True)

    class Meta:
        verbose_name = "quitus"
        verbose_name_plural = "quitus"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["nomination"],
                condition=~Q(etat=EtatQuitus.REFUSE),
                name="quitus_un_par_nomination",
                violation_error_message="Un avis attend déjà sa décision, ou le quitus est donné.",
            ),
            models.CheckConstraint(
                condition=Q(est_favorable=True) | ~Q(avis=""),
                name="quitus_avis_motive",
                violation_error_message="Un avis défavorable dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatQuitus.AVISE, decide_par__isnull=True, decide_le__isnull=True)
                | ~Q(etat=EtatQuitus.AVISE)
                & Q(decide_par__isnull=False, decide_le__isnull=False)
                & ~Q(decide_par=F("avis_par")),
                name="quitus_deux_personnes",
                violation_error_message="Le quitus est donné ou refusé par une autre personne que "
                "celle qui a rendu l’avis.",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatQuitus.ACCORDE, est_favorable=True, numero__isnull=False)
                | ~Q(etat=EtatQuitus.ACCORDE)
                & Q(numero__isnull=True, cautionnement_libere__isnull=True),
                name="quitus_sur_avis_favorable",
                violation_error_message="Le quitus est numéroté, et suit un avis favorable.",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatQuitus.REFUSE) | ~Q(motif_refus=""),
                name="quitus_refus_motive",
                violation_error_message="Un refus de quitus dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"Quitus de {self.nomination.personne.nom_complet}"

    @property
    def reference(self) -> str:
        """Régie and number: `CENTRE-Q-0001`."""
        return f"{self.nomination.regie.code}-Q-{self.numero:04d}"


class PassageQuitus(Passage):
    """Trace of an act on a quitus."""

    quitus = models.ForeignKey(Quitus, models.PROTECT, related_name="passages")

    class Meta(Passage.Meta):
        verbose_name = "passage de quitus"
        verbose_name_plural = "passages de quitus"
